"""Directed acyclic graphs, reduced and laid out in layers; plain data in and out.

``reduced`` leaves out every edge that a longer path implies. ``layered`` puts nodes on layers of
bounded width (Coffman and Graham), orders them by barycentres, and places them by least squares in
that order, so that edges are straight where they can be. Everything is deterministic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 12
LANE = 6.0
"""The width an edge takes where it passes between nodes."""


PULL, LANE_PULL = 0.7, 0.93
"""What nodes and passing edges keep of their neighbours' distance from the middle. Without it, all
would drift; were it smaller for edges, they would bend."""


class CycleError(ValueError):
    """The graph has a cycle."""


Edges = Mapping[str, Sequence[str]]
"""For each node, those it rests on."""


@dataclass(frozen=True)
class Route:
    """An edge from what is used to what uses it, as the points it passes."""

    source: str
    target: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Layout:
    """Centres of the nodes, routes of the edges, and the size of it all."""

    places: Mapping[str, tuple[float, float]]
    routes: tuple[Route, ...]
    width: float
    height: float


def sorted_upwards(edges: Edges) -> list[str]:
    """The nodes, each after all it rests on.

    Raises:
        CycleError: there is no such order.
    """
    order, state = list[str](), dict[str, int]()
    for root in edges:
        stack = [(root, iter(edges[root]))] if root not in state else []
        state.setdefault(root, 0)
        while stack:
            node, rest = stack[-1]
            below = next((b for b in rest if b in edges and state.get(b) != 1), None)
            if below is None:
                state[node] = 1
                order.append(node)
                stack.pop()
            elif below in state:
                raise CycleError(f"a cycle through {below}")
            else:
                state[below] = 0
                stack.append((below, iter(edges[below])))
    return order


def ancestors(edges: Edges) -> dict[str, frozenset[str]]:
    """For each node, all it rests on, directly or not."""
    found: dict[str, frozenset[str]] = {}
    for node in sorted_upwards(edges):
        below = [b for b in edges[node] if b in edges]
        found[node] = frozenset(below).union(*(found[b] for b in below))
    return found


def reduced(edges: Edges) -> dict[str, tuple[str, ...]]:
    """The transitive reduction.

    >>> reduced({"a": (), "b": ("a",), "c": ("a", "b")})
    {'a': (), 'b': ('a',), 'c': ('b',)}
    """
    beneath = ancestors(edges)
    kept = dict[str, tuple[str, ...]]()
    for node, below in edges.items():
        inside = [b for b in dict.fromkeys(below) if b in edges]
        kept[node] = tuple(b for b in inside if not any(b in beneath[o] for o in inside))
    return kept


def layered(
    edges: Edges, sizes: Mapping[str, float], *, breadth: float, height: float, gap: float = 16.0
) -> Layout:
    """The layout of a graph (best: a reduced one), what is rested on above.

    ``sizes``: the widths of nodes. ``breadth``: how wide a layer may be. ``height``: from one layer
    to the next.
    """
    levels = _levels(edges, sizes, breadth, gap)
    rows, chains = _rows(edges, levels)
    above = {item: list[_Item]() for row in rows for item in row}
    below = {item: list[_Item]() for row in rows for item in row}
    for chain in chains:
        for high, low in pairwise(chain):
            above[low].append(high)
            below[high].append(low)
    _order(rows, above, below)
    xs = _place(rows, above, below, sizes, gap)
    half = {item: (sizes[item] if isinstance(item, str) else LANE) / 2 for item in xs}
    left = min((xs[i] - half[i] for i in xs), default=0.0)
    right = max((xs[i] + half[i] for i in xs), default=0.0)

    def at(item: _Item) -> tuple[float, float]:
        level = levels[item] if isinstance(item, str) else item[2]
        return round(xs[item] - left, 1), round((level + 0.5) * height, 1)

    routes = tuple(Route(str(c[0]), str(c[-1]), tuple(map(at, c))) for c in chains)
    return Layout({n: at(n) for n in edges}, routes, round(right - left, 1), len(rows) * height)


_Item = str | tuple[str, str, int]
"""A node, or where an edge (source, target) passes a layer."""


def _levels(edges: Edges, sizes: Mapping[str, float], breadth: float, gap: float) -> dict[str, int]:
    """The layer of each node: as high as what it rests on and the breadth allow."""
    levels, filled = dict[str, int](), list[float]()
    for node in sorted_upwards(edges):
        level = max((levels[b] + 1 for b in edges[node] if b in levels), default=0)
        need = sizes[node] + gap
        while True:
            if level == len(filled):
                filled.append(0.0)
            if not filled[level] or filled[level] + need <= breadth:
                break
            level += 1
        levels[node], filled[level] = level, filled[level] + need
    users = {node: list[str]() for node in edges}
    for node, below in edges.items():
        for b in below:
            if b in users:
                users[b].append(node)
    for node in reversed(sorted_upwards(edges)):  # sink towards the uses, if there is room
        need = sizes[node] + gap
        lowest = min((levels[u] - 1 for u in users[node]), default=levels[node])
        room = (n for n in range(lowest, levels[node], -1) if filled[n] + need <= breadth)
        level = next(room, levels[node])
        if level != levels[node]:
            filled[levels[node]] -= need
            filled[level] += need
            levels[node] = level
    return levels


def _rows(
    edges: Edges, levels: Mapping[str, int]
) -> tuple[list[list[_Item]], list[tuple[_Item, ...]]]:
    """The layers with nodes and passing edges, and each edge as the items it goes through."""
    rows: list[list[_Item]] = [[] for _ in range(max(levels.values(), default=-1) + 1)]
    for node, level in levels.items():
        rows[level].append(node)
    chains = list[tuple[_Item, ...]]()
    for node, below in edges.items():
        for source in (b for b in below if b in levels):
            passing: list[_Item] = [
                (source, node, n) for n in range(levels[source] + 1, levels[node])
            ]
            for item in passing:
                rows[item[2]].append(item)  # type: ignore[index]
            chains.append((source, *passing, node))
    return rows, chains


def _order(
    rows: list[list[_Item]],
    above: Mapping[_Item, list[_Item]],
    below: Mapping[_Item, list[_Item]],
) -> None:
    """Order each layer by the mean position of its neighbours, downwards and upwards in turn."""
    spot = {item: float(n) for row in rows for n, item in enumerate(row)}
    best, fewest = [row[:] for row in rows], _crossings(rows, above)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else rows[::-1]:
            near = above if down else below
            wish = {i: _mean((spot[j] for j in near[i]), spot[i]) for i in row}
            row.sort(key=wish.__getitem__)
            for n, item in enumerate(row):
                spot[item] = float(n)
        if (count := _crossings(rows, above)) < fewest:
            best, fewest = [row[:] for row in rows], count
    rows[:] = best


def _crossings(rows: list[list[_Item]], above: Mapping[_Item, list[_Item]]) -> int:
    """How often two edges between neighbouring layers cross (by counting inversions)."""
    total = 0
    for high, low in pairwise(rows):
        spot = {item: n for n, item in enumerate(high)}
        tree = [0] * (len(high) + 1)
        seen = 0
        for item in low:
            ends = sorted(spot[j] for j in above[item])
            for end in ends:
                before, n = 0, end + 1
                while n:
                    before += tree[n]
                    n &= n - 1
                total += seen - before
            for end in ends:
                seen, n = seen + 1, end + 1
                while n < len(tree):
                    tree[n] += 1
                    n += n & -n
    return total


def _place(
    rows: list[list[_Item]],
    above: Mapping[_Item, list[_Item]],
    below: Mapping[_Item, list[_Item]],
    sizes: Mapping[str, float],
    gap: float,
) -> dict[_Item, float]:
    """The horizontal place of every item: near its neighbours, in the order of its layer.

    No layer reaches further out than the widest has to.
    """
    xs = dict[_Item, float]()
    offsets, ends = list[list[float]](), list[float]()
    for row in rows:
        widths = [sizes[i] + gap if isinstance(i, str) else LANE for i in row]
        centres, end = list[float](), 0.0
        for width in widths:
            centres.append(end + width / 2)
            end += width
        offsets.append(centres)
        ends.append(end)
        xs.update({i: c - end / 2 for i, c in zip(row, centres, strict=True)})
    half = max(ends, default=0.0) / 2
    for sweep in range(2 * SWEEPS):
        down = sweep % 2 == 0
        for n in range(len(rows)) if down else reversed(range(len(rows))):
            row = rows[n]
            near = above if down else below
            both = {i: near[i] or (above[i] + below[i]) for i in row}
            wish = [
                (PULL if isinstance(i, str) else LANE_PULL) * _mean((xs[j] for j in both[i]), xs[i])
                for i in row
            ]
            weights = [1.0 if isinstance(i, str) else 4.0 for i in row]
            shifted = [w - o for w, o in zip(wish, offsets[n], strict=True)]
            fitted = [min(max(f, -half), half - ends[n]) for f in _rising(shifted, weights)]
            xs.update({i: f + o for i, f, o in zip(row, fitted, offsets[n], strict=True)})
    return xs


def _rising(wish: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing sequence nearest to ``wish`` (pooling adjacent violators).

    >>> _rising([1.0, 3.0, 2.0], [1.0, 1.0, 1.0])
    [1.0, 2.5, 2.5]
    """
    pools = list[tuple[float, float, int]]()
    for value, weight in zip(wish, weights, strict=True):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, v, m), (b, w, n) = pools[-2:]
            pools[-2:] = [((a * v + b * w) / (v + w), v + w, m + n)]
    return [value for value, _, count in pools for _ in range(count)]


def _mean(values: Iterable[float], otherwise: float) -> float:
    found = list(values)
    return sum(found) / len(found) if found else otherwise
