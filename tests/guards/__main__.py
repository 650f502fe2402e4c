"""Is every guard of the kernel needed? Remove each in turn, and see whether a test fails.

    python tests/guards [--kind raise] [--file rules.py] [--workers 1] [--again] [--cold]

First it measures which test runs which line, so that a guard is tried against the tests that reach
it, the likely and fast ones first. Results are kept in ``--results`` (a line for each guard), so a
run can be stopped and resumed. Guards whose removal no test notices are listed, unless
``explained.toml`` says why nothing can notice it. Exit code 0: none; 1: some; 2: the tests fail
with every guard in place.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
for _folder in (ROOT / "src", ROOT / "tests", HERE):
    sys.path.insert(0, str(_folder))
os.chdir(ROOT)

import pytest  # noqa: E402
from mutate import KINDS, Guard, guards  # noqa: E402
from trials import QUIET, Trials, Verdict, alone, cold  # noqa: E402

SAID = os.fdopen(os.dup(2), "w")
"""Where progress is told, also while pytest captures what is printed."""
EXPLAINED = HERE / "explained.toml"


def explained() -> dict[str, str]:
    """The guards that no test can notice, and why."""
    return dict(tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["guards"])


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="tests/guards", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kind", action="append", choices=KINDS, help="only guards of this kind")
    parser.add_argument("--file", action="append", help="only guards of this file")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--results", default=".guards.jsonl")
    parser.add_argument("--measured", default=".guards.measured.json", help="kept between runs")
    parser.add_argument("--again", action="store_true", help="try known survivors once more")
    parser.add_argument("--cold", action="store_true", help="... each in a process of its own")
    parser.add_argument("--every", type=int, default=1, help="a sample: every n-th guard")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.alone:
        named = next(g for g in guards() if g.key == options.alone)
        return alone(named, sys.stdin.read().splitlines())

    results, store = dict[str, str](), Path(options.results)
    if store.exists():
        results = {r["guard"]: r["result"] for r in map(json.loads, store.read_text().splitlines())}
    kinds, reasons = tuple(options.kind or KINDS), explained()
    chosen = [g for g in guards(kinds) if not options.file or g.file in options.file]
    again = options.again or options.cold
    todo = [
        g for g in chosen[:: options.every]
        if g.key not in results or (again and results[g.key] == "survived" and g.key not in reasons)
    ]  # fmt: skip
    with store.open("a", encoding="utf-8") as log:

        def report(guard: Guard, verdict: Verdict) -> None:
            if (
                options.cold
                and verdict.result == "survived"
                and not cold(guard, trials.tests(guard))
            ):
                verdict = Verdict("killed", "cold", verdict.seconds)
            results[guard.key] = verdict.result
            line = {"guard": guard.key, "result": verdict.result, "by": verdict.by}
            log.write(json.dumps({**line, "seconds": verdict.seconds}) + "\n")
            log.flush()
            said = f"{verdict.result:11} {verdict.seconds:6.1f} {guard.file}:{guard.line}"
            print(said, guard.key[:100], verdict.by[-60:], file=SAID, flush=True)

        trials = Trials(todo, report, Path(options.measured), options.workers, reasons)
        quiet = ["-q", "-p", "no:cacheprovider", "--no-header", "--no-summary", *QUIET]
        code = int(pytest.main([*quiet, "tests/kernel"], plugins=[trials])) if todo else 0
        if code not in (0, 5) or trials.wrong:
            print(trials.wrong or f"pytest ended with {code}", file=SAID)
            return 2
    stale = sorted(set(reasons) - {g.key for g in guards()})
    left = [g for g in chosen if results.get(g.key) == "survived" and g.key not in reasons]
    for guard in left:
        print(f"{guard.file}:{guard.line}: no test needs {guard.key}")
    for key in stale:
        print(f"explained.toml: there is no guard {key}")
    noticed = [key for key in reasons if results.get(key, "survived") != "survived"]
    for key in noticed:
        print(f"explained.toml: a test does notice {key}")
    counts = {v: sum(results.get(g.key) == v for g in chosen) for v in sorted({*results.values()})}
    print(f"{len(chosen)} guards: {counts}; {len(reasons)} explained, {len(left)} left")
    return 1 if left or stale or noticed else 0


if __name__ == "__main__":
    sys.exit(main())
