"""Stochastic gradient descent with momentum, the momentum an average of gradients.

    m^k = theta m^{k-1} + (1-theta) g^k,   m^0 = 0
    x^{k+1} = x^k - eta m^k

Polyak's heavy ball, as common libraries have it, adds the gradient without the factor 1 - theta;
with the step eta (1-theta) it makes the same iterates. No bias correction: m^1 is (1-theta) g^1,
where torch.optim.SGD with dampening = theta takes g^1.
"""

import sympy

from .model import Parameter, Recursion, Slot, Update, previous

_PARAMETERS = (
    Parameter("eta", "step size", "eta > 0"),
    Parameter("theta", "decay of the momentum", "0 <= theta < 1"),
)
_eta, _theta = (p.symbol for p in _PARAMETERS)
_x, _g, _m = sympy.symbols("x g m")

MOMENTUM = Recursion(
    id="momentum",
    title="Stochastic gradient descent with momentum",
    source="Polyak (1964); m^k = theta m^{k-1} + (1-theta) g^k, x^{k+1} = x^k - eta m^k",
    parameters=_PARAMETERS,
    slots=(Slot("m", "momentum"),),
    updates=(
        Update("m", _theta * previous("m") + (1 - _theta) * _g),
        Update("x", _x - _eta * _m),
    ),
)
