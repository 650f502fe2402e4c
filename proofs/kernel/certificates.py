"""Certificates: inequalities as polynomial identities, checked exactly.

To show a goal from facts f_j (each ``>= 0`` or ``> 0``) and equations e_k = 0, take the goal's
negation as one more fact (number -1) and exhibit

    sum_j c_j * prod_i f_ij * prod_l q_l^2  +  sum_k m_k e_k  =  0,      c_j > 0 rational,

with at least one *strict* summand: no square in it, every fact in it strict. Then not all facts
hold at once. A certificate is a tree: at a ``Split`` on t, one branch may use ``0 <= t``, the other
``t < 0``; its leaves are such sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from . import polynomials as P
from .budget import Budget
from .errors import CertificateError, SortError
from .judgment import Theorem, make, same_theory
from .normal import Normaliser, Unfold, normaliser
from .polynomials import Poly
from .rules import assume, rule
from .terms import ZERO, Formula, Le, Rel, Term, sub
from .theory import Theory

GOAL = -1
MAX_LEAVES = 256


@dataclass(frozen=True)
class Product:
    """``coefficient * prod facts * prod squares^2``, with a rational coefficient > 0."""

    coefficient: Fraction
    facts: tuple[int, ...] = ()
    squares: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Leaf:
    """A sum of products, and multiples of equations given as (number of the fact, cofactor)."""

    products: tuple[Product, ...]
    cofactors: tuple[tuple[int, Term], ...] = ()


@dataclass(frozen=True)
class Split:
    """A case distinction; in each branch the new fact has the next free number."""

    term: Term
    nonnegative: Leaf | Split
    negative: Leaf | Split


Certificate = Leaf | Split


@rule
def certify(
    theory: Theory,
    goal: Rel,
    certificate: Certificate,
    facts: tuple[Theorem, ...] = (),
    ambient: tuple[Le, ...] = (),
    unfold: tuple[Unfold, ...] = (),
    linear: bool = False,
    sides: tuple[Theorem, ...] = (),
) -> Theorem:
    """``G |- a <= b`` (or ``a < b``) by a certificate over ``facts``.

    G: the hypotheses of the facts that occur in it and of the ``sides`` that were looked up, and
    the index conditions used. A fact ``a R b`` enters as ``b - a``. The identity is taken in
    normal form, denominators known to be non-zero cleared.
    """
    theory.check(goal)
    same_theory(theory, *facts, *sides)
    for le in ambient:
        theory.check(le)
    if goal.op == "=":
        raise CertificateError("an equation is proved by norm, or by antisymmetry")
    context = _Check(theory, goal, frozenset(ambient), unfold, linear)
    context.verify(certificate, facts, sides)
    used = sorted(n for n in context.facts if n < len(facts))
    args = {"goal": goal, "certificate": renumber(certificate, {n: i for i, n in enumerate(used)},
            len(facts) - len(used), len(facts)), "facts": tuple(facts[n] for n in used),
            "ambient": ambient, "unfold": unfold, "linear": linear,
            "sides": tuple(s for n, s in enumerate(sides) if n in context.sides)}  # fmt: skip
    return make(
        theory, frozenset(context.hypotheses), goal, frozenset(context.uses), "certify", args
    )


class _Check:
    """The state of one certificate's verification."""

    def __init__(
        self, theory: Theory, goal: Rel, ambient: frozenset[Le], unfold: tuple[Unfold, ...],
        linear: bool,
    ) -> None:  # fmt: skip
        self.theory, self.goal, self.options = theory, goal, (ambient, unfold, linear)
        self.hypotheses: set[Formula] = set()
        self.uses: set[str] = set()
        self.facts: set[int] = set()
        self.sides: set[int] = set()
        self.leaves, self.budget = 0, Budget()

    def verify(
        self, node: Certificate, facts: tuple[Theorem, ...], sides: tuple[Theorem, ...]
    ) -> None:
        """``facts`` by number; ``sides`` to look up. The assumptions of a branch are both."""
        if isinstance(node, Leaf):
            self._leaf(node, facts, sides)
            return
        if not isinstance(node, Split) or not isinstance(node.term, Term):
            raise SortError(f"not a certificate: {node!r}")
        self.theory.check(node.term)
        outer = self.hypotheses
        for branch, assumption in (
            (node.nonnegative, Rel(ZERO, "<=", node.term)),
            (node.negative, Rel(node.term, "<", ZERO)),
        ):
            self.hypotheses = set()
            assumed = assume(self.theory, assumption)
            self.verify(branch, (*facts, assumed), (*sides, assumed))
            outer |= self.hypotheses - {assumption}
        self.hypotheses = outer

    def _leaf(self, leaf: Leaf, facts: tuple[Theorem, ...], sides: tuple[Theorem, ...]) -> None:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise CertificateError("too many case distinctions")
        ambient, unfold, linear = self.options
        n = normaliser(self.theory, ambient, unfold, sides, linear, self.budget)
        total: Poly = {}
        strict = False
        mentioned: set[int] = set()
        for product in leaf.products:
            if not isinstance(product, Product) or type(product.coefficient) is not Fraction:
                raise SortError(f"not a product: {product!r}")
            if product.coefficient <= 0:
                raise CertificateError(f"coefficient {product.coefficient} is not positive")
            value = P.constant(product.coefficient)
            for number in product.facts:
                value = n.times(value, self._fact(n, number, facts, equation=False))
            for square in product.squares:
                self.theory.check(square)
                value = n.times(value, n.power(n.poly(square), 2))
            strict = strict or (
                not product.squares and all(self._rel(f, facts).op == "<" for f in product.facts)
            )
            mentioned |= set(product.facts)
            total = P.plus(total, value)
        for number, cofactor in leaf.cofactors:
            self.theory.check(cofactor)
            equation = self._fact(n, number, facts, equation=True)
            total = P.plus(total, n.times(n.poly(cofactor), equation))
            mentioned.add(number)
        if not strict:
            raise CertificateError("no strict summand: nothing is contradicted")
        if not n.is_zero(total):
            raise CertificateError("the identity fails: {} is left", P.to_term(n.clear(total)))
        for number in mentioned - {GOAL}:
            self.hypotheses |= facts[number].hypotheses
            self.uses |= facts[number].uses
        self.hypotheses |= n.used.hypotheses
        self.uses |= n.used.uses
        self.facts |= mentioned - {GOAL}
        self.sides |= n.used.facts

    def _rel(self, number: int, facts: tuple[Theorem, ...]) -> Rel:
        """The fact of this number; the goal's negation for -1."""
        if number == GOAL:
            return Rel(self.goal.right, "<" if self.goal.op == "<=" else "<=", self.goal.left)
        if type(number) is not int or not 0 <= number < len(facts):
            raise CertificateError(f"there is no fact {number!r}")
        return facts[number].rel

    def _fact(self, n: Normaliser, number: int, facts: tuple[Theorem, ...], equation: bool) -> Poly:
        rel = self._rel(number, facts)
        if (rel.op == "=") != equation:
            raise CertificateError(f"fact {number} is {'no' if equation else 'an'} equation")
        return n.poly(sub(rel.right, rel.left))


def renumber(node: Certificate, kept: dict[int, int], drop: int, offset: int) -> Certificate:
    """The certificate after facts that play no role are removed from the list."""

    def new(number: int) -> int:
        return number - drop if number >= offset else kept.get(number, number)

    if isinstance(node, Split):
        return Split(
            node.term,
            renumber(node.nonnegative, kept, drop, offset),
            renumber(node.negative, kept, drop, offset),
        )
    products = tuple(
        Product(p.coefficient, tuple(new(f) for f in p.facts), p.squares) for p in node.products
    )
    return Leaf(products, tuple((new(f), c) for f, c in node.cofactors))
