"""``prove`` and ``prove_sign``: the searches in order, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from ..kernel import rules
from ..kernel.certificates import GOAL, Leaf, Product, Split
from ..kernel.judgment import Theorem
from ..kernel.normal import Unfold
from ..kernel.terms import ZERO, Le, Rel, Term, is_closed, rat, sub
from ..kernel.theory import Theory
from . import semidefinite, sides, smt
from .budget import SEARCH, Budget, SpentError
from .context import LIMITS, ONE, Context
from .numeric import Array
from .positive import apex, by_squares
from .programs import solve
from .refute import Refuter
from .results import Counterexample, Failure, FalseInModel, Undecided
from .search import HIGHER, LINEAR, PAIRS, Search
from .steps import linear_step
from .stock import goal_item
from .structure import structural_sign, structural_step
from .substitution import substituted

MAX_SPLITS = 2
ROUNDS = 40
SMALL = 8
"""What part of the budget a search for signs gets, before counterexamples are sought."""
Elsewhere = Callable[[], FalseInModel | None]
"""A look at whether the goal is false in a model of the theory."""


def prove(
    theory: Theory,
    goal: Rel,
    facts: Sequence[Theorem] = (),
    *,
    ambient: tuple[Le, ...] = (),
    unfold: tuple[Unfold, ...] = (),
    linear: bool = False,
    hints: Sequence[Term] = (),
    splits: Sequence[Term] = (),
    degree: int = 4,
    base: Context | None = None,
    elsewhere: Elsewhere = lambda: None,
    work: int = SEARCH,
    refuting: bool = True,
) -> Theorem | Failure:
    """Search for a proof of ``goal`` from ``facts``, or for an exact counterexample.

    Args:
        theory: where the goal lives.
        goal: an equation or an inequality.
        facts: theorems that may be used; their hypotheses end up in the result's.
        ambient: index conditions that may be used.
        unfold: definitions to expand.
        linear: expectations may be split over sums, where integrability is known.
        hints: terms whose squares may help.
        splits: terms on whose sign to distinguish cases, besides arguments of absolute values.
        degree: how many facts may be multiplied together; 1 searches linear steps only.
        base: a context with those of the facts that are the same from one call to the next; what
            it has worked out is tried first.
        elsewhere: a refuter that knows more than the facts; asked once, when cheap searches failed.
        work: how much may be done before giving up, in the units of ``budget``.
        refuting: look for counterexamples too.

    Returns:
        A kernel theorem with conclusion ``goal``; or a ``Counterexample``; or ``Undecided``.
    """
    theory.check(goal)
    for fact in facts:
        if fact.conclusion == goal:
            return fact
    if base is not None:
        base.budget = Budget(work)
        named = tuple(f for f in dict.fromkeys(facts) if f not in base.facts)
        theorem = at_once(base, goal, named)
        if theorem is not None:
            return theorem
        if not named and goal.op != "=":
            task = _Task(base.branch(()), goal, tuple(facts), tuple(hints), degree, elsewhere)
            return task.search_on(tuple(splits), refuting)
    context = Context(theory, [*dict.fromkeys(facts)], ambient, unfold, linear, budget=Budget(work))
    task = _Task(context, goal, tuple(facts), tuple(hints), degree, elsewhere)
    return task.run(tuple(splits), refuting)


def refute(
    theory: Theory,
    goal: Rel,
    facts: Sequence[Theorem] = (),
    *,
    ambient: tuple[Le, ...] = (),
    unfold: tuple[Unfold, ...] = (),
    rounds: int = 3 * ROUNDS,
    thorough: bool = False,
) -> Counterexample | None:
    """An exact counterexample to ``goal`` from ``facts``, if one is found; no proof is searched.

    ``rounds``: how long to climb towards one. ``thorough``: look for the signs of denominators and
    radicands first, by which more points can be confirmed, and ask an SMT solver if there is one.
    """
    context = Context(
        theory, [*dict.fromkeys(facts)], ambient, unfold, budget=Budget(SEARCH // SMALL)
    )
    task = _Task(context, goal, tuple(facts), (), 3)
    if thorough:
        with suppress(SpentError):
            task.establish()
    found = task.refuted(0) or (task.counterexample(rounds) if rounds else None)
    return found or (task.refuted_by_solver() if thorough else None)


def at_once(context: Context, goal: Rel, named: Sequence[Theorem] = ()) -> Theorem | None:
    """Normal forms, a sign the kernel sees, the sum of some facts, a sign by structure.

    ``named``: facts beside the context's.
    """
    attempts: tuple[Callable[[Context, Rel], Theorem | None], ...]
    if goal.op == "=":
        attempts = (_normalised, partial(_same_as_a_fact, named=named))
    else:
        linear = partial(linear_step, rounds=0, more=named)
        attempts = (Context.difference_theorem, linear, structural_step)
    for attempt in attempts:
        theorem = _quietly(partial(attempt, context, goal))
        if theorem is not None:
            return theorem
    return None


def _normalised(context: Context, goal: Rel) -> Theorem | None:
    if not context.n.is_zero(context.poly(sub(goal.left, goal.right))):
        return None
    return rules.norm(
        context.theory, goal.left, goal.right, context.ambient, context.unfold,
        tuple(context.facts), context.linear,
    )  # fmt: skip


def _same_as_a_fact(context: Context, goal: Rel, named: Sequence[Theorem] = ()) -> Theorem | None:
    """An equation that is the sum of some facts."""
    up, down = Rel(goal.left, "<=", goal.right), Rel(goal.right, "<=", goal.left)
    below = linear_step(context, up, rounds=0, more=named)
    above = below and linear_step(context, down, rounds=0, more=named)
    return rules.antisymmetry(below, above) if below is not None and above else None


def prove_sign(
    theory: Theory,
    term: Term,
    facts: Sequence[Theorem] = (),
    strict: bool = False,
    *,
    ambient: tuple[Le, ...] = (),
    either: bool = False,
) -> Theorem | None:
    """``0 <= term``, or ``0 < term`` if ``strict``; with ``either`` also ``-term`` in its place."""
    context = Context(theory, [*dict.fromkeys(facts)], ambient)
    goal = Rel(ZERO, "<" if strict else "<=", term)
    shown = _quietly(partial(structural_sign, context, term, strict))
    if shown is not None:
        return shown
    task = _Task(context, goal, tuple(facts), (), 3)
    with suppress(SpentError):
        sides.establish(context, [goal], task.sample)
    for wanted in (1, -1) if either else (1,):
        try:
            found = sides.sign(context, term, strict, task.sample, 3, wanted)
        except (*LIMITS, SpentError):
            found = None
        if found is not None:
            return found
    return None


class _Task:
    """One goal."""

    def __init__(
        self,
        context: Context,
        goal: Rel,
        facts: tuple[Theorem, ...],
        hints: tuple[Term, ...],
        degree: int,
        elsewhere: Elsewhere = lambda: None,
    ) -> None:
        self.context, self.goal, self.facts = context, goal, facts
        self.hints, self.degree, self.elsewhere = hints, degree, elsewhere
        self._refuter: Refuter | None = None
        self._looked: set[tuple[int, int, bool]] = set()

    @property
    def refuter(self) -> Refuter:
        """The counterexample search, set up when first asked."""
        if self._refuter is None:
            self._refuter = Refuter(self.context, self.facts, self.goal)
        return self._refuter

    def sample(self, t: Term) -> Array | None:
        """Values of ``t`` at sampled points that satisfy the facts."""
        try:
            return self.refuter.sample(t)
        except LIMITS:
            return None

    def proved(self, splits: tuple[Term, ...]) -> Theorem | None:
        """A theorem only."""
        self.establish()
        if self.goal.op == "=":
            found = self.equation(refute=False)
        else:
            found = self.inequality(self.goal, splits, refute=False)
        return found if isinstance(found, Theorem) else None

    def establish(self) -> None:
        """Prove the signs of all radicands and denominators."""
        formulas = [self.goal, *(f.conclusion for f in self.facts)]
        sides.establish(self.context, formulas, self.sample)

    def run(self, splits: tuple[Term, ...], refuting: bool = True) -> Theorem | Failure:
        """Prove, refute, or give up."""
        try:
            found = self.at_once()
        except SpentError:
            found = None
        return found or self.search_on(splits, refuting)

    def search_on(self, splits: tuple[Term, ...], refuting: bool = True) -> Theorem | Failure:
        """What comes after ``at_once``."""
        spent = False
        try:
            self.establish()
            if self.goal.op == "=":
                found = self.equation(refuting)
            else:
                found = self.inequality(self.goal, splits, refuting)
        except SpentError:
            found, spent = None, True
        if found is not None:
            return found
        if not refuting:
            return Undecided(tuple(self.context.tried), tuple(self.context.needed), spent)
        refuted = self.elsewhere() or self.counterexample(3 * ROUNDS)
        if refuted is None and self.degree > 1:
            refuted = self.refuted_by_solver()
        if refuted is not None:
            return refuted
        self.context.note("counterexamples")
        theorem = None if spent else self.by_squares()
        if theorem is not None:
            return theorem
        return Undecided(tuple(self.context.tried), tuple(self.context.needed), spent)

    def counterexample(self, rounds: int) -> Counterexample | None:
        """A counterexample after some climbing, also in coordinates in which roots are rational."""
        first = min(rounds, ROUNDS)
        return (
            self.refuted(first)
            or self.refuted(first, rooted=True)
            or (self.refuted(rounds, 1) if rounds > first else None)
        )

    def at_once(self) -> Theorem | None:
        """What needs no more signs than are known."""
        return at_once(self.context, self.goal)

    def normalised(self) -> Theorem | None:
        """An equation of normal forms."""
        return _quietly(partial(_normalised, self.context, self.goal))

    def refuted(self, rounds: int, seed: int = 0, rooted: bool = False) -> Counterexample | None:
        """A counterexample, after some rounds of climbing."""
        if (rounds, seed, rooted) in self._looked:
            return None
        self._looked.add((rounds, seed, rooted))
        try:
            return self.refuter.search(rounds, seed, rooted)
        except LIMITS:
            return None

    def refuted_by_solver(self) -> Counterexample | None:
        """A counterexample an SMT solver proposed, if one is installed."""
        if not smt.available():
            return None
        try:
            found = self.refuter.ask_solver()
        except LIMITS:
            found = None
        if isinstance(found, Counterexample):
            return found
        self.context.note("an SMT solver" + (", which finds it true" if found else ""))
        return None

    # --- inequalities -------------------------------------------------------------------------

    def inequality(
        self, goal: Rel, splits: tuple[Term, ...], refute: bool = True
    ) -> Theorem | Counterexample | FalseInModel | None:
        """The tiers of the search; in between other things, at their price."""
        for tried in (structural_step, linear_step):
            step = _quietly(partial(tried, self.context, goal))
            if step is not None:
                return step
        search, reached = self.search(goal), LINEAR
        for stage, attempt in search.attempts(goal):
            if stage > reached:
                reached = stage
                found = self.between(stage, goal, (*splits, *search.stock.splits()), refute)
                if found is not None:
                    return found
            theorem = _quietly(attempt)
            if theorem is not None:
                return theorem
        depth = MAX_SPLITS + len(splits)
        return self.by_cases(goal, (*splits, *search.stock.splits()), depth, 3)

    def between(
        self, stage: int, goal: Rel, splits: tuple[Term, ...], refute: bool
    ) -> Theorem | Counterexample | FalseInModel | None:
        """What is worth trying before a stage of the search."""
        if stage == PAIRS:
            return self.by_substitution(goal, splits)
        if stage < HIGHER:
            return None
        refuted = self.elsewhere() or self.refuted(0) if refute else None
        found = refuted or self.by_cases(goal, splits, MAX_SPLITS, 2)
        return self.refuted(ROUNDS) if found is None and refute else found

    def search(self, goal: Rel) -> Search:
        """The search for one inequality."""
        terms = [goal.left, goal.right]
        return Search(self.context, terms, self.hints, self.degree, self.sample)

    def by_substitution(self, goal: Rel, splits: tuple[Term, ...]) -> Theorem | None:
        """With a quantity defined by an equation replaced by what it equals."""
        try:
            found = substituted(self.context, self.facts, goal)
        except LIMITS:
            return None
        if found is None:
            return None
        self.context.note("substitution of equations")
        step, facts, after = found
        inner = _Task(self.context.fresh(facts), after, tuple(facts), self.hints, self.degree)
        theorem = inner.proved(splits)
        return None if theorem is None else _quietly(partial(step.back, goal, theorem))

    def by_squares(self) -> Theorem | None:
        """The last resort: sums of squares, if semidefinite programs can be solved."""
        if self.goal.op == "=" or self.degree < 2:
            return None
        if not semidefinite.available():
            self.context.note("no sums of squares: install ratecert[sdp]")
            return None
        search = self.search(self.goal)
        theorem = _quietly(partial(by_squares, search, self.goal))
        for t in apex(search, self.goal) if theorem is None else ():
            theorem = theorem or self._cases(t, self.goal, self.degree, _Task._branch_by_squares)
        return theorem

    def _branch_by_squares(self) -> Theorem | None:
        return _quietly(lambda: by_squares(self.search(self.goal), self.goal))

    def by_cases(
        self, goal: Rel, splits: tuple[Term, ...], depth: int, degree: int
    ) -> Theorem | None:
        """Distinguish the sign of a term; what is proved in each branch is put together."""
        terms = [t for t in dict.fromkeys(splits) if is_closed(t)]
        for i, t in enumerate(terms if depth else ()):
            rest = tuple(terms[i + 1 :])
            found = self._cases(
                t, goal, degree, partial(_Task._branch, splits=rest, depth=depth - 1)
            )
            if found is not None:
                return found
        return None

    def _cases(
        self, t: Term, goal: Rel, degree: int, prove_in: Callable[[_Task], Theorem | None]
    ) -> Theorem | None:
        """The goal from its proofs for ``0 <= t`` and ``t < 0``."""
        self.context.note("case distinctions")
        branches: list[Theorem] = []
        for assumption in (Rel(ZERO, "<=", t), Rel(t, "<", ZERO)):
            fact = rules.assume(self.context.theory, assumption)
            context, facts = self.context.branch([fact]), (*self.facts, fact)
            found = prove_in(_Task(context, goal, facts, self.hints, min(degree, self.degree)))
            if found is None or assumption not in found.hypotheses:
                return found
            branches.append(found)
        if goal.op != "=":
            return self._join(goal, t, branches, 0)
        below = self._join(Rel(goal.left, "<=", goal.right), t, branches, 1)
        above = self._join(Rel(goal.right, "<=", goal.left), t, branches, -1)
        return None if below is None or above is None else rules.antisymmetry(below, above)

    def _branch(self, splits: tuple[Term, ...], depth: int) -> Theorem | None:
        step = _quietly(partial(linear_step, self.context, self.goal))
        if step is not None:
            return step
        search = self.search(self.goal)
        for _, attempt in search.attempts(self.goal):
            theorem = _quietly(attempt)
            if theorem is not None:
                return theorem
        return self.by_cases(self.goal, (*splits, *search.stock.splits()), depth, self.degree)

    def _join(self, goal: Rel, t: Term, branches: list[Theorem], sign: int) -> Theorem | None:
        """The goal from two theorems that say it, or are equations to be used with a sign."""
        leaves = [
            Leaf((Product(ONE, (GOAL,)),), ((n, rat(sign)),))
            if sign
            else Leaf((Product(ONE, (GOAL,)), Product(ONE, (n,))))
            for n in (0, 1)
        ]
        theorem = self.context.certify(goal, Split(t, leaves[0], leaves[1]), branches)
        given = {h for f in self.facts for h in f.hypotheses}
        cases = {Rel(ZERO, "<=", t), Rel(t, "<", ZERO)} - given
        return None if theorem is None or theorem.hypotheses & cases else theorem

    # --- equations ----------------------------------------------------------------------------

    def equation(
        self, refute: bool = True, depth: int = MAX_SPLITS
    ) -> Theorem | Counterexample | FalseInModel | None:
        """Normal forms; else multiples of equations; else cases; else two inequalities."""
        goal, context = self.goal, self.context
        context.note("normal forms")
        theorem = self.normalised()
        if theorem is not None:
            return theorem
        up, down = Rel(goal.left, "<=", goal.right), Rel(goal.right, "<=", goal.left)
        if any(isinstance(f.conclusion, Rel) and f.rel.op == "=" for f in context.facts):
            lower = _quietly(partial(linear_step, context, up))
            upper = lower and _quietly(partial(linear_step, context, down))
            if lower is not None and upper is not None:
                return rules.antisymmetry(lower, upper)
        search = self.search(goal)
        if search.stock.equations or search.stock.solved:
            context.note("multiples of equations")
            lower = _quietly(lambda: _by_equations(search, up))
            upper = _quietly(lambda: _by_equations(search, down))
            if lower is not None and upper is not None:
                return rules.antisymmetry(lower, upper)
        theorem = self.by_substitution(goal, ())
        if theorem is not None:
            return theorem
        refuted = self.elsewhere() or self.refuted(0) if refute else None
        if refuted is not None:
            return refuted
        for t in search.stock.splits()[:MAX_SPLITS] if depth else ():
            theorem = self._cases(t, goal, self.degree, partial(_Task._equal, depth=depth - 1))
            if theorem is not None:
                return theorem
        below = self.inequality(up, (), refute=False)
        if not isinstance(below, Theorem):
            return None
        above = self.inequality(down, (), refute=False)
        return rules.antisymmetry(below, above) if isinstance(above, Theorem) else None

    def _equal(self, depth: int) -> Theorem | None:
        found = self.equation(False, depth)
        return found if isinstance(found, Theorem) else None


def _by_equations(search: Search, goal: Rel) -> Theorem | None:
    """The goal as a combination of equations alone."""
    return solve(search.stock, goal, [(goal_item(search.stock, goal),)])


def _quietly(attempt: Callable[[], Theorem | None]) -> Theorem | None:
    """A search that runs into a limit of the kernel has found nothing."""
    try:
        return attempt()
    except LIMITS:
        return None
