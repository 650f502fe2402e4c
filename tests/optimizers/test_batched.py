"""Compiled recursions against hand-written peers, and every refusal."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
import torch
from torch import Tensor

from ratecert.optimizers.batched import (
    NonFiniteError,
    ParameterError,
    ShapeError,
    UnsupportedExpressionError,
    batched,
    compile_expression,
)
from ratecert.optimizers.batched.torch_arithmetic import TorchArithmetic
from ratecert.optimizers.recursions import (
    RECURSIONS,
    SGD,
    Parameter,
    Recursion,
    Slot,
    Update,
    previous,
)

pytestmark = pytest.mark.numeric

STEPS, B, D = 200, 5, 7


def _nadamw() -> Recursion:
    """NAdamW(mu) of the blueprint, section 0: what the walker must already support."""
    theta, beta, mu, eta, eps, decay = sympy.symbols("theta beta mu eta eps lam")
    x, g, m, v, n = sympy.symbols("x g m v n")
    return Recursion(
        id="nadamw-test",
        title="NAdamW(mu)",
        source="blueprint, section 0",
        parameters=tuple(
            Parameter(name, name, "") for name in ("theta", "beta", "mu", "eta", "eps", "lam")
        ),
        slots=(Slot("m", "momentum"), Slot("v", "second moment")),
        updates=(
            Update("m", theta * previous("m") + (1 - theta) * g),
            Update("v", beta * previous("v") + (1 - beta) * g**2),
            Update("n", mu * m + (1 - mu) * g),
            Update("x", (1 - decay * eta) * x - eta * n / sympy.sqrt(v + eps)),
        ),
    )


NADAMW = _nadamw()
ADAMW_VALUES = {"theta": 0.9, "beta": 0.99, "mu": 1.0, "eta": 0.01, "eps": 0.0, "lam": 0.1}
ALL = [*RECURSIONS.values(), NADAMW]


def _values(recursion: Recursion) -> dict[str, float]:
    return {p.name: ADAMW_VALUES.get(p.name, 0.1) for p in recursion.parameters}


def _quadratic(seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(B, D, generator=generator, dtype=torch.float64)
    curvature = torch.rand(B, D, generator=generator, dtype=torch.float64) + 0.1
    return start, curvature


def _worst(a: Tensor, b: Tensor) -> float:
    """The largest difference in a row, relative to the row's largest coordinate."""
    return float(((a - b).abs().amax(1) / b.abs().amax(1)).max())


@pytest.mark.parametrize("eta", [0.1, 1.3])
def test_sgd_is_torch_optim_sgd(eta: float) -> None:
    start, curvature = _quadratic(1)
    peer = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.SGD([peer], lr=eta)
    rule = batched(SGD)
    state = rule.init(start, eta=eta)
    noise = torch.Generator().manual_seed(2)
    for _ in range(STEPS):
        shift = torch.randn(B, D, generator=noise, dtype=torch.float64)
        state = rule.step(state, curvature * state.x + shift).state
        peer.grad = curvature * peer.detach() + shift
        optimizer.step()
        assert _worst(state.x, peer.detach()) <= 1e-14
    assert state.k == STEPS + 1


def test_a_wrong_peer_is_noticed() -> None:
    start, curvature = _quadratic(1)
    peer = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.SGD([peer], lr=0.1, momentum=1e-6)
    rule = batched(SGD)
    state = rule.init(start, eta=0.1)
    for _ in range(5):
        state = rule.step(state, curvature * state.x).state
        peer.grad = curvature * peer.detach()
        optimizer.step()
    assert _worst(state.x, peer.detach()) > 1e-9


def test_adam_like_is_torch_optim_adamw_under_its_preset() -> None:
    """torch.optim.AdamW without bias correction (step preset to 1e7) and eps = 0."""
    start, curvature = _quadratic(3)
    peer = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.AdamW(
        [peer], lr=0.01, betas=(0.9, 0.99), eps=0.0, weight_decay=0.1, foreach=False
    )
    optimizer.state[peer] = {
        "step": torch.tensor(1e7),
        "exp_avg": torch.zeros_like(peer),
        "exp_avg_sq": torch.zeros_like(peer),
    }
    rule = batched(NADAMW)
    state = rule.init(start, **ADAMW_VALUES)
    noise = torch.Generator().manual_seed(4)
    for _ in range(STEPS):
        shift = torch.randn(B, D, generator=noise, dtype=torch.float64)
        state = rule.step(state, curvature * state.x + shift).state
        peer.grad = curvature * peer.detach() + shift
        optimizer.step()
        assert _worst(state.x, peer.detach()) <= 1e-13


def test_nadamw_by_hand_in_rationals() -> None:
    """Three steps of scalar Fractions, the root taken of perfect squares."""
    values = {"theta": "1/2", "beta": "3/4", "mu": "1/2", "eta": "1/8", "eps": "0", "lam": "1/2"}
    p = {name: Fraction(text) for name, text in values.items()}
    x, m, v, g = Fraction(3), Fraction(0), Fraction(0), Fraction(2)
    state = batched(NADAMW).init(torch.tensor([[3.0]], dtype=torch.float64), **p)
    m = p["theta"] * m + (1 - p["theta"]) * g
    v = p["beta"] * v + (1 - p["beta"]) * g**2
    n = p["mu"] * m + (1 - p["mu"]) * g
    x = (1 - p["lam"] * p["eta"]) * x - p["eta"] * n / 1  # v = 1
    step = batched(NADAMW).step(state, torch.tensor([[2.0]], dtype=torch.float64))
    assert v == 1
    assert float(step.state.x) == float(x)
    assert [float(step.values[name]) for name in "mvn"] == [float(m), float(v), float(n)]
    assert set(step.state.slots) == {"m", "v"}


@pytest.mark.parametrize("recursion", ALL, ids=lambda r: r.id)
class TestEveryRecursion:
    """What holds of every entry of the table, present and future."""

    def _run(self, recursion: Recursion, rows: slice, steps: int = 20) -> Tensor:
        start, curvature = _quadratic(5)
        rule = batched(recursion)
        state = rule.init(start[rows], **_values(recursion))
        for _ in range(steps):
            state = rule.step(state, curvature[rows] * state.x).state
        return state.x

    def test_moves_and_stays_finite(self, recursion: Recursion) -> None:
        end = self._run(recursion, slice(None))
        assert bool(torch.isfinite(end).all())
        assert not torch.equal(end, _quadratic(5)[0])

    def test_rows_do_not_interact(self, recursion: Recursion) -> None:
        whole = self._run(recursion, slice(None))
        parts = [self._run(recursion, slice(b, b + 1)) for b in range(B)]
        assert torch.equal(whole, torch.cat(parts))

    def test_a_parameter_per_instance(self, recursion: Recursion) -> None:
        start, curvature = _quadratic(6)
        rule = batched(recursion)
        values = _values(recursion)
        etas = [values["eta"] * (b + 1) for b in range(B)]
        column = torch.tensor(etas, dtype=torch.float64)[:, None]
        together = rule.init(start, **{**values, "eta": column})
        end = rule.step(together, curvature).state.x
        for b, eta in enumerate(etas):
            alone = rule.init(start[b : b + 1], **{**values, "eta": eta})
            assert torch.equal(rule.step(alone, curvature[b : b + 1]).state.x[0], end[b])

    def test_pure(self, recursion: Recursion) -> None:
        start, curvature = _quadratic(7)
        kept = start.clone()
        rule = batched(recursion)
        state = rule.init(start, **_values(recursion))
        first, second = (rule.step(state, curvature).state for _ in range(2))
        assert torch.equal(state.x, kept)
        assert torch.equal(first.x, second.x)
        with pytest.raises(TypeError):
            state.parameters["eta"] = torch.tensor(2.0)  # type: ignore[index]

    def test_float32_stays_float32(self, recursion: Recursion) -> None:
        start, curvature = (t.to(torch.float32) for t in _quadratic(8))
        state = batched(recursion).init(start, **_values(recursion))
        assert batched(recursion).step(state, curvature).state.x.dtype == torch.float32

    def test_differentiable(self, recursion: Recursion) -> None:
        start, curvature = _quadratic(9)
        eta = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
        rule = batched(recursion)
        state = rule.init(start, **{**_values(recursion), "eta": eta})
        rule.step(state, curvature).state.x.sum().backward()
        assert eta.grad is not None
        assert float(eta.grad) != 0

    def test_unknown_parameter_names_the_nearest(self, recursion: Recursion) -> None:
        start, _ = _quadratic(1)
        with pytest.raises(ParameterError, match=r"'etaa'; did you mean eta\?"):
            batched(recursion).init(start, **_values(recursion), etaa=1.0)

    def test_missing_parameter(self, recursion: Recursion) -> None:
        values = _values(recursion)
        del values["eta"]
        with pytest.raises(ParameterError, match="missing parameters: eta"):
            batched(recursion).init(_quadratic(1)[0], **values)


class TestRefusals:
    rule = batched(SGD)
    start = torch.zeros(3, 2, dtype=torch.float64)

    @pytest.mark.parametrize("shape", [(3,), (0, 2), (3, 0), (1, 3, 2)])
    def test_shape_of_the_start(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ShapeError, match="x1 must be a floating tensor"):
            self.rule.init(torch.zeros(shape), eta=0.1)

    def test_integers_are_no_iterates(self) -> None:
        with pytest.raises(ShapeError, match="int64"):
            self.rule.init(torch.zeros(3, 2, dtype=torch.int64), eta=0.1)

    @pytest.mark.parametrize("eta", [torch.zeros(3), torch.zeros(2, 1), torch.zeros(3, 2)])
    def test_shape_of_a_parameter(self, eta: Tensor) -> None:
        with pytest.raises(ShapeError, match=r"parameter eta has shape .*\[3, 1\]"):
            self.rule.init(self.start, eta=eta)

    @pytest.mark.parametrize("eta", [float("nan"), float("inf"), 10**400])
    def test_value_of_a_parameter(self, eta: float) -> None:
        with pytest.raises(NonFiniteError, match="parameter eta"):
            self.rule.init(self.start, eta=eta)

    @pytest.mark.parametrize("eta", ["0.1", True, None])
    def test_kind_of_a_parameter(self, eta: object) -> None:
        with pytest.raises(ParameterError, match="is no number"):
            self.rule.init(self.start, eta=eta)  # type: ignore[arg-type]

    def test_start(self) -> None:
        start = self.start.clone()
        start[1, 0] = torch.nan
        with pytest.raises(NonFiniteError, match=r"x1 is not finite: nan at index \[1, 0\]"):
            self.rule.init(start, eta=0.1)

    def test_gradient(self) -> None:
        state = self.rule.init(self.start, eta=0.1)
        with pytest.raises(ShapeError, match=r"iteration 1: g is .* \[3, 3\]"):
            self.rule.step(state, torch.zeros(3, 3, dtype=torch.float64))
        with pytest.raises(ShapeError, match="float32"):
            self.rule.step(state, torch.zeros(3, 2))
        with pytest.raises(NonFiniteError, match=r"g is not finite: inf at index \[0, 0\]"):
            self.rule.step(state, torch.full((3, 2), torch.inf, dtype=torch.float64))

    def test_overflow_is_named_with_its_iteration(self) -> None:
        state = self.rule.init(self.start, eta=1e300)
        with pytest.raises(NonFiniteError, match="sgd, iteration 1: x is not finite"):
            self.rule.step(state, torch.full((3, 2), 1e300, dtype=torch.float64))

    def test_root_of_a_negative(self) -> None:
        rule = batched(NADAMW)
        state = rule.init(self.start, **{**ADAMW_VALUES, "eps": -1.0})
        with pytest.raises(NonFiniteError, match="x is not finite: nan"):
            rule.step(state, torch.zeros_like(self.start))

    def test_new_parameters_in_a_step(self) -> None:
        state = self.rule.init(self.start, eta=0.1)
        one = torch.ones_like(self.start)
        after = self.rule.step(state, one, {"eta": 0.5}).state
        assert float(after.x[0, 0]) == -0.5
        assert float(self.rule.step(after, one).state.x[0, 0]) == -1.0
        with pytest.raises(ParameterError, match="missing"):
            self.rule.step(state, one, {})


class TestWalker:
    def _value(self, text: str, **values: float) -> float:
        function = compile_expression(sympy.sympify(text), TorchArithmetic())
        tensors = {n: torch.tensor(v, dtype=torch.float64) for n, v in values.items()}
        return float(function(tensors))

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("2/3 - a", 2 / 3 - 0.25),
            ("-a - b", -3.25),
            ("a/b/7", 0.25 / 21),
            ("(a + 1)**(-2)", 1 / 1.5625),
            ("b**(-3/2)", 1 / (3 * 3**0.5)),
            ("Abs(a - b)*5/2", 2.75 * 5 / 2),
            ("a**3*sqrt(b)", 0.25**3 * 3**0.5),
            ("1/(a*b)", 1 / 0.75),
            ("a - a", 0.0),
        ],
    )
    def test_values(self, text: str, value: float) -> None:
        assert self._value(text, a=0.25, b=3.0) == pytest.approx(value, rel=1e-15, abs=0)

    def test_one_third_is_correctly_rounded_in_float32(self) -> None:
        function = compile_expression(sympy.sympify("a/3"), TorchArithmetic())
        result = function({"a": torch.tensor([1.0], dtype=torch.float32)})
        assert torch.equal(result, torch.tensor([1 / 3], dtype=torch.float32))

    @pytest.mark.parametrize(
        ("expression", "reason"),
        [
            (sympy.Float(0.1) * sympy.Symbol("a"), "is a float; write an exact rational"),
            (sympy.sin(sympy.Symbol("a")), "sin is not translated"),
            (sympy.Symbol("a") ** sympy.Symbol("b"), "is no exact rational"),
            (sympy.pi, "Pi is not translated"),
        ],
    )
    def test_refusals(self, expression: sympy.Expr, reason: str) -> None:
        with pytest.raises(UnsupportedExpressionError, match=reason):
            compile_expression(expression, TorchArithmetic())
