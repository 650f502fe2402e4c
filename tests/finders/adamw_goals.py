"""The scalar steps of the AdamW proof, L1 to L9 and the assembly, as an author writes them."""

from __future__ import annotations

from scalar_goals import Goal, X, eq, le, lt, mod, nonneg, num, pos, root, sqrt, var

from ratecert.proofs.kernel.terms import Rel

theta, beta, mu, rho, lam, eta, r, w, t, c = var(
    *["theta", "beta", "mu", "rho", "lam", "eta", "r", "w", "t", "c"]
)
m, g, v, n, b, x, y, z, A, C = var(*["m", "g", "v", "n", "b", "x", "y", "z", "A", "C"])
G, D, T, Y, S, P, Pb, R, L, kappa, eps, q = var(
    *["G", "D", "T", "Y", "S", "P", "Pb", "R", "L", "kappa", "eps", "q"]
)
d, k, Delta, h, s = var(*["d", "K", "Delta", "h", "s"])
c_eta, c_theta, c_eps = var("c_eta", "c_theta", "c_eps")
unit = (*nonneg(theta), lt(theta, 1))
ordered = le(theta, beta)
betas = (*pos(beta), lt(beta, 1), ordered)
mixing = (*nonneg(mu), le(mu, 1))


def _momentum() -> list[Goal]:
    mean = theta * m + (1 - theta) * g
    second = beta * v + (1 - beta) * g**2
    q_of = 1 + theta * (1 - mu) ** 2 / (1 - theta)
    nesterov = mu * theta * m + (1 - mu * theta) * g
    c_of = (1 - theta) / (1 - beta)
    p1, p2 = mu**2 * theta * (1 - theta), (1 - mu * theta) ** 2
    sharp = (1 - theta) ** 2 / ((1 - beta) * (1 - theta**2 / beta))
    window = (*unit, *betas, le(beta**2, theta))

    def bound(k: str) -> Rel:
        return le(mean**2, num(k) * c_of * second)

    def nesterov_bound(k: str) -> Rel:
        return le(nesterov**2, num(k) * q_of * c_of * second)

    start = (*unit, *betas, *nonneg(v), le(m**2, c_of * v))

    def sharp_window(k: str) -> Rel:
        return le(sharp, num(k))

    sharp_start = (*window, *nonneg(v), le(m**2, sharp * v))

    def sharp_step(k: str) -> Rel:
        return le(mean**2, num(k) * sharp * second)

    mixed = (p1 + p2) * (theta * m**2 + (1 - theta) * g**2) - (1 - theta) * nesterov**2
    return [
        Goal(
            "L1.variance",
            eq(theta * m**2 + (1 - theta) * g**2 - mean**2, theta * (1 - theta) * (m - g) ** 2),
        ),
        Goal(
            "L1.step", bound("1"), start,
            ((bound("99/100"), start), (bound("1"), tuple(f for f in start if f != ordered))),
        ),
        Goal(
            "L1.n-identity",
            eq(mixed, theta * ((1 - mu * theta) * m - mu * (1 - theta) * g) ** 2),
        ),
        Goal("L1.q", eq(p1 + p2, q * (1 - theta)), (*unit, eq(q, q_of))),
        Goal(
            "L1.n-step", nesterov_bound("1"), (*start, *mixing),
            ((nesterov_bound("9/10"), (*start, *mixing)),),
        ),
        Goal(
            "L1.two-identity",
            eq(2 * (1 - beta) - (1 - theta), (1 - beta) ** 2 + (theta - beta**2)),
        ),
        Goal("L1.two", le(c_of, 2), window, ((le(c_of, num("19/10")), window),)),
        Goal("L1.sharp", sharp_window("4/3"), window, ((sharp_window("133/100"), window),)),
        Goal("L1.sharp-step", sharp_step("1"), sharp_start, ((sharp_step("9/10"), sharp_start),)),
        Goal(
            "L1.q-bound", le(q_of, num("5/4")), (*unit, le(theta, mu), le(mu, 1)),
            ((le(q_of, num("31/25")), (*unit, le(theta, mu), le(mu, 1))),),
        ),
    ]  # fmt: skip


def _descent() -> list[Goal]:
    given = (*pos(rho, eta, s, L), le(s, D))
    bb = n + lam * x * D
    left = -(eta * G * bb / D) + L * eta**2 / 2 * bb**2 / D**2

    def right(k: str) -> X:
        return (
            -(eta / 2 * G**2 / D) - eta / 2 * (1 - L * eta / s) * bb**2 / D
            + eta / 2 * (1 + rho) * (G - n) ** 2 / s
            + num(k) * eta / 2 * (1 + 1 / rho) * lam**2 * x**2 * D
        )  # fmt: skip

    decayed = (1 - lam * eta) * x - eta * n / D
    decay = (*pos(D, eta), *nonneg(lam, R), le(lam * eta, 1), le(mod(n), R * D))

    def bounded(k: str) -> Rel:
        return le(mod(decayed), (1 - lam * eta) * mod(x) + num(k) * eta * R)

    def young(k: str) -> Rel:
        return le((A - C) ** 2, (1 + rho) * A**2 + num(k) * (1 + 1 / rho) * C**2)

    return [
        Goal("L2", bounded("1"), decay, ((bounded("9/10"), decay),)),
        Goal("L3.d", young("1"), pos(rho), ((young("9/10"), pos(rho)),)),
        Goal("L3.c", le(b**2 / D**2, b**2 / (s * D)), given),
        Goal("L3.coordinate", le(left, right("1")), given, ((le(left, right("1/2")), given),)),
        Goal("L6", le(L**2 * (eta * b / D) ** 2, L**2 * eta**2 / s * (b**2 / D)), given),
    ]


def _errors() -> list[Goal]:
    k1 = 1 - t * (1 - theta)
    given = (*unit, *nonneg(t), lt(t, 1))

    def square(k: str) -> Rel:
        right = theta * k1 * A**2 + num(k) * theta**2 * k1 / ((1 - t) * (1 - theta)) * C**2
        return le(theta**2 * (A + C) ** 2, right)

    weight = (1 - mu * theta) ** 2 - mu**2 * (1 - theta) ** 2
    q_of = 1 + theta * (1 - mu) ** 2 / (1 - theta)
    return [
        Goal("L4.square", square("1"), given, ((square("99/100"), given),)),
        Goal("L4.k1", eq(1 - theta * k1, (1 - theta) * (1 + t * theta))),
        Goal("L5.weight", le(0, weight), (*unit, *mixing)),
        Goal("L5.q", eq(mu**2 * (1 - theta) + weight, q_of * (1 - theta)), unit),
    ]


def _denominators() -> list[Goal]:
    gain = 1 - kappa**2
    step = (
        eq(y**2, z**2 + w**2 * gain * G**2), le(w * T, y), *nonneg(y, z, w, kappa), *pos(T),
        le(kappa, 1),
    )  # fmt: skip

    def grown(k: str) -> Rel:
        return le(y, z + num(k) * w * gain * G**2 / T)

    def tangent(k: str) -> Rel:
        return le(3 / (2 * T) - num(k) * D**2 / (2 * T**3), 1 / D)

    def l9(k: str) -> Rel:
        return le(mod(G), num(k) * c / 2 * G**2 / D + D / (2 * c))

    return [
        Goal(
            "L7.root", le(sqrt(Y), y / 2 + Y / (2 * y)), (*nonneg(Y), *pos(y)),
            ((le(sqrt(Y), y / 2 + Y / (3 * y)), (*nonneg(Y), *pos(y))),),
        ),
        Goal("L7.step", grown("1"), step, ((grown("9/10"), step),)),
        Goal("L8", tangent("1"), pos(D, T), ((tangent("9/10"), pos(D, T)),)),
        Goal("L9", l9("1"), pos(c, D), ((l9("9/10"), pos(c, D)),)),
        Goal("N1", le(mod(x), y / 2 + x**2 / (2 * y)), pos(y)),
    ]  # fmt: skip


def _assembly() -> list[Goal]:
    bracket = (*nonneg(theta, r, rho), le(theta, 1), le(r, 1), le((1 + rho) * r**2, 1))

    def positive(k: str) -> Rel:
        return le(0, 1 - r * (1 - theta) - num(k) * (1 + rho) * theta**2 * r**2)

    total = k * w + 2 * Pb
    last = (*pos(k, w, Pb), eq(c, sqrt(total / Pb)), le(P, Pb), le(S, total))

    def average(j: str) -> Rel:
        return le(c / 2 * P + S / (2 * c), num(j) * sqrt(Pb * total))

    parameters = (
        *pos(d, k, L, Delta, h, c_eta, c_theta, c_eps),
        eq(eta, c_eta * sqrt(Delta / (k * d * L))), eq(eps, c_eps * h**2 / d),
        eq(s, sqrt(L * Delta / (k * h**2))), eq(theta, 1 - c_theta * s),
        eq(r, c_eta / (c_theta * sqrt(c_eps))),
    )  # fmt: skip
    u = var("u")[0]
    small = (*nonneg(u), le(u, 1))
    Q, M, N, X0, a, ratio = var("Q", "M", "N", "X0", "a", "ratio")
    summed = (
        *pos(eta), *nonneg(Q, x, ratio, P), le(S, w + 2 * P), lt(2 * ratio, 1),
        le(eta / 2 * P + eta / 2 * x * Q, M + eta / 2 * ratio * S),
    )  # fmt: skip

    def solved(j: int) -> Rel:
        return le(P, (2 * M / eta + ratio * w) / (1 - j * ratio))

    gain = 1 - L * eta / sqrt(eps)
    small_step = (*pos(L, eta, eps), lt(L * eta, sqrt(eps)), le(gain * Q, M + N))

    def mean(j: X) -> Rel:
        return le(sqrt(Pb * (k * w + 2 * Pb)) / k, sqrt(Pb / k * w) + j * (Pb / k))

    def instance(rate: str, rho_: str, t_: str) -> Rel:
        r_, p, q_ = num(rate), num(rho_), num(t_)
        k1 = 1 - q_ * (1 - theta)
        loss = (1 + p) * theta**2 * k1 * r_**2 / ((1 - q_) * (1 + q_ * theta))
        return le(0, 1 - r_ * (1 - theta) - loss)

    box = (le(num("3/4"), theta), le(theta, 1))
    limit = (*nonneg(lam, X0), *pos(eta, s), le(1, R), le(1, k), eq(x, X0 + R * eta * k))
    return [
        Goal("solve-for-P.summed", solved(2), summed, ((solved(1), summed),)),
        Goal("divide-by-gain", le(Q, (M + N) / gain), small_step),
        Goal("mean", mean(sqrt(2)), pos(Pb, k, w), ((mean(num("1")), pos(Pb, k, w)),)),
        Goal(
            "B.at-2/3",
            instance("2/3", "1/4", "2/3"),
            box,
            ((instance("67/100", "1/4", "2/3"), box),),
        ),
        Goal("B.Adam", instance("4/5", "0", "3/5"), (le(num("11/20"), theta), le(theta, 1))),
        Goal(
            "C_P.mu",
            le(mu**2 * theta**2 + (1 + theta * (1 - mu) ** 2 / (1 - theta)) / 2, num("3/2")),
            (*unit, le(theta, mu), le(mu, 1)),
        ),
        Goal(
            "lambda.1",
            le(lam * x, 1),
            (*limit[:4], *nonneg(x), le((lam * x) ** 2, a * s), le(a, 1), le(s, 1)),
        ),
        Goal("lambda.2", le(lam * eta, 1), (*limit, le(lam * x, 1))),
        Goal("B.at-0", positive("1"), bracket, ((positive("101/100"), bracket),)),
        Goal("last-root", average("1"), last, ((average("99/100"), last),)),
        Goal("fourth-root", le(root(x + y, 4), root(x, 4) + root(y, 4)), nonneg(x, y)),
        Goal(
            "parameters.r", eq(eta / sqrt(eps) * (L * Delta / (1 - theta)), r * Delta), parameters
        ),
        Goal("parameters.bracket", eq(L * eta / sqrt(eps), r * (1 - theta)), parameters),
        Goal("parameters.scale", eq(s * k * sqrt(d) * h, sqrt(k * d * L * Delta)), parameters),
        Goal(
            "parameters.Delta", eq(2 * Delta / eta, 2 / c_eta * sqrt(k * d * L * Delta)), parameters
        ),
        Goal(
            "sgd",
            le(1 / (1 - u / 2), 1 + u),
            small,
            ((le(1 / (1 - u / 2), 1 + num("9/10") * u), small),),
        ),
    ]


GOALS: list[Goal] = [*_momentum(), *_descent(), *_errors(), *_denominators(), *_assembly()]
