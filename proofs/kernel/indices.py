"""Index conditions, and matching of index patterns.

All index hypotheses have the form ``a + m <= b + n``: difference constraints over the integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from .errors import LimitError
from .terms import App, Ix, Le, N, Node, PointApp, free_indices, subterms

MAX_CONDITIONS = 100


@lru_cache(maxsize=65536)
def entails(hypotheses: frozenset[Le], goal: Le) -> frozenset[Le] | None:
    """The hypotheses used in deriving ``goal`` from ``hypotheses``, or None if it does not follow.

    A shortest path: if s - u <= D is known and u - v <= w is a hypothesis, then s - v <= D + w.
    Raises ``LimitError`` if there are too many hypotheses.
    """
    if len(hypotheses) > MAX_CONDITIONS:
        raise LimitError(f"more than {MAX_CONDITIONS} index conditions at once")
    ordered = sorted(hypotheses, key=lambda h: h.key)
    start, end = goal.left.base, goal.right.base
    bound = goal.right.offset - goal.left.offset
    known: dict[object, tuple[int, frozenset[Le]]] = {start: (0, frozenset())}
    for _ in range(len(hypotheses) + 1):
        if end in known and known[end][0] <= bound:
            return known[end][1]
        for le in ordered:
            if le.left.base not in known:
                continue
            distance, used = known[le.left.base]
            distance += le.right.offset - le.left.offset
            if le.right.base not in known or distance < known[le.right.base][0]:
                known[le.right.base] = (distance, used | {le})
    return None


IndexMap = dict[str, Ix]


def substitute_indices(node: N, mapping: IndexMap) -> N:
    """Replace free index names simultaneously; nothing closed can be captured."""
    if mapping.keys().isdisjoint(free_indices(node)):
        return node
    if isinstance(node, Ix):
        return mapping[node.base].shift(node.offset)  # type: ignore[index, return-value]
    new: list[object] = []
    for part in node.parts():
        if isinstance(part, Node):
            new.append(substitute_indices(part, mapping))
        elif type(part) is tuple:
            new.append(
                tuple([substitute_indices(p, mapping) if isinstance(p, Node) else p for p in part])
            )
        else:
            new.append(part)
    return type(node)(*new)


def match_index(pattern: Ix, target: Ix, names: frozenset[str], found: IndexMap) -> bool:
    """Extend ``found`` so that ``pattern`` becomes ``target``; only ``names`` may be bound.

    Never to the index of a binder: substituted under another binder it would be captured.
    """
    if isinstance(pattern.base, str) and pattern.base in names:
        if type(target.base) is int:
            return False
        value = target.shift(-pattern.offset)
        return found.setdefault(pattern.base, value) == value
    return pattern == target


def match_heads(pattern: Node, target: Node, names: frozenset[str], found: IndexMap) -> bool:
    """Match two applications argument by argument; other arguments must agree after matching."""
    if isinstance(pattern, Ix) and isinstance(target, Ix):
        return match_index(pattern, target, names, found)
    if isinstance(pattern, App | PointApp) and type(pattern) is type(target):
        return (
            isinstance(target, App | PointApp)
            and pattern.name == target.name
            and len(pattern.args) == len(target.args)
            and all(
                match_heads(p, t, names, found)
                for p, t in zip(pattern.args, target.args, strict=True)
            )
        )
    return substitute_indices(pattern, found) == target


def candidates(
    pattern: Node, target: Node, names: frozenset[str], spend: Callable[[int], None]
) -> Iterator[IndexMap]:
    """Index substitutions under which the applications of ``pattern`` occur in ``target``.

    Proposals only: the caller substitutes and compares. Every name in ``names`` is bound. Told to
    ``spend`` its work.
    """
    heads, spots = _applications(pattern), _applications(target)

    def search(found: IndexMap) -> Iterator[IndexMap]:
        """Bind the first open name wherever it occurs, then the others."""
        open_names = sorted(names - found.keys())
        if not open_names:
            yield found
            return
        for head in heads:
            if open_names[0] in free_indices(head):
                for spot in spots:
                    spend(4)
                    trial = dict(found)
                    if match_heads(head, spot, names, trial) and open_names[0] in trial:
                        yield from search(trial)

    seen: set[tuple[tuple[str, Ix], ...]] = set()
    for found in search({}):
        frozen = tuple(sorted(found.items()))
        if frozen not in seen:
            seen.add(frozen)
            yield found


@lru_cache(maxsize=10_000)
def _applications(node: Node) -> list[Node]:
    """The applications in ``node``, the largest first."""
    return sorted({n for n, _ in subterms(node) if isinstance(n, App | PointApp)}, key=_size)


def _size(node: Node) -> tuple[int, str]:
    return (-len(node.key), node.key)


def index_hypotheses(formulas: Iterable[Node]) -> frozenset[Le]:
    """Those of the formulas that are index conditions."""
    return frozenset(f for f in formulas if isinstance(f, Le))
