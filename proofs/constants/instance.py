"""A claim at given d, K, L, Delta and sigma_s: its own equations give the rest.

Nothing is typed again. An equation among the hypotheses with a constant on its left gives that
constant its value (eta, theta, eps, h, s); inequalities give ranges (beta, lam, gamma, mu). A value
given for a constant that an equation determines is compared with it and never put in its place. All
hypotheses are then decided at the values, and so are the definitions and domains of hyperparameters
(mu = theta for NAdamW, lam = 0 for Adam, 0 <= theta < 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from ...optimizers.recursions import RECURSIONS
from ..kernel import terms as k
from ..language import Claimed
from ..render.text import Printer
from .admissible import Limit, Range, admissible, limit
from .atoms import name_of, occurs
from .values import Point, UnvaluedError, Value, enclose, verdict

INDICES = ("d", "K")
DATA = ("L", "Delta", "sigma_s", "xmax")
"""What is given, beside d and K; ``xmax`` is the largest coordinate of the start."""
FREE = ("mu", "beta", "lam")
"""Hyperparameters that hypotheses bound; in this order, as each may occur in the bounds of the
next."""
USUAL_BETA = Fraction(999, 1000)
"""What common libraries take; the admissible value nearest to it is proposed."""
NEARLY = Fraction(1, 2**40)
"""A number given for what an equation determines is that number rounded, up to this difference,
relative to the terms: hyperparameters are floats and meet no equation exactly."""
START = k.App("xmax", (k.Ix("d"),))
"""``xmax`` in the theory."""

Origin = Literal["hypothesis", "definition", "domain"]


class BoundError(ValueError):
    """The question cannot be asked of this claim; the message names constant and claim."""


@dataclass(frozen=True)
class Check:
    """A condition on constants: a hypothesis of the claim, or what holds of them by definition."""

    formula: k.Formula
    origin: Origin


@dataclass(frozen=True)
class Violation:
    """A condition that does not hold at the values given, or that is not decided there.

    Attributes:
        check: the condition.
        decided: False if no precision tells whether it holds.
        name: the constant it is put down to; ``value`` is its value, if it has one.
        range: what the conditions admit for that constant, the others as they are.
        nearest: the admissible decimal nearest to the value, if there is one.
    """

    check: Check
    decided: bool
    name: str
    value: k.Term | None
    range: Range | None
    nearest: Fraction | None


@dataclass
class Instance:
    """A claim at given values.

    Args:
        claim: a rate; its constants besides the data must follow from its hypotheses.
        given: d, K, L, Delta, sigma_s; beyond these any hyperparameter, and ``xmax`` (0 if not
            given: all coordinates of the start are 0).

    Raises:
        BoundError: a value is given for what does not occur, or a constant stays open.
    """

    claim: Claimed
    given: Mapping[str, Value]
    point: Point = field(init=False)
    violations: list[Violation] = field(init=False, default_factory=list)
    prescribed: dict[str, k.Term] = field(init=False, default_factory=dict)
    """The values that equations give."""
    ranges: dict[str, Range] = field(init=False, default_factory=dict)
    """What is admitted for hyperparameters that inequalities bound."""

    def __post_init__(self) -> None:
        theory = self.claim.theory.kernel()
        self.checks = checks(self.claim)
        self.atoms = atoms_of(self.claim)
        unknown = sorted(self.given.keys() - self.atoms.keys() - set(theory.index_constants))
        if unknown:
            raise BoundError(f"{self.claim.label} has no constant {', '.join(unknown)}")
        data = {n: v for n, v in self.given.items() if n in (*INDICES, *DATA)}
        if "xmax" in self.atoms:
            data.setdefault("xmax", 0)
        self.point = Point.of(self.claim, {self.atoms.get(n, n): v for n, v in data.items()})
        early = [c for c in self.checks if self._is_about(c, {*INDICES, *DATA})]
        self._decide(early)
        if not self.violations:
            self._solve()
            self._decide([c for c in self.checks if c not in early])

    # --- solving ------------------------------------------------------------------------------

    def _solve(self) -> None:
        for check in self.checks:
            relation = check.formula
            if not isinstance(relation, k.Rel) or relation.op != "=":
                continue
            name = _name(relation.left)
            known = name is None or self.point.knows(self.atoms[name])
            if name is not None and not known and not occurs(relation.left, relation.right):
                self.prescribed[name] = relation.right
                self._take(name, relation.right)
        for name in self.atoms:
            if isinstance(self.atoms[name], k.Var) and not self.point.knows(self.atoms[name]):
                self._take(name, self._greatest(name))
        for name in FREE:
            if name in self.atoms and name not in self.prescribed:
                self.ranges[name] = self._range(name)
                self._take(name, self._chosen(name))

    def _take(self, name: str, value: Value) -> None:
        if name in self.atoms:
            self.point = self.point.with_values({self.atoms[name]: value})

    def _range(self, name: str) -> Range:
        """Of data, by what is asked of data alone."""
        of_data = name in DATA
        about = [
            c.formula for c in self.checks if not of_data or self._is_about(c, {*INDICES, *DATA})
        ]
        return admissible(about, self.atoms[name], self.point)

    def _greatest(self, name: str) -> k.Term:
        """The upper end of what is admitted: a greater floor gamma makes a smaller bound."""
        end = self._range(name).high
        if end is None or end.strict:
            raise BoundError(
                f"{self.claim.label} leaves {name} open: no bound follows from the data alone"
            )
        return end.term

    def _chosen(self, name: str) -> Value:
        if name in self.given:
            return self.given[name]
        found = self.ranges[name]
        if name == "mu":
            return self._greatest(name)
        if name == "beta":
            near = found.nearest(USUAL_BETA)
            if near is None and found.high is not None:
                return found.high.term  # the two ends are equal, and no decimal
            return USUAL_BETA if near is None else near
        most = found.down_from_high()
        return most if "xmax" in self.given and most is not None else Fraction(0)

    # --- deciding -----------------------------------------------------------------------------

    def _is_about(self, check: Check, names: set[str]) -> bool:
        inside = {n for n, atom in self.atoms.items() if occurs(atom, check.formula)}
        return inside | set(k.free_indices(check.formula)) <= names

    def _decide(self, decided: list[Check]) -> None:
        for check in decided:
            name = self._equated(check.formula)
            if name is not None:
                holds: bool | None = name not in self.given or self._is_near(name)
            elif any(n in self.given for n in self._own(check)):
                holds = self._at_given(check)
            else:
                holds = verdict(check.formula, self.point)
            if holds is not True:
                self.violations.append(self._violation(check, holds is False))

    def _equated(self, formula: k.Formula) -> str | None:
        """The constant that has its value from this equation."""
        if not isinstance(formula, k.Rel):
            return None
        name = _name(formula.left)
        return name if name and formula.right is self.prescribed.get(name) else None

    def _own(self, check: Check) -> list[str]:
        """The prescribed constants of a domain."""
        inside = (n for n in self.prescribed if occurs(self.atoms[n], check.formula))
        return list(inside) if check.origin == "domain" else []

    def _at_given(self, check: Check) -> bool | None:
        own: dict[str | k.Term, Value] = {
            self.atoms[n]: self.given[n] for n in self._own(check) if n in self.given
        }
        return verdict(check.formula, self.point.with_values(own))

    def _is_near(self, name: str) -> bool:
        """Is the number given for a prescribed constant its value, rounded?"""
        given = self.point.with_values({self.atoms[name]: self.given[name]})
        value = enclose(self.atoms[name], given, 20)
        term = self.prescribed[name]
        parts = term.terms if isinstance(term, k.Add) else (term,)
        size = sum(abs(enclose(part, self.point, 20)[1]) for part in parts)
        low, high = enclose(term, self.point, 20)
        return max(abs(high - value[0]), abs(value[1] - low)) <= NEARLY * size

    def _violation(self, check: Check, decided: bool) -> Violation:
        if isinstance(check.formula, k.Le):
            (name, *_) = k.free_indices(check.formula)
            least = k.rat(check.formula.left.offset - check.formula.right.offset)
            ends = Range(Limit("low", least), None, self.point)
            number = k.rat(self.point.indices[name])
            return Violation(check, decided, name, number, ends, least.value)
        here = [n for n, atom in self.atoms.items() if occurs(atom, check.formula)]
        given = [n for n in here if n in self.given]
        chosen = [n for n in given if n not in DATA]
        for name in (*sorted(chosen, key=_blamed, reverse=True), *given, *here):
            atom = self.atoms[name]
            if not isinstance(check.formula, k.Rel) or not limit(check.formula, atom, self.point):
                continue
            ends = self._range(name)
            value = self.given.get(name, self.point.value(atom))
            term = value if isinstance(value, k.Term) else k.rat(Fraction(value or 0))
            nearest = None
            if isinstance(term, k.Rat):
                nearest = ends.nearest(term.value)
            return Violation(check, decided, name, term, ends, nearest)
        return Violation(check, decided, here[0] if here else "", None, None, None)

    # --- reading ------------------------------------------------------------------------------

    @property
    def holds(self) -> bool:
        """Do all hypotheses hold?"""
        return not self.violations

    @property
    def right(self) -> k.Term:
        """The right side of the conclusion: the bound."""
        return conclusion(self.claim).right

    def show(self, node: k.Node) -> str:
        """Text for a term or formula."""
        return Printer(self.claim.theory.kernel()).show(node)


# --- what a claim speaks of ---------------------------------------------------------------------


def conclusion(claim: Claimed) -> k.Rel:
    """The conclusion of a rate, ``average <= bound``.

    Raises:
        BoundError: it is no such relation, or the bound speaks of what is no constant.
    """
    found = claim.statement()
    if not isinstance(found, k.Rel) or found.op != "<=" or _processes(found.right):
        raise BoundError(f"{claim.label} is no rate: its right side is no closed form of constants")
    return found


@lru_cache(maxsize=256)
def checks(claim: Claimed) -> tuple[Check, ...]:
    """Hypotheses, then what the theory makes of hyperparameters, then their domains.

    Raises:
        BoundError: a hypothesis is not about constants.
    """
    return tuple(_checks(claim))


def _checks(claim: Claimed) -> Iterator[Check]:
    theory = claim.theory.kernel()
    hypotheses = claim.hypotheses()
    for hypothesis in hypotheses:
        if isinstance(hypothesis, k.Rel | k.Le) and not _processes(hypothesis):
            yield Check(hypothesis, "hypothesis")
        else:
            raise BoundError(f"{claim.label} has a hypothesis that is not about constants")
    for definition in theory.definitions:
        if not definition.left.args and not _processes(definition.right):
            yield Check(k.Rel(definition.left, "=", definition.right), "definition")
    symbols = {s.name for s in theory.symbols}
    for name, condition in _domains().items():
        if name in symbols:
            yield from (Check(c, "domain") for c in _chain(condition, name))
    yield Check(k.Rel(k.rat(0), "<=", k.App("sigma_s", ())), "domain")
    if any(occurs(START, hypothesis) for hypothesis in hypotheses):
        yield Check(k.Rel(k.rat(0), "<=", START), "domain")


def _domains() -> dict[str, str]:
    return {p.name: p.condition for r in RECURSIONS.values() for p in r.parameters if p.condition}


def _chain(condition: str, name: str) -> Iterator[k.Rel]:
    """``0 <= theta < 1`` as two relations."""
    words = condition.split()
    ends = [k.App(name, ()) if w == name else k.rat(Fraction(w)) for w in words[::2]]
    for left, op, right in zip(ends, words[1::2], ends[1:], strict=False):
        if op.startswith(">"):
            left, right, op = right, left, op.replace(">", "<")
        yield k.Rel(left, "<=" if op == "<=" else "<", right)


@lru_cache(maxsize=256)
def atoms_of(claim: Claimed) -> Mapping[str, k.Term]:
    """The constants that the claim and its conditions speak of, by name; ``xmax``: the start."""
    found: dict[str, k.Term] = {}
    formulas = [*(c.formula for c in checks(claim)), conclusion(claim).right]
    for formula in formulas:
        for node, _ in k.subterms(formula):
            name = _name(node)
            if name is not None and isinstance(node, k.Term):
                found.setdefault(name, node)
    return MappingProxyType(found)


def _blamed(name: str) -> int:
    """Of several constants that were chosen, a failure is put down to that with the most."""
    return FREE.index(name) if name in FREE else -1


def _name(node: k.Node) -> str | None:
    if node is START:
        return "xmax"
    return name_of(node) or None


def _processes(node: k.Node) -> bool:
    """Does it speak of anything but constants?"""
    return any(
        isinstance(inner, k.E | k.CE | k.Sum | k.PointApp | k.PointVar)
        or (isinstance(inner, k.App) and inner.args and inner is not START)
        for inner, _ in k.subterms(node)
    )


__all__ = [
    "DATA",
    "FREE",
    "INDICES",
    "BoundError",
    "Check",
    "Instance",
    "UnvaluedError",
    "Violation",
    "atoms_of",
    "checks",
    "conclusion",
]
