"""The rules: the only functions that make theorems.

Each docstring gives premises, conclusion and side conditions; docs/trust.md argues, rule by rule,
why a model of the theory that satisfies the premises satisfies the conclusion. Write ``G |- P``
for a theorem. "Deterministic" formulas have a truth value that does not depend on the outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, wraps
from inspect import signature
from typing import Any, Literal

from .errors import (
    KernelError,
    LevelError,
    RangeError,
    SideConditionError,
    SortError,
    TheoryError,
)
from .indices import entails, index_hypotheses, substitute_indices
from .integrability import exponent as exponent_of
from .integrability import integrable
from .judgment import Theorem, make, same_theory
from .normal import Normaliser, Unfold, normaliser
from .terms import (
    CE,
    ZERO,
    All,
    E,
    Fin,
    Formula,
    Ix,
    IxVal,
    Le,
    Node,
    Point,
    PointVar,
    Rel,
    Sum,
    Term,
    Var,
    add,
    free_indices,
    open_body,
    sub,
    subterms,
    sum_over,
    transform,
    variables,
)
from .theory import Theory

RULES: dict[str, Callable[..., Theorem]] = {}


def rule(function: Callable[..., Theorem]) -> Callable[..., Theorem]:
    """Register a rule for replay, and name it in the errors it raises."""

    @wraps(function)
    def named(*args: Any, **kwargs: Any) -> Theorem:
        try:
            return function(*args, **kwargs)
        except KernelError as error:
            if not getattr(error, "named", False):
                error.at(function.__name__)
                error.named = True  # type: ignore[attr-defined]
            raise

    RULES[function.__name__] = named
    return named


@cache
def takes_theory(function: Callable[..., Theorem]) -> bool:
    """Does the rule need to be told its theory?"""
    return "theory" in signature(function).parameters


# --- structure --------------------------------------------------------------------------------


@rule
def assume(theory: Theory, formula: Formula) -> Theorem:
    """``P |- P``."""
    args = {"formula": formula}
    return make(theory, frozenset({formula}), formula, frozenset(), "assume", args)


@rule
def axiom(theory: Theory, name: str) -> Theorem:
    """``hypotheses |- conclusion`` of a declared axiom."""
    if name not in theory.axiom_table:
        raise TheoryError(f"{theory.name} has no axiom {name!r}")
    a = theory.axiom_table[name]
    uses = frozenset({f"axiom:{name}"})
    return make(theory, frozenset(a.hypotheses), a.conclusion, uses, "axiom", {"name": name})


@rule
def lift(theorem: Theorem, theory: Theory) -> Theorem:
    """``G |- P`` in a theory T gives ``G |- P`` in any theory with all of T's declarations."""
    if not theory.extends(theorem.theory):
        raise TheoryError(f"{theory.name} does not extend {theorem.theory.name}")
    if free_indices_of(theorem) & (
        set(theory.index_constants) - set(theorem.theory.index_constants)
    ):
        raise TheoryError("a free index of the theorem is a constant of the larger theory")
    args = {"theorem": theorem}
    return make(theory, theorem.hypotheses, theorem.conclusion, theorem.uses, "lift", args)


@rule
def weaken(theorem: Theorem, formula: Formula) -> Theorem:
    """``G |- P`` gives ``G, Q |- P``."""
    args = {"theorem": theorem, "formula": formula}
    hypotheses = theorem.hypotheses | {formula}
    return make(theorem.theory, hypotheses, theorem.conclusion, theorem.uses, "weaken", args)


@rule
def cut(minor: Theorem, major: Theorem) -> Theorem:
    """``G |- P`` and ``D, P |- Q`` give ``G, D |- Q``."""
    same_theory(minor.theory, major)
    if minor.conclusion not in major.hypotheses:
        raise SideConditionError("{} is no hypothesis of the second premise", minor.conclusion)
    hypotheses = minor.hypotheses | (major.hypotheses - {minor.conclusion})
    args = {"minor": minor, "major": major}
    uses = minor.uses | major.uses
    return make(minor.theory, hypotheses, major.conclusion, uses, "cut", args)


@rule
def cut_indices(theorem: Theorem, ambient: tuple[Le, ...]) -> Theorem:
    """``G, A |- P`` gives ``G, B |- P`` where the index conditions B entail the conditions A.

    Conditions of ``theorem`` that do not follow from ``ambient`` stay.
    """
    kept: set[Formula] = set()
    for hypothesis in theorem.hypotheses:
        step = entails(frozenset(ambient), hypothesis) if isinstance(hypothesis, Le) else None
        kept |= {hypothesis} if step is None else step
    args = {"theorem": theorem, "ambient": ambient}
    return make(
        theorem.theory, frozenset(kept), theorem.conclusion, theorem.uses, "cut_indices", args
    )


@rule
def index_value(theory: Theory, condition: Le) -> Theorem:
    """``a <= b |- val a <= val b``: index conditions are conditions on real numbers."""
    conclusion = Rel(IxVal(condition.left), "<=", IxVal(condition.right))
    args = {"condition": condition}
    return make(theory, frozenset({condition}), conclusion, frozenset(), "index_value", args)


Substitution = tuple[tuple[str, Ix], ...]
Values = tuple[tuple[Var | PointVar, Term | Point], ...]


def free_indices_of(theorem: Theorem) -> frozenset[str]:
    """The free index names of a theorem."""
    return free_indices(theorem.conclusion).union(*(free_indices(h) for h in theorem.hypotheses))


def _index_variable(name: str) -> Ix:
    if not isinstance(name, str):
        raise SortError(f"not the name of an index: {name!r}")
    return Ix(name)


@rule
def instantiate(theorem: Theorem, indices: Substitution = (), values: Values = ()) -> Theorem:
    """``G |- P`` gives ``G[s] |- P[s]``, for indices and variables simultaneously.

    Side: index constants of the theory stay; each term is measurable at the level of its
    variable (that level's index replaced as well); points for points, terms for terms; no
    variable bound by All is captured.
    """
    theory, index_map = theorem.theory, dict(indices)
    fixed = set(index_map) & set(theory.index_constants)
    if fixed:
        raise SideConditionError(f"{sorted(fixed)} are constants of {theory.name}")
    table: dict[Node, Node] = {}
    uses: set[str] = set()
    for index in index_map.values():
        theory.check(index)
    moved = {h: substitute_indices(h, index_map) for h in theorem.hypotheses}
    ambient = index_hypotheses(moved.values())
    for variable, value in values:
        theory.check(value)
        if isinstance(variable, Var) != isinstance(value, Term):
            raise SideConditionError(f"{variable.name}: a point for a number, or the reverse")
        level = variable.level
        if level != "any":
            at = substitute_indices(level, index_map) if isinstance(level, Ix) else None
            ix = at if isinstance(at, Ix) else None
            if theory.measurable(value, ix, ambient, uses) is None:
                raise LevelError("{} is not known measurable at the level of {}", value, variable)
        table[variable] = value
    brought = frozenset[Var | PointVar]().union(*(variables(v) for v in table.values()))

    def visit(node: Node, _depth: int) -> Node | None:
        if isinstance(node, All):
            if (set(node.variables) & set(brought)) or (set(node.variables) & set(table)):
                raise SideConditionError("a variable bound by All would be captured")
            return None
        if isinstance(node, Ix) and isinstance(node.base, str) and node.base in index_map:
            return index_map[node.base].shift(node.offset)
        return table.get(node) if isinstance(node, Var | PointVar) else None

    hypotheses = frozenset(transform(h, visit) for h in theorem.hypotheses)
    args = {"theorem": theorem, "indices": indices, "values": values}
    conclusion = transform(theorem.conclusion, visit)
    return make(theory, hypotheses, conclusion, theorem.uses | uses, "instantiate", args)


@rule
def specialise(
    theory: Theory, formula: All, values: tuple[Term, ...], conditions: tuple[Theorem, ...]
) -> Theorem:
    """``G_j |- C_j(t)`` for each condition of ``All(w, C, R)`` give ``G, All(w, C, R) |- R(t)``.

    Side: the terms t are constants.
    """
    theory.check(formula)
    same_theory(theory, *conditions)
    uses: set[str] = set()
    if len(values) != len(formula.variables):
        raise SideConditionError("one value for each bound variable")
    for value in values:
        theory.check(value)
        if theory.measurable(value, None, frozenset(), uses) is None:
            raise LevelError("{} is not known to be constant", value)
    table = dict(zip(formula.variables, values, strict=True))

    def visit(node: Node, _depth: int) -> Node | None:
        return table.get(node) if isinstance(node, Var) else None

    wanted = {transform(c, visit) for c in formula.conditions}
    proved = {c.conclusion for c in conditions}
    if not wanted <= proved:
        missing = sorted(wanted - proved, key=lambda w: w.key)
        raise SideConditionError(f"conditions not proved: {_places(missing)}", *missing)
    hypotheses = frozenset({formula}).union(*(c.hypotheses for c in conditions))
    all_uses = frozenset(uses).union(*(c.uses for c in conditions))
    args = {"formula": formula, "values": values, "conditions": conditions}
    return make(theory, hypotheses, transform(formula.body, visit), all_uses, "specialise", args)


@rule
def induct(
    base: Theorem,
    step: Theorem,
    name: str,
    low: Ix,
    high: Ix | None = None,
    bound: tuple[Var, ...] = (),
    conditions: tuple[Rel, ...] = (),
) -> Theorem:
    """Induction on the index ``name``, here k; P(k) is the conclusion of ``step``.

    ``G, C |- P(low)`` and ``G, C, low+1 <= k, k <= high, H |- P(k)``, with the hypothesis H
    either P(k-1) or All(w, C, P(k-1)), give ``G, C, low <= k, k <= high |- P(k)``.
    Side: k is free in none of G, C, low, high; the bound variables w are free in no G; with bound
    variables, C and P are deterministic. Index conditions of ``step`` that mention k must follow
    from the range.
    """
    theory, claim, uses = step.theory, step.conclusion, set(base.uses | step.uses)
    same_theory(theory, base)
    k = _index_variable(name)
    if name in theory.index_constants or name in free_indices(low):
        raise SideConditionError(f"{name} is a constant, or occurs in its own range")
    if high is not None and name in free_indices(high):
        raise SideConditionError(f"{name} occurs in its own range")
    if base.conclusion != substitute_indices(claim, {name: low}):
        raise SideConditionError("the base does not prove the claim at the first index")
    before = substitute_indices(claim, {name: k.shift(-1)})
    if bound:
        if not isinstance(before, Rel) or not all(
            theory.deterministic(f, uses) for f in (claim, *conditions)
        ):
            raise SideConditionError("a quantified hypothesis must be deterministic")
        before = All(bound, conditions, before)
    elif conditions:
        raise SideConditionError("conditions without bound variables")
    if any(name in free_indices(c) for c in conditions):
        raise SideConditionError(f"{name} occurs in a condition")
    context = (base.hypotheses | (step.hypotheses - {before})) - set(conditions)
    fixed = frozenset(h for h in context if name not in free_indices(h))
    span = {Le(low.shift(1), k)} | ({Le(k, high)} if high is not None else set())
    used: frozenset[Le] = frozenset()
    for hypothesis in context - fixed:
        if hypothesis in base.hypotheses:
            raise SideConditionError(f"the base assumes {{}}, which mentions {name}", hypothesis)
        if not isinstance(hypothesis, Le):
            raise SideConditionError(f"{{}} mentions {name}", hypothesis)
        found = entails(index_hypotheses(fixed) | span, hypothesis)
        if found is None:
            raise RangeError(f"{{}} does not follow from the range of {name}", hypothesis)
        used |= found - span
    free = frozenset[Var | PointVar]().union(*(variables(h) for h in fixed))
    if free & set(bound):
        raise SideConditionError("a bound variable is free in a hypothesis")
    span = {Le(low, k)} | ({Le(k, high)} if high is not None else set())
    args = {"base": base, "step": step, "name": name, "low": low, "high": high,
            "bound": bound, "conditions": conditions}  # fmt: skip
    hypotheses = fixed | used | span | set(conditions)
    return make(theory, frozenset(hypotheses), claim, frozenset(uses), "induct", args)


@rule
def cases(term: Term, nonnegative: Theorem, nonpositive: Theorem) -> Theorem:
    """``G, 0 <= t |- P`` and ``D, t <= 0 |- P`` give ``G, D |- P``.

    Side: t is a constant. (A split on a random term is possible inside a certificate only.)
    """
    theory = nonnegative.theory
    same_theory(theory, nonpositive)
    uses: set[str] = set()
    theory.check(term)
    if theory.measurable(term, None, frozenset(), uses) is None:
        raise LevelError("{} is not known to be constant", term)
    if nonnegative.conclusion != nonpositive.conclusion:
        raise SideConditionError("the two cases prove different things")
    hypotheses = (nonnegative.hypotheses - {Rel(ZERO, "<=", term)}) | (
        nonpositive.hypotheses - {Rel(term, "<=", ZERO)}
    )
    args = {"term": term, "nonnegative": nonnegative, "nonpositive": nonpositive}
    all_uses = nonnegative.uses | nonpositive.uses | uses
    return make(theory, hypotheses, nonnegative.conclusion, all_uses, "cases", args)


# --- equality and order -----------------------------------------------------------------------


def _normaliser(
    theory: Theory,
    facts: tuple[Theorem, ...],
    ambient: tuple[Le, ...],
    unfold: tuple[Unfold, ...],
    linear: bool,
) -> Normaliser:
    same_theory(theory, *facts)
    for le in ambient:
        theory.check(le)
    return normaliser(theory, frozenset(ambient), unfold, facts, linear)


def _kept(n: Normaliser, facts: tuple[Theorem, ...]) -> tuple[Theorem, ...]:
    return tuple(f for i, f in enumerate(facts) if i in n.used.facts)


@rule
def norm(
    theory: Theory,
    left: Term,
    right: Term,
    ambient: tuple[Le, ...] = (),
    unfold: tuple[Unfold, ...] = (),
    facts: tuple[Theorem, ...] = (),
    linear: bool = False,
) -> Theorem:
    """``G |- left = right`` if the two have one normal form.

    G: the index conditions of ``ambient`` and the hypotheses of ``facts`` that were used.
    """
    theory.check(left)
    theory.check(right)
    n = _normaliser(theory, facts, ambient, unfold, linear)
    if not n.is_zero(n.poly(sub(left, right))):
        raise SideConditionError("not equal by normalisation: {} and {}", left, right)
    args = {"left": left, "right": right, "ambient": ambient, "unfold": unfold,
            "facts": _kept(n, facts), "linear": linear}  # fmt: skip
    hyps, uses = frozenset(n.used.hypotheses), frozenset(n.used.uses)
    return make(theory, hyps, Rel(left, "=", right), uses, "norm", args)


@rule
def antisymmetry(below: Theorem, above: Theorem) -> Theorem:
    """``G |- a <= b`` and ``D |- b <= a`` give ``G, D |- a = b``."""
    same_theory(below.theory, above)
    a, b = below.rel, above.rel
    if (a.op, b.op) != ("<=", "<=") or (a.left, a.right) != (b.right, b.left):
        raise SideConditionError("the premises must be a <= b and b <= a")
    hyps, uses = below.hypotheses | above.hypotheses, below.uses | above.uses
    args = {"below": below, "above": above}
    return make(below.theory, hyps, Rel(a.left, "=", a.right), uses, "antisymmetry", args)


@rule
def rewrite(term: Term, equation: Theorem) -> Theorem:
    """``G |- a = b`` gives ``G |- t = t[a := b]``, every occurrence of a in t replaced.

    Side: where a stands inside E or E[.|F_k], G is deterministic.
    """
    theory, eq = equation.theory, equation.rel
    theory.check(term)
    if eq.op != "=":
        raise SideConditionError("the premise must be an equation")
    averages = (n for n, _ in subterms(term) if isinstance(n, E | CE))
    uses = equation.uses
    if any(inner == eq.left for top in averages for inner, _ in subterms(top)):
        if equation.constancy is None:
            raise SideConditionError("an equation with random hypotheses used under an expectation")
        uses |= equation.constancy

    def visit(node: Node, _depth: int) -> Node | None:
        return eq.right if node == eq.left else None

    conclusion = Rel(term, "=", transform(term, visit))
    args = {"term": term, "equation": equation}
    return make(theory, equation.hypotheses, conclusion, uses, "rewrite", args)


# --- finite sums ------------------------------------------------------------------------------


@rule
def sum_both(theorem: Theorem, name: str, low: Ix, high: Ix) -> Theorem:
    """``G, low <= i, i <= high |- a R b`` gives ``G |- Sum_i a R Sum_i b`` (``<`` becomes ``<=``).

    Side: i is free in none of G, low, high, nor in the level of a variable.
    """
    theory, rel, index = theorem.theory, theorem.rel, _index_variable(name)
    if name in theory.index_constants or name in free_indices(low) | free_indices(high):
        raise SideConditionError(f"{name} is a constant, or occurs in its own range")
    fixed = frozenset(h for h in theorem.hypotheses if name not in free_indices(h))
    span = frozenset({Le(low, index), Le(index, high)})
    used: frozenset[Le] = frozenset()
    for hypothesis in theorem.hypotheses - fixed:
        if not isinstance(hypothesis, Le):
            raise SideConditionError(f"{{}} mentions {name}", hypothesis)
        found = entails(index_hypotheses(fixed) | span, hypothesis)
        if found is None:
            raise RangeError(f"{{}} does not follow from the range of {name}", hypothesis)
        used |= found - span
    for side in (rel.left, rel.right):
        if any(
            v.level == Ix(name, v.level.offset) for v in variables(side) if isinstance(v.level, Ix)
        ):
            raise SideConditionError(f"{name} is the level of a variable")
    left, right = (sum_over(name, low, high, side) for side in (rel.left, rel.right))
    conclusion = Rel(left, "=" if rel.op == "=" else "<=", right)
    args = {"theorem": theorem, "name": name, "low": low, "high": high}
    return make(theory, fixed | used, conclusion, theorem.uses, "sum_both", args)


@rule
def split_sum(
    theory: Theory, term: Sum, side: Literal["first", "last"], ambient: tuple[Le, ...]
) -> Theorem:
    """``low <= high |- Sum = first + rest`` (or ``rest + last``)."""
    theory.check(term)
    used = entails(frozenset(ambient), Le(term.low, term.high))
    if used is None:
        raise RangeError("the range may be empty: {} is not known", Le(term.low, term.high))
    if side == "first":
        parts: tuple[Term, ...] = (
            open_body(term.body, term.low),
            Sum(term.low.shift(1), term.high, term.body),
        )
    elif side == "last":
        parts = Sum(term.low, term.high.shift(-1), term.body), open_body(term.body, term.high)
    else:
        raise SideConditionError("side is 'first' or 'last'")
    args = {"term": term, "side": side, "ambient": ambient}
    return make(theory, used, Rel(term, "=", add(*parts)), frozenset(), "split_sum", args)


# --- expectations -----------------------------------------------------------------------------


@rule
def expect(
    theorem: Theorem,
    index: Ix | None = None,
    ambient: tuple[Le, ...] = (),
    facts: tuple[Theorem, ...] = (),
    unfold: tuple[Unfold, ...] = (),
) -> Theorem:
    """``G |- a <= b`` gives ``G, D |- E a <= E b`` (given F_index, if an index is given).

    Side: G is deterministic; a and b are integrable (by ``facts``, whose hypotheses are D).
    ``a = b`` gives ``E a = E b`` without integrability.
    """
    theory, rel = theorem.theory, theorem.rel
    if theorem.constancy is None:
        random = (h for h in theorem.hypotheses if not theory.deterministic(h, set()))
        bad = sorted(random, key=lambda h: h.key)
        needs = "E needs the relation almost surely"
        raise SideConditionError(f"random hypotheses {_places(bad)}: {needs}", *bad)
    n = _normaliser(theory, facts, ambient, unfold, True)
    if rel.op != "=":
        for side in (rel.left, rel.right):
            with n.inside_average():
                known = integrable(n, n.poly(side))
            if not known:
                wanted = Fin(side, Fraction(1))
                raise SideConditionError("not known to be integrable: {}", side, wanted)
    left, right = (E(t) if index is None else CE(index, t) for t in (rel.left, rel.right))
    hyps = theorem.hypotheses | n.used.hypotheses
    args = {"theorem": theorem, "index": index, "ambient": ambient, "facts": _kept(n, facts),
            "unfold": unfold}  # fmt: skip
    conclusion = Rel(left, "=" if rel.op == "=" else "<=", right)
    uses = theorem.uses | theorem.constancy | n.used.uses
    return make(theory, frozenset(hyps), conclusion, uses, "expect", args)


@rule
def integrability(
    theory: Theory,
    term: Term,
    exponent: Fraction,
    ambient: tuple[Le, ...] = (),
    facts: tuple[Theorem, ...] = (),
    unfold: tuple[Unfold, ...] = (),
) -> Theorem:
    """``G |- Fin(term, e)`` if the calculus of exponents gives ``term`` an exponent <= e."""
    conclusion = Fin(term, exponent)
    theory.check(conclusion)
    n = _normaliser(theory, facts, ambient, unfold, True)
    with n.inside_average():
        found = exponent_of(n, n.poly(term))
    if found is None or found > exponent:
        raise SideConditionError(f"exponent of {{}}: {found}, wanted {exponent}", term, conclusion)
    args = {"term": term, "exponent": exponent, "ambient": ambient, "facts": _kept(n, facts),
            "unfold": unfold}  # fmt: skip
    hyps, uses = frozenset(n.used.hypotheses), frozenset(n.used.uses)
    return make(theory, hyps, conclusion, uses, "integrability", args)


def _places(nodes: Sequence[object]) -> str:
    """Places for the nodes in the message of an error."""
    return "; ".join("{}" for _ in nodes)
