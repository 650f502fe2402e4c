"""What real training says: the tables, the figure and the statement of ``ratecert experiments``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..document import Curve
from .markup import Html, Part, join, table, tag
from .pen import Pen
from .plots import curves

HEADS = ["network", "d", "learning rate", "start", "early", "late", "late, minibatches", "least",
         "zeros", "loss"]  # fmt: skip
CELLS = ("start", "early", "late", "stochastic_late", "least", "zeros", "loss")


def experiments(pen: Pen) -> Html:
    """The part on real training; nothing without the results of an experiment."""
    found = (pen.document.results or {}).get("experiment")
    if not found:
        return Html("")
    runs = found["runs"]
    told = tag(
        "p",
        "AdamW trained networks of several sizes d on real data; on the way ‖g‖₁/(√d ‖g‖₂) was "
        "recorded, of gradients of minibatches and of f, or a large sample of its data. The "
        f"{runs['done']} of {runs['asked']} runs were made by ",
        tag("code", found["command"]),
        ".",
    )
    rows: list[list[Part]] = [
        [row["model"], str(row["d"]), row["rate"], *(_number(row[name]) for name in CELLS)]
        for row in found["table"]
    ]
    medians = "Medians over seeds: gradients of f at the start, early and late in training"
    sentences = [tag("p", sentence_of(sentence["text"])) for sentence in found["statement"]]
    figure = curves(_curves(found["table"]), "The late ratio against the size", "d", "late ratio")
    folded = tag("details", tag("summary", medians), table(medians, HEADS, rows))
    return join(
        tag("h3", "What real tasks say", id="real-tasks"), told, figure, _slopes(found["slopes"]),
        *sentences, folded,
    )  # fmt: skip


_SIGNS = {"sqrt(d)": "√d", "||_1": "‖₁", "||_2": "‖₂", "||": "‖", "Theta": "Θ", "grad f": "∇f",
          "‖₂^2": "‖₂²", "d^(-1/2)": "1/√d", " -": " −"}  # fmt: skip
"""Of sentences in ASCII, in this order."""


def sentence_of(text: str) -> str:
    """A sentence of a statement with the signs of mathematics.

    >>> sentence_of("||g||_1 = Theta(sqrt(d)) ||g||_2, slope -0.1")
    '‖g‖₁ = Θ(√d) ‖g‖₂, slope −0.1'
    """
    for plain, sign in _SIGNS.items():
        text = text.replace(plain, sign)
    return text


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}".replace("-", "−")


def _curves(rows: list[Mapping[str, Any]]) -> list[Curve]:
    """A line for each family, at its middle learning rate."""
    found = list[Curve]()
    for family in dict.fromkeys(row["family"] for row in rows):
        own = [row for row in rows if row["family"] == family and row["late"]]
        rates = list(dict.fromkeys(row["rate"] for row in own))
        if rates:
            rate = rates[len(rates) // 2]
            points = tuple((row["d"], row["late"]) for row in own if row["rate"] == rate)
            found.append(Curve(f"{family}, learning rate {rate}", points))
    return found


def _slopes(slopes: list[Mapping[str, Any]]) -> Html:
    heads = ["family", "gradient of", "when", "slope", "least", "most", "the range says"]
    rows: list[list[Part]] = [
        [
            s["family"], "f" if s["gradient"] == "full" else "minibatches", s["phase"],
            _signed(s["mid"]), _signed(s["low"]), _signed(s["high"]), s["conclusion"],
        ]
        for s in slopes if s["measure"] == "ratio"
    ]  # fmt: skip
    title = (
        "Slopes of the logarithm of the ratio in log d, over seeds: 0 is what Θ(√d) has (level), "
        "−1/2 what Θ(1) has (half)"
    )
    return table(title, heads, rows)
