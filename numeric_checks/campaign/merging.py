"""The files of shards, or of machines, put together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from .named import CampaignError
from .running import split
from .settings import Settings, Shard
from .store import NOTHING, Store, Stored, StoreError


class ConflictError(CampaignError):
    """Two files have different results under one key."""


@dataclass(frozen=True)
class Merged:
    """``settings`` of the new file, how many results it has, and how many were in several files."""

    settings: Settings
    results: int
    shared: int


def settings_of(store: Store) -> Settings:
    """What a file is about.

    Raises:
        StoreError: it does not say.
    """
    about = store.about()
    if not about:
        raise StoreError(f"{store.path}: {NOTHING}")
    try:
        return Settings.from_json(about)
    except CampaignError as error:
        raise StoreError(f"{store.path}: {error}") from error


def merge(sources: Sequence[Path], target: Path) -> Merged:
    """Write the results of all ``sources`` into a new file: it is there whole, or not at all.

    Raises:
        ConflictError: one key has two results.
        StoreError: a source cannot be read, has a corrupt row, or is of another campaign; or
            ``target`` is there already, or cannot be written.
    """
    if os.path.lexists(target):
        raise StoreError(f"{target} is there already: name a new file with -o")
    whole: Settings | None = None
    results: dict[str, tuple[Path, Stored]] = {}
    shared = 0
    for path in sources:
        with Store(path, write=False) as store:
            found = replace(settings_of(store), shard=Shard())
            if whole is not None and found != whole:
                raise StoreError(f"{path} is of the campaign {found}, {sources[0]} of {whole}")
            whole = found
            good, bad = split(store.rows())
        if bad:
            raise StoreError(
                f"{path}: {len(bad)} results are corrupt, the first {bad[0]}. "
                f"`ratecert campaign resume {path}` computes them again; then merge"
            )
        for key, row in good.items():
            if key not in results:
                results[key] = path, row
                continue
            other, kept = results[key]
            if kept.result.text != row.result.text:
                raise ConflictError(_conflict(key, (other, kept), (path, row)))
            shared += 1
    if whole is None:
        raise StoreError("nothing to merge")
    _write(target, whole, [row for _, row in results.values()])
    return Merged(whole, len(results), shared)


def _write(target: Path, settings: Settings, rows: Sequence[Stored]) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with Store(draft, write=True) as store:
            store.describe(settings.to_json())
            store.put_all([(row.task, row.version, row.result, row.aside) for row in rows])
        os.link(draft, target)  # unlike a renaming, it never replaces a file
    except FileExistsError:
        raise StoreError(f"{target} is there already: name a new file with -o") from None
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            os.unlink(draft)


def _conflict(key: str, one: tuple[Path, Stored], other: tuple[Path, Stored]) -> str:
    (path, row), (second, found) = one, other
    machines = [str(r.aside.get("processor", "?")) for r in (row, found)]
    why = (
        f"they were made on different processors ({machines[0]}; {machines[1]})"
        if machines[0] != machines[1]
        else "the same task, the same code, the same libraries: one of the two is wrong"
    )
    return (
        f"{path} and {second} have different results of {row.task.title} (key {key[:12]}): {why}. "
        f"Nothing was merged; run it once more with `ratecert campaign run` into a new file to see "
        "which comes again"
    )
