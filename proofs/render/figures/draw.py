"""Figures as PDF, PNG or SVG, by matplotlib: one style, readable in grey, the same bytes again.

Lines differ in dashes and markers, counts in hatches; colour only helps. No date, no name of a
program and no configuration of the user's goes into a file.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

from .data import MEASURED, Counts, Dots, Figure, FigureError, Lines, readable

SUFFIXES = (".pdf", ".png", ".svg")
STYLES = (
    ("#000000", "-", "o"), ("#0b559f", "--", "s"), ("#b3431c", "-.", "^"), ("#4d7a2e", ":", "D"),
    ("#7a3f8f", (0, (6, 1, 1, 1, 1, 1)), "v"), ("#666666", (0, (8, 3)), "x"),
    ("#8a6d00", (0, (1, 1)), "P"), ("#2a7f86", (0, (3, 1, 1, 1)), "*"),
)  # fmt: skip
HATCHES = (("#d9d9d9", ""), ("#a6bddb", "////"), ("#fdd0a2", "...."), ("#c7e9c0", "xxxx"))
STYLE = {
    "font.size": 9.0, "axes.titlesize": 9.5, "axes.labelsize": 9.0, "legend.fontsize": 8.0,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.color": "#dddddd", "grid.linewidth": 0.6, "axes.axisbelow": True,
    "lines.linewidth": 1.4, "lines.markersize": 4.5, "legend.frameon": False,
    "hatch.linewidth": 0.5, "svg.hashsalt": "ratecert", "pdf.fonttype": 42, "savefig.dpi": 160,
}  # fmt: skip
METADATA: dict[str, dict[str, None]] = {
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
}


def available() -> str:
    """Why nothing can be drawn, and what to do about it; empty if it can."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        return f"figures need matplotlib: pip install 'ratecert[plot]' ({error})"
    return ""


def save(shown: Figure, path: Path) -> None:
    """Draw into a file, whole or not at all.

    Raises:
        FigureError: the suffix is none of ``SUFFIXES``, or matplotlib is missing.
        OSError: the file cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise FigureError(f"{path}: a figure's file ends in {', '.join(SUFFIXES)}")
    data = drawn(shown, path.suffix.lower())
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def drawn(shown: Figure, suffix: str) -> bytes:
    """The bytes of a file of that kind."""
    if why := available():
        raise FigureError(why)
    from matplotlib import style
    from matplotlib.figure import Figure as Canvas

    made = BytesIO()
    with style.context(["default", STYLE]):  # whatever the user's matplotlibrc says
        canvas = Canvas(figsize=_size(shown), layout="constrained")
        axes = canvas.add_subplot()
        axes.set_title(shown.title, loc="left")
        axes.set_xlabel(shown.across)
        if isinstance(shown, Lines):
            _lines(axes, shown)
        elif isinstance(shown, Dots):
            _dots(axes, shown)
        else:
            _counts(axes, shown)
        canvas.savefig(made, format=suffix[1:], metadata=METADATA[suffix])
    return made.getvalue()


def _size(shown: Figure) -> tuple[float, float]:
    if isinstance(shown, Dots):
        return 6.2, 1.1 + 0.19 * len(shown.rows)
    if isinstance(shown, Lines):
        return 6.2, 3.0 + 0.16 * len(shown.curves)
    return 6.2, 3.0


def _lines(axes: Any, shown: Lines) -> None:
    for n, curve in enumerate(shown.curves):
        colour, dashes, marker = STYLES[n % len(STYLES)]
        name = readable(curve.name)
        if curve.slope is not None:
            name += f", slope {curve.slope:.3f}"
        measured = curve.name.startswith(MEASURED)
        axes.plot(
            *zip(*curve.points, strict=True), color=colour, linestyle=dashes, label=name,
            marker=marker if len(curve.points) <= 12 else "", linewidth=2.2 if measured else 1.4,
            markerfacecolor=colour if measured else "white",
        )  # fmt: skip
    axes.set(xscale="log", yscale="log", ylabel=shown.up)
    axes.grid(visible=True, which="major")
    for axis in (axes.xaxis, axes.yaxis):
        _ticks(axis)
    several = len(shown.curves) > 4 and max(len(c.name) for c in shown.curves) < 30
    axes.figure.legend(loc="outside lower left", ncols=2 if several else 1, handlelength=4.2)


def _ticks(axis: Any) -> None:
    """Powers of ten; over less than two decades also 2 and 5 times these, as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    if high / low > 100:
        axis.set_minor_formatter(NullFormatter())
        return
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _dots(axes: Any, shown: Dots) -> None:
    places = range(len(shown.rows))
    for n, label, marker, face, size in (
        (1, "in an exact instance", "D", "white", 5.5),
        (2, "in runs", "o", "black", 3.5),
    ):
        points = [(row[n], y) for y, row in enumerate(shown.rows) if row[n] is not None]
        if points:
            xs, ys = zip(*points, strict=True)
            axes.plot(xs, ys, linestyle="", marker=marker, color="black", markerfacecolor=face,
                      markersize=size, label=label)  # fmt: skip
    axes.axvline(1, color="black", linewidth=1.0)
    axes.set_yticks(list(places), [row[0] for row in shown.rows], fontsize=7.5)
    largest = max(v for row in shown.rows for v in row[1:] if v is not None and v < float("inf"))
    axes.set(xlim=(-0.02, max(1.04, 1.04 * largest)), ylim=(len(shown.rows) - 0.4, -0.6))
    axes.figure.legend(loc="outside lower left", ncols=2)


def _counts(axes: Any, shown: Counts) -> None:
    bins = len(shown.counts[0][1])
    wide, beneath = shown.top / bins, [0] * bins
    places = [(n + 0.5) * wide for n in range(bins)]
    for n, (kind, counts) in enumerate(shown.counts):
        colour, hatch = HATCHES[n % len(HATCHES)]
        axes.bar(places, counts, width=wide, bottom=beneath, color=colour, hatch=hatch,
                 edgecolor="black", linewidth=0.6, label=kind)  # fmt: skip
        beneath = [b + c for b, c in zip(beneath, counts, strict=True)]
    axes.set(ylabel=shown.up, xlim=(0, shown.top))
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.grid(visible=False, axis="x")
    axes.figure.legend(loc="outside lower left", ncols=4, title="kind of task", alignment="left")
