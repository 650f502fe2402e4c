"""A user's optimizer as source text, changed line by line, and the comparison with a recursion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ratecert.numeric_checks.conform import Report, Request, conform, find_class, parse_values
from ratecert.optimizers.recursions import RECURSIONS

MINE = """
import torch


class Mine(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, eps, decay = group["lr"], group["eps"], group["weight_decay"]
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                g = p.grad
                state = self.state[p]
                if not state:
                    state["m"] = torch.zeros_like(p)
                    state["v"] = torch.zeros_like(p)
                    state["t"] = 0
                state["t"] += 1
                t, m, v = state["t"], state["m"], state["v"]
                before = v.clone()
                m.mul_(beta1).add_(g, alpha=1 - beta1)
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                root = (v + eps).sqrt()
                p.mul_(1 - lr * decay)
                p.sub_(lr * m / root)
"""


@pytest.fixture
def mine(tmp_path: Path) -> Callable[..., str]:
    """The reference ``path:Mine`` of the class, with lines replaced (old, new, old, new, ...)."""

    def mine(*changes: str) -> str:
        text = MINE
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "mine.py"
        path.write_text(text, encoding="utf-8")
        return f"{path}:Mine"

    return mine


@pytest.fixture
def compared() -> Callable[..., Report]:
    """Run ``conform`` on a class named, at the default values."""

    def compared(reference: str, recursion: str = "adamw", **options: object) -> Report:
        values = parse_values([], RECURSIONS[recursion])
        request = Request(recursion, values, **options)  # type: ignore[arg-type]
        return conform(find_class(reference), request)

    return compared
