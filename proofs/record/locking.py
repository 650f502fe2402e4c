"""What is to be locked, from theories that were just proved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ..kernel.claims import Claim
from ..kernel.errors import KernelError
from ..kernel.trace import replay, trace
from ..language.theory import Claimed, Theory
from .differences import Difference, compare
from .entries import library
from .implications import DECIDED, decided
from .keys import Keys
from .lockfile import Lock, LockError, digest_of_source, read_trace
from .sources import Sources, resolved


@dataclass(frozen=True)
class Loaded:
    """A theory, how it was named, and those of its claims that are looked at."""

    name: str
    theory: Theory
    claims: Sequence[Claimed]


def lock_of(loaded: Iterable[Loaded], root: Path) -> tuple[Lock, bytes]:
    """The lock that says what is proved now, and its trace. ``root``: the folder it will be in."""
    loaded = tuple(loaded)
    data = trace(proved(loaded).values())
    theories = library(proved(loaded).values())
    keys = Keys(Sources(), [one.theory for one in loaded])
    for one in loaded:
        empty: dict[str, dict[str, str]] = {"claims": {}, "declarations": {}}
        entry = theories.setdefault(one.theory.name, empty)
        entry["load"] = _relative(Path(one.name), root) if one.name.endswith(".py") else one.name
        entry["sources"] = _sources(keys, one.theory, root)
    return Lock(theories, sha256(data).hexdigest()), data


def proved(loaded: Iterable[Loaded]) -> dict[str, Claim]:
    """The claims that are proved, by ``theory.id``."""
    every = (claim for one in loaded for claim in one.claims)
    return {c.label: c.result.claim for c in every if c.result and c.result.claim}


def unproved(loaded: Iterable[Loaded]) -> dict[str, str]:
    """The claims that are not, with their verdicts."""
    every = (claim for one in loaded for claim in one.claims)
    results = {c.label: c.check() for c in every}
    return {label: r.verdict for label, r in results.items() if r.verdict != "proved"}


def differences(path: Path, locked: Lock, now: Lock, loaded: Iterable[Loaded]) -> list[Difference]:
    """How what is proved now differs from the lock at ``path``."""
    loaded = tuple(loaded)
    found = [_lost(d, unproved(loaded)) for d in compare(locked, now)]
    if any(d.kind in DECIDED for d in found):
        found = decided(found, _locked_claims(path, locked), proved(loaded))
    return found + _moved(locked, now)


def _lost(found: Difference, failing: Mapping[str, str]) -> Difference:
    if found.kind not in ("missing", "renamed") or found.claim not in failing:
        return found
    said = f"it is {failing[found.claim]} now"
    return Difference("not-proved", found.claim, said, (found.summary,))


def _locked_claims(path: Path, locked: Lock) -> dict[str, Claim]:
    """The locked claims as the kernel proves them again; none if the trace is of no use."""
    try:
        claims = replay(read_trace(path, locked))
    except (LockError, KernelError):
        return {}
    return {f"{c.theorem.theory.name}.{c.id}": c for c in claims}


def _moved(locked: Lock, now: Lock) -> list[Difference]:
    """Theories whose sources changed although nothing else did."""
    found: list[Difference] = []
    for name in sorted({*locked.theories} & {*now.theories}):
        old, new = (side.theories[name]["sources"] for side in (locked, now))
        changed = sorted(f for f in {*old, *new} if old.get(f) != new.get(f))
        if changed:
            found.append(Difference("source-changed", name, ", ".join(changed)))
    return found


# --- sources ----------------------------------------------------------------------------------


def _sources(keys: Keys, theory: Theory, root: Path) -> dict[str, str]:
    """The files that the proofs of a theory can reach and that are below ``root``."""
    files = set[Path]()
    for claim in theory.claims.values():
        files.add(resolved(claim.script.__code__.co_filename))
        try:
            files |= {part.module.path for part in keys.reached(claim)[0]}
        except Exception:  # what cannot be followed is at least written somewhere
            continue
    names = (_relative(file, root) for file in files)
    return {name: digest_of_source(root, name) for name in sorted(names) if name}


def _relative(file: Path, root: Path) -> str:
    """The path below the lock's folder; empty if it is elsewhere."""
    try:
        return file.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return ""
