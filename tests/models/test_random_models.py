"""No shipped theorem is false in a random finite model that satisfies the axioms.

A random tree of noise, a random quadratic, random hyperparameters; the axioms are checked exactly
first. Then every claim is evaluated at all its indices, on every scenario where its hypotheses
hold, with random values for its own variables.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from ratecert.proofs.kernel import terms as T
from ratecert.proofs.language import Outcome, Rational, ScenarioTree, Theory, symbols
from ratecert.proofs.models import check_model, look
from ratecert.proofs.theorems import models, sgd
from ratecert.proofs.theorems.adamw import adamw, setting

CURVATURE, START, NOISE = models.curvature, models.start, models.noise
MODELS = 8


def number(draw: random.Random, low: int, high: int, parts: int = 12) -> Any:
    """A random rational between ``low`` and ``high``."""
    return Rational(draw.randint(low * parts, high * parts), parts)


def random_sgd(draw: random.Random) -> ScenarioTree:
    """Two or three steps in R^2; each coordinate's noise takes two values of mean 0."""
    s, steps, L = sgd.setting, draw.choice((2, 2, 3)), number(draw, 1, 3)
    coins = []
    for _ in range(2):
        chance, up = Rational(draw.randint(1, 5), 6), number(draw, 0, 3)
        coins.append(((chance, up), (1 - chance, -up * chance / (1 - chance))))
    return models.sgd_model(s).extended(
        steps=steps,
        sizes={s.K: steps},
        values={
            s.L: L,
            s.fstar: -number(draw, 0, 2),
            symbols("eta")[0]: number(draw, 0, 2) + Rational(1, 12),
            s.sigma: tuple(max(abs(u) for _, u in coin) for coin in coins),
            CURVATURE: tuple(L * Rational(draw.randint(0, 4), 4) for _ in coins),
            START: tuple(number(draw, -3, 3) for _ in coins),
        },
        outcomes=[Outcome(p * q, {NOISE: (u, v)}) for (p, u), (q, v) in product(*coins)],
    )


def random_adamw(draw: random.Random) -> ScenarioTree:
    """The oracle of the shipped model, at which all denominators are rational."""
    s, tosses = setting.setting, ((5, 6), (Rational(1, 2), Rational(1, 3)))
    eta, theta, mu, eps, lam = symbols("eta theta mu eps lam")
    L, ends = number(draw, 1, 2), [number(draw, -1, 1) for _ in range(2)]
    return models.adamw_model(s, tosses).extended(
        values={
            s.L: L,
            s.fstar: -number(draw, 0, 2),
            eta: Rational(draw.randint(1, 6), 8),
            theta: Rational(draw.randint(0, 9), 12),
            mu: Rational(draw.randint(0, 4), 4),
            eps: Rational(draw.randint(3, 8), 4),
            lam: Rational(draw.choice((0, 1, 2)), 12),
            s.sigma: (30,) * 4,
            CURVATURE: tuple(L * Rational(draw.randint(0, 4), 4) for _ in range(2)) * 2,
            START: (*ends, *ends),
        },
    )


def values(claim: Any, draw: random.Random) -> tuple[dict[T.Var, Fraction], dict[str, int]]:
    """Numbers for the claim's own variables and index names: its witness, or random ones."""
    point, indices = claim.witness_point()
    found = {v: q for v, q in point.items() if isinstance(v, T.Var)}
    for v in found:
        if draw.random() < 0.5:
            found[v] = Fraction(draw.randint(0, 24), 12)
    return found, indices


@pytest.mark.parametrize(
    ("theory", "tree", "wanted"),
    [
        (sgd.sgd, random_sgd, {"descent", "expected-descent", "telescoped", "second-moment"}),
        (adamw, random_adamw, {"L1", "L2", "L3", "L3.expected", "L4", "L5", "L6", "L7", "L9"}),
    ],
    ids=["sgd", "adamw"],
)
def test_no_theorem_is_false(
    theory: Theory, tree: Callable[[random.Random], ScenarioTree], wanted: set[str]
) -> None:
    held, wrong, draws = Counter[str](), Counter[str](), 0
    for seed in range(10 * MODELS):
        draw = random.Random(f"{theory.name} {seed}")
        report = check_model(theory.kernel(), tree(draw).interpretation(theory))
        if report.verdict == "error" and "probabilit" in report.detail:
            continue  # no oracle has this mean
        assert report.verdict == "holds", (seed, report.detail)
        for claim in theory.claims.values():
            goal = claim.statement()
            if isinstance(goal, T.Rel):
                numbers, indices = values(claim, draw)
                found = look(report, claim.hypotheses(), goal, numbers, indices)
                assert not found.false, (claim.label, seed, found.false)
                held[claim.id] += found.held
                back = T.Rel(goal.right, "<", goal.left)
                if look(report, claim.hypotheses(), back, numbers, indices).false:
                    wrong[claim.id] += 1
        draws += 1
        if draws == MODELS:
            break
    assert draws == MODELS
    assert {id for id in wanted if not held[id]} == set()
    assert {id for id in wanted if not wrong[id]} == set()  # what is false is seen to be
