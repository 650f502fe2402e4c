"""The constants of a claim: the choices of a scenario, and what equations define."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ...proofs.kernel.terms import App, Node, Rat, Term, Var, subterms, transform
from .scenario import Scenario, ScenarioError
from .stated import Stated


def solved(scenario: Scenario, about: Stated) -> Mapping[str, Fraction | Term]:
    """Values of hyperparameters and of the claim's own constants.

    Raises:
        ScenarioError: a choice names none of them.
    """
    names = about.numbers
    unknown = sorted(set(scenario.choices) - names)
    if unknown:
        raise ScenarioError(
            f"choices.{unknown[0]}", f"{scenario.claim} has the constants {sorted(names)}"
        )
    values: dict[str, Fraction | Term] = dict(scenario.choices)
    equations = [r for r in about.statement.relations if r.op == "="]
    waiting = True
    while waiting:
        waiting = False
        for equation in equations:
            sides = equation.left, equation.right
            for here, there in (sides, sides[::-1]):
                if not isinstance(here, Var | App) or here.name not in names - values.keys():
                    continue
                right = _put_in(there, values)
                if not any(isinstance(n, Var | App) for n, _ in subterms(right)):
                    values[here.name] = right
                    waiting = True
    return values


def _put_in(term: Term, values: Mapping[str, Fraction | Term]) -> Term:
    def visit(node: Node, depth: int) -> Node | None:
        if isinstance(node, Var | App) and node.name in values:
            known = values[node.name]
            return known if isinstance(known, Term) else Rat(known)
        return None

    return transform(term, visit)
