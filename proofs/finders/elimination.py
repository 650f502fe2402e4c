"""Which quantities a search keeps as generators, and which it writes in terms of others.

A root s = t^(1/q) with t known >= 0 obeys s^q = t, and an equation is a relation as well. Each
relation that is linear in some atom x eliminates x, unless that would be circular: x = s^2 is then
a polynomial in the free generator s, and a factor of a goal may be seen through the root.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm

from ..kernel.normal import Normaliser
from ..kernel.polynomials import (
    ATOM,
    INVPOS,
    POS,
    Exponent,
    Factor,
    Poly,
)
from ..kernel.terms import Abs


class Elimination:
    """The factors of some kernel polynomials, and a way to eliminate atoms among them.

    ``factors``: all factors, also those inside radicands and denominators. ``roots``: for a
    radicand, the least common denominator of its exponents. ``inside``: what a factor is made of,
    where it is known to be defined. ``eliminated``: for an atom x, the polynomial p with p = 0 (or
    p = root^q) to solve for x. ``freed``: radicands whose root is a free generator for that reason.
    ``solved``: the equations used, by number, with their atoms. ``liberal``: divide by quantities
    known to be non-zero to free a root.
    """

    def __init__(
        self,
        n: Normaliser,
        polys: Iterable[Poly],
        equations: Sequence[Poly],
        enabled: bool = True,
        liberal: bool = False,
    ) -> None:
        self.n, self.liberal = n, liberal
        self.roots: dict[str, int] = {}
        self.inside: dict[tuple[str, int], Poly] = {}
        self.factors: dict[tuple[str, int], Factor] = {}
        self.eliminated: dict[str, tuple[Poly, Factor | None]] = {}
        self.freed: set[str] = set()
        self.solved: list[tuple[int, Factor]] = []
        self._collect([*polys, *equations])
        for key, q in self.roots.items():  # max(t, 0) is no root, but (t^(1/2))^2
            self.roots[key] = q if q > 1 else 2
        if enabled:
            self._eliminate(equations)

    # --- construction -------------------------------------------------------------------------

    def _collect(self, polys: list[Poly]) -> None:
        """All factors, also inside radicands and denominators."""
        work = list(polys)
        while work:
            for m in work.pop():
                for item, e in m:
                    key, kind, t = item
                    if kind in (POS, INVPOS):
                        q = Fraction(e).denominator
                        self.roots[key] = lcm(self.roots.get(key, 1), q)
                    if (key, kind) in self.factors:
                        continue
                    self.factors[key, kind] = item
                    if isinstance(t, Abs) and kind == ATOM:
                        self.inside[key, kind] = self.n.poly(t.body)
                        work.append(self.inside[key, kind])
                    elif kind != ATOM and self.defined(item):
                        self.inside[key, kind] = self.n.poly(t)
                        work.append(self.inside[key, kind])

    def defined(self, item: Factor) -> bool:
        """Is t >= 0 known (for a root) or t != 0 (for an inverse)?"""
        known = self.n.sign(item[2])
        if known is None:
            return False
        return known[0] > 0 if item[1] in (POS, INVPOS) else known[1]

    def _eliminate(self, equations: Sequence[Poly]) -> None:
        relations: list[tuple[int, Poly, Factor | None]] = []
        for (key, kind), item in self.factors.items():
            if kind == POS and (key, kind) in self.inside:
                p = self.inside[key, kind]
                single = len(p) == 1 and all(len(m) == 1 and m[0][1] == 1 for m in p)
                relations.append((1 if single else 2, p, item))
        relations += [(0, e, None) for e in equations]
        relations.sort(key=lambda r: (r[0], len(r[1])))
        later: list[tuple[Poly, Factor | None]] = []
        for _, p, root in relations:
            if not self._solve(p, root, constant=True) and (root is None or self.liberal):
                later.append((p, root))
        for p, root in later:
            self._solve(p, root, constant=False)
        index = {id(e): i for i, e in enumerate(equations)}
        for key, (p, _) in self.eliminated.items():
            if id(p) in index:
                self.solved.append((index[id(p)], self.factors[key, ATOM]))

    def _solve(self, p: Poly, root: Factor | None, constant: bool) -> bool:
        """Eliminate an atom in which ``p`` is linear: from p = 0, or p = root^q."""
        for item in self._linear_atoms(p, constant):
            others = {f for m in p for f, _ in m if f[:2] != item[:2]}
            if any(item[0] in self._depends(f) for f in others):
                continue
            if root is not None and root[0] in self.freed:
                continue
            self.eliminated[item[0]] = (p, root)
            if root is not None:
                self.freed.add(root[0])
            return True
        return False

    def _linear_atoms(self, p: Poly, constant: bool) -> list[Factor]:
        """Unsolved atoms x with p = c x + rest, c a constant (or else known non-zero)."""
        seen: dict[str, list[tuple[Exponent, int]]] = {}
        table: dict[str, Factor] = {}
        for m in p:
            for f, e in m:
                if f[1] == ATOM and not isinstance(f[2], Abs):
                    table[f[0]] = f
                    seen.setdefault(f[0], []).append((e, len(m)))
        found = []
        for key, uses in seen.items():
            if key in self.eliminated or any(e != 1 for e, _ in uses):
                continue
            plain = len(uses) == 1 and uses[0][1] == 1
            if plain == constant and (plain or self._coefficient_known(p, table[key])):
                found.append(table[key])
        rank = {key: sum(key in f[0] for f in self.factors.values()) for key in table}
        return sorted(found, key=lambda f: (rank[f[0]], -len(f[0]), f[0]))

    def _coefficient_known(self, p: Poly, item: Factor) -> bool:
        c: Poly = {
            tuple(x for x in m if x[0] != item): v
            for m, v in p.items()
            if any(f == item for f, _ in m)
        }
        known = self.n.sign_of(c)
        return known is not None and known[1]

    def _depends(self, item: Factor) -> set[str]:
        """The keys of the atoms on which the value of ``item`` depends."""
        key, kind, _ = item
        if kind == ATOM and key in self.eliminated:
            p, _ = self.eliminated[key]
            parts = {f for m in p for f, _ in m if f[:2] != item[:2]}
        elif kind == POS and key in self.freed:
            return set()
        elif (key, kind) in self.inside:
            parts = {f for m in self.inside[key, kind] for f, _ in m}
        else:
            return {key}
        return {key}.union(*(self._depends(f) for f in parts))
