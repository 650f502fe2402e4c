"""What is known of each claim, derived from verdicts and from what rests on what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..document import ClaimEntry, Document
from ..layers import ancestors
from .markup import Html, tag

Proof = Literal["fully", "proved", "undecided", "refuted", "error"]
Statement = Literal["accepted", "assuming", "stated"]

PROOFS: dict[Proof, tuple[str, str]] = {
    "fully": ("fully proved", "proved, and so is all that it rests on"),
    "proved": ("proved", "proved, but something it rests on is not"),
    "undecided": ("undecided", "neither proved nor refuted"),
    "refuted": ("refuted", "an exact counterexample is known"),
    "error": ("error", "the statement or its proof is malformed"),
}
STATEMENTS: dict[Statement, tuple[str, str]] = {
    "accepted": ("statement accepted", "defined everywhere; its hypotheses can hold together"),
    "assuming": ("assumes an inequality", "a hypothesis is an inequality between random terms"),
    "stated": ("statement only read", "not yet accepted by the kernel"),
}
# Each has its own outline, so that colour is never alone: two ticks, a tick, a question mark ...
_SHAPES: dict[Proof, str] = {
    "fully": "M3 8.5l3 3 4-7M8 11.5l1 1 4.5-8",
    "proved": "M3.5 8.5l3 3.5 6-8",
    "undecided": "M5 6a3 3 0 1 1 4.2 2.7Q8 9.3 8 10.5M8 13v.4",
    "refuted": "M4 4l8 8M12 4l-8 8",
    "error": "M8 3v6M8 12.2v.6",
}


@dataclass(frozen=True)
class Status:
    """The two axes: the state of the statement, and the state of the proof."""

    statement: Statement
    proof: Proof

    @property
    def words(self) -> str:
        """Both, for readers who see no picture."""
        return f"{PROOFS[self.proof][0]}, {STATEMENTS[self.statement][0]}"


def statuses(document: Document) -> dict[str, Status]:
    """The status of every claim, by label: ``fully`` only with all that is beneath."""
    entries = {entry.label: entry for entry in document.claims()}
    beneath = ancestors({label: entry.uses for label, entry in entries.items()})
    # A claim that is used but not in the document is not known to be proved.
    found = dict[str, Status]()
    for label, entry in entries.items():
        whole = all(
            below in entries and _sound(entries[below]) and set(entries[below].uses) <= set(entries)
            for below in (label, *beneath[label])
        )
        found[label] = Status(_statement(entry), _proof(entry, whole))
    return found


def _sound(entry: ClaimEntry) -> bool:
    return entry.proved and entry.foundation is not None and not entry.foundation.oracles


def _statement(entry: ClaimEntry) -> Statement:
    if not entry.proved or entry.foundation is None:
        return "stated"
    return "assuming" if entry.foundation.random_hypotheses else "accepted"


def _proof(entry: ClaimEntry, whole: bool) -> Proof:
    if entry.verdict == "proved":
        return "fully" if whole else "proved"
    if entry.verdict == "refuted":
        return "refuted"
    return "undecided" if entry.verdict == "undecided" else "error"


def symbol(proof: Proof, **attributes: str | float) -> Html:
    """The picture of a proof's state, 16 by 16."""
    path = tag("path", d=_SHAPES[proof])
    return tag("g", path, class_=f"mark {proof}", **attributes)


def badge(status: Status) -> Html:
    """The state of a proof as picture and word."""
    picture = tag("svg", symbol(status.proof), viewBox="0 0 16 16", aria_hidden="true")
    word, meaning = PROOFS[status.proof]
    return tag("span", picture, word, class_=f"badge {status.proof}", title=meaning)
