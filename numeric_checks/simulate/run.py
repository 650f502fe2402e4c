"""What a run records, and for which times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ...optimizers.batched import NonFiniteError, ShapeError, require_finite
from ...optimizers.recursions import Recursion
from ...proofs.kernel.terms import Rat, Term, sqrt
from ..exact import Exact, as_float, closed_value, from_float, working_precision

if TYPE_CHECKING:
    from ..instances import Instance

ExactConstant = int | Fraction | Term
ConstantValue = ExactConstant | Sequence[ExactConstant] | float | Tensor


@dataclass(frozen=True)
class Constant:
    """A constant of the theory: its floats, and its exact value.

    Attributes:
        floats: float64 [R, C]; R is 1 or the number of instances, C is 1 or d.
        exact: for each of the C entries a rational or a closed kernel term (such as the square
            root of a rational); empty if the floats themselves are the exact values.
    """

    floats: Tensor
    exact: tuple[Fraction | Term, ...] = ()

    def exact_at(self, row: int, column: int) -> Exact:
        """The exact value for an instance (from 0) and a coordinate (from 0)."""
        if self.exact:
            return closed_value(self.exact[column if len(self.exact) > 1 else 0])
        rows, columns = self.floats.shape
        place = (row if rows > 1 else 0, column if columns > 1 else 0)
        return from_float(float(self.floats[place]))

    def row(self, row: int) -> Constant:
        """The constant for one instance."""
        return self if len(self.floats) == 1 else replace(self, floats=self.floats[row : row + 1])


def constant(value: ConstantValue, name: str = "constant") -> Constant:
    """A ``Constant`` from what users have.

    Args:
        value: a rational or a closed kernel term of numbers; a sequence of those, one a
            coordinate; a float (a dyadic rational); or a float tensor [], [B, 1], [1, d] or [B, d].
        name: for messages.

    Raises:
        NonFiniteError: a float is NaN or infinite, or an exact value exceeds the float range.
        ShapeError: a tensor or sequence has another shape.
    """
    if isinstance(value, Tensor):
        if value.ndim not in (0, 2) or 0 in value.shape or not value.is_floating_point():
            raise ShapeError(f"{name}: a tensor must be floats [], [B, 1], [1, d] or [B, d]")
        floats = value.detach().to(torch.float64).reshape(value.shape or (1, 1))
        require_finite(floats, name)
        return Constant(floats)
    if isinstance(value, float):
        return constant(torch.tensor(value, dtype=torch.float64), name)
    parts: Sequence[ExactConstant] = value if isinstance(value, Sequence) else (value,)
    if not parts:
        raise ShapeError(f"{name}: an empty sequence")
    for part in parts:
        if isinstance(part, bool) or not isinstance(part, int | Fraction | Term):
            raise ShapeError(f"{name}: not an exact rational or a kernel term: {part!r}")
    exact = tuple(Fraction(p) if isinstance(p, int) else p for p in parts)
    with working_precision(128):
        floats = torch.tensor([[as_float(closed_value(p)) for p in exact]], dtype=torch.float64)
    if not bool(torch.isfinite(floats).all()):
        raise NonFiniteError(f"{name} exceeds the range of floats")
    return Constant(floats, exact)


def theory_constants(instance: Instance) -> dict[str, ConstantValue]:
    """The constants of assumptions A0 to A3 under the names theories use.

    ``L``, ``fstar``, ``Delta``, ``sigma`` (one a coordinate) and ``sigma_s``; the last two are
    square roots of rationals, kept as kernel terms.

    What is recorded is never unfolded, so a statement sees the certified upper bound ``Delta``
    where its theory defines f(x^1) - f*: it is then the statement for the lower bound
    f(x^1) - Delta of f, valid as well (A0 for ``fstar`` and for that bound both hold).
    """
    return {
        "L": instance.L,
        "fstar": instance.f_star,
        "Delta": instance.Delta,
        "sigma": tuple(sqrt(Rat(s)) for s in instance.sigma2),
        "sigma_s": sqrt(Rat(instance.sigma_s2)),
    }


@dataclass(frozen=True)
class Series:
    """Values at consecutive times: ``data[t]`` is at time ``first + t``; [T, B] or [T, B, d]."""

    data: Tensor
    first: int

    @property
    def last(self) -> int:
        """The last time recorded."""
        return self.first + len(self.data) - 1

    def at(self, time: int) -> Tensor:
        """The value at ``time``: [B] or [B, d].

        Raises:
            IndexError: it was not recorded.
        """
        if not self.first <= time <= self.last:
            raise IndexError(f"time {time} is not in {self.first}..{self.last}")
        return self.data[time - self.first]

    def narrow(self, low: int, high: int, row: int) -> Series:
        """A copy of the times in [low, high] that are recorded, of one row."""
        low = max(low, self.first)
        start, stop = low - self.first, max(min(high, self.last) + 1 - self.first, 0)
        return Series(self.data[start:stop, row : row + 1].clone(), low)


@dataclass(frozen=True)
class Run:
    """A window of a run: the iterations ``first .. last`` of B instances, of 1 .. K in all.

    It holds the values its own iterations need, those at time ``last + 1``, and as many earlier
    ones as were asked for, so that consecutive windows overlap in at least the point x[last + 1].
    A statement is evaluated for the times a window *owns*: its iterations, everything before 1 in
    the first window, everything after K in the last.

    Attributes:
        first, last: the iterations of this window.
        indices: the index constants, K (the horizon) and d.
        constants: scalars and coordinate-indexed constants of the theory, hyperparameters among
            them (as the floats they were in the run).
        points: point processes, "x": x[first .. last+1], [T, B, d].
        processes: "g" (times first .. last), slots (first-1 .. last) and abbreviations, [T, B, d].
        at_points: functions of a point process, ("f", "x"): [T, B] and ("grad", "x"): [T, B, d].
        seeds, instances: the random stream of each row.
        replicates: do the rows differ in their streams only? Then means over rows estimate E.
        recursion, instance: what was run; needed by exact replays and by functions at new points.
        start: x^1, [B, d]. It is deterministic, so that every window has it as a constant.
    """

    first: int
    last: int
    indices: Mapping[str, int]
    constants: Mapping[str, Constant]
    points: Mapping[str, Series]
    processes: Mapping[str, Series]
    at_points: Mapping[tuple[str, str], Series]
    seeds: tuple[int, ...]
    instances: tuple[int, ...]
    replicates: bool
    recursion: Recursion | None = None
    instance: Instance | None = None
    start: Tensor | None = None

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        name = self.recursion.title if self.recursion is not None else "Run"
        window = "whole" if self.whole else f"iterations {self.first} to {self.last}"
        kept = ", ".join(sorted({*self.points, *self.processes}))
        listed = ", ".join(map(str, self.seeds[:8])) + (", ..." if self.rows > 8 else "")
        rows = [
            ("iterations", f"{self.K} ({window})"), ("dimension", str(self.d)),
            ("instances", str(self.rows)), ("seeds", listed), ("recorded", kept),
        ]  # fmt: skip
        from ...proofs.render.notebook import of_run  # late: only notebooks ask

        return of_run(name, rows)

    @property
    def K(self) -> int:  # noqa: N802 - its name in the field
        """The horizon."""
        return self.indices["K"]

    @property
    def d(self) -> int:
        """The dimension."""
        return self.indices["d"]

    @property
    def rows(self) -> int:
        """B, the number of instances."""
        return len(self.seeds)

    @property
    def whole(self) -> bool:
        """Is this window all of the run?"""
        return self.first == 1 and self.last == self.K

    def owned(self, low: int, high: int) -> tuple[int, int]:
        """The part of the times ``low .. high`` that this window owns (empty if reversed)."""
        return (
            low if self.first == 1 else max(low, self.first),
            high if self.last == self.K else min(high, self.last),
        )

    def excerpt(self, low: int, high: int, row: int) -> Run:
        """A small copy: one row, the times in [low, high]."""

        def cut(table: Mapping[str, Series]) -> dict[str, Series]:
            return {name: series.narrow(low, high, row) for name, series in table.items()}

        return replace(
            self,
            constants={name: c.row(row) for name, c in self.constants.items()},
            points=cut(self.points),
            processes=cut(self.processes),
            at_points={key: s.narrow(low, high, row) for key, s in self.at_points.items()},
            seeds=self.seeds[row : row + 1],
            instances=self.instances[row : row + 1],
            start=None if self.start is None else self.start[row : row + 1],
        )
