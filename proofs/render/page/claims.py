"""Each claim: its statement, its proof, what is beneath it, how tight it is."""

from __future__ import annotations

from ...kernel.terms import Le
from ..document import ClaimEntry, Section
from .markup import Html, Part, anchor, items, join, tag
from .pen import Pen, ratio_of
from .proofs import proof
from .status import badge

MANY = 24


def section(part: Section, number: int, pen: Pen) -> Html:
    """The claims of a section, under its title."""
    place = f"section-{number}"
    text = tag("p", pen.prose(part.text)) if part.text else None
    head = tag("h2", part.title, id=place)
    body = [claim(entry, pen) for entry in part.claims]
    return tag("section", head, text, body, aria_labelledby=place, class_="claims")


def claim(entry: ClaimEntry, pen: Pen) -> Html:
    """One claim."""
    place, status = anchor(entry.label), pen.status[entry.label]
    title = tag(
        "h3",
        tag("span", f"{entry.kind.capitalize()} {pen.short(entry.label)}", class_="id"),
        " ", tag("span", pen.prose(entry.title), class_="title"),
        id=f"{place}-h",
    )  # fmt: skip
    head = tag("header", title, badge(status))
    meta = items(
        (
            tag("code", entry.label),
            f"in the source: {entry.reference}" if entry.reference else None,
            tag("a", "link", href=f"#{place}", aria_label=f"link to {entry.label}"),
        ),
        class_="meta",
    )
    said = tag("p", pen.prose(entry.introduction)) if entry.introduction else None
    failed = None if entry.proved else tag("pre", entry.reason, class_="reason", tabindex="0")
    note = tag("p", pen.prose(entry.note)) if entry.note else None
    body = (statement(entry, pen), failed, note, proof(entry, pen), beneath(entry, pen))
    return tag(
        "article", head, meta, said, *body, id=place, aria_labelledby=f"{place}-h",
        class_=f"claim {entry.kind}", data_find=_words(entry, pen),
    )  # fmt: skip


def statement(entry: ClaimEntry, pen: Pen) -> Html:
    """Variables, hypotheses, conclusion."""
    indices = [h for h in entry.hypotheses if isinstance(h, Le)]
    others = [h for h in entry.hypotheses if not isinstance(h, Le)]
    rows = list[Part]()
    words = {"random": "real random variables", "constant": "real numbers", "point": "points"}
    for kind, names in entry.variables.items():
        if names:
            shown = join(*(pen.name(n) for n in names), between=", ")
            rows.append(_row("For", [f"{words.get(kind, kind)} ", shown]))
    if indices:
        rows.append(_row("At", pen.listed(indices)))
    if others:
        rows.append(_row("Given", pen.listed(others)))
    shown, wide = pen.math(entry.conclusion, display=True), pen.scrolls(entry.conclusion)
    then = tag("div", shown, class_="then", **wide)
    rows.append(_row("Then", then))
    return tag("dl", rows, class_="statement")


def _row(term: str, value: Part) -> Html:
    return join(tag("dt", term), tag("dd", value))


def beneath(entry: ClaimEntry, pen: Pen) -> Html:
    """What the claim rests on, what rests on it, constants and tightness."""
    rows = list[Part]()
    if entry.uses:
        rows.append(_row("Uses", _many(entry.uses, pen)))
    if entry.used_by:
        rows.append(_row("Used by", _many(entry.used_by, pen)))
    base = entry.foundation
    if base is not None:
        rows.append(_row("Assumptions beneath", _chips(base.assumptions, "assumption")))
        if base.axioms:
            rows.append(_row("Axioms beneath", _chips(base.axioms, "axiom")))
        if base.definitions:
            names = [name.removeprefix("abbreviation ") for name in base.definitions]
            rows.append(_row("Definitions beneath", _chips(names, "definition")))
        if base.random_hypotheses:
            warning = "assumed, and an inequality between random terms: "
            rows.append(_row("Take care", [warning, pen.listed(base.random_hypotheses)]))
        if base.oracles:
            rows.append(_row("Believed", _chips(base.oracles, "oracle")))
    if entry.unused:
        rows.append(_row("Stated, not needed", pen.listed(entry.unused)))
    for row in pen.constants.get(entry.label, ()):
        value: Part = None
        if row.closed is not None:
            sign = {">=": " ≥ ", "=": " = "}.get(row.relation, " = ")
            value = [sign, pen.math(row.closed)]
        enters: Part = [", enters ", pen.links(row.enters)] if row.enters else None
        rows.append(_row("Constant", [pen.name(row.name), value, enters]))
    rows += [_tightness(entry, pen), _measured(entry, pen)]
    if entry.sha256:
        digest = tag("code", entry.sha256[:16], title=f"SHA-256 {entry.sha256}")
        rows.append(_row("Identity", digest))
    return tag("dl", rows, class_="beneath")


def _many(labels: tuple[str, ...], pen: Pen) -> Html:
    """Links to claims; folded, if they are more than a few lines."""
    shown = pen.links(labels)
    if len(labels) <= MANY:
        return shown
    return tag("details", tag("summary", f"{len(labels)} claims"), shown)


def _tightness(entry: ClaimEntry, pen: Pen) -> Part:
    row = pen.tightness.get(entry.label)
    if row is None:
        return None
    return _row(
        "Tightness", [meter(row.ratio), f" {row.shown}, exactly, in: ", pen.prose(row.instance)]
    )


def _measured(entry: ClaimEntry, pen: Pen) -> Part:
    row = pen.measured.get(entry.label)
    if row is None:
        return None
    ratio, said = ratio_of(row), f" {row['verdict']}, {row['checked']:,} places checked"
    if ratio is None:
        return _row("In runs", said)
    place = f"; worst in {row['task']}" + (f", {row['location']}" if row["location"] else "")
    return _row("Worst in runs", [meter(ratio), f" {ratio:.6f},{said}{place}"])


def meter(ratio: float) -> Html:
    """A bar for the ratio of two sides: full where they are equal."""
    wide = 60 * min(max(ratio, 0.0), 1.0)
    bar = tag("rect", x="0", y="1", width=f"{wide:.1f}", height="8", class_="bar")
    frame = tag("rect", x="0", y="1", width="60", height="8", class_="frame")
    return tag("svg", frame, bar, viewBox="0 0 60 10", class_="meter", aria_hidden="true")


def _chips(names: tuple[str, ...] | list[str], kind: str) -> Html:
    if not names:
        return Html("none")
    return items(names, class_=f"chips {kind}")


def _words(entry: ClaimEntry, pen: Pen) -> str:
    """What a search looks through."""
    formulas = [*entry.hypotheses, entry.conclusion]
    parts = [entry.label, entry.kind, entry.title, entry.reference, entry.verdict]
    if entry.foundation is not None:
        parts += entry.foundation.assumptions
    parts += [pen.text.show(f) for f in formulas]
    return " ".join(parts).lower()
