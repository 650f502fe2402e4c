"""More hostile traces: binders, growth by rules, theories. They join the table of ``hostile``."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hostile import (
    BARE,
    HUGE,
    Step,
    a,
    assume,
    b,
    document,
    first,
    hostile,
    k,
    last,
    norm,
    step,
    thm,
)

from ratecert.proofs.kernel.codec import dumps, encode
from ratecert.proofs.kernel.terms import (
    CE,
    ZERO,
    Abs,
    App,
    E,
    Ix,
    Le,
    Pow,
    Rel,
    Term,
    Var,
    add,
    div,
    mul,
    power,
    rat,
    sqrt,
    sum_over,
)
from ratecert.proofs.kernel.theory import Axiom, Definition, Symbol, Theory

# --- binders ----------------------------------------------------------------------------------


@hostile
def sums_in_sums() -> bytes:
    """Ranges that are independent, so that orders may be tried."""
    term: Term = a
    for n in range(45):
        term = sum_over(f"i{n}", first, last, mul(App("u", (Ix(f"i{n}"),)), term))
    return document(norm(term, a))


@hostile
def sums_of_equal_sums() -> bytes:
    term: Term = App("q", (Ix("i0"), Ix("i1")))
    for n in range(2, 24):
        term = mul(App("q", (Ix(f"i{n - 1}"), Ix(f"i{n}"))), term)
    for n in range(24):
        term = sum_over(f"i{n}", first, last.shift(n % 3), add(term, a))
    return document(norm(term, a))


@hostile
def triangular_sums() -> bytes:
    term: Term = App("u", (Ix("i27"),))
    for n in reversed(range(28)):
        low = Ix(f"i{n - 1}") if n else first
        term = add(b, sum_over(f"i{n}", low, last, mul(App("u", (Ix(f"i{n}"),)), term)))
    return document(norm(term, a))


@hostile
def a_product_of_sums_over_a_range() -> bytes:
    total = sum_over("i", first, last, add(App("u", (Ix("i"),)), a))
    return document(norm(power(total, 40), a))


@hostile
def expectations_in_expectations() -> bytes:
    term: Term = a
    for n in range(30):
        term = CE(Ix("k", n % 5), mul(add(term, Var(f"x{n}", "any")), b))
    return document(norm(E(term), a, linear=True))


@hostile
def absolute_values_in_roots() -> bytes:
    term: Term = a
    for n in range(12):
        term = Abs(add(sqrt(Abs(add(term, Var(f"x{n}", "any")))), term))
    return document(norm(term, a))


@hostile
def a_sum_over_a_billion() -> bytes:
    """The normal form does not care; evaluation at the witness would."""
    total = sum_over("i", first, Ix(None, 10**9 - 2), a)
    claim = {"witness": [[[encode(a), "1"]], []]}
    return document(assume(Rel(ZERO, "<=", total)), claim=claim)


@hostile
def sums_over_sums_at_the_witness() -> bytes:
    total: Term = power(a, 2)
    for n in range(8):
        total = sum_over(f"i{n}", first, Ix(None, 40), total)
    claim = {"witness": [[[encode(a), "1"]], []]}
    return document(assume(Rel(ZERO, "<=", total)), claim=claim)


@hostile
def a_wide_sum_at_the_witness() -> bytes:
    body = add(*[mul(a, rat(n)) for n in range(2_000)])
    total = sum_over("i", first, Ix(None, 90_000), body)
    claim = {"witness": [[[encode(a), "1"]], []]}
    return document(assume(Rel(ZERO, "<=", total)), claim=claim)


@hostile
def roots_over_a_range_at_the_witness() -> bytes:
    body = Pow(add(a, Pow(rat(2), Fraction(1, 2))), Fraction(7, 3))
    total = sum_over("i", first, Ix(None, 90_000), body)
    claim = {"witness": [[[encode(a), "1/3"]], []]}
    return document(assume(Rel(total, "=", total)), claim=claim)


@hostile
def growing_fractions_at_the_witness() -> bytes:
    """The sum of a^i for a fraction: ever longer denominators."""
    body = power(add(a, rat(Fraction(1, HUGE - 1))), 40)
    total = sum_over("i", first, Ix(None, 90_000), mul(body, power(add(body, rat(1)), -1)))
    claim = {"witness": [[[encode(a), "1/3"]], []]}
    return document(assume(Rel(ZERO, "<=", total)), claim=claim)


# --- growth by rules --------------------------------------------------------------------------


def _instances(start: Rel, value: Term, times: int) -> list[Step]:
    steps = [assume(start)]
    for n in range(times):
        steps.append(step("instantiate", theorem=thm(n), indices=[],
                          values=[[encode(a), encode(value)]]))  # fmt: skip
    return steps


@hostile
def instances_that_double() -> bytes:
    steps = _instances(Rel(ZERO, "<=", a), mul(a, a), 200)
    return document(*steps, claim={"witness": [[[encode(a), "1"]], []]})


@hostile
def instances_that_nest() -> bytes:
    return document(*_instances(Rel(ZERO, "<=", a), Abs(a), 1_500))


@hostile
def instances_that_double_in_functions() -> bytes:
    value = add(App("h", (a,)), App("h", (mul(a, rat(2)),)))
    steps = _instances(Rel(ZERO, "<=", a), value, 40)
    return document(*steps, norm(ZERO, a, facts=(40,)))


@hostile
def rewriting_that_doubles() -> bytes:
    """From a = a a: t = t[a := a a], again and again, by antisymmetric detours through cut."""
    steps = [assume(Rel(a, "=", mul(a, a)))]
    for n in range(100):
        steps.append(step("instantiate", theorem=thm(n), indices=[],
                          values=[[encode(a), encode(mul(a, a))]]))  # fmt: skip
        steps[-1]["args"]["theorem"] = thm(n)
    return document(*steps)


@hostile
def hypotheses_without_end() -> bytes:
    steps = [assume(Rel(ZERO, "<=", a))]
    for n in range(3_000):
        steps.append(step("weaken", theorem=thm(n),
                          formula=["Le", ["Ix", None, n], ["Ix", "k", 0]]))  # fmt: skip
    return document(*steps)


@hostile
def ambient_conditions_without_end() -> bytes:
    chain = tuple(Le(Ix(f"n{n}"), Ix(f"n{n + 1}", -1)) for n in range(3_000))
    return document(step("split_sum", term=encode(sum_over("i", Ix("n3000"), Ix("n0"), a)),
                         side="first", ambient=encode(chain)))  # fmt: skip


@hostile
def ambient_conditions_in_a_circle() -> bytes:
    """Distances that shrink for ever."""
    chain = tuple(Le(Ix(f"n{n}"), Ix(f"n{(n + 1) % 900}", -1)) for n in range(900))
    return document(step("split_sum", term=encode(sum_over("i", Ix("n0"), Ix("m"), a)),
                         side="first", ambient=encode(chain)))  # fmt: skip


@hostile
def facts_that_match_in_every_way() -> bytes:
    """Twelve index names and forty places for each."""
    schema = add(*(App("u", (Ix(f"n{n}"),)) for n in range(12)))
    target = add(*(App("u", (Ix(None, n),)) for n in range(2, 42)))
    return document(assume(Rel(ZERO, "<", schema)), norm(div(target, target), rat(1), facts=(0,)))


@hostile
def facts_without_end() -> bytes:
    """Thousands of schemas, each of which might tell a sign."""
    facts = [assume(Rel(rat(n), "<", add(App("u", (k,)), App("u", (Ix("i"),)))))
             for n in range(2_000)]  # fmt: skip
    total = add(*(Abs(add(App("u", (Ix(None, n),)), App("u", (Ix(None, n + 1),))))
                  for n in range(40)))  # fmt: skip
    return document(*facts, norm(total, a, facts=tuple(range(2_000))))


@hostile
def facts_that_ask_for_each_other() -> bytes:
    names = [Var(f"x{n}", "any") for n in range(60)]
    facts = [assume(Rel(ZERO, "<", add(div(x, add(y, z)), Abs(add(x, z)))))
             for x in names[:10] for y in names[:10] for z in names[:10]]  # fmt: skip
    total = add(*(Abs(add(div(x, add(y, z)), Abs(add(x, z))))
                  for x, y, z in zip(names, names[1:], names[2:], strict=False)))  # fmt: skip
    return document(*facts, norm(power(total, 2), a, facts=tuple(range(len(facts)))))


# --- theories ---------------------------------------------------------------------------------


def _u(n: int, at: Ix = k) -> App:
    return App(f"u{n}", (at,))


def _chain(length: int, right: Callable[[int], Term], ranges: tuple[Le, ...] = ()) -> Theory:
    """Abbreviations u1, u2, .., each given by ``right`` through the ones before."""
    symbols = [Symbol(f"u{n}", ("index",)) for n in range(length)]
    laws = [Definition(f"u{n}", "abbreviation", _u(n), ranges, right(n)) for n in range(1, length)]
    return Theory("chain", (*symbols, Symbol("h", ("term",))), ("K",), (), tuple(laws))


def _unfold_all(length: int) -> tuple[Any, ...]:
    return tuple((f"u{n}", ()) for n in range(1, length))


@hostile
def definitions_that_double() -> bytes:
    theory = _chain(60, lambda n: add(App("h", (_u(n - 1),)), App("h", (mul(_u(n - 1), rat(2)),))))
    return document(norm(_u(59), a, unfold=_unfold_all(60)), theory=theory)


@hostile
def definitions_that_square() -> bytes:
    theory = _chain(60, lambda n: add(power(_u(n - 1), 2), _u(0, Ix("k", n))))
    return document(norm(_u(59), a, unfold=_unfold_all(60)), theory=theory)


@hostile
def definitions_that_branch() -> bytes:
    theory = _chain(60, lambda n: add(_u(n - 1), _u(n - 1, Ix("k", -(2**n % 10**6)))))
    return document(norm(_u(59), a, unfold=_unfold_all(60)), theory=theory)


@hostile
def definitions_that_branch_in_a_claim() -> bytes:
    """Definedness follows abbreviations, each under the ranges of those before."""
    ranges = (Le(first, k),)
    theory = _chain(40, lambda n: add(_u(n - 1), Abs(_u(n - 1, Ix("k", -(2**n % 10**6))))), ranges)
    claim = {"witness": [[], [["k", 1]]]}
    return document(norm(_u(39), _u(39)), theory=theory, claim=claim)


def _long_chain(length: int) -> bytes:
    symbols = [["Symbol", f"u{n}", ["index"], "term", None, ""] for n in range(length)]
    laws = [["Definition", f"u{n}", "abbreviation", encode(_u(n)), [], encode(_u(n - 1)), ""]
            for n in range(1, length)]  # fmt: skip
    data = document(norm(a, a))
    before = encode(BARE)
    after = [*before[:2], symbols, ["K"], [], laws]
    return data.replace(dumps(before), dumps(after))


@hostile
def definitions_in_a_long_chain() -> bytes:
    return _long_chain(1_000)


@hostile
def definitions_without_end() -> bytes:
    return _long_chain(4_000)


@hostile
def a_recursion_far_from_its_start() -> bytes:
    law = Definition("s", "recursion", App("s", (k,)), (Le(first, k),),
                     add(App("s", (k.shift(-1),)), rat(1)))  # fmt: skip
    theory = Theory("far", (Symbol("s", ("index",)),), ("K",), (), (law,))
    claim = {"witness": [[[encode(App("s", (Ix(None, 0),))), "0"]], [["k", 10**9 - 2]]]}
    return document(assume(Rel(ZERO, "<=", App("s", (k,)))), theory=theory, claim=claim)


@hostile
def a_recursion_in_three_indices() -> bytes:
    """As many values as a cube has."""

    def s(x: Ix, y: Ix, z: Ix) -> App:
        return App("s", (x, y, z))

    x, y, z = Ix("x"), Ix("y"), Ix("z")
    right = add(s(x.shift(-1), y, z), s(x.shift(-1), y.shift(-1), z), s(x.shift(-1), y, z.shift(1)))
    law = Definition("s", "recursion", s(x, y, z), (Le(first, x),), right)
    start = Definition("s0", "recursion", s(Ix(None, 0), y, z), (), rat("1/3"))
    theory = Theory("cube", (Symbol("s", ("index",) * 3),), (), (), (start, law))
    claim = {"witness": [[], [["x", 60], ["y", 0], ["z", 0]]]}
    return document(assume(Rel(ZERO, "<=", s(x, y, z))), theory=theory, claim=claim)


@hostile
def a_doubly_exponential_recursion() -> bytes:
    law = Definition("s", "recursion", App("s", (k,)), (Le(first, k),),
                     power(App("s", (k.shift(-1),)), 2))  # fmt: skip
    start = Definition("s0", "recursion", App("s", (Ix(None, 0),)), (), rat("3/7"))
    theory = Theory("double", (Symbol("s", ("index",)),), ("K",), (), (start, law))
    claim = {"witness": [[], [["k", 60]]]}
    return document(assume(Rel(ZERO, "<=", App("s", (k,)))), theory=theory, claim=claim)


@hostile
def axioms_without_end() -> bytes:
    law = encode(Axiom("A", "A", "axiom", (), Rel(ZERO, "<=", ZERO), ""))
    laws = [[law[0], f"A{n}", *law[2:]] for n in range(4_000)]
    before = encode(BARE)
    data = document(step("axiom", name="A7"))
    return data.replace(dumps(before), dumps([*before[:4], laws, []]))
