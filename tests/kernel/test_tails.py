"""The calculus of exponents against growth: u is any variable in L^1, so |t| <= C (1 + |u|)^e.

In the finite models everything is integrable, so that they cannot refute an exponent. Here products
of powers of a few bases are made at random, of either sign, under various side facts; what the
kernel claims is compared with the size of the term far out and near its poles.
"""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from ratecert.proofs.kernel.errors import KernelError
from ratecert.proofs.kernel.integrability import exponent
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.normal import Normaliser
from ratecert.proofs.kernel.rules import axiom
from ratecert.proofs.kernel.terms import (
    ZERO,
    Abs,
    Add,
    App,
    Fin,
    Ix,
    Mul,
    Pow,
    Rat,
    Rel,
    Term,
    add,
    mul,
    neg,
    power,
    rat,
    sqrt,
    sub,
)
from ratecert.proofs.kernel.theory import Axiom, Symbol, Theory

U, W = (App(name, (Ix(None, 1),)) for name in "uw")
HALF, ONE = rat("1/2"), rat(1)
FACTS = {
    "nothing": (),
    "0 <= u": (Rel(ZERO, "<=", U),),
    "1/2 <= u": (Rel(HALF, "<=", U),),
    "1/2 <= -u": (Rel(HALF, "<=", neg(U)),),
    "1 <= |u|": (Rel(ONE, "<=", Abs(U)),),
    "1/2 < u + 1": (Rel(HALF, "<", add(U, ONE)),),
    "1 <= u - w": (Rel(ONE, "<=", sub(U, W)),),
    "1 <= w - u": (Rel(ONE, "<=", sub(W, U)),),
    "1 <= u w": (Rel(ONE, "<=", mul(U, W)),),
    "|w| <= u + 1": (Rel(Abs(W), "<=", add(U, ONE)),),
    "|w| <= |u|^(1/2)": (Rel(Abs(W), "<=", sqrt(Abs(U))),),
}
WHOLE = (1, 2, 3, -1, -2, -3)
POWERS = [*map(Fraction, WHOLE), *map(Fraction, ("1/2", "-1/2", "3/2", "-3/2", "1/3"))]


@cache
def stated(name: str) -> tuple[Theory, tuple[Theorem, ...]]:
    relations = (Fin(U, Fraction(1)), Fin(W, Fraction(1)), *FACTS[name])
    symbols = tuple(Symbol(n, ("index",), adapted=(0, 0)) for n in "uw")
    axioms = tuple(Axiom(f"a{n}", "A", "axiom", (), r, "") for n, r in enumerate(relations))
    theory = Theory("tails", symbols, (), axioms)
    return theory, tuple(axiom(theory, a.name) for a in axioms)


def value(t: Term, u: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The term at many points at once; powers are total."""
    if t in (U, W):
        return u if t == U else w
    if isinstance(t, Rat):
        return np.full(u.shape, float(t.value))
    if isinstance(t, Add):
        return np.sum([value(part, u, w) for part in t.terms], axis=0)
    if isinstance(t, Mul):
        return np.prod([value(part, u, w) for part in t.terms], axis=0)
    if isinstance(t, Abs):
        return np.abs(value(t.body, u, w))
    assert isinstance(t, Pow)
    base, e = value(t.base, u, w), t.exponent
    size = (base if e.denominator == 1 else np.maximum(base, 0)) ** float(abs(e))
    return size if e > 0 else np.where(size == 0, 0, 1 / np.where(size == 0, 1, size))


@cache
def grid(name: str, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Points where the facts hold: near 0, near the poles, and as far out as 10^reach."""
    bases = [n * s for n in (0, 1, 2, 0.5, 0.25, 1 / 3, 2 / 3) for s in (1, -1)]
    steps = [10.0**-n * s for n in range(1, reach + 1) for s in (1, -1)]
    far = [10.0**n * s for n in range(reach + 1) for s in (1, -1, 3, -3)]
    line = np.array(sorted({*bases, *far, *(b + s for b in bases for s in steps)}))
    u, w = (axis.ravel() for axis in np.meshgrid(line, line))
    u = np.concatenate([u, *(line for _ in (*steps, -1, 0, 1))])  # and near the diagonal
    w = np.concatenate([w, *(line + s for s in (*steps, -1, 0, 1))])
    keep = np.ones(u.shape, bool)
    for r in FACTS[name]:
        left, right = value(r.left, u, w), value(r.right, u, w)
        keep &= left <= right if r.op == "<=" else left < right
    return u[keep], w[keep]


def size(t: Term, e: Fraction, name: str, reach: int) -> float:
    """The largest ``|t| / (1 + |u| + |w|)^e`` on the grid."""
    u, w = grid(name, reach)
    return float(np.max(np.abs(value(t, u, w)) / (1 + np.abs(u) + np.abs(w)) ** float(e)))


def base(draw: random.Random, depth: int) -> Term:
    line = add(mul(rat(draw.choice((1, 1, -1, 2, -3))), draw.choice((U, U, W))),
               rat(draw.choice((0, 0, 1, -1))))  # fmt: skip
    others = (sub(U, W), sub(W, U), mul(U, W), neg(mul(U, W)), add(power(U, 2), ONE),
              sub(neg(power(U, 2)), ONE), sub(mul(U, U), U))  # fmt: skip
    t = draw.choice((line, line, draw.choice(others)))
    if depth and draw.random() < 0.3:
        t = product(draw, depth - 1)
    return Abs(t) if draw.random() < 0.25 else t


def product(draw: random.Random, depth: int = 1) -> Term:
    bases = [base(draw, depth) for _ in range(draw.choice((1, 1, 2)))]
    factors = []
    for _ in range(draw.choice((1, 2, 2, 3, 4))):
        t = draw.choice(bases)
        t = draw.choice((t, t, neg(t), mul(rat(2), t), Abs(t)))
        factors.append(Pow(t, draw.choice(POWERS)))
    return mul(*factors)


@pytest.mark.parametrize("name", FACTS)
def test_an_exponent_bounds_the_growth(name: str) -> None:
    draw, (theory, facts) = random.Random(name), stated(name)
    claimed = inverses = 0
    for _ in range(400):
        t = product(draw)
        try:
            n = Normaliser(theory, facts=facts, linear=True)
            with n.inside_average():
                p = n.poly(t)
                e = exponent(n, p)
        except KernelError:
            continue
        if e is not None:
            claimed += 1
            inverses += any(kind % 2 for m in p for (_, kind, _), _ in m)
            near, far = size(t, e, name, 2), size(t, e, name, 5)
            assert far <= 30 * max(near, 1e-9), (name, e, t, near, far)
    assert claimed > 40 and inverses > 5, (claimed, inverses)
