"""The claim that a scenario speaks of: its statement, its recursion, and what it is about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ...optimizers.recursions import NADAMW, SGD, Recursion
from ...proofs.kernel.errors import KernelError
from ...proofs.kernel.terms import CE, App, E, Formula, Node, PointApp, Term, subterms
from ...proofs.language import Claimed, DoorError, Theory
from ...proofs.language.loader import LoadError
from ...proofs.language.loader import statement as find_claim
from ...proofs.render.text import Printer
from ...proofs.theorems import SHIPPED
from ..evaluate import Statement
from ..exact import EvaluationError
from ..prescribe import statement_of
from .scenario import ScenarioError

AXIOMS = ("A0", "A1", "A2", "A3")
_RECURSIONS = (NADAMW, SGD)


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
        """Every name that conclusion and hypotheses lead to, definitions unfolded."""
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
                name = getattr(node, "name", None)
                if isinstance(name, str) and name not in names:
                    names.add(name)
                    if isinstance(node, App | PointApp):
                        waiting += [d.right for d in definitions if d.head == name]
        return frozenset(names), random

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
        texts = {self.shown(h): h for h in self.statement.hypotheses}
        texts |= {str(n): h for n, h in enumerate(listed, 1)}
        axioms = frozenset(name for name in without if name in AXIOMS)
        unknown = [name for name in without if name not in AXIOMS and str(name) not in texts]
        if unknown:
            known = "; ".join(f"{n}: {self.shown(h)}" for n, h in enumerate(listed, 1))
            raise ScenarioError(
                "without", f"{unknown[0]!r} is none of {', '.join(AXIOMS)}; {known}"
            )
        chosen = (str(name) for name in without if name not in AXIOMS)
        return frozenset(str(a) for a in axioms), frozenset(texts[name] for name in chosen)


@lru_cache(maxsize=512)
def stated(label: str) -> Stated:
    """The shipped claim of that label.

    No file is ever loaded, whatever the label looks like: a scenario may come from anywhere.

    Raises:
        ScenarioError: there is none, or it is no relation between terms.
    """
    if label.partition(".")[0] not in SHIPPED:
        raise ScenarioError("claim", f"{label!r}: the shipped theories are {', '.join(SHIPPED)}")
    try:
        return stated_claim(find_claim(label))
    except LoadError as error:
        raise ScenarioError("claim", str(error)) from error


def stated_claim(claim: Claimed, statement: Statement | None = None) -> Stated:
    """A claim of any theory, or ``statement`` in its place (a planted constant, say).

    Raises:
        ScenarioError: it is no relation between terms.
    """
    recursion = recursion_of(claim.theory)
    try:
        return Stated(claim, statement or statement_of(claim, recursion=recursion), recursion)
    except (EvaluationError, KernelError, DoorError) as error:
        raise ScenarioError("claim", f"{claim.label} cannot be examined: {error}") from error


def recursion_of(theory: Theory) -> Recursion | None:
    """The recursion whose names and parameters the theory has."""
    names = {symbol.name for symbol in theory.kernel().symbols}
    for recursion in _RECURSIONS:
        wanted = {p.name for p in recursion.parameters} | {u.target for u in recursion.updates}
        if wanted | {"x", "g"} <= names:
            return recursion
    return None
