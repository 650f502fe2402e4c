"""A certified step as a question about real numbers: can the facts hold and the goal fail?

The kernel checks a certificate as an identity between polynomials over canonical factors
(docs/trust.md, section 4); whatever these factors are, they are independent numbers to it. So they
become unknowns here, under the conditions that define them:

    t                a number a; if t is |s|, then a = s or a = -s, and a >= 0
    max(t, 0)^(p/q)  r^p, with r >= 0 and r^q = max(t, 0)
    1/t              i with i t = 1, or i = 0 = t; where the kernel knows t > 0 or t < 0, relations
                     are multiplied by t instead

and under the signs that the kernel knows of them. A sign that it read off the shape of a compound
term is a question of its own. What is asked is exact: a step that the kernel is right to certify
from these facts has no point that satisfies its question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Literal

from ..kernel import polynomials as P
from ..kernel.certificates import Certificate, Leaf, Split
from ..kernel.errors import LimitError
from ..kernel.judgment import Theorem
from ..kernel.normal import Normaliser
from ..kernel.polynomials import ATOM, INV, INVPOS, POS, Factor, Poly
from ..kernel.rules import assume
from ..kernel.terms import ZERO, Abs, IxVal, Rat, Rel, Term, sub

MAX_TEXT = 400_000
Powers = tuple[tuple[int, int], ...]
Real = dict[Powers, Fraction]
"""A polynomial in numbered unknowns."""
Kind = Literal["<", "<=", "=", "root", "inverse", "abs"]


@dataclass(frozen=True)
class Condition:
    """``0 < p``, ``0 <= p`` or ``0 = p``; or what ``unknown`` is: max(p,0)^(1/degree), 1/p, |p|."""

    kind: Kind
    p: Real
    unknown: int = -1
    degree: int = 1
    negated: bool = False

    def text(self) -> str:
        """In SMT-LIB."""
        p = _text(self.p)
        x = f"x{self.unknown}"
        if self.kind == "root":
            power = _power(x, self.degree)
            return f"(and (>= {x} 0.0) (= {power} (ite (>= {p} 0.0) {p} 0.0)))"
        if self.kind == "inverse":
            return f"(ite (= {p} 0.0) (= {x} 0.0) (= (* {x} {p}) 1.0))"
        if self.kind == "abs":
            return f"(= {x} (ite (>= {p} 0.0) {p} (- {p})))"
        relation = f"({self.kind} 0.0 {p})"
        return f"(not {relation})" if self.negated else relation

    def holds(self, point: Sequence[Fraction], tolerance: Fraction) -> bool:
        """Is it true at a point? With a tolerance (relative to the terms added): clearly so."""
        p, size = _value(self.p, point)
        if self.kind == "root":
            x = point[self.unknown]
            return x >= 0 and _close(x**self.degree, max(p, Fraction(0)), size, tolerance)
        if self.kind == "inverse":
            x = point[self.unknown]
            return (x == 0 and _close(p, Fraction(0), size, tolerance)) or _close(
                x * p, Fraction(1), abs(x) * size, tolerance
            )
        if self.kind == "abs":
            return _close(point[self.unknown], abs(p), size, tolerance)
        slack = tolerance * size
        if self.kind == "=":
            return abs(p) <= slack
        strict, p = (self.kind == "<=", -p) if self.negated else (self.kind == "<", p)
        return p > slack if strict else p >= -slack


@dataclass(frozen=True)
class Question:
    """Conditions on unknowns that no point should satisfy."""

    conditions: tuple[Condition, ...]
    unknowns: tuple[Term, ...]
    goal: Rel

    def script(self) -> str:
        """In SMT-LIB, without a command to check it."""
        lines = [f"(declare-const x{i} Real)" for i in range(len(self.unknowns))]
        return "\n".join([*lines, *(f"(assert {c.text()})" for c in self.conditions)])


def relied_on(step: Theorem) -> tuple[Theorem, ...]:
    """What a certificate multiplies, and then what it only looks up signs in."""
    return tuple(dict.fromkeys((*step.args["facts"], *step.args["sides"])))


def questions(step: Theorem) -> list[Question]:
    """What to ask about a theorem made by ``certify``: one question a case, and one a sign.

    Raises ``KernelError`` where a limit of the kernel is met, ``LimitError`` if one is too long.
    """
    args = step.args
    found: list[Question] = []
    for facts, leaf in _leaves(step, args["certificate"], relied_on(step)):
        n = Normaliser(step.theory, frozenset(args["ambient"]), args["unfold"], facts,
                       args["linear"])  # fmt: skip
        found += _about(n, args["goal"], facts, leaf)
    if sum(len(q.script()) for q in found) > MAX_TEXT:
        raise LimitError("the question is too long for a solver")
    return found


def _leaves(
    step: Theorem, node: Certificate, facts: tuple[Theorem, ...]
) -> Iterator[tuple[tuple[Theorem, ...], Leaf]]:
    """The cases, each with the facts that it has."""
    if isinstance(node, Split):
        for branch, case in (
            (node.nonnegative, Rel(ZERO, "<=", node.term)),
            (node.negative, Rel(node.term, "<", ZERO)),
        ):
            yield from _leaves(step, branch, (*facts, assume(step.theory, case)))
    else:
        yield facts, node


def _about(n: Normaliser, goal: Rel, facts: Sequence[Theorem], leaf: Leaf) -> list[Question]:
    roots: dict[str, int] = {}
    while True:
        builder = _Builder(n, roots)
        try:
            for fact in facts:
                if isinstance(fact.conclusion, Rel):
                    rel = fact.conclusion
                    builder.require(rel.op, n.poly(sub(rel.right, rel.left)))
            for le in sorted(n.ambient, key=lambda h: h.key):
                builder.require("<=", n.poly(sub(IxVal(le.right), IxVal(le.left))))
            builder.require(goal.op, n.poly(sub(goal.right, goal.left)), negated=True)
            for t in (*(s for p in leaf.products for s in p.squares),
                      *(c for _, c in leaf.cofactors)):  # fmt: skip
                builder.mention(n.poly(t))
            signs = [_sign_question(n, t, roots) for t in builder.sides]
        except _FinerRoot:
            continue
        return [builder.question(goal), *(q for q in signs if q is not None)]


def _sign_question(n: Normaliser, t: Term, roots: dict[str, int]) -> Question | None:
    """Does the sign that the kernel reads off a compound term follow from those of its parts?"""
    known = n.sign(t)
    if known is None or isinstance(t, Rat):
        return None
    for body in (t, P.to_term(P.scale(n.poly(t), -1))):
        if any(entry.sign is not None for entry, _ in n.facts.find("sign", body)):
            return None  # a fact says so
    builder = _Builder(n, roots, below=len(t.key))
    sign, strict = known
    builder.require("<" if strict else "<=", P.scale(n.poly(t), sign), negated=True)
    goal = Rel(ZERO, "<" if strict else "<=", P.to_term(P.scale(n.poly(t), sign)))
    return builder.question(goal)


class _FinerRoot(Exception):  # noqa: N818 - it asks for another attempt
    """A root of a higher degree is needed than was foreseen."""


@dataclass
class _Builder:
    """Conditions under construction; signs are taken from terms shorter than ``below``."""

    n: Normaliser
    roots: dict[str, int]
    below: int = 1 << 60
    unknowns: dict[tuple[str, str], int] = field(default_factory=dict)
    terms: list[Term] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    sides: dict[Term, None] = field(default_factory=dict)
    _signed: set[Term] = field(default_factory=set)

    def question(self, goal: Rel) -> Question:
        """The conditions so far, each once."""
        distinct = {c.text(): c for c in self.conditions}
        return Question(tuple(distinct.values()), tuple(self.terms), goal)

    def require(self, kind: Kind, p: Poly, negated: bool = False) -> None:
        """``p`` compared with 0, times the denominators whose sign is known."""
        self.mention(p)
        p, sign = self._cleared(p)
        self.conditions.append(Condition(kind, self._real(P.scale(p, sign)), negated=negated))

    def mention(self, p: Poly) -> None:
        """The signs of all factors of ``p``."""
        for m in p:
            for item, _ in m:
                self._sign(item[2])

    # --- unknowns -----------------------------------------------------------------------------

    def _new(self, what: str, t: Term, shown: Term) -> tuple[int, bool]:
        at = (what, t.key)
        if at in self.unknowns:
            return self.unknowns[at], False
        self.unknowns[at] = len(self.terms)
        self.terms.append(shown)
        return self.unknowns[at], True

    def _atom(self, t: Term) -> int:
        unknown, new = self._new("atom", t, t)
        if new and isinstance(t, Abs):
            self.conditions.append(Condition("abs", self._real(self.n.poly(t.body)), unknown))
        return unknown

    def _root(self, t: Term) -> int:
        """The largest root of max(t, 0) of which all its powers here are powers."""
        degree = self.roots[t.key]
        shown = t if degree == 1 else P.to_term(P.single(P.factor(POS, t), Fraction(1, degree)))
        unknown, new = self._new("root", t, shown)
        if new:
            p = self._real(self.n.poly(t))
            self.conditions.append(Condition("root", p, unknown, degree))
        return unknown

    def _inverse(self, what: str, t: Term, shown: Term, p: Real) -> int:
        unknown, new = self._new(what, t, shown)
        if new:
            self.conditions.append(Condition("inverse", p, unknown))
        return unknown

    def _factor(self, item: Factor, e: P.Exponent) -> tuple[int, int]:
        """The unknown of a factor, and the power of it."""
        key, kind, t = item
        if kind == ATOM:
            return self._atom(t), int(e)
        if kind == INV:
            shown = P.to_term(P.single(item))
            return self._inverse("inverse", t, shown, self._real(self.n.poly(t))), int(e)
        degree = lcm(self.roots.get(key, 1), Fraction(e).denominator)
        if degree != self.roots.get(key):
            self.roots[key] = degree
            raise _FinerRoot
        root = self._root(t)
        if kind == INVPOS:
            shown = P.to_term(P.single(P.factor(INVPOS, t), Fraction(1, degree)))
            root = self._inverse("inverse root", t, shown, {((root, 1),): Fraction(1)})
        return root, int(e * degree)

    def _real(self, p: Poly) -> Real:
        self.mention(p)
        result: Real = {}
        for m, c in p.items():
            powers: dict[int, int] = {}
            for item, e in m:
                unknown, k = self._factor(item, e)
                powers[unknown] = powers.get(unknown, 0) + k
            at = tuple(sorted(powers.items()))
            result[at] = result.get(at, Fraction(0)) + c
        return {m: c for m, c in result.items() if c}

    # --- signs --------------------------------------------------------------------------------

    def _sign(self, t: Term) -> None:
        """What the kernel knows of the sign of ``t``, once."""
        if t in self._signed or len(t.key) >= self.below:
            return
        self._signed.add(t)
        known = self.n.sign(t)
        p = self.n.poly(t)
        self.mention(p)
        if known is None or isinstance(t, Rat):
            return
        if len(p) != 1 or any(m != ((P.factor(ATOM, t), 1),) for m in p):
            self.sides[t] = None
        p, flip = self._cleared(p)
        p = P.scale(p, known[0] * flip)
        self.conditions.append(Condition("<" if known[1] else "<=", self._real(p)))

    def _cleared(self, p: Poly) -> tuple[Poly, int]:
        """``p`` times denominators of known sign, and the sign of their product."""
        flip = 1
        for _ in range(P.MAX_EXPONENT):
            known: dict[Factor, tuple[int, int]] = {}
            for m in p:
                for item, e in m:
                    if item[1] == INV and len(item[2].key) < self.below:
                        sign = self.n.sign(item[2])
                        if sign is not None and sign[1]:
                            top = max(known.get(item, (0, 0))[0], int(e))
                            known[item] = top, sign[0]
            if not known:
                return p, flip
            item = max(known, key=lambda f: (len(f[0]), f[0]))
            den, (top, sign_of_it) = self.n.poly(item[2]), known[item]
            self._sign(item[2])
            flip *= sign_of_it**top
            result: Poly = {}
            for m, c in p.items():
                exponents = dict(m)
                have = int(exponents.pop(item, 0))
                rest = self.n.times({P.mono(exponents): c}, self.n.power(den, top - have))
                result = P.plus(result, rest)
            p = result
        raise LimitError("denominators nested too deeply")


# --- polynomials in unknowns ----------------------------------------------------------------------


def _text(p: Real) -> str:
    parts = []
    for m, c in p.items():
        factors = [f"x{i}" for i, e in m for _ in range(e)]
        if c != 1 or not factors:
            factors.insert(0, _number(c))
        parts.append(factors[0] if len(factors) == 1 else f"(* {' '.join(factors)})")
    return parts[0] if len(parts) == 1 else f"(+ {' '.join(parts)})" if parts else "0.0"


def _number(c: Fraction) -> str:
    text = f"{abs(c.numerator)}.0"
    text = text if c.denominator == 1 else f"(/ {text} {c.denominator}.0)"
    return text if c >= 0 else f"(- {text})"


def _power(x: str, n: int) -> str:
    return x if n == 1 else f"(* {' '.join([x] * n)})"


def _value(p: Real, point: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """The value, and the sum of the sizes of the monomials."""
    total = size = Fraction(0)
    for m, c in p.items():
        for i, e in m:
            c *= point[i] ** e
        total, size = total + c, size + abs(c)
    return total, size


def _close(a: Fraction, b: Fraction, size: Fraction, tolerance: Fraction) -> bool:
    return abs(a - b) <= tolerance * max(size, abs(a), abs(b))
