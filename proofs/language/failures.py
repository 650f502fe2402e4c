"""What a step that failed tells its author: why, what is known of it, and what would do.

All of it is worked out after the failure, from the facts of the proof; none of it proves anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..finders import Counterexample, Failure, FalseInModel, free_quantities
from ..kernel import terms as K
from ..kernel.errors import KernelError, LevelError, RangeError
from ..kernel.exact import MissingAtom
from ..kernel.indices import entails
from ..kernel.integrability import exponent
from ..kernel.judgment import Theorem
from ..kernel.normal import Normaliser, Unfold, normaliser
from ..kernel.polynomials import INV, INVPOS, Mono, mono_term
from ..kernel.theory import Theory

if TYPE_CHECKING:
    from .basis import Basis

Show = Callable[[K.Node], str]
MANY = 8
"""At most so many values of a counterexample are listed that the step does not mention."""
FEW = 4
"""So many facts, or gaps, are listed."""


def explain_failure(failure: Failure, show: Show, goal: K.Rel | None = None) -> str:
    """A failure of the finders in words; ``goal``: of what to list the values, if of many."""
    if isinstance(failure, FalseInModel):
        return failure.text
    if not isinstance(failure, Counterexample):
        return failure.told(show)
    point, rest = dict(failure.point), 0
    if goal is not None and len(point) > MANY:
        mentioned = set(free_quantities([goal]))
        named = {t: v for t, v in point.items() if t in mentioned}
        if named:
            point, rest = named, len(point) - len(named)
    values = ", ".join(f"{show(t)} = {v}" for t, v in point.items())
    if rest:
        values += f" ({rest} more quantities have values that satisfy the hypotheses)"
    read = any(not isinstance(t, K.App) or t.args for t in failure.abstracted)
    free = ", reading E, sums and processes as independent numbers" if read else ""
    return f"false at {values}{free}" if values else failure.text


def refusal(error: Exception, p: Basis) -> str:
    """Why the kernel, or the language, refused, in the author's notation and with what is known."""
    if not isinstance(error, KernelError):
        return str(error)
    if isinstance(error, MissingAtom) and isinstance(error.atom, K.Node):
        name = p.show(error.atom)
        return (
            f"a point is wanted at which the hypotheses hold together, and it has no value for "
            f"{name}: add witness={{{name}: ...}} to the claim, or to the theory's witness"
        )
    text = shown(error, p)
    if text.startswith("not seen to hold at the point"):
        return f"{text}; choose a witness (the claim's, or the theory's) at which it holds"
    terms = [n for n in error.nodes if isinstance(n, K.Term)]
    unmet = [n for n in error.nodes if isinstance(n, K.Fin)]
    if unmet:
        facts = tuple(dict.fromkeys((*p.fin(), *p.hypotheses())))
        return f"{text}{not_integrable(p, unmet[0], facts)}"
    if isinstance(error, LevelError):
        known = "; ".join(dict.fromkeys(w for t in terms for w in known_when(p.theory, t, p.show)))
        return f"{text}{f'; {known}' if known else ''}"
    if isinstance(error, RangeError):
        return f"{text}; {known_ranges(p)}"
    return text


def shown(error: KernelError, p: Basis) -> str:
    """The kernel's words, with its terms in the author's notation."""
    return error.text(lambda node: p.show(node) if isinstance(node, K.Node) else str(node))


# --- facts ------------------------------------------------------------------------------------


def relevant(p: Basis, formulas: Sequence[K.Formula], facts: Sequence[Theorem] = ()) -> str:
    """The few facts that say most about the quantities of the formulas; empty if none does."""
    wanted = set(free_quantities([f for f in formulas if isinstance(f, K.Rel)]))
    ranked: list[tuple[int, int, str]] = []
    for n, fact in enumerate(dict.fromkeys((*facts, *p.hypotheses()))):
        if isinstance(fact.conclusion, K.Rel):
            own = set(free_quantities([fact.conclusion]))
            if own & wanted:
                ranked.append((len(own - wanted) - len(own & wanted), n, p.show(fact.conclusion)))
    chosen = list(dict.fromkeys(text for *_, text in sorted(ranked)))
    more = [f"{len(chosen) - FEW} more"] if len(chosen) > FEW else []
    return "; ".join([*chosen[:FEW], *more, *_axioms(p, formulas)])


def _axioms(p: Basis, formulas: Sequence[K.Formula]) -> list[str]:
    """Which axioms speak of the processes and functions in the formulas."""
    wanted = {n for f in formulas for n in _heads(f)}
    found = [a.name for a in p.theory.axioms if wanted & _heads(a.conclusion)]
    more = ", ..." if len(found) > FEW else ""
    listed = ", ".join(found[:FEW])
    return [f"of its processes and functions also {listed}{more}"] if found else []


def _heads(formula: K.Formula) -> set[str]:
    """The processes and functions in a formula; coordinates are of everything."""
    return {
        n.name
        for n, _ in K.subterms(formula)
        if isinstance(n, K.App | K.PointApp) and n.args and n.name != "coord"
    }


def known_ranges(p: Basis) -> str:
    """What is known of the index names."""
    return f"known of the indices: {', '.join(p.show(le) for le in p.ambient) or 'nothing'}"


def out_of_range(p: Basis, goal: K.Rel, unfold: Sequence[Unfold]) -> str:
    """Definitions that were to be unfolded at indices not known to be in their range."""
    definitions = {d.name: d for d in p.theory.definitions}
    ambient, found = frozenset(p.ambient), dict[str, None]()
    for name, fixed in unfold:
        definition = definitions[name]
        for node, _ in K.subterms(goal):
            if not isinstance(node, K.App) or not K.is_closed(node):
                continue
            match = p.theory.unfold(definition, node, dict(fixed))
            wrong = [r for r in match[1] if entails(ambient, r) is None] if match else []
            if wrong:
                needs = ", ".join(p.show(r) for r in wrong)
                found[f"the definition of {p.show(node)} needs {needs}"] = None
    return f"{'; '.join([*found][:FEW])}; {known_ranges(p)}" if found else ""


# --- levels -----------------------------------------------------------------------------------


def known_when(theory: Theory, term: K.Term, show: Show) -> list[str]:
    """After which step each random quantity of a term is known."""
    found: list[str] = []
    for node in free_quantities([term]):
        level = theory.level(node, set())
        if level is None:
            found.append(f"{show(node)} is known after no step")
        elif level:
            steps = " and ".join(sorted(show(ix) for ix in level))
            found.append(f"{show(node)} is known after step {steps}")
    return list(dict.fromkeys(found))


# --- integrability ----------------------------------------------------------------------------


def not_integrable(
    p: Basis, unmet: K.Fin, facts: tuple[Theorem, ...], unfold: tuple[Unfold, ...] = ()
) -> str:
    """Which product has no exponent as small as wanted, and what its factors have.

    As the end of a message, with what would do.
    Exponents are as in ``kernel.integrability``: e stands for L^(1/e), 0 for bounded.
    """
    wanted = unmet.exponent
    n = normaliser(p.theory, frozenset(p.ambient), unfold, facts, True)
    try:
        with n.inside_average():
            poly = n.poly(unmet.term)
            gaps = [m for m, c in poly.items() if not _within(exponent(n, {m: c}), wanted)]
            told = [_gap(n, m, wanted, p.show) for m in gaps[:FEW]]
    except KernelError:
        return ""
    return "".join(f"; {gap}" for gap in told)


def _within(found: Fraction | None, wanted: Fraction) -> bool:
    return found is not None and found <= wanted


def _as(e: Fraction) -> str:
    return "integrable" if e == 1 else f"in {_space(e)}" if e else "bounded"


def _space(e: Fraction) -> str:
    return (
        "L^\N{INFINITY}" if e == 0 else f"L^{1 / e}" if (1 / e).denominator == 1 else f"L^({1 / e})"
    )


def _gap(n: Normaliser, mono: Mono, wanted: Fraction, show: Show) -> str:
    """The factors of one product: what is known of each, and what is missing."""
    known: list[str] = []
    unknown: list[str] = []
    total = Fraction(0)
    for item, power in mono:
        if n.measurable(item[2], None):
            continue  # a constant
        inverse = item[1] in (INV, INVPOS)
        e, text = exponent(n, {((item, power),): 1}), show(mono_term(((item, power),)))
        if e is None and inverse:
            unknown.append(f"{text} is not known to be bounded (c <= {show(item[2])} with a "
                           "constant c > 0 would do)")  # fmt: skip
        elif e is None:
            unknown.append(f"{text} is not known to be in any L^p")
        else:
            known.append(f"{text} is {'bounded' if e == 0 else f'in {_space(e)}'}")
            total += e
    whole = show(mono_term(tuple((f, x) for f, x in mono if not n.measurable(f[2], None))))
    if len(known) + len(unknown) == 1:
        told = [*unknown, *known]
    elif unknown:
        told = [f"in {whole}: {', '.join((*known, *unknown))}"]
    else:
        told = [f"in {whole}: {', '.join(known)}, which gives the product exponent {total}, "
                f"not {wanted} or less (Hölder)"]  # fmt: skip
    return f"{told[0]}; a bound |t| <= b of {whole}, with b {_as(wanted)}, would do"


def not_split(p: Basis, goal: K.Rel, unfold: tuple[Unfold, ...]) -> str:
    """Why expectations in ``goal`` were not taken apart.

    Pieces of unknown integrability, and factors not known at the step conditioned on.
    """
    facts = tuple(dict.fromkeys((*p.fin(), *p.hypotheses())))
    n = normaliser(p.theory, frozenset(p.ambient), unfold, facts, True)
    found = dict[str, None]()
    for node in free_quantities([goal]):
        if not isinstance(node, K.E | K.CE):
            continue
        try:
            with n.inside_average():
                poly = n.poly(node.body)
                gaps = [m for m, c in poly.items() if not _within(exponent(n, {m: c}), Fraction(1))]
                if gaps and (len(poly) > 1 or len(gaps[0]) > 1):
                    what = "split" if len(poly) > 1 else "taken apart"
                    why = _gap(n, gaps[0], Fraction(1), p.show)
                    found[f"{p.show(node)} is not {what}: {why}"] = None
                if isinstance(node, K.CE):
                    found |= dict.fromkeys(_later(n, poly, node, p))
        except KernelError:
            continue
    return "; ".join([*found][:FEW])


def _later(n: Normaliser, poly: Iterable[Mono], node: K.CE, p: Basis) -> list[str]:
    """Factors that stay inside E[. | F_k], being known only later than k."""
    late = [f[2] for m in poly if len(m) > 1 for f, _ in m if not n.measurable(f[2], node.index)]
    told = [w for t in late for w in known_when(p.theory, t, p.show)]
    where = f"{{{p.show(node.index)}}}" if node.index.offset else p.show(node.index)
    return [f"inside E[. | F_{where}]: {w}" for w in dict.fromkeys(told)]
