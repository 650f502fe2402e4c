"""Pathwise claims: trees with one outcome a step are the paths of ``evaluate``."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from ratecert.numeric_checks.evaluate import Statement, TreeError, evaluate
from ratecert.numeric_checks.evaluate.labelled import ROW, Labelled
from ratecert.numeric_checks.hypotheses import statement_of
from ratecert.numeric_checks.instances import Profile, ProfileBatch, quadratic
from ratecert.numeric_checks.simulate import Run, record
from ratecert.numeric_checks.trees import Forest, Grown, evaluate_on, grow
from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.kernel import terms as T
from ratecert.proofs.theorems.adamw import adamw

CURVATURE = (Fraction(1), Fraction(1, 2))
QUADRATIC = quadratic(CURVATURE, (Fraction(1, 4), Fraction(1)))
HYPERPARAMETERS = {"theta": 0.75, "beta": 0.875, "mu": 0.5, "eta": 0.125, "eps": 0.25, "lam": 0.25}
OWN = {"rho": 2.0, "R": 1.5, "X": 4.0, "A": 1.0, "a": 0.5, "w": 0.5, "c": 0.75, "y": 1.25}
PATHWISE = [
    "v", "L1.momentum", "L1", "L1.double", "L1.sharp", "L1.mixed", "floor", "predicted.root",
    "L2", "L2.mixed", "L2.growing", "reach", "L3", "L6",
]  # fmt: skip


@pytest.fixture(scope="module")
def run() -> Run:
    return record(NADAMW, QUADRATIC, K=6, seeds=[1, 2, 3], parameters=HYPERPARAMETERS)


@pytest.fixture(scope="module")
def grown(run: Run) -> Grown:
    noise = run.processes["g"].data - run.at_points["grad", "x"].data[:-1]
    constants = {name: run.constants[name].floats for name in run.constants}
    own = {name: value.reshape(-1)[:1] for name, value in constants.items() if value.shape[1] == 1}
    profile = Profile(((), ()), tuple((c,) for c in CURVATURE))
    parameters = {name: own.pop(name) for name in HYPERPARAMETERS}
    return grow(Forest(
        recursion=NADAMW,
        objective=ProfileBatch.of([profile] * 3),
        start=run.start,
        probabilities=torch.ones(3, 6, 1, dtype=torch.float64),
        noise=tuple(step[:, None, None] for step in noise),
        parameters=parameters,
        constants={**own, "sigma": constants["sigma"]},
    ))  # fmt: skip


@pytest.mark.parametrize("name", PATHWISE)
def test_pathwise_claims(name: str, run: Run, grown: Grown) -> None:
    statement = statement_of(adamw.claims[name], {}, NADAMW)
    formulas = (statement.conclusion, *statement.hypotheses)
    free = {v.name for f in formulas for v in T.variables(f)} & OWN.keys()
    given = statement_of(adamw.claims[name], {n: OWN[n] for n in free}, NADAMW)
    path = evaluate(given, run)
    assert path is not None
    tree = evaluate_on(
        statement, grown, {n: torch.tensor(OWN[n], dtype=torch.float64) for n in free}
    )
    sizes = path.right.shape[:-1]
    assert tree.left.shape == (3, sizes.numel())
    names = [n for n in path.names if n != ROW]
    for side in ("left", "right", "upper", "lower", "within"):
        rows = Labelled(getattr(path, side), path.names).over((ROW, *names))
        for position in range(sizes.numel()):
            place = tree.place(position)
            assert place.pop("node", 0) == 0
            at = tuple(place[n] - path.starts[n] for n in names)
            one, two = rows[(slice(None), *at)], getattr(tree, side)[:, position]
            assert torch.allclose(one.double().expand(3), two.double(), rtol=1e-12, atol=1e-14)


def test_paths_refuse_what_trees_evaluate(run: Run, grown: Grown) -> None:
    g = T.App("g", (T.Ix("k"), T.Ix("i")))
    conclusion = T.Rel(T.CE(T.Ix("k", -1), g), "<=", T.rat(0))
    ranges = (
        T.Le(T.Ix(None, 1), T.Ix("k")), T.Le(T.Ix("k"), T.Ix("K")),
        T.Le(T.Ix(None, 1), T.Ix("i")), T.Le(T.Ix("i"), T.Ix("d")),
    )  # fmt: skip
    statement = Statement("drift", conclusion, ranges)
    with pytest.raises(TreeError, match="scenario tree"):
        evaluate(statement, run)
    assert evaluate_on(statement, grown).left.shape == (3, 12)
