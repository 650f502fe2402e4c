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
    open_body,
)
from ..kernel.theory import Theory
from .reading import extremum, fresh, quotient, signed

_LETTERS = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi
rho final_sigma sigma tau upsilon phi chi psi omega"""
GREEK = {name: chr(0x3B1 + n) for n, name in enumerate(_LETTERS.split())} | {
    "Delta": "Δ",
    "Gamma": "Γ",
    "eps": "ε",
    "lam": "λ",
}
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
            index = fresh(p.body, self._around)
            return f"({self._inside(index, open_body(p.body, Ix(index)), SUM)})_{index}"
        return repr(p)

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
            index = fresh(t.body, self._around, t.low, t.high)
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
            negative, body = signed(part)
            shown = self._term(body, PRODUCT if negative else SUM)
            if not n:
                text = f"-{shown}" if negative else shown
            else:
                text += f" {'-' if negative else '+'} {shown}"
        return text or "0"

    def _product(self, t: Mul) -> tuple[str, int]:
        negative, body = signed(t)
        if negative:
            return f"-{self._term(body, PRODUCT)}", SUM
        parts = quotient(t)
        above = [self._term(part, PRODUCT) for part in parts.above]
        text = "·".join(above) or "1"
        if parts.below:
            den = [self._term(b, PRODUCT if len(parts.below) > 1 else UNIT) for b in parts.below]
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
        found = extremum(t)
        if found is None:
            return ""
        word, a, b = found
        return f"{word}({self._term(a, SUM)}, {self._term(b, SUM)})"
