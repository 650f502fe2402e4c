"""What identifies an instance: every number that it is made of, and its types."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ratecert.numeric_checks.instances import (
    Gaussian,
    Problem,
    Quadratic,
    Rademacher,
    digits,
)  # fmt: skip
from ratecert.numeric_checks.instances.table import noises, objectives
from ratecert.numeric_checks.simulate.identity import UnknownDataError, exact_data

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.fractions(), st.text()
)
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=6)


@given(DATA, DATA)
def test_equal_for_equal_data_of_equal_types_only(one: object, other: object) -> None:
    same = repr(one) == repr(other)
    assert (json.dumps(exact_data(one)) == json.dumps(exact_data(other))) == same


def test_every_objective_and_noise_has_exact_data_of_its_own() -> None:
    made = [kind for _, kind, *_ in (*objectives(), *noises())]
    texts = [json.dumps(exact_data(kind)) for kind in made]
    assert len({*texts}) == len(texts) > 8
    assert texts[-5:] == [json.dumps(exact_data(kind)) for _, kind in noises()]


def test_arrays_differ_by_bytes_shapes_and_types() -> None:
    line = np.arange(4, dtype=np.int64)
    changed = line.copy()
    changed[3] = 7
    kinds = [line, changed, line.reshape(2, 2), line.astype(np.float64), torch.arange(4)]
    assert len({json.dumps(exact_data(kind)) for kind in kinds}) == len(kinds)


def test_caches_do_not_count() -> None:
    problem = Problem(Quadratic((Fraction(1),)), Gaussian((Fraction(1),)))
    before = exact_data(problem)
    problem.stochastic_gradient(problem.start(1), 1, [3])
    assert problem.Delta and exact_data(problem) == before


def test_batches_of_other_sizes_are_others() -> None:
    assert exact_data(digits(16)) != exact_data(digits(8))


class _Undeclared(Rademacher):
    """A subclass whose own data no field declares."""


@dataclass(frozen=True)
class _Holder:
    inside: object


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (object(), "instance is a object"),
        (_Holder((1, {2})), r"instance.inside\[1\] is a set"),
        (_Undeclared((Fraction(1),)), "instance is a _Undeclared"),
        (np.array(["a"]), "instance is a ndarray"),
    ],
)
def test_what_has_no_exact_data_is_named(value: object, where: str) -> None:
    with pytest.raises(UnknownDataError, match=f"{where}.*dataclass"):
        exact_data(value)
