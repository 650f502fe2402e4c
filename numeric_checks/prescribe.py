"""The hyperparameters that a claim's own hypotheses prescribe, as the floats a run will use.

Nothing is typed again: an equation between constants gives a value, inequalities give the ends of
an admissible interval. Hyperparameters are floats, so their equations hold up to rounding only,
while every inequality must hold at the floats themselves: ``evaluate.conditions`` reports, of each
hypothesis, which of both is so.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import chain

from ..optimizers.recursions import Recursion
from ..proofs.kernel.exact import evaluate as enclose
from ..proofs.kernel.terms import App, Formula, Node, Rat, Rel, Term, Var, subterms
from ..proofs.language import Claimed
from ..proofs.render.text import Printer
from .evaluate.constants import is_satisfied
from .exact import EvaluationError
from .hypotheses import statement_of as statement_of
from .hypotheses.exactly import World
from .hypotheses.solving import Equations
from .instances import Instance, round_down
from .simulate import theory_constants

_BITS = 256
_HUGE = 2.0**200


class PrescriptionError(ValueError):
    """The hypotheses determine no value, or admit none; the message names constant and claim."""


class Pick(Enum):
    """Which value is taken where hypotheses and floats leave a choice.

    ``DOWN``, ``UP``, ``NEAREST``: the solution of an equation, rounded to a float this way.
    ``GREATEST``, ``LEAST``: the extreme float >= 0 that all hypotheses admit.
    """

    DOWN = "down"
    UP = "up"
    NEAREST = "nearest"
    GREATEST = "greatest"
    LEAST = "least"


@dataclass(frozen=True)
class Same:
    """The value of another constant: mu = theta."""

    name: str


Choice = int | Fraction | Pick | Same
Value = float | Fraction | Term


@dataclass(frozen=True)
class Prescription:
    """Values for a claim.

    Attributes:
        parameters: hyperparameters, floats.
        constants: the claim's own constants, exact: rationals, floats or closed kernel terms.
    """

    parameters: Mapping[str, float]
    constants: Mapping[str, Value]


def prescribe(
    claim: Claimed,
    recursion: Recursion,
    instance: Instance,
    steps: int,
    choices: Mapping[str, Choice] | None = None,
    given: Mapping[str, float] | None = None,
) -> Prescription:
    """Hyperparameters and constants of ``claim``, for ``steps`` iterations on ``instance``.

    In this order, as long as anything is unknown: the numbers in ``choices``; the solution of an
    equation with one unknown, which must be affine in it; extremes; the values of the claim's
    witness, for those of its constants that nothing else determines. Whether all hypotheses then
    hold is for ``evaluate.conditions`` to say.

    Args:
        claim: whose hypotheses prescribe.
        recursion: its parameters are the hyperparameters.
        instance: L, Delta, sigma, the start and d are its own.
        steps: K.
        choices: numbers, or which value is taken; equations are rounded to nearest by default.
        given: hyperparameters that are known already.

    Raises:
        PrescriptionError: a choice names no constant of the claim, or no float is admissible.
    """
    return _Prescriber(claim, recursion, instance, steps, choices or {}, given or {}).run()


class _Prescriber:
    def __init__(
        self,
        claim: Claimed,
        recursion: Recursion,
        instance: Instance,
        steps: int,
        choices: Mapping[str, Choice],
        given: Mapping[str, float],
    ) -> None:
        self.claim, self.choices = claim, choices
        self.parameters = {p.name for p in recursion.parameters}
        self.statement = statement_of(claim, recursion=recursion)
        self.free: set[str] = set()
        for relation in (*self.statement.relations, self.statement.conclusion):
            self.free |= self._names(relation) - self.parameters
        unknown = sorted(set(choices) - self.parameters - self.free)
        if unknown:
            raise PrescriptionError(f"{claim.label} has no constant {', '.join(unknown)}")
        self.values: dict[str, Value] = dict(given)
        base = {**theory_constants(instance), "x1": instance.start(1)}
        self.world = World(base, steps, instance.dimension, self.statement.unfold)
        for name, value in given.items():
            self.world.values[name] = _exact(value)
        self.relations = [r for r in self.statement.relations if self._constant(r)]
        self.equations = Equations(self.relations, self.free | self.parameters)
        self.equated = set(chain.from_iterable(map(self._names, self.equations.equations)))

    def run(self) -> Prescription:
        # An equation may wait for an extreme, s = c/h for the least h >= sigma_s: what it will
        # determine must not be taken from the witness.
        sources: tuple[Callable[[], bool], ...] = (
            self._numbers,
            self._equations,
            self._extremes,
            lambda: self._witness(self.free - self.equated),
            lambda: self._extremes(partly=True),
            lambda: self._witness(self.free),
        )
        while any(source() for source in sources):
            pass
        missing = sorted(self.choices.keys() - self.values.keys())
        if missing:
            raise PrescriptionError(f"{self.claim.label} does not determine {', '.join(missing)}")
        found = self.values.items()
        return Prescription(
            {n: v for n, v in found if n in self.parameters and isinstance(v, float)},
            {n: v for n, v in found if n in self.free},
        )

    def _names(self, node: Node) -> set[str]:
        """The hyperparameters and the claim's own constants that occur."""
        return {
            n.name
            for n, _ in subterms(node)
            if isinstance(n, Var) or (isinstance(n, App) and n.name in self.parameters)
        }

    def _unknown(self, node: Node) -> set[str]:
        return self._names(node) - self.values.keys()

    def _take(self, name: str, value: Value) -> bool:
        self.values[name], self.world.values[name] = value, _exact(value)
        return True

    # --- numbers -----------------------------------------------------------------------------

    def _numbers(self) -> bool:
        for name, choice in self.choices.items():
            if name in self.values or isinstance(choice, Pick):
                continue
            if not isinstance(choice, Same):
                return self._take(name, self._rounded(name, Rat(Fraction(choice))))
            if choice.name in self.values:
                return self._take(name, self.values[choice.name])
        return False

    def _witness(self, names: set[str]) -> bool:
        point, _ = self.claim.witness_point()
        witness = {at.name: value for at, value in point.items() if isinstance(at, Var)}
        for name in sorted(names - self.values.keys() - self.choices.keys()):
            if name in witness:
                return self._take(name, witness[name])
        return False

    # --- equations ---------------------------------------------------------------------------

    def _equations(self) -> bool:
        found = self.equations.next(self.world)
        return found is not None and self._take(found[0], self._rounded(*found))

    def _rounded(self, name: str, value: Term) -> Value:
        if name not in self.parameters:
            return value.value if isinstance(value, Rat) else value
        low, high = enclose(value, {}, bits=_BITS)
        if low <= 0 <= high:
            return 0.0  # 1 - s where s = 1: no rounding
        choice = self.choices.get(name)
        if choice is Pick.DOWN:
            return round_down(low)
        if choice is Pick.UP:
            return -round_down(-high)
        return float((low + high) / 2)

    # --- inequalities ------------------------------------------------------------------------

    def _admits(self, relation: Rel, name: str, value: float) -> bool:
        trial = {name: Fraction(value)}
        left, right = (self.world.closed(side, trial) for side in (relation.left, relation.right))
        return is_satisfied(Rel(left, relation.op, right), self.world, self.statement)

    def _extremes(self, partly: bool = False) -> bool:
        """Extremes, once every inequality about them is known; ``partly``: some of them."""
        for name, choice in self.choices.items():
            if name in self.values or choice not in (Pick.GREATEST, Pick.LEAST):
                continue
            about = [r for r in self.relations if r.op != "=" and name in self._names(r)]
            known = [r for r in about if self._unknown(r) == {name}]
            if known and (partly or known == about):
                return self._take(name, self._extreme(name, known, choice is Pick.GREATEST))
        return False

    def _constant(self, relation: Formula) -> bool:
        """Does a relation speak of constants alone?"""
        applied = (n for n, _ in subterms(relation) if isinstance(n, App) and n.args)
        return all(self._defined(n) for n in applied)

    def _defined(self, app: App) -> bool:
        try:
            self.world.closed(app)
        except EvaluationError:
            return False
        return True

    def _extreme(self, name: str, relations: list[Rel], greatest: bool) -> float:
        """Bisection over the floats >= 0: each relation bounds ``name`` on one side.

        The lower side is tried at a small number and not at 0, where 1/0 = 0.
        """
        far = _HUGE if greatest else 1 / _HUGE
        bounding = [r for r in relations if not self._admits(r, name, far)]
        inside, outside = _bits(0.0 if greatest else _HUGE), _bits(far)
        while bounding and abs(outside - inside) > 1:
            middle = (inside + outside) // 2
            admitted = all(self._admits(r, name, _float(middle)) for r in bounding)
            inside, outside = (middle, outside) if admitted else (inside, middle)
        if greatest and not bounding:
            raise PrescriptionError(f"{self.claim.label} bounds {name} nowhere")
        value = _float(inside) if bounding else 0.0
        for relation in relations:
            if not self._admits(relation, name, value):
                shown = Printer(self.claim.theory.kernel()).show(relation)
                raise PrescriptionError(
                    f"{self.claim.label} admits no {name}: not {shown} at {value:.6g}"
                )
        return value


def _exact(value: Value) -> Fraction | Term:
    return value if isinstance(value, Term) else Fraction(value)


def _bits(value: float) -> int:
    """The place of a float >= 0 among the floats >= 0."""
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


def _float(bits: int) -> float:
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])
