"""``ratecert experiments l1-ratio``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..cli import EXIT_INTERNAL, EXIT_NOTHING, EXIT_OK, EXIT_USAGE
from ..numeric_checks.experiments.report import (
    Report,
    ReportError,
    read,
    report_file,
    text,
    written,
)
from .output import emit_json

if TYPE_CHECKING:
    from ..numeric_checks.experiments.plan import Run

EXIT_INTERRUPTED = 130
PLOTS = (".pdf", ".png", ".svg")


class UsageError(ValueError):
    """What was asked for cannot be done; says why, and what to do."""


def run(args: argparse.Namespace) -> int:
    """Run what is not stored yet, or read a report; show it, write it, draw it."""
    try:
        _require_ends(args)
        return _shown(args) if args.source else _run(args)
    except (UsageError, ReportError) as error:
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE


def _shown(args: argparse.Namespace) -> int:
    path = report_file(args.source)
    try:
        report = read(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except ReportError as error:
        raise ReportError(f"{path}: {error}") from error
    return _tell(args, report)


def _run(args: argparse.Namespace) -> int:
    _require_numeric()
    from ..numeric_checks.campaign.named import CampaignError
    from ..numeric_checks.campaign.running import DiedError
    from ..numeric_checks.campaign.store import FullError
    from ..numeric_checks.campaign.version import ChangedError
    from ..numeric_checks.experiments.models import ModelError
    from ..numeric_checks.experiments.plan import PlanError, preset, runs
    from ..numeric_checks.experiments.records import RecordError

    path = Path(args.store) if args.store else report_file("l1-ratio").with_suffix(".sqlite")
    try:
        planned = runs(
            preset(args.preset), models=args.models, seeds=args.seeds, rates=args.lr,
            steps=args.steps, optimizer=args.optimizer, dtype=args.dtype,
            device=_device(args.device),
        )  # fmt: skip
        if args.list:
            return _list(args, planned, path)
        return _work(args, planned, path)
    except FullError as error:
        why = error.__cause__ or error
        print(
            f"ratecert: {path}: cannot store a run: {why}. Those before are safe: make room, and "
            "give the same command again",
            file=sys.stderr,
        )
    except (ModelError, PlanError, RecordError) as error:
        print(f"ratecert: {error}", file=sys.stderr)
    except (DiedError, ChangedError) as error:
        told = str(error).replace("--workers", "--jobs")  # as campaigns call it
        print(f"ratecert: {told}", file=sys.stderr)
        return EXIT_INTERNAL
    except CampaignError as error:
        print(f"ratecert: {error}", file=sys.stderr)
    return EXIT_USAGE


def _work(args: argparse.Namespace, planned: Sequence[Run], path: Path) -> int:
    from ..numeric_checks.experiments.running import environment, run_all

    if args.jobs < 1:
        raise UsageError("--jobs must be at least 1")
    found = run_all(planned, path, args.jobs)
    outcome = found.outcome
    for row in outcome.corrupt:
        print(f"ratecert: {path}: not believed, run again if needed: {row}", file=sys.stderr)
    for task, reason in outcome.failed:
        print(f"ratecert: {task.title} failed: {reason}", file=sys.stderr)
    if outcome.interrupted:
        print(
            f"ratecert: interrupted; {len(found.records)} of {found.wanted} runs are stored in "
            f"{path}. The same command goes on",
            file=sys.stderr,
        )
        return EXIT_INTERRUPTED
    if not found.records:
        print("ratecert: nothing was recorded", file=sys.stderr)
        return EXIT_INTERNAL if outcome.failed else EXIT_NOTHING
    print(
        f"ratecert: {outcome.ran} run, {outcome.reused} reused; runs are kept in {path}",
        file=sys.stderr,
    )
    report = Report(_command(args), found.wanted, environment(), tuple(found.records))
    _replace(report_file("l1-ratio"), written(report.condensed()))
    code = _tell(args, report)
    return EXIT_INTERNAL if outcome.failed else code


def _command(args: argparse.Namespace) -> str:
    """What decides the numbers, as a command: not where it ran, nor in how many processes."""
    parts = ["ratecert experiments l1-ratio", f"--preset {args.preset}"]
    for name, given in (("models", args.models), ("lr", args.lr)):
        parts += [f"--{name} {' '.join(given)}"] if given else []
    for name in ("seeds", "steps"):
        value = getattr(args, name)
        parts += [] if value is None else [f"--{name} {value}"]
    for name, usual in (("optimizer", "torch"), ("device", "cpu"), ("dtype", "float32")):
        value = getattr(args, name)
        parts += [] if value == usual else [f"--{name} {value}"]
    return " ".join(parts)


def _list(args: argparse.Namespace, planned: Sequence[Run], path: Path) -> int:
    from ..numeric_checks.experiments.running import stored

    there = stored(planned, path)
    if args.format == "json":
        rows = [
            {"model": r.model.name, "lr": r.rate, "seed": r.seed, "steps": r.steps, "stored": s}
            for r, s in zip(planned, there, strict=True)
        ]
        emit_json({"schema": 1, "experiment": "l1-ratio", "runs": rows})
        return EXIT_OK
    for one, is_there in zip(planned, there, strict=True):
        state = ", stored" if is_there else ""
        print(f"{one.model.name}, learning rate {one.rate}, seed {one.seed}{state}")
    return EXIT_OK


# --- what is told ---------------------------------------------------------------------------------


def _tell(args: argparse.Namespace, report: Report) -> int:
    kept = report if args.whole else report.condensed()
    if args.output:
        target = Path(args.output)
        _replace(target, written(kept, compressed=target.suffix == ".gz"))
        print(f"ratecert: wrote {target}", file=sys.stderr)
    if args.plot:
        from ..numeric_checks.experiments.plot import draw

        draw(report, Path(args.plot))
        print(f"ratecert: drew {args.plot}", file=sys.stderr)
    if args.format == "json":
        sys.stdout.write(written(kept).decode())
    else:
        print("\n".join(text(report)))
    return EXIT_OK if report.records else EXIT_NOTHING


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole, or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


# --- what is asked --------------------------------------------------------------------------------


def _require_ends(args: argparse.Namespace) -> None:
    """What can only fail after hours fails now."""
    if args.plot:
        if Path(args.plot).suffix not in PLOTS:
            raise UsageError(f"--plot {args.plot}: the name must end in {', '.join(PLOTS)}")
        if find_spec("matplotlib") is None:
            raise UsageError("--plot needs the extra [plot]: pip install 'ratecert[plot]'")
    for name in filter(None, (args.plot, args.output)):
        if Path(name).is_dir():
            raise UsageError(f"{name} is a folder: name a file")


def _require_numeric() -> None:
    absent = [name for name in ("torch", "sklearn") if find_spec(name) is None]
    if absent:
        raise UsageError(
            "experiments need the extra [numeric]: pip install 'ratecert[numeric]' "
            f"({' and '.join(absent)} not found); --from needs it not"
        )


def _device(name: str) -> str:
    """A device that is there."""
    import torch

    try:
        torch.zeros(1, device=name).add_(1).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        why = str(error).partition("\n")[0]
        raise UsageError(f"--device {name!r} cannot be used: {why}") from error
    return str(torch.device(name))
