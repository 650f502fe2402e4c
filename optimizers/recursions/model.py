"""What a recursion is: parameters, state, and an ordered list of coordinate-wise assignments."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import sympy

RESERVED = ("x", "g")
_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def previous(name: str) -> sympy.Symbol:
    """The symbol of a slot's value before this iteration: ``m^{k-1}`` where ``m`` is ``m^k``."""
    return sympy.Symbol(f"{name}.previous")


@dataclass(frozen=True)
class Parameter:
    """A hyperparameter: its name, what it is, and the condition the theory asks of it.

    A condition compares the name with numbers, as in ``0 <= theta < 1``; empty, it asks nothing.
    """

    name: str
    meaning: str
    condition: str

    @property
    def symbol(self) -> sympy.Symbol:
        """The parameter as it appears in the update rules."""
        return sympy.Symbol(self.name)

    def admits(self, value: Fraction) -> bool:
        """Does ``value`` satisfy the condition?

        >>> theta = Parameter("theta", "decay of the momentum", "0 <= theta < 1")
        >>> theta.admits(Fraction(9, 10)), theta.admits(Fraction(1))
        (True, False)
        """
        words = self.condition.split()
        chain = [value if word == self.name else Fraction(word) for word in words[::2]]
        compared = zip(words[1::2], pairwise(chain), strict=True)
        return all(_COMPARISONS[word](left, right) for word, (left, right) in compared)


@dataclass(frozen=True)
class Slot:
    """A state variable kept from one iteration to the next, with its value before the first."""

    name: str
    meaning: str
    initial: int = 0


@dataclass(frozen=True)
class Update:
    """``target := value``, coordinate by coordinate.

    On the right-hand side ``x`` and ``g`` are x^k and g^k, a parameter is itself, ``previous(s)``
    is a slot before this iteration, and a plain name is the value an earlier assignment of this
    iteration gave it. The target ``x`` is x^{k+1}; a target that is no slot is an abbreviation.
    """

    target: str
    value: sympy.Expr


@dataclass(frozen=True)
class Recursion:
    """An optimizer's update rule, for iterations k = 1, 2, ...

    Attributes: ``id`` (the name used on the command line), ``title``, ``source`` (paper and
    equation), ``parameters``, ``slots`` (state besides x), ``updates`` (in order; the last one
    assigns ``x``). Raises ``ValueError`` where a right-hand side uses a name that is not yet known.
    """

    id: str
    title: str
    source: str
    parameters: tuple[Parameter, ...]
    slots: tuple[Slot, ...]
    updates: tuple[Update, ...]

    def __post_init__(self) -> None:
        slots = {slot.name for slot in self.slots}
        known = {p.name for p in self.parameters} | set(RESERVED)
        known |= {previous(name).name for name in slots}
        for update in self.updates:
            unknown = {s.name for s in update.value.free_symbols} - known
            if unknown:
                raise ValueError(f"{self.id}: {update.target} uses unknown {sorted(unknown)}")
            known.add(update.target)
        if not self.updates or self.updates[-1].target != "x":
            raise ValueError(f"{self.id}: the last update must assign x")
        missing = slots - {update.target for update in self.updates}
        if missing:
            raise ValueError(f"{self.id}: slots never updated: {sorted(missing)}")

    def specialised(
        self, id: str, title: str, values: Mapping[str, int | sympy.Expr], source: str = ""
    ) -> Recursion:
        """The same update rule with some parameters fixed; they are parameters no more.

        Every right-hand side gets the values, at once. An abbreviation that thereby becomes a mere
        name (n = m once mu = 1) is put in where it was used, and dropped.

        Args:
            id, title: of the new recursion.
            values: for each parameter fixed an exact number, or an expression in those that remain.
            source: what is cited before this recursion's own source.

        Raises:
            ValueError: a name is no parameter, or a value holds a float or a name that is none of
                the remaining parameters.

        >>> eta, x, g = sympy.symbols("eta x g")
        >>> scaled = Recursion("scaled", "", "", (Parameter("eta", "", ""),), (),
        ...                    (Update("s", eta * g), Update("x", x - sympy.Symbol("s"))))
        >>> [(u.target, u.value) for u in scaled.specialised("unit", "", {"eta": 1}).updates]
        [('x', -g + x)]
        """
        remaining = {p.name for p in self.parameters} - values.keys()
        replaced: dict[sympy.Symbol, sympy.Expr] = {}
        for name, value in values.items():
            if name not in {p.name for p in self.parameters}:
                raise ValueError(f"{self.id}: no parameter {name!r} to fix")
            exact = sympy.Integer(value) if isinstance(value, int) else value
            unknown = sorted(s.name for s in exact.free_symbols if s.name not in remaining)
            if exact.has(sympy.Float) or unknown:
                raise ValueError(
                    f"{self.id}: {name} = {value} is no exact expression in {sorted(remaining)}"
                )
            replaced[sympy.Symbol(name)] = exact
        slots, updates = {slot.name for slot in self.slots}, []
        for update in self.updates:
            right = update.value.xreplace(replaced)
            if isinstance(right, sympy.Symbol) and update.target not in {*slots, "x"}:
                replaced[sympy.Symbol(update.target)] = right
            else:
                updates.append(Update(update.target, right))
        fixed = ", ".join(f"{name} = {value}" for name, value in values.items())
        return Recursion(
            id=id,
            title=title,
            source="; ".join(
                part for part in (source, f"{self.id} at {fixed}", self.source) if part
            ),
            parameters=tuple(p for p in self.parameters if p.name in remaining),
            slots=self.slots,
            updates=tuple(updates),
        )
