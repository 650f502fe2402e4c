"""Optional: a point proposed by z3, if it is installed (extra ``[smt]``).

z3 runs in a process of its own that is killed when its time is up. Its model is a proposal like any
other: it is rounded and then decided exactly.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..kernel.terms import Abs, Add, Mul, Pow, Rat, Rel, Term

SECONDS = 2.0
MAX_TEXT = 200_000
WORKER = """
import json, sys, z3
solver = z3.SolverFor("QF_NRA")
solver.from_string(sys.stdin.read())
status, found = str(solver.check()), {}
if status == "sat":
    model = solver.model()
    for d in model.decls():
        value = model[d]
        if z3.is_algebraic_value(value):
            value = value.approx(30)
        if z3.is_rational_value(value):
            found[d.name()] = str(value.as_fraction())
print(json.dumps([status, found]))
"""


def available() -> bool:
    """Is z3 installed?"""
    return importlib.util.find_spec("z3") is not None


@dataclass(frozen=True)
class Opinion:
    """What the solver says: values at which the goal may fail, or that it finds none (``true``)."""

    true: bool
    values: dict[Term, Fraction]


def ask(
    facts: Sequence[Rel], goal: Rel, quantities: Sequence[Term], seconds: float = SECONDS
) -> Opinion | None:
    """An opinion on a goal over the quantities (plain variables); None without an answer."""
    if not available():
        return None
    script = _Script(quantities)
    for fact in facts:
        script.require(_relation(script, fact))
    script.require(f"(not {_relation(script, goal)})")
    text = script.text()
    if len(text) > MAX_TEXT:
        return None
    try:
        done = subprocess.run(
            [sys.executable, "-c", WORKER],
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
        )
        status, values = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return None
    if status not in ("sat", "unsat"):
        return None
    found = {q: Fraction(values.get(name, 0)) for q, name in script.names.items()}
    return Opinion(status == "unsat", found if status == "sat" else {})


class _Script:
    """An SMT-LIB script: roots and quotients become variables with their defining conditions."""

    def __init__(self, quantities: Sequence[Term]) -> None:
        self.names = {q: f"q{i}" for i, q in enumerate(quantities)}
        self.declared = [*self.names.values()]
        self.lines: list[str] = []
        self.known: dict[Term, str] = {}

    def require(self, condition: str) -> None:
        self.lines.append(f"(assert {condition})")

    def fresh(self) -> str:
        name = f"v{len(self.declared)}"
        self.declared.append(name)
        return name

    def text(self) -> str:
        return "\n".join([*(f"(declare-const {n} Real)" for n in self.declared), *self.lines])


def _relation(script: _Script, rel: Rel) -> str:
    left, right = _term(script, rel.left), _term(script, rel.right)
    return f"({rel.op} {left} {right})"


def _term(script: _Script, t: Term) -> str:
    if t not in script.known:
        script.known[t] = _fresh_term(script, t)
    return script.known[t]


def _fresh_term(script: _Script, t: Term) -> str:
    if t in script.names:
        return script.names[t]
    if isinstance(t, Rat):
        p, q = abs(t.value.numerator), t.value.denominator
        number = f"{p}.0" if q == 1 else f"(/ {p}.0 {q}.0)"
        return number if t.value >= 0 else f"(- {number})"
    if isinstance(t, Add | Mul):
        parts = [_term(script, p) for p in t.terms]
        if len(parts) < 2:
            return parts[0] if parts else ("0.0" if isinstance(t, Add) else "1.0")
        return f"({'+' if isinstance(t, Add) else '*'} {' '.join(parts)})"
    if isinstance(t, Abs):
        body = _term(script, t.body)
        return f"(ite (>= {body} 0.0) {body} (- {body}))"
    if isinstance(t, Pow):
        return _power(script, _term(script, t.base), t.exponent)
    raise ValueError(f"no SMT term for {t}")


def _power(script: _Script, base: str, e: Fraction) -> str:
    """``base^e`` with the kernel's total semantics."""
    if e == 0:
        return "1.0"
    if e.denominator > 1:
        root = script.fresh()
        script.require(f"(>= {root} 0.0)")
        script.require(f"(= {_whole(root, e.denominator)} (ite (>= {base} 0.0) {base} 0.0))")
        base, e = root, Fraction(e.numerator)
    if e < 0:
        inverse = script.fresh()
        script.require(f"(= (* {inverse} {base}) (ite (= {base} 0.0) 0.0 1.0))")
        script.require(f"(=> (= {base} 0.0) (= {inverse} 0.0))")
        base, e = inverse, -e
    return _whole(base, e.numerator)


def _whole(base: str, n: int) -> str:
    return base if n == 1 else f"(* {' '.join([base] * n)})"
