"""Terms of the norm facts in 60-digit numbers: Gamma and pi from mpmath, E by integration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mpmath import exp, gamma, inf, mp, mpf, pi, quad, sqrt

from ratecert.proofs.kernel import terms as T

DIGITS = 60


@cache
def mean_size() -> mpf:
    """E|z| for a standard normal z, against its density."""
    mp.dps = DIGITS
    return quad(lambda t: 2 * t * exp(-t * t / 2) / sqrt(2 * pi), [0, 1, 3, 8, 20, inf])


@cache
def mean_radius(n: int) -> mpf:
    """E||z||_2 in R^n: the area of the sphere times r^n against exp(-r^2/2), normalised."""
    mp.dps = DIGITS
    mass, moment = (
        quad(lambda r: r**power * exp(-r * r / 2), [0, 1, 3, 8, 20, inf])  # noqa: B023
        for power in (n - 1, n)
    )
    return moment / mass


class Numbers:
    """Values of terms and formulas at given integers, points and variables."""

    def __init__(
        self,
        at: Mapping[str, int],
        point: tuple[mpf, ...] = (),
        values: Mapping[str, mpf] | None = None,
    ) -> None:
        mp.dps = DIGITS
        self.at, self.points, self.values = dict(at), point, dict(values or {})
        self.g: tuple[mpf, ...] = ()

    def index(self, ix: T.Ix) -> int:
        return ix.offset + (0 if ix.base is None else self.at[ix.base])

    def value(self, t: T.Term) -> mpf:
        if isinstance(t, T.Rat):
            return mpf(t.value.numerator) / t.value.denominator
        if isinstance(t, T.IxVal):
            return mpf(self.index(t.index))
        if isinstance(t, T.Var):
            return self.values[t.name]
        if isinstance(t, T.Add):
            return sum((self.value(p) for p in t.terms), mpf(0))
        if isinstance(t, T.Mul):
            result = mpf(1)
            for part in t.terms:
                result *= self.value(part)
            return result
        if isinstance(t, T.Pow):
            exponent = mpf(t.exponent.numerator) / t.exponent.denominator
            return self.value(t.base) ** exponent
        if isinstance(t, T.Abs):
            return abs(self.value(t.body))
        if isinstance(t, T.Sum):
            span = range(self.index(t.low), self.index(t.high) + 1)
            return sum((self.value(T.open_body(t.body, T.Ix(None, n))) for n in span), mpf(0))
        if isinstance(t, T.E):
            return self.mean(t.body)
        assert isinstance(t, T.App), t
        return self.symbol(t)

    def symbol(self, t: T.App) -> mpf:
        if t.name == "Gamma":
            return gamma(self.value(t.args[0]))
        if t.name == "pi":
            return +pi
        if t.name == "phi":
            n = self.index(t.args[0])
            return sqrt(mpf(n)) * gamma(mpf(n) / 2) / (sqrt(mpf(2)) * gamma(mpf(n + 1) / 2))
        if t.name == "axis":
            return mpf(self.index(t.args[0]) == 1)
        if t.name == "g":
            return self.g[self.index(t.args[0]) - 1]
        assert t.name == "coord", t
        return self.points[self.index(t.args[1]) - 1]

    def mean(self, body: T.Term) -> mpf:
        """E of a norm of Gaussian coordinates, or of a sum of such: which, its values tell."""
        if isinstance(body, T.Sum):
            span = range(self.index(body.low), self.index(body.high) + 1)
            return sum((self.mean(T.open_body(body.body, T.Ix(None, n))) for n in span), mpf(0))
        count = 1 + max(self.at.values())
        axes = [tuple(mpf(k == m) for k in range(count)) for m in range(count)]
        probes = []
        for self.g in (*axes, (mpf(2),) * count):
            probes.append(self.value(body))
        *sizes, diagonal = probes
        dimension = int(sum(sizes))
        assert set(sizes) <= {0, 1}  # the norm of so many of the coordinates, each counted once
        assert abs(diagonal - 2 * sqrt(mpf(dimension))) < mpf(10) ** -50
        return mean_size() if dimension == 1 else mean_radius(dimension)

    def sides(self, rel: T.Rel) -> tuple[mpf, mpf]:
        return self.value(rel.left), self.value(rel.right)

    def holds(self, rel: T.Rel, digits: int = 50) -> bool:
        """Is the relation true, up to ``digits`` digits?"""
        left, right = self.sides(rel)
        close = abs(left - right) <= mpf(10) ** -digits * (1 + abs(left))
        return bool(close) if rel.op == "=" else bool(left < right or (close and rel.op == "<="))
