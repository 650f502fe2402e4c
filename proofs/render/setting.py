"""Kernel terms and formulas as boxes, in the notation of the field: m_i^k, not m[k,i]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from .boxes import (
    Big,
    Box,
    Digits,
    Fence,
    Name,
    Over,
    Root,
    Script,
    Sign,
    has_sup,
    listed,
    plain,
    row,
    scripted,
    starts_with_digit,
    whole,
)
from .document import Abbreviation
from .lettering import name_box
from .reading import extremum, fresh, quotient, signed, summands
from .shorthands import matched
from .small_tex import filled, has_slots, tex_box
from .text import OPS

SUM, BIG, PRODUCT, POWER, UNIT = range(5)
"""How strongly what surrounds a term binds; BIG is what may follow a minus."""


class UnknownNodeError(TypeError):
    """A node of a kind that no formula has."""


class Setter:
    """Boxes for the terms of a theory.

    ``names``: the TeX of names, as the author set it. ``shorthands``: names that are written where
    exactly certain terms stand.
    """

    def __init__(
        self,
        theory: Theory | None = None,
        names: Mapping[str, str] | None = None,
        shorthands: Iterable[Abbreviation] = (),
    ) -> None:
        self.theory = theory
        self._names = {name: tex_box(tex) for name, tex in (names or {}).items()}
        self._whole: dict[Term, str] = {}  # shorthands without arguments
        self._families: dict[type[Term], list[Abbreviation]] = {}
        for short in shorthands:
            if short.arguments:
                self._families.setdefault(type(short.body), []).append(short)
            else:
                self._whole.setdefault(short.body, short.name)
        symbols = theory.symbols if theory is not None else ()
        self._processes = frozenset(s.name for s in symbols if self._timed(s.name))
        self._around: list[str] = []  # names of the bound indices around what is being set

    def name(self, name: str) -> Box:
        """A declared name, as the author sets it, else as it is spelled."""
        return self._names.get(name) or name_box(name)

    def spelled_out(self, term: Term) -> Box:
        """A term with the shorthand for itself, if there is one, left out."""
        return self._spelled(term)[0]

    def box(self, node: Node) -> Box:
        """A term, a point, an index or a formula.

        Raises:
            UnknownNodeError: it is none of these.
        """
        if isinstance(node, Formula):
            return self._formula(node)
        if isinstance(node, Ix):
            return self._index(node)
        if isinstance(node, Point):
            return self._point(node)
        if isinstance(node, Term):
            return self._term(node, SUM)
        raise UnknownNodeError(type(node).__name__)

    # --- formulas -----------------------------------------------------------------------------

    def _formula(self, f: Formula) -> Box:
        if isinstance(f, Rel):
            sign = Sign(OPS[f.op], "relation")
            return row(self._term(f.left, SUM), sign, self._term(f.right, SUM))
        if isinstance(f, Le):
            return row(self._index(f.left), Sign("≤", "relation"), self._index(f.right))
        if isinstance(f, All):
            names = listed([self.name(v.name) for v in f.variables])
            given = listed([self._formula(c) for c in f.conditions])
            with_conditions = (Sign("with", "word"), given) if f.conditions else ()
            body = self._formula(f.body)
            return row(Sign("for all", "word"), names, *with_conditions, Sign(":", "comma"), body)
        if isinstance(f, Fin):
            term = self._term(f.term, SUM)
            if f.exponent == 0:
                return row(term, Sign("is bounded", "word"))
            space = Script(Name("L"), sup=self._number(1 / f.exponent)[0])
            return row(term, Sign("∈", "relation"), space)
        raise UnknownNodeError(type(f).__name__)

    # --- indices and points -------------------------------------------------------------------

    def _index(self, ix: Ix) -> Box:
        if ix.base is None:
            return whole(ix.offset)
        base = self.name(str(ix.base))
        if not ix.offset:
            return base
        sign = Sign("+" if ix.offset > 0 else "−", "binary")
        return row(base, sign, Digits(str(abs(ix.offset))))

    def _point(self, p: Point) -> Box:
        if isinstance(p, PointApp):
            return Script(self.name(p.name), sup=listed([self._index(a) for a in p.args]))
        if isinstance(p, PointVar):
            return self.name(p.name)
        if isinstance(p, Lambda):
            index = fresh(p.body, self._around, processes=self._processes)
            body = self._inside(index, open_body(p.body, Ix(index)), SUM)
            return Script(Fence("(", body, ")"), sub=self.name(index))
        raise UnknownNodeError(type(p).__name__)

    def _inside(self, index: str, body: Term, around: int) -> Box:
        self._around.append(index)
        try:
            return self._term(body, around)
        finally:
            self._around.pop()

    # --- terms --------------------------------------------------------------------------------

    def _term(self, t: Term, around: int) -> Box:
        box, strength = self._strength(t)
        return Fence("(", box, ")") if strength < around else box

    def _strength(self, t: Term) -> tuple[Box, int]:
        if t in self._whole:
            return self.name(self._whole[t]), UNIT
        for short in self._families.get(type(t), ()):
            at = matched(short, t)
            if at is not None:
                return self._family(short.name, [self._index(ix) for ix in at]), UNIT
        return self._spelled(t)

    def _spelled(self, t: Term) -> tuple[Box, int]:
        if isinstance(t, Rat):
            return self._number(t.value)
        if isinstance(t, Var):
            return self.name(t.name), UNIT
        if isinstance(t, IxVal):
            return self._index(t.index), UNIT if not t.index.offset or t.index.base is None else SUM
        if isinstance(t, Add):
            return self._sum(t), SUM
        if isinstance(t, Mul):
            return self._product(t)
        if isinstance(t, Pow):
            return self._power(t)
        if isinstance(t, Abs):
            return Fence("|", self._term(t.body, SUM), "|"), UNIT
        if isinstance(t, E):
            return row(Name("E", upright=True), Fence("[", self._term(t.body, SUM), "]")), UNIT
        if isinstance(t, CE):
            known = Script(Name("ℱ", upright=True), sub=self._index(t.index))
            inside = row(self._term(t.body, SUM), Sign("|", "relation"), known)
            return row(Name("E", upright=True), Fence("[", inside, "]")), UNIT
        if isinstance(t, Sum):
            index = fresh(t.body, self._around, t.low, t.high, processes=self._processes)
            inner = open_body(t.body, Ix(index))
            body = self._inside(index, inner, BIG)
            under = row(self.name(index), Sign("=", "relation"), self._index(t.low))
            return row(Big("∑", under, self._index(t.high)), body), BIG
        if isinstance(t, App):
            return self._application(t), UNIT
        raise UnknownNodeError(type(t).__name__)

    def _number(self, value: Fraction) -> tuple[Box, int]:
        if value < 0:
            return row(Sign("−", "prefix"), self._number(-value)[0]), SUM
        if value.denominator == 1:
            return Digits(str(value)), UNIT
        return Over(Digits(str(value.numerator)), Digits(str(value.denominator))), POWER

    def _sum(self, t: Add) -> Box:
        parts = list[Box]()
        for n, part in enumerate(summands(t)):
            negative, body = signed(part)
            shown = self._term(body, BIG if negative else SUM)
            if n:
                parts.append(Sign("−" if negative else "+", "binary"))
            elif negative:
                parts.append(Sign("−", "prefix"))
            parts.append(shown)
        return row(*parts) if parts else Digits("0")

    def _product(self, t: Mul) -> tuple[Box, int]:
        if found := extremum(t):
            word, a, b = found
            inside = row(self._term(a, SUM), Sign(",", "comma"), self._term(b, SUM))
            operator = Script(Name(word, upright=True))
            return row(operator, Fence("{", inside, "}")), UNIT
        negative, body = signed(t)
        if negative:
            return row(Sign("−", "prefix"), self._term(body, BIG)), SUM
        parts = quotient(t)
        if not parts.below:
            if len(parts.above) == 1:
                return self._strength(parts.above[0])
            big = bool(parts.above) and isinstance(parts.above[-1], Sum)
            return self._factors(parts.above), BIG if big else PRODUCT
        # A sum stands behind the fraction: (1/2)(a + b), (1/K) times the sum over k.
        number = len(parts.below) == 1 and isinstance(parts.below[0], Rat)
        behind = (Add, Sum) if number else (Sum,)
        small = [p for p in parts.above if not isinstance(p, behind)]
        large = [p for p in parts.above if isinstance(p, behind)]
        if large:
            fraction = Over(self._factors(tuple(small)), self._factors(parts.below))
            factors = [self._term(p, PRODUCT) for p in large[:-1]]
            last = self._term(large[-1], BIG)
            return row(fraction, *factors, last), BIG if isinstance(large[-1], Sum) else PRODUCT
        return Over(self._factors(parts.above), self._factors(parts.below)), PRODUCT

    def _factors(self, terms: tuple[Term, ...]) -> Box:
        """A product without a fraction line; a dot where two numbers would touch."""
        if not terms:
            return Digits("1")
        if len(terms) == 1:
            return self._term(terms[0], SUM)
        parts, before = list[Box](), False
        for n, term in enumerate(terms):
            last = n == len(terms) - 1
            box, strength = self._strength(term)
            if strength < (BIG if last else PRODUCT):
                box = Fence("(", box, ")")
            number = starts_with_digit(box)
            if n and (before or number):
                parts.append(Sign("·", "binary"))
            parts.append(box)
            before = isinstance(term, Rat) and number and isinstance(box, Over)
        return row(*parts)

    def _power(self, t: Pow) -> tuple[Box, int]:
        e = t.exponent
        if e < 0:
            base = t.base if e == -1 else Pow(t.base, -e)
            return Over(Digits("1"), self._term(base, SUM)), PRODUCT
        if e == Fraction(1, 2):
            return Root(self._term(t.base, SUM)), UNIT
        base_box = self._term(t.base, UNIT)
        unclear = isinstance(t.base, E | CE) or (isinstance(t.base, App) and not plain(base_box))
        if has_sup(base_box) or isinstance(base_box, Root | Over) or unclear:
            base_box = Fence("(", base_box, ")")
        exponent = self._number(e)[0]
        if e.denominator != 1:
            above, below = Digits(str(e.numerator)), Digits(str(e.denominator))
            exponent = row(above, Sign("/", "prefix"), below)
        if isinstance(base_box, Script) and base_box.sup is None:
            return Script(base_box.base, base_box.sub, exponent), POWER
        return Script(base_box, sup=exponent), POWER

    # --- applications -------------------------------------------------------------------------

    def _application(self, t: App) -> Box:
        if not t.args:
            return self.name(t.name)
        if t.name == "coord" and isinstance(t.args[1], Ix):
            return self._coordinate(t.args[0], t.args[1])
        if t.name == "grad" and isinstance(t.args[0], Point) and isinstance(t.args[1], Ix):
            nabla = Script(Sign("∇", "prefix"), sub=self._index(t.args[1]))
            return row(nabla, Name("f"), Fence("(", self._point(t.args[0]), ")"))
        if all(isinstance(a, Ix) for a in t.args):
            return self._indexed(t)
        inside = listed([self.box(a) for a in t.args])
        return row(self.name(t.name), Fence("(", inside, ")"))

    def _coordinate(self, point: Node, at: Ix) -> Box:
        if isinstance(point, PointApp):
            sup = listed([self._index(a) for a in point.args])
            return scripted(self.name(point.name), self._index(at), sup)
        if isinstance(point, Lambda):
            return Fence("(", self._term(open_body(point.body, at), SUM), ")")
        return scripted(self.box(point), self._index(at), None)

    def _indexed(self, t: App) -> Box:
        """A family of numbers: the time above, the coordinate below."""
        indices = [self._index(a) for a in t.args if isinstance(a, Ix)]
        if self._slotted(t.name):
            return self._family(t.name, indices)
        if len(indices) == 1 and self._timed(t.name):
            return scripted(self.name(t.name), None, indices[0])
        return self._family(t.name, indices)

    def _slotted(self, name: str) -> bool:
        """Does the author's TeX say where the indices stand (#1, #2)?"""
        return name in self._names and has_slots(self._names[name])

    def _family(self, name: str, indices: list[Box]) -> Box:
        if self._slotted(name):
            return filled(self._names[name], indices)
        if len(indices) == 2:
            return scripted(self.name(name), indices[1], indices[0])
        return scripted(self.name(name), listed(indices), None)

    def _timed(self, name: str) -> bool:
        """Is its first argument the time, at which it is known?"""
        if self.theory is None or not any(s.result == "point" for s in self.theory.symbols):
            return False  # without iterates there is no time
        found = next((s for s in self.theory.symbols if s.name == name), None)
        return found is not None and found.adapted is not None
