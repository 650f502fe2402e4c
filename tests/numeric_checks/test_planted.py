"""AdamW's pathwise lemmas against what must break them: every violation is found and confirmed.

The statements are the kernel's; what is planted is a recursion, a hyperparameter outside the
hypotheses (which are then left out), or a constant 2 % too small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pytest
import sympy
import torch
from torch import Tensor

from ratecert.numeric_checks.evaluate import Check, Statement, check
from ratecert.numeric_checks.hypotheses import statement_of
from ratecert.numeric_checks.instances import cosine, digits, quadratic
from ratecert.numeric_checks.simulate import record
from ratecert.optimizers.recursions import NADAMW, Recursion, Update
from ratecert.proofs.kernel.terms import Le, Rel, mul, rat
from ratecert.proofs.theorems.adamw import adamw

K = 40
WAVES = cosine(
    (Fraction(1), Fraction(1, 2)), (Fraction(1, 8), Fraction(1, 16)), (Fraction(1), Fraction(-1, 2))
)
USUAL = {"eta": 0.01, "theta": 0.9, "beta": 0.94, "mu": 1.0, "eps": 1e-4, "lam": 0.01}


@dataclass(frozen=True)
class Scripted:
    """A straight line f(x) = x_1 + ... with prescribed stochastic gradients g^k = ratio^k."""

    ratio: float
    name: str = "scripted"
    dimension: int = 1
    L: Fraction = Fraction(1)
    f_star: Fraction = Fraction(0)
    Delta: Fraction = Fraction(1)
    sigma2: tuple[Fraction, ...] = (Fraction(0),)
    sigma_s2: Fraction = Fraction(0)

    def start(self, rows: int, dtype: Any = torch.float64, device: Any = "cpu") -> Tensor:
        return torch.ones(rows, 1, dtype=dtype, device=device)

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x.sum(-1), torch.ones_like(x)

    def stochastic_gradient(
        self, x: Tensor, step: int, seeds: Sequence[int], instances: Any = None
    ) -> Tensor:
        return torch.full_like(x, self.ratio**step)


def _unconditional(name: str, **values: Fraction | float) -> Statement:
    """A claim of the theory with its index hypotheses only."""
    statement = statement_of(adamw.claims[name], values)
    return replace(
        statement, hypotheses=tuple(h for h in statement.hypotheses if isinstance(h, Le))
    )


def _planted(name: str, factor: str) -> Statement:
    """A claim of the theory, in full, with ``factor`` times its right side."""
    statement = statement_of(adamw.claims[name])
    smaller = mul(rat(factor), statement.conclusion.right)
    return replace(statement, conclusion=Rel(statement.conclusion.left, "<=", smaller))


def _check(
    statement: Statement,
    recursion: Recursion = NADAMW,
    instance: Any = WAVES,
    lead: int = 0,
    steps: int = K,
    **parameters: float,
) -> Check:
    seeds = [1, 2] if instance is WAVES else [1]
    run = record(recursion, instance, K=steps, seeds=seeds, parameters={**USUAL, **parameters})
    return check(statement, run, lead=lead)


def _updated(**changed: sympy.Expr) -> Recursion:
    updates = tuple(Update(u.target, changed.get(u.target, u.value)) for u in NADAMW.updates)
    return replace(NADAMW, id="planted", updates=updates)


# --- hypotheses left out ----------------------------------------------------------------------


@pytest.mark.parametrize("mu", [1.0, 0.9])
@pytest.mark.parametrize("name", ["L1.momentum", "L1", "L1.double"])
def test_theta_above_beta_breaks_L1(name: str, mu: float) -> None:
    """m forgets more slowly than v: a path from the start on (the replay begins at iteration 1)."""
    memory = {"theta": 0.99, "beta": 0.5, "mu": mu}
    found = _check(_unconditional(name), NADAMW, Scripted(0.25), lead=K, **memory)
    assert (found.verdict, found.confirmed) == ("violated", 8)
    assert {a.reexamination.method for a in found.details} == {"exact rationals"}
    assert found.ratio > 2
    # With the hypotheses, nothing is claimed there.
    silent = _check(statement_of(adamw.claims[name]), NADAMW, Scripted(0.25), **memory)
    assert (silent.verdict, silent.checked) == ("undecided", 0)


def test_iterates_leave_the_ball_of_L2_where_lam_eta_exceeds_two() -> None:
    """x -> (1 - lam eta) x expands; lam itself may be a thousand times larger than usual."""
    far = {"lam": 250.0, "eta": 0.01}
    found = _check(_unconditional("L2", R=2.0), **far)
    assert (found.verdict, found.confirmed) == ("violated", 8)
    assert found.ratio > 1e3
    assert found.location is not None
    assert found.location.indices["k"] == K + 1
    silent = _check(statement_of(adamw.claims["L2"], {"R": 2.0}), **far)
    assert silent.checked == 0
    within = _check(statement_of(adamw.claims["L2"], {"R": 2.0}), lam=99.0)
    assert (within.verdict, within.checked) == ("holds", (K + 1) * 2 * 2)


# --- other recursions -------------------------------------------------------------------------


def test_a_step_twice_as_long_breaks_L6() -> None:
    x, n, D = sympy.symbols("x n D")
    eta, lam = sympy.symbols("eta lam")
    wrong = _updated(x=(1 - lam * eta) * x - 2 * eta * n / D)
    statement = statement_of(adamw.claims["L6"])
    found = _check(statement, wrong, eps=1.0, lam=0.0)
    assert (found.verdict, found.confirmed) == ("violated", 8)
    assert 2 < found.ratio <= 4
    assert _check(statement, eps=1.0, lam=0.0).verdict == "holds"


def test_eps_outside_the_root_breaks_the_floor_and_L6() -> None:
    """D = v^(1/2) + eps is below eps^(1/2) where v is small."""
    v, eps = sympy.symbols("v eps")
    outside = _updated(D=sympy.sqrt(v) + eps)
    flat = cosine((Fraction(1),), (Fraction(1, 1000),), (Fraction(1, 100),))
    for name in ("floor", "L6"):
        statement = statement_of(adamw.claims[name])
        found = _check(statement, outside, flat)
        assert found.verdict == "violated", name
        assert found.ratio > 2
        assert _check(statement, NADAMW, flat).verdict == "holds"


# --- constants 2 % too small, where the claim is an equality -----------------------------------


@pytest.mark.parametrize("name", ["L1.momentum", "L1", "L1.sharp"])
@pytest.mark.parametrize("mu", [1.0, 0.0])
def test_without_memory_L1_is_an_equality(name: str, mu: float) -> None:
    """theta = beta = 0: m = n = g and v = g^2. 4/3 is out of reach there."""
    memory = {"theta": 0.0, "beta": 0.0, "mu": mu}
    fine = _check(statement_of(adamw.claims[name]), **memory)
    assert fine.verdict == "holds"
    if name == "L1.sharp":
        assert fine.ratio == pytest.approx(3 / 4)
        return
    assert fine.ratio == 1.0
    wrong = _check(_planted(name, "49/50"), **memory)
    assert (wrong.verdict, wrong.confirmed) == ("violated", 8)
    assert wrong.alarms == wrong.checked == K * 2 * 2
    assert wrong.ratio == pytest.approx(50 / 49)


@pytest.mark.parametrize("name", ["L1.unrolled", "L1.sharp"])
def test_geometric_gradients_attain_the_sharp_factor(name: str) -> None:
    """g^k = (beta/theta)^k: equality in Cauchy-Schwarz as k grows; 4/3 at beta = theta^(1/2)."""
    theta, beta = 0.9, math.nextafter(math.sqrt(0.9), 0.0)
    script = Scripted(beta / theta)
    memory = {"theta": theta, "beta": beta, "eta": 1e-3, "lam": 0.0}
    fine = _check(statement_of(adamw.claims[name]), NADAMW, script, **memory)
    assert (fine.verdict, fine.alarms) == ("holds", 0)
    assert 0.99 < fine.ratio <= 1
    wrong = _check(_planted(name, "49/50"), NADAMW, script, lead=K, **memory)
    assert (wrong.verdict, wrong.confirmed) == ("violated", 8)
    assert {a.reexamination.method for a in wrong.details} == {"exact rationals"}


def test_constant_gradients_attain_L1_at_beta_equal_to_theta() -> None:
    memory = {"theta": 0.5, "beta": 0.5, "eta": 1e-3, "lam": 0.0}
    for name in ("L1.momentum", "L1"):
        fine = _check(statement_of(adamw.claims[name]), NADAMW, Scripted(1.0), **memory)
        assert fine.verdict == "holds"
        assert fine.ratio > 1 - 1e-9
        wrong = _check(_planted(name, "49/50"), NADAMW, Scripted(1.0), **memory)
        assert wrong.verdict == "violated"


# --- descent: exact re-examination through m, v, n and D = (v + eps)^(1/2) ----------------------


def test_false_alarms_of_L3_are_cleared_by_balls() -> None:
    """Equal curvatures, n = G and v/eps of 1e-18: both sides agree to all digits of a float."""
    small = quadratic((Fraction(1),) * 3, origin=tuple(Fraction(n, 2**30) for n in (1, 2, 3)))
    parameters = {**USUAL, "theta": 0.0, "beta": 0.5, "eps": 1.0, "lam": 0.0, "eta": 0.3}
    statement = statement_of(adamw.claims["L3"], {"rho": Fraction(1)})
    run = record(NADAMW, small, K=30, seeds=[1], parameters=parameters)
    found = check(statement, run, confirm=100)
    assert found.alarms > 3
    assert (found.verdict, found.cleared) == ("holds", found.alarms)
    assert {a.reexamination.method for a in found.details} == {"balls of 200 bits"}
    assert found.ratio == pytest.approx(1, abs=1e-13)
    planted = record(
        NADAMW, small, K=30, seeds=[1], parameters=parameters,
        constants={"L": Fraction(1) - Fraction(1, 10**15)},
    )  # fmt: skip
    wrong = check(statement, planted, confirm=100)
    assert wrong.verdict == "violated"


@pytest.mark.parametrize("mu", [1.0, 0.9])
def test_a_smoothness_constant_too_small_breaks_L3(mu: float) -> None:
    """The path reaches back: m and v carry what the steps before left."""
    statement = statement_of(adamw.claims["L3"], {"rho": Fraction(1)})
    steep = quadratic((Fraction(1),), origin=(Fraction(1, 100),))
    parameters = {**USUAL, "theta": 0.2, "beta": 0.3, "mu": mu, "eps": 4.0, "eta": 1.9, "lam": 0.0}
    fine = check(statement, record(NADAMW, steep, K=9, seeds=[1], parameters=parameters))
    assert fine.verdict == "holds"
    run = record(
        NADAMW, steep, K=9, seeds=[1], parameters=parameters, constants={"L": Fraction(1, 2)}
    )
    for lead in (0, 9):
        wrong = check(statement, run, lead=lead)
        assert wrong.verdict == "violated"
        assert wrong.confirmed >= 1
        assert all("balls" in a.reexamination.method for a in wrong.details)


def test_an_alarm_on_real_data_is_settled_at_once() -> None:
    """d = 640 and 1797 data: f, its gradient, D and the sum over coordinates, in balls."""
    statement = statement_of(adamw.claims["L3"], {"rho": Fraction(1)})
    parameters = {**USUAL, "eta": 1.0, "eps": 1e-2, "theta": 0.5, "beta": 0.6, "lam": 0.0}
    run = record(
        NADAMW, digits(32), K=4, seeds=[1], parameters=parameters,
        constants={"L": Fraction(1, 1000)},
    )  # fmt: skip
    found = check(statement, run, confirm=2)
    assert (found.verdict, found.confirmed) == ("violated", 2)
    assert all(a.reexamination.method.startswith("balls of 200 bits") for a in found.details)
