"""The hyperparameters of ``bound`` against those that the numeric side prescribes for its runs."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from ratecert.proofs.constants.answer import has
from ratecert.proofs.constants.instance import Instance
from ratecert.proofs.constants.values import enclose
from ratecert.proofs.kernel import terms as k
from ratecert.proofs.language.loader import statement

STEPS = 777


@pytest.mark.numeric
@pytest.mark.parametrize(
    "label", ["adamw.rate.canonical", "adamw.rate.weighted", "adam.rate.tuned", "sgd.rate"]
)
def test_the_same_as_for_runs(label: str) -> None:
    """Two solvers of the same hypotheses: closed forms here, bisection over floats there."""
    from ratecert.numeric_checks.prescribe import Choice, Pick, prescribe
    from ratecert.numeric_checks.tables import cosines
    from ratecert.optimizers.recursions import NADAMW, SGD

    problem, claim = cosines(), statement(label)
    largest = max(abs(x) for x in problem.start(1)[0].tolist())
    given = {
        "d": problem.dimension, "K": STEPS, "L": Fraction(problem.L),
        "Delta": Fraction(problem.Delta), "sigma_s": k.sqrt(k.rat(problem.sigma_s2)),
    }  # fmt: skip
    at = Instance(claim, {**given, **({"xmax": Fraction(largest)} if "adamw" in label else {})})
    assert at.holds
    choices: dict[str, Choice] = {"eta": Pick.DOWN}
    if label != "sgd.rate":
        choices |= {"theta": Pick.UP, "mu": 1}
        choices |= {"beta": Fraction(999, 1000)} if "adam." in label else {"beta": Pick.GREATEST}
        choices |= {} if "adam." in label else {"lam": Pick.GREATEST}
    choices |= {"gamma": Fraction(1, 10)} if "weighted" in label else {}
    recursion = SGD if label == "sgd.rate" else NADAMW
    found = prescribe(claim, recursion, problem, STEPS, choices).parameters
    compared = 0
    for name in ("eta", "theta", "eps", "beta", "lam", "mu"):
        if name in found and has(at, name):
            low, high = enclose(at.atoms[name], at.point, 30)
            middle = float((low + high) / 2)
            assert math.isclose(found[name], middle, rel_tol=1e-15, abs_tol=1e-300), name
            compared += 1
    assert compared >= (1 if label == "sgd.rate" else 5)
