"""The page: whole, self-contained, true to the document, the same bytes every time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from pages import HOSTILE, fates, many, of_sgd

from ratecert.proofs.kernel.terms import Ix, Le, Rel, Var
from ratecert.proofs.render.assemble import document
from ratecert.proofs.render.document import Chain, Passage
from ratecert.proofs.render.page.markup import Html, anchor, tag
from ratecert.proofs.render.page.pen import Pen
from ratecert.proofs.render.page.status import statuses
from ratecert.proofs.render.page.whole import page
from ratecert.proofs.theorems.sgd import sgd

LOADING = {"src", "srcset", "data", "poster", "action", "background", "xlink:href"}
VOID = {"meta", "link", "input", "br", "hr", "wbr"}


class Reader(HTMLParser):
    """Ids, links, elements by class; raises if elements do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.links, self.loads = Counter[str](), set[str](), set[str]()
        self.classes, self.tags = Counter[str](), Counter[str]()
        self.open = list[str]()
        self.feed(text)
        assert not self.open

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags[name] += 1
        if name not in VOID:
            self.open.append(name)
        for key, value in attributes:
            self.ids.update([value or ""] if key == "id" else [])
            self.classes.update((value or "").split() if key == "class" else [])
            if key == "href":
                (self.loads if name == "link" else self.links).add(value or "")
            if key in LOADING:
                self.loads.add(value or "")
            assert not key.startswith("on")

    def handle_startendtag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(name, attributes)
        if name not in VOID:
            self.open.pop()

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name


def _steps(part: Passage | Chain | None) -> Iterator[object]:
    if isinstance(part, Chain):
        yield from part.steps
    elif part is not None:
        for inner in part.parts:
            yield from _steps(inner)


@pytest.fixture(scope="module")
def text() -> str:
    return page(of_sgd(), sgd.kernel())


def test_it_is_whole_and_loads_nothing(text: str) -> None:
    read = Reader(text)
    assert set(read.ids.values()) == {1}
    assert {link for link in read.links if not link.startswith("#")} == set()
    assert {link[1:] for link in read.links} <= set(read.ids)
    assert all(load.startswith("data:") for load in read.loads)
    assert "@import" not in text
    assert "url(" not in text


def test_every_claim_and_every_step_is_there(text: str) -> None:
    read = Reader(text)
    entries = [*of_sgd().claims()]
    assert read.classes["claim"] == read.classes["node"] - _legend(text) == len(entries)
    assert {anchor(entry.label) for entry in entries} <= set(read.ids)
    steps = [step for entry in entries for step in _steps(entry.proof)]
    assert read.classes["step"] == len(steps) > 40
    certified = [step for step in steps if step.rule == "certify"]  # type: ignore[attr-defined]
    assert read.classes["certificate"] == len(certified) > 10
    chains = {(entry.label, step.fingerprint) for entry in entries for step in _steps(entry.proof)}  # type: ignore[attr-defined]
    assert all(f"trace {digits}" in text for _, digits in chains)


def _legend(text: str) -> int:
    legend = text[text.index('<ul class="legend">') :]
    return legend[: legend.index("</ul>")].count('class="node ')


def test_the_same_document_gives_the_same_bytes(text: str) -> None:
    assert page(document(sgd), sgd.kernel()) == text


def test_fully_proved_needs_all_that_is_beneath() -> None:
    source = of_sgd()
    assert {s.proof for s in statuses(source).values()} == {"fully"}
    low = next(e for e in source.claims() if e.used_by)

    def spoiled(verdict: str) -> dict[str, str]:
        sections = tuple(
            replace(
                s,
                claims=tuple(
                    replace(c, verdict=verdict) if c.label == low.label else c for c in s.claims
                ),
            )
            for s in source.sections
        )
        return {k: s.proof for k, s in statuses(replace(source, sections=sections)).items()}

    above, waiting = set[str](), [low.label]
    while waiting:
        users = source.claim(waiting.pop()).used_by
        waiting += [u for u in users if u not in above]
        above |= set(users)
    for verdict in ("refuted", "undecided", "error"):
        found = spoiled(verdict)
        assert found[low.label] == verdict
        assert {k for k, p in found.items() if p == "proved"} == above
        assert all(found[e.label] == "fully" for e in source.claims()
                   if e.label not in {*above, low.label})  # fmt: skip


def test_a_claim_whose_support_is_left_out_is_not_fully_proved() -> None:
    source = of_sgd()
    own = replace(source, sections=tuple(s for s in source.sections if s.theory == "sgd"))
    found = statuses(own)
    outside = {e.label for e in source.claims() if e.theory != "sgd"}
    direct = [e.label for e in own.claims() if set(e.uses) & outside]
    assert direct
    assert all(found[label].proof == "proved" for label in direct)


def test_what_failed_is_shown_and_authors_text_is_inert() -> None:
    theory = fates()
    text = page(document(theory), theory.kernel())
    read = Reader(text)
    assert HOSTILE not in text
    assert read.tags["img"] == 0
    assert read.tags["script"] == 1
    assert read.classes["reason"] == 2
    found = {k: s.proof for k, s in statuses(document(theory)).items()}
    assert found == {
        "fates.square": "fully", "fates.false": "refuted", "fates.resting": "undecided",
    }  # fmt: skip
    assert "1 of 3 claims are proved" in text


def test_five_hundred_claims_stay_small() -> None:
    text = page(*many(500))
    assert len(text.encode()) < 7_000_000
    assert Reader(text).classes["claim"] == 500


def test_markup_escapes_what_is_no_html() -> None:
    assert tag("p", "<b>", Html("<i>x</i>"), title='"<') == (
        '<p title="&quot;&lt;">&lt;b&gt;<i>x</i></p>'
    )


def test_conditions_that_meet_are_one() -> None:
    pen = Pen(of_sgd(), sgd.kernel())
    k, K, one, low = Ix("k"), Ix("K"), Ix(None, 1), Var("a", "det")
    high = Var("b", "det")
    formulas = [Le(one, k), Le(k, K), Rel(low, "<", high), Rel(low, "=", high), Le(one, K)]
    shown = [re.sub("<[^>]*>", "", part) for part in pen.conditions(formulas)]
    assert shown == ["1≤k≤K", "a&lt;b", "a=b", "1≤K"]
    backwards = [re.sub("<[^>]*>", "", part) for part in pen.conditions([Le(k, K), Le(one, k)])]
    assert backwards == ["k≤K", "1≤k"]
