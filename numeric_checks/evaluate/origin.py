"""A violation confirmed from the float state before a step, tried again from the start of its path.

An invariant of the whole path, such as L1's ``m^2 <= c v``, can be broken by the rounding of the
recorded state itself, by one unit in the last place where the invariant is nearly an equality. What
breaks it then is no path of the recursion. So a statement counts as violated only where the path
from x^1, under the recorded stochastic gradients, breaks it in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..simulate import Run, simulate
from .replay import Reexamination, reexamine
from .statement import Statement

_LONGEST = 5_000_000
"""Coordinate steps of a path that is replayed from the start."""


def from_the_start(
    statement: Statement, excerpt: Run, indices: Mapping[str, int], last: int
) -> Reexamination:
    """Decide ``statement`` at one place of one path, replayed from x^1 in balls.

    The path is run again, as far as it is needed: the noise is a function of seed, instance and
    iteration.

    Args:
        statement: what raised the alarm.
        excerpt: one row of the run, with what it was run with.
        indices: the values of the free indices.
        last: the last time the statement asks for.
    """
    if excerpt.recursion is None or excerpt.instance is None or excerpt.start is None:
        return Reexamination("undecided", method="the run cannot be replayed from its start")
    steps = min(max(last, 1), excerpt.K)
    if steps * excerpt.d > _LONGEST:
        return Reexamination("undecided", method=f"{steps} steps are too many to be replayed")
    names = [p.name for p in excerpt.recursion.parameters]
    window = next(
        simulate(
            excerpt.recursion,
            excerpt.instance,
            K=excerpt.K,
            seeds=excerpt.seeds,
            instances=excerpt.instances,
            parameters={n: float(excerpt.constants[n].floats[0, 0]) for n in names},
            x1=excerpt.start,
            chunk=steps,
            device=excerpt.start.device,
        )
    )
    again = replace(window, constants=excerpt.constants)
    found = reexamine(statement, again, 0, indices, 1, balls=True)
    return replace(found, method=f"{found.method}, replayed from x[1]")
