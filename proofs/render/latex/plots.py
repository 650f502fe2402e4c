"""Plots as pgfplots code, readable in grey: lines differ in dashes and marks, not in colour.

Without pgfplots the table beside each plot is printed in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..document import Curve, Document, Tightness
from .names import escaped
from .style import Venue
from .tables import tables

STYLES = (
    "solid,mark=*", "dashed,mark=square*", "dotted,mark=triangle*", "dashdotted,mark=o",
    "densely dashed,mark=square", "densely dotted,mark=triangle", "loosely dashed,mark=diamond*",
    "gray,solid,mark=none",
)  # fmt: skip
BINS = 10


def number(value: float) -> str:
    """Six digits."""
    return f"{value:.6g}"


def _axis(kind: str, options: Sequence[str], body: Sequence[str], venue: Venue) -> str:
    wide = r"width=0.98\linewidth" if venue.columns > 1 else r"width=0.8\linewidth"
    every = ", ".join([wide, r"height=0.62\linewidth" if venue.columns > 1 else
                       r"height=0.45\linewidth", r"font=\footnotesize",
                       r"legend style={font=\scriptsize,draw=none,fill=none}",
                       r"legend cell align=left", *options])  # fmt: skip
    lines = "\n".join(body)
    return (
        f"\\begin{{center}}\\begin{{tikzpicture}}\\begin{{{kind}}}[{every}]\n{lines}\n"
        f"\\end{{{kind}}}\\end{{tikzpicture}}\\end{{center}}"
    )


def _plot(code: str, instead: str) -> str:
    return f"\\rcplot{{%\n{code}%\n}}{{%\n{instead}%\n}}"


def _lines(curves: Sequence[Curve], legend: Sequence[str], marks: bool = True) -> Iterator[str]:
    for n, (curve, name) in enumerate(zip(curves, legend, strict=True)):
        points = " ".join(f"({number(x)},{number(y)})" for x, y in curve.points)
        style = STYLES[n % len(STYLES)]
        if not marks:
            style = style.partition(",mark")[0] + ",mark=none"
        yield (
            f"\\addplot[{style},mark size=1.2pt,mark options={{solid}}] coordinates {{{points}}};"
        )
        yield f"\\addlegendentry{{{name}}}"


def bound_plot(document: Document, venue: Venue) -> Iterator[str]:
    """The bounds of the instances against K, on logarithmic axes, with their slopes."""
    curves = document.bounds
    legend = [
        f"{curve_name(c.name)}" + (f", slope ${c.slope:.3f}$" if c.slope is not None else "")
        for c in curves
    ]
    options = ["xlabel={$K$}", "ylabel={bound}"]
    if venue.columns == 1:
        options += ["legend pos=outer north east", r"width=0.6\linewidth"]
    else:
        options.append("legend style={at={(0.5,-0.3)},anchor=north}")
    code = _axis("loglogaxis", options, [*_lines(curves, legend)], venue)
    grid = [x for x, _ in curves[0].points][::4]
    rows = [
        [name, *(number(dict(c.points)[x]) if x in dict(c.points) else "" for x in grid)]
        for name, c in zip(legend, curves, strict=True)
    ]
    heads = ["bound at", *(f"$K={number(x)}$".replace("e+", r"\cdot10^{") for x in grid)]
    heads = [h[:-1] + "}$" if r"\cdot10^{" in h else h for h in heads]
    yield _plot(code, "\n".join(tables(heads, rows, small=True)))


def floor_plot(document: Document, venue: Venue) -> Iterator[str]:
    """Constants against gamma."""
    curves = document.floors
    legend = [curve_name(c.name) for c in curves]
    options = [r"xlabel={$\gamma$}", "ylabel={constant}", "legend pos=north east"]
    code = _axis("loglogaxis", options, [*_lines(curves, legend, marks=False)], venue)
    xs = [x for x, _ in curves[0].points][::6]
    rows = [
        [name, *(number(dict(c.points)[x]) for x in xs)]
        for name, c in zip(legend, curves, strict=True)
    ]
    yield _plot(code, "\n".join(tables([r"$\gamma$", *map(number, xs)], rows, small=True)))


def loss_plot(rows: Sequence[Tightness], venue: Venue) -> Iterator[str]:
    """One minus the ratio of the sides, on a logarithmic axis, for statements that lose something.

    A vertical line from the left axis would suggest a zero, which a logarithmic axis has not: so
    dots, with a thin line to guide the eye.
    """
    lost = sorted(((1 - t.ratio, t) for t in rows if t.ratio < 1), key=lambda x: x[0])
    if len(lost) < 2:
        return
    names = ",".join(f"{{{escaped(t.label.partition('.')[2])}}}" for _, t in lost)
    points = " ".join(f"({number(loss)},{n})" for n, (loss, _) in enumerate(lost))
    height = max(3.0, 0.34 * len(lost) + 1.4)
    options = [
        f"height={height:.1f}cm", f"ytick={{0,...,{len(lost) - 1}}}", f"yticklabels={{{names}}}",
        r"yticklabel style={font=\scriptsize}", "enlarge y limits={abs=0.7}", "ymajorgrids",
        r"xlabel={$1-{}$ratio of the sides}",
    ]  # fmt: skip
    if venue.columns > 1:
        options.append(r"width=0.8\linewidth")
    dots = f"\\addplot[only marks,mark=*,mark size=1.6pt] coordinates {{{points}}};"
    yield _plot(_axis("semilogxaxis", options, [dots], venue), "")


def histogram(ratios: Sequence[float], venue: Venue) -> Iterator[str]:
    """How often ratios lie where; the axis ends at 1 or at the largest."""
    top = max(1.0, *ratios)
    counts = [0] * BINS
    for ratio in ratios:
        counts[min(BINS - 1, int(ratio / top * BINS))] += 1
    points = " ".join(f"({number(n * top / BINS)},{c})" for n, c in enumerate([*counts, 0]))
    options = ["ybar interval", "ymin=0", r"xlabel={worst ratio}", r"ylabel={findings}",
               r"xticklabel style={/pgf/number format/fixed}",
               f"xtick={{0,{number(top / 2)},{number(top)}}}",
               "x tick label as interval=false"]  # fmt: skip
    body = f"\\addplot[fill=gray!50,draw=black] coordinates {{{points}}};"
    rows = [[f"{number(n * top / BINS)} to {number((n + 1) * top / BINS)}", str(c)]
            for n, c in enumerate(counts) if c]  # fmt: skip
    yield _plot(
        _axis("axis", options, [body], venue),
        "\n".join(tables(["ratio", "findings"], rows, small=True)),
    )


def curve_name(name: str) -> str:
    """The name of a curve as TeX."""
    if name.startswith(("C_1", "C_2", "SGD")):
        table = {"C_1/gamma^(1/2) + C_2": r"$C_1/\sqrt{\gamma}+C_2$", "C_1": "$C_1$",
                 "C_2": "$C_2$",
                 "SGD times sqrt(d)": r"SGD times $\sqrt d$", "SGD": "SGD"}  # fmt: skip
        head = next(h for h in table if name.startswith(h))
        return table[head] + escaped(name.removeprefix(head))
    return escaped(name)
