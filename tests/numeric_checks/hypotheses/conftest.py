"""A world, exactly and in floats, and the claims of the library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import pytest
import torch
from torch import Tensor

from ratecert.numeric_checks.simulate.run import ConstantValue
from ratecert.optimizers.recursions import NADAMW, SGD, Recursion
from ratecert.proofs.kernel.terms import Rel, rat, sqrt
from ratecert.proofs.language import Claimed
from ratecert.proofs.language.loader import load, statement

K, D = 6, 2
RECURSIONS = {"sgd": SGD, "adamw": NADAMW, "nadamw": NADAMW, "adam": NADAMW, "norms": None}


@dataclass(frozen=True)
class World:
    L: Fraction = Fraction(3, 2)
    Delta: Fraction = Fraction(5, 4)
    sigma: tuple[Fraction, ...] = (Fraction(1, 2), Fraction(1))
    x1: tuple[Fraction, ...] = (Fraction(1), Fraction(-1, 2))

    @property
    def exact(self) -> dict[str, ConstantValue]:
        total = sum((s * s for s in self.sigma), Fraction(0))
        return {
            "L": self.L,
            "Delta": self.Delta,
            "fstar": Fraction(0),
            "sigma": self.sigma,
            "sigma_s": sqrt(rat(total)),
            "x1": self.x1,
        }

    def floats(self, rows: int) -> dict[str, Tensor]:
        def expanded(*values: Fraction) -> Tensor:
            return torch.tensor([float(v) for v in values], dtype=torch.float64)

        sigma, x1 = (expanded(*v).expand(rows, -1) for v in (self.sigma, self.x1))
        one = {"L": self.L, "Delta": self.Delta, "fstar": Fraction(0)}
        scalars = {name: expanded(value).expand(rows) for name, value in one.items()}
        return {**scalars, "sigma": sigma, "sigma_s": sigma.square().sum(1).sqrt(), "x1": x1}


@pytest.fixture
def world() -> World:
    return World()


def recursion_of(claim: Claimed) -> Recursion | None:
    return RECURSIONS[claim.theory.name]


def normal(rows: int, width: int, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(rows, width, generator=generator, dtype=torch.float64)


def library() -> Iterator[Claimed]:
    """Every claim that is a relation; of those with the same hypotheses, one."""
    seen = set()
    for name in RECURSIONS:
        for theory in load(name):
            for claim in theory.claims.values():
                conclusion = claim.statement()
                if not isinstance(conclusion, Rel):
                    continue
                asked = frozenset(h for h in claim.hypotheses() if isinstance(h, Rel))
                if (name, asked) not in seen:
                    seen.add((name, asked))
                    yield claim


def the(label: str) -> Claimed:
    return statement(label)
