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
from ..theorems.adamw.parameters import a as decay
from ..theorems.adamw.parameters import a_mean, constant, error_weight, gamma
from ..theorems.adamw.setting import mu, theta
from .free import Freedom, Mixing


class NoKindError(ValueError):
    """Not a theorem of which instances can be made; the message names those that are."""


@dataclass(frozen=True)
class Kind:
    """A theorem with free parameters.

    ``parent``: its theory, which that of an instance extends. ``imports``: what the file of an
    instance imports, so that there ``least`` is the least C_P as an expression, ``given`` are the
    hypotheses of the instance and ``proof`` is its proof. ``mixings``: which mu there are instances
    for, the usual one first. ``origin``: is it for x^1 = 0?
    """

    label: str
    parent: str
    imports: tuple[str, ...]
    least: str
    given: str
    proof: str
    mixings: tuple[Mixing, ...]
    origin: bool = False

    @property
    def claimed(self) -> Claimed:
        """The theorem."""
        return statement(self.label)

    def freedom(self, mixing: Mixing) -> Freedom:
        """Its free parameters."""
        return Freedom(self.claimed, mixing, origin=self.origin)


LEAST: Mapping[str, Expr] = {
    "least": constant(decay), "constant(a_mean)": constant(a_mean), "paid": paid,
}  # fmt: skip
"""The least C_P, by the name that it has in the file of an instance."""
_ADAMW = "from ratecert.proofs.theorems.adamw"
_REFINED = f"{_ADAMW}.parameters import a_mean, constant"
KINDS: Mapping[str, Kind] = {
    kind.label: kind
    for kind in (
        Kind(
            "adamw.rate", "adamw",
            (f"{_ADAMW}.instances import anywhere, given, least",
             f"{_ADAMW}.rate import l1, rate", f"{_ADAMW}.setting import K, adamw"),
            "least", "given(numbers)", "anywhere(p, rate, numbers, known)", ("one", "any"),
        ),
        Kind(
            "adamw.rate.refined", "adamw",
            (f"{_ADAMW}.instances import anywhere, given_refined", _REFINED,
             f"{_ADAMW}.rate import l1, refined_rate", f"{_ADAMW}.setting import K, adamw"),
            "constant(a_mean)", "given_refined(numbers)",
            "anywhere(p, refined_rate, numbers, known)", ("one", "any"),
        ),
        Kind(
            "nadamw.rate", "nadamw",
            (f"{_ADAMW}.instances import anywhere, given, least", f"{_ADAMW}.rate import l1",
             f"{_ADAMW}.setting import K",
             "from ratecert.proofs.theorems.nadamw import nadamw, nadamw_rate"),
            "least", "given(numbers)", "anywhere(p, nadamw_rate, numbers, known)", ("theta",),
        ),
        Kind(
            "nadamw.rate.refined", "nadamw",
            (f"{_ADAMW}.instances import anywhere, given_refined", _REFINED,
             f"{_ADAMW}.rate import l1", f"{_ADAMW}.setting import K",
             "from ratecert.proofs.theorems.nadamw import nadamw, nadamw_refined_rate"),
            "constant(a_mean)", "given_refined(numbers)",
            "anywhere(p, nadamw_refined_rate, numbers, known)", ("theta",),
        ),
        Kind(
            "adam.rate", "adam",
            (f"{_ADAMW}.rate import l1", f"{_ADAMW}.setting import K",
             "from ratecert.proofs.theorems.adam import adam, at_numbers, given, paid, rate"),
            "paid", "given(numbers)", "at_numbers(p, rate, numbers, known)", ("one", "any"),
        ),
    )
}  # fmt: skip


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
    """The refined theorem for x^1 = 0, where a_mean = a/3."""
    imports = tuple(
        line.replace("anywhere", "at_origin")
        .replace("given_refined", "given_from_origin")
        .replace("setting import K", "setting import K, x")
        .replace("K, x, adamw", "K, adamw, x")
        for line in kind.imports
    )
    proof = kind.proof.replace("anywhere", "at_origin")
    return replace(
        kind, imports=imports, given="given_from_origin(numbers)", proof=proof, origin=True
    )


def choice(kind: Kind, mixing: Mixing, values: Mapping[str, Fraction], name: str) -> Choice:
    """The numbers of an instance, with the supremum of what the momentum error weighs."""
    numbers = {n: Rational(v) for n, v in values.items()}
    if kind.origin:
        numbers["a_mean"] = numbers["a"] / 3
    made = Choice(name, LEAST[kind.least], **numbers, weight=Rational(0),
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
    value = of_theta.xreplace({theta: Rational(place)})
    return Fraction(int(value.p), int(value.q))
