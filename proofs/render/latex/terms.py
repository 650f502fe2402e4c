"""Kernel terms and formulas as TeX, in the notation of the field: m_i^k, E[. | F_k], sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise

from ...kernel import terms as k
from ..document import Abbreviation, Document
from ..shorthands import matched, multiple, without
from .arrangement import has_sum, inverse, is_time, rank, signed
from .boxes import Box, box, fenced, row
from .names import SCRIPT, Names, width

SUM, PRODUCT, POWER, UNIT = range(4)
OPS = {"<=": r"\le", "<": "<", "=": "="}
PLUS, MINUS, TIMES = 10, 10, 40
"""What a break before an operator costs."""
UNBROKEN = 6.0
"""How wide (em) a fraction with a stroke is that is kept on one line of text."""
LIMITS = 1.2
"""The least width of a sum sign with its limits."""


class TexPrinter:
    """TeX for the terms of a document.

    ``inline``: for running text, where fractions are written with a stroke. ``widest``: the width
    in em up to which fractions and roots are kept in one piece.
    """

    def __init__(self, document: Document, *, inline: bool = False, widest: float = 20.0) -> None:
        self.names = Names(document.names)
        self.short = [*document.abbreviations]
        self.inline, self.widest = inline, widest
        self._made: dict[tuple[k.Term, tuple[str, ...]], tuple[Box, int]] = {}
        self._around: list[str] = []  # names of the bound indices around what is being shown
        self._place = {row.name: n for n, row in enumerate(document.notation)}

    @contextmanager
    def spelling_out(self, short: Abbreviation) -> Iterator[None]:
        """Print what ``short`` stands for."""
        kept, made = self.short, self._made
        self.short, self._made = [s for s in kept if s.name != short.name], {}
        try:
            yield
        finally:
            self.short, self._made = kept, made

    # --- formulas -----------------------------------------------------------------------------

    def show(self, node: k.Node) -> str:
        """TeX on one line."""
        return self.box(node).text

    def box(self, node: k.Node) -> Box:
        """A term, a point, an index or a formula."""
        if isinstance(node, k.Rel):
            op = box(OPS[node.op], 1.35)
            right = self._at(node.right, SUM).breakable(5)
            return row(self._at(node.left, SUM), op, right)
        if isinstance(node, k.Le):
            text = rf"{self.index(node.left)}\le {self.index(node.right)}"
            return box(text, width(text))
        if isinstance(node, k.Ix):
            return box(self.index(node), width(self.index(node)))
        if isinstance(node, k.Point):
            return self._point(node)
        if isinstance(node, k.Term):
            return self._at(node, SUM)
        return box(r"\mathrm{?}", 1)

    def index(self, ix: k.Ix) -> str:
        """An index such as ``k-1``."""
        if ix.base is None:
            return str(ix.offset)
        base = self.names.plain(str(ix.base))
        return base if not ix.offset else f"{base}{ix.offset:+d}"

    def _fresh(self, body: k.Term, *ends: k.Ix) -> str:
        """A name for a bound index: k if it is a time, i, j, ... for coordinates."""
        taken = k.free_indices(body).union(self._around, *(k.free_indices(e) for e in ends))
        names = ("k", "l", "n") if is_time(body) else ("i", "j", "l", "n")
        more = (f"i{n}" for n in range(100))
        found: str = next(name for name in (*names, *more) if name not in taken)
        return found

    def _point(self, p: k.Point) -> Box:
        if isinstance(p, k.PointApp):
            return self._raised(p.name, [self.index(a) for a in p.args])[0]
        if isinstance(p, k.PointVar):
            return self.names.box(p.name)[0]
        if isinstance(p, k.Lambda):
            index = self._fresh(p.body)
            inner = self._under(index, k.open_body(p.body, k.Ix(index)), SUM)
            return row(fenced(inner), box(f"_{{{index}}}", 0.4))
        return box(r"\mathrm{?}", 1)

    def _raised(self, name: str, args: Sequence[str], below: str = "") -> tuple[Box, bool]:
        """A point process: ``x^k``, or with its coordinate ``x_i^k``."""
        chosen = self.names.chosen.get(name, "")
        if "#" in chosen:
            return self.names.indexed(name, [*args, *([below] if below else [])])
        if below:
            return self.names.indexed(name, [*args, below])
        tex = f"{self.names.plain(name)}^{{{','.join(args)}}}"
        return box(tex, width(tex)), False

    # --- terms --------------------------------------------------------------------------------

    def _at(self, term: k.Term, around: int) -> Box:
        shown, strength = self._strength(term)
        return fenced(shown) if strength < around else shown

    def _under(self, index: str, body: k.Term, around: int) -> Box:
        self._around.append(index)
        try:
            return self._at(body, around)
        finally:
            self._around.pop()

    def _strength(self, t: k.Term) -> tuple[Box, int]:
        """The box, and how strongly it holds together; each term is set once."""
        key = t, tuple(self._around)
        if key not in self._made:
            self._made[key] = self._make(t)
        return self._made[key]

    def _make(self, t: k.Term) -> tuple[Box, int]:
        short = self._abbreviated(t)
        if short is not None:
            return short
        if isinstance(t, k.Rat):
            return self._number(t.value)
        if isinstance(t, k.Var):
            shown, free = self.names.box(t.name)
            return shown, UNIT if free else POWER
        if isinstance(t, k.IxVal):
            text = self.index(t.index)
            return box(text, width(text)), UNIT if not t.index.offset else SUM
        if isinstance(t, k.Add):
            return self._sum(t), SUM
        if isinstance(t, k.Mul):
            special = self._extremum(t)
            return (special, UNIT) if special else self._product(t)
        if isinstance(t, k.Pow):
            return self._power(t)
        if isinstance(t, k.Abs):
            return fenced(self._at(t.body, SUM), "|", "|"), UNIT
        if isinstance(t, k.E):
            return row(box(r"\rcE", 0.7), fenced(self._at(t.body, SUM), "[", "]")), UNIT
        if isinstance(t, k.CE):
            index = self.index(t.index)
            given = box(rf"\,\vert\,\mathcal{{F}}_{{{index}}}", 1.2 + SCRIPT * width(index))
            return row(box(r"\rcE", 0.7), fenced(row(self._at(t.body, SUM), given), "[", "]")), UNIT
        if isinstance(t, k.Sum):
            return self._series(t), PRODUCT
        if isinstance(t, k.App):
            return self._application(t)
        return box(r"\mathrm{?}", 1), UNIT

    def _abbreviated(self, t: k.Term) -> tuple[Box, int] | None:
        for short in self.short:
            at = matched(short, t)
            if at is not None:
                return self._name(short, at)
            times = multiple(short, t)
            if times is not None and times > 0:
                number, _ = self._number(times)
                return row(number, self._name(short, ())[0]), PRODUCT
        return None

    def _name(self, short: Abbreviation, at: Sequence[k.Ix]) -> tuple[Box, int]:
        if at:
            shown, free = self.names.indexed(short.name, [self.index(a) for a in at])
        else:
            shown, free = self.names.box(short.name)
        return shown, UNIT if free else POWER

    def _number(self, value: Fraction) -> tuple[Box, int]:
        sign = "-" if value < 0 else ""
        n, d = abs(value.numerator), value.denominator
        if d == 1:
            return box(f"{sign}{n}", 0.5 * len(f"{sign}{n}")), SUM if sign else UNIT
        if self.inline:
            return box(f"{sign}{n}/{d}", 0.5 * len(f"{n}{d}") + 0.6), SUM if sign else PRODUCT
        text = rf"{sign}\tfrac{{{n}}}{{{d}}}"
        return box(text, 0.4 * max(len(str(n)), len(str(d))) + 0.3, 1), SUM if sign else PRODUCT

    def _series(self, t: k.Sum) -> Box:
        index = self._fresh(t.body, t.low, t.high)
        inner = k.open_body(t.body, k.Ix(index))
        low, high = self.index(t.low), self.index(t.high)
        wide = max(LIMITS, SCRIPT * (width(index) + 1.0 + width(low)), SCRIPT * width(high)) + 0.35
        if self.inline:
            wide = 1.1 + SCRIPT * (width(index) + 1.0 + width(low))
        sign = box(rf"\sum_{{{index}={low}}}^{{{high}}}", wide, 1 if self.inline else 3)
        return row(sign, self._under(index, inner, PRODUCT))

    def _application(self, t: k.App) -> tuple[Box, int]:
        if not t.args:
            shown, free = self.names.box(t.name)
            return shown, UNIT if free else POWER
        if t.name == "coord" and isinstance(t.args[1], k.Ix):
            return self._coordinate(t.args[0], t.args[1])
        if t.name == "grad" and isinstance(t.args[0], k.Point) and isinstance(t.args[1], k.Ix):
            head = rf"\nabla_{{{self.index(t.args[1])}}}f"
            return row(box(head, width(head)), fenced(self._point(t.args[0]))), UNIT
        if all(isinstance(a, k.Ix) for a in t.args):
            shown, free = self.names.indexed(
                t.name, [self.index(a) for a in t.args if isinstance(a, k.Ix)]
            )
            return shown, UNIT if free else POWER
        inside = [self.box(a) for a in t.args]
        parts = [inside[0]]
        for part in inside[1:]:
            parts += [box(",", 0.45), part]
        return row(self.names.box(t.name)[0], fenced(row(*parts))), UNIT

    def _coordinate(self, point: object, at: k.Ix) -> tuple[Box, int]:
        if isinstance(point, k.PointApp):
            args = [self.index(a) for a in point.args]
            shown, free = self._raised(point.name, args, self.index(at))
            return shown, UNIT if free else POWER
        if isinstance(point, k.Lambda):
            return self._at(k.open_body(point.body, at), UNIT), UNIT
        text = f"{self._point(point).text}_{{{self.index(at)}}}"  # type: ignore[arg-type]
        return box(text, width(text)), UNIT

    # --- sums and products --------------------------------------------------------------------

    def _sum(self, t: k.Add) -> Box:
        parts = list[Box]()
        for n, part in enumerate(self._summands(t)):
            negative, body = signed(part)
            shown = self._at(body, PRODUCT if n or negative else SUM)
            if not n:
                parts += [box("-", 0.8), shown] if negative else [shown]
            else:
                sign = box("-" if negative else "+", 1.25)
                parts.append(row(sign, shown).breakable(MINUS if negative else PLUS))
        return row(*parts) if parts else box("0", 0.5)

    def _summands(self, t: k.Add) -> list[k.Term]:
        """As they are stored, but numbers and short terms first, sums last, and k-2 for k-1-1."""
        terms = [*t.terms]
        shifted = [x for x in terms if isinstance(x, k.IxVal) and x.index.base and x.index.offset]
        whole = [x for x in terms if isinstance(x, k.Rat) and x.value.denominator == 1]
        if len(shifted) == 1 and len(whole) == 1:
            ix, by = shifted[0].index, int(whole[0].value)
            at = terms.index(shifted[0])
            terms[at] = k.IxVal(k.Ix(ix.base, ix.offset + by))
            terms.remove(whole[0])
        positive = [x for x in terms if not signed(x)[0]]
        negative = [x for x in terms if signed(x)[0]]
        if len(positive) == 2:
            positive.sort(key=lambda x: (rank(x) >= 7, self._at(x, SUM).width > 2.0, -rank(x)))
        positive.sort(key=lambda x: (not isinstance(x, k.Rat), has_sum(x)))
        return [*positive, *negative]

    def _product(self, t: k.Mul) -> tuple[Box, int]:
        negative, body = signed(t)
        if negative:
            return row(box("-", 0.8), self._at(body, PRODUCT)), SUM
        named, factors = list[Box](), [*t.terms]
        for short in self.short:
            left = without(short, factors)
            if left is not None:
                named.append(self._name(short, ())[0])
                factors = left
        above, below, number = list[k.Term](), list[k.Term](), Fraction(1)
        for part in factors:
            if isinstance(part, k.Rat):
                number *= part.value
            elif isinstance(part, k.Pow) and part.exponent < 0:
                below.append(inverse(part))
            else:
                above.append(part)
        above.sort(key=lambda p: (rank(p), self._order(p)))
        below.sort(key=lambda p: (rank(p), self._order(p)))
        behind = [p for p in above if isinstance(p, k.Sum | k.E | k.CE) or self._is_long(p)]
        front = [p for p in above if p not in behind]
        if below and not front and not named and number.numerator == 1 and len(behind) == 1:
            front, behind = behind, []
        head = self._fraction(number, front, below, named)
        tail = [self._at(p, SUM if last and isinstance(p, k.Sum) and head is None else PRODUCT)
                for p, last in ((p, p is behind[-1]) for p in behind)]  # fmt: skip
        if behind and isinstance(behind[-1], k.Sum) and len(behind) > 1:
            tail[-1] = self._at(behind[-1], SUM)
        parts = [*([head] if head is not None else []), *tail] or [box("1", 0.5)]
        rest = [p.breakable(TIMES, r"\cdot ") for p in parts[1:]]
        return row(parts[0], *rest), PRODUCT

    def _order(self, t: k.Term) -> float:
        """Where the table of notation has it: K d L Delta; what it has not comes first."""
        if isinstance(t, k.Pow) and t.exponent.denominator > 1:
            return self._at(t.base, SUM).width
        if isinstance(t, k.Pow):
            return self._order(t.base)
        name = t.name if isinstance(t, k.App | k.Var) else ""
        if isinstance(t, k.IxVal) and isinstance(t.index.base, str):
            name = t.index.base
        if isinstance(t, k.App) and t.args and isinstance(t.args[0], k.PointApp):
            name = t.args[0].name
        return self._place.get(name, -1)

    def _is_long(self, t: k.Term) -> bool:
        """Is it a factor that is better written behind a fraction?"""
        return (
            not self.inline
            and isinstance(t, k.Add)
            and self._at(t, PRODUCT).width > 0.45 * self.widest
        )

    def _fraction(
        self, number: Fraction, above: list[k.Term], below: list[k.Term], named: list[Box]
    ) -> Box | None:
        """Numbers and factors over what divides them; None if that is 1."""
        numerals = [] if number.numerator == 1 else [self._number(Fraction(number.numerator))[0]]
        if not below and number.denominator != 1 and not self.inline:
            numerals = [self._number(number)[0]]
        over = list[Box]()
        if number.denominator != 1 and (below or self.inline):
            over.append(self._number(Fraction(number.denominator))[0])
        alone_above = len(above) + len(numerals) + len(named) == 1
        alone_below = len(over) + len(below) == 1
        top = [*numerals, *named]
        dividing = bool(below or over)
        spread = alone_above and dividing and not self.inline
        top += [self._at(p, SUM if spread else PRODUCT) for p in above]
        bare = POWER if self.inline else SUM
        over += [self._at(p, bare if alone_below else PRODUCT) for p in below]
        if not dividing:
            return _times(top) if top else None
        up, down = _times(top) if top else box("1", 0.5), _times(over)
        if self.inline:
            if len(over) > 1:
                down = fenced(down)
            stroke = "/" if up.width + down.width < UNBROKEN else r"/\allowbreak"
            return row(up, box(stroke, 0.55), down)
        if max(up.width, down.width) > self.widest:
            if len(over) > 1 or (alone_below and below and isinstance(below[0], k.Add)):
                down = fenced(down)
            if alone_above and above and isinstance(above[0], k.Add):
                up = fenced(up)
            return row(up, row(box(r"\big/", 0.7), down).breakable(TIMES + 20))
        text = rf"\frac{{{up.text}}}{{{down.text}}}"
        tall = 3 if max(up.tall, down.tall) >= 2 else 2
        return box(text, max(up.width, down.width) + 0.3, tall)

    def _power(self, t: k.Pow) -> tuple[Box, int]:
        e = t.exponent
        if e < 0:
            shown = self._fraction(Fraction(1), [], [inverse(t)], [])
            return shown or box("1", 0.5), PRODUCT
        if e.numerator == 1 and e.denominator > 1:
            inner = self._at(t.base, SUM)
            if inner.width <= self.widest:
                degree = "" if e.denominator == 2 else f"[{e.denominator}]"
                text = rf"\sqrt{degree}{{{inner.text}}}"
                return box(text, inner.width + 0.95, max(1, inner.tall)), POWER
        base = self._at(t.base, UNIT)
        exponent = str(e) if e.denominator == 1 else f"{e.numerator}/{e.denominator}"
        power = box(f"^{{{exponent}}}", 0.4 * len(exponent))
        return row(base, power), POWER

    def _extremum(self, t: k.Mul) -> Box | None:
        """``max(a, b)`` and ``min(a, b)`` are stored as (a + b +- |a - b|)/2."""
        inner = t.terms[-1] if t.terms else None
        if not isinstance(inner, k.Add) or len(inner.terms) != 3:
            return None
        a, b = inner.terms[:2]
        for word, build in (("max", k.maximum), ("min", k.minimum)):
            if build(a, b) == t:
                inside = row(self._at(a, SUM), box(",", 0.45), self._at(b, SUM).breakable(15))
                return row(box(rf"\{word}", 1.9), fenced(inside, r"\{", r"\}"))
        return None


def _times(parts: Sequence[Box]) -> Box:
    """Factors side by side; numbers next to one another are told apart by a dot."""
    rest = list[Box]()
    for before, part in pairwise(parts):
        after_number = part.text.startswith(r"\tfrac") and before.text[-1:].isdigit()
        if part.text[:1].isdigit() or after_number:
            part = row(box(r"\cdot", 0.8), part)
        rest.append(part.breakable(TIMES, r"\cdot "))
    return row(parts[0], *rest)
