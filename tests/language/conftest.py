"""Small theories to try the language on; tests import ``language_helpers`` from here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ratecert.proofs.kernel import terms as K
from ratecert.proofs.language import Claimed, E, Theory, square_integrable, symbols, within
from ratecert.proofs.language.door import Scope

for _folder in (Path(__file__).parents[1], Path(__file__).parent):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))


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


@pytest.fixture
def world() -> SimpleNamespace:
    """Square integrable processes: g known at step k, w at step k - 1; axioms A and B of them."""
    theory = Theory("world")
    (K,) = theory.index_constants("K")
    k, i = theory.indices("k i")
    (a,) = theory.constants("a")
    g, w = theory.process("g"), theory.process("w", adapted=-1)
    m = theory.process("m")
    theory.assume("A", (E(g[k, i], given=k - 1), "==", w[k, i]), [within(k, 1, K)])
    theory.assume("B", (w[k, i] ** 2, "<=", g[k, i] ** 2), [within(k, 1, K)])
    theory.assume("positive", (0, "<", a))
    for p in (g, w):
        theory.assume(
            f"finite.{p.name}", square_integrable(p[k, i]), [within(k, 1, K)], kind="axiom"
        )
    theory.define("m", m[k, i], a * g[k, i] + w[k, i], [within(k, 1, K)])
    theory.witness |= {K: 3, k: 1, i: 1, a: 1}

    return SimpleNamespace(theory=theory, K=K, k=k, i=i, a=a, g=g, w=w, m=m, steps=within(k, 1, K))
