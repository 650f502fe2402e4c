"""Prices of lemmas, against improvements that are made and proved again."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ratecert.proofs.constants import prices
from ratecert.proofs.constants.gains import Gains
from ratecert.proofs.constants.prices import Averaged, Prices, Summed, Times, applied
from ratecert.proofs.constants.values import Point
from ratecert.proofs.kernel import terms as K
from ratecert.proofs.language import E, Rational, Sum, Theory, by, integrable, symbols, within

a, b, c = symbols("a b c")


def toy(factor=2):
    """u <= 2 v, and from it 3 c u + w <= 6 c v + w, with another factor in place of 2."""
    theory = Theory(f"toy{factor}".replace("/", "."))
    u, v, w = theory.constants("u v w")
    theory.assume("slow", (u, "<=", factor * v))
    theory.witness |= {u: 0, v: 1, w: 1}

    @theory.lemma("base", title="base", claim=(3 * u, "<=", 3 * factor * v))
    def base(p):
        return p.calc(3 * u, "<=", 3 * factor * v, by.multiplying(p.axiom("slow"), 3))

    @theory.lemma("scaled", title="scaled", for_constants=(c,), given=[(0, "<=", c)],
                  claim=(c * u, "<=", factor * c * v), witness={c: 1})  # fmt: skip
    def scaled(p):
        return p.calc(c * u, "<=", factor * c * v, by.multiplying(base, c / 3))

    @theory.theorem("main", title="main", for_constants=(a,), given=[(0, "<=", a)],
                    claim=(a**2 * u + 5 * w, "<=", factor * a**2 * v + 5 * w),
                    witness={a: 1})  # fmt: skip
    def main(p):
        return p.calc(
            a**2 * u + 5 * w, "<=", factor * a**2 * v + 5 * w, by.adding(p.use(scaled, c=a**2))
        )

    return theory


def gains_of(theory, name, **values):
    claim = theory.claimed(name)
    assert claim.check().verdict == "proved", claim.check().reason
    uses = Prices(theory.earlier(None)).beneath(claim)
    found = Gains(uses, Point(theory.kernel(), values)).of_claims()
    return {(g.claim.id, g.number): g for g in found}


def test_a_lemma_counts_with_its_multiplier():
    found = gains_of(toy(), "main", a=Fraction(3), u=0, v=Fraction(7), w=1)
    # 2 a^2 v = 126 through scaled (price 1) and through base (price a^2/3).
    assert found["scaled", 0].value == (126, 126) and found["base", 0].value == (126, 126)
    assert found["base", 0].constant == 6 and found["scaled", 0].constant == 2
    assert found["base", 0].uses == 1


def test_what_is_promised_is_what_a_better_lemma_gives():
    """The bound of the theory with 2 (1 - h) in place of 2 is lower by h times the gain."""
    h = Rational(1, 100)
    values = {"a": Fraction(3), "u": Fraction(0), "v": Fraction(7), "w": Fraction(1)}
    gain = gains_of(toy(), "main", **values)["base", 0].value[0]
    bounds = []
    for theory in (toy(), toy(2 * (1 - h))):
        claim = theory.claimed("main")
        assert claim.check().verdict == "proved"
        bound = claim.statement().right
        (value,) = {Gains([], Point(theory.kernel(), values)).value(bound)}
        bounds.append(value[0])
    assert bounds[0] - bounds[1] == gain / 100


def test_sums_and_means_are_taken_of_the_slack():
    theory = Theory("means")
    (n,) = theory.index_constants("n")
    (j,) = theory.indices("j")
    (C,) = theory.constants("C")
    X, Y = (theory.process(name, 1, adapted=0) for name in "XY")
    theory.assume("near", (X[j], "<=", C + 2 * Y[j]), [within(j, 1, n)])
    for name, process in (("X.finite", X), ("Y.finite", Y)):
        theory.assume(name, integrable(process[j]), [within(j, 1, n)])
    theory.assume("mean", (E(Y[j]), "<=", 3 * C), [within(j, 1, n)])
    theory.witness |= {n: 1, j: 1, C: 1, X[1]: 0, Y[1]: 0}

    @theory.lemma("path", title="pathwise", given=[within(j, 1, n)],
                  claim=(X[j], "<=", C + 2 * Y[j]))  # fmt: skip
    def path(p):
        return p.axiom("near")

    @theory.lemma("average", title="average", given=[within(j, 1, n)],
                  claim=(E(Y[j]), "<=", 3 * C))  # fmt: skip
    def average(p):
        return p.axiom("mean")

    @theory.theorem("total", title="total", given=[within(n, 1)],
                    claim=(Sum(E(X[j]), (j, 1, n)) / 4, "<=", Rational(7, 4) * n * C))  # fmt: skip
    def total(p):
        at = p.within(within(j, 1, n))
        mean = at.calc(
            E(X[j]), "<=", E(C + 2 * Y[j]), by.expectation(path),
            "==", C + 2 * E(Y[j]), by.linearity(),
            "<=", 7 * C, by.multiplying(average, 2),
        )  # fmt: skip
        summed = p.sum(mean, within(j, 1, n))
        return p.calc(
            Sum(E(X[j]), (j, 1, n)) / 4,
            "<=", Sum(7 * C, (j, 1, n)) / 4, by.multiplying(summed, Rational(1, 4)),
            "==", Rational(7, 4) * n * C, by.algebra(),
        )  # fmt: skip

    claim = theory.claimed("total")
    assert claim.check().verdict == "proved", claim.check().reason
    uses = Prices(theory.earlier(None)).beneath(claim)
    point = Point(theory.kernel(), {"C": Fraction(5)}, {"n": 10})
    found = {(g.claim.id, g.number): g.value for g in Gains(uses, point).of_claims()}
    # n C/4 from C in the first lemma; 2 Y counts as 2 * 3 C, the bound of the second.
    assert found["path", 0] == (Fraction(50, 4), Fraction(50, 4))
    assert found["path", 1] == (75, 75) and found["average", 0] == (75, 75)


def test_what_is_used_in_an_induction_has_no_price():
    theory = Theory("ladder")
    (n,) = theory.index_constants("n")
    (j,) = theory.indices("j")
    x = theory.process("x", 1, adapted=None)
    theory.define("x.0", x[0], 0, kind="recursion")
    theory.define("x", x[j], x[j - 1] / 2 + 1, [within(j, 1, n)], kind="recursion")
    theory.witness |= {n: 1, j: 1}

    @theory.lemma("half", title="half", for_all=(b,), given=[(b, "<=", 2)],
                  claim=(b / 2 + 1, "<=", 2), witness={b: 0})  # fmt: skip
    def half(p):
        return p.have((b / 2 + 1, "<=", 2), by.algebra())

    @theory.theorem("below", title="below", given=[within(j, 0, n)], claim=(x[j], "<=", 2))
    def below(p):
        def step(p, before):
            return p.calc(
                x[j], "==", x[j - 1] / 2 + 1, by.definition(x, j=j),
                "<=", 2, by.lemma(half, before, b=x[j - 1]),
            )  # fmt: skip

        return p.induction(
            (x[j], "<=", 2), within(j, 0, n),
            base=lambda p: p.have((x[0], "<=", 2), by.definition(x)), step=step,
        )  # fmt: skip

    found = gains_of(theory, "below")
    assert found["half", 0].value is None and "induction" in found["half", 0].reason


def test_too_many_ways_have_no_price(monkeypatch):
    monkeypatch.setattr(prices, "MAX_WEIGHTS", 1)
    found = gains_of(toy(), "main", a=Fraction(3), u=0, v=Fraction(7), w=1)
    assert [g.value for g in found.values()] == [None]


def test_weights_are_applied_from_the_inside():
    s, factor = K.Var("s", "any"), K.Var("c", "det")
    one = K.Ix(None, 1)
    weight = (Summed("s1", one, K.Ix("n")), Averaged(None), Times(factor))
    assert applied(weight, s) is K.sum_over("s1", one, K.Ix("n"), K.E(K.Mul((factor, s))))


@pytest.mark.parametrize("square", [K.Pow(K.Add((K.Var("a", "det"), K.neg(K.Var("b", "det")))),
                                          Fraction(2))])  # fmt: skip
def test_a_difference_squared_is_one_thing(square):
    other = K.Pow(K.sub(K.Var("b", "det"), K.Var("a", "det")), Fraction(2))
    point = Point(None, {"a": 1, "b": 4})
    assert Gains([], point).value(square) == Gains([], point).value(other) == (9, 9)


def test_no_number_is_made_up():
    """E[Y] is bounded by nothing; E[Y^2] is not negative, and so only a part of the value."""
    theory = Theory("unknown")
    Y = theory.process("Y", 1, adapted=0)
    (scale,) = theory.constants("scale")
    theory.kernel()
    point = Point(theory.kernel(), {"scale": 3})
    mean, square = (theory.scope().term(scale + E(t)) for t in (Y[1], Y[1] ** 2))
    assert Gains([], point).value(mean) is None and Gains([], point).value(square) is None
    assert Gains([], point).value(theory.scope().term(scale**2)) == (9, 9)
