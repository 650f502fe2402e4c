"""Inferences that look right and are not: each must be refused, for the right reason.

The first fifteen are the traps a prototype of the kernel fell into, or was seen to avoid. Those
below ``HUNTED`` were accepted by an earlier version of this kernel; most of them proved 1 <= 0.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from finite_model import (
    DIM,
    EVERY,
    OTHER,
    STEP,
    THEORY,
    K,
    W,
    X,
    Y,
    a,
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

from helpers import check
from ratecert.proofs.kernel.certificates import Leaf, Product, Split, certify
from ratecert.proofs.kernel.claims import publish
from ratecert.proofs.kernel.errors import (
    CertificateError,
    KernelError,
    LevelError,
    RangeError,
    SideConditionError,
    SortError,
    TheoryError,
    TraceError,
)
from ratecert.proofs.kernel.judgment import _TOKEN, Theorem
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
    Eigen,
    Fin,
    Ix,
    IxVal,
    Le,
    PointVar,
    Rel,
    Term,
    Var,
    add,
    coord,
    div,
    mul,
    neg,
    point_of,
    power,
    rat,
    sqrt,
    sub,
    sum_over,
)
from ratecert.proofs.kernel.theory import Axiom, Definition, Symbol, Theory
from ratecert.proofs.kernel.trace import replay, trace

ROOT = Path(__file__).resolve().parents[2]
HALF = Fraction(1, 2)
GOAL = -1
FALSE = Rel(ONE, "<=", ZERO)
NOT_EQUAL = "not equal by normalisation"


def given(left: Term, op: str, right: Term) -> Theorem:
    return assume(THEORY, Rel(left, op, right))  # type: ignore[arg-type]


def fresh_process(code: str, *argv: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a new interpreter that knows the kernel only."""
    path = os.pathsep.join((str(ROOT / "src"), *sys.path))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed}
    return subprocess.run(
        [sys.executable, "-c", code, *argv], capture_output=True, text=True, check=False,
        env=environment, timeout=120,
    )  # fmt: skip


# --- the fifteen ------------------------------------------------------------------------------


def test_trap_01_the_value_of_an_index_is_not_a_variable() -> None:
    """If it were one, K := 5 would give Sum_{1..K} 1 = 5."""
    counted = norm(THEORY, sum_over("i", one, K, ONE), IxVal(K), (Le(zero, K),))
    with pytest.raises(SideConditionError, match="'K'\\] are constants of walk"):
        instantiate(counted, (("K", number(5)),))
    other = norm(THEORY, sum_over("i", one, j, ONE), IxVal(j), (Le(zero, j),))
    moved = instantiate(other, (("j", number(5)),))
    check(moved.conclusion == Rel(sum_over("i", one, number(5), ONE), "=", IxVal(number(5))))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, sum_over("i", one, K, ONE), Var("K", "det"), (Le(zero, K),))
    same = instantiate(counted, (), ((Var("K", "det"), rat(5)),))
    check(same.conclusion == counted.conclusion, "a variable of the same name is another thing")


def test_trap_02_integrability_at_the_iterates_is_not_integrability_everywhere() -> None:
    """grad f(x^k) bounded says nothing of grad f at another random point."""
    fin = assume(THEORY, Fin(grad(x(k), i), Fraction(0)))
    known = (fin, assume(THEORY, Fin(X, Fraction(1))))
    for point in (
        point_of("i", power(g(k, i), 9)),
        PointVar("p", "any"),
        point_of("i", coord(x(k), i)),
    ):
        left, right = E(add(grad(point, i), X)), add(E(grad(point, i)), E(X))
        with pytest.raises(SideConditionError, match=NOT_EQUAL):
            norm(THEORY, left, right, facts=known, linear=True)
    at_j = coord(x(j), i)
    left, right = E(add(at_j, X)), add(E(at_j), E(X))
    fin, assumed = axiom(THEORY, "fin.x"), assume(THEORY, Fin(coord(x(k), i), Fraction(0)))
    norm(THEORY, left, right, facts=(fin, known[1]), linear=True)
    with pytest.raises(SideConditionError, match=NOT_EQUAL):  # assumed at k, not at j
        norm(THEORY, left, right, facts=(assumed, known[1]), linear=True)
    ranged = weaken(weaken(fin, Le(one, k)), Le(k, K))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, left, right, (Le(one, j),), facts=(ranged, known[1]), linear=True)
    norm(THEORY, left, right, (Le(one, j), Le(j, K)), facts=(ranged, known[1]), linear=True)


def test_trap_03_theories_are_frozen_and_not_mixed() -> None:
    with pytest.raises(FrozenInstanceError):
        THEORY.axioms = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        THEORY.levels["m"] = frozenset()  # type: ignore[index]
    ours, theirs = given(ZERO, "<", X), assume(OTHER, Rel(ZERO, "<", X))
    leaf = Leaf((Product(Fraction(1), (GOAL,)), Product(Fraction(1), (0,))))
    mixed: tuple[Callable[[], Theorem], ...] = (
        lambda: cut(ours, theirs),
        lambda: norm(THEORY, Abs(X), X, facts=(theirs,)),
        lambda: certify(THEORY, Rel(ZERO, "<", X), leaf, (theirs,)),
        lambda: antisymmetry(given(X, "<=", Y), assume(OTHER, Rel(Y, "<=", X))),
        lambda: cases(W, ours, theirs),
        lambda: expect(given(ZERO, "<=", W), facts=(theirs,)),
        lambda: induct(ours, theirs, "k", zero),
        lambda: specialise(THEORY, All((W,), (), Rel(ZERO, "<", W)), (ONE,), (theirs,)),
    )
    for inference in mixed:
        with pytest.raises(TheoryError, match=r"a theorem of (other|walk) used in (other|walk)"):
            inference()


@pytest.mark.parametrize("field", ["symbols", "index_constants", "axioms", "definitions"])
def test_trap_03_a_theory_is_not_made_of_lists(field: str) -> None:
    """A list could grow after the theory was checked."""
    parts: dict[str, Any] = {"symbols": THEORY.symbols, "index_constants": ("K", "d")}
    parts[field] = list(parts.get(field, ()))
    with pytest.raises(TheoryError, match="tuple"):
        Theory("mutable", **parts)


def test_trap_03_an_axiom_is_not_made_of_lists() -> None:
    late: Any = [Le(one, k)]
    bad = Axiom("bad", "bad", "axiom", late, Rel(ZERO, "<=", s(k)), "")
    with pytest.raises(TheoryError, match="tuple"):
        Theory("mutable", THEORY.symbols, (), (bad,))


def test_trap_04_fresh_indices_cannot_be_written() -> None:
    """Two of them would be identified under a binder."""
    mine = Ix(Eigen(0))
    term = s(mine)
    leaf = Leaf((Product(Fraction(1), (GOAL,)), Product(Fraction(1), (), (term,))))
    plain = norm(THEORY, s(k), s(k))
    inputs: tuple[Callable[[], Theorem], ...] = (
        lambda: assume(THEORY, Rel(ZERO, "<=", term)),
        lambda: assume(THEORY, Le(one, mine)),
        lambda: weaken(plain, Le(one, mine)),
        lambda: norm(THEORY, term, term),
        lambda: norm(THEORY, X, X, (Le(one, mine),)),
        lambda: certify(THEORY, Rel(ZERO, "<=", power(X, 2)), leaf),
        lambda: certify(THEORY, Rel(ZERO, "<=", X), Split(term, leaf, leaf)),
        lambda: certify(THEORY, Rel(ZERO, "<=", X), leaf, (), (Le(one, mine),)),
        lambda: instantiate(plain, (("k", mine),)),
        lambda: instantiate(plain, (), ((X, term),)),
        lambda: rewrite(term, plain),
        lambda: split_sum(THEORY, sum_over("i", one, mine, s(i)), "first", (Le(one, mine),)),
        lambda: sum_both(plain, "k", one, mine),
        lambda: expect(plain, mine),
        lambda: index_value(THEORY, Le(one, mine)),
        lambda: cases(term, plain, plain),
        lambda: induct(plain, plain, "j", mine),
    )
    for inference in inputs:
        with pytest.raises((SortError, SideConditionError), match=r"kernel-made index|first index"):
            inference()


def test_trap_05_no_case_split_on_a_random_term() -> None:
    """From {0 <= g} |- E|g| = E g and its twin, E|g| = E g or E|g| = -E g would follow."""
    with pytest.raises(LevelError, match="not known to be constant"):
        cases(X, given(ZERO, "<=", X), given(ZERO, "<=", X))
    size = norm(THEORY, Abs(X), X, facts=(given(ZERO, "<=", X),))
    with pytest.raises(SideConditionError, match="E needs the relation almost surely"):
        expect(size)
    with pytest.raises(SideConditionError, match="random hypotheses used under an expectation"):
        rewrite(E(Abs(X)), size)
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, E(Abs(X)), E(X), facts=(given(ZERO, "<=", X),))
    leaf = Leaf((Product(Fraction(1), (GOAL,)),))
    with pytest.raises(CertificateError, match="the identity fails"):
        certify(THEORY, Rel(E(Abs(X)), "<=", E(X)), Split(X, leaf, leaf))


def test_trap_06_real_constants_are_not_random_variables() -> None:
    """E(w g) = w E g for real w; for random w it is false."""
    theorem = norm(THEORY, E(mul(W, g(k, i))), mul(W, E(g(k, i))))
    for random in (g(k, i), X, CE(k, X), coord(x(k), i), Var("u", k)):
        with pytest.raises(LevelError, match="not known measurable at the level of"):
            instantiate(theorem, (), ((W, random),))
    for constant in (E(X), coord(x(one), i), CE(zero, X), s(j), IxVal(k), Var("w", "det")):
        instantiate(theorem, (), ((W, constant),))
    past = Var("u", k)
    theorem = norm(THEORY, past, past)
    instantiate(theorem, (), ((past, g(k, i)),))
    instantiate(theorem, (("k", j),), ((past, g(j, i)),))
    for indices, value in (((), g(k.shift(1), i)), ((("k", j),), g(k, i)), ((), X)):
        with pytest.raises(LevelError, match="not known measurable at the level of"):
            instantiate(theorem, indices, ((past, value),))


def test_trap_07_recursions_unfold_in_their_range_only() -> None:
    unfolded = add(mul(s(i), m(k.shift(-1), i)), g(k, i))
    body = sub(m(k, i), unfolded)
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, sum_over("k", zero, K, body), ZERO, (), (("m", ()),))
    shared = add(sum_over("k", one, K, body), sum_over("k", zero, K, body))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, shared, ZERO, (), (("m", ()),))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, m(k, i), unfolded, (Le(zero, k),), (("m", ()),))


def test_trap_08_ranges_and_free_indices() -> None:
    with pytest.raises(RangeError, match="the range may be empty"):
        split_sum(THEORY, over_i(s(i)), "first", (Le(zero, DIM),))
    with pytest.raises(SideConditionError, match="mentions i"):
        sum_both(given(s(i), "<=", X), "i", one, DIM)
    step = given(X, "<=", s(k))
    with pytest.raises(SideConditionError, match="mentions k"):
        induct(assume(THEORY, Rel(X, "<=", s(zero))), step, "k", zero)
    below = Rel(W, "<=", s(j))
    after = specialise(THEORY, All((W,), (), below), (W,), ())
    with pytest.raises(SideConditionError, match="a bound variable is free in a hypothesis"):
        induct(assume(THEORY, below), after, "k", zero, None, (W,))
    with pytest.raises(SideConditionError, match="conditions not proved"):
        specialise(THEORY, All((W,), (Rel(ZERO, "<=", W),), Rel(W, "<=", s(k))), (W,), ())


def test_trap_09_no_exchange_of_triangular_sums() -> None:
    left = sum_over("i", one, DIM, sum_over("j", one, i, mul(s(i), a(i, j))))
    right = sum_over("j", one, DIM, sum_over("i", one, j, mul(s(i), a(i, j))))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, left, right)
    swapped = sum_over("j", one, DIM, sum_over("i", one, K, mul(s(i), a(i, j))))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, sum_over("i", one, DIM, sum_over("j", one, K, mul(s(i), a(i, j)))), swapped)
    again = sum_over("i", one, K, sum_over("j", one, DIM, mul(s(i), a(i, j))))
    norm(THEORY, again, swapped)


def test_trap_10_one_conditional_expectation_is_eaten() -> None:
    known = tuple(assume(THEORY, Fin(u, HALF)) for u in (X, Y))
    product = E(mul(CE(k, X), CE(k, Y)))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, product, E(mul(X, Y)), facts=known, linear=True)
    norm(THEORY, product, E(mul(X, CE(k, Y))), facts=known, linear=True)


def test_trap_10_strict_becomes_weak_under_sums_and_expectations() -> None:
    """A sum may be empty."""
    strict = norm_strict()
    check(sum_both(strict, "i", one, DIM).rel.op == "<=")
    check(expect(strict).rel.op == "<=")


def norm_strict() -> Theorem:
    """``|- 0 < 1``."""
    return certify(THEORY, Rel(ZERO, "<", ONE), Leaf((Product(Fraction(1), (GOAL,)),
                                                      Product(Fraction(1)))))  # fmt: skip


def declares(*definitions: Definition) -> Theory:
    names = ("a", "b", "n")
    symbols = tuple(Symbol(name, ("index",)) for name in names)
    more = (Symbol("c", ()), Symbol("m", ("index", "index")))
    return Theory("declares", (*symbols, *more), ("K",), (), definitions)


def defined(name: str, at: Ix, right: Term, *ranges: Le, label: str = "") -> Definition:
    return Definition(label or name, "recursion", App(name, (at,)), ranges, right)


def seq(name: str, at: Ix) -> App:
    return App(name, (at,))


CIRCULAR: dict[str, tuple[tuple[Definition, ...], str]] = {
    "itself": ((defined("a", k, add(seq("a", k), ONE), Le(one, k)),), "not defined from earlier"),
    "the future": ((defined("a", k, seq("a", k.shift(1)), Le(one, k)),), "not defined from earli"),
    "a constant": (
        (Definition("c", "abbreviation", App("c", ()), (), add(App("c", ()), ONE)),),
        "calls itself through",
    ),
    "each other": (
        (defined("a", k, seq("b", k), Le(one, k)), defined("b", k, seq("a", k), Le(one, k))),
        "not defined from earlier values",
    ),
    "each other, a step later": (
        (defined("a", k, seq("b", k.shift(1)), Le(one, k)),
         defined("b", k, seq("a", k.shift(-1)), Le(one, k))),
        "not defined from earlier values",
    ),
    "another index": ((defined("a", k, seq("a", j), Le(one, k)),), "free on the right only"),
    "a number": ((defined("a", k, seq("a", zero), Le(one, k)),), "calls itself through"),
    "from number to number": (
        (defined("a", one, seq("a", zero), Le(zero, one)),), "calls itself through",
    ),
    "a constant and a sequence": (
        (Definition("c", "abbreviation", App("c", ()), (), seq("a", one)),
         defined("a", k, App("c", ()), Le(one, k))),
        "calls itself through",
    ),
    "a sequence and a constant": (
        (defined("a", k, App("c", ()), Le(one, k)),
         Definition("c", "abbreviation", App("c", ()), (), seq("a", one))),
        "calls itself through",
    ),
    "a variable": ((defined("a", k, W, Le(one, k)),), "free on the right only"),
    "a first index of another": (
        (Definition("m", "recursion", App("m", (k, j)), (Le(one, j),),
                    App("m", (k.shift(-1), j))),),
        "needs a first index",
    ),
    "an index constant": ((defined("a", k, seq("a", K), Le(one, k)),), "calls itself through"),
    "no first index": ((defined("a", k, seq("a", k.shift(-1))),), "needs a first index"),
    "a first index that is a name": (
        (defined("a", k, seq("a", k.shift(-1)), Le(K, k)),), "needs a first index",
    ),
    "all earlier values": (
        (defined("a", k, sum_over("j", one, k.shift(-1), seq("a", j)), Le(one, k)),),
        "calls itself through",
    ),
    "twice": ((defined("a", k, ONE), defined("a", k, ZERO, label="again")), "overlaps"),
    "twice at one place": (
        (defined("a", zero, ZERO), defined("a", k, ONE, Le(zero, k), label="again")), "overlaps",
    ),
    "twice without a range": (
        (defined("a", zero, ZERO), defined("a", k, ONE, label="again")), "overlaps",
    ),
    "twice, once at a constant": (
        (defined("a", K, ZERO), defined("a", zero, ONE, label="again")), "overlaps",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CIRCULAR)
def test_trap_11_definitions_define(name: str) -> None:
    definitions, message = CIRCULAR[name]
    with pytest.raises(TheoryError, match=message):
        declares(*definitions)


def test_trap_11_good_definitions_are_accepted() -> None:
    declares(
        defined("a", zero, ONE),
        defined("a", k, mul(rat(2), seq("a", k.shift(-1))), Le(one, k), label="a.step"),
        defined("b", k, add(seq("a", k), seq("b", k.shift(-1))), Le(one, k)),
        defined("n", k, add(seq("a", K), seq("b", one))),
    )


def forged(rule: str, args: dict[str, Any]) -> bytes:
    """Anything that runs in one process may do this: the trace of a claim that X = Y."""
    theorem = Theorem(THEORY, frozenset(), Rel(X, "=", Y), frozenset(), rule, args, _TOKEN)
    return trace([publish(theorem, "false", "False", "theorem", (), ({}, {"K": 1, "d": 1}))])


def test_trap_11_theorems_are_made_by_rules() -> None:
    with pytest.raises(KernelError, match="made by rules only"):
        Theorem(THEORY, frozenset(), FALSE, frozenset(), "assume", {"formula": FALSE})
    with pytest.raises(KernelError, match="made by rules only"):
        Theorem(THEORY, frozenset(), FALSE, frozenset(), "axiom", {"name": "false"}, object())


def test_trap_11_replay_of_a_trace_is_the_guarantee(tmp_path: Path) -> None:
    """A forged theorem passes in its own process; its trace does not, in a fresh one."""
    data = forged("norm", dict(norm(THEORY, X, X).args))
    with pytest.raises(TraceError, match="the replay gives"):
        replay(data)
    path = tmp_path / "forged.json"
    path.write_bytes(data)
    code = (
        "import sys; from ratecert.proofs.kernel.replay import main; sys.exit(main(sys.argv[1:]))"
    )
    done = fresh_process(code, str(path))
    check(done.returncode == 1 and "TraceError" in done.stderr, done.stderr)
    with pytest.raises(SideConditionError, match="not equal by normalisation"):
        replay(forged("norm", {**norm(THEORY, X, X).args, "right": Y}))
    with pytest.raises(SideConditionError, match="not seen to hold at the point"):
        replay(forged("assume", {"formula": FALSE}))
    with pytest.raises(TraceError, match="there is no rule 'oracle'"):
        replay(forged("oracle", {}))


def test_trap_12_unused_facts_leave_no_hypotheses() -> None:
    used, unused = given(ZERO, "<=", X), given(ZERO, "<=", Y)
    leaf = Leaf((Product(Fraction(1), (GOAL,)), Product(Fraction(1), (0,))))
    goal = Rel(ZERO, "<=", mul(rat(1), X))
    theorem = certify(THEORY, goal, leaf, (used, unused), (Le(one, k),))
    check(theorem.hypotheses == used.hypotheses, theorem)
    check(theorem.args["facts"] == (used,), theorem.args)
    theorem = norm(THEORY, Abs(X), X, (Le(one, k),), facts=(unused, used))
    check(theorem.hypotheses == used.hypotheses and theorem.args["facts"] == (used,), theorem)
    positive = given(ZERO, "<", X)
    theorem = norm(THEORY, div(X, X), ONE, facts=(used, positive))
    check(theorem.hypotheses == positive.hypotheses, theorem)
    sure = tuple(assume(THEORY, Fin(u, Fraction(1))) for u in (X, Y))
    theorem = norm(THEORY, E(mul(W, X)), mul(W, E(X)), facts=sure, linear=True)
    check(Fin(Y, Fraction(1)) not in theorem.hypotheses, theorem)


def test_trap_13_roots_and_quotients_without_signs() -> None:
    for left, right in (
        (sqrt(power(X, 2)), X),
        (div(X, X), ONE),
        (power(sqrt(X), 2), X),
        (mul(X, power(X, -HALF)), sqrt(X)),
    ):
        with pytest.raises(SideConditionError, match=NOT_EQUAL):
            norm(THEORY, left, right)
        norm(THEORY, left, right, facts=(given(ZERO, "<", X),))
    two_thirds = Fraction(2, 3)
    with pytest.raises(SideConditionError, match=NOT_EQUAL):  # 0 and 1 at -1
        norm(THEORY, power(X, two_thirds), power(power(X, 2), Fraction(1, 3)))


ORDERS = """
from finite_model import THEORY, DIM, K, X, Y, W, a, c, g, i, j, k, one, s, v, over_i
from ratecert.proofs.kernel.normal import Normaliser
from ratecert.proofs.kernel.polynomials import to_term
from ratecert.proofs.kernel.rules import axiom, assume, norm
from ratecert.proofs.kernel.terms import *
facts = [axiom(THEORY, n) for n in ("s.positive", "c.below", "v.sign", "fin.v", "fin.x")]
facts += [assume(THEORY, Rel(ZERO, "<=", t)) for t in (X, Y, W)]
terms = [
    power(add(X, Y, W, over_i(mul(s(i), c(i)))), 3),
    sum_over("i", one, DIM, sum_over("j", one, DIM, mul(a(i, j), a(j, i), s(i), g(k, j)))),
    E(mul(add(X, v(k, i)), CE(k, add(Y, mul(W, v(k, j)))))),
    sqrt(mul(X, power(Y, 3), add(X, Y, W))),
    power(mul(add(X, Y), add(W, X), Abs(sub(Y, X))), -2),
    Abs(sub(sub(X, Y), mul(s(i), s(j), g(k, i)))),
]
for linear in (False, True):
    ambient = frozenset((Le(one, i), Le(i, DIM), Le(one, k)))
    n = Normaliser(THEORY, ambient, (), tuple(facts), linear)
    for t in terms:
        p = n.poly(t)
        print(to_term(p).key, list(to_term({m: 1}).key for m in sorted(p, key=str)))
        print(to_term(n.clear(p)).key)
    print(sorted(h.key for h in n.used.hypotheses), sorted(n.used.facts))
"""


def test_trap_14_normal_forms_do_not_depend_on_the_process() -> None:
    folder = str(Path(__file__).parent)
    code = f"import sys; sys.path[:0] = [{folder!r}, {str(ROOT / 'tests')!r}]\n" + ORDERS
    results = [fresh_process(code, seed=seed) for seed in ("1", "2", "3")]
    for result in results:
        check(result.returncode == 0, result.stderr)
    check(len({result.stdout for result in results}) == 1 and len(results[0].stdout) > 1000)


def test_trap_15_contradictory_index_conditions_are_not_published() -> None:
    """They prove anything, rightly; so no claim may rest on them."""
    anything = contradiction(Le(one, zero))
    check(anything.conclusion == FALSE and anything.hypotheses == {Le(one, zero)})
    for hypotheses in ((Le(one, k), Le(k, zero)), (Le(k.shift(1), j), Le(j, k))):
        theorem = cut_indices(anything, hypotheses)
        for value in (0, 1, 2):
            witness = ({}, {"K": 1, "d": 1, "k": value, "j": value})
            with pytest.raises(SideConditionError, match="not seen to hold at the point"):
                publish(theorem, "false", "False", "lemma", (), witness)
    with pytest.raises(SideConditionError, match="no number is given for the indices"):
        publish(weaken(norm(THEORY, X, X), Le(one, k)), "true", "True", "lemma", (), ({}, {}))


def contradiction(condition: Le) -> Theorem:
    """``1 <= 0 |- 1 <= 0``, with the index condition first."""
    value = index_value(THEORY, condition)
    leaf = Leaf((Product(Fraction(1), (GOAL,)), Product(Fraction(1), (0,))))
    return certify(THEORY, FALSE, leaf, (value,))


# --- HUNTED: accepted once --------------------------------------------------------------------


def test_hunted_the_base_of_an_induction_may_not_use_the_step_hypothesis() -> None:
    """``P(k-1) |- P(0)`` and ``P(k-1) |- P(k)`` prove nothing; P is ``1 <= 0`` in disguise."""

    def claim(at: Ix) -> Rel:
        return Rel(add(ONE, mul(ZERO, s(at))), "<=", ZERO)

    before = assume(THEORY, claim(k.shift(-1)))
    leaf = Leaf((Product(Fraction(1), (GOAL,)), Product(Fraction(1), (0,))))
    base = certify(THEORY, claim(zero), leaf, (before,))
    step = certify(THEORY, claim(k), leaf, (before,))
    with pytest.raises(SideConditionError, match=r"the base assumes .* which mentions k"):
        induct(base, step, "k", zero)
    same = induct(assume(THEORY, FALSE), assume(THEORY, FALSE), "k", zero)
    check(FALSE in same.hypotheses, same)


def test_hunted_ranges_do_not_leak_out_of_their_sum() -> None:
    """Sum_{i=1..j} 1 = j is false for j = -1; 1 <= i <= j was still ambient when counting."""
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, sum_over("i", one, j, ONE), IxVal(j))
    average = sum_over("i", one, j, power(IxVal(j), -1))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, average, ONE, (Le(zero, j),))


def test_hunted_an_index_is_not_instantiated_by_a_bound_number() -> None:
    """k := 0 (the innermost binder) turns every row sum into the trace."""
    with pytest.raises(SortError, match="loose bound index"):
        instantiate(axiom(THEORY, "rows"), (("k", Ix(0)),))
    total = norm(
        THEORY,
        sum_over("j", one, number(2), IxVal(k)),
        sum_over("j", number(5), number(5), mul(rat(2), IxVal(k))),
    )
    with pytest.raises(SortError, match="loose bound index"):
        instantiate(total, (("k", Ix(0)),))  # it would say 1 + 2 = 10


def test_hunted_a_schema_captures_no_bound_index() -> None:
    trace_ = sum_over("j", one, number(2), a(j, j))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, Abs(trace_), trace_, facts=(axiom(THEORY, "rows"),))
    row = sum_over("j", one, number(2), mul(X, a(k, j)))
    integrable = Axiom("fin", "FIN", "axiom", (), Fin(row, Fraction(1)), "")
    theory = Theory("fin", THEORY.symbols, ("K", "d"), (integrable,))
    traced = mul(X, trace_)
    known = (axiom(theory, "fin"), assume(theory, Fin(Y, Fraction(1))))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(theory, E(add(traced, Y)), add(E(traced), E(Y)), facts=known, linear=True)


def test_hunted_unfolding_restricts_pattern_indices_only() -> None:
    """An index constant of the right side was replaced: t = K gave t = 5 and t = 6."""
    definition = Definition("n", "abbreviation", App("n", (k,)), (), IxVal(K))
    theory = Theory("unfold", (Symbol("n", ("index",)),), ("K",), (), (definition,))
    norm(theory, App("n", (one,)), IxVal(K), (), (("n", ()),))
    norm(theory, App("n", (one,)), IxVal(K), (), (("n", (("k", one),)),))
    with pytest.raises(SortError, match="no pattern index \\['K'\\]"):
        norm(theory, App("n", (one,)), rat(5), (), (("n", (("K", number(5)),)),))


def test_hunted_the_name_of_an_index_is_a_name() -> None:
    """``None`` is the base of numbers: i + 1 <= 1 would be concluded from 1 <= 1."""
    plain = norm(THEORY, IxVal(one), ONE)
    for bad in (None, 0):
        with pytest.raises(SortError):
            sum_both(plain, bad, one, one)  # type: ignore[arg-type]
        with pytest.raises(SortError):
            induct(plain, plain, bad, zero)  # type: ignore[arg-type]


def test_hunted_no_name_is_mistaken_for_a_number() -> None:
    """An index named ``None`` had the key of no base at all."""
    check(Ix("None", 1) != Ix(None, 1) and Ix("None", 1).key != Ix(None, 1).key)
    norm(THEORY, s(Ix("None", 1)), s(Ix("None", 1)))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(THEORY, s(Ix("None", 1)), s(one))


def test_hunted_an_adapted_function_is_as_random_as_its_arguments() -> None:
    """``r(k, t)`` measurable at k for every real t does not make ``r(0, X)`` a constant."""
    symbol = Symbol("r", ("index", "term"), adapted=(0, 0))
    theory = Theory("field", (symbol,))
    value = App("r", (zero, X))
    with pytest.raises(SideConditionError, match=NOT_EQUAL):
        norm(theory, E(value), value)
    with pytest.raises(LevelError):
        instantiate(norm(theory, E(mul(W, X)), mul(W, E(X))), (), ((W, value),))
    known = App("r", (zero, W))
    norm(theory, E(known), known)


def test_hunted_a_definition_does_not_redefine_a_function_of_points() -> None:
    """``f(x[k]) = k`` says something about f and x; it defines neither."""
    symbols = (Symbol("f", ("point",)), Symbol("x", ("index",), "point"))
    bad = Definition("f", "abbreviation", App("f", (x(k),)), (), IxVal(k))
    with pytest.raises(TheoryError, match="cannot be defined at one point"):
        Theory("function", symbols, (), (), (bad,))


def test_hunted_a_copy_of_a_theorem_is_no_theorem() -> None:
    """``dataclasses.replace`` needs no private name of the kernel."""
    with pytest.raises((KernelError, ValueError)):
        replace(norm_strict(), conclusion=FALSE)


def test_hunted_levels_relied_on_are_listed() -> None:
    """That 0 <= x[1,i] does not depend on the outcome rests on the level declared for x."""
    start = coord(x(one), i)
    weak = given(ZERO, "<=", start)
    theorem = expect(norm(THEORY, Abs(start), start, facts=(weak,)))
    check("level:x" in theorem.uses, theorem.uses)
    theorem = norm(THEORY, E(mul(Abs(start), X)), E(mul(start, X)), facts=(weak,))
    check("level:x" in theorem.uses, theorem.uses)


def test_hunted_a_schema_about_neighbours_is_read_once() -> None:
    """``|x[k+1]| <= |x[k]| + 1`` asked for the sign of x[k], found itself at k-1, and so on."""
    move = Rel(Abs(coord(x(k.shift(1)), i)), "<=", add(Abs(coord(x(k), i)), ONE))
    for fact in (assume(THEORY, move), given(s(k), "<=", Abs(s(k.shift(1))))):
        for term in (X, Abs(coord(x(j), i)), Abs(s(k))):
            check(not norm(THEORY, term, term, facts=(fact,)).hypotheses)


def test_hunted_matching_a_schema_ends() -> None:
    """A match that binds no index was tried for ever; such are points given by coordinates."""
    for term in (h(add(s(k), ONE)), App("f", (point_of("i", sub(coord(x(k), i), s(i))),))):
        fact = given(ZERO, "<=", term)
        check(norm(THEORY, Abs(term), term, facts=(fact,)).hypotheses == fact.hypotheses)


def test_hunted_hypotheses_are_formulas() -> None:
    with pytest.raises(SortError):
        weaken(norm_strict(), X)  # type: ignore[arg-type]
    with pytest.raises(SortError):
        assume(THEORY, X)  # type: ignore[arg-type]


# --- more ways to 1 <= 0 that must stay closed ------------------------------------------------


def test_only_almost_sure_relations_are_averaged() -> None:
    """X <= Y at one outcome says nothing of E X <= E Y, by whatever detour."""
    below = given(X, "<=", Y)
    known = tuple(assume(THEORY, Fin(u, Fraction(1))) for u in (X, Y))
    with pytest.raises(SideConditionError, match="E needs the relation almost surely"):
        expect(below, facts=known)
    with pytest.raises(SideConditionError, match="E needs the relation almost surely"):
        expect(below, k, facts=known)
    equal = given(X, "=", Y)
    for average in (E(X), CE(k, X), over_i(E(X)), h(E(X)), E(h(X)), Abs(E(CE(k, mul(X, W))))):
        with pytest.raises(SideConditionError, match="random hypotheses used under"):
            rewrite(average, equal)
    rewrite(over_i(h(X)), equal)
    sure = expect(norm(THEORY, X, X))
    check(sure.rel.op == "=")


def test_quantified_hypotheses_are_for_constants() -> None:
    formula = All((W,), (), Rel(W, "<=", s(k)))
    for random in (X, g(k, i), v(k, i)):
        with pytest.raises(LevelError, match="not known to be constant"):
            specialise(THEORY, formula, (random,), ())
    theorem = specialise(THEORY, formula, (t(k),), ())
    check(theorem.conclusion == Rel(t(k), "<=", s(k)), theorem)


def test_capture_under_a_quantified_hypothesis() -> None:
    u = Var("u", "det")
    formula = All((W,), (), Rel(W, "<=", mul(u, s(k))))
    theorem = specialise(THEORY, formula, (ONE,), ())
    with pytest.raises(SideConditionError, match="would be captured"):
        instantiate(theorem, (), ((u, W),))
    with pytest.raises(SideConditionError, match="would be captured"):
        instantiate(theorem, (), ((W, ONE),))
    moved = instantiate(theorem, (), ((u, neg(u)),))
    check(All((W,), (), Rel(W, "<=", mul(neg(u), s(k)))) in moved.hypotheses, moved)


def test_a_variable_does_not_follow_a_summation_index() -> None:
    """One variable for all i is not one variable for each i."""
    at = Var("u", i)
    with pytest.raises(SideConditionError, match="i is the level of a variable"):
        sum_both(norm(THEORY, at, at), "i", one, DIM)
    shifted = PointVar("p", Ix("i", -1))
    same = norm(THEORY, coord(shifted, i), coord(shifted, i))
    with pytest.raises(SideConditionError, match="i is the level of a variable"):
        sum_both(same, "i", one, DIM)
    with pytest.raises(SortError, match="its level is bound"):
        norm(THEORY, over_i(at), ZERO)


def test_axioms_hold_in_their_range() -> None:
    theorem = axiom(THEORY, "unbiased")
    check(theorem.hypotheses == {*STEP, *EVERY})
    moved = instantiate(theorem, (("k", number(0)),))
    check(Le(one, zero) in moved.hypotheses, moved)
    with pytest.raises(RangeError):
        induct(
            cut_indices(norm(THEORY, s(zero), s(zero)), ()),
            weaken(norm(THEORY, s(k), s(k)), Le(k, K)),
            "k",
            zero,
        )
