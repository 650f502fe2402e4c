"""Equations as facts: the multiples of them that a certificate needs."""

from __future__ import annotations

from collections.abc import Sequence

from ..kernel.judgment import Theorem
from ..kernel.polynomials import Factor, Poly
from ..kernel.terms import Term
from .context import Context
from .ring import Frac, Ring

Cofactors = Sequence[tuple[Theorem, Term]]
MAX_ROUNDS = 12


def cofactors(
    context: Context,
    total: Poly,
    equations: Sequence[tuple[Theorem, Poly, Factor]],
) -> Cofactors | None:
    """Terms m_k with ``total + sum_k m_k e_k = 0``, if eliminating shows total to be a multiple.

    Each equation comes with the atom v it is solved for, e = c v + rest with c a constant or known
    to be non-zero: ``v^j = v^(j-1) (e - rest)/c`` until no v is left.
    """
    ring = Ring(context.n, [total, *(e for _, e, _ in equations)], (), eliminate=False)
    rest = ring.value(total)
    multiples = [Frac(ring.zero) for _ in equations]
    solved = []
    for _, e, item in equations:
        c = {
            tuple(x for x in m if x[0][:2] != item[:2]): v
            for m, v in e.items()
            if any(f[:2] == item[:2] for f, _ in m)
        }
        without = {m: v for m, v in e.items() if all(f[:2] != item[:2] for f, _ in m)}
        inverse = ring.reciprocal(c)
        solved.append((ring.index[item[:2]], inverse, ring.mul(ring.value(without), inverse)))
    for _ in range(MAX_ROUNDS):
        for k, (i, inverse, other) in enumerate(solved):
            while rest.num and (top := rest.num.degrees()[i]) > 0:
                parts = {
                    (*x[:i], top - 1, *x[i + 1 :]): v
                    for x, v in rest.num.to_dict().items()
                    if x[i] == top
                }
                lower = Frac(ring.context.from_dict(parts), rest.den)
                v = Frac(ring.gens[i])
                multiples[k] = ring.add(multiples[k], ring.mul(lower, inverse))
                rest = ring.add(rest, ring.scaled(ring.mul(lower, ring.add(v, other)), -1))
        if not rest.num:
            terms = [ring.fraction_term(ring.lowest(ring.scaled(m, -1))) for m in multiples]
            return [
                (theorem, term)
                for (theorem, _, _), term, m in zip(equations, terms, multiples, strict=True)
                if m.num
            ]
        if all(rest.num.degrees()[i] == 0 for i, _, _ in solved):
            return None
    return None
