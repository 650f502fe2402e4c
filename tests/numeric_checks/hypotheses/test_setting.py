"""Sorting and naming hypotheses."""

from __future__ import annotations

import pytest

from ratecert.numeric_checks.exact import EvaluationError
from ratecert.numeric_checks.hypotheses import (
    NamingError,
    listed,
    named,
    setting_of,
    statement_of,
)
from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.kernel.terms import App, Rel, Var, rat

from .conftest import the

L1, RATE = the("adamw.L1"), the("adamw.rate")


def _shown(claim_label: str, *formulas: object) -> list[str]:
    from ratecert.proofs.render.text import Printer

    printer = Printer(the(claim_label).theory.kernel())
    return [printer.show(f) for f in formulas]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["θ ≤ β", "θ<=β", " θ  ≤ β ", "6"])
def test_a_hypothesis_by_text_or_number(text: str) -> None:
    assert named(L1, text) == Rel(App("theta", ()), "<=", App("beta", ()))


def test_numbers_are_those_of_the_list() -> None:
    for number, (formula, shown) in enumerate(listed(RATE), 1):
        assert named(RATE, str(number)) is formula is named(RATE, shown)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("θ < β", r"adamw\.L1 has no hypothesis 'θ < β'; did you mean 6\. θ ≤ β\?"),
        ("8", r"no hypothesis '8'"),
        ("0", r"no hypothesis '0'"),
        ("nothing like it", r"it has 1\. 1 ≤ k; .*; 7\. β < 1"),
    ],
)
def test_what_is_not_named(text: str, message: str) -> None:
    with pytest.raises(NamingError, match=message):
        named(L1, text)


def test_sorting() -> None:
    setting = setting_of(the("adamw.rate.origin"), NADAMW)
    assert set(setting.nodes) == {"beta", "eps", "eta", "gamma", "h", "lam", "mu", "s", "theta"}
    assert len(setting.equations) == 6
    label = "adamw.rate.origin"
    assert set(_shown(label, *setting.about_base)) == {"0 < L", "0 < Δ", "xmax[d] = 0"}
    assert set(_shown(label, *setting.indices)) == {"1 ≤ K", "1 ≤ d"}
    assert not setting.others and not setting.added
    index = setting_of(L1, NADAMW)
    assert set(_shown("adamw.L1", *index.others)) == {"1 ≤ k", "k ≤ K", "1 ≤ i", "i ≤ d"}


def test_what_is_about_points_is_none_of_ours() -> None:
    setting = setting_of(the("norms.N1.upper.equality.if"))
    assert len(setting.others) == 1 and set(setting.nodes) == {"t"}
    assert not setting_of(the("norms.N2")).nodes  # pi is settled by an axiom


def test_parameters_that_a_claim_does_not_name() -> None:
    """They satisfy the recursion's conditions; those it names are its own business."""
    setting = setting_of(L1, NADAMW)
    assert set(_shown("adamw.L1", *setting.added)) == {"0 < η", "0 < ε", "0 ≤ λ"}
    assert "mu" in setting.nodes
    assert not setting_of(L1).added and set(setting_of(L1).nodes) == {"beta", "mu", "theta"}


def test_definitions_of_parameters_are_equations() -> None:
    shown = [
        _shown("nadamw.rate", *setting_of(the("nadamw.rate"), r).equations) for r in (None, NADAMW)
    ]
    assert set(shown[1]) - set(shown[0]) == {"μ = θ"}
    adam = setting_of(the("adam.L6"), NADAMW)
    assert _shown("adam.L6", *adam.equations) == ["λ = 0"]
    assert "lam" in adam.nodes and "lam" not in setting_of(the("adam.L6")).nodes


def test_leaving_out() -> None:
    dropped = named(L1, "β < 1")
    setting = setting_of(L1, NADAMW, [dropped])
    assert dropped not in setting.inequalities
    # The recursion asks 0 <= beta < 1: the upper end is what was left out.
    assert "0 ≤ β" in _shown("adamw.L1", *setting.added)
    with pytest.raises(NamingError, match=r"adamw\.L1 has no hypothesis q < 1"):
        setting_of(L1, NADAMW, [Rel(Var("q", "det"), "<", rat(1))])


def test_a_claim_that_is_no_relation() -> None:
    with pytest.raises(EvaluationError, match=r"adamw\.L0\.m claims no relation"):
        statement_of(the("adamw.L0.m"))
