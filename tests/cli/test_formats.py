"""``--format`` of check and verify: the same findings and exit codes in every format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pytest

from ratecert import cli
from ratecert.proofs.record.options import FORMATS

BEFORE = """\
from ratecert.proofs.language import Theory, by, symbols

mine = Theory("mine", "My theory")
(c,) = mine.constants("c")
mine.assume("positive", (0, "<", c))
x, y = symbols("x y")
square = (2 * x * y, "<=", x**2 + y**2)
slack = (2 * x * y - 1, "<=", x**2 + y**2)
double = (x**2 + y**2, "<=", 2 * x**2 + 2 * y**2)
triple = (x**2 + y**2, "<=", 3 * x**2 + 3 * y**2)


def lemma(id, claim, given=(), title="A lemma", using=None, hints=(x - y,)):
    @mine.lemma(id, title=title, for_all=(x, y), given=given, claim=claim, witness={x: 1, c: 2})
    def script(p):
        facts = using(p) if using else ()
        return p.have(claim, by.algebra(*facts, hints=hints))

    return script


def positive(p):
    return (p.axiom("positive"),)


first = lemma("kept", square)
lemma("weaker", square)
lemma("stronger", slack)
lemma("worse", double)
lemma("better", triple)
lemma("other", square)
lemma("more", square)
lemma("less", square, given=((0, "<", x),))
lemma("rests", (0, "<", c + x**2), using=positive)
lemma("axiom", (0, "<", c + y**2), given=((0, "<", c),))
lemma("gone", (0, "<=", x**2), hints=())
lemma("was", (0, "<=", y**2), hints=())
lemma("proof", square)
lemma("title", square)
lemma("broken", square)
lemma("same", square)
"""
EDITS = {
    'lemma("weaker", square)': 'lemma("weaker", slack)',
    'lemma("stronger", slack)': 'lemma("stronger", square)',
    'lemma("worse", double)': 'lemma("worse", triple)',
    'lemma("better", triple)': 'lemma("better", double)',
    'lemma("other", square)': 'lemma("other", (0, "<=", x**4), hints=())',
    'lemma("more", square)': 'lemma("more", square, given=((0, "<", x),))',
    'lemma("less", square, given=((0, "<", x),))': 'lemma("less", square)',
    '"positive", (0, "<", c)': '"positive", (1, "<", c)',
    'c + y**2), given=((0, "<", c),))': "c + y**2), using=positive)",
    'lemma("gone", (0, "<=", x**2), hints=())\n': "",
    'lemma("was"': 'lemma("is"',
    'lemma("proof", square)': 'lemma("proof", square, using=lambda p: (p.use(first),), hints=())',
    'lemma("title", square)': 'lemma("title", square, title="<b> | `c` @d")',
    'lemma("broken", square)': 'lemma("broken", square, using=lambda p: 1 / 0)',
    'lemma("same", square)': 'lemma("same", (0, "<=", x**2 - 2 * x * y + y**2))',
}
ADDED = """

lemma("fresh", (0, "<=", y**2 + 5), hints=())
lemma("false", (3 * x * y, "<=", x**2 + y**2))


@mine.lemma("open", title="Open", for_all=(x, y), claim=square)
def open_(p):
    return p.have(square, by.definition("nothing"))
"""
FAILING = {
    ("refuted", "mine.false"), ("error", "mine.broken"), ("not-proved", "mine.broken"),
    ("missing", "mine.gone"), ("new-axiom", "mine.axiom"), ("changed", "mine.axiom"),
    ("declaration-changed", "mine.rests"), ("weakened", "mine.weaker"),
    ("hypothesis-added", "mine.more"), ("constant-worsened", "mine.worse"),
    ("changed", "mine.other"), ("undecided", "mine.open"),
}  # fmt: skip
NEWS = {
    ("constant-improved", "mine.better"),
    ("hypothesis-removed", "mine.less"), ("new", "mine.fresh"), ("proof-changed", "mine.proof"),
    ("renamed", "mine.was"), ("restated", "mine.same"), ("retitled", "mine.title"),
    ("source-changed", "mine"), ("strengthened", "mine.stronger"),
}  # fmt: skip
GONE = {"mine.gone", "mine.was", "mine"}


@dataclass(frozen=True)
class Runs:
    """What each format printed, of one check, and the theory file it was about."""

    outcomes: dict[str, Any]
    source: str
    lock: str


def in_every_format(run: Callable[..., Any], *args: str) -> dict[str, Any]:
    """All but the text, checked to give one exit code."""
    found = {format: run(*args, "--format", format) for format in ("text", "json", *FORMATS)}
    assert len({outcome.code for outcome in found.values()}) == 1
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Lock, edit, and check against the lock in every format."""
    import contextlib
    import io
    from types import SimpleNamespace

    def run(*args: str) -> Any:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(args)
        return SimpleNamespace(code=code, out=out.getvalue(), err=err.getvalue())

    folder = tmp_path_factory.mktemp("formats")
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.delenv("GITHUB_WORKSPACE", raising=False)
        file = folder / "mine.py"
        file.write_text(BEFORE, encoding="utf-8")
        assert run("lock", "mine.py").code == 0
        text = BEFORE
        for old, new in EDITS.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        file.write_text(text + ADDED, encoding="utf-8")
        outcomes = in_every_format(run, "check", "--locked")
        # Elsewhere in the file, and in another order.
        head, *lemmas = re.split("^(?=lemma)", text, flags=re.M)
        moved = head + "\n# a comment\n\n" * 20 + "".join(reversed(lemmas)) + ADDED
        file.write_text(moved, encoding="utf-8")
        outcomes["moved"] = run("check", "--locked", "--format", "sarif")
        return Runs(outcomes, text + ADDED, (folder / "ratecert.lock").read_text("utf-8"))


def line_of(text: str, what: str) -> int:
    (number,) = (n for n, line in enumerate(text.split("\n"), 1) if what in line)
    return number


# --- check --locked ---------------------------------------------------------------------------


def test_every_format_ends_with_the_same_code(runs):
    assert {outcome.code for outcome in runs.outcomes.values()} == {1}
    assert all(outcome.err == "" for outcome in runs.outcomes.values())


def test_json_and_text_tell_the_same_differences(runs):
    differences = json.loads(runs.outcomes["json"].out)["differences"]
    own = {pair for pair in FAILING if pair[0] not in ("refuted", "error", "undecided")}
    found = {(d["kind"], d["claim"]): d["fails"] for d in differences}
    assert found == dict.fromkeys(own, True) | dict.fromkeys(NEWS, False)
    for kind, claim in found:
        assert re.search(rf"[✗·] {kind} +{re.escape(claim)}$", runs.outcomes["text"].out, re.M)


def test_sarif_tells_all_of_them(runs):
    (run,) = json.loads(runs.outcomes["sarif"].out)["runs"]
    found = {(r["ruleId"], r["properties"]["claim"]): r for r in run["results"]}
    assert len(found) == len(run["results"])
    assert {key for key, r in found.items() if r["level"] == "error"} == FAILING
    assert {key for key, r in found.items() if r["level"] == "note"} == NEWS
    for (_, claim), result in found.items():
        place = result["locations"][0]["physicalLocation"]
        uri, line = place["artifactLocation"]["uri"], place["region"]["startLine"]
        if claim in GONE:
            assert uri == "ratecert.lock"
            where = "mine" if claim == "mine" else claim.partition(".")[2]
            assert f'"{where}": {{' in runs.lock.split("\n")[line - 1]
        elif claim == "mine.open":
            assert (uri, line) == ("mine.py", line_of(runs.source, '@mine.lemma("open"'))
        else:
            assert (uri, line) == ("mine.py", line_of(runs.source, "    @mine.lemma(id"))


def test_fingerprints_survive_moved_lines_and_claims(runs):
    def prints(name: str) -> dict[tuple[str, str], tuple[str, int]]:
        (run,) = json.loads(runs.outcomes[name].out)["runs"]
        return {
            (r["ruleId"], r["properties"]["claim"]): (
                json.dumps(r["partialFingerprints"]),
                r["locations"][0]["physicalLocation"]["region"]["startLine"],
            )
            for r in run["results"]
        }

    before, after = prints("sarif"), prints("moved")
    assert set(before) == set(after) == FAILING | NEWS
    for key, (fingerprint, line) in before.items():
        assert after[key][0] == fingerprint
        assert (after[key][1] > line) == (key == ("undecided", "mine.open"))
    assert len({fingerprint for fingerprint, _ in before.values()}) == len(before)


def test_junit_has_every_claim(runs):
    root = ElementTree.fromstring(runs.outcomes["junit"].out)
    cases = {c.attrib["name"]: c for c in root.iter("testcase")}
    assert {c.attrib["classname"] for c in cases.values()} == {"mine"}
    stated = set(re.findall(r'lemma\("(\w+)"', runs.source))
    locked = {"lock: missing gone", "lock: renamed was", "lock: source-changed"}
    assert set(cases) == stated | locked
    outcomes = {name: [child.tag for child in case] for name, case in cases.items()}
    bad = {claim.partition(".")[2] for _, claim in FAILING} - {"gone", "broken"}
    assert {n for n, tags in outcomes.items() if "failure" in tags} == {*bad, "lock: missing gone"}
    assert {n for n, tags in outcomes.items() if "error" in tags} == {"broken"}
    assert outcomes["kept"] == [] and outcomes["axiom"] == ["failure"]
    refuted = cases["false"].find("failure")
    assert refuted is not None and refuted.get("type") == "refuted"
    assert "false at x = 1, y = 1" in (refuted.text or "")
    broken = cases["broken"].find("error")
    assert broken is not None and broken.get("message") == (
        "error: ZeroDivisionError: division by zero; not-proved: it is error now"
    )
    worse = cases["worse"].findtext("failure") or ""
    assert "constant 2 -> 3 (+50.000%)" in worse
    assert f"(mine.py:{line_of(runs.source, '    @mine.lemma(id')})" in worse
    assert float(cases["kept"].attrib["time"]) < 60


def test_annotations_are_the_worst_ten(runs):
    lines = runs.outcomes["github"].out.split("\n")
    token = lines[0].removeprefix("::stop-commands::")
    end = lines.index(f"::{token}::")
    log, commands = lines[1:end], lines[end + 1 :]
    assert log[-1] == "ratecert check: 15 of 18 claims proved; 12 findings"
    for kind, claim in FAILING | NEWS:
        assert any(re.fullmatch(rf"  [✗·] {kind} +{re.escape(claim)}", line) for line in log)
    assert commands.pop() == ""
    errors = [c for c in commands if c.startswith("::error ")]
    notices = [c for c in commands if c.startswith("::notice ")]
    assert (len(errors), len(notices)) == (10, len(NEWS)) and commands == errors + notices
    line = line_of(runs.source, "    @mine.lemma(id")
    assert errors[0].startswith(
        f"::error file=mine.py,line={line},title=mine.false%3A refuted::an exact point violates "
        "the claim: false at x = 1, y = 1%0A"
    )
    assert errors[-1] == "::error title=3 more::3 more are in the log"


def test_markdown_for_a_pull_request(runs):
    said = runs.outcomes["markdown"].out
    assert said.startswith("## ❌ ratecert check: 15 of 18 claims proved; 12 findings\n")
    bad, _, good = said.partition("### Improvements")
    for kind, claim in FAILING:
        assert f"\n| {kind} | <code>{claim}</code> | " in bad
    for kind, claim in NEWS:
        assert f"\n| {kind} | <code>{claim}</code> | " in good
    accept = "--accept mine.better --accept mine.less --accept mine.was --accept mine.same"
    assert f"```sh\nratecert lock {accept} --accept mine.stronger\n```" in good
    assert "&#60;b&#62; &#124; &#96;c&#96; &#64;d" in good


def test_what_improves_can_be_accepted_by_the_line_to_copy(run, write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lemma = """
        bound = (x**2, "<=", FACTOR * x**2)


        @mine.lemma("bound", title="Bound", for_all=(x, y), claim=bound)
        def bounded(p):
            return p.have(bound, by.algebra())
        """
    write(lemma.replace("FACTOR", "3"))
    assert run("lock", "mine.py").code == 0
    write(lemma.replace("FACTOR", "2"))
    outcome = run("check", "--locked", "--format", "markdown")
    assert outcome.code == 0 and outcome.out.startswith("## ✅ ")
    assert "2 of 2 claims proved; nothing locked was lost" in outcome.out
    (line,) = re.findall(r"```sh\nratecert (.*)\n```", outcome.out)
    assert run("lock").code == 1
    assert run(*line.split()).code == 0
    assert "as locked" in run("check", "--locked", "--format", "markdown").out
