"""Which recursion does a user's optimizer run, and where does it keep what lemmas speak of?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from ...optimizers.torch_optim import RecursionOptimizer

ADAM_NOTES = (
    "it corrects the bias of both moments; the recursion does not",
    "it adds eps outside the root; the recursion has sqrt(v + eps)",
)


@dataclass(frozen=True)
class Subject:
    """An optimizer, as far as the theory knows it.

    Attributes:
        title: the class.
        recursion: the id of the recursion it runs, or comes nearest to; None if none is known.
        differs: what it does otherwise; empty if it is the recursion.
        moments: where the state of a parameter keeps m and v, if these are the recursion's: then
            the lemmas about m and v hold whatever the step makes of them.
    """

    title: str
    recursion: str | None
    differs: tuple[str, ...] = ()
    moments: tuple[str, str] | None = None

    @property
    def exact(self) -> bool:
        """Is it the recursion, as declared?"""
        return self.recursion is not None and not self.differs

    def parameters(self, group: Mapping[str, Any]) -> dict[str, float]:
        """theta, beta and mu of a parameter group, as far as it has them."""
        found: dict[str, Any] = {name: group.get(name) for name in ("theta", "beta", "mu")}
        betas = group.get("betas")
        if betas is not None:
            found |= {"theta": betas[0], "beta": betas[1]}
        if self.recursion == "nadamw" and found["mu"] is None:
            found["mu"] = found["theta"]
        elif self.recursion in ("adam", "adamw"):
            found["mu"] = 1.0
        return {name: float(value) for name, value in found.items() if value is not None}


def subject_of(optimizer: torch.optim.Optimizer) -> Subject:
    """What the theory knows of ``optimizer``.

    >>> x = torch.nn.Parameter(torch.ones(1))
    >>> subject_of(torch.optim.SGD([x], lr=0.1)).exact
    True
    >>> subject_of(torch.optim.AdamW([x])).differs[0]
    'it corrects the bias of both moments; the recursion does not'
    """
    cls = type(optimizer)
    title = f"{cls.__module__}.{cls.__qualname__}"
    if isinstance(optimizer, RecursionOptimizer):
        return _ours(title, optimizer)
    if cls is torch.optim.SGD:
        return _sgd(title, optimizer.param_groups)
    known = {torch.optim.AdamW: "adamw", torch.optim.Adam: "adam", torch.optim.NAdam: "nadamw"}
    for theirs, recursion in known.items():
        if cls is theirs:
            return _adam(title, recursion, optimizer.param_groups)
    return Subject(title, None, ("it is none of the optimizers known here; see ratecert conform",))


def _ours(title: str, optimizer: RecursionOptimizer) -> Subject:
    differs = []
    for name in {p.name for p in optimizer.recursion.parameters}:
        entry = "lr" if name == "eta" else name
        if len({group[entry] for group in optimizer.param_groups}) > 1:
            differs.append(f"its parameter groups have different {name}; a theorem has one")
    id = optimizer.recursion.id
    if id == "nadamw" and all(group["mu"] == 1 for group in optimizer.param_groups):
        id = "adamw"
    if id == "nadamw" and any(
        group["mu"] not in (None, group["theta"]) for group in optimizer.param_groups
    ):
        differs.append("its mu is neither 1 nor theta; the theorem nadamw.rate has mu = theta")
    slots = {slot.name for slot in optimizer.recursion.slots}
    return Subject(title, id, tuple(sorted(differs)), ("m", "v") if {"m", "v"} <= slots else None)


def _sgd(title: str, groups: list[dict[str, Any]]) -> Subject:
    differs = []
    if any(group["weight_decay"] for group in groups):
        differs.append("it has weight decay; the recursion has none")
    if not any(group["momentum"] for group in groups):
        return Subject(title, "sgd", tuple(differs))
    if any(group["dampening"] for group in groups):
        differs.append("dampening leaves the first gradient undampened")
    else:
        differs.append("it adds the gradient without 1 - theta: its lr is (1 - theta) eta")
    if any(group["nesterov"] for group in groups):
        differs.append("it has Nesterov's variant")
    return Subject(title, "momentum", tuple(differs))


def _adam(title: str, recursion: str, groups: list[dict[str, Any]]) -> Subject:
    differs = list(ADAM_NOTES)
    if any(group.get("amsgrad") for group in groups):
        differs.append("AMSGrad: it divides by the largest second moment so far")
    decoupled = recursion == "adamw" or all(group.get("decoupled_weight_decay") for group in groups)
    if not decoupled and any(group["weight_decay"] for group in groups):
        differs.append("its decay is coupled: lam x goes through the moments as part of g")
    if recursion == "nadamw":
        differs.append("its momentum has Dozat's schedule; the recursion's mu is constant")
    return Subject(title, recursion, tuple(differs), ("exp_avg", "exp_avg_sq"))
