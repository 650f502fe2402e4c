"""What README and docs show is executed, and what they link to exists."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ratecert import cli
from ratecert.cli import main
from ratecert.commands import bound, checked, optimise
from ratecert.proofs.constants.bound import constants
from ratecert.proofs.constants.instance import Instance
from ratecert.proofs.constants.values import up
from ratecert.proofs.language.loader import load, statement
from ratecert.proofs.theorems import table

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def snippets(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_the_wrong_lemma_is_refuted_and_the_mended_one_proved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (wrong,) = snippets(ROOT / "README.md")
    file = tmp_path / "young.py"
    file.write_text(wrong)
    assert main(["check", str(file), "--format", "json"]) == 1
    (statement,) = json.loads(capsys.readouterr().out)["theories"][0]["statements"]
    assert statement["verdict"] == "refuted"
    assert re.search(r"false at a = .*, b = .*, c = ", statement["reason"])
    assert "with 1/2 in place of 1/3 it holds (proved)" in statement["reason"]
    file.write_text(wrong.replace("c / 3", "c / 2"))
    assert main(["check", str(file), "--format", "json"]) == 0
    (statement,) = json.loads(capsys.readouterr().out)["theories"][0]["statements"]
    assert statement["verdict"] == "proved"


def test_commands_named_in_the_readme_run(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    ratecert (.*?)\s*(?:#.*)?$", text, re.MULTILINE)
    assert len(commands) >= 3
    for command in commands:
        assert main(command.split()) == 0, command
    assert "η = c_η·√(Δ/(K·L·d))" in capsys.readouterr().out


def test_the_table_of_instances_is_the_one_printed() -> None:
    page = (ROOT / "docs/instances.md").read_text(encoding="utf-8")
    assert "\n".join(table.lines()) in page


def test_the_constants_of_the_readme_are_in_the_table() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"C₁ = (\d\.\d+)\s+\(`(\w+\.rate\.\w+)`\)", text)
    assert len(told) == 2
    printed = [[cell.strip() for cell in line.split("|")] for line in table.lines()]
    for rounded, claim in told:
        ((*_, C_1, _C_2, _end),) = [c for c in printed if c[1] == f"`{claim}`"]
        assert rounded == C_1


def test_the_canonical_constants_of_the_readme_are_rounded_up() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    at = Instance(
        statement("adamw.rate.canonical"), {"d": 1, "K": 1, "L": 1, "Delta": 1, "sigma_s": 1}
    )
    found = constants(at)
    for name, term in (("C₁", found["C_1"]), ("C₂", found["C_2"])):
        said = re.findall(rf"{name} = [^<`\n]* < (\d+\.\d+)", text)
        assert said == [up(term, at.point, len(said[0]) - 1)]


def test_every_instance_is_in_the_table() -> None:
    """Of the rates with C_P, C_1 and C_2."""
    shipped = {
        claimed.label
        for name in ("adamw", "nadamw", "adam")
        for theory in load(name)
        for claimed in theory.claims.values()
        if claimed.kind == "instance"
    }
    assert shipped == {claimed.label for claimed, *_ in table.ROWS}
    for claimed, _, numbers in table.ROWS:
        assert claimed.claim[2] == numbers.bound  # type: ignore[index]


def test_what_troubleshooting_says_of_each_snippet_is_so() -> None:
    first, *others = snippets(ROOT / "docs/troubleshooting.md")
    names: dict[str, Any] = {}
    exec(first, names)  # noqa: S102 - what a page of ours shows is what is run
    page, checked = names["page"], 0
    for snippet in others:
        before = set(page.claims)
        exec(snippet, names)  # noqa: S102
        made = [claim for name, claim in page.claims.items() if name not in before]
        told = re.findall(r"# (refuted|undecided|error): (.*)", snippet)
        assert len(made) == len(told) > 0, snippet
        for claimed, (verdict, says) in zip(made, told, strict=True):
            result = claimed.check()
            assert (result.verdict, says in result.reason) == (verdict, True), result.reason
            checked += 1
    assert checked >= 8


def sessions(page: Path) -> list[tuple[str, str]]:
    """The commands that a page shows with what they print."""
    found = re.findall(r"^    \$ (.*)\n((?:    .*\n|\n)*)", page.read_text("utf-8"), re.MULTILINE)
    return [(command, textwrap.dedent(printed).strip("\n")) for command, printed in found]


def test_what_the_page_on_bounds_shows_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claims are taken as proved: that they are is tested elsewhere."""
    proved = checked.Outcome("proved", 0.0)
    monkeypatch.setattr(bound, "outcomes", lambda claims, *_: dict.fromkeys(claims, proved))
    shown = sessions(ROOT / "docs/bound.md")
    assert len(shown) == 3
    for command, printed in shown:
        program, *arguments = command.split()
        main(arguments)
        ours = "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())
        assert (program, ours) == ("ratecert", printed)


def test_the_json_of_bound_has_the_keys_and_numbers_described(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = checked.Outcome("proved", 0.0)
    monkeypatch.setattr(bound, "outcomes", lambda claims, *_: dict.fromkeys(claims, proved))
    text = (ROOT / "docs/json.md").read_text(encoding="utf-8")
    section = text.partition("## `ratecert bound`")[2].partition("\n## ")[0]
    options = "--d 1000 --K 1e5 --L 1 --Delta 10 --sigma 1 --instance canonical --target 0.5"
    printed = []
    for more in ([], ["--beta", "0.5"]):
        main(["bound", "adamw.rate", *options.split(), *more, "--format", "json"])
        printed.append(json.loads(capsys.readouterr().out))
    described = set(re.findall(r'"(\w+)":', section))
    plain, failing = printed
    inner = (plain["hyperparameters"], plain["hyperparameters"]["beta"], plain["target"])
    parts = (plain, *inner, plain["instances"][0], failing["violations"][0])
    keys = [key for part in parts for key in part]
    assert set(keys) <= described
    said = json.dumps(printed, ensure_ascii=False)
    numbers = re.findall(r'"(\d+\.\d{6,}|\d{9,})"', section)
    assert len(numbers) >= 8
    for number in numbers:
        assert f'"{number}"' in said, number


def test_the_page_on_tuning_shows_what_is_found() -> None:
    """Parameters and bounds of the table; proofs of such instances are in tests/constants."""
    page = (ROOT / "docs/optimise.md").read_text(encoding="utf-8")
    row = r"^\| `(n?adam.*)` \| (\S+) \| (\S+) \(`(\S+)`\) \| (.*) \|$"
    rows = re.findall(row, page, re.MULTILINE)
    assert len(rows) == 15
    for command, value, by_hand, label, parameters in rows:
        args = cli.parser().parse_args(["optimise", *shlex.split(command)])
        found = optimise.proposal(args)
        assert found.value == value, command
        ours = [f"{n}={v}" for n, v in found.values.items() if n not in found.fixed]
        assert ", ".join(ours) == parameters
        assert {s.label: s.value for s in found.shipped}[label] == by_hand
        assert found.number < Fraction(by_hand)
