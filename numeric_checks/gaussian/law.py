r"""The law of g ~ N(0, I), in closed forms, and kernel terms read under it.

Let I_n = \int_0^oo r^n exp(-r^2/2) dr for n >= 0.

* **By parts** (r^{n-1} times r exp(-r^2/2)): I_n = (n-1) I_{n-2} for n >= 2; I_1 = 1; and
  I_0 = (pi/2)^{1/2}, since I_0^2 is the integral of exp(-(x^2 + y^2)/2) over a quarter plane, in
  polar coordinates pi/2 times I_1.
* **By substitution** (u = r^2/2): I_n = 2^{(n-1)/2} Gamma((n+1)/2), with
  Gamma(s) = \int_0^oo u^{s-1} exp(-u) du.
* **E|g_i|** = 2 (2 pi)^{-1/2} I_1 = (2/pi)^{1/2}, the density of g_i being even.
* **E||(g_1, ..., g_n)||_2** = I_n/I_{n-1}: the density depends on r alone and the sphere of radius
  r has an area proportional to r^{n-1}, so that the mean of h(r) is
  \int h(r) r^{n-1} exp(-r^2/2) dr / I_{n-1}. By parts it is c_n with c_1 = (2/pi)^{1/2},
  c_2 = (pi/2)^{1/2} and c_{n+2} = c_n (n+1)/n; by substitution
  2^{1/2} Gamma((n+1)/2)/Gamma(n/2).
* **Gamma at halves**: Gamma(s+1) = s Gamma(s) by parts, Gamma(1) = 1, Gamma(1/2) = 2^{1/2} I_0 =
  pi^{1/2}.

``Exactly`` has what follows by parts, as ``Root``; ``InBalls`` what follows by substitution, with
arb's own gamma function and pi, which rest on Stirling's series with an error bound and on a series
of Chudnovsky. They share no formula, and must agree wherever a statement is decided.

**Variances**, for samples. Var|g_i| = 1 - 2/pi, so that Var||(g_1, ..., g_m)||_1 = m (1 - 2/pi) by
independence. Var||(g_1, ..., g_n)||_2 = n - c_n^2 <= 1, since c_n^2 >= n - 1: for n = 1 plainly;
for n >= 2 by c_n c_{n-1} = I_n/I_{n-2} = n - 1, where c_{n-1} <= c_n by Cauchy and Schwarz,
I_{n-1}^2 <= I_n I_{n-2}. (It is Poincare's inequality for the 1-Lipschitz norm, too.)

Sources: NIST DLMF 5.2.1, 5.4.1, 5.4.6, 5.5.1; N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous
Univariate Distributions 1 (1994), section 18.3 (the chi law); F. Johansson, "Arbitrary-precision
computation of the gamma function" (Maple Transactions 3 (2023)).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol

from flint import arb, fmpq

from ...proofs.kernel.terms import CE, Abs, App, E, Ix, Pow, Sum, Term, open_body
from ..exact import (
    Argument,
    EvaluationError,
    Exact,
    ExactPoint,
    ExactReading,
    MissingError,
    Unfold,
    from_fraction,
)
from ..exact.terms import bound_name
from .roots import root

HALF = Fraction(1, 2)


class GaussianError(ValueError):
    """A claim that this room has no closed form or no sample for; or closed forms that differ."""


class Law(Protocol):
    """Closed forms: of pi, of Gamma, and of the two means."""

    def pi(self) -> Any:
        """The circle constant."""

    def gamma(self, at: Any) -> Any:
        """Gamma at ``at``, half of a positive integer."""

    def size(self) -> Any:
        """E|g_i|."""

    def length(self, n: int) -> Any:
        """E||(g_1, ..., g_n)||_2, n >= 1."""

    def root(self, of: fmpq) -> Any:
        """The square root of a rational >= 0."""


class Exactly:
    """By parts: rationals and ``Root``s."""

    def pi(self) -> Any:
        return root(fmpq(1), 2)

    def gamma(self, at: Any) -> Any:
        twice = _halves(at)
        value, start = (root(fmpq(1), 1), 1) if twice % 2 else (fmpq(1), 2)
        for t in range(start, twice, 2):
            value = value * fmpq(t, 2)
        return value

    def size(self) -> Any:
        return root(fmpq(2), -1)

    def length(self, n: int) -> Any:
        value, start = (self.size(), 1) if n % 2 else (root(fmpq(1, 2), 1), 2)
        for m in range(start, n, 2):
            value = value * fmpq(m + 1, m)
        return value

    def root(self, of: fmpq) -> Any:
        return root(of)


class InBalls:
    """By substitution: balls at the working precision."""

    def pi(self) -> Any:
        return arb.pi()

    def gamma(self, at: Any) -> Any:
        return arb(fmpq(_halves(at), 2)).gamma()

    def size(self) -> Any:
        return arb(2).sqrt() * self.gamma(fmpq(1)) / self.gamma(fmpq(1, 2))

    def length(self, n: int) -> Any:
        return arb(2).sqrt() * self.gamma(fmpq(n + 1, 2)) / self.gamma(fmpq(n, 2))

    def root(self, of: fmpq) -> Any:
        return arb(of).sqrt()


def _halves(at: Any) -> int:
    """2 ``at``, a positive integer.

    Raises:
        GaussianError: it is none.
    """
    twice = 2 * at if isinstance(at, fmpq) else None
    if twice is None or twice.q != 1 or twice <= 0:
        raise GaussianError(f"Gamma is known at halves of positive integers here, not at {at}")
    return int(twice.p)


class Names:
    """What names mean: d, pi and Gamma by a law; coordinates of one sample if it is given."""

    def __init__(self, law: Law, d: int, sample: tuple[fmpq, ...] = ()) -> None:
        self.law, self.dimension, self.sample = law, d, sample

    def index(self, name: str) -> int | None:
        return self.dimension if name == "d" else None

    def variable(self, name: str) -> Exact | None:
        return None

    def apply(self, name: str, args: tuple[Argument, ...]) -> Exact | None:
        if name == "pi" and not args:
            found: Exact = self.law.pi()
            return found
        if name == "Gamma" and len(args) == 1:
            found = self.law.gamma(args[0])
            return found
        if name == "g" and len(args) == 1 and self.sample:
            (i,) = args
            if isinstance(i, int) and 1 <= i <= len(self.sample):
                return self.sample[i - 1]
            raise MissingError(f"g has {len(self.sample)} coordinates here: no {i}")
        return None

    def point(self, name: str, args: tuple[int, ...]) -> ExactPoint | None:
        return None


class Reading(ExactReading):
    """Kernel terms under the law; an expectation is its closed form.

    Args:
        law, d: which closed forms, in which dimension.
        unfold: the theory's definitions (phi).
        means: values of expectations to use instead of closed forms, by the term, in which every
            index is a number.
        sample: the coordinates of g, for statements about each sample.
    """

    def __init__(
        self,
        law: Law,
        d: int,
        unfold: Unfold,
        *,
        means: Mapping[E, Any] | None = None,
        sample: tuple[fmpq, ...] = (),
    ) -> None:
        super().__init__(Names(law, d, sample), unfold)
        self.law, self.means = law, means

    def term(self, term: Term, names: dict[str, int], depth: int) -> Exact:
        if isinstance(term, Pow) and abs(term.exponent) == HALF:
            base = self.term(term.base, names, depth)
            if isinstance(base, fmpq):  # the kernel's total semantics: 0 below 0, and 1/0 = 0
                value: Exact = self.law.root(base) if base > 0 else from_fraction(0)
                return value if term.exponent > 0 or base <= 0 else 1 / value
        return super().term(term, names, depth)

    def expectation(self, term: E | CE, names: dict[str, int], depth: int) -> Exact:
        """E of a sum by linearity, of |g_i| and of ||(g_1, ..., g_n)||_2 by the law.

        Raises:
            GaussianError: it is the expectation of something else.
        """
        if isinstance(term, CE):
            raise GaussianError(f"no filtration here: {term}")
        if self.means is not None:
            found: Exact | None = self.means.get(term)
            if found is None:
                raise MissingError(f"no mean for {term}")
            return found
        return self._mean(term.body, names, depth)

    def _mean(self, body: Term, names: dict[str, int], depth: int) -> Exact:
        if is_size(body):
            found: Exact = self.law.size()
            return found
        length = length_of(body)
        if length is not None:
            low, high = self.index(length[0], names), self.index(length[1], names)
            if low >= 1:
                found = self.law.length(high - low + 1) if high >= low else from_fraction(0)
                return found
        if isinstance(body, Sum):
            low, high = self.index(body.low, names), self.index(body.high, names)
            name = bound_name(depth)
            total: Exact = from_fraction(0)
            inside = open_body(body.body, Ix(name))
            for value in range(low, high + 1):
                total = total + self._mean(inside, {**names, name: value}, depth + 1)
            return total
        raise GaussianError(f"no closed form of the expectation of {body}")


def is_size(body: Term) -> bool:
    """Is it |g_i|?"""
    return isinstance(body, Abs) and isinstance(body.body, App) and body.body.name == "g"


def length_of(body: Term) -> tuple[Ix, Ix] | None:
    """The first and the last index if it is (g_a^2 + ... + g_b^2)^{1/2}; None otherwise."""
    if not (isinstance(body, Pow) and body.exponent == HALF and isinstance(body.base, Sum)):
        return None
    inside = open_body(body.base.body, Ix("i"))
    own = isinstance(inside, Pow) and inside.exponent == 2 and inside.base == App("g", (Ix("i"),))
    return (body.base.low, body.base.high) if own else None


def variance_of(body: Term) -> tuple[arb, str]:
    """A bound of the variance of a statistic whose indices are numbers, and why it holds.

    Raises:
        GaussianError: it is neither ||(g_a, ..., g_b)||_1 nor ||(g_a, ..., g_b)||_2.
    """
    if isinstance(body, Sum) and is_size(open_body(body.body, Ix("i"))):
        count = max(_number(body.high) - _number(body.low) + 1, 1)
        if open_body(body.body, Ix("i")) == Abs(App("g", (Ix("i"),))):
            return count * (1 - 2 / arb.pi()), f"Var ||g||_1 = {count} (1 - 2/pi)"
    if length_of(body) is not None:
        return arb(1), "Var ||g||_2 <= 1"
    raise GaussianError(f"no bound of the variance of {body}")


def _number(ix: Ix) -> int:
    if ix.base is not None:
        raise EvaluationError(f"an index without a value: {ix}")
    return ix.offset


__all__ = [
    "Exactly",
    "GaussianError",
    "InBalls",
    "Law",
    "Reading",
    "is_size",
    "length_of",
    "variance_of",
]
