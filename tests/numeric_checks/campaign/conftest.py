"""Toy campaigns, run by the command in this process or in a new one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ratecert.cli import main
from ratecert.numeric_checks.campaign import named

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # workers import campaign_toys by name


@dataclass(frozen=True)
class Outcome:
    """What a run of the command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def toys() -> Iterator[ModuleType]:
    """The campaign ``toys``, of 12 tasks; ``toys.install(n)`` makes it one of n."""
    import campaign_toys

    before = dict(named.CAMPAIGNS)
    campaign_toys.install(12)
    yield campaign_toys
    named.CAMPAIGNS.clear()
    named.CAMPAIGNS.update(before)


@pytest.fixture
def campaign(toys: ModuleType, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """``ratecert campaign ...`` in this process; one worker unless told otherwise."""

    def campaign(*args: object) -> Outcome:
        capsys.readouterr()
        words = [str(arg) for arg in args]
        if words[0] in ("run", "resume") and not {"--workers", "--dask"} & {*words}:
            words += ["--workers", "1"]
        code = main(["campaign", *words])
        return Outcome(code, *capsys.readouterr())

    return campaign


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the command with toy tasks in a process group of its own."""
    import campaign_kills

    started: list[subprocess.Popen[str]] = []

    def start(
        number: int, *args: object, milliseconds: int = campaign_kills.MILLISECONDS, **options: Any
    ) -> subprocess.Popen[str]:
        words = campaign_kills.command(number, *map(str, args))
        words[3] = str(milliseconds)
        process = subprocess.Popen(
            words, env=campaign_kills.environment(), start_new_session=True, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # whatever is left of the group
        process.communicate()
