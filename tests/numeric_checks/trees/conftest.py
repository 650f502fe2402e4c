"""Worlds made from the exact finite models of theories."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
import torch
from torch import Tensor

from ratecert.numeric_checks.instances import Profile, ProfileBatch
from ratecert.numeric_checks.trees import Forest
from ratecert.optimizers.recursions import Recursion
from ratecert.proofs.models import Report
from ratecert.proofs.models.numbers import Interval


def middle(number: Interval) -> float:
    return float((number[0] + number[1]) / 2)


def tensor(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.fixture(scope="session")
def forest_of() -> Callable[[Report, Recursion], Forest]:
    """The world of an exact model: one tree, whose leaves are the model's scenarios in order."""

    def forest_of(report: Report, recursion: Recursion) -> Forest:
        model, steps, d = report.model, report.sizes["K"], report.sizes["d"]
        assert model is not None
        tree = model.tree
        outcomes = max(path[0] for path in tree.paths)
        assert tree.depth == steps and len(tree.paths) == outcomes**steps

        def constant(name: str) -> float:
            return middle(model.symbol(name, ())[0])

        chances, noise = [], []
        weights = list(tree.weights)
        for k in range(steps, 0, -1):
            before = [sum(weights[n : n + outcomes]) for n in range(0, len(weights), outcomes)]
            chances.append(
                tensor([float(w / before[n // outcomes]) for n, w in enumerate(weights)]).view(
                    1, -1, outcomes
                )
            )
            weights = before
        for k in range(1, steps + 1):
            rows = []
            for scenario in range(0, len(tree.paths), outcomes ** (steps - k)):
                rows.append([])
                for i in range(1, d + 1):
                    g, x = model.symbol("g", (k, i)), model.symbol("x", (k, i))
                    c = model.symbol("curvature", (i,))[scenario][0]
                    rows[-1].append(middle(g[scenario]) - float(c * Fraction(x[scenario][0])))
            noise.append(tensor(rows).view(1, -1, outcomes, d))
        profile = Profile(
            ((),) * d, tuple((model.symbol("curvature", (i,))[0][0],) for i in range(1, d + 1))
        )
        return Forest(
            recursion=recursion,
            objective=ProfileBatch.of([profile]),
            start=tensor([[middle(model.symbol("x", (1, i))[0]) for i in range(1, d + 1)]]),
            probabilities=tuple(reversed(chances)),
            noise=tuple(noise),
            parameters={p.name: tensor([constant(p.name)]) for p in recursion.parameters},
            constants={
                **{n: tensor([constant(n)]) for n in ("L", "fstar", "Delta", "sigma_s")},
                "sigma": tensor([[middle(model.symbol("sigma", (i,))[0]) for i in range(1, d + 1)]]),
            },
        )

    return forest_of
