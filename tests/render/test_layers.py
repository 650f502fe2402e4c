"""Graphs: the reduction keeps what rests on what, the layout overlaps nothing and points down."""

from __future__ import annotations

import itertools
import random

import pytest

from ratecert.proofs.render.layers import LANE, CycleError, ancestors, layered, reduced


def _random(count: int, seed: int) -> dict[str, tuple[str, ...]]:
    source = random.Random(seed)
    return {
        f"n{n}": tuple(f"n{source.randrange(n)}" for _ in range(source.randrange(5)) if n)
        for n in range(count)
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_reduction_keeps_ancestors_and_nothing_else(seed: int) -> None:
    graph = _random(60, seed)
    small = reduced(graph)
    assert ancestors(small) == ancestors(graph)
    for node, below in small.items():
        for left_out in below:
            fewer = {**small, node: tuple(b for b in below if b != left_out)}
            assert left_out not in ancestors(fewer)[node]


@pytest.mark.parametrize("seed", range(5))
def test_edges_point_down_and_nodes_do_not_overlap(seed: int) -> None:
    graph = reduced(_random(120, seed))
    sizes = {node: 30.0 + 7 * (n % 13) for n, node in enumerate(graph)}
    layout = layered(graph, sizes, breadth=800, height=50)
    for node, below in graph.items():
        for source in below:
            assert layout.places[source][1] < layout.places[node][1]
    rows: dict[float, list[tuple[float, float]]] = {}
    for node, (x, y) in layout.places.items():
        assert x - sizes[node] / 2 >= -0.1
        assert x + sizes[node] / 2 <= layout.width + 0.1
        rows.setdefault(y, []).append((x - sizes[node] / 2, x + sizes[node] / 2))
    for row in rows.values():
        assert all(a[1] < b[0] for a, b in itertools.pairwise(sorted(row)))
        assert sum(b - a + 16 for a, b in row) <= 800
    passing: dict[float, int] = {}
    for route in layout.routes:
        for _, y in route.points[1:-1]:
            passing[y] = passing.get(y, 0) + 1
    needs = [sum(b - a + 16 for a, b in rows.get(y, [])) + LANE * passing.get(y, 0)
             for y in {*rows, *passing}]  # fmt: skip
    assert layout.width <= max(needs) + 0.1  # no layer reaches further out than it has to
    drawn = {(route.source, route.target) for route in layout.routes}
    assert drawn == {(source, node) for node, below in graph.items() for source in below}
    for route in layout.routes:
        assert route.points[0] == layout.places[route.source]
        assert route.points[-1] == layout.places[route.target]
    assert layout == layered(graph, sizes, breadth=800, height=50)


def test_a_cycle_is_refused() -> None:
    with pytest.raises(CycleError):
        reduced({"a": ("b",), "b": ("a",)})


def test_a_graph_of_one_and_of_none() -> None:
    assert layered({"a": ()}, {"a": 40.0}, breadth=100, height=50).places == {"a": (20.0, 25.0)}
    assert layered({}, {}, breadth=100, height=50).places == {}
