"""How a library differs from its lock: what was lost, and what was won.

Compared is what ``entries.library`` says of claims, so that no search and no SymPy is needed;
``implications`` then decides, with proofs, whether a changed statement became stronger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from shlex import quote
from typing import Any, Literal

from .lockfile import Lock
from .options import LOCK

Kind = Literal[
    "weakened", "changed", "hypothesis-added", "new-axiom", "declaration-changed",
    "constant-worsened", "not-proved", "missing", "tampered", "stale",
    "strengthened", "restated", "hypothesis-removed", "axiom-removed", "constant-improved",
    "proof-changed", "source-changed", "renamed", "new", "retitled",
]  # fmt: skip
FAILING: frozenset[Kind] = frozenset(
    {
        "weakened", "changed", "hypothesis-added", "new-axiom", "declaration-changed",
        "constant-worsened", "not-proved", "missing", "tampered", "stale",
    }
)  # fmt: skip
"""What a repository is guarded against; the other kinds are news."""
FREE: frozenset[Kind] = frozenset({"proof-changed", "source-changed", "new", "retitled"})
"""What a lock takes over without being told to accept it."""
STATED: frozenset[Kind] = frozenset({"changed", "hypothesis-added", "hypothesis-removed"})
"""What ``compare`` says of a statement that changed; ``implications`` looks closer."""
MEANINGS: Mapping[Kind, str] = {
    "weakened": "the statement says less than the locked one",
    "changed": "the statement is another, and neither is seen to imply the other",
    "hypothesis-added": "the claim now asks for more",
    "new-axiom": "the claim rests on something it did not rest on",
    "declaration-changed": "an axiom or definition beneath the claim says something else",
    "constant-worsened": "the same bound with a worse constant",
    "not-proved": "the claim was proved and is not any more",
    "missing": "the claim is gone",
    "tampered": "the lock says something else than what its trace proves",
    "stale": "the source is not what was locked",
    "strengthened": "the statement implies the locked one",
    "restated": "the statement and the locked one imply each other",
    "hypothesis-removed": "the claim asks for less",
    "axiom-removed": "the claim rests on less",
    "constant-improved": "the same bound with a better constant",
    "proof-changed": "another proof of the same statement",
    "source-changed": "the source changed, and with it perhaps proofs",
    "renamed": "the same statement under another name",
    "new": "a claim that is not locked",
    "retitled": "another title or kind for the same statement",
}


@dataclass(frozen=True)
class Difference:
    """One difference. ``claim``: ``theory.id``, or a source's path. ``details``: a line each.

    ``summary``: what the meaning of its kind leaves open, if anything.
    """

    kind: Kind
    claim: str
    summary: str
    details: tuple[str, ...] = ()

    @property
    def fails(self) -> bool:
        """Is it what a repository is guarded against?"""
        return self.kind in FAILING

    def as_json(self) -> dict[str, object]:
        """For programs (docs/json.md)."""
        return {
            "kind": self.kind,
            "claim": self.claim,
            "fails": self.fails,
            "summary": self.summary,
            "details": list(self.details),
        }


@dataclass(frozen=True)
class _Pair:
    """What a lock says of a claim and what is said now, each with what is said of the theory."""

    label: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def compare(locked: Lock, now: Lock) -> list[Difference]:
    """What became of the locked claims, and what is new; theories are compared by name."""
    found: list[Difference] = []
    for name in sorted({*locked.theories, *now.theories}):
        old = locked.theories.get(name, {"claims": {}, "declarations": {}})
        new = now.theories.get(name, {"claims": {}, "declarations": {}})
        found += _theory(name, old, new)
    return [
        replace(d, details=(*d.details, *reach(d.claim, locked, now))) if d.kind in STATED else d
        for d in found
    ]


def _theory(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = old["claims"], new["claims"]
    gone, fresh = [c for c in before if c not in after], [c for c in after if c not in before]
    digests = {after[c].get("sha256"): c for c in reversed(fresh)}
    for id in gone:
        other = digests.get(before[id].get("sha256"))
        if other is not None and other in fresh:
            fresh.remove(other)
            yield Difference("renamed", f"{name}.{id}", f"now called {other}")
        else:
            yield Difference("missing", f"{name}.{id}", f"was: {before[id].get('conclusion')}")
    for id in fresh:
        yield Difference("new", f"{name}.{id}", str(after[id].get("conclusion")))
    for id in before:
        if id in after:
            yield from _claim(_Pair(f"{name}.{id}", before[id], after[id], old, new))


def _claim(pair: _Pair) -> Iterator[Difference]:
    label, old, new = pair.label, pair.old, pair.new
    beneath = list(_foundation(pair))
    yield from beneath
    if old["sha256"] != new["sha256"]:
        statements = list(_statement(pair))
        declared = list(_declarations(pair))
        yield from statements
        yield from declared
        explained = any(d.kind == "new-axiom" for d in beneath)
        if not (statements or declared or explained):
            yield Difference("changed", label, "its canonical bytes are others", _both(old, new))
    elif old["proof"] != new["proof"]:
        yield Difference("proof-changed", label, "")
    if (old["title"], old["kind"]) != (new["title"], new["kind"]):
        was, is_ = (f"{e['kind']} {e['title']!r}" for e in (old, new))
        yield Difference("retitled", label, f"{was} is now {is_}")


def _foundation(pair: _Pair) -> Iterator[Difference]:
    """What the claim rests on and did not, by groups if a whole group is new."""
    label, old, new = pair.label, pair.old, pair.new
    was = {*old["assumptions"], *old["axioms"], *old["oracles"]}
    now = {*new["assumptions"], *new["axioms"], *new["oracles"]}
    beneath = [set(side["declarations"]) for side in (old, new)]
    gone = {_said(pair.before, name) for name in beneath[0] - beneath[1]}
    added = [
        name for name in sorted(beneath[1] - beneath[0])
        if not name.startswith("abbreviation ") and _said(pair.after, name) not in gone
    ]  # fmt: skip
    if now - was or added:
        listed = ", ".join(sorted(now - was) or added)
        details = tuple(f"{name}: {pair.after['declarations'].get(name)}" for name in added)
        yield Difference("new-axiom", label, f"rests on {listed} as well", details)
    if was - now:
        yield Difference("axiom-removed", label, f"needs {', '.join(sorted(was - now))} no more")


def _said(theory: Mapping[str, Any], name: str) -> tuple[str, object]:
    """What a declaration says, apart from its name."""
    return name.partition(" ")[0], theory["declarations"].get(name)


def _statement(pair: _Pair) -> Iterator[Difference]:
    label, old, new = pair.label, pair.old, pair.new
    was, now = set(old["hypotheses"]), set(new["hypotheses"])
    if old["conclusion"] != new["conclusion"]:
        changes = _changed_constants(old, new)
        yield Difference("changed", label, "", (*changes, *_both(old, new)))
    elif now - was:
        added = tuple(f"added: {h}" for h in sorted(now - was))
        removed = tuple(f"removed: {h}" for h in sorted(was - now))
        yield Difference("hypothesis-added", label, "", (*added, *removed))
    elif was - now:
        removed = tuple(f"removed: {h}" for h in sorted(was - now))
        yield Difference("hypothesis-removed", label, "", removed)


def _declarations(pair: _Pair) -> Iterator[Difference]:
    """The axioms and definitions beneath the claim whose text changed."""
    was, now = set(pair.old["declarations"]), set(pair.new["declarations"])
    for name in sorted(was & now):
        texts = [side["declarations"].get(name) for side in (pair.before, pair.after)]
        if texts[0] != texts[1]:
            details = (f"was: {texts[0]}", f"now: {texts[1]}")
            said = f"{name} says something else"
            yield Difference("declaration-changed", pair.label, said, details)


def _both(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    lines = [f"was: {old['conclusion']}", f"now: {new['conclusion']}"]
    lines += [f"hypothesis added: {h}" for h in new["hypotheses"] if h not in old["hypotheses"]]
    lines += [f"hypothesis removed: {h}" for h in old["hypotheses"] if h not in new["hypotheses"]]
    return tuple(lines)


def _changed_constants(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The constants that changed, if the statements have as many."""
    if len(old["constants"]) != len(new["constants"]):
        return ()
    pairs = zip(old["constants"], new["constants"], strict=True)
    return tuple(dict.fromkeys(change(a, b) for a, b in pairs if a != b))


def change(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """``constant 2 -> 3 (+50%)``."""
    said = f"constant {old['closed']} -> {new['closed']}"
    try:
        was, now = Fraction(old["value"]), Fraction(new["value"])
    except ValueError:
        return said
    try:
        return f"{said} ({float((now - was) / abs(was)):+.3%})" if was else said
    except OverflowError:
        return said


def advice(found: Sequence[Difference], lock: Path) -> str:
    """One sentence: was anything lost, and what to do now."""
    lost = sum(d.fails for d in found)
    said = f"{lost} of these are what the lock guards against" if lost else "nothing was lost"
    if any(d.kind == "not-proved" for d in found):
        return f"{said}; mend what is not proved: only what is proved is locked."
    command = "ratecert lock" if str(lock) == LOCK else f"ratecert lock --lock {quote(str(lock))}"
    asked = sorted({d.claim for d in found if d.kind not in FREE})
    if not asked:
        return f"{said}; `{command}` takes it over."
    accepted = " ".join(f"--accept {c}" for c in (asked if len(asked) <= 3 else ["CLAIM"]))
    return f"{said}; if it is meant: `{command} {accepted}`."


def reach(label: str, locked: Lock, now: Lock) -> tuple[str, ...]:
    """How far the change of a claim carries: the constants that changed in the claims above it."""
    above = dependants(label, now)
    lines: list[str] = []
    for name in above:
        old, new = entry(locked, name), entry(now, name)
        if old is not None and new is not None:
            lines += [f"reaches {name}: {text}" for text in _changed_constants(old, new)]
    if above and not lines:
        few = ", ".join(above[:4]) + (", ..." if len(above) > 4 else "")
        lines = [f"no constant changed in the claims that rest on it ({few})"]
    return tuple(lines)


def dependants(label: str, lock: Lock) -> list[str]:
    """The claims whose proofs rest on this one, directly or not."""
    users: dict[str, list[str]] = {}
    for name, theory in lock.theories.items():
        for id, claim in theory["claims"].items():
            for used in claim["depends_on"]:
                users.setdefault(used, []).append(f"{name}.{id}")
    found, waiting = set[str](), [label]
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in found:
                found.add(user)
                waiting.append(user)
    return sorted(found)


def entry(lock: Lock, label: str) -> Mapping[str, Any] | None:
    """What a lock says of ``theory.id``."""
    name, _, id = label.partition(".")
    found: Mapping[str, Any] | None = lock.theories.get(name, {}).get("claims", {}).get(id)
    return found
