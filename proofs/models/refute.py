"""Is a formula false in a model, where its hypotheses hold? If so, it does not follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from ..kernel.errors import KernelError
from ..kernel.terms import Formula, Rel, Var
from .check import Report, instances
from .errors import ModelError
from .evaluation import Env
from .model import Model
from .numbers import compared, shown
from .tree import node as place

MAX_PLACES = 64
"""At how many values of the index names to look."""


@dataclass(frozen=True)
class Looked:
    """What a look into the model found.

    ``false``: where and how the formula is; ``held``: at how many values of the index names it
    holds on all scenarios where its hypotheses do.
    """

    false: str = ""
    held: int = 0


def look(
    report: Report,
    hypotheses: Iterable[Formula],
    goal: Rel,
    values: Mapping[Var, Fraction],
    indices: Env,
) -> Looked:
    """Evaluate ``goal`` in the model of a theory, on every scenario where the hypotheses hold.

    ``values``: numbers for the variables; ``indices``: integers for index names that the
    hypotheses do not bound. Only exact comparisons count; what is undefined or not decided is
    passed over. ``report`` must say that all axioms hold, else nothing is found.
    """
    if report.verdict != "holds" or report.model is None or report.translation is None:
        return Looked()
    model, read, held = report.model.at(values), report.translation.node, 0
    try:
        given, wanted = [read(h) for h in hypotheses], read(goal)
        for at, _ in islice(instances((*given, wanted)), MAX_PLACES):
            try:
                found = _false_at(model, given, wanted, {**indices, **at})
            except ModelError:
                continue
            if found:
                sizes = [
                    f"{name} = {n}" for name, n in (*report.sizes.items(), *sorted(at.items()))
                ]
                return Looked(f"{', '.join(sizes)}{', ' * bool(sizes)}{found}")
            held += found is not None
    except (ModelError, KernelError, RecursionError):
        pass
    return Looked("", held)


def _false_at(model: Model, given: list[Formula], wanted: Rel, env: Env) -> str | None:
    """Where the goal is false; empty if it is true where the premises are; else None."""
    premises = model.premises(given, env)
    if True not in premises:
        return None
    left, right = model.value(wanted.left, env), model.value(wanted.right, env)
    known = [compared(a, wanted.op, b) for a, b in zip(left, right, strict=True)]
    for scenario, (premise, truth) in enumerate(zip(premises, known, strict=True)):
        if premise is True and truth is False:
            history = model.tree.node_of(scenario, left, right)
            where = f"{place(history)}: " if history else ""
            return f"{where}left = {shown(left[scenario])}, right = {shown(right[scenario])}"
    decided = all(k is True or p is False for p, k in zip(premises, known, strict=True))
    return "" if decided else None
