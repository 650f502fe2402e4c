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
from .serial import as_data, from_data, from_json, to_json
from .shrinking import shrink, still_violated
from .stated import Stated, stated, stated_claim
from .store import (
    Contents,
    Replayed,
    Store,
    Stored,
    Unreadable,
    default_folder,
    read_scenario,
    replay,
)
from .world import Step, World

__all__ = [
    "Contents",
    "Examination",
    "Outcome",
    "Place",
    "Replayed",
    "Scenario",
    "ScenarioError",
    "Stated",
    "Step",
    "Store",
    "Stored",
    "Unreadable",
    "World",
    "as_data",
    "default_folder",
    "examine",
    "from_data",
    "from_json",
    "read_scenario",
    "replay",
    "shrink",
    "stated",
    "stated_claim",
    "still_violated",
    "to_json",
]
