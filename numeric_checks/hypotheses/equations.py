"""Which constants equations define, in terms of the others."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ...proofs.kernel.terms import ZERO, App, Rel, Term, Var
from .bounds import Bound, Sample, put_in
from .polynomials import root
from .setting import Setting, names_in


def definitions(setting: Setting, K: int, d: int) -> tuple[Mapping[str, Term], tuple[Bound, ...]]:
    """What equations define, and the equations in which nothing can be isolated.

    ``name = term`` defines ``name``; so does ``term = name``; an equation that is affine in a
    constant, or in its square, is solved for the one that has a solution at most random points (of
    a square, the root >= 0 is taken). The terms speak of constants that nothing defines.
    """
    found = _Definitions(setting, K, d)
    return found.defined, tuple(found.sample.bound(equation) for equation in found.waiting)


class _Definitions:
    def __init__(self, setting: Setting, K: int, d: int) -> None:
        self.setting, self.K, self.d = setting, K, d
        self.defined: dict[str, Term] = {}
        self.waiting = list(setting.equations)
        for attempt in (self._left, self._right, self._root):
            while any(attempt(equation) for equation in list(self.waiting)):
                pass

    @property
    def sample(self) -> Sample:
        """Random points, as far as equations are solved."""
        return Sample(self.setting, self.K, self.d, self.defined)

    def _left(self, equation: Rel) -> bool:
        return self._define(equation, equation.left, equation.right)

    def _right(self, equation: Rel) -> bool:
        return self._define(equation, equation.right, equation.left)

    def _define(self, equation: Rel, here: Term, there: Term) -> bool:
        nodes = self.setting.nodes
        if not isinstance(here, Var | App) or nodes.get(here.name) is not here:
            return False
        right = put_in(there, self.defined, nodes)
        if here.name in self.defined or here.name in names_in(right, nodes):
            return False
        return self._take(equation, here.name, right)

    def _root(self, equation: Rel) -> bool:
        sample = self.sample
        bound = sample.bound(equation)
        best: tuple[float, str, Term] | None = None
        for name in sorted(bound.names):
            found = sample.isolated(bound, name)
            if found is None or ZERO not in found.coefficients[1:]:
                continue
            a, b, c = sample.floats(found.coefficients)
            affine = found.coefficients[2] is ZERO
            power = -a / (b if affine else c)
            any_sign = affine and found.exponent == 1
            solved = torch.isfinite(power) & (any_sign or power >= 0)
            share = float(solved.to(torch.float64).mean())
            if best is None or share > best[0]:
                best = share, name, root(found)
        return best is not None and self._take(equation, best[1], best[2])

    def _take(self, equation: Rel, name: str, value: Term) -> bool:
        nodes = self.setting.nodes
        self.defined = {n: put_in(t, {name: value}, nodes) for n, t in self.defined.items()}
        self.defined[name] = value
        self.waiting.remove(equation)
        return True
