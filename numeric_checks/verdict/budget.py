"""The error probability of a report, divided among its checks: never more than there is."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


class OverspentError(ValueError):
    """More error probability was asked for than is left."""


class ErrorBudget:
    """An error probability ``alpha`` that checks take shares of (Bonferroni: they add up).

    If each of several verdicts is wrong with probability at most its share, then one of them at
    least is with probability at most the sum, whatever their dependence. Sums are exact.

    Args:
        alpha: in (0, 1), exact: ``Fraction(1, 100)``.
        name: of what it is the budget, for messages.

    >>> budget = ErrorBudget(Fraction(1, 100), "report")
    >>> share = budget.split({"rate": 1, "rate.sigma": 3})["rate"]
    >>> share.alpha, budget.left
    (Fraction(1, 400), Fraction(0, 1))
    >>> share.spend("look 1", Fraction(1, 200))
    Traceback (most recent call last):
        ...
    ratecert.numeric_checks.verdict.budget.OverspentError: look 1 asks for 1/200, rate has 1/400 left of 1/400

    Raises:
        ValueError: ``alpha`` is no probability, or a float: floats do not add up.
    """  # noqa: E501

    def __init__(self, alpha: Fraction, name: str = "report") -> None:
        if not isinstance(alpha, Fraction) or not 0 < alpha < 1:
            raise ValueError(f"an error probability is a Fraction in (0, 1), not {alpha!r}")
        self.alpha, self.name = alpha, name
        self._spent: dict[str, Fraction] = {}

    @property
    def left(self) -> Fraction:
        """What nobody has taken."""
        return self.alpha - sum(self._spent.values(), Fraction(0))

    @property
    def spent(self) -> Mapping[str, Fraction]:
        """Who took how much."""
        return dict(self._spent)

    def spend(self, name: str, share: Fraction) -> float:
        """Take ``share`` for the check ``name``; the largest float that is at most the share.

        Raises:
            OverspentError: less is left, or the check has had its share.
            ValueError: the share is not positive.
        """
        if not isinstance(share, Fraction) or share <= 0:
            raise ValueError(f"a share is a positive Fraction, not {share!r}")
        if name in self._spent:
            raise OverspentError(f"{name} has had its share of {self.name}: a second is a new name")
        if share > self.left:
            raise OverspentError(
                f"{name} asks for {share}, {self.name} has {self.left} left of {self.alpha}"
            )
        self._spent[name] = share
        return float_below(share)

    def split(self, weights: Mapping[str, int | Fraction]) -> dict[str, ErrorBudget]:
        """All that is left, divided in proportion to ``weights``: a budget for each name.

        Raises:
            OverspentError: nothing is left.
            ValueError: a weight is not positive.
        """
        if any(weight <= 0 for weight in weights.values()):
            raise ValueError(f"weights are positive: {dict(weights)}")
        total, left = sum(map(Fraction, weights.values()), Fraction(0)), self.left
        if weights and left == 0:
            raise OverspentError(f"nothing is left of {self.name}")
        shares = {name: left * weight / total for name, weight in weights.items()}
        for name, share in shares.items():
            self.spend(name, share)
        return {name: ErrorBudget(share, name) for name, share in shares.items()}

    def all(self) -> float:
        """Spend everything on one check.

        Raises:
            OverspentError: part of it has gone already.
        """
        if self._spent:
            raise OverspentError(f"part of {self.name} has been spent: {sorted(self._spent)}")
        return self.spend(self.name, self.alpha)


def look_share(look: int) -> Fraction:
    """The part of an error probability for the look number 1, 2, ...: 1/(look (look + 1)).

    All of them add up to 1, so that an interval of fixed size may be looked at as often as one
    likes, each time with new data, if look j has the error probability alpha/(j (j + 1)).

    >>> sum(look_share(j) for j in range(1, 100))
    Fraction(99, 100)

    Raises:
        ValueError: looks are counted from 1.
    """
    if look < 1:
        raise ValueError(f"looks are counted from 1, not {look}")
    return Fraction(1, look * (look + 1))


def float_below(value: Fraction) -> float:
    """The largest float that is at most ``value`` (positive)."""
    nearest = float(value)
    if Fraction(nearest) <= value:
        return nearest
    numerator, denominator = nearest.as_integer_ratio()
    # One unit in the last place of a positive double is at most 2^-52 of it.
    return float(Fraction(numerator, denominator) * (1 - Fraction(1, 2**53)))
