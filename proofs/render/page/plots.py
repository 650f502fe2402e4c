"""Plots as inline SVG: a row of dots for each claim, a histogram. Readable without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..document import Curve
from ..figures.data import MEASURED, readable
from ..text import SUPERSCRIPT
from .markup import Html, Part, anchor, tag

LEFT, WIDE, ROW, TOP = 210.0, 480.0, 20.0, 28.0
BINS = 20
DASHES = ("none", "7 3", "2 3", "9 3 2 3", "1 4", "12 4", "9 3 2 3 2 3", "14 3 5 3")
HIGH = 250.0
LETTER = 6.8
MARGIN = 60.0


@dataclass(frozen=True)
class Dots:
    """One row: the ratio reached in runs, and the one of the best exact instance, if known."""

    label: str
    name: str
    measured: float | None
    exact: float | None


def ratios(rows: Sequence[Dots], title: str) -> Html:
    """How near each claim came to equality; the line at the right is where it would fail."""
    height = TOP + ROW * len(rows) + 8
    shapes: list[Part] = [tag("title", title), *_scale(height)]
    for n, row in enumerate(rows):
        y = TOP + ROW * (n + 0.5)
        name = tag("text", row.name, x=f"{LEFT - 10:g}", y=f"{y + 4:g}", text_anchor="end")
        shapes.append(tag("a", name, href=f"#{anchor(row.label)}", aria_label=row.label))
        shapes.append(
            tag("line", x1=f"{LEFT:g}", x2=f"{LEFT + WIDE:g}", y1=f"{y:g}", y2=f"{y:g}",
                class_="guide")
        )  # fmt: skip
        if row.exact is not None:
            x = _x(row.exact)
            diamond = f"M{x:.1f} {y - 6:g}l6 6l-6 6l-6 -6z"
            words = f"{row.name}: {row.exact:.6g} in an exact instance"
            shapes.append(tag("path", tag("title", words), d=diamond, class_="exact"))
        if row.measured is not None:
            words = f"{row.name}: {row.measured:.6g} in runs"
            shapes.append(
                tag("path", tag("title", words), class_="run", d=_disc(_x(row.measured), y))
            )
    return _figure(shapes, LEFT + WIDE + 24, height, title)


def histogram(values: Sequence[float], title: str) -> Html:
    """How often which ratio was the worst of a task."""
    counts = [0] * BINS
    for value in values:
        counts[min(max(int(value * BINS), 0), BINS - 1)] += 1
    tallest, high = max(counts, default=1) or 1, 120.0
    shapes: list[Part] = [tag("title", title)]
    step = WIDE / BINS
    for n, count in enumerate(counts):
        tall = high * count / tallest
        words = f"{count} between {n / BINS:g} and {(n + 1) / BINS:g}"
        path = f"M{LEFT + n * step + 1:.1f} {TOP + high:g}v{-tall:.1f}h{step - 2:.1f}v{tall:.1f}z"
        if count:
            shapes.append(tag("path", tag("title", words), d=path, class_="bin"))
            shapes.append(
                tag("text", f"{count}", x=f"{LEFT + (n + 0.5) * step:.1f}",
                    y=f"{TOP + high - tall - 4:.1f}", text_anchor="middle")
            )  # fmt: skip
    for n in range(0, 11, 2):
        x = f"{_x(n / 10):.1f}"
        shapes.append(
            tag("text", f"{n / 10:g}", x=x, y=f"{TOP + high + 16:g}", text_anchor="middle")
        )
    return _figure(shapes, LEFT + WIDE + 24, TOP + high + 26, title)


def _scale(height: float) -> list[Html]:
    found = list[Html]()
    for n in range(0, 11, 2):
        x = f"{_x(n / 10):.1f}"
        found.append(tag("text", f"{n / 10:g}", x=x, y="14", text_anchor="middle"))
        kind = "limit" if n == 10 else "grid"
        found.append(tag("line", x1=x, x2=x, y1="20", y2=f"{height - 4:g}", class_=kind))
    return found


def _x(ratio: float) -> float:
    """The place of a ratio; what exceeds 1 is shown just beyond the line."""
    return LEFT + WIDE * min(max(ratio, 0.0), 1.03)


def _disc(x: float, y: float) -> str:
    return f"M{x - 4:.1f} {y:g}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"


def _figure(shapes: Sequence[Part], width: float, height: float, title: str) -> Html:
    drawn = tag(
        "svg", *shapes, viewBox=f"0 0 {width:g} {height:g}", width=f"{width:g}",
        height=f"{height:g}", class_="plot", role="group", aria_label=title,
    )  # fmt: skip
    caption = tag("figcaption", title)
    scrolled = tag(
        "div", drawn, class_="wide", tabindex="0", role="region", aria_label=f"{title}, scrolls"
    )
    return tag("figure", caption, scrolled)


def curves(lines: Sequence[Curve], title: str, across: str, up: str) -> Html:
    """Lines over logarithmic axes, told apart by dashes; the legend gives their slopes."""
    points = [p for line in lines for p in line.points if p[0] > 0 and p[1] > 0]
    if not points:
        return Html("")
    xs, ys = (sorted(math.log10(p[n]) for p in points) for n in (0, 1))
    (x0, x1), (y0, y1) = (_decades(v[0], v[-1]) for v in (xs, ys))

    def at(x: float, y: float) -> tuple[float, float]:
        across_, up_ = (math.log10(x) - x0) / (x1 - x0), (math.log10(y) - y0) / (y1 - y0)
        return MARGIN + WIDE * across_, TOP + HIGH * (1 - up_)

    shapes: list[Part] = [tag("title", title)]
    for n in range(x0, x1 + 1):
        x = f"{at(10.0**n, 10.0**y0)[0]:.1f}"
        shapes.append(tag("line", x1=x, x2=x, y1=f"{TOP:g}", y2=f"{TOP + HIGH:g}", class_="grid"))
        shapes.append(_text(_power(n), x, TOP + HIGH + 16, "middle"))
    for n in range(y0, y1 + 1):
        y = at(10.0**x0, 10.0**n)[1]
        ends = {"x1": f"{MARGIN:g}", "x2": f"{MARGIN + WIDE:g}"}
        shapes.append(tag("line", **ends, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid"))
        shapes.append(_text(_power(n), f"{MARGIN - 6:g}", y + 4, "end"))
    shapes.append(_text(across, f"{MARGIN + WIDE / 2:g}", TOP + HIGH + 34, "middle"))
    shapes.append(_text(up, f"{MARGIN - 40:g}", TOP - 12, "start"))
    for n, line in enumerate(lines):
        drawn = (at(x, y) for x, y in line.points if x > 0 and y > 0)
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in drawn)
        dash = DASHES[n % len(DASHES)]
        name = _named(line)
        kind = "curve measured" if line.name.startswith(MEASURED) else "curve"
        shapes.append(tag("path", tag("title", name), d=path, stroke_dasharray=dash, class_=kind))
        y = TOP + 8 + 20 * n
        key = f"M{MARGIN + WIDE + 16:g} {y:g}h34"
        shapes.append(tag("path", d=key, stroke_dasharray=dash, class_=kind))
        shapes.append(_text(name, f"{MARGIN + WIDE + 58:g}", y + 4, "start"))
    wide = MARGIN + WIDE + 70 + LETTER * max(len(_named(line)) for line in lines)
    return _figure(shapes, wide, max(TOP + HIGH + 42, TOP + 20 * len(lines)), title)


def _named(line: Curve) -> str:
    """What the legend says of a line."""
    return readable(line.name) + (f", slope {line.slope:.3f}" if line.slope is not None else "")


def _decades(low: float, high: float) -> tuple[int, int]:
    first, last = math.floor(low + 1e-9), math.ceil(high - 1e-9)
    return first, max(last, first + 1)


def _power(n: int) -> str:
    return str(10**n) if 0 <= n <= 3 else f"10{str(n).translate(SUPERSCRIPT)}"


def _text(words: str, x: str, y: float, anchor_: str) -> Html:
    return tag("text", words, x=x, y=f"{y:.1f}", text_anchor=anchor_)
