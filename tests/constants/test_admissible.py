"""What one constant may be: relations solved for it, and ranges of values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ratecert.proofs.constants.admissible import admissible, figures, limit
from ratecert.proofs.constants.values import Point, enclose
from ratecert.proofs.kernel import terms as k

x, y, z = (k.Var(name, "det") for name in "xyz")
AT = Point(None, {"y": 3, "z": -2})
one, two = k.rat(1), k.rat(2)


@pytest.mark.parametrize(
    ("relation", "side", "end", "strict"),
    [
        (k.Rel(x, "<=", y), "high", 3, False),
        (k.Rel(y, "<", x), "low", 3, True),
        (k.Rel(x, "=", k.mul(y, z)), "value", -6, False),
        (k.Rel(k.power(x, 2), "<=", k.rat(Fraction(9, 4))), "high", Fraction(3, 2), False),
        (k.Rel(k.mul(k.power(x, 2), k.power(y, 2)), "<=", one), "high", Fraction(1, 3), False),
        (k.Rel(k.add(x, y), "<=", one), "high", -2, False),
        (k.Rel(k.mul(z, x), "<=", k.rat(4)), "low", -2, False),  # a negative factor turns it
        (k.Rel(k.rat(2), "<=", k.mul(z, k.add(x, one))), "high", -2, False),
        (k.Rel(k.div(one, x), "<=", two), "low", Fraction(1, 2), False),
        (k.Rel(k.sqrt(k.add(x, one)), "<", two), "high", 3, True),
    ],
    ids=str,
)
def test_solved(relation: k.Rel, side: str, end: int | Fraction, strict: bool) -> None:
    found = limit(relation, x, AT)
    assert found is not None
    assert (found.side, found.strict) == (side, strict)
    assert enclose(found.term, AT) == (end, end)


@pytest.mark.parametrize(
    "relation",
    [
        k.Rel(k.add(x, k.power(x, 2)), "<=", one),  # twice
        k.Rel(x, "<=", x),
        k.Rel(k.mul(k.add(y, k.rat(-3)), x), "<=", one),  # a factor that is 0
        k.Rel(k.power(x, 2), "<=", k.rat(-1)),  # no x at all
        k.Rel(k.Abs(x), "<=", one),
        k.Rel(k.mul(k.Var("open", "det"), x), "<=", one),  # a factor of no known sign
        k.Rel(y, "<=", z),
    ],
    ids=str,
)
def test_not_solved(relation: k.Rel) -> None:
    assert limit(relation, x, AT) is None


def test_a_range_is_an_intersection() -> None:
    given = [
        k.Rel(k.rat(0), "<=", x),
        k.Rel(one, "<", x),
        k.Rel(x, "<=", y),
        k.Rel(x, "<", k.rat(5)),
    ]
    ends = admissible(given, x, AT)
    assert ends.low is not None and ends.low.strict and ends.low.term is one
    assert ends.high is not None and not ends.high.strict
    for value, near in ((7, 3), (2, 2), (1, None), (-1, None), (3, 3)):
        assert ends.nearest(Fraction(value)) == near


def test_ends_are_rounded_into_the_range() -> None:
    root = k.sqrt(two)
    ends = admissible([k.Rel(root, "<=", x), k.Rel(x, "<=", k.mul(two, root))], x, AT)
    low, high = ends.up_from_low(6), ends.down_from_high(6)
    assert (low, high) == (Fraction("1.41422"), Fraction("2.82842"))
    assert ends.nearest(Fraction(9)) == ends.down_from_high()


def test_an_equation_leaves_one_value() -> None:
    ends = admissible([k.Rel(x, "<=", one), k.Rel(x, "=", k.sqrt(two))], x, AT)
    near = ends.nearest(Fraction(0))
    assert near is not None and abs(near**2 - 2) < Fraction(1, 10**18)


def test_an_empty_range_has_nothing_near() -> None:
    ends = admissible([k.Rel(two, "<=", x), k.Rel(x, "<=", one)], x, AT)
    assert ends.nearest(Fraction(3)) is None


def test_decays_near_one_have_as_many_digits_left() -> None:
    """1 - theta is what counts: 1e-30 is not to be rounded away."""
    tiny = k.sub(one, k.rat(Fraction(1, 3 * 10**29)))
    found = admissible([k.Rel(x, "<=", tiny)], x, AT).down_from_high(5)
    assert found is not None and found < 1
    assert abs((1 - found) * 3 * 10**29 - 1) < Fraction(1, 10**3)
    assert figures(Fraction(1, 2), 5) == 5 and figures(Fraction(999, 1000), 5) == 7
