"""``python -m ratecert.numeric_checks.instances.table``: the tables of docs/problems.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from .library import digits, mnist
from .model import BoundedObjective, Objective
from .noise import FiniteSupport, HeavyTailed, Rademacher, Spikes, TwoPoint
from .objectives import (
    BoundedRotated,
    Chain,
    Cosine,
    Huber,
    LogCosh,
    Quadratic,
    digits_objective,
    givens,
    mnist_objective,
)

_A = (Fraction(1), Fraction(1, 2))
_W = (Fraction(1, 2), Fraction(2))
_RARE = Fraction(1, 1000)


def objectives() -> tuple[tuple[str, Objective, BoundedObjective | None], ...]:
    """A sample of each kind: how it is made, and again if its gradient is bounded.

    Raises:
        ModuleNotFoundError: the extra [data] is not installed.
    """
    turn = givens(2, 0, 1, 2, 1)
    bounded: tuple[tuple[str, BoundedObjective], ...] = (
        ("Cosine(a)", Cosine(_A)),
        ("LogCosh(a, w)", LogCosh(_A, _W)),
        ("Huber(a, w)", Huber(_A, _W)),
        ("BoundedRotated(Huber(a, w), Q)", BoundedRotated(Huber(_A, _W), turn)),
        ("Chain(10)", Chain(10)),
        ("digits_objective()", digits_objective()),
        ("mnist_objective()", mnist_objective()),
    )
    return (("Quadratic(a)", Quadratic(_A), None), *((how, f, f) for how, f in bounded))


def noises() -> tuple[tuple[str, FiniteSupport], ...]:
    """A sample of each kind of finite support, for sigma = 1."""
    one = (Fraction(1),)
    return (
        ("Rademacher", Rademacher(one)),
        ("TwoPoint, p = 1/1000", TwoPoint(one, _RARE)),
        ("TwoPoint, p = 1/3", TwoPoint(one, Fraction(1, 3))),
        ("Spikes, p = 1/1000", Spikes(one, _RARE)),
        ("HeavyTailed", HeavyTailed(one)),
    )


def lines() -> Iterator[str]:
    """Both tables, line by line."""
    yield from _table(["objective", "d", "L", "f*", "sup of the l1 norm of its gradient"])
    for how, objective, bounded in objectives():
        top = "none" if bounded is None else _number(bounded.gradient_l1_bound)
        numbers = (_number(objective.L), _number(objective.f_star), top)
        yield _row((f"`{how}`", str(objective.dimension), *numbers))
    yield ""
    yield from _table(["batch 128", "Δ at 0", "σ_s²"])
    for name, problem in (("`digits()`", digits()), ("`mnist()`", mnist())):
        yield _row((name, _number(problem.Delta), _number(problem.sigma_s2)))
    yield ""
    head = ["noise", "outcomes", "largest", "its probability · 2^32", "1 - variance", "kurtosis"]
    yield from _table(head)
    for name, noise in noises():
        outcomes = noise.outcomes(0)
        last = outcomes[-1]
        fourth = sum(o.probability * o.value**4 for o in outcomes) / noise.variance[0] ** 2
        cells = (
            name,
            str(len(outcomes)),
            _number(last.value),
            _number(last.probability * 2**32),
            _number(1 - noise.variance[0]),
            _number(fourth),
        )
        yield _row(cells)


def _number(value: Fraction) -> str:
    """An integer as it is, anything else to six digits."""
    return str(value) if value.denominator == 1 else f"{float(value):.6g}"


def _table(head: Sequence[str]) -> Iterator[str]:
    yield _row(head)
    yield f"|{' --- |' * len(head)}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print("\n".join(lines()))
