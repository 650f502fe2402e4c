"""Is every guard of the kernel needed? Remove each in turn, and see whether a test fails.

    PYTHONPATH=src python -m coverage run --rcfile=tests/guards/coverage.cfg -m pytest tests/kernel
    python tests/guards [--kind raise] [--file rules.py] [--workers 1] [--again]

The first line records which test runs which line, so that a guard is tried against the tests that
reach it, slow ones last. Results are kept in ``--results`` (a line for each guard), so a run can be
stopped and resumed. Guards whose removal no test notices are listed, unless ``explained.toml`` says
why nothing can notice it. Exit code 0: none; 1: some; 2: no coverage data.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import tomllib
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
for _folder in (ROOT / "src", ROOT / "tests", HERE):
    sys.path.insert(0, str(_folder))

from mutate import Guard, guards  # noqa: E402

EXPLAINED = HERE / "explained.toml"
TIMEOUT = 180
"""Seconds; without a limit a test may run for ever, which is noticed as well."""
MODULES = tuple(p.stem for p in (ROOT / "tests" / "kernel").glob("test_*.py"))


class _Mutant(MetaPathFinder, Loader):
    """Imports one module from another source."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self.guard.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.guard.source, self.guard.file, "exec"), module.__dict__)  # noqa: S102


def reaching(data: Any) -> dict[tuple[str, int], list[str]]:
    """For each line of the kernel, the tests that run it (``test_rules::test_name``)."""
    found: dict[tuple[str, int], list[str]] = {}
    for file in data.measured_files():
        for line, contexts in data.contexts_by_lineno(file).items():
            tests = []
            for context in contexts:
                module, _, name = context.rpartition(".")
                module = module.rpartition(".")[2]
                if name.startswith("test_") and module in MODULES:
                    tests.append(f"{module}::{name}")
            found[Path(file).name, line] = sorted(set(tests))
    return found


def run(guard: Guard | None, tests: Sequence[str], hidden: bool = True) -> str:
    """``killed``, ``timeout`` or ``survived``: what the tests say of the kernel without it."""
    child = os.fork()
    if child == 0:
        code = 3
        try:
            os.setsid()
            sink = os.open(os.devnull, os.O_WRONLY)
            if hidden:
                os.dup2(sink, 1)
                os.dup2(sink, 2)
            if guard is not None:
                sys.meta_path.insert(0, _Mutant(guard))
            import pytest

            quiet = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
            where = [f"tests/kernel/{t.replace('::', '.py::', 1)}" for t in tests]
            code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *quiet, *where]))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return {0: "survived", 1: "killed", 2: "killed"}.get(code, f"error {code}")
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def explained() -> dict[str, str]:
    """The guards that no test can notice, and why."""
    return dict(tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["guards"])


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="tests/guards", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kind", action="append", help="raise, require, part or isinstance")
    parser.add_argument("--file", action="append", help="only guards of this file")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--coverage", default=".coverage", help="with contexts")
    parser.add_argument("--results", default=".guards.jsonl")
    parser.add_argument("--again", action="store_true", help="try known survivors once more")
    parser.add_argument("--most", type=int, default=10**6, help="stop after so many guards")
    options = parser.parse_args(argv)
    os.chdir(ROOT)
    try:
        from coverage import CoverageData

        data = CoverageData(options.coverage)
        data.read()
        reached = reaching(data)
    except Exception as error:
        print(f"no coverage data: {error}", file=sys.stderr)
        return 2
    results, store = dict[str, str](), Path(options.results)
    if store.exists():
        results = {r["guard"]: r["result"] for r in map(json.loads, store.read_text().splitlines())}
    kinds = tuple(options.kind or ("raise", "require", "part", "isinstance"))
    chosen = [g for g in guards(kinds) if not options.file or g.file in options.file]
    open_ = [g for g in chosen if g.key not in results
             or (options.again and results[g.key] == "survived")][: options.most]  # fmt: skip
    import hypothesis  # noqa: F401 - what the children share
    import pytest  # noqa: F401

    def attempt(guard: Guard) -> tuple[Guard, str]:
        tests = reached.get((guard.file, guard.line), [])
        first = [t for t in tests if not slow(t)]
        verdict = run(guard, first) if first else "survived"
        if verdict == "survived" and (later := [t for t in tests if slow(t)]):
            verdict = run(guard, later)
        return guard, verdict if tests else "not reached"

    sound = sorted({t for tests in reached.values() for t in tests if not slow(t)})
    if run(None, sound, hidden=False) != "survived":
        print("the tests fail, or cannot be run, with every guard in place", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(options.workers) as pool, store.open("a", encoding="utf-8") as log:
        for number, (guard, verdict) in enumerate(pool.map(attempt, open_), 1):
            results[guard.key] = verdict
            log.write(json.dumps({"guard": guard.key, "result": verdict}) + "\n")
            log.flush()
            print(f"{number}/{len(open_)} {verdict:9} {guard.file}:{guard.line} {guard.key[:100]}",
                  file=sys.stderr, flush=True)  # fmt: skip
    reasons = explained()
    stale = sorted(set(reasons) - {g.key for g in guards()})
    left = [g for g in chosen if results.get(g.key) in ("survived", "not reached")
            and g.key not in reasons]  # fmt: skip
    for guard in left:
        print(f"{guard.file}:{guard.line}: no test needs {guard.key}")
    for key in stale:
        print(f"explained.toml: there is no guard {key}")
    counts = {v: sum(results.get(g.key) == v for g in chosen) for v in sorted({*results.values()})}
    print(f"{len(chosen)} guards: {counts}; {len(reasons)} explained, {len(left)} left")
    return 1 if left or stale else 0


def slow(test: str) -> bool:
    """Tests of seconds, tried only if the others notice nothing."""
    return test.startswith(("test_models::", "test_trace::")) or "random" in test


if __name__ == "__main__":
    sys.exit(main())
