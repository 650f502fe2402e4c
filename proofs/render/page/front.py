"""The page before and after the claims: verdicts, setting, instances, constants, trust."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from ..document import Algorithm, Line
from .graph import graph, legend
from .markup import Html, Part, join, table, tag
from .pen import Pen
from .status import PROOFS, badge

Kind = Literal["theorem", "instance", "lemma"]
KINDS: tuple[Kind, ...] = ("theorem", "instance", "lemma")
PLURAL = {"theorem": "theorems", "instance": "instances", "lemma": "lemmas"}


def overview(pen: Pen) -> Html:
    """What is claimed, and what of it is proved."""
    document = pen.document
    entries = [*document.claims()]
    proved = sum(entry.proved for entry in entries)
    fully = sum(status.proof == "fully" for status in pen.status.values())
    if proved == len(entries):
        told = f"All {proved} claims are proved by the kernel, each step exactly"
    else:
        told = f"{proved} of {len(entries)} claims are proved by the kernel, each step exactly"
    told += f"; {fully} fully, that is with all they rest on."
    counts = Counter((entry.kind, pen.status[entry.label].proof) for entry in entries)
    states = [p for p in PROOFS if any((kind, p) in counts for kind in KINDS)]
    rows = [
        [PLURAL[kind], *(str(counts[kind, p] or "–") for p in states)]
        for kind in KINDS
        if any(counts[kind, p] for p in states)
    ]
    heads = ["kind", *(PROOFS[p][0] for p in states)]
    opening = [tag("p", pen.prose(block)) for block in _blocks(document.opening)]
    main = [e for e in entries if e.kind == "theorem" and e.theory == document.id]
    shown = [
        tag(
            "div",
            tag("p", pen.link(e.label, pen.prose(e.title)), " ", badge(pen.status[e.label])),
            tag(
                "div",
                pen.math(e.conclusion, display=True),
                class_="then",
                **pen.scrolls(e.conclusion),
            ),
            class_="result",
        )
        for e in main
    ]
    results = join(tag("h3", "Main results"), shown) if shown else None
    body = (opening, tag("p", told, class_="told"), table("Verdicts", heads, rows), results)
    return _section("overview", "Overview", *body)


def _blocks(text: str) -> list[str]:
    return [" ".join(b.split()) for b in text.split("\n\n") if b.strip()]


def dependencies(pen: Pen) -> Html:
    """The graph and what its shapes mean."""
    count = len(pen.entries)
    if not count:
        return Html("")
    said = tag(
        "p",
        "What a claim rests on stands above it. An edge that others imply is left out. "
        "Assumptions and definitions are listed with each claim.",
    )
    skip = tag("a", "Skip the graph", href="#setting", class_="skip inner")
    drawn = tag(
        "div", graph(pen.document, pen.status), class_="canvas", tabindex="0", role="region",
        aria_label="Dependency graph, scrolls",
    )  # fmt: skip
    return _section("graph", "What rests on what", said, legend(pen.status), skip, drawn)


def setting(pen: Pen) -> Html:
    """Notation, assumptions, algorithm, definitions."""
    document = pen.document
    rows = [[pen.math(row.node), pen.prose(row.meaning)] for row in document.notation]
    notation = table("Notation", ["symbol", "meaning"], rows, named=False) if rows else None
    taken = [
        [
            tag("b", a.group if a.group == a.name else f"{a.group} ({a.name})"),
            a.kind, pen.math(a.conclusion, display=True), pen.listed(a.hypotheses),
            pen.prose(a.source),
        ]
        for a in document.assumptions
    ]  # fmt: skip
    heads = ["name", "kind", "statement", "for", "source"]
    assumptions = table("Assumptions and axioms", heads, taken) if taken else None
    algorithm = _algorithm(document.algorithm, pen) if document.algorithm else None
    defined = [_line(line, pen) for line in document.definitions]
    definitions = (
        join(tag("h3", "Definitions"), tag("ul", defined, class_="equations")) if defined else None
    )
    short = [
        [pen.math(a.body, display=True), pen.spelled_out(a.body), a.meaning]
        for a in document.abbreviations
    ]
    heads = ["written", "stands for", "meaning"]
    shorthands = table("Shorthands", heads, short, named=False) if short else None
    body = (notation, assumptions, algorithm, definitions, shorthands)
    return _section("setting", "Setting", *body)


def _algorithm(algorithm: Algorithm, pen: Pen) -> Html:
    start = [_line(line, pen) for line in algorithm.start]
    steps = [_line(line, pen) for line in algorithm.lines]
    parameters = [
        [pen.name(name), pen.prose(meaning), pen.prose(condition)]
        for name, meaning, condition in algorithm.parameters
    ]
    return join(
        tag("h3", "The algorithm: ", pen.prose(algorithm.title)),
        tag("p", pen.prose(algorithm.source)) if algorithm.source else None,
        tag("ul", start, steps, class_="equations algorithm"),
        table("Parameters", ["parameter", "meaning", "condition"], parameters, named=False)
        if parameters
        else None,
    )


def _line(line: Line, pen: Pen) -> Html:
    left = pen.math(line.left, display=True)
    right = join(pen.equals, pen.spelled_out(line.right))
    ranges = join(*pen.conditions(line.ranges), between=", ")
    where = tag("span", "for ", ranges, class_="ranges") if line.ranges else None
    return tag("li", left, " ", right, " ", where)


def instances(pen: Pen) -> Html:
    """The numbers of each instance of the main theorems."""
    rows = list[list[Part]]()
    for row in pen.document.instances:
        taken = [tag("li", pen.name(name), pen.equals, pen.math(v)) for name, v in row.parameters]
        gives = [
            tag("li", pen.name(c.name), pen.equals, pen.math(c.closed), f" ≈ {c.value}")
            for c in row.coefficients
        ]
        state = pen.status.get(row.label)
        rows.append(
            [
                pen.link(row.label, pen.prose(row.title)), tag("ul", taken, class_="row"),
                tag("ul", gives, class_="row"), badge(state) if state else row.verdict,
            ]
        )  # fmt: skip
    if not rows:
        return Html("")
    heads = ["instance", "takes", "gives", "verdict"]
    return _section("instances", "Instances", table("What each takes and gives", heads, rows))


def constants(pen: Pen) -> Html:
    """Every named constant, its closed form, where it comes from."""
    rows = [
        [
            pen.name(row.name),
            pen.math(row.closed) if row.closed is not None else "free",
            pen.link(row.introduced) if row.introduced else "",
            pen.links(row.enters),
            pen.link(row.theorem),
        ]
        for row in pen.document.constants
    ]
    if not rows:
        return Html("")
    heads = ["constant", "closed form", "introduced by", "enters", "of"]
    return _section(
        "constants", "Constants", table("Constants and their provenance", heads, rows, named=False)
    )


def trust(pen: Pen) -> Html:
    """What one must believe, and how to check again."""
    document = pen.document
    bases = [e.foundation for e in document.claims() if e.foundation is not None]
    assumptions = sorted({name for base in bases for name in base.assumptions})
    axioms = sorted({name for base in bases for name in base.axioms})
    oracles = sorted({name for base in bases for name in base.oracles})
    rules = Counter[str]()
    for base in bases:
        rules.update(base.rules)
    models = [[m.theory, m.verdict, m.detail] for m in document.models]
    rows: list[list[Part]] = [
        ["Assumptions used", ", ".join(assumptions) or "none"],
        ["Axioms used", ", ".join(axioms) or "none"],
        ["Believed without proof", ", ".join(oracles) or "nothing"],
        ["Rules of inference", ", ".join(f"{name} {n}" for name, n in sorted(rules.items()))],
        ["Kernel", document.kernel],
        ["Lock", tag("code", document.lock) if document.lock else "none given"],
    ]
    again = [
        "Check it again: ", tag("code", f"ratecert check {document.id}"),
        " proves every claim and replays the proofs with the kernel alone; ",
        tag("code", "ratecert verify"), " replays the lock.",
    ]  # fmt: skip
    found = table("Models of the axioms", ["theory", "verdict", "model"], models)
    rest = found if models else None
    table_of_trust = table("What all claims rest on", ["what", "is"], rows)
    return _section("trust", "What one must believe", tag("p", again), table_of_trust, rest)


def contents(pen: Pen, sections: list[tuple[str, str]]) -> Html:
    """The side bar: the parts of the page, and the claims of each section."""
    number, listed = 0, list[Html]()
    for place, title in sections:
        link = tag("a", title, href=f"#{place}")
        if not place.startswith("section-"):
            listed.append(tag("li", link))
            continue
        inside = [
            tag(
                "li",
                pen.link(entry.label),
                " ",
                tag("span", pen.prose(entry.title), class_="title"),
            )
            for entry in pen.document.sections[number].claims
        ]
        number += 1
        folded = tag("details", tag("summary", title), tag("ul", inside), open=True)
        listed.append(tag("li", folded))
    return tag("ul", listed)


def _section(place: str, title: str, *body: Part) -> Html:
    head = tag("h2", title, id=place)
    return tag("section", head, list(body), aria_labelledby=place)
