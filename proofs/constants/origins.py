"""Where a constant comes from: the claims beneath a theorem, and the lines of their proofs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..kernel import terms as k
from ..kernel.judgment import Theorem
from ..language import Claimed
from ..language.basis import Use
from .atoms import occurs
from .limits import coefficient, summands


@dataclass(frozen=True)
class Step:
    """The line of a proof that brings a constant in; ``chain`` 0: the statement itself."""

    claim: Claimed
    chain: int = 0
    line: int = 0
    reason: str = ""


# --- claims -------------------------------------------------------------------------------------


def _theorem(claim: Claimed) -> Theorem | None:
    return claim.result.claim.theorem if claim.result and claim.result.claim else None


def beneath(root: Claimed) -> list[Claimed]:
    """The claims that the proof of ``root`` rests on, each after those it rests on; ``root`` last.

    Read off the inferences, so that claims that are looked up without being named are among them.
    """
    claims = {id(t): c for c in root.theory.earlier(None) if (t := _theorem(c)) is not None}
    top = _theorem(root)
    order, seen = list[Claimed](), set[int]()
    stack: list[tuple[Theorem, bool]] = [] if top is None else [(top, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(claims[id(node)])
        elif id(node) not in seen:
            seen.add(id(node))
            if id(node) in claims:
                stack.append((node, True))
            stack += [(p, False) for p in node.premises]
    return order


def rests_on(claim: Claimed) -> list[str]:
    """The assumptions and axioms that a claim rests on, by the ids that ``trust`` shows."""
    theorem, found = _theorem(claim), set[str]()
    if theorem is None:
        return []
    for use in theorem.uses:
        kind, _, name = use.partition(":")
        if kind == "axiom":
            found.add(theorem.theory.axiom_table[name].group)
        elif kind == "level" and theorem.theory.symbol(name).source:
            found.add(theorem.theory.symbol(name).source)
    return sorted(found)


def users(claims: Iterable[Claimed]) -> dict[Claimed, list[Claimed]]:
    """Which claims use a claim by name in their proofs."""
    found: dict[Claimed, list[Claimed]] = {}
    for claim in dict.fromkeys(claims):
        proof = claim.result.proof if claim.result else None
        for used in dict.fromkeys(u.claimed for u in (proof.used if proof else ())):
            found.setdefault(used, []).append(claim)
    return found


def use_of_theorem(instance: Claimed) -> tuple[Claimed, Use] | None:
    """The claim beneath (or the instance) that uses a theorem at numbers, and how."""
    waiting, seen = [instance], {instance}
    while waiting:
        claim = waiting.pop(0)
        proof = claim.check().proof
        for use in proof.used if proof else ():
            if use.claimed.kind == "theorem" and use.values:
                return claim, use
            if use.claimed.kind == "instance" and use.claimed not in seen:
                seen.add(use.claimed)
                waiting.append(use.claimed)
    return None


# --- steps --------------------------------------------------------------------------------------


def bringing(speaking: Sequence[Claimed], atom: k.Var) -> Claimed:
    """The first claim that says more of a constant than its sign, or assumes more of it."""
    plain = [c for c in speaking if k.ZERO not in _sides(c)]
    for claim in plain:
        if any(occurs(atom, side) for side in _sides(claim)):
            return claim
    return (plain or speaking)[0]


def _sides(claim: Claimed) -> tuple[k.Term, ...]:
    stated = claim.statement()
    return (stated.left, stated.right) if isinstance(stated, k.Rel) else ()


def first_step(claim: Claimed, atom: k.Var) -> Step:
    """The first line of the proof whose right side speaks of the constant, and its left not."""
    proof = claim.result.proof if claim.result else None
    for number, chain in enumerate(proof.chains if proof else (), 1):
        for line, step in enumerate(chain, 1):
            if occurs(atom, step.right) and not occurs(atom, step.left):
                return Step(claim, number, line, step.reason)
    return Step(claim)


def step_of(claim: Claimed, number: int) -> Step:
    """The first line of the proof whose right side has this summand, and its left has not.

    The last line, if the proof writes the summand in another way.
    """
    wanted = coefficient(list(summands(_right(claim)))[number])
    proof = claim.result.proof if claim.result else None
    chains = proof.chains if proof else []
    for n, chain in enumerate(chains, 1):
        for line, step in enumerate(chain, 1):
            before, after = ([coefficient(p) for p in summands(s)] for s in (step.left, step.right))
            if wanted in after and wanted not in before:
                return Step(claim, n, line, step.reason)
    if chains and chains[-1]:
        return Step(claim, len(chains), len(chains[-1]), chains[-1][-1].reason)
    return Step(claim)


def _right(claim: Claimed) -> k.Term:
    stated = claim.statement()
    return stated.right if isinstance(stated, k.Rel) else k.ZERO
