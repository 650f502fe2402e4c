"""What numeric checks found, from the JSON that a campaign writes; or how to make some."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ..document import Document
from .names import escaped
from .plots import histogram
from .prose import Prose
from .style import Venue
from .tables import tables


def numeric(document: Document, prose: Prose, venue: Venue) -> Iterator[str]:
    """The section on the numeric confrontation."""
    yield r"\subsection*{Numeric confrontation}"
    campaign = (document.results or {}).get("campaign")
    if not campaign:
        yield (
            "The statements can also be evaluated on runs of the algorithm, and attacked. Such "
            "checks prove nothing, but they show how far a bound is from what happens. This text "
            r"was printed without their results. \texttt{ratecert campaign run standard --only "
            rf"'{escaped(document.id)}.*'}} makes some; \texttt{{--results standard}} prints them."
        )
        return
    yield from _campaign(campaign, prose, venue)


def _campaign(campaign: Mapping[str, Any], prose: Prose, venue: Venue) -> Iterator[str]:
    settings, tasks = campaign["campaign"], campaign["tasks"]
    own = [c for c in campaign["claims"] if c["id"] in prose.kinds]
    yield (
        f"The campaign \\texttt{{{escaped(str(settings['campaign']))}}} (seed "
        f"{escaped(str(settings['seed']))}) did {tasks['done']} of {tasks['own']} tasks: runs on"
        " problems with known constants, exact expectations on scenario trees, and attacks. The"
        " ratio is that of the two sides of a statement, which its proof says is at most $1$; the"
        " largest of all tasks is shown. Nothing here proves a statement."
    )
    rows = [
        [rf"\ref{{{prose.label(c['id'])}}}", escaped(c["verdict"]), f"${_ratio(c['ratio'])}$",
         str(c["checked"]), str(c["tasks"])]
        for c in own
    ]  # fmt: skip
    yield from tables(["", "verdict", "worst ratio", "places", "tasks"], rows, small=True)
    worst = [c for c in own if c["task"]]
    worst = sorted(worst, key=lambda c: -_number(c["ratio"]))[:8]
    if worst:
        yield r"\noindent Where the largest ratios were found:"
        wide = "0.6" if venue.columns > 1 else "0.75"
        cells = [
            [
                rf"\ref{{{prose.label(c['id'])}}}",
                escaped("; ".join(str(c[x]) for x in ("task", "location") if c[x])),
            ]
            for c in worst
        ]
        yield from tables(["", "task"], cells, small=True, columns=f"lp{{{wide}\\linewidth}}")
    ratios = [
        _number(f["ratio"])
        for r in campaign.get("results", ()) for f in r["result"]["findings"]
        if f["claim"] in prose.kinds and f["ratio"] is not None
    ]  # fmt: skip
    finite = [r for r in ratios if math.isfinite(r) and r >= 0]
    if len(finite) > 3:
        yield from histogram(finite, venue)
    kinds = defaultdict[str, int](int)
    for result in campaign.get("results", ()):
        kinds[str(result["task"]["kind"])] += 1
    told = ", ".join(
        f"{n} of kind \\texttt{{{escaped(kind)}}}" for kind, n in sorted(kinds.items())
    )
    if told:
        yield rf"\noindent Tasks: {told}."
    digest = escaped(str(campaign["digest"]))
    yield rf"\noindent The results have the digest \rchash{{{digest}}}."


def _number(text: str | None) -> float:
    return float("-inf") if text is None else float.fromhex(text)


def _ratio(text: str | None) -> str:
    if text is None:
        return "-"
    value = float.fromhex(text)
    return r"\infty" if math.isinf(value) else f"{value:.6f}"
