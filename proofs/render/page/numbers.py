"""The numeric confrontation: what runs say of the claims, with plots, or how to make runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..figures.data import FigureError, readable_name, runs
from .experiments import experiments
from .markup import Html, Part, join, table, tag
from .pen import Pen, ratio_of
from .plots import Dots, curves, histogram, ratios

MAX_TASKS = 200
"""Up to how many tasks are listed one by one."""


def confrontation(pen: Pen) -> Html:
    """The section on runs, and on how tight claims are."""
    campaign = (pen.document.results or {}).get("campaign")
    body: list[Part] = [_tightness(pen, campaign)]
    body.append(_none() if campaign is None else _campaign(campaign, pen))
    body.insert(0, _bounds(pen))
    body.append(experiments(pen))
    head = tag("h2", "Confronted with runs", id="runs")
    return tag("section", head, body, aria_labelledby="runs")


def _bounds(pen: Pen) -> Html:
    """The bounds against K, and the constants against gamma, in floating point."""
    document = pen.document
    at = ", ".join(f"{readable_name(name)} = {value}" for name, value in document.at.items())
    bounds = curves(document.bounds, "The bound against the iterations", "K", "bound")
    floors = curves(document.floors, "Constants against the floor parameter", "γ", "constant")
    said = f"The bounds proved, at {at}, rounded up." if at and bounds else None
    try:
        found = runs(document)
    except FigureError:
        measured = Html("")
    else:
        told = (
            "The bounds at the runs' own constants and hyperparameters, prescribed for each K, and "
            "the left side, its expectation estimated by the mean over seeds."
        )
        measured = join(tag("p", told), curves(found.curves, "Bounds and runs", "K", found.up))
    return join(tag("p", said) if said else None, bounds, measured, floors)


def _none() -> Html:
    return join(
        tag("p", "No results were given. To make some, and put them here:"),
        tag(
            "pre",
            "ratecert campaign run quick --store runs.sqlite\n"
            "ratecert report THEORY --campaign runs.sqlite -o report.html",
            tabindex="0",
        ),
    )


def _tightness(pen: Pen, campaign: Mapping[str, Any] | None) -> Html:
    """Each claim's ratio in runs and in its best exact instance."""
    rows = list[Dots]()
    for label in pen.entries:
        exact, run = pen.tightness.get(label), pen.measured.get(label)
        measured = ratio_of(run) if run is not None else None
        if exact is not None or measured is not None:
            rows.append(Dots(label, pen.short(label), measured, exact.ratio if exact else None))
    if not rows:
        return Html("")
    said = tag(
        "p",
        "The ratio of the two sides of a claim: at 1 they are equal, beyond it the claim would be "
        "false. ",
        "Diamonds: the best exact instance known. ",
        "Discs: the worst place found in runs." if campaign is not None else None,
    )
    return join(said, ratios(rows, "How near each claim comes to an equation"))


def _campaign(campaign: Mapping[str, Any], pen: Pen) -> Html:
    about, tasks = campaign["campaign"], campaign["tasks"]
    counted = ", ".join(f"{n} {verdict}" for verdict, n in campaign["verdicts"].items() if n)
    name = about.get("campaign") or about.get("name") or "campaign"
    told = [
        f"Campaign {name}: {tasks['done']} of {tasks['all']} tasks done"
        + (f" ({counted})" if counted else "") + ". Digest of the results: ",
        tag("code", str(campaign["digest"])[:16]), ".",
    ]  # fmt: skip
    if campaign["others"]:
        told.append(f" {campaign['others']} results are of another version and not shown.")
    rows = list[list[Part]]()
    for row in campaign["claims"]:
        ratio = ratio_of(row)
        rows.append(
            [
                pen.link(row["id"]), row["verdict"], str(row["tasks"]), f"{row['checked']:,}",
                f"{ratio:.6f}" if ratio is not None else "–",
                "; ".join(str(row[k]) for k in ("task", "location") if row.get(k)),
            ]
        )  # fmt: skip
    heads = ["claim", "verdict", "tasks", "places checked", "worst ratio", "where"]
    found = [
        float.fromhex(f["ratio"])
        for result in campaign["results"]
        for f in result["result"]["findings"]
        if f["ratio"] is not None
    ]
    drawn = histogram(found, "The worst ratio of each task, by how often") if found else None
    return join(tag("p", told), drawn, table("Claims in runs", heads, rows), _tasks(campaign))


def _tasks(campaign: Mapping[str, Any]) -> Html:
    """The tasks: with seeds and sizes, what is needed to run them again."""
    results = campaign["results"]
    rows = list[list[Part]]()
    for result in results[:MAX_TASKS]:
        task = result["task"]
        rows.append(
            [
                f"{task['kind']} {task['subject']}", task["family"], task["dtype"],
                str(task["seed"]), str(task["budget"]), tag("code", result["key"][:12]),
            ]
        )  # fmt: skip
    heads = ["task", "family", "floats", "seed", "budget", "key"]
    left = len(results) - len(rows)
    more = tag("p", f"{left} more are in the campaign's file.") if left > 0 else None
    inside = join(table("Tasks", heads, rows), more)
    return tag("details", tag("summary", f"The {len(results)} tasks"), inside)
