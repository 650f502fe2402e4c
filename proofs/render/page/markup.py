"""HTML by plain functions: whatever is not already ``Html`` is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_VOID = frozenset({"meta", "link", "input", "br", "hr"})
_SHAPES = frozenset({"path", "rect", "line"})
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Part = str | None | Iterable["Part"]
"""What may stand in an element: text, HTML, nothing, or several of these."""


def join(*parts: Part, between: str = "") -> Html:
    """The parts one after the other."""
    return Html(between.join(filter(None, map(_html, parts))))


def _html(part: Part) -> str:
    if part is None:
        return ""
    if isinstance(part, Html):
        return part
    if isinstance(part, str):
        return escape(part, quote=False)
    return "".join(map(_html, part))


def tag(name: str, /, *parts: Part, **attributes: str | float | bool | None) -> Html:
    """An element. ``class_`` is ``class``, other underscores are hyphens; None and False: left out.

    >>> tag("p", "a < b", class_="note", hidden=False)
    '<p class="note">a &lt; b</p>'
    """
    shown = list[str]()
    for key, value in attributes.items():
        word = key.rstrip("_").replace("_", "-")
        if value is True:
            shown.append(f" {word}")
        elif value is not None and value is not False:
            shown.append(f' {word}="{escape(str(value))}"')
    if name in _SHAPES and not parts:
        return Html(f"<{name}{''.join(shown)}/>")
    start = f"<{name}{''.join(shown)}>"
    return Html(start) if name in _VOID else Html(f"{start}{join(*parts)}</{name}>")


def anchor(label: str) -> str:
    """The id of a claim's place in the page.

    >>> anchor("adamw.L3")
    'c-adamw.L3'
    """
    return "c-" + _UNSAFE.sub("-", label)


def items(parts: Iterable[Part], **attributes: str | None) -> Html:
    """An unordered list; nothing if it is empty."""
    found = [tag("li", part) for part in parts]
    return tag("ul", found, **attributes) if found else Html("")


def table(
    caption: str, head: Iterable[str], rows: Iterable[Iterable[Part]], *, named: bool = True
) -> Html:
    """A table; it scrolls by itself if it is wide. ``named``: the first cell names its row."""
    heads = tag("tr", [tag("th", name, scope="col") for name in head])
    body = list[Html]()
    for cells in rows:
        first, *rest = cells
        body.append(
            tag(
                "tr",
                tag("th", first, scope="row") if named else tag("td", first),
                [tag("td", cell) for cell in rest],
            )
        )
    inside = tag("table", tag("caption", caption), tag("thead", heads), tag("tbody", body))
    return tag("div", inside, class_="wide", role="region", tabindex="0", aria_label=caption)


def paragraphs(text: str) -> Html:
    """Blank lines part paragraphs."""
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", text)]
    return join(*(tag("p", block) for block in blocks if block))
