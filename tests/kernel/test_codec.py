from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest
import small_theory as small
from hypothesis import given
from hypothesis import strategies as st

from helpers import check
from ratecert.proofs.kernel.certificates import Certificate, Leaf, Product, Split
from ratecert.proofs.kernel.codec import MAX_BYTES, decode, dumps, encode, loads, written
from ratecert.proofs.kernel.errors import KernelError, TheoryError, TraceError
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.terms import (
    CE,
    Abs,
    Add,
    All,
    App,
    E,
    Eigen,
    Fin,
    Formula,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    Node,
    Point,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
)
from ratecert.proofs.kernel.theory import Theory

# --- random objects ---------------------------------------------------------------------------

names = st.from_regex(r"[A-Za-z][A-Za-z0-9_.']{0,5}", fullmatch=True)
indices = st.builds(Ix, st.one_of(st.none(), names, st.integers(0, 3)), st.integers(-99, 99))
fractions = st.fractions()
levels = st.one_of(st.sampled_from(["det", "any"]), indices)
points = st.one_of(
    st.builds(PointVar, names, levels),
    st.builds(PointApp, names, st.lists(indices, max_size=2).map(tuple)),
)


def larger(t: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    args = st.one_of(indices, t, points, t.map(Lambda))
    several = st.lists(t, max_size=3).map(tuple)
    return st.one_of(
        st.builds(App, names, st.lists(args, max_size=3).map(tuple)),
        several.map(Add),
        several.map(Mul),
        st.builds(Pow, t, fractions),
        t.map(Abs),
        st.builds(Sum, indices, indices, t),
        t.map(E),
        st.builds(CE, indices, t),
    )


terms = st.recursive(
    st.one_of(fractions.map(Rat), st.builds(Var, names, levels), indices.map(IxVal)),
    larger,
    max_leaves=10,
)
relations = st.builds(Rel, terms, st.sampled_from(["<", "<=", "="]), terms)
formulas = st.one_of(
    relations,
    st.builds(Le, indices, indices),
    st.builds(
        All,
        st.lists(names, min_size=1, max_size=3, unique=True).map(
            lambda ns: tuple(Var(n, "det") for n in ns)
        ),
        st.lists(relations, max_size=2).map(tuple),
        relations,
    ),
    st.builds(Fin, terms, fractions.map(abs)),
)
leaves = st.builds(
    Leaf,
    st.lists(
        st.builds(
            Product,
            fractions,
            st.lists(st.integers(-1, 9), max_size=3).map(tuple),
            st.lists(terms, max_size=2).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    st.lists(st.tuples(st.integers(-1, 9), terms), max_size=2).map(tuple),
)
certificates = st.recursive(leaves, lambda c: st.builds(Split, terms, c, c), max_leaves=3)


def round_trip(kind: Any, value: object) -> None:
    data = dumps(encode(value))
    again = decode(kind, loads(data))
    check(again == value and type(again) is type(value), again)
    check(dumps(encode(again)) == data, data)


@given(terms)
def test_terms_come_back(term: Term) -> None:
    round_trip(Term, term)
    round_trip(Node, term)


@given(st.one_of(points, terms.map(Lambda)))
def test_points_come_back(point: Point) -> None:
    round_trip(Point, point)


@given(formulas)
def test_formulas_come_back(formula: Formula) -> None:
    round_trip(Formula, formula)


@given(certificates)
def test_certificates_come_back(certificate: Certificate) -> None:
    round_trip(Certificate, certificate)


def test_theories_come_back() -> None:
    round_trip(Theory, small.SMALL)
    round_trip(Theory, small.SCALARS)


@given(st.lists(st.tuples(names, indices)).map(tuple))
def test_tuples_come_back(pairs: tuple[tuple[str, Ix], ...]) -> None:
    round_trip(tuple[tuple[str, Ix], ...], pairs)


def test_scalars_come_back() -> None:
    for kind, value in ((bool, True), (bool, False), (int, -7), (str, "a b"), (Ix | None, None)):
        round_trip(kind, value)
    round_trip(Fraction, Fraction(-(10**400), 10**399 + 1))


def test_a_tag_may_also_be_a_name() -> None:
    """Where a tuple of a name stands, a list that looks like a node is not one, and vice versa."""
    round_trip(tuple[tuple[str, Ix], ...], (("E", Ix(None, 1)),))
    round_trip(Term, Var("Rat", "any"))


# --- refusals ---------------------------------------------------------------------------------

DEEP: Any = ["Rat", "0"]
for _ in range(150):
    DEEP = ["Add", [DEEP]]


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        (Term, ["Eigen", 0], "wanted"),
        (Ix, ["Ix", ["Eigen", 0], 0], "wanted"),
        (Ix, ["Ix", True, 0], "wanted"),
        (Ix, ["Ix", None, False], "wanted"),
        (Ix, ["Ix", None], "fields"),
        (Ix, ["Ix", None, 0, 0], "fields"),
        (Ix, ["Ix", None, "0"], "wanted"),
        (Ix, ["Ix", -1, 0], "not an index base"),
        (Ix, ["Ix", "__class__", 0], "not a legal name"),
        (Ix, ["Ix", None, 10**9], "out of range"),
        (Ix, ["Rat", "1"], "wanted"),
        (Point, ["Rat", "1"], "wanted"),
        (Ix, ["Ix", None, 10**9 + 1], "size limit"),
        (Term, ["Rat", 1], "wanted"),
        (Term, ["Rat", 0.5], "wanted"),
        (Term, ["Rat", "2/4"], "lowest terms"),
        (Fraction, "None", "lowest terms"),
        (Term, ["Rat", "3/1"], "lowest terms"),
        (Term, ["Rat", "1/0"], "lowest terms"),
        (Term, ["Rat", "-0"], "lowest terms"),
        (Term, ["Rat", "01"], "lowest terms"),
        (Term, ["Rat", "+1"], "lowest terms"),
        (Term, ["Rat", " 1"], "lowest terms"),
        (Term, ["Rat", "1\n"], "lowest terms"),
        (Term, ["Rat", "1_0"], "lowest terms"),
        (Term, ["Rat", "1e9"], "lowest terms"),
        (Term, ["Rat", "0.5"], "lowest terms"),
        (Term, ["Rat", "٣"], "lowest terms"),
        (Term, ["Rat", "9" * 402], "lowest terms"),
        (Term, ["Le", ["Ix", None, 0], ["Ix", None, 0]], "wanted"),
        (Term, ["Theory", "t", [], [], [], []], "wanted"),
        (Term, ["system", "ls"], "wanted"),
        (Term, ["Term"], "wanted"),
        (Term, [], "wanted"),
        (Term, [["Rat", "1"]], "wanted"),
        (Term, {"Rat": "1"}, "wanted"),
        (Term, "Rat", "wanted"),
        (Term, None, "wanted"),
        (Term, ["Var", "x", "all"], "wanted"),
        (Term, ["Var", "x", 3], "wanted"),
        (Term, ["Add", ["Rat", "1"]], "wanted"),
        (Term, ["Add", [["Ix", None, 0]]], "wanted"),
        (Term, ["Pow", ["Rat", "1"], 2], "wanted"),
        (Formula, ["Rel", ["Rat", "1"], ">=", ["Rat", "1"]], "wanted"),
        (Formula, ["All", [], [], ["Rel", ["Rat", "1"], "=", ["Rat", "1"]]], "binds"),
        (Formula, ["Fin", ["Rat", "1"], "-1"], "integrability exponent"),
        (Certificate, ["Leaf", [["Product", "1", [True], []]], []], "wanted"),
        (tuple[Ix, Ix], [["Ix", None, 0]], "parts"),
        (tuple[Ix, ...], "k", "wanted"),
        (bool, 1, "wanted"),
        (int, True, "wanted"),
        (int, 1.0, "wanted"),
        (str, "tab\there", "printable"),
        (str, "\ud800", "printable"),
        (str, "x" * 5000, "printable"),
        (Theorem, ["thm", 0], "earlier step"),
        (Theorem, ["thm", -1], "earlier step"),
        (Theorem, ["thm"], "earlier step"),
        (Theorem, 0, "wanted"),
        (object, ["Rat", 1], "wanted"),
    ],
)
def test_data_are_refused(kind: Any, data: Any, reason: str) -> None:
    with pytest.raises(TraceError, match=reason):
        decode(kind, data)


def test_theories_are_validated() -> None:
    data = encode(small.SMALL)
    data[2].append(data[2][0])
    with pytest.raises(TheoryError, match="declared twice"):
        decode(Theory, data)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"a":1,"a":2}', "twice"),
        (b"[1.0]", "exact"),
        (b"[1e3]", "exact"),
        (b"[NaN]", "exact"),
        (b"[Infinity]", "exact"),
        (b"[-Infinity]", "exact"),
        (b"[-0]", "canonical"),
        (b"[1, 2]", "canonical"),
        (b'{"b":1,"a":2}', "canonical"),
        (b'["\\u0041"]', "canonical"),
        (b"[1]\n", "canonical"),
        (b"[1", "JSON"),
        (b"[1]]", "JSON"),
        (b"", "JSON"),
        (b'["\xc3\xa9"]', "JSON"),
        (b"\xef\xbb\xbf[]", "JSON"),
        (b"[" + b"9" * 5000 + b"]", "size limit"),
        (b"[" * 201 + b"]" * 201, "deep"),
        (b'["\\"",' + b"[" * 201, "deep"),
        (b'{"a":' * 201, "deep"),
    ],
)
def test_texts_are_refused(text: bytes, reason: str) -> None:
    with pytest.raises(TraceError, match=reason):
        loads(text)


def test_brackets_in_a_text_do_not_nest() -> None:
    value = ["[" * 500, '\\"[' * 200, "\\" * 300]
    check(loads(dumps(value)) == value)


@pytest.mark.parametrize(
    "text",
    [
        b"[" * MAX_BYTES,
        b"[" + b"9" * (MAX_BYTES - 2) + b"]",
        b'["' + b'\\"' * (MAX_BYTES // 2 - 2),
        b'"' * MAX_BYTES,
        b"\\" * MAX_BYTES,
        b"[" + b"0," * (MAX_BYTES // 2 - 1) + b"0]",
        b" " * (MAX_BYTES + 1),
    ],
    ids=["brackets", "digits", "escapes", "quotes", "backslashes", "commas", "size"],
)
def test_floods_are_refused_quickly(text: bytes) -> None:
    started = time.process_time()
    with pytest.raises(TraceError):
        loads(text)
    check(time.process_time() - started < 15, "too slow")


def test_deep_terms_are_refused_on_both_sides() -> None:
    term: Term = Rat(Fraction(0))
    for _ in range(150):
        term = Add((term,))
    with pytest.raises(TraceError, match="deep"):
        dumps(encode(term))
    with pytest.raises(TraceError, match="deep"):
        dumps(DEEP)


def test_theorems_are_written_and_read_as_numbers_only() -> None:
    theorem = small.young()
    check(written((1, theorem), lambda _: 3) == '[1,["thm",3]]')
    check(decode(Theorem, ["thm", 0], (theorem,)) is theorem)
    with pytest.raises(TraceError, match="not an object of the kernel"):
        encode(theorem)
    for other in (["step", 0], ["", 0], [0, 0], ["thm", 1], ["thm", 0, 0]):
        with pytest.raises(TraceError, match=r"wanted|earlier step"):
            decode(Theorem, other, (theorem,))


@pytest.mark.parametrize(
    "value",
    [0.5, [1], {"a": 1}, b"x", object(), Eigen(0), Ix(Eigen(0)), 10**10, Fraction(10**402), "\x00"],
)
def test_what_is_no_kernel_object_is_not_written(value: object) -> None:
    with pytest.raises(KernelError):
        encode(value)
