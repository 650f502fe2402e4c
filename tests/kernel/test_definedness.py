"""What a statement must be shown to define, and the values by which hypotheses hold: rare cases.

Each test was written for a guard that no other test needed (tests/guards).
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import small_theory as small

from ratecert.proofs.kernel.claims import publish
from ratecert.proofs.kernel.errors import SideConditionError
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import norm, weaken
from ratecert.proofs.kernel.terms import (
    ONE,
    ZERO,
    App,
    Formula,
    Ix,
    IxVal,
    Le,
    PointApp,
    Rel,
    Term,
    Var,
    coord,
    neg,
    power,
)
from ratecert.proofs.kernel.theory import Definition, Symbol, Theory

K, k, i, n, first = Ix("K"), Ix("k"), Ix("i"), Ix("n"), Ix(None, 1)
u = Var("u", "det")
SYMBOLS = (Symbol("Y", ("index",)), Symbol("z", ("index",)), Symbol("x", ("index",), "point"))


def abbreviated(left: App, right: Term) -> Theory:
    return Theory("t", SYMBOLS, ("K",), (), (Definition("Y", "abbreviation", left, (), right),))


def stated(theory: Theory, term: Term, *hypotheses: Formula) -> Theorem:
    theorem = norm(theory, term, term)
    for hypothesis in hypotheses:
        theorem = weaken(theorem, hypothesis)
    return theorem


def claimed(theorem: Theorem, values: dict[Term, Fraction], numbers: dict[str, int]) -> None:
    publish(theorem, "c", "title", "lemma", (), (values, numbers))


@pytest.mark.parametrize("exponent", [Fraction(-1, 2), Fraction(-3, 2)])
def test_an_inverse_root_is_of_something_positive(exponent: Fraction) -> None:
    """1/sqrt(u) with u < 0: not 0 is not enough, but it is for 1/(-u)."""
    theorem = stated(small.SCALARS, power(u, exponent), Rel(u, "<", ZERO))
    with pytest.raises(SideConditionError, match="must be shown to be > 0"):
        claimed(theorem, {u: Fraction(-1)}, {})
    with pytest.raises(SideConditionError, match="must be shown to be not 0"):
        claimed(stated(small.SCALARS, power(neg(u), -1)), {}, {})
    claimed(stated(small.SCALARS, power(neg(u), -1), Rel(u, "<", ZERO)), {u: Fraction(-1)}, {})


def test_a_coordinate_of_a_process_is_that_coordinate_only() -> None:
    """With x[k,i] = 1/i, x[k,1] is defined, though x[k,0] divides by 0."""
    at = PointApp("x", (k,))
    theory = abbreviated(coord(at, i), power(IxVal(i), -1))
    claimed(stated(theory, coord(at, first)), {}, {"k": 1})
    with pytest.raises(SideConditionError, match="definedness"):
        claimed(stated(theory, coord(at, Ix(None, 0))), {}, {"k": 1})


def test_an_index_constant_in_an_abbreviation_is_no_pattern() -> None:
    """``Y[K] = 1/z[K]`` at another index n speaks of z[K], not of z[n]."""
    theory = abbreviated(App("Y", (K,)), power(App("z", (K,)), -1))
    mention, numbers = App("Y", (n,)), {"n": 1, "K": 1}
    values: dict[Term, Fraction] = {App("z", (first,)): Fraction(1)}
    claimed(stated(theory, mention, Rel(ZERO, "<", App("z", (K,)))), values, numbers)
    with pytest.raises(SideConditionError, match="definedness"):
        claimed(stated(theory, mention, Rel(ZERO, "<", App("z", (n,)))), values, numbers)


def test_a_value_is_given_at_numbers() -> None:
    """``z[n] = 1`` would be a value that nothing reads."""
    theory = Theory("t", SYMBOLS)
    hypotheses = (Rel(ZERO, "<=", ONE), Le(first, n))
    theorem = stated(theory, ONE, *hypotheses)
    claimed(theorem, {App("z", (first,)): Fraction(1)}, {"n": 1})
    with pytest.raises(SideConditionError, match="not the value of a variable or symbol"):
        claimed(theorem, {App("z", (n,)): Fraction(1)}, {"n": 1})
