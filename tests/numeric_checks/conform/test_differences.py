"""The table of differences: each applies, is told apart from all others, and is declared once."""

from __future__ import annotations

import pytest
import torch

from ratecert.numeric_checks.conform import DIFFERENCES, PROBLEMS, Request, conform, parse_values
from ratecert.numeric_checks.conform.rewriting import shown
from ratecert.optimizers.batched import batched
from ratecert.optimizers.recursions import ADAMW, RECURSIONS, Recursion

BY_ID = {d.id: d for d in DIFFERENCES}
PLANTED = [
    (recursion.id, d.id)
    for recursion in RECURSIONS.values()
    for d in DIFFERENCES
    if d.apply(recursion) is not None
]
# At the default mu = theta these change nothing that can be seen.
PLANTED.remove(("nadamw", "nesterov"))
# For SGD, L2 and decoupled decay are the same: both are reported.
SAME = {("sgd", id): ["decay-coupled", "decay-added"] for id in ("decay-coupled", "decay-added")}
# theta m^{k-1} + (1 - theta) g^k is m^k: mixing a stale momentum with the gradient is not mixing.
for name in ("nadam", "nadamw"):
    both = ["no-nesterov", "momentum-stale"]
    SAME |= {(name, id): both for id in both}


def running(recursion: Recursion, added: dict[str, float]) -> type[torch.optim.Optimizer]:
    """An optimizer that runs ``recursion``; ``added`` are defaults the constructor knows."""

    class Running(torch.optim.Optimizer):
        def __init__(self, params, values, **extra) -> None:
            super().__init__(params, {"values": values, **added})
            self.states = {}

        @torch.no_grad()
        def step(self) -> None:
            rule = batched(recursion)
            for p in self.param_groups[0]["params"]:
                if p not in self.states:
                    values = self.defaults["values"]
                    self.states[p] = rule.init(p.detach().reshape(1, -1).clone(), **values)
                self.states[p] = rule.step(self.states[p], p.grad.reshape(1, -1)).state
                p.copy_(self.states[p].x.reshape(p.shape))

    return Running


@pytest.mark.parametrize(("recursion", "id"), PLANTED)
def test_a_difference_planted_is_the_one_found(recursion, id):
    original = RECURSIONS[recursion]
    changed = BY_ID[id].apply(original)
    values = parse_values([], original)
    more = {"theta": 0.8, "lam": 0.2, "schedule": 0.96**0.01}
    given = {p.name: values.get(p.name, more.get(p.name)) for p in changed.parameters}

    class Planted(running(changed, {"momentum": 0.8, "weight_decay": 0.2, "momentum_decay": 0.01})):
        def __init__(self, params) -> None:
            super().__init__(params, given)

    report = conform(Planted, Request(recursion, values, steps=30, at_most=1))
    assert report.verdict == "diverges"
    found = [d.id for e in report.search.explanations for d in e.differences]
    assert found == SAME.get((recursion, id), [id])
    assert report.search.explanations[0].difference <= 1e-13


def test_the_table():
    assert len(BY_ID) == len(DIFFERENCES) == 30
    assert {id for _, id in PLANTED} >= set(BY_ID) - {"eps-outside-uncorrected-root",
                                                      "bias-correction-of-nadam"}  # fmt: skip
    for difference in DIFFERENCES:
        assert difference.title and difference.term and difference.kind


def test_composed_changes():
    """Bias correction, then eps: the denominator of torch; the other way of TensorFlow."""
    corrected = BY_ID["bias-correction"].apply(ADAMW)
    lines = {}
    for id in ("eps-outside-root", "eps-outside-uncorrected-root"):
        changed = BY_ID[id].apply(corrected)
        lines[id] = next(shown(u) for u in changed.updates if u.target == "D")
    assert lines == {
        "eps-outside-root": "D[k] = eps + sqrt(v[k]/(1 - beta^k))",
        "eps-outside-uncorrected-root": "D[k] = eps/sqrt(1 - beta^k) + sqrt(v[k]/(1 - beta^k))",
    }
    assert BY_ID["eps-outside-uncorrected-root"].apply(ADAMW) is None


class TestProblems:
    def test_a_coordinate_never_has_a_gradient_and_the_noise_is_the_seeds(self):
        for problem in PROBLEMS.values():
            assert len(problem.shapes) > 1
            x = problem.start
            g = torch.stack([problem.gradient(x + 0.1 * k, k, 3) for k in range(1, 50)])
            assert bool((g == 0).all(0).any()), problem.id
            draws = {tuple(problem.gradient(x, 1, seed).tolist()) for seed in range(20)}
            assert len(draws) > 1

    def test_places(self):
        problem = PROBLEMS["periodic"]
        places = [problem.place(i) for i in range(6)]
        assert places == [(0, (0, 0)), (0, (0, 1)), (0, (1, 0)), (0, (1, 1)), (1, ()), (2, (0,))]
        with pytest.raises(IndexError):
            problem.place(6)
        for (tensor, index), value in zip(places, problem.start, strict=True):
            assert problem.split(problem.start)[tensor][index] == value
