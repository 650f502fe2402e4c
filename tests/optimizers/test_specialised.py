"""A recursion with parameters fixed is the general one at those values, and declared once."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
import torch

from ratecert.optimizers.batched import batched
from ratecert.optimizers.recursions import (
    ADAM,
    ADAMW,
    NADAM,
    NADAMW,
    RECURSIONS,
    Parameter,
    Recursion,
    Slot,
    Update,
    previous,
)

STEPS, B, D = 200, 4, 6
VALUES = {"eta": 0.01, "theta": 0.9, "beta": 0.99, "eps": 1e-3}
DECAY = {"lam": 0.1}

# recursion, the parameters it has, those of the general one that it fixes
SPECIALISED = [
    (ADAMW, VALUES | DECAY, {"mu": 1}),
    (ADAM, VALUES, {"mu": 1, "lam": 0}),
    (NADAM, VALUES, {"mu": VALUES["theta"], "lam": 0}),
]
IDS = [recursion.id for recursion, _, _ in SPECIALISED]


@pytest.mark.numeric
@pytest.mark.parametrize(("recursion", "values", "fixed"), SPECIALISED, ids=IDS)
def test_step_by_step_the_general_recursion(recursion, values, fixed):
    generator = torch.Generator().manual_seed(11)
    start = torch.randn(B, D, generator=generator, dtype=torch.float64)
    special, general = batched(recursion), batched(NADAMW)
    ours, theirs = special.init(start, **values), general.init(start, **values, **fixed)
    for _ in range(STEPS):
        g = ours.x + torch.randn(B, D, generator=generator, dtype=torch.float64)
        ours, assigned = special.step(ours, g)
        theirs, expected = general.step(theirs, g)
        worst = float((ours.x - theirs.x).abs().max() / theirs.x.abs().max())
        assert worst <= 1e-15 * ours.k
        assert assigned.keys() <= expected.keys()
        for name, value in assigned.items():
            torch.testing.assert_close(value, expected[name], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("recursion", "values", "fixed"), SPECIALISED, ids=IDS)
def test_symbolically_the_general_recursion(recursion, values, fixed):
    """Unfolded to (x, g, slots, parameters), both assign the same expressions."""
    exact = {"mu": sympy.Symbol("theta") if recursion is NADAM else 1, "lam": 0}
    chosen = {sympy.Symbol(n): sympy.sympify(exact[n]) for n in fixed}
    general = unfolded(NADAMW)
    for target, value in unfolded(recursion).items():
        assert sympy.simplify(value - general[target].xreplace(chosen)) == 0


def unfolded(recursion: Recursion) -> dict[str, sympy.Expr]:
    known: dict[sympy.Symbol, sympy.Expr] = {}
    result = {}
    for update in recursion.updates:
        result[update.target] = update.value.xreplace(known)
        if update.target != "x":
            known[sympy.Symbol(update.target)] = result[update.target]
    return result


def test_the_table():
    assert list(RECURSIONS) == ["sgd", "momentum", "adam", "adamw", "nadam", "nadamw"]
    assert all(name == recursion.id for name, recursion in RECURSIONS.items())
    assert [u.target for u in ADAMW.updates] == ["m", "v", "D", "x"]
    assert [u.target for u in NADAM.updates] == ["m", "v", "n", "D", "x"]
    assert [p.name for p in ADAM.parameters] == ["eta", "theta", "beta", "eps"]
    assert "nadamw at mu = 1, lam = 0" in ADAM.source
    assert ADAMW.slots == NADAMW.slots


def test_the_general_recursion_stays_as_it_is():
    """The proofs take their definitions from it."""
    assert [u.target for u in NADAMW.updates] == ["m", "v", "n", "D", "x"]
    names = [p.name for p in NADAMW.parameters]
    assert names == ["eta", "theta", "beta", "mu", "eps", "lam"]


a, b, x, g = sympy.symbols("a b x g")
SMALL = Recursion(
    id="small",
    title="",
    source="here",
    parameters=(Parameter("a", "", "0 <= a < 1"), Parameter("b", "", "")),
    slots=(Slot("s", ""),),
    updates=(
        Update("s", a * previous("s")),
        Update("t", b * sympy.Symbol("s")),
        Update("u", 2 * sympy.Symbol("t")),
        Update("x", x - sympy.Symbol("u") * g),
    ),
)


def test_an_abbreviation_that_became_a_name_is_put_in():
    fixed = SMALL.specialised("one", "One", {"b": 1})
    s = sympy.Symbol("s")
    assert [(u.target, u.value) for u in fixed.updates] == [
        ("s", a * previous("s")),
        ("u", 2 * s),
        ("x", x - sympy.Symbol("u") * g),
    ]
    assert (fixed.id, fixed.title, fixed.source) == ("one", "One", "small at b = 1; here")


def test_a_slot_that_became_a_name_stays():
    fixed = SMALL.specialised("one", "One", {"a": 1})
    assert [u.target for u in fixed.updates] == ["s", "t", "u", "x"]
    assert fixed.updates[0].value == previous("s")


def test_a_value_may_name_what_remains():
    fixed = SMALL.specialised("one", "One", {"b": 1 - a})
    assert fixed.updates[1].value == (1 - a) * sympy.Symbol("s")
    assert [p.name for p in fixed.parameters] == ["a"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"c": 1}, "no parameter 'c' to fix"),
        ({"a": sympy.Symbol("c")}, r"a = c is no exact expression in \['b'\]"),
        ({"a": sympy.Symbol("b"), "b": 1}, r"a = b is no exact expression in \[\]"),
        ({"a": a}, "a = a is no exact expression"),
        ({"a": sympy.Float("0.5")}, "a = 0.5.* is no exact expression"),
    ],
)
def test_refusals(values, says):
    with pytest.raises(ValueError, match=says):
        SMALL.specialised("no", "", values)


@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        ("0 <= p < 1", ["0", "1/2"], ["-1/9", "1", "3"]),
        ("p > 0", ["1/9"], ["0", "-1"]),
        ("p >= 0", ["0"], ["-1/9"]),
        ("", ["-5", "5"], []),
    ],
)
def test_conditions(condition, inside, outside):
    parameter = Parameter("p", "", condition)
    assert all(parameter.admits(Fraction(v)) for v in inside)
    assert not any(parameter.admits(Fraction(v)) for v in outside)


def test_every_condition_of_the_table_is_one():
    for recursion in RECURSIONS.values():
        for parameter in recursion.parameters:
            assert parameter.admits(Fraction(1, 2))
            assert not parameter.admits(Fraction(-1))
