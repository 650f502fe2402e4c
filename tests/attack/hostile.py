"""Traces made to exhaust the kernel: deep, long, huge, or small and exponential to check.

Each is a name and the bytes of a trace that no honest proof needs. None may be accepted, hang, or
fill the memory; ``test_hostile.py`` replays each in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ratecert.proofs.kernel.certificates import GOAL, Leaf, Product, Split
from ratecert.proofs.kernel.codec import dumps, encode
from ratecert.proofs.kernel.terms import (
    CE,
    ZERO,
    Abs,
    App,
    E,
    Formula,
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

Builder = Callable[[], bytes]
Step = dict[str, Any]
HOSTILE: dict[str, Builder] = {}

a, b, c, d, e = (Var(name, "any") for name in "abcde")
k, first, last = Ix("k"), Ix(None, 1), Ix("K")
BARE = Theory("bare", (Symbol("h", ("term",)), Symbol("u", ("index",)),
                       Symbol("q", ("index", "index"))), ("K",))  # fmt: skip


def hostile(build: Builder) -> Builder:
    """Put a builder into the table, by its name."""
    HOSTILE[build.__name__] = build
    return build


def thm(number: int) -> list[Any]:
    return ["thm", number]


def step(rule: str, **args: Any) -> Step:
    return {"theory": 0, "rule": rule, "args": args}


def document(*steps: Step, theory: Theory = BARE, claim: dict[str, Any] | None = None) -> bytes:
    """A trace with these steps; its one claim is the last of them."""
    last_step = len(steps) - 1
    stated = {"id": "c", "title": "t", "kind": "lemma", "theorem": last_step, "definedness": [],
              "witness": [[], []], "sha256": "0", **(claim or {})}  # fmt: skip
    return dumps({"format": 1, "kernel": "1", "theories": [encode(theory)],
                  "steps": list(steps), "claims": [stated]}) + b"\n"  # fmt: skip


def norm(
    left: Term, right: Term, ambient: tuple[Le, ...] = (), facts: tuple[int, ...] = (),
    linear: bool = False, unfold: tuple[Any, ...] = (),
) -> Step:  # fmt: skip
    return step("norm", left=encode(left), right=encode(right), ambient=encode(ambient),
                unfold=encode(unfold), facts=[thm(n) for n in facts], linear=linear)  # fmt: skip


def assume(formula: Formula) -> Step:
    return step("assume", formula=encode(formula))


def certify(goal: Rel, certificate: Leaf | Split, *facts: int) -> Step:
    return step("certify", goal=encode(goal), certificate=encode(certificate),
                facts=[thm(n) for n in facts], ambient=[], unfold=[], linear=False, sides=[])  # fmt: skip


def product(*facts: int, times: Fraction = Fraction(1), squares: tuple[Term, ...] = ()) -> Product:
    return Product(times, facts, squares)


# --- the text ---------------------------------------------------------------------------------

BEFORE, AFTER = b'{"claims":[],"format":1,"kernel":"1","steps":', b',"theories":[]}\n'


def _text(name: str, steps: bytes) -> None:
    HOSTILE[name] = lambda: BEFORE + steps + AFTER


for _name, _steps in {
    "lists_in_lists": b"[" * 1_000_000 + b"]" * 1_000_000,
    "lists_never_closed": b"[" * 5_000_000,
    "objects_in_objects": b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    "just_too_deep": b"[" * 200 + b"]" * 200,
    "a_million_digits": b"1" * 1_000_000,
    "a_wide_integer": b"[12345678901]",
    "not_a_number": b"NaN",
    "infinity": b"[Infinity]",
    "minus_infinity": b"[-Infinity]",
    "a_float": b"[0.5]",
    "a_whole_float": b"[1.0]",
    "a_power_of_ten": b"[1e9]",
    "a_huge_power_of_ten": b"1e999999999",
    "minus_zero": b"[-0]",
    "a_leading_zero": b"[01]",
    "a_blank": b"[1, 2]",
    "a_repeated_key": b'[{"args":{},"args":{},"rule":"assume","theory":0}]',
    "a_repeated_escaped_key": b'[{"a":1,"\\u0061":2}]',
    "not_utf8": b'["\xff\xfe"]',
    "overlong_utf8": b'["\xc0\x80"]',
    "a_lone_surrogate": b'["\\ud800"]',
    "a_surrogate_for_a_name": b'[{"args":{"name":"\\udfff"},"rule":"axiom","theory":0}]',
    "half_an_escape": b'["\\u12"]',
    "a_control_character": b'["\x00"]',
    "a_byte_order_mark": b"\xef\xbb\xbf[]",
    "a_quote_never_closed": b'["' + b"x" * 5_000_000,
    "only_backslashes": b'["' + b"\\" * 3_000_000,
    "only_quotes": b'"' * 3_000_000,
    "a_giant_list": b"[" + b"0," * 10_000_000 + b"0]",
    "a_giant_list_of_lists": b"[" + b"[]," * 4_000_000 + b"[]]",
    "a_giant_object": b"{" + b",".join(b'"%07d":0' % n for n in range(500_000)) + b"}",
    "one_giant_text": b'["' + b"x" * 30_000_000 + b'"]',
    "too_many_bytes": b'["' + b"x" * 33_600_000 + b'"]',
    "too_many_steps": b"[" + b"0," * 100_000 + b"0]",
    "steps_that_are_numbers": b"[" + b"0," * 50_000 + b"0]",
}.items():
    _text(_name, _steps)


@hostile
def a_very_long_name() -> bytes:
    return document(step("axiom", name="x" * 3_999))


@hostile
def a_rational_of_many_digits() -> bytes:
    return document(assume(Rel(ZERO, "<", a))).replace(b'"0"', b'"' + b"9" * 100_000 + b'"')


@hostile
def a_wide_operand_list() -> bytes:
    """The square of a sum of 30,000 operands."""
    wide = encode(a)
    data = norm(power(add(a, b), 2), a)
    data["args"]["left"][1][1] = [wide] * 30_000
    return document(data)


# --- numbers ----------------------------------------------------------------------------------

HUGE = 10**400


@hostile
def powers_of_powers_of_ten() -> bytes:
    """((10^400)^64)^64 and so on has 400 64^8 digits."""
    tower: Term = rat(HUGE)
    for _ in range(8):
        tower = power(tower, 64)
    return document(norm(tower, a))


@hostile
def a_product_of_many_numbers() -> bytes:
    return document(norm(mul(*[rat(HUGE)] * 5_000), a))


@hostile
def a_sum_of_many_fractions() -> bytes:
    return document(norm(add(*(rat(Fraction(1, HUGE - n)) for n in range(3_000))), a))


@hostile
def a_certificate_of_huge_numbers() -> bytes:
    leaf = Leaf((product(GOAL), *(product(0, times=Fraction(HUGE - n, HUGE - n - 1))
                                  for n in range(3_000))))  # fmt: skip
    return document(assume(Rel(ZERO, "<", a)), certify(Rel(ZERO, "<", a), leaf, 0))


@hostile
def a_huge_integer_exponent() -> bytes:
    return document(norm(Pow(a, Fraction(HUGE)), b))


@hostile
def a_huge_negative_exponent() -> bytes:
    return document(norm(Pow(add(a, b), Fraction(-HUGE)), b))


@hostile
def a_huge_exponent_of_a_number() -> bytes:
    return document(norm(Pow(rat(3), Fraction(HUGE, 7)), b))


@hostile
def a_root_of_huge_degree() -> bytes:
    return document(norm(Pow(rat(HUGE + 1), Fraction(1, HUGE)), Pow(rat(HUGE), Fraction(1, HUGE))))


@hostile
def roots_of_hard_numbers() -> bytes:
    """Products of two large primes, of which no factor is found."""
    terms = (Pow(rat((10**199 + 2 * n + 1) * (10**200 + 2 * n + 1)), Fraction(1, 2))
             for n in range(2_000))  # fmt: skip
    return document(norm(add(*terms), a))


@hostile
def roots_of_all_numbers() -> bytes:
    """Each with many fractional powers of primes, multiplied together."""
    primorial = 2 * 3 * 5 * 7 * 11 * 13 * 17 * 19 * 23 * 29 * 31 * 37 * 41 * 43 * 47
    root = add(*(Pow(rat(primorial * n), Fraction(1, n + 2)) for n in range(1, 40)))
    return document(norm(power(root, 6), a))


@hostile
def fractional_exponents_of_huge_terms() -> bytes:
    root: Term = add(a, b)
    for n in range(3, 60):
        root = add(Pow(root, Fraction(HUGE + n, HUGE)), rat(1))
    return document(norm(root, a))


# --- polynomials ------------------------------------------------------------------------------


@hostile
def two_high_powers() -> bytes:
    return document(norm(mul(power(add(a, b), 64), power(add(c, d), 64)), a))


@hostile
def a_high_power_of_three() -> bytes:
    return document(norm(mul(power(add(a, b, c), 40), power(add(c, d, e), 40)), a))


@hostile
def many_variables_squared() -> bytes:
    total = add(*(Var(f"x{n}", "any") for n in range(150)))
    return document(norm(power(total, 2), power(total, 3)))


@hostile
def a_product_of_sums() -> bytes:
    """Of 2^40 monomials."""
    pairs = (add(Var(f"x{n}", "any"), Var(f"y{n}", "any")) for n in range(40))
    return document(norm(mul(*pairs), a))


@hostile
def a_product_of_absolute_values() -> bytes:
    pairs = (Abs(add(Var(f"x{n}", "any"), Var(f"y{n}", "any"))) for n in range(40))
    return document(norm(power(mul(*pairs), 2), a))


@hostile
def roots_of_powers() -> bytes:
    term: Term = add(a, b)
    for n in range(30):
        term = sqrt(add(power(term, 3), power(Var(f"x{n}", "any"), 2)))
    return document(norm(power(term, 8), a))


@hostile
def denominators_over_denominators() -> bytes:
    """A continued fraction with letters, whose clearing multiplies out."""
    facts = [assume(Rel(ZERO, "<", Var(f"x{n}", "any"))) for n in range(40)]
    term: Term = a
    for n in range(24):
        term = div(Var(f"x{n}", "any"), add(Var(f"x{n}", "any"), term))
    facts.append(assume(Rel(ZERO, "<", a)))
    return document(*facts, norm(power(term, 3), b, facts=tuple(range(41))))


@hostile
def a_sum_of_many_quotients() -> bytes:
    """A common denominator of 40 factors."""
    names = [Var(f"x{n}", "any") for n in range(40)]
    facts = [assume(Rel(ZERO, "<", add(x, a))) for x in names]
    total = add(*(div(a, add(x, a)) for x in names))
    return document(*facts, norm(total, b, facts=tuple(range(40))))


@hostile
def a_certificate_of_many_cases() -> bytes:
    tree: Leaf | Split = Leaf((product(GOAL),))
    for n in range(60):
        tree = Split(Var(f"x{n}", "any"), tree, Leaf((product(GOAL, squares=(a,)),)))
    return document(certify(Rel(ZERO, "<=", power(a, 2)), tree))


@hostile
def a_certificate_with_high_products() -> bytes:
    squares = tuple(add(Var(f"x{n}", "any"), Var(f"y{n}", "any")) for n in range(30))
    leaf = Leaf((product(GOAL), product(squares=squares)))
    return document(certify(Rel(ZERO, "<=", power(a, 2)), leaf))


@hostile
def many_leaves_of_heavy_work() -> bytes:
    heavy = power(add(a, b, c, d), 14)
    tree: Leaf | Split = Leaf((product(GOAL), product(squares=(heavy,))))
    for _ in range(7):
        tree = Split(a, tree, tree)
    return document(certify(Rel(ZERO, "<", power(heavy, 2)), tree))


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
