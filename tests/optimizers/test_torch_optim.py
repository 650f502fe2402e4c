"""The optimizer classes are their recursions, resume bit for bit, and refuse what they must."""

from __future__ import annotations

import copy
import io
import math
import subprocess
import sys

import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from ratecert.numeric_checks.conform import Request, conform, find_class, parse_values
from ratecert.optimizers.batched import ParameterError, batched
from ratecert.optimizers.recursions import (
    RECURSIONS,
    Parameter,
    Recursion,
    Slot,
    Update,
    previous,
)
from ratecert.optimizers.torch_optim import SGD, Adam, AdamW, Momentum, NAdamW, RecursionOptimizer
from ratecert.optimizers.torch_optim import pieces as tiles

pytestmark = pytest.mark.numeric
CLASSES = {
    "sgd": SGD, "momentum": Momentum, "adam": Adam, "adamw": AdamW, "nadam": NAdamW,
    "nadamw": NAdamW,
}  # fmt: skip
EVERY = pytest.mark.parametrize("cls", [SGD, Momentum, Adam, AdamW, NAdamW])


def tensors(seed: int = 0, dtype: torch.dtype = torch.float64) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(seed)
    shapes = [(3, 4), (5,), (), (2, 3, 2)]
    return [nn.Parameter(torch.randn(s, generator=generator).to(dtype)) for s in shapes]


def feed(ps: list[nn.Parameter], k: int) -> None:
    generator = torch.Generator().manual_seed(1000 + k)
    for p in ps:
        p.grad = (p.detach() + torch.randn(p.shape, generator=generator)).to(p.dtype)


def trained(optimizer: torch.optim.Optimizer, ps: list[nn.Parameter], steps: range) -> list[Tensor]:
    for k in steps:
        feed(ps, k)
        optimizer.step()
    return [p.detach().clone() for p in ps]


def same(left: list[Tensor], right: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


class TestTheyAreTheirRecursions:
    @pytest.mark.parametrize("id", RECURSIONS)
    def test_conform_passes(self, id: str) -> None:
        cls = find_class(f"ratecert.optimizers.torch_optim:{CLASSES[id].__name__}")
        report = conform(cls, Request(id, parse_values([], RECURSIONS[id]), steps=60))
        assert report.verdict == "agrees"
        assert max(o.difference for o in report.outcomes) <= 1e-13

    def test_conform_tells_them_apart(self) -> None:
        report = conform(AdamW, Request("nadamw", parse_values([], RECURSIONS["nadamw"]), steps=20))
        assert report.verdict == "diverges"

    @EVERY
    def test_together_one_by_one_and_in_tiles_are_the_same(self, cls, monkeypatch) -> None:
        found = []
        for foreach, tile in ((True, 10**6), (False, 10**6), (True, 5), (False, 3), (None, 1)):
            monkeypatch.setattr(tiles, "TILE", tile)
            ps = tensors()
            found.append(trained(cls(ps, eta=0.01, foreach=foreach), ps, range(20)))
        assert all(same(found[0], other) for other in found[1:])

    @EVERY
    def test_maximize_is_the_opposite_gradient(self, cls) -> None:
        ps, qs = tensors(), tensors()
        up, down = cls(ps, eta=0.01, maximize=True), cls(qs, eta=0.01)
        for k in range(5):
            feed(ps, k)
            for p, q in zip(ps, qs, strict=True):
                q.grad = -p.grad
            kept = [p.grad.clone() for p in ps]
            up.step(), down.step()
            assert same(ps, qs)
            assert same([p.grad for p in ps], kept)  # gradients are only read

    @pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
    def test_half_precision_is_computed_in_float32(self, dtype) -> None:
        ps = tensors(dtype=dtype)
        zero = nn.Parameter(torch.ones(3, dtype=dtype))
        optimizer = AdamW([*ps, zero], eta=0.01, eps=1e-16)
        wide = AdamW(qs := [nn.Parameter(p.detach().float()) for p in ps], eta=0.01)
        for k in range(10):
            feed(ps, k)
            zero.grad = torch.zeros_like(zero)
            for p, q in zip(ps, qs, strict=True):
                q.data, q.grad = p.detach().float(), p.grad.float()
            optimizer.step(), wide.step()
            assert same(ps, [q.detach().to(dtype) for q in qs])
        assert optimizer.state[ps[0]]["v"].dtype == torch.float32
        assert bool(torch.isfinite(zero).all())  # eps = 1e-16 is 0 in float16

    def test_memory_not_contiguous(self) -> None:
        base = torch.arange(12.0, dtype=torch.float64).reshape(3, 4)
        p, q = nn.Parameter(base.t()), nn.Parameter(base.t().contiguous())
        one, other = AdamW([p], eta=0.1), AdamW([q], eta=0.1)
        for _ in range(3):
            p.grad = torch.ones(4, 3, dtype=torch.float64) * p.detach()
            q.grad = q.detach().clone()
            one.step(), other.step()
        assert torch.equal(p, q) and not p.is_contiguous()


# Random recursions: whatever is read again must not have been overwritten.
a, x, g = sympy.symbols("a x g")
LEAVES = [a, x, g, sympy.Rational(1, 3), sympy.Integer(2)]


@st.composite
def recursions(draw) -> Recursion:
    known = [*LEAVES, previous("s"), previous("t")]

    def expression(depth: int):
        if depth == 0:
            return draw(st.sampled_from(known))
        kind = draw(st.integers(0, 6))
        left = expression(depth - 1)
        if kind == 0:
            return left**2
        if kind == 1:
            return sympy.Abs(left)
        if kind == 2:
            return sympy.sqrt(sympy.Abs(left) + 1)
        right = expression(depth - 1)
        return [left + right, left - right, left * right, left / (sympy.Abs(right) + 1)][kind - 3]

    updates = []
    for target in draw(st.permutations(["s", "t", "n"])):
        updates.append(Update(target, sympy.sympify(expression(2))))
        known.append(sympy.Symbol(target))
    updates.append(Update("x", sympy.sympify(expression(2)) / (1 + x**2)))
    slots = (Slot("s", ""), Slot("t", "", initial=1))
    return Recursion("random", "", "", (Parameter("a", "", ""),), slots, tuple(updates))


@settings(max_examples=60, deadline=None)
@given(recursions(), st.booleans())
def test_any_recursion_is_run_as_declared(recursion: Recursion, foreach: bool) -> None:
    class Mine(RecursionOptimizer):
        pass

    Mine.recursion = recursion
    ps = tensors(3)
    optimizer = Mine(ps, a=0.375, foreach=foreach)
    rule = batched(recursion)
    states = [rule.init(p.detach().reshape(1, -1).clone(), a=0.375) for p in ps]
    for k in range(3):
        feed(ps, k)
        states = [
            rule.step(s, p.grad.reshape(1, -1)).state for s, p in zip(states, ps, strict=True)
        ]
        optimizer.step()
        for p, s in zip(ps, states, strict=True):
            torch.testing.assert_close(p.detach().reshape(1, -1), s.x, rtol=1e-9, atol=1e-9)
            for name, value in s.slots.items():
                held = optimizer.state[p][name].reshape(1, -1)
                torch.testing.assert_close(held, value, rtol=1e-9, atol=1e-9)
                held.copy_(value)
            p.data.copy_(s.x.reshape(p.shape))


@EVERY
@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_a_device(cls) -> None:
    found = []
    for device in ("cpu", "cuda"):
        ps = [nn.Parameter(p.detach().to(device)) for p in tensors()]
        optimizer = cls(ps, eta=0.01)
        for _ in range(10):
            for p in ps:
                p.grad = p.detach().sin()
            optimizer.step()
        found.append([p.detach().cpu() for p in ps])
    for here, there in zip(*found, strict=True):
        torch.testing.assert_close(here, there, rtol=1e-12, atol=1e-12)


class TestResuming:
    @EVERY
    @pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
    def test_bit_for_bit(self, cls, dtype) -> None:
        ps = tensors(dtype=dtype)
        straight = trained(cls(ps, eta=0.01), ps, range(12))
        ps = tensors(dtype=dtype)
        first = cls(ps, eta=0.01)
        trained(first, ps, range(5))
        file = io.BytesIO()
        torch.save((first.state_dict(), [p.detach() for p in ps]), file)
        file.seek(0)
        state, values = torch.load(file, weights_only=True)
        qs = [nn.Parameter(v) for v in values]
        second = cls(qs, eta=0.5)
        second.load_state_dict(state)
        assert second.param_groups[0]["lr"] == 0.01
        assert same(trained(second, qs, range(5, 12)), straight)
        for held in second.state.values():
            for value in held.values():
                assert value.dtype == (torch.float32 if dtype == torch.bfloat16 else dtype)

    def test_what_was_loaded_is_not_shared(self) -> None:
        for dtype in (torch.float64, torch.bfloat16):
            ps, qs = tensors(dtype=dtype), tensors(dtype=dtype)
            one, other = AdamW(ps, eta=0.01), AdamW(qs, eta=0.01)
            trained(one, ps, range(2))
            other.load_state_dict(copy.deepcopy(saved := one.state_dict()))
            before = saved["state"][0]["m"].clone()
            trained(other, qs, range(2, 4))
            assert torch.equal(saved["state"][0]["m"], before)

    def test_another_optimizer_s_state_is_refused(self) -> None:
        ps = tensors()
        theirs = torch.optim.AdamW(ps, lr=0.1)
        trained(theirs, ps, range(1))
        mine = AdamW(ps, eta=0.1)
        with pytest.raises(ValueError, match=r"parameter 0 has \['exp_avg', .* another optimizer"):
            mine.load_state_dict(theirs.state_dict())
        with pytest.raises(ParameterError, match=r"has no 'theta'.*groups of another optimizer"):
            mine.load_state_dict(torch.optim.AdamW(ps, lr=0.1).state_dict())
        broken = mine.state_dict()
        broken["param_groups"][0]["beta"] = math.nan
        with pytest.raises(ParameterError, match=r"beta .* is not finite"):
            mine.load_state_dict(broken)

    def test_a_copy_goes_its_own_way(self) -> None:
        ps = tensors()
        optimizer = AdamW(ps, eta=0.01)
        trained(optimizer, ps, range(2))
        twin = copy.deepcopy(optimizer)
        qs = twin.param_groups[0]["params"]
        assert same(trained(optimizer, ps, range(2, 4)), trained(twin, qs, range(2, 4)))


class TestGroupsAndTraining:
    def test_groups_have_their_own_hyperparameters(self) -> None:
        ps, qs = tensors(), tensors()
        groups = [{"params": ps[:2], "eta": 0.1, "lam": 0.0, "name": "first"}, {"params": ps[2:]}]
        trained(AdamW(groups, eta=0.01, lam=0.3), ps, range(6))
        first, second = AdamW(qs[:2], eta=0.1, lam=0.0), AdamW(qs[2:], eta=0.01, lam=0.3)
        for k in range(6):
            feed(qs, k)
            first.step(), second.step()
        assert same(ps, qs)

    def test_mu_is_the_group_s_theta_by_default(self) -> None:
        ps, qs = tensors(), tensors()
        one = NAdamW([{"params": ps, "theta": 0.5}], eta=0.01)
        other = NAdamW(qs, eta=0.01, theta=0.5, mu=0.5)
        assert same(trained(one, ps, range(4)), trained(other, qs, range(4)))

    def test_without_gradient_nothing_moves(self) -> None:
        ps = tensors()
        before = ps[1].detach().clone()
        optimizer = AdamW(ps, eta=0.1)
        feed(ps, 0)
        ps[1].grad = None
        optimizer.step()
        assert torch.equal(ps[1], before) and ps[1] not in optimizer.state

    def test_schedulers_change_eta(self) -> None:
        ps = tensors()
        optimizer = AdamW(ps, eta=0.1)
        warm = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: k / 2)
        before = [p.detach().clone() for p in ps]
        assert same(trained(optimizer, ps, range(1)), before)  # eta = 0
        warm.step()
        assert optimizer.param_groups[0]["lr"] == 0.05
        assert not same(trained(optimizer, ps, range(1)), before)

    def test_a_closure_is_evaluated_with_gradients(self) -> None:
        p = nn.Parameter(torch.tensor(3.0))
        optimizer = SGD([p], eta=0.25)

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = p**2
            loss.backward()
            return loss

        assert optimizer.step(closure).item() == 9.0
        assert p.item() == 1.5

    def test_digits(self) -> None:
        """Softmax regression on real data: the loss falls, foreach or not, and float32 agrees."""
        from sklearn.datasets import load_digits

        pixels, labels = (torch.tensor(part) for part in load_digits(return_X_y=True))
        losses = {}
        for foreach in (True, False):
            torch.manual_seed(0)
            model = nn.Linear(64, 10)
            optimizer = AdamW(model.parameters(), eta=1e-2, lam=1e-3, foreach=foreach)
            for k in range(60):
                rows = torch.randperm(len(labels), generator=torch.Generator().manual_seed(k))[:128]
                optimizer.zero_grad()
                logits = model(pixels[rows].float() / 16)
                loss = nn.functional.cross_entropy(logits, labels[rows])
                loss.backward()
                optimizer.step()
            losses[foreach] = loss.item()
        assert losses[True] == losses[False] < 1.0 < math.log(10)


class TestRefusals:
    @pytest.mark.parametrize(
        ("cls", "arguments", "says"),
        [
            (AdamW, {"eta": math.nan}, r"adamw: eta \(step size\) is not finite: nan"),
            (AdamW, {"eta": 10**400}, "not finite: inf"),
            (SGD, {"eta": -0.1}, "eta .* is -0.1, outside eta > 0"),
            (SGD, {"eta": 0}, "outside eta > 0"),
            (AdamW, {"eta": 0.1, "theta": 1.5}, "theta .* is 1.5, outside 0 <= theta < 1"),
            (Adam, {"eta": 0.1, "eps": 0.0}, "outside eps > 0"),
            (NAdamW, {"eta": 0.1, "mu": 2}, "outside 0 <= mu <= 1"),
            (AdamW, {"eta": "0.1"}, "eta must be a number, not str: '0.1'"),
            (AdamW, {"eta": True}, "must be a number, not bool"),
            (AdamW, {"eta": torch.tensor(0.1)}, "must be a number, not Tensor"),
        ],
    )
    def test_hyperparameters(self, cls, arguments, says) -> None:
        with pytest.raises(ParameterError, match=says):
            cls(tensors(), **arguments)

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"weight_decay": 0.1}, "takes the theory's names: weight_decay is lam here"),
            ({"betas": (0.9, 0.99)}, "betas is theta and beta here"),
            ({"amsgrad": True}, "has no amsgrad: the recursion reads v"),
            ({"capturable": True}, "has no capturable: .* CUDA graph"),
            ({"differentiable": True}, "has no differentiable: .*batched"),
            ({"thetta": 0.9}, r"AdamW \(adamw\) has no argument 'thetta'; did you mean theta\?"),
        ],
    )
    def test_arguments(self, arguments, says) -> None:
        with pytest.raises(TypeError, match=says):
            AdamW(tensors(), eta=0.1, **arguments)

    def test_what_is_missing(self) -> None:
        class Mine(RecursionOptimizer):
            recursion = RECURSIONS["adamw"]

        with pytest.raises(TypeError, match=r"Mine \(adamw\) needs beta, eps, lam"):
            Mine(tensors(), eta=0.1, theta=0.5)

    @pytest.mark.parametrize(
        ("entry", "says"),
        [
            ({"weight_decay": 0.1}, "'weight_decay'; it is lam here"),
            ({"theta1": 0.1}, "'theta1'; did you mean theta"),
            ({"eta": 0.1, "lr": 0.2}, "both eta and lr"),
            ({"beta": 1.0}, "outside 0 <= beta < 1"),
        ],
    )
    def test_groups(self, entry, says) -> None:
        with pytest.raises(ParameterError, match=says):
            AdamW([{"params": tensors(), **entry}], eta=0.1)

    def test_a_user_s_own_entries_are_left_alone(self) -> None:
        groups = [{"params": tensors(), "lr_scale": 0.5, "note": "head"}]
        assert AdamW(groups, eta=0.1).param_groups[0]["lr_scale"] == 0.5

    def test_a_group_spoilt_later(self) -> None:
        ps = tensors()
        optimizer = AdamW(ps, eta=0.1)
        feed(ps, 0)
        for name, value, says in [
            ("lr", math.inf, "not finite"),
            ("lr", -1.0, "outside eta > 0"),
            ("eta", 0.1, "both eta and lr; keep lr"),
        ]:
            spoilt = copy.deepcopy(optimizer)
            spoilt.param_groups[0][name] = value
            for p in spoilt.param_groups[0]["params"]:
                p.grad = torch.ones_like(p)
            with pytest.raises(ParameterError, match=says):
                spoilt.step()

    @pytest.mark.parametrize("dtype", [torch.complex64])
    def test_complex(self, dtype) -> None:
        optimizer = AdamW(tensors(), eta=0.1)
        with pytest.raises(ValueError, match=r"complex64; the theory is about real vectors .*view"):
            optimizer.add_param_group({"params": [nn.Parameter(torch.ones(2, dtype=dtype))]})
        assert len(optimizer.param_groups) == 1

    def test_sparse(self) -> None:
        layer = nn.Embedding(4, 2, sparse=True)
        layer(torch.tensor([1])).sum().backward()
        with pytest.raises(RuntimeError, match=r"gradient of parameter 0 is sparse .*sparse=False"):
            Adam(layer.parameters(), eta=0.1).step()


def test_importing_the_package_loads_no_torch() -> None:
    program = "import ratecert, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
