"""Exact values of what equations between constants define."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from ...optimizers.batched import nearest
from ...optimizers.recursions import Recursion
from ...proofs.kernel.terms import ZERO, App, Formula, Node, Rat, Rel, Term, Var, sub, subterms
from ...proofs.language import Claimed
from ..simulate.run import ConstantValue
from .exactly import Value, World, settled
from .polynomials import isolated, root
from .setting import setting_of


class SolvingError(ValueError):
    """Choices and equations determine no value of a constant; the message names it."""


def solve(
    claim: Claimed,
    recursion: Recursion | None,
    choices: Mapping[str, Fraction],
    base: Mapping[str, ConstantValue],
    K: int,
    d: int,
    *,
    without: Collection[Formula] = (),
) -> dict[str, Value]:
    """Values of all hyperparameters and of the claim's own constants.

    Args:
        claim: of any theory.
        recursion: its parameters are hyperparameters; what the theory defines of them (mu = theta)
            is an equation.
        choices: the values of those that are free.
        base: L, Delta, fstar, sigma_s, sigma, x1, as far as equations speak of them.
        K, d: the index constants.
        without: equations that are not to be used.

    Returns:
        The choices, and what follows: rationals where they are, else closed kernel terms such as
        ``3^(1/2)``. Of a square that is given, the root >= 0 is taken. Whether inequalities hold,
        and equations between choices, is for ``holds`` to say.

    Raises:
        SolvingError: a choice names no constant, or a constant is not determined.
        MissingError, EvaluationError: ``base`` lacks what an equation speaks of.
    """
    setting = setting_of(claim, recursion, without)
    unknown = sorted(choices.keys() - setting.nodes.keys())
    if unknown:
        hint = nearest(unknown[0], setting.nodes)
        raise SolvingError(f"{claim.label} has no constant {', '.join(unknown)}; {hint}")
    world = World(base, K, d, setting.unfold, {n: Fraction(v) for n, v in choices.items()})
    equations = Equations(setting.equations, setting.nodes)
    while (found := equations.next(world)) is not None:
        name, value = found
        world.values[name] = value.value if isinstance(value, Rat) else value
    missing = [name for name in setting.nodes if name not in world.values]
    if missing:
        raise SolvingError(
            f"{claim.label}: no equation determines {', '.join(missing)}; choose a value"
        )
    return {name: world.values[name] for name in setting.nodes}


class Equations:
    """Equations between constants, solved one at a time for the one that is unknown.

    Args:
        relations: of which the equations are looked at, in this order.
        names: of the constants that may be unknown: variables, and applications to nothing.
    """

    def __init__(self, relations: Iterable[Rel], names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self.equations = [r for r in relations if r.op == "="]

    def next(self, world: World) -> tuple[str, Term] | None:
        """A constant without a value, and the closed term that an equation says it is.

        An equation with one unknown is taken, whose one side is that (s = c/h) before any that
        has to be solved: where theta is given and rounded, s is what defines it, and not what
        solves theta = 1 - s.
        """
        for solution in (_definition, _whole, _positive):
            for equation in self.equations:
                unknown = self.within(equation) - world.values.keys()
                if len(unknown) == 1:
                    (name,) = unknown
                    value = solution(equation, name, world)
                    if value is not None:
                        return name, settled(value)
        return None

    def within(self, node: Node) -> frozenset[str]:
        """The constants that occur."""
        return frozenset(n.name for n in _constants(node) if n.name in self.names)


def _constants(node: Node) -> Iterator[Var | App]:
    for inner, _ in subterms(node):
        if isinstance(inner, Var) or (isinstance(inner, App) and not inner.args):
            yield inner


def _definition(equation: Rel, name: str, world: World) -> Term | None:
    """The other side, where one side of an equation is ``name`` itself."""
    sides = equation.left, equation.right
    for here, there in (sides, sides[::-1]):
        is_it = isinstance(here, Var | App) and here.name == name
        if is_it and all(n.name != name for n in _constants(there)):
            return world.closed(there)
    return None


def _root(equation: Rel, name: str, world: World, *, positive: bool) -> Term | None:
    """The solution of ``A + B z = 0`` for a power z of the constant; of a square, the root >= 0."""
    gap = sub(equation.right, equation.left)
    node = next(n for n in _constants(gap) if n.name == name)
    found = isolated(equation, gap, node, positive)
    if found is None or ZERO not in found.coefficients[1:]:
        return None
    a, b, c = (world.closed(c) for c in found.coefficients)
    return root(replace(found, coefficients=(a, b, c)))


def _whole(equation: Rel, name: str, world: World) -> Term | None:
    """Where whole powers occur."""
    return _root(equation, name, world, positive=False)


def _positive(equation: Rel, name: str, world: World) -> Term | None:
    """Where others do: if there is a solution, it is > 0."""
    return _root(equation, name, world, positive=True)
