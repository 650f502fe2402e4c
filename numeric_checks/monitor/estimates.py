"""L, Delta and sigma as a run suggests them, and what a theorem would say if they were right.

None is a bound. Two consecutive gradients, of different batches at x^k and x^{k+1}, differ by
curvature and by noise, and nothing in a run tells one from the other:

* L: the largest ``||g^{k+1} - g^k||_2 / ||x^{k+1} - x^k||_2`` seen. Too large, as noise counts as
  curvature; too small, as only the directions travelled are seen, and L is a supremum over all.
* sigma_s: the root of the mean of ``||g^{k+1} - g^k||_2^2 / 2``, since independent noise of
variance
  sigma_s^2 at one point gives twice that. Too large, as curvature counts as noise; too small, as a
  mean over the path is no supremum, and if batches are drawn without replacement.
* Delta: the first loss minus the least (or minus a lower bound of f that the user knows). A loss of
  one batch is f with noise; without a lower bound it is too small, as f* is below what was reached.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ...proofs.constants.bound import at_the_start, chosen, evaluate, norm
from ...proofs.constants.instance import BoundError
from ...proofs.constants.values import enclose
from ...proofs.kernel.terms import Term
from ...proofs.language.loader import LoadError, statement
from .history import History

RATES = {
    "sgd": "sgd.rate", "momentum": "momentum.rate", "adam": "adam.rate", "adamw": "adamw.rate",
    "nadam": "nadamw.rate", "nadamw": "nadamw.rate",
}  # fmt: skip
_DIGITS = 20


@dataclass(frozen=True)
class Estimates:
    """Estimates, none of which is a bound; NaN where nothing was measured.

    Attributes:
        L, Delta, sigma: as the module says.
        pairs: how many pairs of consecutive gradients L rests on; ``differences``: sigma.
    """

    L: float
    Delta: float
    sigma: float
    pairs: int
    differences: int


@dataclass(frozen=True)
class Guarantee:
    """What ``ratecert bound`` says at the estimates.

    Attributes:
        claim: the instance of the theorem with the smallest bound; empty if there is none.
        norm: of the gradient whose average over K steps is bounded, l1 or l2.
        bound: that bound; None if a hypothesis fails or something is not known.
        start: what the gradient satisfies before any step; a bound above says nothing.
        prescribed: the hyperparameters that the theorem is about.
        reason: why there is no bound.
    """

    claim: str
    norm: str
    bound: float | None
    start: float | None
    prescribed: Mapping[str, float]
    reason: str = ""


def estimates(history: History, f_star: float | None) -> Estimates:
    """The estimates of a run so far."""
    least = history.least_loss if f_star is None else f_star
    mean = history.squares / history.differences if history.differences else math.nan
    return Estimates(
        L=history.curvature,
        Delta=history.first_loss - least,
        sigma=math.sqrt(mean / 2),
        pairs=history.pairs,
        differences=history.differences,
    )


def guarantee(recursion: str | None, d: int, K: int, at: Estimates) -> Guarantee:
    """The theorem of a recursion at the estimates, for a run of K steps in dimension d."""

    def nothing(reason: str) -> Guarantee:
        return Guarantee("", "", None, None, {}, reason)

    if recursion not in RATES:
        return nothing("no theorem here is about this optimizer")
    try:
        claim = statement(RATES[recursion])
    except LoadError:
        return nothing(f"there is no theorem {RATES[recursion]} yet")
    for name, value in (("L", at.L), ("Delta", at.Delta), ("sigma", at.sigma)):
        if not math.isfinite(value) or value < 0 or (value == 0 and name != "sigma"):
            hint = "; tell it by .loss(value)" if name == "Delta" else ""
            return nothing(f"no estimate of {name} that a theorem could take: {value:g}{hint}")
    given: dict[str, Fraction | int | Term] = {
        "d": d, "K": K, "L": _short(at.L), "Delta": _short(at.Delta), "sigma_s": _short(at.sigma),
    }  # fmt: skip
    try:
        best = evaluate(chosen(claim, "best"), given)[0]
        _, start = at_the_start(claim, given)
    except BoundError as error:
        return nothing(str(error))
    point = best.instance.point
    prescribed = {
        name: float(enclose(term, point, _DIGITS)[1])
        for name, term in best.instance.prescribed.items()
        if name in ("eta", "theta", "eps", "mu", "lam")
    }
    return Guarantee(
        claim=best.instance.claim.label,
        norm=norm(claim),
        bound=None if best.value is None else math.nextafter(float(best.value[1]), math.inf),
        start=math.nextafter(float(start[1]), math.inf),
        prescribed=prescribed,
        reason="" if best.value is not None else "its hypotheses do not hold at these values",
    )


def _short(value: float) -> Fraction:
    """Three digits: an estimate has no more, and exact arithmetic likes short numbers."""
    return Fraction(f"{value:.2e}")
