"""Stochastic gradient descent along the signs of the gradient estimate.

    s^k = g^k/|g^k|,   x^{k+1} = x^k - eta s^k

coordinate by coordinate, with 0/0 = 0, so that the sign of 0 is 0.
"""

import sympy

from .model import Parameter, Recursion, Update

_ETA = Parameter("eta", "step size", "eta > 0")
_g = sympy.Symbol("g")

SIGNSGD = Recursion(
    id="signsgd",
    title="Sign stochastic gradient descent",
    source="Bernstein, Wang, Azizzadenesheli, Anandkumar (2018), Algorithm 1, delta_k = eta",
    parameters=(_ETA,),
    slots=(),
    updates=(
        Update("s", _g / sympy.Abs(_g)),
        Update("x", sympy.Symbol("x") - _ETA.symbol * sympy.Symbol("s")),
    ),
)
