"""The symbols of gradient descent, and what its proofs abbreviate."""

from ....optimizers.recursions import SGD
from ...language import Expr, Max, Sum, Theory, symbols, within
from ...library.convex import convex_setting
from ...library.inequalities import inequalities
from ...library.vectors import vectors
from ..models import convex_model

gradient_descent = Theory(
    "gradient_descent",
    "Gradient descent",
    source="Drori and Teboulle (2014), Mathematical Programming 145; the proofs are our own",
    extends=(inequalities, vectors),
)
setting = convex_setting(gradient_descent, SGD)
K, d, k, i = setting.K, setting.d, setting.k, setting.i
L, mu, fstar, R = setting.L, setting.mu, setting.fstar, setting.R
f, grad, x, G = setting.f, setting.grad, setting.x, setting.G
xstar, minimiser = setting.xstar, setting.minimiser
(eta,) = symbols("eta")

# The factor of one step on strongly convex functions, and its powers.
(q,) = gradient_descent.constants("q", "factor of one step")
gradient_descent.define("q", q, Max(abs(1 - eta * mu), abs(1 - eta * L)))
power = gradient_descent.process("power", 1, adapted=None, meaning="power of the factor, q^k")
gradient_descent.define("power.0", power[0], 1, kind="recursion")
gradient_descent.define("power", power[k], q * power[k - 1], [within(k, 1, K)], kind="recursion")
gradient_descent.typeset(xstar="x^*")
gradient_descent.witness |= {eta: 1}
gradient_descent.model(convex_model(setting))
gradient_descent.introduce(
    "Gradient descent with a constant step size on a smooth function that has a minimiser: what is "
    "certain after $K$ steps if the function is convex, and if it is strongly convex. None of the "
    "three constants can be improved."
)

step, axis, visited = within(k, 1, K), within(i, 1, d), within(k, 1, K + 1)
smooth, bent = (0, "<", L), (mu, "<", L)


def over_i(term: Expr) -> Expr:
    """The sum over coordinates."""
    return Sum(term, (i, 1, d))


h = L * eta
short = ((0, "<", eta), (h**2, "<=", 2))
squared, next_squared = over_i(G[k, i] ** 2), over_i(G[k + 1, i] ** 2)
product = over_i(G[k, i] * G[k + 1, i])
start = over_i((x[1, i] - xstar[i]) ** 2)
apart, next_apart = over_i((x[k, i] - xstar[i]) ** 2), over_i((x[k + 1, i] - xstar[i]) ** 2)
towards = over_i(G[k, i] * (x[k, i] - xstar[i]))


def potential(k: Expr) -> Expr:
    """Psi_k, where n = k - 1 steps are taken."""
    n = k - 1
    return (
        2 * n * h * L * (f(x[k]) - fstar)
        + n * h * (n * h + 1) * over_i(G[k, i] ** 2)
        + L**2 * over_i((x[k, i] - xstar[i]) ** 2)
    )
