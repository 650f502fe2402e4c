"""``ratecert.bound``: what a theorem guarantees at given values, from Python."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .proofs.constants.answer import answer
from .proofs.constants.inputs import number, whole
from .proofs.constants.instance import BoundError, atoms_of
from .proofs.constants.values import Value, decimal_up
from .proofs.kernel import terms as k
from .proofs.language.loader import LoadError, statement
from .proofs.language.theory import Claimed

Number = int | Fraction | float | str
DIGITS = 12


class UnprovedError(ValueError):
    """A claim that a bound would rest on is not proved."""


@dataclass(frozen=True)
class Guarantee:
    """A proved bound at given values, or the hypotheses that fail there.

    Attributes:
        theorem, claim: the labels of what was asked, and of the instance that answers.
        low, high: rational ends that enclose the right side of the claim; None if a hypothesis
            fails.
        violations: the hypotheses that do not hold at the values, as text.
    """

    theorem: str
    claim: str
    low: Fraction | None
    high: Fraction | None
    violations: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Do all hypotheses hold at the values?"""
        return self.high is not None

    @property
    def value(self) -> str | None:
        """The bound as a decimal, rounded up."""
        return None if self.high is None else decimal_up(self.high, DIGITS)


def bound(theorem: str | Claimed, *, instance: str = "best", **values: Number) -> Guarantee:
    """What a rate guarantees, exactly: the right side of its claim at the values.

    All claims that the answer comes from are proved first (in this process; the first time takes
    the seconds that ``ratecert check`` takes). ``ratecert bound --help`` explains the names, and
    prints more: hyperparameters, terms, constants, the rate of SGD beside it.

    Args:
        theorem: ``adamw.rate``, or a claim of your own.
        instance: of the theorem, by name; ``best`` takes the smallest bound.
        values: ``d``, ``K``, ``L``, ``Delta``, ``sigma`` (sigma_s, the root of the sum of the
            sigma_i squared) and what else is chosen: ``eta``, ``theta``, ``beta``, ``mu``, ``eps``,
            ``lam``, ``x1`` (the largest coordinate of the start). Integers, fractions, texts such
            as ``"1e5"`` or ``"1/3"``; a float counts as the decimal that Python writes for it.

    Raises:
        LoadError: no such theorem or instance.
        BoundError, InputError: a value is missing, unknown or no number that fits.
        UnprovedError: a claim beneath the bound is not proved.

    >>> from ratecert import bound
    >>> bound("sgd.rate", d=10, K=10000, L=1, Delta=10, sigma=1).value
    '0.256195612239'
    """
    claimed = statement(theorem) if isinstance(theorem, str) else theorem
    given = {_name(name): _value(name, value) for name, value in values.items()}
    known = {*atoms_of(claimed), "d", "K"}
    unknown = sorted(name for name in given if name not in known)
    if unknown:
        raise BoundError(
            f"{claimed.label} has no constant {', '.join(unknown)}; it has "
            f"{', '.join(sorted(known))}"
        )
    found = answer(claimed, instance, given)
    for claim in found.claims:
        result = claim.check()
        if result.verdict != "proved":
            raise UnprovedError(f"{claim.label} is {result.verdict}: {result.reason}")
    ends = found.best.value
    return Guarantee(
        claimed.label,
        found.instance.claim.label,
        None if ends is None else ends[0],
        None if ends is None else ends[1],
        tuple(found.instance.show(v.check.formula) for v in found.instance.violations),
    )


def _name(name: str) -> str:
    return {"sigma": "sigma_s", "x1": "xmax"}.get(name, name)


def _value(name: str, value: Number) -> Value:
    if name == "mu" and value == "theta":
        return k.App("theta", ())
    text = repr(value) if isinstance(value, float) else str(value)
    return whole(text) if name in ("d", "K") else number(text)


__all__ = ["BoundError", "Guarantee", "LoadError", "UnprovedError", "bound"]
