"""The statistic a statement takes the expectation of: its values on single runs, and its range.

``E`` is linear: ``1/K sum_k E ||grad f(x^k)||_1`` is the expectation of the same sum without ``E``,
which every run gives one value of. Both readings are of the kernel's own term.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor

from ...proofs.kernel.terms import (
    CE,
    Abs,
    Add,
    App,
    E,
    Ix,
    IxVal,
    Mul,
    Node,
    PointApp,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    open_body,
    rat,
    sub,
    subterms,
)
from ..evaluate import Carried, Statement, evaluate
from ..exact import EvaluationError, Unfold
from ..instances import round_down
from ..simulate import Run
from .bounds import Range, Unknown


class StatisticError(EvaluationError):
    """A statement is no bound on the expectation of one number a run."""


def holds_expectation(term: Node) -> bool:
    """Is there an ``E`` in it?"""
    return any(isinstance(node, E) for node, _ in subterms(term))


def statistic_of(relation: Rel) -> tuple[Term, bool]:
    """The random variable X such that the relation is ``E X op right``, or ``E X op 0``.

    Returns:
        X, and whether the right side is left where it is: it is, if it holds no ``E``.

    Raises:
        StatisticError: the relation is not linear in its expectations, or has none.
    """
    if not holds_expectation(relation):
        raise StatisticError(f"no expectation in {relation}")
    if holds_expectation(relation.right):
        return without_expectation(sub(relation.left, relation.right)), False
    return without_expectation(relation.left), True


def without_expectation(term: Term) -> Term:
    """``term`` with every ``E`` left out: a random variable whose expectation it is.

    >>> from ratecert.proofs.kernel.terms import App, E, Ix, div, sum_over
    >>> K, one, k = Ix("K"), Ix(None, 1), Ix("k")
    >>> body = App("g", (k,))
    >>> mean = div(sum_over("k", one, K, E(body)), IxVal(K))
    >>> without_expectation(mean) == div(sum_over("k", one, K, body), IxVal(K))
    True

    Raises:
        StatisticError: an expectation stands inside something that is not linear.
    """
    if not holds_expectation(term):
        return term
    if isinstance(term, E):
        if holds_expectation(term.body):
            raise StatisticError(f"an expectation inside another: {term}")
        return term.body
    if isinstance(term, Add):
        return Add(tuple(without_expectation(t) for t in term.terms))
    if isinstance(term, Sum):
        return Sum(term.low, term.high, without_expectation(term.body))
    if isinstance(term, Mul):
        if sum(holds_expectation(t) for t in term.terms) > 1:
            raise StatisticError(f"a product of expectations is none of one number a run: {term}")
        return Mul(tuple(without_expectation(t) for t in term.terms))
    raise StatisticError(f"not linear in its expectations: {term}")


class Samples:
    """Collects the values of a statistic on single runs, over windows of runs in order.

    Args:
        statement: whose expectation it is; its conclusion has no free index.

    Attributes:
        term: the statistic; ``compared``: is the right side of the statement left where it is?

    Raises:
        StatisticError: the statement is no bound on the expectation of one number a run.
    """

    def __init__(self, statement: Statement) -> None:
        self.term, self.compared = statistic_of(statement.conclusion)
        if any(isinstance(node, CE) for node, _ in subterms(self.term)):
            raise StatisticError(f"a conditional expectation is no number of one run: {self.term}")
        self._statement = Statement(
            statement.name, Rel(self.term, "<=", rat(0)), (), statement.unfold, statement.variables
        )
        self._carried = Carried()
        self._streams: set[tuple[int, int]] = set()
        self._values: list[Tensor] = []

    def update(self, run: Run) -> None:
        """Take what ``run`` owns.

        Raises:
            StatisticError: the rows are not independent replicates, or there is a free index.
            EvaluationError: as ``evaluate``.
        """
        if not run.replicates:
            raise StatisticError("the rows of a run are no independent replicates")
        if run.first == 1:
            streams = set(zip(run.seeds, run.instances, strict=True))
            if streams & self._streams:
                raise StatisticError("a random stream occurs twice: such runs are not independent")
            self._streams.update(streams)
        found = evaluate(self._statement, run, carried=self._carried)
        if found is None or run.last != run.K:
            return
        if found.estimated or len(found.names) != 1:
            raise StatisticError(f"no single number a run: {self.term}")
        self._values.append(found.left.expand(run.rows).clone())
        self._carried = Carried()

    @property
    def values(self) -> Tensor:
        """[n], float64, in the order of the runs."""
        return torch.cat(self._values) if self._values else torch.empty(0, dtype=torch.float64)


@dataclass(frozen=True)
class GradientBounds:
    """What the norms of an instance's gradient satisfy at every point.

    Attributes:
        l1, l2_squared: bounds of ||grad f||_1 and ||grad f||_2^2; rationals.
    """

    l1: Fraction
    l2_squared: Fraction

    def source(self, norm: str) -> str:
        """``||grad f||_1 <= 9 everywhere``."""
        top = round_up(self.l1) if norm == "1" else root_above(self.l2_squared)
        return f"||grad f||_{norm} <= {top:.6g} everywhere"


def round_up(value: Fraction) -> float:
    """The smallest float that is at least ``value``."""
    return -round_down(-value)


def root_above(square: Fraction) -> float:
    """A float just above the square root of a rational that is not negative."""
    root = math.sqrt(round_up(square))
    while Fraction(root) ** 2 < square:
        root = math.nextafter(root, math.inf)
    return root


def range_of(
    statistic: Term, bounds: GradientBounds, indices: Mapping[str, int], unfold: Unfold
) -> Range | Unknown:
    """A range of a statistic made of gradient norms, sums over fixed ranges and rational factors.

    Of ``1/K sum_k ||grad f(x^k)||_1`` this is [0, T] if ||grad f||_1 <= T everywhere: by interval
    arithmetic on the term, in rationals, where ``sum_i |grad_i f(x)|`` and
    ``(sum_i grad_i f(x)^2)^{1/2}`` at any point x are recognised.

    Args:
        statistic: a term without expectations and free indices.
        bounds: of the gradient's norms.
        indices: the values of K and d.
        unfold: definitions, such as that of G.
    """
    reading = _RangeReading(bounds, indices, unfold)
    try:
        low, top = reading.range(statistic)
    except StatisticError as error:
        return Unknown(f"no range and no variance of the statistic is known: {error}")
    return Range(round_down(low), round_up(top), ", ".join(sorted(reading.sources)) or "arithmetic")


_Ends = tuple[Fraction, Fraction]
_COORDINATE, _OTHER = Ix("coordinate.of"), "bound.of"


class _RangeReading:
    def __init__(self, bounds: GradientBounds, indices: Mapping[str, int], unfold: Unfold) -> None:
        self.bounds, self.indices, self.unfold = bounds, indices, unfold
        self.sources: set[str] = set()

    def range(self, term: Term) -> _Ends:
        if isinstance(term, Rat):
            return term.value, term.value
        if isinstance(term, IxVal):
            return (value := Fraction(self.index(term.index))), value
        if self.is_gradient_norm(term, squared=False):
            return self.norm("1", self.bounds.l1)
        if isinstance(term, Pow):
            if term.exponent == Fraction(1, 2) and self.is_gradient_norm(term.base, squared=True):
                return self.norm("2", Fraction(root_above(self.bounds.l2_squared)))
            low, high = self.range(term.base)
            if low == high != 0 and term.exponent.denominator == 1:
                return (power := low ** int(term.exponent)), power
        if isinstance(term, Add):
            parts = [self.range(t) for t in term.terms]
            return sum((p[0] for p in parts), Fraction(0)), sum((p[1] for p in parts), Fraction(0))
        if isinstance(term, Mul):
            low, high = Fraction(1), Fraction(1)
            for factor in term.terms:
                ends = self.range(factor)
                products = [a * b for a in (low, high) for b in ends]
                low, high = min(products), max(products)
            return low, high
        if isinstance(term, Sum):
            count = max(self.index(term.high) - self.index(term.low) + 1, 0)
            low, high = self.range(open_body(term.body, Ix(_OTHER)))
            return count * low, count * high
        raise StatisticError(f"only gradient norms have one, and this is none: {term}")

    def norm(self, name: str, top: Fraction) -> _Ends:
        self.sources.add(self.bounds.source(name))
        return Fraction(0), top

    def index(self, ix: Ix) -> int:
        if ix.base is None:
            return ix.offset
        if ix.base not in self.indices:
            raise StatisticError(f"a range or value that is not fixed: {ix}")
        return self.indices[str(ix.base)] + ix.offset

    def is_gradient_norm(self, term: Term, *, squared: bool) -> bool:
        """Is it the sum over all i of |grad_i f(x)|, or of its square, at one point x?"""
        if not isinstance(term, Sum) or (term.low, term.high) != (Ix(None, 1), Ix("d")):
            return False
        body = open_body(term.body, _COORDINATE)
        if squared:
            inner = body.base if isinstance(body, Pow) and body.exponent == 2 else None
        else:
            inner = body.body if isinstance(body, Abs) else None
        if isinstance(inner, App) and inner.name != "grad":
            found = self.unfold(inner)
            inner = found[0] if found is not None else None
        if not isinstance(inner, App) or inner.name != "grad":
            return False
        point, at = inner.args
        return at == _COORDINATE and isinstance(point, PointApp) and _COORDINATE not in point.args
