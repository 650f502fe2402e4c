"""A scratch repository with a theory and its lock, and a PATH with what a runner has."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from ratecert.cli import main

if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))

from scratch import ROOT, THEORY, command


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locked")
    (folder / "mine.py").write_text(THEORY, "utf-8")
    lock = str(folder / "ratecert.lock")
    assert main(["lock", str(folder / "mine.py"), "--lock", lock]) == 0
    return folder


@pytest.fixture
def repository(locked: Path, tmp_path: Path) -> Path:
    """A theory whose lock fits."""
    return Path(shutil.copytree(locked, tmp_path / "repository"))


@pytest.fixture
def bin(tmp_path: Path) -> Path:
    """Where a runner finds ``python``, without ``ratecert``."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command(folder, "python", f'exec {shlex.quote(sys.executable)} "$@"')
    return folder


@pytest.fixture
def path(bin: Path) -> str:
    """The PATH with both."""
    source = shlex.quote(str(ROOT / "src"))
    run = f'PYTHONPATH={source} exec {shlex.quote(sys.executable)} -P -m ratecert "$@"'
    command(bin, "ratecert", run)
    return os.pathsep.join((str(bin), "/usr/bin", "/bin"))
