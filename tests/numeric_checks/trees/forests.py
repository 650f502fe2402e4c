"""Small forests, and terms read on them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ratecert.numeric_checks.evaluate import Statement
from ratecert.numeric_checks.hypotheses import statement_of
from ratecert.numeric_checks.instances import ProfileBatch
from ratecert.numeric_checks.trees import Forest, TreeEvaluation, evaluate_on, grow
from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.kernel import terms as T
from ratecert.proofs.kernel.terms import App, Ix, Le, Rel
from ratecert.proofs.theorems.adamw import adamw

k, t, i, j, K, d, one = (*(Ix(n) for n in "ktijKd"), Ix(None, 1))
STEPS, COORDINATES = (Le(one, k), Le(k, K)), (Le(one, i), Le(i, d))
ZERO = T.rat(0)
OWN = {"w": 0.75, "c": 0.5, "t": 0.25, "rho": 1.0}


def tensor(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def leaves(K: int = 3, d: int = 2, B: int = 2) -> list[Tensor]:
    """What a forest is made of: objective, start, logits, noise, hyperparameters."""
    generator = torch.Generator().manual_seed(7)

    def draw(*shape: int) -> Tensor:
        return torch.rand(*shape, dtype=torch.float64, generator=generator)

    curvature = draw(B, d, 3) * torch.tensor([1.0, -0.5, 1.0])
    knots = (draw(B, d, 2) * 2 - 1).sort(-1).values
    noise = [draw(B, 2 ** (step - 1), 2, d) * 2 - 1 for step in range(1, K + 1)]
    return [knots, curvature, draw(B, d), draw(B, d) - 0.5, draw(B, K, 2), draw(6, B) / 2 + 0.25,
            *noise]  # fmt: skip


def forest(parts: list[Tensor]) -> Forest:
    knots, curvature, slope, start, logits, hyper, *noise = parts
    objective = ProfileBatch(knots, curvature, slope)
    chances, fstar = logits.softmax(-1), objective.minimum()
    centred = tuple(
        values - (chances[:, step, None, :, None] * values).sum(2, keepdim=True)
        for step, values in enumerate(noise)
    )
    ones = torch.ones_like(start)
    return Forest(
        recursion=NADAMW, objective=objective, start=start, probabilities=chances, noise=centred,
        parameters=dict(zip(("eta", "theta", "beta", "mu", "eps", "lam"), hyper, strict=True)),
        constants={
            "L": curvature.abs().amax((1, 2)), "fstar": fstar, "sigma": ones,
            "sigma_s": (ones**2).sum(-1).sqrt(),
            "Delta": objective.value(start[:, None])[:, 0] - fstar,
        },
    )  # fmt: skip


def on(name: str, parts: list[Tensor], own: dict[str, Tensor] | None = None) -> TreeEvaluation:
    given = own or {n: tensor(v) for n, v in OWN.items()}
    return evaluate_on(statement_of(adamw.claims[name], {}, NADAMW), grow(forest(parts)), given)


def reads(term: T.Term, *hypotheses: Any, **options: Any) -> TreeEvaluation:
    """``term`` on a small forest, as the left side of ``term <= 0``."""
    unfold = {"unfold": options.pop("unfold")} if "unfold" in options else {}
    statement = Statement("test", Rel(term, "<=", ZERO), hypotheses, **unfold)
    return evaluate_on(statement, grow(forest(leaves())), **options)


def process(name: str, time: Ix = k) -> App:
    return App(name, (time, i))
