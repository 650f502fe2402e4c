"""The constants of a claim: the choices of a scenario, and what equations define."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from ...optimizers.batched import NonFiniteError
from ...proofs.kernel.terms import Rat, Rel, Term, sqrt
from ..exact import EvaluationError, enclosure, from_fraction
from ..hypotheses import decided, setting_of
from ..hypotheses.exactly import World
from ..hypotheses.solving import Equations
from ..simulate.run import ConstantValue
from .convexity import STRONG
from .scenario import Scenario, ScenarioError
from .stated import Stated


class Constants:
    """Values of hyperparameters and of the claim's own constants: ``values``, by name.

    Each is a rational or a closed kernel term, such as a root that an equation defines; what
    nothing determines has no value.

    Raises:
        ScenarioError: a choice names no constant of the claim.
    """

    def __init__(self, scenario: Scenario, about: Stated) -> None:
        setting = setting_of(about.claim, about.recursion)
        unknown = sorted(scenario.choices.keys() - setting.nodes.keys())
        if unknown:
            known = ", ".join(setting.nodes) or "none"
            raise ScenarioError(
                f"choices.{unknown[0]}", f"the constants of {scenario.claim} are: {known}"
            )
        self._scenario, self._setting = scenario, setting
        self._convex = about.of_convexity
        self.values: dict[str, Fraction | Term] = dict(scenario.choices)
        if setting.nodes.keys() - self.values.keys() and setting.equations:
            self._solve()

    def _solve(self) -> None:
        equations = Equations(self._setting.equations, self._setting.nodes)
        try:
            while (found := equations.next(self._world)) is not None:
                name, value = found
                self._world.values[name] = value.value if isinstance(value, Rat) else value
        except EvaluationError as error:
            raise ScenarioError("choices", f"an equation cannot be solved: {error}") from error
        self.values = self._world.values

    @cached_property
    def _world(self) -> World:
        scenario = self._scenario
        try:
            return World(self._base(), scenario.K, scenario.d, self._setting.unfold, self.values)
        except NonFiniteError as error:
            raise ScenarioError("", str(error)) from error

    def _base(self) -> dict[str, ConstantValue]:
        base, scenario = _base(self._scenario), self._scenario
        if STRONG in self._convex and scenario.objective is not None:
            base["mu"] = scenario.objective.mu
        return base

    def holds(self, relation: Rel) -> bool | None:
        """Does a hypothesis between constants hold? None if it is about more, or not decided.

        Other roots than square roots are compared here, too.
        """
        setting = self._setting
        if relation not in {*setting.equations, *setting.inequalities, *setting.about_base}:
            return None
        try:
            return decided(relation, self._world)
        except EvaluationError:
            return None


def _base(scenario: Scenario) -> dict[str, ConstantValue]:
    """What the world gives, under the names of the theories."""
    total = sum((level**2 for level in scenario.sigma), Fraction(0))
    base: dict[str, ConstantValue] = {
        "L": scenario.L,
        "fstar": scenario.f_star,
        "sigma": scenario.sigma,
        "sigma_s": sqrt(Rat(total)),
    }
    if scenario.objective is not None:
        base["x1"] = scenario.start
        at_start = scenario.objective.exact_value([from_fraction(v) for v in scenario.start])
        if (exact := enclosure(at_start)) is not None:
            base["Delta"] = exact.low - scenario.f_star
    return base
