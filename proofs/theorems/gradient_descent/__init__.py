"""Gradient descent on smooth convex functions, with the exact constants of its worst case.

    x^{k+1} = x^k - eta grad f(x^k),        h = L eta

For convex f with minimiser x*, R = ||x^1 - x*||_2 and 0 < h <= 2^{1/2}, for all K:

    f(x^{K+1}) - f* <= L R^2/(4 K h + 2),        ||grad f(x^{K+1})||_2 <= L R/(K h + 1),

and for mu-strongly convex f, any eta and q = max(|1 - eta mu|, |1 - eta L|),

    ||x^{K+1} - x*||_2 <= q^K R.

All three are equations for some f in R^1: Huber's function, and a parabola. The first is due to
Drori and Teboulle (2014), for h <= 1, whose proof solves a semidefinite program in closed form.
Here everything follows from one potential,

    Psi_k = 2 n h L (f(x^k) - f*) + n h (n h + 1) ||grad f(x^k)||_2^2 + L^2 ||x^k - x*||_2^2

with n = k - 1 steps taken, which never increases. On Huber's function it is constant while x^k is
where f is linear, and this determines its coefficients.

``setting``: symbols and assumptions. ``functions``: what they say at two points. ``convex``: the
potential and the first two rates. ``strong``: strongly convex functions.
"""

# Claims are listed in the order in which these are imported.
# ruff: noqa: F401
# isort: off
from . import functions
from . import convex
from . import strong
from .setting import gradient_descent

# isort: on

__all__ = ["gradient_descent"]
