"""Kernel terms in exact numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import fmpq

from ratecert.numeric_checks.evaluate import unfolding
from ratecert.numeric_checks.exact import (
    EvaluationError,
    ExactPoint,
    ExpectationError,
    MissingError,
    NoEnvironment,
    closed_value,
    exact_term,
)
from ratecert.numeric_checks.exact.terms import Argument
from ratecert.proofs.kernel.terms import (
    CE,
    Abs,
    App,
    E,
    Ix,
    IxVal,
    Le,
    PointApp,
    PointVar,
    Var,
    add,
    coord,
    div,
    maximum,
    mul,
    neg,
    point_of,
    power,
    rat,
    sqrt,
    sub,
    sum_over,
)

k, i, j, K, d = (Ix(name) for name in "kijKd")
one = Ix(None, 1)


class Path(NoEnvironment):
    """K = 4, d = 3, g[k, i] = 10 k + i, x[k] = (k, k^2, k^3), f(p) = p1 + p2 p3, w = 7."""

    dimension = 3

    def index(self, name: str) -> int | None:
        return {"K": 4, "d": 3}.get(name)

    def variable(self, name: str) -> fmpq | None:
        return fmpq(7) if name == "w" else None

    def apply(self, name: str, args: tuple[Argument, ...]) -> fmpq | None:
        if name == "g":
            return fmpq(10 * args[0] + args[1])
        if name == "f":
            (p,) = args
            return p[1] + p[2] * p[3]
        return None

    def point(self, name: str, args: tuple[int, ...]) -> ExactPoint | None:
        return ExactPoint([fmpq(args[0]) ** e for e in (1, 2, 3)]) if name == "x" else None


g = App("g", (k, i))
x = PointApp("x", (k,))


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (add(rat("1/2"), neg(rat(3))), "-5/2"),
        (mul(), "1"),
        (add(), "0"),
        (Abs(rat(-3)), "3"),
        (maximum(rat(2), rat(5)), "5"),
        (div(rat(1), rat(0)), "0"),
        (sqrt(rat("9/4")), "3/2"),
        (IxVal(K.shift(-1)), "3"),
        (Var("w", "det"), "7"),
        (g, "23"),
        (App("g", (k.shift(-1), d)), "13"),
        (coord(x, i), "8"),
        (App("f", (x,)), "34"),
        (sum_over("i", one, d, g), "66"),
        (sum_over("k", one, K, sum_over("i", one, d, g)), "324"),
        (sum_over("j", one, k, IxVal(j)), "3"),
        (sum_over("j", k, one, IxVal(j)), "0"),
        (sum_over("j", one, k, sum_over("i", one, j, App("g", (j, i)))), "54"),
        (coord(point_of("i", sub(coord(x, i), rat(1))), Ix(None, 3)), "7"),
        (App("f", (point_of("i", mul(rat(2), coord(x, i))),)), "132"),
    ],
)
def test_values_at_k_2_i_3(term: object, value: str) -> None:
    result = exact_term(term, Path(), {"k": 2, "i": 3})  # type: ignore[arg-type]
    assert result == closed_value(Fraction(value))


def test_definitions_and_their_ranges() -> None:
    definitions = [(App("G", (k, i)), mul(rat(2), g), (Le(one, k), Le(k, K)))]
    unfold = unfolding(definitions)
    shifted = App("G", (k.shift(1), i))
    assert exact_term(shifted, Path(), {"k": 2, "i": 3}, unfold) == 66
    with pytest.raises(EvaluationError, match="asks for"):
        exact_term(shifted, Path(), {"k": 4, "i": 3}, unfold)


@pytest.mark.parametrize(
    ("term", "error", "reason"),
    [
        (E(g), ExpectationError, "no function of one path"),
        (CE(k, g), ExpectationError, "no function of one path"),
        (IxVal(Ix("n")), MissingError, "no value for the index n"),
        (Var("z", "any"), MissingError, "no value for the variable z"),
        (App("h", (k,)), MissingError, "h is neither recorded nor defined"),
        (coord(PointApp("y", (k,)), i), MissingError, "no point process y"),
        (coord(PointVar("p", "any"), i), MissingError, "no value for the point p"),
        (coord(x, Ix(None, 4)), MissingError, "coordinate 4 of a point of R"),
    ],
)
def test_refusals(term: object, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        exact_term(term, Path(), {"k": 2, "i": 3})  # type: ignore[arg-type]


def test_constants_are_closed() -> None:
    assert closed_value(power(rat(9), Fraction(1, 2))) == 3
    with pytest.raises(MissingError):
        closed_value(App("L", ()))
