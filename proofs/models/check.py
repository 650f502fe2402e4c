"""Do the axioms of a theory hold in a model of it? And the hypotheses of its claims, with them?

Three ways, for each instance of an axiom's index names within the ranges its hypotheses give:

* an integrability axiom holds, since the probability space is finite;
* an axiom over finitely many indices is evaluated on every scenario;
* an axiom that speaks of all points, of all real numbers or of unboundedly many indices is put to
  the finders, closed forms in and sums written out: a theorem without axioms, or a counterexample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Literal

from .. import finders
from ..kernel.claims import Claim, publish
from ..kernel.errors import KernelError
from ..kernel.indices import substitute_indices
from ..kernel.judgment import Theorem
from ..kernel.rules import assume
from ..kernel.terms import (
    App,
    Fin,
    Formula,
    Ix,
    Le,
    Node,
    PointApp,
    PointVar,
    Rel,
    Term,
    Var,
    free_indices,
    subterms,
    variables,
)
from ..kernel.theory import Axiom, Definition, Theory
from .errors import ModelError, Undecided, UndefinedError
from .evaluation import Env
from .interpretation import Interpretation, Translation, sums_expanded
from .model import Model, build
from .numbers import compared, shown
from .tree import node as place

MAX_INSTANCES = 10_000
Verdict = Literal["holds", "fails", "undecided", "error", "none"]
Decided = Literal["holds", "fails", "undecided"]


@dataclass(frozen=True)
class AxiomResult:
    """An axiom in the model: ``how`` says what was done, or where and how it fails."""

    name: str
    verdict: Decided
    how: str
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Report:
    """What became of a theory's model.

    ``holds``: all axioms do. ``fails``: one is false. ``undecided``: one is neither shown nor
    refuted. ``error``: what was declared is no model. ``none``: nothing was declared.
    ``claims``: kernel theorems it rests on, to be replayed. ``hypotheses``: the claims whose
    hypotheses hold in the model too.
    """

    verdict: Verdict
    detail: str
    sizes: Mapping[str, int]
    scenarios: int = 0
    axioms: tuple[AxiomResult, ...] = ()
    definitions: int = 0
    hypotheses: tuple[str, ...] = ()
    model: Model | None = None
    translation: Translation | None = None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The kernel theorems by which axioms hold for all points."""
        return tuple(claim for axiom in self.axioms for claim in axiom.claims)

    @property
    def failing(self) -> tuple[str, ...]:
        """The axioms that are not seen to hold, and where."""
        return tuple(f"{a.name} {a.verdict}: {a.how}" for a in self.axioms if a.verdict != "holds")

    def failed(self, verdict: Verdict, detail: str) -> Report:
        """The same report with a finding."""
        return replace(self, verdict=verdict, detail=detail)


def check_model(theory: Theory, interpretation: Interpretation) -> Report:
    """Build the model and look at every axiom; never raises for one that is wrong."""
    sizes = dict(interpretation.sizes)
    try:
        translation = Translation(theory, interpretation)
        model = build(translation)
        definitions = _definitions(model, translation)
    except (ModelError, KernelError) as error:
        return Report("error", str(error), sizes)
    except RecursionError:
        return Report("error", "the definitions are nested too deeply", sizes)
    results = tuple(_axiom(model, translation, axiom) for axiom in theory.axioms)
    report = Report("holds", "", sizes, len(model.tree.paths), results, definitions,
                    model=model, translation=translation)  # fmt: skip
    for verdict in ("fails", "undecided"):
        wrong = [r for r in results if r.verdict == verdict]
        if wrong:
            return report.failed(wrong[0].verdict, "; ".join(r.how for r in wrong))
    shown_sizes = ", ".join(f"{name} = {n}" for name, n in sizes.items())
    detail = (f"{shown_sizes}{', ' * bool(sizes)}{report.scenarios} scenarios: "
              f"{len(results)} axioms and {definitions} definitions hold exactly")  # fmt: skip
    return replace(report, detail=detail)


def realised(
    report: Report, formulas: Iterable[Formula], values: Mapping[Var, Fraction], indices: Env
) -> str:
    """Where a formula fails in the model; empty if all of them hold on every scenario.

    ``values``: numbers for the variables; ``indices``: integers for the free index names.
    """
    if report.model is None or report.translation is None:
        return "there is no model"
    model = report.model.at(values)
    for formula in formulas:
        try:
            read = report.translation.node(formula)
            found = _first(model, (), read, indices)
        except ModelError as error:
            found = str(error)
        except RecursionError:
            found = "it is nested too deeply"
        if found:
            return found
    return ""


# --- one axiom --------------------------------------------------------------------------------


def _axiom(model: Model, translation: Translation, axiom: Axiom) -> AxiomResult:
    if isinstance(axiom.conclusion, Fin):
        return AxiomResult(axiom.name, "holds", "the probability space is finite")
    count, claims = 0, list[Claim]()
    try:
        hypotheses = tuple(translation.node(h) for h in axiom.hypotheses)
        conclusion = translation.node(axiom.conclusion)
        schematic = any(variables(f) for f in (*hypotheses, conclusion))
        for indices, free in instances((*hypotheses, conclusion)):
            count += 1
            at = {name: Ix(None, n) for name, n in indices.items()}
            given = tuple(substitute_indices(h, at) for h in hypotheses)
            goal = substitute_indices(conclusion, at)
            if schematic or free:
                claim = _proved(model.theory, axiom.name, given, goal, len(claims))
                claims += [claim] if isinstance(claim, Claim) else []
                trouble = "" if isinstance(claim, Claim) else f"{_where(indices)}{claim}"
            else:
                trouble = _first(model, given, goal, {})
                trouble = f"{_where(indices)}{trouble}" if trouble else ""
            if trouble:
                return AxiomResult(axiom.name, "fails", f"{axiom.name} fails {trouble}")
    except UndefinedError as error:
        return AxiomResult(axiom.name, "fails", f"{axiom.name} is undefined: {error}")
    except (ModelError, KernelError) as error:
        return AxiomResult(axiom.name, "undecided", f"{axiom.name} is undecided: {error}")
    except RecursionError:
        says = f"{axiom.name} is undecided: it is nested too deeply"
        return AxiomResult(axiom.name, "undecided", says)
    how = f"evaluated at {count} instances, {len(model.tree.paths)} scenarios"
    if claims:
        how = "proved from the closed forms"
    elif not count:
        how = "no index is in its range"
    return AxiomResult(axiom.name, "holds", how, tuple(claims))


def _first(model: Model, hypotheses: Sequence[Formula], conclusion: Formula, env: Env) -> str:
    """The first scenario at which the conclusion fails; empty if there is none.

    Raises ``Undecided`` if that is not known.
    """
    premises = model.premises(hypotheses, env)
    if not any(p is not False for p in premises):
        return ""
    if not isinstance(conclusion, Rel):
        return "" if all(model.truth(conclusion, env)) else f"{conclusion} is false"
    left, right = model.value(conclusion.left, env), model.value(conclusion.right, env)
    for scenario, premise in enumerate(premises):
        known = compared(left[scenario], conclusion.op, right[scenario])
        if premise is False or known is True:
            continue
        at = place(model.tree.node_of(scenario, left, right))
        values = f"{shown(left[scenario])} {conclusion.op} {shown(right[scenario])}"
        if premise is None or known is None:
            raise Undecided(f"{at}: is {values}?")
        return f"{at}: {values} is false"
    return ""


def _where(indices: Mapping[str, int]) -> str:
    listed = ", ".join(f"{name} = {n}" for name, n in sorted(indices.items()))
    return f"at {listed}, " if listed else ""


def _proved(
    theory: Theory, name: str, hypotheses: tuple[Formula, ...], conclusion: Formula, number: int
) -> Claim | str:
    """A claim of the model's theory, or a counterexample; raises ``Undecided``."""
    goal = sums_expanded(conclusion)
    if not isinstance(goal, Rel):
        raise Undecided(f"only relations are put to the finders, not {goal}")
    given = tuple(sums_expanded(h) for h in hypotheses)
    facts = tuple(assume(theory, h) for h in given if not isinstance(h, Le))
    ambient = tuple(h for h in given if isinstance(h, Le))
    unfold = tuple((d.name, ()) for d in _beneath(theory, (goal, *given)))
    found = finders.prove(theory, goal, facts, ambient=ambient, unfold=unfold)
    if isinstance(found, Theorem):
        if found.conclusion != goal or not found.hypotheses <= {*given}:
            raise Undecided(f"what was found is another theorem: {found}")
        return _published(found, name, number)
    if isinstance(found, finders.Counterexample) and all(_is_free(t) for t in found.abstracted):
        return f"for some points: {found.text}"
    if isinstance(found, finders.Counterexample):
        raise Undecided(f"read as a statement about numbers it is {found.text}")
    raise Undecided(found.text)


def _published(theorem: Theorem, name: str, number: int) -> Claim:
    """The theorem as a claim, its hypotheses satisfied at a point with all variables equal."""
    label = f"model.{name.replace(chr(39), '-')}" + (f"--{number + 1}" if number else "")
    formulas = (*theorem.hypotheses, theorem.conclusion)
    free = frozenset[Var | PointVar]().union(*(variables(f) for f in formulas))
    names = frozenset[str]().union(*(free_indices(f) for f in formulas))
    for value in (1, 0, -1, 2):
        values: dict[Term, Fraction] = {v: Fraction(value) for v in free if isinstance(v, Var)}
        try:
            return publish(theorem, label, f"{name} in the model", "lemma", (),
                           (values, dict.fromkeys(names, value)))  # fmt: skip
        except KernelError as error:
            trouble = error
    raise Undecided(f"its theorem is not accepted: {trouble}")


def _is_free(term: Term) -> bool:
    """May the term take any value: a coordinate of a point variable, at a number?"""
    if isinstance(term, App) and term.name == "coord":
        return isinstance(term.args[0], PointVar)
    return isinstance(term, Var)


def _beneath(theory: Theory, formulas: Sequence[Formula]) -> list[Definition]:
    """The definitions that the formulas lead to."""
    waiting, found = list(theory.definitions), list[Definition]()
    names = _symbols(formulas)
    while new := [d for d in waiting if d.head in names]:
        found += new
        waiting = [d for d in waiting if d not in new]
        names |= _symbols(d.right for d in new)
    return found


def _symbols(nodes: Iterable[Node]) -> set[str]:
    return {n.name for node in nodes for n, _ in subterms(node) if isinstance(n, App | PointApp)}


# --- indices ----------------------------------------------------------------------------------


def _definitions(model: Model, translation: Translation) -> int:
    """Compute everything the theory defines over finite ranges; the number of definitions."""
    for definition in translation.source.definitions:
        read = tuple(translation.node(r) for r in definition.ranges)
        left = translation.node(definition.left)
        for indices, free in instances((*read, Rel(left, "=", left))):
            if not free and all(all(model.truth(r, indices)) for r in read):
                try:
                    model.value(left, indices)
                except Undecided:  # its equation holds by construction, whatever the number is
                    continue
                except UndefinedError as error:
                    where = f"the definition {definition.name} {_where(indices)}"
                    raise ModelError(f"{where.rstrip(', ')}: {error}") from error
    return len(translation.source.definitions)


def instances(formulas: tuple[Formula, ...]) -> Iterator[tuple[dict[str, int], frozenset[str]]]:
    """Values of the index names that the conditions bound, all others being free."""
    names = frozenset[str]().union(*(free_indices(f) for f in formulas))
    conditions = [f for f in formulas if isinstance(f, Le)]
    low, high = _bounds(conditions, 1), _bounds(conditions, -1)
    bounded = sorted(n for n in names if n in low and n in high)
    spans = [range(low[n], high[n] + 1) for n in bounded]
    size = 1
    for span in spans:
        size *= len(span)
    if size > MAX_INSTANCES:
        raise Undecided(f"more than {MAX_INSTANCES} instances")
    for numbers in product(*spans):
        indices = dict(zip(bounded, numbers, strict=True))
        at = {name: Ix(None, n) for name, n in indices.items()}
        if all(_possible(substitute_indices(c, at)) for c in conditions):
            yield indices, names - set(bounded)


def _possible(condition: Le) -> bool:
    same = condition.left.base == condition.right.base
    return not same or condition.left.offset <= condition.right.offset


def _bounds(conditions: Sequence[Le], sign: int) -> dict[str, int]:
    """For each index name the largest lower bound (sign 1) or least upper bound (-1) that follows.

    Bounds travel along the conditions; after as many rounds as there are conditions, what still
    moves belongs to an empty range.
    """
    found: dict[str, int] = {}
    for _ in range(len(conditions) + 1):
        for c in conditions:
            source, target = (c.left, c.right) if sign == 1 else (c.right, c.left)
            if not isinstance(target.base, str):
                continue
            if source.base is None:
                value = source.offset - target.offset
            elif isinstance(source.base, str) and source.base in found:
                value = found[source.base] + source.offset - target.offset
            else:
                continue
            if target.base not in found or sign * value > sign * found[target.base]:
                found[target.base] = value
    return found
