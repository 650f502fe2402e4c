"""Theorems confronted with exact finite models of their theories.

``World`` is the model a theory declares, with arbitrary random variables and points for the free
ones, and the total semantics of docs/trust.md in place of a refusal of 1/0. A theorem that is
false somewhere in it is false.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from fractions import Fraction

from small_theory import SMALL

from ratecert.proofs.kernel.exact import holds
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.terms import (
    All,
    App,
    Formula,
    Ix,
    Le,
    PointApp,
    PointVar,
    Pow,
    Rel,
    Term,
    Var,
    coord,
    free_indices,
    rat,
    variables,
)
from ratecert.proofs.kernel.theory import Definition
from ratecert.proofs.models.check import Report, check_model
from ratecert.proofs.models.errors import ModelError, Undecided
from ratecert.proofs.models.evaluation import Env
from ratecert.proofs.models.interpretation import ClosedForm, Interpretation, NoiseOutcome
from ratecert.proofs.models.model import Model
from ratecert.proofs.models.numbers import exact
from ratecert.proofs.models.tree import Value

_ANY = tuple(Fraction(n) for n in ("-2", "-1", "-1/2", "0", "0", "1/4", "1", "2", "3"))


class World(Model):
    """A model in which free variables are random variables of their levels, drawn from ``seed``."""

    def __init__(self, model: Model, constants: Mapping[str, int], seed: int) -> None:
        super().__init__(model.theory, model.tree, model.noise)
        self.constants, self.seed, self._known = dict(constants), seed, model._known
        self._drawn: dict[object, Value] = {}

    def _draw(self, key: object, level: object, env: Env) -> Value:
        steps = len(self.tree.paths[0])
        at = self.index(level, env) if isinstance(level, Ix) else 0 if level == "det" else steps
        if (key, at) not in self._drawn:
            self._drawn[key, at] = [
                exact(random.Random(repr((self.seed, key, at, past))).choice(_ANY))
                for past in self.tree.past(at)
            ]
        return self._drawn[key, at]

    def variable(self, variable: Var, env: Env) -> Value:
        return self._draw((variable.name, str(variable.level)), variable.level, env)

    def point_variable(self, variable: PointVar, env: Env) -> Callable[[int], Value]:
        name = (variable.name, str(variable.level))
        return lambda n: self._draw((name, n), variable.level, env)

    def undefined(self, term: Pow, scenario: int) -> None:
        """1/0 = 0."""


class Judge:
    """Looks for places at which theorems of one theory are false."""

    def __init__(self, report: Report) -> None:
        if report.model is None or report.translation is None or report.verdict != "holds":
            raise ModelError(f"no model: {report.detail}")
        self.model, self.translation, self.sizes = report.model, report.translation, report.sizes
        self.seen: dict[tuple[frozenset[Formula], Formula], str] = {}
        self.checked = self.undecided = 0

    def refutes(self, theorem: Theorem, seed: int = 0, tries: int = 3) -> str:
        """Where the theorem is false; empty if it is not found to be."""
        return self.refutes_statement(theorem.hypotheses, theorem.conclusion, seed, tries)

    def refutes_statement(
        self, hypotheses: frozenset[Formula], conclusion: Formula, seed: int = 0, tries: int = 3
    ) -> str:
        """Where ``hypotheses |- conclusion`` is false; empty if it is not found to be."""
        stated = hypotheses, conclusion
        if stated not in self.seen:
            self.seen[stated] = self._refutes(hypotheses, conclusion, seed, tries)
        return self.seen[stated]

    def _refutes(
        self, hypotheses: frozenset[Formula], conclusion: Formula, seed: int, tries: int
    ) -> str:
        formulas = (*hypotheses, conclusion)
        if any(isinstance(f, All) for f in formulas):
            self.undecided += 1
            return ""
        draw, decided = random.Random(seed), False
        names = sorted(set().union(*(free_indices(f) for f in formulas)) - set(self.sizes))
        conditions = [h for h in hypotheses if isinstance(h, Le)]
        for number in range(tries):
            world = World(self.model, self.sizes, seed + number)
            env: dict[str, int] = {}
            for _ in range(60):
                env = {name: draw.choice((-1, 0, 1, 1, 2, 2, 3)) for name in names}
                if all(world.truth(c, env)[0] for c in conditions):
                    break
            try:
                read = [self.translation.node(f) for f in formulas]
                if world.refutes(read[:-1], read[-1], env):
                    return f"{formulas} is false at {env}, seed {seed + number}"
                decided = True
            except (Undecided, ModelError):
                continue
        self.checked += decided
        self.undecided += not decided
        return ""


def small_report() -> Report:
    """A model of ``small_theory``: two steps in R^2, f = 0, so that g is noise whatever x is."""
    k, i, half = Ix("k"), Ix("i"), Fraction(1, 2)
    first, last = Ix(None, 1), Ix("d")
    y = PointVar("y", "any")

    def given(name: str, left: App, right: object, ranges: tuple[Le, ...] = ()) -> Definition:
        term = rat(right) if isinstance(right, int | Fraction) else right
        return Definition(name, "abbreviation", left, ranges, term)  # type: ignore[arg-type]

    def value(name: str, number: int | Fraction) -> Definition:
        return given(f"given.{name}", App(name, ()), number)

    def table(name: str, *numbers: int | Fraction) -> list[Definition]:
        return [given(f"given.{name}.{n}", App(name, (Ix(None, n),)), number)
                for n, number in enumerate(numbers, 1)]  # fmt: skip

    steps, coordinates = (Le(first, k), Le(k, Ix("K"))), (Le(first, i), Le(i, last))
    equations = (
        value("L", 1), value("eps", 1), value("beta", half), value("eta", Fraction(1, 3)),
        value("fstar", -1), *table("sigma", 1, 2),
        given("given.x", coord(PointApp("x", (first,)), i), 2, coordinates),
        given("given.g", App("g", (k, i)), App("noise", (k, i)), (*steps, *coordinates)),
    )  # fmt: skip
    forms = (ClosedForm(App("f", (y,)), rat(0)), ClosedForm(App("grad", (y, i)), rat(0)))
    outcomes = tuple(
        NoiseOutcome(rat(Fraction(1, 4)), {"noise": (rat(u), rat(v))})
        for u in (1, -1) for v in (2, -2)
    )  # fmt: skip
    return check_model(SMALL, Interpretation(
        2, "k", {"K": 2, "d": 2}, forms, equations, (), ("noise",), outcomes))  # fmt: skip


def scalar_refutes(theorem: Theorem, seed: int) -> bool:
    """Is a theorem without symbols and expectations false at random rational numbers and points?"""
    draw = random.Random(seed)
    formulas = (*theorem.hypotheses, theorem.conclusion)
    if not all(isinstance(f, Rel | Le) for f in formulas):
        return False
    names = sorted(set().union(*(variables(f) for f in formulas)), key=lambda v: v.key)
    env: dict[Term, Fraction] = {v: draw.choice(_ANY) for v in names if isinstance(v, Var)}
    for v in names:
        if isinstance(v, PointVar):
            env |= {coord(v, Ix(None, j)): draw.choice(_ANY) for j in range(-3, 8)}
    loose = sorted(set().union(*(free_indices(f) for f in formulas)))
    at = {name: draw.randint(0, 3) for name in loose}
    met = all(holds(h, env, indices=at) is True for h in theorem.hypotheses)
    return met and holds(theorem.conclusion, env, indices=at) is False
