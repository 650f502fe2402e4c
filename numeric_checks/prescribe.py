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
from functools import lru_cache
from types import MappingProxyType

from flint import fmpq

from ..optimizers.recursions import Recursion
from ..proofs.kernel.exact import evaluate as enclose
from ..proofs.kernel.terms import (
    App,
    Formula,
    IxVal,
    Node,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
    add,
    div,
    mul,
    neg,
    rat,
    sub,
    subterms,
    transform,
)
from ..proofs.kernel.theory import Theory as KernelTheory
from ..proofs.language import Claimed
from ..proofs.render.text import Printer
from .evaluate import Statement, theory_unfolding
from .evaluate.constants import ConstantEnvironment, is_satisfied
from .exact import (
    EvaluationError,
    NoEnvironment,
    Unfold,
    exact_term,
    sign,
    working_precision,
)
from .instances import Instance, round_down
from .simulate import Run, constant, theory_constants

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
_NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True)
class Prescription:
    """Values for a claim.

    Attributes:
        parameters: hyperparameters, floats.
        constants: the claim's own constants, exact: rationals, floats or closed kernel terms.
    """

    parameters: Mapping[str, float]
    constants: Mapping[str, Value]


@lru_cache(maxsize=16)
def _unfolding(theory: KernelTheory) -> Unfold:
    return theory_unfolding(theory)


def statement_of(
    claim: Claimed, values: Mapping[str, Value] | None = None, recursion: Recursion | None = None
) -> Statement:
    """The kernel's statement of a claim, ready for evaluation.

    Args:
        claim: of any theory.
        values: of the claim's own constants.
        recursion: where the theory defines one of its hyperparameters (mu = theta for NAdamW), the
            definition becomes a hypothesis: a run has a value of its own, which is not unfolded.

    Raises:
        EvaluationError: the claim is no relation.
    """
    theory, conclusion = claim.theory.kernel(), claim.statement()
    if not isinstance(conclusion, Rel):
        raise EvaluationError(f"{claim.label} claims no relation: {conclusion}")
    names = {p.name for p in recursion.parameters} if recursion is not None else set()
    defined = (Rel(d.left, "=", d.right) for d in theory.definitions if d.left.name in names)
    hypotheses = (*claim.hypotheses(), *defined)
    return Statement(claim.id, conclusion, hypotheses, _unfolding(theory), dict(values or {}))


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
        self._rationals: dict[Term, Fraction] = {}
        self.base = {n: constant(v, n) for n, v in theory_constants(instance).items()}
        self.blank = Run(
            first=1,
            last=steps,
            indices=MappingProxyType({"K": steps, "d": instance.dimension}),
            constants=self.base,
            points={},
            processes={},
            at_points={},
            seeds=(0,),
            instances=(0,),
            replicates=False,
            start=instance.start(1),
        )
        self.relations = [r for r in self.statement.relations if self._constant(r)]
        equations = (r for r in self.relations if r.op == "=")
        self.equated = {name for equation in equations for name in self._names(equation)}

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
        self.values[name] = value
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
        # Definitions come first: where theta is given and rounded, s is what defines it, and not
        # what solves theta = 1 - s.
        for solve in (self._definition, self._solution):
            for relation in self.relations:
                unknown = self._unknown(relation)
                if relation.op == "=" and len(unknown) == 1:
                    (name,) = unknown
                    value = solve(relation, name)
                    if value is not None:
                        return self._take(name, self._rounded(name, value))
        return False

    def _definition(self, equation: Rel, name: str) -> Term | None:
        """The other side, where one side of an equation is ``name`` itself."""
        sides = equation.left, equation.right
        for here, there in (sides, sides[::-1]):
            if isinstance(here, Var | App) and here.name == name and name not in self._names(there):
                return self._closed(there)
        return None

    def _solution(self, equation: Rel, name: str) -> Term | None:
        """The solution of an equation that is affine in ``name``."""
        gap = sub(equation.right, equation.left)
        at = [self._closed(gap, {name: Fraction(value)}) for value in range(3)]
        bend = add(at[0], mul(rat(-2), at[1]), at[2])
        with working_precision(_BITS):
            affine = sign(exact_term(bend, NoEnvironment())) in (0, None)
        return div(neg(at[0]), sub(at[1], at[0])) if affine else None

    def _closed(self, term: Term, trial: Mapping[str, Value] = _NOTHING) -> Term:
        """``term`` with the values of all constants, and those of ``trial``, put in."""
        values = {**self.values, **trial}

        def visit(node: Node, depth: int) -> Node | None:
            if depth or not isinstance(node, Term):
                return None
            if isinstance(node, Var | App) and node.name in values:
                known = values[node.name]
                return known if isinstance(known, Term) else Rat(Fraction(known))
            if isinstance(node, App) and not node.args and node.name in self.base:
                (exact,) = self.base[node.name].exact
                return exact if isinstance(exact, Term) else Rat(exact)
            if isinstance(node, App | IxVal | Sum):
                return Rat(self._rational(node))
            return None

        return transform(term, visit)

    def _rational(self, term: Term) -> Fraction:
        """The value of something that depends on the instance alone, such as ||x^1||_inf."""
        if term not in self._rationals:
            environment = ConstantEnvironment(self.blank, 0, self.statement)
            number = exact_term(term, environment, {}, self.statement.unfold)
            if not isinstance(number, fmpq):
                raise PrescriptionError(f"{self.claim.label}: {term} is no rational number")
            self._rationals[term] = Fraction(int(number.p), int(number.q))
        return self._rationals[term]

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
        trial = {name: value}
        left, right = (self._closed(side, trial) for side in (relation.left, relation.right))
        environment = ConstantEnvironment(self.blank, 0, self.statement)
        return is_satisfied(Rel(left, relation.op, right), environment, self.statement)

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
            self._rational(app)
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


def _bits(value: float) -> int:
    """The place of a float >= 0 among the floats >= 0."""
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


def _float(bits: int) -> float:
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])
