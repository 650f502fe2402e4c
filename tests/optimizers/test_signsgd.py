"""signSGD's recursion, in exact numbers: it moves by the sign that torch has."""

from __future__ import annotations

from fractions import Fraction

import torch

from ratecert.optimizers.batched import compile_expression
from ratecert.optimizers.recursions import SIGNSGD


class Rationals:
    """Exact numbers, with 1/0 = 0."""

    rational = staticmethod(lambda q: q)
    add = staticmethod(lambda a, b: a + b)
    subtract = staticmethod(lambda a, b: a - b)
    multiply = staticmethod(lambda a, b: a * b)
    divide = staticmethod(lambda a, b: a / b if b else Fraction(0))
    power = staticmethod(lambda a, n: a ** int(n))
    absolute = staticmethod(abs)


def test_the_recursion_moves_by_the_sign() -> None:
    values = {"x": Fraction(2), "eta": Fraction(1, 8)}
    for g in (Fraction(-7, 3), Fraction(0), Fraction(1, 5)):
        found = {**values, "g": g}
        for update in SIGNSGD.updates:
            found[update.target] = compile_expression(update.value, Rationals())(found)
        sign = torch.sign(torch.tensor(float(g))).item()
        assert (found["s"], found["x"]) == (sign, 2 - Fraction(1, 8) * Fraction(sign))
