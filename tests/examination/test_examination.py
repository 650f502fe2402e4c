"""z3 and cvc5 agree with what is true, contradict what is false, and are killed when too slow."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from scalar_goals import X, eq, le, lt, mod, num, root, sqrt, var

from helpers import check
from ratecert.proofs.examination import Report, cross_examine, examine, missing
from ratecert.proofs.examination.questions import questions
from ratecert.proofs.examination.solvers import Answer, Solver, ask_all
from ratecert.proofs.finders import prove
from ratecert.proofs.kernel.certificates import GOAL, Leaf, Product, Split
from ratecert.proofs.kernel.judgment import Theorem, make
from ratecert.proofs.kernel.rules import assume
from ratecert.proofs.kernel.terms import Rel, add, rat
from ratecert.proofs.kernel.theory import Theory
from ratecert.proofs.language.loader import load

THEORY = Theory("opinions")
x, y, z, w = var("x", "y", "z", "w")
BOTH = ("z3", "cvc5")


def proved(goal: Rel, *given: Rel) -> Theorem:
    theorem = prove(THEORY, goal, [assume(THEORY, h) for h in given])
    assert isinstance(theorem, Theorem), getattr(theorem, "text", theorem)
    return theorem


def forged(goal: Rel, *given: Rel, certificate: Leaf | Split | None = None) -> Theorem:
    """What a kernel with an error might have certified."""
    facts = tuple(assume(THEORY, h) for h in given)
    args = {"goal": goal, "certificate": certificate or Leaf((Product(Fraction(1), (GOAL,)),)),
            "facts": facts, "ambient": (), "unfold": (), "linear": False,
            "sides": facts}  # fmt: skip
    return make(THEORY, frozenset(given), goal, frozenset(), "certify", args)


def examined(*theorems: Theorem, seconds: float = 20.0) -> Report:
    return cross_examine({f"claim {n}": t for n, t in enumerate(theorems)}, seconds)


def test_both_solvers_are_here() -> None:
    check(missing() == [], missing())


TRUE = [
    (le(2 * x * y, x**2 + y**2),),
    (le(x * y, w / 2 * x**2 + y**2 / (2 * w)), lt(0, w)),
    (lt(0, x / y), lt(x, 0), lt(y, 0)),
    (le(sqrt(x + y), sqrt(x) + sqrt(y)), le(0, x), le(0, y)),
    (le(mod(x + y), mod(x) + mod(y)),),
    (le(x, y), le(x**2, y**2), le(0, x), lt(0, y)),
    (le(root(x, 3), y), le(x, y**3), le(0, x), le(0, y)),
    (le(x, 1), eq(x**2 + y**2, 1)),
    (le(1 / (x + y), 1 / x), lt(0, x), le(0, y)),
    (lt(0, 1 / sqrt(x) + y**2), lt(0, x)),
]


@pytest.mark.parametrize("statement", TRUE, ids=lambda s: str(TRUE.index(s)))
def test_both_agree_with_what_is_true(statement: tuple[Rel, ...]) -> None:
    report = examined(proved(*statement))
    check(report.steps > 0 and report.goals > 0 and not report.skipped, report)
    check(not report.disagreements, report.disagreements)
    for name in BOTH:
        check(report.solvers[name].agrees == report.steps, (name, report))
        check(bool(report.solvers[name].version), report)


FALSE = [
    (le(3 * x * y, x**2 + y**2),),
    (le(x * y, w / 2 * x**2 + y**2 / (3 * w)), lt(0, w)),
    (le(0, 1 / x), lt(x, 1)),
    (lt(0, 1 / x), le(0, x)),  # at 0, by 1/0 = 0
    (le(x / x, 0),),
    (lt(x, x * sqrt(2)), le(0, x)),
    (le(mod(x + y), mod(x) + y),),
    (le(sqrt(x), 0), le(x, num("1/100"))),
    (le(x * 2, 2), eq(x**2, 2)),
]


@pytest.mark.parametrize("statement", FALSE, ids=lambda s: str(FALSE.index(s)))
def test_a_false_step_is_found_by_both(statement: tuple[Rel, ...]) -> None:
    report = examined(forged(*statement))
    check({d.solver for d in report.disagreements} == set(BOTH), report)
    for found in report.disagreements:
        check(found.claims == ("claim 0",), found)
        check(found.solver in found.text and bool(found.model), found.text)
    for name in BOTH:
        check((report.solvers[name].agrees, report.solvers[name].disagrees) == (0, 1), report)


def test_models_are_exact_where_they_are_rational() -> None:
    rational = examined(forged(le(3 * x * y, x**2 + y**2)))
    check(all(d.exact for d in rational.disagreements), rational)
    irrational = examined(forged(le(2 * x, 2), eq(x**2, 2)))
    check(len(irrational.disagreements) == 2, irrational)
    for found in irrational.disagreements:
        check(not found.exact and abs(float(found.model["x"])) - 2**0.5 < 1e-9, found)
        check("approximated" in found.text, found.text)


def test_a_wrong_case_is_found() -> None:
    """Each branch is asked about with what it assumes."""
    leaf = Leaf((Product(Fraction(1), (GOAL,)),))
    split = Split(x.term, leaf, leaf)
    report = examined(forged(le(0, x**3), certificate=split))
    check(report.goals == 2 and len(report.disagreements) == 2, report)
    check(all(Fraction(d.model["x"]) < 0 for d in report.disagreements), report)


def test_every_claim_that_rests_on_a_step_is_named() -> None:
    bad = forged(le(3 * x * y, x**2 + y**2))
    above = make(THEORY, bad.hypotheses, bad.conclusion, bad.uses, "cut", {"theorem": bad})
    report = examined(bad, above, proved(le(2 * x * y, x**2 + y**2)))
    check(all(d.claims == ("claim 0", "claim 1") for d in report.disagreements), report)
    check(len(report.disagreements) == 2 and report.solvers["z3"].agrees >= 1, report)


def test_equal_goals_are_asked_once() -> None:
    report = examined(*(proved(le(2 * x * y, x**2 + y**2)) for _ in range(3)))
    check((report.steps, report.goals) == (3, 1), report)


def test_a_model_that_does_not_contradict_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def liar(solvers: list[Solver], script: str, seconds: float) -> list[Answer]:
        return [Answer("sat", {"x0": Fraction(1), "x1": Fraction(1)}) for _ in solvers]

    monkeypatch.setattr(examine, "ask_all", liar)
    report = examined(proved(le(2 * x * y, x**2 + y**2)))
    check(not report.disagreements and report.unconfirmed == 2, report)
    check(all(report.solvers[name].unknown == 1 for name in BOTH), report)


def test_a_step_too_large_is_skipped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ratecert.proofs.examination.questions.MAX_TEXT", 10)
    report = examined(proved(le(2 * x * y, x**2 + y**2)))
    check((report.steps, report.skipped, report.goals) == (1, 1, 0), report)


# --- processes ------------------------------------------------------------------------------------


def hard(size: int = 6) -> str:
    """That the inequality of Cauchy and Schwarz fails: neither knows in any time at hand."""
    a, b = ([f"{letter}{i}" for i in range(size)] for letter in "ab")

    def inner(left: list[str], right: list[str]) -> str:
        return f"(+ {' '.join(f'(* {p} {q})' for p, q in zip(left, right, strict=True))})"

    declared = "".join(f"(declare-const {n} Real)" for n in (*a, *b))
    mixed = inner(a, b)
    return f"{declared}(assert (> (* {mixed} {mixed}) (* {inner(a, a)} {inner(b, b)})))"


EASY = "(declare-const x0 Real)(assert (> (* x0 x0) 2.0))(assert (< x0 1.0))(assert (> x0 0.0))"


@pytest.mark.parametrize("name", BOTH)
def test_a_solver_that_is_too_slow_is_killed_and_replaced(name: str) -> None:
    solver = Solver(name)
    try:
        check(ask_all([solver], EASY, 20.0)[0].status == "unsat", name)
        first = solver._process
        assert first is not None
        started = time.monotonic()
        check(ask_all([solver], hard(), 0.3)[0].status == "timeout", name)
        check(time.monotonic() - started < 5, "it was waited for")
        check(first.poll() is not None, "it is still running")
        check(ask_all([solver], EASY, 20.0)[0].status == "unsat", "not replaced")
        second = solver._process
        check(ask_all([solver], EASY, 20.0)[0].status == "unsat", name)
        check(solver._process is second, "a process is used again")
    finally:
        solver.close()
    check(solver._process is None, "left running")


@pytest.mark.parametrize("name", BOTH)
def test_nonsense_fails_and_leaves_the_process(name: str) -> None:
    solver = Solver(name)
    try:
        answer = ask_all([solver], "(assert (", 20.0)[0]
        check(answer.status == "failed", answer)
        check(ask_all([solver], EASY, 20.0)[0].status == "unsat", name)
    finally:
        solver.close()


@pytest.mark.parametrize("name", BOTH)
def test_a_process_that_ends_is_no_answer(name: str) -> None:
    solver = Solver(name)
    try:
        check(ask_all([solver], EASY, 20.0)[0].status == "unsat", name)
        assert solver._process is not None
        solver._process.kill()
        solver._process.wait()
        check(ask_all([solver], EASY, 20.0)[0].status == "failed", name)
        check(ask_all([solver], EASY, 20.0)[0].status == "unsat", "not replaced")
    finally:
        solver.close()


def test_out_of_time_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(solvers: list[Solver], script: str, seconds: float) -> list[Answer]:
        return [Answer("timeout"), Answer("unsat")]

    monkeypatch.setattr(examine, "ask_all", late)
    report = examined(proved(le(2 * x * y, x**2 + y**2)))
    z3, cvc5 = (report.solvers[name] for name in BOTH)
    check((z3.unknown, z3.timeouts, z3.agrees, cvc5.agrees) == (1, 1, 0, 1), report)
    check(not report.disagreements, report)


# --- a theory -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sgd() -> dict[str, Theorem]:
    claims = [c for theory in load("sgd") for c in theory.claims.values()]
    results = {c.label: c.check().claim for c in claims}
    return {label: claim.theorem for label, claim in results.items() if claim is not None}


@pytest.mark.slow
def test_sgd_stands(sgd: dict[str, Theorem]) -> None:
    report = cross_examine(sgd, 3.0)
    check(report.steps > 80 and not report.skipped, report)
    check(not report.disagreements and not report.unconfirmed, report)
    for name in BOTH:
        tally = report.solvers[name]
        check(tally.agrees + tally.unknown == report.steps, report)
        check(tally.agrees >= report.steps * 4 // 5, report)


@pytest.mark.slow
def test_the_questions_are_not_empty(sgd: dict[str, Theorem]) -> None:
    """Without the denial of the goal there is a point; but for the dead branches of cases."""
    steps = {id(s): s for t in sgd.values() for s in examine.certified(t)}
    solver, seen = Solver("z3"), Counter[str]()
    try:
        for step in steps.values():
            for question in questions(step):
                kept = tuple(c for c in question.conditions if not c.negated)
                check(len(kept) == len(question.conditions) - 1, "one denial")
                script = replace(question, conditions=kept).script()
                seen[ask_all([solver], script, 3.0)[0].status] += 1
    finally:
        solver.close()
    check(seen["sat"] >= 9 * sum(seen.values()) // 10, seen)


@pytest.mark.slow
def test_steps_of_sgd_that_say_more_are_contradicted(sgd: dict[str, Theorem]) -> None:
    """With 1 added to the left side; the rest are branches that never happen."""
    steps = {id(s): s for t in sgd.values() for s in examine.certified(t)}
    more = {}
    for number, step in enumerate(steps.values()):
        rel = step.rel
        goal = Rel(add(rel.left, rat(1)), rel.op, rel.right)
        args = {**step.args, "goal": goal}
        more[str(number)] = make(step.theory, step.hypotheses, goal, step.uses, "certify", args)
    report = cross_examine(more, 3.0)
    contradicted = {d.claims for d in report.disagreements}  # what they rest on, is not
    check(all(len(claims) == 1 for claims in contradicted), contradicted)
    check(len(contradicted) >= len(steps) * 8 // 10, (len(contradicted), report.solvers))


def test_every_constant_of_a_step_matters() -> None:
    """A true step with its bound moved a little is contradicted."""
    k: X = num("101/100")
    for goal, moved, given in (
        (le(2 * x * y, x**2 + y**2), le(2 * x * y * k, x**2 + y**2), ()),
        (le(x / (x + y), 1), le(x / (x + y) * k, 1), (lt(0, x), le(0, y))),
        (le(2 * sqrt(x) * y, x + y**2), le(2 * sqrt(x) * y * k, x + y**2), (le(0, x),)),
    ):
        check(not examined(proved(goal, *given)).disagreements, goal)
        check(len(examined(forged(moved, *given)).disagreements) == 2, moved)
