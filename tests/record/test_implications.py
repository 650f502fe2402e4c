"""When is a changed statement called an improvement? Pairs of claims, the verdict of each.

Both claims of a pair are theorems, so that a verdict cannot rest on their truth. What is called
``strengthened``, ``constant-improved``, ``restated`` or ``hypothesis-removed`` lets a pull request
pass: a wrong one of these is what the guard exists to prevent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy

from helpers import check
from ratecert.proofs.kernel.claims import Claim
from ratecert.proofs.language import E, Rational, Sum, Theory, bounded, by, sqrt, symbols, within
from ratecert.proofs.language.symbols import Process
from ratecert.proofs.record.differences import FAILING, Difference, compare
from ratecert.proofs.record.entries import library
from ratecert.proofs.record.implications import decided, kind, stands_on
from ratecert.proofs.record.lockfile import Lock

x, y, z, G, H, K, k, i = symbols("x y z G H K k i")
g = Process("g")
HALF = Rational(1, 2)
HINTS = (x - y, x + y, x, y)


def algebra(p, claim):
    return p.have(claim, by.algebra(hints=HINTS))


def theory(
    *, bounds: Any = None, name: str = "g.bound", also: Any = None, group: str = "A2",
    half: Any = HALF, adapted: int = 0, constant: bool = False,
) -> Theory:  # fmt: skip
    """``g``, bounded by ``G``; ``H = G/2`` by definition; or what a test declares differently."""
    made = Theory("mine")
    made.constants("G H")
    made.index_constants("K k" if constant else "K")
    made.indices("i" if constant else "k i")
    made.process("g", 1, adapted=adapted)
    made.define("H", H, half * G)
    made.assume(name, bounds or (abs(g[k]), "<=", G), group="A2")
    if also is not None:
        made.assume("g.other", also, group=group)
    made.witness |= {k: 2, K: 2, G: 1, g[2]: 0}
    return made


def claimed(
    claim: Any, proof: Callable[[Any, Any], Any] = algebra, *, given: Any = (),
    constants: Any = (), within: Theory | None = None,
) -> Claim:  # fmt: skip
    """The claim, proved."""
    home = within or theory()
    made = home.lemma(
        "it", title="It", claim=claim, given=given, witness=dict.fromkeys((x, y, z), 1),
        for_all=[v for v in (x, y, z) if v not in constants], for_constants=constants,
    )(lambda p: proof(p, claim)).check()  # fmt: skip
    if made.claim is None:
        raise AssertionError(made.reason)
    return made.claim


SQUARES = (2 * x * y, "<=", x**2 + y**2)

PAIRS: dict[str, tuple[Any, Any, str]] = {
    # the same quantity, bounded better or worse
    "a better constant": ((x * y, "<=", x**2 + y**2), (x * y, "<=", (x**2 + y**2) / 2),
                          "strengthened"),
    "a better constant of one shape": ((x * y, "<=", 3 * x**2 + 3 * y**2),
                                       (x * y, "<=", 2 * x**2 + 2 * y**2), "constant-improved"),
    "a worse constant": ((x * y, "<=", 2 * x**2 + 2 * y**2), (x * y, "<=", 3 * x**2 + 3 * y**2),
                         "constant-worsened"),
    "a better lower bound": ((-4 * x**2 - 4 * y**2, "<=", x * y),
                             (-3 * x**2 - 3 * y**2, "<=", x * y), "constant-improved"),
    "one constant better, one worse": ((x * y, "<=", 2 * x**2 + 3 * y**2),
                                       (x * y, "<=", 3 * x**2 + 2 * y**2), "changed"),
    "strict": ((0, "<=", x**2 + 2), (0, "<", x**2 + 2), "strengthened"),
    "not strict any more": ((0, "<", x**2 + 2), (0, "<=", x**2 + 2), "weakened"),
    "an equation for a bound": ((x * y, "<=", x * y + x**2), (x * y, "==", y * x + 0), "changed"),
    "a bound for an equation": ((sympy.Mul(x, x + y, evaluate=False), "==", x**2 + x * y),
                                (sympy.Mul(x, x + y, evaluate=False), "<=", x**2 + x * y),
                                "changed"),
    # the same by arithmetic
    "the other way round": (SQUARES, (0, "<=", (x - y) ** 2), "restated"),
    "halved": (SQUARES, (x * y, "<=", (x**2 + y**2) / 2), "restated"),
    "negated": (SQUARES, (-(x**2) - y**2, "<=", -2 * x * y), "restated"),
    # what says nothing, or something of another quantity
    "nothing": (SQUARES, (0, "<=", 0), "changed"),
    "nothing, strictly": (SQUARES, (0, "<", 1), "changed"),
    "of itself": (SQUARES, (2 * x * y, "<=", 2 * x * y), "changed"),
    "of itself, and one": (SQUARES, (2 * x * y, "<=", 1 + 2 * x * y), "changed"),
    "of itself, equal": (SQUARES, (2 * x * y, "==", 2 * y * x), "changed"),
    "an identity for an identity": (((x + y) ** 2, "==", x**2 + 2 * x * y + y**2), (0, "==", 0),
                                    "changed"),
    "halved, and the other way round": (SQUARES, (0, "<=", (x - y) ** 2 / 2), "restated"),
    "a smaller quantity with less room": ((0, "<=", x**2 + y**2), (0, "<=", x**4), "changed"),
    "other variables": ((0, "<=", x**2 + x * y + y**2), (0, "<=", x**2 + x * z + z**2), "changed"),
    "a special case": (SQUARES, (2 * x, "<=", x**2 + 1), "changed"),
    "a number": ((sqrt(2), "<=", 2), (sqrt(2), "<=", Rational(3, 2)), "constant-improved"),
    "a larger number": ((sqrt(2), "<=", 2), (sqrt(3), "<=", 2), "constant-improved"),
    "a smaller number": ((sqrt(3), "<=", 2), (sqrt(2), "<=", 2), "constant-worsened"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_statements(name: str) -> None:
    old, new, verdict = PAIRS[name]
    home = theory()
    check(kind(claimed(old, within=home), claimed(new, within=theory())) == verdict, name)


POSITIVE, LARGE, BOTH = [(0, "<=", x)], [(1, "<=", x)], [(0, "<=", x), (0, "<=", y)]
HYPOTHESES: dict[str, tuple[Any, Any, Any, Any, str]] = {
    "dropped": (SQUARES, POSITIVE, SQUARES, [], "hypothesis-removed"),
    "added": (SQUARES, [], SQUARES, POSITIVE, "hypothesis-added"),
    "relaxed": (SQUARES, LARGE, SQUARES, POSITIVE, "strengthened"),
    "sharpened": (SQUARES, POSITIVE, SQUARES, LARGE, "weakened"),
    "exchanged": (SQUARES, POSITIVE, SQUARES, [(0, "<=", y)], "hypothesis-added"),
    "renamed": (SQUARES, POSITIVE, SQUARES, [(0, "<=", z)], "hypothesis-added"),
    "dropped, with a worse constant": ((x * y, "<=", x**2 + y**2), POSITIVE,
                                       (x * y, "<=", 2 * x**2 + 2 * y**2), [], "changed"),
    "added, with a better constant": ((x * y, "<=", 2 * x**2 + 2 * y**2), [],
                                      (x * y, "<=", x**2 + y**2), POSITIVE, "changed"),
    "better where it is assumed": ((x, "<=", x + y**2), [(1, "<=", y)], (x, "<=", x + y),
                                   [(1, "<=", y)], "strengthened"),
    "worse where it is assumed": ((x, "<=", x + y), [(1, "<=", y)], (x, "<=", x + y**2),
                                  [(1, "<=", y)], "weakened"),
    "better only where it was assumed": ((x, "<=", x + y**2), [(1, "<=", y)], (x, "<=", x + y),
                                         [(0, "<=", y)], "strengthened"),
    "better by what is assumed": ((-y, "<=", x), BOTH, (0, "<=", x), POSITIVE, "strengthened"),
}  # fmt: skip


@pytest.mark.parametrize("name", HYPOTHESES)
def test_hypotheses(name: str) -> None:
    old, had, new, has, verdict = HYPOTHESES[name]
    before, after = claimed(old, given=had), claimed(new, given=has)
    otherwise = "changed" if old != new else "hypothesis-added"
    found = kind(before, after, otherwise)
    check(found == verdict, found)


def moved(before: Claim, after: Claim) -> set[str]:
    """The kinds that the whole comparison gives: of texts, then by proofs."""
    locks = [Lock({k: {**v, "load": "mine.py", "sources": {}} for k, v in library([c]).items()},
                  "0" * 64) for c in (before, after)]  # fmt: skip
    found = decided(compare(*locks), {"mine.it": before}, {"mine.it": after})
    return {d.kind for d in found}


# --- what is beneath --------------------------------------------------------------------------

SMALL = [(0, "<=", G)]
TWICE, ONCE = (g[k], "<=", 2 * G), (g[k], "<=", G)
TIGHT = (abs(g[k]), "<=", G / 2)


def by_axiom(name: str, fact: Any) -> Callable[[Any, Any], Any]:
    """A proof from one axiom."""

    def proof(p, claim):
        return p.have(claim, by.algebra(p.have(fact, by.axiom(name))))

    return proof


BOUND = by_axiom("g.bound", (abs(g[k]), "<=", G))


def test_the_same_ground():
    before, after = (claimed(TWICE, BOUND, given=SMALL) for _ in range(2))
    check(moved(before, after) == set())
    check(stands_on(after, before))


@pytest.mark.parametrize("claim", [TWICE, ONCE], ids=["the same", "better"])
def test_an_axiom_of_the_same_name_that_says_more(claim):
    before = claimed(TWICE, BOUND, given=SMALL)
    after = claimed(claim, by_axiom("g.bound", TIGHT), given=SMALL, within=theory(bounds=TIGHT))
    check(moved(before, after) & FAILING == {"declaration-changed"} | (
        {"changed"} if claim is ONCE else set()))  # fmt: skip
    check(kind(before, after) == "changed")


@pytest.mark.parametrize("claim", [TWICE, ONCE], ids=["the same", "better"])
@pytest.mark.parametrize("group", ["A2", "A9"])
def test_another_axiom(claim, group):
    """Also in a group that the claim rests on already, whatever it is called."""
    extra = (g[k], "<=", G)
    before = claimed(TWICE, BOUND, given=SMALL)
    within = theory(also=extra, group=group)
    after = claimed(claim, by_axiom("g.other", extra), given=SMALL, within=within)
    check("new-axiom" in moved(before, after))
    check(kind(before, after) in FAILING)


def test_an_axiom_under_another_name():
    before = claimed(TWICE, BOUND, given=SMALL)
    proof = by_axiom("g.size", (abs(g[k]), "<=", G))
    after = claimed(TWICE, proof, given=SMALL, within=theory(name="g.size"))
    check(moved(before, after) == {"restated"})


def test_an_axiom_less():
    before = claimed((0, "<=", g[k] ** 2 + G), lambda p, claim: p.have(claim, by.algebra(
        p.have((0, "<=", g[k] + G), by.algebra(p.have((abs(g[k]), "<=", G), by.axiom("g.bound"))))
        , (0, "<=", G))), given=SMALL)  # fmt: skip
    after = claimed((0, "<=", g[k] ** 2 + G), given=SMALL)
    found = moved(before, after)
    check(not found & FAILING, found)


@pytest.mark.parametrize("better", [True, False])
def test_an_abbreviation_that_stands_for_something_else(better):
    """It is mentioned only: no proof unfolds it."""
    old, new = (x * y, "<=", H**2 + x**2 + y**2), (x * y, "<=", H**2 + (x**2 + y**2) / 2)
    before = claimed(old)
    after = claimed(new if better else old, within=theory(half=Rational(1, 3)))
    found = moved(before, after)
    check("declaration-changed" in found, found)
    check(kind(before, after) == "changed")


@pytest.mark.parametrize("better", [True, False])
def test_a_level_that_says_more(better):
    """``E[g[k] y | F_k]`` needs that ``g[k]`` is known at k; declared, this is an assumption."""
    old, new = (x * y, "<=", g[k] ** 2 + x**2 + y**2), (x * y, "<=", g[k] ** 2 + (x**2 + y**2) / 2)
    before = claimed(old)
    after = claimed(new if better else old, within=theory(adapted=-1))
    check(kind(before, after) == "changed")
    check(moved(before, after) & FAILING)


@pytest.mark.parametrize("better", [True, False])
def test_an_index_that_is_a_constant_now(better):
    """For all k, and for the one k of the theory."""
    old, new = (x * y, "<=", g[k] ** 2 + x**2 + y**2), (x * y, "<=", g[k] ** 2 + (x**2 + y**2) / 2)
    before = claimed(old)
    after = claimed(new if better else old, within=theory(constant=True))
    check(kind(before, after) == "changed")
    check(moved(before, after) & FAILING)


@pytest.mark.parametrize("better", [True, False])
def test_variables_that_are_constants_now(better):
    """For all random x, and for all numbers x: the text is the same."""
    new = (x * y, "<=", (x**2 + y**2) / 2) if better else (x * y, "<=", x**2 + y**2)
    before = claimed((x * y, "<=", x**2 + y**2))
    after = claimed(new, constants=(x, y))
    check(moved(before, after) == {"changed"})
    check(moved(after, before) == {"changed"})


def size(p):
    fact = p.have((abs(g[k]), "<=", G), by.axiom("g.bound"))
    return p.have((g[k] ** 2, "<=", G**2), by.algebra(fact))


def test_inside_an_expectation():
    """From a bound its mean has one, and not the other way round; neither stands for the other."""
    one, other = (theory(also=bounded(g[k])) for _ in range(2))
    inside = claimed((g[k] ** 2, "<=", G**2), lambda p, claim: size(p), within=one)
    outside = claimed(
        (E(g[k] ** 2), "<=", G**2), lambda p, claim: p.have(claim, by.expectation(size(p))),
        within=other,
    )  # fmt: skip
    check(moved(inside, outside) & FAILING)
    check(moved(outside, inside) & FAILING)


def test_the_range_of_a_sum():
    """A shorter sum of squares is smaller, and this says less of the longer one."""
    long, short = (Sum(g[i] ** 2, (i, 1, n)) for n in (K, K - 1))
    before, after = claimed((0, "<=", long)), claimed((0, "<=", short))
    check(moved(before, after) == {"changed"})
    check(moved(after, before) == {"changed"})


def test_a_range_of_indices():
    wide, narrow = (within_range(low) for low in (1, 2))
    before, after = claimed(SQUARES, given=wide), claimed(SQUARES, given=narrow)
    check(moved(before, after) == {"weakened"} or moved(before, after) == {"hypothesis-added"})
    check(moved(after, before) == {"strengthened"})


def within_range(low: int) -> list[Any]:
    return [within(k, low, K)]


def test_without_the_locked_claim_nothing_is_an_improvement():
    """The trace may be lost; texts alone do not show everything."""
    for said in ("hypothesis-removed", "changed"):
        (found,) = decided([Difference(said, "mine.it", "")], {}, {})
        check(found.kind == "changed")
