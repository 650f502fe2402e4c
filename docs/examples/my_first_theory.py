"""A first theory: three scalar lemmas, then a process followed by induction.

Check it, look at what it says, see its proofs:

    ratecert check docs/examples/my_first_theory.py
    ratecert show docs/examples/my_first_theory.py:bounded
    ratecert explain docs/examples/my_first_theory.py:young

Change a constant, such as the 2 in ``2 * c`` below, and check again: the claim is then refuted, and
the point at which it fails is shown.
"""

from ratecert.proofs.language import Proof, Rational, Theorem, Theory, by, sqrt, symbols, within

# --- scalar lemmas -------------------------------------------------------------------------------

scalars = Theory("my_scalars", "Three inequalities between real numbers")

# Symbols are plain names. What they mean is said by the theory (its constants and processes) and by
# the claim (`for_all`: any real random variables; `for_constants`: real constants).
a, b, c, t = symbols("a b c t")


@scalars.lemma(
    "young",
    title="Young's inequality with a weight",
    for_all=(a, b, c),
    given=[(0, "<", c)],  # a relation is written (left, op, right), op one of <=  <  ==  >=  >
    claim=(a * b, "<=", c / 2 * a**2 + b**2 / (2 * c)),
    witness={c: 1},  # a point at which the hypotheses hold together: no proof from a contradiction
)
def young(p: Proof) -> Theorem:
    """One step. The hint is the square behind it: (c a - b)^2 >= 0, divided by 2 c."""
    return p.have((a * b, "<=", c / 2 * a**2 + b**2 / (2 * c)), by.algebra(hints=(c * a - b,)))


@scalars.lemma(
    "product",
    title="A product is at most half the squares",
    for_all=(a, b),
    claim=(a * b, "<=", (a**2 + b**2) / 2),
)
def product(p: Proof) -> Theorem:
    """Another claim at given values. Its hypothesis 0 < c becomes 0 < 1, which is proved."""
    return p.have((a * b, "<=", (a**2 + b**2) / 2), by.lemma(young, c=1))


@scalars.lemma(
    "root",
    title="The root lies below its tangent at 1",
    for_all=(t,),
    given=[(0, "<=", t)],
    claim=(sqrt(t), "<=", Rational(1, 2) * (1 + t)),
    witness={t: 1},
)
def root(p: Proof) -> Theorem:
    """A chain: left, then op, right, reason, as often as needed.

    Numbers are exact: write Rational(1, 2), never 0.5, which is refused. Roots are as on paper.
    """
    return p.calc(
        sqrt(t),
        "<=", (sqrt(t) ** 2 + 1) / 2, by.lemma(product, a=sqrt(t), b=1),
        "==", Rational(1, 2) * (1 + t), by.algebra(),
    )  # fmt: skip


# --- a process -----------------------------------------------------------------------------------

# An exponential average of a constant signal: m^0 = 0, m^k = beta m^{k-1} + (1 - beta) s.
averages = Theory("my_averages", "An exponential average", extends=(scalars,))

(k,) = averages.indices("k")
beta, s = averages.constants("beta s", "weight of the past; the signal")
m = averages.process("m", arity=1, adapted=None, meaning="average")  # no randomness: adapted=None

averages.define("m.0", m[0], 0, kind="recursion")
averages.define("m", m[k], beta * m[k - 1] + (1 - beta) * s, [within(k, 1)], kind="recursion")

# Declarations end with the first claim. A witness for all claims of the theory:
averages.witness |= {k: 1, beta: Rational(1, 2), s: 1}

signs = [within(k, 0), (0, "<=", beta), (beta, "<=", 1), (0, "<=", s)]


@averages.lemma("positive", title="The average is not negative", given=signs, claim=(0, "<=", m[k]))
def positive(p: Proof) -> Theorem:
    """Induction: the claim at the first index, then at k from the claim at k - 1 (``before``)."""
    return p.induction(
        (0, "<=", m[k]),
        within(k, 0),
        base=lambda q: q.have((0, "<=", m[0]), by.definition(m)),
        step=lambda q, before: q.have((0, "<=", m[k]), by.definition(m, facts=(before,), k=k)),
    )


@averages.lemma("bounded", title="The average stays below", given=signs, claim=(m[k], "<=", s))
def bounded(p: Proof) -> Theorem:
    """The same, the step as a chain. ``k=k`` unfolds the definition at this index only."""
    return p.induction(
        (m[k], "<=", s),
        within(k, 0),
        base=lambda q: q.have((m[0], "<=", s), by.definition(m)),
        step=lambda q, before: q.calc(
            m[k],
            "==", beta * m[k - 1] + (1 - beta) * s, by.definition(m, k=k),
            "<=", beta * s + (1 - beta) * s, by.algebra(before),
            "==", s, by.algebra(),
        ),
    )  # fmt: skip


@averages.theorem(
    "square",
    title="The square of the average",
    given=signs,
    claim=(m[k] ** 2, "<=", (s**2 + s**2) / 2),
)
def square(p: Proof) -> Theorem:
    """Claims of this theory and of the one it extends."""
    low, high = p.use(positive), p.use(bounded)
    return p.calc(
        m[k] ** 2,
        "<=", s * s, by.algebra(low, high),
        "<=", (s**2 + s**2) / 2, by.lemma(product, a=s, b=s),
    )  # fmt: skip
