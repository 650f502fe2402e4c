"""The two readings of a term must agree: tensors over a run, exact numbers at a place."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest
import torch

from ratecert.numeric_checks.evaluate import (
    Carried,
    Statement,
    TreeError,
    WindowError,
    evaluate,
    unfolding,
)
from ratecert.numeric_checks.evaluate.labelled import Labelled, combine, total_power
from ratecert.numeric_checks.evaluate.replay import Replay
from ratecert.numeric_checks.exact import (
    EvaluationError,
    IndeterminateError,
    MissingError,
    as_float,
    exact_term,
    power,
    working_precision,
)
from ratecert.numeric_checks.exact.numbers import from_float
from ratecert.numeric_checks.instances import quadratic
from ratecert.numeric_checks.simulate import Run, record, simulate
from ratecert.optimizers.recursions import SGD, Recursion
from ratecert.proofs.kernel.terms import (
    CE,
    Abs,
    App,
    E,
    Ix,
    IxVal,
    Le,
    PointApp,
    PointVar,
    Pow,
    Rel,
    Term,
    Var,
    add,
    coord,
    div,
    mul,
    point_of,
    rat,
    sqrt,
    sub,
    sum_over,
)
from ratecert.proofs.kernel.terms import (
    power as pow_,
)

QUADRATIC = quadratic(
    (Fraction(1), Fraction(1, 2), Fraction(1, 8)), (Fraction(1, 4), Fraction(0), Fraction(1))
)
ADAMW = {"theta": 0.75, "beta": 0.875, "eta": 0.125, "eps": 0.0625, "lam": 0.25}
k, t, i, j, K, d, one = (*(Ix(n) for n in "ktijKd"), Ix(None, 1))
RANGES = (Le(one, k), Le(k, K), Le(one, i), Le(i, d))


@pytest.fixture(scope="module")
def run(momentum: Recursion) -> Run:
    return record(momentum, QUADRATIC, K=5, seeds=[1, 2], parameters=ADAMW)


def _value(term: Term, run: Run, *hypotheses: Le, **options: object) -> torch.Tensor:
    """The values of ``term`` [free indices..., rows]."""
    statement = Statement("test", Rel(term, "<=", rat(0)), hypotheses, **options)  # type: ignore[arg-type]
    found = evaluate(statement, run)
    assert found is not None
    return found.left


# --- the agreement of the two readings --------------------------------------------------------


def _random_term(rng: random.Random, depth: int, indices: tuple[Ix, ...]) -> Term:
    """A term over the recorded processes; times are bases k or bound ones, coordinates others."""
    times = [ix for ix in indices if str(ix.base).startswith("k")]
    others = [ix for ix in indices if not str(ix.base).startswith("k")]
    time, at = rng.choice(times), rng.choice(others)
    leaves = [
        rat(Fraction(rng.randint(-3, 3), rng.randint(1, 3))),
        IxVal(time),
        App("g", (time, at)),
        App("m", (time.shift(-rng.randint(0, 1)), at)),
        App("v", (time, at)),
        App("D", (time, Ix(None, 2))),
        App("grad", (PointApp("x", (time.shift(1),)), at)),
        App("f", (PointApp("x", (time,)),)),
        coord(PointApp("x", (time.shift(rng.randint(0, 1)),)), at),
        App("sigma", (at,)),
        App("L", ()),
        App("eta", ()),
        Var("w", "det"),
        App("G2", (time, at)),
    ]
    if depth == 0:
        return rng.choice(leaves)

    def sub_(more: tuple[Ix, ...] = ()) -> Term:
        return _random_term(rng, depth - 1, (*indices, *more))

    kind = rng.randrange(8)
    if kind == 0:
        return add(sub_(), sub_(), sub_())
    if kind == 1:
        return mul(sub_(), sub_())
    if kind == 2:
        return Pow(sub_(), Fraction(rng.choice([0, 1, 2, 3, -1, -2])))
    if kind == 3:
        return Pow(sub_(), Fraction(rng.choice([1, -1, 3]), rng.choice([2, 3])))
    if kind == 4:
        return Abs(sub_())
    if kind == 5:
        name = Ix(f"i{depth}")
        low = rng.choice([one, Ix(None, 2)])
        return sum_over(str(name.base), low, d, sub_((name,)))
    if kind == 6:
        name = Ix(f"k{depth}")
        low, high = rng.choice([(one, K), (one, k), (k, K), (one, k.shift(-1))])
        return sum_over(str(name.base), low, high, sub_((name,)))
    return rng.choice(leaves)


DEFINITIONS = {App("G2", (t, j)): pow_(App("grad", (PointApp("x", (t,)), j)), 2)}


@pytest.mark.parametrize("seed", range(60))
def test_both_readings_agree(seed: int, run: Run) -> None:
    term = _random_term(random.Random(seed), 3, (k, i))
    unfold = unfolding(DEFINITIONS)
    statement = Statement("random", Rel(term, "<=", rat(0)), RANGES, unfold, {"w": Fraction(2, 3)})
    found = evaluate(statement, run)
    assert found is not None
    values = found.left.expand(3, 5, 2)  # names in order: i, k, row
    scale = found.upper + found.lower
    for at_k, at_i, row in itertools.product(range(1, 6), range(1, 4), range(2)):
        with working_precision(200):
            replay = Replay(run, row, statement, anchor=1)
            try:
                exact = exact_term(term, replay, {"k": at_k, "i": at_i}, unfold)
            except IndeterminateError:
                continue
        peer, place = as_float(exact), (at_i - 1, at_k - 1, row)
        bound = max(abs(peer), float(scale.expand(3, 5, 2)[place]), 1e-6)
        assert abs(float(values[place]) - peer) <= 1e-6 * bound, (seed, place)


def test_a_wrong_reading_would_be_noticed(run: Run) -> None:
    """The comparison above separates terms that differ by an index or a constant."""
    statement = Statement("test", Rel(rat(0), "<=", rat(0)), RANGES)
    right = App("g", (k, i))
    wrong = App("g", (k.shift(-1), i))
    value = float(_value(right, run, *RANGES)[0, 2, 0])
    with working_precision(200):
        exact = exact_term(wrong, Replay(run, 0, statement, 1), {"k": 3, "i": 1})
    assert abs(value - as_float(exact)) > 1e-3


# --- semantics --------------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", ["0", "1", "2", "3", "-1", "-2", "1/2", "-1/2", "2/3", "-5/3"])
@pytest.mark.parametrize("base", [-2.0, -0.0, 0.0, 0.25, 3.0])
def test_total_powers(base: float, exponent: str) -> None:
    q = Fraction(exponent)
    expected = as_float(power(from_float(base), q))
    found = float(total_power(torch.tensor(base, dtype=torch.float64), q))
    assert found == pytest.approx(expected, rel=1e-15, abs=0)


def test_labels_align() -> None:
    a = Labelled(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), ("p", "q"))
    b = Labelled(torch.tensor([10.0, 20.0]), ("p",))
    c = combine(torch.add, b, a)
    assert c.names == ("p", "q")
    assert c.data.tolist() == [[11.0, 12.0], [23.0, 24.0]]
    assert a.over(("q", "r", "p")).shape == (2, 1, 2)
    assert a.sum("q").data.tolist() == [3.0, 7.0]


def test_sums(run: Run) -> None:
    g = run.processes["g"].data
    assert torch.allclose(
        _value(sum_over("i", one, d, App("g", (k, i))), run, *RANGES[:2]), g.sum(2)
    )
    everything = sum_over("k", one, K, sum_over("i", one, d, App("g", (k, i))))
    assert torch.allclose(_value(everything, run), g.sum((0, 2)))
    triangle = sum_over("t", one, k, App("g", (t, i)))
    assert torch.allclose(_value(triangle, run, *RANGES), g.cumsum(0).permute(2, 0, 1))
    count = sum_over("t", k, K, rat(1))
    assert _value(count, run, *RANGES[:2])[:, 0].tolist() == [5, 4, 3, 2, 1]
    empty = sum_over("t", Ix(None, 3), Ix(None, 2), App("g", (t, one)))
    assert _value(empty, run).tolist() == [0.0]


def test_equal_sums_over_different_ranges_are_not_confused(run: Run) -> None:
    g = run.processes["g"].data
    body = App("g", (k, i))
    both = add(sum_over("i", one, d, body), mul(rat(100), sum_over("i", Ix(None, 2), d, body)))
    expected = g.sum(2) + 100 * g[:, :, 1:].sum(2)
    assert torch.allclose(_value(both, run, *RANGES[:2]), expected)


def test_functions_at_points_that_were_not_recorded(run: Run) -> None:
    step = point_of("i", sub(coord(PointApp("x", (k,)), i), div(App("g", (k, i)), App("L", ()))))
    moved = run.points["x"].data[:5] - run.processes["g"].data
    value = _value(App("f", (step,)), run, *RANGES[:2])
    assert torch.allclose(value, QUADRATIC.value(moved.flatten(0, 1)).view(5, 2))
    slope = _value(App("grad", (step, i)), run, *RANGES)
    peer = QUADRATIC.gradient(moved.flatten(0, 1)).view(5, 2, 3)
    assert torch.allclose(slope, peer.permute(2, 0, 1))
    assert torch.allclose(_value(coord(step, i), run, *RANGES), moved.permute(2, 0, 1))


def test_expectations_are_means_over_replicates(run: Run) -> None:
    term = E(App("g", (k, i)))
    found = evaluate(Statement("mean", Rel(term, "<=", rat(0)), RANGES), run)
    assert found is not None
    assert found.estimated
    assert torch.allclose(found.left[..., 0], run.processes["g"].data.mean(1).T)
    assert not evaluate(Statement("no", Rel(E(rat(1)), "<=", rat(2))), run).estimated  # type: ignore[union-attr]


def test_no_mean_over_rows_that_differ() -> None:
    eta = torch.tensor([[0.1], [0.2]], dtype=torch.float64)
    run = record(SGD, QUADRATIC, K=3, seeds=[1, 2], parameters={"eta": eta})
    with pytest.raises(EvaluationError, match="differ in nothing but their random streams"):
        _value(E(App("g", (k, i))), run, *RANGES)
    assert _value(App("eta", ()), run).tolist() == [0.1, 0.2]


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "error", "reason"),
    [
        (CE(k.shift(-1), App("g", (k, i))), TreeError, "needs a scenario tree"),
        (App("sigmaa", (i,)), MissingError, "did you mean sigma"),
        (Var("w", "det"), MissingError, "no value for the variable w"),
        (IxVal(Ix("n")), EvaluationError, "the index n no"),
        (App("g", (k.shift(1), i)), WindowError, "recorded at 1..5"),
        (App("g", (k, i.shift(1))), EvaluationError, "coordinates 2..4 of R.3"),
        (App("g", (k,)), EvaluationError, "does not fit what is recorded"),
        (App("g", (k, k)), EvaluationError, "coordinates 1..5"),
        (App("sigma", ()), EvaluationError, "varies with the coordinate"),
        (coord(PointApp("y", (k,)), i), MissingError, "no point process y"),
        (coord(PointVar("p", "any"), i), MissingError, "no value for the point p"),
        (App("h", (PointApp("x", (k,)),)), MissingError, "h is neither recorded nor defined"),
    ],
)
def test_refusals(term: Term, error: type[Exception], reason: str, run: Run) -> None:
    with pytest.raises(error, match=reason):
        _value(term, run, *RANGES)


def test_a_definition_outside_its_range(run: Run) -> None:
    definition = (App("G", (k, i)), App("g", (k, i)), (Le(Ix(None, 2), k),))
    with pytest.raises(EvaluationError, match="does not apply where not"):
        _value(App("G", (k, i)), run, *RANGES, unfold=unfolding([definition]))


# --- windows ----------------------------------------------------------------------------------


def _last(term: Term, chunk: int, before: int = 0, *hypotheses: Le) -> torch.Tensor:
    """The value of a statement without free time, known in the last window."""
    carried, statement = Carried(), Statement("test", Rel(term, "<=", rat(0)), hypotheses)
    found = None
    for window in simulate(
        SGD,
        QUADRATIC,
        K=11,
        seeds=[1, 2],
        parameters={"eta": 0.25},
        chunk=chunk,
        before=before,
    ):
        assert found is None or hypotheses
        found = evaluate(statement, window, carried=carried)
    assert found is not None
    return found.left


FIRST, LAST = PointApp("x", (one,)), PointApp("x", (K.shift(1),))


@pytest.mark.parametrize(
    "term",
    [
        sum_over("k", one, K, sum_over("i", one, d, pow_(App("g", (k, i)), 2))),
        sum_over("k", one, K, E(sqrt(sum_over("i", one, d, pow_(App("g", (k, i)), 2))))),
        sqrt(E(sum_over("k", one, K, pow_(App("g", (k, one)), 2)))),
        sum_over("k", one, K.shift(1), App("f", (PointApp("x", (k,)),))),
        sum_over("k", one, K, rat(1)),
        add(App("f", (FIRST,)), mul(rat(-1), App("f", (LAST,)))),
        mul(sum_over("k", one, K, App("g", (k, one))), coord(FIRST, Ix(None, 2))),
    ],
)
def test_windows_add_up_to_the_whole(term: Term) -> None:
    whole = _last(term, 11)
    for chunk in (1, 4, 10):
        assert torch.allclose(_last(term, chunk), whole, rtol=1e-13, atol=1e-15)


def test_sums_that_reach_back_need_earlier_times() -> None:
    move = sub(coord(PointApp("x", (k,)), one), coord(PointApp("x", (k.shift(-1),)), one))
    term = sum_over("k", Ix(None, 2), K, pow_(move, 2))
    assert torch.allclose(_last(term, 4, before=1), _last(term, 11), rtol=1e-13)
    with pytest.raises(WindowError, match="simulate with more times before"):
        _last(term, 4)


@pytest.mark.parametrize(
    ("term", "hypotheses", "reason"),
    [
        (sum_over("k", one, K, sum_over("t", one, K, App("g", (t, one)))), (), "inside another"),
        (
            mul(App("g", (k, one)), sum_over("t", one, K, App("g", (t, one)))),
            RANGES[:2],
            "whole run",
        ),
        (sum_over("t", k, K, App("g", (t, one))), RANGES[:2], "needs the whole run"),
        (sum_over("t", one, k, App("g", (t, one))), RANGES[:2], "recorded at"),
        (mul(App("g", (k, one)), App("g", (t, one))), (*RANGES[:2], Le(one, t), Le(t, K)), "two"),
        (add(App("g", (k, one)), coord(LAST, one)), RANGES[:2], "looks ahead"),
    ],
)
def test_what_needs_the_whole_run(term: Term, hypotheses: tuple[Le, ...], reason: str) -> None:
    with pytest.raises(WindowError, match=reason):
        _last(term, 4, 0, *hypotheses)
