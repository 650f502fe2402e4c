"""Recorded runs: they follow the recursion, whatever the windows, and carry exact constants."""

from __future__ import annotations

import io
from fractions import Fraction

import pytest
import torch

from ratecert.numeric_checks.exact import closed_value, power, working_precision
from ratecert.numeric_checks.instances import digits, quadratic, round_down
from ratecert.numeric_checks.simulate import (
    Run,
    Series,
    constant,
    record,
    simulate,
    stderr_progress,
)
from ratecert.optimizers.batched import NonFiniteError, ParameterError, ShapeError, batched
from ratecert.optimizers.recursions import SGD, Recursion
from ratecert.proofs.kernel.terms import App, rat, sqrt

QUADRATIC = quadratic(
    (Fraction(1), Fraction(1, 2), Fraction(0)), (Fraction(1, 4), Fraction(0), Fraction(1))
)
ADAMW = {"theta": 0.9, "beta": 0.99, "eta": 0.01, "eps": 1e-4, "lam": 0.1}


def _windows(**changes: object) -> list[Run]:
    arguments = {"K": 23, "seeds": [1, 2, 3], "parameters": {"eta": 0.125}, **changes}
    return list(simulate(SGD, QUADRATIC, **arguments))  # type: ignore[arg-type]


def test_a_run_is_the_recursion_on_the_instance() -> None:
    run = record(SGD, QUADRATIC, K=23, seeds=[1, 2, 3], parameters={"eta": 0.125})
    x, g = run.points["x"], run.processes["g"]
    assert (x.first, x.last, g.first, g.last) == (1, 24, 1, 23)
    assert x.data.shape == (24, 3, 3)
    for k in range(1, 24):
        assert torch.equal(x.at(k + 1), x.at(k) - 0.125 * g.at(k))
        assert torch.equal(g.at(k), QUADRATIC.stochastic_gradient(x.at(k), k, [1, 2, 3]))
    flat = x.data.flatten(0, 1)
    assert torch.equal(run.at_points["f", "x"].data.flatten(), QUADRATIC.value(flat))
    assert torch.equal(run.at_points["grad", "x"].data.flatten(0, 1), QUADRATIC.gradient(flat))
    assert (run.whole, run.K, run.d, run.rows, run.replicates) == (True, 23, 3, 3, True)


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("chunk", [1, 5, 23, 100])
def test_windows_are_pieces_of_the_whole(chunk: int, before: int) -> None:
    whole = record(SGD, QUADRATIC, K=23, seeds=[1, 2, 3], parameters={"eta": 0.125})
    expected = 1
    for run in _windows(chunk=chunk, before=before):
        assert run.first == expected
        expected = run.last + 1
        x, g = run.points["x"], run.processes["g"]
        assert (x.first, x.last) == (max(1, run.first - before), run.last + 1)
        assert (g.first, g.last) == (max(1, run.first - before), run.last)
        for k in range(x.first, x.last + 1):
            assert torch.equal(x.at(k), whole.points["x"].at(k))
            for key, series in run.at_points.items():
                assert torch.equal(series.at(k), whole.at_points[key].at(k))
        for k in range(g.first, g.last + 1):
            assert torch.equal(g.at(k), whole.processes["g"].at(k))
    assert expected == 24


def test_windows_of_real_data_agree() -> None:
    """The iterates to the bit; f and its gradient, taken in batches, to rounding."""
    instance, eta = digits(batch=16), 0.1
    runs = [
        list(simulate(SGD, instance, K=9, seeds=[5, 6], parameters={"eta": eta}, chunk=chunk))
        for chunk in (9, 4)
    ]
    (whole,), parts = runs
    for run in parts:
        for k in range(run.first, run.last + 2):
            assert torch.equal(run.points["x"].at(k), whole.points["x"].at(k))
            for key, series in run.at_points.items():
                peer = whole.at_points[key].at(k)
                assert torch.allclose(series.at(k), peer, rtol=1e-12, atol=1e-15)


def test_rows_may_be_regrouped() -> None:
    together = record(SGD, digits(16), K=5, seeds=[1, 2, 3], parameters={"eta": 0.1})
    for b, seed in enumerate([1, 2, 3]):
        alone = record(SGD, digits(16), K=5, seeds=[seed], parameters={"eta": 0.1})
        peer = together.points["x"].data[:, b : b + 1]
        assert torch.allclose(alone.points["x"].data, peer, rtol=1e-11, atol=1e-14)


def test_slots_and_abbreviations_are_recorded(momentum: Recursion) -> None:
    arguments = {"K": 11, "seeds": [1, 2], "parameters": ADAMW, "chunk": 4}
    rule = batched(momentum)
    state = rule.init(QUADRATIC.start(2), **ADAMW)
    runs = list(simulate(momentum, QUADRATIC, **arguments))  # type: ignore[arg-type]
    assert [(r.processes["v"].first, r.processes["D"].first) for r in runs] == [
        (0, 1),
        (4, 5),
        (8, 9),
    ]
    assert bool((runs[0].processes["m"].at(0) == 0).all())
    for run in runs:
        for k in range(run.first, run.last + 1):
            step = rule.step(state, run.processes["g"].at(k))
            for name in ("m", "v", "D"):
                assert torch.equal(step.values[name], run.processes[name].at(k))
            state = step.state
            assert torch.equal(state.x, run.points["x"].at(k + 1))


def test_constants_are_exact() -> None:
    run = record(SGD, QUADRATIC, K=2, seeds=[1], parameters={"eta": Fraction(1, 3)})
    names = {"L", "fstar", "Delta", "sigma", "sigma_s", "eta"}
    assert set(run.constants) == names
    # The hyperparameter is the float the run used, not the rational that was asked for.
    assert run.constants["eta"].exact_at(0, 0) == closed_value(Fraction(1 / 3))
    assert [run.constants["sigma"].exact_at(0, i) for i in range(3)] == [
        closed_value(Fraction(1, 4)),
        0,
        1,
    ]
    with working_precision(200):
        exact = run.constants["sigma_s"].exact_at(0, 0)
        assert (exact - power(closed_value(Fraction(17, 16)), Fraction(1, 2))).contains(0)
    assert float(run.constants["sigma_s"].floats) == pytest.approx((17 / 16) ** 0.5, rel=1e-15)


def test_a_hyperparameter_per_row_makes_no_replicates() -> None:
    eta = torch.tensor([[0.1], [0.2]], dtype=torch.float64)
    run = record(SGD, QUADRATIC, K=3, seeds=[1, 1], parameters={"eta": eta})
    assert not run.replicates
    assert run.constants["eta"].exact_at(1, 2) == closed_value(Fraction(0.2))
    same = record(SGD, QUADRATIC, K=3, seeds=[1, 1], parameters={"eta": 0.1})
    assert not same.replicates  # one stream twice is no second sample
    other = record(SGD, QUADRATIC, K=3, seeds=[1, 1], instances=[0, 1], parameters={"eta": 0.1})
    assert other.replicates
    assert not torch.equal(other.points["x"].data[:, 0], other.points["x"].data[:, 1])


def test_another_start_takes_delta_away() -> None:
    x1 = torch.tensor([2.0, 0.0, 1.0])
    run = record(SGD, QUADRATIC, K=3, seeds=[1, 2], parameters={"eta": 0.1}, x1=x1)
    assert "Delta" not in run.constants
    assert torch.equal(run.points["x"].at(1), x1.double().expand(2, -1))
    given = record(
        SGD,
        QUADRATIC,
        K=3,
        seeds=[1, 2],
        parameters={"eta": 0.1},
        x1=torch.stack((x1, 2 * x1)),
        constants={"Delta": 9, "rho": Fraction(1, 2)},
    )
    assert float(given.constants["Delta"].floats) == 9
    assert float(given.constants["rho"].floats) == 0.5
    assert not given.replicates


def test_float32_steps_are_recorded_in_float64() -> None:
    arguments = {"K": 4, "seeds": [1], "parameters": {"eta": 0.1}, "dtype": torch.float32}
    run = record(SGD, QUADRATIC, **arguments)  # type: ignore[arg-type]
    x = run.points["x"].data
    assert x.dtype == torch.float64
    assert torch.equal(x, x.float().double())
    assert float(run.constants["eta"].floats) == float(torch.tensor(0.1, dtype=torch.float32))
    assert torch.equal(run.at_points["f", "x"].data[:, 0], QUADRATIC.value(x[:, 0]))


def test_an_excerpt_is_a_small_copy() -> None:
    run = record(SGD, QUADRATIC, K=9, seeds=[1, 2, 3], parameters={"eta": 0.1})
    cut = run.excerpt(4, 5, 2)
    assert cut.seeds == (3,)
    assert (cut.points["x"].first, cut.points["x"].last) == (4, 5)
    assert torch.equal(cut.points["x"].at(5), run.points["x"].at(5)[2:])
    assert cut.points["x"].data.untyped_storage().nbytes() == 2 * 3 * 8
    with pytest.raises(IndexError, match=r"time 6 is not in 4\.\.5"):
        cut.points["x"].at(6)


def test_owned_times() -> None:
    owned = [run.owned(0, 24) for run in _windows(chunk=10)]
    assert owned == [(0, 10), (11, 20), (21, 24)]


def test_divergence_names_the_iteration() -> None:
    with pytest.raises(NonFiniteError, match=r"sgd, iteration \d+: (x|g) is not finite"):
        _windows(K=2000, parameters={"eta": 1e6})


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"K": 0}, ValueError, "K is an integer >= 1"),
        ({"K": 2.0}, ValueError, "K is an integer >= 1"),
        ({"chunk": 0}, ValueError, "chunk is an integer >= 1"),
        ({"before": -1}, ValueError, "before is an integer >= 0"),
        ({"seeds": []}, ValueError, "0 seeds"),
        ({"seeds": [1, -1]}, ValueError, "a seed is an integer"),
        ({"instances": [1]}, ValueError, "3 seeds for 1 instances"),
        ({"parameters": {"etta": 0.1}}, ParameterError, "did you mean eta"),
        ({"parameters": {}}, ParameterError, "missing parameters: eta"),
        ({"parameters": {"eta": float("nan")}}, NonFiniteError, "parameter eta"),
        ({"x1": torch.zeros(2)}, ShapeError, r"not \[3\] or \[3, 3\]"),
        ({"x1": torch.full((3,), torch.inf)}, NonFiniteError, "x1 is not finite"),
        ({"constants": {"eta": 1}}, ParameterError, "both a constant and a hyperparameter"),
        ({"constants": {"sigma": -1}}, ValueError, "sigma must not be negative"),
        ({"constants": {"sigma": (1, 2)}}, ShapeError, "constant sigma has shape"),
        ({"constants": {"L": float("inf")}}, NonFiniteError, "L is not finite"),
    ],
)
def test_refusals(changes: dict[str, object], error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        simulate(
            SGD,
            QUADRATIC,
            **{"K": 5, "seeds": [1, 2, 3], "parameters": {"eta": 0.1}, **changes},  # type: ignore[arg-type]
        )


class TestConstant:
    def test_kinds(self) -> None:
        assert constant(Fraction(1, 3)).exact_at(0, 5) == closed_value(Fraction(1, 3))
        assert constant(0.1).exact_at(3, 0) == closed_value(Fraction(0.1))
        root = constant([sqrt(rat(2)), 4])
        assert root.floats.tolist() == [[2**0.5, 4.0]]
        table = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        assert constant(table).exact_at(1, 0) == 3
        assert constant(table).row(1).floats.tolist() == [[3.0, 4.0]]

    @pytest.mark.parametrize(
        ("value", "error", "reason"),
        [
            (torch.zeros(3), ShapeError, "must be floats"),
            (torch.zeros(1, 0), ShapeError, "must be floats"),
            (torch.tensor([[1]]), ShapeError, "must be floats"),
            ([], ShapeError, "empty"),
            ([0.5], ShapeError, "not an exact rational"),
            (True, ShapeError, "not an exact rational"),
            (10**400, NonFiniteError, "range of floats"),
            (App("L", ()), ValueError, "neither recorded nor defined"),
        ],
    )
    def test_refusals(self, value: object, error: type[Exception], reason: str) -> None:
        with pytest.raises(error, match=reason):
            constant(value)  # type: ignore[arg-type]


def test_progress_goes_where_it_is_told() -> None:
    seen: list[tuple[int, int]] = []
    _windows(chunk=10, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(10, 23), (20, 23), (23, 23)]
    stream = io.StringIO()
    report = stderr_progress("simulating", patience=0, stream=stream)
    for done in range(1, 101):
        report(done, 100)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[-1] == "simulating: 100/100"
    quick = io.StringIO()
    stderr_progress("simulating", stream=quick)(100, 100)
    assert quick.getvalue() == ""  # what takes no time needs no report


def test_series_narrow_outside() -> None:
    series = Series(torch.zeros(3, 1), 5)
    assert len(series.narrow(0, 4, 0).data) == 0
    assert (series.narrow(0, 6, 0).first, series.narrow(0, 6, 0).last) == (5, 6)


@pytest.mark.gpu
def test_a_gpu_makes_the_same_run() -> None:
    """The noise to the bit, the iterates to rounding."""
    eta = round_down(1 / digits(16).L)
    runs = [
        record(SGD, digits(16), K=20, seeds=[1, 2], parameters={"eta": eta}, device=device)
        for device in ("cpu", "cuda")
    ]
    for name in ("points", "processes", "at_points"):
        here, there = (getattr(run, name) for run in runs)
        for key in here:
            peer = there[key].data.cpu()
            assert torch.allclose(here[key].data, peer, rtol=1e-9, atol=1e-12)


def test_a_notebook_shows_what_was_run() -> None:
    *_, last = list(simulate(SGD, QUADRATIC, K=9, seeds=[5, 6], parameters={"eta": 0.1}, chunk=4))
    shown = last._repr_mimebundle_()
    assert f"iterations: 9 (iterations {last.first} to 9)" in shown["text/plain"]
    assert (
        "<th style='text-align:left'>seeds</th><td style='text-align:left'>5, 6</td>"
        in (shown["text/html"])
    )
