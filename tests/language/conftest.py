"""A small theory to try the language on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ratecert.proofs.kernel import terms as K
from ratecert.proofs.language import Claimed, Theory, symbols
from ratecert.proofs.language.door import Scope


@pytest.fixture
def theory() -> Theory:
    """Nothing declared yet."""
    return Theory("small")


@pytest.fixture
def scope() -> Scope:
    """Names of every sort: constants, an index constant, processes, points, variables."""
    theory = Theory("words")
    theory.index_constants("K")
    theory.constants("L sigma_s")
    theory.indices("k i")
    theory.process("g")
    theory.process("v", 1)
    theory.point_process("z", -1)
    theory.function("f", "point")
    theory.function("phi", "term")
    return theory.scope().extended({"x": K.Var("x", "any"), "p": K.PointVar("p", "any")})


@pytest.fixture
def state() -> Callable[..., Claimed]:
    """State a claim about real x, y, c and give its script."""

    def made(theory: Theory, claim: Any, script: Any, **more: Any) -> Claimed:
        x, y, c = symbols("x y c")
        more.setdefault("for_all", (x, y, c))
        more.setdefault("witness", {x: 1, y: 1, c: 1})
        name = f"claim{len(theory.claims)}"
        return theory.lemma(name, title=name, claim=claim, **more)(script)

    return made
