"""A small theory of stochastic gradient steps divided by a root, and proofs with every rule."""

from __future__ import annotations

from fractions import Fraction

from ratecert.proofs.kernel.certificates import Leaf, Product, Split, certify
from ratecert.proofs.kernel.claims import Claim, publish
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import (
    antisymmetry,
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
    lift,
    norm,
    rewrite,
    specialise,
    split_sum,
    sum_both,
    weaken,
)
from ratecert.proofs.kernel.terms import (
    CE,
    ONE,
    ZERO,
    Abs,
    All,
    App,
    E,
    Fin,
    Ix,
    IxVal,
    Le,
    PointApp,
    PointVar,
    Pow,
    Rel,
    Term,
    Var,
    add,
    coord,
    div,
    mul,
    neg,
    power,
    rat,
    sqrt,
    sub,
    sum_over,
)
from ratecert.proofs.kernel.theory import Axiom, Definition, Symbol, Theory

K, D_, k, i, first, zeroth = Ix("K"), Ix("d"), Ix("k"), Ix("i"), Ix(None, 1), Ix(None, 0)
EVERY = (Le(first, i), Le(i, D_))
STEP = (Le(first, k), Le(k, K))
HALF = Fraction(1, 2)


def const(name: str) -> App:
    return App(name, ())


def x(at: Ix) -> PointApp:
    return PointApp("x", (at,))


def grad(at: Ix, of: Ix) -> App:
    return App("grad", (x(at), of))


def f(at: Ix) -> App:
    return App("f", (x(at),))


def proc(name: str, at: Ix, of: Ix) -> App:
    return App(name, (at, of))


def sigma(of: Ix) -> App:
    return App("sigma", (of,))


def square(t: Term) -> Term:
    return power(t, 2)


def over_i(body: Term) -> Term:
    return sum_over("i", first, D_, body)


L, EPS, BETA, ETA, FSTAR = (const(n) for n in ("L", "eps", "beta", "eta", "fstar"))
SYMBOLS = (
    *(Symbol(n, ()) for n in ("L", "eps", "beta", "eta", "fstar", "Delta", "sigma_s")),
    Symbol("f", ("point",)),
    Symbol("grad", ("point", "index")),
    Symbol("sigma", ("index",)),
    Symbol("x", ("index",), "point", (0, -1), "deterministic-start"),
    *(Symbol(n, ("index", "index"), "term", (0, 0)) for n in ("g", "v", "D")),
)
_p, _y = PointVar("p", "any"), PointVar("y", "any")
_move = sub(coord(_y, i), coord(_p, i))
_noise = square(sub(proc("g", k, i), grad(k, i)))
AXIOMS = (
    Axiom("A0", "A0", "assumption", (), Rel(FSTAR, "<=", App("f", (_p,))), "bounded below"),
    Axiom(
        "A1",
        "A1",
        "assumption",
        (),
        Rel(
            App("f", (_y,)),
            "<=",
            add(
                App("f", (_p,)),
                over_i(mul(App("grad", (_p, i)), _move)),
                mul(rat(HALF), L, over_i(square(_move))),
            ),
        ),
        "smooth; Nesterov's descent lemma",
    ),
    Axiom("A2", "A2", "assumption", (*STEP, *EVERY),
          Rel(CE(k.shift(-1), proc("g", k, i)), "=", grad(k, i)), "unbiased"),
    Axiom("A3", "A3", "assumption", (*STEP, *EVERY),
          Rel(CE(k.shift(-1), _noise), "<=", square(sigma(i))), "bounded variance"),
    Axiom("FIN.g", "FIN", "axiom", (*STEP, *EVERY), Fin(proc("g", k, i), HALF), "L0"),
    Axiom("FIN.G", "FIN", "axiom", (*STEP, *EVERY), Fin(grad(k, i), HALF), "L0"),
)  # fmt: skip
DEFINITIONS = (
    Definition("v.0", "recursion", proc("v", zeroth, i), (), ZERO),
    Definition("v", "recursion", proc("v", k, i), STEP, add(
        mul(BETA, proc("v", k.shift(-1), i)), mul(sub(ONE, BETA), square(proc("g", k, i)))
    )),
    Definition("D", "abbreviation", proc("D", k, i), (), sqrt(add(proc("v", k, i), EPS))),
    Definition("x", "recursion", coord(x(k.shift(1)), i), (*STEP, *EVERY), sub(
        coord(x(k), i), div(mul(ETA, proc("g", k, i)), proc("D", k, i))
    )),
    Definition("Delta", "abbreviation", const("Delta"), (), sub(f(first), FSTAR)),
    Definition("sigma_s", "abbreviation", const("sigma_s"), (), sqrt(over_i(square(sigma(i))))),
)  # fmt: skip
SMALL = Theory("small", SYMBOLS, ("K", "d"), AXIOMS, DEFINITIONS)
SCALARS = Theory("scalars")

a, b, w = Var("a", "any"), Var("b", "any"), Var("w", "det")
GOAL = -1


def product(*facts: int, times: int | Fraction = 1, squares: tuple[Term, ...] = ()) -> Product:
    return Product(Fraction(times), facts, squares)


def young(theory: Theory = SCALARS) -> Theorem:
    """``2 a b <= a^2 + b^2``."""
    goal = Rel(mul(rat(2), a, b), "<=", add(square(a), square(b)))
    return certify(theory, goal, Leaf((product(GOAL), product(squares=(sub(a, b),)))))


def root_positive(t: Term, positive: Theorem) -> Theorem:
    """``0 < t`` gives ``0 < sqrt(t)``."""
    quarter = (Pow(t, Fraction(1, 4)),)
    leaf = Leaf((product(GOAL, squares=quarter), product(0)))
    return certify(positive.theory, Rel(ZERO, "<", sqrt(t)), leaf, (positive,), sides=(positive,))


V = proc("v", k, i)
BETAS = (Rel(ZERO, "<=", BETA), Rel(BETA, "<=", ONE))


def second_moment_nonnegative() -> Theorem:
    """``0 <= beta <= 1, 0 <= k <= K |- 0 <= v[k,i]``, by induction."""
    claim = Rel(ZERO, "<=", V)
    start = proc("v", zeroth, i)
    zero = norm(SMALL, ZERO, start, unfold=(("v.0", ()),))
    below = certify(SMALL, Rel(ZERO, "<=", start), Leaf((product(GOAL),), ((0, ONE),)), (zero,))
    before = Rel(ZERO, "<=", proc("v", k.shift(-1), i))
    facts = tuple(assume(SMALL, h) for h in (*BETAS, before))
    leaf = Leaf(
        (product(GOAL), product(0, 2), product(1, squares=(proc("g", k, i),))),
    )
    step = certify(SMALL, claim, leaf, facts, STEP, (("v", ()),))
    return induct(below, step, "k", zeroth, K)


def root_of_moment() -> Theorem:
    """``0 <= beta <= 1, 0 < eps, 1 <= k <= K |- 0 < D[k,i]``."""
    inside = add(V, EPS)
    facts = (second_moment_nonnegative(), assume(SMALL, Rel(ZERO, "<", EPS)))
    positive = certify(
        SMALL, Rel(ZERO, "<", inside), Leaf((product(GOAL), product(0), product(1))), facts
    )
    root = root_positive(inside, positive)
    named = norm(SMALL, proc("D", k, i), sqrt(inside), unfold=(("D", ()),))
    moved = rewrite(proc("D", k, i), named)
    leaf = Leaf((product(GOAL), product(0)), ((1, neg(ONE)),))
    whole = certify(SMALL, Rel(ZERO, "<", proc("D", k, i)), leaf, (root, moved))
    return cut_indices(whole, STEP)


def quotient() -> Theorem:
    """``.. |- 0 <= Sum_i g[k,i]^2 / D[k,i]``: a statement that divides, under a binder."""
    below = root_of_moment()
    term = div(square(proc("g", k, i)), proc("D", k, i))
    leaf = Leaf((product(GOAL), product(0, squares=(div(proc("g", k, i), proc("D", k, i)),))))
    one = certify(SMALL, Rel(ZERO, "<=", term), leaf, (below,), sides=(below,))
    one = weaken(weaken(one, EVERY[0]), EVERY[1])
    summed = sum_both(one, "i", first, D_)
    zero = norm(SMALL, ZERO, over_i(ZERO))
    leaf = Leaf((product(GOAL), product(0)), ((1, ONE),))
    return certify(SMALL, Rel(ZERO, "<=", over_i(term)), leaf, (summed, zero))


def unbiased() -> Theorem:
    """``1 <= k <= K, 1 <= i <= d |- E g[k,i] = E grad_i f(x[k])``."""
    mean = expect(axiom(SMALL, "A2"))
    tower = norm(SMALL, E(proc("g", k, i)), mean.rel.left)
    leaf = Leaf((product(GOAL),), ((0, ONE), (1, ONE)))
    left, right = E(proc("g", k, i)), E(grad(k, i))
    above = certify(SMALL, Rel(left, "<=", right), leaf, (tower, mean))
    leaf = Leaf((product(GOAL),), ((0, neg(ONE)), (1, neg(ONE))))
    below = certify(SMALL, Rel(right, "<=", left), leaf, (tower, mean))
    return antisymmetry(above, below)


def descent() -> Theorem:
    """``1 <= k <= K |- f(x[k+1]) <= f(x[k]) + ..`` for the recursion's x."""
    axiom_ = instantiate(axiom(SMALL, "A1"), (), ((_p, x(k)), (_y, x(k.shift(1)))))
    ratio = div(proc("g", k, i), proc("D", k, i))
    right = add(
        f(k),
        neg(mul(ETA, over_i(mul(grad(k, i), ratio)))),
        mul(rat(HALF), L, square(ETA), over_i(square(ratio))),
    )
    same = norm(SMALL, axiom_.rel.right, right, STEP, (("x", ()),))
    leaf = Leaf((product(GOAL), product(0)), ((1, ONE),))
    return certify(SMALL, Rel(f(k.shift(1)), "<=", right), leaf, (axiom_, same))


def averaged() -> Theorem:
    """``.. |- E g[k,i]^2 <= E (2 g[k,i]^2)``, with integrability derived."""
    g = square(proc("g", k, i))
    leaf = Leaf((product(GOAL), product(squares=(proc("g", k, i),))))
    pathwise = certify(SMALL, Rel(g, "<=", mul(rat(2), g)), leaf)
    ambient = (*STEP, *EVERY)
    known = integrability(SMALL, g, Fraction(1), ambient, (axiom(SMALL, "FIN.g"),))
    return expect(pathwise, None, ambient, (known,))


def all_hypothesis() -> Theorem:
    """``0 <= 2, 1 <= k`` from an induction over a quantified hypothesis; uses every other rule."""
    claim = Rel(ZERO, "<=", mul(IxVal(k), square(w)))
    at_zero = norm(SMALL, ZERO, mul(IxVal(zeroth), square(w)))
    base = certify(
        SMALL, Rel(ZERO, "<=", mul(IxVal(zeroth), square(w))),
        Leaf((product(GOAL),), ((0, neg(ONE)),)), (at_zero,),
    )  # fmt: skip
    conditions = (Rel(ZERO, "<=", w),)
    before = All((w,), conditions, Rel(ZERO, "<=", mul(IxVal(k.shift(-1)), square(w))))
    known = specialise(SMALL, before, (w,), (assume(SMALL, conditions[0]),))
    step = certify(SMALL, claim, Leaf((product(GOAL), product(0), product(squares=(w,)))), (known,))
    return induct(base, step, "k", zeroth, None, (w,), conditions)


def split_and_cases() -> Theorem:
    """``1 <= d |- sigma[1]^2 <= Sum_i sigma[i]^2`` and ``0 <= |w|``, joined."""
    total = over_i(square(sigma(i)))
    split_sum(SMALL, total, "last", (Le(first, D_),))  # type: ignore[arg-type]
    parts = split_sum(SMALL, total, "first", (Le(first, D_),))  # type: ignore[arg-type]
    halves = [
        cut(assume(SMALL, h), certify(SMALL, Rel(ZERO, "<=", Abs(w)),
            Leaf((product(GOAL), product(0, times=1))), (assume(SMALL, h),),
            sides=(assume(SMALL, h),)))
        for h in (Rel(ZERO, "<=", w), Rel(w, "<=", ZERO))
    ]  # fmt: skip
    size = cases(w, *halves)
    value = index_value(SMALL, Le(first, D_))
    leaf = Leaf((product(GOAL), product(0), product(1)), ((2, ZERO),))
    return certify(SMALL, Rel(ONE, "<=", add(IxVal(D_), Abs(w))), leaf, (value, size, parts))


def lifted() -> Theorem:
    """Young's inequality for the gradient and its estimate."""
    up = lift(young(), SMALL)
    return instantiate(up, (), ((a, proc("g", k, i)), (b, grad(k, i))))


def by_split() -> Theorem:
    """``w <= |w|`` by a certificate with a case distinction."""
    goal = Rel(w, "<=", Abs(w))
    leaf = Leaf((product(GOAL),))
    other = Leaf((product(GOAL), product(0, times=2)))
    return certify(SCALARS, goal, Split(w, leaf, other))


INDICES = {"K": 2, "d": 2, "k": 1, "i": 1}
VALUES = {EPS: Fraction(1), BETA: Fraction(1, 2), L: Fraction(1), ETA: Fraction(1)}


def claims() -> list[Claim]:
    """One claim for each theorem above."""
    point = (VALUES, INDICES)
    below, moment = root_of_moment(), second_moment_nonnegative()
    signs = [assume(SMALL, h) for h in (*BETAS, Rel(ZERO, "<", EPS))]
    stated = descent()
    for hypothesis in (*BETAS, Rel(ZERO, "<", EPS)):
        stated = weaken(stated, hypothesis)
    return [
        publish(young(), "young", "Young's inequality", "lemma", (), ({}, {})),
        publish(by_split(), "size", "w \N{LESS-THAN OR EQUAL TO} |w|", "lemma", (), ({}, {})),
        publish(moment, "L1.v", "v is non-negative", "lemma", (), point),
        publish(
            quotient(), "quotient", "Weighted squares", "lemma", (below, moment, *signs), point
        ),
        publish(stated, "L3-a", "Descent", "theorem", (below, moment), point),
        publish(unbiased(), "mean", "Unbiased", "instance", (), point),
        publish(averaged(), "averaged", "In the mean", "lemma", (), point),
        publish(
            all_hypothesis(), "quantified", "Quantified", "lemma", (), ({w: Fraction(1)}, INDICES)
        ),
        publish(split_and_cases(), "first", "First", "lemma", (), point),
        publish(lifted(), "lifted", "Young again", "lemma", (), point),
    ]
