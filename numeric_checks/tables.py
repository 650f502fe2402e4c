"""The confrontations of ``python -m ratecert.numeric_checks quick``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from ..optimizers.recursions import NADAMW, SGD
from ..proofs.language import Theory
from ..proofs.theorems.adam import adam
from ..proofs.theorems.adamw import adamw
from ..proofs.theorems.nadamw import nadamw
from ..proofs.theorems.sgd import sgd
from .confront import Choices, Setup, Variant
from .instances import BoundedProblem, Cosine, SoftmaxRegression, cosine, digits
from .prescribe import Pick

_DIMENSION = 8


@lru_cache(maxsize=1)
def cosines() -> BoundedProblem[Cosine]:
    """Eight cosines of different curvature, from 1/4 to 2, and noise from 7/256 to 7/32.

    From x_i = 1, with alternating signs: far enough from the minimum that f'' changes its sign on
    the way of some coordinates under noise, and near enough that the rate's bound, at K = 5000, is
    a fraction of the trivial bound.
    """
    curvature = tuple(Fraction(n, 4) for n in range(1, _DIMENSION + 1))
    noise = tuple(Fraction(7 * n, 256) for n in range(1, _DIMENSION + 1))
    origin = tuple(Fraction((-1) ** n) for n in range(_DIMENSION))
    return cosine(curvature, noise, origin)


def _digits(default: int, batch: int | None) -> BoundedProblem[SoftmaxRegression]:
    return digits(batch=default if batch is None else batch)


_HYPERPARAMETERS: Choices = {
    # Rounded so that no inequality suffers: (1 - theta)/s = c_theta <= 1/gamma, s <= gamma.
    "eta": Pick.DOWN,
    "theta": Pick.UP,
    "beta": Pick.GREATEST,
}
_SHARPEST: Choices = {
    # c_eta, c_theta and c_eps are solved for at the floats of the run: equations hold exactly. The
    # others, in this order, are as small as the inequalities admit, and so is the bound.
    "h": Pick.LEAST,
    "gamma": Pick.LEAST,
    "R": Pick.LEAST,
    "X": Pick.LEAST,
    "a": Pick.LEAST,
    "C_P": Pick.LEAST,
}
_ADAMW: dict[str, Choices] = {
    "L1.momentum": {},
    "L1": {},
    "L1.double": {},
    "L1.unrolled": {},
    "L1.sharp": {},
    "L2": {"R": Pick.LEAST},
    "L3": {},
    "L6": {},
    "rate": _SHARPEST,
    "rate.sigma": _SHARPEST,
    "rate.canonical": {},
}
_DECAYS = (
    Variant("lambda = 0", {"lam": 0}, ("L3.adam",)),
    Variant("largest lambda", {"lam": Pick.GREATEST}, ("L2.decay",)),
)

_SGD = Setup(
    optimizer="sgd",
    problem="digits",
    theory=sgd,
    recursion=SGD,
    instance=lambda batch: _digits(128, batch),
    prescribing="rate",
    choices={"eta": Pick.DOWN},
    claims={"descent": {}, "rate": {}},
    variants=(Variant(),),
    norm="l2",
    steps=300,
    seeds=4,
)


def _adamw(theory: Theory, choices: Choices, problem: str) -> Setup:
    on_digits = problem == "digits"
    return Setup(
        optimizer=theory.name,
        problem=problem,
        theory=theory,
        recursion=NADAMW,
        instance=(lambda batch: _digits(32, batch)) if on_digits else (lambda batch: cosines()),
        prescribing="rate.canonical",
        choices={**_HYPERPARAMETERS, **choices},
        claims=_ADAMW,
        variants=_DECAYS,
        norm="l1",
        steps=300 if on_digits else 5_000,
        seeds=4 if on_digits else 64,
        chunk=64 if on_digits else 1000,
    )


_ADAM = {name: _SHARPEST[name] for name in ("h", "C_P")}
"""Without weight decay there is no R, X or a, and gamma occurs in sigma's form only."""


def _adam(problem: str) -> Setup:
    """Adam, mu = 1: beta is a number of one's own, and the usual one is above theta^(1/2)."""
    row = _adamw(adam, {"mu": 1, "beta": Fraction(999, 1000)}, problem)
    return replace(
        row,
        prescribing="rate.tuned",
        claims={
            "L3.adam": {},
            "L6": {},
            "rate": _ADAM,
            "rate.sigma": {**_ADAM, "gamma": 1},
            "rate.tuned": {},
        },
        variants=(Variant(),),
    )


QUICK = (
    _SGD,
    _adamw(adamw, {"mu": 1}, "digits"),
    _adamw(nadamw, {}, "digits"),
    _adamw(adamw, {"mu": 1}, "cosine"),
    _adamw(nadamw, {}, "cosine"),
    _adam("digits"),
    _adam("cosine"),
)
"""SGD, AdamW (mu = 1), NAdamW (mu = theta) and Adam, on real data and (but SGD) on cosines."""


def selected(setups: Sequence[Setup], names: Sequence[str]) -> tuple[Setup, ...]:
    """The setups of an optimizer, of a problem, or of both (``adamw.digits``); without names, all.

    Raises:
        ValueError: a name selects nothing.
    """
    for name in names:
        if not any(name in _words(setup) for setup in setups):
            known = ", ".join(sorted({word for setup in setups for word in _words(setup)}))
            raise ValueError(f"{name!r} selects nothing; there are {known}")
    return tuple(s for s in setups if not names or any(name in _words(s) for name in names))


def _words(setup: Setup) -> tuple[str, ...]:
    return setup.optimizer, setup.problem, setup.name
