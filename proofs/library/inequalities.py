"""Scalar inequalities, for real random variables: Young, tangents, roots.

Expectations of convex functions are bounded through these tangents; the kernel has no Jensen.
"""

from ..language import Proof, Theorem, Theory, by, sqrt, symbols

inequalities = Theory("inequalities", "Scalar inequalities")

a, b, c, t, x, y = symbols("a b c t x y")


@inequalities.lemma(
    "young",
    title="Young's inequality with a weight",
    for_all=(a, b, c),
    given=[(0, "<", c)],
    claim=(a * b, "<=", c / 2 * a**2 + b**2 / (2 * c)),
    witness={a: 1, b: 1, c: 1},
)
def young(p: Proof) -> Theorem:
    return p.have((a * b, "<=", c / 2 * a**2 + b**2 / (2 * c)), by.algebra(hints=(c * a - b,)))


@inequalities.lemma(
    "triangle",
    title="The triangle inequality",
    for_all=(x, y),
    claim=(abs(x + y), "<=", abs(x) + abs(y)),
)
def triangle(p: Proof) -> Theorem:
    return p.have((abs(x + y), "<=", abs(x) + abs(y)), by.algebra())


@inequalities.lemma(
    "root-tangent",
    title="Tangent of the root",
    for_all=(t, y),
    given=[(0, "<=", t), (0, "<", y)],
    claim=(sqrt(t), "<=", y / 2 + t / (2 * y)),
    witness={t: 1, y: 1},
)
def root_tangent(p: Proof) -> Theorem:
    return p.have((sqrt(t), "<=", y / 2 + t / (2 * y)), by.algebra(hints=(sqrt(t) - y,)))


@inequalities.lemma(
    "root-subadditive",
    title="The root is subadditive",
    for_all=(x, y),
    given=[(0, "<=", x), (0, "<=", y)],
    claim=(sqrt(x + y), "<=", sqrt(x) + sqrt(y)),
    witness={x: 1, y: 1},
)
def root_subadditive(p: Proof) -> Theorem:
    return p.have((sqrt(x + y), "<=", sqrt(x) + sqrt(y)), by.algebra())


@inequalities.lemma(
    "root-monotone",
    title="The root is monotone",
    for_all=(x, y),
    given=[(0, "<=", x), (x, "<=", y)],
    claim=(sqrt(x), "<=", sqrt(y)),
    witness={x: 1, y: 2},
)
def root_monotone(p: Proof) -> Theorem:
    return p.have((sqrt(x), "<=", sqrt(y)), by.algebra())


@inequalities.lemma(
    "square-monotone",
    title="A bound on the square bounds the absolute value",
    for_all=(x, y),
    given=[(0, "<=", y), (x**2, "<=", y**2)],
    claim=(abs(x), "<=", y),
    witness={x: 1, y: 1},
)
def square_monotone(p: Proof) -> Theorem:
    return p.have((abs(x), "<=", y), by.algebra())
