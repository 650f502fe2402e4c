"""``latex``: a theory as an appendix."""

from __future__ import annotations

from pathlib import Path

from . import RAW, Commands

VENUES = ("article", "neurips", "icml", "jmlr")
"""The ways of setting lines that ``proofs.render.latex.style`` knows."""


def add(commands: Commands) -> None:
    """``latex``."""
    _latex(commands)


def _latex(commands: Commands) -> None:
    command = commands.add_parser(
        "latex",
        help="print a theory as an appendix in LaTeX",
        formatter_class=RAW,
        description="Write the statements and proofs of a theory, with all they rest on, as a\n"
        "fragment to \\input: appendix.tex and ratecert-macros.tex, and appendix-standalone.tex,\n"
        "which compiles them alone. Everything is printed from the kernel's theorems; the\n"
        "sentences between come from titles, reasons and what the author says in the theory\n"
        "file. The same theory gives the same bytes. No TeX is needed to write them; to compile\n"
        "them, amsmath (and pgfplots for the plots; without it there are tables).",
        epilog="examples:\n"
        "  ratecert latex adamw -o build/appendix/adamw\n"
        "  ratecert latex adamw -o paper --venue icml\n"
        "  ratecert latex adamw -o paper --venue icml --check     in continuous integration\n"
        "  ratecert campaign status standard --format json > runs.json\n"
        "  ratecert latex adamw -o paper --results runs.json\n"
        "  ratecert latex adamw -o paper --experiment l1-ratio\n\n"
        "exit codes: 0 written, or with --check up to date; 1 a claim is not proved, or a file is\n"
        "            stale; 2 usage; 3 internal error",
    )
    command.add_argument(
        "theories", nargs="*", metavar="THEORY",
        help="a shipped theory, or a .py file (default: all shipped); several go into DIR/NAME",
    )  # fmt: skip
    command.add_argument(
        "-o", "--output", metavar="DIR", required=True, help="where to write the files"
    )
    command.add_argument(
        "--venue", choices=VENUES, default="article",
        help="how wide lines are: article (default), neurips, icml (two columns), jmlr",
    )  # fmt: skip
    command.add_argument("--numbered", action="store_true", help="number every displayed chain")
    command.add_argument(
        "--breqn", action="store_true",
        help="let the package breqn break long relations (dmath in place of align)",
    )  # fmt: skip
    command.add_argument(
        "--results", metavar="FILE", type=Path,
        help="a campaign's file or name, or what `ratecert campaign status --format json` wrote",
    )  # fmt: skip
    command.add_argument(
        "--experiment", metavar="FILE",
        help="what `ratecert experiments l1-ratio -o FILE` wrote, or l1-ratio for the one that ran "
        "last: adds the section `What real tasks say'",
    )  # fmt: skip
    command.add_argument(
        "--check", action="store_true",
        help="write nothing; say which files differ from what would be written (exit code 1)",
    )  # fmt: skip
    command.add_argument(
        "--lock", metavar="FILE", default="ratecert.lock",
        help="the lock whose digest is printed, if it exists (default: ratecert.lock)",
    )  # fmt: skip
