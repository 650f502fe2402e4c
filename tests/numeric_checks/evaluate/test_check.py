"""Verdicts: what holds, what is planted and must be found, what floats say and is not so."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
import torch

from ratecert.numeric_checks.evaluate import (
    Check,
    Checker,
    Statement,
    check,
    check_all,
    evaluate,
    theory_unfolding,
    unfolding,
)
from ratecert.numeric_checks.evaluate.replay import Replay, reexamine
from ratecert.numeric_checks.evaluate.times import span
from ratecert.numeric_checks.exact import EvaluationError, working_precision
from ratecert.numeric_checks.instances import Instance, digits, quadratic, round_down
from ratecert.numeric_checks.simulate import Run, record, simulate
from ratecert.optimizers.recursions import SGD, Recursion
from ratecert.proofs.kernel.terms import (
    Abs,
    All,
    App,
    E,
    Fin,
    Formula,
    Ix,
    IxVal,
    Le,
    PointApp,
    Rel,
    Term,
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
from ratecert.proofs.kernel.theory import Definition, Symbol, Theory

HALVES = quadratic((Fraction(1), Fraction(1, 2), Fraction(1, 8)), (Fraction(1, 4),) * 3)
EQUAL = quadratic((Fraction(3, 7),) * 5, (Fraction(1, 3),) * 5)
FROM_START = "balls of 200 bits, replayed from x[1]"
ADAMW = {"theta": 0.9, "beta": 0.95, "eta": 0.01, "eps": 1e-4, "lam": 0.0}


def _sgd(
    instance: Instance = HALVES, K: int = 40, eta: object = 0.25, **more: Any
) -> Iterator[Run]:
    arguments: dict[str, Any] = {"seeds": [1, 2, 3], "chunk": 16, **more}
    return simulate(SGD, instance, K=K, parameters={"eta": eta}, **arguments)


# --- the descent inequality -------------------------------------------------------------------


def test_the_descent_inequality_holds(words: Any) -> None:
    result = check(Statement("descent", words.descent(), words.steps), _sgd())
    assert (result.verdict, result.alarms, result.checked) == ("holds", 0, 120)
    assert 0.5 < result.ratio <= 1
    assert result.evidence == "120 checked in float64, no alarm"
    assert result.left <= result.right
    assert set(result.location.indices) == {"k"}  # type: ignore[union-attr]
    assert str(result).startswith("descent: holds, ratio 0.")


def test_a_planted_constant_is_violated_and_confirmed_exactly(words: Any) -> None:
    """L/100 instead of L/2 on a quadratic."""
    result = check(Statement("planted", words.descent("1/100"), words.steps), _sgd())
    assert result.verdict == "violated"
    assert result.ratio > 1.01
    assert result.confirmed == len(result.details) == 8
    worst = result.details[0]
    assert worst.location == result.location
    assert worst.reexamination.method == FROM_START
    assert {d.reexamination.method for d in result.details} <= {FROM_START, "exact rationals"}
    assert worst.reexamination.left > worst.reexamination.right
    assert f"k = {worst.location.indices['k']}" in result.evidence
    assert f"seed {worst.location.seed}" in result.evidence


def test_a_constant_wrong_by_a_hair_is_violated(words: Any) -> None:
    """Where all curvatures are L the inequality is an equality; floats cannot see 2^-60."""
    hair = Fraction(1, 2) - Fraction(1, 2**60)
    result = check(Statement("hair", words.descent(hair), words.steps), _sgd(EQUAL), confirm=500)
    assert result.verdict == "violated"
    assert result.ratio < 1 + 1e-12


def test_false_alarms_of_an_equality_are_cleared(words: Any) -> None:
    statement = Statement("equality", words.descent(), words.steps)
    result = check(statement, _sgd(EQUAL), confirm=500)
    assert result.verdict == "holds"
    assert result.alarms == result.cleared > 5
    assert {a.reexamination.margin for a in result.details} == {"0"}
    assert f"all {result.alarms} alarms cleared by exact rationals" in result.evidence
    few = check(statement, _sgd(EQUAL), confirm=3)
    assert few.verdict == "undecided"
    assert (few.alarms, few.cleared) == (result.alarms, 3)
    assert "only the worst were re-examined" in few.evidence


def test_false_alarms_on_real_data_are_cleared_by_balls(words: Any) -> None:
    """Steps of 1e-13: the slack is far below one rounding of f."""
    statement = Statement("descent", words.descent(), words.steps)
    planted = Statement("planted", words.descent("1/1000"), words.steps)
    windows = simulate(SGD, digits(64), K=8, seeds=[1, 2], parameters={"eta": 1e-13})
    fine, wrong = check_all([statement, planted], windows, confirm=10)
    assert fine.alarms > 0
    assert (fine.verdict, fine.cleared) == ("holds", fine.alarms)
    assert {a.reexamination.method for a in fine.details} == {"balls of 200 bits"}
    assert wrong.verdict == "violated"


def test_real_data(words: Any) -> None:
    instance = digits(128)
    planted = Statement("planted", words.descent("1/100"), words.steps)
    statement = Statement("descent", words.descent(), words.steps)
    eta = round_down(1 / instance.L)
    windows = simulate(SGD, instance, K=30, seeds=[1, 2], parameters={"eta": eta}, chunk=16)
    fine, wrong = check_all([statement, planted], windows, confirm=2)
    assert (fine.verdict, fine.checked) == ("holds", 60)
    assert (wrong.verdict, wrong.confirmed) == ("violated", 2)


# --- other statements -------------------------------------------------------------------------


def _rate(words: Any) -> Rel:
    """(1/K) sum E||grad f(x^k)||_2 <= 2^(1/4) (sigma_s^2 L Delta/K)^(1/4) + (2 L Delta/K)^(1/2)."""
    K, L, Delta = IxVal(words.K), words.L, words.Delta
    norm = sqrt(words.over_i(power(words.G(words.k, words.i), 2)))
    left = div(words.over_k(E(norm)), K)
    noise = power(div(mul(power(App("sigma_s", ()), 2), L, Delta), K), Fraction(1, 4))
    right = add(mul(power(rat(2), Fraction(1, 4)), noise), sqrt(div(mul(rat(2), L, Delta), K)))
    return Rel(left, "<=", right)


def test_an_estimate_decides_nothing(words: Any) -> None:
    rate = Statement("rate", _rate(words), (Le(words.one, words.K),))
    result = check(rate, _sgd())
    assert (result.verdict, result.estimated, result.checked) == ("undecided", True, 1)
    assert 0 < result.ratio < 1
    assert "no bound on the statistic's variance" in result.evidence
    assert result.location is not None
    assert result.location.row is None
    whole = check(rate, record(SGD, HALVES, K=40, seeds=[1, 2, 3], parameters={"eta": 0.25}))
    assert whole.ratio == pytest.approx(result.ratio, rel=1e-13)
    # Not even where the estimate is far above the bound.
    mean = E(power(words.g(words.k, words.i), 2))
    wrong = Statement("wrong", Rel(mean, "<=", rat(0)), (*words.steps, *words.coordinates))
    refuted = check(wrong, _sgd())
    assert (refuted.verdict, refuted.confirmed) == ("undecided", 0)
    assert refuted.alarms > 0


def test_zero_over_zero_is_skipped_and_counted(words: Any) -> None:
    sigma = App("sigma", (words.i,))
    statement = Statement("twice", Rel(sigma, "<=", mul(rat(2), sigma)), words.coordinates)
    result = check(statement, simulate(SGD, digits(8), K=1, seeds=[1], parameters={"eta": 0.1}))
    assert (result.checked, result.skipped) == (610, 30)
    assert result.ratio == 0.5
    strict = Statement("strict", Rel(sigma, "<", mul(rat(2), sigma)), words.coordinates)
    found = check(strict, simulate(SGD, digits(8), K=1, seeds=[1], parameters={"eta": 0.1}))
    assert (found.verdict, found.alarms) == ("violated", 30)


def test_the_ratio_is_of_positive_terms(words: Any) -> None:
    """f+ + (1/4)||g||^2 <= f + 1 - 1/2 as (f+ + ||g||^2/4 + 1/2) / (f + 1)."""
    k, i = words.k, words.i
    square = words.over_i(power(words.g(k, i), 2))
    left = add(words.f(k.shift(1)), mul(rat("1/4"), square))
    right = add(words.f(k), mul(rat("1/2"), add(rat(2), neg(rat(1)))))
    run = record(SGD, HALVES, K=4, seeds=[1], parameters={"eta": 0.25})
    found = evaluate(Statement("terms", Rel(left, "<=", right), words.steps), run)
    assert found is not None
    f, g = run.at_points["f", "x"].data[:, 0], run.processes["g"].data[:, 0]
    expected = (f[1:] + (g**2).sum(1) / 4 + 0.5) / (f[:-1] + 1)
    assert torch.allclose(found.ratio[:, 0], expected)
    assert torch.allclose(found.slack[:, 0], f[:-1] + 0.5 - f[1:] - (g**2).sum(1) / 4)
    inside = Rel(rat(0), "<=", words.over_i(sub(power(words.g(k, i), 2), rat("1/16"))))
    split = evaluate(Statement("sum", inside, words.steps), run)
    assert split is not None
    assert torch.allclose(split.ratio[:, 0], 3 / 16 / (g**2).sum(1))


class TestMomentum:
    """L1 on AdamW's recursion: (m^k)^2 <= c v^k with c = (1-theta)/(1-beta) if theta <= beta."""

    def _result(self, words: Any, momentum: Recursion, factor: str, **more: Any) -> Check:
        k, i = words.k, words.i
        theta, beta, m, v = App("theta", ()), App("beta", ()), App("m", (k, i)), App("v", (k, i))
        c = div(sub(rat(1), theta), sub(rat(1), beta))
        claim = Rel(power(m, 2), "<=", mul(rat(factor), c, v))
        hypotheses = (*words.steps, *words.coordinates, Rel(theta, "<=", beta))
        parameters = {**ADAMW, **more}
        windows = simulate(momentum, HALVES, K=30, seeds=[1, 2], parameters=parameters, chunk=7)
        return check(Statement("L1", claim, hypotheses), windows)

    def test_holds(self, words: Any, momentum: Recursion) -> None:
        result = self._result(words, momentum, "1")
        assert (result.verdict, result.checked) == ("holds", 30 * 3 * 2)
        assert result.ratio <= 1

    def test_planted(self, words: Any, momentum: Recursion) -> None:
        result = self._result(words, momentum, "1/4")
        assert (result.verdict, result.confirmed) == ("violated", 8)
        assert {a.reexamination.method for a in result.details} == {"exact rationals", FROM_START}

    def test_outside_the_hypotheses_nothing_is_checked(
        self, words: Any, momentum: Recursion
    ) -> None:
        result = self._result(words, momentum, "1", beta=0.5)
        assert (result.verdict, result.checked) == ("undecided", 0)
        assert result.excluded == 30 * 3 * 2
        assert result.evidence == "nothing was checked within the hypotheses"

    def test_theta_above_beta_must_break(self, words: Any, momentum: Recursion) -> None:
        k, i = words.k, words.i
        c = rat(Fraction(1, 10) / Fraction(1, 2))
        claim = Rel(power(App("m", (k, i)), 2), "<=", mul(c, App("v", (k, i))))
        parameters = {**ADAMW, "beta": 0.5}
        windows = simulate(momentum, HALVES, K=30, seeds=[1], parameters=parameters)
        statement = Statement("L1", claim, (*words.steps, *words.coordinates))
        assert check(statement, windows).verdict == "violated"

    def test_abbreviations_and_definitions(self, words: Any, momentum: Recursion) -> None:
        """|m/D| <= (4/3)^(1/2) (L1 sharp), D once as recorded and once as defined."""
        k, i = words.k, words.i
        D = App("D", (k, i))
        other = App("root", (k, i))
        unfold = unfolding({other: sqrt(add(App("v", (k, i)), App("eps", ())))})
        same = Rel(D, "=", other)
        bounded = Rel(power(div(App("m", (k, i)), other), 2), "<=", rat("4/3"))
        hypotheses = (*words.steps, *words.coordinates)
        statements = [Statement(n, r, hypotheses, unfold) for n, r in (("D", same), ("m", bounded))]
        run = record(momentum, HALVES, K=20, seeds=[1, 2], parameters=ADAMW)
        for result in check_all(statements, run):
            assert (result.verdict, result.checked) == ("holds", 120)
        planted = Statement("p", Rel(D, "=", mul(rat("101/100"), other)), hypotheses, unfold)
        assert check(planted, run).verdict == "violated"

    def test_the_replay_recomputes_slots(self, words: Any, momentum: Recursion) -> None:
        run = record(momentum, HALVES, K=9, seeds=[1, 2], parameters=ADAMW)
        k, i = words.k, words.i
        recursion = Rel(App("m", (k, i)), "<=", App("m", (k.shift(-1), i)))
        statement = Statement("m", recursion, (*words.steps, *words.coordinates))
        assert span(statement, run, {"k": 5, "i": 1}).anchor == 5
        only = Statement("v", Rel(App("v", (k, i)), "<=", rat(9)), statement.hypotheses)
        assert span(only, run, {"k": 5, "i": 1}).anchor == 5
        assert span(only, run, {"k": 5, "i": 1}, lead=3).anchor == 2
        assert span(statement, run, {"k": 1, "i": 1}).anchor == 1
        with working_precision(200):
            replay = Replay(run, 1, statement, 5)
            for name, time in (("m", 5), ("v", 6), ("D", 7)):
                exact = float(replay.apply(name, (time, 2)))  # type: ignore[arg-type]
                assert exact == pytest.approx(float(run.processes[name].at(time)[1, 1]), rel=1e-13)
            with pytest.raises(EvaluationError, match="before the replay's start 5"):
                replay.apply("D", (4, 2))
            with pytest.raises(EvaluationError, match="before the replay's start 5"):
                replay.point("x", (4,))


def test_statements_that_reach_back(words: Any) -> None:
    """||x^{k+1} - x^k|| = eta ||g^k||, one step back: needs one earlier time in every window."""
    k, i = words.k, words.i
    move = sub(words.x(k, i), words.x(k.shift(-1), i))
    claim = Rel(words.over_i(power(move, 2)), "<=", rat(10))
    later = (Le(Ix(None, 2), k), Le(k, words.K.shift(1)))
    result = check(Statement("back", claim, later), _sgd(before=1))
    assert (result.verdict, result.checked) == ("holds", 120)
    with pytest.raises(EvaluationError, match="simulate with more times before"):
        check(Statement("back", claim, later), _sgd())


def test_points_that_were_not_visited(words: Any) -> None:
    """f(x - grad f(x)/L) <= f(x) - ||grad f(x)||^2/(2L), through a point given by coordinates."""
    k, i = words.k, words.i

    def claim(factor: str) -> Rel:
        down = point_of("i", sub(words.x(k, i), div(words.G(k, i), words.L)))
        square = words.over_i(power(words.G(k, i), 2))
        gain = mul(rat(factor), square, power(words.L, -1))
        return Rel(App("f", (down,)), "<=", sub(words.f(k), gain))

    statements = [
        Statement("gain", claim("1/2"), words.steps),
        Statement("planted", claim("51/100"), words.steps),
    ]
    fine, wrong = check_all(statements, _sgd(EQUAL, K=10), confirm=50)
    assert fine.verdict == "holds"
    assert wrong.verdict == "violated"


def test_telescoped_over_windows(words: Any) -> None:
    """sum_k [f(x^k) - f(x^{k+1})] <= f(x^1): a sum to K, a value at time 1, no free index."""
    k = words.k
    total = sum_over("k", words.one, words.K, sub(words.f(k), words.f(k.shift(1))))
    fine = Statement("telescoped", Rel(total, "<=", words.f(words.one)))
    wrong = Statement("planted", Rel(total, "<=", mul(rat("1/2"), words.f(words.one))))
    windowed = check_all([fine, wrong], _sgd())
    run = record(SGD, HALVES, K=40, seeds=[1, 2, 3], parameters={"eta": 0.25})
    whole = check_all([fine, wrong], run)
    assert [r.verdict for r in whole] == ["holds", "violated"]
    assert [r.ratio for r in whole] == pytest.approx([r.ratio for r in windowed], rel=1e-12)
    # What cannot be replayed from a window is said, not guessed.
    assert [r.verdict for r in windowed] == ["holds", "undecided"]
    assert "3 of 3 alarms remain" in windowed[1].evidence


def test_rounding_of_the_state_is_no_violation(words: Any) -> None:
    """x^5 = x^1 - eta (g^1 + ... + g^4) exactly; the float x^5 itself is off by rounding."""
    quiet = quadratic((Fraction(1),))
    at = (Le(Ix(None, 5), words.k), Le(words.k, Ix(None, 5)))
    total = sum_over("t", words.one, words.k.shift(-1), words.g(words.t, words.one))
    claim = Rel(words.x(words.k, words.one), "<=", sub(rat(1), mul(words.eta, total)))
    eta = torch.linspace(0.1, 0.9, 40, dtype=torch.float64)[:, None]
    statement, seeds = Statement("unrolled", claim, at), [1] * 40
    run = record(SGD, quiet, K=6, seeds=seeds, parameters={"eta": eta})
    # The statement reads x^5: from the state there it fails, from the start no ball decides a tie.
    row = check(statement, run, confirm=40).details[0].location.row
    assert row is not None
    assert reexamine(statement, run, row, {"k": 5}, 5).outcome == "confirmed"
    read = check(statement, run, confirm=40)
    assert read.alarms > 3
    assert read.confirmed == 0
    replayed = check(statement, run, confirm=40, lead=4)
    assert (replayed.verdict, replayed.cleared) == ("holds", read.alarms)


def test_an_invariant_that_rounding_breaks_is_not_violated(words: Any, momentum: Recursion) -> None:
    """L1 at beta = theta and a constant gradient: (1 - theta^k)^2 <= 1 - theta^k, to a last bit."""
    k, i = words.k, words.i
    slope = quadratic((Fraction(1),), origin=(Fraction(0.28347476),))
    claim = Rel(power(App("m", (k, i)), 2), "<=", App("v", (k, i)))
    statement = Statement("L1", claim, (*words.steps, *words.coordinates))
    rows = 40
    theta = torch.linspace(0.05, 0.95, rows, dtype=torch.float64)[:, None]
    parameters = {**ADAMW, "theta": theta, "beta": theta, "eta": 1e-300}  # the gradient is constant
    run = record(momentum, slope, K=60, seeds=[1] * rows, parameters=parameters)
    result = check(statement, run, confirm=12)
    assert result.alarms > 12
    for alarm in result.details:
        at = alarm.location
        state = reexamine(statement, run, at.row or 0, at.indices, at.indices["k"])
        assert alarm.reexamination.outcome == "cleared", state
    confirmed = [
        reexamine(statement, run, a.location.row or 0, a.location.indices, a.location.indices["k"])
        for a in result.details
    ]
    assert "confirmed" in {c.outcome for c in confirmed}
    assert result.verdict == "undecided"  # as only the worst were re-examined
    assert check(statement, run, confirm=10_000).verdict == "holds"


def test_a_path_too_long_to_be_replayed_stays_undecided(
    words: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = (*words.steps, Le(Ix(None, 9), words.k))
    planted = Statement("planted", words.descent("1/100"), later)
    assert check(planted, _sgd()).verdict == "violated"
    monkeypatch.setattr("ratecert.numeric_checks.evaluate.origin._LONGEST", 20)
    result = check(planted, _sgd())
    assert (result.verdict, result.confirmed) == ("undecided", 0)
    assert "too many to be replayed" in result.evidence


def test_a_long_lead(words: Any) -> None:
    statement = Statement("descent", words.descent(), words.steps)
    planted = Statement("planted", words.descent("1/100"), (*words.steps, Le(Ix(None, 9), words.k)))
    far = check(planted, _sgd(chunk=4), lead=5)
    assert (far.verdict, far.confirmed) == ("undecided", 0)
    assert "simulate with more times before" in far.evidence
    assert check(planted, _sgd(chunk=4, before=6), lead=5).verdict == "violated"
    with pytest.raises(ValueError, match="lead is a number"):
        Checker(statement, lead=-1)


# --- hypotheses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hypothesis", "checked"),
    [
        (Rel(mul(App("eta", ()), App("L", ())), "<=", rat(1)), 120),
        (Rel(rat(1), "<", mul(App("eta", ()), App("L", ()))), 0),
        (Rel(mul(App("eta", ()), App("L", ())), "<", rat("1/4")), 0),  # an equality
        (Rel(mul(App("eta", ()), App("L", ())), "<=", rat("1/4")), 120),
        (Rel(mul(App("eta", ()), App("L", ())), "=", rat("1/4")), 120),
        (Rel(App("eta", ()), "=", div(rat("250000001/1000000000"), App("L", ()))), 0),
        (Rel(Var("w", "det"), "<=", rat("1/2")), 120),
        (Le(Ix(None, 1), Ix("K")), 120),
        (Le(Ix(None, 41), Ix("K")), 0),
        (Fin(App("L", ()), Fraction(1)), 120),
        (Le(Ix(None, 31), Ix("k")), 30),
        (Rel(App("f", (PointApp("x", (Ix("k"),)),)), "<=", rat(0)), 0),
        (Rel(rat(0), "<=", coord(PointApp("x", (Ix("k"),)), Ix(None, 3))), 120),
    ],
)
def test_hypotheses_restrict_what_is_checked(words: Any, hypothesis: Formula, checked: int) -> None:
    hypotheses = (*words.steps, hypothesis)
    statement = Statement("d", words.descent(), hypotheses, variables={"w": Fraction(1, 2)})
    result = check(statement, _sgd())
    assert result.checked == checked
    assert result.verdict == ("holds" if checked else "undecided")


def test_a_step_size_is_held_to_its_condition_exactly(words: Any) -> None:
    """eta <= 1/L with L = 3/7: the nearest float of 7/3 is above, the one below is not."""
    condition = Rel(words.eta, "<=", power(words.L, -1))
    statement = Statement("d", words.descent(), (*words.steps, condition))
    assert Fraction(float(Fraction(7, 3))) > Fraction(7, 3)
    assert check(statement, _sgd(EQUAL, eta=Fraction(7, 3)), confirm=500).checked == 0
    assert check(statement, _sgd(EQUAL, eta=round_down(Fraction(7, 3))), confirm=500).checked == 120


def test_hypotheses_of_each_row(words: Any) -> None:
    eta = torch.tensor([[0.25], [1.5], [0.5]], dtype=torch.float64)
    condition = Rel(mul(words.eta, words.L), "<=", rat(1))
    decrease = Rel(words.f(words.k.shift(1)), "<=", words.f(words.k))
    quiet = quadratic((Fraction(1), Fraction(2)))  # without noise; L = 2
    statement = Statement("decrease", decrease, (*words.steps, condition))
    result = check(statement, _sgd(quiet, eta=eta))
    assert (result.verdict, result.checked, result.excluded) == ("holds", 80, 40)
    free = check(Statement("decrease", decrease, words.steps), _sgd(quiet, eta=eta))
    assert free.verdict == "violated"
    assert free.location is not None
    assert free.location.row == 1


def test_a_random_hypothesis_is_checked_again_in_the_replay(words: Any) -> None:
    """Alarms outside an exactly false hypothesis are no counterexamples."""
    k, i = words.k, words.i
    step = Rel(words.x(k.shift(1), i), "=", sub(words.x(k, i), mul(words.eta, words.g(k, i))))
    wrong = Rel(rat(1), "<=", rat("1/2"))
    never = Rel(words.f(k), "<", words.f(k))
    ranges = (*words.steps, *words.coordinates)
    statement = Statement("outside", wrong, (*ranges, never))
    assert check(statement, _sgd()).checked == 0
    run = record(SGD, HALVES, K=3, seeds=[1], parameters={"eta": 0.25})
    assert reexamine(statement, run, 0, {"k": 1, "i": 1}, 1).outcome == "outside"
    inside = Statement("inside", wrong, (*ranges, step))
    assert check(inside, _sgd()).verdict == "violated"


def test_two_free_times(words: Any) -> None:
    later = (*words.steps, Le(words.k, words.t), Le(words.t, words.K))
    decrease = Rel(words.f(words.t), "<=", words.f(words.k))
    quiet = quadratic((Fraction(1), Fraction(1, 2)))
    run = record(SGD, quiet, K=10, seeds=[1], parameters={"eta": 0.5})
    result = check(Statement("decrease", decrease, later), run)
    assert (result.verdict, result.checked, result.excluded) == ("holds", 55, 45)
    planted = Rel(words.f(words.t), "<=", mul(rat("1/100"), words.f(words.k)))
    wrong = check(Statement("planted", planted, later), run)
    assert wrong.verdict == "violated"


# --- definitions of a theory ------------------------------------------------------------------


def test_definitions_of_a_kernel_theory(words: Any) -> None:
    k, i = words.k, words.i
    theory = Theory(
        "test",
        symbols=(
            Symbol("f", ("point",)),
            Symbol("fstar", ()),
            Symbol("gap", ()),
            Symbol("grad", ("point", "index")),
            Symbol("x", ("index",), "point", (0, -1)),
            Symbol("G", ("index", "index"), adapted=(0, -1)),
        ),
        index_constants=("K", "d"),
        definitions=(
            Definition(
                "gap", "abbreviation", App("gap", ()), (), sub(words.f(words.one), words.fstar)
            ),
            Definition("G", "abbreviation", App("G", (k, i)), words.steps, words.G(k, i)),
        ),
    )
    square = words.over_i(power(App("G", (words.k, i)), 2))
    claim = Rel(square, "<=", mul(rat(2), words.L, App("gap", ())))
    statement = Statement(
        "start", claim, (Le(words.one, k), Le(k, words.one)), theory_unfolding(theory)
    )
    quiet = quadratic((Fraction(1), Fraction(1, 2)))
    result = check(statement, _sgd(quiet))
    assert (result.verdict, result.checked) == ("holds", 3)


# --- edges ------------------------------------------------------------------------------------


def test_irrational_ties_stay_undecided(words: Any) -> None:
    """sqrt(2) sqrt(3) <= sqrt(6): equal, and no ball will ever say so."""
    left = mul(sqrt(rat(2)), sqrt(rat(3)))
    for relation in (Rel(left, "<=", sqrt(rat(6))), Rel(sqrt(rat(6)), "<=", left)):
        result = check(Statement("tie", relation), _sgd())
        if result.alarms:
            assert result.verdict == "undecided"
            assert "agree to about 481 digits" in result.evidence
        else:
            assert result.verdict == "holds"


def test_overflow_is_an_alarm(words: Any) -> None:
    """Floats overflow at 2^1100, exact numbers do not."""
    huge = power(rat(2), 1100)
    for relation, verdict in (
        (Rel(huge, "<=", mul(rat(2), huge)), "holds"),
        (Rel(mul(rat(2), huge), "<=", huge), "violated"),
    ):
        result = check(Statement("huge", relation), _sgd())
        assert result.alarms == 1
        assert result.verdict == verdict
        assert result.ratio == float("inf")


def test_windows_must_be_complete_and_in_order(words: Any) -> None:
    statement = Statement("descent", words.descent(), words.steps)
    windows = list(_sgd())
    checker = Checker(statement)
    checker.update(windows[0])
    unfinished = checker.result()
    assert (unfinished.verdict, unfinished.checked) == ("undecided", 48)
    assert "the run was not finished: iteration 17" in unfinished.evidence
    with pytest.raises(ValueError, match="a window from 33 on, where 17 was expected"):
        checker.update(windows[2])
    with pytest.raises(ValueError, match="at least one alarm"):
        Checker(statement, confirm=0)


def test_several_runs_one_after_another(words: Any) -> None:
    checker = Checker(Statement("descent", words.descent(), words.steps))
    for seeds in ([1, 2], [3]):
        for window in _sgd(seeds=seeds):
            checker.update(window)
    together = check(Statement("descent", words.descent(), words.steps), _sgd())
    result = checker.result()
    assert (result.checked, result.ratio) == (together.checked, together.ratio)


def test_sums_start_afresh_with_every_run(words: Any) -> None:
    total = sum_over("k", words.one, words.K, rat(1))
    claim = Rel(total, "<=", mul(rat(2), IxVal(words.K)))
    checker = Checker(Statement("count", claim))
    for _ in range(2):
        for window in _sgd():
            checker.update(window)
    result = checker.result()
    assert (result.checked, result.ratio) == (2, 0.5)


def test_definitions_without_end_are_noticed(words: Any) -> None:
    recursion = unfolding({App("T", (words.k,)): mul(rat("1/2"), App("T", (words.k.shift(-1),)))})
    statement = Statement("T", Rel(App("T", (words.k,)), "<=", rat(1)), words.steps, recursion)
    with pytest.raises(EvaluationError, match="the definition of T does not end"):
        check(statement, _sgd())


class TestRecursionOverCoordinates:
    """xmax[i] = max(xmax[i-1], |x[1,i]|), xmax[0] = 0: ||x^1||_inf is xmax[d]."""

    def _unfold(self, words: Any) -> Any:
        i, none = words.i, Ix(None, 0)
        before, at = App("xmax", (i.shift(-1),)), Abs(words.x(words.one, i))
        return unfolding(
            [
                (App("xmax", (none,)), rat(0), ()),
                (App("xmax", (i,)), maximum(before, at), words.coordinates),
            ]
        )

    def test_it_is_linear_in_the_dimension(self, words: Any) -> None:
        d = 700
        origin = tuple(Fraction((-1) ** n * n, 7) for n in range(1, d + 1))
        bowl = quadratic((Fraction(1),) * d, origin=origin)
        top = App("xmax", (words.d,))
        value = Fraction(float(Fraction(d, 7)))
        ranges = (*words.steps, *words.coordinates)
        claim = Rel(Abs(words.x(words.k, words.i)), "<=", top)
        equal = Rel(top, "=", rat(value))
        unfold = self._unfold(words)
        statements = [
            Statement("bounded", claim, (*ranges, equal), unfold),
            Statement("planted", Rel(claim.left, "<=", mul(rat("99/100"), top)), ranges, unfold),
            Statement("excluded", claim, (*ranges, Rel(top, "<", rat(value))), unfold),
        ]
        windows = simulate(SGD, bowl, K=6, seeds=[1, 2], parameters={"eta": 0.1}, chunk=2, before=0)
        fine, wrong, excluded = check_all(statements, windows)
        assert (fine.verdict, fine.checked, fine.ratio) == ("holds", 6 * d * 2, 1.0)
        assert (wrong.verdict, wrong.confirmed) == ("violated", 8)
        assert wrong.location is not None
        assert wrong.location.indices == {"k": 1, "i": d}
        assert excluded.checked == 0

    def test_the_start_is_known_in_every_window(self, words: Any) -> None:
        """A violation late in a run, whose replay starts late as well."""
        climbing = Statement(
            "decrease",
            Rel(Abs(words.x(words.k, words.i)), "<=", App("xmax", (words.d,))),
            (Le(Ix(None, 9), words.k), Le(words.k, words.K), *words.coordinates),
            self._unfold(words),
        )
        steep = quadratic((Fraction(1), Fraction(2)))
        windows = simulate(SGD, steep, K=12, seeds=[1], parameters={"eta": 1.5}, chunk=4)
        result = check(climbing, windows)
        assert (result.verdict, result.confirmed) == ("violated", 4)
        assert result.details[0].reexamination.method == FROM_START

    def test_each_row_has_its_own_start(self, words: Any) -> None:
        starts = torch.tensor([[1.0, -3.0, 0.5], [2.0, 0.0, 0.0]], dtype=torch.float64)
        top = Rel(App("xmax", (words.d,)), "<=", rat("5/2"))
        statement = Statement("d", words.descent(), (*words.steps, top), self._unfold(words))
        windows = simulate(SGD, HALVES, K=4, seeds=[1, 2], parameters={"eta": 0.25}, x1=starts)
        result = check(statement, windows)
        assert (result.checked, result.excluded) == (4, 4)


def test_long_windows_are_cut(words: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    statement = Statement("descent", words.descent(), words.steps)
    whole = check(statement, _sgd())
    monkeypatch.setattr("ratecert.numeric_checks.evaluate.checker._PIECE", 30)
    cut = check(statement, _sgd())
    assert cut == whole


def test_a_run_without_its_recursion_cannot_be_replayed(words: Any) -> None:
    import dataclasses

    run = record(SGD, HALVES, K=5, seeds=[1], parameters={"eta": 0.25})
    bare = dataclasses.replace(run, recursion=None, instance=None)
    result = check(Statement("planted", words.descent("1/100"), words.steps), bare)
    assert result.verdict == "undecided"
    assert "cannot be replayed" in result.evidence


@pytest.mark.parametrize(
    ("conclusion", "hypotheses", "reason"),
    [
        (Le(Ix("k"), Ix("K")), (), "not a relation"),
        (Rel(IxVal(Ix(0)), "<=", rat(1)), (), "loose bound index"),
        (
            Rel(rat(0), "<=", rat(1)),
            (All((Var("w", "det"),), (), Rel(Var("w", "det"), "<=", rat(1))),),
            "cannot be sampled",
        ),
    ],
)
def test_what_is_no_statement(
    conclusion: Any, hypotheses: tuple[Formula, ...], reason: str
) -> None:
    with pytest.raises(EvaluationError, match=reason):
        Statement("wrong", conclusion, hypotheses)


def test_variables_take_their_values(words: Any) -> None:
    w = Var("w", "det")
    claim = Rel(mul(rat(2), w), "<=", add(power(w, 2), rat(1)))  # equality at w = 1
    values: list[tuple[Fraction | Term | float, float]] = [
        (Fraction(1), 1.0),
        (0.5, 0.8),
        (sqrt(rat(2)), 2 * 2**0.5 / 3),
    ]
    for value, ratio in values:
        result = check(Statement("square", claim, variables={"w": value}), _sgd())
        assert result.verdict == "holds"
        assert result.ratio == pytest.approx(ratio, rel=1e-15)
