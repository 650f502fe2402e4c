"""Exact finite worlds: examined, shrunk, stored, replayed.

A *scenario* is an explicit world of rational numbers, an objective with a curvature profile, a
start, finitely many outcomes of the noise at each step, hyperparameters. ``examine`` substitutes it
into the axioms A0 to A3, every hypothesis of a claim and its conclusion, and decides them by exact
arithmetic. A scenario in which all hold but the conclusion is a counterexample. Nothing here
searches for one (``attack`` does), and nothing here proves a claim.
"""

from .examination import examine
from .results import Examination, Outcome, Place
from .scenario import Scenario, ScenarioError
from .serial import from_json, to_json
from .stated import Stated, recursion_of, stated, stated_claim
from .world import Step, World

__all__ = [
    "Examination",
    "Outcome",
    "Place",
    "Scenario",
    "ScenarioError",
    "Stated",
    "Step",
    "World",
    "examine",
    "from_json",
    "recursion_of",
    "stated",
    "stated_claim",
    "to_json",
]
