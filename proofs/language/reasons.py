"""Reasons: what an author writes behind a step, and how it becomes a kernel theorem.

A reason only searches; the theorem it returns was made by the kernel's rules. Use them through
``by``: ``by.algebra(fact, ...)``, ``by.definition(x)``, ``by.expectation(fact)``, ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from ..finders import SEARCH, Counterexample, Failure
from ..kernel import rules
from ..kernel import terms as K
from ..kernel.certificates import GOAL, Leaf, Product, certify
from ..kernel.errors import KernelError
from ..kernel.judgment import Theorem
from ..kernel.normal import Unfold
from .basis import StepError, names_of
from .constants import better_constant
from .failures import explain_failure, not_split, out_of_range, relevant
from .proof import Proof
from .symbols import Within

if TYPE_CHECKING:
    from .theory import Claimed

MANY_FACTS = 16
"""Beyond so many, no other constants are tried: each try would take long."""
SMALL = 10
"""What part of a step's budget each search with another constant gets."""
Fact = Any
"""A theorem, a claim (used as it stands), or a hypothesis written as a relation."""


class Reason:
    """Why a step holds."""

    text = "?"

    def prove(self, p: Proof, goal: K.Rel) -> Theorem:
        """The theorem ``... |- goal``; raises ``StepError`` if it is not found."""
        raise StepError("an abstract reason proves nothing")


def _theorem(p: Proof, fact: Fact) -> Theorem:
    if isinstance(fact, Theorem):
        return fact
    if isinstance(fact, tuple):
        return p.assumption(fact)
    return p.use(fact)


@dataclass(frozen=True)
class Algebra(Reason):
    """Normalisation and certificates, from named facts and the hypotheses."""

    facts: tuple[Fact, ...] = ()
    hints: tuple[Any, ...] = ()
    degree: int = 4
    linear: bool = False
    symbols: tuple[Any, ...] = ()
    at: Mapping[str, Any] = field(default_factory=dict)
    alone: bool = False
    text: str = "algebra"

    def prove(self, p: Proof, goal: K.Rel) -> Theorem:
        facts = tuple(_theorem(p, f) for f in self.facts)
        unfold = p.unfolding(names_of(self.symbols), self.at)
        if facts and unfold and goal.op != "=":
            with suppress(KernelError):  # the facts themselves, with the definitions put in
                return p.combine(
                    goal, facts, sides=p.hypotheses(), ambient=p.ambient, unfold=unfold
                )
        hints = tuple(p.scope.term(h) for h in self.hints)
        search = partial(
            p.solve, facts=facts, unfold=unfold, linear=self.linear, hints=hints,
            degree=self.degree, alone=self.alone,
        )  # fmt: skip
        found = search(goal)
        if not isinstance(found, Theorem):
            raise StepError(self._failed(p, goal, found, facts, unfold, search))
        return found

    def _failed(
        self, p: Proof, goal: K.Rel, found: Failure, facts: tuple[Theorem, ...],
        unfold: tuple[Unfold, ...], search: Callable[..., Theorem | Failure],
    ) -> str:  # fmt: skip
        """Why the step is not proved, what is known, and what would do."""
        told = explain_failure(found, p.show, goal)
        if isinstance(found, Counterexample) and found.abstracted and p.look(goal, facts).held:
            told += "; in the model of the theory it is true: so it needs more facts than are named"
        lines = [told]
        near = relevant(p, [goal], facts)
        lines += [f"known: {near}"] if near else []
        lines += [out_of_range(p, goal, unfold), not_split(p, goal, unfold) if self.linear else ""]

        def refute(step: K.Rel, rounds: int) -> Counterexample | None:
            return p.refutation(step, facts, unfold=unfold, alone=self.alone, rounds=rounds)

        def shown(point: Counterexample, step: K.Rel) -> str:
            return explain_failure(point, p.show, step)

        small = partial(search, work=SEARCH // SMALL, refuting=False)
        if len(facts) + (0 if self.alone else len(p.hypotheses())) <= MANY_FACTS:
            lines.append(better_constant(goal, small, refute, shown))
        return "\n    ".join(line for line in lines if line)


@dataclass(frozen=True)
class Consequence(Reason):
    """A step that is a theorem made otherwise, up to normalisation."""

    make: Callable[[Proof], Theorem]
    text: str
    linear: bool = False
    symbols: tuple[Any, ...] = ()

    def prove(self, p: Proof, goal: K.Rel) -> Theorem:
        theorem = self.make(p)
        if theorem.conclusion == goal:
            return theorem
        return Algebra((theorem,), degree=1, linear=self.linear, symbols=self.symbols).prove(
            p, goal
        )


@dataclass(frozen=True)
class Multiplying(Reason):
    """The step is ``fact`` times a factor: one that is not negative, or any for an equation."""

    fact: Fact
    factor: Any
    text: str = "multiplying"

    def prove(self, p: Proof, goal: K.Rel) -> Theorem:
        fact, factor = _theorem(p, self.fact), p.scope.term(self.factor)
        one, equation = Fraction(1), fact.rel.op == "="
        sign = None if equation else p.solve(K.Rel(K.ZERO, "<=", factor))
        if not equation and not isinstance(sign, Theorem):
            wanted = K.Rel(K.ZERO, "<=", factor)
            why = explain_failure(sign, p.show, wanted) if sign is not None else ""
            near = relevant(p, [wanted], (fact,))
            told = f": {why}{f'; known of it: {near}' if near else ''}"
            raise StepError(f"not known to be >= 0: {p.show(factor)}{told}")
        known = (sign,) if isinstance(sign, Theorem) else ()
        facts, sides = (fact, *known), p.sides(goal, fact.conclusion)

        def certified(step: K.Rel, cofactor: K.Term) -> Theorem:
            products = (Product(one, (GOAL,)), *(() if equation else (Product(one, (0, 1)),)))
            leaf = Leaf(products, ((0, cofactor),) if equation else ())
            return certify(p.theory, step, leaf, facts, p.ambient, sides=(*facts, *sides))

        if goal.op != "=":
            return certified(goal, factor)
        if not equation:
            raise StepError("an inequality gives no equation")
        return rules.antisymmetry(
            certified(K.Rel(goal.left, "<=", goal.right), factor),
            certified(K.Rel(goal.right, "<=", goal.left), K.neg(factor)),
        )


@dataclass(frozen=True)
class Adding(Reason):
    """The step is the sum of some facts, up to normalisation."""

    facts: tuple[Fact, ...]
    text: str = "adding"

    def prove(self, p: Proof, goal: K.Rel) -> Theorem:
        facts = tuple(_theorem(p, f) for f in self.facts)
        signs = p.sides(goal, *(f.conclusion for f in facts))
        if goal.op != "=":
            return p.combine(goal, facts, sides=signs, ambient=p.ambient)
        up, down = K.Rel(goal.left, "<=", goal.right), K.Rel(goal.right, "<=", goal.left)
        return rules.antisymmetry(
            p.combine(up, facts, sides=signs, ambient=p.ambient),
            p.combine(down, facts, -1, sides=signs, ambient=p.ambient),
        )


@dataclass(frozen=True)
class Rewriting(Reason):
    """Replace the left side of equations by the right side, everywhere, also inside E."""

    equations: tuple[Fact, ...]
    text: str = "rewriting"

    def prove(self, p: Proof, goal: K.Rel) -> Theorem:
        term, steps = goal.left, list[Theorem]()
        for fact in self.equations:
            equation = _theorem(p, fact)
            if not any(t == equation.rel.left for t, _ in K.subterms(term)):
                raise StepError(f"{p.show(equation.rel.left)} does not occur in {p.show(term)}")
            steps.append(rules.rewrite(term, equation))
            term = steps[-1].rel.right
        last = Algebra((), linear=True).prove(p, K.Rel(term, goal.op, goal.right))
        return Algebra((*steps, last), degree=1).prove(p, goal)


@dataclass(frozen=True)
class Termwise(Reason):
    """Both sides are sums over the same range: prove the step for each index."""

    index: Any
    reason: Reason

    @property
    def text(self) -> str:  # type: ignore[override]
        return f"{self.reason.text}, term by term"

    def prove(self, p: Proof, goal: K.Rel) -> Theorem:
        left, right = goal.left, goal.right
        if not isinstance(left, K.Sum) or not isinstance(right, K.Sum):
            raise StepError("termwise: both sides must be single sums")
        if (left.low, left.high) != (right.low, right.high):
            raise StepError("termwise: the sums have different ranges")
        name = str(self.index)
        index = K.Ix(name)
        span = (K.Le(left.low, index), K.Le(index, left.high))
        scope = p.scope.extended({name: "index"})
        inner = replace(p, scope=scope, given=(*p.given, *span))
        bodies = K.open_body(left.body, index), K.open_body(right.body, index)
        theorem = self.reason.prove(inner, K.Rel(bodies[0], goal.op, bodies[1]))
        return rules.sum_both(theorem, name, left.low, left.high)


class By:
    """The vocabulary of reasons."""

    def __getattr__(self, name: str) -> Any:
        known = [n for n in dir(type(self)) if not n.startswith("_")]
        near = get_close_matches(name, known, 1) if not name.startswith("_") else []
        hint = f"did you mean by.{near[0]}?" if near else f"there are {', '.join(known)}"
        raise AttributeError(f"no reason by.{name}; {hint}")

    @staticmethod
    def algebra(
        *facts: Fact, hints: tuple[Any, ...] = (), degree: int = 4, alone: bool = False
    ) -> Reason:
        """From the named facts and the claim's hypotheses, by an exact certificate.

        ``hints``: terms whose squares may help. ``alone``: from the named facts only, for a claim
        with many hypotheses that have nothing to do with the step.
        """
        return Algebra(facts, hints, degree, alone=alone)

    @staticmethod
    def definition(*symbols: Any, facts: tuple[Fact, ...] = (), **at: Any) -> Reason:
        """Unfold the definitions of the named symbols (at given indices: ``k=k``)."""
        listed = ", ".join(names_of(symbols))
        return Algebra(facts, symbols=symbols, at=at, text=f"definition of {listed}")

    @staticmethod
    def multiplying(fact: Fact, factor: Any) -> Reason:
        """A known inequality times a factor that is not negative, or an equation times any."""
        return Multiplying(fact, factor)

    @staticmethod
    def adding(*facts: Fact) -> Reason:
        """The sum of some known relations, side by side; an equation is used left to right."""
        return Adding(facts)

    @staticmethod
    def linearity(*facts: Fact) -> Reason:
        """Linearity of E and of sums, integrability being known; then as ``algebra``."""
        return Algebra(facts, linear=True, degree=1, text="linearity of E")

    @staticmethod
    def tower(*facts: Fact) -> Reason:
        """E[h E[t | F_k]] = E[h t] for h known at step k; conditioning in general."""
        return Algebra(facts, linear=True, degree=1, text="tower property")

    @staticmethod
    def rewriting(*equations: Fact) -> Reason:
        """Replace equals by equals, also inside E."""
        return Rewriting(equations)

    @staticmethod
    def axiom(name: str, **values: Any) -> Reason:
        """An assumption of the theory, at the given indices and points."""
        return Consequence(lambda p: p.axiom(name, **values), name)

    @staticmethod
    def lemma(claimed: Claimed, *known: Theorem, **values: Any) -> Reason:
        """Another claim, at the given values; ``known`` helps to meet its hypotheses."""
        return Consequence(lambda p: p.use(claimed, *known, **values), claimed.title)

    @staticmethod
    def expectation(fact: Fact, given: Any = None) -> Reason:
        """Take E (or E given F_k) of a relation."""

        def make(p: Proof) -> Theorem:
            index = None if given is None else p.scope.index(given)
            return rules.expect(_theorem(p, fact), index, p.ambient, (*p.fin(), *p.hypotheses()))

        return Consequence(make, "taking expectations", linear=True)

    @staticmethod
    def summing(fact: Fact, over: Within, *more: Within) -> Reason:
        """Sum a relation over an index in a range (which its proof left open)."""

        def make(p: Proof) -> Theorem:
            theorem = _theorem(p, fact)
            for span in (over, *more):
                theorem = p.sum(theorem, span)
            return theorem

        return Consequence(make, "summing up", linear=False)

    @staticmethod
    def telescoping(term: Any, over: Within) -> Reason:
        """Sum over k of (a(k+1) - a(k)) is a(high+1) - a(low), for ``term`` = a(k)."""
        return _Telescoping(term, over)

    @staticmethod
    def termwise(index: Any, reason: Reason) -> Reason:
        """Prove a relation between two sums for each index."""
        return Termwise(index, reason)


@dataclass(frozen=True)
class _Telescoping(Reason):
    term: Any
    over: Within
    text: str = "telescoping"

    def prove(self, p: Proof, goal: K.Rel) -> Theorem:
        name = str(self.over.index)
        scope = p.scope.extended({name: "index"})
        low, high = scope.index(self.over.low), scope.index(self.over.high).shift(1)
        whole = K.sum_over(name, low, high, scope.term(self.term))
        first = rules.split_sum(p.theory, whole, "first", p.ambient)
        last = rules.split_sum(p.theory, whole, "last", p.ambient)
        return Algebra((first, last), degree=1).prove(p, goal)


by = By()
__all__ = ["Reason", "by"]
