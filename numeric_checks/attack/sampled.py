"""A claim in random worlds, without any ascent: large trees, many coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch

from ...proofs.language import Claimed
from ..scenarios import ScenarioError
from .genome import Shape
from .pursuit import ALARM, hash_seed, sides_agree
from .run import Attack
from .search import FEASIBLE, Goal, Problem

MOST = 4
"""Alarms of a tile that are decided exactly, the worst first."""
_BITS = 24


@dataclass(frozen=True)
class Sampled:
    """What random worlds say of a claim.

    Attributes:
        verdict: ``violated`` by an exact scenario; ``holds`` if something was checked and every
            alarm was cleared; ``undecided`` else.
        ratio: the largest, in floats, where no alarm was raised; None if nothing gave one.
        checked: worlds within the hypotheses; ``outside``: worlds that are not.
        alarms: worlds whose floats say "violated"; ``cleared`` of them by exact arithmetic.
        location: of the largest ratio.
    """

    verdict: Literal["holds", "violated", "undecided"]
    ratio: float | None
    checked: int
    outside: int
    alarms: int
    cleared: int
    evidence: str
    location: str


def sampled(claim: Claimed, shape: Shape, worlds: int, *, seed: int = 0, tile: int = 32) -> Sampled:
    """Evaluate ``claim`` in random worlds of one shape.

    Args:
        claim, shape: what, in worlds of which size.
        worlds: how many.
        seed: the worlds are a function of it and of ``tile``.
        tile: worlds evaluated at once.

    Raises:
        AttackError: the claim cannot be evaluated in such worlds.
    """
    attack = Attack(claim, budget=worlds, seed=seed)
    problem = attack.problem(shape, Goal())
    checked = outside = alarms = cleared = 0
    best, place, violated = -math.inf, "", ""
    for number, first in enumerate(range(0, worlds, tile)):
        generator = torch.Generator().manual_seed(hash_seed(seed, number))
        raw = problem.genome.draw(min(tile, worlds - first), generator)
        with torch.no_grad():
            scores, penalty = problem.scores(raw)
        inside = (penalty <= FEASIBLE) & (scores > -math.inf)
        outside += int((~inside).sum())
        checked += int(inside.sum())
        high = inside & (scores > ALARM)
        alarms += int(high.sum())
        for at in scores.masked_fill(~high, -math.inf).argsort(descending=True)[:MOST].tolist():
            if not bool(high[at]):
                break
            outcome = _decided(attack, problem, raw[at])
            cleared += outcome in ("holds", "outside")
            violated = violated or (f"world {first + at}" if outcome == "violated" else "")
        calm = scores.masked_fill(~inside | high, -math.inf)
        if calm.numel() and float(calm.max()) > best:
            at = int(calm.argmax())
            best = float(calm[at])
            where = problem.place(raw[at])
            place = ", ".join((f"world {first + at}", *(f"{n} = {v}" for n, v in where.items())))
    return Sampled(
        verdict=_verdict(violated, checked, alarms, cleared),
        ratio=None if best == -math.inf else math.exp(best),
        checked=checked, outside=outside, alarms=alarms, cleared=cleared,
        evidence=_evidence(shape, violated, checked, alarms, cleared), location=place,
    )  # fmt: skip


def _decided(attack: Attack, problem: Problem, row: torch.Tensor) -> str:
    scenario = attack.scenario(problem, row, _BITS)
    if scenario is None:
        return "undecided"
    try:
        examination = attack.examined(scenario)
    except ScenarioError:
        return "undecided"
    return "holds" if sides_agree(examination) else examination.outcome


def _verdict(
    violated: str, checked: int, alarms: int, cleared: int
) -> Literal["holds", "violated", "undecided"]:
    if violated:
        return "violated"
    return "holds" if checked and cleared == alarms else "undecided"


def _evidence(shape: Shape, violated: str, checked: int, alarms: int, cleared: int) -> str:
    if violated:
        return f"{violated} violates it, decided by exact arithmetic"
    if not checked:
        return f"no random world ({shape}) was within the hypotheses"
    text = f"{checked} random worlds ({shape})"
    if not alarms:
        return f"{text}, no alarm"
    return f"{text}; {cleared} of {alarms} alarms cleared by exact arithmetic"
