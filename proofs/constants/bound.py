"""What a rate guarantees at given d, K, L, Delta and sigma_s, and by which of its instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Literal

from ..kernel import terms as k
from ..kernel.exact import Interval
from ..language import Claimed, Theory
from ..language.loader import LoadError, statement
from .admissible import DIGITS, limit
from .atoms import is_noisy
from .instance import BoundError, Instance, conclusion
from .values import Point, Value, enclose

SGD, START_GRADIENT = "sgd.rate", "adamw.gradient-gap"


def instances(claim: Claimed) -> tuple[Claimed, ...]:
    """The instances of a theorem: ``adamw.rate.canonical`` and others, of ``adamw.rate``.

    An instance has none: ``rate.weighted.mixed`` is one of ``rate``, not of ``rate.weighted``.
    """
    if claim.kind == "instance":
        return ()
    others = claim.theory.claims.values()
    return tuple(c for c in others if c.kind == "instance" and c.id.startswith(f"{claim.id}."))


def chosen(claim: Claimed, name: str) -> tuple[Claimed, ...]:
    """The claims to evaluate: one instance by name (or by file), or all of them for ``best``.

    A theorem without instances, or an instance, stands for itself.

    Raises:
        LoadError: there is no such instance; the nearest are named.
    """
    known = instances(claim)
    if ".py:" in name:
        return (statement(name),)
    if name == "best":
        return known or (claim,)
    ids = {i: c for c in known for i in (c.id.removeprefix(f"{claim.id}."), c.id, c.label)}
    if not known:
        ids = {claim.id: claim, claim.label: claim}
    if name in ids:
        return (ids[name],)
    short = [i for i, c in ids.items() if f"{claim.id}.{i}" == c.id] or list(ids)
    near = get_close_matches(name, short, 3) or short
    none = "" if known else f" ({claim.label} is evaluated itself)"
    raise LoadError(f"{claim.label} has no instance {name!r}; nearest: {', '.join(near)}{none}")


@dataclass(frozen=True)
class Bound:
    """An instance at values at which all its hypotheses hold (or which ones do not)."""

    instance: Instance
    value: Interval | None
    """The right side of the conclusion; None unless all hypotheses hold."""

    @property
    def terms(self) -> tuple[k.Term, ...]:
        """The additive terms of the bound, the one with the noise first."""
        right = self.instance.right
        terms = right.terms if isinstance(right, k.Add) else (right,)
        return tuple(sorted(terms, key=lambda t: not is_noisy(t)))


def evaluate(claims: Sequence[Claimed], given: Mapping[str, Value]) -> tuple[Bound, ...]:
    """Each claim at the values; those that hold first, the smallest bound at the head."""
    found = []
    for claim in claims:
        at = Instance(claim, given)
        found.append(Bound(at, enclose(at.right, at.point, DIGITS + 2) if at.holds else None))
    return tuple(sorted(found, key=_rank))


def _rank(bound: Bound) -> tuple[int, Fraction]:
    wrong = len(bound.instance.violations)
    return wrong, Fraction(0) if bound.value is None else bound.value[1]


# --- constants ----------------------------------------------------------------------------------


def constants(instance: Instance) -> dict[str, k.Term]:
    """C_1, C_2 and C_P as closed terms, where the instance has them.

    C_1 multiplies the term of the bound with the noise level, C_2 the other, when all constant
    factors are gathered; C_P is what makes the theorem's coefficients those of the instance.
    """
    found: dict[str, k.Term] = {}
    general = _general(instance.claim)
    theirs = {} if general is None else {m.rest: m for m in _monomials(conclusion(general).right)}
    for mine in _monomials(instance.right):
        found.setdefault("C_1" if mine.noise else "C_2", mine.coefficient)
        stated = theirs.get(mine.rest)
        if stated is None:
            continue
        for atom in (n for n, _ in k.subterms(stated.coefficient) if isinstance(n, k.Var)):
            names = {n.name for n, _ in k.subterms(stated.coefficient) if isinstance(n, k.Var)}
            if names == {"C_P"} and isinstance(atom, k.Var):
                equation = k.Rel(stated.coefficient, "=", mine.coefficient)
                solved = limit(equation, atom, instance.point)
                if solved is not None:
                    found["C_P"] = solved.term
    return found


def _general(claim: Claimed) -> Claimed | None:
    """The theorem that an instance is of: of its theory, or of the nearest one it extends."""
    for theory in lineage(claim.theory):
        theorems = (
            c for c in theory.claims.values()
            if c.kind == "theorem" and f"{claim.id}.".startswith(f"{c.id}.") and c is not claim
        )  # fmt: skip
        found = max(theorems, key=lambda c: len(c.id), default=None)
        if found is not None:
            return found
    return None


def lineage(theory: Theory) -> list[Theory]:
    """A theory and those it extends, the nearest first."""
    found = [theory]
    for one in found:  # grows on the way
        found += [parent for parent in one.parents if parent not in found]
    return found


@dataclass(frozen=True)
class _Monomial:
    """``coefficient prod(base^exponent)``: the coefficient speaks of no data."""

    coefficient: k.Term
    rest: frozenset[tuple[k.Term, Fraction]]
    noise: bool


def _monomials(right: k.Term) -> Iterator[_Monomial]:
    for term in right.terms if isinstance(right, k.Add) else (right,):
        constant: list[k.Term] = []
        powers: dict[k.Term, Fraction] = {}
        _gather(term, Fraction(1), constant, powers)
        rest = frozenset((base, e) for base, e in powers.items() if e)
        yield _Monomial(k.mul(*constant), rest, is_noisy(term))


def _gather(
    term: k.Term, e: Fraction, constant: list[k.Term], powers: dict[k.Term, Fraction]
) -> None:
    """Factors of ``term^e``; all factors of a rate are positive."""
    if isinstance(term, k.Mul):
        for part in term.terms:
            _gather(part, e, constant, powers)
    elif isinstance(term, k.Pow):
        _gather(term.base, e * term.exponent, constant, powers)
    elif any(isinstance(n, k.App | k.IxVal) or is_noisy(n) for n, _ in k.subterms(term)):
        powers[term] = powers.get(term, Fraction(0)) + e
    else:
        constant.append(k.power(term, e) if e != 1 else term)


# --- what stands beside -------------------------------------------------------------------------


def norm(claim: Claimed) -> Literal["l1", "l2"]:
    """The norm of the gradient whose average the rate bounds."""
    left = conclusion(claim).left
    return "l1" if any(isinstance(n, k.Abs) for n, _ in k.subterms(left)) else "l2"


def in_norm(term: k.Term, measured: Literal["l1", "l2"]) -> k.Term:
    """A bound of the l2 norm as one of the given norm: ``||x||_1 <= d^{1/2} ||x||_2``."""
    return term if measured == "l2" else k.mul(k.sqrt(k.IxVal(k.Ix("d"))), term)


def beside_sgd(claim: Claimed, given: Mapping[str, Value]) -> tuple[Claimed, Interval | None]:
    """SGD's rate at the same data, in the norm of ``claim``."""
    sgd = statement(SGD)
    at = Instance(sgd, {n: v for n, v in given.items() if n in ("d", "K", "L", "Delta", "sigma_s")})
    if not at.holds:
        return sgd, None
    return sgd, enclose(in_norm(at.right, norm(claim)), at.point, DIGITS + 2)


def at_the_start(claim: Claimed, given: Mapping[str, Value]) -> tuple[Claimed, Interval]:
    """What the gradient at x^1 satisfies before any step, in the norm of ``claim``.

    From ``||grad f(x)||_2^2 <= 2 L (f(x) - f*)``. A rate that promises no less for the average,
    and so for the best iterate, promises nothing.
    """
    gap = statement(START_GRADIENT)
    right = gap.statement()
    if not isinstance(right, k.Rel):
        raise BoundError(f"{gap.label} is no relation")
    values: dict[str | k.Term, Value] = {"fstar": 0, "L": given["L"]}
    values |= {
        n: given["Delta"] for n, _ in k.subterms(right.right) if isinstance(n, k.App) and n.args
    }
    point = Point(gap.theory.kernel(), values, {"d": int(given["d"])})  # type: ignore[arg-type]
    return gap, enclose(in_norm(k.sqrt(right.right), norm(claim)), point, DIGITS + 2)


__all__ = [
    "Bound",
    "at_the_start",
    "beside_sgd",
    "chosen",
    "constants",
    "evaluate",
    "in_norm",
    "instances",
    "lineage",
    "norm",
]
