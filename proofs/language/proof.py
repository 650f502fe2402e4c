"""The proof of one claim: chains of steps, sums, induction, cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from ..kernel import rules
from ..kernel import terms as K
from ..kernel.certificates import GOAL, Leaf, Product, Split, certify
from ..kernel.errors import KernelError, SideConditionError
from ..kernel.indices import substitute_indices
from ..kernel.judgment import Theorem
from .basis import Basis, RestsOnError, StepError, names_of
from .door import OPS
from .failures import explain_failure, known_ranges, not_integrable, refusal, shown
from .outline import Outline
from .symbols import DoorError, Integrable, Within

if TYPE_CHECKING:
    from .reasons import Reason


@dataclass(frozen=True)
class ForAll:
    """The hypothesis of an induction for all values of some constants: ``before(w=w/2)``."""

    proof: Proof
    formula: K.All

    def __call__(self, **values: Any) -> Theorem:
        """The hypothesis at the given values; their conditions are proved here."""
        p, formula = self.proof, self.formula
        names = [v.name for v in formula.variables]
        if set(values) != set(names):
            raise DoorError(f"the induction hypothesis needs values for {', '.join(names)}")
        terms = tuple(p.scope.term(values[name]) for name in names)
        at: dict[K.Node, K.Node] = dict(zip(formula.variables, terms, strict=True))
        conditions = list[Theorem]()
        for condition in formula.conditions:
            wanted = K.transform(condition, lambda node, _depth: at.get(node))
            found = p.solve(wanted)
            if not isinstance(found, Theorem):
                why = explain_failure(found, p.show)
                raise StepError(f"the induction hypothesis needs {p.show(wanted)}: {why}")
            conditions.append(found)
        return rules.specialise(p.theory, formula, terms, tuple(conditions))


@dataclass(frozen=True)
class Step:
    """One line of a chain, as shown by ``explain``; ``factor``: what a fact is multiplied by."""

    left: K.Term
    op: K.Op
    right: K.Term
    reason: str
    theorem: Theorem
    factor: K.Term | None = None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from ..render.notebook import of_step

        return of_step(self)


@dataclass
class Proof(Basis):
    """What the author's proof script works with; ``chains`` records its steps for ``explain``."""

    goal: K.Rel | K.Fin = field(kw_only=True)
    chains: list[list[Step]] = field(default_factory=list)
    outline: Outline = field(default_factory=Outline, repr=False)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from ..render.notebook import of_proof

        return of_proof(self)

    # --- steps --------------------------------------------------------------------------------

    def calc(self, *chain: Any) -> Theorem:
        """A chain ``left, op, right, reason, op, right, reason, ...``, proved step by step.

        The result relates the first and the last expression.
        """
        if len(chain) < 4 or (len(chain) - 1) % 3:
            raise DoorError("calc takes: left, op, right, reason, op, right, reason, ...")
        left, steps = self.scope.term(chain[0]), list[Step]()
        for n in range(1, len(chain), 3):
            op, right, reason = chain[n : n + 3]
            if not hasattr(reason, "prove"):
                raise DoorError(f"no reason: {reason!r}; write one as by.algebra(), by.lemma(...)")
            if op not in OPS or OPS[op][1]:
                raise DoorError(f"a chain goes upwards: {op!r} is not one of <=, <, ==")
            goal = K.Rel(left, OPS[op][0], self.scope.term(right))
            steps.append(self.step(goal, reason))
            left = goal.right
        self.chains.append(steps)
        whole = self.join(steps)
        self.outline.chain(len(self.chains) - 1, self.given, whole)
        return whole

    def have(self, relation: Any, reason: Reason) -> Theorem:
        """One fact: a chain of one step, in either direction."""
        left, op, right = relation
        if op in (">=", ">"):
            left, op, right = right, {">=": "<=", ">": "<"}[op], left
        return self.calc(left, op, right, reason)

    def step(self, goal: K.Rel, reason: Reason) -> Step:
        """Prove one step for the reason given."""
        try:
            theorem = reason.prove(self, goal)
        except RestsOnError:
            raise
        except (KernelError, StepError, DoorError) as error:
            told = refusal(error, self)
            raise StepError(f"{self.show(goal)}\n  by {reason.text}: {told}") from error
        if theorem.conclusion != goal:
            raise StepError(f"{self.show(goal)}\n  by {reason.text}: it proves something else")
        factor = self.scope.term(reason.factor) if hasattr(reason, "factor") else None
        return Step(goal.left, goal.op, goal.right, reason.text, theorem, factor)

    def join(self, steps: list[Step]) -> Theorem:
        """The relation between the two ends of a chain."""
        if len(steps) == 1:
            return steps[0].theorem
        ops = {s.op for s in steps}
        op: K.Op = "<" if "<" in ops else "<=" if "<=" in ops else "="
        facts = tuple(s.theorem for s in steps)
        ends = steps[0].left, steps[-1].right
        if op != "=":
            return self.combine(K.Rel(ends[0], op, ends[1]), facts)
        up = self.combine(K.Rel(ends[0], "<=", ends[1]), facts)
        down = self.combine(K.Rel(ends[1], "<=", ends[0]), facts, -1)
        return rules.antisymmetry(up, down)

    def combine(
        self,
        goal: K.Rel,
        facts: tuple[Theorem, ...],
        sign: int = 1,
        *,
        sides: tuple[Theorem, ...] = (),
        **options: Any,
    ) -> Theorem:
        """``goal`` as the plain sum of ``facts`` (equations times ``sign``).

        ``sides``: facts to look up signs in.
        """
        inequalities = [n for n, f in enumerate(facts) if f.rel.op != "="]
        one = Fraction(1)
        products = (Product(one, (GOAL,)), *(Product(one, (n,)) for n in inequalities))
        cofactors = tuple((n, K.rat(sign)) for n, f in enumerate(facts) if f.rel.op == "=")
        leaf = Leaf(products, cofactors)
        return certify(self.theory, goal, leaf, facts, sides=sides, **options)

    # --- sums, induction ----------------------------------------------------------------------

    def sum(self, fact: Theorem, over: Within) -> Theorem:
        """The sum of an inequality or equation over an index: ``fact`` for every index in range."""
        return rules.sum_both(
            fact, str(over.index), self.scope.index(over.low), self.scope.index(over.high)
        )

    def induction(
        self,
        claim: Any,
        over: Within,
        base: Callable[[Proof], Theorem],
        step: Callable[[Proof, Any], Theorem],
        *,
        for_all: tuple[Any, ...] = (),
        where: tuple[Any, ...] = (),
    ) -> Theorem:
        """``claim`` for all values of ``over.index`` in range, by induction from ``over.low``.

        ``base`` proves the claim at the first value, ``step`` at the index from the hypothesis
        (its second argument) at the index before. With ``for_all``, constants of the claim that
        satisfy the conditions ``where``, the induction is on the claim for all their values at
        once, and the second argument a ``ForAll``: ``before(w=...)`` takes the values to use.
        """
        name = str(over.index)
        scope = self.scope.extended({name: "index"})
        target = scope.statement(claim)
        low = self.scope.index(over.low)
        high = None if over.high is None else self.scope.index(over.high)
        first = substitute_indices(target, {name: low})
        fixed = tuple(h for h in self.given if name not in K.free_indices(h))
        start = replace(self, given=fixed)  # at the first value nothing is known of the index
        k = K.Ix(name)
        span = (K.Le(low.shift(1), k), *(() if high is None else (K.Le(k, high),)))
        before = substitute_indices(target, {name: k.shift(-1)})
        bound = tuple(self._bound(w) for w in for_all)
        conditions = tuple(scope.relation(c) for c in where)
        every_value = bound and isinstance(target, K.Rel)
        whole = K.All(bound, conditions, target) if every_value else target  # type: ignore[arg-type]
        shape = self.outline
        with shape.inside("induction", whole, index=name, low=low):
            with shape.inside("base", first, written=base):
                proved = start._as_stated(base(start), first, "base")
            if not bound:
                inner = replace(self, scope=scope, given=(*self.given, *span, before))
                with shape.inside("step", before, written=step):
                    theorem = step(inner, rules.assume(self.theory, before))
            elif isinstance(before, K.Rel):
                every = K.All(bound, conditions, before)
                inner = replace(self, scope=scope, given=(*self.given, *span, every))
                with shape.inside("step", every, written=step):
                    theorem = step(inner, ForAll(inner, every))
            else:
                raise StepError("integrability is proved for one value at a time")
        theorem = inner._as_stated(theorem, target, "step")
        return rules.induct(proved, theorem, name, low, high, bound, conditions)

    def _as_stated(self, theorem: Theorem, target: K.Rel | K.Fin, what: str) -> Theorem:
        """``theorem`` as the statement ``target``, from which it may differ in spelling."""
        if theorem.conclusion == target:
            return theorem
        if isinstance(target, K.Rel) and isinstance(theorem.conclusion, K.Rel):
            found = self.solve(target, (theorem,), degree=1)
            if isinstance(found, Theorem):
                return found
        raise StepError(
            f"the {what} must prove {self.show(target)}; it proves {self.show(theorem.conclusion)}"
        )

    def _bound(self, symbol: Any) -> K.Var:
        meaning = self.scope.meaning(str(symbol))
        if not isinstance(meaning, K.Var) or meaning.level != "det":
            raise DoorError(f"{symbol} is not one of the claim's constants (for_constants)")
        return meaning

    def first(self, term: Any, over: Within) -> Theorem:
        """``Sum = first term + rest``, for a range that is not empty."""
        return self._split("first", term, over)

    def last(self, term: Any, over: Within) -> Theorem:
        """``Sum = rest + last term``, for a range that is not empty."""
        return self._split("last", term, over)

    def _split(self, side: Literal["first", "last"], term: Any, over: Within) -> Theorem:
        name = str(over.index)
        body = self.scope.extended({name: "index"}).term(term)
        low, high = self.scope.index(over.low), self.scope.index(over.high)
        return rules.split_sum(self.theory, K.sum_over(name, low, high, body), side, self.ambient)

    def integrability(
        self, stated: Integrable, *symbols: Any, facts: tuple[Theorem, ...] = (), **at: Any
    ) -> Theorem:
        """That a term is integrable, by the calculus of exponents from what is known here.

        ``symbols``: whose definitions to unfold (at given indices, as in ``by.definition``);
        ``facts``: what else is known, such as the hypothesis of an induction.
        """
        claim = self.scope.statement(stated)
        if not isinstance(claim, K.Fin):
            raise DoorError(f"write integrable(t), square_integrable(t) or bounded(t): {stated!r}")
        sides = self.sides(K.Rel(claim.term, "=", claim.term))
        known = (*facts, *self.fin(), *self.hypotheses(), *sides)
        distinct, unfold = tuple(dict.fromkeys(known)), self.unfolding(names_of(symbols), at)
        try:
            return rules.integrability(
                self.theory, claim.term, claim.exponent, self.ambient, distinct, unfold
            )
        except SideConditionError as error:
            told = not_integrable(self, claim, distinct, unfold)
            raise SideConditionError(f"{shown(error, self)}{told}") from error

    def nonnegative(self, term: Any) -> Theorem:
        """``0 <= term``, where sums and expectations in it are of terms seen to be >= 0."""
        return self._nonnegative(self.scope.term(term))

    def _nonnegative(self, term: K.Term) -> Theorem:
        goal, found = K.Rel(K.ZERO, "<=", term), None
        if isinstance(term, K.Sum):
            name = next(n for n in _FRESH if n not in K.free_indices(term) | set(self.scope.names))
            index = K.Ix(name)
            span = (K.Le(term.low, index), K.Le(index, term.high))
            inner = replace(
                self, scope=self.scope.extended({name: "index"}), given=(*self.given, *span)
            )
            each = inner._nonnegative(K.open_body(term.body, index))
            found = rules.sum_both(each, name, term.low, term.high)
        elif isinstance(term, K.E):
            body = self._nonnegative(term.body)
            found = rules.expect(body, None, self.ambient, (*self.fin(), *self.hypotheses()))
        if found is None:
            averages = (n for n in _tops(term))
            facts = tuple(self._nonnegative(n) for n in averages)
            solved = self.solve(goal, facts)
            if not isinstance(solved, Theorem):
                raise StepError(
                    f"not seen to be >= 0: {self.show(term)}: {explain_failure(solved, self.show)}"
                )
            return solved
        return self.combine(goal, (found,), ambient=self.ambient)

    # --- cases --------------------------------------------------------------------------------

    def cases(
        self,
        term: Any,
        negative: Callable[[Proof], Theorem],
        otherwise: Callable[[Proof], Theorem],
    ) -> Theorem:
        """The same inequality proved for ``term < 0`` and for ``0 <= term``.

        Each branch has its case among the hypotheses. The sign may depend on the outcome; then
        neither branch can take expectations of what rests on it.
        """
        t = self.scope.term(term)
        branches = list[Theorem]()
        with self.outline.inside("cases"):
            for case, branch in (
                (K.Rel(K.ZERO, "<=", t), otherwise),
                (K.Rel(t, "<", K.ZERO), negative),
            ):
                with self.outline.inside("case", case, written=branch):
                    branches.append(branch(replace(self, given=(*self.given, case))))
        goal = branches[0].rel
        if goal.op == "=" or branches[1].conclusion != goal:
            shown = "; ".join(self.show(b.conclusion) for b in branches)
            raise StepError(f"the two cases must prove one inequality: {shown}")
        leaves = (
            Leaf((Product(Fraction(1), (GOAL,)), Product(Fraction(1), (n,)))) for n in range(2)
        )
        return certify(self.theory, goal, Split(t, *leaves), tuple(branches), ambient=self.ambient)

    # --- the end ------------------------------------------------------------------------------

    def conclude(self, theorem: Theorem | None) -> Theorem:
        """Check that the script proves the claim from its hypotheses."""
        if not isinstance(theorem, Theorem):
            raise StepError("the proof returns no theorem (a missing `return p.calc(...)`?)")
        if theorem.conclusion != self.goal:
            joined = (
                self.solve(self.goal, (theorem,), degree=1)
                if isinstance(self.goal, K.Rel) and isinstance(theorem.conclusion, K.Rel)
                else None
            )
            if not isinstance(joined, Theorem):
                raise StepError(
                    f"the proof ends with {self.show(theorem.conclusion)}\n"
                    f"  but the claim is    {self.show(self.goal)}"
                )
            theorem = joined
        theorem = rules.cut_indices(theorem, self.ambient)
        theorem = self.discharge(theorem, "the proof")
        extra = theorem.hypotheses - set(self.given)
        if extra:
            listed = "; ".join(self.show(h) for h in sorted(extra, key=lambda h: h.key))
            if any(isinstance(h, K.Le) for h in extra):
                listed += f" ({known_ranges(self)})"
            raise StepError(f"the proof uses hypotheses the claim does not state: {listed}")
        return theorem

    def with_hypotheses(self, theorem: Theorem) -> Theorem:
        """``theorem`` under all stated hypotheses, used or not."""
        for hypothesis in self.given:
            if hypothesis not in theorem.hypotheses:
                theorem = rules.weaken(theorem, hypothesis)
        return theorem


_FRESH = tuple(f"i{n}" for n in range(100))


def _tops(term: K.Term) -> Iterator[K.Term]:
    """The outermost sums and expectations within a term."""
    if isinstance(term, K.Sum | K.E):
        yield term
    elif isinstance(term, K.Add | K.Mul):
        for part in term.terms:
            yield from _tops(part)
