"""Chains of steps: how links are joined, and what a chain that fails says."""

from __future__ import annotations

import pytest
from language_helpers import fails, proved

from ratecert.proofs.language import by, symbols

x, y, c = symbols("x y c")


@pytest.mark.parametrize(
    ("ops", "joined"),
    [
        (("==", "=="), "=="), (("==", "<="), "<="), (("<=", "=="), "<="), (("<=", "<="), "<="),
        (("<", "<="), "<"), (("<=", "<"), "<"), (("==", "<"), "<"), (("<", "<"), "<"),
    ],
)  # fmt: skip
def test_a_chain_is_as_strong_as_its_links_allow(theory, state, ops, joined):
    """x, then y, then c; the hypotheses are the links."""
    given = [(x, ops[0], y), (y, ops[1], c)]
    at = {"==": 0, "<=": 1, "<": 1}
    witness = {x: 0, y: at[ops[0]], c: at[ops[0]] + at[ops[1]]}

    def script(p):
        theorem = p.calc(x, ops[0], y, by.algebra(), ops[1], c, by.algebra())
        assert theorem.rel.op == {"==": "="}.get(joined, joined)
        return theorem

    proved(state(theory, (x, joined, c), script, given=given, witness=witness))
    weaker = {"==": "<=", "<": "<="}.get(joined)
    if weaker:
        proved(state(theory, (x, weaker, c), script, given=given, witness=witness))


def test_a_chain_proves_the_claim_read_the_other_way(theory, state):
    proved(state(theory, (x**2, ">=", 0), lambda p: p.have((x**2, ">=", 0), by.algebra())))
    proved(state(theory, (x**2 + 1, ">", 0), lambda p: p.have((0, "<", x**2 + 1), by.algebra())))


@pytest.mark.parametrize(
    ("chain", "says"),
    [
        ((x, ">=", x, by.algebra()), "a chain goes upwards: '>=' is not one of <=, <, =="),
        ((x, "=", x, by.algebra()), "a chain goes upwards: '=' is not one of <=, <, =="),
        ((x, "<=", x), "calc takes: left, op, right, reason"),
        ((x,), "calc takes: left, op, right, reason"),
        ((x, "<=", x, by.algebra(), "<="), "calc takes: left, op, right, reason"),
        ((0.5, "<=", x, by.algebra()), "not exact: 0.5"),
        ((x, "<=", 0.5 * x, by.algebra()), "a float in an exact statement"),
    ],
)
def test_chains_that_are_none(theory, state, chain, says):
    claimed = state(theory, (0, "<=", x**2), lambda p: p.calc(*chain))
    fails(claimed, says, verdict="error")


def test_a_reason_is_needed(theory, state):
    claimed = state(theory, (0, "<=", x**2), lambda p: p.calc(0, "<=", x**2, "obviously"))
    fails(claimed, "no reason: ", verdict="error")


def test_a_failing_step_is_shown_with_its_reason_and_a_point(theory, state):
    def script(p):
        return p.calc(
            x, "<=", x + y**2, by.algebra(), "<=", x + y, by.algebra(), "<=", x + y, by.algebra()
        )

    result = fails(
        state(theory, (x, "<=", x + y), script), "false at ", "(the step that failed: x + y² ≤",
        verdict="refuted",
    )  # fmt: skip
    assert "x ≤ x + y²" not in result.reason  # steps that hold are not shown


def test_steps_are_recorded(theory, state):
    result = proved(
        state(theory, (x, "<=", x + y**2 + 1), lambda p: p.calc(
            x, "<=", x + y**2, by.algebra(), "<", x + y**2 + 1, by.algebra()
        ))
    )  # fmt: skip
    ((first, second),) = result.proof.chains
    assert (first.op, first.reason, second.op) == ("<=", "algebra", "<")
    assert first.right == second.left


def test_hypotheses_that_a_proof_does_not_need_are_named(theory, state):
    result = proved(
        state(theory, (0, "<=", x**2), lambda p: p.have((0, "<=", x**2), by.algebra()),
              given=[(0, "<", y)])
    )  # fmt: skip
    assert len(result.unused) == 1
    assert result.claim.theorem.hypotheses == set(result.unused)  # stated, so part of the claim
