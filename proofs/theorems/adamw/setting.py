"""The algorithm, the symbols, and what the proofs abbreviate (blueprint section 0).

    m^k = theta m^{k-1} + (1-theta) g^k          v^k = beta v^{k-1} + (1-beta) (g^k)^2
    n^k = mu m^k + (1-mu) g^k                    D^k = (v^k + eps)^{1/2}
    x^{k+1} = x^k - eta b^k/D^k,                 b^k = n^k + lam x^k D^k

mu = 1 is AdamW, mu = theta NAdamW, lam = 0 Adam.
"""

from ....optimizers.recursions import NADAMW
from ...language import E, Expr, Max, Sum, Theory, sqrt, symbols, within
from ...language.symbols import Notation, Process
from ...library.inequalities import inequalities
from ...library.setting import stochastic_setting
from ...library.vectors import vectors
from ..models import adamw_model

adamw = Theory(
    "adamw",
    "AdamW and NAdamW",
    source="Li, Dong and Lin, arXiv 2505.11840",
    extends=(inequalities, vectors),
)
setting = stochastic_setting(adamw, NADAMW)
K, d, k, i, L = setting.K, setting.d, setting.k, setting.i, setting.L
fstar, Delta, sigma_s = setting.fstar, setting.Delta, setting.sigma_s
f, x, g, G, sigma = setting.f, setting.x, setting.g, setting.G, setting.sigma
eta, theta, beta, mu, eps, lam = symbols("eta theta beta mu eps lam")
m, v, n, D = (Process(name) for name in "mvnD")
b = Notation(lambda k, i: n[k, i] + lam * x[k, i] * D[k, i])

step, coordinate = within(k, 1, K), within(i, 1, d)
from_start = within(k, 0, K)

# ||x^1||_inf is xmax[d]: the largest of the first i coordinates, in absolute value.
xmax = adamw.process(
    "xmax",
    1,
    adapted=None,
    meaning="the largest of the first i coordinates of the start, in absolute value",
)
adamw.define("xmax.0", xmax[0], 0)
adamw.define("xmax", xmax[i], Max(xmax[i - 1], abs(x[1, i])), [coordinate])

# tD: the denominator with the conditional second moment of g^k in place of (g^k)^2; F_{k-1}.
tD = adamw.process("tD", adapted=-1, meaning="the denominator as it is predicted from step k-1")
predicted = Notation(lambda k, i: beta * v[k - 1, i] + (1 - beta) * (G[k, i] ** 2 + sigma[i] ** 2))
adamw.define("tD", tD[k, i], sqrt(predicted[k, i] + eps), [step, coordinate])

# T^k: a deterministic recursion driven by p_k = E[(G^k)^2/tD^k].
T = adamw.process("T", adapted=None, meaning="what the descent gains in the coordinate, discounted")
adamw.define("T.0", T[0, i], 0, [coordinate], kind="recursion")
adamw.define(
    "T", T[k, i], sqrt(beta) * T[k - 1, i] + E(G[k, i] ** 2 / tD[k, i]), [step, coordinate],
    kind="recursion",
)  # fmt: skip

adamw.witness |= {eta: 1, theta: 0, beta: 0, mu: 1, eps: 1, lam: 0, x[1, 1]: 1, x[1, 2]: 0}
adamw.model(adamw_model(setting))


def over_i(term: Expr) -> Expr:
    """The sum over coordinates."""
    return Sum(term, (i, 1, d))


def over_k(term: Expr) -> Expr:
    """The sum over iterations."""
    return Sum(term, (k, 1, K))


q = 1 + theta * (1 - mu) ** 2 / (1 - theta)
momentum_error = Notation(lambda k: over_i(E((m[k, i] - G[k, i]) ** 2)))
move = Notation(lambda k, i: x[k + 1, i] - x[k, i])
displacement = Notation(lambda k: L**2 * over_i(E(move[k, i] ** 2)))

P = over_k(over_i(E(G[k, i] ** 2 / D[k, i])))
tP = over_k(over_i(E(G[k, i] ** 2 / tD[k, i])))
Q = over_k(over_i(E(b[k, i] ** 2 / D[k, i])))
S = over_k(over_i(E(D[k, i])))

adamw.introduce(
    "We bound the mean of the expected norm of the gradient, in $\\ell_1$, along the iterates of "
    "NAdamW with momentum mixing $\\mu$: AdamW is $\\mu=1$, NAdamW as it is practised "
    r"$\mu=\theta$. All constants are explicit. The proof balances three sums: $P$, which the "
    r"descent gains; $S$, the denominators; and the errors $e_k$ of the momentum. The momentum is "
    "first bounded by the second moment, so that all steps are bounded and all expectations exist. "
    "Descent then bounds $P$ by the initial gap, the errors and the weight decay; the errors "
    "contract; and the denominators grow only as $P$ allows. With the parameters chosen, these "
    r"are inequalities between multiples of $\sqrt{KdL\Delta}$, and are solved for $P$; Young's "
    r"inequality makes of that a bound on the norm. The main result is [rate]."
)
adamw.typeset(tD=r"\widetilde D", xmax=r"\max_{l\le #1}|x_l^1|", lam=r"\lambda")
adamw.shorthand("xmax.d", xmax[d], tex=r"\|x^1\|_\infty")
adamw.shorthand("b", b[k, i], k, i)
adamw.shorthand("P", P)
adamw.shorthand("tP", tP, tex=r"\widetilde P")
adamw.shorthand("Q", Q)
adamw.shorthand("S", S)
adamw.shorthand("e", momentum_error[k], k)
adamw.shorthand("W", displacement[k], k)
adamw.shorthand("q", q)

averaging = [(0, "<=", beta), (beta, "<=", 1)]
floored = [*averaging, (0, "<", eps)]  # then D >= eps^{1/2}, on which L0 rests
decays = [(0, "<=", theta), (theta, "<=", beta), (beta, "<", 1)]
smoothing = [(0, "<=", theta), (theta, "<", 1)]
mixing = [(0, "<=", mu), (mu, "<=", 1)]
