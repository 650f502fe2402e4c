"""Index conditions by shortest paths, and matching of patterns: the cases a mistake would change.

Each test was written for a guard that no other test needed (tests/guards).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from finite_model import THEORY, X, j, k, number, one, s

from helpers import check
from ratecert.proofs.kernel.errors import SideConditionError, TheoryError
from ratecert.proofs.kernel.indices import entails
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import assume, axiom, instantiate, norm
from ratecert.proofs.kernel.terms import ONE, ZERO, Abs, App, Ix, Le, Rel, Term, Var, div
from ratecert.proofs.kernel.theory import Axiom, Definition, Symbol, Theory

K, W = Ix("K"), Var("w", "det")
SYMBOLS = (Symbol("Y", ("index",)), Symbol("z", ("index",)), Symbol("r", ("index", "term")),
           Symbol("m", ("index", "index")))  # fmt: skip


@pytest.mark.parametrize("middle", ["a", "m", "z"])
def test_the_shortest_path_counts_not_the_first(middle: str) -> None:
    """From j <= k + 3, j <= m and m <= k follows j <= k, in whatever order they are looked at."""
    m = Ix(middle)
    far, near = Le(j, k.shift(3)), frozenset((Le(j, m), Le(m, k)))
    check(entails(frozenset((far, *near)), Le(j, k)) == near)
    check(entails(frozenset((far, *near)), Le(j, k.shift(-1))) is None)
    check(entails(frozenset((far, Le(j, m))), Le(j, k)) is None)


def test_a_definition_at_a_constant_says_nothing_elsewhere() -> None:
    """``Y[K] = z[K]`` does not unfold Y[n], nor Y[1]."""
    at_K = Definition("Y", "abbreviation", App("Y", (K,)), (), App("z", (K,)))
    theory = Theory("t", SYMBOLS, ("K",), (), (at_K,))
    norm(theory, App("Y", (K,)), App("z", (K,)), unfold=(("Y", ()),))
    for other in (Ix("n"), one, K.shift(1)):
        with pytest.raises(SideConditionError, match="not equal by normalisation"):
            norm(theory, App("Y", (other,)), App("z", (other,)), unfold=(("Y", ()),))


def test_a_definition_may_be_at_two_numbers() -> None:
    corner = Definition("m", "abbreviation", App("m", (number(0), number(0))), (), ONE)
    norm(Theory("t", SYMBOLS, (), (), (corner,)), corner.left, ONE, unfold=(("m", ()),))
    diagonal = replace(corner, left=App("m", (k, k)))
    with pytest.raises(TheoryError, match="distinct indices"):
        Theory("t", SYMBOLS, (), (), (diagonal,))


def test_a_schema_is_found_with_its_other_arguments() -> None:
    """``0 < r(k, w)`` for all k: at the same w, and at no other term."""
    positive = Axiom("r", "r", "axiom", (), Rel(ZERO, "<", App("r", (k, W))), "")
    theory = Theory("t", SYMBOLS, (), (positive,))

    def at(term: Term) -> Theorem:
        value = App("r", (one, term))
        return norm(theory, div(value, value), ONE, facts=(axiom(theory, "r"),))

    at(W)
    for other in (Var("w", "any"), Var("u", "det"), ONE):
        with pytest.raises(SideConditionError, match="not equal by normalisation"):
            at(other)


@pytest.mark.parametrize("key", [None, 0, 1])
def test_only_names_of_indices_are_instantiated(key: object) -> None:
    """With None for a name, s[1] would become s[k+1]; with 0, a bound index would be replaced."""
    for formula in (Rel(ZERO, "<", s(one)), axiom(THEORY, "rows").conclusion):
        theorem = instantiate(assume(THEORY, formula), ((key, k),))  # type: ignore[arg-type]
        check(theorem.conclusion == formula and theorem.hypotheses == {formula}, theorem)


def test_theories_with_the_same_declarations_are_one() -> None:
    again = Theory(THEORY.name, THEORY.symbols, THEORY.index_constants, THEORY.axioms,
                   THEORY.definitions)  # fmt: skip
    check(again is not THEORY)
    norm(again, Abs(X), X, facts=(assume(THEORY, Rel(ZERO, "<=", X)),))
    other = replace(again, axioms=())
    with pytest.raises(TheoryError, match="a theorem of walk used in walk"):
        norm(other, Abs(X), X, facts=(assume(THEORY, Rel(ZERO, "<=", X)),))
