"""``report``: a theory as a page."""

from __future__ import annotations

from . import RAW, Commands, lock_file


def add(commands: Commands) -> None:
    """``report``."""
    report = commands.add_parser(
        "report",
        help="a theory as one self-contained page: statements, proofs, what rests on what",
        formatter_class=RAW,
        description="Prove a theory, and write one HTML file: verdicts, what rests on what, each\n"
        "claim with its proof, certificates and what it rests on, constants, how tight each\n"
        "claim is, what runs say. The file loads nothing and opens from disk.",
        epilog="examples:\n"
        "  ratecert report adamw -o adamw.html\n"
        "  ratecert report my_theory.py -o build/my_theory.html\n"
        "  ratecert campaign run quick --store runs.sqlite\n"
        "  ratecert report adamw -o adamw.html --campaign runs.sqlite\n\n"
        "exit codes: 0 written, all proved; 1 written, but something is not proved; 2 usage",
    )
    report.add_argument("theory", metavar="THEORY", help="a shipped theory, or a .py file")
    report.add_argument("-o", "--output", required=True, metavar="FILE", help="where to write it")
    report.add_argument(
        "--campaign", metavar="FILE",
        help="results to show: a campaign's file, the name of one in the cache, or what "
        "`campaign status --format json` printed",
    )  # fmt: skip
    report.add_argument(
        "--experiment", metavar="FILE",
        help="what `ratecert experiments l1-ratio -o FILE` wrote, or l1-ratio for the one that ran "
        "last: adds what real training says",
    )  # fmt: skip
    lock_file(report)
