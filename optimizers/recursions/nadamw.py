"""Adam with decoupled weight decay and double momentum: AdamW, NAdamW, and their like.

    m^k = theta m^{k-1} + (1-theta) g^k
    v^k = beta  v^{k-1} + (1-beta) (g^k)^2
    n^k = mu m^k + (1-mu) g^k
    x^{k+1} = (1 - lam eta) x^k - eta n^k / sqrt(v^k + eps)

mu = 1 is AdamW (Loshchilov and Hutter 2019), mu = theta is NAdamW as practised (Dozat 2016: the
momentum is mixed once more with the fresh gradient), lam = 0 gives Adam and NAdam. Deviations from
the common libraries, for which the theory is stated: no bias correction, and eps inside the root.
"""

import sympy

from .model import Parameter, Recursion, Slot, Update, previous

_PARAMETERS = (
    Parameter("eta", "step size", "eta > 0"),
    Parameter("theta", "decay of the momentum", "0 <= theta < 1"),
    Parameter("beta", "decay of the second moment", "0 <= beta < 1"),
    Parameter("mu", "weight of the momentum in the step", "0 <= mu <= 1"),
    Parameter("eps", "floor of the second moment, inside the root", "eps > 0"),
    Parameter("lam", "decoupled weight decay", "lam >= 0"),
)
_eta, _theta, _beta, _mu, _eps, _lam = (p.symbol for p in _PARAMETERS)
_x, _g, _m, _v, _n, _D = sympy.symbols("x g m v n D")

NADAMW = Recursion(
    id="nadamw",
    title="NAdamW with momentum mixing mu (AdamW for mu = 1)",
    source="Loshchilov and Hutter (2019), Dozat (2016); blueprint section 0",
    parameters=_PARAMETERS,
    slots=(Slot("m", "momentum"), Slot("v", "second moment")),
    updates=(
        Update("m", _theta * previous("m") + (1 - _theta) * _g),
        Update("v", _beta * previous("v") + (1 - _beta) * _g**2),
        Update("n", _mu * _m + (1 - _mu) * _g),
        Update("D", sympy.sqrt(_v + _eps)),
        Update("x", (1 - _lam * _eta) * _x - _eta * _n / _D),
    ),
)
