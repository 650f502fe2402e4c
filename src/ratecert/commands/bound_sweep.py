"""A sweep of ``ratecert bound``: as a table, as a plot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from ..proofs.constants.answer import Answer, double, has, shown
from ..proofs.constants.bound import norm
from ..proofs.constants.values import decimal_up
from ..proofs.kernel.exact import Interval
from ..proofs.language.theory import Claimed
from ..proofs.render.document import Curve
from ..proofs.render.figures.data import Lines
from ..proofs.render.figures.draw import save
from .bound_report import how_known, number_text, reached, short
from .checked import Outcomes


def as_table(rows: Sequence[Answer], known: Outcomes) -> Iterator[str]:
    """The rows of a sweep."""
    claims = list(dict.fromkeys(row.instance.claim for row in rows))
    for claim in claims:
        yield f"{claim.label}: {how_known(known[claim])}"
    yield ""
    head = ["d", "K", "bound", "SGD", "at x¹", "η", "θ", "instance"]
    if norm(claims[0]) == "l1":
        head[3] = "SGD × √d"
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        numbers = "  ".join(c.rjust(w) for c, w in zip(line[:-1], widths, strict=False))
        yield f"  {numbers}  {line[-1]}"
    for d in sorted({int(row.given["d"]) for row in rows}):  # type: ignore[arg-type]
        row = next(row for row in rows if row.given["d"] == d)
        if row.level is not None:
            yield ""
            yield f"With d = {d}"
            yield from reached(row, row.level)


def _cells(row: Answer) -> list[str]:
    instance = row.instance

    def beside(found: tuple[Claimed, Interval | None] | None) -> str:
        return "" if found is None or found[1] is None else decimal_up(found[1][1], 5)

    value = row.best.value
    solved = [
        shown(instance, n, 5) if value is not None and has(instance, n) else ""
        for n in ("eta", "theta")
    ]
    bound = "fails" if value is None else decimal_up(value[1], 5)
    name = short(row, instance) or instance.claim.label
    sizes = [number_text(Fraction(row.given[n])) for n in ("d", "K")]  # type: ignore[arg-type]
    return [*sizes, bound, beside(row.sgd), beside(row.start), *solved, name]


# --- plot ---------------------------------------------------------------------------------------


def plot(rows: Sequence[Answer], path: str) -> None:
    """Bound, SGD's and what x¹ satisfies against K (or d), on logarithmic axes."""
    across = "K" if len({row.given["K"] for row in rows}) > 1 else "d"
    other = "d" if across == "K" else "K"
    curves = list[Curve]()
    for fixed_at in sorted({int(row.given[other]) for row in rows}):  # type: ignore[arg-type]
        picked = [row for row in rows if row.given[other] == fixed_at]
        several = f", {other} = {fixed_at}" if len(rows) > len(picked) else ""
        for label, values in (
            (picked[0].theorem.label, [row.best.value for row in picked]),
            ("SGD" + (" × √d" if norm(picked[0].instance.claim) == "l1" else ""),
             [row.sgd[1] if row.sgd else None for row in picked]),
            ("gradient at x¹", [row.start[1] if row.start else None for row in picked]),
        ):  # fmt: skip
            points = tuple(
                (double(Fraction(row.given[across])), double(value[1]))  # type: ignore[arg-type]
                for row, value in zip(picked, values, strict=True)
                if value is not None
            )
            if points:
                curves.append(Curve(f"{label}{several}", points))
    if rows[0].level is not None:
        ends = [double(Fraction(row.given[across])) for row in rows]  # type: ignore[arg-type]
        level = float(rows[0].level)
        curves.append(Curve("target", ((min(ends), level), (max(ends), level))))
    title = f"{rows[0].theorem.label}: {rows[0].theorem.title}"
    save(Lines(title, across, f"bound, {norm(rows[0].theorem)} norm", tuple(curves)), Path(path))
