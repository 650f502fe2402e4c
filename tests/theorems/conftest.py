"""Kernel statements evaluated on scenario trees, in plain floats, without our own evaluators."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from ratecert.proofs.kernel import terms as T

Paths = Any  # an array with one value per path, or a number


@dataclass
class Tree:
    """SGD on f(x) = sum_i h_i x_i^2/2 with noise +-sigma_i, all 2^(K d) paths at once.

    ``paths[k - 1, i - 1]``: the sign of the noise, one column per path; all are equally likely.
    """

    K: int
    d: int
    L: float
    curvature: tuple[float, ...]
    start: tuple[float, ...]
    sigma: tuple[float, ...]
    eta: float | None = None

    def __post_init__(self) -> None:
        signs = itertools.product((-1.0, 1.0), repeat=self.K * self.d)
        self.paths = np.array(list(signs)).T.reshape(self.K, self.d, -1)
        self.h, self.s = np.array(self.curvature), np.array(self.sigma)
        self.Delta = float(np.sum(self.h * np.square(self.start)) / 2)
        self.sigma_s = float(np.sqrt(np.sum(self.s**2)))
        if self.eta is None:
            w = self.sigma_s * (self.K * self.L / (2 * self.Delta)) ** 0.5
            self.eta = 1 / max(self.L, w)
        self.x = [np.repeat(np.array(self.start)[:, None], self.paths.shape[-1], axis=1)]
        self.g = []
        for k in range(self.K):
            self.g.append(self.h[:, None] * self.x[k] + self.s[:, None] * self.paths[k])
            self.x.append(self.x[k] - self.eta * self.g[k])

    def symbol(self, name: str, args: tuple[Any, ...]) -> Paths:
        constants = {"L": self.L, "eta": self.eta, "fstar": 0.0, "Delta": self.Delta,
                     "sigma_s": self.sigma_s}  # fmt: skip
        if name in constants:
            return constants[name]
        if name == "sigma":
            return self.s[args[0] - 1]
        if name == "f":
            return np.sum(self.h[:, None] * args[0] ** 2, axis=0) / 2
        if name == "grad":
            return self.h[args[1] - 1] * args[0][args[1] - 1]
        if name == "coord":
            return args[0][args[1] - 1]
        return {"g": self.g}[name][args[0] - 1][args[1] - 1]

    def given(self, k: int, value: Paths) -> Paths:
        """E[value | F_k]: the mean over the paths that agree up to step k."""
        past = self.paths[: max(k, 0)].reshape(-1, self.paths.shape[-1])
        _, group = np.unique(past, axis=1, return_inverse=True)
        group = np.ravel(group) if past.size else np.zeros(self.paths.shape[-1], dtype=int)
        value = np.broadcast_to(value, (self.paths.shape[-1],))
        return (np.bincount(group, value) / np.bincount(group))[group]

    # --- kernel terms -------------------------------------------------------------------------

    def index(self, ix: T.Ix, at: dict[str, int]) -> int:
        fixed = {"K": self.K, "d": self.d, None: 0}
        return {**fixed, **at}[ix.base] + ix.offset

    def point(self, p: T.Point, at: dict[str, int]) -> Paths:
        assert isinstance(p, T.PointApp)
        return self.x[self.index(p.args[0], at) - 1]

    def value(self, t: T.Term, at: dict[str, int] | None = None) -> Paths:
        at = at or {}
        if isinstance(t, T.Rat):
            return float(t.value)
        if isinstance(t, T.IxVal):
            return float(self.index(t.index, at))
        if isinstance(t, T.Add):
            return sum((self.value(p, at) for p in t.terms), 0.0)
        if isinstance(t, T.Mul):
            return np.prod(np.broadcast_arrays(*(self.value(p, at) for p in t.terms)), axis=0)
        if isinstance(t, T.Pow):
            return self.value(t.base, at) ** float(t.exponent)
        if isinstance(t, T.Abs):
            return abs(self.value(t.body, at))
        if isinstance(t, T.E):
            return float(np.mean(self.value(t.body, at)))
        if isinstance(t, T.CE):
            return self.given(self.index(t.index, at), self.value(t.body, at))
        if isinstance(t, T.Sum):
            span = range(self.index(t.low, at), self.index(t.high, at) + 1)
            return sum((self.value(T.open_body(t.body, T.Ix(None, n)), at) for n in span), 0.0)
        assert isinstance(t, T.App), t
        args = tuple(
            self.index(a, at) if isinstance(a, T.Ix)
            else self.point(a, at) if isinstance(a, T.Point) else self.value(a, at)
            for a in t.args
        )  # fmt: skip
        return self.symbol(t.name, args)

    def sides(self, rel: T.Rel, at: dict[str, int] | None = None) -> tuple[Paths, Paths]:
        return self.value(rel.left, at), self.value(rel.right, at)


@pytest.fixture
def make_tree() -> Callable[..., Tree]:
    return Tree


@pytest.fixture
def trees() -> list[Tree]:
    """Some instances, drawn once and for all."""
    rng, found = np.random.default_rng(7), []
    for K, d in [(1, 1), (2, 1), (3, 2), (2, 3), (5, 1)]:
        L = float(rng.uniform(0.5, 3))
        curvature = tuple(L * rng.uniform(-0.0, 1, d))
        start, sigma = tuple(rng.normal(size=d)), tuple(rng.uniform(0, 2, d))
        found.append(Tree(K, d, L, curvature, start, sigma))
        found.append(Tree(K, d, L, (L,) * d, start, (0.0,) * d))
    return found
