"""A theory in the style of the library's setting, and exact finite models of it.

A model is a tree of two-point noises with rational probabilities; a term denotes one number for
each path, an exact rational or (under roots) a narrow interval of rationals. Nothing here asks the
kernel how to evaluate, so a wrong identity of the kernel shows. Used by the tests, which state in
``THEORY`` only what every model made here satisfies.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from helpers import check
from ratecert.proofs.kernel.terms import (
    CE,
    ZERO,
    Abs,
    Add,
    App,
    E,
    Fin,
    Formula,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    Point,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
    add,
    coord,
    mul,
    power,
    rat,
    sub,
    sum_over,
)
from ratecert.proofs.kernel.theory import Axiom, Definition, Symbol, Theory

# --- the theory -------------------------------------------------------------------------------

K, DIM, k, j, i = Ix("K"), Ix("d"), Ix("k"), Ix("j"), Ix("i")
X, Y, W = Var("X", "any"), Var("Y", "any"), Var("w", "det")
P_, Q_ = PointVar("p", "any"), PointVar("q", "any")


def number(value: int) -> Ix:
    return Ix(None, value)


one, zero = number(1), number(0)
EVERY, STEP = (Le(one, i), Le(i, DIM)), (Le(one, k), Le(k, K))


def s(at: Ix) -> App:
    """A deterministic sequence of any sign."""
    return App("s", (at,))


def c(at: Ix) -> App:
    """A deterministic sequence, at least 1/10."""
    return App("c", (at,))


def a(row: Ix, column: Ix) -> App:
    """A deterministic matrix whose rows 1 to 2 have non-negative sums, not so its diagonal."""
    return App("a", (row, column))


def g(at: Ix, of: Ix) -> App:
    """The oracle: F_at-measurable."""
    return App("g", (at, of))


def v(at: Ix, of: Ix) -> App:
    """A non-negative process."""
    return App("v", (at, of))


def m(at: Ix, of: Ix) -> App:
    """A recursion over g."""
    return App("m", (at, of))


def t(at: Ix) -> App:
    """An abbreviation: a sum of expectations."""
    return App("t", (at,))


def h(of: Term) -> App:
    """A function of a real number."""
    return App("h", (of,))


def x(at: Ix) -> PointApp:
    return PointApp("x", (at,))


def f(at: Point) -> App:
    return App("f", (at,))


def grad(at: Point, of: Ix) -> App:
    return App("grad", (at, of))


def over_i(body: Term) -> Sum:
    return sum_over("i", one, DIM, body)


_move = sub(coord(Q_, i), coord(P_, i))
AXIOMS = (
    Axiom("below", "A0", "assumption", (), Rel(rat(0), "<=", f(P_)), "a sum of squares"),
    Axiom("smooth", "A1", "assumption", (), Rel(f(Q_), "<=", add(
        f(P_), over_i(mul(grad(P_, i), _move)), over_i(power(_move, 2)))), "L = 2"),
    Axiom("unbiased", "A2", "assumption", (*STEP, *EVERY),
          Rel(CE(k.shift(-1), g(k, i)), "=", grad(x(k), i)), "the noise has mean 0"),
    Axiom("variance", "A3", "assumption", (*STEP, *EVERY),
          Rel(CE(k.shift(-1), power(sub(g(k, i), grad(x(k), i)), 2)), "<=", c(i)), "c = 1"),
    Axiom("s.positive", "s", "axiom", EVERY, Rel(ZERO, "<", s(i)), "within the range only"),
    Axiom("c.below", "c", "axiom", (), Rel(rat("1/10"), "<=", c(i)), "bounded away from 0"),
    Axiom("v.sign", "v", "axiom", (), Rel(ZERO, "<=", v(k, i)), "non-negative"),
    Axiom("rows", "a", "axiom", (),
          Rel(ZERO, "<=", sum_over("j", one, number(2), a(k, j))), "row sums"),
    Axiom("fin.g", "FIN", "axiom", EVERY, Fin(g(k, i), Fraction(1, 2)), "in L2"),
    Axiom("fin.v", "FIN", "axiom", (), Fin(v(k, i), Fraction(1)), "in L1"),
    Axiom("fin.x", "FIN", "axiom", (), Fin(coord(x(k), i), Fraction(0)), "bounded"),
)  # fmt: skip
DEFINITIONS = (
    Definition("m.0", "recursion", m(zero, i), (), ZERO),
    Definition("m", "recursion", m(k, i), (Le(one, k),),
               add(mul(s(i), m(k.shift(-1), i)), g(k, i))),
    Definition("t", "abbreviation", t(k), (), sum_over("j", one, k, E(v(j, one)))),
    Definition("x", "recursion", coord(x(k.shift(1)), i), (*STEP, *EVERY),
               sub(coord(x(k), i), mul(rat("1/2"), g(k, i)))),
)  # fmt: skip
SYMBOLS = (
    Symbol("s", ("index",)),
    Symbol("c", ("index",)),
    Symbol("a", ("index", "index")),
    *(Symbol(name, ("index", "index"), adapted=(0, 0)) for name in ("g", "v", "m")),
    Symbol("t", ("index",)),
    Symbol("h", ("term",)),
    Symbol("x", ("index",), "point", (0, -1)),
    Symbol("f", ("point",)),
    Symbol("grad", ("point", "index")),
)
THEORY = Theory("walk", SYMBOLS, ("K", "d"), AXIOMS, DEFINITIONS)
OTHER = Theory("other", SYMBOLS, ("K", "d"))


# --- numbers ----------------------------------------------------------------------------------

Interval = tuple[Fraction, Fraction]
Value = list[Interval]
BITS = 120


class Undecided(Exception):  # noqa: N818 - a test that meets it has nothing to say
    """An interval contains 0 where its sign is needed, or a number is too large."""


def exact(value: int | Fraction) -> Interval:
    return Fraction(value), Fraction(value)


def _outward(low: Fraction, high: Fraction) -> Interval:
    if low == high:
        if low.denominator.bit_length() > 4000:
            raise Undecided
        return low, high
    size = 1 << (2 * BITS)
    down = low.numerator * size // low.denominator
    up = -(-high.numerator * size // high.denominator)
    return Fraction(down, size), Fraction(up, size)


def plus(p: Interval, q: Interval) -> Interval:
    return _outward(p[0] + q[0], p[1] + q[1])


def times(p: Interval, q: Interval) -> Interval:
    products = [one_ * other for one_ in p for other in q]
    return _outward(min(products), max(products))


def _integer_root(n: int, q: int) -> int:
    low, high = 0, 1 << (n.bit_length() // q + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**q <= n else (low, middle - 1)
    return low


def _root(value: Fraction, q: int) -> Interval:
    top, bottom = (_integer_root(n, q) for n in value.as_integer_ratio())
    if Fraction(top, bottom) ** q == value:
        return exact(Fraction(top, bottom))
    floor = _integer_root((value.numerator << (BITS * q)) // value.denominator, q)
    return Fraction(floor, 1 << BITS), Fraction(floor + 1, 1 << BITS)


def raised(base: Interval, e: Fraction) -> Interval:
    """``base^e`` with 1/0 = 0 and max(base, 0) under a fractional exponent."""
    if e == 0:
        return exact(1)
    low, high = base
    if e.denominator > 1:
        low, high = max(low, Fraction(0)), max(high, Fraction(0))
    if e < 0:
        if low == high == 0:
            return exact(0)
        if low <= 0 <= high:
            raise Undecided
        low, high = 1 / high, 1 / low
    if abs(e.numerator) > 12:
        raise Undecided
    result = exact(1)
    for _ in range(abs(e.numerator)):
        result = times(result, (low, high))
    if e.denominator > 1:
        bottom, top = (max(end, Fraction(0)) for end in result)
        result = _root(bottom, e.denominator)[0], _root(top, e.denominator)[1]
    return _outward(*result)


def compared(left: Interval, op: str, right: Interval) -> bool | None:
    """Is ``left op right``? None if the intervals do not tell."""
    if op == "=":
        if left[1] < right[0] or right[1] < left[0]:
            return False
        return True if left[0] == left[1] == right[0] == right[1] else None
    if left[1] < right[0] or (op == "<=" and left[1] == right[0]):
        return True
    if right[1] < left[0] or (op == "<" and right[1] == left[0]):
        return False
    return None


# --- models -----------------------------------------------------------------------------------

Env = Mapping[Any, int]
_ANY = tuple(Fraction(n) for n in ("-2", "-3/2", "-1", "0", "0", "1/2", "1", "2", "4"))
_CHOICES: dict[str, tuple[Fraction, ...]] = {
    "v": tuple(Fraction(n) for n in ("0", "1/4", "1", "3", "4")),
}


class Model:
    """One model of ``THEORY``: ``steps`` noises, each two-point; the rest drawn from ``seed``.

    The objective is ``f(x) = sum_i x_i^2``, the oracle ``grad f(x^k)`` plus noise of variance 1.
    Free index names get their values from the environment ``env`` of each question.
    """

    def __init__(self, steps: int = 2, K: int = 2, d: int = 2, seed: int = 0) -> None:
        self.constants = {"K": K, "d": d}
        self.steps, self.seed = steps, seed
        self.paths = list(product((0, 1), repeat=steps))
        draw = random.Random(repr(("noise", seed)))
        heads = draw.choice((Fraction(1, 2), Fraction(1, 5), Fraction(4, 5)))
        self.noise = {Fraction(1, 2): (1, -1), Fraction(1, 5): (2, Fraction(-1, 2)),
                      Fraction(4, 5): (Fraction(1, 2), -2)}[heads]  # fmt: skip
        self.weights = [Fraction(1)] * len(self.paths)
        for n, path in enumerate(self.paths):
            for toss in path:
                self.weights[n] *= heads if toss == 0 else 1 - heads
        self._drawn: dict[object, Value] = {}

    def constant(self, value: int | Fraction) -> Value:
        return [exact(value)] * len(self.paths)

    def _past(self, level: int) -> list[tuple[int, ...]]:
        """What F_level knows of each path."""
        return [path[: max(0, min(level, self.steps))] for path in self.paths]

    def drawn(self, name: str, key: object, level: int) -> Value:
        """An arbitrary F_level-measurable variable."""
        if (name, key) not in self._drawn:
            choices = _CHOICES.get(name, _ANY)
            self._drawn[name, key] = [
                exact(random.Random(repr((self.seed, name, key, past))).choice(choices))
                for past in self._past(level)
            ]
        return self._drawn[name, key]

    def mean(self, level: int, value: Value) -> Value:
        """The conditional expectation given F_level."""
        total: dict[tuple[int, ...], Interval] = {}
        weight: dict[tuple[int, ...], Fraction] = {}
        for past, mass, at in zip(self._past(level), self.weights, value, strict=True):
            total[past] = plus(total.get(past, exact(0)), times(exact(mass), at))
            weight[past] = weight.get(past, Fraction(0)) + mass
        return [times(total[past], exact(1 / weight[past])) for past in self._past(level)]

    def index(self, ix: Ix, env: Env) -> int:
        if ix.base is None:
            return ix.offset
        if isinstance(ix.base, str):
            return {**env, **self.constants}[ix.base] + ix.offset
        return env[ix.base] + ix.offset

    def _level(self, level: object, env: Env) -> int:
        if isinstance(level, Ix):
            return self.index(level, env)
        return 0 if level == "det" else self.steps

    def point(self, p: Point, env: Env) -> Callable[[int], Value]:
        """The coordinates of a point, for all integers."""
        if isinstance(p, Lambda):
            body = p.body
            return lambda n: self.value(body, _bound(env, n))
        if isinstance(p, PointVar):
            name, level = p.name, self._level(p.level, env)
            return lambda n: self.drawn("point", (name, level, n), level)
        check(isinstance(p, PointApp), p)
        at = self.index(p.args[0], env)  # type: ignore[attr-defined]
        return lambda n: self._iterate(at, n)

    def _iterate(self, at: int, of: int) -> Value:
        inside = 1 <= of <= self.constants["d"]
        if not (2 <= at <= self.constants["K"] + 1 and inside):
            return self.drawn("x", (at, of), at - 1)
        step = self._oracle(at - 1, of)
        return [plus(u, times(exact(Fraction(-1, 2)), w))
                for u, w in zip(self._iterate(at - 1, of), step, strict=True)]  # fmt: skip

    def _oracle(self, at: int, of: int) -> Value:
        if not (1 <= at <= self.constants["K"] and 1 <= of <= self.constants["d"]):
            return self.drawn("g", (at, of), at)
        slope = self._iterate(at, of)
        if at > self.steps:
            return [times(exact(2), u) for u in slope]
        return [plus(times(exact(2), u), exact(self.noise[path[at - 1]]))
                for u, path in zip(slope, self.paths, strict=True)]  # fmt: skip

    def value(self, term: Term, env: Env) -> Value:
        """The number that ``term`` is, on each path."""
        if isinstance(term, Rat):
            return self.constant(term.value)
        if isinstance(term, IxVal):
            return self.constant(self.index(term.index, env))
        if isinstance(term, Var):
            level = self._level(term.level, env)
            return self.drawn("variable", (term.name, term.level == "any", level), level)
        if isinstance(term, Add | Mul):
            join, start = (plus, 0) if isinstance(term, Add) else (times, 1)
            result = self.constant(start)
            for part in term.terms:
                values = self.value(part, env)
                result = [join(u, w) for u, w in zip(result, values, strict=True)]
            return result
        if isinstance(term, Pow):
            return [raised(u, term.exponent) for u in self.value(term.base, env)]
        if isinstance(term, Abs):
            return [(max(u, -w, Fraction(0)), max(-u, w)) for u, w in self.value(term.body, env)]
        if isinstance(term, Sum):
            result = self.constant(0)
            for n in range(self.index(term.low, env), self.index(term.high, env) + 1):
                values = self.value(term.body, _bound(env, n))
                result = [plus(u, w) for u, w in zip(result, values, strict=True)]
            return result
        if isinstance(term, E):
            return self.mean(0, self.value(term.body, env))
        if isinstance(term, CE):
            return self.mean(self.index(term.index, env), self.value(term.body, env))
        check(isinstance(term, App), term)
        return self._app(term, env)  # type: ignore[arg-type]

    def _app(self, term: App, env: Env) -> Value:
        first, *rest = term.args
        if isinstance(first, Point):
            coordinate = self.point(first, env)
            if term.name == "f":
                result = self.constant(0)
                for n in range(1, self.constants["d"] + 1):
                    result = [plus(u, times(w, w))
                              for u, w in zip(result, coordinate(n), strict=True)]  # fmt: skip
                return result
            check(isinstance(rest[0], Ix), term)
            values = coordinate(self.index(rest[0], env))  # type: ignore[arg-type]
            return values if term.name == "coord" else [times(exact(2), u) for u in values]
        if isinstance(first, Term):
            return [plus(times(u, u), exact(-1)) for u in self.value(first, env)]
        at, *others = (self.index(n, env) for n in term.args if isinstance(n, Ix))
        return self._symbol(term.name, at, others)

    def _symbol(self, name: str, at: int, others: list[int]) -> Value:
        if name == "c":
            return self.constant(1)
        if name == "s":
            inside = 1 <= at <= self.constants["d"]
            return self.constant(1 + at % 2) if inside else self.drawn("s", at, 0)
        if name == "a":
            return self.constant(-1 if at == others[0] else 2)
        if name == "g":
            return self._oracle(at, others[0])
        if name == "v":
            return self.drawn("v", (at, others[0]), at)
        if name == "t":
            result = self.constant(0)
            for n in range(1, at + 1):
                mean = self.mean(0, self._symbol("v", n, [1]))
                result = [plus(u, w) for u, w in zip(result, mean, strict=True)]
            return result
        check(name == "m", name)
        if at <= 0:
            return self.constant(0) if at == 0 else self.drawn("m", (at, others[0]), at)
        before = self._symbol("m", at - 1, others)
        rate, fresh = self._symbol("s", others[0], []), self._oracle(at, others[0])
        return [plus(times(r, u), w) for r, u, w in zip(rate, before, fresh, strict=True)]

    def truth(self, formula: Formula, env: Env) -> list[bool | None]:
        """Does ``formula`` hold, on each path? None if intervals do not tell."""
        if isinstance(formula, Le):
            known = self.index(formula.left, env) <= self.index(formula.right, env)
            return [known] * len(self.paths)
        if isinstance(formula, Fin):  # everything is integrable on a finite space
            return [True] * len(self.paths)
        check(isinstance(formula, Rel), formula)
        left, right = self.value(formula.left, env), self.value(formula.right, env)
        return [compared(u, formula.op, w) for u, w in zip(left, right, strict=True)]

    def refutes(self, hypotheses: Any, conclusion: Formula, env: Env) -> bool:
        """Is there a path on which all ``hypotheses`` hold, and ``conclusion`` does not?"""
        open_ = [True] * len(self.paths)
        for hypothesis in hypotheses:
            known = self.truth(hypothesis, env)
            open_ = [o and fact is True for o, fact in zip(open_, known, strict=True)]
        if not any(open_):
            return False
        known = self.truth(conclusion, env)
        return any(o and fact is False for o, fact in zip(open_, known, strict=True))


def _bound(env: Env, value: int) -> Env:
    """The environment inside one more binder, whose index is ``value``."""
    inner = {(n + 1 if isinstance(n, int) else n): at for n, at in env.items()}
    return {**inner, 0: value}
