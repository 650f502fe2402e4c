"""A rate at given values, put together: the bound, what stands beside it, hyperparameters, code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..kernel import terms as k
from ..kernel.exact import Interval
from ..language import Claimed
from ..language.loader import statement
from .admissible import DIGITS, Range, figures, sharp
from .bound import Bound, at_the_start, beside_sgd, chosen, evaluate, lineage
from .instance import BoundError, Instance
from .target import Target, first_steps
from .values import (
    Value,
    decimal_down,
    decimal_nearest,
    decimal_up,
    down,
    enclose,
    verdict,
)

PLACES = 12
"""After the point, for constants that are shown rounded to nearest."""


@dataclass(frozen=True)
class Answer:
    """One row: a theorem at one choice of values.

    Attributes:
        theorem: what was asked; ``best``: the instance that answers, ``others`` the rest.
        sgd: SGD's rate in the same norm, and its claim; start: before any step, likewise.
        level, target: what was to be reached, and from which K on it is.
    """

    theorem: Claimed
    given: Mapping[str, Value]
    best: Bound
    others: tuple[Bound, ...]
    sgd: tuple[Claimed, Interval | None] | None
    start: tuple[Claimed, Interval] | None
    level: Fraction | None = None
    target: Target | None = None

    @property
    def instance(self) -> Instance:
        """The instance that answers."""
        return self.best.instance

    @property
    def claims(self) -> list[Claimed]:
        """All that the numbers shown come from."""
        found = [self.instance.claim]
        if self.best.value is not None:
            found += [beside[0] for beside in (self.sgd, self.start) if beside is not None]
        if self.target is not None:
            found.append(self.target.claim)
        return list(dict.fromkeys(found))

    @property
    def holds(self) -> bool:
        """Do all hypotheses hold, and is the level reached if one was asked for?"""
        reached = self.target is not None and self.target.instance.holds
        return self.best.value is not None and (self.level is None or reached)


def answer(
    theorem: Claimed, name: str, given: Mapping[str, Value], level: Fraction | None = None
) -> Answer:
    """The best of the instances named, at the values given.

    Args:
        theorem: a rate, or an instance.
        name: of an instance, or ``best``.
        given: d, K, L, Delta, sigma_s, and what else is chosen: eta, theta, beta, mu, eps, lam,
            ``xmax`` (the largest coordinate of the start).
        level: the bound to be reached by more iterations.

    Raises:
        LoadError: no such instance. BoundError: the question does not fit the claim.
    """
    claims = chosen(theorem, name)
    best, *others = evaluate(claims, given)
    if best.value is None:
        return Answer(theorem, given, best, tuple(others), None, None, level)
    beside = None if best.instance.claim is statement("sgd.rate") else beside_sgd(theorem, given)
    target = None if level is None else _soonest(claims, given, level)
    start = at_the_start(best.instance.claim, given)
    return Answer(theorem, given, best, tuple(others), beside, start, level, target)


def _soonest(
    claims: Sequence[Claimed], given: Mapping[str, Value], level: Fraction
) -> Target | None:
    """The instance that reaches the level first, of those whose hypotheses hold there."""
    found = [t for claim in claims if (t := first_steps(claim, given, level)) is not None]
    return min(found, key=lambda t: (not t.instance.holds, t.K), default=None)


# --- decimals -----------------------------------------------------------------------------------


def fixed(term: k.Term, instance: Instance, places: int = PLACES) -> str:
    """The value rounded to nearest, with so many places after the point."""
    low, high = enclose(term, instance.point, places + 3)
    while True:
        whole = len(str(math.floor(abs(high))))
        middle = (low + high) / 2
        if high - low <= Fraction(1, 50 * 10**places):
            return decimal_nearest(
                round(middle * 10**places) / Fraction(10**places), whole + places
            )
        low, high = enclose(term, instance.point, whole + places + 3)


def eta(instance: Instance) -> str:
    """The step size rounded down, so that no inequality suffers."""
    return down(k.App("eta", ()), instance.point, DIGITS)


def theta(instance: Instance) -> str:
    """The decay of the momentum rounded up; ``1 - theta`` has as many digits as it."""
    _, high = sharp(k.App("theta", ()), instance.point, DIGITS)
    return decimal_up(high, figures(high, DIGITS))


def low_end(ends: Range, digits: int = DIGITS) -> str | None:
    """The lower end of a range, rounded up."""
    found = ends.up_from_low(digits)
    return None if found is None else decimal_up(found, figures(found, digits))


def high_end(ends: Range, digits: int = DIGITS) -> str | None:
    """The upper end of a range, rounded down."""
    found = ends.down_from_high(digits)
    return None if found is None else decimal_down(found, figures(found, digits))


def has(instance: Instance, name: str) -> bool:
    """Is it a constant of the instance with a value here?"""
    return name in instance.atoms and instance.point.value(instance.atoms[name]) is not None


def shown(instance: Instance, name: str, digits: int = DIGITS) -> str:
    """A constant rounded to nearest; if it is near 1, 1 minus it has so many digits too."""
    low, high = sharp(instance.atoms[name], instance.point, digits)
    middle = (low + high) / 2
    return decimal_nearest(middle, figures(middle, digits))


# --- training code ------------------------------------------------------------------------------

BIAS = (
    "torch corrects the bias of m and v, and adds eps outside the root, where √ε stands in for the",
    "theorem's ε; the theorem is about neither. ratecert conform tells more:",
)


def code(instance: Instance) -> list[str]:
    """A torch.optim call with these hyperparameters, and in comments what differs."""
    names = {theory.name for theory in lineage(instance.claim.theory)}
    if "sgd" in names:
        return [
            f"torch.optim.SGD(params, lr={_down('eta', instance)})",
            "# This is the recursion of the theorem.",
        ]
    if "adamw" not in names:
        return ["# no class of torch.optim is known for this theory"]
    name, recursion = _class(instance)
    if not name:
        return [
            "# no class of torch.optim mixes momentum and gradient by this μ; the recursion is",
            "# ratecert.optimizers.recursions.NADAMW",
        ]
    rate, decay = _down("eta", instance), _down("lam", instance)
    second = _inside("beta", instance)
    floor = math.sqrt(_float("eps", instance))
    betas = f"betas=({_up('theta', instance)!r}, {second!r})"
    call = f"torch.optim.{name}(params, lr={rate!r}, {betas}, eps={floor!r}"
    if name == "NAdam":
        call += f", weight_decay={decay!r}, decoupled_weight_decay=True"
    elif name == "AdamW":
        call += f", weight_decay={decay!r}"
    lines = [f"{call})", *(f"# {line}" for line in BIAS)]
    lines.append(f"#   ratecert conform torch.optim.{name} --recursion {recursion}")
    if name == "NAdam":
        lines.append("# NAdam also lets the weight of the momentum grow with k.")
    if _up("theta", instance) >= 1 or not (0 < rate < math.inf and 0 < floor < math.inf):
        lines.append(
            "# In double precision 1 - θ or η is lost: these values cannot be run as they are."
        )
    return lines


def _class(instance: Instance) -> tuple[str, str]:
    """The class of torch.optim that comes nearest, and the recursion of the theorem."""
    mu, decays = k.App("mu", ()), verdict(k.Rel(k.App("lam", ()), "=", k.rat(0)), instance.point)
    if verdict(k.Rel(mu, "=", k.rat(1)), instance.point):
        fixed_decay = "lam" in instance.prescribed and decays
        return ("Adam", "adam") if fixed_decay else ("AdamW", "adamw")
    if verdict(k.Rel(mu, "=", k.App("theta", ())), instance.point):
        return "NAdam", "nadamw"
    return "", ""


def _ends(name: str, instance: Instance) -> Interval:
    return enclose(instance.atoms[name], instance.point, 40)


def _float(name: str, instance: Instance) -> float:
    low, high = _ends(name, instance)
    return double((low + high) / 2)


def _written_exactly(value: float, ends: Interval) -> bool:
    """Is the decimal that a double is written as the value itself?"""
    return math.isfinite(value) and ends[0] == ends[1] == Fraction(repr(value))


def double(value: Fraction) -> float:
    """The double nearest to a rational; infinite where that is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _down(name: str, instance: Instance) -> float:
    ends = _ends(name, instance)
    value = double(ends[0])
    beyond = value <= ends[0] or _written_exactly(value, ends)
    return value if beyond else math.nextafter(value, -math.inf)


def _up(name: str, instance: Instance) -> float:
    ends = _ends(name, instance)
    value = double(ends[1])
    beyond = value >= ends[1] or _written_exactly(value, ends)
    return value if beyond else math.nextafter(value, math.inf)


def _inside(name: str, instance: Instance) -> float:
    """A double near the value that the inequalities admit too, if there is one."""
    value = _float(name, instance)
    for candidate in (value, _down(name, instance), _up(name, instance)):
        trial = instance.point.with_values({instance.atoms[name]: Fraction(candidate)})
        about = [
            c.formula for c in instance.checks
            if isinstance(c.formula, k.Rel) and instance.atoms[name] in set(_atoms(c.formula))
        ]  # fmt: skip
        if all(verdict(formula, trial) for formula in about):
            return candidate
    return value


def _atoms(node: k.Node) -> list[k.Node]:
    return [inner for inner, _ in k.subterms(node)]


__all__ = ["Answer", "BoundError", "answer", "code", "eta", "fixed", "has", "shown", "theta"]
