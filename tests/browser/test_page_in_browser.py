"""The page in a real browser: opened from a file, used by mouse, keyboard, screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from pages import fates, many, of_sgd

from ratecert.proofs.render.assemble import document
from ratecert.proofs.render.page.whole import page
from ratecert.proofs.theorems.sgd import sgd

pytestmark = pytest.mark.browser
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, as files."""
    made = tmp_path_factory.mktemp("pages")
    theory = fates()
    (made / "sgd.html").write_text(page(of_sgd(), sgd.kernel()), "utf-8")
    (made / "fates.html").write_text(page(document(theory), theory.kernel()), "utf-8")
    (made / "many.html").write_text(page(*many(500)), "utf-8")
    return made


class Window:
    """A page that was opened, with all it asked for and all it said."""

    def __init__(self, chromium: Any, path: Path, scheme: str = "light") -> None:
        self.context = chromium.new_context(color_scheme=scheme, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.said, self.asked = list[str](), list[str]()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())

    def close(self) -> None:
        """Close it; it must have said nothing and asked for nothing but itself."""
        asked = [url for url in self.asked if not url.startswith("data:")]
        self.context.close()
        assert self.said == []
        assert len(asked) == 1


@pytest.fixture
def window(chromium: Any, folder: Path) -> Iterator[Window]:
    opened = Window(chromium, folder / "sgd.html")
    yield opened
    opened.close()


def _in_view(page: Any, place: str) -> bool:
    script = """id => { const box = document.getElementById(id).getBoundingClientRect();
        return box.height > 0 && box.top < innerHeight && box.bottom > 0; }"""
    return bool(page.evaluate(script, place))


def test_a_node_of_the_graph_leads_to_its_claim(window: Window) -> None:
    page = window.page
    assert not _in_view(page, "c-sgd.rate")
    page.click("a.node[data-claim='sgd.rate']")
    assert page.url.endswith("#c-sgd.rate")
    assert _in_view(page, "c-sgd.rate")
    assert page.evaluate("document.activeElement.id") == "c-sgd.rate-h"


def test_every_node_can_be_reached_and_followed_by_keyboard(window: Window) -> None:
    page = window.page
    page.focus(".skip.inner")
    reached = list[str]()
    for _ in range(len(page.query_selector_all("a.node")) + 1):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset?.claim ?? ''"))
    assert set(reached) - {""} == {entry.label for entry in of_sgd().claims()}
    lit = page.query_selector_all(".edges path.lit")
    assert lit  # what the node in focus rests on
    last = reached[-1]
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#c-{last}")
    assert _in_view(page, f"c-{last}")


def test_search_leaves_what_fits(window: Window) -> None:
    page = window.page
    page.keyboard.press("/")
    page.keyboard.type("descent expectation")
    shown = page.eval_on_selector_all("article.claim:not([hidden])", "all => all.map(a => a.id)")
    assert shown == ["c-sgd.expected-descent"]
    assert page.inner_text("#found").startswith("1 of ")
    assert page.is_hidden("nav a[href='#c-sgd.rate']")
    page.keyboard.press("Enter")
    assert page.url.endswith("#c-sgd.expected-descent")
    page.click("a.node[data-claim='sgd.rate']")  # a claim that is hidden: the search gives way
    assert _in_view(page, "c-sgd.rate")
    page.focus("#search")
    page.keyboard.type("there is no such thing")
    assert page.query_selector_all("article.claim:not([hidden])") == []
    page.keyboard.press("Escape")
    assert page.is_visible("[id='c-sgd.rate']")


def test_proofs_and_certificates_unfold(window: Window) -> None:
    page = window.page
    step = page.locator("#c-sgd\\.expected-descent .step").first
    page.click("a.node[data-claim='sgd.expected-descent']")
    assert not step.is_visible()
    page.click("#unfold")
    step.scroll_into_view_if_needed()
    assert step.is_visible()
    assert page.locator("details.proof:not([open])").count() == 0
    kernel = page.locator("#c-sgd\\.rate details.kernel").first
    kernel.locator("summary").click()
    assert "0 = " in kernel.inner_text()
    page.click("#unfold")
    assert not step.is_visible()


def test_formulas_are_set_and_nothing_sticks_out(window: Window) -> None:
    page = window.page
    for width in (1400, 1000, 420):
        page.set_viewport_size({"width": width, "height": 900})
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0
    heights = "all => all.map(m => m.getBoundingClientRect().height)"
    assert max(page.eval_on_selector_all(".then mfrac", heights)) > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(chromium: Any, folder: Path, scheme: str) -> None:
    opened = Window(chromium, folder / "fates.html", scheme)
    colour = "getComputedStyle(document.body).backgroundColor"
    before = opened.page.evaluate(colour)
    values = [int(part) for part in before.removeprefix("rgb(").rstrip(")").split(",")]
    assert (sum(values) < 200) == (scheme == "dark")
    opened.page.click("#theme")
    assert opened.page.evaluate(colour) != before
    opened.page.reload()
    assert opened.page.evaluate(colour) != before  # the reader's choice is kept
    opened.page.emulate_media(media="print")
    assert opened.page.is_hidden("nav")
    assert opened.page.evaluate(colour) == "rgb(255, 255, 255)"
    opened.asked.pop()  # of the second visit
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["fates", "sgd"])
def test_accessibility(chromium: Any, folder: Path, name: str, scheme: str) -> None:
    opened = Window(chromium, folder / f"{name}.html", scheme)
    opened.page.click("#unfold")
    pytest.importorskip("axe_playwright_python")
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    opened.page.evaluate(script)
    found = opened.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [
        (fault["impact"], fault["id"], fault["nodes"][0]["html"])
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]
    assert told == []
    assert len(found["passes"]) > 20
    opened.close()


@pytest.mark.slow
def test_five_hundred_claims_are_usable(chromium: Any, folder: Path) -> None:
    opened = Window(chromium, folder / "many.html")
    page = opened.page
    page.fill("#search", "number 321")
    shown = page.eval_on_selector_all("article.claim:not([hidden])", "all => all.map(a => a.id)")
    assert shown == ["c-many.L321"]
    page.fill("#search", "")
    page.click("a.node[data-claim='many.L499']")
    assert _in_view(page, "c-many.L499")
    page.click("#unfold")
    assert page.locator("details.proof:not([open])").count() == 0
    opened.close()
