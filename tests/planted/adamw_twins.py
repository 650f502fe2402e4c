"""A shipped claim with one piece replaced, and its proof script carried over to the new wording.

``twin(claimed, {old: new})`` says ``new`` for ``old`` in the statement and wherever the script says
so; what it uses are the shipped lemmas, as they are. In a theory with fewer or weaker axioms
(``without_axioms``, ``reworded``) the lemmas beneath are proved again, from what is left.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import sympy

from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.language import Claimed, Proof, Rational, Theory
from ratecert.proofs.language.door import Meaning, Scope
from ratecert.proofs.language.symbols import Within
from ratecert.proofs.theorems.adamw import adamw

LESS = Rational(49, 50)
Pieces = Mapping[Any, Any]


def replaced(expression: Any, pieces: Pieces) -> Any:
    """``expression`` with each piece replaced: whole sums, and factors of products."""
    if isinstance(expression, sympy.Basic):
        for old, new in pieces.items():
            exact = isinstance(old, sympy.Add)  # else SymPy would solve for a part of the sum
            expression = expression.xreplace({old: new}) if exact else expression.subs(old, new)
    return expression


@dataclass(frozen=True)
class TwinScope(Scope):
    """A scope in which some pieces of expressions mean something else."""

    pieces: Pieces = field(default_factory=dict)

    def extended(self, more: Mapping[str, Meaning]) -> TwinScope:
        return replace(self, names={**self.names, **more})

    def term(self, expression: Any) -> Any:
        return super().term(replaced(expression, self.pieces))

    def point(self, e: Any) -> Any:
        return super().point(replaced(e, self.pieces))


@dataclass(eq=False)
class Twin(Claimed):
    """A claim in which ``pieces`` are replaced, throughout."""

    pieces: Pieces = field(default_factory=dict)

    def scope(self) -> Scope:
        plain = super().scope()
        return TwinScope(plain.theory, plain.names, self.pieces)


def twin(shipped: Claimed, pieces: Pieces | None = None, **statement: Any) -> Twin:
    """The claim with pieces replaced; ``statement``: what else is to be another (``given`` ...)."""
    same = {f.name: getattr(shipped, f.name) for f in fields(Claimed)}
    same |= {"result": None, "running": False, "id": f"{shipped.id}-twin", **statement}
    return Twin(**same, pieces=pieces or {})


def without(shipped: Claimed, *dropped: Any) -> tuple[Any, ...]:
    """The hypotheses of a claim without some of them, which it must have."""
    missing = [h for h in dropped if h not in shipped.given]
    if missing:
        raise LookupError(f"{shipped.label} has no hypothesis {missing}")
    return tuple(h for h in shipped.given if h not in dropped)


def instead(shipped: Claimed, hypotheses: Mapping[Any, Any]) -> tuple[Any, ...]:
    """The hypotheses of a claim, some of them (which it must have) exchanged for others."""
    without(shipped, *hypotheses)
    return tuple(hypotheses.get(h, h) for h in shipped.given)


# --- other theories -------------------------------------------------------------------------------


@dataclass
class Rerouted(Proof):
    """A proof in which the claims used are those of another theory."""

    route: Callable[[Claimed], Claimed] = lambda claimed: claimed

    def use(self, claimed: Claimed, *known: Theorem, **values: Any) -> Theorem:
        return super().use(self.route(claimed), *known, **values)


def _carried(
    script: Callable[[Proof], Theorem | None], route: Callable[[Claimed], Claimed]
) -> Callable[[Proof], Theorem | None]:
    def run(p: Proof) -> Theorem | None:
        same = {f.name: getattr(p, f.name) for f in fields(Proof)}
        inner = Rerouted(**same, route=route)
        theorem = script(inner)
        p.local = inner.local
        return theorem

    return run


class Elsewhere:
    """AdamW's claims, proved again in a theory that differs from ``adamw`` in its declarations.

    The theory has all of them, in AdamW's order, and proves one when it is needed. So what is
    integrable there is what its own L0 says.
    """

    def __init__(self, theory: Theory) -> None:
        self.theory = theory
        theory.claims = {id: self._made(c, None, {}) for id, c in adamw.claims.items()}

    def __call__(self, shipped: Claimed, pieces: Pieces | None = None, **statement: Any) -> Claimed:
        """The shipped claim in this theory."""
        if pieces or statement:
            return self._made(shipped, pieces, statement)
        return shipped if shipped.theory is not adamw else self.theory.claims[shipped.id]

    def _made(self, shipped: Claimed, pieces: Pieces | None, statement: Any) -> Twin:
        statement.setdefault("script", _carried(shipped.script, self))
        return twin(shipped, pieces, theory=self.theory, **statement)


def varied(
    axioms: Callable[[list[Any]], Iterable[Any]] | None = None,
    symbols: Callable[[list[Any]], Iterable[Any]] | None = None,
    definitions: Callable[[list[Any]], Iterable[Any]] | None = None,
    declare: Callable[[Theory], Any] | None = None,
) -> Elsewhere:
    """A theory made from AdamW's declarations: each list of them passed through a function."""
    theory = copy.copy(adamw)
    theory.name, theory.own_tree = "varied", None
    theory._kernel = theory._report = None
    theory._axioms = list((axioms or list)(list(adamw._axioms)))
    theory._symbols = list((symbols or list)(list(adamw._symbols)))
    theory._definitions = list((definitions or list)(list(adamw._definitions)))
    theory.witness, theory.meanings = dict(adamw.witness), dict(adamw.meanings)
    if declare is not None:
        declare(theory)
    return Elsewhere(theory)


def assume_moments(theory: Theory) -> None:
    """Assume what L0 proves of the run, for what is to fail for another reason than L0."""
    for name in ("x", "m", "v", "G", "g", "f"):
        proved = adamw.claims[f"L0.{name}"]
        ranges = [h for h in proved.given if isinstance(h, Within)]
        theory.assume(f"assumed.{name}", proved.claim, ranges, group="L0")


def without_axioms(*names: str, moments: bool = False) -> Elsewhere:
    """AdamW's theory without the axioms named; ``moments``: L0 is assumed in their place."""
    known = {a.name for a in adamw._axioms}
    if not known.issuperset(names):
        raise LookupError(f"no axioms: {set(names) - known}")
    return varied(
        axioms=lambda all_: [a for a in all_ if a.name not in names],
        declare=assume_moments if moments else None,
    )


def reworded(name: str, claim: Any, given: Iterable[Any], **more: Any) -> Elsewhere:
    """AdamW's theory with another wording of one assumption."""
    ((at, old),) = [(n, a) for n, a in enumerate(adamw._axioms) if a.name == name]

    def declare(theory: Theory) -> None:
        theory.assume(name, claim, given, group=old.group, **more)
        theory._axioms.insert(at, theory._axioms.pop())

    return varied(axioms=lambda all_: [a for a in all_ if a.name != name], declare=declare)
