"""Declarations: what a theory takes, refuses, and when it is closed."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from ratecert.optimizers.recursions import Parameter, Recursion, Slot, Update, previous
from ratecert.proofs.kernel.errors import KernelError, TheoryError
from ratecert.proofs.language import (
    DoorError,
    E,
    Theory,
    by,
    integrable,
    square_integrable,
    symbols,
    within,
)
from ratecert.proofs.language.symbols import Process

x, y = symbols("x y")


def closed(theory):
    theory.kernel()
    return theory


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "declare",
    [
        lambda t: t.constants("L"),
        lambda t: t.index_constants("L"),
        lambda t: t.process("L"),
        lambda t: t.point_process("L", -1),
        lambda t: t.function("L", "point"),
    ],
    ids=["constant", "index constant", "process", "point process", "function"],
)
def test_declared_twice(theory, declare):
    theory.constants("L")
    with pytest.raises(DoorError, match="small: 'L' is already declared"):
        declare(theory)


def test_an_index_does_not_take_over_a_constant(theory):
    theory.constants("L")
    with pytest.raises(DoorError, match="already declared"):
        theory.indices("L")


@pytest.mark.parametrize("quantifier", ["for_all", "for_constants", "for_indices", "for_points"])
def test_a_variable_does_not_hide_a_constant(theory, state, quantifier):
    (L,) = theory.constants("L")
    claimed = state(theory, (0, "<=", L**2), lambda p: p.have((0, "<=", L**2), by.algebra()),
                    **{"for_all": (), quantifier: (L,)}, witness={L: 1})  # fmt: skip
    assert claimed.check().verdict == "error"


def test_symbols_come_back_in_order(theory):
    assert theory.constants("a b") == symbols("a b")
    assert theory.index_constants("K d") == symbols("K d")
    assert theory.indices("k i") == symbols("k i")


@pytest.mark.parametrize("name", ["2x", " y", "αβ", "a-b", "_a", "x" * 65])
def test_names_the_kernel_does_not_take(theory, name):
    theory._declare(name, "", None)
    theory._index_constants.append(name)
    with pytest.raises(KernelError, match="illegal name"):
        theory.kernel()


# --- frozen -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "declare",
    [
        lambda t: t.constants("late"),
        lambda t: t.index_constants("late"),
        lambda t: t.indices("late"),
        lambda t: t.process("late"),
        lambda t: t.point_process("late", 0),
        lambda t: t.function("late", "point"),
        lambda t: t.assume("late", (0, "<=", 1)),
        lambda t: t.assume("late", integrable(1)),
        lambda t: t.define("late", sympy.Symbol("L"), 1),
    ],
    ids=["constants", "index_constants", "indices", "process", "point_process", "function",
         "assume", "integrable", "define"],
)  # fmt: skip
def test_closed_by_the_first_claim(theory, state, declare):
    theory.constants("L")
    state(theory, (0, "<=", x**2), lambda p: p.have((0, "<=", x**2), by.algebra()))
    with pytest.raises(DoorError, match="small is frozen: declare 'late' before the first claim"):
        declare(theory)


def test_closed_by_being_extended(theory):
    Theory("child", extends=(theory,))
    with pytest.raises(DoorError, match="small is frozen"):
        theory.constants("late")


def test_the_kernel_theory_is_made_once(theory):
    assert theory.kernel() is theory.kernel()


def test_claims_are_stated_once(theory, state):
    def state_twice():
        for _ in range(2):
            theory.lemma("same", title="", claim=(0, "<=", x**2), for_all=(x,))(lambda p: None)

    with pytest.raises(DoorError, match="small: the claim 'same' is stated twice"):
        state_twice()


def test_a_claim_by_id(theory, state):
    claimed = state(theory, (0, "<=", x**2), lambda p: p.have((0, "<=", x**2), by.algebra()))
    assert theory.claimed("claim0") is claimed
    with pytest.raises(DoorError, match="small has no claim 'clam0'; it has claim0"):
        theory.claimed("clam0")


# --- extending --------------------------------------------------------------------------------


def test_a_child_has_what_its_parents_have(theory):
    (a,) = theory.constants("a", "first")
    theory.assume("A", (0, "<", a))
    theory.witness |= {a: 2}
    other = Theory("other")
    other.constants("b", "second")
    child = Theory("child", extends=(theory, other))
    child.constants("c", "third")
    assert {s.name for s in child.kernel().symbols} == {"a", "b", "c"}
    assert child.meanings == {"a": "first", "b": "second", "c": "third"}
    assert child.witness == {a: 2}
    assert child.kernel().extends(theory.kernel())
    with pytest.raises(DoorError, match="'a' is already declared"):
        Theory("again", extends=(theory,)).constants("a")


def test_a_grandchild_of_one_parent_by_two_ways(theory):
    theory.constants("a")
    ways = [Theory(name, extends=(theory,)) for name in ("left", "right")]
    child = Theory("child", extends=ways)
    assert [s.name for s in child.kernel().symbols] == ["a"]


def test_parents_that_disagree(theory):
    theory.constants("a")
    other = Theory("other")
    other.process("a")
    with pytest.raises(TheoryError, match="declared twice"):
        closed(Theory("child", extends=(theory, other)))


def test_a_parent_s_claim_is_used(theory, state):
    (a,) = theory.constants("a")
    theory.assume("A", (1, "<=", a))
    below = state(theory, (0, "<", a), lambda p: p.have((0, "<", a), by.algebra(p.axiom("A"))))
    child = Theory("child", extends=(theory,))
    claimed = state(child, (0, "<", a**2), lambda p: p.have((0, "<", a**2),
                                                            by.algebra(p.use(below))))  # fmt: skip
    assert claimed.check().verdict == "proved"
    assert claimed.theorem().uses == {"axiom:A"}


# --- axioms and definitions -------------------------------------------------------------------


def test_axioms(theory):
    k, i = theory.indices("k i")
    (sigma,) = theory.constants("sigma")
    g = theory.process("g")
    f = theory.function("f", "point")
    (p,) = symbols("p")
    theory.assume("A0", (0, "<=", f(p)), points=(p,), source="bounded below")
    theory.assume("A3", (E(g[k, i] ** 2, given=k - 1), "<=", sigma), [within(k, 1)], group="G")
    theory.assume("N", (1, "<=", sigma), kind="axiom")
    theory.assume("F", square_integrable(g[k, i]), [within(k, 1)], group="A3", source="because")
    a0, a3, n, fin = theory.kernel().axioms
    assert (a0.group, a0.kind, a0.source) == ("A0", "assumption", "bounded below")
    assert (a3.group, len(a3.hypotheses)) == ("G", 1)
    assert n.kind == "axiom"
    assert (fin.group, fin.kind, fin.conclusion.exponent) == ("A3", "assumption", Fraction(1, 2))


def test_axioms_speak_of_declared_names(theory):
    with pytest.raises(DoorError, match="unknown name 'sigma'"):
        theory.assume("A", (0, "<=", sympy.Symbol("sigma")))


def test_two_axioms_of_one_name(theory):
    theory.assume("A", (0, "<=", 1))
    theory.assume("A", (0, "<=", 2))
    with pytest.raises(TheoryError, match="declared twice"):
        theory.kernel()


@pytest.mark.parametrize(
    ("right", "ranges", "says"),
    [
        (lambda v, w, k: v[k] + 1, 1, "not defined from earlier values"),
        (lambda v, w, k: v[k + 1], 1, "not defined from earlier values"),
        (lambda v, w, k: v[0] + 1, 1, "calls itself"),
        (lambda v, w, k: v[k - 1] + 1, None, "a recursion needs a first index"),
        (lambda v, w, k: sympy.Symbol("j") + 0, 1, "free on the right only|unknown name"),
    ],
    ids=["itself", "the future", "a fixed value", "no start", "loose index"],
)
def test_definitions_that_define_nothing(theory, right, ranges, says):
    (k, _) = theory.indices("k j")
    v, w = theory.process("v", 1, adapted=None), theory.process("w", 1, adapted=None)
    given = [] if ranges is None else [within(k, ranges)]
    theory.define("v", v[k], right(v, w, k), given, kind="recursion")
    with pytest.raises(TheoryError, match=says):
        theory.kernel()


def test_a_definition_is_of_a_symbol(theory):
    (a,) = theory.constants("a")
    with pytest.raises(DoorError, match="bad: define a symbol, with index ranges only"):
        theory.define("bad", a + 1, 2)
    with pytest.raises(DoorError, match="bad: define a symbol, with index ranges only"):
        theory.define("bad", a, 2, [(0, "<=", 1)])


# --- recursions -------------------------------------------------------------------------------

HEAVY_BALL = Recursion(
    "heavy-ball", "Heavy ball", "Polyak (1964)",
    (Parameter("eta", "step size", "eta > 0"), Parameter("beta", "momentum", "0 <= beta < 1")),
    (Slot("m", "momentum", 0),),
    (
        Update("m", sympy.Symbol("beta") * previous("m") + sympy.Symbol("g")),
        Update("s", sympy.Symbol("eta") * sympy.Symbol("m")),
        Update("x", sympy.Symbol("x") - sympy.Symbol("s")),
    ),
)  # fmt: skip


def test_a_recursion_with_state(theory):
    K, d = theory.index_constants("K d")
    k, i = theory.indices("k i")
    x, g = theory.point_process("x", -1), theory.process("g")
    theory.run(HEAVY_BALL, steps=K, dimension=d)
    kernel = theory.kernel()
    assert [r.name for r in kernel.definitions] == ["m.0", "m", "s", "x"]
    assert {r.kind for r in kernel.definitions} == {"recursion"}
    assert {s.name for s in kernel.symbols} == {"x", "g", "eta", "beta", "m", "s"}
    eta, beta = symbols("eta beta")
    m = Process("m")
    theory.witness |= {K: 2, d: 1, k: 1, i: 1}
    claim = (x[3, i], "==", x[1, i] - eta * ((1 + beta) * g[1, i] + g[2, i]))
    claimed = theory.lemma("two", title="two steps", claim=claim,
                           given=[within(K, 2), within(i, 1, d)])(
        lambda p: p.have(claim, by.definition(x, m, "s"))
    )  # fmt: skip
    assert (claimed.check().verdict, claimed.check().reason) == ("proved", "")
    used = {u for u in claimed.theorem().uses if u.startswith("definition")}
    assert used == {f"definition:{name}" for name in ("m.0", "m", "s", "x")}
