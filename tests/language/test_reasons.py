"""Every reason of ``by``: what it proves, and how it fails."""

from __future__ import annotations

from language_helpers import fails, proved

from ratecert.proofs.language import E, Rational, Sum, Theory, by, symbols, within
from ratecert.proofs.language.symbols import coordinate

HALF = Rational(1, 2)


def show(w, claim, reason, given=(), **more):
    name = f"claim{len(w.theory.claims)}"
    return w.theory.lemma(name, title=name, claim=claim, given=[w.steps, *given], **more)(
        lambda p: p.have(claim, reason(p) if callable(reason) else reason)
    )


def test_algebra_uses_hypotheses_and_the_facts_named(world):
    w, claim = world, (world.g[world.k, world.i], "<=", 2 * world.a)
    known = (world.g[world.k, world.i], "<=", world.a)
    proved(show(w, claim, lambda p: by.algebra(p.axiom("positive")), given=[known],
                witness={world.g[1, 1]: 0}))  # fmt: skip
    fails(show(w, claim, by.algebra(), given=[known], witness={world.g[1, 1]: 0}), "false at")


def test_algebra_with_a_fact_that_is_no_hypothesis(world):
    fails(show(world, (0, "<=", world.a**2), by.algebra((1, "<=", world.a))),
          "1 ≤ a is no hypothesis of this claim")  # fmt: skip


def test_definition(world):
    w, k, i = world, world.k, world.i
    claim = (w.m[k, i] - w.w[k, i], "==", w.a * w.g[k, i])
    proved(show(w, claim, by.definition(w.m)))
    proved(show(w, claim, by.definition("m")))
    fails(show(w, claim, by.algebra()), "false at")
    outside = (w.m[k + 1, i] - w.w[k + 1, i], "==", w.a * w.g[k + 1, i])
    fails(show(w, outside, by.definition(w.m)), "false at", "m[k+1, i]")


def test_definition_of_what_is_not_defined(world):
    fails(show(world, (0, "<=", world.a**2), by.definition(world.g)), "world defines no 'g'")


def test_definition_at_one_index_only(world):
    w, k, i = world, world.k, world.i
    claim = (w.m[1, i] - w.m[k, i], "==", w.a * w.g[1, i] + w.w[1, i] - w.m[k, i])
    proved(show(w, claim, by.definition(w.m, k=1)))


def test_multiplying(world):
    w, k, i = world, world.k, world.i
    square, other = w.w[k, i] ** 2, w.g[k, i] ** 2
    claim = (w.a * square, "<=", w.a * other)

    def reason(p):
        p.know(p.axiom("positive"))
        return by.multiplying(p.axiom("B"), w.a)

    proved(show(w, claim, reason))
    fails(show(w, claim, lambda p: by.multiplying(p.axiom("B"), w.a)),
          "by multiplying: not known to be >= 0: a")  # fmt: skip


def test_multiplying_an_equation_needs_no_sign(world):
    w, k, i = world, world.k, world.i
    inner = E(w.g[k, i], given=k - 1)
    claim = (-w.a * inner, "==", -w.a * w.w[k, i])
    proved(show(w, claim, lambda p: by.algebra(p.axiom("A"))))


def test_linearity_and_tower_and_rewriting(world):
    w, k, i = world, world.k, world.i
    g, v = w.g[k, i], w.w[k, i]
    proved(show(w, (E(2 * g + v), "==", 2 * E(g) + E(v)), by.linearity()))
    proved(show(w, (E(v * g), "==", E(v * E(g, given=k - 1))), by.tower()))
    proved(show(w, (E(v * E(g, given=k - 1)), "==", E(v**2)),
                lambda p: by.rewriting(p.axiom("A"))))  # fmt: skip
    fails(show(w, (E(g), "==", E(v)), lambda p: by.rewriting(p.axiom("A"))),
          "E[g[k, i] | F_{k-1}] does not occur in E[g[k, i]]")  # fmt: skip
    fails(show(w, (E(g**4 + g), "==", E(g**4) + E(g)), by.linearity()), "by linearity of E")


def test_expectation(world):
    w, k, i = world, world.k, world.i
    g, v = w.g[k, i] ** 2, w.w[k, i] ** 2
    proved(show(w, (E(v), "<=", E(g)), lambda p: by.expectation(p.axiom("B"))))
    proved(show(w, (v, "<=", E(g, given=k - 1)),
                lambda p: by.expectation(p.axiom("B"), given=k - 1)))  # fmt: skip
    fails(show(w, (E(g), "<=", E(v)), lambda p: by.expectation(p.axiom("B"))), "false at")


def test_termwise_and_within(world):
    w, k, i = world, world.k, world.i
    over = (i, 1, w.K)
    claim = (Sum(w.w[k, i] ** 2, over), "<=", Sum(w.g[k, i] ** 2, over))
    proved(show(w, claim, by.termwise(i, by.axiom("B"))))
    proved(show(w, claim, lambda p: by.summing(
        p.within(within(i, 1, w.K)).axiom("B"), within(i, 1, w.K))))  # fmt: skip
    fails(show(w, (Sum(w.w[k, i] ** 2, over), "<=", w.a), by.termwise(i, by.axiom("B"))),
          "termwise: both sides must be single sums")  # fmt: skip
    wrong = (Sum(w.g[k, i] ** 2, over), "<=", Sum(w.w[k, i] ** 2, over))
    fails(show(w, wrong, by.termwise(i, by.axiom("B"))), "B, term by term: false at")


def test_summing_over_two_indices(world):
    w, k, i = world, world.k, world.i
    ranges = within(i, 1, 3), within(k, 1, w.K)
    claim = (Sum(w.w[k, i] ** 2, (i, 1, 3), (k, 1, w.K)), "<=",
             Sum(w.g[k, i] ** 2, (i, 1, 3), (k, 1, w.K)))  # fmt: skip

    def script(p):
        return p.have(claim, by.summing(p.within(*ranges).axiom("B"), *ranges))

    proved(w.theory.lemma("double", title="", claim=claim)(script))


def test_telescoping(world):
    w, k, i = world, world.k, world.i
    claim = (Sum(w.g[k + 1, i] - w.g[k, i], (k, 1, w.K)), "==", w.g[w.K + 1, i] - w.g[1, i])
    proved(show(w, claim, by.telescoping(w.g[k, i], within(k, 1, w.K)), given=[within(w.K, 1)]))
    wrong = (claim[0], "==", w.g[w.K, i] - w.g[1, i])
    fails(show(w, wrong, by.telescoping(w.g[k, i], within(k, 1, w.K)), given=[within(w.K, 1)]),
          "by telescoping: false at")  # fmt: skip


def test_axioms_at_given_values(world):
    w = world
    claim = (E(w.g[1, 2], given=0), "==", w.w[1, 2])
    proved(show(w, claim, by.axiom("A", k=1, i=2), given=[within(w.K, 1)]))
    fails(show(w, claim, by.axiom("A", j=1)),
          "there is no 'j' to choose; the statement leaves open i, k")  # fmt: skip
    fails(show(w, claim, by.axiom("Z")), "world has no axiom 'Z'")
    fails(show(w, claim, by.axiom("A", k=HALF)), "not an index")


def test_axioms_at_given_points():
    theory = Theory("points")
    (d,) = theory.index_constants("d")
    (p,) = symbols("p")
    f, z = theory.function("f", "point"), theory.point_process("z", 0)
    theory.assume("A", (coordinate(p, 1) ** 2, "<=", f(p)), points=(p,))
    theory.witness |= {d: 1}
    claim = (z[3, 1] ** 2, "<=", f(z[3]))
    proved(
        theory.lemma("at", title="", claim=claim)(lambda q: q.have(claim, by.axiom("A", p=z[3])))
    )
    fails(theory.lemma("number", title="", claim=claim)(
        lambda q: q.have(claim, by.axiom("A", p=2))), "not a point: 2")  # fmt: skip
