"""What a recursion is: parameters, state, and an ordered list of coordinate-wise assignments."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

RESERVED = ("x", "g")


def previous(name: str) -> sympy.Symbol:
    """The symbol of a slot's value before this iteration: ``m^{k-1}`` where ``m`` is ``m^k``."""
    return sympy.Symbol(f"{name}.previous")


@dataclass(frozen=True)
class Parameter:
    """A hyperparameter: its name, what it is, and the condition the theory asks of it."""

    name: str
    meaning: str
    condition: str

    @property
    def symbol(self) -> sympy.Symbol:
        """The parameter as it appears in the update rules."""
        return sympy.Symbol(self.name)


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
