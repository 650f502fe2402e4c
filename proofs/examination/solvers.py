"""z3 and cvc5, each in a process that answers one question after the other and can be killed.

Neither keeps to a time limit of its own on hard questions of nonlinear arithmetic. So the clock is
kept here: what does not answer in time is killed, and another process is started when needed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

START_SECONDS = 60.0
MEMORY = 4 << 30
"""Bytes that a solver may allocate; one that needs more does not answer."""

_LOOP = """
import json, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
except Exception:
    pass
{solver}
print(json.dumps(["ready", version()]), flush=True)
for line in sys.stdin:
    try:
        answer = ask(json.loads(line))
    except MemoryError:
        answer = ["unknown", {{}}]
    except Exception as error:
        answer = ["failed", {{"": str(error)[:500]}}]
    print(json.dumps(answer), flush=True)
"""

_Z3 = """
import z3
def version():
    return z3.get_version_string()
def ask(script):
    solver = z3.SolverFor("QF_NRA")
    solver.from_string(script)
    status, found = str(solver.check()), {}
    if status == "sat":
        model = solver.model()
        for d in model.decls():
            value = model[d]
            if z3.is_algebraic_value(value):
                value = value.approx(40)
            if z3.is_rational_value(value):
                found[d.name()] = str(value.as_fraction())
    return [status, found]
"""

_CVC5 = """
import cvc5
from fractions import Fraction
def version():
    return cvc5.__version__
def approximation(manager, solver, value):
    x = manager.mkVar(manager.getRealSort(), "x")
    p = value.getRealAlgebraicNumberDefiningPolynomial(x)
    low = Fraction(value.getRealAlgebraicNumberLowerBound().getRealValue())
    high = Fraction(value.getRealAlgebraicNumberUpperBound().getRealValue())
    def at(number):
        q = manager.mkReal(number.numerator, number.denominator)
        return Fraction(solver.simplify(p.substitute(x, q)).getRealValue())
    below = at(low)
    for _ in range(150):
        middle = (low + high) / 2
        here = at(middle)
        if here == 0:
            return middle
        if (here > 0) == (below > 0):
            low = middle
        else:
            high = middle
    return low
def ask(script):
    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setOption("produce-models", "true")
    solver.setLogic("QF_NRA")
    parser = cvc5.InputParser(solver)
    symbols = parser.getSymbolManager()
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "question")
    while True:
        command = parser.nextCommand()
        if command.isNull():
            break
        command.invoke(solver, symbols)
    result, found = solver.checkSat(), {}
    status = "sat" if result.isSat() else "unsat" if result.isUnsat() else "unknown"
    if status == "sat":
        for term in symbols.getDeclaredTerms():
            value = solver.getValue(term)
            if value.isRealValue():
                found[str(term)] = str(Fraction(value.getRealValue()))
            elif value.isRealAlgebraicNumber():
                found[str(term)] = str(approximation(manager, solver, value))
    return [status, found]
"""

PROGRAMS = {"z3": _Z3, "cvc5": _CVC5}
Status = Literal["unsat", "sat", "unknown", "timeout", "failed"]


def installed(name: str) -> bool:
    """Is this solver installed?"""
    return importlib.util.find_spec(name) is not None


@dataclass(frozen=True)
class Answer:
    """What a solver said; ``model``: values of the unknowns, if it found a point."""

    status: Status
    model: Mapping[str, Fraction] = field(default_factory=dict)
    detail: str = ""


class Solver:
    """One solver and its process."""

    def __init__(self, name: str) -> None:
        self.name, self.version = name, ""
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""

    def ask(self, script: str) -> None:
        """Put a question; ``answer`` waits for what comes back."""
        if self._process is None:
            self._start()
        self._write(json.dumps(script).encode() + b"\n")

    def answer(self, deadline: float) -> Answer:
        """The answer to the last question, by ``time.monotonic() = deadline`` or not at all."""
        line = self._line(deadline)
        if line is None:
            late = self._process is not None and self._process.poll() is None
            self.close()
            return Answer("timeout") if late else Answer("failed", detail="the process ended")
        try:
            status, values = json.loads(line)
            if status == "failed":
                return Answer("failed", detail=str(values.get("", "")))
            if status not in ("unsat", "sat"):
                return Answer("unknown")
            return Answer(status, {name: Fraction(v) for name, v in values.items()})
        except (ValueError, TypeError, AttributeError) as error:
            return Answer("failed", detail=str(error))

    def close(self) -> None:
        """Kill the process; another is started for the next question."""
        process, self._process, self._unread = self._process, None, b""
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be written has nobody to read it
                    pipe.close()
        process.wait()

    def _start(self) -> None:
        program = _LOOP.format(memory=MEMORY, solver=PROGRAMS[self.name])
        self._process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        line = self._line(time.monotonic() + START_SECONDS)
        if line is None:
            self.close()
            raise OSError(f"{self.name} does not start")
        self.version = str(json.loads(line)[1])

    def _write(self, data: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            return
        with suppress(OSError):  # it is gone; ``answer`` will find out
            while data:
                data = data[self._process.stdin.write(data) or 0 :]

    def _line(self, deadline: float) -> bytes | None:
        """The next line that the process writes, or None."""
        if self._process is None or self._process.stdout is None:
            return None
        pipe = self._process.stdout.fileno()
        while b"\n" not in self._unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                return None
            more = os.read(pipe, 1 << 16)
            if not more:
                self._process.wait()
                return None
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line


def ask_all(solvers: Sequence[Solver], script: str, seconds: float) -> list[Answer]:
    """What each solver says; they work at the same time."""
    for solver in solvers:
        solver.ask(script)
    deadline = time.monotonic() + seconds
    return [solver.answer(deadline) for solver in solvers]
