"""Small exact worlds in which a planted falsehood about AdamW is seen to be false.

f(y) = sum_i c_i y_i^2/2, g = grad f + noise, all of it finite: a ``World`` evaluates a claim
exactly, hypotheses first. The axioms of the theory are checked in it too, except those
it is made to break.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from helpers import check
from ratecert.proofs.kernel.terms import Var
from ratecert.proofs.language import Claimed, Outcome, Rational, ScenarioTree, symbols
from ratecert.proofs.language.symbols import Process
from ratecert.proofs.models import Report, check_model, realised
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.adamw.setting import setting
from ratecert.proofs.theorems.models import _quadratic, curvature, noise, start

HALF = Rational(1, 2)
QUIET = ((1, 0),)
"""No noise."""
FAIR = ((HALF, 1), (HALF, -1))
"""A fair coin."""
parameters = symbols("eta theta beta mu eps lam")
s, k, i = setting, setting.k, setting.i
Coin = tuple[tuple[Any, Any], ...]


_worlds: dict[str, Report] = {}


class World:
    """A finite model of AdamW's declarations."""

    def __init__(self, report: Report, breaks: Iterable[str]) -> None:
        check(report.model is not None, report.detail)
        for axiom in report.axioms:
            check((axiom.verdict == "holds") != (axiom.name in breaks), axiom.how)
        self.report = report

    def says(self, claimed: Claimed, formulas: Iterable[Any], **at: Any) -> str:
        """Where one of the formulas fails; empty if none does. ``at``: variables and indices."""
        scope = claimed.scope()
        values = {
            v: _fraction(at[n]) for n, v in scope.names.items() if isinstance(v, Var) and n in at
        }
        integers = {n: at[n] for n, m in scope.names.items() if m == "index" and n in at}
        return realised(self.report, formulas, values, integers)

    def refutes(self, claimed: Claimed, **at: Any) -> None:
        """Here the hypotheses of the claim hold, and its conclusion is false."""
        unmet = self.says(claimed, claimed.hypotheses(), **at)
        check(not unmet, f"a hypothesis fails {unmet}")
        said = self.says(claimed, [claimed.statement()], **at)
        check(said.endswith("is false"), f"it is not seen to be false here: {said or 'true'}")

    def admits(self, claimed: Claimed, **at: Any) -> None:
        """Here the conclusion of the claim is not false, if its hypotheses hold."""
        if not self.says(claimed, claimed.hypotheses(), **at):
            said = self.says(claimed, [claimed.statement()], **at)
            check(not said.endswith("is false"), said)


def _fraction(value: Any) -> Fraction:
    number = Rational(value)
    return Fraction(int(number.p), int(number.q))


def world(
    *,
    K: int = 1,
    curvatures: Sequence[Any] = (1,),
    at: Sequence[Any] = (1,),
    sigmas: Sequence[Any] = (),
    coin: Coin = FAIR,
    tossed: int | None = None,
    L: Any = 1,
    eta: Any = 1,
    theta: Any = 0,
    beta: Any = 0,
    mu: Any = 1,
    eps: Any = 1,
    lam: Any = 0,
    equations: Iterable[tuple[Any, Any, Iterable[Any]]] = (),
    gradients: Sequence[Any] | None = None,
    breaks: Iterable[str] = (),
) -> World:
    """K steps from ``at``; in each of the first ``tossed`` (or all) the coin's noise is added.

    ``sigmas``: the noise levels, 1 unless given (0 if quiet). ``equations``: values for what no
    definition covers, such as g^{K+1}. ``gradients``: g^k itself, for all i (then A2 is broken).
    """
    d, tossed = len(curvatures), K if tossed is None else tossed
    sigmas = sigmas or (1 if len(coin) > 1 else 0,) * d
    oracle = s.G[k, i] + noise[k, i]
    values: dict[Any, Any] = {
        s.L: L, s.fstar: 0, s.sigma: tuple(sigmas), curvature: tuple(curvatures), start: tuple(at),
        **dict(zip(parameters, (eta, theta, beta, mu, eps, lam), strict=True)),
    }  # fmt: skip
    if gradients is not None:
        told = Process("told")
        values[told], oracle = tuple(gradients), told[k]
    tree = ScenarioTree(
        steps=tossed,
        step=k,
        sizes={s.K: K, s.d: d},
        values=values,
        functions=_quadratic(s),
        equations=[
            (s.x[1, i], start[i], [s.coordinates]),
            (s.g[k, i], oracle, [s.steps, s.coordinates]),
            *equations,
        ],
        outcomes=[Outcome(p, {noise: (u,) * d}) for p, u in coin],
    )
    key = repr(tree)
    if key not in _worlds:
        _worlds[key] = check_model(adamw.kernel(), tree.interpretation(adamw))
    return World(_worlds[key], tuple(breaks))
