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
    ZERO,
    Abs,
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
)
from ratecert.proofs.kernel.theory import Symbol, Theory

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
                facts=[thm(n) for n in facts], ambient=[], unfold=[], linear=False,
                sides=[])  # fmt: skip


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
