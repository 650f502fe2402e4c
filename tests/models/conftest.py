"""Theories that extend SGD, each with a model of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ratecert.proofs.language import Outcome, Rational, ScenarioTree, Theory, symbols, within
from ratecert.proofs.language.symbols import Process
from ratecert.proofs.models import Report
from ratecert.proofs.theorems.models import curvature, noise, sgd_model, start
from ratecert.proofs.theorems.sgd import setting, sgd


@pytest.fixture
def parts() -> SimpleNamespace:
    """SGD's setting, its model without claims, and what the model is made of."""
    tree = replace(sgd_model(setting), satisfies={})
    return SimpleNamespace(
        tree=tree, s=setting, k=setting.k, i=setting.i, curvature=curvature, start=start,
        noise=noise, y=symbols("y")[0],
    )  # fmt: skip


@pytest.fixture
def outcomes() -> Callable[..., list[Outcome]]:
    """Outcomes of each step, from pairs of a probability and the noise."""
    return lambda *pairs: [Outcome(p, {noise: values}) for p, values in pairs]


@pytest.fixture
def report() -> Callable[..., Report]:
    """What becomes of a model, for SGD with more declarations."""

    def report(tree: ScenarioTree, declare: Callable[[Theory], Any] | None = None) -> Report:
        theory = Theory("planted", extends=(sgd,))
        if declare is not None:
            declare(theory)
        theory.model(tree)
        return theory.consistency()

    return report


@pytest.fixture
def coin() -> Callable[..., tuple[Theory, ScenarioTree]]:
    """A theory of one fair coin a step: w[k] = w[k-1] + c[k]; more axioms may be declared."""

    def coin(declare: Callable[..., Any], **more: Any) -> tuple[Theory, ScenarioTree]:
        theory = Theory("coin")
        (K,) = theory.index_constants("K")
        (k,) = theory.indices("k")
        c, w = theory.process("c", 1), theory.process("w", 1)
        toss = Process("toss")
        theory.define("w.0", w[0], 0, kind="recursion")
        theory.define("w", w[k], w[k - 1] + c[k], [within(k, 1, K)], kind="recursion")
        declare(theory, K, k, c, w)
        half = Rational(1, 2)
        tree = ScenarioTree(
            steps=2, step=k, sizes={K: 2},
            equations=[(c[k], toss[k, 1], [within(k, 1, K)])],
            outcomes=[Outcome(half, {toss: (1,)}), Outcome(half, {toss: (-1,)})],
        )  # fmt: skip
        tree = replace(tree, **more)
        theory.model(tree)
        return theory, tree

    return coin
