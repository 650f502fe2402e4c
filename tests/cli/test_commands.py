"""``show``, ``trust``, ``explain``, help, and what loading and running touches."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import ratecert

HEAVY = {"sympy", "numpy", "scipy", "flint", "mpmath", "torch", "jax", "rich", "sklearn"}
COMMANDS = (
    "check", "show", "trust", "explain", "bound", "constants", "limits", "optimise", "lock",
    "verify", "conform", "report",
)  # fmt: skip

# --- help -------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [("--help",), *((c, "--help") for c in COMMANDS)], ids=" ".join)
def test_help(run, args):
    outcome = run(*args)
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.startswith("usage: ratecert")
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_help_names_every_command_and_code(run):
    out = run("--help").out
    assert all(re.search(rf"^    {c}\s", out, re.MULTILINE) for c in COMMANDS)
    assert all(f"{code} " in out for code in range(5))


def test_version(run):
    assert run("--version").out == f"ratecert {ratecert.__version__}\n"


@pytest.mark.parametrize(
    "args", [(), ("chek",), ("check", "--nonsense"), ("show",), ("check", "--format", "xml")],
    ids=str,
)  # fmt: skip
def test_usage_errors(run, args):
    outcome = run(*args)
    assert outcome.code == 2
    assert "usage: ratecert" in outcome.out + outcome.err


@pytest.mark.parametrize("args", [["--help"], ["check", "--help"], ["--version"], ["nonsense"]])
def test_help_loads_nothing_heavy(python, args):
    program = """
        import sys
        from ratecert.cli import main
        main(sys.argv[1:])
        sys.stderr.write("\\n" + " ".join(sys.modules))
        """
    loaded = set(python(program, *args).err.splitlines()[-1].split())
    assert not loaded & HEAVY
    options = {"ratecert.proofs", "ratecert.proofs.record", "ratecert.proofs.record.options"}
    assert {m for m in loaded if m.startswith("ratecert.proofs")} <= options


# --- show -------------------------------------------------------------------------------------

RATE = "(Σ_{k=1..K} E[√(Σ_{i=1..d} ∇f(x[k])_i²)])/K ≤ 2^(1/4)·(Δ·L·σ_s²/K)^(1/4) + √(2·Δ·L/K)"


def test_show(run):
    outcome = run("show", "sgd.rate")
    assert outcome.code == 0
    lines = [line.strip() for line in outcome.out.splitlines()]
    assert lines[0] == "sgd.rate (theorem): SGD's rate, measured by the l2 norm"
    assert not [line for line in lines if line.startswith("in the source")]  # no published one
    assert RATE in lines
    for hypothesis in ("1 ≤ K", "0 < L", "0 < Δ", "η = 1/max(L, σ_s·√(K·L/(2·Δ)))"):
        assert hypothesis in lines
    assert "x[k+1, i] = x[k, i] - η·g[k, i]  for 1 ≤ k, k ≤ K, 1 ≤ i, i ≤ d    (recursion)" in lines
    assert "Δ = f(x[1]) - f*    (abbreviation)" in lines
    assert "σ_s = √(Σ_{i=1..d} σ[i]²)    (abbreviation)" in lines
    assert "η: step size" in lines


def test_show_json(run):
    data = run("show", "sgd.rate", "--format", "json").json
    assert set(data) == {"schema", "id", "title", "kind", "reference", "variables", "hypotheses",
                         "conclusion", "definitions", "symbols"}  # fmt: skip
    assert (data["schema"], data["id"], data["kind"]) == (1, "sgd.rate", "theorem")
    assert data["conclusion"] == RATE
    assert [d["name"] for d in data["definitions"]] == ["x", "Delta", "sigma_s"]
    assert all(set(d) == {"name", "kind", "statement"} for d in data["definitions"])
    assert data["symbols"]["L"] == "smoothness constant"


def test_show_leads_to_every_definition(run):
    """Whatever the order of declaration: x leads to n and D, these to m and v, and n to mu."""
    data = run("show", "nadamw.rate", "--format", "json").json
    shown = {d["name"]: d["statement"] for d in data["definitions"]}
    assert set(shown) == {"m.0", "v.0", "m", "v", "n", "D", "x", "mu", "Delta", "sigma_s",
                          "xmax.0", "xmax"}  # fmt: skip
    assert shown["mu"] == "μ = θ"
    assert "μ" in data["symbols"]


def test_show_variables(run):
    data = run("show", "sgd.step-size", "--format", "json").json
    assert data["variables"] == ["real numbers S, D, n, s"]


def test_show_needs_no_proof(run, write):
    """A statement is shown whatever its verdict: showing proves nothing."""
    outcome = run("show", f"{write(factor=3)}:square")
    assert (outcome.code, "3·x·y ≤ x² + y²" in outcome.out) == (0, True)


# --- trust ------------------------------------------------------------------------------------


def test_trust(run):
    outcome = run("trust", "sgd.rate")
    assert outcome.code == 0
    for name in ("A0", "A1", "A2", "A3", "A3.integrable", "deterministic-start"):
        assert re.search(rf"^    {re.escape(name)} ", outcome.out, re.MULTILINE), name
    assert "recursion x" in outcome.out
    assert "Oracles: none" in outcome.out
    assert "(!)" not in outcome.out
    assert re.search(r"fresh process: sha256 [0-9a-f]{64}$", outcome.out, re.MULTILINE)


def test_trust_json(run):
    data = run("trust", "sgd.rate", "--format", "json").json
    assert set(data) == {"schema", "id", "verdict", "hypotheses", "random_hypotheses",
                         "assumptions", "axioms", "definitions", "rules", "oracles",
                         "model", "sha256"}  # fmt: skip
    assert (data["verdict"], data["oracles"], data["random_hypotheses"]) == ("proved", [], [])
    assert data["assumptions"] == ["A0", "A1", "A2", "A3"]
    assert data["axioms"] == ["deterministic-start"]
    assert re.fullmatch("[0-9a-f]{64}", data["sha256"])
    from ratecert.proofs.kernel.rules import RULES

    assert set(data["rules"]) <= set(RULES)
    assert all(type(n) is int and n > 0 for n in data["rules"].values())


def test_trust_flags_random_hypotheses(run, write):
    """The hard step, assumed: this is how proofs are hollow."""
    path = write(
        """
        hollow = Theory("hollow")
        k = hollow.indices("k")[0]
        g = hollow.process("g", 1)
        hollow.witness |= {k: 1, g[1]: 0}

        @hollow.lemma("hard", title="Hard", given=[(g[k], "<=", 1)], claim=(g[k], "<=", 2))
        def hard(p):
            return p.have((g[k], "<=", 2), by.algebra())
        """
    )
    outcome = run("trust", f"{path}:hard")
    assert "g[k] ≤ 1  (!) an inequality between random terms, assumed" in outcome.out
    data = run("trust", f"{path}:hard", "--format", "json").json
    assert data["random_hypotheses"] == data["hypotheses"] == ["g[k] ≤ 1"]


@pytest.mark.parametrize("command", ["trust", "explain"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_not_proved_is_not_trusted(run, write, command, form):
    outcome = run(command, f"{write(factor=3)}:square", "--format", form)
    assert (outcome.code, outcome.out) == (1, "")
    assert "mine.square is refuted:" in outcome.err


# --- explain ----------------------------------------------------------------------------------


def test_explain(run):
    outcome = run("explain", "sgd.descent")
    assert outcome.code == 0
    assert "by A1   [" in outcome.out
    assert "by definition of x   [norm]" in outcome.out
    assert outcome.out.index("by A1") < outcome.out.index("by definition of x")


def test_explain_shows_the_certificate(run, write):
    outcome = run("explain", f"{write()}:square")
    assert "by algebra   [certify]" in outcome.out
    assert re.search(r"0 = .*\(.*[xy] - [xy]\)²", outcome.out)


def test_explain_json(run):
    data = run("explain", "sgd.rate", "--format", "json").json
    shown = run("show", "sgd.rate", "--format", "json").json
    assert {**data, **shown} == data
    assert set(data) == {*shown, "chains", "uses"}
    used = {use["claim"]: use["at"] for use in data["uses"]}
    assert {"sgd.telescoped", "sgd.step-size", "inequalities.root-tangent"} <= set(used)
    assert "sgd.L0.G" in used, "looked up, not named"
    assert "sgd.L0.x" not in used, "beneath sgd.L0.G, not here"
    assert used["sgd.telescoped"] == {}
    assert used["sgd.step-size"]["D"] == "Δ"
    steps = [step for chain in data["chains"] for step in chain]
    assert all(set(s) == {"left", "op", "right", "reason", "kernel", "certificate"} for s in steps)
    assert {s["op"] for s in steps} <= {"≤", "<", "="}
    for chain in data["chains"]:
        for one, next_ in pairwise(chain):
            assert one["right"] == next_["left"]
    assert data["chains"][-1][-1]["right"] == RATE.partition(" ≤ ")[2]


def test_explain_names_what_is_not_needed(run, write):
    path = write(
        """
        @mine.lemma("loose", title="Loose", for_all=(x, y), given=[(0, "<", y)],
                    claim=(0, "<=", x**2), witness={y: 1})
        def loose(p):
            return p.have((0, "<=", x**2), by.algebra())
        """
    )
    assert "Stated but not needed: 0 < y" in run("explain", f"{path}:loose").out


@pytest.mark.parametrize("command", ["show", "trust", "explain"])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("sgd.rat", "sgd has no statement 'rat'; nearest: rate"),
        ("sgd", "'sgd' names a theory; choose a statement, such as sgd.rate, sgd.rate.min"),
        ("sdg.rate", "no theory 'sdg'; did you mean sgd?"),
        ("nothing.py:rate", "nothing.py: no such file"),
    ],
)
def test_no_such_statement(run, command, name, says):
    outcome = run(command, name)
    assert (outcome.code, outcome.out) == (2, "")
    assert says in outcome.err


def test_a_file_where_a_statement_is_wanted(run, write):
    outcome = run("show", write())
    assert outcome.code == 2
    assert "choose a statement" in outcome.err


# --- what running touches ---------------------------------------------------------------------

WATCHED = """
    import os, sys
    written = []
    READING = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_DIRECTORY", 0) | os.O_NOFOLLOW
    CHANGING = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink",
                "os.truncate", "shutil.copyfile", "shutil.move", "shutil.rmtree")

    def watch(event, args):
        if event == "open":
            path, mode, flags = args
            if isinstance(path, int) or str(path) == os.devnull:
                return
            if flags & ~READING & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC):
                written.append(str(path))
        elif event in CHANGING:
            written.append(f"{event} {args[0]}")

    sys.addaudithook(watch)
    from ratecert.cli import main
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.write("\\n".join(["", *written, f"{code} {' '.join(sorted(sys.modules))}"]))
    """


def test_check_writes_nothing_and_loads_no_torch(python, tmp_path):
    """So a read-only tree works. The one fresh process of this file that proves all of sgd."""
    outcome = python(WATCHED, "check", "sgd", "--no-cache", "--format", "json", cwd=str(tmp_path))
    *written, last = outcome.err.splitlines()
    code, *modules = last.split()
    assert code == "0"
    assert json.loads(outcome.out)["theories"][0]["id"] == "sgd"
    assert [line for line in written if line] == []
    assert not set(modules) & {"torch", "jax", "sklearn", "z3"}
    assert not {m for m in modules if m.startswith("ratecert.numeric_checks")}
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away(tmp_path):
    """``ratecert show sgd.rate | head -0`` ends quietly."""
    source = str(Path(ratecert.__file__).absolute().parents[1])
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        "from ratecert.cli import main; sys.exit(main())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, source, "show", "sgd.rate"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    error = process.stderr.read().decode()
    process.stderr.close()
    assert (process.wait(), error) == (0, "")


def test_the_module_runs(python):
    outcome = python("import runpy, sys; sys.argv = ['ratecert', '--version']; "
                     "runpy.run_module('ratecert', run_name='__main__')")  # fmt: skip
    assert (outcome.code, outcome.out) == (0, f"ratecert {ratecert.__version__}\n")
