"""Equality instances of ``proofs.constants.equality`` as scenarios, number by number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from ratecert.numeric_checks.instances.profile import Profile
from ratecert.numeric_checks.scenarios import Scenario, Step
from ratecert.proofs.constants.equality import INSTANCES, curvature, size, start, toss
from ratecert.proofs.constants.limits import Instance

EQUALITIES = {f"{n}-{instance.claim.label}": instance for n, instance in enumerate(INSTANCES)}


def rational(value: Any) -> Fraction:
    number = sympy.Rational(value)
    return Fraction(int(number.p), int(number.q))


def encoded(instance: Instance) -> Scenario:
    """The same world: f(y) = sum_i c_i y_i^2/2, and the tosses of its tree."""
    names = instance.claim.scope().names
    own = {str(name): value for name, value in instance.values.items()}
    indices = {name: value for name, value in own.items() if names.get(name) == "index"}
    choices = {n: rational(v) for n, v in own.items() if n not in indices}
    points = {p.name: tuple(map(rational, at)) for p, at in instance.points.items()}
    tree = instance.tree
    if tree is None:
        d = max(len(at) for at in points.values())
        zeros = (Fraction(0),) * d
        return Scenario(instance.claim.label, 1, d, None, (), (), Fraction(1), Fraction(0), zeros,
                        choices, points, indices)  # fmt: skip
    sizes = {str(name): value for name, value in tree.sizes.items()}
    values = {getattr(key, "name", str(key)): value for key, value in tree.values.items()}
    tables = {p.name for p in (curvature, start, size)}
    numbers = {n: rational(v) for n, v in values.items() if n not in {*tables, "sigma"}}
    level, below = numbers.pop("L"), numbers.pop("fstar")
    steps = []
    for k in range(1, tree.steps + 1):
        at = {size[tree.step]: values["size"][k - 1]}
        rows = tuple(
            tuple(rational(sympy.sympify(v).xreplace(at)) for v in outcome.noise[toss])
            for outcome in tree.outcomes
        )
        steps.append(Step(tuple(rational(o.probability) for o in tree.outcomes), (rows,)))
    profile = Profile(tuple(() for _ in values["curvature"]),
                      tuple((rational(c),) for c in values["curvature"]))  # fmt: skip
    return Scenario(
        instance.claim.label, sizes["K"], sizes["d"], profile,
        tuple(map(rational, values["start"])), tuple(steps), level, below,
        tuple(map(rational, values["sigma"])), {**numbers, **choices}, points, indices,
    )  # fmt: skip
