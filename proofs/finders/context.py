"""What a search works in: the facts so far, the kernel's normaliser over them, and certifying."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from ..kernel.budget import Budget as Work
from ..kernel.certificates import GOAL, Certificate, Leaf, Product, certify
from ..kernel.errors import KernelError
from ..kernel.facts import Used
from ..kernel.judgment import Theorem
from ..kernel.normal import Normaliser, Unfold, normaliser
from ..kernel.polynomials import Poly
from ..kernel.rules import index_value
from ..kernel.terms import ZERO, Le, Pow, Rel, Term, neg, sub
from ..kernel.theory import Theory
from .budget import Budget

T = TypeVar("T")
LIMITS = (KernelError, OverflowError)
"""A search that runs into one of these has found nothing."""
MAX_WORK = 10**9
HALF = Fraction(1, 2)
ONE = Fraction(1)


@dataclass
class Context:
    """The facts known, given and found on the way.

    ``tried`` and ``needed`` collect what an ``Undecided`` reports; ``sides`` remembers the terms
    whose sign has been looked for. ``budget``: the work that is left for the step at hand.
    """

    theory: Theory
    facts: list[Theorem]
    ambient: tuple[Le, ...] = ()
    unfold: tuple[Unfold, ...] = ()
    linear: bool = False
    tried: list[str] = field(default_factory=list)
    needed: list[Rel] = field(default_factory=list)
    sides: set[Term] = field(default_factory=set)
    budget: Budget = field(default_factory=Budget)
    work: Work = field(default_factory=lambda: Work(MAX_WORK))
    _normaliser: Normaliser | None = None
    _named: list[tuple[Theorem, Poly]] | None = None

    @property
    def n(self) -> Normaliser:
        """The kernel's normaliser over the facts."""
        if self._normaliser is None:
            self._normaliser = normaliser(
                self.theory, frozenset(self.ambient), self.unfold, tuple(self.facts), self.linear
            )
        self._normaliser.budget = self.work  # certifying, which it is shared with, has its own
        return self._normaliser

    @property
    def named(self) -> list[tuple[Theorem, Poly]]:
        """The facts and index conditions that are relations, with the difference of their sides."""
        if self._named is None:
            indices = (index_value(self.theory, le) for le in self.ambient)
            self._named = self.differences((*self.facts, *indices))
        return self._named

    def differences(self, facts: Iterable[Theorem]) -> list[tuple[Theorem, Poly]]:
        """Right side minus left of the facts that are relations, where that is not 0."""
        rels = [(f, f.conclusion) for f in facts if isinstance(f.conclusion, Rel)]
        found = ((f, self.poly(sub(rel.right, rel.left))) for f, rel in rels)
        return [(f, p) for f, p in found if p]

    def add(self, theorem: Theorem) -> None:
        """One more fact."""
        if theorem not in self.facts:
            self.facts.append(theorem)
            self._normaliser, self._named = None, None

    def branch(self, more: Iterable[Theorem], ambient: tuple[Le, ...] = ()) -> Context:
        """A context with more facts, which leaves this one alone."""
        return Context(
            self.theory,
            [*self.facts, *more],
            (*self.ambient, *ambient),
            self.unfold,
            self.linear,
            self.tried,
            self.needed,
            set(self.sides),
            self.budget,
        )

    def fresh(self, facts: Iterable[Theorem]) -> Context:
        """A context with other facts, reporting to the same lists."""
        return Context(
            self.theory, [*facts], self.ambient, self.unfold, self.linear, self.tried, self.needed,
            budget=self.budget,
        )  # fmt: skip

    def note(self, what: str) -> None:
        """Remember that ``what`` was tried."""
        if what not in self.tried:
            self.tried.append(what)

    # --- signs the kernel sees by itself ------------------------------------------------------

    def poly(self, t: Term) -> Poly:
        """The canonical polynomial of a term."""
        return self.n.poly(t)

    def known_sign(self, t: Term) -> tuple[int, bool] | None:
        """The sign of ``t`` as far as the kernel's normaliser knows it."""
        return self.n.sign_of(self.poly(t))

    def sign_theorem(self, t: Term, strict: bool, sign: int = 1) -> Theorem | None:
        """``0 <= t`` (or ``0 < t``; ``-t`` for sign -1) where the normaliser knows it.

        For t >= 0, ``t = (t^(1/2))^2`` is a square; for t > 0, ``1 + (-t) (t^(-1/2))^2 = 0``.
        """
        body = t if sign > 0 else neg(t)
        if strict:
            goal, leaf = (
                Rel(ZERO, "<", t) if sign > 0 else Rel(t, "<", ZERO),
                Leaf((Product(ONE), Product(ONE, (GOAL,), (Pow(body, -HALF),)))),
            )
        else:
            goal, leaf = (
                Rel(ZERO, "<=", t) if sign > 0 else Rel(t, "<=", ZERO),
                Leaf((Product(ONE, (GOAL,)), Product(ONE, (), (Pow(body, HALF),)))),
            )
        return self.certify(goal, leaf, ())

    def difference_theorem(self, goal: Rel) -> Theorem | None:
        """``a <= b`` or ``a < b`` where the normaliser knows the sign of ``b - a``."""
        t = sub(goal.right, goal.left)
        known = self.known_sign(t)
        if known is None or known[0] < 0 or (goal.op == "<" and not known[1]):
            return None
        if goal.op == "<":
            leaf = Leaf((Product(ONE), Product(ONE, (GOAL,), (Pow(t, -HALF),))))
        else:
            leaf = Leaf((Product(ONE, (GOAL,)), Product(ONE, (), (Pow(t, HALF),))))
        return self.certify(goal, leaf, ())

    # --- the kernel's verdict -----------------------------------------------------------------

    def certify(
        self,
        goal: Rel,
        certificate: Certificate,
        mentioned: Sequence[Theorem],
    ) -> Theorem | None:
        """The kernel's theorem, or None if it refuses. The certificate numbers ``mentioned``."""
        try:
            return certify(
                self.theory, goal, certificate, tuple(mentioned), self.ambient, self.unfold,
                self.linear, tuple(self.facts),
            )  # fmt: skip
        except KernelError:
            return None

    def tracked(self, compute: Callable[[], T]) -> tuple[T, Used]:
        """What ``compute`` returns, and what the normaliser relied on meanwhile."""
        n = self.n
        outer, n.used = n.used, Used()
        try:
            return compute(), n.used
        finally:
            n.used = outer
