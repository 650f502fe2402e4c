"""The constants of the instances: the kernel's statements against the decimals of the blueprint."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy

from ratecert.proofs.kernel.exact import evaluate
from ratecert.proofs.kernel.terms import App as Symbol
from ratecert.proofs.kernel.terms import IxVal, Node, Rat, Rel, Term, Var, transform
from ratecert.proofs.language import Claimed, Expr, sqrt
from ratecert.proofs.theorems.adam import adam
from ratecert.proofs.theorems.adam import mixed as adam_mixed
from ratecert.proofs.theorems.adam import searched as adam_searched
from ratecert.proofs.theorems.adam import searched_mixed as adam_searched_mixed
from ratecert.proofs.theorems.adam import weighted as adam_weighted
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.adamw.balance import h
from ratecert.proofs.theorems.adamw.choice import Choice
from ratecert.proofs.theorems.adamw.instances import (
    canonical,
    mixed,
    origin,
    searched,
    searched_mixed,
    tuned,
    weighted,
)
from ratecert.proofs.theorems.adamw.parameters import error_weight, gamma
from ratecert.proofs.theorems.adamw.setting import mu, theta
from ratecert.proofs.theorems.nadamw import nadamw

# claim, C_P, C_1, C_2: C_P from the blueprint as far as it is given there, else C_2 = 2^{1/2} C_P
TABLE = [
    (adamw, "rate.canonical", "20.70710678", "5.41149436", "29.28427125"),
    (adamw, "rate.tuned", "6.51464", "3.03531", ""),
    (adamw, "rate.weighted", "5.21015", "2.71446", ""),
    (adamw, "rate.origin", "", "2.53296", ""),
    (adamw, "rate.weighted.mixed", "6.19408", "2.95969", "8.75975"),
    (adamw, "rate.searched", "5.09552", "2.68443", ""),
    (adamw, "rate.searched.mixed", "5.47662", "2.78300", ""),
    (nadamw, "rate.canonical", "20.70710678", "5.41149436", "29.28427125"),
    (nadamw, "rate.tuned", "6.51464", "3.03531", ""),
    (nadamw, "rate.weighted", "6.19408", "2.95969", "8.75975"),
    (nadamw, "rate.searched", "5.47662", "2.78300", ""),
    (adam, "rate.canonical", "7", "3.14635", "9.89949"),
    (adam, "rate.tuned", "4", "2.37841", "5.65685"),
    (adam, "rate.weighted", "3.0625", "2.08111", "4.33103"),
    (adam, "rate.weighted.mixed", "3.98615", "2.37429", "5.63727"),
    (adam, "rate.searched", "3.05407", "2.07825", ""),
    (adam, "rate.searched.mixed", "3.36882", "2.18271", ""),
]  # fmt: skip


def constants(claimed: Claimed) -> tuple[mpmath.mpf, mpmath.mpf]:
    """C_1 and C_2, read off the kernel's statement at K = d = L = Delta = 1 and h = 0, 1."""
    goal = claimed.statement()
    assert isinstance(goal, Rel)

    def bound(level: int) -> mpmath.mpf:
        def visit(node: Node, depth: int) -> Term | None:
            if isinstance(node, Var) and node.name == str(h):
                return Rat(Fraction(level))
            plain = isinstance(node, IxVal) or (
                isinstance(node, Symbol) and node.name in ("L", "Delta")
            )
            return Rat(Fraction(1)) if plain else None

        low, high = evaluate(transform(goal.right, visit), {}, bits=100)
        with mpmath.workdps(30):
            assert high - low < Fraction(1, 10**25)
            return mpmath.mpf(low.numerator) / low.denominator

    with mpmath.workdps(30):
        gap = bound(0)
        return bound(1) - gap, gap


def agrees(value: mpmath.mpf, decimals: str) -> bool:
    """Is ``decimals`` the value rounded to as many places?"""
    if not decimals:
        return True
    places = len(decimals.partition(".")[2])
    return abs(value - mpmath.mpf(decimals)) <= mpmath.mpf(10) ** -places / 2


@pytest.mark.parametrize(
    ("theory", "name", "C_P", "C_1", "C_2"), TABLE, ids=lambda v: getattr(v, "name", v) or "-"
)
def test_decimals(theory, name, C_P, C_1, C_2) -> None:
    found_1, found_2 = constants(theory.claims[name])
    with mpmath.workdps(30):
        root = mpmath.sqrt(2)
        assert agrees(found_1, C_1)
        assert agrees(found_2, C_2)
        assert agrees(found_2 / root, C_P)
        assert abs(found_1**2 - found_2) < mpmath.mpf(10) ** -20  # c_eps = 1: C_1^2 = C_2


@pytest.mark.parametrize("theory", [adamw, nadamw, adam], ids=lambda theory: theory.name)
def test_every_instance_is_in_the_table(theory) -> None:
    instances = {c.id for c in theory.claims.values() if c.kind == "instance"}
    assert instances == {name for t, name, *_ in TABLE if t is theory}


def value(expression: Expr) -> Expr:
    """The number that an expression with the language's inert root of 2 stands for."""
    return sympy.expand(expression.xreplace({sqrt(2): sympy.sqrt(2)}))


def test_closed_forms() -> None:
    """From the formula of the main theorem, with nothing rounded."""
    root = sympy.sqrt(2)
    assert value(canonical.C_P) == 20 + root / 2
    assert value(canonical.C_2) == 20 * root + 1
    assert value(adam_weighted.C_P) == sympy.Rational(49, 16)
    third = sympy.Rational(1, 3)
    for choice, share in ((tuned, 1), (weighted, 1), (mixed, 1), (origin, third)):
        c_eta, rho, r = choice.c_eta, choice.rho, choice.c_eta / choice.c_theta
        decay = (1 + 1 / rho) * choice.a
        payment = 2 / c_eta * (1 + (1 + rho) * r * choice.weight)
        slack = 1 - 2 * decay * choice.gamma
        assert sympy.expand(value(choice.C_P) - (payment + share * decay * root) / slack) == 0
        assert sympy.expand(value(choice.C_2) - root * value(choice.C_P)) == 0


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        (origin, searched), (searched, weighted), (searched_mixed, mixed), (weighted, mixed),
        (adam_searched, adam_weighted), (adam_searched_mixed, adam_mixed), (mixed, tuned),
        (tuned, canonical), (adam_weighted, weighted),
    ],
    ids=lambda choice: choice.name,
)  # fmt: skip
def test_what_is_better_than_what(smaller: Choice, larger: Choice) -> None:
    """C_1 = (2^{1/2} C_P)^{1/2}, so both get smaller."""
    assert value(larger.C_P - smaller.C_P).is_positive


@pytest.mark.parametrize(
    "choice",
    [
        canonical,
        tuned,
        weighted,
        mixed,
        adam_weighted,
        searched,
        searched_mixed,
        adam_searched,
        adam_searched_mixed,
    ],
    ids=lambda choice: choice.name,
)
def test_the_weight_is_the_supremum(choice: Choice) -> None:
    """Attained at an end of the range of theta: no smaller C_P follows from these numbers."""
    weight = choice.at(error_weight).xreplace({gamma: choice.gamma})
    low = 1 - choice.c_theta * choice.gamma
    at_low = weight.xreplace({mu: theta if choice.mixed else sympy.Integer(1)}).subs(theta, low)
    at_one = sympy.limit(weight.xreplace({mu: sympy.Integer(1)}), theta, 1)
    assert max(at_low, at_one) == choice.weight
