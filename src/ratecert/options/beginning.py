"""``new``."""

from __future__ import annotations

from . import RAW, Commands


def add(commands: Commands) -> None:
    """``new``."""
    command = commands.add_parser(
        "new",
        help="begin a theory of your own",
        formatter_class=RAW,
        description="Write a theory file with four claims that are proved, a test, settings for\n"
        "pytest and a recipe for continuous integration; then prove the claims and lock them.\n"
        "Everything works at once; replace it piece by piece. Nothing that exists is touched.",
        epilog="examples:\n"
        "  ratecert new my_theory                a folder my_theory/ with everything in it\n"
        "  ratecert new my_theory .              into the repository that is here\n"
        "  ratecert new my_theory --ci gitlab\n\n"
        "exit codes: 0 written, proved and locked; 2 usage: the name will not do, or a file\n"
        "            exists (nothing is written)",
    )
    command.add_argument("name", metavar="NAME", help="of the theory and its file: my_theory")
    command.add_argument(
        "directory", metavar="DIR", nargs="?", help="where to write (default: a folder NAME)"
    )
    command.add_argument(
        "--ci", choices=("github", "gitlab", "none"), default="github",
        help="the recipe for continuous integration (default: github)",
    )  # fmt: skip
