"""``ratecert new``: works at once, refuses bad names, and touches nothing that exists."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ratecert import __version__
from ratecert.cli import main
from ratecert.scaffold import ScaffoldError, check_name, scaffold
from ratecert.scaffold import write as writing


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_the_recipe_runs_passes_at_once(there: Path) -> None:
    """Each `run` of the workflow but the installation, literally."""
    assert main(["new", "averages"]) == 0
    recipe = yaml.safe_load((there / "averages/.github/workflows/proofs.yml").read_text())
    runs = [step["run"] for step in recipe["jobs"]["proofs"]["steps"] if "run" in step]
    assert runs[0] == f"python -m pip install ratecert=={__version__} pytest"
    assert [run.split()[:2] for run in runs[1:]] == [
        ["ratecert", "check"], ["ratecert", "verify"], ["python", "-m"],
    ]  # fmt: skip
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"} | {"PATH": path}
    for run in runs[1:]:
        done = subprocess.run(
            ["bash", "-ec", run], cwd=there / "averages", env=environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{run}\n{done.stdout}\n{done.stderr}"
    assert "7 passed" in done.stdout  # 4 claims, the lock, 2 tests


def test_bare_commands_look_at_the_project(
    there: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at the shipped theories: what is wrong in the author's file must not go unseen."""
    assert main(["new", "averages"]) == 0
    monkeypatch.chdir(there / "averages")
    file = Path("averages.py")
    file.write_text(file.read_text().replace("b**2 / (2 * c)", "b**2 / (3 * c)"))
    capsys.readouterr()
    assert main(["check"]) == 1
    assert "averages.young is refuted" in capsys.readouterr().out
    Path("ratecert.lock").unlink()
    file.write_text(file.read_text().replace("b**2 / (3 * c)", "b**2 / (2 * c)"))
    assert main(["lock"]) == 0
    assert "4 claims locked" in capsys.readouterr().out
    for text, says in (
        ("[tool.ratecert]\ntheories = ['gone*.py']", "'gone*.py' is no theory or file"),
        ("[tool.ratecert]\ntheories = 'averages.py'", "must be a list"),
        ("tool = 3", "pyproject.toml"),
        ("[tool", "pyproject.toml"),
    ):
        Path("pyproject.toml").write_text(text)
        assert main(["check"]) == 2
        assert says in capsys.readouterr().err


def test_an_error_while_loading_says_where(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text("from ratecert import Theory\n\nmine = Theorie('mine')\n")
    assert main(["check", "mine.py"]) == 2
    assert capsys.readouterr().err.endswith("not defined (line 3)\n")
    assert main(["check", "mine"]) == 2
    assert "did you mean mine.py?" in capsys.readouterr().err


def test_gitlab_s_recipe_runs_the_same(there: Path) -> None:
    assert main(["new", "averages", "--ci", "gitlab"]) == 0
    recipe = yaml.safe_load((there / "averages/.gitlab-ci.yml").read_text())
    assert [line.split()[:2] for line in recipe["proofs"]["script"][1:]] == [
        ["ratecert", "check"], ["ratecert", "verify"], ["python", "-m"],
    ]  # fmt: skip
    assert not (there / "averages/.github").exists()


def test_into_a_repository_that_is_there(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (there / "pyproject.toml").write_text("[project]\nname = 'mine'\n")
    assert main(["new", "averages", ".", "--ci", "none"]) == 0
    said = capsys.readouterr().out
    assert "left pyproject.toml as it is; add to it" in said and "cd " not in said
    assert (there / "pyproject.toml").read_text() == "[project]\nname = 'mine'\n"
    assert (there / "ratecert.lock").is_file() and (there / "averages.py").is_file()
    before = files(there)
    assert main(["new", "others", ".", "--ci", "none"]) == 0
    assert "left ratecert.lock as it is" in capsys.readouterr().out
    after = files(there)
    assert {name: after[name] for name in before} == before


def test_nothing_is_written_over(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (there / "test_averages.py").write_text("mine")
    assert main(["new", "averages", "."]) == 2
    assert "test_averages.py exists; nothing was written" in capsys.readouterr().err
    assert files(there) == {"test_averages.py": b"mine"}


def test_a_file_that_appears_meanwhile_is_kept(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(source: Path, target: Path) -> None:
        if target.name == "test_averages.py":
            target.write_text("mine")
        link(source, target)

    link = os.link
    monkeypatch.setattr(writing.os, "link", late)
    with pytest.raises(ScaffoldError, match=r"test_averages\.py exists; nothing was written"):
        scaffold("averages", there)
    assert files(there) == {"test_averages.py": b"mine"}


def test_a_full_disk_leaves_nothing(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os, "link", full)
    with pytest.raises(OSError, match="No space left"):
        scaffold("averages", there / "averages")
    assert [*there.iterdir()] == []
    assert main(["new", "averages"]) == 2


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("my-theory", "my_theory"), ("My Theory.py", "my_theory"), ("adamw", "my_adamw"),
        ("json", "my_json"), ("class", "my_class"), ("3lemmas", "my_theory"), ("", "my_theory"),
        ("../x", "x"), ("a" * 80, "my_theory"), ("größe", "gr_e"), ("ratecert", "my_ratecert"),
    ],
)  # fmt: skip
def test_names_that_will_not_do(
    name: str, better: str, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", name]) == 2
    assert f"try: ratecert new {better}\n" in capsys.readouterr().err
    assert files(there) == {}
    check_name(better)
