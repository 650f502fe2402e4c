"""What commands write on a terminal; through a pipe they write plain lines, as ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

import ratecert
from ratecert.cli import main
from ratecert.commands import constants, explain, limits, output, show, trust

WRITERS = (output, show, explain, trust)
STATEMENT = "sgd.rate"


@pytest.fixture
def terminal(monkeypatch, capsys):
    """Run a command as on a terminal of a fixed width."""
    console = pytest.importorskip("rich.console").Console

    def run(*args: str, columns: int = 100) -> tuple[int, str]:
        written = StringIO()
        made = console(
            file=written, width=columns, force_terminal=True, color_system="standard",
            highlight=False, emoji=False, legacy_windows=False,
        )  # fmt: skip
        for module in WRITERS:
            monkeypatch.setattr(module, "console", lambda: made)
        code = main(args)
        return code, written.getvalue() + capsys.readouterr().out

    return run


def _plain(text: str) -> str:
    from rich.text import Text

    return Text.from_ansi(text).plain


def test_show_draws_the_statement(terminal):
    code, text = terminal("show", STATEMENT)
    lines = _plain(text).splitlines()
    assert code == 0
    assert "\x1b[1m" in text  # bold
    assert any("⎛Δ L σₛ²⎞1/4" in line for line in lines)
    assert any("√│" in line for line in lines)
    assert any("1 ≤ K    0 < L    0 < Δ" in line for line in lines)
    assert any("σₛ" in line and "total noise level" in line for line in lines)
    assert "[k, i]" not in text


def test_explain_draws_every_step_with_its_reason(terminal, run):
    told = run("explain", STATEMENT, "--format", "json").json
    code, text = terminal("explain", STATEMENT)
    plain = _plain(text)
    assert code == 0
    steps = [step for chain in told["chains"] for step in chain]
    assert plain.count("            by ") == len(steps)
    for step in steps:
        assert f"by {step['reason']}   {step['kernel']}" in plain
    assert plain.count("  0 = ") >= sum(step["kernel"] == "certify" for step in steps)
    assert all(use["claim"] in plain for use in told["uses"])


def test_trust_names_what_is_beneath(terminal, run):
    told = run("trust", "sgd.expected-descent", "--format", "json").json
    code, text = terminal("trust", "sgd.expected-descent")
    plain = _plain(text)
    assert code == 0
    for name in (*told["assumptions"], *told["axioms"], *told["definitions"], *told["rules"]):
        assert name in plain.replace("\n    ", " "), name
    assert told["sha256"] in plain
    assert "oracles   none" in plain


@pytest.mark.parametrize("command", ["show", "explain"])
@pytest.mark.parametrize("columns", [20, 40, 72])
def test_no_line_is_wider_than_the_terminal(terminal, command, columns):
    from rich.cells import cell_len

    code, text = terminal(command, STATEMENT, columns=columns)
    assert code == 0
    # the twelve columns before certificates and formulas of sixteen: no narrower than that
    assert max(map(cell_len, _plain(text).splitlines())) <= max(columns, 36)


def test_tables_are_drawn_and_their_cells_taken_literally(terminal):
    code, text = terminal("check", STATEMENT.partition(".")[0], "--lemma", "unbiased")
    assert code == 0
    assert "✓ proved" in _plain(text)
    assert "─" in text
    _, text = terminal("limits", "norms")
    assert "━" in text or "─" in text
    written = StringIO()
    from rich.console import Console
    from rich.text import Text

    cells = [[Text("m[k, i]"), Text("deterministic-start A1"), Text("0.5")]]
    output._drawn(Console(file=written, width=44), "[a]", ("[b]", "rests", "CPU"), cells)
    assert all(part in written.getvalue() for part in ("[a]", "[b]", "m[k, i]"))
    assert "deterministic-start" in written.getvalue()  # not cut within a word


@pytest.mark.parametrize("command", ["show", "explain", "trust"])
def test_json_is_the_same_on_a_terminal(terminal, run, command):
    wanted = run(command, "sgd.unbiased", "--format", "json").json
    code, text = terminal(command, "sgd.unbiased", "--format", "json")
    assert code == 0
    assert json.loads(text) == wanted


def test_through_a_pipe_no_rich_is_loaded(python):
    program = """
        import sys
        from ratecert.cli import main
        code = main(["show", "sgd.unbiased"])
        print("rich" in sys.modules, code, file=sys.stderr)
        """
    done = python(program)
    assert done.err.split() == ["False", "0"]
    assert "\x1b" not in done.out


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
def test_on_a_real_terminal():
    """A pty of 60 columns, NO_COLOR set: pictures, no colours, nothing wider."""
    import pty

    source = str(Path(ratecert.__file__).absolute().parents[1])
    environment = {
        **os.environ, "COLUMNS": "60", "LINES": "40", "TERM": "xterm-256color", "NO_COLOR": "1",
        "PYTHONPATH": source,
    }  # fmt: skip
    terminal, inside = pty.openpty()
    command = [sys.executable, "-m", "ratecert", "show", "sgd.unbiased"]
    child = subprocess.Popen(command, env=environment, stdout=inside, stderr=inside)
    os.close(inside)
    found = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        found += part
    os.close(terminal)
    assert child.wait() == 0
    text = found.decode()
    assert "─" in text
    assert not any(f"\x1b[3{n}m" in text for n in range(8))
    assert max(map(len, _plain(text.replace("\r", "")).splitlines())) <= 60


def test_tables_share_one_way_of_being_drawn():
    assert constants.columns is output.columns is limits.columns
