"""The claim that a scenario speaks of: its statement, its recursion, and what it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from ...optimizers.recursions import Recursion
from ...proofs.kernel.errors import KernelError
from ...proofs.kernel.terms import (
    CE,
    App,
    E,
    Fin,
    Formula,
    Node,
    PointApp,
    Rel,
    Term,
    subterms,
    variables,
)
from ...proofs.kernel.theory import Axiom
from ...proofs.language import Claimed, DoorError
from ...proofs.language.loader import load
from ...proofs.render.text import Printer
from ...proofs.theorems import SHIPPED
from ..evaluate import Statement
from ..exact import EvaluationError
from ..hypotheses import statement_of
from .convexity import FOR_ALL_POINTS, convexity
from .scenario import ScenarioError

AXIOMS = ("A0", "A1", "A2", "A3")
_GIVEN = frozenset({"f", "grad", "g", "x", "sigma", "L", "fstar"})
"""What a scenario gives a value to, beside what the recursion assigns."""


@dataclass(frozen=True, eq=False)
class Stated:
    """A claim, ready to be examined.

    Attributes:
        claim: as its theory states it.
        statement: the kernel's statement; by default the claim's own.
        recursion: the one that its theory speaks of, if any.
    """

    claim: Claimed
    statement: Statement
    recursion: Recursion | None

    @property
    def symbols(self) -> frozenset[str]:
        """Every symbol that conclusion and hypotheses lead to, definitions unfolded."""
        return self._reached[0]

    @property
    def is_pathwise(self) -> bool:
        """Does it hold no expectation, definitions unfolded? Then it speaks of each path alone."""
        return not self._reached[1]

    @cached_property
    def _reached(self) -> tuple[frozenset[str], bool]:
        """The names reached, and is there an expectation? By definitions, whatever the indices."""
        definitions = self.claim.theory.kernel().definitions
        waiting: list[Node] = [self.statement.conclusion, *self.statement.hypotheses]
        names: set[str] = set()
        random = False
        while waiting:
            for node, _ in subterms(waiting.pop()):
                random = random or isinstance(node, E | CE)
                if isinstance(node, App | PointApp) and node.name not in names:
                    names.add(node.name)
                    waiting += [d.right for d in definitions if d.head == node.name]
        return frozenset(names), random

    @cached_property
    def own_axioms(self) -> tuple[Axiom, ...]:
        """The theory's axioms other than A0 to A3 that speak of the world of the statement."""
        given = _GIVEN if self.recursion is not None and self.symbols & _GIVEN else frozenset()
        about = self.symbols - {"coord"} | given
        return tuple(
            axiom
            for axiom in self.claim.theory.kernel().axioms
            if not isinstance(axiom.conclusion, Fin)
            and (axiom.hypotheses, axiom.conclusion) not in _standard_axioms()
            and axiom.name not in self.of_convexity & {*FOR_ALL_POINTS}
            and about & _applied((*axiom.hypotheses, axiom.conclusion))
        )

    @property
    def of_convexity(self) -> frozenset[str]:
        """Which axioms of convex optimization its theory has."""
        return convexity(self.claim.theory.kernel())

    def is_of_steps(self, axiom: Axiom) -> bool:
        """Does an axiom speak of what the steps of the recursion make? Without any it is empty."""
        targets = (
            {u.target for u in self.recursion.updates} if self.recursion is not None else set()
        )
        made = (targets | {"g"}) - {"x"}
        return bool(made & _applied((*axiom.hypotheses, axiom.conclusion)))

    def of_axiom(self, axiom: Axiom) -> Stated:
        """An axiom in the place of the statement.

        Raises:
            ScenarioError: it speaks of all points or of all numbers, which no evaluation decides.
        """
        formulas = (*axiom.hypotheses, axiom.conclusion)
        if not isinstance(axiom.conclusion, Rel) or any(variables(f) for f in formulas):
            raise ScenarioError("claim", f"the axiom {axiom.name} cannot be decided in a scenario")
        statement = Statement(axiom.name, axiom.conclusion, axiom.hypotheses, self.statement.unfold)
        return replace(self, statement=statement)

    def definition(self, app: App) -> Term | None:
        """What ``app`` abbreviates, if that is neither of the recursion nor by recursion."""
        if app.name == "coord" or app.name in self._recorded:
            return None
        unfolded = self.statement.unfold(app)
        if unfolded is None:
            return None
        right, conditions = unfolded
        recursive = any(isinstance(n, App) and n.name == app.name for n, _ in subterms(right))
        return None if conditions or recursive else right

    @cached_property
    def _recorded(self) -> frozenset[str]:
        """The names that the recursion gives values to."""
        if self.recursion is None:
            return frozenset()
        parameters = {p.name for p in self.recursion.parameters}
        return frozenset(parameters | {u.target for u in self.recursion.updates})

    def shown(self, formula: Formula) -> str:
        """A formula as ``show`` prints it."""
        return Printer(self.claim.theory.kernel()).show(formula)

    def dropped(self, without: Collection[str | int]) -> tuple[frozenset[str], frozenset[Formula]]:
        """The axioms and the hypotheses that ``without`` names.

        Args:
            without: names of axioms; hypotheses by their number (from 1), or as they are printed.

        Raises:
            ScenarioError: one of them is neither.
        """
        listed = self.claim.hypotheses()
        texts = {self.shown(h): h for h in (*listed, *self.statement.hypotheses)}
        texts |= {str(n): h for n, h in enumerate(listed, 1)}
        convex = self.of_convexity & {*FOR_ALL_POINTS}
        names = (*AXIOMS, *sorted(convex), *(axiom.name for axiom in self.own_axioms))
        axioms = frozenset(name for name in without if name in names)
        unknown = [name for name in without if name not in names and str(name) not in texts]
        if unknown:
            known = "; ".join(f"{n}: {self.shown(h)}" for n, h in enumerate(listed, 1))
            raise ScenarioError("without", f"{unknown[0]!r} is none of {', '.join(names)}; {known}")
        chosen = (str(name) for name in without if name not in names)
        return frozenset(str(a) for a in axioms), frozenset(texts[name] for name in chosen)


def _applied(formulas: Iterable[Formula]) -> frozenset[str]:
    """The symbols that occur."""
    nodes = (n for f in formulas for n, _ in subterms(f) if isinstance(n, App | PointApp))
    return frozenset(n.name for n in nodes)


@lru_cache(maxsize=1)
def _standard_axioms() -> frozenset[tuple[tuple[Formula, ...], Formula]]:
    """A0 to A3 as the library states them, whatever the theory; formulas are unique objects."""
    (theory,) = load("sgd")
    return frozenset((a.hypotheses, a.conclusion) for a in theory.kernel().axioms)


@lru_cache(maxsize=512)
def stated(label: str) -> Stated:
    """The shipped claim of that label.

    No file is ever loaded, whatever the label looks like: a scenario may come from anywhere.

    Raises:
        ScenarioError: there is none, or it is no relation between terms.
    """
    theory, _, name = label.partition(".")
    if theory not in SHIPPED:
        raise ScenarioError("claim", f"{label!r}: the shipped theories are {', '.join(SHIPPED)}")
    for found in load(theory):
        if name in found.claims:
            return stated_claim(found.claims[name])
    raise ScenarioError("claim", f"{theory} has no claim {name[:80]!r}: see `ratecert check`")


def stated_claim(claim: Claimed, statement: Statement | None = None) -> Stated:
    """A claim of any theory, or ``statement`` in its place (a planted constant, say).

    Raises:
        ScenarioError: it is no relation between terms.
    """
    theory, recursion = claim.theory.kernel(), claim.theory.recursion
    defined = sorted((_GIVEN - {"x"}) & {d.head for d in theory.definitions})
    if defined:
        raise ScenarioError(
            "claim", f"{claim.theory.name} defines {defined[0]}, which a scenario gives a value to"
        )
    try:
        return Stated(claim, statement or statement_of(claim, recursion=recursion), recursion)
    except (EvaluationError, KernelError, DoorError) as error:
        raise ScenarioError("claim", f"{claim.label} cannot be examined: {error}") from error
