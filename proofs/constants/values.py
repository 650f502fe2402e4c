"""What a closed term is worth at exact values: rigorous enclosures, and decimals rounded outward.

A ``Point`` gives values to constants and numbers to indices. A value is a rational, or a term in
other constants: ``h = max(sigma_s^2, L Delta/K)^{1/2}`` is no rational number. Evaluation is the
kernel's own (``kernel.exact``) after exact simplification (``surds``): rationals are exact,
irrational roots are enclosed by dyadic rationals, and the precision is raised until what was asked
for is certain. Nothing loops over d or K: a sum of equal terms is a product, and a sum of very many
others is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from ..kernel import terms as k
from ..kernel.errors import KernelError
from ..kernel.exact import Interval, MissingAtom, PrecisionError, evaluate
from ..kernel.exact import holds as decided
from ..kernel.theory import Theory
from ..language import Claimed
from .atoms import name_of
from .surds import simplified

PRECISIONS = (64, 256, 1024, 4096)
"""Bits, tried in turn."""
_SMALLEST, _LARGEST = -5, 15
"""The places of the first figure for which a decimal is written without an exponent."""
FAR = 10**9
"""Beyond it, the kernel has no index."""

Value = int | Fraction | k.Term


class UnvaluedError(ValueError):
    """A term has no value that can be computed here; the message says of what, and why."""


class Point:
    """Values of constants and numbers for indices, of a theory.

    Args:
        theory: whose abbreviations give the values of what ``values`` does not mention.
        values: by name, of a theory's constants and a claim's own; or by term, such as
            ``xmax[d]``. Exact rationals, or terms in other constants.
        indices: numbers for index names, such as K and d.

    Raises:
        UnvaluedError: a value is no exact number (a float, a bool) and no term.

    >>> at = Point(None, {"c": Fraction(1, 2), "h": k.sqrt(k.Var("c", "det"))})
    >>> digits(k.Var("h", "det"), at)
    '0.707106781187'
    """

    def __init__(
        self,
        theory: Theory | None,
        values: Mapping[str | k.Term, Value],
        indices: Mapping[str, int] | None = None,
    ) -> None:
        self.theory = theory
        self.indices = dict(indices or {})
        for name, number in self.indices.items():
            if type(number) is not int:
                raise UnvaluedError(f"the index {name} = {number!r} is no integer")
        self._values = {key: _as_term(key, value) for key, value in values.items()}
        definitions = () if theory is None else theory.definitions
        self._simple: dict[k.Term, k.Term] = {}
        self._defined = {d.left.name: d.right for d in definitions if not d.left.args}

    @classmethod
    def of(cls, claimed: Claimed, values: Mapping[str | k.Term, Value]) -> Point:
        """The point of a claim: names of index constants may be among ``values``."""
        theory = claimed.theory.kernel()
        names = {*theory.index_constants, *(str(i) for i in claimed.for_indices)}
        chosen = {n: v for n, v in values.items() if isinstance(n, str) and n in names}
        indices: dict[str, int] = {}
        for name, value in chosen.items():
            if isinstance(value, k.Term) or Fraction(value).denominator != 1:
                raise UnvaluedError(f"{name} = {value} is no integer")
            indices[name] = int(value)
        return cls(theory, {n: v for n, v in values.items() if n not in chosen}, indices)

    def with_values(self, values: Mapping[str | k.Term, Value]) -> Point:
        """The same point with further values, or others."""
        return Point(self.theory, {**self._values, **values}, self.indices)

    def values(self) -> dict[str | k.Term, k.Term]:
        """The values it was given, as terms."""
        return dict(self._values)

    def knows(self, atom: k.Term) -> bool:
        """Was a constant given a value? What the theory defines was not."""
        return atom in self._values or name_of(atom) in self._values

    def value(self, atom: k.Term) -> k.Term | None:
        """The value of a constant (or what defines it), or None if it has none."""
        name = name_of(atom)
        known = self._values.get(atom)
        if known is None and name:
            known = self._values.get(name, self._defined.get(name))
        return None if known is None else self.numbered(known)

    def closed(self, node: k.N) -> k.N:
        """``node`` with numbers for indices and values for constants, as far as they are known.

        Raises:
            UnvaluedError: the values refer to each other in a circle.
        """

        def visit(inner: k.Node, depth: int) -> k.Node | None:
            known = self.value(inner) if depth == 0 and isinstance(inner, k.Term) else None
            return None if known is None else self.closed(known)

        try:
            return k.transform(self.numbered(node), visit)
        except (RecursionError, KernelError):
            raise UnvaluedError("values refer to each other, or are nested too deeply") from None

    def simple(self, term: k.Term) -> k.Term:
        """``closed``, with roots of rationals worked out; each constant's value once.

        Raises:
            UnvaluedError: the values refer to each other in a circle, or are too large.
        """

        def visit(inner: k.Node, depth: int) -> k.Node | None:
            if depth or not isinstance(inner, k.Var | k.App):
                return None
            if inner not in self._simple:
                known = self.value(inner)
                if known is None:
                    return None
                self._simple[inner] = simplified(k.transform(known, visit))
            return self._simple[inner]

        try:
            return simplified(k.transform(self.numbered(term), visit))
        except (RecursionError, KernelError) as error:
            raise UnvaluedError(f"values refer to each other, or are too large: {error}") from None

    def numbered(self, node: k.N) -> k.N:
        """``node`` with numbers for indices, and n t for a sum of n equal terms t.

        The kernel's indices stay below 10^9; as a factor, an index may be any integer.
        """

        def visit(inner: k.Node, depth: int) -> k.Node | None:
            if isinstance(inner, k.IxVal):
                number = self._number(inner.index)
                return None if number is None else k.rat(number)
            if isinstance(inner, k.App) and inner.args and depth == 0:
                known = self._values.get(inner)
                return None if known is None else self.numbered(known)
            if isinstance(inner, k.Sum) and k.is_closed(inner):
                return self._product(inner)
            if isinstance(inner, k.Ix):
                number = self._number(inner)
                return None if number is None or abs(number) >= FAR else k.Ix(None, number)
            return None

        return k.transform(node, visit)

    def _number(self, index: k.Ix) -> int | None:
        if index.base is None:
            return index.offset
        number = self.indices.get(index.base) if isinstance(index.base, str) else None
        return None if number is None else number + index.offset

    def _product(self, node: k.Sum) -> k.Term | None:
        """The value of a sum of equal terms."""
        low, high = self._number(node.low), self._number(node.high)
        first, second = (k.open_body(node.body, k.Ix(None, n)) for n in (0, 1))
        if low is None or high is None or first is not second:
            return None
        return k.Mul((k.rat(max(high - low + 1, 0)), self.numbered(first)))

    def holds(self, condition: k.Le) -> bool:
        """Is an index condition true?"""
        low, high = self._number(condition.left), self._number(condition.right)
        if low is None or high is None:
            raise UnvaluedError(f"no number is given for an index of {condition}")
        return low <= high


def _as_term(key: str | k.Term, value: Value) -> k.Term:
    if isinstance(value, k.Term):
        return value
    if type(value) is int or type(value) is Fraction:
        return k.rat(Fraction(value))
    raise UnvaluedError(f"{key} = {value!r} is no exact number: give an int, a Fraction or a term")


# --- enclosures ---------------------------------------------------------------------------------


def enclose(term: k.Term, point: Point, digits: int = 12) -> Interval:
    """Rationals ``(low, high)`` with ``low <= value <= high``, to ``digits`` significant digits.

    That is, ``high - low <= 10^-digits max(|low|, |high|)``; they are equal if the value is a
    rational number that is known exactly.

    Raises:
        UnvaluedError: a constant has no value; a sum is too long; or no precision tried suffices,
            which may happen where a difference of nested roots is 0.
    """
    simple = point.simple(term)
    reached: Interval | None = None
    for bits in PRECISIONS:
        try:
            low, high = evaluate(simple, {}, bits)
        except (
            PrecisionError,
            ValueError,
        ):  # Python refuses to write very long numbers in messages
            continue
        except MissingAtom as missing:
            raise UnvaluedError(f"no value is given for {missing.atom}") from None
        except KernelError as error:  # the value, or the sum, is too large; or the root too precise
            if reached is None:
                raise UnvaluedError(str(error)) from None
            break
        reached = low, high
        if (high - low) * 10**digits <= max(abs(low), abs(high)):
            return low, high
    if reached is None:
        raise UnvaluedError("a denominator cannot be told from 0")
    ends = f"{decimal_down(reached[0], 3)} and {decimal_up(reached[1], 3)}"
    raise UnvaluedError(f"{digits} digits of a value between {ends} cannot be told")


def verdict(formula: k.Formula, point: Point) -> bool | None:
    """Does a relation or an index condition hold at the point? None if no precision decides.

    Equal sums of roots of rationals are recognised; other equal irrational numbers cannot be told
    apart from nearly equal ones.

    Raises:
        UnvaluedError: it speaks of something that has no value; a sum is too long.
    """
    if isinstance(formula, k.Le):
        return point.holds(formula)
    if not isinstance(formula, k.Rel):
        raise UnvaluedError(f"not decidable at a point: {formula}")
    left, right = (point.simple(side) for side in (formula.left, formula.right))
    if left is right:  # equal terms are one node: the same number, whatever it is, once it is one
        enclose(left, point, 0)
        return formula.op != "<"
    try:
        return decided(k.Rel(left, formula.op, right), {})
    except MissingAtom as missing:
        raise UnvaluedError(f"no value is given for {missing.atom}") from None
    except (KernelError, ValueError) as error:
        raise UnvaluedError(str(error)) from None


# --- decimals -----------------------------------------------------------------------------------


def digits(term: k.Term, point: Point, digits: int = 12) -> str:
    """The value to ``digits`` significant digits, off by at most 0.51 units of the last.

    >>> digits(k.sqrt(k.rat(2)), Point(None, {}))
    '1.41421356237'
    """
    low, high = enclose(term, point, digits + 2)
    return decimal_nearest((low + high) / 2, digits)


def up(term: k.Term, point: Point, digits: int = 12) -> str:
    """A decimal not below the value, with ``digits`` significant digits."""
    return decimal_up(enclose(term, point, digits + 2)[1], digits)


def down(term: k.Term, point: Point, digits: int = 12) -> str:
    """A decimal not above the value, with ``digits`` significant digits."""
    return decimal_down(enclose(term, point, digits + 2)[0], digits)


def decimal_up(x: Fraction, digits: int = 12) -> str:
    """The least decimal with ``digits`` significant digits that is not below ``x``.

    >>> decimal_up(Fraction(2, 3), 3), decimal_up(Fraction(-2, 3), 3), decimal_up(Fraction(5), 3)
    ('0.667', '-0.666', '5')
    """
    return _decimal(x, digits, lambda y: -((-y.numerator) // y.denominator))


def decimal_down(x: Fraction, digits: int = 12) -> str:
    """The greatest decimal with ``digits`` significant digits that is not above ``x``."""
    return _decimal(x, digits, lambda y: y.numerator // y.denominator)


def decimal_outward(x: Fraction, digits: int = 12) -> str:
    """A decimal no nearer to 1 than ``x``: as a factor of a constant it claims no more than x does.

    >>> decimal_outward(Fraction(2, 3), 3), decimal_outward(Fraction(4, 3), 3)
    ('0.666', '1.34')
    """
    return decimal_down(x, digits) if x <= 1 else decimal_up(x, digits)


def decimal_nearest(x: Fraction, digits: int = 12) -> str:
    """The decimal with ``digits`` significant digits nearest to ``x``; of two, the even one."""
    return _decimal(x, digits, round)


def _decimal(x: Fraction, digits: int, whole: Callable[[Fraction], int]) -> str:
    """``x`` as a decimal, where ``whole`` rounds to an integer."""
    if digits < 1:
        raise ValueError("at least one digit")
    if x == 0:
        return "0"
    place = _magnitude(x) - digits + 1  # of the last digit, as a power of ten
    scale = Fraction(10) ** place
    return _written(whole(x / scale), place)


def _magnitude(x: Fraction) -> int:
    """The n with ``10^n <= |x| < 10^(n+1)``."""
    top, bottom = abs(x).as_integer_ratio()
    n = (top.bit_length() - bottom.bit_length()) * 30103 // 100000 - 1
    while Fraction(10) ** (n + 1) <= abs(x):
        n += 1
    return n


def _written(mantissa: int, place: int) -> str:
    """``mantissa * 10^place``; with an exponent where zeros would be many."""
    sign, figures = "-" * (mantissa < 0), str(abs(mantissa))
    kept = figures.rstrip("0") or "0"
    place += len(figures) - len(kept)
    first = place + len(kept) - 1  # the place of the first figure
    if not _SMALLEST <= first <= _LARGEST:
        point = f".{kept[1:]}" if len(kept) > 1 else ""
        return f"{sign}{kept[0]}{point}e{first:+03d}"
    if place >= 0:
        return sign + kept + "0" * place
    kept = kept.rjust(1 - place, "0")
    return f"{sign}{kept[:place]}.{kept[place:]}"
