"""Formulas as blocks of characters: what stands above what, and how lines are broken."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.proofs.render.blocks import block, linear, width, wrapped
from ratecert.proofs.render.boxes import (
    Big,
    Box,
    Digits,
    Fence,
    Name,
    Over,
    Root,
    Script,
    Sign,
    row,
)
from ratecert.proofs.render.setting import Setter
from ratecert.proofs.theorems.sgd import rate, sgd

x, y, i, k, one = Name("x"), Name("y"), Name("i"), Name("k"), Digits("1")
plus, minus, equal = Sign("+", "binary"), Sign("−", "binary"), Sign("=", "relation")
fraction = Over(x, row(y, plus, one))

DRAWN = [
    (Script(x, i, row(k, plus, one)), ["xᵢᵏ⁺¹"]),
    (Script(Name("c"), Name("ε")), ["c_ε"]),
    (Script(Name("f"), sup=Sign("*", "prefix")), ["f*"]),
    (Name("D", accent="~"), ["D\u0303"]),
    (row(x, y), ["x y"]),
    (row(Digits("2"), x), ["2x"]),
    (row(x, Fence("(", row(one, minus, y), ")")), ["x(1 − y)"]),
    (row(Fence("(", x, ")"), Script(Fence("(", y, ")"), sup=Digits("2"))), ["(x)(y)²"]),
    (fraction, ["  x", "─────", "y + 1"]),
    (Root(x), ["√x"]),
    (Root(row(x, plus, one)), ["√(x + 1)"]),
    (Root(fraction), [" ┌─────", " │  x", " │─────", "√│y + 1"]),
    (Fence("(", fraction, ")"), ["⎛  x  ⎞", "⎜─────⎟", "⎝y + 1⎠"]),
    (row(Big("∑", row(i, equal, one), Name("d")), x), [" d", " ∑  x", "i=1"]),
    (Script(Digits("2"), sup=row(one, Sign("/", "prefix"), Digits("4"))), [" 1/4", "2"]),
    (
        Script(Fence("(", fraction, ")"), sup=Digits("2")),
        ["       2", "⎛  x  ⎞", "⎜─────⎟", "⎝y + 1⎠"],
    ),
    (row(x, equal, fraction), ["      x", "x = ─────", "    y + 1"]),
]


@pytest.mark.parametrize(("box", "lines"), DRAWN, ids=lambda v: str(v)[:40])
def test_drawn(box: Box, lines: list[str]) -> None:
    shown = [line.rstrip() for line in block(box).lines]
    if isinstance(box, Script) and len(lines) == 4:  # beside the top of what is tall
        lines = [f"{lines[1]}2", *lines[2:]]
    assert shown == lines


@pytest.mark.parametrize(
    ("box", "text"),
    [
        (fraction, "x/(y + 1)"),
        (Over(fraction, x), "(x/(y + 1))/x"),
        (row(Big("∑", row(i, equal, one), Name("d")), x), "∑_{i=1..d} x"),
        (Root(row(x, plus, y)), "√(x + y)"),
        (Script(x, sup=row(one, Sign("/", "prefix"), Digits("4"))), "x^(1/4)"),
    ],
    ids=str,
)
def test_in_one_row(box: Box, text: str) -> None:
    assert linear(box) == text


def _boxes() -> st.SearchStrategy[Box]:
    leaves = st.sampled_from([x, y, Digits("12"), Name("max", upright=True), Script(x, i, k)])

    def grown(inner: st.SearchStrategy[Box]) -> st.SearchStrategy[Box]:
        signs = st.sampled_from([plus, minus, equal, Sign(",", "comma"), Sign("with", "word")])
        between = st.builds(lambda a, s, b: row(a, s, b), inner, signs, inner)
        return st.one_of(
            between,
            st.builds(lambda a, b: row(a, b), inner, inner),
            st.builds(Over, inner, inner),
            st.builds(Root, inner),
            st.builds(lambda b: Fence("(", b, ")"), inner),
            st.builds(lambda b, s: Script(Fence("(", b, ")"), sup=s), inner, inner),
            st.builds(lambda b: row(Big("∑", row(i, equal, one), Name("d")), b), inner),
        )

    return st.recursive(leaves, grown, max_leaves=14)


@settings(max_examples=60, deadline=None)
@given(_boxes(), st.integers(20, 90))
def test_every_block_is_a_rectangle_and_no_line_is_wider_than_asked(box: Box, columns: int) -> None:
    drawn = block(box)
    assert {width(line) for line in drawn.lines} == {drawn.width}
    assert 0 <= drawn.base < len(drawn.lines)
    lines = wrapped(box, columns, "  = ", "    ")
    assert all(width(line) <= columns for line in lines)
    letters = {c for line in lines for c in line if c.isalnum()}
    assert letters >= {c for c in linear(box) if c in "xy"}


def test_a_statement_at_any_width_keeps_its_names() -> None:
    setter = Setter(sgd.kernel(), sgd.tex)
    box = setter.box(rate.statement())
    for columns in (24, 40, 60, 100):
        lines = wrapped(box, columns)
        assert max(map(width, lines)) <= columns
        assert all(name in "".join(lines) for name in ("∑", "√", "σₛ", "Δ", "∇ᵢf(xᵏ)"))
    assert len(wrapped(box, 100)) < len(wrapped(box, 40))
