"""Kernel terms and formulas as Unicode text, in the notation of the field."""

from __future__ import annotations

from fractions import Fraction

from ..kernel.terms import (
    CE,
    Abs,
    Add,
    All,
    App,
    E,
    Fin,
    Formula,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    Node,
    Point,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
    free_indices,
    maximum,
    minimum,
    open_body,
    subterms,
)
from ..kernel.theory import Theory

_LETTERS = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi
rho final_sigma sigma tau upsilon phi chi psi omega"""
GREEK = {name: chr(0x3B1 + n) for n, name in enumerate(_LETTERS.split())} | {
    "Delta": "Δ",
    "Gamma": "Γ",
    "eps": "ε",
    "lam": "λ",
}
_MORE_NAMES = tuple(f"i{n}" for n in range(100))
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
OPS = {"<=": "≤", "<": "<", "=": "="}
SUM, PRODUCT, POWER, UNIT = range(4)  # binding strength of what surrounds a term


def name_text(name: str) -> str:
    """``sigma_s`` as ``σ_s``, ``fstar`` as ``f*``."""
    head, _, tail = name.partition("_")
    shown = GREEK.get(head, "f*" if head == "fstar" else head)
    return f"{shown}_{GREEK.get(tail, tail)}" if tail else shown


class Printer:
    """Text for terms of a theory; bound indices get names that are free in it."""

    def __init__(self, theory: Theory | None = None) -> None:
        self.theory = theory
        self._around: list[str] = []  # names of the bound indices around what is being shown

    def show(self, node: Node) -> str:
        """Text for a term, a point, an index or a formula."""
        if isinstance(node, Formula):
            return self._formula(node)
        if isinstance(node, Ix):
            return self._index(node)
        if isinstance(node, Point):
            return self._point(node)
        if isinstance(node, Term):
            return self._term(node, SUM)
        return repr(node)

    def _formula(self, f: Formula) -> str:
        if isinstance(f, Rel):
            return f"{self._term(f.left, SUM)} {OPS[f.op]} {self._term(f.right, SUM)}"
        if isinstance(f, Le):
            return f"{self._index(f.left)} ≤ {self._index(f.right)}"
        if isinstance(f, All):
            names = ", ".join(name_text(v.name) for v in f.variables)
            given = ", ".join(self._formula(c) for c in f.conditions)
            return f"for all {names} with {given}: {self._formula(f.body)}"
        if isinstance(f, Fin):
            if f.exponent == 0:
                return f"{self._term(f.term, SUM)} is bounded"
            return f"{self._term(f.term, SUM)} ∈ L^{1 / f.exponent}"
        return repr(f)

    def _index(self, ix: Ix) -> str:
        if ix.base is None:
            return str(ix.offset)
        base = str(ix.base)
        return base if not ix.offset else f"{base}{ix.offset:+d}"

    def _point(self, p: Point) -> str:
        if isinstance(p, PointApp):
            return f"{name_text(p.name)}[{', '.join(self._index(a) for a in p.args)}]"
        if isinstance(p, PointVar):
            return name_text(p.name)
        if isinstance(p, Lambda):
            index = self._fresh(p.body)
            return f"({self._inside(index, open_body(p.body, Ix(index)), SUM)})_{index}"
        return repr(p)

    def _fresh(self, body: Term, *ends: Ix) -> str:
        """A name for a bound index: k for time (next to a process), i, j, ... for coordinates."""
        taken = free_indices(body).union(self._around, *(free_indices(end) for end in ends))
        timed = any(
            isinstance(n, PointApp) and any(ix.base == depth for ix in n.args)
            for n, depth in subterms(body)
        )
        names: tuple[str, ...] = ("k", "l", "n") if timed else ("i", "j", "l", "n")
        return next(name for name in (*names, *_MORE_NAMES) if name not in taken)

    def _inside(self, index: str, body: Term, around: int) -> str:
        """Text for what a bound index called ``index`` ranges over."""
        self._around.append(index)
        try:
            return self._term(body, around)
        finally:
            self._around.pop()

    def _term(self, t: Term, around: int) -> str:
        text, strength = self._strength(t)
        return f"({text})" if strength < around else text

    def _strength(self, t: Term) -> tuple[str, int]:
        if isinstance(t, Rat):
            return str(t.value), SUM if t.value < 0 else (
                UNIT if t.value.denominator == 1 else PRODUCT
            )
        if isinstance(t, Var):
            return name_text(t.name), UNIT
        if isinstance(t, IxVal):
            return self._index(t.index), UNIT if not t.index.offset else SUM
        if isinstance(t, Add):
            return self._sum_text(t), SUM
        if isinstance(t, Mul):
            special = self._extremum(t)
            return (special, UNIT) if special else self._product(t)
        if isinstance(t, Pow):
            return self._power(t)
        if isinstance(t, Abs):
            return f"|{self._term(t.body, SUM)}|", UNIT
        if isinstance(t, E):
            return f"E[{self._term(t.body, SUM)}]", UNIT
        if isinstance(t, CE):
            index = self._index(t.index)
            shown = index if len(index) == 1 else f"{{{index}}}"
            return f"E[{self._term(t.body, SUM)} | F_{shown}]", UNIT
        if isinstance(t, Sum):
            index = self._fresh(t.body, t.low, t.high)
            inner = open_body(t.body, Ix(index))
            body = self._inside(index, inner, SUM if isinstance(inner, Sum) else PRODUCT)
            return f"Σ_{{{index}={self._index(t.low)}..{self._index(t.high)}}} {body}", SUM
        if isinstance(t, App):
            return self._application(t), UNIT
        return repr(t), UNIT

    def _application(self, t: App) -> str:
        if not t.args:
            return name_text(t.name)
        if t.name == "coord" and isinstance(t.args[1], Ix):
            point = t.args[0]
            if isinstance(point, PointApp):
                inside = ", ".join(self._index(a) for a in (*point.args, t.args[1]))
                return f"{name_text(point.name)}[{inside}]"
            if isinstance(point, Lambda):
                return f"({self._term(open_body(point.body, t.args[1]), SUM)})"
            return f"{self._point(point)}_{self._index(t.args[1])}"  # type: ignore[arg-type]
        if t.name == "grad" and isinstance(t.args[0], Point) and isinstance(t.args[1], Ix):
            return f"∇f({self._point(t.args[0])})_{self._index(t.args[1])}"
        brackets = "[]" if all(isinstance(a, Ix) for a in t.args) else "()"
        inside = ", ".join(self.show(a) for a in t.args)
        return f"{name_text(t.name)}{brackets[0]}{inside}{brackets[1]}"

    def _sum_text(self, t: Add) -> str:
        text = ""
        for n, part in enumerate(t.terms):
            negative, body = self._signed(part)
            shown = self._term(body, PRODUCT if negative else SUM)
            if not n:
                text = f"-{shown}" if negative else shown
            else:
                text += f" {'-' if negative else '+'} {shown}"
        return text or "0"

    def _signed(self, t: Term) -> tuple[bool, Term]:
        if isinstance(t, Rat) and t.value < 0:
            return True, Rat(-t.value)
        if isinstance(t, Mul) and t.terms and isinstance(t.terms[0], Rat) and t.terms[0].value < 0:
            c = -t.terms[0].value
            rest = t.terms[1:] if c == 1 else (Rat(c), *t.terms[1:])
            return True, rest[0] if len(rest) == 1 else Mul(rest)
        return False, t

    def _product(self, t: Mul) -> tuple[str, int]:
        negative, body = self._signed(t)
        if negative:
            return f"-{self._term(body, PRODUCT)}", SUM
        above: list[str] = []
        below: list[Term] = []
        for part in t.terms:
            if isinstance(part, Pow) and part.exponent < 0:
                below.append(Pow(part.base, -part.exponent) if part.exponent != -1 else part.base)
            elif isinstance(part, Rat) and part.value.denominator != 1:
                below.append(Rat(Fraction(part.value.denominator)))
                if part.value.numerator != 1:
                    above.append(str(part.value.numerator))
            else:
                above.append(self._term(part, PRODUCT))
        text = "·".join(above) or "1"
        if below:
            den = [self._term(b, PRODUCT if len(below) > 1 else UNIT) for b in below]
            joined = den[0] if len(den) == 1 else f"({'·'.join(den)})"
            text += f"/{joined}"
        return text, PRODUCT

    def _power(self, t: Pow) -> tuple[str, int]:
        e = t.exponent
        if e == Fraction(1, 2):
            return f"√({self._term(t.base, SUM)})", UNIT
        if e < 0:
            base = t.base if e == -1 else Pow(t.base, -e)
            return f"1/{self._term(base, UNIT)}", PRODUCT
        base_text = self._term(t.base, UNIT)
        if e.denominator == 1:
            return f"{base_text}{str(e).translate(SUPERSCRIPT)}", POWER
        return f"{base_text}^({e})", POWER

    def _extremum(self, t: Mul) -> str:
        """``max(a, b)`` and ``min(a, b)`` are stored as (a + b +- |a - b|)/2."""
        inner = t.terms[-1] if t.terms else None
        if not isinstance(inner, Add) or len(inner.terms) != 3:
            return ""
        a, b = inner.terms[:2]
        for word, build in (("max", maximum), ("min", minimum)):
            if build(a, b) == t:
                return f"{word}({self._term(a, SUM)}, {self._term(b, SUM)})"
        return ""
