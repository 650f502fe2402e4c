"""Scalar inequalities: what the kernel proves, no rational point refutes.

Goals are made at random from roots, reciprocals, absolute values and powers, with random
hypotheses; certificates are random, slightly wrong, or the finders' own. Evaluation is exact, with
the total semantics (1/0 = 0, the root of a negative number is 0), at points where signs, zeros and
equalities are likely.
"""

from __future__ import annotations

import os
import random
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import check
from ratecert.proofs.finders import prove
from ratecert.proofs.kernel.certificates import GOAL, Leaf, Product, Split, certify
from ratecert.proofs.kernel.errors import KernelError
from ratecert.proofs.kernel.exact import holds
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import assume, norm
from ratecert.proofs.kernel.terms import (
    ZERO,
    Abs,
    Rel,
    Term,
    Var,
    add,
    div,
    maximum,
    mul,
    neg,
    power,
    rat,
    sqrt,
    sub,
)
from ratecert.proofs.kernel.theory import Theory

TIMES = int(os.environ.get("RATECERT_MUTANTS", "1"))
SCALARS = Theory("scalars")
X, Y, Z = (Var(name, "any") for name in "xyz")
VALUES = tuple(
    Fraction(n) for n in ("-4", "-2", "-1", "-1/2", "0", "1/4", "1/2", "1", "2", "4", "9")
)


def grown(draw: random.Random, depth: int) -> Term:
    """A random term of roots, reciprocals, absolute values, sums and products."""
    if depth == 0 or draw.random() < 0.2:
        return draw.choice((X, Y, Z, X, Y, rat(draw.choice((-2, -1, 0, 1, 2, 3)))))
    p, q = grown(draw, depth - 1), grown(draw, depth - 1)
    return draw.choice((
        lambda: add(p, q), lambda: sub(p, q), lambda: mul(p, q), lambda: div(p, q),
        lambda: Abs(p), lambda: sqrt(p), lambda: power(p, 2), lambda: power(p, -1),
        lambda: power(p, Fraction(-1, 2)), lambda: power(p, Fraction(3, 2)), lambda: maximum(p, q),
        lambda: power(sqrt(p), 2), lambda: sqrt(power(p, 2)), lambda: mul(p, power(p, -1)),
    ))()  # fmt: skip


def hypotheses(draw: random.Random) -> tuple[Rel, ...]:
    """Signs, orders and equations of the variables and of a term."""
    t = grown(draw, 1)
    known = (Rel(ZERO, "<", X), Rel(ZERO, "<=", X), Rel(X, "<", ZERO), Rel(Y, "<=", ZERO),
             Rel(ZERO, "<", Y), Rel(ZERO, "<=", Y), Rel(X, "<=", Y), Rel(ZERO, "<", t),
             Rel(ZERO, "<=", t), Rel(t, "=", Z), Rel(ZERO, "<=", Z), Rel(Z, "<", rat(1)),
             )  # fmt: skip
    return tuple(h for h in known if draw.random() < 0.3)


def refuted(theorem: Theorem, draw: random.Random, tries: int = 25) -> str:
    """A point at which the hypotheses hold and the conclusion does not."""
    for _ in range(tries):
        env: dict[Term, Fraction] = {v: draw.choice(VALUES) for v in (X, Y, Z)}
        try:
            if holds(theorem.conclusion, env) is False and all(
                holds(h, env) is True for h in theorem.hypotheses
            ):
                return f"{theorem} is false at {env}"
        except KernelError:
            continue
    return ""


def certificate(draw: random.Random, facts: int, depth: int = 1) -> Leaf | Split:
    """A certificate of a few products, cofactors and squares, possibly under a case split."""
    if depth and draw.random() < 0.3:
        inside = (certificate(draw, facts + 1, depth - 1) for _ in range(2))
        return Split(grown(draw, 1), *inside)
    products = [Product(Fraction(1), (GOAL,))]
    for _ in range(draw.randrange(3)):
        chosen = tuple(draw.choice(range(-1, facts)) for _ in range(draw.randrange(3)))
        squares = tuple(grown(draw, 1) for _ in range(draw.randrange(2)))
        products.append(Product(Fraction(draw.choice((1, 1, 2))), chosen, squares))
    cofactors = tuple((n, rat(draw.choice((1, -1)))) for n in range(facts) if draw.random() < 0.1)
    return Leaf(tuple(products), cofactors)


def goal_of(leaf: Leaf, facts: tuple[Theorem, ...], draw: random.Random) -> Rel:
    """The goal that a leaf with a bare goal proves, if its other facts are as they are said to be.

    Sometimes with a term on both sides that cancels only where it is defined, or with ``<``.
    """
    parts: list[Term] = []
    for product in leaf.products[1:]:
        factors: list[Term] = [rat(product.coefficient)]
        for n in product.facts:
            if n == GOAL:
                return Rel(X, "<=", X)
            rel = facts[n].rel
            factors.append(sub(rel.right, rel.left))
        factors += [power(s, 2) for s in product.squares]
        parts.append(mul(*factors))
    extra = grown(draw, 1)
    noise = draw.choice((ZERO, sub(extra, extra), sub(mul(extra, power(extra, -1)), rat(1)),
                         sub(sqrt(power(extra, 2)), extra), sub(power(sqrt(extra), 2), extra),
                         ))  # fmt: skip
    total = add(*parts, noise) if parts else noise
    return Rel(neg(total), draw.choice(("<=", "<=", "<")), ZERO)


@settings(max_examples=150 * TIMES)
@given(st.integers(0, 10**9))
def test_random_certificates_prove_no_falsehood(seed: int) -> None:
    draw = random.Random(seed)
    facts = tuple(assume(SCALARS, h) for h in hypotheses(draw))
    for _ in range(6):
        tree = certificate(draw, len(facts))
        goal = Rel(grown(draw, 2), draw.choice(("<", "<=")), grown(draw, 2))
        if isinstance(tree, Leaf):
            try:
                goal = goal_of(tree, facts, draw)
            except KernelError:
                continue
        try:
            theorem = certify(SCALARS, goal, tree, facts)
        except KernelError:
            continue
        failure = refuted(theorem, draw)
        check(not failure, failure)


def test_random_certificates_do_prove() -> None:
    """The test above is not empty: a good part is accepted, with facts, roots and strictness."""
    accepted, strict = 0, 0
    for seed in range(300):
        draw = random.Random(seed)
        facts = tuple(assume(SCALARS, h) for h in hypotheses(draw))
        tree = certificate(draw, len(facts), 0)
        if not isinstance(tree, Leaf):
            continue
        try:
            theorem = certify(SCALARS, goal_of(tree, facts, draw), tree, facts)
        except KernelError:
            continue
        accepted += 1
        strict += theorem.rel.op == "<"
    check(accepted > 60 and strict > 0, (accepted, strict))


@settings(max_examples=50 * TIMES)
@given(st.integers(0, 10**9))
def test_random_equations_are_true(seed: int) -> None:
    """Half of them differ by a rewriting that needs a sign: sqrt(t)^2 = t, t/t = 1."""
    draw = random.Random(seed)
    facts = tuple(assume(SCALARS, h) for h in hypotheses(draw))
    for _ in range(6):
        p, q, r = (grown(draw, 2) for _ in range(3))
        left, right = draw.choice((
            (div(mul(p, q), p), q), (sqrt(mul(p, q)), mul(sqrt(p), sqrt(q))),
            (power(sqrt(p), 2), p), (sqrt(power(p, 2)), p), (sqrt(power(p, 2)), Abs(p)),
            (Abs(mul(p, q)), mul(Abs(p), q)),
            (div(add(p, q), r), add(div(p, r), div(q, r))), (power(power(p, 2), Fraction(3, 2)),
            power(Abs(p), 3)), (power(div(p, q), -1), div(q, p)), (maximum(p, q), maximum(q, p)),
            (sub(div(rat(1), p), div(rat(1), q)), div(sub(q, p), mul(p, q))),
            (mul(p, q), mul(q, p)),
        ))  # fmt: skip
        try:
            theorem = norm(SCALARS, left, right, facts=facts)
        except KernelError:
            continue
        failure = refuted(theorem, draw)
        check(not failure, failure)


@settings(max_examples=25 * TIMES)
@given(st.integers(0, 10**9))
def test_what_the_finders_prove_is_true(seed: int) -> None:
    """Goals that may be true or false; a finder's certificate passes for the true ones only."""
    draw = random.Random(seed)
    given_ = hypotheses(draw)
    p, q = grown(draw, 1), grown(draw, 1)
    left, right = draw.choice((
        (mul(rat(2), p, q), add(power(p, 2), power(q, 2))), (p, Abs(p)), (p, maximum(p, q)),
        (mul(p, q), ZERO), (sqrt(p), add(p, rat(1))), (div(p, q), p), (ZERO, sub(p, q)),
        (power(p, -1), power(q, -1)),
    ))  # fmt: skip
    goal = Rel(left, draw.choice(("<=", "<=", "<")), right)
    facts = tuple(assume(SCALARS, h) for h in given_)
    try:
        result = prove(SCALARS, goal, facts)
    except KernelError:
        return
    if isinstance(result, Theorem):
        failure = refuted(result, draw, 60)
        check(not failure, failure)
