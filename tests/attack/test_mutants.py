"""Thousands of changed certificates, steps, claims and traces: none proves what is false.

A changed step either is refused, or proves what it proved before, or proves something else; then
that is looked for counterexamples in the theory's finite model. A changed trace is refused, or its
claim has the same canonical bytes; with the digest put right as well, the claim states something
else, or the same.

``RATECERT_MUTANTS=20`` makes twenty times as many.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import small_theory
from cached import Replayed
from mutations import Mutation, mutations, random_mutation
from worlds import Judge, scalar_refutes, small_report

from helpers import check
from ratecert.proofs.kernel.claims import Claim
from ratecert.proofs.kernel.codec import dumps
from ratecert.proofs.kernel.errors import KernelError, TraceError
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.terms import Rel
from ratecert.proofs.kernel.theory import Theory
from ratecert.proofs.kernel.trace import replay, trace
from ratecert.proofs.language.models import consistency
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.sgd import sgd

TIMES = int(os.environ.get("RATECERT_MUTANTS", "1"))
LEMMAS = ("v", "L1.momentum", "L1", "L1.unrolled", "L1.factor", "L1.sharp")
NAMES = ("k", "i", "K", "d", "x", "g", "f", "det", "any", "A1", "A2", "E", "Leaf", "norm", "L")


@cache
def source(name: str) -> tuple[Replayed, Judge]:
    """A trace replayed, and who judges theorems of its theory."""
    if name == "small":
        return Replayed(trace(small_theory.claims())), Judge(small_report())
    theory, chosen = (sgd, tuple(sgd.claims)) if name == "sgd" else (adamw, LEMMAS)
    claims = [theory.claims[c].check().claim for c in chosen]
    check(all(claims), name)
    return Replayed(trace([c for c in claims if c])), Judge(consistency(theory))


@cache
def hand_made() -> tuple[Claim, ...]:
    return tuple(small_theory.claims())


def drawn(found: list[Any], kinds: Callable[[Any], str], wanted: int, seed: str) -> list[Any]:
    """``wanted`` of them, of all kinds alike as far as there are enough."""
    dice, by_kind = random.Random(seed), dict[str, list[Any]]()
    for item in found:
        by_kind.setdefault(kinds(item), []).append(item)
    for items in by_kind.values():
        dice.shuffle(items)
    chosen: list[Any] = []
    while len(chosen) < wanted and by_kind:
        for kind in sorted(by_kind):
            chosen.append(by_kind[kind].pop())
            if not by_kind[kind]:
                del by_kind[kind]
    return chosen[:wanted]


def judged(theorem: Theorem, theory: Theory, judge: Judge, seed: int) -> str:
    """Where a theorem is false."""
    if theorem.theory == theory:
        return judge.refutes(theorem, seed, tries=2)
    if not theorem.theory.symbols:
        return str(theorem) if any(scalar_refutes(theorem, seed + n) for n in range(5)) else ""
    return ""


@pytest.mark.parametrize(
    ("name", "wanted", "reached", "else_proved"),
    [("small", 2800, 1000, 120), ("sgd", 900, 350, 40), ("adamw", 1200, 400, 40)],
)
def test_no_changed_step_proves_a_falsehood(
    name: str, wanted: int, reached: int, else_proved: int
) -> None:
    replayed, judge = source(name)
    home = replayed.theorems[-1].theory
    found: list[tuple[int, Mutation]] = [
        (number, mutation)
        for number, step in enumerate(replayed.document["steps"])
        for mutation in mutations(step, NAMES)
    ]
    dice = random.Random(name)
    steps = replayed.document["steps"]
    chosen = drawn(found, lambda item: item[1].kind, wanted * TIMES, name)
    for _ in range(wanted * TIMES // 4):
        number = dice.randrange(len(steps))
        chosen.append((number, random_mutation(steps[number], dice, NAMES)))
    outcomes: Counter[str] = Counter()
    for tried, (number, mutation) in enumerate(chosen):
        result = replayed.step(number, mutation.applied(steps[number]))
        if isinstance(result, KernelError):
            outcomes["malformed" if isinstance(result, TraceError) else "refused"] += 1
            continue
        before = replayed.theorems[number]
        same = (result.hypotheses, result.conclusion) == (before.hypotheses, before.conclusion)
        outcomes["same" if same else "else"] += 1
        if not same:
            failure = judged(result, home, judge, tried)
            check(not failure, (number, mutation, failure))
    print(name, dict(outcomes), f"judged {judge.checked}, undecided {judge.undecided}")
    check(sum(outcomes.values()) >= wanted * 5 // 4, outcomes)
    check(sum(outcomes.values()) - outcomes["malformed"] >= reached, outcomes)
    check(outcomes["else"] >= else_proved and outcomes["refused"] > 100, outcomes)
    check(judge.checked >= else_proved // 2, judge.checked)


@pytest.mark.parametrize("name", ["small", "sgd", "adamw"])
def test_the_judge_sees_falsehoods(name: str) -> None:
    """Of conclusions made false by hand, many are refuted; of true ones, none."""
    replayed, judge = source(name)
    found = 0
    home = replayed.theorems[-1].theory
    relations = [t for t in replayed.theorems if isinstance(t.conclusion, Rel) and t.theory == home]
    for theorem in relations[-60:]:
        check(not judge.refutes(theorem), theorem)
        rel = theorem.rel
        opposite = Rel(rel.right, "<", rel.left)
        found += bool(judge.refutes_statement(theorem.hypotheses, opposite, tries=6))
    check(found > len(relations[-60:]) // 4, (found, len(relations)))


@pytest.mark.parametrize("name", ["small", "sgd", "adamw"])
def test_no_changed_claim_passes_unseen(name: str) -> None:
    """Witness, definedness, theorem, id, kind, title, digest: refused, or the same bytes."""
    replayed, _ = source(name)
    stated = replayed.document["claims"]
    wanted: list[tuple[int, Mutation]] = [
        (n, m) for n, claim in enumerate(stated) for m in mutations(claim, NAMES)
    ]
    outcomes: Counter[str] = Counter()
    for n, mutation in drawn(wanted, lambda item: item[1].kind, 150 * TIMES, name):
        result = replayed.claim(mutation.applied(stated[n]))
        if isinstance(result, KernelError):
            outcomes[type(result).__name__] += 1
            continue
        outcomes["same"] += 1
        check(result.sha256 == stated[n]["sha256"], (mutation, stated[n]))
    check(outcomes["TraceError"] > 20 and outcomes["SideConditionError"] > 5, outcomes)


@pytest.mark.parametrize("name", ["young", "size", "L1.v", "mean", "averaged", "lifted", "first"])
def test_no_changed_trace_passes_unseen(name: str) -> None:
    """Anything in the file, theories too; and again with the digest that the change asks for."""
    (honest,) = (c for c in hand_made() if c.id == name)
    data = trace([honest])
    document, judge = json.loads(data), source("small")[1]
    dice, outcomes = random.Random(name), Counter[str]()
    chosen = drawn(list(mutations(document, NAMES)), lambda m: m.kind, 80 * TIMES, name)
    chosen += [random_mutation(document, dice, NAMES) for _ in range(20 * TIMES)]
    for mutation in chosen:
        changed = mutation.applied(document)
        if not isinstance(changed, dict):
            continue
        outcomes[_whole(changed, honest, judge)] += 1
    check(outcomes["refused"] > 30, outcomes)
    print(name, dict(outcomes))


def _whole(changed: dict[str, Any], honest: Claim, judge: Judge) -> str:
    """Replay a whole trace; what became of it."""
    try:
        claims = replay(dumps(changed) + b"\n")
    except KernelError as error:
        digest = re.search(r"the replay gives ([0-9a-f]{64})", str(error))
        if digest is None:
            return "refused"
    else:
        check(all(c.canonical_bytes() == honest.canonical_bytes() for c in claims), changed)
        return "same"
    changed["claims"][0]["sha256"] = digest[1]
    try:
        (claim,) = replay(dumps(changed) + b"\n")
    except KernelError:  # the digest was what had been changed, or there is more that is wrong
        return "refused"
    if claim.canonical_bytes() == honest.canonical_bytes():
        return "digest"
    if claim.theorem.theory == honest.theorem.theory:
        failure = judged(claim.theorem, small_theory.SMALL, judge, 0)
        check(not failure, (changed, failure))
        return "restated"
    return "restated in another theory"
