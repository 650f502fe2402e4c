"""The cache of ``ratecert check``: what is recalled, proved again, and not believed."""

from __future__ import annotations

import hmac
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from hashlib import sha256
from pathlib import Path

import pytest

import ratecert
from ratecert.proofs.language import replaying
from ratecert.proofs.language.loader import load
from ratecert.proofs.language.theory import Claimed
from ratecert.proofs.record import cache as caching
from ratecert.proofs.record import keys, sources
from ratecert.proofs.record.keys import Keys
from ratecert.proofs.record.sources import Sources

SOURCE = """\
from ratecert.proofs.language import Theory, by, symbols

mine = Theory("mine", "My theory")
(c,) = mine.constants("c")
mine.assume("positive", (0, "<", c))
x, y = symbols("x y")
factor = 2
unused = 3


def hints():
    return (x - y,)


@mine.lemma("square", title="Squares", for_all=(x, y), claim=(factor * x * y, "<=", x**2 + y**2))
def square(p):
    return p.have((factor * x * y, "<=", x**2 + y**2), by.algebra(hints=hints()))


@mine.lemma("four", title="More", for_all=(x, y), claim=(4 * x * y, "<=", 2 * x**2 + 2 * y**2))
def four(p):
    return p.have((4 * x * y, "<=", 2 * x**2 + 2 * y**2), by.algebra(p.use(square)))


@mine.lemma("apart", title="Apart", for_all=(x,), claim=(0, "<=", x**2))
def apart(p):
    return p.have((0, "<=", x**2), by.algebra())


@mine.lemma("axiom", title="By the axiom", claim=(0, "<", c**2))
def positive(p):
    return p.have((0, "<", c**2), by.algebra(p.axiom("positive")))
"""
ALL = ["square", "four", "apart", "axiom"]
AWHILE = 0.07  # after which a file that was written counts as settled


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def check(run, file):
    """Check the file once it has settled: exit code, verdicts by id, and which were recalled."""

    def check(*options: str):
        time.sleep(AWHILE)
        outcome = run("check", str(file), "--format", "json", *options)
        (theory,) = outcome.json["theories"]
        verdicts = {s["id"]: s["verdict"] for s in theory["statements"]}
        recalled = [s["id"] for s in theory["statements"] if s["recalled"]]
        return outcome.code, verdicts, recalled

    return check


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def store() -> Path:
    return Path(os.environ["RATECERT_CACHE"])


def record(name: str) -> Path:
    return store() / "records-1" / name


def key_of(file: Path, id: str) -> str:
    """The key of a claim as the file is now."""
    theories = load(str(file))
    key = Keys(Sources(), theories).claim(theories[0].claims[id])
    assert key is not None
    return key


def proved(*ids: str) -> dict[str, str]:
    return dict.fromkeys(ids, "proved")


# --- recalling --------------------------------------------------------------------------------


def test_a_warm_run_says_the_same(run, file):
    time.sleep(AWHILE)
    cold, warm = (run("check", str(file), "--format", "json") for _ in range(2))
    assert (cold.code, warm.code, cold.err, warm.err) == (0, 0, "", "")

    def comparable(data):
        for theory in data["theories"]:
            statements = theory["statements"]
            recalled = {theory["model"].pop("recalled"), *(s.pop("recalled") for s in statements)}
            seconds = [s.pop("seconds") for s in theory["statements"]]
        return data, recalled, seconds

    (first, new, spent), (second, old, said) = comparable(cold.json), comparable(warm.json)
    assert first == second
    assert (new, old) == ({False}, {False, True})  # this theory has no model to recall
    assert spent == said  # what the proofs took when they were found


def test_a_warm_run_proves_and_replays_nothing(check, monkeypatch):
    check()
    monkeypatch.setattr(Claimed, "_elaborate", lambda self: 1 / 0)
    monkeypatch.setattr(replaying, "_replayed", lambda data: 1 / 0)
    assert check() == (0, proved(*ALL), ALL)


def test_the_summary_says_what_is_recalled(run, file):
    time.sleep(AWHILE)
    assert "recalled" not in run("check", str(file)).out
    warm = run("check", str(file)).out
    assert "4 of 4 claims proved; all recalled from the cache of earlier runs" in warm
    assert "replayed by the kernel" not in warm
    assert "--no-cache proves them again" in warm
    edit(file, "by.algebra())", "by.algebra(degree=2))")
    time.sleep(AWHILE)
    partly = run("check", str(file)).out
    assert "4 of 4 claims proved, 1 of them in" in partly
    assert "replayed by the kernel alone to the same bytes; 3 recalled" in partly


def test_no_cache_recalls_nothing_and_writes_nothing(check):
    assert check("--no-cache") == (0, proved(*ALL), [])
    assert not store().exists()
    check()
    assert check("--no-cache") == (0, proved(*ALL), [])


def test_a_part_of_the_claims(check):
    assert check("--lemma", "square")[2] == []
    assert check()[2] == ["square"]


def test_models_are_recalled(run, monkeypatch):
    """The shipped theory in new processes: its model, too, is evaluated once."""
    source = str(Path(ratecert.__file__).absolute().parents[1])
    command = [
        sys.executable,
        "-m",
        "ratecert",
        "check",
        "sgd",
        "--format",
        "json",
        "--lemma",
        "rate",
    ]
    environment = {**os.environ, "PYTHONPATH": source}
    told = []
    for _ in range(2):
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        (theory,) = json.loads(done.stdout)["theories"]
        told.append(theory)
    assert [t["model"].pop("recalled") for t in told] == [False, True]
    assert told[0]["model"] == told[1]["model"]
    assert told[0]["model"]["verdict"] == "holds"
    assert [t["statements"][0]["recalled"] for t in told] == [False, True]


# --- what an edit reaches ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("by.algebra())", "by.algebra(degree=2))", ["apart"]),
        ("hints=hints()", "hints=hints(), degree=2", ["square", "four"]),
        ("by.algebra(p.use(square))", "by.algebra(p.use(square), degree=1)", ["four"]),
        ("return (x - y,)", "return (y - x,)", ["square", "four"]),
        ("factor = 2", "factor = 1 + 1", ["square", "four"]),
        ("unused = 3", "unused = 4", []),
        ("\n\n\ndef hints", "\n\n\n# about nothing\n\n\ndef hints", []),
        ('"Apart"', '"Apart from all"', ["apart"]),
        ('(0, "<=", x**2)', '(-1, "<=", x**2)', ["apart"]),
        ('(0, "<", c))', '(1, "<", c))', ALL),
        ('x, y = symbols("x y")', 'x, y = symbols("x y")\nmine.witness[c] = 1', ALL),
    ],
)
def test_what_an_edit_proves_again(check, file, old, new, again):
    check()
    edit(file, old, new)
    assert check() == (0, proved(*ALL), [id for id in ALL if id not in again])
    assert check()[2] == ALL


def test_a_byte_of_the_foundation_changes_all(check, tmp_path, monkeypatch):
    real, extra = sources.foundation_files(), tmp_path / "kernel.py"
    extra.write_text("1")
    for module in (sources, keys):
        monkeypatch.setattr(module, "foundation_files", lambda: {**real, extra: "kernel.py"})
    check()
    # it counts as one of ours, so it must not be newer than this process: see the next section
    monkeypatch.setattr(sources.Sources, "newest", lambda self, **which: 0)
    assert check()[2] == []
    assert check()[2] == ALL
    extra.write_text("2")
    assert check() == (0, proved(*ALL), [])


def test_another_version_of_a_library_changes_all(check, monkeypatch):
    check()
    monkeypatch.setattr(sources, "_version", lambda name: "0")
    assert check()[2] == []


def test_a_wrong_constant_after_a_right_one(check, file):
    assert check()[1] == proved(*ALL)
    edit(file, "factor = 2", "factor = 3")
    code, verdicts, recalled = check()
    assert (code, verdicts["square"], recalled) == (1, "refuted", ["apart", "axiom"])
    assert check()[1:] == (verdicts, recalled)  # what is not proved is tried each time


def test_a_proof_that_breaks_is_not_recalled(check, file):
    check()
    edit(file, '    return p.have((0, "<=", x**2), by.algebra())', "    return None")
    code, verdicts, _ = check()
    assert (code, verdicts["apart"]) == (1, "undecided")


@pytest.mark.parametrize("given", ["[3]", "[(0, '<', 0.5)]", "[(object(), '<', 1)]"])
def test_a_statement_that_is_wrong_has_a_verdict(check, file, given):
    edit(file, 'title="Apart",', f'title="Apart", given={given},')
    for _ in range(2):
        code, verdicts, recalled = check()
        assert (code, verdicts["apart"]) == (1, "error")
        assert "apart" not in recalled


# --- proofs that rest on what is recalled -----------------------------------------------------


@pytest.fixture
def elaborated(monkeypatch):
    """Which claims were proved in this process."""
    seen, real = [], Claimed._elaborate

    def elaborate(self):
        seen.append(self.id)
        return real(self)

    monkeypatch.setattr(Claimed, "_elaborate", elaborate)
    return seen


def test_a_dependant_gets_its_theorems_from_the_kernel(check, file, elaborated):
    check()
    elaborated.clear()
    edit(file, "by.algebra(p.use(square))", "by.algebra(p.use(square), degree=1)")
    assert check() == (0, proved(*ALL), ["square", "apart", "axiom"])
    assert elaborated == ["four"]


@pytest.mark.parametrize("damage", ["gone", "garbled", "another"])
def test_without_the_trace_it_is_proved_again(check, file, elaborated, damage):
    check()
    for blob in (store() / "blobs-1").iterdir():
        if damage == "gone":
            blob.unlink()
        else:
            blob.write_bytes(
                b"garbled" if damage == "garbled" else b"x\x9cc\x00\x00\x00\x01\x00\x01"
            )
    elaborated.clear()
    edit(file, "by.algebra(p.use(square))", "by.algebra(p.use(square), degree=1)")
    assert check() == (0, proved(*ALL), ["apart", "axiom"])
    assert sorted(elaborated) == ["four", "square"]


def test_a_false_record_gives_no_theorem(check, file):
    """Even one with the right mark: what is proved anew rests on the kernel alone."""
    check()
    edit(file, "factor = 2", "factor = 3")
    time.sleep(AWHILE)
    right = next(p for p in (store() / "records-1").iterdir())
    name = key_of(file, "square")
    value = json.loads(right.read_bytes()[64:])["value"]
    body = json.dumps({"format": 1, "name": name, "value": value}).encode()
    mark = hmac.new((store() / "key").read_bytes(), body, sha256).hexdigest().encode()
    record(name).write_bytes(mark + body)
    record(name).chmod(0o600)
    _, verdicts, _ = check()
    assert verdicts["four"] != "proved"
    assert verdicts["square"] == "refuted"  # it was needed, so it was tried


# --- what is not believed ---------------------------------------------------------------------


def marked(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body, sha256).hexdigest().encode() + body


def _poisons(name: str, good: bytes, key: bytes):
    value = json.loads(good[64:])["value"]
    renamed = json.dumps({"format": 1, "name": name, "value": value}).encode()
    old = json.dumps({"format": 0, "name": name, "value": value}).encode()
    return {
        "copied": good,
        "renamed": good[:64] + renamed,
        "unmarked": renamed,
        "empty": b"",
        "truncated": good[:-1],
        "mark alone": good[:64],
        "zero mark": b"0" * 64 + renamed,
        "other key": marked(renamed, b"\0" * 32),
        "short key": marked(renamed, key[:16]),
        "no key": marked(renamed, b""),
        "other version": marked(old, key),
        "no object": marked(b"[]", key),
        "no JSON": marked(b"{", key),
        "deep": marked(b"[" * 100_000, key),
        "not ours to read": marked(json.dumps({"format": 1, "name": name}).encode(), key),
        "no fields": marked(json.dumps({"format": 1, "name": name, "value": {}}).encode(), key),
    }


POISONS = tuple(_poisons("", b"0" * 64 + b'{"value": {}}', b""))


@pytest.mark.parametrize("poison", POISONS)
def test_a_poisoned_record_proves_nothing(check, file, poison):
    """In the place of a false claim's record; in that of a true one it does no harm."""
    check()
    true = key_of(file, "apart")
    good, key = record(key_of(file, "square")).read_bytes(), (store() / "key").read_bytes()
    edit(file, "factor = 2", "factor = 3")
    false = key_of(file, "square")
    for name in (true, false):
        record(name).write_bytes(_poisons(name, good, key)[poison])
        record(name).chmod(0o600)
    code, verdicts, recalled = check()
    assert (code, verdicts["square"], verdicts["apart"]) == (1, "refuted", "proved")
    assert recalled == ["axiom"]


@pytest.mark.parametrize("kind", ["link", "directory", "pipe", "others may write", "huge", "other"])
def test_what_is_no_record_of_ours(check, file, kind, tmp_path, monkeypatch):
    check()
    path = record(key_of(file, "apart"))
    if kind == "link":
        path.rename(tmp_path / "away")
        path.symlink_to(tmp_path / "away")
    elif kind == "directory":
        path.unlink()
        path.mkdir()
    elif kind == "pipe":
        path.unlink()
        os.mkfifo(path)
    elif kind == "others may write":
        path.chmod(0o602)
    elif kind == "huge":
        path.write_bytes(path.read_bytes() + b" " * (1 << 21))
    else:
        path.unlink()
    assert check() == (0, proved(*ALL), ["square", "four", "axiom"])
    assert check()[1] == proved(*ALL)


def test_a_store_from_elsewhere_is_not_believed(check, tmp_path, monkeypatch):
    check()
    shutil.copytree(store() / "records-1", tmp_path / "other" / "records-1")
    monkeypatch.setenv("RATECERT_CACHE", str(tmp_path / "other"))
    assert check() == (0, proved(*ALL), [])


# --- what cannot be followed ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return (x - y,)", "return (x - y,) if open(__file__) else ()"),
        ("return (x - y,)", 'return (globals()["x"] - y,)'),
        ("return (x - y,)", 'return (x - y,) if mine.claims["four"] else ()'),
        ("return (x - y,)", "import os\n    return (x - y,) if os.environ else ()"),
    ],
)
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
def test_what_reads_elsewhere_is_proved_each_time(check, file, old, new):
    edit(file, old, new)
    assert check()[1] == proved(*ALL)
    code, verdicts, recalled = check()
    assert (code, verdicts) == (0, proved(*ALL))
    assert "square" not in recalled and "four" not in recalled


def test_a_file_that_has_just_changed(run, file):
    future = time.time() + 100
    os.utime(file, (future, future))
    outcome = run("check", str(file))
    assert (outcome.code, outcome.err) == (0, "")
    assert not list((store() / "records-1").iterdir())


def test_a_file_that_changes_meanwhile(check, file, monkeypatch):
    real = caching.Cache.keep

    def keep(self, *args):
        edit(file, "return (x - y,)", "return (y - x,)")
        real(self, *args)

    monkeypatch.setattr(caching.Cache, "keep", keep)
    assert check() == (0, proved(*ALL), [])
    assert not list((store() / "records-1").iterdir())


# --- trouble with the disk, and other processes -----------------------------------------------


def test_a_full_disk_in_the_middle_of_a_file(python, file):
    program = """
        import resource, sys
        from ratecert.cli import main
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
        sys.exit(main(["check", sys.argv[1]]))
        """
    time.sleep(AWHILE)
    for limit in (10, 40, 400):
        outcome = python(program.replace("(LIMIT, LIMIT)", f"({limit}, {limit})"), str(file))
        assert (outcome.code, "4 of 4 claims proved" in outcome.out) == (0, True), outcome
        assert not list(store().rglob("tmp-*"))


@pytest.mark.parametrize("what", ["a file", "missing and forbidden", "open to others", "bad key"])
def test_a_directory_that_cannot_be_used(run, file, tmp_path, monkeypatch, what):
    path = tmp_path / "place"
    if what == "a file":
        path.write_text("")
    elif what == "open to others":
        path.mkdir()
        path.chmod(0o777)
    elif what == "bad key":
        path.mkdir(mode=0o700)
        (path / "key").write_bytes(b"0" * 32)
        (path / "key").chmod(0o644)
    else:
        path = Path("/proc/no/such/place")
    monkeypatch.setenv("RATECERT_CACHE", str(path))
    time.sleep(AWHILE)
    outcome = run("check", str(file))
    assert outcome.code == 0
    assert "4 of 4 claims proved in" in outcome.out
    assert outcome.err.startswith("ratecert: no cache: ")


@pytest.mark.parametrize("call", ["link", "replace", "unlink"])
@pytest.mark.parametrize("nth", [1, 3])
def test_killed_while_writing(python, check, file, call, nth):
    program = """
        import os, signal, sys
        from ratecert.cli import main
        real, left = os.CALL, [NTH]
        def deadly(*args, **options):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **options)
        os.CALL = deadly
        sys.exit(main(["check", sys.argv[1]]))
        """
    time.sleep(AWHILE)
    outcome = python(program.replace("CALL", call).replace("NTH", str(nth)), str(file))
    assert outcome.code == (-9 if nth == 1 or call == "replace" else 0)
    assert check()[:2] == (0, proved(*ALL))
    assert check() == (0, proved(*ALL), ALL)


def test_many_at_once(check, file):
    source = str(Path(ratecert.__file__).absolute().parents[1])
    same = ["-O"] if sys.flags.optimize else []  # proofs found with and without are kept apart
    command = [sys.executable, *same, "-m", "ratecert", "check", str(file)]
    environment = {**os.environ, "PYTHONPATH": source}
    time.sleep(AWHILE)
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in running:
        out, err = process.communicate()
        assert (process.returncode, err) == (0, b"")
        assert b"4 of 4 claims proved" in out
    assert check() == (0, proved(*ALL), ALL)


def test_nothing_else_is_written(python, file, tmp_path):
    program = """
        import os, sys
        from ratecert.cli import main
        def hook(event, args):
            flags = args[2] if event == "open" and isinstance(args[2], int) else 0
            writing = flags & (os.O_WRONLY | os.O_RDWR)
            if writing and str(args[0]).isdigit():  # a pipe, or a file opened before
                return
            if writing or event in ("os.mkdir", "os.rename", "os.link", "os.remove"):
                path = str(args[1] if event in ("os.rename", "os.link") else args[0])
                if not path.startswith(os.environ["RATECERT_CACHE"]) and path != os.devnull:
                    print(event, path, file=sys.stderr)
        sys.addaudithook(hook)
        sys.exit(main(["check", sys.argv[1]]))
        """
    time.sleep(AWHILE)
    outcome = python(program, str(file), cwd=str(tmp_path))
    assert (outcome.code, outcome.err) == (0, "")
    assert (store() / "key").stat().st_mode & 0o777 == 0o600
    assert store().stat().st_mode & 0o777 == 0o700


def test_no_solver_and_no_torch_in_a_warm_run(python, file):
    program = textwrap.dedent("""
        import sys
        from ratecert.cli import main
        main(["check", sys.argv[1], "norms"])
        print(sorted({"scipy", "torch", "z3", "cvc5", "clarabel"} & set(sys.modules)))
        """)
    time.sleep(AWHILE)
    assert python(program, str(file)).code == 0
    assert python(program, str(file)).out.splitlines()[-1] == "[]"
