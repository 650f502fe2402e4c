"""Claims in exact worlds: against float trees, against the kernel's axioms, and at the edges."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
import torch
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.evaluate import Statement
from ratecert.numeric_checks.exact import from_fraction
from ratecert.numeric_checks.instances.profile import Profile, ProfileBatch
from ratecert.numeric_checks.scenarios import (
    Scenario,
    ScenarioError,
    Step,
    examine,
    stated,
)
from ratecert.numeric_checks.scenarios.axioms import broken_axioms
from ratecert.numeric_checks.scenarios.world import MAX_BITS, limited
from ratecert.numeric_checks.trees import Forest, evaluate_on, grow
from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.kernel.terms import (
    App,
    Ix,
    PointApp,
    PointVar,
    Rel,
    Term,
    add,
    coord,
    power,
    rat,
    sqrt,
)
from ratecert.proofs.language import E as Mean
from ratecert.proofs.language import Theory, within
from ratecert.proofs.library.setting import stochastic_setting
from ratecert.proofs.theorems.adamw import adamw

from .strategies import scenarios

ALL = ("A0", "A1", "A2", "A3")
HALF = Fraction(1, 2)


def forest(s: Scenario) -> Forest:
    """The same world in floats."""
    if s.objective is None:
        raise ValueError("no objective")

    def row(values: tuple[Fraction, ...]) -> torch.Tensor:
        return torch.tensor([[float(v) for v in values]], dtype=torch.float64)

    own = {p.name for p in NADAMW.parameters}
    numbers = {n: torch.tensor([float(v)], dtype=torch.float64) for n, v in s.choices.items()}
    start = s.objective.exact_value([from_fraction(v) for v in s.start])
    gap = float(Fraction(int(start.p), int(start.q)) - s.f_star)
    total = math.sqrt(sum(v**2 for v in s.sigma))
    constants = {"L": float(s.L), "fstar": float(s.f_star), "Delta": gap, "sigma_s": total}
    return Forest(
        NADAMW, ProfileBatch.of((s.objective,)), row(s.start),
        torch.tensor([[[float(p) for p in t.probabilities] for t in s.steps]], dtype=torch.float64),
        tuple(
            torch.tensor([[[[float(v) for v in r] for r in node] for node in t.values]],
                         dtype=torch.float64)
            for t in s.steps
        ),
        {n: v for n, v in numbers.items() if n in own},
        {**{n: torch.tensor([v], dtype=torch.float64) for n, v in constants.items()},
         "sigma": row(s.sigma)},
    )  # fmt: skip


CLAIMS = ("L1", "L3", "L4.first", "L4", "L5", "L6", "L7.mean", "L7.total", "L8", "noise")


@pytest.mark.parametrize("name", CLAIMS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_the_worst_place_is_that_of_the_float_trees(name: str, data: st.DataObject) -> None:
    own = {"L3": {"rho": HALF}, "L4": {"t": HALF}}.get(name, {})
    world = data.draw(scenarios(f"adamw.{name}", b=2, **own))
    found = examine(world, without=[n + 1 for n, _ in enumerate(stated(world.claim).claim.given)])
    tree = forest(world)
    grown = grow(tree)
    variables = {n: torch.tensor([float(v)], dtype=torch.float64) for n, v in own.items()}
    # without hypotheses but those on indices
    statement = stated(world.claim).statement
    kept = Statement(name, statement.conclusion, statement.index_hypotheses, statement.unfold)
    floats = evaluate_on(kept, grown, variables)
    assert found.checked == floats.left.shape[1]
    if found.worst is not None and found.worst.ratio is not None:
        ratio = (floats.upper / floats.lower)[0]
        best = float(ratio[~ratio.isnan()].max())
        assert math.isclose(best, found.worst.ratio.middle, rel_tol=1e-9)


AXIOMS = {a.name: a for a in adamw.kernel().axioms}


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_A2_and_A3_are_decided_as_the_kernel_states_them(data: st.DataObject) -> None:
    world = data.draw(scenarios(b=2, fair=data.draw(st.booleans())))
    about = stated(world.claim)
    wrong = broken_axioms(world, about)
    for name in ("A2", "A3"):
        axiom = AXIOMS[name]
        assert isinstance(axiom.conclusion, Rel)
        statement = Statement(name, axiom.conclusion, axiom.hypotheses, about.statement.unfold)
        found = examine(world, statement, without=ALL)
        # sides that no rational shows to be equal: x^2 is irrational, and so is its gradient
        decided = {"violated": True, "holds": False}.get(found.outcome, name in wrong)
        assert decided == (name in wrong), str(found)


def still(claim: str, **changed: Fraction | int) -> Scenario:
    """f(y) = y^2/2 from 1, one step without noise."""
    values = {"eta": 1, "theta": 0, "beta": 0, "mu": 1, "eps": 1, "lam": 0, **changed}
    return Scenario(
        claim, 1, 1, Profile(((),), ((Fraction(1),),)), (Fraction(1),),
        (Step((Fraction(1),), (((Fraction(0),),),)),), Fraction(1), Fraction(0), (Fraction(0),),
        {name: Fraction(value) for name, value in values.items()},
    )  # fmt: skip


def test_the_constants_that_equations_define_are_solved_exactly() -> None:
    toss = Step((HALF, HALF), (((Fraction(7, 5),), (Fraction(-7, 5),)),))
    world = replace(
        still("adamw.rate.canonical"), steps=(toss,) * 3, K=3, sigma=(Fraction(7, 5),),
        choices={"beta": Fraction(3, 4), "lam": Fraction(1, 50), "mu": Fraction(1)},
    )  # fmt: skip
    # s = (1/6)^(1/2)/(7/5) is irrational, and so is theta = 1 - s, which six hypotheses speak of
    found = examine(world)
    assert found.outcome == "holds" and found.checked == 1
    s = Fraction(math.sqrt(1 / 6) / 1.4)
    near = replace(world, choices={**world.choices, "s": s})
    assert examine(near).failing == ("hypothesis fails: s = √(Δ·L/K)/h",)
    too_large = replace(world, choices={**world.choices, "lam": HALF})
    assert examine(too_large).failing[0].startswith("hypothesis fails: λ²")


def test_an_equation_that_nearly_holds_fails() -> None:
    statement = stated("nadamw.rate").statement
    mixed = [h for h in statement.relations if stated("nadamw.rate").shown(h) == "μ = θ"]
    base = stated("adamw.L5").statement
    only = replace(base, hypotheses=(*mixed, *base.index_hypotheses))
    world = still("adamw.L5", theta=HALF, mu=HALF)
    assert examine(world, only).outcome == "holds"
    near = replace(world, choices={**world.choices, "mu": HALF + Fraction(1, 10**50)})
    assert examine(near, only).failing == ("hypothesis fails: μ = θ",)


def test_what_agrees_to_all_digits_is_undecided() -> None:
    # (1 + sqrt 2)^(1/2) is no sum of roots of rationals; both sides are the same, written apart
    world = still("adamw.L5")
    nested = sqrt(add(rat(1), sqrt(rat(2))))
    double = Rel(sqrt(add(rat(4), power(rat(32), HALF))), "<=", add(nested, nested))
    found = examine(world, Statement("nested", double))
    assert found.outcome == "undecided" and found.method == "the sides agree to about 481 digits"
    strict = Statement("strict", Rel(sqrt(rat(8)), "<", add(sqrt(rat(2)), sqrt(rat(2)))))
    assert examine(world, strict).outcome == "violated"


def test_the_worst_place_is_reported() -> None:
    # n is g: 1 + 1 or 1 - 1 at the first step, then 1, as eta = 0
    toss = Step((HALF, HALF), (((Fraction(1),), (Fraction(-1),)),))
    none = Step((Fraction(1),), (((Fraction(0),),),))
    world = replace(still("adamw.L1", eta=0), steps=(toss, none), K=2, sigma=(Fraction(1),))
    about = stated("adamw.L1").statement
    smaller = replace(
        about, conclusion=Rel(about.conclusion.left, "<=", App("g", (Ix("k"), Ix("i"))))
    )
    found = examine(world, smaller)
    assert found.outcome == "violated" and found.worst is not None
    assert (found.worst.indices, found.worst.node) == ({"i": 1, "k": 1}, (1,))
    assert str(found.worst) == "i = 1, k = 1, after the outcomes 1"
    assert found.ratio is not None and found.ratio.low == 2  # 2^2 <= 2
    assert found.located.indices == {"i": 1, "k": 1}
    assert examine(replace(world, indices={"k": 2}), smaller).worst != found.worst


def test_what_is_missing_is_named() -> None:
    world = still("adamw.L5")
    without = {name: value for name, value in world.choices.items() if name != "beta"}
    with pytest.raises(ScenarioError, match="no value of the hyperparameter beta"):
        examine(replace(world, choices=without))
    with pytest.raises(ScenarioError, match=r"choices\.gamma: the constants of adamw\.L5 are"):
        examine(replace(world, choices={**world.choices, "gamma": HALF}))
    with pytest.raises(ScenarioError, match="no value for the variable rho"):
        examine(replace(world, claim="adamw.L3"))
    with pytest.raises(ScenarioError, match=r"indices\.j: the free indices are"):
        examine(replace(world, indices={"j": 1}))
    with pytest.raises(ScenarioError, match=r"norms\.N1\.lower: no value for the point x"):
        examine(replace(world, claim="norms.N1.lower", choices={}))


def test_an_index_outside_its_range() -> None:
    found = examine(replace(still("adamw.L5"), indices={"k": 2}))
    assert found.outcome == "outside" and found.failing == ("hypothesis fails: k ≤ K",)


@pytest.mark.parametrize(
    "label", ["adamw.py:L1", "adamw.L1.py", "/tmp/x.py:L1", "nothing.L1", "adamw."]
)
def test_no_label_loads_a_file(label: str, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "adamw.py").write_text("raise SystemExit('loaded')")
    with pytest.raises(ScenarioError, match="claim"):
        examine(replace(still("adamw.L5"), claim=label))


# --- theories of others ---------------------------------------------------------------------------


def own_theory(bound: int, *, silent: bool = False) -> Theory:
    """The setting of SGD, with a bound of the oracle as one more axiom."""
    from ratecert.optimizers.recursions import SGD

    theory = Theory("own")
    s = stochastic_setting(theory, SGD)
    if silent:
        theory.define("g", s.g[s.k, s.i], s.G[s.k, s.i], [s.steps, s.coordinates])
    else:
        theory.assume("bounded", (s.g[s.k, s.i], "<=", bound), [s.steps, s.coordinates])

    @theory.lemma("negative", title="", given=[within(s.k, 1, s.K), within(s.i, 1, s.d)],
                  claim=(Mean(s.g[s.k, s.i]), "<=", 0))  # fmt: skip
    def negative(proof):  # type: ignore[no-untyped-def]
        return None

    return theory


def test_an_axiom_of_the_author_is_evaluated_too() -> None:
    world = replace(still("own.negative"), choices={"eta": Fraction(1)})
    claim = own_theory(1).claimed("negative")
    found = examine(world, claim=claim)
    assert found.outcome == "violated"
    claim = own_theory(0).claimed("negative")
    found = examine(world, claim=claim)
    assert found.outcome == "outside"
    assert found.failing == ("bounded: violated at i = 1, k = 1, after the outcomes 1",)
    found = examine(world, claim=claim, without=["bounded"])
    assert found.outcome == "violated" and found.broken[0].startswith("bounded")


def test_an_oracle_that_the_theory_defines_is_not_replaced() -> None:
    claim = own_theory(1, silent=True).claimed("negative")
    with pytest.raises(ScenarioError, match="own defines g, which a scenario gives a value to"):
        examine(replace(still("own.negative"), choices={"eta": Fraction(1)}), claim=claim)


# --- bounds, and what a world does not have -------------------------------------------------------


def test_too_many_places() -> None:
    toss = Step((HALF, HALF), (((Fraction(1),), (Fraction(-1),)),))
    world = replace(still("adamw.L1", theta=HALF, beta=HALF), steps=(toss,) * 12, K=12,
                    sigma=(Fraction(1),))  # fmt: skip
    with pytest.raises(ScenarioError, match="more than 20000 places: fix some of"):
        examine(world)
    assert examine(replace(world, indices={"k": 1})).outcome == "holds"


def test_rationals_that_grow_become_balls() -> None:
    value = limited(from_fraction(Fraction(1, 2**MAX_BITS)))
    assert isinstance(value, arb) and value.contains(from_fraction(Fraction(1, 2**MAX_BITS)))
    assert limited(from_fraction(HALF)) == from_fraction(HALF)


def test_a_world_has_its_own_times_and_coordinates() -> None:
    world = still("adamw.L5")
    about = stated("adamw.L5").statement

    def claimed(left: Term) -> Statement:
        return replace(about, conclusion=Rel(left, "<=", left), hypotheses=())

    one, two = Ix(None, 1), Ix(None, 2)
    assert examine(world, claimed(coord(PointApp("x", (two,)), one))).outcome == "holds"
    for left, says in (
        (coord(PointApp("x", (Ix(None, 3),)), one), r"x\[3\]: there are x\[1\], ..., x\[2\]"),
        (coord(PointApp("x", (Ix(None, 0),)), one), r"x\[0\]: there are"),
        (App("m", (two, one)), r"m\[2\]: the iterations are 1, ..., 1"),
        (App("g", (Ix(None, 0), one)), r"g\[0\]: the iterations are 1"),
        (App("g", (one, two)), r"coordinate 2 of a point of R\^1"),
        (App("sigma", (two,)), r"sigma has coordinates 1..1, not 2"),
        (App("f", (PointVar("y", "any"),)), "no value for the point y"),
    ):
        with pytest.raises(ScenarioError, match=says):
            examine(world, claimed(left))
    assert examine(world, claimed(App("m", (Ix(None, 0), one)))).outcome == "holds"
    flat = replace(world, objective=None, start=(), steps=(), points={"y": (HALF,)})
    with pytest.raises(ScenarioError, match="no objective is given, so f has no value"):
        examine(flat, claimed(App("f", (PointVar("y", "any"),))))


def test_what_no_relation_is_cannot_be_examined() -> None:
    names = [c.label for c in adamw.claims.values() if c.of_integrability]
    with pytest.raises(ScenarioError, match="claims no relation"):
        examine(still(names[0]))
