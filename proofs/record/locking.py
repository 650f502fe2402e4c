"""What is to be locked, from theories that were just proved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from ..kernel.claims import Claim
from ..kernel.errors import KernelError
from ..kernel.trace import replay, trace
from ..language.theory import Claimed, Theory
from .differences import STATED, Difference, compare, entry
from .entries import library
from .implications import decided
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
    """The lock that says what is proved now, and its trace. ``root``: the folder it will be in.

    Raises ``LockError`` if two theories have one name, or a theory's file is not below ``root``.
    """
    loaded = tuple(loaded)
    _distinct(loaded)
    claims = proved(loaded).values()
    data, theories = trace(claims), library(claims)
    keys = Keys(Sources(), [one.theory for one in loaded])
    for one in loaded:
        empty: dict[str, dict[str, str]] = {"claims": {}, "declarations": {}}
        said = theories.setdefault(one.theory.name, empty)
        said["load"] = load_name(one.name, root)
        said["sources"] = _sources(keys, one.theory, root)
        if one.name.endswith(".py"):
            said["sources"] |= {said["load"]: digest_of_source(root, said["load"])}
    return Lock(theories, sha256(data).hexdigest()), data


def _distinct(loaded: Iterable[Loaded]) -> None:
    """Claims are known as ``theory.id``: of two theories of one name, one would hide the other."""
    files: dict[str, Loaded] = {}
    for one in loaded:
        other = files.setdefault(one.theory.name, one)
        if other.theory is not one.theory:
            where = other.name if other.name == one.name else f"{other.name} and {one.name}"
            raise LockError(
                f"two theories are called {one.theory.name} ({where}); a lock tells theories "
                "apart by their names: give one another, or each a lock of its own"
            )


def load_name(name: str, root: Path) -> str:
    """How a theory is named in a lock: a file by its path below the lock's folder ``root``."""
    if not name.endswith(".py"):
        return name
    below = _relative(Path(name), root)
    if not below:
        raise LockError(
            f"{name} is not below {root.resolve()}, where the lock is: a lock speaks of files in "
            "its own folder and below (--lock FILE puts it elsewhere)"
        )
    return below


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
    failing = unproved(loaded)
    found = [_lost(d, failing) for d in compare(locked, now)]
    if any(d.kind in STATED for d in found):
        before, why = _locked_claims(path, locked)
        found = decided(found, before, proved(loaded))
        if why:
            said = f"not compared by proofs: {why}"
            found = [replace(d, details=(*d.details, said)) if d.kind in STATED else d
                     for d in found]  # fmt: skip
    return found + _moved(locked, now)


def _lost(found: Difference, failing: Mapping[str, str]) -> Difference:
    if found.kind not in ("missing", "renamed") or found.claim not in failing:
        return found
    said = f"it is {failing[found.claim]} now"
    return Difference("not-proved", found.claim, said, (found.summary,))


def _locked_claims(path: Path, locked: Lock) -> tuple[dict[str, Claim], str]:
    """The locked claims as the kernel proves them again; or none, and why."""
    try:
        claims = replay(read_trace(path, locked))
    except (LockError, KernelError) as error:
        return {}, str(error)
    return {
        label: c
        for c in claims
        if (label := f"{c.theorem.theory.name}.{c.id}")
        and (said := entry(locked, label)) is not None
        and said["sha256"] == c.sha256
    }, ""


def _moved(locked: Lock, now: Lock) -> list[Difference]:
    """Theories whose sources are others than those that are locked."""
    found: list[Difference] = []
    for name in sorted({*locked.theories} & {*now.theories}):
        old, new = (side.theories[name]["sources"] for side in (locked, now))
        changed = sorted(f for f in {*old, *new} if old.get(f) != new.get(f))
        if changed:
            said = (f"{f} ({_fate(old.get(f), new.get(f))})" for f in changed)
            found.append(Difference("source-changed", name, ", ".join(said)))
    return found


def _fate(old: str | None, new: str | None) -> str:
    if old is None:
        return "not among the locked sources"
    return "a source no more" if new is None else "changed"


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
