"""What real training says: tables, a figure and the statement of ``ratecert experiments``.

All numbers and sentences come as plain data, computed where the experiment is; here they are set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..document import Document
from .names import escaped
from .plots import number
from .style import Venue
from .tables import tables

_TEX = {
    "||g||_1 / (sqrt(d) ||g||_2)": r"$\|g\|_1/(\sqrt d\,\|g\|_2)$",
    "||g||_1 >= c sqrt(d) ||g||_2": r"$\|g\|_1\ge c\sqrt d\,\|g\|_2$",
    "||g||_1 = Theta(||g||_2)": r"$\|g\|_1=\Theta(\|g\|_2)$",
    "||g||_1 / ||g||_2": r"$\|g\|_1/\|g\|_2$",
    "||grad f||_2^2": r"$\|\nabla f\|_2^2$",
    "||g||_2^2": r"$\|g\|_2^2$",
    "Theta(sqrt(d))": r"$\Theta(\sqrt d)$",
    "Theta(1)": r"$\Theta(1)$",
    "d^(-1/2)": r"$d^{-1/2}$",
    "sqrt(d)": r"$\sqrt d$",
    "grad f": r"$\nabla f$",
    "log d": r"$\log d$",
    "-1/2": "$-1/2$",
}
"""What statements say in ASCII, longest first where one holds another."""
_WORDS = re.compile(
    "|".join([*map(re.escape, _TEX), r"(?<![\w.-])[+-]\d+\.\d+", r"(?<![\w'-])[dfgc](?![\w-])"])
)
_MARKS = ("*", "square*", "triangle*", "diamond*", "o", "square", "triangle", "diamond")
_LINES = ("solid", "dashed", "dotted", "dashdotted", "densely dotted", "loosely dashed")


def experiments(document: Document, venue: Venue) -> Iterator[str]:
    """The section, if the document has the results of an experiment."""
    found = (document.results or {}).get("experiment")
    if not found:
        return
    runs, versions = found["runs"], found["environment"]
    named = [f"{name} {versions[name]}" for name in ("torch", "python") if name in versions]
    software = f" ({escaped(', '.join(named))})" if named else ""
    yield r"\subsection*{What real tasks say}"
    yield (
        r"AdamW trained networks of several sizes on real data; on the way $\|g\|_1/(\sqrt d\,"
        r"\|g\|_2)$ was recorded, of gradients $g$ of minibatches and of the objective $f$ or a"
        r" large sample of its data. It is at most $1$, and the nearer to a constant, the less a"
        r" rate in $\|\cdot\|_1$ with its factor $\sqrt d$ loses against one in $\|\cdot\|_2$. This"
        r" proves nothing. The "
        f"{runs['done']} of {runs['asked']} runs were made by "
        f"\\texttt{{{_breakable(found['command'])}}}{software}."
    )
    yield from _table(found["table"], venue)
    yield from _figure(found["table"], venue)
    yield from _slopes(found["slopes"], venue)
    for sentence in found["statement"]:
        yield ""
        yield rf"\noindent {tex(sentence['text'])}"


def tex(text: str) -> str:
    r"""A sentence of a statement: what is mathematics in it as such, the rest escaped.

    >>> tex("Theta(sqrt(d)) at 50 %, slope -0.125")
    '$\\Theta(\\sqrt d)$ at 50 \\%, slope $-0.125$'
    """
    parts, end = list[str](), 0
    for found in _WORDS.finditer(text):
        parts += [escaped(text[end : found.start()]), _TEX.get(found[0], f"${found[0]}$")]
        end = found.end()
    return "".join([*parts, escaped(text[end:])])


def _breakable(command: str) -> str:
    return escaped(command).replace("--", r"-{}-")


def _value(value: float | None, sign: bool = False) -> str:
    return "--" if value is None else f"${value:+.3f}$" if sign else f"{value:.3f}"


def _table(rows: Sequence[Mapping[str, Any]], venue: Venue) -> Iterator[str]:
    narrow = venue.columns > 1
    columns = {"start": "start", "late": "late"}
    if not narrow:
        columns = {
            "start": "start",
            "early": "early",
            "late": "late",
            "stochastic_late": "minib., late",
        }
    columns |= {"least": "least", "zeros": "zeros"}
    if not narrow:
        columns["loss"] = "loss"
    cells = [
        [escaped(row["model"]), str(row["d"]), escaped(row["rate"]),
         *(_value(row[c]) for c in columns)]
        for row in rows
    ]  # fmt: skip
    yield ""
    yield (
        r"\noindent Medians over seeds, a row for each network and learning rate: gradients of $f$"
        r" at the start"
        + ("" if narrow else ", early (first fifth)")
        + " and late (last fifth); "
        + ("" if narrow else "late gradients of minibatches; ")
        + "the least over all recorded steps of minibatches; the fraction of exact zeros in those,"
        + " late"
        + ("." if narrow else "; $f$ at the end.")
    )
    yield from tables(["network", "$d$", "lr", *columns.values()], cells, small=True)


def _figure(rows: Sequence[Mapping[str, Any]], venue: Venue) -> Iterator[str]:
    """The late ratio of gradients of f against d; marks tell families, dashes learning rates."""
    families = list(dict.fromkeys(row["family"] for row in rows))
    lines, least = list[str](), list[tuple[float, float]]()
    for n, family in enumerate(families):
        own = [row for row in rows if row["family"] == family and row["late"]]
        for m, rate in enumerate(dict.fromkeys(row["rate"] for row in own)):
            points = [(row["d"], row["late"]) for row in own if row["rate"] == rate]
            least += points
            style = f"{_LINES[m % len(_LINES)]},mark={_MARKS[n % len(_MARKS)]}"
            lines.append(_line(points, style, f"{escaped(family)}, lr {escaped(rate)}"))
    if not least:
        return
    low, high = min(d for d, _ in least), max(d for d, _ in least)
    top = max(value for _, value in least)
    if high > low:
        ends = [(low, top), (high, top * (low / high) ** 0.5)]
        lines.append(_line(ends, "gray,mark=none", "slope $-1/2$"))
    wide = venue.columns > 1
    options = [
        rf"width={'0.98' if wide else '0.62'}\linewidth",
        rf"height={'0.7' if wide else '0.5'}\linewidth",
        r"font=\footnotesize", r"legend style={font=\scriptsize,draw=none,fill=none}",
        "legend cell align=left", "xlabel={$d$}", "ylabel={late ratio}",
        "legend style={at={(0.5,-0.28)},anchor=north}" if wide else "legend pos=outer north east",
    ]  # fmt: skip
    body = "\n".join(lines)
    code = (
        "\\begin{center}\\begin{tikzpicture}"
        f"\\begin{{loglogaxis}}[{', '.join(options)}]\n{body}\n"
        "\\end{loglogaxis}\\end{tikzpicture}\\end{center}"
    )
    yield f"\\rcplot{{%\n{code}%\n}}{{%\n%\n}}"


def _line(points: Sequence[tuple[float, float]], style: str, name: str) -> str:
    listed = " ".join(f"({number(x)},{number(y)})" for x, y in points)
    return (
        f"\\addplot[{style},mark size=1.2pt,mark options={{solid}}] coordinates {{{listed}}};"
        f"\\addlegendentry{{{name}}}"
    )


def _slopes(slopes: Sequence[Mapping[str, Any]], venue: Venue) -> Iterator[str]:
    cells = [
        [
            escaped(s["family"]), "$f$" if s["gradient"] == "full" else "minib.", s["phase"],
            _value(s["mid"], True), _value(s["low"], True), _value(s["high"], True),
            escaped(s["conclusion"]),
            *([] if venue.columns > 1 else [_value(s["factor"])]),
        ]
        for s in slopes if s["measure"] == "ratio"
    ]  # fmt: skip
    yield ""
    yield (
        r"\noindent Slopes of the logarithm of the ratio in $\log d$, within a family, of"
        r" gradients of $f$ and of minibatches: $0$ is what"
        r" $\Theta(\sqrt d)$ has, $-1/2$ what $\Theta(1)$ has. Median, least and largest over"
        " seeds, and what the range contains: 0 (level), $-1/2$ (half), both (open), or neither,"
        " lying between, above (rising) or below (steeper). Matched: where the loss is first as low"
        " as all runs at that learning rate come"
        + ("." if venue.columns > 1 else "; the factor by which the ratio changes over the sizes.")
    )
    heads = ["family", "of", "when", "slope", "least", "most", "range"]
    heads += [] if venue.columns > 1 else ["factor"]
    yield from tables(heads, cells, small=True)
