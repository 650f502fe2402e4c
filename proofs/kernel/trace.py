"""Traces: the proofs of claims as data, and their replay.

A trace lists theories, steps and claims. A step names a rule and gives its arguments; a premise is
the number of an earlier step. Replay runs every step through the rules, publishes every claim
again, and compares the digests stated. Run in a fresh process, it is what a proof amounts to.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, get_type_hints

from .claims import Claim, Kind, publish
from .codec import checked, decode, keyed, listed, loads, written
from .errors import KernelError, TraceError
from .judgment import Theorem
from .rules import RULES, takes_theory
from .terms import Term
from .theory import Theory

FORMAT = 1
KERNEL = "1"
MAX_STEPS = 100_000
Witness = tuple[tuple[tuple[Term, Fraction], ...], tuple[tuple[str, int], ...]]
_BORDER = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_SIGNATURES: dict[str, dict[str, Any]] = {
    name: {k: v for k, v in get_type_hints(rule).items() if k not in ("return", "theory")}
    for name, rule in RULES.items()  # certify too: claims import certificates
}


# --- writing ----------------------------------------------------------------------------------


def trace(claims: Iterable[Claim]) -> bytes:
    """The canonical text of the proofs of ``claims``; equal steps are stored once."""
    claims = tuple(claims)
    try:
        return _Writer().document(claims)
    except _BORDER as error:
        raise TraceError(f"no trace: {type(error).__name__}: {error}") from error


class _Writer:
    """The steps written so far; theorems are known by identity, steps by content."""

    def __init__(self) -> None:
        self.theories: list[Theory] = []
        self.steps: dict[str, int] = {}
        self._theories: dict[int, int] = {}
        self._numbers: dict[int, int] = {}

    def document(self, claims: tuple[Claim, ...]) -> bytes:
        roots = [t for claim in claims for t in (claim.theorem, *claim.definedness)]
        for root in roots:
            self._walk(root)
        data = {
            "format": written(FORMAT),
            "kernel": written(KERNEL),
            "theories": written(tuple(self.theories)),
            "steps": listed(self.steps),
            "claims": listed(self._claim(claim) for claim in claims),
        }
        return checked(keyed(data)).encode("ascii") + b"\n"

    def _walk(self, root: Theorem) -> None:
        """Write the steps beneath ``root``, premises first."""
        stack = [root]
        while stack:
            theorem = stack[-1]
            missing = [p for p in theorem.premises if id(p) not in self._numbers]
            if id(theorem) in self._numbers or not missing:
                stack.pop()
                self._step(theorem)
            else:
                stack += missing

    def _step(self, theorem: Theorem) -> None:
        if id(theorem) in self._numbers:
            return
        step = {
            "theory": written(self._theory(theorem.theory)),
            "rule": written(theorem.rule),
            "args": keyed({n: written(v, self._number) for n, v in theorem.args.items()}),
        }
        self._numbers[id(theorem)] = self.steps.setdefault(keyed(step), len(self.steps))

    def _number(self, theorem: Theorem) -> int:
        return self._numbers[id(theorem)]

    def _theory(self, theory: Theory) -> int:
        if id(theory) not in self._theories:
            if theory not in self.theories:
                self.theories.append(theory)
            self._theories[id(theory)] = self.theories.index(theory)
        return self._theories[id(theory)]

    def _claim(self, claim: Claim) -> str:
        values, numbers = claim.witness
        witness = (
            tuple(sorted(values.items(), key=lambda item: item[0].key)),
            tuple(sorted(numbers.items())),
        )
        stated = {
            "id": claim.id,
            "title": claim.title,
            "kind": claim.kind,
            "theorem": self._number(claim.theorem),
            "definedness": tuple(self._number(t) for t in claim.definedness),
            "witness": witness,
            "sha256": claim.sha256,
        }
        return keyed({name: written(value) for name, value in stated.items()})


# --- reading ----------------------------------------------------------------------------------


def replay(data: bytes) -> list[Claim]:
    """The claims of a trace, proved again; raises a ``KernelError`` if anything is amiss."""
    try:
        return _replay(loads(data.removesuffix(b"\n")))
    except _BORDER as error:
        raise TraceError(f"ill-formed: {type(error).__name__}: {error}") from error


def _replay(document: Any) -> list[Claim]:
    parts = _record(document, "format", "kernel", "theories", "steps", "claims")
    version, kernel, theories, steps, stated = parts
    if (version, kernel) != (FORMAT, KERNEL) or type(version) is not int:
        found, wanted = f"format {version!r}, kernel {kernel!r}", f"{FORMAT!r}, {KERNEL!r}"
        raise TraceError(f"{found:.200}; wanted {wanted}")
    if len(_list(steps)) > MAX_STEPS:
        raise TraceError(f"more than {MAX_STEPS} steps")
    known: list[Theory] = [decode(Theory, theory) for theory in _list(theories)]
    theorems: list[Theorem] = []
    for number, step in enumerate(steps):
        try:
            theorems.append(_step(step, known, theorems))
        except KernelError as error:
            error.at(f"step {number}")
            raise
    claims = [_claim(claim, theorems) for claim in _list(stated)]
    if not claims:
        raise TraceError("the trace makes no claim")
    if len({(claim.theorem.theory.name, claim.id) for claim in claims}) < len(claims):
        raise TraceError("two claims of one theory have one id")
    return claims


def _step(step: Any, theories: list[Theory], theorems: list[Theorem]) -> Theorem:
    """Run one step through its rule."""
    number, rule, given = _record(step, "theory", "rule", "args")
    theory = _at(theories, number)
    if type(rule) is not str or rule not in _SIGNATURES:
        raise TraceError(f"there is no rule {rule!r:.80}")
    kinds = _SIGNATURES[rule]
    values = _record(given, *kinds)
    args = {name: decode(kinds[name], v, theorems) for name, v in zip(kinds, values, strict=True)}
    if takes_theory(RULES[rule]):
        args["theory"] = theory
    theorem = RULES[rule](**args)
    if theorem.theory is not theory and theorem.theory != theory:
        raise TraceError(f"a theorem of {theorem.theory.name}, not of {theory.name}")
    return theorem


def _claim(stated: Any, theorems: list[Theorem]) -> Claim:
    """Publish one claim again."""
    fields = ("id", "title", "kind", "theorem", "definedness", "witness", "sha256")
    name, title, kind, theorem, definedness, witness, digest = _record(stated, *fields)
    values, numbers = (dict(part) for part in decode(Witness, witness))
    if [len(values), len(numbers)] != [len(part) for part in witness]:
        raise TraceError("the witness gives two values to one thing")
    claim = publish(
        _at(theorems, theorem),
        decode(str, name),
        decode(str, title),
        decode(Kind, kind),
        tuple(_at(theorems, number) for number in _list(definedness)),
        (values, numbers),
    )
    if claim.sha256 != digest:
        raise TraceError(f"{claim.id}: the replay gives {claim.sha256}, the trace {digest!r:.80}")
    return claim


def _record(data: Any, *names: str) -> list[Any]:
    """The values of an object that has exactly these keys."""
    if type(data) is not dict or set(data) != set(names):
        found = sorted(data) if type(data) is dict else type(data).__name__
        raise TraceError(f"wanted {sorted(names)}, found {found!s:.200}")
    return [data[name] for name in names]


def _list(data: Any) -> list[Any]:
    if type(data) is not list:
        raise TraceError(f"a list wanted, found {data!r:.80}")
    return data


def _at(items: list[Any], number: Any) -> Any:
    if type(number) is not int or not 0 <= number < len(items):
        raise TraceError(f"no such number: {number!r:.80}")
    return items[number]
