"""What ``prove`` and ``prove_sign`` do with processes, sums, expectations, cases, and failure."""

from __future__ import annotations

from fractions import Fraction

import pytest
from scalar_goals import X, eq, le, lt, mod, nonneg, num, pos, root, sqrt, var

from helpers import check
from ratecert.proofs.finders import (
    Counterexample,
    Undecided,
    prove,
    prove_sign,
    semidefinite,
    show,
    smt,
)
from ratecert.proofs.finders import prove as prove_module
from ratecert.proofs.kernel import terms as K
from ratecert.proofs.kernel.errors import SortError
from ratecert.proofs.kernel.exact import holds
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import assume, axiom
from ratecert.proofs.kernel.terms import App, E, Ix, Le, Rel
from ratecert.proofs.kernel.theory import Axiom, Definition, Symbol, Theory

a, b, c, t, w, x, y, z, P, Q, Z = var("a", "b", "c", "t", "w", "x", "y", "z", "P", "Q", "Z")
k, i, one = Ix("k"), Ix("i"), Ix(None, 1)


def process(name: str, *args: Ix | K.Term) -> X:
    return X(App(name, args))


THEORY = Theory(
    "processes",
    symbols=(
        Symbol("m", ("index", "index"), adapted=(0, 0)),
        Symbol("v", ("index", "index"), adapted=(0, 0)),
        Symbol("g", ("index", "index"), adapted=(0, 0)),
        Symbol("theta", ()),
    ),
    index_constants=("K", "d"),
    axioms=(
        Axiom("v_nonneg", "v", "axiom", (Le(Ix(None, 0), k),), le(0, process("v", k, i)), "test"),
    ),
    definitions=(
        Definition(
            "m_step", "recursion", App("m", (k, i)), (Le(one, k),),
            (
                process("theta") * process("m", k.shift(-1), i)
                + (1 - process("theta")) * process("g", k, i)
            ).term,
        ),
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def without_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "available", lambda: False)
    monkeypatch.setattr(semidefinite, "available", lambda: False)


def run(goal: Rel, *given: Rel, **options: object) -> object:
    return prove(THEORY, goal, [assume(THEORY, h) for h in given], **options)  # type: ignore[arg-type]


def proved(result: object) -> Theorem:
    check(isinstance(result, Theorem), getattr(result, "text", result))
    assert isinstance(result, Theorem)
    return result


def refuted(result: object) -> Counterexample:
    check(isinstance(result, Counterexample), getattr(result, "text", result))
    assert isinstance(result, Counterexample)
    return result


def undecided(result: object) -> Undecided:
    check(isinstance(result, Undecided), getattr(result, "text", result))
    assert isinstance(result, Undecided)
    return result


# --- failure ---


def test_true_but_out_of_reach() -> None:
    motzkin = 1 + x**2 * y**2 * (x**2 + y**2 - 3)
    answer = undecided(run(le(0, motzkin), degree=2))
    check("products of degree 2" in answer.tried and "counterexamples" in answer.tried, answer.text)
    check("degree 2" in answer.text, answer.text)


def test_irrational_equality_is_not_refuted() -> None:
    answer = run(eq(x, 0), eq(x**2, 2), degree=2)
    check(not isinstance(answer, Theorem), answer)
    check(isinstance(answer, Undecided), answer)


def test_unproved_side_conditions_are_named() -> None:
    motzkin = 1 + x**2 * y**2 * (x**2 + y**2 - 3)
    answer = undecided(run(le(0, motzkin + sqrt(w - z)), degree=2))
    check(le(0, w - z) in answer.needed and "0 <= w - z" in answer.text, answer.text)


def test_contradictory_facts_prove_anything() -> None:
    theorem = proved(run(lt(1, 0), *pos(x), lt(x, 0)))
    check(len(theorem.hypotheses) == 2, theorem)
    proved(run(eq(x, y), lt(x * y, 0), *nonneg(x, y)))


def test_ill_formed_goals_raise() -> None:
    with pytest.raises(SortError):
        run(Rel(App("unknown", ()), "<=", K.ZERO))


def test_a_fact_is_its_own_proof() -> None:
    fact = assume(THEORY, le(x, y))
    check(prove(THEORY, le(x, y), [fact]) is fact, "proved anew")


def test_degree_one_searches_linear_steps_only() -> None:
    proved(run(le(a * x + y, a * z + w), le(x, z), le(y, w), *nonneg(a), degree=1))
    undecided(run(le(0, x**2 * (1 - x) + x * (1 - x) ** 2 + x**3), *nonneg(x), degree=1))


def test_equations_are_refuted_at_a_point() -> None:
    answer = refuted(run(eq((x + y) ** 2, x**2 + y**2)))
    check(holds(eq((x + y) ** 2, x**2 + y**2), answer.point) is False, answer.text)


# --- roots, absolute values, cases ---


@pytest.mark.parametrize(
    ("goal", "given"),
    [
        (le(mod(x + y), mod(x) + mod(y)), ()),
        (le(mod(mod(x) - mod(y)), mod(x - y)), ()),
        (le(mod(x * y), (x**2 + y**2) / 2), ()),
        (le(X(K.maximum(x.term, y.term)), z), (le(x, z), le(y, z))),
        (le(X(K.minimum(x.term, y.term)), (x + y) / 2), ()),
        (lt(0, mod(x)), pos(x)),
        (eq(mod(x) * mod(y), mod(x * y)), ()),
        (eq(sqrt(x) * sqrt(y), sqrt(x * y)), nonneg(x, y)),
        (le(sqrt(x), sqrt(y)), (*nonneg(x), le(x, y))),
        (le(1 / sqrt(y), 1 / sqrt(x)), (*pos(x), le(x, y))),
        (le(root(x, 3) ** 2, root(y, 3) ** 2), (*nonneg(x), le(x, y))),
        (le(sqrt(1 - x**2), 1 - x**2 / 2), (*nonneg(x), le(x, 1))),
        (eq(c * sqrt(b), a), (*pos(a), eq(b, a**2 / c**2), *pos(c))),
        (le(x, 1), (le(x**2, 1),)),
        (eq(x, y), (eq(x + w, y + w),)),
        (eq(x, 2), (eq(x + y, 3), eq(x - y, 1))),
    ],
    ids=lambda v: show(v) if isinstance(v, Rel) else "",
)
def test_roots_and_cases(goal: Rel, given: tuple[Rel, ...]) -> None:
    theorem = proved(run(goal, *given))
    check(theorem.hypotheses <= set(given), theorem)


def test_cases_on_a_term_the_author_names() -> None:
    split = le(x * mod(x), x**2)
    theorem = proved(run(split, splits=(x.term,)))
    check(not theorem.hypotheses, theorem)


def test_cases_on_several_terms() -> None:
    schur = x * (x - y) * (x - z) + y * (y - x) * (y - z) + z * (z - x) * (z - y)
    order = ((x - y).term, (y - z).term, (x - z).term)
    given = nonneg(x, y, z)
    check(isinstance(run(le(0, schur), *given), Undecided), "easier than thought")
    proved(run(le(0, schur), *given, splits=order))


def test_squares_the_author_names() -> None:
    target = (x - 2 * y + 3 * z) ** 2 + (x + y) ** 2 + (y - 5 * z) ** 2
    flat = 2 * x**2 + 6 * y**2 + 34 * z**2 - 2 * x * y + 6 * x * z - 22 * y * z
    proved(run(eq(target, flat)))
    hints = ((x - 2 * y + 3 * z).term, (x + y).term, (y - 5 * z).term)
    proved(run(le(0, flat), degree=2, hints=hints))


# --- signs ---


@pytest.mark.parametrize(
    ("term", "given", "strict"),
    [
        ((1 - w**2) * Z, (*nonneg(w), le(w, 1), *nonneg(Z)), False),
        ((1 - w) * (2 - w) * sqrt(Z), (lt(w, 1), *pos(Z)), True),
        (w**2 * x + (1 - w**2) * Z, (*nonneg(w), le(w, 1), *nonneg(x, Z)), False),
        (1 - t**2 / b, (*pos(t), le(t, b), lt(b, 1)), True),
        (x**2 + mod(y) + 1, (), True),
        (1 / (1 - x) ** 2, (lt(x, 1),), True),
        (sqrt(x + 1) - 1, nonneg(x), False),
    ],
)
def test_signs(term: X, given: tuple[Rel, ...], strict: bool) -> None:
    theorem = prove_sign(THEORY, term.term, [assume(THEORY, h) for h in given], strict)
    wanted = lt(0, term) if strict else le(0, term)
    check(theorem is not None and theorem.conclusion == wanted, theorem)


def test_signs_that_do_not_hold() -> None:
    check(prove_sign(THEORY, (x - y).term, (), False) is None, "x - y")
    check(prove_sign(THEORY, (x**2).term, (), True) is None, "x^2")
    both = [assume(THEORY, lt(x, y))]
    check(prove_sign(THEORY, (x - y).term, both, True) is None, "x - y")
    theorem = prove_sign(THEORY, (x - y).term, both, True, either=True)
    check(theorem is not None and theorem.rel.op == "<", theorem)


# --- processes, sums, expectations ---


def test_schematic_facts_serve_at_other_indices() -> None:
    fact = axiom(THEORY, "v_nonneg")
    goal = le(0, process("v", k.shift(-1), i) + sqrt(process("v", k, i) + 1))
    theorem = proved(prove(THEORY, goal, [fact], ambient=(Le(one, k),)))
    check(theorem.hypotheses <= {Le(one, k), Le(Ix(None, 0), k)}, theorem)


def test_sides_inside_sums() -> None:
    facts = [axiom(THEORY, "v_nonneg"), assume(THEORY, le(x, 0)), assume(THEORY, lt(y, x + 1))]

    def summed(body: X) -> X:
        return X(K.sum_over("k", one, Ix("K"), body.term))

    gap = process("v", k, i) - x - y + 1
    theorem = proved(prove(THEORY, eq(summed(sqrt(gap) ** 2), summed(gap)), facts))
    check(theorem.hypotheses == {le(x, 0), lt(y, x + 1)}, theorem)


def test_definitions_are_unfolded() -> None:
    m, before, g = process("m", k, i), process("m", k.shift(-1), i), process("g", k, i)
    theta = process("theta")
    given = (*nonneg(theta), le(theta, 1))
    goal = le(m**2, theta * before**2 + (1 - theta) * g**2)
    options = {"unfold": (("m_step", ()),), "ambient": (Le(one, k),)}
    theorem = proved(run(goal, *given, **options))
    check(theorem.hypotheses == {*given, Le(one, k)}, theorem)
    check("definition:m_step" in theorem.uses, theorem.uses)
    answer = refuted(run(le(m**2, theta * before**2), *given, **options))
    check(set(answer.abstracted) >= {g.term}, answer.text)


def test_linear_steps_over_expectations() -> None:
    f = [X(E(process("g", Ix(None, n), i).term)) for n in (1, 2, 3)]
    goal = le(f[2] - f[0], 2 * c)
    proved(run(goal, le(f[1] - f[0], c), le(f[2], f[1] + c)))
    answer = refuted(run(le(f[2], f[0]), le(f[2], f[1] + c)))
    check(answer.abstracted and "independent" in answer.text, answer.text)


def test_index_ranges_are_numbers() -> None:
    count = X(K.IxVal(Ix("K")))
    ambient = (Le(one, k), Le(k, Ix("K")))
    proved(run(le(1 / count, 1), ambient=ambient))
    proved(run(le(X(K.IxVal(k)), count**2), ambient=ambient))
    answer = refuted(run(le(count, 3), ambient=ambient))
    check(all(v.denominator == 1 for v in answer.point.values()), answer.text)


def test_long_linear_step_with_multipliers() -> None:
    """The descent summed: twelve quantities, multipliers with roots and quotients."""
    eta, eps, rho, D, S, G, N, W, V = var("eta", "eps", "rho", "D", "S", "G", "N", "W", "V")
    given = (
        *pos(eta, eps, rho), lt(t, 1), *nonneg(t),
        le(P + Q, z + eta / (2 * sqrt(eps)) * (1 + rho) * G + (1 + 1 / rho) * S),
        le((1 + t) * G, N / (1 - t) + W * rho / (1 - t) ** 2), le(W, eta**2 / sqrt(eps) * V),
        le(S, D + 2 * P), *nonneg(Q, V),
    )  # fmt: skip
    inner = N / (1 - t) + eta**2 / sqrt(eps) * V * rho / (1 - t) ** 2
    right = z + eta / (2 * sqrt(eps)) * (1 + rho) * inner / (1 + t) + (1 + 1 / rho) * (D + 2 * P)
    theorem = proved(run(le(P, right), *given, degree=1))
    check(theorem.hypotheses <= set(given), theorem)


# --- the solver ---


def test_solver_proposals_are_decided_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    goal = lt(x**2 + num("1/1000000"), 2 * x * num("1000/999"))
    opinion = smt.ask([], goal, [x.term])
    if not smt.available():
        check(opinion is None, "an opinion without a solver")
        return
    check(opinion is not None and not opinion.true, opinion)
    check(smt.ask([], le(2 * x * y, x**2 + y**2), [x.term, y.term]).true, "Young")  # type: ignore[union-attr]
    check(isinstance(opinion.values[x.term], Fraction), opinion)  # type: ignore[union-attr]


def test_results_are_no_booleans() -> None:
    check(not isinstance(run(le(x, x)), bool), "a bool")
    check(callable(prove_module), "prove")
