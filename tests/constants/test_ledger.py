"""The ledger of the rates, against formulas written down here once more."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from ratecert.proofs.constants.bound import chosen
from ratecert.proofs.constants.elasticity import derivative, elasticity, total
from ratecert.proofs.constants.ledger import Entry, Ledger, LedgerError
from ratecert.proofs.constants.origins import beneath, rests_on
from ratecert.proofs.constants.values import Point, decimal_nearest, digits, enclose
from ratecert.proofs.kernel import terms as K
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.sgd import sgd

DATA = {"d": 1000, "K": 100000, "L": 1, "Delta": 10, "sigma_s": 1}
CANONICAL = {"c_eta": 0.5, "c_theta": 1, "c_eps": 1, "a": 0.125, "gamma": 1, "rho": 1, "t": 0}


def at(name: str, data: dict[str, int] = DATA) -> Ledger:
    claim = adamw.claimed("rate")
    return Ledger(claim, chosen(claim, name)[0], {**data, "xmax": Fraction(0)})


@pytest.fixture(scope="module")
def canonical() -> Ledger:
    return at("canonical")


@pytest.fixture(scope="module")
def entries(canonical: Ledger) -> list[Entry]:
    return canonical.entries()


def middle(interval: tuple[Fraction, Fraction]) -> float:
    assert interval[1] - interval[0] <= Fraction(1, 10**12) * max(map(abs, interval))
    return float(sum(interval) / 2)


# --- the formula, by hand -----------------------------------------------------------------------


def by_hand(**changed: float) -> mpmath.mpf:
    """The bound at mu = 1 and theta = 1 - s, C_P taken from its formula plus what it is rounded."""
    mp, p = mpmath.mp, {**CANONICAL, **changed}
    mp.dps = 40
    c_eta, c_theta, c_eps, a, gamma, rho, t = (mp.mpf(p[n]) for n in CANONICAL)
    d, steps, gap = mp.mpf(1000), mp.mpf(10) ** 5, mp.mpf(10)
    theta, r = mp.mpf(99) / 100, c_eta / (c_theta * mp.sqrt(c_eps))
    weight = theta**2 / (1 + t * theta) + c_theta**2 / 2 / (1 + t * theta)
    paid = 2 / c_eta * (1 + (1 + rho) * r * weight)
    C_P = (paid + (1 + 1 / rho) * a * mp.sqrt(1 + c_eps)) / (1 - 2 * (1 + 1 / rho) * a * gamma)
    C_P += p.get("room", 0)
    C_1, C_2 = mp.sqrt(C_P * mp.sqrt(1 + c_eps)), mp.sqrt(2) * C_P
    return C_1 * mp.sqrt(d) * (gap / steps) ** mp.mpf(0.25) + C_2 * mp.sqrt(d * gap / steps)


def room() -> mpmath.mpf:
    """C_P is for all theta: 20 + 2^(1/2)/2 instead of the formula at theta = 99/100."""
    theta = mpmath.mpf(99) / 100
    return 8 * (1 - theta**2)


def test_the_bound_and_its_coefficients(canonical):
    assert decimal_nearest(enclose(canonical.bound, canonical.point, 20)[0], 15) == mpmath.nstr(
        by_hand(room=room()), 15
    )
    first, second = canonical.coefficients()
    assert digits(first.value, canonical.point) == "5.41149436362"
    assert digits(second.value, canonical.point) == "29.2842712475"
    assert (first.name, second.name) == ("C_1", "C_2")


def test_elasticities_are_logarithmic_derivatives(canonical):
    for named in canonical.named():
        name = named.symbol.name
        if name not in CANONICAL or name == "t":
            continue
        value, h = mpmath.mpf(CANONICAL[name]), mpmath.mpf(10) ** -12
        up, down = (by_hand(room=room(), **{name: value * (1 + s * h)}) for s in (1, -1))
        expected = (mpmath.log(up) - mpmath.log(down)) / (2 * h)
        found = middle(enclose(named.elasticity, canonical.point, 20))
        assert abs(found - expected) < 1e-9, name


def test_the_shares_of_the_two_terms_are_one(canonical):
    shares = [canonical.share(enclose(c.whole, canonical.point, 20))
              for c in canonical.coefficients()]  # fmt: skip
    assert abs(sum(map(middle, shares)) - 1) < 1e-12


# --- where constants come from ------------------------------------------------------------------


def test_C_P_is_made_of_the_constants_of_earlier_lemmas(canonical):
    """20 + 2^(1/2)/2 = 8 + 8 + 4 + 2^(1/2)/2, the second 8 being 8 theta^2 at the point."""
    (found,) = canonical.compositions()
    assert found.symbol.name == "C_P" and found.claim.label == "adamw.P"
    values = {round(middle(p.value), 10): {g.claim.id for g in p.carried_by} for p in found.parts}
    assert set(values) == {8.0, 7.8408, 4.0, round(2**0.5 / 2, 10)}
    assert {"L3.total", "balance"} <= values[8.0]  # Delta in the telescoped descent
    assert {"L4.first", "L4"} <= values[7.8408]  # 2 L Delta theta^2 in the first momentum error
    assert {"noise", "L4"} <= values[4.0]  # sigma_i^2 (1 - theta)
    assert middle(found.value) == pytest.approx(20 + 2**0.5 / 2)


@pytest.mark.parametrize("name", ["tuned", "weighted"])
def test_so_it_is_with_other_parameters(name):
    """The contributions come from certificates, the parts from the closed form: they agree."""
    (found,) = at(name).compositions()
    carried = [{g.claim.id for g in p.carried_by} for p in found.parts]
    assert len(found.parts) == 4
    assert {"L3.total", "L4.first"} <= set().union(*carried)
    assert sum("L4" in claims for claims in carried) == 2
    assert middle(found.value) >= sum(middle(p.value) for p in found.parts)


def test_constants_are_traced_to_the_lemma_that_brings_them_in(canonical):
    born = {n.symbol.name: n.born for n in canonical.named()}
    assert born["rho"].claim.id == "L3.coordinate"
    assert born["t"].claim.id == "L4.young"
    assert born["c_theta"].claim.id == "chosen.noise"
    assert born["c_eps"].claim.id == "chosen.root"
    assert born["C_P"].claim.id == "assembly"
    for name in ("rho", "t", "c_eps"):
        step = born[name]
        line = step.claim.check().proof.chains[step.chain - 1][step.line - 1]
        assert line.reason == step.reason
        assert any(n is K.Var(name, "det") for n, _ in K.subterms(line.right))
    enters = {n.symbol.name: [c.id for c in n.enters] for n in canonical.named()}
    assert {"assembly", "P", "rate.refined", "rate"} <= set(enters["C_P"])


def test_lemmas_are_listed_with_what_they_are_worth(canonical, entries):
    entries = {(e.gain.claim.label, e.gain.number): e for e in entries}
    first = entries["adamw.L4.first", 0]
    assert first.gain.constant == 2 and [c.id for c in first.used_by] == ["L4"]
    # P <= C_P M counts as (y^(1/2)/2 + b/y^(1/2)) b^(1/2)/K, b = C_P M, y = K w + 2 b.
    mpmath.mp.dps = 30
    steps, d, gap = mpmath.mpf(10) ** 5, mpmath.mpf(1000), mpmath.mpf(10)
    C_P = 20 + mpmath.sqrt(2) / 2
    b = C_P * mpmath.sqrt(steps * d * gap)
    y = steps * mpmath.sqrt(2 * d) + 2 * b
    price = (mpmath.sqrt(y / b) / 2 + mpmath.sqrt(b / y)) / steps
    expected = price * b * (8 * mpmath.mpf("0.9801") / C_P) / by_hand(room=room())
    assert middle(canonical.share(first.gain.value)) == pytest.approx(float(expected), rel=1e-12)
    assert entries["adamw.P", 0].born.claim.id == "P"


def test_dropped_parts_are_said_to_be(entries):
    gains = {(e.gain.claim.id, e.gain.number): e.gain for e in entries}
    assert gains["L5", 0].partial  # what Q pays for is in it
    assert not gains["L4", 0].partial
    assert gains["L4", 2].value is None and "drops" in gains["L4", 2].reason
    assert gains["L7.root", 0].value is None and "induction" in gains["L7.root", 0].reason


def test_the_claims_beneath_come_after_what_they_rest_on():
    order = beneath(sgd.claimed("rate")) if sgd.claimed("rate").check().claim else []
    ids = [c.id for c in order]
    assert ids.index("descent") < ids.index("expected-descent") < ids.index("telescoped")
    assert ids[-1] == "rate"
    assert rests_on(sgd.claimed("rate")) == ["A0", "A1", "A2", "A3", "deterministic-start"]
    assert rests_on(sgd.claimed("step-size")) == []


# --- sgd ----------------------------------------------------------------------------------------


def test_sgd():
    ledger = Ledger(sgd.claimed("rate"), sgd.claimed("rate"), DATA)
    first, second = ledger.coefficients()
    assert digits(first.value, ledger.point) == decimal_nearest(
        Fraction("1.18920711500272106672"), 12
    )
    assert digits(second.value, ledger.point) == "1.41421356237"
    assert ledger.named() == [] and ledger.compositions() == []
    shares = {(e.gain.claim.id, e.gain.number): ledger.share(e.gain.value)
              for e in ledger.entries() if e.gain.value}  # fmt: skip
    # Both branches of the step size pay the gap and the noise alike: Delta/eta = K L eta s^2/2.
    assert middle(shares["telescoped", 0]) == pytest.approx(middle(shares["telescoped", 1]))


# --- derivatives --------------------------------------------------------------------------------


def test_derivatives_against_differences():
    a, b = K.Var("a", "det"), K.Var("b", "det")
    term = K.add(K.mul(a, K.sqrt(K.add(a, b))), K.div(b, K.power(a, 3)), K.rat(7))
    h = Fraction(1, 10**12)
    for atom, up, down in ((a, {"a": 2 + h}, {"a": 2 - h}), (b, {"b": 3 + h}, {"b": 3 - h})):
        base = {"a": Fraction(2), "b": Fraction(3)}
        high, low = (enclose(term, Point(None, {**base, **v}), 40)[0] for v in (up, down))
        found = enclose(derivative(term, atom), Point(None, base), 20)[0]
        assert abs((high - low) / (2 * h) - found) < Fraction(1, 10**15)


def test_total_derivatives_go_through_closed_forms():
    a, C = K.Var("a", "det"), K.Var("C", "det")
    closed = {C: K.power(a, 2)}
    point = Point(None, {"a": 3, "C": 9})
    assert enclose(total(K.mul(a, C), a, closed), point) == (27, 27)  # a C + a da^2/da = 9 + 18
    assert enclose(elasticity(K.mul(a, C), a, closed), point) == (3, 3)
    assert derivative(K.rat(2), a) is K.ZERO
    with pytest.raises(ValueError, match="no derivative"):
        derivative(K.Abs(a), a)


# --- refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"), [("v", "about a sign"), ("L4.coordinate", "no inequality")]
)
def test_claims_without_constants_say_so(name, why):
    with pytest.raises(LedgerError, match=why):
        Ledger(adamw.claimed(name))


def test_data_that_the_instance_does_not_admit():
    with pytest.raises(LedgerError, match="does not hold at these data: it needs 1 ≤ K"):
        at("tuned", {**DATA, "K": 0})


def test_a_claim_that_is_not_proved_has_no_ledger():
    from ratecert.proofs.language import Theory, by

    theory = Theory("wrong")
    u, v = theory.constants("u v")

    @theory.lemma("l", title="l", claim=(u, "<=", 2 * v))
    def wrong(p):
        return p.have((u, "<=", 2 * v), by.algebra())

    with pytest.raises(LedgerError, match=r"wrong\.l is refuted"):
        Ledger(wrong)
