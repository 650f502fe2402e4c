from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
import small_theory as small

from helpers import check
from ratecert.proofs.kernel.claims import Claim, canonical_bytes, publish
from ratecert.proofs.kernel.errors import SideConditionError, SortError, TheoryError
from ratecert.proofs.kernel.exact import MissingAtom
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import assume, axiom, norm, weaken
from ratecert.proofs.kernel.terms import (
    ONE,
    ZERO,
    Abs,
    All,
    App,
    E,
    Fin,
    Formula,
    Ix,
    IxVal,
    Le,
    PointApp,
    PointVar,
    Pow,
    Rat,
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

t, u, r = Var("t", "det"), Var("u", "det"), Var("r", "any")
k, i, first = Ix("k"), Ix("i"), Ix(None, 1)
SCALARS = small.SCALARS
Values = dict[Term, Fraction]


def claim(
    theorem: Theorem,
    values: Values | None = None,
    indices: dict[str, int] | None = None,
    definedness: tuple[Theorem, ...] = (),
) -> Claim:
    return publish(theorem, "c", "title", "lemma", definedness, (values or {}, indices or {}))


def reflexive(term: Term, *hypotheses: Formula, theory: Theory = SCALARS) -> Theorem:
    """``hypotheses |- term = term``."""
    theorem = norm(theory, term, term)
    for hypothesis in hypotheses:
        theorem = weaken(theorem, hypothesis)
    return theorem


def fact(term: Term, op: str, right: Term = ZERO, theory: Theory = SCALARS) -> Theorem:
    return assume(theory, Rel(term, op, right))  # type: ignore[arg-type]


# --- definedness ------------------------------------------------------------------------------

POSITIVE, NONNEGATIVE = Rel(ZERO, "<", t), Rel(ZERO, "<=", t)
AT_ONE = {t: Fraction(1), u: Fraction(1)}


@pytest.mark.parametrize(
    ("term", "hypotheses"),
    [
        (power(t, -1), [POSITIVE]),
        (power(t, -1), [Rel(t, "<", ZERO)]),
        (power(sub(ONE, t), -2), [Rel(ONE, "<", t)]),
        (sqrt(t), [NONNEGATIVE]),
        (Pow(t, Fraction(-1, 2)), [POSITIVE]),
        (sqrt(mul(t, u)), [NONNEGATIVE, Rel(ZERO, "<=", u)]),
        (div(ONE, mul(rat(-3), t, t, u)), [POSITIVE, Rel(ZERO, "<", u)]),
        (sqrt(add(power(t, 2), mul(u, u))), []),
        (div(ONE, add(ONE, power(t, 2))), []),
        (sqrt(rat(2)), []),
        (sqrt(ZERO), []),
        (sqrt(sub(t, t)), []),
        (power(t, 0), []),
        (power(t, 3), []),
        (Abs(t), []),
        (sqrt(Abs(t)), []),
        (sum_over("i", first, Ix("n"), power(IxVal(i), -1)), []),
        (power(IxVal(Ix("n")), -1), [Le(first, Ix("n"))]),
        (div(t, sub(mul(rat(2), t), mul(rat(2), u))), [Rel(u, "<", t)]),
        (E(div(t, u)), [Rel(ZERO, "<", u)]),
    ],
)  # fmt: skip
def test_what_is_defined_is_published(term: Term, hypotheses: list[Formula]) -> None:
    sign = -1 if Rel(t, "<", ZERO) in hypotheses else 1
    claim(reflexive(term, *hypotheses), {t: Fraction(2 * sign), u: Fraction(1)}, {"n": 1})


@pytest.mark.parametrize(
    ("term", "hypotheses", "needed"),
    [
        (power(t, -1), [], "not 0"),
        (power(t, -1), [NONNEGATIVE], "not 0"),
        (power(t, -1), [Rel(ZERO, "<=", u)], "not 0"),
        (power(ZERO, -1), [], "not 0"),
        (power(sub(t, t), -1), [], "not 0"),
        (power(power(t, 2), -1), [], "not 0"),
        (sqrt(t), [], ">= 0"),
        (sqrt(neg(t)), [POSITIVE], ">= 0"),
        (sqrt(rat(-2)), [], ">= 0"),
        (Pow(t, Fraction(-1, 2)), [NONNEGATIVE], "> 0"),
        (Pow(t, Fraction(-1, 2)), [Rel(t, "<", rat(2))], "> 0"),
        (Pow(ZERO, Fraction(-1, 2)), [], "> 0"),
        (div(ONE, add(ONE, t)), [], "not 0"),
        (mul(ZERO, power(t, -1)), [], "not 0"),
        (sum_over("i", Ix(None, 0), Ix("n"), power(IxVal(i), -1)), [], "not 0"),
        (power(IxVal(Ix("n")), -1), [Le(Ix(None, 0), Ix("n"))], "not 0"),
        (E(power(t, -1)), [], "not 0"),
        (Abs(power(t, -1)), [], "not 0"),
        (power(power(t, -1), -1), [NONNEGATIVE], "not 0"),
    ],
)
def test_what_may_be_undefined_is_refused(
    term: Term, hypotheses: list[Formula], needed: str
) -> None:
    with pytest.raises(SideConditionError, match=f"definedness.*{needed}"):
        claim(reflexive(term, *hypotheses), dict(AT_ONE), {"n": 1})


def test_hypotheses_are_checked_too() -> None:
    theorem = weaken(reflexive(t), Rel(power(u, -1), "<=", rat(5)))
    with pytest.raises(SideConditionError, match=r"definedness.*Var u"):
        claim(theorem, dict(AT_ONE))
    claim(weaken(theorem, Rel(ZERO, "<", u)), dict(AT_ONE))


def test_inside_an_expectation_a_random_fact_does_not_count() -> None:
    """Where g > 0 at this outcome, E[1/g] still averages over the others."""
    hypothesis = Rel(ZERO, "<", r)
    values = {r: Fraction(1)}
    claim(reflexive(power(r, -1), hypothesis), values)
    with pytest.raises(SideConditionError, match="definedness"):
        claim(reflexive(E(power(r, -1)), hypothesis), values)


def test_facts_must_not_assume_more_than_the_claim() -> None:
    theorem, positive = reflexive(power(t, -1)), assume(SCALARS, POSITIVE)
    with pytest.raises(SideConditionError, match="only assuming"):
        claim(theorem, dict(AT_ONE), definedness=(positive,))
    published = claim(weaken(theorem, POSITIVE), dict(AT_ONE), definedness=(positive,))
    check(published.definedness == (positive,), "it was used")


def test_facts_that_are_not_needed_are_dropped() -> None:
    spare = fact(u, "<")
    published = claim(reflexive(power(t, -1), POSITIVE), dict(AT_ONE), definedness=(spare,))
    check(published.definedness == ())


def test_facts_come_from_the_same_theory() -> None:
    with pytest.raises(TheoryError):
        claim(reflexive(t), dict(AT_ONE), definedness=(fact(t, "<", theory=small.SMALL),))


def test_under_a_binder_the_range_is_known_and_needed() -> None:
    below = small.root_of_moment()
    theorem, facts = small.quotient(), (below, small.second_moment_nonnegative())
    values, numbers = small.VALUES, small.INDICES
    published = claim(theorem, dict(values), numbers, facts)
    check(set(published.definedness) == set(facts))
    with pytest.raises(SideConditionError, match="not 0"):
        claim(theorem, dict(values), numbers, facts[1:])
    before_the_first = power(small.proc("D", Ix(None, 0), i), -1)
    signs = [Rel(ZERO, "<", small.EPS), *small.BETAS]
    with pytest.raises(SideConditionError, match="not 0"):  # the facts speak of k >= 1
        claim(reflexive(before_the_first, *signs, theory=small.SMALL), dict(values), numbers, facts)


def test_abbreviations_count_where_they_are_mentioned() -> None:
    """D = sqrt(v + eps) is not known to root a non-negative number without 0 <= v."""
    theorem = reflexive(small.proc("D", k, i), *small.STEP, theory=small.SMALL)
    with pytest.raises(SideConditionError, match=r"definedness.*App eps"):
        claim(theorem, dict(small.VALUES), small.INDICES)
    for hypothesis in (Rel(ZERO, "<", small.EPS), *small.BETAS):
        theorem = weaken(theorem, hypothesis)
    moment = small.second_moment_nonnegative()
    claim(theorem, dict(small.VALUES), small.INDICES, (moment,))


def test_recursions_count_where_the_proof_uses_them() -> None:
    """x[k+1] divides by D: the descent lemma needs 0 < D though it does not show it."""
    theorem, moment = small.descent(), small.second_moment_nonnegative()
    point = dict(small.VALUES)
    for hypothesis in (Rel(ZERO, "<", small.EPS), *small.BETAS):
        theorem = weaken(theorem, hypothesis)
    claim(theorem, point, small.INDICES, (small.root_of_moment(), moment))
    theory = replace(small.SMALL, definitions=small.DEFINITIONS)
    moved = small.coord(small.x(k.shift(1)), i)
    unused = reflexive(moved, *small.STEP, theory=theory)
    claim(unused, point, small.INDICES)
    used = norm(theory, moved, theory.definition_table["x"].right, (*small.STEP, *small.EVERY),
                (("x", ()),))  # fmt: skip
    with pytest.raises(SideConditionError, match="definedness"):
        claim(used, point, small.INDICES)


def divided(kind: str, left: App, *ranges: Le, right: Term | None = None) -> Theory:
    definition = Definition("Y", kind, left, ranges, right or power(App("z", ()), -1))  # type: ignore[arg-type]
    symbols = (Symbol("Y", ("index",)), Symbol("z", ()), Symbol("x", ("index",), "point"),
               Symbol("f", ("point",)))  # fmt: skip
    return Theory("t", symbols, ("K",), (), (definition,))


@pytest.mark.parametrize(
    ("left", "ranges", "mention"),
    [
        (App("Y", (k,)), (), App("Y", (Ix("n", 3),))),
        (App("Y", (k,)), (Le(first, k),), App("Y", (Ix("n"),))),
        (App("Y", (Ix(None, 0),)), (), App("Y", (Ix("n"),))),
        (App("Y", (Ix("K", 1),)), (), App("Y", (Ix("n"),))),
        (coord(PointApp("x", (k,)), i), (), coord(PointApp("x", (first,)), first)),
        (coord(PointApp("x", (k,)), i), (), App("f", (PointApp("x", (first,)),))),
        (coord(PointApp("x", (k,)), first), (), App("f", (PointApp("x", (first,)),))),
        (App("Y", (k,)), (), sum_over("n", first, Ix("K"), App("Y", (Ix("n"),)))),
        (App("Y", (k,)), (), App("f", (point_of("n", App("Y", (Ix("n"),))),))),
        (App("Y", (k,)), (), coord(point_of("n", App("Y", (Ix("n"),))), i)),
    ],
)
def test_an_abbreviation_that_may_apply_counts(
    left: App, ranges: tuple[Le, ...], mention: Term
) -> None:
    numbers = {"n": 1, "K": 1, "i": 1}
    theory = divided("abbreviation", left, *ranges)
    with pytest.raises(SideConditionError, match="definedness"):
        claim(reflexive(mention, theory=theory), {}, numbers)
    stated = reflexive(mention, Rel(ZERO, "<", App("z", ())), theory=theory)
    claim(stated, {App("z", ()): Fraction(1)}, numbers)


def test_a_variable_point_is_no_process() -> None:
    theory = divided("abbreviation", coord(PointApp("x", (k,)), i))
    claim(reflexive(App("f", (PointVar("p", "any"),)), theory=theory), {}, {})


def test_an_abbreviation_may_be_recursive() -> None:
    before = App("Y", (k.shift(-1),))
    theory = divided("abbreviation", App("Y", (k,)), Le(first, k), right=sqrt(before))
    with pytest.raises(SideConditionError, match="definedness"):
        claim(reflexive(App("Y", (k,)), theory=theory), {}, {"k": 1})
    theory = divided("abbreviation", App("Y", (k,)), Le(first, k), right=sqrt(Abs(before)))
    claim(reflexive(App("Y", (k,)), theory=theory), {}, {"k": 1})


# --- satisfiable hypotheses -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hypotheses", "values", "numbers", "reason"),
    [
        ([POSITIVE, Rel(t, "<", ZERO)], {t: Fraction(1)}, {}, "not seen to hold"),
        ([Rel(ONE, "<=", ZERO)], {}, {}, "not seen to hold"),
        ([POSITIVE], {t: Fraction(0)}, {}, "not seen to hold"),
        ([Rel(mul(t, t), "=", rat(2))], {t: Fraction(3, 2)}, {}, "not seen to hold"),
        ([Rel(sqrt(rat(8)), "=", mul(rat(2), sqrt(rat(2))))], {}, {}, "not seen to hold"),
        ([Le(first, Ix("n")), Le(Ix("n"), Ix(None, 0))], {}, {"n": 1}, "not seen to hold"),
        ([Le(first, Ix("n"))], {}, {}, "indices"),
        ([POSITIVE], {t: 1}, {}, "not the value"),
        ([POSITIVE], {t: 1.0}, {}, "not the value"),
        ([POSITIVE], {t: Fraction(1), add(t, u): Fraction(1)}, {}, "not the value"),
        ([Rel(ZERO, "<", E(r))], {E(r): Fraction(1)}, {}, "not the value"),
        ([Rel(E(power(r, 2)), "<", ZERO)], {r: Fraction(1)}, {}, "not seen to hold"),
        ([Rel(ZERO, "<", E(r)), Rel(r, "<=", ZERO)], {r: Fraction(1)}, {}, "not seen to hold"),
        ([Fin(r, Fraction(1))], {r: Fraction(1)}, {}, "may not assume"),
        ([All((t,), (), Rel(t, "<=", t))], {}, {}, "may not assume"),
    ],
)
def test_hypotheses_that_are_not_satisfied_are_refused(
    hypotheses: list[Formula], values: Values, numbers: dict[str, int], reason: str
) -> None:
    with pytest.raises(SideConditionError, match=reason):
        claim(reflexive(t, *hypotheses), values, numbers)


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(MissingAtom, match="Var t"):
        claim(reflexive(t, POSITIVE))


def test_an_index_of_the_conclusion_needs_a_number() -> None:
    theorem = reflexive(IxVal(Ix("n")))
    with pytest.raises(SideConditionError, match="indices"):
        claim(theorem)
    claim(theorem, {}, {"n": -3})


def test_what_is_defined_is_computed() -> None:
    """sigma_s = -1 and 0 = v[2,1] - 1 contradict their definitions, whatever a witness says."""
    sigma_s, moment = small.const("sigma_s"), small.proc("v", Ix(None, 2), first)
    numbers = {"K": 2, "d": 2}
    theorem = reflexive(ZERO, Rel(sigma_s, "=", rat(5)), theory=small.SMALL)
    noise = {small.sigma(first): Fraction(3), small.sigma(Ix(None, 2)): Fraction(4)}
    claim(theorem, noise, numbers)
    with pytest.raises(SideConditionError, match="defined"):
        claim(theorem, {sigma_s: Fraction(5)}, numbers)
    with pytest.raises(SideConditionError, match="not seen"):
        claim(theorem, {**noise, small.sigma(first): Fraction(1)}, numbers)
    with pytest.raises(MissingAtom, match="sigma"):
        claim(theorem, {small.sigma(first): Fraction(5)}, numbers)
    theorem = reflexive(ZERO, Rel(moment, "=", rat("3/4")), theory=small.SMALL)
    steps = {small.proc("g", Ix(None, n), first): Fraction(1) for n in (1, 2)}
    claim(theorem, {small.BETA: Fraction(1, 2), **steps}, numbers)
    with pytest.raises(SideConditionError, match="defined"):
        claim(theorem, {moment: Fraction(3, 4)}, numbers)
    outside = small.proc("v", Ix(None, 3), first)  # K = 2: the recursion does not say what v[3] is
    claim(
        reflexive(ZERO, Rel(outside, "=", ONE), theory=small.SMALL), {outside: Fraction(1)}, numbers
    )


def test_expectations_of_a_world_without_chance() -> None:
    hypothesis = Rel(E(power(r, 2)), "<=", rat(4))
    claim(reflexive(t, hypothesis), {r: Fraction(2)})
    with pytest.raises(SideConditionError):
        claim(reflexive(t, hypothesis), {r: Fraction(3)})


@pytest.mark.parametrize("name", ["", "1", "a b", "a/b", "é", "a" * 65, "a\n"])
def test_ids_are_checked(name: str) -> None:
    with pytest.raises(SortError):
        publish(small.young(), name, "t", "lemma", (), ({}, {}))


def test_kinds_are_checked() -> None:
    with pytest.raises(SortError):
        publish(small.young(), "c", "t", "fact", (), ({}, {}))  # type: ignore[arg-type]


# --- identity ---------------------------------------------------------------------------------


def content(of: Claim) -> dict[str, list[object]]:
    found: dict[str, list[object]] = json.loads(of.canonical_bytes())
    return found


def test_the_bytes_hold_all_declarations_used() -> None:
    found = {c.id: content(c) for c in small.claims()}
    check([a[1] for a in found["mean"]["axioms"]] == ["A2"])  # type: ignore[index]
    used = [d[1] for d in found["quotient"]["definitions"]]  # type: ignore[index]
    check(used == ["D", "v", "v.0"], used)
    symbols = [s[1] for s in found["quotient"]["symbols"]]  # type: ignore[index]
    check(symbols == ["D", "beta", "eps", "g", "v"], symbols)
    check(found["quotient"]["index_constants"] == ["K", "d"])
    check(found["young"] == {**found["young"], "axioms": [], "definitions": [], "symbols": []})


def test_abbreviations_mentioned_belong_to_the_bytes() -> None:
    gap = small.const("Delta")
    theorem = reflexive(gap, theory=small.SMALL)
    names = [d[1] for d in json.loads(canonical_bytes(theorem, theorem.uses))["definitions"]]
    check(names == ["Delta"], names)


def test_what_is_said_elsewhere_does_not_matter() -> None:
    one = publish(small.young(), "a", "t", "lemma", (), ({}, {}))
    larger = Theory("other", (Symbol("q", ()),))
    two = publish(small.young(larger), "b", "u", "theorem", (), ({}, {"n": 1}))
    check(one.canonical_bytes() == two.canonical_bytes() and one.sha256 == two.sha256)


def test_a_changed_declaration_changes_the_bytes() -> None:
    def of(theory: Theory) -> bytes:
        theorem = axiom(theory, "A2")
        return canonical_bytes(theorem, theorem.uses)

    whole = of(small.SMALL)
    check(of(replace(small.SMALL, name="renamed")) == whole)
    for change in (
        {"source": "elsewhere"},
        {"kind": "axiom"},
        {"group": "A9"},
        {"hypotheses": small.STEP},
    ):
        changed = tuple(
            replace(a, **change) if a.name == "A2" else a  # type: ignore[arg-type]
            for a in small.AXIOMS
        )
        check(of(replace(small.SMALL, axioms=changed)) != whole, change)
    symbols = tuple(replace(s, adapted=(0, 1)) if s.name == "g" else s for s in small.SYMBOLS)
    check(of(replace(small.SMALL, symbols=symbols, definitions=())) != whole)
    check(of(replace(small.SMALL, index_constants=("K", "d", "i"))) != whole)


def test_one_digit_changes_the_bytes() -> None:
    found = {
        publish(reflexive(t, Rel(t, op, Rat(c))), "c", "t", "lemma", (), ({t: at}, {})).sha256  # type: ignore[arg-type]
        for op, c, at in (
            ("<", Fraction(1), Fraction(0)),
            ("<=", Fraction(1), Fraction(0)),
            ("<", Fraction(2), Fraction(0)),
            ("=", Fraction(2), Fraction(2)),
        )
    }
    check(len(found) == 4)


def test_facts_behind_definedness_are_listed() -> None:
    symbols = (Symbol("z", ()),)
    z = App("z", ())
    law = Axiom("law", "law", "assumption", (), Rel(ZERO, "<", z), "")
    theory = Theory("t", symbols, (), (law,))
    published = claim(reflexive(power(z, -1), theory=theory), {}, {}, (axiom(theory, "law"),))
    check(published.uses == {"axiom:law"})
    check(len(content(published)["axioms"]) == 1)
