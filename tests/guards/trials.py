"""Tests run against a kernel without one of its guards, from a process that is warm.

A session of pytest collects the tests once. For each guard it forks; the child puts the function
without the guard in place of the one it has, runs the tests that reach it, the fastest first, and
ends at the first that fails. Nothing a child does is seen by the next. What a module makes when it
is imported is made with the guard; so survivors are tried again in a process of their own, which
imports the module from the changed source (``cold``).
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from mutate import KERNEL, Guard

LEAST_TIME = 20.0
"""Seconds that every guard gets; more if the tests that reach it need more."""
LONG = 0.5
"""Seconds; with longer tests a guard is not tried if it is explained why none can need it."""
MEMORY = 3 << 30

QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Hypothesis is imported before pytest could rewrite it, and that is well."""


@dataclass
class Measured:
    """Of each test: its seconds (under coverage), and the lines of the kernel that it runs."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    """The tests that run a line, by ``file:line``."""


@dataclass(frozen=True)
class Verdict:
    """``killed``, ``timeout`` or ``survived``; by which test; in what time."""

    result: str
    by: str = ""
    seconds: float = 0.0


class Trials:
    """A plugin of pytest: instead of the tests, it runs them against each guard's absence."""

    def __init__(
        self,
        chosen: Sequence[Guard],
        report: Callable[[Guard, Verdict], None],
        measured: Path,
        workers: int,
        explained: Collection[str],
    ) -> None:
        self.chosen, self.report, self.store, self.workers = chosen, report, measured, workers
        self.explained = explained
        self.killers: dict[tuple[str, str], list[str]] = {}
        self.wrong = ""
        """Why nothing was tried."""

    def pytest_collection(self) -> None:
        """Failing examples need not be made small: that they fail is all that is asked."""
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("guards", hypothesis.settings(), phases=phases)
        hypothesis.settings.load_profile("guards")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try all guards; nothing of the session itself is run here."""
        self.items = {item.nodeid: item for item in session.items}
        self.measured = self._measure()
        if self.wrong:
            return True
        waiting, running = iter(self.chosen), dict[int, _Child]()
        while True:
            while len(running) < self.workers and (guard := next(waiting, None)) is not None:
                tests = self.tests(guard)
                limit = max(LEAST_TIME, 5 * sum(self.measured.seconds[t] for t in tests))
                child = _Child(guard, limit, lambda say, g=guard, t=tests: self._try(g, t, say))
                running[child.pipe] = child
            if not running:
                return True
            ready, _, _ = select.select([*running], [], [], 0.2)
            for pipe, child in [*running.items()]:
                if pipe in ready or child.late():
                    verdict = child.verdict()
                    del running[pipe]
                    if verdict.by in self.items:
                        near = self.killers.setdefault((child.guard.file, child.guard.function), [])
                        near.insert(0, verdict.by)
                    self.report(child.guard, verdict)

    # --- which tests --------------------------------------------------------------------------

    def tests(self, guard: Guard) -> list[str]:
        """The tests that reach the guard, those that reach its ``raise`` first, then by time."""
        lines, seconds = self.measured.lines, self.measured.seconds
        reaching = lines.get(f"{guard.file}:{guard.line}", [*seconds])
        """All tests, if none reaches it: what runs when the module is imported."""
        if guard.key in self.explained:
            reaching = [t for t in reaching if seconds[t] <= LONG] or reaching
        raising = set(lines.get(f"{guard.file}:{guard.goal}", [])) if guard.kind == "raise" else ()
        near = self.killers.get((guard.file, guard.function), [])[:8]
        return sorted(reaching, key=lambda t: (t not in raising, t not in near, seconds[t]))

    def _measure(self) -> Measured:
        digest = hashlib.sha256()
        for folder in (KERNEL, Path("tests/kernel")):
            for path in sorted(folder.glob("*.py")):
                digest.update(path.read_bytes())
        if self.store.exists():
            known = json.loads(self.store.read_text())
            if known["digest"] == digest.hexdigest():
                return Measured(known["seconds"], known["lines"])
        verdict = _Child(None, 1800, self._run_all).verdict(wait=True)
        if verdict.result != "survived":
            self.wrong = f"with every guard in place: {verdict.result} {verdict.by}"
            return Measured()
        known = json.loads(self.store.read_text())
        self.store.write_text(json.dumps({"digest": digest.hexdigest(), **known}))
        return Measured(known["seconds"], known["lines"])

    def _run_all(self, say: Callable[[str], None]) -> bool:
        """Run each test in a process of its own, so that it fills all caches itself."""
        seconds, lines = dict[str, float](), dict[str, list[str]]()
        for item in self.items.values():
            child = _Child(None, 600, lambda say, item=item: self._run_one(item, say))
            verdict = child.verdict(wait=True)
            if verdict.result != "survived":
                say(item.nodeid)
                return False
            seconds[item.nodeid], reached = json.loads(verdict.by)
            for line in reached:
                lines.setdefault(line, []).append(item.nodeid)
        self.store.write_text(json.dumps({"seconds": seconds, "lines": lines}))
        return True

    def _run_one(self, item: pytest.Item, say: Callable[[str], None]) -> bool:
        from coverage import Coverage

        cov = Coverage(data_file=None, include=[str(KERNEL / "*")], config_file=False)
        cov.set_option("run:disable_warnings", ["no-data-collected"])
        cov.start()
        begun = time.perf_counter()
        passed = _passes(item, None)
        seconds = time.perf_counter() - begun
        cov.stop()
        data = cov.get_data()
        reached = [
            f"{Path(f).name}:{n}" for f in data.measured_files() for n in data.lines(f) or ()
        ]
        say(json.dumps([seconds, reached]))
        return passed

    # --- in the child -------------------------------------------------------------------------

    def _try(self, guard: Guard, tests: Sequence[str], say: Callable[[str], None]) -> bool:
        """Do all tests pass without the guard?"""
        if f"{guard.file}:{guard.line}" not in self.measured.lines or not replace(guard):
            return cold(guard, tests)
        items = [self.items[t] for t in tests]
        for item, after in zip(items, [*items[1:], None], strict=True):
            if not _passes(item, after):
                say(item.nodeid)
                return False
        return True


def _passes(item: pytest.Item, after: pytest.Item | None) -> bool:
    return not any(r.failed for r in runtestprotocol(item, log=False, nextitem=after))


class _Child:
    """A forked process that says a text, and ends with 0 if its task returned True."""

    def __init__(
        self, guard: Guard | None, limit: float, task: Callable[[Callable[[str], None]], bool]
    ) -> None:
        self.guard, self.begun = guard, time.monotonic()
        self.until = self.begun + limit
        self.pipe, out = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(out)
            return
        code = 1
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            code = 0 if task(lambda text: void(os.write(out, text.encode()))) else 1
        except BaseException:
            os.write(out, traceback.format_exc()[-200:].encode())
        finally:
            os._exit(code)

    def late(self) -> bool:
        """Has it had its time?"""
        return time.monotonic() > self.until

    def verdict(self, wait: bool = False) -> Verdict:
        """What came of it, once it ended or is late."""
        if wait:
            select.select([self.pipe], [], [], max(0.0, self.until - time.monotonic()))
        late = not select.select([self.pipe], [], [], 0)[0]
        if late:
            os.killpg(self.pid, signal.SIGKILL)
        said = b"".join(iter(lambda: os.read(self.pipe, 1 << 16), b"")).decode(errors="replace")
        os.close(self.pipe)
        _, status = os.waitpid(self.pid, 0)
        seconds = round(time.monotonic() - self.begun, 2)
        if late:
            return Verdict("timeout", "", seconds)
        return Verdict("killed" if status else "survived", said, seconds)


def void(_: object) -> None:
    """Nothing."""


# --- taking a guard away ----------------------------------------------------------------------


def replace(guard: Guard) -> bool:
    """Put the function without ``guard`` in place.

    False if it stands outside of functions, or if the function has made others (as decorators do)
    when the module was imported, which have the guard.
    """
    code = dict(_functions(compile(guard.source, str(guard.path), "exec"))).get(guard.function)
    found = [
        f for f in gc.get_objects()
        if isinstance(f, FunctionType) and f.__module__ == guard.module
        and f.__code__.co_qualname == guard.function
        and Path(f.__code__.co_filename).name == guard.file
    ]  # fmt: skip
    inside = f"{guard.function}.<locals>."
    made = any(
        isinstance(f, FunctionType)
        and f.__module__ == guard.module
        and f.__code__.co_qualname.startswith(inside)
        for f in gc.get_objects()
    )
    if made or code is None or len({f.__code__ for f in found}) != 1:
        return False
    for function in found:
        if len(code.co_freevars) != len(function.__code__.co_freevars):
            return False
        function.__code__ = code
    return True


def _functions(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """The functions of a module and its classes, by qualified name, not those inside others."""
    for part in code.co_consts:
        if isinstance(part, CodeType):
            if part.co_flags & 0x2:  # CO_NEWLOCALS: a function, no class
                yield part.co_qualname, part
            else:
                yield from _functions(part)


class _Mutant(MetaPathFinder, Loader):
    """Imports one module from another source."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self.guard.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.guard.source, self.guard.file, "exec"), module.__dict__)  # noqa: S102


def cold(guard: Guard, tests: Sequence[str]) -> bool:
    """Do the tests pass in a new process that imports the module without the guard?"""
    import subprocess

    command = [sys.executable, str(Path(__file__).parent), "--alone", guard.key]
    done = subprocess.run(command, input="\n".join(tests), text=True, capture_output=True)
    return done.returncode == 0


def alone(guard: Guard, tests: Sequence[str]) -> int:
    """Run the tests in this process, which has imported nothing of the kernel yet."""
    sys.meta_path.insert(0, _Mutant(guard))
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *QUIET, *tests]))
