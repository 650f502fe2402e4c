"""A theory in the style of the library's setting, and exact finite models of it.

A model is a tree of two-point noises with rational probabilities; a term denotes one number for
each path, an exact rational or (under roots) a narrow interval of rationals. Terms are evaluated by
the models room (``ratecert.proofs.models``), which shares nothing with the kernel's normaliser, so
a wrong identity of the kernel shows; what the symbols mean is said here. Used by the tests, which
state in ``THEORY`` only what every model made here satisfies.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from helpers import check
from ratecert.proofs.kernel.terms import (
    CE,
    ZERO,
    App,
    E,
    Fin,
    Ix,
    Le,
    Point,
    PointApp,
    PointVar,
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
from ratecert.proofs.models.evaluation import Env, Evaluation
from ratecert.proofs.models.numbers import exact, plus, times
from ratecert.proofs.models.tree import Tree, Value

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


# --- models -----------------------------------------------------------------------------------

_ANY = tuple(Fraction(n) for n in ("-2", "-3/2", "-1", "0", "0", "1/2", "1", "2", "4"))
_CHOICES: dict[str, tuple[Fraction, ...]] = {
    "v": tuple(Fraction(n) for n in ("0", "1/4", "1", "3", "4")),
}


class Model(Evaluation):
    """One model of ``THEORY``: ``steps`` noises, each two-point; the rest drawn from ``seed``.

    The objective is ``f(x) = sum_i x_i^2``, the oracle ``grad f(x^k)`` plus noise of variance 1.
    Free index names get their values from the environment ``env`` of each question.
    """

    def __init__(self, steps: int = 2, K: int = 2, d: int = 2, seed: int = 0) -> None:
        self.steps, self.seed = steps, seed
        draw = random.Random(repr(("noise", seed)))
        heads = draw.choice((Fraction(1, 2), Fraction(1, 5), Fraction(4, 5)))
        self.noise = {Fraction(1, 2): (1, -1), Fraction(1, 5): (2, Fraction(-1, 2)),
                      Fraction(4, 5): (Fraction(1, 2), -2)}[heads]  # fmt: skip
        tree = Tree()
        for _ in range(steps):
            tree = tree.grown([(heads, 1 - heads)] * len(tree.paths))
        super().__init__(tree, {"K": K, "d": d})
        self._drawn: dict[object, Value] = {}

    def drawn(self, name: str, key: object, level: int) -> Value:
        """An arbitrary F_level-measurable variable."""
        if (name, key) not in self._drawn:
            choices = _CHOICES.get(name, _ANY)
            self._drawn[name, key] = [
                exact(random.Random(repr((self.seed, name, key, past))).choice(choices))
                for past in self.tree.past(level)
            ]
        return self._drawn[name, key]

    def _level(self, level: object, env: Env) -> int:
        if isinstance(level, Ix):
            return self.index(level, env)
        return 0 if level == "det" else self.steps

    def variable(self, variable: Var, env: Env) -> Value:
        level = self._level(variable.level, env)
        return self.drawn("variable", (variable.name, variable.level == "any", level), level)

    def point_variable(self, variable: PointVar, env: Env) -> Callable[[int], Value]:
        name, level = variable.name, self._level(variable.level, env)
        return lambda n: self.drawn("point", (name, level, n), level)

    def function(self, term: App, env: Env) -> Value:
        """f, its gradient, and h(t) = t^2 - 1."""
        first, *rest = term.args
        if isinstance(first, Term):
            return [plus(times(u, u), exact(-1)) for u in self.value(first, env)]
        check(isinstance(first, Point), term)
        coordinate = self.point(first, env)  # type: ignore[arg-type]
        if term.name == "f":
            result = self.constant(0)
            for n in range(1, self.constants["d"] + 1):
                result = [plus(u, times(w, w))
                          for u, w in zip(result, coordinate(n), strict=True)]  # fmt: skip
            return result
        check(isinstance(rest[0], Ix), term)
        return [times(exact(2), u) for u in coordinate(self.index(rest[0], env))]  # type: ignore[arg-type]

    def symbol(self, name: str, at: tuple[int, ...]) -> Value:
        first, *others = at
        if name == "x":
            return self._iterate(first, others[0])
        if name == "c":
            return self.constant(1)
        if name == "s":
            inside = 1 <= first <= self.constants["d"]
            return self.constant(1 + first % 2) if inside else self.drawn("s", first, 0)
        if name == "a":
            return self.constant(-1 if first == others[0] else 2)
        if name == "g":
            return self._oracle(first, others[0])
        if name == "v":
            return self.drawn("v", (first, others[0]), first)
        if name == "t":
            result = self.constant(0)
            for n in range(1, first + 1):
                mean = self.tree.mean(0, self.symbol("v", (n, 1)))
                result = [plus(u, w) for u, w in zip(result, mean, strict=True)]
            return result
        check(name == "m", name)
        if first <= 0:
            return self.constant(0) if first == 0 else self.drawn("m", (first, others[0]), first)
        before = self.symbol("m", (first - 1, *others))
        rate, fresh = self.symbol("s", (others[0],)), self._oracle(first, others[0])
        return [plus(times(r, u), w) for r, u, w in zip(rate, before, fresh, strict=True)]

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
        return [plus(times(exact(2), u), exact(self.noise[path[at - 1] - 1]))
                for u, path in zip(slope, self.tree.paths, strict=True)]  # fmt: skip
