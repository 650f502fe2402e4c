"""Worlds to plant falsehoods in, and the fixture ``planted``, which runs every test twice.

As ``right`` a test builds a claim that must be proved; as ``planted`` it builds the same claim with
one piece replaced, which must fail, and for the reason stated. So each test measures exactly the
difference that the replaced piece makes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ratecert.optimizers.recursions import SGD, Recursion
from ratecert.proofs.language import Claimed, Proof, Result, Sum, Theory, symbols, within
from ratecert.proofs.library.inequalities import inequalities
from ratecert.proofs.library.moments import integrable_run
from ratecert.proofs.library.setting import Setting, stochastic_setting
from ratecert.proofs.library.vectors import vectors
from ratecert.proofs.theorems import sgd as shipped

for _folder in (Path(__file__).parents[1], Path(__file__).parent):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

T = TypeVar("T")
Script = Callable[[Proof], Any]


class World:
    """SGD's setting in a theory of its own, with the shorthand of ``theorems/sgd.py``."""

    def __init__(self, theory: Theory, setting: Setting) -> None:
        self.theory, self.setting = theory, setting
        self.K, self.d, self.k, self.i = setting.K, setting.d, setting.k, setting.i
        self.L, self.Delta, self.sigma_s = setting.L, setting.Delta, setting.sigma_s
        self.f, self.x, self.g, self.G = setting.f, setting.x, setting.g, setting.G
        self.sigma, self.fstar = setting.sigma, setting.fstar
        (self.eta,) = symbols("eta")
        theory.witness |= {self.eta: 1}
        self.step, self.coordinate = within(self.k, 1, self.K), within(self.i, 1, self.d)

    def over_i(self, term: Any) -> Any:
        return Sum(term, (self.i, 1, self.d))

    def over_k(self, term: Any) -> Any:
        return Sum(term, (self.k, 1, self.K))

    def claim(self, relation: Any, script: Script, **statement: Any) -> Claimed:
        """One claim of this world."""
        name = f"claim-{len(self.theory.claims)}"
        return self.theory.lemma(name, title=name, claim=relation, **statement)(script)


@cache
def _declared(recursion: Recursion) -> Setting:
    """The setting and its L0, which is the same for every world and is proved once."""
    theory = Theory("declared", extends=(inequalities, vectors))
    setting = stochastic_setting(theory, recursion)
    integrable_run(setting)
    return setting


@pytest.fixture
def make_world() -> Callable[..., World]:
    """A new world, with an optimizer of one's own if wanted."""

    def make(recursion: Recursion = SGD) -> World:
        setting = _declared(recursion)
        return World(Theory("planted", extends=(setting.theory,)), setting)

    return make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture
def later() -> World:
    """A world that has all of SGD's claims: ``shipped.telescoped`` and so on can be used in it."""
    return World(Theory("later", extends=(shipped.sgd,)), shipped.setting)


@pytest.fixture
def plain() -> Theory:
    """A theory that declares nothing."""
    return Theory("plain")


IN_MODEL = "false in the model of the theory"


def in_the_model(text: str) -> str:
    """What a step that is undecided, or false at some numbers, says if the model refutes it."""
    before, found, _ = text.replace("undecided", "false at").partition("false at")
    return f"{before}{IN_MODEL}" if found else text


@dataclass(frozen=True)
class Planted:
    """Which of the twins is being built, and what must become of it."""

    wrong: bool

    def choose(self, right: T, wrong: T) -> T:
        """The piece that makes the difference."""
        return wrong if self.wrong else right

    def judge(self, claimed: Claimed, verdict: str, *says: str) -> Result:
        """The right twin is proved; the planted one gets ``verdict``, for a reason that ``says``.

        ``not proved`` is for falsehoods whose exact counterexample is a matter of luck. To be false
        in the model of the theory is more than to be ``undecided``, and to be false at numbers.
        """
        result = claimed.check()
        if not self.wrong:
            assert (result.verdict, result.reason) == ("proved", "")
            return result
        allowed = ("refuted", "undecided") if verdict == "not proved" else (verdict,)
        assert "proved" not in allowed
        in_model = result.verdict == "refuted" and result.reason.startswith(IN_MODEL)
        assert result.verdict in allowed or in_model, result.reason
        assert result.claim is None
        for text in says:
            assert text in result.reason or in_the_model(text) in result.reason
        return result


@pytest.fixture
def wrong() -> Planted:
    """For variants that share one right twin, which another test proves."""
    return Planted(True)


@pytest.fixture(params=[False, True], ids=["right", "planted"])
def planted(request: pytest.FixtureRequest) -> Planted:
    return Planted(request.param)
