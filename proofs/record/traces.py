"""The part of some traces that some claims need, as one trace. Untrusted: the kernel replays it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..kernel.codec import dumps, loads

_THEOREM = "thm"


def pruned(traces: Mapping[str, bytes], roots: Iterable[tuple[str, str, str]]) -> bytes:
    """One trace of the claims ``roots``, each ``(trace, theory, id)``; equal steps stand once.

    Raises ``TraceError``, ``LookupError`` or ``TypeError`` if something is no trace.
    """
    merged = _Merged()
    documents = {name: loads(data.removesuffix(b"\n")) for name, data in traces.items()}
    for name, theory, id in roots:
        merged.claim(name, documents[name], theory, id)
    for document in documents.values():
        head = {key: document[key] for key in ("format", "kernel")}
    whole = {**head, "theories": merged.theories, "steps": merged.steps, "claims": merged.claims}
    return dumps(whole) + b"\n"


class _Merged:
    """Theories, steps and claims so far, each known by its text."""

    def __init__(self) -> None:
        self.theories: list[Any] = []
        self.steps: list[Any] = []
        self.claims: list[Any] = []
        self._known: dict[bytes, int] = {}
        self._numbers: dict[tuple[str, int], int] = {}

    def claim(self, name: str, document: Any, theory: str, id: str) -> None:
        """Add one claim and the steps beneath it."""
        for claim in document["claims"]:
            own = document["theories"][document["steps"][claim["theorem"]]["theory"]]
            if claim["id"] == id and own[1] == theory:
                for root in (claim["theorem"], *claim["definedness"]):
                    self._walk(name, document, root)
                numbers = [self._numbers[name, n] for n in claim["definedness"]]
                theorem = self._numbers[name, claim["theorem"]]
                self.claims.append({**claim, "theorem": theorem, "definedness": numbers})
                return
        raise LookupError(f"the trace has no claim {id} of {theory}")

    def _walk(self, name: str, document: Any, root: int) -> None:
        """Add the steps beneath ``root``; a step's premises have smaller numbers, so come first."""
        needed, waiting = set[int](), [root]
        while waiting:
            number = waiting.pop()
            if number in needed or (name, number) in self._numbers:
                continue
            needed.add(number)
            found = list[int]()
            _references(document["steps"][number]["args"], found)
            waiting += found
        for number in sorted(needed):
            step = document["steps"][number]
            theory = self._theory(document["theories"][step["theory"]])
            args = self._renumbered(step["args"], name)
            added = {"theory": theory, "rule": step["rule"], "args": args}
            self._numbers[name, number] = self._place(self.steps, added)

    def _theory(self, theory: Any) -> int:
        return self._place(self.theories, theory)

    def _place(self, items: list[Any], item: Any) -> int:
        text = dumps(item)
        if text not in self._known:
            self._known[text] = len(items)
            items.append(item)
        return self._known[text]

    def _renumbered(self, data: Any, name: str) -> Any:
        if isinstance(data, list):
            if _is_reference(data):
                return [_THEOREM, self._numbers[name, data[1]]]
            return [self._renumbered(part, name) for part in data]
        if isinstance(data, dict):
            return {key: self._renumbered(part, name) for key, part in data.items()}
        return data


def _references(data: Any, found: list[int]) -> None:
    """The numbers of the theorems that some arguments mention."""
    if isinstance(data, list):
        if _is_reference(data):
            found.append(data[1])
        else:
            for part in data:
                _references(part, found)
    elif isinstance(data, dict):
        for part in data.values():
            _references(part, found)


def _is_reference(data: list[Any]) -> bool:
    return len(data) == 2 and data[0] == _THEOREM and type(data[1]) is int
