"""Worlds of convex functions and exact gradients: what ``library.convex`` assumes, decided exactly.

A theory is recognised by its axioms, which must be the library's to the letter. In its worlds x* is
the minimiser of the objective and mu its least curvature, the largest that strong convexity admits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ...proofs.kernel.terms import Formula
from ...proofs.kernel.theory import Theory as KernelTheory
from ...proofs.language.loader import load
from ..instances.profile import Profile

CONVEX, STRONG, EXACT, MINIMUM = "convex", "convex.strongly", "exact", "minimum"
FOR_ALL_POINTS = (CONVEX, STRONG)
"""Those that no evaluation decides, but curvatures do."""


@lru_cache(maxsize=1)
def _library() -> dict[str, tuple[tuple[Formula, ...], Formula]]:
    """The axioms as ``library.convex`` states them; formulas are unique objects."""
    (theory,) = load("gradient_descent")
    names = (CONVEX, STRONG, EXACT, MINIMUM)
    return {a.name: (a.hypotheses, a.conclusion) for a in theory.kernel().axioms if a.name in names}


@lru_cache(maxsize=16)
def convexity(theory: KernelTheory) -> frozenset[str]:
    """Which of the axioms of convex optimization by exact gradients a theory has."""
    library = _library()
    return frozenset(
        a.name for a in theory.axioms if library.get(a.name) == (a.hypotheses, a.conclusion)
    )


def broken_convexity(objective: Profile, axioms: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Those that speak of all points and do not hold, each with the reason.

    A separable f with piecewise constant curvatures is mu-strongly convex iff none is below mu.
    That of mu itself holds by the choice of mu.
    """
    if CONVEX in axioms and objective.mu < 0:
        yield CONVEX, f"a curvature is {objective.mu} < 0"
