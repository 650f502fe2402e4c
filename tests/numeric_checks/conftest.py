"""One thread, the marker ``numeric``, and the words statements are made of."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import sympy
import torch

from ratecert.optimizers.recursions import Parameter, Recursion, Slot, Update, previous
from ratecert.proofs.kernel.terms import (
    App,
    Ix,
    Le,
    PointApp,
    Rel,
    Sum,
    Term,
    add,
    coord,
    mul,
    power,
    rat,
    sub,
    sum_over,
)

HERE = Path(__file__).parent


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("numeric")


class Words:
    """Short names for the terms of the setting (blueprint, section 0)."""

    k, i, t, K, d, one = Ix("k"), Ix("i"), Ix("t"), Ix("K"), Ix("d"), Ix(None, 1)
    L, eta, fstar, Delta = (App(name, ()) for name in ("L", "eta", "fstar", "Delta"))
    steps = (Le(one, k), Le(k, K))
    coordinates = (Le(one, i), Le(i, d))

    @staticmethod
    def x(time: Ix, i: Ix) -> App:
        return coord(PointApp("x", (time,)), i)

    @staticmethod
    def f(time: Ix) -> App:
        return App("f", (PointApp("x", (time,)),))

    @staticmethod
    def G(time: Ix, i: Ix) -> App:
        return App("grad", (PointApp("x", (time,)), i))

    @staticmethod
    def g(time: Ix, i: Ix) -> App:
        return App("g", (time, i))

    def over_i(self, body: Term) -> Sum:
        return sum_over("i", self.one, self.d, body)

    def over_k(self, body: Term) -> Sum:
        return sum_over("k", self.one, self.K, body)

    def descent(self, constant: Fraction | str = "1/2") -> Rel:
        """f(x+) <= f(x) + <grad f(x), x+ - x> + constant L ||x+ - x||^2."""
        k, i = self.k, self.i
        move = sub(self.x(k.shift(1), i), self.x(k, i))
        square = mul(rat(constant), self.L, self.over_i(power(move, 2)))
        right = add(self.f(k), self.over_i(mul(self.G(k, i), move)), square)
        return Rel(self.f(k.shift(1)), "<=", right)


@pytest.fixture(scope="session")
def words() -> Words:
    return Words()


@pytest.fixture(scope="session")
def momentum() -> Recursion:
    """AdamW's recursion (blueprint, section 0), with its abbreviation D recorded."""
    theta, beta, eta, eps, decay = sympy.symbols("theta beta eta eps lam")
    x, g, m, v, root = sympy.symbols("x g m v D")
    return Recursion(
        id="adamw-test",
        title="AdamW",
        source="blueprint, section 0",
        parameters=tuple(Parameter(n, n, "") for n in ("theta", "beta", "eta", "eps", "lam")),
        slots=(Slot("m", "momentum"), Slot("v", "second moment")),
        updates=(
            Update("m", theta * previous("m") + (1 - theta) * g),
            Update("v", beta * previous("v") + (1 - beta) * g**2),
            Update("D", sympy.sqrt(v + eps)),
            Update("x", (1 - decay * eta) * x - eta * m / root),
        ),
    )
