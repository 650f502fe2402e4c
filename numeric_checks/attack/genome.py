"""Raw numbers to worlds: what an attack moves, and the worlds that this makes.

A row of raw numbers is a world: a separable objective given by its curvatures, a start, the noise
of every node, hyperparameters and a claim's own constants. By construction, all are admissible:

* (A1) curvatures are sines of raw numbers, so that |f''| <= L = 1 (any other L is a change of
  units); (A0) the outer ones are squares of sines, so that f has a minimum.
* (A2) the noise of a node is centred; (A3) sigma_i is the largest conditional deviation of
  coordinate i. Where an assumption is left out, its half is left out here.
* Hypotheses are parametrised by ``hypotheses.Region``; what it cannot build in is a penalty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ...optimizers.recursions import Recursion
from ..hypotheses import Region
from ..instances.profile import ProfileBatch
from ..trees import Forest
from .kinds import Kind

CELLS = 3
"""Pieces of constant curvature, a coordinate."""
_TINY = 1e-290
_OFF = {"below": 0.8, "chance": 0.5, "noise": 0.2, "level": 0.8}
"""In which share of the first rows a part is zero; one in ten otherwise."""


@dataclass(frozen=True)
class Shape:
    """The size of a world.

    Attributes:
        K, d: iterations and dimension.
        outcomes: b, of each step; 1: a path.
        adapted: may a node's noise depend on the node? Else on its time only.
    """

    K: int
    d: int
    outcomes: int = 1
    adapted: bool = False

    def __str__(self) -> str:
        noise = f", {self.outcomes} outcomes" + (" of each node" if self.adapted else "")
        return f"K = {self.K}, d = {self.d}" + (noise if self.outcomes > 1 else "")

    def nodes(self, k: int) -> int:
        """How many distributions step k has."""
        return int(self.outcomes ** (k - 1)) if self.adapted else 1

    @property
    def leaves(self) -> int:
        """b^K."""
        return int(self.outcomes**self.K)


@dataclass(frozen=True)
class Worlds:
    """What rows of raw numbers make.

    Attributes:
        forest: the worlds, or None where a claim speaks of constants or points alone.
        base: L, Delta, fstar, sigma_s: [B]; sigma, x1: [B, d].
        values: hyperparameters and the claim's own constants, [B].
        points: [B, d], for the claim's own points.
        probabilities: [B, K, b]; noise: a step's, [B, nodes, b, d].
        penalty: >= 0, [B]: how far the hypotheses are from holding.
    """

    forest: Forest | None
    objective: ProfileBatch | None
    start: Tensor
    base: Mapping[str, Tensor]
    values: Mapping[str, Tensor]
    points: Mapping[str, Tensor]
    probabilities: Tensor
    noise: tuple[Tensor, ...]
    penalty: Tensor


class Genome:
    """The layout of a row of raw numbers, for one claim and one shape.

    Args:
        kind: of the claim.
        region: what its hypotheses admit, at the shape's K and d.
        recursion: whose processes it speaks of, if any.
        points: its free points.
        without: assumptions that need not hold, of "A2" and "A3", and "convex".
        convex: the axioms of convex optimization, if the theory has them: curvatures are not
            negative, the minimiser is 0 (any other is a change of the origin), f* = f(0), mu the
            least curvature, and the oracle is exact.
    """

    def __init__(
        self,
        kind: Kind,
        shape: Shape,
        region: Region,
        recursion: Recursion | None,
        points: tuple[str, ...] = (),
        without: frozenset[str] = frozenset(),
        convex: frozenset[str] = frozenset(),
    ) -> None:
        self.convex = convex
        self.kind, self.shape, self.region, self.recursion = kind, shape, region, recursion
        self.points, self.without = points, without
        K, d, b = shape.K, shape.d, shape.outcomes
        sizes = {"region": region.width, **{f"point {name}": d for name in points}}
        if recursion is not None:
            sizes |= {"curvature": d * CELLS, "knots": d * (CELLS - 1), "start": d}
            sizes |= {} if convex else {"slope": d, "below": 1, "level": d}
            if (
                not convex
                and kind in (Kind.PATHS, Kind.TREES)
                and (b > 1 or kind is Kind.PATHS or "A2" in without)
            ):
                sizes |= {"chance": K * b, "noise": sum(map(shape.nodes, range(1, K + 1))) * b * d}
        self.slices: dict[str, slice] = {}
        at = 0
        for name, size in sizes.items():
            self.slices[name] = slice(at, at + size)
            at += size
        self.width = at

    def draw(self, rows: int, generator: torch.Generator) -> Tensor:
        """Rows to start from: [rows, width].

        The scale of each part of a row is drawn too, zero among others: no noise, a constant
        objective, and equal probabilities are worlds of their own.
        """
        raw = torch.randn(rows, self.width, dtype=torch.float64, generator=generator)
        for name, where in self.slices.items():
            if name == "region":
                # Where a range is covered more than once, its ends are met at random.
                raw[:, where] *= 1.5
                continue
            scale = torch.rand(rows, 1, dtype=torch.float64, generator=generator) * 5 - 3.5
            off = torch.rand(rows, 1, dtype=torch.float64, generator=generator)
            share = _OFF.get(name, 0.1)
            if name == "level" and (self.kind is not Kind.TREES or "A3" in self.without):
                share = 0.0  # there it is what the noise level is made of, and no addition to it
            raw[:, where] *= torch.where(off < share, 0.0, scale.exp())
            if name == "noise":
                raw[:, where] *= self._growth(rows, generator)
        return raw

    def _growth(self, rows: int, generator: torch.Generator) -> Tensor:
        """How the noise grows or decays over the steps: geometrically, at a rate of each row."""
        shape = self.shape
        counts = [shape.nodes(k) * shape.outcomes * shape.d for k in range(1, shape.K + 1)]
        times = torch.arange(shape.K, dtype=torch.float64).repeat_interleave(torch.tensor(counts))
        rate = 0.3 * torch.randn(rows, 1, dtype=torch.float64, generator=generator)
        return (rate * times).exp()

    def part(self, raw: Tensor, name: str) -> Tensor:
        """A part of the rows; zeros if the layout has none."""
        where = self.slices.get(name)
        return raw[:, where] if where is not None else raw.new_zeros(len(raw), 0)

    # --- decoding ----------------------------------------------------------------------------

    def worlds(self, raw: Tensor) -> Worlds:
        """The worlds of rows [B, width], differentiable."""
        B = len(raw)
        points = {name: self.part(raw, f"point {name}") for name in self.points}
        if self.recursion is None:
            values, penalty = self.region.constants(self.part(raw, "region"), {})
            blank = raw.new_zeros(B, 0)
            return Worlds(None, None, blank, {}, values, points, blank, (), penalty)
        objective = self._objective(raw)
        start = self.part(raw, "start")
        chances, noise = self._noise(raw)
        sigma = self._sigma(raw, chances, noise)
        fstar = objective.minimum()
        if not self.convex:
            fstar = fstar - self.part(raw, "below")[:, 0] ** 2
        base = {
            "L": raw.new_ones(B),
            "fstar": fstar,
            "Delta": objective.value(start[:, None])[:, 0] - fstar,
            "sigma": sigma,
            "sigma_s": _root((sigma**2).sum(-1)),
            "x1": start,
        }
        if self.convex:
            base |= {"xstar": torch.zeros_like(start), "mu": objective.curvatures.amin((1, 2))}
        values, penalty = self.region.constants(self.part(raw, "region"), base)
        constants = {name: value for name, value in base.items() if name != "x1"}
        own = {p.name for p in self.recursion.parameters}
        forest = None
        if self.kind in (Kind.PATHS, Kind.TREES):
            forest = Forest(
                recursion=self.recursion,
                objective=objective,
                start=start,
                probabilities=chances,
                noise=noise,
                parameters={name: value for name, value in values.items() if name in own},
                constants=constants,
            )
        return Worlds(forest, objective, start, base, values, points, chances, noise, penalty)

    def _objective(self, raw: Tensor) -> ProfileBatch:
        shape = (len(raw), self.shape.d, -1)
        sines = self.part(raw, "curvature").reshape(shape).sin()
        inner, ends = sines[..., 1:-1], sines[..., [0, -1]] ** 2
        if self.convex and "convex" not in self.without:
            inner = inner**2
        curvatures = torch.cat((ends[..., :1], inner, ends[..., 1:]), -1)
        apart = torch.linspace(-1, 1, CELLS - 1, dtype=raw.dtype, device=raw.device)
        knots = (self.part(raw, "knots").reshape(shape) + apart).sort(-1).values
        slope = raw.new_zeros(shape[:2]) if self.convex else self.part(raw, "slope")
        return ProfileBatch(knots, curvatures, slope)

    def _noise(self, raw: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        B, (K, d, b) = len(raw), (self.shape.K, self.shape.d, self.shape.outcomes)
        if "noise" not in self.slices:
            zero = raw.new_zeros(B, 1, b, d)
            return raw.new_full((B, K, b), 1 / b), (zero,) * K
        chances = self.part(raw, "chance").reshape(B, K, b).softmax(-1)
        counts = [self.shape.nodes(k) * b * d for k in range(1, K + 1)]
        steps = torch.split(self.part(raw, "noise"), counts, -1)
        noise = []
        for k, step in enumerate(steps):
            values = step.reshape(B, -1, b, d)
            if self.kind is Kind.TREES and "A2" not in self.without:
                weights = chances[:, k, None, :, None]
                values = values - (weights * values).sum(-2, keepdim=True)
            noise.append(values)
        return chances, tuple(noise)

    def _sigma(self, raw: Tensor, chances: Tensor, noise: tuple[Tensor, ...]) -> Tensor:
        """The noise levels: the largest conditional deviation, where A3 is to hold."""
        if self.convex:
            return raw.new_zeros(len(raw), self.shape.d)
        level = self.part(raw, "level")
        if self.kind is not Kind.TREES:
            return level.abs()
        found = [(chances[:, k, None, :, None] * v**2).sum(-2).amax(1) for k, v in enumerate(noise)]
        largest = torch.stack(found).amax(0)
        if "A3" in self.without:
            return _root(largest) * level.sin() ** 2
        return _root(largest + level**2)


def _root(square: Tensor) -> Tensor:
    """The square root, with the slope 0 at 0."""
    positive = square > _TINY
    return torch.where(positive, torch.where(positive, square, 1.0).sqrt(), 0.0)
