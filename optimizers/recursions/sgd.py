"""Stochastic gradient descent."""

import sympy

from .model import Parameter, Recursion, Update

_ETA = Parameter("eta", "step size", "eta > 0")

SGD = Recursion(
    id="sgd",
    title="Stochastic gradient descent",
    source="Robbins and Monro (1951); x^{k+1} = x^k - eta g^k",
    parameters=(_ETA,),
    slots=(),
    updates=(Update("x", sympy.Symbol("x") - _ETA.symbol * sympy.Symbol("g")),),
)
