"""The free parameters of a rate, and what its hypotheses ask of them.

Everything is read off the theorem: a hypothesis ``x = e`` says what x is, ``E <= C_P`` which C_P
are admitted, and those that speak of free parameters, theta and mu alone what the parameters must
satisfy, at every theta = 1 - c_theta s with 0 < s <= gamma.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np

from ..kernel import terms as k
from ..kernel.exact import holds
from ..language import Claimed
from ..render.text import Printer
from .floats import Array, Function, function, names

FREE = ("gamma", "a", "a_mean", "c_eps", "t", "rho", "c_theta", "c_eta")
"""The free parameters of the main theorem, in the order in which they are rounded."""
Mixing = Literal["one", "any", "theta"]
"""Which mu: 1, all of [theta, 1], or theta by definition."""
CONSTANT, SCALE, LARGEST = "C_P", "s", "gamma"


class InadmissibleError(ValueError):
    """A value is outside what a hypothesis admits; the message names all three."""


@dataclass(frozen=True)
class Range:
    """What hypotheses on one parameter alone admit: an interval, and how it is written."""

    low: Fraction
    low_open: bool
    high: Fraction | None
    high_open: bool

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, Fraction):
            return False
        if value < self.low or (self.low_open and value == self.low):
            return False
        return self.high is None or value < self.high or (value == self.high and not self.high_open)

    def __str__(self) -> str:
        left = f"{'(' if self.low_open else '['}{self.low}"
        right = "∞)" if self.high is None else f"{self.high}{')' if self.high_open else ']'}"
        return f"{left}, {right}"


@dataclass(frozen=True)
class Demand:
    """A hypothesis ``left <= right`` (or <) on parameters, theta and mu."""

    formula: k.Rel
    left: Function
    right: Function

    def slack(self, values: Mapping[str, Array]) -> Array:
        """``right - left``."""
        return self.right(values) - self.left(values)


class Freedom:
    """The free parameters of a rate theorem, for one kind of mu.

    Args:
        claimed: a theorem with a hypothesis ``E <= C_P``.
        mixing: which mu an instance is to be for.
        origin: is a_mean = a/3, as from x^1 = 0?

    Raises:
        InadmissibleError: the theorem has no such hypothesis.
    """

    def __init__(self, claimed: Claimed, mixing: Mixing, origin: bool = False) -> None:
        self.claimed, self.mixing, self.origin = claimed, mixing, origin
        self.printer = Printer(claimed.theory.kernel())
        relations = [h for h in claimed.hypotheses() if isinstance(h, k.Rel)]
        self.defined = {
            h.left.name: h.right
            for h in relations
            if h.op == "=" and isinstance(h.left, k.Var | k.App) and names(h.left)
        }
        bound = [h for h in relations if h.right is k.Var(CONSTANT, "det")]
        if len(bound) != 1:
            raise InadmissibleError(
                f"{claimed.label} has no free parameters to choose: no hypothesis bounds {CONSTANT}"
            )
        self.least = bound[0]
        constants = {str(c) for c in claimed.for_constants}
        free = tuple(n for n in FREE if n in constants or n == LARGEST)
        self.names = tuple(n for n in free if not (origin and n == "a_mean"))
        inside = {*free, "theta", "mu", "r", SCALE}
        self.demands = tuple(
            Demand(h, function(h.left), function(h.right))
            for h in relations
            if h.op != "=" and (said := names(h)) is not None and said <= inside
        )
        self._least = function(self.least.left)
        chosen = {n: t for n, t in self.defined.items() if n in ("theta", "r")}
        self._defined = {n: function(t) for n, t in chosen.items()}
        self._needs = {n: names(t) or frozenset() for n, t in chosen.items()}

    # --- what is admitted ---------------------------------------------------------------------

    @cached_property
    def ranges(self) -> dict[str, Range]:
        """What the hypotheses on each parameter alone admit; 0 < gamma <= 1 in an instance."""
        return {name: self._range(name) for name in self.names}

    def _range(self, name: str) -> Range:
        low, low_open, high, high_open = Fraction(0), name == LARGEST, None, False
        if name == LARGEST:
            high = Fraction(1)
        for demand in self.demands:
            f = demand.formula
            if names(f) != frozenset({name}):
                continue
            if isinstance(f.left, k.Rat) and not isinstance(f.right, k.Rat | k.Add | k.Mul):
                if (f.left.value, f.op == "<") >= (low, low_open):
                    low, low_open = f.left.value, f.op == "<"
            elif isinstance(f.right, k.Rat) and not isinstance(f.left, k.Add | k.Mul):
                high, high_open = f.right.value, f.op == "<"
        return Range(low, low_open, high, high_open)

    def check(self, values: Mapping[str, Fraction], given: str = "--fix") -> None:
        """Raise ``InadmissibleError`` if what is given breaks a hypothesis by itself.

        Hypotheses are decided exactly, at s = gamma and in the limit s = 0, as far as ``values``
        determine them.
        """
        for name, value in values.items():
            if name in self.ranges and value not in self.ranges[name]:
                raise InadmissibleError(
                    f"{given} {name}={value}: {self._saying(name, value)}; {name} lies in "
                    f"{self.ranges[name]}"
                )
        for demand in self.demands:
            for at in self._ends(values):
                if self._fails(demand.formula, at):
                    told = ",".join(f"{n}={values[n]}" for n in self.names if n in values)
                    raise InadmissibleError(
                        f"{given} {told}: the hypothesis {self.printer.show(demand.formula)} fails"
                        f"{self._admissible(demand, values)}"
                    )

    def _fails(self, formula: k.Rel, at: Mapping[str, Fraction]) -> bool:
        """Is it false at the values? False too if they do not determine it."""
        said = names(formula) or frozenset()
        if "r" in said and self._needs.get("r", frozenset()) <= set(at):
            said = (said - {"r"}) | self._needs["r"]
        if not said or not said <= set(at):
            return False
        atoms = [n for f in (formula, *self.defined.values()) for n, _ in k.subterms(f)]
        known: dict[k.Term, Fraction] = {
            n: at[n.name] for n in atoms if isinstance(n, k.Var | k.App) and n.name in at
        }
        ratio = self.defined.get("r")
        return holds(formula, known, unfold=lambda atom: ratio) is False

    def _ends(self, values: Mapping[str, Fraction]) -> Iterable[dict[str, Fraction]]:
        """The values, with what they determine of theta, at both ends of its range."""
        known = dict(values)
        if not {"c_theta", LARGEST} <= set(known):
            yield known
            return
        for scale in (known[LARGEST], Fraction(0)):
            theta = 1 - known["c_theta"] * scale
            yield {**known, SCALE: scale, "theta": theta}

    def _saying(self, name: str, value: Fraction) -> str:
        """The hypotheses on a parameter alone that fail."""
        stated = [d.formula for d in self.demands if names(d.formula) == frozenset({name})]
        failing = [f for f in stated if self._fails(f, {name: value})]
        if not failing:
            return f"an instance asks for {name} in {self.ranges[name]}"
        return f"the theorem's hypothesis {' and '.join(map(self.printer.show, failing))} fails"

    def _admissible(self, demand: Demand, values: Mapping[str, Fraction]) -> str:
        """Which values of one parameter in it would do, the others being as they are."""
        said = set(names(demand.formula) or ())
        for symbol in said & set(self._needs):
            said |= self._needs[symbol]
        for name in (n for n in reversed(self.names) if n in values and n in said):
            low, high = self.ranges[name].low, self.ranges[name].high
            span = 1000 if high is None else float(high - low)
            grid = float(low) + span * 10 ** np.linspace(-6, 0, 601)
            known = {n: np.full(grid.shape, float(v)) for n, v in values.items()}
            slack = demand.slack(self.at({**known, name: grid}))
            good = grid[np.min(slack.reshape(len(grid), -1), axis=-1) >= 0]
            if len(good):
                rest = ", ".join(f"{n}={v}" for n, v in values.items() if n != name and n in said)
                ends = "" if good[0] == grid[0] else f"from about {good[0]:.4g} "
                ends += "on" if good[-1] == grid[-1] else f"up to about {good[-1]:.4g}"
                return f"; {name} may go {ends}" + (f" with {rest}" if rest else "")
        return ""

    # --- numbers ------------------------------------------------------------------------------

    def at(self, values: Mapping[str, Array], steps: int = 8) -> dict[str, Array]:
        """The parameters with theta and mu all over their ranges (last axis)."""
        scales = np.concatenate([[1e-6], np.arange(1, steps + 1) / steps])
        shares = np.array([0.0, 0.5, 1.0]) if self.mixing == "any" else np.array([0.0])
        scale, share = (axis.ravel() for axis in np.meshgrid(scales, shares))
        known = {n: np.asarray(v, dtype=float)[..., None] for n, v in values.items()}
        known[SCALE] = known[LARGEST] * scale
        if self.origin:
            known["a_mean"] = known["a"] / 3
        for name in self._defined:
            if self._needs[name] <= set(known):
                known[name] = self._defined[name](known)
        if "theta" in known:
            known["mu"] = 1 - share * (1 - known["theta"])
        return known

    def constants(self, known: Mapping[str, Array]) -> Array:
        """The least C_P at each theta and mu."""
        return self._least(known)
