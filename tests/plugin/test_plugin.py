"""The pytest plugin, in projects of its own: each run is a process, as its users have it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ratecert.cli import main

THEORY = '''
"""Two lemmas."""

from ratecert.proofs.language import Theory, by, symbols

mine = Theory("mine", "Squares")
x, y = symbols("x y")
factor = 2


@mine.lemma("square", title="Of a sum", for_all=(x, y),
            claim=((x + y) ** 2, "<=", factor * (x**2 + y**2)))
def square(p):
    return p.have(((x + y) ** 2, "<=", factor * (x**2 + y**2)), by.algebra(hints=(x - y,)))


@mine.lemma("twice", title="Its double", for_all=(x, y),
            claim=(2 * (x + y) ** 2, "<=", 2 * factor * (x**2 + y**2)))
def twice(p):
    return p.have((2 * (x + y) ** 2, "<=", 2 * factor * (x**2 + y**2)),
                  by.algebra(p.use(square)))
'''
PROJECT = '[tool.ratecert]\ntheories = ["theories/*.py"]\n'


@dataclass
class Project:
    """A folder in which pytest is run."""

    folder: Path

    def write(self, text: str = THEORY, settings: str = PROJECT) -> Path:
        """The theory file and the settings."""
        file = self.folder / "theories" / "mine.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        (self.folder / "pyproject.toml").write_text(settings, encoding="utf-8")
        return file

    def run(self, *args: str) -> tuple[int, str]:
        """Exit code, and all that is printed."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args],
            cwd=self.folder, env=env, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_every_claim_is_an_item(project: Project) -> None:
    project.write()
    code, said = project.run("--collect-only", "-q")
    assert code == 0
    names = ["theories/mine.py::mine::square", "theories/mine.py::mine::twice"]
    assert said.splitlines()[:2] == names
    code, said = project.run("-v", "--junit-xml=out.xml")
    assert code == 0 and "2 passed" in said and "ratecert: theories/mine.py" in said
    cases = list(ElementTree.parse(project.folder / "out.xml").iter("testcase"))
    assert [case.attrib["name"] for case in cases] == ["square", "twice"]
    properties = {p.attrib["name"]: p.attrib["value"] for p in cases[0].iter("property")}
    assert properties["verdict"] == "proved"
    code, said = project.run("-k", "twice", "-v")
    assert code == 0 and "1 passed, 1 deselected" in said


def test_a_false_claim_shows_its_counterexample_and_no_traceback(project: Project) -> None:
    project.write(THEORY.replace("factor = 2", "factor = 1"))
    code, said = project.run("-rs")
    assert code == 1
    assert "mine.square is refuted:" in said and "false at x = " in said
    assert "Traceback" not in said and "runtest" not in said
    assert "theories/mine.py:11: lemma square: Of a sum" in said
    assert "rests on mine.square, which is refuted" in said
    assert "1 failed, 1 skipped" in said


def test_what_breaks_while_loading_is_an_error_at_its_line(project: Project) -> None:
    file = project.write(THEORY + "\nnothing.at_all\n")
    code, said = project.run()
    line = len(file.read_text("utf-8").splitlines())
    assert code == 2 and f"theories/mine.py:{line}" in said and "NameError" in said


def test_the_lock_is_an_item(project: Project) -> None:
    file, lock = project.write(), str(project.folder / "ratecert.lock")
    assert main(["lock", str(file), "--lock", lock]) == 0
    code, said = project.run()
    assert code == 0 and "3 passed" in said
    project.write(THEORY.replace("factor = 2", "factor = 3"))
    code, said = project.run()
    assert code == 1 and "2 passed" in said and "1 failed" in said
    assert "constant-worsened    mine.square" in said and "constant 2 -> 3 (+50.000%)" in said
    code, said = project.run("--no-ratecert-lock")
    assert code == 0 and "2 passed" in said


def test_workers_of_xdist(project: Project) -> None:
    project.write()
    code, said = project.run("-n", "2", "--dist", "loadgroup")
    assert code == 0 and "2 passed" in said


def test_theories_named_on_the_command_line(project: Project) -> None:
    file = project.write(settings="")
    code, said = project.run("--ratecert", str(file))
    assert code == 0 and "2 passed" in said
    code, said = project.run("--ratecert", "norms", "norms::N1.upper", "-v")
    assert code == 0 and "norms::N1.upper" in said
    code, said = project.run("--ratecert", "norms", "norms::N1.uper")
    assert code == 4 and "did you mean N1.upper" in said


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ('[tool.ratecert]\ntheorys = ["a.py"]\n', "no key 'theorys'; did you mean theories?"),
        ('[tool.ratecert]\ntheories = "a.py"\n', 'must be a list, such as ["a.py"]'),
        ("[tool.ratecert]\ntheories = [3]\n", "3 is no name"),
        ('[tool.ratecert]\ntheories = ["adamww"]\n', "did you mean adamw?"),
        ('[tool.ratecert]\ntheories = ["theories/mime.py"]\n', "theories/mime.py"),
        ('[tool.ratecert]\nlock = "other.lock"\n', "other.lock: no such file"),
        ("[tool]\nratecert = 1\n", "tool.ratecert must be a table"),
    ],
)
def test_wrong_settings_are_usage_errors(project: Project, settings: str, wanted: str) -> None:
    project.write(settings=settings)
    code, said = project.run()
    assert code == 4 and wanted in said, said
    assert "Traceback" not in said


def test_it_costs_nothing_where_it_is_not_used(project: Project) -> None:
    """Only the plugin's own module is loaded, though a lock and theories lie about."""
    project.write(settings="[tool.other]\n")
    (project.folder / "test_cost.py").write_text(
        "import sys\n\n\ndef test_cost():\n"
        "    ours = {m for m in sys.modules if m.partition('.')[0] == 'ratecert'}\n"
        "    assert ours == {'ratecert', 'ratecert.pytest_plugin'}\n"
        "    assert not {'sympy', 'numpy', 'highspy'} & set(sys.modules)\n",
        encoding="utf-8",
    )
    code, said = project.run()
    assert code == 0 and "1 passed" in said, said
    code, said = project.run("-p", "no:ratecert")
    assert code == 1, said  # the plugin's module is not loaded at all
