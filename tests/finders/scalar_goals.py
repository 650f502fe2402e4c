"""The scalar goals that the convergence proofs leave, each with variants that are false.

They are written as an author would write them. ``X`` only lends kernel terms their operators.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ratecert.proofs.kernel import terms as K
from ratecert.proofs.kernel.terms import Rel


@dataclass(frozen=True)
class X:
    """A kernel term with operators."""

    term: K.Term

    def __add__(self, other: X | int) -> X:
        return X(K.add(self.term, lifted(other).term))

    def __radd__(self, other: int) -> X:
        return lifted(other) + self

    def __sub__(self, other: X | int) -> X:
        return X(K.sub(self.term, lifted(other).term))

    def __rsub__(self, other: int) -> X:
        return lifted(other) - self

    def __mul__(self, other: X | int) -> X:
        return X(K.mul(self.term, lifted(other).term))

    def __rmul__(self, other: int) -> X:
        return lifted(other) * self

    def __truediv__(self, other: X | int) -> X:
        return X(K.div(self.term, lifted(other).term))

    def __rtruediv__(self, other: int) -> X:
        return lifted(other) / self

    def __pow__(self, n: int) -> X:
        return X(K.power(self.term, n))

    def __neg__(self) -> X:
        return X(K.neg(self.term))


def lifted(value: X | int | str | Fraction) -> X:
    return value if isinstance(value, X) else X(K.rat(value))


def num(text: str) -> X:
    return X(K.rat(text))


def var(*names: str) -> tuple[X, ...]:
    return tuple(X(K.Var(n, "any")) for n in names)


def sqrt(x: X | int) -> X:
    return X(K.sqrt(lifted(x).term))


def mod(x: X) -> X:
    return X(K.Abs(x.term))


def le(a: X | int, b: X | int) -> Rel:
    return Rel(lifted(a).term, "<=", lifted(b).term)


def lt(a: X | int, b: X | int) -> Rel:
    return Rel(lifted(a).term, "<", lifted(b).term)


def eq(a: X | int, b: X | int) -> Rel:
    return Rel(lifted(a).term, "=", lifted(b).term)


def root(x: X, n: int) -> X:
    return X(K.power(x.term, Fraction(1, n)))


def pos(*xs: X) -> tuple[Rel, ...]:
    return tuple(lt(0, x) for x in xs)


def nonneg(*xs: X) -> tuple[Rel, ...]:
    return tuple(le(0, x) for x in xs)


Statement = tuple[Rel, tuple[Rel, ...]]


@dataclass(frozen=True)
class Goal:
    """A true statement, and false ones that look like it."""

    name: str
    goal: Rel
    given: tuple[Rel, ...] = ()
    false: tuple[Statement, ...] = ()


a, b, c, e, p, q, r, s, t, u, w, x, y = var(*"abcepqrstuwxy")
B, C, D, G, P, Z = var("B", "C", "D", "G", "P", "Z")
theta, beta, mu, rho = var("theta", "beta", "mu", "rho")


def _young() -> list[Goal]:
    def half(k: str) -> Rel:
        return eq(-(a * b), -(num(k) * a**2) - num(k) * b**2 + num(k) * (a - b) ** 2)

    def split(k: X) -> Rel:
        return le((a + b) ** 2, (1 + c) * a**2 + k * b**2)

    unit = (*nonneg(theta), lt(theta, 1))

    def averaged(k: str) -> Rel:
        right = theta * a**2 + num(k) * theta**2 / (1 - theta) * c**2
        return le(theta**2 * (a + c) ** 2, right)

    return [
        Goal("polarisation", half("1/2"), (), ((half("51/100"), ()),)),
        Goal("young", split(1 + 1 / c), pos(c), ((split(1 / c), pos(c)),)),
        Goal("young-theta", averaged("1"), unit, ((averaged("99/100"), unit),)),
    ]


def _roots() -> list[Goal]:
    given = (*pos(B), *nonneg(C))

    def increment(k: int) -> Rel:
        return le(sqrt(B + C), sqrt(B) + C / (k * sqrt(B + C)))

    step = (
        eq(C, p * (1 - q) * y), le(p * (w + e), B + C), *pos(p), le(p, 1), *nonneg(q), le(q, 1),
        *nonneg(w, y), *pos(e),
    )  # fmt: skip

    def ratio(k: X) -> Rel:
        return le(C / sqrt(B + C), k * (1 - q) * y / sqrt(w + e))

    def added(k: str) -> Rel:
        return le(sqrt(x + y), sqrt(x) + num(k) * sqrt(y))

    def mixed(k: X) -> Rel:
        return le(sqrt(u * (w + 2 * u)), sqrt(u * w) + k * u)

    return [
        Goal("root-increment", increment(1), given, ((increment(2), given),)),
        Goal(
            "root-ratio", ratio(sqrt(p)), step,
            ((ratio(sqrt(p)), tuple(h for h in step if h != le(q, 1))), (ratio(p), step)),
        ),
        Goal("root-of-sum", added("1"), nonneg(x, y), ((added("99/100"), nonneg(x, y)),)),
        Goal(
            "root-of-mixed", mixed(sqrt(2)), nonneg(u, w),
            ((mixed(num("1")), nonneg(u, w)), (mixed(num("141/100")), nonneg(u, w))),
        ),
    ]  # fmt: skip


def _denominators() -> list[Goal]:
    floor = (le(s, D), *pos(s))

    def inverse(k: str) -> Rel:
        return le(1 / D**2, num(k) / (s * D))

    bracket = (*nonneg(t), le(t, 1), le(r, 1), le(c * r**2, 1))

    def concave(k: str) -> Rel:
        return le(0, 1 - r * (1 - t) - num(k) * c * r**2 * t**2)

    window = (*pos(t), le(t, b), le(b, sqrt(t)), lt(sqrt(t), 1))

    def two(k: str) -> Rel:
        return le((1 - t) / (1 - b), num(k))

    def sharp(k: str) -> Rel:
        return le((1 - t) ** 2 / ((1 - b) * (1 - t**2 / b)), num(k))

    open_unit = (*pos(t), lt(t, 1))

    def nested(k: str) -> Rel:
        return le((1 - t) / (1 - (1 - t) * (1 + t / (2 * (1 - t)))), num(k) * (1 - t) / t)

    loss = (le(e / 2 * P * (1 - 4 * a), C), le(a, num("1/8")), *pos(e), *nonneg(P))

    def solved(k: str) -> Rel:
        return le(P, num(k) * C / e)

    return [
        Goal("floor", inverse("1"), floor, ((inverse("99/100"), floor),)),
        Goal("concave-bracket", concave("1"), bracket, ((concave("101/100"), bracket),)),
        Goal("momentum-two", two("2"), window, ((two("199/100"), window),)),
        Goal("momentum-sharp", sharp("4/3"), window, ((sharp("133/100"), window),)),
        Goal("nested", nested("2"), open_unit, ((nested("199/100"), open_unit),)),
        Goal("solve-for-P", solved("4"), loss, ((solved("39/10"), loss), (solved("4"), loss[:3]))),
    ]


def _polynomials() -> list[Goal]:
    def quadratic(k: str) -> Rel:
        return le(1 + t - t**2, num(k))

    left = (1 - mu * t) ** 2 + mu**2 * t * (1 - t)

    def mixing(n: int) -> Rel:
        return eq(left, (1 - t) + t**n * (1 - mu) ** 2)

    return [
        Goal("five-quarters", quadratic("5/4"), (), ((quadratic("31/25"), ()),)),
        Goal("mixing", mixing(1), (), ((mixing(2), ()),)),
    ]


GOALS: list[Goal] = [*_young(), *_roots(), *_denominators(), *_polynomials()]
