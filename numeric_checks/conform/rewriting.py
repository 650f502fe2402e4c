"""Small changes of a recursion: the vocabulary in which ``differences`` are declared.

Every function returns a new recursion. A *reader* of a name is an update whose right-hand side
has it. Which updates a change reaches is decided here, once, so that changes compose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy

from ...optimizers.recursions import Parameter, Recursion, Slot, Update, previous


def targets(recursion: Recursion) -> set[str]:
    """What the recursion assigns."""
    return {update.target for update in recursion.updates}


def parameters(recursion: Recursion) -> set[str]:
    """The names of its hyperparameters."""
    return {parameter.name for parameter in recursion.parameters}


def value(recursion: Recursion, target: str) -> sympy.Expr:
    """The right-hand side of the update of ``target``."""
    return next(update.value for update in recursion.updates if update.target == target)


def assign(recursion: Recursion, target: str, right: sympy.Expr) -> Recursion:
    """``target := right`` in the place of its update."""
    changed = (Update(target, right) if u.target == target else u for u in recursion.updates)
    return replace(recursion, updates=tuple(changed))


def everywhere(recursion: Recursion, values: Mapping[sympy.Expr, sympy.Expr]) -> Recursion:
    """Every right-hand side with ``values`` put in, at once."""
    changed = (Update(u.target, u.value.xreplace(dict(values))) for u in recursion.updates)
    return replace(recursion, updates=tuple(changed))


def read_instead(recursion: Recursion, name: str, expression: sympy.Expr) -> Recursion:
    """Every reader of ``name`` reads ``expression``; the update of ``name`` itself stays."""
    changed = (
        u
        if u.target == name
        else Update(u.target, u.value.xreplace({sympy.Symbol(name): expression}))
        for u in recursion.updates
    )
    return replace(recursion, updates=tuple(changed))


def derive(
    recursion: Recursion, name: str, update: Update, slots: tuple[Slot, ...] = ()
) -> Recursion:
    """``update`` put after that of ``name``, whose readers read its target instead."""
    instead, updates = {sympy.Symbol(name): sympy.Symbol(update.target)}, []
    for u in recursion.updates:
        if u.target == name:
            updates += [u, update]
        else:
            updates.append(Update(u.target, u.value.xreplace(instead)))
    return replace(recursion, slots=(*recursion.slots, *slots), updates=tuple(updates))


def remember(recursion: Recursion, slot: Slot, update: sympy.Expr) -> Recursion:
    """One more slot, updated before everything else; nothing if it is there already."""
    if slot in recursion.slots:
        return recursion
    return replace(
        recursion,
        slots=(*recursion.slots, slot),
        updates=(Update(slot.name, update), *recursion.updates),
    )


def start_at(recursion: Recursion, name: str, initial: int) -> Recursion:
    """The slot ``name`` with another value before the first step."""
    slots = (replace(s, initial=initial) if s.name == name else s for s in recursion.slots)
    return replace(recursion, slots=tuple(slots))


def with_parameter(recursion: Recursion, parameter: Parameter) -> Recursion:
    """One more hyperparameter; nothing if one of that name is there already."""
    if parameter.name in parameters(recursion):
        return recursion
    return replace(recursion, parameters=(*recursion.parameters, parameter))


def power_of(recursion: Recursion, name: str) -> tuple[Recursion, sympy.Symbol]:
    """A slot that holds the k-th power of the parameter ``name``, and its symbol."""
    slot = Slot(f"{name}^k", f"the k-th power of {name}", initial=1)
    update = sympy.Symbol(name) * previous(slot.name)
    return remember(recursion, slot, update), sympy.Symbol(slot.name)


def shown(update: Update) -> str:
    """An assignment with its times: ``D[k] = sqrt(eps + v[k])``.

    >>> x, m, v = sympy.symbols("x m v")
    >>> shown(Update("x", x - m / sympy.sqrt(v + previous("v"))))
    'x[k+1] = -m[k]/sqrt(v[k-1] + v[k]) + x[k]'
    """
    names = {}
    for symbol in update.value.free_symbols:
        name = str(symbol.name)
        base, _, before = name.partition(".")
        if before:
            names[symbol] = sympy.Symbol(f"{base}[k-1]")
        elif name in _TIMED:
            names[symbol] = sympy.Symbol(f"{name}[k]")
    left = "x[k+1]" if update.target == "x" else f"{update.target}[k]"
    return f"{left} = {update.value.xreplace(names)}"


_TIMED = frozenset("xgmvnDw")
