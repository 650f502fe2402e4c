"""What to minimise: a constant of a rate, or its bound at given data. Read off the theorem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction

from ..kernel import terms as k
from ..language import Claimed, Expr
from ..theorems.adamw.choice import noise_level
from ..theorems.adamw.parameters import C_P
from ..theorems.adamw.rate import C_1, C_2
from .floats import Array, Function, function
from .free import LARGEST
from .inputs import InputError, number
from .values import Point

CONSTANTS: Mapping[str, Expr] = {"C_1": C_1, "C_P": C_P, "C_2": C_2}
"""The constants of the bound, of which the theorem's conclusion is made."""
DATA = {"d": "d", "K": "K", "L": "L", "Delta": "Delta", "sigma": "sigma_s"}
"""What a bound is taken at, and the theorem's name for it; sigma is sigma_s."""
_SIZE = Fraction(10**30)


class ObjectiveError(ValueError):
    """Not an objective, or not a number; the message says what would be."""


def exact(text: str, what: str) -> Fraction:
    """The number written ``text``, exactly: 3, 0.125, 1e-3 or 5/3.

    Raises:
        ObjectiveError: it is none, or of absurd size.

    >>> exact("0.125", "a"), exact("5/3", "a")
    (Fraction(1, 8), Fraction(5, 3))
    """
    try:
        value = number(text)
    except InputError as error:
        raise ObjectiveError(f"{what}={error}") from None
    if value and not 1 / _SIZE <= abs(value) <= _SIZE:
        raise ObjectiveError(f"{what}: {text} is outside 1e-30 to 1e30")
    return value


@dataclass(frozen=True)
class Objective:
    """A number that depends on free parameters and C_P alone.

    ``data``: the values of K, d, L, Delta and sigma_s, for a bound.
    """

    text: str
    term: k.Term
    data: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def function(self) -> Function:
        """In floating point, of the free parameters and C_P."""
        of_all = function(self.term)
        data = {name: float(value) for name, value in self.data.items()}

        def at(values: Mapping[str, Array]) -> Array:
            return of_all({**data, **values})

        return at

    def point(self, claimed: Claimed, values: Mapping[str | k.Term, Fraction | k.Term]) -> Point:
        """The data and values of the free parameters and C_P, to evaluate ``term`` exactly."""
        known: dict[str | k.Term, Fraction | int | k.Term] = dict(self.data.items())
        known.update(values)
        return Point.of(claimed, known)


def objective(text: str, claimed: Claimed) -> Objective:
    """``C_1``, ``C_P``, ``C_2``, or ``bound at d=..,K=..,L=..,Delta=..,sigma=..``.

    In a bound, h = max(sigma_s^2, L Delta/(gamma^2 K))^{1/2}, as in every instance.

    Raises:
        ObjectiveError: it is neither, a datum is missing or unknown, or outside its range.
    """
    words = text.split(None, 2)
    scope = claimed.scope().extended({LARGEST: k.Var(LARGEST, "det")})
    if len(words) == 1 and words[0] in CONSTANTS:
        return Objective(words[0], scope.term(CONSTANTS[words[0]]))
    if words[:2] == ["bound", "at"] and len(words) == 3:
        data = _data(words[2])
        level = scope.term(noise_level[2])
        conclusion = claimed.statement()
        if not isinstance(conclusion, k.Rel):
            raise ObjectiveError(f"{claimed.label} states no bound")
        h = k.Var("h", "det")
        at_level = k.transform(conclusion.right, lambda node, _depth: level if node is h else None)
        shown = ",".join(f"{name}={data[of]}" for name, of in DATA.items())
        return Objective(f"bound at {shown}", at_level, data)
    near = get_close_matches(text.strip(), [*CONSTANTS, "bound at"], 1, 0.4)
    raise ObjectiveError(
        f"cannot minimise {text!r}{f'; did you mean {near[0]}?' if near else ''} "
        f"(choose {', '.join(CONSTANTS)}, or 'bound at d=1000,K=100000,L=1,Delta=10,sigma=1')"
    )


def _data(text: str) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        name = {"sigma_s": "sigma"}.get(name.strip(), name.strip())
        if name not in DATA or not equals:
            near = get_close_matches(name, list(DATA), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ObjectiveError(f"not a datum: {part.strip()!r}{hint} (known: {', '.join(DATA)})")
        if DATA[name] in found:
            raise ObjectiveError(f"{name} is given twice")
        found[DATA[name]] = given = exact(value, name)
        if name in ("d", "K") and (given < 1 or given.denominator != 1):
            raise ObjectiveError(f"{name}={value}: the hypothesis 1 ≤ {name} asks for an integer")
        if name in ("L", "Delta") and given <= 0:
            shown = {"Delta": "Δ"}.get(name, name)
            raise ObjectiveError(f"{name}={value}: the hypothesis 0 < {shown} fails")
        if name == "sigma" and given < 0:
            raise ObjectiveError(f"sigma={value}: σ_s = √(Σ_i σ_i²) is in [0, ∞)")
    absent = [name for name, of in DATA.items() if of not in found]
    if absent:
        raise ObjectiveError(f"a bound needs {', '.join(absent)} too")
    return found
