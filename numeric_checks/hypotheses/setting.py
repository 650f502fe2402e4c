"""What a claim's hypotheses say of constants, told apart from what they say of anything else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from ...optimizers.recursions import Parameter, Recursion
from ...proofs.kernel.terms import (
    CE,
    App,
    E,
    Formula,
    Ix,
    Le,
    Node,
    PointApp,
    PointVar,
    Rat,
    Rel,
    Term,
    Var,
    free_indices,
    subterms,
)
from ...proofs.kernel.theory import Theory as KernelTheory
from ...proofs.language import Claimed
from ...proofs.render.text import Printer
from ..evaluate import Statement, theory_unfolding
from ..exact import EvaluationError, Unfold

_START = ("x", (Ix(None, 1),))
BASE = frozenset({"L", "Delta", "fstar", "sigma_s"})
"""What a world gives, beside K, d, the start x^1 and sigma, and no hypothesis chooses."""


class NamingError(ValueError):
    """Nothing, or more than one thing, is named so; the message lists what is."""


@lru_cache(maxsize=16)
def _unfolding(theory: KernelTheory) -> Unfold:
    return theory_unfolding(theory)


def statement_of(
    claim: Claimed,
    values: Mapping[str, Fraction | Term | float] | None = None,
    recursion: Recursion | None = None,
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
    hypotheses = (*claim.hypotheses(), *_defined(theory, recursion))
    return Statement(claim.id, conclusion, hypotheses, _unfolding(theory), dict(values or {}))


def _defined(theory: KernelTheory, recursion: Recursion | None) -> tuple[Rel, ...]:
    """The theory's definitions of parameters of the recursion."""
    names = {p.name for p in recursion.parameters} if recursion is not None else set()
    return tuple(Rel(d.left, "=", d.right) for d in theory.definitions if d.left.name in names)


@dataclass(frozen=True)
class Setting:
    """The hypotheses of a claim, sorted by what they speak of.

    Attributes:
        claim: whose hypotheses.
        nodes: the constants that are to be chosen, as they stand in formulas, by name: scalar
            variables of any level, parameters of the recursion, and the theory's other constants
            that no axiom settles.
        equations: between constants, at least one of which is to be chosen.
        inequalities: likewise.
        about_base: relations between what the world gives.
        indices: conditions on K and d.
        others: about processes, points or free indices; not for constants to satisfy.
        added: of the inequalities, those that the recursion asks and no hypothesis.
        unfold: the theory's definitions.
    """

    claim: Claimed
    nodes: Mapping[str, Var | App]
    equations: tuple[Rel, ...]
    inequalities: tuple[Rel, ...]
    about_base: tuple[Rel, ...]
    indices: tuple[Le, ...]
    others: tuple[Formula, ...]
    added: frozenset[Formula]
    unfold: Unfold


def setting_of(
    claim: Claimed, recursion: Recursion | None = None, without: Collection[Formula] = ()
) -> Setting:
    """Sort the hypotheses of ``claim``, leaving out those in ``without``.

    A parameter of the recursion is given the recursion's own condition (such as ``eta > 0``) where
    neither hypotheses nor conclusion name it, or where what is left out names it; but for what is
    left out itself. Relations are put in canonical order: that in which an author wrote them means
    nothing.

    Raises:
        NamingError: ``without`` has a formula that is no hypothesis.
    """
    theory, conclusion = claim.theory.kernel(), claim.statement()
    formulas = dict.fromkeys((*claim.hypotheses(), *_defined(theory, recursion)))
    for dropped in without:
        if dropped not in formulas:
            shown = Printer(theory).show(dropped)
            raise NamingError(f"{claim.label} has no hypothesis {shown}")
        del formulas[dropped]
    nodes = _nodes(theory, recursion, (*claim.hypotheses(), *formulas, conclusion))
    mentioned = {n for f in (*formulas, conclusion) for n in names_in(f, nodes)}
    loose = {n for f in without for n in names_in(f, nodes)}
    added = [
        condition
        for parameter in (recursion.parameters if recursion is not None else ())
        if parameter.name not in mentioned or parameter.name in loose
        for condition in _condition(parameter)
        if condition not in formulas and condition not in without
    ]
    formulas |= dict.fromkeys(added)
    sorts: dict[str, list[Formula]] = {sort: [] for sort in ("=", "<", "base", "index", "other")}
    unfold = _unfolding(theory)
    for formula in sorted(formulas, key=lambda f: f.key):
        sorts[_sort(formula, nodes, unfold)].append(formula)
    relations = {
        sort: tuple(f for f in found if isinstance(f, Rel)) for sort, found in sorts.items()
    }
    return Setting(
        claim=claim,
        nodes=nodes,
        equations=relations["="],
        inequalities=relations["<"],
        about_base=relations["base"],
        indices=tuple(f for f in sorts["index"] if isinstance(f, Le)),
        others=tuple(sorts["other"]),
        added=frozenset(added),
        unfold=unfold,
    )


def _nodes(
    theory: KernelTheory, recursion: Recursion | None, formulas: Collection[Formula]
) -> dict[str, Var | App]:
    settled = BASE | {d.left.name for d in theory.definitions}
    for axiom in theory.axioms:
        settled |= {n.name for n, _ in subterms(axiom.conclusion) if isinstance(n, App)}
    found: dict[str, Var | App] = {}
    for formula in formulas:
        for node, _ in subterms(formula):
            constant = isinstance(node, App) and not node.args and node.name not in settled
            if isinstance(node, Var | App) and (constant or isinstance(node, Var)):
                found[node.name] = node
    if recursion is not None:
        found |= {p.name: App(p.name, ()) for p in recursion.parameters}
    return {name: found[name] for name in sorted(found)}


def names_in(node: Node, nodes: Mapping[str, Var | App]) -> frozenset[str]:
    """The constants to be chosen that occur in a term or formula."""
    return frozenset(
        n.name for n, _ in subterms(node) if isinstance(n, Var | App) and nodes.get(n.name) is n
    )


def _sort(formula: Formula, nodes: Mapping[str, Var | App], unfold: Unfold) -> str:
    """``=``, ``<``, ``base``, ``index`` or ``other``."""
    if free_indices(formula) - {"K", "d"}:
        return "other"
    if isinstance(formula, Le):
        return "index"
    if not isinstance(formula, Rel) or not _constant(formula, unfold):
        return "other"
    if not names_in(formula, nodes):
        return "base"
    return "=" if formula.op == "=" else "<"


def _constant(relation: Rel, unfold: Unfold) -> bool:
    """Does it speak of constants alone? Of points, only the start x^1 is one."""
    unfolded: set[str] = set()
    pending: list[Node] = [relation]
    while pending:
        for node, _ in subterms(pending.pop()):
            if isinstance(node, E | CE | PointVar):
                return False
            if isinstance(node, PointApp) and (node.name, node.args) != _START:
                return False
            if not isinstance(node, App) or not node.args or node.name in ("coord", "sigma"):
                continue
            if node.name not in unfolded:  # a definition by recursion names itself again
                unfolded.add(node.name)
                definition = unfold(node)
                if definition is None:
                    return False
                pending.append(definition[0])
    return True


def _condition(parameter: Parameter) -> tuple[Rel, ...]:
    """The recursion's condition, such as ``0 <= theta < 1``, as relations."""
    words = parameter.condition.split()
    sides = [
        App(parameter.name, ()) if w == parameter.name else Rat(Fraction(w)) for w in words[::2]
    ]
    relations = []
    for op, (left, right) in zip(words[1::2], pairwise(sides), strict=True):
        low, high = (left, right) if op[0] == "<" else (right, left)
        relations.append(Rel(low, "<" if len(op) == 1 else "<=", high))
    return tuple(relations)


# --- naming -----------------------------------------------------------------------------------


def listed(claim: Claimed) -> tuple[tuple[Formula, str], ...]:
    """The hypotheses as their author wrote them, with their text; they are numbered from 1."""
    printer = Printer(claim.theory.kernel())
    return tuple((h, printer.show(h)) for h in claim.hypotheses())


def named(claim: Claimed, text: str) -> Formula:
    """The hypothesis that ``text`` names: its number (from 1), or what ``show`` prints for it.

    Blanks do not matter, and ``<=`` may be written for the sign.

    Raises:
        NamingError: there is none; the message has the nearest, or all with their numbers.
    """
    known = listed(claim)
    if text.strip().isdecimal():
        number = int(text)
        if 1 <= number <= len(known):
            return known[number - 1][0]
    wanted = _plain(text)
    for formula, shown in known:
        if _plain(shown) == wanted:
            return formula
    near = get_close_matches(wanted, [_plain(shown) for _, shown in known], 1, 0.6)
    numbered = [f"{n}. {shown}" for n, (_, shown) in enumerate(known, 1)]
    hint = [n for n, (_, shown) in zip(numbered, known, strict=True) if _plain(shown) in near]
    if hint:
        raise NamingError(f"{claim.label} has no hypothesis {text!r}; did you mean {hint[0]}?")
    raise NamingError(
        f"{claim.label} has no hypothesis {text!r}; it has {'; '.join(numbered) or 'none'}"
    )


def _plain(text: str) -> str:
    return "".join(text.replace("<=", "≤").split())
