"""The known ways in which optimizers differ, each a symbolic change of a recursion.

Of a set of differences those that stand earlier in ``DIFFERENCES`` are applied first, so that each
finds what it needs (a bias correction the mixed momentum, AMSGrad the corrected denominator). At
most one of a ``kind`` is tried at once. A change that does not apply to a recursion gives None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy

from ...optimizers.recursions import Parameter, Recursion, Slot, Update, previous
from .rewriting import (
    assign,
    derive,
    everywhere,
    parameters,
    power_of,
    read_instead,
    remember,
    start_at,
    targets,
    value,
    with_parameter,
)

Rewrite = Callable[[Recursion], Recursion | None]
x, g, m, v, n, D = sympy.symbols("x g m v n D")
eta, theta, beta, mu, eps, lam = sympy.symbols("eta theta beta mu eps lam")
schedule = sympy.Symbol("schedule")


@dataclass(frozen=True)
class Difference:
    """One thing that the class does otherwise.

    Attributes:
        id: its name in reports.
        kind: at most one difference of a kind is tried at once.
        term: the term of the update that it changes.
        title: what the class does, in plain words.
        rewrite: the recursion with that difference; None where it does not apply.
    """

    id: str
    kind: str
    term: str
    title: str
    rewrite: Rewrite

    def apply(self, recursion: Recursion) -> Recursion | None:
        """The recursion with this difference; None if it does not apply or changes nothing."""
        changed = self.rewrite(recursion)
        return None if changed == recursion else changed


DIFFERENCES: list[Difference] = []
"""The table; filled by the declarations below, in the order in which they are applied."""


def difference(id: str, kind: str, term: str, title: str) -> Callable[[Rewrite], Rewrite]:
    """Enter a rewriting into the table."""

    def enter(rewrite: Rewrite) -> Rewrite:
        DIFFERENCES.append(Difference(id, kind, term, title, rewrite))
        return rewrite

    return enter


def _added_momentum(
    recursion: Recursion, update: sympy.Expr, direction: sympy.Expr
) -> Recursion | None:
    """Momentum where there is none: the step reads ``direction`` for g."""
    if "m" in targets(recursion):
        return None
    recursion = with_parameter(recursion, Parameter("theta", "decay of the momentum", ""))
    step = value(recursion, "x").xreplace({g: direction})
    recursion = remember(recursion, Slot("m", "momentum"), update)
    return assign(recursion, "x", step)


@difference("heavy-ball", "mixing", "step", "it has momentum, not averaged: m = theta m + g")
def _heavy_ball(recursion: Recursion) -> Recursion | None:
    return _added_momentum(recursion, theta * previous("m") + g, m)


@difference("momentum", "mixing", "step", "it has momentum: m = theta m + (1 - theta) g")
def _momentum(recursion: Recursion) -> Recursion | None:
    return _added_momentum(recursion, theta * previous("m") + (1 - theta) * g, m)


@difference(
    "nesterov-heavy-ball", "mixing", "step",
    "it has Nesterov's momentum, not averaged: the step is g + theta m",
)  # fmt: skip
def _nesterov_heavy_ball(recursion: Recursion) -> Recursion | None:
    return _added_momentum(recursion, theta * previous("m") + g, g + theta * m)


@difference(
    "nesterov", "mixing", "momentum mixing (n)",
    "it mixes the momentum once more with the gradient, as NAdam does (mu = theta)",
)  # fmt: skip
def _nesterov(recursion: Recursion) -> Recursion | None:
    if "mu" in parameters(recursion):
        return everywhere(recursion, {mu: theta})
    if "m" not in targets(recursion) or "n" in targets(recursion):
        return None
    return _mixed(recursion, theta * m + (1 - theta) * g)


def _mixed(recursion: Recursion, mixture: sympy.Expr) -> Recursion:
    """The recursion whose step reads n := ``mixture``."""
    if "n" in targets(recursion):
        return assign(recursion, "n", mixture)
    return derive(recursion, "m", Update("n", mixture))


@difference(
    "no-nesterov", "mixing", "momentum mixing (n)",
    "it does not mix the momentum with the gradient once more (mu = 1)",
)  # fmt: skip
def _no_nesterov(recursion: Recursion) -> Recursion | None:
    return assign(recursion, "n", m) if "n" in targets(recursion) else None


@difference(
    "bias-correction", "bias", "momentum (m) and denominator (D)",
    "it corrects the bias of both moments: m/(1 - theta^k) and v/(1 - beta^k)",
)  # fmt: skip
def _bias_correction(recursion: Recursion) -> Recursion | None:
    first = _bias_correction_of_momentum(recursion)
    return None if first is None else _bias_correction_of_second_moment(first)


@difference(
    "bias-correction-of-momentum", "bias", "momentum (m)",
    "it corrects the bias of the momentum, m/(1 - theta^k), but not that of the second moment",
)  # fmt: skip
def _bias_correction_of_momentum(recursion: Recursion) -> Recursion | None:
    return _corrected(recursion, "m", "theta")


@difference(
    "bias-correction-of-second-moment", "bias", "denominator (D)",
    "it corrects the bias of the second moment, v/(1 - beta^k), but not that of the momentum",
)  # fmt: skip
def _bias_correction_of_second_moment(recursion: Recursion) -> Recursion | None:
    return _corrected(recursion, "v", "beta")


def _corrected(recursion: Recursion, name: str, decay: str) -> Recursion | None:
    if name not in targets(recursion) or decay not in parameters(recursion):
        return None
    recursion, power = power_of(recursion, decay)
    return read_instead(recursion, name, sympy.Symbol(name) / (1 - power))


@difference(
    "bias-correction-of-nadam", "bias", "momentum mixing (n) and denominator (D)",
    "it corrects the bias as NAdam does: m/(1 - theta^(k+1)), g/(1 - theta^k), v/(1 - beta^k)",
)  # fmt: skip
def _bias_correction_of_nadam(recursion: Recursion) -> Recursion | None:
    if "n" not in targets(recursion) or g not in value(recursion, "n").free_symbols:
        return None
    recursion, power = power_of(recursion, "theta")
    corrected = {m: m / (1 - theta * power), g: g / (1 - power)}
    recursion = assign(recursion, "n", value(recursion, "n").xreplace(corrected))
    return _bias_correction_of_second_moment(recursion)


@difference(
    "momentum-schedule", "bias", "momentum mixing (n) and denominator (D)",
    "it has Dozat's momentum schedule theta (1 - 0.96^(k momentum_decay)/2), with bias correction",
)  # fmt: skip
def _momentum_schedule(recursion: Recursion) -> Recursion | None:
    """``schedule`` is 0.96^momentum_decay; Dozat (2016), as in torch.optim.NAdam."""
    if not {"m", "v"} <= targets(recursion):
        return None
    recursion = with_parameter(recursion, Parameter("schedule", "0.96^momentum_decay", ""))
    power = Slot("schedule^k", "the k-th power of schedule", initial=1)
    now = theta * (1 - schedule * previous(power.name) / 2)
    after = theta * (1 - schedule**2 * previous(power.name) / 2)
    product = Slot("product^k", "the product of the momenta so far", initial=1)
    recursion = remember(recursion, power, schedule * previous(power.name))
    recursion = remember(recursion, product, now * previous(product.name))
    here = sympy.Symbol(product.name)
    recursion = _mixed(recursion, after * m / (1 - here * after) + (1 - now) * g / (1 - here))
    return _bias_correction_of_second_moment(recursion)


@difference(
    "momentum-not-averaged", "momentum", "momentum (m)",
    "it adds the gradient to the momentum without the factor 1 - theta",
)  # fmt: skip
def _momentum_not_averaged(recursion: Recursion) -> Recursion | None:
    return _not_averaged(recursion, "m", theta, g)


def _not_averaged(
    recursion: Recursion, name: str, decay: sympy.Symbol, fresh: sympy.Expr
) -> Recursion | None:
    if name not in targets(recursion):
        return None
    return assign(recursion, name, decay * previous(name) + fresh)


@difference(
    "momentum-stale", "momentum", "momentum (m)",
    "its step reads the momentum of the iteration before",
)  # fmt: skip
def _momentum_stale(recursion: Recursion) -> Recursion | None:
    return read_instead(recursion, "m", previous("m")) if "m" in targets(recursion) else None


@difference(
    "momentum-starts-at-gradient", "start of m", "momentum (m)",
    "its momentum starts at the first gradient, not at 0",
)  # fmt: skip
def _momentum_starts_at_gradient(recursion: Recursion) -> Recursion | None:
    return _starts_at(recursion, "m", g)


def _starts_at(recursion: Recursion, name: str, start: sympy.Expr) -> Recursion | None:
    """``name`` before the first step is ``start``, an expression in g^1."""
    if name not in targets(recursion):
        return None
    first = Slot("first", "1 before the first step, 0 afterwards", initial=1)
    recursion = remember(recursion, first, sympy.Integer(0))
    before = previous(name) + previous(first.name) * start
    return assign(recursion, name, value(recursion, name).xreplace({previous(name): before}))


@difference(
    "momentum-starts-at-one", "start of m", "momentum (m)", "its momentum starts at 1, not at 0"
)
def _momentum_starts_at_one(recursion: Recursion) -> Recursion | None:
    return start_at(recursion, "m", 1)


@difference(
    "second-moment-starts-at-gradient", "start of v", "second moment (v)",
    "its second moment starts at the square of the first gradient, not at 0",
)  # fmt: skip
def _second_moment_starts_at_gradient(recursion: Recursion) -> Recursion | None:
    return _starts_at(recursion, "v", g**2)


@difference(
    "second-moment-starts-at-one", "start of v", "second moment (v)",
    "its second moment starts at 1, not at 0",
)  # fmt: skip
def _second_moment_starts_at_one(recursion: Recursion) -> Recursion | None:
    return start_at(recursion, "v", 1)


@difference(
    "second-moment-not-averaged", "second moment", "second moment (v)",
    "it adds the squared gradient to the second moment without the factor 1 - beta",
)  # fmt: skip
def _second_moment_not_averaged(recursion: Recursion) -> Recursion | None:
    return _not_averaged(recursion, "v", beta, g**2)


@difference(
    "second-moment-stale", "second moment", "denominator (D)",
    "its denominator reads the second moment of the iteration before",
)  # fmt: skip
def _second_moment_stale(recursion: Recursion) -> Recursion | None:
    return read_instead(recursion, "v", previous("v")) if "v" in targets(recursion) else None


@difference(
    "second-moment-centred", "second moment", "second moment (v)",
    "its second moment is that of g - m, as in AdaBelief",
)  # fmt: skip
def _second_moment_centred(recursion: Recursion) -> Recursion | None:
    if not {"m", "v"} <= targets(recursion):
        return None
    return assign(recursion, "v", value(recursion, "v").xreplace({g: g - m}))


@difference(
    "amsgrad", "second moment", "denominator (D)",
    "its denominator reads the largest second moment so far (AMSGrad)",
)  # fmt: skip
def _amsgrad(recursion: Recursion) -> Recursion | None:
    if "v" not in targets(recursion):
        return None
    # max(a, b) = (a + b + |a - b|)/2, as the walker of recursions has |.| and no max.
    largest = (previous("w") + v + sympy.Abs(previous("w") - v)) / 2
    return derive(recursion, "v", Update("w", largest), (Slot("w", "largest second moment"),))


@difference(
    "eps-outside-root", "eps", "denominator (D)",
    "it adds eps outside the root: sqrt(v) + eps instead of sqrt(v + eps)",
)  # fmt: skip
def _eps_outside_root(recursion: Recursion) -> Recursion | None:
    return _floor(recursion, eps)


def _floor(recursion: Recursion, outside: sympy.Expr) -> Recursion | None:
    """D with eps taken out of the root, and ``outside`` added to it."""
    if "D" not in targets(recursion) or "eps" not in parameters(recursion):
        return None
    root = value(recursion, "D").xreplace({eps: sympy.Integer(0)})
    return assign(recursion, "D", root + outside)


@difference(
    "eps-outside-uncorrected-root", "eps", "denominator (D)",
    "it adds eps to the root of the second moment before correcting the bias of the root",
)  # fmt: skip
def _eps_outside_uncorrected_root(recursion: Recursion) -> Recursion | None:
    if "beta^k" not in targets(recursion):
        return None
    return _floor(recursion, eps / sympy.sqrt(1 - sympy.Symbol("beta^k")))


@difference("eps-squared", "eps", "denominator (D)", "it adds the square of eps inside the root")
def _eps_squared(recursion: Recursion) -> Recursion | None:
    return everywhere(recursion, {eps: eps**2}) if "eps" in parameters(recursion) else None


def _decay(recursion: Recursion, changed: Callable[[sympy.Expr], sympy.Expr]) -> Recursion:
    """The update of x with ``changed`` applied to its form without decay."""
    recursion = with_parameter(recursion, Parameter("lam", "weight decay", ""))
    plain = value(recursion, "x").xreplace({lam: sympy.Integer(0)})
    return assign(recursion, "x", changed(plain))


@difference(
    "decay-coupled", "decay", "weight decay",
    "its decay is coupled (L2): lam x is added to the gradient and goes through the moments",
)  # fmt: skip
def _decay_coupled(recursion: Recursion) -> Recursion | None:
    return everywhere(_decay(recursion, lambda plain: plain), {g: g + lam * x})


@difference(
    "decay-after-step", "decay", "weight decay",
    "it decays the new x, after the step, instead of the old one",
)  # fmt: skip
def _decay_after_step(recursion: Recursion) -> Recursion | None:
    return _decay(recursion, lambda plain: (1 - lam * eta) * plain)


@difference(
    "decay-not-scaled", "decay", "weight decay",
    "its decay is not scaled by the step size: (1 - lam) x instead of (1 - lam eta) x",
)  # fmt: skip
def _decay_not_scaled(recursion: Recursion) -> Recursion | None:
    return _decay(recursion, lambda plain: plain.xreplace({x: (1 - lam) * x}))


@difference("decay-missing", "decay", "weight decay", "it has no weight decay")
def _decay_missing(recursion: Recursion) -> Recursion | None:
    return _decay(recursion, lambda plain: plain) if "lam" in parameters(recursion) else None


@difference("decay-added", "decay", "weight decay", "it has decoupled weight decay")
def _decay_added(recursion: Recursion) -> Recursion | None:
    if "lam" in parameters(recursion):
        return None
    return _decay(recursion, lambda plain: plain.xreplace({x: (1 - lam * eta) * x}))


@difference("ascent", "sign", "gradient (g)", "it ascends: the gradient has the opposite sign")
def _ascent(recursion: Recursion) -> Recursion | None:
    return everywhere(recursion, {g: -g})


@difference("betas-swapped", "betas", "decays (theta, beta)", "it has theta and beta exchanged")
def _betas_swapped(recursion: Recursion) -> Recursion | None:
    if not {"theta", "beta"} <= parameters(recursion):
        return None
    other = {"theta": "beta", "beta": "theta", "theta^k": "beta^k", "beta^k": "theta^k"}
    symbols = {sympy.Symbol(a): sympy.Symbol(b) for a, b in other.items()}
    symbols |= {previous(a): previous(b) for a, b in other.items()}
    return replace(
        recursion,
        slots=tuple(replace(s, name=other.get(s.name, s.name)) for s in recursion.slots),
        updates=tuple(
            Update(other.get(u.target, u.target), u.value.xreplace(symbols))
            for u in recursion.updates
        ),
    )
