"""``plot``: the figures of a theory."""

from __future__ import annotations

from . import RAW, Commands

FIGURES = ("bound", "runs", "tightness", "ratios", "constants")
"""As in ``proofs.render.figures.data``."""


def add(commands: Commands) -> None:
    """``plot``."""
    plot = commands.add_parser(
        "plot",
        help="a figure of a theory, as PDF, PNG or SVG",
        formatter_class=RAW,
        description="Draw a figure of a theory (extra [plot]). Equal theories and results give\n"
        "equal files. The figures:\n"
        "  bound      the bounds of its instances against K, with their slopes\n"
        "  runs       bounds against what runs measured, with slopes (--campaign horizons)\n"
        "  tightness  how near each claim comes to an equation: exact instances, and runs\n"
        "  ratios     how often which ratio was the largest of a task (--campaign)\n"
        "  constants  C_1 and C_2 against gamma\n"
        "  all        each of them for which there are data, into a folder",
        epilog="examples:\n"
        "  ratecert plot bound adamw -o bound.pdf\n"
        "  ratecert campaign run horizons\n"
        "  ratecert plot runs adamw --campaign horizons -o runs.pdf\n"
        "  ratecert plot all adamw --campaign quick -o build/figures --type svg\n\n"
        "exit codes: 0 drawn; 1 a claim is not proved; 2 usage, no data, or no matplotlib",
    )
    plot.add_argument(
        "figure", choices=(*FIGURES, "all"), metavar="FIGURE", help=", ".join((*FIGURES, "all"))
    )
    plot.add_argument("theory", metavar="THEORY", help="a shipped theory, or a .py file")
    plot.add_argument(
        "-o", "--output", required=True, metavar="FILE",
        help="a .pdf, .png or .svg; with all, a folder",
    )  # fmt: skip
    plot.add_argument(
        "--campaign", metavar="FILE",
        help="results of runs: a campaign's file, the name of one in the cache, or what "
        "`campaign status --format json` printed",
    )  # fmt: skip
    plot.add_argument(
        "--type", choices=("pdf", "png", "svg"), default="pdf",
        help="of the files that `all` writes (default: pdf)",
    )  # fmt: skip
