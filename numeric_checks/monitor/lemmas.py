"""Lemmas about m and v at one time, evaluated from the kernel's statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import torch

from ...proofs.language.loader import statement
from ...proofs.render.text import Printer
from ..evaluate import Evaluation, Statement, conditions, evaluate
from ..hypotheses import statement_of
from ..simulate import Run, Series, constant
from .history import Worst

LEMMAS = {"adamw.L1.momentum": "m", "adamw.L1.sharp": "m", "adamw.L1": "n"}
"""Lemmas that hold on every path and speak of one time only, and the process they bound."""


@dataclass(frozen=True)
class Lemma:
    """A lemma over the coordinates where it came closest to failing.

    Attributes:
        label, title: the claim.
        ratio: the largest quotient of its sides; at most 1 iff it held there. None if its
            hypotheses (theta <= beta, ...) do not hold at the optimizer's hyperparameters.
        tensor, step: where and when; empty and 0 if it does not apply.
        reason: the hypothesis that does not hold, if there is one.
    """

    label: str
    title: str
    ratio: float | None
    tensor: str = ""
    step: int = 0
    reason: str = ""


def lemmas(found: Iterable[tuple[str, Worst]]) -> tuple[Lemma, ...]:
    """Each lemma at the coordinates kept for its process ("m" or "n")."""
    kept = list(found)
    told = []
    for label, process in LEMMAS.items():
        mine = [worst for name, worst in kept if name == process]
        if not mine:
            continue
        best = Lemma(label, _title(label), None)
        for worst in mine:
            ratio, reason = _ratio(label, process, worst)
            if ratio is None and best.ratio is None:
                best = Lemma(label, _title(label), None, reason=reason)
            elif ratio is not None and (best.ratio is None or not ratio <= best.ratio):
                best = Lemma(label, _title(label), ratio, worst.tensor, worst.step)
        told.append(best)
    return tuple(told)


@cache
def _stated(label: str) -> Statement:
    return statement_of(statement(label))


def _title(label: str) -> str:
    return str(statement(label).title)


def _ratio(label: str, process: str, worst: Worst) -> tuple[float | None, str]:
    """Upper over lower side at one coordinate, or the hypothesis that fails."""

    def series(value: float) -> Series:
        return Series(torch.full((1, 1, 1), value, dtype=torch.float64), 2)

    # Which time it is does not matter to a statement about one: it is called 2 of 3.
    run = Run(
        first=2, last=2, indices={"K": 3, "d": 1},
        constants={name: constant(value, name) for name, value in worst.parameters},
        points={}, processes={process: series(worst.momentum), "v": series(worst.second_moment)},
        at_points={}, seeds=(0,), instances=(0,), replicates=False,
    )  # fmt: skip
    found: Evaluation | None = evaluate(_stated(label), run)
    if found is not None and bool(found.within.all()):
        return float(found.ratio.amax()), ""
    claim = statement(label)
    failing = [c.hypothesis for c in conditions(_stated(label), run) if not c.holds]
    printer = Printer(claim.theory.kernel())
    return None, ", ".join(map(printer.show, failing)) or "one of its hypotheses"
