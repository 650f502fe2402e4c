"""Enclosures of closed terms: exact where they can be, outward where not, at any size."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecert.proofs.constants.values import (
    Point,
    UnvaluedError,
    Value,
    decimal_down,
    decimal_nearest,
    decimal_up,
    digits,
    down,
    enclose,
    up,
    verdict,
)
from ratecert.proofs.kernel import terms as k
from ratecert.proofs.language.loader import statement

NOWHERE = Point(None, {})
x, y = k.Var("x", "det"), k.Var("y", "det")
root_two = k.sqrt(k.rat(2))
farthest = k.App("xmax", (k.Ix("d"),))


def canonical(d: int = 10**11, steps: int = 10**7) -> Point:
    claim = statement("adamw.rate.canonical")
    values: dict[str | k.Term, Value] = {
        "d": d, "K": steps, "L": 1, "Delta": 10, "sigma_s": 1, farthest: 0, "mu": 1, "lam": 0,
        "beta": k.App("theta", ()),
    }  # fmt: skip
    for h in claim.hypotheses():
        if isinstance(h, k.Rel) and h.op == "=" and isinstance(h.left, k.Var | k.App):
            values[h.left.name] = h.right
    return Point.of(claim, values)


def test_a_rational_value_is_exact() -> None:
    at = Point(None, {"x": Fraction(4, 9), "y": -3})
    assert enclose(k.add(k.sqrt(x), k.Abs(y)), at) == (Fraction(11, 3), Fraction(11, 3))


def test_an_irrational_value_is_enclosed() -> None:
    low, high = enclose(root_two, NOWHERE, 40)
    assert low**2 < 2 < high**2 and (high - low) * 10**40 <= high


def test_cancellation_is_answered_by_precision() -> None:
    near = Fraction(14142135623730950488016887242096980785696718753769, 10**49)  # 2^{1/2}, cut
    tiny = k.sub(root_two, k.rat(near))
    with mpmath.workdps(80):
        wanted = mpmath.sqrt(2) - mpmath.mpf(near.numerator) / near.denominator
        assert digits(tiny, NOWHERE, 9) == mpmath.nstr(wanted, 9)


nested = k.sub(k.sqrt(k.add(k.rat(3), k.mul(k.rat(2), root_two))), k.add(k.rat(1), root_two))


def test_zero_in_disguise_is_not_guessed() -> None:
    """(3 + 2 2^{1/2})^{1/2} = 1 + 2^{1/2}."""
    with pytest.raises(UnvaluedError, match="cannot be told"):
        digits(nested, NOWHERE)
    with pytest.raises(UnvaluedError, match="denominator"):
        digits(k.power(nested, -1), NOWHERE)


def test_a_scale_that_is_one_is_exactly_one() -> None:
    """Without noise h is the floor (L Delta/K)^{1/2}, irrational here, and s = 1, theta = 0."""
    at = canonical(3, 7).with_values({"sigma_s": 0})
    assert enclose(k.App("theta", ()), at) == (0, 0)
    assert verdict(k.Rel(k.rat(0), "<=", k.App("theta", ())), at) is True
    assert verdict(k.Rel(k.rat(0), "<", k.App("theta", ())), at) is False


def test_the_largest_models_are_no_harder() -> None:
    """d = 1e11, K = 1e7: the value, computed by hand to 50 digits."""
    at, claim = canonical(), statement("adamw.rate.canonical")
    bound = claim.statement()
    assert isinstance(bound, k.Rel)
    with mpmath.workdps(60):
        constant = 20 + mpmath.sqrt(2) / 2
        gap = mpmath.mpf(10) / 10**7
        noise = mpmath.sqrt(constant * mpmath.sqrt(2)) * mpmath.sqrt(10**11) * mpmath.root(gap, 4)
        wanted = noise + mpmath.sqrt(2) * constant * mpmath.sqrt(10**11 * gap)
        assert digits(bound.right, at, 50) == mpmath.nstr(wanted, 50)
    assert all(verdict(hypothesis, at) is True for hypothesis in claim.hypotheses())


def test_nothing_loops_over_d_or_k() -> None:
    at = canonical(10**30, 10**30)
    assert digits(k.Sum(k.Ix(None, 1), k.Ix("K"), k.IxVal(k.Ix("d"))), at) == "1e+60"
    assert enclose(k.Sum(k.Ix(None, 1), k.Ix(None, 0), x), NOWHERE.with_values({"x": 1})) == (0, 0)
    harmonic = k.Sum(k.Ix(None, 1), k.Ix("K"), k.power(k.IxVal(k.Ix(0)), -1))
    for steps in (10**8, 10**30):
        with pytest.raises(UnvaluedError):
            enclose(harmonic, canonical(1, steps))
    assert enclose(harmonic, canonical(1, 3)) == (Fraction(11, 6), Fraction(11, 6))


def test_what_the_theory_defines_is_known() -> None:
    claim = statement("nadamw.rate")
    at = Point.of(claim, {"theta": Fraction(1, 3)})
    assert digits(k.App("mu", ()), at, 3) == "0.333"
    assert digits(k.App("lam", ()), Point.of(statement("adam.rate"), {})) == "0"


@pytest.mark.parametrize("value", [0.5, True, "1", float("nan")])
def test_a_value_is_exact_or_refused(value: object) -> None:
    with pytest.raises(UnvaluedError, match="no exact number"):
        Point(None, {"x": value})  # type: ignore[dict-item]


def test_what_has_no_value_is_named() -> None:
    with pytest.raises(UnvaluedError, match=r"no value is given for .*x"):
        enclose(x, NOWHERE)
    with pytest.raises(UnvaluedError, match="K = 3/2 is no integer"):
        Point.of(statement("sgd.rate"), {"K": Fraction(3, 2)})
    with pytest.raises(UnvaluedError, match="no number is given"):
        verdict(k.Le(k.Ix(None, 1), k.Ix("K")), NOWHERE)
    with pytest.raises(UnvaluedError, match=r"each other|nested"):
        verdict(k.Rel(x, "<", y), Point(None, {"x": y, "y": x}))


@pytest.mark.parametrize(
    ("op", "holds"), [("<", False), ("<=", True), ("=", True)]
)  # fmt: skip
def test_equal_by_definition(op: k.Op, holds: bool) -> None:
    """No interval decides these; that both sides are the same number does."""
    at = Point(None, {"x": root_two, "y": root_two})
    assert verdict(k.Rel(x, op, y), at) is holds


def test_equal_by_algebra() -> None:
    squared = k.mul(root_two, root_two)
    assert verdict(k.Rel(squared, "<", k.rat(2)), NOWHERE) is False
    assert verdict(k.Rel(squared, "<=", k.rat(2)), NOWHERE) is True
    assert verdict(k.Rel(squared, "=", k.rat(3)), NOWHERE) is False
    assert verdict(k.Rel(nested, "<=", k.rat(0)), NOWHERE) is None
    assert verdict(k.Rel(nested, "<", k.rat(1)), NOWHERE) is True


def test_equal_but_without_a_value() -> None:
    with pytest.raises(UnvaluedError):
        verdict(k.Rel(x, "=", x), NOWHERE)


rationals = st.fractions(max_denominator=10**6) | st.builds(
    lambda m, e: m * Fraction(10) ** e, st.integers(-(10**9), 10**9), st.integers(-40, 40)
)


@given(rationals, st.integers(1, 20))
def test_decimals_are_rounded_as_they_say(x: Fraction, places: int) -> None:
    exact = Context(prec=places)
    for rounding, ours in ((ROUND_CEILING, decimal_up), (ROUND_FLOOR, decimal_down)):
        exact.rounding = rounding
        wanted = exact.divide(Decimal(x.numerator), Decimal(x.denominator))
        assert Decimal(ours(x, places)) == wanted
    assert Fraction(decimal_down(x, places)) <= x <= Fraction(decimal_up(x, places))
    error = abs(Fraction(decimal_nearest(x, places)) - x)
    assert 2 * error <= Fraction(decimal_up(x, places)) - Fraction(decimal_down(x, places))


@pytest.mark.parametrize(
    ("x", "text"),
    [("1/100000", "0.00001"), ("1/1000000", "1e-06"), ("0", "0"),
     ("-123456", "-123456"), ("10000000000000000", "1e+16"), ("12/10000000", "1.2e-06")],
)  # fmt: skip
def test_how_decimals_are_written(x: str, text: str) -> None:
    assert decimal_up(Fraction(x), 12) == text


@given(st.fractions(min_value=0, max_denominator=10**4), st.integers(1, 30))
def test_up_and_down_enclose(x: Fraction, places: int) -> None:
    term = k.sqrt(k.rat(x))
    low, high = (Fraction(f(term, NOWHERE, places)) for f in (down, up))
    assert low**2 <= x <= high**2
    assert (high - low) * 10 ** (places - 1) <= high * 2
