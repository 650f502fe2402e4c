"""Expectations as weighted means over the nodes of a tree."""

from __future__ import annotations

import pytest
from flint import fmpq

from ratecert.numeric_checks.exact import (
    EvaluationError,
    ExactPoint,
    ExactTreeReading,
    FutureError,
    MissingError,
    NoEnvironment,
    descendants,
    no_definitions,
    on_histories,
)
from ratecert.proofs.kernel.terms import (
    CE,
    App,
    E,
    Ix,
    PointVar,
    Sum,
    Term,
    add,
    coord,
    mul,
    power,
    rat,
    sqrt,
    sum_over,
)

k = Ix("k")
CHANCE = {1: fmpq(1, 4), 2: fmpq(3, 4)}
DEPTH = 3


class Toss(NoEnvironment):
    """c[k] is the number of the k-th outcome, 1 (probability 1/4) or 2; three of them."""

    dimension = 1

    def __init__(self, history: tuple[int, ...] = ()) -> None:
        self.history = history

    @property
    def environment(self) -> Toss:
        return self

    def past(self, level: int) -> Toss:
        return Toss(self.history[:level])

    def children(self) -> list[tuple[fmpq, Toss]]:
        if len(self.history) == DEPTH:
            return []
        return [(CHANCE[o], Toss((*self.history, o))) for o in (1, 2)]

    def apply(self, name: str, args: tuple[object, ...]) -> fmpq | None:
        if name != "c" or not isinstance(args[0], int):
            return None
        if args[0] > len(self.history):
            raise FutureError(f"c[{args[0]}]", args[0])
        return fmpq(self.history[args[0] - 1])


def c(at: int | Ix) -> Term:
    return App("c", (at if isinstance(at, Ix) else Ix(None, at),))


def ix(n: int) -> Ix:
    return Ix(None, n)


def reading(*history: int) -> ExactTreeReading:
    at_root = ExactTreeReading(Toss(), no_definitions, DEPTH, {"p": ExactPoint([fmpq(5)])})
    return at_root.at(Toss(history))


def test_means() -> None:
    root = reading()
    assert root.value(E(c(1)), {}) == fmpq(7, 4)
    assert root.value(E(mul(c(1), c(2))), {}) == fmpq(49, 16)
    assert root.value(E(power(c(2), 2)), {}) == fmpq(13, 4)
    whole = sum_over("k", ix(1), ix(3), c(k))
    assert root.value(E(whole), {}) == fmpq(21, 4)
    assert root.value(E(power(whole, 2)), {}) == 3 * fmpq(3, 16) + fmpq(21, 4) ** 2  # variance
    assert root.value(E(E(c(3))), {}) == fmpq(7, 4)
    assert root.value(Sum(ix(1), ix(3), E(App("c", (Ix(0),)))), {}) == fmpq(21, 4)
    assert root.value(E(sqrt(rat("9/4"))), {}) == fmpq(3, 2)


def test_conditional_means_are_those_of_the_histories_to_come() -> None:
    inside = CE(ix(1), mul(c(1), c(2)))
    with pytest.raises(FutureError) as error:
        reading().value(inside, {})
    assert error.value.time == 1
    assert reading(1).value(inside, {}) == fmpq(7, 4)
    assert reading(2).value(inside, {}) == fmpq(7, 2)
    assert reading(2, 1).value(inside, {}) == fmpq(7, 2)  # what came later does not matter
    assert reading().value(E(inside), {}) == reading().value(E(mul(c(1), c(2))), {})
    assert reading(2, 1).value(CE(k, c(2)), {"k": 2}) == 1
    assert reading(2, 1).value(CE(k, c(2)), {"k": -3}) == fmpq(7, 4)  # F_k is trivial for k <= 0
    # beyond the last step F_k tells what the last one does
    assert reading(1, 2, 1).value(CE(ix(9), c(3)), {}) == 1


def test_a_mean_depends_on_the_indices_within() -> None:
    root = reading()
    assert [root.value(E(power(c(k), 2)), {"k": n}) for n in (1, 2)] == [fmpq(13, 4)] * 2
    product = E(mul(c(k), c(1)))
    assert root.value(product, {"k": 1}) != root.value(product, {"k": 2})
    both = sum_over("k", ix(1), ix(2), E(mul(c(k), c(1))))
    assert root.value(both, {}) == fmpq(13, 4) + fmpq(49, 16)


def test_every_history_is_the_shortest_that_knows_enough() -> None:
    found = dict(on_histories(reading(), lambda here: here.value(add(c(1), E(c(3))), {})))
    assert found == {(1,): fmpq(11, 4), (2,): fmpq(15, 4)}
    deep = [history for history, _ in on_histories(reading(), lambda r: r.value(c(2), {}))]
    assert deep == [(1, 1), (1, 2), (2, 1), (2, 2)]
    chances = [chance for chance, _ in descendants(Toss((1,)), 3)]
    assert sum(chances) == 1 and len(chances) == 4


def test_a_tree_ends() -> None:
    with pytest.raises(EvaluationError, match="the tree has 3 steps, not 4"):
        reading().value(E(c(4)), {})


def test_points_have_the_values_given() -> None:
    assert reading(1).value(coord(PointVar("p", "any"), ix(1)), {}) == 5
    with pytest.raises(MissingError, match="no value for the point q"):
        reading().value(coord(PointVar("q", "any"), ix(1)), {})
