"""A falsehood planted in a claim about AdamW: what is replaced, and what must become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from adamw_twins import Twin, twin
from adamw_worlds import world

from ratecert.proofs.language import Claimed

_right: dict[str, Twin] = {}


@dataclass(frozen=True)
class Falsehood:
    """``claimed`` with ``pieces`` replaced, and ``statement``: another claim, given, script, ...

    It must get ``verdict``, for a reason that has ``says`` in it. ``where`` describes a world in
    which it is false at ``at`` (``None``: no such world is given, or a step is planted).
    """

    claimed: Claimed
    pieces: Mapping[Any, Any]
    says: tuple[str, ...]
    where: Mapping[str, Any] | None = None
    at: Mapping[str, Any] = field(default_factory=dict)
    verdict: str = "undecided"
    statement: Mapping[str, Any] = field(default_factory=dict)

    def judged(self, planted: Any) -> None:
        """The shipped claim is proved by its script, the other one is false and is not."""
        if planted.wrong:
            claimed = twin(self.claimed, self.pieces, **self.statement)
            if self.where is not None:
                world(**self.where).refutes(claimed, **self.at)
            planted.judge(claimed, self.verdict, *self.says)
            return
        key = self.claimed.label
        if key not in _right:
            _right[key] = twin(self.claimed)
        planted.judge(_right[key], self.verdict)
        if self.where is not None:
            world(**self.where).admits(_right[key], **self.at)


def falsehood(
    name: str,
    claimed: Claimed,
    pieces: Mapping[Any, Any] | None,
    *says: str,
    where: Mapping[str, Any] | None = None,
    at: Mapping[str, Any] | None = None,
    verdict: str = "undecided",
    **statement: Any,
) -> Any:
    """A parameter of a test, called by the claim and the name."""
    case = Falsehood(claimed, pieces or {}, says, where, at or {}, verdict, statement)
    return pytest.param(case, id=f"{claimed.id}: {name}")
