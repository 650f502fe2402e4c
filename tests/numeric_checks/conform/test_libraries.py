"""torch.optim beside the recursions: what agrees, what differs and why, and under which presets."""

from __future__ import annotations

import pytest
import torch

from ratecert.numeric_checks.conform import ConformError

ADAMW = "torch.optim.AdamW"
DECOUPLED = {"decoupled_weight_decay": True}

# class, recursion, constants; the differences; the presets that make it agree
CASES = {
    "AdamW": (
        ADAMW, "adamw", {}, ["bias-correction", "eps-outside-root"], ["warm", "tiny-eps"],
    ),
    "Adam": (
        "torch.optim.Adam", "adam", {}, ["bias-correction", "eps-outside-root"],
        ["warm", "tiny-eps"],
    ),
    "Adam for AdamW": (
        "torch.optim.Adam", "adamw", {},
        ["bias-correction", "eps-outside-root", "decay-coupled"],
        ["warm", "tiny-eps", "no-decay"],
    ),
    "AMSGrad": (
        ADAMW, "adamw", {"amsgrad": True}, ["bias-correction", "amsgrad", "eps-outside-root"], None,
    ),
    "AdamW for NAdamW": (
        ADAMW, "nadamw", {}, ["no-nesterov", "bias-correction", "eps-outside-root"], None,
    ),
    "NAdam": (
        "torch.optim.NAdam", "nadamw", DECOUPLED, ["momentum-schedule", "eps-outside-root"],
        ["warm", "tiny-eps"],
    ),
    "NAdam, coupled": (
        "torch.optim.NAdam", "nadamw", {},
        ["momentum-schedule", "eps-outside-root", "decay-coupled"],
        ["warm", "tiny-eps", "no-decay"],
    ),
    "NAdam without schedule": (
        "torch.optim.NAdam", "nadamw", DECOUPLED | {"momentum_decay": 1e9},
        ["bias-correction-of-nadam", "eps-outside-root"], ["warm", "tiny-eps"],
    ),
    "momentum": ("torch.optim.SGD", "sgd", {"momentum": 0.7}, ["heavy-ball"], None),
    "Nesterov": (
        "torch.optim.SGD", "sgd", {"momentum": 0.7, "nesterov": True}, ["nesterov-heavy-ball"],
        None,
    ),
    "dampening": (
        "torch.optim.SGD", "sgd", {"momentum": 0.7, "dampening": 0.7},
        ["momentum", "momentum-starts-at-gradient"], None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_differs_and_what_makes_it_agree(compared, name):
    cls, recursion, constants, differences, presets = CASES[name]
    report = compared(cls, recursion, constants=constants, steps=40)
    assert report.verdict == "diverges"
    # Without momentum_decay Dozat's schedule is constant, so that both name it.
    explanation, *others = report.search.explanations
    same = [["momentum-schedule", "eps-outside-root"]] if "momentum_decay" in constants else []
    assert [[d.id for d in e.differences] for e in others] == same
    assert [d.id for d in explanation.differences] == differences
    assert explanation.difference <= 1e-13
    under = [[p.id for p in chosen] for chosen, _ in report.agrees_under]
    assert under == ([] if presets is None else [presets])
    if recursion != "sgd":
        assert report.divergence.step == 1


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[4]])
def test_under_those_presets_it_agrees(compared, name):
    cls, recursion, constants, _, presets = CASES[name]
    report = compared(cls, recursion, constants=constants, presets=tuple(presets))
    assert report.verdict == "agrees"
    assert all(o.difference <= 1e-13 for o in report.outcomes)


def test_the_value_of_a_momentum_is_the_class_s_own(compared):
    report = compared("torch.optim.SGD", "sgd", constants={"momentum": 0.7}, steps=10)
    assert report.search.explanations[0].added == {"theta": 0.7}
    assert report.divergence.step == 2  # the first step is the same


def test_sgd_agrees(compared):
    report = compared("torch.optim.SGD", "sgd")
    assert report.verdict == "agrees"
    assert max(o.difference for o in report.outcomes) <= 1e-15
    assert report.call == {"lr": 1 / 64, "weight_decay": 0}


@pytest.mark.parametrize("presets", [("warm",), ("tiny-eps",)])
def test_half_a_preset_is_not_enough(compared, presets):
    report = compared(ADAMW, presets=presets, steps=20)
    assert report.verdict == "diverges"
    left = "eps-outside-root" if presets == ("warm",) else "bias-correction"
    assert left in {d.id for e in report.search.explanations for d in e.differences}
    assert len(report.search.explanations[0].differences) == 1


def test_a_preset_that_does_not_apply(compared):
    with pytest.raises(ConformError, match="no step counter to set"):
        compared("torch.optim.SGD", "sgd", presets=("warm",))


def test_nothing_is_left_changed(compared):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    compared("torch.optim.SGD", "sgd", steps=3)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.get_default_dtype() == torch.float32
