"""Terms as vectorised float functions, for proposals only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ..kernel.terms import Abs, Add, Ix, IxVal, Mul, Node, Pow, Rat, Term, Var

Array: TypeAlias = npt.NDArray[np.float64]


def free_quantities(nodes: list[Node]) -> list[Term]:
    """The outermost subterms that are no arithmetic, in a fixed order."""
    found: dict[Term, None] = {}
    stack: list[Node] = [*nodes]
    while stack:
        node = stack.pop()
        if isinstance(node, Add | Mul | Pow | Abs) or not isinstance(node, Term):
            for part in node.parts():
                inner = part if isinstance(part, tuple) else (part,)
                stack += [p for p in inner if isinstance(p, Node)]
        elif isinstance(node, IxVal):
            if node.index.base is not None:
                found[IxVal(Ix(node.index.base))] = None
        elif not isinstance(node, Rat):
            found[node] = None
    return sorted(found, key=lambda t: (not isinstance(t, Var), t.key))


def values(t: Term, at: Mapping[Term, Array]) -> Array:
    """``t`` at many points, with the total semantics of the kernel."""
    if t in at:
        return at[t]
    if isinstance(t, Rat):
        return np.float64(float(t.value))  # type: ignore[return-value]
    if isinstance(t, Add):
        total: Array = np.float64(0.0)  # type: ignore[assignment]
        for part in t.terms:
            total = total + values(part, at)
        return total
    if isinstance(t, Mul):
        product: Array = np.float64(1.0)  # type: ignore[assignment]
        for part in t.terms:
            product = product * values(part, at)
        return product
    if isinstance(t, Abs):
        return np.abs(values(t.body, at))
    if isinstance(t, Pow):
        return _power(values(t.base, at), float(t.exponent), t.exponent.denominator > 1)
    if isinstance(t, IxVal):
        base = np.zeros(1) if t.index.base is None else at[IxVal(Ix(t.index.base))]
        moved: Array = base + float(t.index.offset)
        return moved
    raise KeyError(t)


def _power(base: Array, exponent: float, root: bool) -> Array:
    if exponent == 0:
        return np.ones_like(base)
    if exponent == 2:
        return base * base
    if root:
        base = np.maximum(base, 0.0)
    if exponent == 0.5:
        return np.sqrt(base)
    if exponent > 0:
        return np.power(base, exponent)
    zero = base == 0.0
    result: Array = np.where(zero, 0.0, np.power(np.where(zero, 1.0, base), exponent))
    return result


def signs_at(p: Any, points: list[Array]) -> set[int]:
    """The signs of a flint polynomial, given the values of its generators."""
    total: Array = np.zeros_like(points[0])
    size: Array = np.zeros_like(points[0])
    with np.errstate(all="ignore"):
        for exponents, c in p.to_dict().items():
            value: Array = np.full_like(points[0], float(c.p) / float(c.q))
            for x, e in zip(points, exponents, strict=True):
                if e == 1:
                    value = value * x
                elif e:
                    value = value * x ** int(e)
            total = total + value
            size = size + np.abs(value)
        far = np.isfinite(total) & (np.abs(total) > 1e-9 * size)
        found = {int(s) for s in np.unique(np.sign(total[far]))}
    return found | ({0} if bool(np.any(size == 0.0)) else set())


def signs_of(values: Array | None) -> set[int]:
    """The signs of values that are not small; an exact 0 counts."""
    if values is None:
        return set()
    far = np.isfinite(values) & (np.abs(values) > 1e-9)
    found = {int(s) for s in np.unique(np.sign(values[far]))}
    return found | ({0} if bool(np.any(values == 0.0)) else set())
