"""The smallest constant that does: where a step fails, the same step with another rational in it.

Not part of any proof: the step with the other constant is proved by the kernel, the step with a
slightly better one refuted by an exact point, and both are told to the author.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from ..finders import Counterexample, Failure, free_quantities
from ..kernel import terms as K
from ..kernel.judgment import Theorem

Prove = Callable[[K.Rel], Theorem | Failure]
Refute = Callable[[K.Rel, int], Counterexample | None]
"""Searches for a proof, under a small budget, and for a counterexample, in some rounds."""
MAX_QUANTITIES = 10
MAX_PLACES = 3
FACTORS = (Fraction(2), Fraction(1, 2), Fraction(4), Fraction(1, 4), Fraction(16), Fraction(1, 16))
PRECISION = Fraction(1, 100)
MAX_BISECTIONS = 14
ROUNDS, MORE_ROUNDS = 20, 120
Path = tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """A rational constant in a step: on which side, on the way down which parts."""

    side: str
    path: Path
    value: Fraction


def better_constant(
    goal: K.Rel, prove: Prove, refute: Refute, show: Callable[[Counterexample, K.Rel], str]
) -> str:
    """What the author may write in place of one constant of ``goal``; empty if nothing is found."""
    if goal.op == "=" or len(free_quantities([goal])) > MAX_QUANTITIES:
        return ""
    for place in _places(goal)[:MAX_PLACES]:
        found = _at(place, goal, prove, refute, show)
        if found:
            return found
    return ""


def _at(
    place: Place, goal: K.Rel, prove: Prove, refute: Refute,
    show: Callable[[Counterexample, K.Rel], str],
) -> str:  # fmt: skip
    """The constant at one place: bracketed by bisection, made simple, proved."""

    def refuted(value: Fraction, rounds: int = ROUNDS) -> Counterexample | None:
        return refute(_put(goal, place, K.Rat(value)), rounds)

    wrong = refuted(place.value, MORE_ROUNDS)
    others = (place.value * factor for factor in FACTORS)
    if wrong is None:  # not seen to be false: what can be proved?
        proved = (
            v for v in (*others,)[:2] if isinstance(prove(_put(goal, place, K.Rat(v))), Theorem)
        )
        value = next(proved, None)
        return "" if value is None else _says(place, str(value))
    good = next((v for v in others if refuted(v) is None), None)
    if good is None:
        return ""
    bad = place.value
    for _ in range(MAX_BISECTIONS):
        if abs(good - bad) <= PRECISION * abs(good):
            break
        quarter = (good - bad) / 4
        middle = simplest(*sorted((bad + quarter, good - quarter)))
        found = refuted(middle)
        good, bad, wrong = (good, middle, found) if found else (middle, bad, wrong)
    for term, text in _candidates(bad, good):
        if not isinstance(prove(_put(goal, place, term)), Theorem):
            continue
        closer = _closer(term, bad)
        found = refuted(closer, MORE_ROUNDS) if closer is not None else None
        at, wrong = (closer, found) if closer is not None and found else (bad, wrong)
        return f"{_says(place, text)}; with {at} it is {show(wrong, goal)}"
    return ""


def _says(place: Place, text: str) -> str:
    return f"with {text} in place of {place.value} it holds (proved)"


def _candidates(bad: Fraction, good: Fraction) -> Iterator[tuple[K.Term, str]]:
    """Numbers between what is refuted and what is not, and a little beyond; simplest first."""
    slack = good + (good - bad)
    size, sign = sorted((abs(good), abs(slack))), 1 if good > 0 else -1
    near = sorted((abs(bad), abs(good)))
    values = [good, sign * simplest(*near), sign * simplest(*size)]
    numbers: list[tuple[Fraction, K.Term, str]] = [
        (Fraction(_height(v)), K.Rat(v), str(v)) for v in values if v != bad
    ]
    square = simplest(near[0] ** 2, near[1] ** 2)
    root = K.Pow(K.Rat(square), Fraction(1, 2))
    signed = root if sign > 0 else K.Mul((K.Rat(Fraction(-1)), root))
    text = f"{'-' if sign < 0 else ''}sqrt({square})"
    numbers.append((Fraction(2 * _height(square)), signed, text))
    seen = set[str]()
    for _, term, told in sorted(numbers, key=lambda n: n[0]):
        if told not in seen:
            seen.add(told)
            yield term, told


def _height(value: Fraction) -> int:
    return abs(value.numerator) + value.denominator


def _closer(term: K.Term, bad: Fraction) -> Fraction | None:
    """A little beyond a rational, on the side of what is false."""
    if not isinstance(term, K.Rat):
        return None
    step = abs(term.value) / 500
    return term.value - step if bad < term.value else term.value + step


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The rational of least denominator with ``low <= r <= high``."""
    if low > high:
        low, high = high, low
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    if ceil(low) <= high:
        return Fraction(ceil(low))
    whole = floor(low)
    return whole + 1 / simplest(1 / (high - whole), 1 / (low - whole))


# --- where constants are ----------------------------------------------------------------------


def _places(goal: K.Rel) -> list[Place]:
    """The constants worth replacing: fractions first, then whole numbers, 1 and signs never."""
    found = [
        Place(side, path, value)
        for side, term in (("right", goal.right), ("left", goal.left))
        for path, value in _constants(term)
        if value not in (0, 1, -1) or (value == 1 and not path)
    ]
    return sorted(found, key=lambda place: place.value.denominator == 1)


def _constants(t: K.Term, path: Path = ()) -> Iterator[tuple[Path, Fraction]]:
    if isinstance(t, K.Rat):
        yield path, t.value
    for n, part in enumerate(_parts(t)):
        yield from _constants(part, (*path, n))


def _parts(t: K.Term) -> tuple[K.Term, ...]:
    if isinstance(t, K.Add | K.Mul):
        return t.terms
    if isinstance(t, K.Pow):
        return (t.base,)
    return (t.body,) if isinstance(t, K.Abs | K.E | K.CE | K.Sum) else ()


def _put(goal: K.Rel, place: Place, new: K.Term) -> K.Rel:
    left, right = goal.left, goal.right
    if place.side == "left":
        return K.Rel(_replaced(left, place.path, new), goal.op, right)
    return K.Rel(left, goal.op, _replaced(right, place.path, new))


def _replaced(t: K.Term, path: Path, new: K.Term) -> K.Term:
    if not path:
        return new
    parts = list(_parts(t))
    parts[path[0]] = _replaced(parts[path[0]], path[1:], new)
    if isinstance(t, K.Add | K.Mul):
        return type(t)(tuple(parts))
    if isinstance(t, K.Pow):
        return replace(t, base=parts[0])
    if isinstance(t, K.Abs | K.E | K.CE | K.Sum):
        return replace(t, body=parts[0])
    return t
