"""The contenders: ours, and what one would write or take instead. One thread each."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import sympy
import torch
from registry import NotRunError, Work

from ratecert.numeric_checks.instances import Gaussian, Problem, Quadratic, Rademacher
from ratecert.numeric_checks.simulate import GRADIENT_L1, Statistic, accumulate
from ratecert.optimizers.recursions import ADAMW

HYPER = {"eta": 0.01, "theta": 0.9, "beta": 0.99, "eps": 1e-4, "lam": 0.1}
SIGMA = 0.25
G, v, m, D = sympy.symbols("G v m D")
STATISTICS = (
    GRADIENT_L1,
    Statistic("sum G^2/sqrt(v + eps)", G**2 / D, "sum", "sum"),
    Statistic("max |m|/sqrt(v)", sympy.Abs(m) / sympy.sqrt(v), "max", "max"),
)


def curvature(d: int) -> list[float]:
    return [(i % 8 + 1) / 8 for i in range(d)]


@cache
def problem(d: int, noise: str) -> Problem[Quadratic]:
    sigma = (Fraction(SIGMA),) * d
    law = Gaussian(sigma) if noise == "Gaussian" else Rademacher(sigma)
    return Problem(Quadratic(tuple(Fraction(a) for a in curvature(d))), law)


def ours(B: int, d: int, K: int, dtype: str, noise: str = "signs") -> Work:
    def work(K: int = K) -> int:
        accumulate(
            ADAMW, problem(d, noise), K=K, seeds=range(B), parameters=HYPER, mode="compiled",
            statistics=STATISTICS, dtype=getattr(torch, dtype), notify=lambda text: None,
        )  # fmt: skip
        return B * d * K

    work(min(K, 8))
    return work


def c_tile(B: int, d: int, K: int, dtype: str) -> Work:
    compiler = shutil.which("gcc")
    if compiler is None:
        raise NotRunError("no gcc")
    real, root, modulus = (
        ("double", "sqrt", "fabs") if dtype == "float64" else ("float", "sqrtf", "fabsf")
    )
    folder = Path(tempfile.mkdtemp())
    library = folder / "tile.so"
    source = Path(__file__).with_name("tile.c")
    names = [f"-DREAL={real}", f"-DSQRT={root}", f"-DFABS={modulus}"]
    # -ffast-math lets it vectorise the sums and the maximum, as our sums are.
    flags = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, *names, str(source), "-o", str(library), "-lm"], check=True)
    function = ctypes.CDLL(str(library)).advance
    kind = np.dtype(dtype)
    rows = max(1, (1 << 20) // (d * (3 * kind.itemsize + 8)))
    a, s = np.array(curvature(d), kind), np.full(d, SIGMA, kind)
    hyper = np.array([*HYPER.values()], kind)
    generator = np.random.default_rng(1)

    def pointer(array: np.ndarray) -> ctypes.c_void_p:
        return ctypes.c_void_p(array.ctypes.data)

    def work() -> int:
        out = np.zeros((rows, 3))
        tiles = -(-B // rows)
        for _ in range(tiles):
            x, m_, v_ = (
                np.ones((rows, d), kind),
                np.zeros((rows, d), kind),
                np.zeros((rows, d), kind),
            )
            for _ in range(K // 32):
                bits = generator.integers(0, 2**32, (rows, d), np.uint64)
                function(
                    *map(ctypes.c_long, (rows, d, 32)),
                    *map(pointer, (x, m_, v_, bits, a, s, hyper, out)),
                )
        return tiles * rows * d * (K // 32) * 32

    return work


def torch_loop(B: int, d: int, K: int, dtype: str) -> Work:
    """torch.optim.AdamW as one would call it, an instance at a time, with the statistics."""
    kind = getattr(torch, dtype)
    a = torch.tensor(curvature(d), dtype=kind)

    def work() -> int:
        for b in range(B):
            torch.manual_seed(b)
            x = torch.nn.Parameter(torch.ones(d, dtype=kind))
            optimizer = torch.optim.AdamW(
                [x],
                lr=HYPER["eta"],
                betas=(HYPER["theta"], HYPER["beta"]),
                weight_decay=HYPER["lam"],
            )
            norm, weighted, largest = (torch.zeros((), dtype=kind) for _ in range(3))
            for _ in range(K):
                with torch.no_grad():
                    gradient = a * x
                    signs = torch.randint(0, 2, (d,)).to(kind) * 2 - 1
                    x.grad = gradient + SIGMA * signs
                    optimizer.step()
                    state = optimizer.state[x]
                    m_, v_ = state["exp_avg"], state["exp_avg_sq"]
                    norm += gradient.abs().sum()
                    weighted += (gradient**2 / (v_ + HYPER["eps"]).sqrt()).sum()
                    largest = torch.maximum(largest, (m_.abs() / v_.sqrt()).amax())
        return B * d * K

    return work


def jax_scan(B: int, d: int, K: int, dtype: str) -> Work:
    """A scan by hand: the step, the statistics, bits of words made every 32 steps."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    a, h = jnp.array(curvature(d), dtype), HYPER

    def step(carry, shift, bits):
        x, m_, v_, norm, weighted, largest = carry
        gradient = a * x
        sign = ((bits >> shift) & 1).astype(dtype) * 2 - 1
        g = gradient + SIGMA * sign
        m_ = h["theta"] * m_ + (1 - h["theta"]) * g
        v_ = h["beta"] * v_ + (1 - h["beta"]) * g * g
        root = jnp.sqrt(v_ + h["eps"])
        norm += jnp.abs(gradient).sum(1)
        weighted += (gradient**2 / root).sum(1)
        largest = jnp.maximum(largest, (jnp.abs(m_) / jnp.sqrt(v_)).max(1))
        x = (1 - h["lam"] * h["eta"]) * x - h["eta"] * m_ / root
        return (x, m_, v_, norm, weighted, largest), None

    @jax.jit
    def run(key):
        zero, row = jnp.zeros((B, d), dtype), jnp.zeros(B, dtype)

        def window(carry, key):
            bits = jax.random.bits(key, (B, d), "uint32")
            return jax.lax.scan(
                lambda c, k: step(c, k, bits), carry, jnp.arange(32, dtype="uint32")
            )

        start = (jnp.ones((B, d), dtype), zero, zero, row, row, row)
        return jax.lax.scan(window, start, jax.random.split(key, K // 32))[0][3:]

    return _jax_work(jax, run, B * d * (K // 32) * 32)


def optax_vmap(B: int, d: int, K: int, dtype: str) -> Work:
    """vmap of optax.adamw in a scan, Gaussian noise of jax's fastest generator."""
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_enable_x64", True)
    a, h = jnp.array(curvature(d), dtype), HYPER
    rule = optax.adamw(
        h["eta"], b1=h["theta"], b2=h["beta"], eps=0.0, eps_root=h["eps"], weight_decay=h["lam"]
    )

    def one(key):
        x = jnp.ones(d, dtype)

        def step(carry, key):
            x, state, norm, weighted, largest = carry
            gradient = a * x
            g = gradient + SIGMA * jax.random.normal(key, (d,), dtype)
            moves, state = rule.update(g, state, x)
            m_, v_ = state[0].mu, state[0].nu
            norm += jnp.abs(gradient).sum()
            weighted += (gradient**2 / jnp.sqrt(v_ + h["eps"])).sum()
            largest = jnp.maximum(largest, (jnp.abs(m_) / jnp.sqrt(v_)).max())
            return (optax.apply_updates(x, moves), state, norm, weighted, largest), None

        zero = jnp.zeros((), dtype)
        carry = (x, rule.init(x), zero, zero, zero)
        return jax.lax.scan(step, carry, jax.random.split(key, K))[0][2:]

    run = jax.jit(lambda key: jax.vmap(one)(jax.random.split(key, B)))
    return _jax_work(jax, run, B * d * K)


def _jax_work(jax, run, units: int) -> Work:
    key = jax.random.key(1)
    jax.block_until_ready(run(key))

    def work() -> int:
        jax.block_until_ready(run(key))
        return units

    return work
