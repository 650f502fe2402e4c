"""The hooks of a run that checks theories; ``ratecert.pytest_plugin`` registers them only then."""

from __future__ import annotations

from collections.abc import Generator
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .files import LockFile, TheoryFile
from .settings import Plan

if TYPE_CHECKING:
    from .library import Library


class Hooks:
    """Hands the theories of a plan to pytest. Nothing is loaded before one is collected."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

        self._library: Library | None = None

    def library(self) -> Library:
        """The theories of this process."""
        from .library import Library

        if self._library is None:
            self._library = Library(self.plan.cached)
        return self._library

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        """A theory file, a lock. That the file was named does not make it a module of tests."""
        found = yield
        path = file_path.resolve()
        if path in self.plan.files:
            patterns: list[str] = parent.config.getini("python_files")
            if not any(fnmatch(file_path.name, pattern) for pattern in patterns):
                found = [node for node in found if type(node) is not pytest.Module]
            must = self.plan.files[path]
            node: Any = {"path": file_path, "library": self.library}
            return [*found, TheoryFile.from_parent(parent, must=must, **node)]
        if self.plan.lock is not None and path == self.plan.lock.resolve():
            node = {"path": file_path, "library": self.library}
            return [*found, LockFile.from_parent(parent, names=self.plan.locked, **node)]
        return found

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Shipped theories, which are no files of the project, belong to the session."""
        report = yield
        if self.plan.shipped and isinstance(collector, pytest.Session) and report.passed:
            from .items import shipped

            report.result = [*report.result, *shipped(collector, self.library(), self.plan)]
        return report

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """A lock is compared with theorems: then nothing is recalled from the cache."""
        if self._library is not None:
            from .items import uses_lock

            if uses_lock(session.items):
                self._library.cached = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Times, and the place of what is skipped."""
        report = yield
        if self._library is not None:
            from .items import Checked

            if isinstance(item, Checked):
                item.timed(report)
                if report.skipped and isinstance(report.longrepr, tuple):
                    path, line = item.place()
                    report.longrepr = (str(path), line, report.longrepr[2])
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist how tests are distributed, which pytest-xdist does not."""
        node.workerinput["ratecert_dist"] = node.config.getoption("dist")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What was recalled; what is better than the lock says, or new, and should be locked."""
        passed = terminalreporter.stats.get("passed", ())
        old = sum(("recalled", "true") in getattr(r, "user_properties", ()) for r in passed)
        if old and terminalreporter.config.get_verbosity() >= 0:
            which = "claim was" if old == 1 else "claims were"
            terminalreporter.line(
                f"ratecert: {old} {which} recalled from the cache of earlier runs "
                "(--no-ratecert-cache proves them again)"
            )
        told = [
            text
            for report in passed
            for title, text in getattr(report, "sections", ())
            if title == SECTION
        ]
        if told:
            terminalreporter.section("ratecert.lock")
            for text in told:
                terminalreporter.line(text)


SECTION = "Captured news of the lock call"
"""As ``items.LockItem`` names it."""
