"""docs/inequalities.md: what the page says of each inequality is what happens, and can fail."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from ratecert.proofs.language.loader import load, statement

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs/examples/from_papers.py"
PAGE = (ROOT / "docs/inequalities.md").read_text("utf-8")

SECONDS = re.compile(r"\d+\.\d+ s \|$")

UNDECIDED: set[str] = set()
"""The claims that are honestly undecided; a claim that is proved one day is taken out here."""

FALSE = {
    "fista": ("claim=((k + 2) / 2,", "claim=(Rational(51, 100) * (k + 2),"),
    "accelerated-weights": ('"<=", 2 / (k + 3))', '"<=", Rational(19, 10) / (k + 3))'),
    "adagrad": ("+ a**2 / sqrt(b)", "+ Rational(101, 100) * a**2 / sqrt(b)"),
    "storm": ("y / (3 * root", "y / (Rational(301, 100) * root"),
    "ef21": ('b * gamma, "<=", 1)', 'b * gamma, "<=", Rational(99, 100))'),
    "clipping": ("eta / g) / 2", "eta / g) * Rational(51, 100)"),
    "frank-wolfe": ('** 2 * C, "<=", 4 * C', '** 2 * C, "<=", Rational(39, 10) * C'),
    "sgd": ('        (1 / (c * mu), "<", beta),\n', ""),
    "inexact": ('claim=(v, "<=", A / 2', 'claim=(v, "<=", A * Rational(49, 100)'),
    "heavy-ball": ("POLYAK_BETA - 4 /", "POLYAK_BETA - Rational(401, 100) /"),
}
"""For each claim a change that makes it false."""


def without_seconds(lines: list[str]) -> list[str]:
    return [SECONDS.sub("|", line) for line in lines]


def test_the_table_is_what_its_command_prints() -> None:
    command = "docs/examples/inequalities_table.py"
    assert f"    $ python {command}\n" in PAGE
    shown = [line for line in PAGE.splitlines() if line.startswith("|")]
    printed = list(runpy.run_path(str(ROOT / command))["lines"]())
    assert without_seconds(shown) == without_seconds(printed)
    assert all(SECONDS.search(line) for line in shown[2:]) and len(shown) == 2 + 10


def test_verdicts() -> None:
    (theory,) = load(str(FILE))
    verdicts = {name: claim.check().verdict for name, claim in theory.claims.items()}
    assert verdicts == {n: "undecided" if n in UNDECIDED else "proved" for n in verdicts}
    assert len(verdicts) == 10 and verdicts.keys() == FALSE.keys()
    assert all(claim.reference for claim in theory.claims.values())


def test_one_step_without_hints() -> None:
    text = FILE.read_text("utf-8")
    body = text.partition('"""\n\n')[2]
    assert re.findall(r"\bby\.[^\n]*", body) == ['by.algebra()``."""', "by.algebra())"]


@pytest.mark.parametrize("name", FALSE)
def test_a_false_variant_is_refuted(name: str, tmp_path: Path) -> None:
    text = FILE.read_text("utf-8")
    old, new = FALSE[name]
    assert text.count(old) == 1
    path = tmp_path / "changed.py"
    path.write_text(text.replace(old, new).replace("import Claimed,", "import Rational, Claimed,"))
    result = statement(f"{path}:{name}").check()
    assert result.verdict == "refuted" and result.reason.startswith("false at "), result.reason
