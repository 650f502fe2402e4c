from __future__ import annotations

import copy
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import small_theory as small

from helpers import check
from ratecert.proofs.kernel.claims import Claim
from ratecert.proofs.kernel.codec import dumps
from ratecert.proofs.kernel.errors import (
    CertificateError,
    KernelError,
    RangeError,
    SideConditionError,
    TheoryError,
    TraceError,
)
from ratecert.proofs.kernel.rules import RULES, instantiate
from ratecert.proofs.kernel.terms import Ix
from ratecert.proofs.kernel.trace import replay, trace

ROOT = Path(__file__).resolve().parents[2]
SOURCE = str(ROOT / "src")
Document = dict[str, Any]


@cache
def published() -> tuple[Claim, ...]:
    return tuple(small.claims())


@cache
def whole() -> bytes:
    return trace(published())


def only(name: str) -> Document:
    """The trace of one claim, as data."""
    document: Document = json.loads(trace([c for c in published() if c.id == name]))
    return document


def text(document: Document) -> bytes:
    return dumps(document) + b"\n"


def step(document: Document, rule: str) -> dict[str, Any]:
    """The first step by this rule."""
    found: dict[str, Any] = next(s for s in document["steps"] if s["rule"] == rule)
    return found


# --- what is written comes back ---------------------------------------------------------------


def test_replay_gives_the_same_bytes() -> None:
    again = replay(whole())
    for before, after in zip(published(), again, strict=True):
        check(before.canonical_bytes() == after.canonical_bytes(), before.id)
        check((before.id, before.title, before.kind) == (after.id, after.title, after.kind))
        check(before.theorem is not after.theorem and before.uses == after.uses)
    check(trace(again) == whole(), "a trace of the replay is the same trace")


def test_every_rule_occurs() -> None:
    used = {s["rule"] for s in json.loads(whole())["steps"]}
    check(used == set(RULES), set(RULES) - used)


def test_equal_steps_are_stored_once() -> None:
    steps = [dumps(s) for s in json.loads(whole())["steps"]]
    check(len(set(steps)) == len(steps))
    twice = trace([*small.claims()])
    check(twice == whole(), "theorems proved twice are still one step")


def test_premises_come_first() -> None:
    for number, s in enumerate(json.loads(whole())["steps"]):
        for found in re.findall(r'\["thm",(\d+)\]', dumps(s).decode()):
            check(int(found) < number)


def test_a_long_proof_does_not_recurse() -> None:
    theorem = small.lifted()
    for n in range(1500):
        theorem = instantiate(theorem, (("k", Ix("k", 1 if n % 2 else -1)),))
    claim = small.publish(theorem, "long", "long", "lemma", (), ({}, small.INDICES))
    check(replay(trace([claim]))[0].sha256 == claim.sha256)


def test_what_cannot_be_written_is_refused() -> None:
    theorem = instantiate(small.lifted(), {"k": Ix("k", 1)})  # type: ignore[arg-type]
    claim = small.publish(theorem, "c", "t", "lemma", (), ({}, small.INDICES))
    with pytest.raises(TraceError, match="not an object"):
        trace([claim])


# --- tampering --------------------------------------------------------------------------------


def flip_coefficient(d: Document) -> None:
    step(d, "certify")["args"]["certificate"][1][0][1] = "2"


def move_a_constant(d: Document) -> None:
    step(d, "certify")["args"]["goal"][1] = ["Rat", "1/7"]


def use_a_weaker_fact(d: Document) -> None:
    """An assumption ``0 <= eps`` in place of ``0 < eps``: no strict summand is left."""
    for s in d["steps"]:
        if s["rule"] == "assume" and s["args"]["formula"][2] == "<":
            s["args"]["formula"][2] = "<="


def swap_premises(d: Document) -> None:
    args = step(d, "induct")["args"]
    args["base"], args["step"] = args["step"], args["base"]


def swap_facts(d: Document) -> None:
    for s in d["steps"]:
        if len(s["args"].get("facts", ())) > 1:
            s["args"]["facts"].reverse()


def drop_a_fact(d: Document) -> None:
    for s in d["steps"]:
        if len(s["args"].get("facts", ())) > 1:
            del s["args"]["facts"][-1]


def drop_the_range(d: Document) -> None:
    for s in d["steps"]:
        if s["rule"] == "certify":
            s["args"]["ambient"] = []


def longer_induction(d: Document) -> None:
    step(d, "induct")["args"]["high"] = None


def earlier_start(d: Document) -> None:
    step(d, "induct")["args"]["low"] = ["Ix", None, -1]


def rename_rule(d: Document) -> None:
    step(d, "induct")["rule"] = "deduct"


def no_rule(d: Document) -> None:
    step(d, "induct")["rule"] = ["induct"]


def a_truth_for_a_theory(d: Document) -> None:
    """False is 0 for Python, and would be a second spelling."""
    d["steps"][0]["theory"] = False


def a_truth_for_a_theorem(d: Document) -> None:
    d["claims"][0]["theorem"] = True


def names_for_a_step(d: Document) -> None:
    d["steps"][0] = sorted(d["steps"][0])


def make_directly(d: Document) -> None:
    d["steps"][-1]["rule"] = "make"


def another_rule(d: Document) -> None:
    s = step(d, "assume")
    s["rule"], s["args"] = "axiom", {"name": "A9"}


def later_step(d: Document) -> None:
    s = step(d, "induct")
    s["args"]["base"] = ["thm", len(d["steps"])]


def extra_argument(d: Document) -> None:
    d["steps"][0]["args"]["token"] = None


def missing_argument(d: Document) -> None:
    del step(d, "certify")["args"]["linear"]


def theory_argument(d: Document) -> None:
    step(d, "certify")["args"]["theory"] = d["theories"][0]


def number_for_a_bool(d: Document) -> None:
    step(d, "certify")["args"]["linear"] = 0


def change_digest(d: Document) -> None:
    digest = d["claims"][0]["sha256"]
    d["claims"][0]["sha256"] = ("0" if digest[0] != "0" else "1") + digest[1:]


def no_digest(d: Document) -> None:
    d["claims"][0]["sha256"] = None


def another_theorem(d: Document) -> None:
    d["claims"][0]["theorem"] = 0


def no_such_theorem(d: Document) -> None:
    d["claims"][0]["theorem"] = -1


def drop_definedness(d: Document) -> None:
    d["claims"][0]["definedness"] = []


def bad_witness(d: Document) -> None:
    d["claims"][0]["witness"][0] = [[t, "0"] for t, _ in d["claims"][0]["witness"][0]]


def two_values(d: Document) -> None:
    d["claims"][0]["witness"][0] *= 2


def same_id(d: Document) -> None:
    d["claims"] *= 2


def no_claims(d: Document) -> None:
    d["claims"] = []


def another_format(d: Document) -> None:
    d["format"] = 2


def true_format(d: Document) -> None:
    d["format"] = True


def another_kernel(d: Document) -> None:
    d["kernel"] = "0"


def an_extra_key(d: Document) -> None:
    d["oracle"] = []


def steps_no_list(d: Document) -> None:
    d["steps"] = {}


def definition_in_a_circle(d: Document) -> None:
    v = next(x for x in d["theories"][0][5] if x[1] == "v")
    v[5] = v[3]


def definition_without_beta(d: Document) -> None:
    v = next(x for x in d["theories"][0][5] if x[1] == "v")
    v[5] = ["Rat", "-1"]


@pytest.mark.parametrize(
    ("tamper", "error", "reason"),
    [
        (flip_coefficient, CertificateError, "identity fails"),
        (move_a_constant, CertificateError, "identity fails"),
        (use_a_weaker_fact, KernelError, "."),
        (swap_premises, KernelError, "induct"),
        (swap_facts, CertificateError, "certify"),
        (drop_a_fact, CertificateError, "there is no fact|identity fails"),
        (drop_the_range, CertificateError, "identity fails"),
        (longer_induction, RangeError, "range of k"),
        (earlier_start, SideConditionError, "base"),
        (rename_rule, TraceError, "no rule 'deduct'"),
        (make_directly, TraceError, "no rule 'make'"),
        (no_rule, TraceError, "there is no rule"),
        (a_truth_for_a_theory, TraceError, "no such number: False"),
        (a_truth_for_a_theorem, TraceError, "no such number: True"),
        (names_for_a_step, TraceError, "found list"),
        (another_rule, TheoryError, "no axiom 'A9'"),
        (later_step, TraceError, "earlier step"),
        (extra_argument, TraceError, "wanted"),
        (missing_argument, TraceError, "wanted"),
        (theory_argument, TraceError, "wanted"),
        (number_for_a_bool, TraceError, "bool wanted"),
        (change_digest, TraceError, "the replay gives"),
        (no_digest, TraceError, "the replay gives"),
        (another_theorem, KernelError, "."),
        (no_such_theorem, TraceError, "no such number"),
        (drop_definedness, SideConditionError, "definedness"),
        (bad_witness, SideConditionError, "not seen to hold"),
        (two_values, TraceError, "two values"),
        (same_id, TraceError, "one id"),
        (no_claims, TraceError, "no claim"),
        (another_format, TraceError, "format 2"),
        (true_format, TraceError, "format True"),
        (another_kernel, TraceError, "kernel '0'"),
        (an_extra_key, TraceError, "wanted"),
        (steps_no_list, TraceError, "a list wanted"),
        (definition_in_a_circle, TheoryError, "not defined from earlier values"),
        (definition_without_beta, CertificateError, "identity fails"),
    ],
)
def test_a_tampered_trace_is_refused(
    tamper: Callable[[Document], None], error: type[KernelError], reason: str
) -> None:
    document = only("quotient")
    replay(text(document))
    tamper(document)
    with pytest.raises(error, match=reason):
        replay(text(document))


def test_the_refused_step_is_named() -> None:
    document = only("quotient")
    flip_coefficient(document)
    with pytest.raises(CertificateError, match=r"step \d+: certify: "):
        replay(text(document))


def with_its_own_digest(document: Document) -> list[Claim]:
    """Replay a one-claim trace with the digest replaced by what the replay gives."""
    with pytest.raises(TraceError, match="the replay gives") as caught:
        replay(text(document))
    found = re.search(r"the replay gives ([0-9a-f]{64})", str(caught.value))
    check(found)
    document["claims"][0]["sha256"] = found[1] if found else ""
    return replay(text(document))


def weaken_more(d: Document) -> None:
    """One more hypothesis than the claim has."""
    formula = step(d, "weaken")["args"]["formula"]
    args = {
        "theorem": ["thm", d["claims"][0]["theorem"]],
        "formula": [*formula[:2], ["Ix", None, 3]],
    }
    d["steps"].append({"theory": 0, "rule": "weaken", "args": args})
    d["claims"][0]["theorem"] = len(d["steps"]) - 1


def other_level(d: Document) -> None:
    g = next(s for s in d["theories"][0][2] if s[1] == "g")
    g[5] = "for another reason"


def other_definition(d: Document) -> None:
    next(x for x in d["theories"][0][5] if x[1] == "v.0")[6] = "another source"


@pytest.mark.parametrize("tamper", [weaken_more, other_level, other_definition])
def test_a_changed_statement_has_other_bytes(tamper: Callable[[Document], None]) -> None:
    document = only("quotient")
    original = replay(text(document))[0]
    tamper(document)
    (changed,) = with_its_own_digest(document)
    check(changed.canonical_bytes() != original.canonical_bytes())


def test_a_changed_axiom_has_other_bytes() -> None:
    document = only("mean")
    original = replay(text(document))[0]
    law = next(a for a in document["theories"][0][4] if a[1] == "A2")
    law[4].append(["Rel", ["Rat", "0"], "<=", ["Rat", "1"]])  # one more condition
    with pytest.raises(KernelError):
        replay(text(document))  # expect: the condition is a hypothesis; antisymmetry keeps it
    (changed,) = with_its_own_digest(document)
    check(changed.canonical_bytes() != original.canonical_bytes())
    law[5][1] = ["CE", ["Ix", "k", 0], law[5][1][2]]  # E[g^k | F_k] instead of F_{k-1}
    with pytest.raises(KernelError):
        replay(text(document))


def leaves(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(data, list | dict):
        items = data.items() if isinstance(data, dict) else enumerate(data)
        return [p for key, value in items for p in leaves(value, (*path, key))]
    return [path]


def mutated(value: Any, dice: random.Random) -> Any:
    """Something of about the same shape."""
    if isinstance(value, bool) or value is None:
        return dice.choice([True, False, None, 0])
    if isinstance(value, int):
        return value + dice.choice([-1, 1, 2])
    if re.fullmatch(r"-?\d+(/\d+)?", value):
        return dice.choice(["0", "1", "-1", "1/2", "2", f"-{value}"])
    names = ["k", "i", "K", "d", "<", "<=", "=", "g", "v", "det", "any", "Add", "Mul", "Abs", "E"]
    return dice.choice([n for n in names if n != value])


@pytest.mark.parametrize("name", ["young", "quotient", "mean", "quantified", "first"])
def test_random_changes_never_pass_unseen(name: str) -> None:
    """Whatever still replays proves, for the same id, a statement of exactly the same bytes."""
    document = only(name)
    expected = replay(text(document))[0].canonical_bytes()
    places, dice, refused = leaves(document), random.Random(name), 0
    for _ in range(250):
        changed = copy.deepcopy(document)
        path = dice.choice(places)
        spot = changed
        for key in path[:-1]:
            spot = spot[key]
        spot[path[-1]] = mutated(spot[path[-1]], dice)
        try:
            (claim,) = replay(text(changed))
        except KernelError:
            refused += 1
        else:
            check(claim.canonical_bytes() == expected, (path, changed))
    check(refused > 50, f"only {refused} refused: the changes change little")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null\n",
        b"[]\n",
        b"{}\n",
        b'"text"\n',
        b"\x80\x04K\x01.",
        b"import os\n",
        b"\n",
        b"{}\n\n",
    ],
)
def test_what_is_no_trace_is_refused(data: bytes) -> None:
    with pytest.raises(TraceError):
        replay(data)


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"3", "found int"), (b"[]", "found list"), (b'{"a":1}', r"found \['a'\]")],
)
def test_what_is_found_in_place_of_a_trace_is_said(data: bytes, found: str) -> None:
    with pytest.raises(TraceError, match=found):
        replay(data)


def test_a_theory_may_be_listed_twice() -> None:
    """What counts is that the declarations are the same."""
    document = only("quotient")
    document["theories"] *= 2
    step(document, "induct")["theory"] = document["steps"][-1]["theory"] = 1
    (claim,) = replay(text(document))
    check(claim.sha256 == document["claims"][0]["sha256"])


def test_ill_typed_data_surface_as_kernel_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a rule trip over its data, the caller still sees a refusal."""
    for error in (AttributeError, TypeError, ValueError, RecursionError, KeyError):

        def trip(formula: Any, theory: Any, error: type[Exception] = error) -> None:
            raise error("tripped")

        monkeypatch.setitem(RULES, "assume", trip)
        with pytest.raises(TraceError, match=f"{error.__name__}.*tripped"):
            replay(whole())


# --- the command ------------------------------------------------------------------------------


def run(
    arguments: list[str], data: bytes = b"", flags: tuple[str, ...] = ()
) -> tuple[int, str, str]:
    """Run the replay command in an isolated interpreter without site-packages."""
    program = (
        f"import sys; sys.path.insert(0, {SOURCE!r}); sys.argv = ['replay', *sys.argv[1:]]\n"
        "from ratecert.proofs.kernel.replay import main\n"
        "code = main()\n"
        "bad = [m for m in sys.modules if m.partition('.')[0] in ('sympy', 'numpy', 'scipy')"
        " or (m.startswith('ratecert.') and m not in ('ratecert.proofs', 'ratecert.proofs.kernel')"
        " and not m.startswith('ratecert.proofs.kernel.'))]\n"
        "sys.exit(code if not bad else f'imported {bad}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", *flags, "-c", program, *arguments],
        input=data,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("flags", [(), ("-O",), ("-OO",)])
def test_the_command_replays_with_the_kernel_alone(tmp_path: Path, flags: tuple[str, ...]) -> None:
    file = tmp_path / "trace.json"
    file.write_bytes(whole())
    code, out, err = run([str(file)], flags=flags)
    check((code, err) == (0, ""), err)
    expected = [
        {"theory": c.theorem.theory.name, "id": c.id, "sha256": c.sha256} for c in published()
    ]
    check(json.loads(out) == {"schema": 1, "claims": expected}, out)


def test_the_command_reads_standard_input_and_prints_bytes() -> None:
    code, out, _ = run(["-", "--bytes"], whole())
    check(code == 0)
    found = {c["id"]: c["bytes"].encode() for c in json.loads(out)["claims"]}
    check(found == {c.id: c.canonical_bytes() for c in published()})


@pytest.mark.parametrize("flags", [(), ("-O",)])
@pytest.mark.parametrize("tamper", [flip_coefficient, change_digest, drop_definedness, bad_witness])
def test_the_command_refuses(tamper: Callable[[Document], None], flags: tuple[str, ...]) -> None:
    document = only("quotient")
    tamper(document)
    code, out, err = run(["-"], text(document), flags)
    check(code == 1 and out == "", (code, out))
    check(err.startswith("refused: ") and "Traceback" not in err, err)


def test_wrong_usage() -> None:
    for arguments in ([], ["--frobnicate", "-"], ["/no/such/file"], ["a", "b"]):
        code, out, err = run(arguments)
        check(code == 2 and out == "" and err, (arguments, code, out, err))


def test_the_module_runs_by_name(tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_bytes(whole())
    done = subprocess.run(
        [sys.executable, "-m", "ratecert.proofs.kernel.replay", str(file)],
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        timeout=120,
        check=False,
    )
    check(done.returncode == 0, done.stderr)
    check(len(json.loads(done.stdout)["claims"]) == len(published()))


def test_traces_do_not_depend_on_the_process() -> None:
    program = (
        f"import sys; sys.path[:0] = {[SOURCE, str(ROOT / 'tests' / 'kernel')]!r}\n"
        "import small_theory; from ratecert.proofs.kernel.trace import trace\n"
        "sys.stdout.buffer.write(trace(small_theory.claims()))\n"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            timeout=120,
            check=True,
        )
        check(done.stdout == whole(), f"hash seed {seed}")
