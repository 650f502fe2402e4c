"""The figure: ratios along training, and against d; readable without colour."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from .analysis import Row, bands, table
from .report import Report
from .statement import families

MARKS = "osD^vPX"
DASHES = ("-", "--", ":", "-.")


def draw(report: Report, path: Path) -> None:
    """Draw a report into a file, whose suffix says how (.pdf, .png, .svg).

    Above, a column for each family: the ratio of minibatches' gradients along training, at the
    middle learning rate, median and 10 % to 90 % over seeds, a line a size. Below: the ratio of
    gradients of f late in training against d, a line a learning rate, with the slope -1/2 that
    ``||g||_1 = Theta(||g||_2)`` would have.

    Raises:
        OSError: the file cannot be written.
    """
    from matplotlib.figure import Figure

    rows, names = list(table(report.records)), families(report.records)
    figure = Figure(figsize=(4.2 * max(1, len(names)), 6.4), layout="constrained")
    axes = figure.subplots(2, max(1, len(names)), squeeze=False)
    lines = {(b.model, b.rate): b for b in bands(report.records) if b.gradient == "stochastic"}
    for column, family in enumerate(names):
        own = [row for row in rows if row.family == family]
        rates = sorted({row.rate for row in own}, key=float)
        above, below = axes[0][column], axes[1][column]
        middle = rates[len(rates) // 2]
        for n, row in enumerate(row for row in own if row.rate == middle):
            band = lines[row.model, row.rate]
            style = {"color": f"C{n}", "linestyle": DASHES[n % len(DASHES)]}
            above.plot(band.steps, band.mid, label=f"d = {row.d}", **style)
            above.fill_between(band.steps, band.low, band.high, color=f"C{n}", alpha=0.2, lw=0)
        above.set(title=f"{family}, lr {middle}", xlabel="step", ylim=(0, None))
        above.legend(fontsize="small")
        for n, rate in enumerate(rates):
            points = [(r.d, r.late) for r in own if r.rate == rate and r.late is not None]
            below.plot(
                [d for d, _ in points], [v for _, v in points], label=f"lr {rate}",
                marker=MARKS[n % len(MARKS)], linestyle=DASHES[n % len(DASHES)],
            )  # fmt: skip
        _reference(below, own)
        below.set(xscale="log", yscale="log", xlabel="d")
        below.legend(fontsize="small")
    if names:
        axes[0][0].set_ylabel("minibatch: ||g||_1 / (sqrt(d) ||g||_2)")
        axes[1][0].set_ylabel("f, late: the same")
    metadata = {"CreationDate": None} if path.suffix == ".pdf" else None
    if path.suffix == ".svg":
        metadata = {"Date": None}
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata=metadata)


def _reference(axes: object, rows: list[Row]) -> None:
    """The slope -1/2, from the median of the smallest size."""
    sizes = sorted({row.d for row in rows})
    first = [row.late for row in rows if row.d == sizes[0] and row.late is not None]
    if first and len(sizes) > 1:
        ends = [median(first), median(first) * (sizes[0] / sizes[-1]) ** 0.5]
        plot = axes.plot  # type: ignore[attr-defined]
        plot([sizes[0], sizes[-1]], ends, color="grey", lw=1, label="slope -1/2")
