"""Evolution, where the sides are not smooth: covariance matrix adaptation from the best worlds.

Source: N. Hansen, "The CMA evolution strategy: a tutorial" (arXiv 1604.00772), by its package.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...proofs.kernel.terms import Abs, Node, subterms
from .search import STRENGTH, Best, Budget, Problem

_WIDEST = 200
"""Raw numbers beyond which adapting a covariance matrix costs more than it finds."""


def is_smooth(nodes: tuple[Node, ...]) -> bool:
    """Do the terms hold no absolute value, and so no maximum?"""
    return not any(isinstance(n, Abs) for node in nodes for n, _ in subterms(node))


def evolve(
    problem: Problem, row: Tensor, generations: int, seed: int, budget: Budget, best: Best
) -> None:
    """Improve one row [width] by ``generations`` of CMA-ES; ``best`` collects what it meets."""
    if len(row) > _WIDEST or not len(row):
        return
    import cma  # late: a second

    options = {
        "seed": seed % (2**31 - 1) + 1, "verbose": -9, "maxiter": generations, "tolfun": 1e-13,
        "verb_log": 0, "verb_disp": 0,
    }  # fmt: skip
    strategy = cma.CMAEvolutionStrategy(row.tolist(), 0.3, options)
    while not strategy.stop():
        asked = strategy.ask()
        raw = torch.from_numpy(np.array(asked, dtype=np.float64))
        budget.spend(len(raw))
        with torch.no_grad():
            scores, penalty = problem.scores(raw)
        best.offer(scores, penalty, raw)
        cost = STRENGTH * penalty - torch.where(scores.isfinite(), scores, -1e3)
        strategy.tell(asked, cost.tolist())
