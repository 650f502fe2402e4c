"""Both sides of every claim, on trees in floats and in the exact finite models."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from ratecert.numeric_checks.hypotheses import statement_of
from ratecert.numeric_checks.trees import Forest, Grown, evaluate_on, grow
from ratecert.optimizers.recursions import NADAMW, SGD
from ratecert.proofs.kernel import terms as T
from ratecert.proofs.language.loader import load
from ratecert.proofs.models import Report, Undecided, UndefinedError

RECURSIONS = {"sgd": SGD, "adamw": NADAMW, "nadamw": NADAMW, "adam": NADAMW}
IN_EXPECTATION = {
    "sgd": {"unbiased", "second-moment", "expected-descent", "telescoped", "rate", "rate.min"},
    "adamw": {
        "L3.expected", "L3.total", "L4", "L4.first", "L4.step", "L5", "conditional", "L7",
        "L7.mean", "L7.predicted", "L7.sum", "L7.total", "L8", "L9", "P", "S", "rate",
        "rate.canonical", "rate.tuned", "rate.joint",
    },
    "nadamw": {"rate", "rate.canonical", "rate.joint"},
    "adam": {"L3.expected", "L3.total", "L6", "P", "rate", "rate.canonical", "rate.joint"},
}  # fmt: skip


def numbers(claim: Any, draw: random.Random | None) -> dict[T.Var, Fraction]:
    """Values of the claim's own variables: its witness, or, half of the time, others."""
    found = {v: q for v, q in claim.witness_point()[0].items() if isinstance(v, T.Var)}
    if draw is not None:
        for v in found:
            found[v] = Fraction(draw.randint(1, 12), 12) if draw.random() < 0.5 else found[v]
    return found


def compare(
    claim: Any, report: Report, forest: Forest, grown: Grown, draw: random.Random | None,
    exactly: SimpleNamespace,
) -> Counter[str]:  # fmt: skip
    """Sides agree to 1e-12 of the size of their terms, and so does where the hypotheses hold."""
    values, counted = numbers(claim, draw), Counter[str]()
    model = report.model.at(values)  # type: ignore[union-attr]
    read = report.translation.node  # type: ignore[union-attr]
    given = {v.name: torch.tensor(float(q), dtype=torch.float64) for v, q in values.items()}
    statement = statement_of(claim, {}, forest.recursion)
    found = evaluate_on(statement, grown, given)
    sides, size = (found.relation.left, found.relation.right), found.upper + found.lower
    for position in range(found.left.shape[1]):
        place = found.place(position)
        node, path = place.pop("node", 0), found.path(position)
        leaf = node * found.outcomes ** (grown.K - len(path))
        assert model.tree.paths[leaf][: len(path)] == tuple(n + 1 for n in path)
        try:
            exact = [exactly.middle(model.value(read(side), place)[leaf]) for side in sides]
            premises = model.premises([read(h) for h in statement.hypotheses], place)[leaf]
        except (UndefinedError, Undecided):
            counted["undefined"] += 1
            continue
        floats = [float(side[0, position]) for side in (found.left, found.right)]
        tolerance = 1e-12 * float(size[0, position])
        assert floats == pytest.approx(exact, abs=tolerance + 1e-300), (claim.label, place)
        if premises is True:
            assert bool(found.within[0, position]), (claim.label, place)
        counted["compared"] += 1
        counted["within"] += premises is True
        counted["outside"] += premises is False and not bool(found.within[0, position])
    return counted


def relations(theory: Any) -> list[Any]:
    return [c for c in theory.claims.values() if isinstance(c.statement(), T.Rel)]


@pytest.mark.parametrize("name", RECURSIONS)
def test_shipped_models(name: str, exactly: SimpleNamespace) -> None:
    (theory,) = load(name)
    report = theory.consistency()
    forest = exactly.forest_of(report, RECURSIONS[name])
    grown = grow(forest)
    for claim in relations(theory):
        if claim.id in IN_EXPECTATION[name]:
            assert compare(claim, report, forest, grown, None, exactly)["compared"], claim.label


@pytest.mark.parametrize("name", RECURSIONS)
@pytest.mark.parametrize("seed", [1, 2])
def test_random_models(name: str, seed: int, exactly: SimpleNamespace) -> None:
    """All claims, also where their hypotheses do not hold; noise depends on the node."""
    (theory,) = load(name)
    report = exactly.random_report(theory, seed)
    forest = exactly.forest_of(report, RECURSIONS[name])
    assert (forest.noise[2][:, :1] != forest.noise[2]).any()
    grown, draw, counted = grow(forest), random.Random(f"values {name} {seed}"), Counter[str]()
    for claim in relations(theory):
        found = compare(claim, report, forest, grown, draw, exactly)
        assert found["compared"] or claim.id not in IN_EXPECTATION[name], claim.label
        counted += found
    assert counted["compared"] > 10 * counted["undefined"]
    assert counted["outside"]
    # The rates that nadamw and adam add prescribe hyperparameters, which none are at random.
    assert counted["within"] or name in ("nadamw", "adam")
