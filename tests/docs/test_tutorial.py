"""docs/tutorial.md, played by a newcomer: an empty folder, and nothing installed but the wheel.

The commands run literally, in a virtual environment without torch, and what they print is compared
with what the page shows.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/tutorial.md").read_text("utf-8")
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that holds the wheel and what it asks for."""
    scratch = tmp_path_factory.mktemp("newcomer")
    (scratch / "source").mkdir()
    for name in ("numeric_checks", "optimizers", "proofs", "src", "pyproject.toml", "README.md"):
        (scratch / "source" / name).symlink_to(ROOT / name)
    (scratch / "source" / "LICENSE").symlink_to(ROOT / "LICENSE")
    wheel = ("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(scratch))
    _run(sys.executable, *PIP, *wheel, str(scratch / "source"), cwd=scratch)
    (made,) = scratch.glob("*.whl")
    _run(sys.executable, "-m", "venv", str(scratch / "env"), cwd=scratch)
    python = scratch / "env" / "bin" / "python"
    options = os.environ.get("PIP_ARGS", "").split()
    constraints = ("-c", str(ROOT / "constraints.txt"))
    _run(python, *PIP, "install", *options, *constraints, str(made), cwd=scratch)
    absent = "import importlib.util as u; print([n for n in ('torch', 'pytest') if u.find_spec(n)])"
    assert _run(python, "-c", absent, cwd=scratch) == "[]\n"
    return python.parent


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def steps() -> list[tuple[str, str]]:
    """The page in order: ("python", text to append) and ("shell", command and what it prints)."""
    found: list[tuple[str, list[str]]] = []
    inside = ""
    for line in PAGE.splitlines():
        if line == "```python":
            found.append(("python", []))
            inside = "python"
        elif line == "```":
            inside = ""
        elif inside == "python":
            found[-1][1].append(line)
        elif line.startswith("    $ "):
            found.append(("shell", [line[4:]]))
            inside = "shell"
        elif inside == "shell" and (not line or line.startswith("    ")):
            found[-1][1].append(line[4:])
        else:
            inside = ""
    return [(kind, "\n".join(lines).rstrip("\n")) for kind, lines in found]


def as_shown(lines: list[str]) -> re.Pattern[str]:
    """``...`` alone stands for any lines, at the end of a line for any rest; seconds differ."""
    texts = []
    for line in lines:
        if line == "...":
            texts.append("(?:.*\n)*")
        elif line.endswith("..."):
            texts.append(re.escape(line.removesuffix("...")) + ".*\n")
        else:
            texts.append(re.escape(line) + "\n")
    return re.compile(re.sub(r"\d+\\\.\d+\\ s\\ CPU", r"\\d+\\.\\d+ s CPU", "".join(texts)))


@pytest.mark.slow
def test_the_newcomer_s_ten_minutes(installed: Path, tmp_path: Path) -> None:
    here, ran = tmp_path, []
    path = f"{installed}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    for kind, text in steps():
        if kind == "python":
            with (here / "averages.py").open("a", encoding="utf-8") as file:
                file.write(f"\n\n{text}\n")
            continue
        first, *lines = text.split("\n")
        command = first.removeprefix("$ ")
        if command.startswith("cd "):
            here /= command.removeprefix("cd ")
            continue
        done = subprocess.run(
            ["bash", "-c", command], cwd=here, env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        said = lines.pop() if lines and lines[-1].startswith("exit code") else "exit code 0"
        assert said == f"exit code {done.returncode}", f"{command}\n{done.stdout}\n{done.stderr}"
        assert as_shown(lines).fullmatch(done.stdout), f"{command}\n{done.stdout}\n{done.stderr}"
        ran.append(command.split()[1])
    assert ran == [
        "new", "check", "check", "-i.bak", "check", "explain", "trust", "lock", "verify", "-i.bak",
        "check", "-i.bak", "check", "latex", "report",
    ]  # fmt: skip
    appendix = (here / "appendix" / "appendix.tex").read_text("utf-8")
    assert "How far one step moves" in appendix and "<svg" in (here / "averages.html").read_text()
    assert "step" in (here / "ratecert.lock").read_text("utf-8")


@pytest.mark.slow
def test_what_needs_more_says_which_extra(installed: Path, tmp_path: Path) -> None:
    """Nothing but the wheel: bound and verify work; numeric commands name what to install."""
    for command, extra in (
        ("attack sgd.descent", "numeric"),
        ("campaign run quick", "numeric"),
        ("conform torch.optim.AdamW --recursion adamw", "numeric"),
        ("experiments l1-ratio", "numeric"),
        ("plot bound sgd -o x.pdf", "plot"),
        ("check sgd --cross-examine", "smt"),
        ("optimise adam.rate --minimise C_1 --fix c_eps=1", "optimise"),
    ):
        done = subprocess.run(
            [installed / "ratecert", *command.split()], cwd=tmp_path, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, ""), command
        assert f"pip install 'ratecert[{extra}]'" in done.stderr, command
    values = "--d 10 --K 1e4 --L 1 --Delta 10 --sigma 1"
    told = _run(installed / "ratecert", "bound", "sgd.rate", *values.split(), cwd=tmp_path)
    assert "0.2561956" in told
    verified = _run(installed / "ratecert", "verify", str(ROOT / "ratecert.lock"), cwd=tmp_path)
    assert "verified by the kernel alone" in verified
