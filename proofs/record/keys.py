"""The key of a claim: a digest of all that its verdict depends on.

* the foundation: kernel, language, finders, the versions of Python and the libraries (``sources``);
* the theory's declarations as the kernel has them, and what its names mean;
* the statement as the kernel has it, with its witness;
* the text of every part of the theory modules that its script can reach, in order; for a script
  made inside a function, also the values that it closes over;
* the same for every claim it can reach by name, and for the earlier claims of integrability, which
  every proof may use unasked.

A model's key has the same declarations, the interpretation, and the hypotheses of all claims.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import FunctionType
from typing import Any

import sympy

from ..kernel.codec import dumps, encode
from ..kernel.terms import Node
from ..kernel.theory import Axiom, Definition, Symbol
from ..language.theory import Claimed, Theory
from .sources import Part, Sources, UntraceableError, foundation_files, resolved

_KERNEL = (Node, Axiom, Definition, Symbol)


class Keys:
    """The keys of one run, over the claims of ``theories`` and those that they extend."""

    def __init__(self, sources: Sources, theories: Iterable[Theory]) -> None:
        self.sources = sources
        self.why: dict[str, str] = {}
        self._theories: dict[int, str] = {}
        self._statements: dict[Claimed, str] = {}
        self._scripts: dict[Claimed, _Values] = {}
        self._own: dict[Claimed, str] = {}
        self._moments: dict[Claimed, tuple[Claimed, ...]] = {}
        self._written: dict[Path, list[Claimed]] = {}
        self._held: dict[Part, list[Claimed]] = {}
        seen, waiting = set[int](), list(theories)
        while waiting:
            theory = waiting.pop()
            if id(theory) not in seen:
                seen.add(id(theory))
                waiting += theory.parents
                self._locate(theory)

    def _locate(self, theory: Theory) -> None:
        """Note which file each script is in, and the claims of integrability before each claim."""
        known = tuple(c for p in theory.parents for c in p.earlier(None) if c.of_integrability)
        for claim in theory.claims.values():
            self._moments[claim] = known
            if claim.of_integrability:
                known += (claim,)
            if (
                isinstance(claim.script, FunctionType)
                and "<locals>" not in claim.script.__qualname__
            ):
                file = resolved(claim.script.__code__.co_filename)
                self._written.setdefault(file, []).append(claim)

    # --- claims -------------------------------------------------------------------------------

    def claim(self, claim: Claimed) -> str | None:
        """The key; None if what the claim depends on cannot be told."""
        try:
            parts, claims = self.reached(claim)
            lines = [
                "claim", self.sources.foundation, claim.label, claim.kind, claim.title,
                *(f"{part.module.path.name} {part.digest}" for part in _ordered(parts)),
                *(f"{c.label} {self._about(c)}" for c in claims),
            ]  # fmt: skip
        except (Exception, SystemExit) as error:  # what an author wrote may be wrong in any way
            self.why[claim.label] = str(error)
            return None
        return _digest(lines)

    def reached(self, claim: Claimed) -> tuple[set[Part], list[Claimed]]:
        """The parts and the claims that the proof of ``claim`` can use, itself among them."""
        parts, claims, waiting = set[Part](), dict.fromkeys([claim]), [claim]
        while waiting:
            new = waiting.pop()
            script = self._script(new)
            fresh = self.sources.reached(script.parts, parts)
            used = [*script.claims, *self._moments[new], *(c for p in fresh for c in self._at(p))]
            for other in used:
                if other not in claims:
                    claims[other] = None
                    waiting.append(other)
        return parts, sorted(claims, key=_label)

    def _at(self, part: Part) -> list[Claimed]:
        """The claims stated there, whose names lead to them."""
        if part not in self._held:
            for claim in self._written.pop(part.module.path, ()):
                place = part.module.holding(claim.script.__code__.co_firstlineno)
                self._held.setdefault(place, []).append(claim)
            self._held.setdefault(part, [])
        return self._held[part]

    def _script(self, claim: Claimed) -> _Values:
        if claim not in self._scripts:
            self._scripts[claim] = _Values(self)
            self._scripts[claim].script(claim.script)
        return self._scripts[claim]

    def _about(self, claim: Claimed) -> str:
        """What the text of the parts does not say of a claim."""
        if claim not in self._own:
            moments = " ".join(c.label for c in self._moments[claim])
            said = [self._statement(claim), moments, *self._script(claim).text]
            self._own[claim] = _digest(said)
        return self._own[claim]

    def _statement(self, claim: Claimed) -> str:
        """A statement, its witness and its theory, as the kernel has them."""
        if claim not in self._statements:
            formulas = dumps([encode(claim.hypotheses()), encode(claim.statement())]).decode()
            witness = _Values(self).of({**claim.theory.witness, **claim.witness})
            names = repr(sorted((n, repr(m)) for n, m in claim.scope().names.items()))
            self._statements[claim] = _digest([self.theory(claim.theory), formulas, witness, names])
        return self._statements[claim]

    def theory(self, theory: Theory) -> str:
        """The declarations of a theory and what its names mean."""
        if id(theory) not in self._theories:
            names = repr(sorted((n, repr(m)) for n, m in theory.scope().names.items()))
            self._theories[id(theory)] = _digest([dumps(encode(theory.kernel())).decode(), names])
        return self._theories[id(theory)]

    # --- models -------------------------------------------------------------------------------

    def model(self, theory: Theory) -> str | None:
        """The key of a theory's model; None if there is none, or what it depends on is unclear."""
        tree = theory.tree
        if tree is None:
            return None
        values = _Values(self)
        try:
            given = [values.of(tree.interpretation(theory)), values.of(tree.satisfies)]
            claims = [f"{c.id} {self._statement(c)}" for c in theory.claims.values()]
        except (Exception, SystemExit) as error:
            self.why[theory.name] = str(error)
            return None
        own = repr(theory.own_tree is not None)
        return _digest(
            ["model", self.sources.foundation, self.theory(theory), own, *given, *claims]
        )


class _Values:
    """Values as text, and the parts and claims they bring with them."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.parts: list[Part] = []
        self.claims: list[Claimed] = []
        self.text: list[str] = []
        self._open: list[int] = []

    def script(self, script: Any) -> None:
        """The function that proves a claim: where it is written, and what it closes over."""
        if not isinstance(script, FunctionType):
            raise UntraceableError(f"a script that is no plain function: {script!r:.80}")
        self.text.append(self.of(script))

    def of(self, value: Any) -> str:
        """A text that determines the value; raises ``UntraceableError``."""
        if id(value) in self._open:
            return "<again>"
        self._open.append(id(value))
        try:
            return self._of(value)
        finally:
            self._open.pop()

    def _of(self, value: Any) -> str:
        if value is None or type(value) in (bool, int, str, bytes, Fraction):
            return repr(value)
        if isinstance(value, _KERNEL):
            return dumps(encode(value)).decode()
        if isinstance(value, sympy.Basic):
            return str(sympy.srepr(value))
        if type(value) in (tuple, list):
            return f"[{', '.join(self.of(part) for part in value)}]"
        if isinstance(value, Mapping):
            return f"{{{', '.join(f'{self.of(k)}: {self.of(v)}' for k, v in value.items())}}}"
        if isinstance(value, Claimed):
            self.claims.append(value)
            return f"claim {value.label}"
        if isinstance(value, Theory):
            return f"theory {self.keys.theory(value)}"
        if isinstance(value, FunctionType):
            return self._function(value)
        if isinstance(value, partial):
            return self.of((value.func, value.args, value.keywords))
        if is_dataclass(value) and not isinstance(value, type):
            self._class(type(value))
            held = {f.name: getattr(value, f.name) for f in fields(value)}
            return f"{type(value).__qualname__} {self.of(held)}"
        raise UntraceableError(f"a script closes over {type(value).__name__} {value!r:.80}")

    def _function(self, function: FunctionType) -> str:
        if function.__dict__.keys() - {"__wrapped__"}:
            raise UntraceableError(f"{function.__qualname__} has attributes")
        self.parts.append(self.keys.sources.part(function.__code__))
        cells = []
        for name, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=True
        ):
            try:
                cells.append(f"{name} = {self.of(cell.cell_contents)}")
            except ValueError:  # a name that is not bound yet
                cells.append(f"{name} unbound")
        defaults = self.of([function.__defaults__, function.__kwdefaults__])
        return f"{function.__qualname__} {defaults} {cells}"

    def _class(self, kind: type) -> None:
        """The class of a value is part of it, unless the foundation has it."""
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        if file is None:
            raise UntraceableError(f"the source of {kind.__qualname__} is not at hand")
        path = resolved(file)
        if path in foundation_files():
            return
        found = self.keys.sources.module(path).binding.get(kind.__qualname__.partition(".")[0])
        if not found:
            raise UntraceableError(f"{kind.__qualname__} is not found in {path}")
        self.parts += found


def _label(claim: Claimed) -> str:
    return claim.label


def _ordered(parts: Iterable[Part]) -> list[Part]:
    """Parts in the order of the text: which of two assignments is later matters."""
    return sorted(parts, key=lambda part: (str(part.module.path), part.first))


def _digest(lines: Iterable[str]) -> str:
    """One digest of texts, each with its length, so that no two lists run together."""
    whole = sha256()
    for line in lines:
        data = line.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()
