"""How an author declares the finite model of a theory: a scenario tree and equations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sympy
from sympy.core.function import AppliedUndef

from ..kernel import terms as K
from ..kernel.errors import KernelError
from ..kernel.theory import Definition, Symbol
from ..kernel.theory import Theory as KernelTheory
from ..models import (
    ClosedForm,
    Interpretation,
    Looked,
    ModelError,
    NoiseOutcome,
    Report,
    check_model,
    look,
    realised,
)
from .door import Meaning, Scope
from .symbols import DoorError, Process

if TYPE_CHECKING:
    from .theory import Claimed, Theory


@dataclass(frozen=True)
class Outcome:
    """One outcome of each step: its probability, and the noise it brings.

    ``noise``: for each noise process ``xi``, the values of ``xi[k, 1]``, ``xi[k, 2]``, ... The
    probability and the values are numbers, or expressions in what is known before step k.
    """

    probability: Any
    noise: Mapping[Process, Sequence[Any]]


@dataclass(frozen=True)
class ScenarioTree:
    """A finite model of a theory, in which all its axioms are to hold exactly.

    ``steps``: the depth of the tree; ``step``: the index name ``k`` in what is given by steps.
    ``sizes``: integers for the index constants. ``values``: for a constant an expression, for a
    process of one index the sequence of its values at 1, 2, ...; a process that the theory does
    not have becomes a table of the model's own. ``functions``: closed forms of functions of points,
    such as ``{f(y): Sum(y_i^2, ...)}``. ``equations``: ``(left, right, index ranges)`` for what
    else the theory does not define, such as the start and the oracle. ``outcomes``: those of each
    step. ``satisfies``: claims of the theory whose hypotheses must hold in the model as well, each
    with values for its own variables and index names (its witness gives those that are missing).
    At integers where nothing is said, and nothing defined, a symbol is 0.

    A random walk with fair steps, and what is wrong with bounding it by 1:

    >>> from ratecert.proofs.language import *
    >>> from ratecert.proofs.language.symbols import Process
    >>> walk = Theory("walk")
    >>> (K,), (k,) = walk.index_constants("K"), walk.indices("k")
    >>> c, w, coin = walk.process("c", 1), walk.process("w", 1), Process("coin")
    >>> walk.define("w.0", w[0], 0, kind="recursion")
    >>> walk.define("w", w[k], w[k - 1] + c[k], [within(k, 1, K)], kind="recursion")
    >>> walk.assume("fair", (E(c[k], given=k - 1), "==", 0), [within(k, 1, K)])
    >>> walk.assume("near", (w[k], "<=", 1), [within(k, 1, K)])
    >>> half = Rational(1, 2)
    >>> walk.model(ScenarioTree(
    ...     steps=2, step=k, sizes={K: 2}, equations=[(c[k], coin[k, 1], [within(k, 1, K)])],
    ...     outcomes=[Outcome(half, {coin: (1,)}), Outcome(half, {coin: (-1,)})],
    ... ))
    >>> walk.consistency().detail
    'near fails at k = 2, after the outcomes 1, 1: 2 <= 1 is false'
    """

    steps: int
    step: sympy.Symbol
    sizes: Mapping[sympy.Symbol, int]
    values: Mapping[Any, Any] = field(default_factory=dict)
    functions: Mapping[Any, Any] = field(default_factory=dict)
    equations: Sequence[tuple[Any, Any, Iterable[Any]]] = ()
    outcomes: Sequence[Outcome] = ()
    satisfies: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)

    def extended(self, **changes: Any) -> ScenarioTree:
        """This tree with changes, for an extending theory.

        New ``sizes``, ``values`` and ``functions`` are added to these or replace them one by one;
        other fields are replaced as a whole.
        """
        for name in ("sizes", "values", "functions"):
            if name in changes:
                changes[name] = {**getattr(self, name), **changes[name]}
        return replace(self, **changes)

    def without(self, heads: frozenset[str]) -> ScenarioTree:
        """This tree without what it says of the symbols named, which a theory defines."""
        values = {key: v for key, v in self.values.items() if _head(key) not in heads}
        equations = tuple(e for e in self.equations if _head(e[0]) not in heads)
        return replace(self, values=values, equations=equations)

    def interpretation(self, theory: Theory) -> Interpretation:
        """What the models room takes; raises ``DoorError`` or ``ModelError``."""
        return _Reader(theory, self).interpretation()


def _head(key: Any) -> str:
    """The symbol that a key of ``values`` or the left side of an equation is about."""
    if isinstance(key, Process | sympy.Symbol):
        return key.name
    if isinstance(key, AppliedUndef):
        name = key.func.__name__
        return _head(key.args[0]) if name == "coord" else str(name)
    return ""


class _Reader:
    """One declaration, read through the door."""

    def __init__(self, theory: Theory, tree: ScenarioTree) -> None:
        self.core, self.tree = theory.kernel(), tree
        known = {s.name for s in self.core.symbols}
        own = [key for key in tree.values if isinstance(key, Process) and key.name not in known]
        self.tables = tuple(Symbol(p.name, ("index",)) for p in own)
        self.noise = tuple(dict.fromkeys(p.name for o in tree.outcomes for p in o.noise))
        noise = tuple(Symbol(n, ("index", "index"), adapted=(0, 0)) for n in self.noise)
        try:
            words = KernelTheory(
                theory.name, (*self.core.symbols, *self.tables, *noise), self.core.index_constants
            )
        except KernelError as error:
            raise ModelError(str(error)) from error
        names: dict[str, Meaning] = dict(theory.scope().names)
        names[tree.step.name] = "index"
        self.scope = Scope(words, names)

    def interpretation(self) -> Interpretation:
        tree = self.tree
        equations = [d for key, value in tree.values.items() for d in self._value(key, value)]
        equations += [
            self._definition(f"given.{_head(left)}.eq{n}", left, right, given)
            for n, (left, right, given) in enumerate(tree.equations, 1)
        ]
        return Interpretation(
            tree.steps,
            tree.step.name,
            {str(name): size for name, size in tree.sizes.items()},
            tuple(self._closed_form(left, right) for left, right in tree.functions.items()),
            tuple(equations),
            self.tables,
            self.noise,
            tuple(self._outcome(outcome) for outcome in tree.outcomes),
        )

    def _value(self, key: Any, value: Any) -> Iterable[Definition]:
        if not isinstance(key, Process):
            yield self._definition(f"given.{_head(key)}", key, value, ())
            return
        if not isinstance(value, Sequence):
            raise DoorError(f"{key.name} has a sequence of values, at 1, 2, ...: {value!r}")
        for n, entry in enumerate(value, 1):
            yield self._definition(f"given.{key.name}.{n}", key[n], entry, ())

    def _definition(self, name: str, left: Any, right: Any, given: Iterable[Any]) -> Definition:
        app, ranges = self.scope.term(left), self.scope.hypotheses(given)
        if not isinstance(app, K.App):
            raise DoorError(f"the model gives values to symbols, not to {left}")
        conditions = tuple(r for r in ranges if isinstance(r, K.Le))
        if len(conditions) < len(ranges):
            raise DoorError(f"an equation of the model has index ranges only: {left}")
        return Definition(name, "abbreviation", app, conditions, self.scope.term(right))

    def _closed_form(self, left: Any, right: Any) -> ClosedForm:
        if not isinstance(left, AppliedUndef):
            raise DoorError(f"a closed form is of a function such as f(y), not of {left}")
        sorts = self.scope.theory.symbol(left.func.__name__).args
        names: dict[str, Meaning] = {}
        for sort, argument in zip(sorts, left.args, strict=False):
            if not isinstance(argument, sympy.Symbol):
                raise DoorError(f"an argument of a closed form is a plain symbol: {left}")
            names[argument.name] = (
                "index" if sort == "index"
                else K.PointVar(argument.name, "any") if sort == "point"
                else K.Var(argument.name, "any")
            )  # fmt: skip
        scope = self.scope.extended(names)
        app = scope.term(left)
        if not isinstance(app, K.App):
            raise DoorError(f"a closed form is of a function, not of {left}")
        return ClosedForm(app, scope.term(right))

    def _outcome(self, outcome: Outcome) -> NoiseOutcome:
        return NoiseOutcome(
            self.scope.term(outcome.probability),
            {p.name: tuple(self.scope.term(v) for v in row) for p, row in outcome.noise.items()},
        )


# --- the check --------------------------------------------------------------------------------


def inherited(theory: Theory) -> ScenarioTree | None:
    """The model of the one parent that has one.

    What it gives a symbol that ``theory``, and not the parent, defines, is left out.
    """
    found = [(parent, parent.tree) for parent in theory.parents]
    trees = [(parent, tree) for parent, tree in found if tree is not None]
    if len(trees) != 1:
        return None
    ((parent, tree),) = trees
    before = parent.kernel().definitions
    return tree.without(frozenset(d.head for d in theory.kernel().definitions if d not in before))


def _nobody_looked(axioms: int) -> str:
    many = "axiom" if axioms == 1 else "axioms"
    return (
        f"none is declared for the {axioms} {many}, so nobody has looked whether "
        f"{'it' if axioms == 1 else 'they'} can hold (theory.model, docs/guides.md)"
    )


def consistency(theory: Theory) -> Report:
    """Evaluate the axioms of ``theory`` in its model; never raises for a model that is wrong."""
    tree = theory.tree
    if tree is None:
        axioms = len(theory.kernel().axioms)
        return Report("none", _nobody_looked(axioms) if axioms else "", {})
    try:
        report = axioms_in_model(theory, tree)
        if report.verdict == "holds":
            report = _with_hypotheses(theory, report, tree.satisfies)
    except (DoorError, ModelError, KernelError) as error:
        report = Report("error", str(error), {})
    if report.verdict != "holds" and theory.own_tree is None:  # then nobody said it fits
        return report.failed("none", f"the one inherited does not fit: {report.detail}")
    return report


def axioms_in_model(theory: Theory, tree: ScenarioTree) -> Report:
    """Evaluate the axioms of ``theory``; worked out once for its declarations and its model."""
    key = theory.kernel(), tree
    if theory.in_model is None or theory.in_model[0] != key:
        theory.in_model = key, check_model(theory.kernel(), _read(tree, theory))
    return theory.in_model[1]


def look_into_model(
    theory: Theory, claimed: Claimed | None, hypotheses: Iterable[K.Formula], goal: K.Rel
) -> Looked:
    """Is ``goal`` false in the model of ``theory``, where the axioms and the hypotheses hold?

    The variables and index names of ``claimed`` take the values that its witness and the model
    (``satisfies``, for this claim or for another) give them. Never raises for a model that is
    wrong; it then finds nothing.
    """
    given, tree = tuple(hypotheses), theory.tree
    if tree is None or any(isinstance(h, K.All) for h in given):
        return Looked()  # a hypothesis of an induction is not decided by evaluation
    own = tree.satisfies.get(claimed.id) if claimed is not None else None
    for at in ({}, *tree.satisfies.values()) if own is None else (own,):
        values: dict[K.Term, Fraction] = {}
        indices: dict[str, int] = {}
        try:
            if claimed is not None:
                chosen = replace(claimed, witness={**claimed.witness, **at})
                values, indices = chosen.witness_point()
            report = axioms_in_model(theory, tree)
        except (DoorError, ModelError, KernelError):
            continue
        numbers = {t: v for t, v in values.items() if isinstance(t, K.Var)}
        found = look(report, given, goal, numbers, indices)
        if found.false or found.held:
            return found
    return Looked()


def _read(tree: ScenarioTree, theory: Theory) -> Interpretation:
    try:
        return tree.interpretation(theory)
    except (DoorError, ModelError, KernelError):
        raise
    except Exception as error:  # what an author wrote may be wrong in any way
        raise ModelError(f"{type(error).__name__}: {error}") from error


def _with_hypotheses(
    theory: Theory, report: Report, required: Mapping[str, Mapping[Any, Any]]
) -> Report:
    """The report, with the claims whose hypotheses hold in the model as well."""
    if theory.own_tree is None:  # the claims that an inherited model names are the parent's
        required = {}
    wrong = {
        name: unmet(claim, report, required.get(name, {})) for name, claim in theory.claims.items()
    }
    report = replace(report, hypotheses=tuple(name for name, why in wrong.items() if not why))
    for name in required:
        why = wrong.get(name, "there is no such claim")
        if why:
            return report.failed("fails", f"the hypotheses of {name} in the model: {why}")
    if required:
        also = f"{report.detail}, with the hypotheses of {', '.join(required)}"
        report = replace(report, detail=also)
    return report


def unmet(claim: Claimed, report: Report, at: Mapping[Any, Any] = MappingProxyType({})) -> str:
    """Which hypothesis of ``claim`` fails in the model, and where; empty if none does.

    ``at``, then the claim's witness, give its own variables and index names a value; the model
    gives all else.
    """
    try:
        values, indices = replace(claim, witness={**claim.witness, **at}).witness_point()
        variables = {t: v for t, v in values.items() if isinstance(t, K.Var)}
        return realised(report, claim.hypotheses(), variables, indices)
    except (DoorError, KernelError) as error:
        return str(error)
