"""``ratecert campaign``: run, resume, status, merge."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from ..cli import EXIT_FINDING, EXIT_INTERNAL, EXIT_NOTHING, EXIT_OK, EXIT_USAGE
from ..numeric_checks.campaign import executors
from ..numeric_checks.campaign.bar import progress_bar
from ..numeric_checks.campaign.lock import only_runner
from ..numeric_checks.campaign.merging import ConflictError, merge, settings_of
from ..numeric_checks.campaign.named import CAMPAIGNS, CampaignError, named
from ..numeric_checks.campaign.pace import clock
from ..numeric_checks.campaign.report import Claim, Status, as_json, status
from ..numeric_checks.campaign.running import DiedError, Outcome, keyed, run_tasks, split
from ..numeric_checks.campaign.settings import Settings, Shard
from ..numeric_checks.campaign.store import Store, StoreError
from ..numeric_checks.campaign.task import Task
from ..numeric_checks.campaign.version import ChangedError, Versions
from ..proofs.record.store import default_directory
from .output import emit_json, table

EXIT_INTERRUPTED = 130


def run(args: argparse.Namespace) -> int:
    """Run the command named."""
    try:
        return {"run": _run, "resume": _resume, "status": _status, "merge": _merge}[args.action](
            args
        )
    except ConflictError as error:
        code = EXIT_FINDING
        print(f"ratecert: {error}", file=sys.stderr)
    except (DiedError, ChangedError) as error:
        code = EXIT_INTERNAL
        print(f"ratecert: {error}", file=sys.stderr)
    except CampaignError as error:
        code = EXIT_USAGE
        print(f"ratecert: {error}", file=sys.stderr)
    return code


def _run(args: argparse.Namespace) -> int:
    _require_numeric()
    named(args.campaign)
    shard, only = Shard.parse(args.shard), tuple(dict.fromkeys(args.only))
    settings = Settings(args.campaign, args.seed, only, shard)
    own, whole = settings.own(), len(settings.tasks())
    if args.list:
        return _list(args, own)
    part = f".{shard.index}of{shard.of}" if shard.of > 1 else ""
    path = Path(args.store) if args.store else _cached(f"{args.campaign}{part}")
    return _work(args, path, settings, own, whole)


def _resume(args: argparse.Namespace) -> int:
    _require_numeric()
    path = _existing(args.file)
    with Store(path, write=False) as store:
        settings = settings_of(store)
    return _work(args, path, settings, settings.own(), len(settings.tasks()))


def _work(
    args: argparse.Namespace, path: Path, settings: Settings, own: list[Task], whole: int
) -> int:
    """Run the tasks that are not stored, and report."""
    if not own:
        print(f"ratecert: {settings} has no task: nothing was checked", file=sys.stderr)
        return EXIT_NOTHING
    versions = Versions()
    tasks = keyed(own, versions)
    with only_runner(path), Store(path, write=True) as store:
        _require_same(store, settings)
        if args.prune:
            gone = store.forget({task.key for task in tasks})
            print(f"ratecert: {gone} results of other versions removed", file=sys.stderr)
        label = f"campaign {settings}"
        try:
            with _executor(args) as (executor, slots), progress_bar(label) as (progress, say):
                outcome = run_tasks(
                    tasks, store, executor, slots, versions, progress=progress, say=say
                )
        except KeyboardInterrupt:  # the second: what ran was dropped
            outcome = Outcome(interrupted=True)
        good, bad = split(store.rows())
    for row in outcome.corrupt:
        print(f"ratecert: {path}: not believed, computed again: {row}", file=sys.stderr)
    for task, reason in outcome.failed:
        print(f"ratecert: {task.title} failed: {reason}", file=sys.stderr)
    found = status(settings, tasks, whole, good, bad)
    if outcome.interrupted:
        print(
            f"ratecert: interrupted; {len(found.done)} of {len(tasks)} tasks are stored. "
            f"To go on:\n  ratecert campaign resume {path}",
            file=sys.stderr,
        )
        return EXIT_INTERRUPTED
    _tell(args, found, path, f"{outcome.ran} run, {outcome.reused} reused")
    return EXIT_INTERNAL if outcome.failed else _code(found)


def _status(args: argparse.Namespace) -> int:
    _require_numeric()
    path = _existing(args.file)
    with Store(path, write=False) as store:
        settings = settings_of(store)
        good, bad = split(store.rows())
    tasks = keyed(settings.own(), Versions())
    found = status(settings, tasks, len(settings.tasks()), good, bad)
    _tell(args, found, path, "")
    return _code(found)


def _merge(args: argparse.Namespace) -> int:
    target = Path(args.output)
    merged = merge([Path(name) for name in args.files], target)
    if args.format == "json":
        emit_json(
            {
                "schema": 1, "campaign": merged.settings.to_json(), "file": str(target),
                "results": merged.results, "shared": merged.shared,
            }
        )  # fmt: skip
    else:
        twice = f", {merged.shared} of them in more than one file" if merged.shared else ""
        print(f"{target}: campaign {merged.settings}, {merged.results} results{twice}")
    return EXIT_OK


# --- files ----------------------------------------------------------------------------------------


def _cached(name: str) -> Path:
    return default_directory() / "campaigns" / f"{name}.sqlite"


def _existing(text: str) -> Path:
    """A file by its path, or by a campaign's name in the cache."""
    path = Path(text)
    if path.exists() or path.suffix or path.name != text:
        return path
    inside = _cached(text)
    if not inside.exists():
        if text not in CAMPAIGNS and "." not in text:
            named(text)
        raise StoreError(f"{inside}: no such file; `ratecert campaign run {text}` makes it")
    return inside


def _require_same(store: Store, settings: Settings) -> None:
    """Write what the campaign is into a new file; in one that is there, it must say the same."""
    if not store.about():
        store.describe(settings.to_json())
        return
    found = settings_of(store)
    if found != settings:
        raise StoreError(
            f"{store.path} holds the campaign {found}, not {settings}: name another file with "
            f"--store, or go on with that one: `ratecert campaign resume {store.path}`"
        )


# --- where ----------------------------------------------------------------------------------------


def _require_numeric() -> None:
    absent = [name for name in ("torch", "sklearn") if find_spec(name) is None]
    if absent:
        raise CampaignError(
            "campaigns need the extra [numeric]: pip install 'ratecert[numeric]' "
            f"({' and '.join(absent)} not found)"
        )


def _processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _executor(args: argparse.Namespace) -> Iterator[tuple[Executor, int]]:
    """Where tasks run, and how many at once."""
    if args.dask:
        with executors.dask(args.dask) as found:
            yield found
        return
    workers = _processors() if args.workers is None else args.workers
    if workers < 1:
        raise CampaignError("--workers must be at least 1")
    with executors.pool(workers) if workers > 1 else executors.in_process() as executor:
        yield executor, workers


# --- reports --------------------------------------------------------------------------------------


def _code(found: Status) -> int:
    if found.corrupt or any(claim.against for claim in found.claims()):
        return EXIT_FINDING
    return EXIT_OK if found.done else EXIT_NOTHING


def _list(args: argparse.Namespace, tasks: Sequence[Task]) -> int:
    if args.format == "json":
        emit_json({"schema": 1, "tasks": [task.to_json() for task in tasks]})
    else:
        for task in tasks:
            print(f"{task.title}: {task.budget} evaluations, {task.tile} at a time")
    return EXIT_OK


def _tell(args: argparse.Namespace, found: Status, path: Path, how: str) -> None:
    if args.format == "json":
        emit_json(as_json(found))
    else:
        _text(found, path, how)
    for row in found.corrupt:
        print(
            f"ratecert: {path}: a result is corrupt and not believed: {row}\n"
            f"  `ratecert campaign resume {path}` computes it again, if it is of this version;\n"
            "  with --prune it is removed in any case",
            file=sys.stderr,
        )
    if not found.done:
        print("ratecert: nothing was checked", file=sys.stderr)


def _text(found: Status, path: Path, how: str) -> None:
    rows = [_row(claim) for claim in found.claims()]
    if rows:
        header = ("verdict", "claim", "tasks", "checked", "worst ratio", "where")
        table(f"campaign {found.settings}", header, rows)
    print()
    for claim in found.claims():
        for finding, title in claim.against:
            print(f"{claim.label} {finding.verdict} in {title}: {finding.evidence}")
    open_ones = sum(c.verdicts["undecided"] for c in found.claims())
    open_ones -= sum(f.verdict == "undecided" for c in found.claims() for f, _ in c.against)
    if open_ones:
        print(
            f"{open_ones} estimates on few runs are undecided, which is no finding: their means "
            "lie below the bounds, and more runs would decide"
        )
    shard = f" of {found.whole} in all shards" if found.settings.shard.of > 1 else ""
    counted = ", ".join(f"{n} {verdict}" for verdict, n in sorted(found.verdicts.items()))
    print(
        f"{len(found.done)} of {len(found.tasks)} tasks done{shard}"
        + (f" ({counted})" if counted else "")
        + (f", {found.left} left" if found.left else "")
        + (f"; {how}" if how else "")
        + f"; {clock(found.seconds)} of CPU time"
    )
    if found.others:
        print(
            f"{found.others} more results are of another version of code, libraries or machine "
            "(resume --prune removes them)"
        )
    if found.left:
        print(f"To go on: ratecert campaign resume {path}")
    print(f"Results {found.digest[:16]}, in {path}")


def _row(claim: Claim) -> tuple[str, ...]:
    worst = claim.worst
    ratio = f"{worst[0].ratio:.6f}" if worst and worst[0].ratio is not None else "-"
    tasks = str(claim.tasks)
    if len(claim.verdicts) > 1:
        counted = (f"{n} {verdict}" for verdict, n in sorted(claim.verdicts.items()))
        tasks += f" ({', '.join(counted)})"
    where = ", ".join(part for part in (worst[1], worst[0].location) if part) if worst else ""
    return claim.verdict, claim.label, tasks, str(claim.checked), ratio, where
