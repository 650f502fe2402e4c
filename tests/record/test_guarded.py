"""A repository with a user's theory: it is locked, edited, and each edit is told for what it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers import check
from ratecert.cli import main
from ratecert.proofs.record.options import FORMATS

THEORY = '''\
"""A theory of a bounded quantity."""

from ratecert.proofs.language import Theory, by, symbols

mine = Theory("mine", "My theory")
G, = mine.constants("G")
k, = mine.indices("k")
g = mine.process("g", 1)
mine.assume("g.bound", (g[k], "<=", G), group="A2")
mine.assume("g.half", (g[k], "<=", G / 2), group="A2")
mine.witness |= {k: 1, G: 1, g[1]: 0}
x, y = symbols("x y")
SMALL = (0, "<=", G)
SIZE = (g[k], "<=", 3 * G)
TWICE = (2 * g[k], "<=", 6 * G)


@mine.lemma("square", title="Squares", for_all=(x, y), given=[(0, "<=", x)], witness={x: 1},
            claim=(x * y, "<=", 2 * x**2 + 2 * y**2))
def square(p):
    return p.have((x * y, "<=", 2 * x**2 + 2 * y**2), by.algebra(hints=(x - y, x + y, x, y)))


@mine.lemma("size", title="The size", given=[SMALL], claim=SIZE)
def size(p):
    return p.have(SIZE, by.algebra(p.have((g[k], "<=", G), by.axiom("g.bound"))))


@mine.theorem("twice", title="Twice the size", given=[SMALL], claim=TWICE)
def twice(p):
    return p.have(TWICE, by.algebra(size))
'''


@dataclass(frozen=True)
class Edit:
    """What is replaced by what, what each claim becomes, the exit code, and what is said."""

    swaps: tuple[tuple[str, str], ...]
    found: dict[str, str]
    code: int
    says: str = ""


BOUND = '(g[k], "<=", G), by.axiom("g.bound")'
HALF = '(g[k], "<=", G / 2), by.axiom("g.half")'
EDITS = {
    "a worse constant": Edit(
        (("3 * G", "4 * G"), ("6 * G", "8 * G")),
        {"mine.size": "constant-worsened", "mine.twice": "constant-worsened"}, 1,
        "reaches mine.twice: constant 6 -> 8 (+33.333%)",
    ),
    "a better constant": Edit(
        (("3 * G", "5 * G / 2"),),
        {"mine.size": "constant-improved", "mine.twice": "proof-changed"}, 0,
        "constant 3 -> 5/2 (-16.667%)",
    ),
    "a hypothesis less": Edit(
        (('given=[(0, "<=", x)], witness={x: 1},', ""),),
        {"mine.square": "hypothesis-removed"}, 0, "removed: 0 ≤ x",
    ),
    "a hypothesis more": Edit(
        (('given=[(0, "<=", x)]', 'given=[(0, "<=", x), (x, "<=", 1)]'),),
        {"mine.square": "hypothesis-added"}, 1, "added: x ≤ 1",
    ),
    "an axiom more, of the same group": Edit(
        ((BOUND, HALF),), {"mine.size": "new-axiom", "mine.twice": "new-axiom"}, 1,
        "rests on axiom g.half as well",
    ),
    "an axiom more, of its own": Edit(
        ((BOUND, HALF), ('group="A2")\nmine.w', 'group="A7")\nmine.w')),
        {"mine.size": "new-axiom", "mine.twice": "new-axiom"}, 1, "rests on A7 as well",
    ),
    "an axiom that says more": Edit(
        (('(g[k], "<=", G)', '(g[k], "<=", G / 3)'),),
        {"mine.size": "declaration-changed", "mine.twice": "declaration-changed"}, 1,
        "axiom g.bound says something else",
    ),
    "an axiom that is not used": Edit(
        (("G / 2", "G / 3"),), {}, 0,
    ),
    "another name": Edit(
        (('"size", title', '"extent", title'),),
        {"mine.size": "renamed"}, 0, "now called extent",
    ),
    "another title": Edit((("Squares", "Two squares"),), {"mine.square": "retitled"}, 0),
    "a claim less": Edit((("@mine.theorem", "_ = lambda f: f\nNO = (\"\", dict)\n\n\n@_\n#"),),
                         {"mine.twice": "missing"}, 1, "was: 2·g[k] ≤ 6·G"),
    "a theory less": Edit((('"mine", "My', '"yours", "My'),), {}, 1, "missing"),
    "a broken proof": Edit(
        (("by.algebra(size)", "by.algebra()"),), {"mine.twice": "not-proved"}, 1,
    ),
    "another proof": Edit(
        ((f"p.have({BOUND})", f'p.have((g[k], "<=", 2 * G), by.algebra(p.have({BOUND})))'),),
        {"mine.size": "proof-changed", "mine.twice": "proof-changed"}, 0,
    ),
    "a comment": Edit((('"""A theory', '# mine\n"""A theory'),), {}, 0),
}  # fmt: skip
NEWS = {"source-changed", "new", "axiom-removed"}
THEORIES = {"a theory less": {f"mine.{c}": "missing" for c in ("square", "size", "twice")}}


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the theory and its lock, committed."""
    root = tmp_path_factory.mktemp("repository")
    (root / "mine.py").write_text(THEORY, encoding="utf-8")
    here = Path.cwd()
    os.chdir(root)
    try:
        check(main(["lock", "mine.py"]) == 0)
    finally:
        os.chdir(here)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "locked")
    return root


def git(root: Path, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def repository(locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working copy of it, where we are."""
    shutil.copytree(locked, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Exit code, standard output and error of ``ratecert``."""

    def run(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(args)
        return code, *capsys.readouterr()

    return run


def edit(root: Path, *swaps: tuple[str, str]) -> None:
    text = (root / "mine.py").read_text(encoding="utf-8")
    for old, new in swaps:
        check(old in text, old)
        text = text.replace(old, new)
    (root / "mine.py").write_text(text, encoding="utf-8")


def test_unchanged(repository, run):
    check(run("check", "--locked")[::2] == (0, ""))
    code, out, _ = run("verify")
    said = "ratecert.lock: 3 claims verified by the kernel alone; 1 source locked with them\n"
    check((code, out) == (0, said), out)
    check(git(repository, "status", "--porcelain") == "")


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_told_for_what_it_is(repository, run, name):
    planned = EDITS[name]
    edit(repository, *planned.swaps)
    code, out, error = run("check", "--locked", "--format", "json")
    check(code == planned.code, (code, out, error))
    differences = json.loads(out)["differences"]
    found = {d["claim"]: d["kind"] for d in differences if d["kind"] not in NEWS}
    check(found == (planned.found or THEORIES.get(name, {})), found)
    check(len(found) == sum(d["kind"] not in NEWS for d in differences), differences)
    check(any(d["kind"] == "source-changed" for d in differences) or name == "a theory less")
    check(code == int(any(d["fails"] for d in differences)), differences)
    if name in ("a worse constant", "another name"):
        same, out, _ = run("check", "--locked")
        check(same == code and all(f" {k}\n" in out for k in found), out)
        check(all(kind in out for kind in found.values()), out)
    check(planned.says in out, out)
    check(git(repository, "status", "--porcelain") == " M mine.py\n")

    code, out, _ = run("verify", "--format", "json")
    stale = [(d["kind"], d["claim"]) for d in json.loads(out)["differences"]]
    check((code, stale) == (1, [("stale", "mine.py")]), stale)


@pytest.mark.parametrize("name", ["a worse constant", "a better constant", "a claim less"])
def test_what_is_meant_is_accepted(repository, run, name):
    edit(repository, *EDITS[name].swaps)
    before = (repository / "ratecert.lock").read_bytes()
    code, out, _ = run("lock")
    free = {"proof-changed"}
    asked = sorted(claim for claim, kind in EDITS[name].found.items() if kind not in free)
    options = [word for claim in asked for word in ("--accept", claim)]
    check(code == 1 and f"ratecert lock {' '.join(options)}\n" in out, out)
    check((repository / "ratecert.lock").read_bytes() == before)
    check(run("lock", "--accept", "mine.nothing")[0] == 2)
    check(run("lock", *options)[0] == 0)
    check((repository / "ratecert.lock").read_bytes() != before)
    check(run("verify")[0] == 0)
    check(run("check", "--locked")[0] == 0)


@pytest.mark.parametrize("name", ["a worse constant", "a hypothesis less"])
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_the_same(repository, run, name, form):
    """What each looks like is tested beside the formats."""
    planned = EDITS[name]
    edit(repository, *planned.swaps)
    code, out, _ = run("check", "--locked", "--format", form)
    check(code == planned.code, (code, out))
    check(all(claim in out and kind in out for claim, kind in planned.found.items()), out)
    code, out, _ = run("verify", "--format", form)
    check(code == 1 and "stale" in out and "mine.py" in out, out)
