"""The theorems that instances are made of, and what it takes to state and prove one of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from math import ceil

import sympy

from ..language import Claimed, Expr, Rational
from ..language.loader import statement
from ..theorems.adam import paid
from ..theorems.adamw.choice import Choice
from ..theorems.adamw.instances import least
from ..theorems.adamw.parameters import a_mean, constant, error_weight, gamma
from ..theorems.adamw.setting import mu, theta
from .free import Freedom, Mixing


class NoKindError(ValueError):
    """Not a theorem of which instances can be made; the message names those that are."""


@dataclass(frozen=True)
class Kind:
    """A theorem with free parameters, and how the file of an instance speaks of it.

    ``label``: the theorem's; ``parent``: its theory, which that of an instance extends;
    ``general``: the theorem's name in its module; ``refined``: does weight decay count as far as
    the iterates have gone; ``origin``: that, from x^1 = 0; ``joint``: is the root not split;
    ``mixings``: which mu there are instances for, the usual one first.
    """

    label: str
    parent: str
    general: str
    mixings: tuple[Mixing, ...]
    refined: bool = False
    origin: bool = False
    joint: bool = False

    @property
    def claimed(self) -> Claimed:
        """The theorem."""
        return statement(self.label)

    def freedom(self, mixing: Mixing) -> Freedom:
        """Its free parameters."""
        return Freedom(self.claimed, mixing, origin=self.origin)

    @property
    def least(self) -> tuple[str, Expr]:
        """The least C_P: its name in the file, and as an expression."""
        if self.parent == "adam":
            return "paid", paid
        return ("constant(a_mean)", constant(a_mean)) if self.refined else ("least", least)

    @property
    def proof(self) -> str:
        """The name of what proves an instance."""
        return "at_origin" if self.origin else "anywhere"

    @property
    def given(self) -> str:
        """The name of an instance's hypotheses."""
        if self.origin:
            return "given_from_origin"
        return "given_refined" if self.refined else "given"

    @property
    def imports(self) -> tuple[str, ...]:
        """What the file of an instance imports, beside what all do."""
        above = "from ratecert.proofs.theorems"
        proof, setting = [self.proof, self.given], ["K", *["x"] * self.origin]
        found = [f"{above}.adamw.rate import l1"]
        if self.parent == "adam":
            found.append(f"{above}.adam import adam, anywhere, given, {self.general}, paid")
        elif self.refined:
            found.append(f"{above}.adamw.parameters import a_mean, constant")
        else:
            proof.append("least")
        if self.parent == "nadamw":
            found.append(f"{above}.nadamw import nadamw, {self.general}")
        if self.parent == "adamw":
            found[0] += f", {self.general}"
            setting.insert(1, "adamw")
        if self.parent != "adam":
            found.append(f"{above}.adamw.instances import {', '.join(proof)}")
        return (*found, f"{above}.adamw.setting import {', '.join(setting)}")


KINDS: Mapping[str, Kind] = {
    kind.label: kind
    for kind in (
        Kind("adamw.rate", "adamw", "rate", ("one", "any")),
        Kind("adamw.rate.joint", "adamw", "joint_rate", ("one", "any"), joint=True),
        Kind("adamw.rate.refined", "adamw", "refined_rate", ("one", "any"), refined=True),
        Kind("adamw.rate.refined.joint", "adamw", "refined_joint_rate", ("one", "any"),
             refined=True, joint=True),
        Kind("nadamw.rate", "nadamw", "nadamw_rate", ("theta",)),
        Kind("nadamw.rate.joint", "nadamw", "nadamw_joint_rate", ("theta",), joint=True),
        Kind("nadamw.rate.refined", "nadamw", "nadamw_refined_rate", ("theta",), refined=True),
        Kind("adam.rate", "adam", "rate", ("one", "any")),
        Kind("adam.rate.joint", "adam", "joint_rate", ("one", "any"), joint=True),
    )
}  # fmt: skip
"""The theorems of which instances can be made."""


def kind_of(label: str) -> Kind:
    """The theorem named; raises ``NoKindError`` naming the nearest."""
    if label not in KINDS:
        near = get_close_matches(label, KINDS, 1, 0.5)
        raise NoKindError(
            f"{label!r} has no free parameters to optimise"
            f"{f'; did you mean {near[0]}?' if near else ''} (known: {', '.join(KINDS)})"
        )
    return KINDS[label]


def from_origin(kind: Kind) -> Kind:
    """A refined theorem for x^1 = 0, where a_mean = a/3."""
    return replace(kind, origin=True)


def choice(kind: Kind, mixing: Mixing, values: Mapping[str, Fraction], name: str) -> Choice:
    """The numbers of an instance, with the supremum of what the momentum error weighs."""
    numbers = {n: Rational(v) for n, v in values.items()}
    if kind.origin:
        numbers["a_mean"] = numbers["a"] / 3
    made = Choice(name, kind.least[1], **numbers, weight=Rational(0),
                  mixed=mixing != "one", double=mixing == "theta")  # fmt: skip
    return replace(made, weight=heaviest(made))


def heaviest(numbers: Choice) -> Expr:
    """At least what the momentum error weighs, for all theta and mu of the instance.

    The greatest value at the ends of theta's range; or, where it is greater in between, a rational
    number a little above what a grid shows. The kernel has the last word.
    """
    weight = numbers.at(error_weight)
    shares = [Fraction(j, 4) for j in range(5)] if numbers.mixed else [Fraction(0)]
    mixtures = [theta] if numbers.double else [1 - Rational(u) * (1 - theta) for u in shares]
    low = _at(1 - numbers.c_theta * numbers.gamma, Fraction(0))
    greatest, inside = Fraction(0), Fraction(0)
    for mixture in mixtures:
        of_theta = sympy.cancel(weight.xreplace({mu: mixture, gamma: numbers.gamma}))
        places = [low + (1 - low) * Fraction(j, 40) for j in range(41)]
        values = [_at(of_theta, place) for place in places]
        greatest = max(greatest, values[0], values[-1])
        top = max(range(41), key=values.__getitem__)
        around = places[max(top - 1, 0)], places[min(top + 1, 40)]
        finer = (around[0] + (around[1] - around[0]) * Fraction(j, 40) for j in range(41))
        inside = max(inside, *(_at(of_theta, place) for place in finer))
    if inside <= greatest:
        return Rational(greatest)
    return Rational(Fraction(ceil(inside * Fraction(100001, 100000) * 10**6), 10**6))


def _at(of_theta: Expr, place: Fraction) -> Fraction:
    return fraction(of_theta.xreplace({theta: Rational(place)}))


def fraction(value: Expr) -> Fraction:
    """A rational number of an author's language, such as a field of ``Choice``."""
    return Fraction(int(value.p), int(value.q))
