"""Places, ranges, sums, definitions, points, and terms that are refused."""

from __future__ import annotations

import pytest
import torch

from ratecert.numeric_checks.evaluate import Statement, theory_unfolding, unfolding
from ratecert.numeric_checks.exact import EvaluationError, MissingError
from ratecert.numeric_checks.instances import ProfileBatch
from ratecert.numeric_checks.trees import bare, evaluate_on, grow
from ratecert.optimizers.batched import ShapeError
from ratecert.proofs.kernel import terms as T
from ratecert.proofs.kernel.terms import CE, Abs, App, Ix, IxVal, Le, PointApp, PointVar, Rel
from ratecert.proofs.theorems.adamw import adamw

from .forests import (
    COORDINATES,
    STEPS,
    ZERO,
    K,
    d,
    forest,
    i,
    j,
    k,
    leaves,
    one,
    process,
    reads,
    t,
    tensor,
)

# --- places and ranges ----------------------------------------------------------------------------


def test_places_are_indices_and_nodes() -> None:
    found, grown = reads(process("D"), *STEPS, *COORDINATES), grow(forest(leaves()))
    for position in range(found.left.shape[1]):
        place, path = found.place(position), found.path(position)
        assert len(path) == place["k"]
        assert place["node"] == sum(bit << n for n, bit in enumerate(reversed(path)))
        value = grown.processes["D"][place["k"]][:, place["node"], place["i"] - 1]
        assert torch.equal(found.left[:, position], value)
    for outside in (-1, 28):
        with pytest.raises(IndexError, match="of 28"):
            found.place(outside)


def test_ranges() -> None:
    v = process("v")
    assert reads(v, *STEPS, *COORDINATES, boxes={"k": (2, 2), "i": (1, 1)}).left.shape == (2, 4)
    assert reads(v, *STEPS, *COORDINATES, Le(k, Ix(None, 0))).left.shape == (2, 0)
    assert reads(v, *STEPS, *COORDINATES, Le(Ix(None, 4), K)).left.shape == (2, 0)  # K = 3
    both = reads(App("v", (t, i)), *STEPS, *COORDINATES, Le(one, t), Le(t, k.shift(-1)))
    assert [b.times for b in both.blocks] == [{"k": 2, "t": 1}, {"k": 3, "t": 1}, {"k": 3, "t": 2}]
    pairs = reads(App("sigma", (i,)), *COORDINATES, Le(one, j), Le(j, i))
    assert pairs.within.tolist() == [[True, False, True, True]] * 2
    open_ended = reads(App("f", (PointApp("x", (k,)),)))
    assert [b.times["k"] for b in open_ended.blocks] == [1, 2, 3]


def test_hypotheses_say_where() -> None:
    level = App("sigma", (i,))
    positive = reads(process("g"), *STEPS, *COORDINATES, Rel(ZERO, "<", process("g")))
    assert torch.equal(positive.within, positive.left > 0)
    assert bool(reads(level, *COORDINATES, Rel(level, "<=", T.rat(1))).within.all())
    assert not bool(reads(level, *COORDINATES, Rel(level, "<", T.rat(1))).within.any())
    near = T.add(T.rat(1), T.rat("1/100000000000000"))
    assert bool(reads(level, *COORDINATES, Rel(level, "=", near)).within.all())
    off = T.add(T.rat(1), T.rat("1/10000000000"))
    assert not bool(reads(level, *COORDINATES, Rel(off, "<=", level)).within.any())


def test_sums() -> None:
    index = IxVal(t)
    assert reads(T.sum_over("t", one, K, index)).left.tolist() == [[6.0]] * 2
    assert reads(T.sum_over("t", one, d, index)).left.tolist() == [[3.0]] * 2
    assert reads(T.sum_over("t", one, K, T.rat(2))).left.tolist() == [[6.0]] * 2
    assert reads(T.sum_over("t", one, d, T.rat(2))).left.tolist() == [[4.0]] * 2
    assert reads(T.sum_over("t", K, one, index)).left.tolist() == [[0.0]] * 2
    assert reads(T.sum_over("t", d, one, index)).left.tolist() == [[0.0]] * 2
    triangle = reads(T.sum_over("t", one, i, index), *COORDINATES)
    assert triangle.left.tolist() == [[1.0, 3.0]] * 2


def test_definitions_that_go_down_along_coordinates() -> None:
    """xmax[i] = max(xmax[i-1], |x_i|): an index that is a dimension, and a recursion along it."""
    unfold = theory_unfolding(adamw.kernel())
    largest = leaves()[3].abs().cummax(-1).values
    assert torch.equal(reads(App("xmax", (i,)), *COORDINATES, unfold=unfold).left, largest)
    earlier = reads(App("xmax", (i.shift(-1),)), *COORDINATES, unfold=unfold).left
    assert torch.equal(earlier, torch.cat((torch.zeros(2, 1), largest[:, :1]), -1))
    folded = unfolding([(App("h", (i,)), App("D", (K, i)), ()), (App("y", (one,)), T.rat(5), ()),
                        (App("y", (i,)), App("h", (i,)), (Le(Ix(None, 2), i),))])  # fmt: skip
    stacked = reads(App("y", (i,)), *COORDINATES, unfold=folded).left.reshape(2, 8, 2)
    assert torch.equal(stacked[..., 0], torch.full((2, 8), 5.0))
    assert torch.equal(stacked[..., 1], grow(forest(leaves())).processes["D"][3][..., 1])


def test_definitions_apply_where_they_say() -> None:
    unfold = unfolding([(App("h", (k,)), T.rat(5), (Le(Ix(None, 2), k),))])
    assert reads(App("h", (k,)), Le(Ix(None, 2), k), unfold=unfold).left.tolist() == [[5.0] * 2] * 2
    with pytest.raises(EvaluationError, match="does not apply where not"):
        reads(App("h", (k,)), unfold=unfold)


def test_definitions_that_bring_in_what_is_not_known() -> None:
    strange = unfolding([(App("h", (k,)), IxVal(Ix("N")), ())])
    with pytest.raises(MissingError, match="no value and no range for the index N"):
        reads(App("h", (one,)), unfold=strange)


def test_a_gradient_at_a_point_that_moves_with_its_coordinate() -> None:
    """grad f(y)_i where y itself depends on i is refused, not read as something else."""
    moved = T.point_of("j", T.mul(App("sigma", (j,)), IxVal(i)))
    with pytest.raises(EvaluationError, match="uses the coordinate i twice"):
        reads(App("grad", (moved, i)), *COORDINATES)


def test_recursions_in_time_are_not_nested() -> None:
    """T^k = T^{k-1} + ... at k = 2000 is no 2000 calls inside each other."""
    more = T.add(App("h", (k.shift(-1),)), T.rat(1))
    count = [(App("h", (Ix(None, 0),)), ZERO, ()), (App("h", (k,)), more, (Le(one, k),))]
    statement = Statement("h", Rel(App("h", (Ix(None, 2000),)), "<=", ZERO), (), unfolding(count))
    assert evaluate_on(statement, bare({})).left.tolist() == [[2000.0]]


# --- points and constants -------------------------------------------------------------------------


def test_points_and_constants_without_a_run() -> None:
    x = PointVar("p", "det")
    size = T.sum_over("j", one, d, Abs(T.coord(x, j)))
    point = tensor([[3.0, -4.0], [1.0, 0.0], [0.0, 0.0]])
    found = evaluate_on(Statement("l1", Rel(size, "<=", ZERO)), bare({}, d=2), {"p": point})
    assert found.left[:, 0].tolist() == [7.0, 1.0, 0.0]
    flat, unit = point.new_zeros(3, 2, 0), point.new_ones(3, 2, 1)
    objective = ProfileBatch(flat, unit, point.new_zeros(3, 2))
    at = Statement("f", Rel(App("f", (x,)), "<=", App("grad", (x, i))), COORDINATES)
    found = evaluate_on(at, bare({}, d=2, objective=objective), {"p": point})
    assert found.left[:, 0].tolist() == [12.5, 0.5, 0.0]
    assert torch.equal(found.right, point)
    middle = T.point_of("j", T.mul(T.rat("1/2"), T.coord(x, j)))
    half = evaluate_on(
        Statement("g", Rel(App("grad", (middle, i)), "<=", App("f", (middle,))), COORDINATES),
        bare({}, d=2, objective=objective), {"p": point},
    )  # fmt: skip
    assert torch.equal(half.left, point / 2)
    assert half.right[:, 0].tolist() == [12.5 / 4, 0.125, 0.0]


def test_special_values() -> None:
    gamma = reads(App("Gamma", (T.rat("1/2"),))).left
    assert torch.allclose(gamma**2, reads(App("pi", ())).left, rtol=1e-14)


@pytest.mark.parametrize(
    ("term", "error", "message"),
    [
        (T.Var("thet", "det"), MissingError, "did you mean theta"),
        (T.Var("sigma", "det"), EvaluationError, "no scalar"),
        (App("sigma", ()), EvaluationError, "varies with the coordinate"),
        (App("sigma", (Ix(None, 3),)), EvaluationError, r"coordinates 3\.\.3 of R\^2"),
        (App("g", (Ix(None, 4), one)), MissingError, r"time 4; times are 1\.\.3"),
        (App("v", (d.shift(2), one)), MissingError, r"time 4; times are 0\.\.3"),
        (App("h", (one,)), MissingError, "neither in these worlds nor defined"),
        (App("h", (T.Var("w", "det"),)), MissingError, "neither in these worlds nor defined"),
        (T.coord(PointApp("y", (one,)), one), MissingError, "no point process y"),
        (T.coord(PointVar("y", "det"), one), MissingError, "no value for the point y"),
        (T.coord(PointVar("short", "det"), one), ShapeError, r"must be \[B, 2\]"),
        (IxVal(Ix("z", 1)), None, ""),
        (T.sum_over("t", one, d, App("g", (t, one))), EvaluationError, "coordinate .* as a time"),
        (T.sum_over("t", one, d, CE(t, App("g", (one, one)))), EvaluationError, "conditioning"),
        (App("g", (one, T.rat(1))), EvaluationError, "takes a time and a coordinate"),
        (App("coord", (T.rat(1), one)), EvaluationError, "coord takes a point"),
        (App("grad", (PointApp("x", (one,)), T.rat(1))), EvaluationError, "grad takes a point"),
    ],
)
def test_what_is_refused(term: T.Term, error: type[Exception] | None, message: str) -> None:
    variables = {"short": torch.ones(2, 1, dtype=torch.float64), "w": tensor(1.0)}
    if error is None:
        assert reads(term, variables=variables).left.tolist() == [[2.0, 3.0, 4.0]] * 2
        return
    with pytest.raises(error, match=message):
        reads(term, variables=variables)


def test_bare_worlds_that_do_not_fit() -> None:
    with pytest.raises(ShapeError, match="M must be floats"):
        bare({"L": torch.ones(3), "M": torch.ones(2)})
    f = Statement("f", Rel(App("f", (PointVar("p", "det"),)), "<=", ZERO))
    with pytest.raises(MissingError, match="f is not known"):
        evaluate_on(f, bare({}), {"p": torch.ones(1, 1)})
