"""Ten inequalities between real numbers, as they occur in proofs of public optimization papers.

They were chosen before any of them was tried. Each is stated as its paper has it, hypotheses
included, and has a proof of one step, ``by.algebra()``: no hint, no other claim. Any that the
finders did not prove would stay here, reported as undecided. docs/inequalities.md has the verdicts.

    ratecert check docs/examples/from_papers.py
    ratecert explain docs/examples/from_papers.py:frank-wolfe
    python docs/examples/inequalities_table.py
"""

from collections.abc import Callable
from typing import Any

from ratecert.proofs.language import Claimed, Min, Proof, Theorem, Theory, by, root, sqrt, symbols

papers = Theory("from_papers", "Ten scalar inequalities from public papers")

A, C, L, M, S, a, b, c, g, k, m, t, v, x, y = symbols("A C L M S a b c g k m t v x y")
beta, gamma, eta, lam, mu, nu, theta = symbols("beta gamma eta lam mu nu theta")
POLYAK_BETA = ((sqrt(L) - sqrt(m)) / (sqrt(L) + sqrt(m))) ** 2


def inequality(
    name: str, title: str, source: str, *, given: list[Any], claim: Any, witness: dict[Any, Any]
) -> Claimed:
    """A claim of ``papers`` whose proof is the one step ``by.algebra()``."""

    def proof(p: Proof) -> Theorem:
        return p.have(claim, by.algebra())

    declare: Callable[[Callable[[Proof], Theorem]], Claimed] = papers.lemma(
        name,
        title=title,
        reference=source,
        for_all=tuple(witness),
        given=given,
        claim=claim,
        witness=witness,
    )
    return declare(proof)


inequality(
    "fista",
    "The numbers t_k of FISTA grow like k/2",
    "Beck, Teboulle, A fast iterative shrinkage-thresholding algorithm for linear inverse "
    "problems, SIAM J. Imaging Sci. 2 (2009), Lemma 4.3: the step of the induction",
    given=[(1, "<=", k), ((k + 1) / 2, "<=", t)],
    claim=((k + 2) / 2, "<=", (1 + sqrt(1 + 4 * t**2)) / 2),
    witness={k: 1, t: 1},
)

inequality(
    "accelerated-weights",
    "The weights of accelerated proximal methods fall like 2/k",
    "Tseng, On accelerated proximal gradient methods for convex-concave optimization (2008), "
    "the bound on theta_k: the step of the induction",
    given=[(0, "<=", k), (0, "<", theta), (theta, "<=", 2 / (k + 2))],
    claim=((sqrt(theta**4 + 4 * theta**2) - theta**2) / 2, "<=", 2 / (k + 3)),
    witness={k: 0, theta: 1},
)

inequality(
    "adagrad",
    "A squared gradient over the root of their sum",
    "Duchi, Hazan, Singer, Adaptive subgradient methods for online learning and stochastic "
    "optimization, JMLR 12 (2011), Lemma 4: the step of the induction",
    given=[(0, "<", b), (a**2, "<=", b)],
    claim=(2 * sqrt(b - a**2) + a**2 / sqrt(b), "<=", 2 * sqrt(b)),
    witness={a: 1, b: 2},
)

inequality(
    "storm",
    "The cube root lies below its tangent",
    "Cutkosky, Orabona, Momentum-based variance reduction in non-convex SGD, arXiv 1905.10018, "
    "in the proof of Theorem 1",
    given=[(0, "<", x), (0, "<=", y)],
    claim=(root(x + y, 3), "<=", root(x, 3) + y / (3 * root(x, 3) ** 2)),
    witness={x: 1, y: 1},
)

inequality(
    "ef21",
    "A step size that satisfies a quadratic condition",
    "Richtarik, Sokolov, Fatkhullin, EF21, arXiv 2106.05203, the lemma on step sizes",
    given=[(0, "<", a), (0, "<", b), (0, "<=", gamma), (gamma, "<=", 1 / (sqrt(a) + b))],
    claim=(a * gamma**2 + b * gamma, "<=", 1),
    witness={a: 1, b: 1, gamma: 0},
)

inequality(
    "clipping",
    "A clipped step is at most two normalized steps",
    "Zhang, He, Sra, Jadbabaie, Why gradient clipping accelerates training, arXiv 1905.11881, "
    "where clipped and normalized gradient descent are compared",
    given=[(0, "<", eta), (0, "<", gamma), (0, "<", g)],
    claim=(Min(eta, gamma * eta / g) / 2, "<=", gamma * eta / (g + gamma)),
    witness={eta: 1, gamma: 1, g: 1},
)

inequality(
    "frank-wolfe",
    "The gap of the Frank-Wolfe method falls like 4 C/k",
    "Jaggi, Revisiting Frank-Wolfe: projection-free sparse convex optimization, ICML 2013, "
    "Theorem 1: the step of the induction, C being (1 + delta) C_f/2",
    given=[(0, "<=", k), (0, "<=", C), (v, "<=", 4 * C / (k + 2))],
    claim=((1 - 2 / (k + 2)) * v + (2 / (k + 2)) ** 2 * C, "<=", 4 * C / (k + 3)),
    witness={k: 0, C: 1, v: 1},
)

inequality(
    "sgd",
    "SGD with step sizes that fall like 1/k",
    "Bottou, Curtis, Nocedal, Optimization methods for large-scale machine learning, "
    "arXiv 1606.04838, Theorem 4.7: the step of the induction, k being the number of the iteration "
    "plus gamma",
    given=[
        *((0, "<", constant) for constant in (c, mu, L, M)),
        (1 / (c * mu), "<", beta),
        (1, "<", k),
        (beta**2 * L * M / (2 * (beta * c * mu - 1)), "<=", nu),
    ],
    claim=(
        (k - beta * c * mu) / k**2 * nu + beta**2 * L * M / (2 * k**2),
        "<=",
        nu / (k + 1),
    ),
    witness={c: 1, mu: 1, L: 1, M: 1, beta: 2, k: 2, nu: 2},
)

inequality(
    "inexact",
    "A number whose square is at most affine in it",
    "Schmidt, Le Roux, Bach, Convergence rates of inexact proximal-gradient methods for convex "
    "optimization, arXiv 1109.2415, in the proof of Lemma 1",
    given=[(0, "<=", A), (0, "<=", S), (v**2, "<=", S + A * v)],
    claim=(v, "<=", A / 2 + sqrt(S + (A / 2) ** 2)),
    witness={A: 1, S: 1, v: 1},
)

inequality(
    "heavy-ball",
    "Polyak's parameters make all eigenvalues complex",
    "Lessard, Recht, Packard, Analysis and design of optimization algorithms via integral "
    "quadratic constraints, arXiv 1408.3595, the heavy-ball method on quadratics: "
    "(1 + beta - alpha lam)^2 <= 4 beta, Polyak's alpha and beta written out",
    given=[(0, "<", m), (m, "<=", lam), (lam, "<=", L)],
    claim=(
        (1 + POLYAK_BETA - 4 / (sqrt(L) + sqrt(m)) ** 2 * lam) ** 2,
        "<=",
        4 * POLYAK_BETA,
    ),
    witness={m: 1, lam: 1, L: 2},
)
