"""How good a lemma's constant can be: equality instances, evaluated exactly.

An *instance* of a claim is a small world, given as a scenario tree or as numbers for the claim's
own variables, in which every hypothesis of the claim holds. Both sides are computed there, and so

    ratio = (what is positive on the left, and minus what is negative on the right)
            / (what is positive on the right, and minus what is negative on the left),

summand by summand. By the claim the ratio is at most 1; where it is r, no proof can multiply the
right side by less than r. Nothing here proves a claim. An instance whose axioms or hypotheses are
not seen to hold is refused, and so is one that contradicts what the kernel proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sympy

from ..kernel import terms as k
from ..kernel.errors import KernelError
from ..kernel.exact import evaluate
from ..language import Claimed, DoorError, ScenarioTree
from ..language.models import unmet
from ..models import ModelError, Report, Tree, check_model
from ..models.evaluation import Env
from ..models.model import Model
from ..models.numbers import Interval, exact, is_exact, plus, raised, times
from ..models.tree import Value, node
from .values import decimal_down

DIGITS = 12
BITS = 128
SIMPLE = 1000
"""Up to which denominator a rational is shown as one."""
_ZERO = exact(0)


class InstanceError(Exception):
    """An instance that shows nothing; the message says which hypothesis fails, and where."""


@dataclass(frozen=True)
class Instance:
    """A world in which a claim is (almost) an equation.

    ``tree``: a model of the claim's theory; None if the theory's own model is one. ``values``: for
    the claim's own variables and index names. ``points``: coordinates for its points. ``case``:
    the case of equality, in words. ``limit``: how the ratio gets nearer to 1, empty if it is 1.
    """

    claim: Claimed
    case: str
    tree: ScenarioTree | None = None
    values: Mapping[Any, Any] = field(default_factory=dict)
    points: Mapping[sympy.Symbol, Sequence[int]] = field(default_factory=dict)
    limit: str = ""


@dataclass(frozen=True)
class Attained:
    """What an instance attains, on which scenario of how many.

    ``ratio``: what the right side could at best be multiplied with. ``factors``: the same for each
    of its summands alone, all else the same; None where the summand is 0 there, or negative.
    """

    instance: Instance
    ratio: Interval
    factors: tuple[Interval | None, ...]
    where: str
    scenarios: int
    hypotheses: int

    @property
    def equal(self) -> bool:
        """Are the two sides exactly equal?"""
        return is_exact(self.ratio) and self.ratio[0] == 1


def attained(instance: Instance) -> Attained:
    """The ratio of the two sides of a claim in an instance of it.

    Raises:
        InstanceError: the world is no model of the theory, a hypothesis is not seen to hold in it,
            both sides are 0, or their ratio exceeds 1.
    """
    claim, label = instance.claim, instance.claim.label
    statement = claim.statement()
    if not isinstance(statement, k.Rel) or statement.op == "=":
        raise InstanceError(f"{label} is no inequality between two numbers")
    report = _world(instance)
    if report.verdict != "holds" or report.model is None or report.translation is None:
        raise InstanceError(f"{label}: no model of {claim.theory.name}: {report.detail}")
    _all_given(instance)
    failing = unmet(claim, report, instance.values)
    if failing:
        raise InstanceError(f"{label}: a hypothesis does not hold in this instance: {failing}")
    numbers, indices = replace(claim, witness={**claim.witness, **instance.values}).witness_point()
    model = _Placed(report.model, instance, numbers)
    try:
        goal = report.translation.node(statement)
        found = _best(model, goal, indices)
    except (ModelError, KernelError) as error:
        raise InstanceError(f"{label}: {error}") from error
    sides, where = found
    if sides.ratio[0] > 1:
        raise InstanceError(f"{label} is false in this instance, {where}: the ratio is above 1")
    factors = tuple(sides.factor(n) for n, _ in enumerate(summands(goal.right)))
    count = len(report.model.tree.paths)
    return Attained(instance, sides.ratio, factors, where, count, len(claim.hypotheses()))


_REPORTS: dict[int, tuple[ScenarioTree, Report]] = {}


def _world(instance: Instance) -> Report:
    """The report on the model, worked out once for each tree."""
    theory, tree = instance.claim.theory, instance.tree
    if tree is None:
        return theory.consistency()
    if id(tree) not in _REPORTS:
        try:
            report = check_model(theory.kernel(), tree.interpretation(theory))
        except (DoorError, ModelError, KernelError) as error:
            report = Report("error", str(error), {})
        _REPORTS[id(tree)] = tree, report  # the tree is kept, so that its id stays its own
    return _REPORTS[id(tree)][1]


def _all_given(instance: Instance) -> None:
    """Every variable and index name of the claim has a value."""
    claim = instance.claim
    nodes = (claim.statement(), *claim.hypotheses())
    indices = frozenset[str]().union(*(k.free_indices(n) for n in nodes))
    own = {str(s) for s in (*claim.for_all, *claim.for_constants, *claim.for_points)}
    own |= indices - set(claim.theory.kernel().index_constants)
    missing = own - {str(s) for s in (*instance.values, *instance.points)}
    if missing:
        listed = ", ".join(sorted(missing))
        raise InstanceError(f"{claim.label}: the instance gives no value to {listed}")


class _Placed(Model):
    """A model with values for the variables and points of a claim."""

    def __init__(
        self, model: Model, instance: Instance, numbers: Mapping[k.Term, Fraction]
    ) -> None:
        super().__init__(model.theory, model.tree, model.noise)
        self.values = {t: v for t, v in numbers.items() if isinstance(t, k.Var)}
        self.points = {p.name: at for p, at in instance.points.items()}

    def point_variable(self, variable: k.PointVar, env: Env) -> Callable[[int], Value]:
        at = self.points[variable.name]
        return lambda n: self.constant(at[n - 1] if 1 <= n <= len(at) else 0)


# --- both sides ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sides:
    """The summands on one scenario: those moved to the left, to the right, and of the right alone.

    ``right``: each summand of the right side that is not negative, by its number.
    """

    over: Interval
    under: Interval
    right: Mapping[int, Interval]

    @property
    def ratio(self) -> Interval:
        if self.over == self.under and (is_exact(self.over) or _same_surd(self.over, self.under)):
            return exact(1)
        return times(self.over, raised(self.under, Fraction(-1)))

    def factor(self, number: int) -> Interval | None:
        """With what a summand of the right side could at best be multiplied, all else the same."""
        own = self.right.get(number, _ZERO)
        if own[0] <= 0:
            return None
        if self.ratio == exact(1):
            return exact(1)
        missing = plus(self.under, times(exact(-1), self.over))
        return plus(exact(1), times(exact(-1), times(missing, raised(own, Fraction(-1)))))


def _best(model: Model, goal: k.Rel, indices: Env) -> tuple[_Sides, str]:
    """The two sides on the scenario of the largest ratio, and where that is."""
    left = [model.value(part, indices) for part in summands(goal.left)]
    right = [model.value(part, indices) for part in summands(goal.right)]
    best: tuple[_Sides, int] | None = None
    for scenario in range(len(model.tree.paths)):
        sides = _moved([v[scenario] for v in left], [v[scenario] for v in right])
        if sides is not None and (best is None or sides.ratio[0] > best[0].ratio[0]):
            best = sides, scenario
    if best is None:
        raise ModelError("both sides are 0 on every scenario")
    return best[0], _where(model.tree, best[1], [*left, *right])


def _same_surd(one: Interval, other: Interval) -> bool:
    """Are the two numbers known by their squares, and equal?"""
    squares = getattr(one, "signed_square", None), getattr(other, "signed_square", None)
    return squares[0] is not None and squares[0] == squares[1]


def _where(tree: Tree, scenario: int, values: Iterable[Value]) -> str:
    history = tree.node_of(scenario, *values)
    return node(history) if history else "on every scenario"


def _moved(left: list[Interval], right: list[Interval]) -> _Sides | None:
    """Both sides with negative summands moved to the other; None if both are 0.

    Raises:
        ModelError: the sign of a summand is not known.
    """
    over, under, kept = _ZERO, _ZERO, dict[int, Interval]()
    for number, value in enumerate([*left, *right], -len(left)):
        if value[0] < 0 < value[1]:
            raise ModelError("the sign of a summand is not known")
        negative = value[0] < 0
        size = times(exact(-1), value) if negative else value
        if (number < 0) != negative:
            over = plus(over, size)
        else:
            under = plus(under, size)
        if number >= 0 and not negative:
            kept[number] = value
    if under == _ZERO:
        if over == _ZERO:
            return None
        raise ModelError("the right side is 0, and the left is not")
    return _Sides(over, under, kept)


def summands(term: k.Term) -> Iterator[k.Term]:
    """The summands of a term, also those within sums and expectations.

    >>> [part.key for part in summands(k.Add((k.rat(1), k.rat(2))))]
    ['(Rat 1)', '(Rat 2)']
    """
    if isinstance(term, k.Add):
        for part in term.terms:
            yield from summands(part)
    elif isinstance(term, k.Sum | k.E | k.CE):
        for part in summands(term.body):
            yield replace(term, body=part)
    elif isinstance(term, k.Mul) and len(term.terms) == 2 and isinstance(term.terms[0], k.Rat):
        for part in summands(term.terms[1]):
            yield k.Mul((term.terms[0], part))
    else:
        yield term


# --- the table ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Constant:
    """The number in front of a summand of a claim's right side, and how small it could be.

    ``proved``: a rational, or with roots of rationals. ``of``: what it multiplies. ``factor``: with
    what it could at best be multiplied, all else the same; None if no instance says more than that
    it is positive.
    """

    proved: k.Term
    of: k.Term
    factor: Interval | None

    @property
    def best_possible(self) -> bool:
        """Is it known that no smaller number does?"""
        return self.factor == exact(1)

    def at_least(self, factor: Interval | None) -> str:
        """The number times ``factor``, rounded down; empty if that says nothing."""
        if factor is None or factor[0] <= 0:
            return ""
        return decimal(times(evaluate(self.proved, {}, BITS), factor))


@dataclass(frozen=True)
class Limit:
    """What is known of one claim: the constants on its right side, and what instances attain."""

    claim: Claimed
    constants: tuple[Constant, ...]
    found: tuple[Attained, ...]

    @property
    def best(self) -> Attained | None:
        """The instance of the largest ratio."""
        return max(self.found, key=lambda a: a.ratio[0], default=None)

    @property
    def tightness(self) -> str:
        """``attained``, ``approached`` (by a sequence), ``below 1``, or ``no instance known``."""
        if self.best is None:
            return "no instance known"
        return (
            "attained"
            if self.best.equal
            else "approached"
            if self.best.instance.limit
            else "below 1"
        )


def limit_of(claim: Claimed, instances: Iterable[Instance]) -> Limit:
    """The instances of a claim, evaluated; raises ``InstanceError`` if one is wrong."""
    statement = claim.statement()
    found = tuple(attained(i) for i in instances if i.claim is claim)
    constants = list[Constant]()
    for n, part in enumerate(summands(statement.right) if isinstance(statement, k.Rel) else ()):
        factors = [f for a in found if (f := a.factors[n]) is not None and f[0] > 0]
        best = max(factors, key=lambda f: f[0], default=None)
        constants.append(Constant(*numeric(part), best))
    return Limit(claim, tuple(constants), found)


def coefficient(term: k.Term) -> tuple[Fraction, k.Term]:
    """The rational in front of a product, also within sums and expectations, and the rest.

    >>> value, rest = coefficient(k.Mul((k.rat(4), k.Var("v", "det"), k.rat(Fraction(1, 3)))))
    >>> str(value), rest.key
    ('4/3', '(Var v det)')
    """
    if isinstance(term, k.Rat):
        return term.value, k.ONE
    if isinstance(term, k.Mul):
        value, rest = Fraction(1), list[k.Term]()
        for part in term.terms:
            own, other = coefficient(part)
            value *= own
            if other is not k.ONE:
                rest.append(other)
        return value, rest[0] if len(rest) == 1 else k.Mul(tuple(rest)) if rest else k.ONE
    if isinstance(term, k.Sum | k.E | k.CE):
        value, rest_of = coefficient(term.body)
        return value, replace(term, body=rest_of)
    return Fraction(1), term


def numeric(term: k.Term) -> tuple[k.Term, k.Term]:
    """A summand as (number, the rest), where also roots of rationals are numbers.

    >>> L = k.Var("L", "det")
    >>> number, rest = numeric(k.sqrt(k.Mul((k.rat(2), L))))
    >>> number is k.sqrt(k.rat(2)), rest is k.sqrt(L)
    (True, True)
    """
    value, product = coefficient(term)
    numbers: list[k.Term] = [] if value == 1 else [k.Rat(value)]
    rest = list[k.Term]()
    for factor in product.terms if isinstance(product, k.Mul) else (product,):
        base = factor.base if isinstance(factor, k.Pow) else factor
        inside = base.terms if isinstance(base, k.Mul) else (base,)
        own = [f for f in inside if isinstance(f, k.Rat) and f.value > 0]
        if isinstance(factor, k.Pow) and own:
            numbers.append(k.Pow(k.mul(*own), factor.exponent))
            others = [f for f in inside if f not in own]
            rest += [k.Pow(k.mul(*others), factor.exponent)] if others else []
        elif factor is not k.ONE:
            rest.append(factor)
    return (k.mul(*numbers) if numbers else k.ONE), (k.mul(*rest) if rest else k.ONE)


def decimal(number: Interval) -> str:
    """The number as a rational if it is simple, else its first twelve digits, rounded down."""
    if is_exact(number) and number[0].denominator <= SIMPLE:
        return str(number[0])
    for digits in range(DIGITS, 0, -1):
        low, high = (decimal_down(end, digits) for end in number)
        if low == high:
            return low
    raise InstanceError(f"no digit is certain of a number between {number[0]} and {number[1]}")
