"""The recursions against hand-written peers, step by step: torch.optim and optax.

The recursions have no bias correction and eps inside the root; libraries coincide with them under
presets only. Each preset is tested, and that without it the peer is another algorithm.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import torch
from torch import Tensor

from ratecert.optimizers.batched import batched
from ratecert.optimizers.recursions import RECURSIONS

pytestmark = pytest.mark.numeric

STEPS, B, D = 200, 3, 5
LATE = 10**7
"""A step count at which theta^k and beta^k are 0 in floats: no bias is left to correct."""
ETA, THETA, BETA, EPS, LAM = 0.01, 0.9, 0.99, 1e-3, 0.1
VALUES = {"eta": ETA, "theta": THETA, "beta": BETA, "eps": EPS, "lam": LAM}
PER_RECURSION = {
    "sgd": {"eta": ETA},
    "momentum": {"eta": ETA, "theta": THETA},
    "adam": {name: VALUES[name] for name in ("eta", "theta", "beta", "eps")},
    "adamw": VALUES,
    "nadam": {name: VALUES[name] for name in ("eta", "theta", "beta", "eps")},
    "nadamw": VALUES | {"mu": THETA},
}
Peer = Callable[[np.ndarray], np.ndarray]
"""From a gradient [B, D] to the next iterate."""


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    """jax in float64, for one test only."""
    with jax.enable_x64(True):
        yield


def disagreement(id: str, make: Callable[[np.ndarray], Peer], **changed: float) -> float:
    """The largest difference over the run, relative to the row's largest coordinate."""
    generator = np.random.default_rng(5)
    start = generator.standard_normal((B, D))
    curvature = generator.random((B, D)) + 0.1
    peer, rule = make(start), batched(RECURSIONS[id])
    state, worst = rule.init(torch.tensor(start), **PER_RECURSION[id] | changed), 0.0
    for _ in range(STEPS):
        g = curvature * state.x.numpy() + generator.standard_normal((B, D))
        state, theirs = rule.step(state, torch.tensor(g)).state, peer(g)
        assert theirs.dtype == np.float64
        ours = state.x.numpy()
        gap = np.abs(ours - theirs).max(axis=1) / np.abs(ours).max(axis=1)
        worst = max(worst, float(gap.max()))
    return worst


def in_torch(
    cls: Callable[..., torch.optim.Optimizer], preset: dict[str, float] | None = None, **arguments
) -> Callable[[np.ndarray], Peer]:
    """The torch optimizer, its state preset before the first step if ``preset`` is given."""

    def make(start: np.ndarray) -> Peer:
        x = torch.nn.Parameter(torch.tensor(start))
        optimizer = cls([x], **arguments)
        if preset is not None:
            zeros: dict[str, Tensor] = {n: torch.zeros_like(x) for n in ("exp_avg", "exp_avg_sq")}
            optimizer.state[x] = zeros | {n: torch.tensor(float(v)) for n, v in preset.items()}

        def step(g: np.ndarray) -> np.ndarray:
            x.grad = torch.tensor(g)
            optimizer.step()
            return x.detach().numpy().copy()

        return step

    return make


def in_optax(count: int = LATE, lam: float = LAM, **arguments) -> Callable[[np.ndarray], Peer]:
    """scale_by_adam, decoupled decay, and the step; its count preset."""

    def make(start: np.ndarray) -> Peer:
        rule = optax.chain(
            optax.scale_by_adam(b1=THETA, b2=BETA, **arguments),
            optax.add_decayed_weights(lam),
            optax.scale(-ETA),
        )
        x = jnp.asarray(start)
        state = rule.init(x)
        state = (state[0]._replace(count=jnp.asarray(count, dtype=jnp.int32)), *state[1:])
        update = jax.jit(rule.update)

        def step(g: np.ndarray) -> np.ndarray:
            nonlocal x, state
            change, state = update(jnp.asarray(g), state, x)
            x = optax.apply_updates(x, change)
            return np.asarray(x)

        return step

    return make


def sgd_in_optax(start: np.ndarray) -> Peer:
    rule, x = optax.sgd(ETA), jnp.asarray(start)

    def step(g: np.ndarray) -> np.ndarray:
        nonlocal x
        x = optax.apply_updates(x, rule.update(jnp.asarray(g), rule.init(x))[0])
        return np.asarray(x)

    return step


def momentum_in_optax(start: np.ndarray) -> Peer:
    rule = optax.chain(optax.ema(THETA, debias=False), optax.scale(-ETA))
    x = jnp.asarray(start)
    state, update = rule.init(x), jax.jit(rule.update)

    def step(g: np.ndarray) -> np.ndarray:
        nonlocal x, state
        change, state = update(jnp.asarray(g), state, x)
        x = optax.apply_updates(x, change)
        return np.asarray(x)

    return step


BETAS = {"lr": ETA, "betas": (THETA, BETA)}
NO_SCHEDULE = {"decoupled_weight_decay": True, "momentum_decay": 1e9}
EPS_IN_ROOT = {"eps": 0.0, "eps_root": EPS}

AGREE = {
    "torch.SGD": ("sgd", in_torch(torch.optim.SGD, lr=ETA), {}),
    "optax.sgd": ("sgd", sgd_in_optax, {}),
    "torch.SGD, heavy ball": (
        "momentum",
        in_torch(torch.optim.SGD, lr=ETA * (1 - THETA), momentum=THETA),
        {},
    ),
    "optax.ema": ("momentum", momentum_in_optax, {}),
    "torch.AdamW": (
        "adamw",
        in_torch(torch.optim.AdamW, {"step": LATE}, **BETAS, eps=0.0, weight_decay=LAM),
        {"eps": 0.0},
    ),
    "torch.Adam": (
        "adam",
        in_torch(torch.optim.Adam, {"step": LATE}, **BETAS, eps=0.0),
        {"eps": 0.0},
    ),
    "torch.NAdam": (
        "nadam",
        in_torch(
            torch.optim.NAdam, {"step": LATE, "mu_product": 0}, **BETAS, momentum_decay=1e9, eps=0.0
        ),
        {"eps": 0.0},
    ),
    "torch.NAdam, decoupled": (
        "nadamw",
        in_torch(
            torch.optim.NAdam,
            {"step": LATE, "mu_product": 0},
            **BETAS,
            **NO_SCHEDULE,
            eps=0.0,
            weight_decay=LAM,
        ),
        {"eps": 0.0},
    ),
    "optax, AdamW": ("adamw", in_optax(**EPS_IN_ROOT), {}),
    "optax, Adam": ("adam", in_optax(**EPS_IN_ROOT, lam=0.0), {}),
    "optax, NAdamW": ("nadamw", in_optax(**EPS_IN_ROOT, nesterov=True), {}),
    "optax, NAdam": ("nadam", in_optax(**EPS_IN_ROOT, nesterov=True, lam=0.0), {}),
}


@pytest.mark.parametrize("name", AGREE)
def test_under_its_preset_the_peer_is_the_recursion(name: str) -> None:
    id, make, changed = AGREE[name]
    assert disagreement(id, make, **changed) <= 1e-12


def test_every_recursion_has_peers_in_both_libraries() -> None:
    for library in ("torch", "optax"):
        assert {id for name, (id, _, _) in AGREE.items() if name.startswith(library)} == set(
            RECURSIONS
        )


WARM = {"step": LATE}
DIFFER = {
    "torch.AdamW, bias corrected": (
        "adamw",
        in_torch(torch.optim.AdamW, **BETAS, eps=0.0, weight_decay=LAM),
        {"eps": 0.0},
    ),
    "torch.AdamW, eps outside the root": (
        "adamw",
        in_torch(torch.optim.AdamW, WARM, **BETAS, eps=EPS, weight_decay=LAM),
        {},
    ),
    "torch.Adam, coupled decay": (
        "adamw",
        in_torch(torch.optim.Adam, WARM, **BETAS, eps=0.0, weight_decay=LAM),
        {"eps": 0.0},
    ),
    "torch.AdamW, beside nadamw": (
        "nadamw",
        in_torch(torch.optim.AdamW, WARM, **BETAS, eps=0.0, weight_decay=LAM),
        {"eps": 0.0},
    ),
    "torch.NAdam, its schedule": (
        "nadamw",
        in_torch(
            torch.optim.NAdam,
            **BETAS,
            eps=0.0,
            weight_decay=LAM,
            decoupled_weight_decay=True,
        ),
        {"eps": 0.0},
    ),
    "torch.NAdam, bias corrected": (
        "nadamw",
        in_torch(torch.optim.NAdam, **BETAS, **NO_SCHEDULE, eps=0.0, weight_decay=LAM),
        {"eps": 0.0},
    ),
    "torch.SGD, heavy ball, unscaled": (
        "momentum",
        in_torch(torch.optim.SGD, lr=ETA, momentum=THETA),
        {},
    ),
    "torch.SGD, dampened": (
        "momentum",
        in_torch(torch.optim.SGD, lr=ETA, momentum=THETA, dampening=THETA),
        {},
    ),
    "torch.SGD, momentum": ("sgd", in_torch(torch.optim.SGD, lr=ETA, momentum=0.9), {}),
    "optax, bias corrected": ("adamw", in_optax(count=0, **EPS_IN_ROOT), {}),
    "optax, eps outside the root": ("adamw", in_optax(eps=EPS, eps_root=0.0), {}),
    "optax, nesterov beside adamw": ("adamw", in_optax(**EPS_IN_ROOT, nesterov=True), {}),
}


@pytest.mark.parametrize("name", DIFFER)
def test_without_its_preset_the_peer_is_another_algorithm(name: str) -> None:
    id, make, changed = DIFFER[name]
    assert disagreement(id, make, **changed) > 1e-2


def test_double_precision_stays_in_these_tests() -> None:
    """The switch is this thread's alone: nothing global has changed."""
    seen = []
    thread = threading.Thread(target=lambda: seen.append(jnp.asarray(1.0).dtype))
    thread.start()
    thread.join()
    assert [*seen, jnp.asarray(1.0).dtype] == [jnp.float32, jnp.float64]
