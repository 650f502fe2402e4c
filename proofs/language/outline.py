"""The shape of a proof as its author wrote it: which chain stands in which induction or case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any, Literal

from ..kernel import terms as K
from ..kernel.judgment import Theorem

Kind = Literal["proof", "induction", "base", "step", "cases", "case"]


@dataclass(frozen=True)
class Chained:
    """A chain, by its number in ``Proof.chains``: what it proves, and what was known there."""

    number: int
    given: tuple[K.Formula, ...]
    result: Theorem


@dataclass
class Part:
    """A part of a proof.

    ``formulas``: of an induction, what is proved; of a step or a case, what is assumed in it.
    ``index``, ``low``: the index of an induction, and where it starts. ``note``: the docstring of
    the author's function.
    """

    kind: Kind
    formulas: tuple[K.Formula, ...] = ()
    index: str = ""
    low: K.Ix | None = None
    note: str = ""
    content: list[Part | Chained] = field(default_factory=list)


class Outline:
    """The parts of one proof, filled while it is elaborated."""

    def __init__(self) -> None:
        self.top = Part("proof")
        self._open = [self.top]

    def chain(self, number: int, given: tuple[K.Formula, ...], result: Theorem) -> None:
        """A chain was completed here."""
        self._open[-1].content.append(Chained(number, given, result))

    @contextmanager
    def inside(
        self,
        kind: Kind,
        *formulas: K.Formula,
        index: str = "",
        low: K.Ix | None = None,
        written: Callable[..., Any] | None = None,
    ) -> Iterator[None]:
        """What is proved from here on belongs to a new part."""
        note = cleandoc(written.__doc__) if written is not None and written.__doc__ else ""
        part = Part(kind, formulas, index, low, note)
        self._open[-1].content.append(part)
        self._open.append(part)
        try:
            yield
        finally:
            self._open.remove(part)
