"""What the assumptions say of any two points, and of a point and the minimiser.

Smoothness bounds f from above and convexity from below, at any pair of points. Both at a third
point, and the third point chosen so that nothing is lost, is all that is used.
"""

from ...language import Proof, Theorem, by, point, symbols
from ...language.symbols import coordinate
from ...library.vectors import square_member
from .setting import (
    G,
    L,
    axis,
    bent,
    d,
    f,
    fstar,
    grad,
    gradient_descent,
    i,
    k,
    minimiser,
    mu,
    over_i,
    smooth,
    squared,
    towards,
    x,
    xstar,
)

u, v = symbols("u v")
move = coordinate(v, i) - coordinate(u, i)
change = grad(u, i) - grad(v, i)
tangent = f(u) + over_i(grad(u, i) * move)

gradient_descent.section(
    "What smooth and convex functions satisfy",
    "Let $u$ and $v$ be any two points. The descent lemma at $v$ and convexity at $u$ are applied "
    "at a third point, the one at which they say most.",
)


@gradient_descent.lemma(
    "interpolation",
    title="Smooth convex functions at two points",
    for_points=(u, v),
    given=[smooth],
    claim=(tangent + over_i(change**2) / (2 * L), "<=", f(v)),
    reference="Nesterov (2018), Theorem 2.1.5",
)
def interpolation(p: Proof) -> Theorem:
    third = point(lambda j: coordinate(v, j) + (grad(u, j) - grad(v, j)) / L)
    low, high = p.axiom("convex", p=u, y=third), p.axiom("A1", p=v, y=third)
    return p.have((tangent + over_i(change**2) / (2 * L), "<=", f(v)), by.algebra(low, high))


excess, lack = change + mu * move, -L * move - change
gap = mu / 2 * over_i(move**2) + over_i(excess**2) / (2 * (L - mu))


@gradient_descent.lemma(
    "interpolation.strong",
    title="Smooth and strongly convex functions at two points",
    for_points=(u, v),
    given=[bent],
    claim=(tangent + gap, "<=", f(v)),
    reference="Taylor, Hendrickx and Glineur (2017), Theorem 4",
)
def interpolation_strong(p: Proof) -> Theorem:
    def third(j: object) -> object:
        apart = coordinate(u, j) - coordinate(v, j)
        return coordinate(v, j) + (grad(u, j) - grad(v, j) - mu * apart) / (L - mu)

    low = p.axiom("convex.strongly", p=u, y=point(third))
    high = p.axiom("A1", p=v, y=point(third))
    return p.have((tangent + gap, "<=", f(v)), by.algebra(low, high))


@gradient_descent.lemma(
    "coercivity",
    title="The gradient, as the curvature lies between mu and L",
    for_points=(u, v),
    given=[bent],
    claim=(0, "<=", over_i(excess * lack)),
    reference="Nesterov (2018), Theorem 2.1.12",
    introduction="The sum of [interpolation.strong] for $u, v$ and for $v, u$.",
)
def coercivity(p: Proof) -> Theorem:
    there, back = p.use(interpolation_strong), p.use(interpolation_strong, u=v, v=u)
    return p.have((0, "<=", over_i(excess * lack)), by.algebra(there, back))


@gradient_descent.lemma(
    "stationary",
    title="The gradient vanishes at the minimiser",
    given=[smooth, axis],
    claim=(grad(minimiser, i), "==", 0),
)
def stationary(p: Proof) -> Theorem:
    third = point(lambda j: xstar[j] - grad(minimiser, j) / L)
    square = over_i(grad(minimiser, i) ** 2)
    least = p.calc(
        f(minimiser),
        "==", fstar, by.axiom("minimum"),
        "<=", f(third), by.axiom("A0", p=third),
        "<=", f(minimiser) - square / (2 * L),
        by.algebra(p.axiom("A1", p=minimiser, y=third)),
    )  # fmt: skip
    none = p.have((square, "<=", 0), by.multiplying(least, 2 * L))
    part = p.use(square_member, x=point(lambda j: grad(minimiser, j)), n=d)
    return p.have((grad(minimiser, i), "==", 0), by.algebra(none, part))


@gradient_descent.lemma(
    "above",
    title="A large gradient is high above the minimum",
    given=[smooth],
    claim=(squared / (2 * L), "<=", f(x[k]) - fstar),
    reference="Nesterov (2018), Theorem 2.1.5",
)
def above(p: Proof) -> Theorem:
    third = point(lambda j: x[k, j] - G[k, j] / L)
    return p.calc(
        squared / (2 * L),
        "<=", f(x[k]) - f(third), by.algebra(p.axiom("A1", p=x[k], y=third)),
        "<=", f(x[k]) - fstar, by.algebra(p.axiom("A0", p=third)),
    )  # fmt: skip


@gradient_descent.lemma(
    "towards",
    title="The gradient points away from the minimiser",
    given=[smooth],
    claim=(f(x[k]) - fstar + squared / (2 * L), "<=", towards),
)
def away(p: Proof) -> Theorem:
    flat = p.within(axis).use(stationary)
    same = p.have(
        (over_i((G[k, i] - grad(minimiser, i)) ** 2), "==", squared),
        by.termwise(i, by.algebra(flat)),
    )
    pair = p.use(interpolation, u=x[k], v=minimiser)
    return p.have(
        (f(x[k]) - fstar + squared / (2 * L), "<=", towards),
        by.algebra(pair, same, p.axiom("minimum")),
    )
