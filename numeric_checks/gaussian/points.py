"""The equality cases of N1 at points: their hypotheses are equations that no search ever meets.

||x||_2 <= ||x||_1 is an equation at the points of which one coordinate at most is not 0 (``one``),
||x||_1 <= d^{1/2} ||x||_2 at those whose coordinates have equal sizes (``equal``). Both classes are
drawn in rationals, with any signs, and beside them points that are in neither. At each point the
claim is decided by ``scenarios.examine``: inside its class it must hold, and outside of it the
hypothesis must fail, which is said by the class and not by the claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from ...proofs.language import Claimed
from ..evaluate import Statement
from ..scenarios import Scenario, examine
from .exactly import Verdict
from .law import GaussianError

CLASSES = {
    "N1.lower.equality": "one",
    "N1.lower.equality.if": "one",
    "N1.lower.equality.one": "one",
    "N1.upper.equality.mean": "equal",
    "N1.upper.equality": "equal",
    "N1.upper.equality.if": "equal",
}
"""The claims of ``norms`` with an equation of points among their hypotheses: where it holds."""

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class Points:
    """What the points say of a claim.

    Attributes:
        verdict: ``violated`` at a point; ``holds`` if it held at all points of its class, of which
            there were some, and its hypotheses failed at all others; else ``undecided``.
        inside: points at which it holds; ``outside``: points at which a hypothesis fails.
        location: the first point that is not as it should be.
    """

    verdict: Verdict
    inside: int
    outside: int
    evidence: str
    location: str = ""


def at_points(
    claim: Claimed, d: int, points: int, *, seed: int = 0, statement: Statement | None = None
) -> Points:
    """Decide a claim at structured points of R^d, and at points off them.

    Args:
        claim: one of ``CLASSES``.
        d: the dimension, at least 2, as all points of R^1 are in both classes.
        points: how many points.
        seed: of the random ones.
        statement: instead of the claim's own, such as a false one.

    Raises:
        GaussianError: the claim is none of these, or a number is too small.
    """
    name = claim.label.partition(".")[2]
    if name not in CLASSES:
        raise GaussianError(f"{claim.label} is no equality case; these are {', '.join(CLASSES)}")
    if d < 2 or points < 1:
        raise GaussianError(f"d >= 2 and at least one point, not {d} and {points}")
    inside = outside = 0
    strange, wrong = "", ""
    for scenario, belongs in _scenarios(claim, CLASSES[name], d, points, seed):
        found = examine(scenario, statement, claim=claim)
        inside += found.outcome == "holds"
        outside += found.outcome == "outside"
        if found.outcome == "violated":
            wrong = wrong or _shown(scenario)
        if found.outcome != ("holds" if belongs else "outside"):
            strange = strange or f"{found.outcome} at {_shown(scenario)}"
    text = f"{inside} points of equality and {outside} others, in exact arithmetic"
    if wrong:
        return Points("violated", inside, outside, f"{text}: a point violates it", wrong)
    if strange:
        return Points("undecided", inside, outside, f"{text}: one is not as it should be", strange)
    return Points("holds" if inside else "undecided", inside, outside, text)


def _scenarios(
    claim: Claimed, kind: str, d: int, points: int, seed: int
) -> Iterator[tuple[Scenario, bool]]:
    """Points by turns: of the class, of the other, of neither; 0 first. Does each belong?"""
    random = Random(f"{claim.label} {d} {seed}")
    has_size = bool(claim.for_all)  # "all sizes are t"
    for number in range(points):
        size = _positive(random)
        x = tuple(Fraction(0) for _ in range(d)) if not number else _point(random, number, d, size)
        sizes = {abs(value) for value in x}
        belongs = len(sizes) == 1 if kind == "equal" else sum(v != 0 for v in x) <= 1
        choices = {}
        if has_size:
            choices["t"] = max(sizes) + (_positive(random) if number % 5 == 4 else 0)
            belongs = belongs and sizes == {choices["t"]}
        yield _scenario(claim, x, choices), belongs


def _point(random: Random, number: int, d: int, size: Fraction) -> Vector:
    if number % 3 == 0:  # of neither class but by accident
        return tuple(random.choice((-1, 0, 1, 1)) * _positive(random) for _ in range(d))
    if number % 3 == 1:
        return tuple(random.choice((-1, 1)) * size for _ in range(d))
    place = random.randrange(d)
    return tuple(random.choice((-1, 1)) * size if i == place else Fraction(0) for i in range(d))


def _positive(random: Random) -> Fraction:
    return Fraction(random.randint(1, 10**6), random.randint(1, 10**6))


def _scenario(claim: Claimed, x: Vector, choices: dict[str, Fraction]) -> Scenario:
    zero = Fraction(0)
    return Scenario(
        claim=claim.label, K=0, d=len(x), objective=None, start=(), steps=(), L=zero, f_star=zero,
        sigma=(zero,) * len(x), choices=choices, points={"x": x},
    )  # fmt: skip


def _shown(scenario: Scenario) -> str:
    x = ", ".join(map(str, scenario.points["x"]))
    return f"x = ({x})" + "".join(f", {n} = {v}" for n, v in scenario.choices.items())
