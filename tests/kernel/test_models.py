"""What the rules make is true in exact finite models of the theory.

A model here is a tree of two-point noises, so every expectation is a finite sum of rationals, and
everything is integrable: the theory gets axioms that say so, which lets the rules for expectations
apply as often as possible. Theorems are then made at random, rule upon rule, and each is evaluated
on every path, for several values of its indices, in models where ranges may be empty.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest
from finite_model import (
    AXIOMS,
    DEFINITIONS,
    DIM,
    EVERY,
    P_,
    Q_,
    STEP,
    SYMBOLS,
    THEORY,
    K,
    Model,
    W,
    X,
    Y,
    a,
    c,
    f,
    g,
    grad,
    h,
    i,
    j,
    k,
    m,
    number,
    one,
    over_i,
    s,
    t,
    v,
    x,
    zero,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import check
from ratecert.proofs.kernel.certificates import GOAL, Leaf, Product, Split, certify
from ratecert.proofs.kernel.errors import KernelError
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import (
    RULES,
    assume,
    axiom,
    cases,
    cut,
    cut_indices,
    expect,
    index_value,
    induct,
    instantiate,
    integrability,
    norm,
    rewrite,
    split_sum,
    sum_both,
    weaken,
)
from ratecert.proofs.kernel.terms import (
    CE,
    ZERO,
    Abs,
    All,
    E,
    Fin,
    Ix,
    IxVal,
    Le,
    Point,
    PointVar,
    Rel,
    Sum,
    Term,
    Var,
    add,
    coord,
    div,
    free_indices,
    is_closed,
    mul,
    neg,
    point_of,
    power,
    rat,
    sqrt,
    sub,
    subterms,
    sum_over,
    variables,
)
from ratecert.proofs.kernel.theory import Axiom, Theory
from ratecert.proofs.models.errors import Undecided
from ratecert.proofs.models.numbers import compared

NAMES = ("k", "j", "i")
U = Var("u", k)
BOUNDED = (X, Y, U, g(k, i), v(k, i), m(k, i), coord(x(k), i), grad(x(k), i), f(x(k)),
           coord(P_, i), f(P_), h(X))  # fmt: skip
FINITE = Theory(
    "finite",
    SYMBOLS,
    ("K", "d"),
    (*AXIOMS, *(Axiom(f"bounded.{n}", "FIN", "axiom", (), Fin(term, Fraction(0)), "finite space")
                for n, term in enumerate(BOUNDED))),
    DEFINITIONS,
)  # fmt: skip
KNOWN = {a_.name: axiom(FINITE, a_.name) for a_ in FINITE.axioms}
FINS = tuple(theorem for name, theorem in KNOWN.items() if name.startswith("bounded"))
SIGNS = tuple(KNOWN[name] for name in ("s.positive", "c.below", "v.sign", "rows"))
SIZES = ((2, 2), (1, 2), (2, 1), (2, 0), (0, 2), (-1, 1))


def refuted(theorem: Theorem, seed: int, tries: int = 3) -> str:
    """A model, indices and a path at which the theorem fails; empty if none is found."""
    if any(isinstance(part, All) for part in (*theorem.hypotheses, theorem.conclusion)):
        return ""
    draw = random.Random(seed)
    for _ in range(tries):
        model = Model(2, *draw.choice(SIZES), seed=draw.randrange(10**6))
        env = {name: draw.choice((-1, 0, 1, 1, 2, 2, 3)) for name in (*NAMES, "n")}
        try:
            if model.refutes(theorem.hypotheses, theorem.conclusion, env):
                return f"{theorem}\nby {theorem.rule} fails at {env}, {model.constants}"
        except Undecided:
            continue
    return ""


# --- the models are models --------------------------------------------------------------------


@pytest.mark.parametrize("name", KNOWN)
def test_axioms_hold(name: str) -> None:
    for seed in range(40):
        failure = refuted(KNOWN[name], seed)
        check(not failure, failure)


@pytest.mark.parametrize("name", THEORY.definition_table)
def test_definitions_hold(name: str) -> None:
    definition = THEORY.definition_table[name]
    stated = assume(THEORY, Rel(definition.left, "=", definition.right))
    for n, sizes in product(range(-1, 4), SIZES):
        model = Model(2, *sizes, seed=n)
        env = {"k": n, "j": 1, "i": 1 + n % 2}
        check(not model.refutes(definition.ranges, stated.conclusion, env), (name, env, sizes))


def test_the_noise_is_noise() -> None:
    """Not a model in which everything is constant, or E X = 0 for all X."""
    model = Model(2, 2, 2, seed=4)
    env = {"k": 1, "i": 1, "j": 2}
    check(len(set(model.value(g(k, i), env))) > 1)
    check(sum(model.tree.weights) == 1 and len(model.tree.paths) == 4)
    seen = {tuple(Model(2, seed=n).value(E(mul(X, Y)), env)) for n in range(10)}
    check(len(seen) > 5, seen)


def test_a_false_statement_is_refuted() -> None:
    """The checks below could see a wrong theorem."""
    false = (
        Rel(E(mul(X, Y)), "=", mul(E(X), E(Y))),
        Rel(CE(k, mul(g(k, i), X)), "=", mul(g(k, i), CE(k.shift(-1), X))),
        Rel(sum_over("i", one, j, rat(1)), "=", IxVal(j)),
        Rel(E(mul(CE(k, X), CE(k, Y))), "=", E(mul(X, Y))),
        Rel(ZERO, "<=", sum_over("j", one, number(2), a(j, j))),
        Rel(ZERO, "<", s(i)),
        Rel(m(k, i), "=", add(mul(s(i), m(k.shift(-1), i)), g(k, i))),
        Rel(CE(k.shift(-1), g(k, i)), "=", grad(x(k), i)),
        Rel(sqrt(power(X, 2)), "=", X),
        Rel(div(X, X), "=", rat(1)),
    )
    proved = norm(THEORY, X, X)
    for relation in false:
        theorem = cut(proved, weaken(assume(THEORY, relation), proved.conclusion))
        stripped = _claims(theorem)
        check(any(stripped(seed) for seed in range(200)), relation)


def _claims(theorem: Theorem) -> Callable[[int], bool]:
    """Is the bare conclusion refuted, with the model of this seed?"""

    def fails(seed: int) -> bool:
        draw = random.Random(seed)
        model = Model(2, *draw.choice(SIZES), seed=seed)
        env = {name: draw.choice((-1, 0, 1, 2, 3)) for name in NAMES}
        try:
            return model.refutes((), theorem.conclusion, env)
        except Undecided:
            return False

    return fails


# --- plausible equations, of which some are false ---------------------------------------------


def leaf(draw: random.Random, scope: tuple[str, ...] = ()) -> Term:
    names = [*scope, *NAMES]

    def index() -> Ix:
        if draw.random() < 0.25:
            return number(draw.choice((0, 1, 2)))
        return Ix(draw.choice(names), draw.choice((0, 0, 0, -1, 1)))

    return draw.choice((
        lambda: X, lambda: Y, lambda: W, lambda: U, lambda: rat(draw.choice((-1, 2, 3))),
        lambda: s(index()), lambda: c(index()), lambda: IxVal(index()), lambda: a(index(), index()),
        lambda: g(index(), index()), lambda: v(index(), index()), lambda: m(index(), index()),
        lambda: coord(x(index()), index()), lambda: grad(x(index()), index()), lambda: t(index()),
        lambda: f(x(index())), lambda: h(X), lambda: coord(P_, index()),
    ))()  # fmt: skip


def grown(draw: random.Random, depth: int, scope: tuple[str, ...] = ()) -> Term:
    """A random term; its binders bind z0, z1, .."""
    if depth == 0 or draw.random() < 0.2:
        return leaf(draw, scope)
    down = depth - 1
    shape = draw.randrange(12)
    if shape < 3:
        return add(grown(draw, down, scope), grown(draw, down, scope))
    if shape < 6:
        return mul(grown(draw, down, scope), grown(draw, down, scope))
    if shape == 6:
        exponent = draw.choice(("-1", "2", "1/2", "-1/2", "3/2", "-2"))
        return power(grown(draw, down, scope), Fraction(exponent))
    if shape == 7:
        return Abs(grown(draw, down, scope))
    if shape == 8:
        return E(grown(draw, down, scope))
    if shape == 9:
        return CE(Ix(draw.choice([*scope, *NAMES]), draw.choice((0, -1))), grown(draw, down, scope))
    name = f"z{len(scope)}"
    body = grown(draw, down, (*scope, name))
    if shape == 10 and draw.random() < 0.3:
        return draw.choice((f(point_of(name, body)), coord(point_of(name, body), k)))
    low = draw.choice((one, one, zero, k, j))
    return sum_over(name, low, draw.choice((DIM, K, k, number(2))), body)


def equation(draw: random.Random) -> tuple[Term, Term]:
    """Two terms that a careless reader would call equal."""
    p, q, r = (grown(draw, 1) for _ in range(3))
    low, high = draw.choice(((k, j), (j, k), (k.shift(-1), k), (zero, k), (k, K)))
    first, second, inner = (one, DIM), draw.choice(((one, K), (one, DIM), (k, K))), Ix("z0")
    b, d = grown(draw, 1, ("z0",)), grown(draw, 1, ("z0", "z1"))

    def total(body: Term, bounds: tuple[Ix, Ix] = (one, DIM), name: str = "z0") -> Term:
        return sum_over(name, *bounds, body)

    return draw.choice((
        (E(mul(p, q)), mul(p, E(q))),
        (E(mul(p, q)), mul(E(p), E(q))),
        (E(add(p, q)), add(E(p), E(q))),
        (CE(high, mul(p, q)), mul(p, CE(high, q))),
        (CE(low, CE(high, p)), CE(low, p)),
        (CE(low, mul(q, CE(high, p))), CE(low, mul(q, p))),
        (E(mul(p, CE(high, q))), E(mul(p, q))),
        (E(mul(CE(low, p), CE(high, q))), E(mul(p, CE(high, q)))),
        (E(mul(CE(high, p), CE(high, q))), E(mul(p, q))),
        (E(total(b, second)), total(E(b), second)),
        (CE(k, total(b, (one, k))), total(CE(k, b), (one, k))),
        (total(total(d, second, "z1"), first), total(total(d, first), second, "z1")),
        (total(total(d, (one, inner), "z1"), first),
         total(total(d, (one, Ix("z1"))), first, "z1")),
        (total(mul(p, b)), mul(p, total(b))),
        (total(p, (low, high)), mul(p, add(sub(IxVal(high), IxVal(low)), rat(1)))),
        (total(div(p, IxVal(high)), (one, high)), p),
        (mul(total(b), total(b, second)), total(mul(total(b), b), second)),
        (div(mul(p, q), p), q),
        (sqrt(mul(p, q)), mul(sqrt(p), sqrt(q))),
        (Abs(mul(p, q, r)), mul(p, Abs(mul(q, r)))),
        (add(div(p, q), div(q, p)), div(add(mul(p, p), mul(q, q)), mul(p, q))),
        (add(power(add(p, q), -1), r), div(add(rat(1), mul(r, add(p, q))), add(p, q))),
        (m(k, i), add(mul(s(i), m(k.shift(-1), i)), g(k, i))),
    ))  # fmt: skip


AMBIENT = (Le(one, k), Le(k, K), Le(one, K), Le(zero, K), Le(one, DIM), Le(zero, j), Le(j, k),
           Le(k, j), *EVERY)  # fmt: skip
RELATIONS = (
    Rel(ZERO, "<", X),
    Rel(Y, "<=", ZERO),
    Rel(ZERO, "<", W),
    Rel(W, "<", ZERO),
    Rel(ZERO, "<=", g(k, i)),
    Rel(m(k, i), "<", ZERO),
    Rel(ZERO, "<", coord(x(one), i)),
    Rel(X, "=", mul(Y, s(i))),
    Rel(U, "=", g(k, i)),
    Rel(X, "<=", Y),
)
UNFOLD = tuple((name, ()) for name in THEORY.definition_table)


def sides(draw: random.Random) -> tuple[Theorem, ...]:
    assumed = tuple(assume(FINITE, r) for r in RELATIONS if draw.random() < 0.25)
    found = [*(f_ for f_ in (*SIGNS, *FINS) if draw.random() < 0.85), *assumed]
    draw.shuffle(found)
    return tuple(found)


def some(draw: random.Random, of: tuple, share: float) -> tuple:  # type: ignore[type-arg]
    return tuple(item for item in of if draw.random() < share)


def equal(draw: random.Random) -> Theorem:
    left, right = equation(draw)
    return norm(FINITE, left, right, some(draw, AMBIENT, 0.4), some(draw, UNFOLD, 0.3),
                sides(draw), True)  # fmt: skip


def test_accepted_equations_hold() -> None:
    accepted = 0
    for seed in range(600):
        try:
            theorem = equal(random.Random(seed))
        except KernelError:
            continue
        accepted += 1
        failure = refuted(theorem, seed)
        check(not failure, failure)
    check(accepted > 120, accepted)


# --- theorems made at random ------------------------------------------------------------------


class Maker:
    """A pool of theorems, and one random step of each rule."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.pool: list[Theorem] = [*KNOWN.values(), *(assume(FINITE, r) for r in RELATIONS)]

    def pick(self) -> Theorem:
        """A theorem, rather a recent one."""
        if self.draw.random() < 0.5:
            return self.draw.choice(self.pool[-8:])
        return self.draw.choice(self.pool)

    def relation(self) -> Theorem:
        return self.draw.choice([t_ for t_ in self.pool if isinstance(t_.conclusion, Rel)])

    def index(self) -> Ix:
        if self.draw.random() < 0.2:
            return number(self.draw.choice((-1, 0, 1, 2, 3)))
        return Ix(self.draw.choice((*NAMES, "K", "d", "n")), self.draw.choice((0, 0, -1, 1)))

    def value(self, variable: Var | PointVar) -> Term | Point:
        if isinstance(variable, PointVar):
            return self.draw.choice((x(self.index()), Q_, P_, point_of("n", grown(self.draw, 1))))
        return grown(self.draw, 2)

    def step(self) -> Theorem:
        """One theorem more; raises ``KernelError`` if the rule drawn does not apply."""
        draw, name = self.draw, self.draw.choice(NAMES)
        ambient = some(draw, AMBIENT, 0.4)
        theorem, rel = self.pick(), self.relation()
        rule = draw.randrange(14)
        if rule == 0:
            return equal(draw)
        if rule == 1:
            indices = tuple((n, self.index()) for n in NAMES if draw.random() < 0.5)
            free = variables(theorem.conclusion).union(*map(variables, theorem.hypotheses))
            chosen = sorted(free, key=lambda u: u.key)
            values = tuple((u, self.value(u)) for u in chosen if draw.random() < 0.6)
            return instantiate(theorem, indices, values)
        if rule == 2:
            return sum_both(rel, name, *draw.choice(((one, DIM), (zero, K), (k, j), (one, K))))
        if rule == 3:
            index = draw.choice((None, self.index()))
            return expect(rel, index, ambient, sides(draw), some(draw, UNFOLD, 0.3))
        if rule == 4:
            sums = [n for n, _ in subterms(rel.conclusion) if isinstance(n, Sum) and is_closed(n)]
            total = draw.choice([*sums, over_i(grown(draw, 1, ("i",)))])
            end = draw.choice(("first", "last"))
            return split_sum(FINITE, total, end, (*ambient, Le(total.low, total.high)))
        if rule == 5:
            equations = [t_ for t_ in self.pool if isinstance(t_.conclusion, Rel)
                         and t_.conclusion.op == "="]  # fmt: skip
            known = draw.choice(equations)
            around = draw.choice((rel.rel.left, rel.rel.right, E(known.rel.left),
                                  over_i(mul(s(i), known.rel.left))))  # fmt: skip
            return rewrite(around, known)
        if rule == 6:
            hypothesis = draw.choice([*sorted(theorem.hypotheses, key=lambda h_: h_.key), None])
            major = theorem if hypothesis else weaken(theorem, rel.conclusion)
            minors = [t_ for t_ in self.pool if t_.conclusion == hypothesis]
            return cut(draw.choice(minors) if minors else rel, major)
        if rule == 7:
            return cut_indices(theorem, ambient)
        if rule == 8:
            return index_value(FINITE, Le(self.index(), self.index()))
        if rule == 9:
            pair = self.relation(), self.relation()
            goal = Rel(
                add(*(t_.rel.left for t_ in pair)), "<=", add(*(t_.rel.right for t_ in pair))
            )
            ops = [t_.rel.op for t_ in pair]
            products = [Product(Fraction(1), (n,)) for n, op in enumerate(ops) if op != "="]
            cofactors = tuple((n, rat(1)) for n, op in enumerate(ops) if op == "=")
            leaf_ = Leaf((Product(Fraction(1), (GOAL,)), *products), cofactors)
            facts, unfold = (*pair, *sides(draw)), some(draw, UNFOLD, 0.3)
            return certify(FINITE, goal, leaf_, facts, ambient, unfold, draw.random() < 0.5)
        if rule == 10:
            p = grown(draw, 2)
            leaf_ = Leaf((Product(Fraction(1), (GOAL,)),))
            twice = Leaf((*leaf_.products, Product(Fraction(2), (0,))))
            return certify(FINITE, Rel(p, "<=", Abs(p)), Split(p, leaf_, twice), linear=True)
        if rule == 11:
            low = draw.choice((zero, one, j))
            base = instantiate(theorem, ((name, low),))
            before = instantiate(theorem, ((name, Ix(name, -1)),)).conclusion
            return induct(base, weaken(theorem, before), name, low, draw.choice((None, K, DIM)))
        if rule == 12:
            p = grown(draw, 1)
            halves = (weaken(theorem, Rel(ZERO, "<=", p)), weaken(theorem, Rel(p, "<=", ZERO)))
            return cases(p, *halves)
        return integrability(FINITE, grown(draw, 2), Fraction(1), ambient, sides(draw))


@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_random_theorems_hold(seed: int) -> None:
    maker = Maker(seed)
    for _ in range(60):
        try:
            theorem = maker.step()
        except KernelError:
            continue
        failure = refuted(theorem, seed, tries=2)
        check(not failure, failure)
        if len(theorem.conclusion.key) < 600 and len(theorem.hypotheses) < 8:
            maker.pool.append(theorem)


def test_every_rule_is_tried() -> None:
    made: dict[str, int] = {}
    for seed in range(12):
        maker = Maker(seed)
        for _ in range(60):
            try:
                theorem = maker.step()
            except KernelError:
                continue
            made[theorem.rule] = made.get(theorem.rule, 0) + 1
            if len(theorem.conclusion.key) < 600 and len(theorem.hypotheses) < 8:
                maker.pool.append(theorem)
    wanted = set(RULES) - {"assume", "axiom", "lift", "weaken", "antisymmetry", "specialise"}
    check(wanted <= made.keys() and min(made[name] for name in wanted) > 0, made)


# --- a proof, followed through ----------------------------------------------------------------


def test_the_mean_of_the_gradient() -> None:
    """E g = E grad f(x), by the axiom, E, and the tower; true in the model, path by path."""
    mean = expect(KNOWN["unbiased"])
    tower = norm(FINITE, E(g(k, i)), mean.rel.left)
    for seed in range(20):
        for theorem in (mean, tower):
            failure = refuted(theorem, seed)
            check(not failure, failure)
    check(mean.hypotheses == {*STEP, *EVERY}, mean)


def test_the_variance_adds() -> None:
    """E (g - G)^2 = E g^2 - E G^2 needs the axiom: NORM alone must not know it."""
    noise = power(sub(g(k, i), grad(x(k), i)), 2)
    apart = sub(E(power(g(k, i), 2)), E(power(grad(x(k), i), 2)))
    with pytest.raises(KernelError, match="not equal by normalisation"):
        norm(FINITE, E(noise), apart, (*STEP, *EVERY), (), FINS, True)
    product_ = E(mul(grad(x(k), i), CE(k.shift(-1), g(k, i))))
    pulled = norm(FINITE, product_, E(mul(grad(x(k), i), g(k, i))), (), (), FINS, True)
    replaced = rewrite(product_, KNOWN["unbiased"])
    leaf_ = Leaf((Product(Fraction(1), (GOAL,)),), ((0, rat(2)), (1, rat(-2))))
    below = certify(
        FINITE, Rel(E(noise), "<=", apart), leaf_, (pulled, replaced), (), (), True, FINS
    )
    for seed in range(20):
        failure = refuted(below, seed)
        check(not failure, failure)
    for values in [
        Model(2, 2, 2, n).value(sub(E(noise), apart), {"k": 1, "i": 1}) for n in range(5)
    ]:
        check(all(compared(value, "=", (Fraction(0), Fraction(0))) for value in values))


def test_the_start_of_an_induction_is_needed() -> None:
    """A claim with a true step and a false base is not proved."""
    claim = Rel(rat(1), "<=", mul(ZERO, s(k)))
    step = weaken(assume(FINITE, claim), Rel(rat(1), "<=", mul(ZERO, s(k.shift(-1)))))
    with pytest.raises(KernelError):
        induct(assume(FINITE, Rel(rat(1), "<=", mul(ZERO, s(zero)))), step, "k", zero)
    check("k" in free_indices(claim) and neg(ZERO) != ZERO)
