"""Worlds made from exact finite models, and models made at random."""

from __future__ import annotations

import random
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from ratecert.numeric_checks.instances import Profile, ProfileBatch
from ratecert.numeric_checks.trees import Forest
from ratecert.optimizers.recursions import NADAMW, Recursion
from ratecert.proofs.language import Outcome, Rational, ScenarioTree, Theory, symbols
from ratecert.proofs.models import Report
from ratecert.proofs.models.interpretation import Translation
from ratecert.proofs.models.model import build
from ratecert.proofs.models.numbers import Interval
from ratecert.proofs.theorems import models
from ratecert.proofs.theorems.sgd import setting as sgd_setting


def middle(number: Interval) -> float:
    return float((number[0] + number[1]) / 2)


def tensor(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _forest_of(report: Report, recursion: Recursion) -> Forest:
    """The world of an exact model: one tree, whose leaves are the model's scenarios in order."""
    model, steps, d = report.model, report.sizes["K"], report.sizes["d"]
    assert model is not None
    paths, weights = model.tree.paths, list(model.tree.weights)
    outcomes = max(path[0] for path in paths)
    assert len(paths) == outcomes**steps

    def number(name: str, *at: int) -> float:
        return middle(model.symbol(name, at)[0])

    chances: list[Tensor] = []
    for _ in range(steps):
        before = [sum(weights[n : n + outcomes]) for n in range(0, len(weights), outcomes)]
        conditional = [float(w / before[n // outcomes]) for n, w in enumerate(weights)]
        chances.insert(0, tensor(conditional).view(1, -1, outcomes))
        weights = before
    noise = []
    for k in range(1, steps + 1):
        rows: list[list[float]] = []
        for leaf in range(0, len(paths), outcomes ** (steps - k)):
            values = [
                (model.symbol("g", (k, i))[leaf], model.symbol("x", (k, i))[leaf],
                 model.symbol("curvature", (i,))[leaf][0]) for i in range(1, d + 1)
            ]  # fmt: skip
            rows.append([middle((g[0] - c * x[0], g[1] - c * x[1])) for g, x, c in values])
        noise.append(tensor(rows).view(1, -1, outcomes, d))
    curvatures = tuple((model.symbol("curvature", (i,))[0][0],) for i in range(1, d + 1))
    constants = {name: tensor([number(name)]) for name in ("L", "fstar", "Delta", "sigma_s")}
    return Forest(
        recursion=recursion,
        objective=ProfileBatch.of([Profile(((),) * d, curvatures)]),
        start=tensor([[number("x", 1, i) for i in range(1, d + 1)]]),
        probabilities=tuple(chances),
        noise=tuple(noise),
        parameters={p.name: tensor([number(p.name)]) for p in recursion.parameters},
        constants={**constants, "sigma": tensor([[number("sigma", i) for i in range(1, d + 1)]])},
    )


def _random_tree(theory: Theory, draw: random.Random) -> ScenarioTree:
    """Three steps in R^2, two outcomes; what they bring grows with |x^k|, so it is the node's."""

    def number(low: int, high: int, parts: int = 12) -> Any:
        return Rational(draw.randint(low * parts, high * parts), parts)

    s, L = sgd_setting, number(1, 2)
    chance, up = Rational(draw.randint(1, 5), 6), (number(0, 2), number(0, 2))
    scale = 1 + s.x[s.k, 1] ** 2 / 4
    down = tuple(-u * chance / (1 - chance) for u in up)
    names = {p.name for p in NADAMW.parameters}
    drawn = {
        "eta": Rational(draw.randint(1, 4), 8), "theta": Rational(draw.randint(0, 9), 12),
        "beta": Rational(draw.randint(6, 11), 12), "mu": Rational(draw.randint(0, 4), 4),
        "eps": number(1, 2), "lam": Rational(draw.choice((0, 1, 2)), 12),
    }  # fmt: skip
    defined = {d.head for d in theory.kernel().definitions}
    values = {symbols(n)[0]: v for n, v in drawn.items() if n in names and n not in defined}
    if theory.name == "sgd":
        values = {symbols("eta")[0]: drawn["eta"]}
    return models.sgd_model(s).extended(
        steps=3,
        sizes={s.K: 3},
        values={
            **values,
            s.L: L,
            s.fstar: -number(0, 2),
            s.sigma: (9, 9),
            models.curvature: tuple(L * Rational(draw.randint(0, 4), 4) for _ in range(2)),
            models.start: tuple(number(-1, 1) for _ in range(2)),
        },
        outcomes=[
            Outcome(chance, {models.noise: tuple(u * scale for u in up)}),
            Outcome(1 - chance, {models.noise: tuple(v * scale for v in down)}),
        ],
        satisfies={},
    )


def _random_report(theory: Theory, seed: int) -> Report:
    tree = _random_tree(theory, random.Random(f"{theory.name} {seed}"))
    interpretation = tree.interpretation(theory)
    translation = Translation(theory.kernel(), interpretation)
    report = Report("holds", "", dict(interpretation.sizes))
    return replace(report, model=build(translation), translation=translation)


@pytest.fixture(scope="session")
def exactly() -> SimpleNamespace:
    """``forest_of(report, recursion)``, ``random_report(theory, seed)``, ``middle(number)``."""
    return SimpleNamespace(forest_of=_forest_of, random_report=_random_report, middle=middle)
