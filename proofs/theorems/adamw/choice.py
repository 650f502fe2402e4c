"""Numbers for the free parameters of the rate: what makes an instance.

With c_theta s <= c_theta gamma <= c_theta gamma_0, theta stays in [1 - c_theta gamma_0, 1). There
(B) and the bound on C_P are inequalities between polynomials in theta (and mu), proved as such.
"""

from dataclasses import dataclass
from typing import Any

import sympy

from ...language import Claimed, Expr, Max, Proof, Rational, Theorem, Theory, by, root, sqrt, within
from ...library.inequalities import root_monotone
from .balance import h
from .descent import rho
from .noise import t
from .parameters import (
    a,
    a_mean,
    bracket,
    c_eps,
    c_eta,
    c_theta,
    chosen_eps,
    chosen_eta,
    chosen_s,
    chosen_theta,
    error_weight,
    gamma,
    positive_scale,
    r,
    s,
)
from .setting import Delta, K, L, adamw, beta, d, eps, eta, mu, sigma_s, theta

# --- the noise level of an instance --------------------------------------------------------------

noise_level = (h, "==", sqrt(Max(sigma_s**2, L * Delta / (gamma**2 * K))))
level = [within(K, 1), (0, "<", L), (0, "<", Delta), (0, "<", gamma), noise_level]
at_one = {K: 1, d: 1, h: 1, s: 1, gamma: 1}


adamw.section(
    "Instances: what they have in common",
    r"An instance takes the noise level $h=\max\{\sigma_s,\sqrt{L\Delta/K}/\gamma\}$, so that no "
    r"bound on $\sigma_s$ from below is asked for, and $s\le\gamma$.",
)


@adamw.lemma(
    "instance.h",
    title="h is positive",
    for_constants=(h, gamma),
    given=level,
    claim=(0, "<", h),
    witness=at_one,
)
def positive_h(p: Proof) -> Theorem:
    return p.have((0, "<", h), by.algebra())


@adamw.lemma(
    "instance.noise",
    title="h is at least the noise level",
    for_constants=(h, gamma),
    given=level,
    claim=(sigma_s, "<=", h),
    witness=at_one,
)
def noise_below_h(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)), p.use(positive_h))
    square = p.have((sigma_s**2, "<=", h**2), by.algebra())
    return p.have((sigma_s, "<=", h), by.algebra(square, *p.local, alone=True))


@adamw.lemma(
    "instance.s",
    title="s is at most gamma",
    for_constants=(h, s, gamma),
    given=[*level, chosen_s],
    claim=(s, "<=", gamma),
    witness=at_one,
)
def small_s(p: Proof) -> Theorem:
    p.know(p.use(positive_h))
    square = p.have((L * Delta / (gamma**2 * K), "<=", h**2), by.algebra())
    whole = p.have((L * Delta / K, "<=", (gamma * h) ** 2), by.multiplying(square, gamma**2))
    return p.calc(
        s, "==", sqrt(L * Delta / K) / h, by.algebra(chosen_s, alone=True),
        "<=", sqrt((gamma * h) ** 2) / h,
        by.multiplying(p.use(root_monotone, whole, x=L * Delta / K, y=(gamma * h) ** 2), 1 / h),
        "==", gamma, by.algebra(positive_h, (0, "<", gamma), alone=True),
    )  # fmt: skip


ZERO, ONE = Rational(0), Rational(1)

# --- a choice of numbers -------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """Numbers for the free parameters.

    ``gamma``: the floor parameter is any gamma up to this number, or this number itself if
    ``fixed``. ``weight``: at least what the momentum error weighs then. ``mixed``: for all mu in
    [theta, 1], else for mu = 1; ``double``: for mu = theta instead, where that is its definition.
    ``least``: the least C_P, as an expression in the free parameters. r is rational if c_eps is the
    square of a rational number.
    """

    name: str
    least: Expr
    c_eta: Expr
    c_theta: Expr
    gamma: Expr
    weight: Expr
    c_eps: Expr = ONE
    t: Expr = ZERO
    rho: Expr = ZERO
    a: Expr = ZERO
    a_mean: Expr = ZERO
    mixed: bool = True
    fixed: bool = False
    double: bool = False

    @property
    def floor(self) -> Expr:
        """``c_eps^{1/2}``, a number."""
        return sympy.sqrt(self.c_eps)

    @property
    def values(self) -> dict[Expr, Expr]:
        """The free parameters; gamma stays, unless it is fixed."""
        numbers = {
            c_eta: self.c_eta, c_theta: self.c_theta, c_eps: self.c_eps, t: self.t, rho: self.rho,
            a: self.a, a_mean: self.a_mean, r: self.c_eta / self.c_theta / self.floor,
        }  # fmt: skip
        numbers |= {gamma: self.gamma} if self.fixed else {}
        return {**numbers, mu: theta} if self.double else numbers

    def at(self, stated: Any) -> Any:
        """An expression or a relation with the numbers put in."""
        if isinstance(stated, tuple):
            return tuple(self.at(part) for part in stated)
        return stated.xreplace(self.values) if isinstance(stated, sympy.Basic) else stated

    @property
    def C_P(self) -> Expr:
        """The constant in closed form."""
        least = self.least.xreplace({error_weight: self.weight})
        return sympy.expand(self.at(least).xreplace({gamma: self.gamma}))

    @property
    def C_1(self) -> Expr:
        """``(C_P (1 + c_eps)^{1/2})^{1/2}``."""
        return sqrt(self.C_P * sqrt(1 + self.c_eps))

    @property
    def C_2(self) -> Expr:
        """``2^{1/2} C_P``; for c_eps = 1 the root occurs in C_P too."""
        if self.c_eps != 1:
            return sympy.expand(sqrt(2) * self.C_P)
        by_root = self.C_P.coeff(sqrt(2))
        return sympy.expand(self.C_P - by_root * sqrt(2)) * sqrt(2) + 2 * by_root

    @property
    def terms(self) -> tuple[Expr, Expr]:
        """The two terms of the bound, in the noise and in the gap."""
        noise, gap = root(h**2 * L * Delta / K, 4), sqrt(d * L * Delta / K)
        return self.C_1 * sqrt(d) * noise, self.C_2 * gap

    @property
    def bound(self) -> Expr:
        """The bound of the rate."""
        return sum(self.terms)

    @property
    def joint_bound(self) -> Expr:
        """The bound with its root not split, as the general theorem states it for this C_P."""
        noise, gap = root(h**2 * L * Delta / K, 4), sqrt(d * L * Delta / K)
        first = sqrt(self.C_P * sqrt(1 + self.c_eps)) * sqrt(d) * noise
        return sqrt(first**2 + (sqrt(2) * self.C_P * gap) ** 2)

    @property
    def mixing(self) -> list[Any]:
        """Which mu it is for."""
        if self.double:
            return []
        return [(theta, "<=", mu), (mu, "<=", 1)] if self.mixed else [(mu, "==", 1)]

    @property
    def small(self) -> list[Any]:
        """Which gamma it is for."""
        return [] if self.fixed else [(0, "<", gamma), (gamma, "<=", self.gamma)]

    @property
    def near(self) -> list[Any]:
        """Where theta is then."""
        return [(1 - self.c_theta * self.gamma, "<=", theta), (theta, "<", 1)]

    @property
    def constants(self) -> tuple[Expr, ...]:
        """What the instance leaves open."""
        return (h, s) if self.fixed else (h, s, gamma)

    @property
    def chosen(self) -> list[Any]:
        """The data, and what the choice makes of h, eta, eps and theta."""
        data = [within(K, 1), within(d, 1), (0, "<", L), (0, "<", Delta), *self.small]
        choices = [noise_level, chosen_s, chosen_eta, chosen_eps, chosen_theta]
        return [*data, *(self.at(choice) for choice in choices)]

    @property
    def witness(self) -> dict[Expr, Any]:
        """A point at which all this holds."""
        s0, decay = self.gamma, 1 - self.c_theta * self.gamma
        point = {K: 1, d: 1, h: 1 / s0, s: s0, gamma: s0, eta: self.c_eta, eps: self.c_eps / s0**2}
        point |= {theta: decay, beta: decay}
        return point if self.double else {**point, mu: 1}


def know_scale(p: Proof, choice: Choice) -> None:
    """What the choice of h says of the noise and of s, and s of theta."""
    level = {"gamma": choice.gamma if choice.fixed else gamma}
    for claim in (positive_h, noise_below_h, small_s):
        p.know(p.use(claim, **level))
    small, positive = p.local[-1], p.use(positive_scale)
    chosen, (low, below) = choice.at(chosen_theta), choice.near
    p.know(positive, p.have(low, by.algebra(chosen, small, *choice.small, alone=True)))
    p.know(p.have(below, by.algebra(chosen, positive, alone=True)))


def know_numbers(
    p: Proof, choice: Choice, constant: Claimed, bracket: Claimed
) -> tuple[Theorem, ...]:
    """The bound on C_P and (B), from the claims on them, and what they rest on."""
    know_scale(p, choice)
    return p.use(constant, *p.local), p.use(bracket, *p.local)


# --- what the main theorem asks of it ------------------------------------------------------------


def stated_weight(theory: Theory, choice: Choice) -> Claimed:
    """What the momentum error weighs, for all theta and mu of the choice."""
    weight = choice.at(error_weight)

    @theory.lemma(
        f"{choice.name}.weight",
        title="What the momentum error weighs in this instance",
        given=[*choice.near, *choice.mixing],
        claim=(weight, "<=", choice.weight),
        witness=choice.witness,
        reference="blueprint, instances",
    )
    def proof(p: Proof) -> Theorem:
        return p.have((weight, "<=", choice.weight), by.algebra())

    return proof


def stated_constant(theory: Theory, choice: Choice, weight: Claimed) -> Claimed:
    """C_P, from the weight of the momentum error."""
    least = choice.at(choice.least)
    small = choice.small if gamma in least.free_symbols else []

    @theory.lemma(
        f"{choice.name}.constant",
        title="The constant of this instance",
        for_constants=(gamma,) if small else (),
        given=[*choice.near, *choice.mixing, *small],
        claim=(least, "<=", choice.C_P),
        witness=choice.witness,
        reference="blueprint, instances",
    )
    def proof(p: Proof) -> Theorem:
        return p.have((least, "<=", choice.C_P), by.algebra(weight))

    return proof


def stated_bracket(theory: Theory, choice: Choice) -> Claimed:
    """(B), for all theta of the choice."""
    kept = choice.at(bracket)

    @theory.lemma(
        f"{choice.name}.bracket",
        title="What of Q is kept in this instance",
        given=choice.near,
        claim=(0, "<=", kept),
        witness=choice.witness,
        reference="blueprint (B)",
    )
    def proof(p: Proof) -> Theorem:
        return p.have((0, "<=", kept), by.algebra())

    return proof
