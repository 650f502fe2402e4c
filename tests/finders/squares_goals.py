"""Goals that need sums of squares nobody hinted, each with variants that are false."""

from __future__ import annotations

from scalar_goals import Goal, eq, le, lt, num, root, sqrt, var

x, y, z, w = var("x", "y", "z", "w")
a, b, c, d = var("a", "b", "c", "d")
p, q, r, s = var("p", "q", "r", "s")
v = var(*(f"v{i}" for i in range(7)))

NONNEGATIVE = (le(0, x), le(0, y), le(0, z))
POSITIVE = (lt(0, x), lt(0, y), lt(0, z))
BOX = (*NONNEGATIVE, le(x, 1), le(y, 1), le(z, 1))
SCHUR = x * (x - y) * (x - z) + y * (y - x) * (y - z) + z * (z - x) * (z - y)


def motzkin(k: str) -> object:
    return x**4 * y**2 + x**2 * y**4 - num(k) * x**2 * y**2 + 1


def motzkin_form(k: str) -> object:
    return x**4 * y**2 + x**2 * y**4 - num(k) * x**2 * y**2 * z**2 + z**6


def robinson(k: str) -> object:
    mixed = sum((m**4 * (x**2 + y**2 + z**2 - m**2) for m in (y, z)), x**4 * (y**2 + z**2))
    return x**6 + y**6 + z**6 - mixed + num(k) * x**2 * y**2 * z**2


def choi_lam(k: str) -> object:
    return x**4 * y**2 + y**4 * z**2 + z**4 * x**2 - num(k) * x**2 * y**2 * z**2


def cauchy_schwarz(k: str) -> tuple[object, object]:
    inner = a * p + b * q + c * r + d * s
    return num(k) * inner**2, (a**2 + b**2 + c**2 + d**2) * (p**2 + q**2 + r**2 + s**2)


def cycle(k: str) -> object:
    fourth = sum((t**4 for t in v[1:]), v[0] ** 4)
    around = [v[i] * v[(i + 1) % 7] * v[(i + 2) % 7] * v[(i + 3) % 7] for i in range(7)]
    return fourth - num(k) * sum(around[1:], around[0])


def goal(name: str, true: object, *false: object) -> Goal:
    def statement(value: object) -> tuple[object, tuple[object, ...]]:
        return value if isinstance(value, tuple) else (value, ())

    goal, given = statement(true)
    return Goal(name, goal, given, tuple(statement(f) for f in false))  # type: ignore[arg-type]


def amgm(k: str) -> object:
    return le(num(k) * x * y * z, x**3 + y**3 + z**3)


GOALS = [
    goal("AM-GM of three", (amgm("3"), NONNEGATIVE), (amgm("31/10"), NONNEGATIVE),
         (amgm("3"), NONNEGATIVE[:2])),
    goal("AM-GM of three squares", le(3 * x**2 * y**2 * z**2, x**6 + y**6 + z**6),
         le(4 * x**2 * y**2 * z**2, x**6 + y**6 + z**6)),
    goal("AM-GM of four", le(4 * x * y * z * w, x**4 + y**4 + z**4 + w**4),
         le(5 * x * y * z * w, x**4 + y**4 + z**4 + w**4)),
    goal("Motzkin", le(0, motzkin("3")), le(0, motzkin("301/100")), lt(0, motzkin("3"))),
    goal("Motzkin's form", le(0, motzkin_form("3")), le(0, motzkin_form("301/100"))),
    goal("Robinson's form", le(0, robinson("3")), le(0, robinson("29/10"))),
    goal("Choi and Lam's form", le(0, choi_lam("3")), le(0, choi_lam("301/100"))),
    goal("Cauchy-Schwarz in four dimensions", le(*cauchy_schwarz("1")),
         le(*cauchy_schwarz("101/100"))),
    goal("Schur", (le(0, SCHUR), NONNEGATIVE), (le(0, SCHUR), NONNEGATIVE[:2]),
         (lt(0, SCHUR), POSITIVE)),
    goal("Nesbitt", (le(num("3/2"), x / (y + z) + y / (z + x) + z / (x + y)), POSITIVE),
         (le(num("151/100"), x / (y + z) + y / (z + x) + z / (x + y)), POSITIVE)),
    goal("zeros on a line", le(0, (x * y - z) ** 2 + (x - z) ** 4 + (x * y - z) * (x - z) ** 2),
         le(0, (x * y - z) ** 2 + (x - z) ** 4 + 3 * (x * y - z) * (x - z) ** 2)),
    goal("irrational zeros", le(0, x**4 - 4 * x**2 + 4 + (x * y - 2) ** 2),
         le(0, x**4 - 4 * x**2 + num("399/100") + (x * y - 2) ** 2)),
    goal("products of two facts", (le(x * (1 - y) + y * (1 - z) + z * (1 - x), 1), BOX),
         (le(x * (1 - y) + y * (1 - z) + z * (1 - x), num("99/100")), BOX)),
    goal("on a circle", (le(x + y, 2), (eq(x**2 + y**2, 2),)),
         (le(x + y, num("199/100")), (eq(x**2 + y**2, 2),))),
    goal("strict", lt(0, x**4 - 3 * x**2 * y + 3 * y**2 + 1),
         lt(0, x**4 - 4 * x**2 * y + 4 * y**2)),
    goal("with a root", (le(4 * sqrt(x) * y * z * w, x**2 + y**4 + z**4 + w**4), (le(0, x),)),
         (le(5 * sqrt(x) * y * z * w, x**2 + y**4 + z**4 + w**4), (le(0, x),))),
    goal("a cube root", (le(root(x, 3), y), (le(x, y**3), le(0, x), le(0, y))),
         (le(root(x, 3), y), (le(x, num("101/100") * y**3), le(0, x), le(0, y)))),
    goal("a cycle of seven", le(0, cycle("1")), le(0, cycle("101/100"))),
]  # fmt: skip
