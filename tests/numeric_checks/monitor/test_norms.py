"""The norms against exact arithmetic, at every dtype, and where squares leave the floats."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.monitor.norms import Norms, norms

pytestmark = pytest.mark.numeric
DTYPES = [torch.float64, torch.float32, torch.bfloat16, torch.float16]


def exact(tensors) -> tuple[list[Fraction], list[Fraction]]:
    """Sums of absolute values and of squares, in rationals."""
    rows = [[Fraction(v) for v in t.double().flatten().tolist()] for t in tensors]
    return [sum(map(abs, r), Fraction(0)) for r in rows], [sum(v * v for v in r) for r in rows]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.lists(st.integers(0, 4), max_size=3), st.sampled_from(DTYPES)),
                min_size=1, max_size=5), st.integers(0, 2**31))  # fmt: skip
def test_against_rationals(kinds, seed) -> None:
    generator = torch.Generator().manual_seed(seed)
    tensors = [torch.randn(shape, generator=generator).to(dtype) for shape, dtype in kinds]
    found, (sums, squares) = norms(tensors), exact(tensors)
    assert found.sizes == tuple(t.numel() for t in tensors)
    for l1, l2, total, square in zip(found.l1, found.l2, sums, squares, strict=True):
        assert float(l1) == pytest.approx(float(total), rel=1e-15 * 64)
        assert float(l2) == pytest.approx(math.sqrt(square), rel=1e-15 * 64)
    d = sum(found.sizes)
    assert found.d == d
    if d and any(sums):
        ratio = float(sum(sums)) / math.sqrt(d * sum(squares))
        assert found.ratio == pytest.approx(ratio, rel=1e-13)
        assert 1 / math.sqrt(d) <= found.ratio * (1 + 1e-12) and found.ratio <= 1 + 1e-12
    else:
        assert math.isnan(found.ratio)
    for own, total, square, size in zip(found.ratios, sums, squares, found.sizes, strict=True):
        if total:
            assert float(own) == pytest.approx(float(total) / math.sqrt(size * square), rel=1e-13)
        else:
            assert math.isnan(own)


def test_half_precision_is_added_up_in_float64() -> None:
    """In float16 the sum of 10^5 ones is infinite, in bfloat16 it stops at 256."""
    for dtype in DTYPES:
        found = norms([torch.ones(100_000, dtype=dtype)])
        assert (found.whole_l1, found.ratio) == (100_000.0, pytest.approx(1, abs=1e-15))


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e-300])
def test_squares_beyond_the_floats(size: float) -> None:
    found = norms([torch.full((3, 3), size, dtype=torch.float64), torch.zeros(2)])
    assert found.l2[0].item() == pytest.approx(3 * size, rel=1e-15)
    assert found.ratios[0].item() == pytest.approx(1, abs=1e-14)
    assert math.isnan(found.ratios[1])
    assert found.ratio == pytest.approx(math.sqrt(9 / 11), abs=1e-14)


def test_what_is_not_finite_is_seen() -> None:
    found = norms([torch.tensor([1.0, math.nan]), torch.tensor([math.inf]), torch.ones(1)])
    assert math.isnan(found.l1[0]) and math.isinf(found.l1[1]) and found.l1[2] == 1
    assert math.isnan(found.ratio)


def test_sparse_and_strided_tensors_are_their_dense_ones() -> None:
    dense = torch.tensor([[0.0, 3.0], [-4.0, 0.0]])
    twice = torch.sparse_coo_tensor(
        [[0, 0, 1], [1, 1, 0]], [1.0, 2.0, -4.0], (2, 2), check_invariants=True
    )
    for tensor in (twice, dense.t(), dense.expand(1, 2, 2)):
        found = norms([tensor])
        assert (found.l1.item(), found.l2.item(), found.sizes) == (7.0, 5.0, (4,))


def test_no_gradient_flows_and_none_is_needed() -> None:
    x = torch.ones(2, requires_grad=True)
    assert not norms([x]).l1.requires_grad
    assert norms([]).d == 0 and math.isnan(norms([]).ratio)
    assert isinstance(norms([]), Norms)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.int64, torch.bool])
def test_only_real_vectors(dtype) -> None:
    with pytest.raises(TypeError, match=rf"tensor 1 is {dtype}: norms are those of real"):
        norms([torch.ones(1), torch.ones(2, dtype=dtype)])
