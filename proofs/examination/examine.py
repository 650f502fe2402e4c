"""Asking both solvers about the steps beneath some theorems, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ..kernel.errors import KernelError
from ..kernel.judgment import Theorem
from ..kernel.terms import Rel
from ..render.text import Printer
from .questions import Question, questions, relied_on
from .solvers import PROGRAMS, Answer, Solver, ask_all, installed

SECONDS = 5.0
TOLERANCE = Fraction(1, 10**15)
NO_ANSWER = Answer("unknown")


@dataclass
class Tally:
    """How many steps a solver agrees with, contradicts, or has no opinion about.

    ``timeouts``, ``failures``: how many are ``unknown`` because it was killed, or broke down.
    """

    version: str = ""
    agrees: int = 0
    unknown: int = 0
    timeouts: int = 0
    failures: int = 0
    disagrees: int = 0


@dataclass(frozen=True)
class Disagreement:
    """A point that satisfies all facts of a step, and not its conclusion.

    ``exact``: its numbers are rational and were put into every condition exactly; else they
    approximate irrational ones to 30 digits or more.
    """

    solver: str
    claims: tuple[str, ...]
    step: str
    facts: tuple[str, ...]
    model: Mapping[str, str]
    exact: bool

    @property
    def text(self) -> str:
        """For people."""
        point = ", ".join(f"{name} = {value}" for name, value in self.model.items())
        given = "; ".join(self.facts) or "nothing"
        return (
            f"{self.solver} contradicts a step that the kernel certified.\n"
            f"step: {self.step}\nfrom: {given}\n"
            f"but at {point or 'every point'} the facts hold and the step does not"
            + ("." if self.exact else " (irrational numbers, approximated).")
        )


@dataclass
class Report:
    """What cross-examination found.

    ``steps``: theorems made by certificates; ``goals``: different questions asked about them;
    ``skipped``: steps too large to ask about; ``unconfirmed``: points that a solver proposed and
    that do not satisfy what was asked (counted as unknown).
    """

    seconds: float
    steps: int = 0
    goals: int = 0
    skipped: int = 0
    unconfirmed: int = 0
    solvers: dict[str, Tally] = field(default_factory=dict)
    disagreements: list[Disagreement] = field(default_factory=list)


def missing() -> list[str]:
    """The solvers that are not installed."""
    return [name for name in PROGRAMS if not installed(name)]


def certified(theorem: Theorem) -> list[Theorem]:
    """The theorems made by certificates beneath (and including) one, each once."""
    found: list[Theorem] = []
    seen: set[int] = set()
    work = [theorem]
    while work:
        here = work.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        if here.rule == "certify":
            found.append(here)
        work += here.premises
    return found


def cross_examine(
    theorems: Mapping[str, Theorem],
    seconds: float = SECONDS,
    progress: Callable[[str], None] = lambda text: None,
) -> Report:
    """Ask z3 and cvc5 about every step beneath the theorems (by the labels of their claims).

    ``seconds``: for each question and solver. Raises ``OSError`` if a solver cannot be started.
    """
    owners: dict[int, list[str]] = {}
    steps: dict[int, Theorem] = {}
    for label, theorem in theorems.items():
        for step in certified(theorem):
            steps[id(step)] = step
            owners.setdefault(id(step), []).append(label)
    report = Report(seconds, solvers={name: Tally() for name in PROGRAMS})
    solvers = [Solver(name) for name in PROGRAMS]
    examiner = _Examiner(report, solvers)
    try:
        for number, (key, step) in enumerate(steps.items(), 1):
            progress(f"cross-examining step {number} of {len(steps)}")
            examiner.step(step, tuple(owners[key]))
    finally:
        for solver in solvers:
            report.solvers[solver.name].version = solver.version
            solver.close()
    return report


class _Examiner:
    """The answers so far, by the text of the question."""

    def __init__(self, report: Report, solvers: Sequence[Solver]) -> None:
        self.report, self.solvers = report, solvers
        self.answers: dict[str, list[Answer]] = {}

    def step(self, step: Theorem, claims: tuple[str, ...]) -> None:
        """One theorem made by a certificate."""
        self.report.steps += 1
        try:
            asked = questions(step)
        except KernelError:
            self.report.skipped += 1
            return
        answers = [self.ask(question) for question in asked]
        for number, solver in enumerate(self.solvers):
            tally, own = self.report.solvers[solver.name], [a[number] for a in answers]
            contradicted = [
                (q, a) for q, a in zip(asked, own, strict=True) if a.status == "sat"
            ]  # fmt: skip
            if contradicted:
                tally.disagrees += 1
                self.report.disagreements.append(
                    _disagreement(solver.name, claims, step, *contradicted[0])
                )
            elif all(a.status == "unsat" for a in own):
                tally.agrees += 1
            else:
                tally.unknown += 1
                tally.timeouts += any(a.status == "timeout" for a in own)
                tally.failures += any(a.status == "failed" for a in own)

    def ask(self, question: Question) -> list[Answer]:
        """The answers to a question, with only such points as do contradict."""
        script = question.script()
        if script not in self.answers:
            self.report.goals += 1
            given = ask_all(self.solvers, script, self.report.seconds)
            self.answers[script] = [self._confirmed(question, a) for a in given]
        return self.answers[script]

    def _confirmed(self, question: Question, answer: Answer) -> Answer:
        if answer.status != "sat" or any(_satisfied(question, answer, t) for t in (0, TOLERANCE)):
            return answer
        self.report.unconfirmed += 1
        return NO_ANSWER


def _point(question: Question, answer: Answer) -> list[Fraction]:
    """The model; a number that the solver left out may be anything."""
    width = len(question.unknowns)
    return [answer.model.get(f"x{i}", Fraction(0)) for i in range(width)]


def _satisfied(question: Question, answer: Answer, tolerance: Fraction | int) -> bool:
    point = _point(question, answer)
    return all(c.holds(point, Fraction(tolerance)) for c in question.conditions)


def _disagreement(
    solver: str, claims: tuple[str, ...], step: Theorem, question: Question, answer: Answer
) -> Disagreement:
    printer = Printer()
    values = zip(question.unknowns, _point(question, answer), strict=True)
    exact = _satisfied(question, answer, 0)
    goal, stated = printer.show(question.goal), printer.show(step.conclusion)
    return Disagreement(
        solver,
        claims,
        stated if question.goal == step.conclusion else f"{stated} (for it: {goal})",
        tuple(printer.show(f.conclusion) for f in relied_on(step) if isinstance(f.conclusion, Rel)),
        {printer.show(t): str(v) if exact else f"{float(v):.12g}" for t, v in values},
        exact,
    )
