"""The scalar lemmas: proved, for random variables, with constants that cannot be smaller."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ratecert.proofs.kernel.exact import evaluate
from ratecert.proofs.kernel.terms import Var
from ratecert.proofs.language import Theory, by, symbols
from ratecert.proofs.library import inequalities as module
from ratecert.proofs.record.foundation import foundation

inequalities = module.inequalities


@pytest.mark.parametrize("name", list(inequalities.claims))
def test_proved_from_nothing(name):
    claim = inequalities.claims[name]
    assert (claim.check().verdict, claim.check().reason) == ("proved", "")
    base = foundation(claim.theorem())
    assert (base.assumptions, base.axioms, base.definitions, base.oracles) == ((), (), (), ())
    assert claim.check().unused == ()


def test_the_lemmas():
    assert list(inequalities.claims) == [
        "young", "triangle", "root-tangent", "root-subadditive", "root-monotone", "square-monotone"
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(inequalities.claims))
def test_for_random_variables(name):
    """Stated over variables of any level, so that they can be used under expectations."""
    claim = inequalities.claims[name]
    assert claim.for_constants == ()
    assert claim.for_all


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("young", {"a": 2, "b": 6, "c": 3}),
        ("young", {"a": 0, "b": 0, "c": 1}),
        ("triangle", {"x": 2, "y": 5}),
        ("triangle", {"x": -2, "y": 0}),
        ("root-tangent", {"t": 9, "y": 3}),
        ("root-tangent", {"t": Fraction(1, 4), "y": Fraction(1, 2)}),
        ("root-subadditive", {"x": 4, "y": 0}),
        ("root-monotone", {"x": 4, "y": 4}),
        ("square-monotone", {"x": -3, "y": 3}),
    ],
)
def test_equality_is_attained(name, point):
    rel = inequalities.claims[name].statement()
    env = {Var(n, "any"): Fraction(v) for n, v in point.items()}
    assert evaluate(rel.left, env) == evaluate(rel.right, env)


def test_used_at_given_values():
    theory = Theory("mine", extends=(inequalities,))
    x, y = symbols("x y")
    claim = (x * y, "<=", x**2 + y**2 / 4)
    claimed = theory.lemma("mine", title="", claim=claim, for_all=(x, y))(
        lambda p: p.have(claim, by.lemma(module.young, a=x, b=y, c=2))
    )
    assert claimed.check().verdict == "proved"
