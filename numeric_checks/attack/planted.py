"""Claims that are wrong on purpose: one constant made smaller. What an attack has to find."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ...proofs.constants.limits import coefficient, numeric, summands
from ...proofs.kernel.terms import Add, Mul, Rat, Rel, Term
from ..evaluate import Statement
from .kinds import AttackError


def right_summands(statement: Statement) -> tuple[Term, ...]:
    """The summands of the right side: each is a constant, times what it multiplies."""
    return tuple(summands(statement.conclusion.right))


def constants(statement: Statement) -> tuple[tuple[Term, Term], ...]:
    """For each summand of the right side its number, and what that multiplies."""
    return tuple(numeric(part) for part in right_summands(statement))


def planted(statement: Statement, number: int | None, factor: Fraction) -> Statement:
    """The statement with the constant of one summand, or of all (None), times ``factor``.

    Raises:
        AttackError: there is no such summand.
    """
    parts = right_summands(statement)
    if number is not None and not 0 <= number < len(parts):
        raise AttackError(f"{statement.name} has {len(parts)} constants on its right side")
    changed = tuple(
        Mul((Rat(factor), part)) if number is None or n == number else part
        for n, part in enumerate(parts)
    )
    relation = statement.conclusion
    right = changed[0] if len(changed) == 1 else Add(changed)
    return replace(statement, conclusion=Rel(relation.left, relation.op, right))


def is_negative(summand: Term) -> bool:
    """Is its constant negative? Then the claim is the stronger the larger that is in size."""
    return coefficient(summand)[0] < 0
