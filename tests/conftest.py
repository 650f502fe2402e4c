"""What every test shares: one thread, hypothesis without a stopwatch, and no silent skips."""

from __future__ import annotations

import os
import tempfile
from itertools import count
from pathlib import Path

import hypothesis
import pytest

for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

hypothesis.settings.register_profile("ratecert", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ratecert")


_caches = tempfile.TemporaryDirectory(prefix="ratecert-tests-")
_numbers = count()
os.environ["RATECERT_CACHE"] = str(Path(_caches.name) / "shared")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's cache of verdicts, nor that of another test."""
    monkeypatch.setenv("RATECERT_CACHE", str(Path(_caches.name) / str(next(_numbers))))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips", action="store_true", help="a skipped test, unless marked gpu, is a failure"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    gpu = [item for item in items if item.get_closest_marker("gpu")]
    if not gpu:
        return
    import torch

    if not torch.cuda.is_available():
        for item in gpu:
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))


def _forbidden_skips(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not config.getoption("--no-skips"):
        return []
    skipped = reporter.stats.get("skipped", [])
    return [report.nodeid for report in skipped if "gpu" not in getattr(report, "keywords", ())]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and _forbidden_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if skipped := _forbidden_skips(config):
        terminalreporter.section("skipped, and --no-skips was given: failed", red=True)
        for name in skipped:
            terminalreporter.line(name)
