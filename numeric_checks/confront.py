"""The short confrontation: a proved algorithm on real data, with certified constants.

Softmax regression on scikit-learn's digits satisfies A0 to A3 with constants certified exactly
(``instances.softmax``). SGD runs on it with the step size its theorem prescribes; the theory's own
statements are then evaluated on the recorded runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..optimizers.recursions import SGD
from ..proofs.kernel.exact import evaluate
from ..proofs.kernel.terms import App, Rat, Rel, Term, sqrt
from ..proofs.language import Claimed
from ..proofs.theorems.sgd import sgd
from .evaluate import Check, Statement, check_all, theory_unfolding
from .instances import Instance, digits, round_down
from .simulate import simulate
from .simulate.progress import Progress


@dataclass(frozen=True)
class Confrontation:
    """What was run, and what became of each statement.

    ``trivial_bound``: what ||grad f||_2 satisfies at every point whatever, by the data alone; a
    rate says something only where it is below.
    """

    instance: Instance
    steps: int
    seeds: tuple[int, ...]
    step_size: float
    checks: tuple[Check, ...]
    trivial_bound: float

    @property
    def passed(self) -> bool:
        """Every pathwise statement holds, and no estimate lies above its bound."""
        return all(c.ratio < 1 if c.estimated else c.verdict == "holds" for c in self.checks)


def statement_of(claim: Claimed) -> Statement:
    """The kernel's statement of a claim, ready for evaluation on runs."""
    unfold = theory_unfolding(claim.theory.kernel())
    return Statement(claim.id, claim.statement(), claim.hypotheses(), unfold)


def prescribed(claim: Claimed, parameter: str, instance: Instance, steps: int) -> float:
    """The value that the claim's hypothesis ``parameter = ...`` prescribes, rounded down.

    Raises ``ValueError`` if no hypothesis determines the parameter.
    """
    _, sigma_s = evaluate(sqrt(Rat(instance.sigma_s2)), {})
    env: dict[Term, Fraction] = {
        App("L", ()): instance.L,
        App("Delta", ()): instance.Delta,
        App("sigma_s", ()): sigma_s,
    }
    for hypothesis in claim.hypotheses():
        if isinstance(hypothesis, Rel) and hypothesis.left == App(parameter, ()):
            low, _ = evaluate(hypothesis.right, env, indices={"K": steps})
            return round_down(low)
    raise ValueError(f"{claim.label} does not prescribe {parameter}")


def confront(
    steps: int = 300,
    seeds: Sequence[int] = (0, 1, 2, 3),
    batch: int = 128,
    progress: Progress | None = None,
) -> Confrontation:
    """SGD on digits, with its descent inequality on every step and its rate over the seeds."""
    instance = digits(batch=batch)
    eta = prescribed(sgd.claims["rate"], "eta", instance, steps)
    statements = [statement_of(sgd.claims[name]) for name in ("descent", "rate")]
    runs = simulate(SGD, instance, K=steps, seeds=seeds, parameters={"eta": eta}, progress=progress)
    checks = check_all(statements, runs)
    trivial = math.sqrt(instance.gradient_l2_squared_bound)
    return Confrontation(instance, steps, tuple(seeds), eta, tuple(checks), trivial)
