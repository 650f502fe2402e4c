"""Running ``ratecert``: here (sgd is then elaborated once for all tests), or in a new process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import ratecert
from ratecert.cli import main


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
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run ``ratecert`` in this process."""

    def run(*args: str) -> Outcome:
        capsys.readouterr()
        code = main(args)
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture
def python() -> Callable[..., Outcome]:
    """Run a program in a new interpreter that finds the same ``ratecert``."""

    def python(program: str, *args: str, **options: Any) -> Outcome:
        source = str(Path(ratecert.__file__).absolute().parents[1])
        environment = {**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), *args], env=environment,
            capture_output=True, text=True, check=False, encoding="utf-8", **options,
        )  # fmt: skip
        return Outcome(done.returncode, done.stdout, done.stderr)

    return python


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """A theory file with the lemmas given: name, claim, and whether the proof is by algebra."""

    def write(body: str = "", *, factor: int = 2, name: str = "mine", file: str = "") -> str:
        text = f"""\
            from ratecert.proofs.language import Theory, by, symbols

            mine = Theory("{name}", "My theory")
            x, y = symbols("x y")
            claim = ({factor} * x * y, "<=", x**2 + y**2)


            @mine.lemma("square", title="Squares", for_all=(x, y), claim=claim, reference="page 3")
            def square(p):
                return p.have(claim, by.algebra(hints=(x - y,)))
            """
        path = tmp_path / (file or f"{name}.py")
        path.write_text(textwrap.dedent(text) + textwrap.dedent(body), encoding="utf-8")
        return str(path)

    return write
