"""Kernel terms to exact numbers: the second, independent reading of a statement.

The same frozen terms that the kernel proves and the torch backend samples are evaluated here at
one place (every index an integer), over an environment that supplies processes and points.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from ...proofs.kernel.terms import (
    CE,
    Abs,
    Add,
    App,
    E,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    Node,
    Point,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Sum,
    Term,
    Var,
    open_body,
    subterms,
)
from .numbers import Exact, absolute, from_fraction, power

Unfold = Callable[[App], tuple[Term, tuple[Le, ...]] | None]
"""What an application abbreviates, and the index conditions under which it does; or None."""


class EvaluationError(ValueError):
    """A term cannot be evaluated here; the message says what is missing."""


class ExpectationError(EvaluationError):
    """A term holds an expectation: it is no function of one path."""


class MissingError(EvaluationError):
    """Something the term needs was not recorded, given or defined."""


@dataclass(frozen=True, eq=False)
class ExactPoint:
    """A point by its coordinates, the first being index 1. Hashed by identity, for caches."""

    coordinates: Sequence[Exact]

    def __getitem__(self, index: int) -> Exact:
        if not 1 <= index <= len(self.coordinates):
            raise MissingError(f"coordinate {index} of a point of R^{len(self.coordinates)}")
        return self.coordinates[index - 1]


Argument = int | Exact | ExactPoint


class Environment(Protocol):
    """What a term's names mean at one place of one path."""

    @property
    def dimension(self) -> int:
        """d, over which the coordinates of ``Lambda`` range."""

    def index(self, name: str) -> int | None:
        """The value of an index constant, or None."""

    def variable(self, name: str) -> Exact | None:
        """The value of a scalar variable, or None."""

    def apply(self, name: str, args: tuple[Argument, ...]) -> Exact | None:
        """The value of a process, constant or function; None if the name is not known."""

    def point(self, name: str, args: tuple[int, ...]) -> ExactPoint | None:
        """The value of a point process; None if the name is not known."""


class NoEnvironment:
    """Knows nothing: for closed terms made of numbers only."""

    dimension = 0

    def index(self, name: str) -> int | None:
        return None

    def variable(self, name: str) -> Exact | None:
        return None

    def apply(self, name: str, args: tuple[Argument, ...]) -> Exact | None:
        return None

    def point(self, name: str, args: tuple[int, ...]) -> ExactPoint | None:
        return None


def no_definitions(app: App) -> None:
    """The ``Unfold`` that unfolds nothing."""


def exact_term(
    term: Term,
    environment: Environment,
    indices: Mapping[str, int] | None = None,
    unfold: Unfold = no_definitions,
) -> Exact:
    """The value of ``term``: rational if possible, otherwise a ball at the current precision.

    Args:
        term: a closed kernel term without expectations.
        environment: what its symbols mean.
        indices: the values of its free indices (index constants come from ``environment``).
        unfold: definitions, for applications the environment does not know.

    Raises:
        ExpectationError: the term holds E or CE.
        MissingError: a name, an index or a value is not known.
        EvaluationError: a definition does not apply here, or the term cannot be read.
        IndeterminateError: a ball is too wide to decide a case; repeat at a higher precision.

    >>> from ratecert.proofs.kernel.terms import div, rat, sqrt
    >>> exact_term(div(rat(3), sqrt(rat("9/4"))), NoEnvironment())
    2
    """
    return ExactReading(environment, unfold).term(term, dict(indices or {}), 0)


class ExactReading:
    """One evaluation; ``names`` maps free and opened indices to integers.

    ``expectation`` and ``point_variable`` are for subclasses (``trees``): a single path has no
    expectations, and gives point variables no value.
    """

    def __init__(self, environment: Environment, unfold: Unfold) -> None:
        self.environment = environment
        self.unfold = unfold
        self.known: dict[Node, Exact] = {}

    def index(self, ix: Ix, names: dict[str, int]) -> int:
        if ix.base is None:
            return ix.offset
        if not isinstance(ix.base, str):
            raise EvaluationError(f"a loose or kernel-made index: {ix}")
        value = names.get(ix.base)
        if value is None:
            value = self.environment.index(ix.base)
        if value is None:
            raise MissingError(f"no value for the index {ix.base}")
        return value + ix.offset

    def term(self, term: Term, names: dict[str, int], depth: int) -> Exact:
        if isinstance(term, Rat):
            return from_fraction(term.value)
        if isinstance(term, IxVal):
            return from_fraction(self.index(term.index, names))
        if isinstance(term, Var):
            value = self.environment.variable(term.name)
            if value is None:
                raise MissingError(f"no value for the variable {term.name}")
            return value
        if isinstance(term, Add):
            total: Exact = from_fraction(0)
            for part in term.terms:
                total = total + self.term(part, names, depth)
            return total
        if isinstance(term, Mul):
            product: Exact = from_fraction(1)
            for part in term.terms:
                product = product * self.term(part, names, depth)
            return product
        if isinstance(term, Pow):
            return power(self.term(term.base, names, depth), term.exponent)
        if isinstance(term, Abs):
            return absolute(self.term(term.body, names, depth))
        if isinstance(term, Sum):
            return self._sum(term, names, depth)
        if isinstance(term, App):
            return self._application(term, names, depth)
        if isinstance(term, E | CE):
            return self.expectation(term, names, depth)
        raise EvaluationError(f"not a term that can be evaluated: {term}")

    def expectation(self, term: E | CE, names: dict[str, int], depth: int) -> Exact:
        """The value of an expectation.

        Raises:
            ExpectationError: there is none on one path.
        """
        raise ExpectationError(f"an expectation is no function of one path: {term}")

    def point_variable(self, variable: PointVar) -> ExactPoint:
        """The value of a point variable.

        Raises:
            MissingError: it has none.
        """
        raise MissingError(f"no value for the point {variable.name}")

    def _sum(self, term: Sum, names: dict[str, int], depth: int) -> Exact:
        low, high = self.index(term.low, names), self.index(term.high, names)
        name = bound_name(depth)
        body = open_body(term.body, Ix(name))
        total: Exact = from_fraction(0)
        for value in range(low, high + 1):
            total = total + self.term(body, {**names, name: value}, depth + 1)
        return total

    def _application(self, app: App, names: dict[str, int], depth: int) -> Exact:
        if app.name == "coord":
            point, at = app.args
            if not isinstance(point, Point) or not isinstance(at, Ix):
                raise EvaluationError(f"coord takes a point and an index: {app}")
            if isinstance(point, Lambda):  # only the one coordinate is needed
                return self.term(open_body(point.body, at), names, depth)
            return self._point(point, names, depth)[self.index(at, names)]
        args = tuple(self._argument(arg, names, depth) for arg in app.args)
        value = self.environment.apply(app.name, args)
        if value is not None:
            return value
        if not all(isinstance(arg, Ix) for arg in app.args):
            return self.term(self._definiens(app, names), names, depth)
        numbers = tuple(Ix(None, self.index(a, names)) for a in app.args if isinstance(a, Ix))
        closed = App(app.name, numbers)
        if closed not in self.known:
            steps = recursion_steps(closed, lambda a: self._definiens(a, {}), self.known)
            for earlier, right in steps:
                self.known[earlier] = self.term(right, {}, 0)
        return self.known[closed]

    def _definiens(self, app: App, names: dict[str, int]) -> Term:
        unfolded = self.unfold(app)
        if unfolded is None:
            raise MissingError(f"{app.name} is neither recorded nor defined: {app}")
        right, ranges = unfolded
        for le in ranges:
            if self.index(le.left, names) > self.index(le.right, names):
                raise EvaluationError(f"the definition of {app} asks for {le}")
        return right

    def _argument(self, arg: Ix | Term | Point, names: dict[str, int], depth: int) -> Argument:
        if isinstance(arg, Ix):
            return self.index(arg, names)
        if isinstance(arg, Point):
            return self._point(arg, names, depth)
        return self.term(arg, names, depth)

    def _point(self, point: Point, names: dict[str, int], depth: int) -> ExactPoint:
        if isinstance(point, PointApp):
            found = self.environment.point(
                point.name, tuple(self.index(arg, names) for arg in point.args)
            )
            if found is None:
                raise MissingError(f"no point process {point.name}")
            return found
        if isinstance(point, Lambda):
            name = bound_name(depth)
            body = open_body(point.body, Ix(name))
            return ExactPoint(
                [
                    self.term(body, {**names, name: i}, depth + 1)
                    for i in range(1, self.environment.dimension + 1)
                ]
            )
        if isinstance(point, PointVar):
            return self.point_variable(point)
        raise MissingError(f"no value for the point {point}")


_LONGEST = 100_000


def recursion_steps(
    app: App, definiens: Callable[[App], Term], known: Container[Node], free: Container[str] = ()
) -> list[tuple[App, Term]]:
    """What to evaluate, in this order, so that a definition by recursion is never nested deeply.

    ``x[n] = h(x[n-1], ...)`` at a number n needs n evaluations, one after the other, and not n
    nested ones (nor 2^n, where h uses its argument twice).

    Args:
        app: an application to numbers.
        definiens: what an application abbreviates.
        known: applications whose value is known already.
        free: names of indices that may stand beside the numbers: no recursion is over them.

    Raises:
        EvaluationError: the recursion does not end; or as ``definiens`` does.
    """
    steps: list[tuple[App, Term]] = []
    at = app
    while True:
        right = definiens(at)
        steps.append((at, right))
        earlier = [
            node
            for node, _ in subterms(right)
            if isinstance(node, App)
            and node.name == app.name
            and all(isinstance(a, Ix) and (a.base is None or a.base in free) for a in node.args)
            and node not in known
        ]
        if not earlier:
            return steps[::-1]
        if len(steps) > _LONGEST:
            raise EvaluationError(f"the definition of {app.name} does not end: {app}")
        at = earlier[0]


def bound_name(depth: int) -> str:
    """The name under which the binder at ``depth`` is opened."""
    return f"bound.{depth}"


def closed_value(value: Fraction | Term) -> Exact:
    """A constant given as a rational or as a closed term of numbers.

    Raises:
        MissingError: the term mentions a symbol.
    """
    if isinstance(value, Term):
        return exact_term(value, NoEnvironment())
    return from_fraction(value)
