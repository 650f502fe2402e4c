"""Plots as inline SVG: a row of dots for each claim, a histogram. Readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .markup import Html, Part, anchor, tag

LEFT, WIDE, ROW, TOP = 210.0, 480.0, 20.0, 28.0
BINS = 20


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
