"""The table of instances: ``python -m ratecert.proofs.theorems.table`` prints it as Markdown.

Numbers come from the closed forms that the claims state, enclosed exactly and rounded to nearest.
"""

from collections.abc import Iterator
from fractions import Fraction

from ..kernel.exact import evaluate
from ..language import Claimed, Expr
from . import adam, nadamw
from .adamw import choice, instances

PLACES = 5
ROWS: tuple[tuple[Claimed, str, choice.Choice], ...] = (
    (instances.rate_canonical, "μ in [θ, 1]", instances.canonical),
    (instances.rate_tuned, "μ in [θ, 1]", instances.tuned),
    (instances.rate_weighted, "μ = 1", instances.weighted),
    (instances.rate_origin, "μ = 1, x¹ = 0", instances.origin),
    (instances.rate_mixed, "μ in [θ, 1]", instances.mixed),
    (instances.rate_searched, "μ = 1", instances.searched),
    (instances.rate_searched_mixed, "μ in [θ, 1]", instances.searched_mixed),
    (nadamw.nadamw_rate_canonical, "μ = θ", instances.canonical),
    (nadamw.nadamw_rate_tuned, "μ = θ", instances.tuned),
    (nadamw.nadamw_rate_weighted, "μ = θ", instances.mixed),
    (nadamw.nadamw_rate_searched, "μ = θ", instances.searched_mixed),
    (adam.rate_canonical, "μ in [θ, 1]", adam.canonical),
    (adam.rate_tuned, "μ in [θ, 1]", adam.tuned),
    (adam.rate_weighted, "μ = 1", adam.weighted),
    (adam.rate_mixed, "μ in [θ, 1]", adam.mixed),
    (adam.rate_searched, "μ = 1", adam.searched),
    (adam.rate_searched_mixed, "μ in [θ, 1]", adam.searched_mixed),
)
"""Every instance: its claim, which mu it is for, and the numbers it takes."""


def decimal(claimed: Claimed, value: Expr) -> str:
    """A closed form as a decimal, rounded to nearest.

    Raises:
        ArithmeticError: its enclosure does not decide the last place.
    """
    ends = evaluate(claimed.theory.scope().term(value), {}, bits=128)
    rounded, *undecided = {round(Fraction(end), PLACES) for end in ends}
    if undecided:
        raise ArithmeticError(f"{claimed.label}: more bits are needed for {value}")
    text = f"{float(rounded):.{PLACES}f}".rstrip("0")
    return text.rstrip(".")


def lines() -> Iterator[str]:
    """The table, line by line."""
    head = ["claim", "for", "c_η", "c_θ", "t", "ρ", "a", "γ", "C_P", "C₁", "C₂"]
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for claimed, mu, numbers in ROWS:
        free = numbers.c_eta, numbers.c_theta, numbers.t
        decay = (numbers.rho, numbers.a) if numbers.a else ("", "")
        gamma = f"{numbers.gamma}" if numbers.fixed else f"≤ {numbers.gamma}"
        bounds = (decimal(claimed, c) for c in (numbers.C_P, numbers.C_1, numbers.C_2))
        cells = (f"`{claimed.label}`", mu, *free, *decay, gamma, *bounds)
        yield f"| {' | '.join(str(cell) for cell in cells)} |"


if __name__ == "__main__":
    print("\n".join(lines()))
