"""The one door through which SymPy expressions become kernel terms.

Floats, relations, booleans and functions without an exact meaning are refused with the expression
that contains them. Names are resolved against a ``Scope``; an unknown one suggests the nearest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

import sympy
from sympy.core.function import AppliedUndef

from ..kernel import terms as K
from ..kernel.theory import Theory as KernelTheory
from .symbols import (
    CoordinateMap,
    DoorError,
    Expectation,
    FiniteSum,
    Integrable,
    Root,
    Within,
    exact,
    meant,
)

Meaning = Literal["index", "constant"] | K.Var | K.PointVar


@dataclass(frozen=True)
class Scope:
    """What the names in an expression mean, and the theory they belong to."""

    theory: KernelTheory
    names: Mapping[str, Meaning] = field(default_factory=dict)

    def extended(self, more: Mapping[str, Meaning]) -> Scope:
        """This scope with more names."""
        return Scope(self.theory, {**self.names, **more})

    def meaning(self, name: str) -> Meaning:
        """What ``name`` stands for; raises ``DoorError`` with the nearest known names."""
        if name in self.names:
            return self.names[name]
        known = sorted({*self.names, *(s.name for s in self.theory.symbols)})
        near = did_you_mean(name, known)
        own = "; variables of a claim are named in for_all, for_constants, for_indices, for_points"
        raise DoorError(f"unknown name {name!r}{near or own}")

    # --- terms --------------------------------------------------------------------------------

    def term(self, expression: Any) -> K.Term:
        """The kernel term of a SymPy expression (or int, or exact ratio)."""
        if isinstance(expression, bool | float):
            raise DoorError(f"not exact: {expression!r}; write {meant(expression)}")
        whole = exact(expression)
        if _has_float(whole):
            number = min(whole.atoms(sympy.Float), key=str)
            powers = (e for e in whole.atoms(sympy.Pow) if e.exp == number)
            found = next(powers, float(number))
            inside = f" in {whole}" if whole not in (found, number) else ""
            raise DoorError(
                f"a float in an exact statement: {found}{inside}; write {meant(number)}"
            )
        return self._term(whole)

    def _term(self, e: Any) -> K.Term:
        if isinstance(e, sympy.Rational):
            return K.Rat(Fraction(int(e.p), int(e.q)))
        if isinstance(e, sympy.Symbol):
            return self._symbol(e)
        if isinstance(e, sympy.Add):
            return K.Add(tuple(self._term(a) for a in _summands(e)))
        if isinstance(e, sympy.Mul):
            return K.Mul(tuple(self._term(a) for a in _factors(e)))
        if isinstance(e, sympy.Pow):
            if not isinstance(e.exp, sympy.Rational):
                raise DoorError(
                    f"only rational exponents: {e}; for a power that depends on an index define a "
                    "process, w[k] = q*w[k-1] with w[0] = 1"
                )
            return K.Pow(self._term(e.base), Fraction(int(e.exp.p), int(e.exp.q)))
        if isinstance(e, Root):
            return K.Pow(self._term(e.args[0]), Fraction(1, int(e.args[1])))
        if isinstance(e, sympy.Abs):
            return K.Abs(self._term(e.args[0]))
        if isinstance(e, sympy.Max | sympy.Min):
            join = K.maximum if isinstance(e, sympy.Max) else K.minimum
            args = sorted(e.args, key=sympy.default_sort_key)
            result = self._term(args[0])
            for arg in args[1:]:
                result = join(result, self._term(arg))
            return result
        if isinstance(e, FiniteSum):
            return self._sum(e)
        if isinstance(e, Expectation):
            body = self._term(e.args[0])
            return K.E(body) if len(e.args) == 1 else K.CE(self.index(e.args[1]), body)
        if isinstance(e, AppliedUndef):
            return self._application(e)
        if isinstance(e, sympy.logic.boolalg.Boolean):
            raise DoorError(
                f"{e} is a relation, not a number; write relations as (left, '<=', right)"
            )
        if e in (sympy.zoo, sympy.oo, -sympy.oo, sympy.nan):
            raise DoorError(f"{e} is not a real number (a division by zero?)")
        raise DoorError(f"outside the language of exact statements: {e} ({type(e).__name__})")

    def _symbol(self, e: sympy.Symbol) -> K.Term:
        if e != sympy.Symbol(e.name):
            raise DoorError(
                f"{e} carries SymPy assumptions, by which SymPy may have rewritten the statement; "
                "use a plain symbol and write the condition as a hypothesis"
            )
        meaning = self.meaning(e.name)
        if meaning == "index":
            return K.IxVal(K.Ix(e.name))
        if meaning == "constant":
            return K.App(e.name, ())
        if isinstance(meaning, K.PointVar):
            raise DoorError(f"{e} is a point, not a number")
        if isinstance(meaning, K.Var):
            return meaning
        raise DoorError(f"{e} is not a number")

    def _sum(self, e: FiniteSum) -> K.Term:
        body, index, low, high = e.args
        if self.names.get(index.name, "index") != "index" or (
            index.name in self.theory.index_constants
        ):
            raise DoorError(f"{index} already means something; sum over another index: {e}")
        inner = self.extended({index.name: "index"})
        return K.sum_over(index.name, self.index(low), self.index(high), inner._term(body))

    def _application(self, e: AppliedUndef) -> K.Term:
        name = e.func.__name__
        symbol = self._declared(name)
        if symbol.result != "term":
            raise DoorError(f"{e} is a point, not a number")
        return K.App(name, tuple(self._argument(s, a, e) for s, a in self._pairs(symbol.args, e)))

    def _declared(self, name: str) -> Any:
        from ..kernel.errors import SortError

        try:
            return self.theory.symbol(name)
        except SortError:
            hint = did_you_mean(name, (s.name for s in self.theory.symbols))
            raise DoorError(f"{self.theory.name} declares no {name!r}{hint}") from None

    @staticmethod
    def _pairs(sorts: tuple[Any, ...], e: AppliedUndef) -> list[tuple[Any, Any]]:
        if len(sorts) != len(e.args):
            raise DoorError(f"{e.func} takes {len(sorts)} arguments: {e}")
        return list(zip(sorts, e.args, strict=True))

    def _argument(self, sort: str, arg: Any, where: Any) -> Any:
        if sort == "index":
            return self.index(arg)
        return self.point(arg) if sort == "point" else self._term(arg)

    def point(self, e: Any) -> K.Point:
        """The kernel point of an expression: ``x[k]``, a point variable, or given coordinates."""
        e = exact(e)
        if isinstance(e, sympy.Symbol):
            meaning = self.meaning(e.name)
            if isinstance(meaning, K.PointVar):
                return meaning
        if isinstance(e, CoordinateMap):
            index, body = e.args
            inner = self.extended({index.name: "index"})
            return K.point_of(index.name, inner._term(body))
        if isinstance(e, AppliedUndef):
            symbol = self._declared(e.func.__name__)
            if symbol.result == "point":
                args = (self.index(a) for _, a in self._pairs(symbol.args, e))
                return K.PointApp(symbol.name, tuple(args))
        raise DoorError(f"not a point: {e}")

    def index(self, e: Any) -> K.Ix:
        """The kernel index of ``k``, ``k + 1``, ``3``."""
        e = exact(e)
        offset, base = e.as_coeff_Add() if not e.is_Integer else (e, sympy.Integer(0))
        if offset.is_Integer and (base == 0 or isinstance(base, sympy.Symbol)):
            if base == 0:
                return K.Ix(None, int(offset))
            if self.meaning(base.name) == "index":
                return K.Ix(base.name, int(offset))
        raise DoorError(f"not an index (a name plus an integer): {e}")

    # --- formulas -----------------------------------------------------------------------------

    def relation(self, stated: Any) -> K.Rel:
        """The kernel relation of ``(left, op, right)``, op one of ``<=  <  ==  >=  >``."""
        if not (isinstance(stated, tuple) and len(stated) == 3):
            raise DoorError(f"write a relation as (left, '<=', right): {stated!r}")
        left, op, right = stated
        if op not in OPS:
            raise DoorError(f"unknown relation {op!r}; use one of {' '.join(OPS)}")
        a, b = self.term(left), self.term(right)
        return K.Rel(b, OPS[op][0], a) if OPS[op][1] else K.Rel(a, OPS[op][0], b)

    def statement(self, stated: Any) -> K.Rel | K.Fin:
        """The kernel formula of a claim: a relation, or that a term is integrable."""
        if isinstance(stated, Integrable):
            return K.Fin(self.term(stated.body), stated.exponent)
        return self.relation(stated)

    def hypotheses(self, given: Iterable[Any]) -> tuple[K.Formula, ...]:
        """Kernel formulas of relations and index ranges, in order."""
        found: list[K.Formula] = []
        for stated in given:
            if isinstance(stated, Within):
                index = self.index(stated.index)
                found.append(K.Le(self.index(stated.low), index))
                if stated.high is not None:
                    found.append(K.Le(index, self.index(stated.high)))
            elif isinstance(stated, K.Formula):
                found.append(stated)
            else:
                found.append(self.relation(stated))
        return tuple(found)


OPS: dict[str, tuple[K.Op, bool]] = {
    "<=": ("<=", False),
    "<": ("<", False),
    "==": ("=", False),
    ">=": ("<=", True),
    ">": ("<", True),
}
"""The author's relations: the kernel's, and whether the sides are exchanged."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest known names, as the end of a message; empty if none is near."""
    near = get_close_matches(name, sorted(set(known)), 3)
    return f"; did you mean {', '.join(near)}?" if near else ""


@lru_cache(maxsize=10_000)
def _has_float(e: sympy.Basic) -> bool:
    return isinstance(e, sympy.Float) or any(_has_float(a) for a in e.args)


@lru_cache(maxsize=10_000)
def _summands(e: sympy.Add) -> list[Any]:
    """In SymPy's order, but 1 - x, not -x + 1."""
    return sorted(e.as_ordered_terms(), key=_is_negative)


@lru_cache(maxsize=10_000)
def _factors(e: sympy.Mul) -> list[Any]:
    return list(e.as_ordered_factors())


def _is_negative(e: Any) -> bool:
    return bool(e.as_coeff_Mul()[0].is_negative)
