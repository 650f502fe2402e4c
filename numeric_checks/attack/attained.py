"""What attacks attained, read from a campaign's file and decided again, exactly.

A file is only a proposal: every scenario in it is examined with the claim as it is stated now, and
a constant's factor counts only if the claim with that factor is false in the scenario.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...proofs.language import Claimed
from ..campaign.store import Corrupt, Store
from ..campaign.task import Finding
from ..hypotheses import statement_of
from ..scenarios import Scenario, ScenarioError, examine, from_data
from .planted import planted


@dataclass
class Attained:
    """The best of a claim.

    Attributes:
        ratio: the largest ratio of the two sides that an exact scenario has, or None.
        factors: for a summand of the right side, with what its constant may not be multiplied:
            with less (of a negative constant: with more) the claim would be false.
        trouble: entries of the file that show nothing, and why.
    """

    ratio: Fraction | None = None
    factors: dict[int, Fraction] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)


def attained(path: Path, claims: Collection[Claimed]) -> Mapping[Claimed, Attained]:
    """What the attacks of a campaign show of each of the ``claims``.

    Raises:
        CampaignError: the file cannot be read.
    """
    wanted = {claim.label: claim for claim in claims}
    found = {claim: Attained() for claim in claims}
    with Store(path, write=False) as store:
        for row in store.rows():
            if isinstance(row, Corrupt) or row.task.kind != "attack" or row.task.options:
                continue
            for finding in row.result.findings:
                if finding.claim in wanted:
                    claim = wanted[finding.claim]
                    _take(claim, finding, found[claim])
    return found


def _take(claim: Claimed, finding: Finding, best: Attained) -> None:
    data = finding.data if isinstance(finding.data, dict) else {}
    try:
        if data.get("scenario") is not None:
            ratio = examine(_scenario(data, claim), claim=claim).ratio
            if ratio is not None and (best.ratio is None or ratio.low > best.ratio):
                best.ratio = ratio.low
        constants = data.get("constants")
        for number, entry in (constants if isinstance(constants, dict) else {}).items():
            _constant(claim, int(number), entry, best)
    except (ScenarioError, ValueError, TypeError, KeyError) as error:
        best.trouble.append(f"{claim.label}: {error}")


def _scenario(data: Mapping[str, Any], claim: Claimed) -> Scenario:
    scenario = from_data(data["scenario"])
    if scenario.claim != claim.label:
        raise ScenarioError("claim", f"{scenario.claim}, where {claim.label} is meant")
    return scenario


def _constant(claim: Claimed, number: int, entry: Any, best: Attained) -> None:
    factor = Fraction(entry["factor"])
    before = best.factors.get(number)
    # Nearer to 1 is better, from below as from above.
    if factor <= 0 or (before is not None and abs(before - 1) <= abs(factor - 1)):
        return
    smaller = planted(statement_of(claim, recursion=claim.theory.recursion), number, factor)
    found = examine(_scenario(entry, claim), smaller, claim=claim)
    if found.outcome == "violated":
        best.factors[number] = factor
    else:
        best.trouble.append(f"{claim.label}, constant {number}: {found.outcome}")
