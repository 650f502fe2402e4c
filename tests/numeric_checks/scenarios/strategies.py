"""Small scenarios at random."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from ratecert.numeric_checks.instances.profile import Profile
from ratecert.numeric_checks.scenarios import Scenario, Step

small = st.fractions(-2, 2, max_denominator=6)
positive = st.fractions(Fraction(1, 6), 2, max_denominator=6)
unit = st.fractions(0, Fraction(5, 6), max_denominator=6)


@st.composite
def profiles(draw: Any, d: int) -> Profile:
    rows = []
    for _ in range(d):
        knots = sorted(draw(st.sets(small, max_size=2)))
        inner = draw(st.lists(small.map(lambda c: c / 2), min_size=len(knots) + 1,
                              max_size=len(knots) + 1))  # fmt: skip
        inner[0], inner[-1] = draw(positive) / 2, draw(positive) / 2  # bounded below
        rows.append((tuple(knots), tuple(inner)))
    slope = tuple(draw(small) for _ in range(d))
    return Profile(tuple(k for k, _ in rows), tuple(c for _, c in rows), slope)


@st.composite
def steps(draw: Any, K: int, d: int, b: int, fair: bool) -> tuple[Step, ...]:
    """``fair``: every node's noise has mean 0."""
    found, nodes = [], 1
    for _ in range(K):
        p = draw(unit) if b == 2 else Fraction(1)
        chances = (p or Fraction(1, 2), 1 - (p or Fraction(1, 2))) if b == 2 else (Fraction(1),)
        values = []
        for _ in range(draw(st.sampled_from([1, nodes]))):
            first = tuple(draw(small) for _ in range(d))
            if b == 1:
                values.append((first,))
            elif fair:
                values.append((first, tuple(-chances[0] / chances[1] * v for v in first)))
            else:
                values.append((first, tuple(draw(small) for _ in range(d))))
        found.append(Step(chances, tuple(values)))
        nodes *= b
    return tuple(found)


@st.composite
def scenarios(
    draw: Any, claim: str = "adamw.L5", b: int | None = None, fair: bool = True, **own: Fraction
) -> Scenario:
    """Worlds of NAdamW in which A0 and A1 hold, and if ``fair`` A2 and A3 do."""
    K, d = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    b = draw(st.integers(1, 2)) if b is None else b
    f = draw(profiles(d))
    choices = {
        "eta": draw(positive), "theta": draw(unit), "beta": draw(unit), "mu": draw(unit),
        "eps": draw(positive), "lam": draw(unit), **own,
    }  # fmt: skip
    chosen = draw(steps(K, d, b, fair))
    if fair and b == 1:
        chosen = tuple(Step(s.probabilities, (((Fraction(0),) * d,),)) for s in chosen)
    least = [
        max(sum((p * r[i] ** 2 for p, r in zip(s.probabilities, node, strict=True)), Fraction(0))
            for s in chosen for node in s.values)
        for i in range(d)
    ]  # fmt: skip
    sigma = tuple(v if v > 1 else Fraction(1) for v in least)  # v >= 1 is at least its root
    return Scenario(
        claim, K, d, f, tuple(draw(small) for _ in range(d)), chosen, f.L + draw(unit),
        f.f_star - draw(unit), sigma if fair else (Fraction(1),) * d, choices,
    )  # fmt: skip
