"""Hand-written optimizers: the right one agrees, each wrong one is explained by what is wrong."""

from __future__ import annotations

import pytest
import torch

from ratecert.numeric_checks.conform import PROBLEMS

ROOT = "root = (v + eps).sqrt()"
STEP = "p.sub_(lr * m / root)"
DECAY = "p.mul_(1 - lr * decay)"
GRADIENT = "g = p.grad"
FIRST = "m.mul_(beta1).add_(g, alpha=1 - beta1)"
SECOND = "v.mul_(beta2).addcmul_(g, g, value=1 - beta2)"
M_START = 'state["m"] = torch.zeros_like(p)'
V_START = 'state["v"] = torch.zeros_like(p)'


def explained(report) -> list[list[str]]:
    assert report.search is not None
    return [[d.id for d in e.differences] for e in report.search.explanations]


def test_the_right_one_agrees(mine, compared):
    report = compared(mine())
    assert (report.verdict, report.divergence, report.search) == ("agrees", None, None)
    assert [o.trajectory.problem.id for o in report.outcomes] == list(PROBLEMS)
    assert all(o.difference <= 1e-14 for o in report.outcomes)
    assert report.steps_compared == 300


PLANTED = {
    "eps outside the root": ([ROOT, "root = v.sqrt() + eps"], ["eps-outside-root"]),
    "eps squared": ([ROOT, "root = (v + eps**2).sqrt()"], ["eps-squared"]),
    "bias correction": (
        [ROOT, "root = (v / (1 - beta2**t) + eps).sqrt()", STEP,
         "p.sub_(lr * m / (1 - beta1**t) / root)"],
        ["bias-correction"],
    ),
    "bias correction of the momentum only": (
        [STEP, "p.sub_(lr * m / (1 - beta1**t) / root)"], ["bias-correction-of-momentum"],
    ),
    "bias correction of the second moment only": (
        [ROOT, "root = (v / (1 - beta2**t) + eps).sqrt()"], ["bias-correction-of-second-moment"],
    ),
    "coupled decay": (
        [GRADIENT, "g = p.grad + decay * p", DECAY, "pass"], ["decay-coupled"],
    ),
    "swapped betas": (
        ['beta1, beta2 = group["betas"]', 'beta2, beta1 = group["betas"]'], ["betas-swapped"],
    ),
    "decay after the step": ([DECAY, "pass", STEP, f"{STEP}; {DECAY}"], ["decay-after-step"]),
    "decay without the step size": ([DECAY, "p.mul_(1 - decay)"], ["decay-not-scaled"]),
    "no decay": ([DECAY, "pass"], ["decay-missing"]),
    "m starts at 1": (
        [M_START, 'state["m"] = torch.ones_like(p)'], ["momentum-starts-at-one"],
    ),
    "m starts at the gradient": (
        [M_START, 'state["m"] = g.clone()'], ["momentum-starts-at-gradient"],
    ),
    "v starts at the squared gradient": (
        [V_START, 'state["v"] = g * g'], ["second-moment-starts-at-gradient"],
    ),
    "stale second moment": (
        [ROOT, "root = (before + eps).sqrt()"], ["second-moment-stale"],
    ),
    "momentum not averaged": ([FIRST, "m.mul_(beta1).add_(g)"], ["momentum-not-averaged"]),
    "nesterov": (
        [STEP, "p.sub_(lr * (beta1 * m + (1 - beta1) * g) / root)"], ["nesterov"],
    ),
    "AdaBelief": (
        [SECOND, "v.mul_(beta2).addcmul_(g - m, g - m, value=1 - beta2)"],
        ["second-moment-centred"],
    ),
    "ascent": ([GRADIENT, "g = -p.grad"], ["ascent"]),
    "two at once": (
        [ROOT, "root = v.sqrt() + eps", DECAY, "pass", STEP, f"{STEP}; {DECAY}"],
        ["eps-outside-root", "decay-after-step"],
    ),
    "three at once": (
        [ROOT, "root = before.sqrt() + eps", GRADIENT, "g = p.grad + decay * p", DECAY, "pass"],
        ["second-moment-stale", "eps-outside-root", "decay-coupled"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_wrong_is_what_is_reported(mine, compared, name):
    changes, expected = PLANTED[name]
    report = compared(mine(*changes), steps=40)
    assert report.verdict == "diverges"
    assert explained(report) == [expected]
    assert report.search.explanations[0].difference <= 1e-13


def test_amsgrad(mine, compared):
    report = compared(
        mine(
            V_START, V_START + '; state["w"] = torch.zeros_like(p)',
            ROOT, 'torch.maximum(state["w"], v, out=state["w"]); root = (state["w"] + eps).sqrt()',
        )
    )  # fmt: skip
    assert explained(report) == [["amsgrad"]]
    assert report.divergence.step > 1  # nothing has fallen before


def test_what_is_not_known_is_not_explained(mine, compared):
    report = compared(mine(STEP, "p.sub_(lr * m.sign())"), steps=20)
    assert (report.verdict, explained(report)) == ("diverges", [])
    assert report.search.tried > 1000
    assert report.agrees_under == ()


def test_a_bug_in_one_tensor_only_is_placed_there(mine, compared):
    report = compared(mine(STEP, "p.sub_(lr * m / root * (1 if p.dim() else 2))"), steps=5)
    found = report.divergence
    assert (found.problem, found.step, found.tensor, found.index) == ("periodic", 1, 1, ())
    assert found.before == float(PROBLEMS["periodic"].start[4])


def test_the_first_step_is_the_first(mine, compared):
    report = compared(mine(STEP, "p.sub_(lr * m / root * (1 if t < 7 else 1.001))"), steps=20)
    assert report.divergence.step == 7
    assert all(o.divergence.step == 7 for o in report.outcomes)


class TestFailures:
    def test_nan(self, mine, compared):
        report = compared(mine(STEP, "p.sub_(lr * m / v.sqrt())"), steps=5)
        outcome, failure = report.failure
        assert report.verdict == "failed"
        assert (outcome.trajectory.problem.id, failure.step) == ("quadratic", 1)
        assert failure.message == "step() made nan in tensor 0 at [1, 0]"
        assert report.search is None

    def test_an_exception(self, mine, compared):
        report = compared(mine(STEP, "if t == 3: raise KeyError('buffer')"), steps=5)
        assert report.failure[1].step == 3
        assert report.failure[1].message == "step() raised KeyError: 'buffer'"
        assert report.divergence.step == 1  # it did not move before

    def test_an_exit(self, mine, compared):
        report = compared(mine(STEP, "raise SystemExit(0)"), steps=2)
        assert report.failure[1].message == "step() raised SystemExit: 0"

    def test_another_dtype(self, mine, compared):
        report = compared(mine(STEP, "p.data = p.data.float()"), steps=2)
        assert report.failure[1].message == "step() changed the shape or dtype of a tensor"


def test_gradients_spoilt_in_place_do_not_reach_the_recursion(mine, compared):
    report = compared(mine(STEP, f"{STEP}; g.zero_()"), steps=20)
    assert report.verdict == "agrees"


def test_randomness_is_seeded_and_put_back(mine, compared):
    noisy = mine(STEP, "p.sub_(lr * m / root * (1 + 1e-3 * torch.rand(())))")
    torch.manual_seed(3)
    one = compared(noisy, steps=5)
    after = torch.rand(())
    torch.manual_seed(3)
    assert torch.equal(after, torch.rand(()))
    two = compared(noisy, steps=5)
    assert one.divergence == two.divergence
    assert torch.get_default_dtype() == torch.float32
