"""Index hypotheses to ranges."""

from __future__ import annotations

import pytest

from ratecert.numeric_checks.evaluate.ranges import UnboundedError, ranges
from ratecert.proofs.kernel.terms import Ix, Le

k, t, i, K, d = (Ix(name) for name in "ktiKd")
one = Ix(None, 1)
CONSTANTS = {"K": 10, "d": 3}


def test_boxes_and_times() -> None:
    found = ranges(["k", "i"], [Le(one, k), Le(k, K), Le(one, i), Le(i, d)], CONSTANTS)
    assert dict(found.boxes) == {"k": (1, 10), "i": (1, 3)}
    assert found.time == {"k"}
    assert found.satisfiable
    assert found.joint == ()


def test_offsets() -> None:
    found = ranges(["k"], [Le(Ix(None, 2), k), Le(k.shift(-1), K)], CONSTANTS)
    assert dict(found.boxes) == {"k": (2, 11)}


def test_chains_and_joint_conditions() -> None:
    chain = [Le(one, t), Le(t.shift(1), k), Le(k, K)]
    found = ranges(["k", "t"], chain, CONSTANTS)
    assert dict(found.boxes) == {"k": (2, 10), "t": (1, 9)}
    assert found.time == {"k", "t"}
    assert found.joint == (chain[1],)


@pytest.mark.parametrize(
    "hypotheses",
    [
        [Le(one, k), Le(k, Ix(None, 0))],
        [Le(one, k), Le(k, K), Le(k.shift(1), k)],
        [Le(one, k), Le(k, K), Le(Ix(None, 20), K)],
    ],
)
def test_contradictions(hypotheses: list[Le]) -> None:
    assert not ranges(["k"], hypotheses, CONSTANTS).satisfiable


def test_constants_only() -> None:
    assert ranges([], [Le(one, K)], CONSTANTS).satisfiable
    assert not ranges([], [Le(K, d)], CONSTANTS).satisfiable


@pytest.mark.parametrize(
    ("hypotheses", "side"), [([Le(one, k)], "upper"), ([Le(k, K)], "lower"), ([], "lower")]
)
def test_unbounded(hypotheses: list[Le], side: str) -> None:
    with pytest.raises(UnboundedError, match=f"the index k no {side} bound"):
        ranges(["k"], hypotheses, CONSTANTS)
