"""Terms as MathML: well formed, in the field's notation, with the brackets that are needed."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from ratecert.proofs.kernel.terms import (
    CE,
    Abs,
    App,
    E,
    Ix,
    Node,
    PointApp,
    Term,
    Var,
    add,
    coord,
    div,
    maximum,
    mul,
    neg,
    power,
    rat,
    sqrt,
    sub,
    sum_over,
)
from ratecert.proofs.render.boxes import Row, Sign, lines, measure, row
from ratecert.proofs.render.document import Abbreviation
from ratecert.proofs.render.mathml import MathPrinter, element
from ratecert.proofs.render.small_tex import filled, has_slots, tex_box
from ratecert.proofs.theorems.sgd import sgd

a, b, c = (Var(name, "det") for name in "abc")
k, i, d = Ix("k"), Ix("i"), Ix("d")
g = App("g", (k, i))
x = coord(PointApp("x", (k,)), i)
PRINTER = MathPrinter()


def _flat(node: ElementTree.Element) -> str:
    """A formula as a line: (a)/(b) for fractions, _{} and ^{} for scripts."""
    inner = [_flat(child) for child in node]
    name = node.tag
    if name == "mfrac":
        return f"({inner[0]})/({inner[1]})"
    if name == "msup":
        return f"{inner[0]}^{inner[1]}"
    if name == "msub":
        return f"{inner[0]}_{inner[1]}"
    if name in ("msubsup", "munderover"):
        return f"{inner[0]}_{inner[1]}^{inner[2]}"
    if name == "msqrt":
        return f"√[{''.join(inner)}]"
    if name == "mover":
        return f"{inner[0]}{inner[1]}"
    return (node.text or "") + "".join(inner)


def line(node: Node) -> str:
    return _flat(ElementTree.fromstring(f"<mrow>{element(PRINTER.box(node))}</mrow>"))


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        (sub(a, add(b, c)), "a−(b+c)"),
        (sub(a, mul(b, c)), "a−bc"),
        (mul(add(a, b), c), "(a+b)c"),
        (div(a, add(b, c)), "(a)/(b+c)"),
        (mul(rat(2), rat(3)), "2·3"),
        (mul(rat(Fraction(1, 2)), add(a, b)), "(1)/(2)(a+b)"),
        (power(add(a, b), 2), "(a+b)^2"),
        (power(neg(a), 2), "(−a)^2"),
        (power(g, 2), "(g_i^k)^2"),
        (power(sqrt(a), 2), "(√[a])^2"),
        (power(a, Fraction(1, 4)), "a^1/4"),
        (power(power(a, 2), 3), "(a^2)^3"),
        (power(div(a, b), 2), "((a)/(b))^2"),
        (power(a, -2), "(1)/(a^2)"),
        (Abs(sub(x, a)), "|x_i^k−a|"),
        (E(power(g, 2)), "E[(g_i^k)^2]"),
        (CE(Ix("k", -1), g), "E[g_i^k|ℱ_k−1]"),
        (maximum(a, b), "max{a,b}"),
        (mul(a, sum_over("i", Ix(None, 1), d, power(g, 2))), "a∑_i=1^d(g_i^k)^2"),
        (mul(sum_over("i", Ix(None, 1), d, g), a), "(∑_i=1^dg_i^k)a"),
        (div(sum_over("i", Ix(None, 1), d, g), a), "(1)/(a)∑_i=1^dg_i^k"),
        (sum_over("i", Ix(None, 1), d, add(g, a)), "∑_i=1^d(g_i^k+a)"),
        (Var("sigma_s", "det"), "σ_s"),
        (Var("x0", "det"), "x_0"),
        (Var("fstar", "det"), "f^*"),
        (Var("tD", "det"), "D~"),
    ],
)
def test_notation(term: Term, shown: str) -> None:
    assert line(term) == shown


def test_time_stands_above_only_where_there_is_time() -> None:
    family = App("T", (i,))
    assert line(family) == "T_i"
    timed = MathPrinter(sgd.kernel())
    assert "<msup>" in element(timed.box(PointApp("x", (k,))))


def test_every_statement_of_a_theory_is_well_formed() -> None:
    printer = MathPrinter(sgd.kernel())
    for claim in sgd.claims.values():
        for node in (claim.statement(), *claim.hypotheses()):
            shown = printer.show(node, display=True).replace("<wbr>", "")
            root = ElementTree.fromstring(f"<p>{shown}</p>")
            assert {child.tag for child in root} == {"math"}
            for inner in root.iter():
                counts = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munderover": 3}
                assert len(inner) == counts.get(inner.tag, len(inner))


def test_lines_are_cut_at_signs_and_lose_nothing() -> None:
    long = add(*(mul(Var(f"a_{n}", "det"), power(add(b, c, g, x), 2)) for n in range(8)))
    box = PRINTER.box(mul(a, long))
    pieces = lines(box, 20)
    assert len(pieces) == 8
    plain = re.sub(r"<[^>]*>", "", element(box))
    assert re.sub(r"<[^>]*>", "", "".join(map(element, pieces))) == plain
    for piece in pieces[1:]:
        first = piece.parts[0] if isinstance(piece, Row) else piece
        assert isinstance(first, Sign)
        assert first.role == "binary"
    assert max(map(measure, pieces)) < measure(box) / 4


def test_what_comes_from_authors_is_escaped() -> None:
    assert element(tex_box("<script>")).count("<script") == 0
    assert "&lt;" in element(tex_box("a < b"))


def test_shorthands_stand_only_where_their_body_does() -> None:
    body = div(power(g, 2), a)
    short = Abbreviation("b", body, ("k", "i"), "")
    whole = Abbreviation("P", sum_over("i", Ix(None, 1), d, g), (), "")
    printer = MathPrinter(None, {"P": r"\widetilde P"}, [short, whole])

    def shown(term: Term) -> str:
        return _flat(ElementTree.fromstring(f"<mrow>{element(printer.box(term))}</mrow>"))

    assert shown(body) == "b_i^k"
    at = div(power(App("g", (Ix("k", -1), Ix("j"))), 2), a)
    assert shown(at) == "b_j^k−1"
    assert shown(power(at, 2)) == "(b_j^k−1)^2"
    assert shown(div(power(g, 2), b)) == "((g_i^k)^2)/(b)"
    mixed = div(mul(g, App("g", (k, Ix("j")))), a)
    assert "b" not in shown(mixed)
    assert shown(sum_over("n", Ix(None, 1), d, App("g", (k, Ix("n"))))) == "P~"
    assert shown(sum_over("n", Ix(None, 2), d, App("g", (k, Ix("n"))))) != "P~"
    assert shown(whole.body) == "P~"
    assert _flat(ElementTree.fromstring(f"<mrow>{element(printer.spelled_out(body))}</mrow>")) == (
        "((g_i^k)^2)/(a)"
    )


def test_authors_say_where_indices_stand() -> None:
    box = tex_box(r"\max_{j\le #1}|x_j^1|")
    assert has_slots(box)
    assert not has_slots(tex_box(r"\widetilde D"))
    text = re.sub(r"<[^>]*>", "", element(filled(box, [tex_box("d")])))
    assert text == "maxj≤d|xj1|"


@pytest.mark.parametrize("tex", ["}", "{{{", "_", "^^", "\\frac", "{" * 200, "#9", "a_", "'"])
def test_broken_tex_is_shown_and_never_fails(tex: str) -> None:
    ElementTree.fromstring(f"<p>{element(row(tex_box(tex)))}</p>")


def test_summands_stand_as_people_write_them() -> None:
    from ratecert.proofs.kernel.terms import IxVal, Rat, Sum, Var, add, mul, rat, sum_over
    from ratecert.proofs.render.reading import signed, summands

    x, y = Var("x", "any"), Var("y", "any")
    total = sum_over("i", Ix(None, 1), Ix("d"), IxVal(Ix("i")))
    shown = summands(add(total, mul(rat(-1), y), x, rat(2)))
    assert isinstance(shown[0], Rat)
    assert shown[1] == x
    assert isinstance(shown[2], Sum)
    assert [signed(part)[0] for part in shown] == [False, False, False, True]


def test_the_time_of_a_process_of_numbers_is_called_k() -> None:
    from ratecert.proofs.kernel.terms import App, sum_over
    from ratecert.proofs.theorems.adamw import adamw

    time = sum_over("t", Ix(None, 1), Ix("K"), App("D", (Ix("t"), Ix("i"))))
    assert "<mi>k</mi>" in MathPrinter(adamw.kernel()).show(time)
