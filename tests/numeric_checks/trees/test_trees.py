"""Gradients, expectations by hand, the size of the work, and forests that are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from ratecert.numeric_checks.evaluate import Statement
from ratecert.numeric_checks.trees import bare, evaluate_on, grow
from ratecert.optimizers.batched import ParameterError, ShapeError
from ratecert.optimizers.recursions import SGD
from ratecert.proofs.kernel import terms as T
from ratecert.proofs.kernel.terms import CE, App, E, Ix, PointApp, Rel

from .forests import (
    COORDINATES,
    OWN,
    STEPS,
    ZERO,
    K,
    forest,
    i,
    k,
    leaves,
    on,
    one,
    process,
    reads,
    t,
    tensor,
)


@pytest.mark.parametrize("name", ["L1", "L3", "L4", "L5", "L7", "L8", "L9"])
def test_gradients_agree_with_finite_differences(name: str) -> None:
    parts = [p.requires_grad_() for p in leaves(K=2, d=1, B=1)]
    own = [tensor([v]).requires_grad_() for v in OWN.values()]

    def sides(*given: Tensor) -> tuple[Tensor, Tensor]:
        values = dict(zip(OWN, given[: len(own)], strict=True))
        found = on(name, list(given[len(own) :]), values)
        return found.left, found.right

    assert torch.autograd.gradcheck(sides, (*own, *parts), eps=1e-7, atol=1e-6)


@pytest.mark.parametrize("name", ["L1", "L4", "L5", "L7", "L8", "L9"])
def test_gradients_are_numbers_where_everything_vanishes(name: str) -> None:
    """G = 0, v = 0, no noise: roots and quotients at 0, where autograd alone gives NaN."""
    parts = leaves()
    for zero in (*parts[:4], *parts[6:]):
        zero.zero_()
    parts[5][4] = 0  # eps
    parts = [p.requires_grad_() for p in parts]
    own = {n: torch.zeros(2, dtype=torch.float64, requires_grad=True) for n in OWN}
    found = on(name, parts, own)
    (found.left + found.right + found.upper + found.lower).sum().backward()  # type: ignore[no-untyped-call]
    gradients = [p.grad for p in (*parts, *own.values()) if p.grad is not None]
    assert gradients
    assert all(bool(g.isfinite().all()) for g in gradients)


@pytest.mark.parametrize("power", ["-1", "-2", "1/2", "-1/2", "1/4", "0", "3"])
@pytest.mark.parametrize("value", [0.0, -1.0, 4.0])
def test_total_powers_and_their_gradients(power: str, value: float) -> None:
    x = tensor([value]).requires_grad_()
    term = T.power(T.Var("x", "det"), power)
    found = evaluate_on(Statement("power", Rel(term, "<=", ZERO)), bare({}), {"x": x}).left
    q = float(Fraction(power))
    whole = q == int(q)
    regular = value != 0 if q < 0 or not whole else True
    regular = regular and (value >= 0 or whole)
    assert float(found.detach()) == pytest.approx(value**q if regular else 0.0, rel=1e-15)
    (slope,) = torch.autograd.grad(found.sum() + 0 * x.sum(), x)
    expected = q * value ** (q - 1) if regular and value else 0.0
    assert float(slope) == pytest.approx(expected, rel=1e-14)


def test_log_ratio_and_its_gradient_at_the_ends() -> None:
    values = tensor([0.0, 0.0, 2.0, -3.0]).requires_grad_()
    against = tensor([0.0, 1.0, 1.0, 0.0])
    statement = Statement("x <= y", Rel(T.Var("x", "det"), "<=", T.Var("y", "det")))
    found = evaluate_on(statement, bare({}), {"x": values, "y": against})
    expected = tensor([-torch.inf, -torch.inf, 2.0, -torch.inf])
    expected[2] = expected[2].log()
    assert torch.equal(found.log_ratio[:, 0].detach(), expected)
    assert found.skipped[:, 0].tolist() == [True, False, False, False]
    found.log_ratio[found.log_ratio.isfinite()].sum().backward()  # type: ignore[no-untyped-call]
    assert values.grad is not None and values.grad.tolist() == [0.0, 0.0, 0.5, 0.0]
    equal = Statement("x = y", Rel(T.Var("x", "det"), "=", T.Var("y", "det")))
    quarter = evaluate_on(equal, bare({}), {"x": tensor(1.0), "y": tensor(4.0)})
    assert float(quarter.log_ratio.exp()) == pytest.approx(4)


def test_worlds_do_not_mix() -> None:
    """Each world of a batch is evaluated as alone."""
    parts = leaves()
    for name in ("L3", "L4", "L7"):
        together = on(name, parts)
        for world in range(2):
            alone = on(name, [p[:, world : world + 1] if n == 5 else p[world : world + 1]
                              for n, p in enumerate(parts)])  # fmt: skip
            assert torch.allclose(together.left[world], alone.left[0], rtol=1e-13, atol=0)
            assert torch.allclose(together.right[world], alone.right[0], rtol=1e-13, atol=0)


# --- expectations ---------------------------------------------------------------------------------


def test_expectations_are_weighted_means_over_the_leaves() -> None:
    made = forest(leaves())
    grown, chances = grow(made), made.chances
    weights = torch.ones(2, 1, dtype=torch.float64)
    for chance in chances:
        weights = (weights[..., None] * chance).flatten(1)
    statement = Statement("E g^2", Rel(E(T.power(process("g", K), 2)), "<=", ZERO), COORDINATES)
    direct = (weights[..., None] * grown.processes["g"][3] ** 2).sum(1)
    assert torch.allclose(evaluate_on(statement, grown).left, direct, rtol=1e-13)


def test_conditional_expectations() -> None:
    m, g = process("m"), process("g")
    drift = reads(T.sub(CE(k.shift(-1), g), App("grad", (PointApp("x", (k,)), i))), *STEPS,
                  *COORDINATES)  # fmt: skip
    assert drift.left.shape == (2, (1 + 2 + 4) * 2)
    assert float(drift.left.abs().max()) < 1e-14  # A2
    assert {drift.place(p).get("node") for p in range(14)} == {None, 0, 1, 2, 3}
    tower = reads(T.sub(E(CE(k.shift(-1), T.power(m, 2))), E(T.power(m, 2))), *STEPS, *COORDINATES)
    assert float(tower.left.abs().max()) < 1e-14
    known = reads(T.sub(CE(k, m), m), *STEPS, *COORDINATES)
    assert float(known.left.abs().max()) == 0 and known.left.shape == (2, 14 * 2)
    trivial = reads(T.sub(CE(Ix(None, -2), m), E(m)), *STEPS, *COORDINATES)
    assert float(trivial.left.abs().max()) == 0


def test_random_products_are_not_split() -> None:
    """E of a product of two sums over time is no product of means."""
    total = T.sum_over("t", one, K, App("g", (t, i)))
    square = reads(E(T.mul(total, total)), *COORDINATES).left
    mean = reads(T.mul(E(total), E(total)), *COORDINATES).left
    assert bool((square > mean + 1e-3).all())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"start": torch.ones(3)}, ShapeError, r"start must be \[B, d\]"),
        ({"start": torch.ones(2, 0)}, ShapeError, r"start must be \[B, d\]"),
        ({"probabilities": torch.ones(2, 3)}, ShapeError, r"probabilities must be \[B, K, b\]"),
        ({"probabilities": ()}, ShapeError, r"probabilities must be \[B, K, b\]"),
        ({"probabilities": torch.ones(3, 3, 2)}, ShapeError, "probabilities of step 1"),
        ({"probabilities": torch.ones(2, 2, 2)}, ShapeError, "noise of 3 steps"),
        ({"noise": (torch.ones(2, 2, 2, 2),) * 3}, ShapeError, "noise of step 1"),
        ({"noise": (torch.ones(2, 1, 2),) * 3}, ShapeError, "noise of step 1"),
        ({"noise": (torch.ones(2, 1, 2, 2, dtype=torch.long),) * 3}, ShapeError, "floats"),
        ({"parameters": {"et": tensor(1.0)}}, ParameterError, "did you mean eta"),
        ({"parameters": {"eta": tensor(1.0)}}, ParameterError, "missing parameters: beta"),
        ({"constants": {"eta": tensor(1.0)}}, ParameterError, "both a constant"),
        ({"constants": {"L": torch.ones(3)}}, ShapeError, r"L must be floats"),
        ({"constants": {"L": torch.ones((), dtype=torch.long)}}, ShapeError, r"L must be floats"),
    ],
)
def test_forests_that_do_not_fit(change: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        replace(forest(leaves()), **change)


# --- cost -----------------------------------------------------------------------------------------


class Counted(TorchDispatchMode):
    """How many numbers torch has made."""

    made = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor) and result._base is None:
            self.made += result.numel()
        return result


def numbers(work: Callable[[], object]) -> int:
    with Counted() as counted:
        work()
    return counted.made


def tree(steps: int) -> list[Tensor]:
    parts = leaves(K=steps, d=1, B=1)
    return [*parts[:6], *(p[:, :1] for p in parts[6:])]


@pytest.mark.parametrize("name", ["L4", "L5", "L7", "L8", "L9"])
def test_the_cost_is_linear_in_the_leaves(name: str) -> None:
    """One more step doubles the leaves; all k and all sums over them cost no logarithm."""
    small, large = (numbers(lambda n=n: on(name, tree(n))) for n in (8, 10))  # type: ignore[misc]
    assert small > 20 * 2**8
    assert large < 4.4 * small


def test_sgd_runs_too() -> None:
    made = forest(leaves())
    changed = replace(made, recursion=SGD, parameters={"eta": made.parameters["eta"]})
    grown = grow(changed)
    x, g = grown.points["x"], grown.processes["g"]
    eta = made.parameters["eta"][:, None, None]
    for step in (1, 2, 3):
        before = x[step].repeat_interleave(2, 1)
        assert torch.allclose(x[step + 1], before - eta * g[step], rtol=1e-15)
    assert grown.K == 3 and grown.d == 2
