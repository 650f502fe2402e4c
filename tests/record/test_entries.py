"""What a lock says of a claim: constants with certified values, what it rests on, its proof."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import check
from ratecert.proofs.kernel.terms import Abs, Pow, Rel, Term, Var, add, div, mul, rat, sqrt, sub
from ratecert.proofs.language import Rational, Theory, by, symbols
from ratecert.proofs.language import sqrt as root
from ratecert.proofs.record.differences import change
from ratecert.proofs.record.entries import DIGITS, constants, is_number, library, value

# --- values -----------------------------------------------------------------------------------


def built(parts: Any) -> tuple[Term, Any]:
    """A number as a term, and as mpmath computes it."""
    if isinstance(parts, Fraction):
        return rat(parts), mpmath.mpf(parts.numerator) / parts.denominator
    op, *inner = parts
    (a, x), *rest = map(built, inner)
    if op == "sqrt":
        return sqrt(Abs(a)), mpmath.sqrt(abs(x))
    if op == "cube":
        return Pow(Abs(a), Fraction(1, 3)), mpmath.cbrt(abs(x))
    ((b, y),) = rest
    return {"+": (add(a, b), x + y), "*": (mul(a, b), x * y), "-": (sub(a, b), x - y)}[op]


NUMBERS = st.recursive(
    st.fractions(-1000, 1000, max_denominator=999),
    lambda inner: (
        st.tuples(st.sampled_from(["sqrt", "cube"]), inner)
        | st.tuples(st.sampled_from("+*-"), inner, inner)
    ),
    max_leaves=5,
)


@settings(max_examples=60)
@given(NUMBERS)
def test_a_value_is_what_another_library_computes(parts: Any) -> None:
    """To the last digit: the difference is at most half a unit of it."""
    with mpmath.workdps(60):
        term, expected = built(parts)
        said = value(term)
        if said == "?":  # an interval about a point where rounding changes, at every precision
            check(abs(expected) < mpmath.mpf(10) ** -40, (parts, said))
            return
        check(is_number(term) and re.fullmatch(r"-?\d+(\.\d+)?", said), said)
        error = abs(mpmath.mpf(said) - expected)
        check(error <= abs(expected) * mpmath.mpf(10) ** (1 - DIGITS) / 2 * (1 + 1e-9), (said,))


@pytest.mark.parametrize(
    ("term", "said"),
    [
        (sqrt(rat(2)), "1.41421356237"),
        (div(rat(2), rat(3)), "0.666666666667"),
        (rat(Fraction(5, 2)), "2.5"),
        (rat(10**15), "1000000000000000"),
        (rat(Fraction(1, 10**20)), "0.00000000000000000001"),
        (mul(sqrt(rat(2)), sqrt(rat(2))), "2"),
        (rat(Fraction(10**15 + 1, 10**15)), "1"),
        (rat(Fraction(-7, 2)), "-3.5"),
    ],
)
def test_values(term: Term, said: str) -> None:
    check(value(term) == said, value(term))


def test_constants() -> None:
    """All numbers but 0, 1 and -1, largest first in the term, and in the order of the formula."""
    x = Var("x", "det")
    near = rat(Fraction(10**15 + 1, 10**15))
    formula = Rel(add(mul(rat(3), x), rat(1)), "<=", mul(add(rat(2), sqrt(rat(2))), near, x))
    found = [value(t) for t in constants(formula)]
    check("3" in found and "1" in found, found)
    check(any(v.startswith("3.414213562") or v == "1.41421356237" for v in found), found)
    check(constants(Rel(rat(0), "<=", mul(rat(-1), x))) == [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2", "3", "+50.000%"), ("4", "1", "-75.000%"), ("-2", "-1", "+50.000%"),
        ("0", "1", ""), ("?", "1", ""), ("0." + "0" * 390 + "1", "1", ""),
    ],
)  # fmt: skip
def test_changes(old: str, new: str, said: str) -> None:
    text = change({"closed": "a", "value": old}, {"closed": "b", "value": new})
    check(text == "constant a -> b" + (f" ({said})" if said else ""), text)


# --- what is beneath, and proofs --------------------------------------------------------------

x, y, G, H, k = symbols("x y G H k")
CLAIM = (2 * x * y, "<=", x**2 + y**2)


def theory(*proofs: Any, name: str = "mine") -> dict[str, Any]:
    """What is locked of a theory with a claim and one that uses it, proved in these ways."""
    made = Theory(name)
    made.constants("G H")
    made.indices("k")
    g = made.process("g", 1)
    made.define("H", H, G / 2)
    made.assume("g.bound", (g[k], "<=", G), group="A2")
    made.witness |= {k: 1, G: 1, g[1]: 0}
    first = made.lemma("first", title="First", for_all=(x, y), claim=CLAIM)(proofs[0])
    scaled = (2 * x * y, "<=", x**2 + y**2 + root(2))
    second = made.theorem("second", title="Second", for_all=(x, y), claim=scaled)(
        lambda p: p.have(scaled, by.algebra(p.use(first)))
    )
    third = made.lemma("third", title="Third", claim=(g[k], "<=", 2 * H))(
        lambda p: p.have((g[k], "<=", 2 * H), by.definition(H, facts=(by_axiom(p, g),)))
    )
    results = [claimed.check() for claimed in (first, second, third)]
    check(all(r.claim for r in results), results)
    return library([r.claim for r in results if r.claim])


def by_axiom(p: Any, g: Any) -> Any:
    return p.have((g[k], "<=", G), by.axiom("g.bound"))


def short(p: Any) -> Any:
    return p.have(CLAIM, by.algebra(hints=(x - y,)))


def long(p: Any) -> Any:
    square = p.have((0, "<=", (x - y) ** 2), by.algebra())
    return p.have(CLAIM, by.algebra(square))


def test_what_a_claim_rests_on() -> None:
    said = theory(short)["mine"]
    first, second, third = (said["claims"][name] for name in ("first", "second", "third"))
    check(first["assumptions"] == first["declarations"] == first["depends_on"] == [])
    check(second["depends_on"] == ["mine.first"])
    check(third["assumptions"] == ["A2"] and third["depends_on"] == [])
    check(third["declarations"] == ["abbreviation H", "axiom g.bound"])
    check(said["declarations"] == {"abbreviation H": "H = G/2", "axiom g.bound": "g[k] ≤ G"})
    check({"closed": "√(2)", "value": "1.41421356237"} in second["constants"])
    check((first["title"], first["kind"], second["kind"]) == ("First", "lemma", "theorem"))


def test_another_proof_of_the_same_statement() -> None:
    one, same, other = (theory(proof)["mine"]["claims"] for proof in (short, short, long))
    check(one == same)
    for name in ("first", "second"):  # the second rests on the first
        check(one[name]["proof"] != other[name]["proof"])
        check(one[name] == {**other[name], "proof": one[name]["proof"]})
    check(one["third"] == other["third"])


def test_two_theories_of_one_name() -> None:
    made = []
    for bound in (Rational(1), Rational(2)):
        home = Theory("mine")
        home.constants("G")
        home.assume("G.size", (G, "<=", bound))
        result = home.lemma(f"c{bound}", title="C", for_all=(x, y), claim=CLAIM)(short).check()
        check(result.claim, result.reason)
        made.append(result.claim)
    with pytest.raises(ValueError, match="two theories are called mine"):
        library(made)
