"""What a proof may use: hypotheses, facts made known, other claims, the finders over all these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from ..finders import (
    SEARCH,
    Context,
    Counterexample,
    Failure,
    FalseInModel,
    prove,
    prove_sign,
    refute,
)
from ..kernel import rules
from ..kernel import terms as K
from ..kernel.errors import KernelError
from ..kernel.indices import index_hypotheses
from ..kernel.judgment import Theorem
from ..kernel.normal import Unfold
from ..models import Looked
from ..render.text import Printer
from .door import Scope, did_you_mean
from .failures import explain_failure, relevant
from .models import look_into_model
from .symbols import DoorError, FunctionName, PointProcess, Process, Within

if TYPE_CHECKING:
    from .theory import Claimed
    from .theory import Theory as AuthorTheory

MAX_CONTEXTS = 8


class StepError(Exception):
    """A step of a proof was not established; says which, what was tried, and what is known."""


class RestsOnError(StepError):
    """A proof uses a claim that is not proved; says which one failed by itself, and why."""

    def __init__(self, text: str, claimed: Claimed) -> None:
        super().__init__(text)
        self.claimed = claimed


def names_of(symbols: Iterable[Any]) -> tuple[str, ...]:
    """Names of processes, constants or definitions."""
    named = Process | PointProcess | FunctionName
    return tuple(s.name if isinstance(s, named) else str(s) for s in symbols)


@dataclass(frozen=True)
class Use:
    """A claim used in a proof, at which values, and what was known there."""

    claimed: Claimed
    values: Mapping[str, Any]
    known: tuple[Theorem, ...]


@dataclass
class Basis:
    """The facts of one proof, and what follows from them by search.

    ``given``: the hypotheses of the claim ``claimed``, which any step may use. ``local``: facts
    made known here; ``known``: all that were made known anywhere in the proof, by which the
    claim's own denominators are seen to be in order, as by what is known of the claims it ``used``.
    """

    author: AuthorTheory
    scope: Scope
    given: tuple[K.Formula, ...]
    claimed: Claimed | None = None
    local: tuple[Theorem, ...] = ()
    known: list[Theorem] = field(default_factory=list)
    used: list[Use] = field(default_factory=list)
    assumed: dict[K.Formula, Theorem] = field(default_factory=dict, repr=False)
    moments: dict[frozenset[K.Formula], tuple[Theorem, ...]] = field(
        default_factory=dict, repr=False
    )
    contexts: dict[object, Context] = field(default_factory=dict, repr=False)
    looked: dict[object, Looked] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.theory = self.author.kernel()
        self.printer = Printer(self.theory)

    # --- the fact base ------------------------------------------------------------------------

    @property
    def ambient(self) -> tuple[K.Le, ...]:
        """The index conditions of the claim (and of the sums a step is inside of)."""
        return tuple(sorted(index_hypotheses(self.given), key=lambda f: f.key))

    def hypotheses(self) -> tuple[Theorem, ...]:
        """The scalar hypotheses as theorems ``P |- P``, and local facts."""
        for h in self.given:
            if h not in self.assumed:
                self.assumed[h] = rules.assume(self.theory, h)
        return (*(self.assumed[h] for h in self.given if isinstance(h, K.Rel)), *self.local)

    def know(self, *facts: Theorem) -> None:
        """Let every later step use these facts, as it may use the hypotheses."""
        self.local = (*self.local, *facts)
        self.known.extend(facts)

    def assumption(self, relation: Any) -> Theorem:
        """The hypothesis ``relation``, for use as a named fact."""
        wanted = self.scope.relation(relation)
        if wanted not in self.given:
            near = relevant(self, [wanted])
            raise StepError(
                f"{self.show(wanted)} is no hypothesis of this claim"
                f"{f'; known: {near}' if near else ''}"
            )
        return rules.assume(self.theory, wanted)

    def fin(self) -> tuple[Theorem, ...]:
        """What is known of integrability: axioms, and earlier claims that need no more than here.

        That is, whose scalar hypotheses are among those of this claim.
        """
        stated = frozenset(h for h in self.given if not isinstance(h, K.Le))
        if stated not in self.moments:
            axioms = (a for a in self.theory.axioms if isinstance(a.conclusion, K.Fin))
            found = [rules.axiom(self.theory, a.name) for a in axioms]
            for claimed in self.author.moments(self.claimed, stated):
                theorem = claimed.theorem()
                lifted = theorem.theory != self.theory
                found.append(rules.lift(theorem, self.theory) if lifted else theorem)
            self.moments[stated] = tuple(found)
        return self.moments[stated]

    def unfolding(self, names: Iterable[str], at: Mapping[str, Any]) -> tuple[Unfold, ...]:
        """The definitions of the given symbols, restricted to given pattern indices."""
        found: list[Unfold] = []
        for name in names:
            matching = [d for d in self.theory.definitions if name in (d.head, d.name)]
            if not matching:
                known = (n for d in self.theory.definitions for n in (d.head, d.name))
                hint = did_you_mean(name, known)
                raise DoorError(f"{self.theory.name} defines no {name!r}{hint}")
            for d in matching:
                pattern = self.theory.names(d.left)
                fixed = tuple((n, self.scope.index(ix)) for n, ix in at.items() if n in pattern)
                found.append((d.name, fixed))
        return tuple(found)

    def within(self, *ranges: Within) -> Self:
        """This proof inside sums: with more index names and their ranges."""
        names = {str(r.index): "index" for r in ranges}
        scope = self.scope.extended(names)  # type: ignore[arg-type]
        given = (*self.given, *scope.hypotheses(ranges))
        inner = replace(self, scope=scope, given=given)
        return inner

    # --- facts from elsewhere -----------------------------------------------------------------

    def axiom(self, name: str, **values: Any) -> Theorem:
        """An axiom of the theory at the given indices and points."""
        names = [a.name for a in self.theory.axioms]
        if name not in names:
            raise DoorError(f"{self.theory.name} has no axiom {name!r}{did_you_mean(name, names)}")
        return self._at(rules.axiom(self.theory, name), values)

    def use(self, claimed: Claimed, *known: Theorem, **values: Any) -> Theorem:
        """Another claim at given values; its hypotheses follow from ``known`` and those here."""
        theorem = claimed.theorem()
        self.used.append(Use(claimed, dict(values), (*known, *self.local)))
        if theorem.theory != self.theory:
            theorem = rules.lift(theorem, self.theory)
        return self.discharge(self._at(theorem, values), claimed.label, known)

    def _at(self, theorem: Theorem, values: Mapping[str, Any]) -> Theorem:
        """``theorem`` with free indices, variables and points replaced by name."""
        nodes = (theorem.conclusion, *theorem.hypotheses)
        free = frozenset[K.Var | K.PointVar]().union(*(K.variables(n) for n in nodes))
        by_name = {v.name: v for v in free}
        loose = frozenset[str]().union(*(self.theory.names(n) for n in nodes))
        indices: list[tuple[str, K.Ix]] = []
        terms: list[tuple[K.Var | K.PointVar, K.Term | K.Point]] = []
        for name, value in values.items():
            if name in loose:
                indices.append((name, self.scope.index(value)))
            elif name in by_name:
                variable = by_name[name]
                is_point = isinstance(variable, K.PointVar)
                terms.append((variable, (self.scope.point if is_point else self.scope.term)(value)))
            else:
                known = ", ".join(sorted({*loose, *by_name})) or "nothing"
                raise DoorError(
                    f"there is no {name!r} to choose; the statement leaves open {known}"
                    f"{did_you_mean(name, (*loose, *by_name))}"
                )
        if not (indices or terms):
            return theorem  # as it stands it may serve at other indices too
        theorem = rules.instantiate(theorem, tuple(indices), tuple(terms))
        return rules.cut_indices(theorem, self.ambient) if self.ambient else theorem

    def discharge(self, theorem: Theorem, label: str, known: tuple[Theorem, ...] = ()) -> Theorem:
        """Prove the scalar hypotheses of ``theorem`` from the facts here and cut them."""
        at_hand = {fact.conclusion: fact for fact in known}
        for hypothesis in sorted(theorem.hypotheses, key=lambda h: h.key):
            if hypothesis in self.given or not isinstance(hypothesis, K.Rel):
                continue
            found = at_hand.get(hypothesis) or self.solve(hypothesis, known)
            if not isinstance(found, Theorem):
                near = relevant(self, [hypothesis], known)
                raise StepError(
                    f"{label} needs {self.show(hypothesis)}, which is not known here: "
                    f"{explain_failure(found, self.show, hypothesis)}"
                    f"{f'; known of it: {near}' if near else ''}"
                )
            theorem = rules.cut(found, theorem)
        return theorem

    # --- search -------------------------------------------------------------------------------

    def solve(
        self,
        goal: K.Rel,
        facts: tuple[Theorem, ...] = (),
        *,
        unfold: tuple[Unfold, ...] = (),
        linear: bool = False,
        hints: tuple[K.Term, ...] = (),
        degree: int = 4,
        alone: bool = False,
        work: int = SEARCH,
        refuting: bool = True,
    ) -> Theorem | Failure:
        """Let the finders prove ``goal`` from ``facts`` (``alone``, or with the hypotheses)."""
        base = self._steady(unfold, linear, alone)
        values = self._index_values(goal, *(f.conclusion for f in facts))
        everything = (*facts, *base.facts, *values)
        return prove(
            self.theory, goal, tuple(dict.fromkeys(everything)), ambient=self.ambient,
            unfold=unfold, linear=linear, hints=hints, degree=degree, base=base, work=work,
            elsewhere=lambda: self._false_in_model(goal, facts), refuting=refuting,
        )  # fmt: skip

    def refutation(
        self,
        goal: K.Rel,
        facts: tuple[Theorem, ...] = (),
        *,
        unfold: tuple[Unfold, ...] = (),
        alone: bool = False,
        rounds: int | None = None,
    ) -> Counterexample | None:
        """A counterexample to ``goal`` from the same facts; ``rounds``: how far to search."""
        hypotheses = () if alone else self.hypotheses()
        values = self._index_values(goal, *(f.conclusion for f in facts))
        everything = tuple(dict.fromkeys((*facts, *hypotheses, *values)))
        if rounds is None:
            return refute(self.theory, goal, everything, ambient=self.ambient, thorough=True)
        return refute(
            self.theory, goal, everything, ambient=self.ambient, unfold=unfold, rounds=rounds
        )

    def look(self, goal: K.Rel, facts: tuple[Theorem, ...] = ()) -> Looked:
        """What the model of the theory says of ``goal``, where all that is assumed here holds."""
        assumed = frozenset(self.given).union(*(f.hypotheses for f in facts))
        if not any(isinstance(n, K.E | K.CE | K.Sum | K.App) for n, _ in K.subterms(goal)):
            return Looked()  # of its own variables only: the other refuters know more of them
        if (goal, assumed) not in self.looked:
            self.looked[goal, assumed] = look_into_model(self.author, self.claimed, assumed, goal)
        return self.looked[goal, assumed]

    def _false_in_model(self, goal: K.Rel, facts: tuple[Theorem, ...]) -> FalseInModel | None:
        found = self.look(goal, facts).false
        return FalseInModel(f"false in the model of the theory: {found}") if found else None

    def _steady(self, unfold: tuple[Unfold, ...], linear: bool, alone: bool) -> Context:
        """A context with the facts that stay the same from step to step, and what it found."""
        key = (self.given, self.local, unfold, linear, alone)
        if key not in self.contexts:
            if len(self.contexts) >= MAX_CONTEXTS:
                self.contexts.clear()
            facts = (*(self.fin() if linear else ()), *(() if alone else self.hypotheses()))
            self.contexts[key] = Context(
                self.theory, [*dict.fromkeys(facts)], self.ambient, unfold, linear
            )
        return self.contexts[key]

    def _index_values(self, *formulas: K.Formula) -> tuple[Theorem, ...]:
        """The index conditions on numbers such as ``K``, where they occur as numbers."""
        nodes = frozenset[object]().union(*(_numbers(f) for f in formulas))
        return tuple(
            rules.index_value(self.theory, le)
            for le in self.ambient
            if {le.left.base, le.right.base} & (nodes - {None})
            and {le.left.base, le.right.base} <= nodes | {None}
        )

    # --- denominators and radicands -----------------------------------------------------------

    def sides(self, *formulas: K.Formula, known: tuple[Theorem, ...] = ()) -> tuple[Theorem, ...]:
        """Sign theorems for the denominators and radicands of formulas, innermost first."""
        found: list[Theorem] = [*self.hypotheses(), *known]
        seen = Context(self.theory, list(found), self.ambient)
        for formula in formulas:
            for node in _sides(formula):
                there = seen.known_sign(node.base)
                if there is not None and (there[1] or (node.exponent > 0 and there[0] > 0)):
                    continue
                sign = prove_sign(
                    self.theory, node.base, tuple(found), strict=node.exponent < 0,
                    ambient=self.ambient, either=True,
                )  # fmt: skip
                if sign is not None:
                    found.append(sign)
                    seen.add(sign)
        return tuple(found)

    def defined(self) -> tuple[Theorem, ...]:
        """By which the claim's denominators and radicands, and those beneath it, are in order."""
        stated = frozenset(h for h in self.given if not isinstance(h, K.Le))
        moments = [Use(c, {}, ()) for c in self.author.moments(self.claimed, stated)]
        inherited = [t for use in (*self.used, *moments) for t in self._definedness(use)]
        return tuple(dict.fromkeys((*self.known, *inherited)))

    def _definedness(self, use: Use) -> Iterator[Theorem]:
        """What the claim used knows of its denominators, where its hypotheses are met as given."""
        result = use.claimed.result
        at_hand = {fact.conclusion: fact for fact in use.known}
        for fact in result.claim.definedness if result and result.claim else ():
            theorem = fact if fact.theory == self.theory else rules.lift(fact, self.theory)
            with suppress(KernelError, DoorError):
                loose = {
                    v.name
                    for n in (theorem.conclusion, *theorem.hypotheses)
                    for v in K.variables(n)
                } | set(self.theory.names(theorem.conclusion))
                theorem = self._at(theorem, {n: v for n, v in use.values.items() if n in loose})
                for hypothesis in sorted(theorem.hypotheses, key=lambda h: h.key):
                    if hypothesis not in self.given and hypothesis in at_hand:
                        theorem = rules.cut(at_hand[hypothesis], theorem)
                if all(isinstance(h, K.Le) or h in self.given for h in theorem.hypotheses):
                    yield theorem

    def show(self, node: K.Node) -> str:
        """A formula or term as text."""
        return self.printer.show(node)


@lru_cache(maxsize=10_000)
def _numbers(formula: K.Formula) -> frozenset[object]:
    """The indices that occur as numbers, by base."""
    found = (n for n, _ in K.subterms(formula))
    return frozenset(n.index.base for n in found if isinstance(n, K.IxVal))


@lru_cache(maxsize=10_000)
def _sides(formula: K.Formula) -> list[K.Pow]:
    """The powers whose bases have to be signed, innermost first."""
    powers = [n for n, _ in K.subterms(formula) if isinstance(n, K.Pow) and K.is_closed(n.base)]
    return [n for n in reversed(powers) if n.exponent.denominator > 1 or n.exponent < 0]
