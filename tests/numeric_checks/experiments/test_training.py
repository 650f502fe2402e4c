"""What is recorded is what the networks' gradients are."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from ratecert.numeric_checks.experiments import training
from ratecert.numeric_checks.experiments.data import DATA
from ratecert.numeric_checks.experiments.models import MODELS, ModelError, kinds, model, selected
from ratecert.numeric_checks.experiments.plan import (
    FULL_AT,
    OPTIMIZERS,
    PRESETS,
    PlanError,
    Run,
    preset,
    runs,
)
from ratecert.numeric_checks.experiments.records import KINDS
from ratecert.numeric_checks.experiments.task import KIND, record_of, run_of, task_of
from ratecert.numeric_checks.experiments.training import seed_of, train

SMALL = Run(model("cnn-digits-4"), "0.01", 0, steps=10, every=3, batch=8, sample=64)


def test_the_first_gradients_are_those_of_autograd() -> None:
    run = replace(SMALL, steps=1, sample=0, dtype="float64")
    data = DATA["digits"]()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of("weights", "cnn-digits-4", 0))
        network = run.model.build(data).double()
    parameters = list(network.parameters())

    def ratio(chosen) -> tuple[float, float, float]:
        loss = functional.cross_entropy(network(data.inputs[chosen].double()), data.targets[chosen])
        g = torch.cat([x.flatten() for x in torch.autograd.grad(loss, parameters)])
        shown = float(g.abs().sum() / (math.sqrt(len(g)) * g.norm()))
        return shown, float((g == 0).double().mean()), float(loss.detach())

    draws = torch.Generator().manual_seed(seed_of("minibatches", "cnn-digits-4", 0))
    record = train(run)
    batch = torch.randint(data.size, (run.batch,), generator=draws)
    for series, chosen in ((record.stochastic, batch), (record.full, torch.arange(data.size))):
        found = series.ratio[0], series.zeros[0], series.loss[0]
        assert found == pytest.approx(ratio(chosen), rel=2e-6)
    assert record.sample == record.size == 1797
    assert record.full.signal == ()


def test_a_run_is_a_function_of_its_data() -> None:
    torch.manual_seed(1)
    first = train(SMALL)
    torch.manual_seed(2)
    torch.rand(3)
    state = torch.get_rng_state()
    assert train(SMALL) == first
    assert torch.equal(torch.get_rng_state(), state)
    assert train(replace(SMALL, seed=1)).stochastic != first.stochastic
    faster = train(replace(SMALL, rate="0.02"))
    assert faster.stochastic.ratio[0] == first.stochastic.ratio[0]  # same weights and data
    assert faster.stochastic.ratio[-1] != first.stochastic.ratio[-1]


def test_what_is_recorded_when() -> None:
    record = train(SMALL)
    assert record.stochastic.steps == (0, 3, 6, 9)
    assert record.full.steps == tuple(sorted({round(10 * at) for at in FULL_AT}))
    assert len(record.full.signal) == len(record.full.steps)
    assert all(s is not None and s <= 1 for s in record.full.signal)
    assert record.d == 1034
    assert [t[1] for t in record.tensors] == ["convolution", "bias"] * 2 + ["linear", "bias"] * 2


def test_a_whole_sample_is_grad_f() -> None:
    exact = train(replace(SMALL, sample=0)).full
    assert train(replace(SMALL, sample=10**6)).full == exact


def test_both_optimizers_train() -> None:
    run = replace(SMALL, model=model("cnn-digits-16"), batch=32, steps=80)
    found = [train(replace(run, optimizer=name)) for name in OPTIMIZERS.values()]
    assert [r.optimizer for r in found] == list(OPTIMIZERS.values())
    assert found[0].stochastic.ratio[0] == found[1].stochastic.ratio[0]  # the same start
    assert found[0].stochastic != found[1].stochastic
    for record in found:
        assert record.full.loss[-1] < 0.6 * record.full.loss[0]


@pytest.mark.parametrize("when", [0, 4])
def test_numbers_that_are_not_finite_end_a_run(when: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, loss = [], training._loss

    def broken(network, data, drawn, run):
        if len(drawn) == run.batch:
            calls.append(1)
        bad = math.nan if len(calls) > when else 1.0
        return loss(network, data, drawn, run) * bad

    monkeypatch.setattr(training, "_loss", broken)
    record = train(SMALL)
    assert record.stopped == when
    assert all(k < when for k in record.stochastic.steps)
    assert record.full.steps == tuple(k for k in (0, 1, 2) if k <= when)


def test_a_gradient_that_is_zero_has_no_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    loss = training._loss
    monkeypatch.setattr(training, "_loss", lambda *args: 0 * loss(*args))
    record = train(replace(SMALL, steps=2))
    assert set(record.stochastic.ratio) == {None}
    assert set(record.full.zeros) == {1.0}
    assert set(record.full.signal) == {None}


def test_the_text_is_cut_into_blocks() -> None:
    data = DATA["text"]()
    assert data.inputs.shape == data.targets.shape
    assert torch.equal(data.inputs[:, 1:], data.targets[:, :-1])
    assert int(data.targets.max()) == data.classes - 1


def test_letters_do_not_see_what_comes() -> None:
    data = DATA["text"]()
    network = model("gpt-text-16").build(data)
    letters = data.inputs[:1].clone()
    before = network(letters)
    letters[0, -1] = (letters[0, -1] + 1) % data.classes
    after = network(letters)
    assert torch.equal(before[..., :-1], after[..., :-1])
    assert not torch.equal(before[..., -1], after[..., -1])


def test_every_tensor_of_every_architecture_has_a_kind() -> None:
    for name in ("cnn-digits-4", "gpt-text-16"):
        of = model(name)
        network = of.build(DATA[of.data]())
        named = dict(kinds(network))
        assert list(named) == [n for n, _ in network.named_parameters()]
        assert set(named.values()) <= set(KINDS)


def test_sizes_within_a_family_span_two_decades() -> None:
    for family in {m.family for m in MODELS.values()}:
        widths = [m.width for m in MODELS.values() if m.family == family]
        assert widths == sorted(widths)
        assert len(widths) >= 4


def test_a_task_tells_its_run_and_gives_its_record() -> None:
    task = task_of(SMALL)
    assert run_of(task) == SMALL
    result = KIND.run(task)
    (finding,) = result.findings
    record = record_of(result)
    ratios = [*record.stochastic.ratio, *record.full.ratio]
    assert (finding.claim, finding.verdict) == ("norms.N1.upper", "holds")
    assert (finding.ratio, finding.checked) == (max(ratios), len(ratios))
    assert record == train(SMALL)


def test_plans() -> None:
    smoke = runs(PRESETS["smoke"])
    assert len(smoke) == len(set(smoke)) == 6
    assert len(runs(PRESETS["default"], models=["cnn-*"], rates=["1e-3", "0.001"], seeds=2)) == 20
    assert {r.sample for r in runs(preset("default"), models=["cnn-digits"])} == {0}
    for wrong in ({"seeds": 0}, {"steps": 0}, {"dtype": "float16"}, {"optimizer": "sgd"},
                  {"rates": ["fast"]}, {"rates": ["nan"]}, {"rates": ["-1"]}):  # fmt: skip
        with pytest.raises(PlanError):
            runs(PRESETS["smoke"], **wrong)
    with pytest.raises(PlanError, match="did you mean default"):
        preset("defautl")
    with pytest.raises(ModelError, match="did you mean cnn-mnist"):
        selected(["cnn-mnis"])
