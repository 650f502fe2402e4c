"""The dependency graph as inline SVG: every node is a link to its claim."""

from __future__ import annotations

from collections.abc import Mapping

from ..document import ClaimEntry, Document
from ..layers import Layout, layered, reduced
from .markup import Html, anchor, join, tag
from .status import PROOFS, STATEMENTS, Proof, Status, symbol

BREADTH, GAP = 740.0, 10.0
LARGE = 1100.0
"""A graph wider than this is scrolled; others are fitted to the page."""
ROW = 54.0
HIGH = 26.0
GLYPH = 6.8
NARROW, BROAD = "fijlrt.'-I", "mwMW"
MARGIN = 12.0
KINDS = {"lemma": "lemma", "theorem": "theorem", "instance": "instance of a theorem"}


def graph(document: Document, known: Mapping[str, Status]) -> Html:
    """The graph of all claims of the document; what is rested on stands above."""
    entries = {entry.label: entry for entry in document.claims()}
    uses = reduced({label: entry.uses for label, entry in entries.items()})
    sizes = {label: _wide(entry) for label, entry in entries.items()}
    placed = layered(uses, sizes, breadth=BREADTH, height=ROW, gap=GAP)
    edges = [
        tag("path", d=_curve(route.points), data_from=route.source, data_to=route.target)
        for route in placed.routes
    ]
    nodes = [_node(entry, known[entry.label], placed) for entry in entries.values()]
    width, height = placed.width + 2 * MARGIN, placed.height
    return tag(
        "svg",
        tag("g", edges, class_="edges", aria_hidden="true"),
        nodes,
        viewBox=f"{-MARGIN:g} 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="group",
        aria_label=f"Dependency graph of {len(entries)} claims; every node is a link",
        class_="graph" if width <= LARGE else "graph large",
    )


def _wide(entry: ClaimEntry) -> float:
    """The width of a node: that of its text, about, and of the mark before it."""
    thin, wide = (sum(c in some for c in entry.id) for some in (NARROW, BROAD))
    text = GLYPH * len(entry.id) - 2.6 * thin + 4.4 * wide
    return (1.12 * text if entry.kind == "theorem" else text) + 38  # theorems are set in bold


def _node(entry: ClaimEntry, status: Status, placed: Layout) -> Html:
    x, y = placed.places[entry.label]
    width = _wide(entry)
    radius = {"lemma": 5.0, "instance": HIGH / 2}.get(entry.kind, 0.0)
    box = tag(
        "rect", x=f"{x - width / 2:.1f}", y=f"{y - HIGH / 2:.1f}", width=f"{width:.1f}",
        height=f"{HIGH:g}", rx=f"{radius:g}",
    )  # fmt: skip
    mark = symbol(status.proof, transform=f"translate({x - width / 2 + 7:.1f} {y - 8:.1f})")
    text = tag("text", entry.id, x=f"{x + 10:.1f}", y=f"{y + 4:.1f}")
    name = f"{entry.kind} {entry.label}: {entry.title}. {status.words}"
    inside = (tag("title", name), box, mark, text)
    return tag(
        "a", *inside, href=f"#{anchor(entry.label)}", aria_label=name, data_claim=entry.label,
        class_=f"node {entry.kind} {status.proof} {status.statement}",
    )  # fmt: skip


def _curve(points: tuple[tuple[float, float], ...]) -> str:
    """A smooth line through the points, vertical at each; it leaves below and arrives above."""
    (x, y), *rest = points
    path, last = f"M{x:g} {y + HIGH / 2:g}", len(rest) - 1
    y += HIGH / 2
    for n, (to_x, to_y) in enumerate(rest):
        end = to_y - HIGH / 2 if n == last else to_y
        middle = (y + end) / 2
        path += f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {end:g}"
        x, y = to_x, end
    return path


def legend(known: Mapping[str, Status]) -> Html:
    """What shapes and colours mean; of the states of proofs, those that occur come first."""
    present = {status.proof for status in known.values()}
    ordered: list[Proof] = [*(p for p in PROOFS if p in present)]
    proofs = [_key(symbol(p), f"proof {PROOFS[p][0]}: {PROOFS[p][1]}") for p in ordered]
    stated = {status.statement for status in known.values()}
    frames = [
        _key(_frame(state, 4), f"{STATEMENTS[state][0]}: {STATEMENTS[state][1]}")
        for state in STATEMENTS
        if state in stated
    ]
    kinds = [_key(_frame("accepted", radius), KINDS[kind]) for kind, radius in _RADII.items()]
    return tag("ul", proofs, frames, kinds, class_="legend")


_RADII = {"lemma": 3, "theorem": 0, "instance": 6}


def _frame(state: str, radius: int) -> Html:
    box = tag("rect", x="1", y="2.5", width="14", height="11", rx=f"{radius}")
    return tag("g", box, class_=f"node {state}")


def _key(picture: Html, words: str) -> Html:
    drawn = tag("svg", picture, viewBox="0 0 16 16", aria_hidden="true")
    return tag("li", join(drawn, words))
