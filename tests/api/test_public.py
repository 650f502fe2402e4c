"""The public names: documented, typed, light to import, and honest about what does not fit."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

import ratecert
from ratecert.options import reference
from ratecert.proofs.constants.inputs import InputError

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference.md").read_text("utf-8")
VALUES = {"d": 10, "K": 10_000, "L": 1, "Delta": 10, "sigma": 1}


def test_every_public_name_is_there_and_documented() -> None:
    for name in ratecert.__all__:
        assert getattr(ratecert, name) is not None
        assert re.search(rf"`{name}\b", PAGE), name
        if name not in ("by", "__version__"):
            assert getattr(ratecert, name).__doc__, name
    assert set(ratecert.__all__) <= set(dir(ratecert))
    assert ratecert.__all__ == sorted(ratecert.__all__)


def test_methods_and_reasons_named_exist_and_none_is_left_out() -> None:
    assert {*re.findall(r"`p\.(\w+)\(", PAGE)} <= {*dir(ratecert.Proof)}
    reasons = {name for name in dir(ratecert.by) if not name.startswith("_")}
    assert {*re.findall(r"`by\.(\w+)\(", PAGE)} == reasons
    assert {*re.findall(r"`theory\.(\w+)[`(]", PAGE)} - {"id"} <= {*dir(ratecert.Theory("any"))}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Theorie'"):
        ratecert.Theorie  # noqa: B018


def test_importing_it_loads_nothing() -> None:
    script = (
        "import sys, ratecert; heavy = {'sympy', 'numpy', 'torch', 'flint'};"
        "print(sorted(heavy & set(sys.modules))); ratecert.load; print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\nFalse\n"


def test_bound_encloses_and_rounds_up() -> None:
    found = ratecert.bound("sgd.rate", **VALUES)
    assert found.holds and found.low is not None and found.high is not None
    assert 0 <= found.high - found.low <= Fraction(1, 10**12)
    assert found.value is not None and Fraction(found.value) >= found.high
    # 2^(1/4) (L Delta/K)^(1/4) + sqrt(2 L Delta/K), by floats
    assert float(found.high) == pytest.approx((2 * 1e-3) ** 0.25 + (2e-3) ** 0.5, rel=1e-12)
    assert ratecert.bound("sgd.rate", **{**VALUES, "K": "1e4", "sigma": 1.0}) == found


def test_bound_says_which_hypothesis_fails() -> None:
    found = ratecert.bound("sgd.rate", **VALUES, eta=5)
    assert not found.holds and found.value is None
    assert found.violations == ("η = 1/max(L, σ_s·√(K·L/(2·Δ)))",)


@pytest.mark.parametrize(
    ("theorem", "values", "error", "says"),
    [
        ("sgd.rat", VALUES, ratecert.LoadError, "nearest: rate"),
        ("sgd.rate", {**VALUES, "lam": 1}, ratecert.BoundError, "no constant lam; it has"),
        ("sgd.rate", {**VALUES, "L": float("nan")}, InputError, "nan"),
        ("sgd.rate", {**VALUES, "L": float("inf")}, InputError, "inf"),
        ("sgd.rate", {**VALUES, "K": 1.5}, InputError, "integer"),
        ("sgd.rate", {**VALUES, "sigma": "__import__('os')"}, InputError, "no number"),
    ],
)
def test_bound_refuses(
    theorem: str, values: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=re.escape(says)):
        ratecert.bound(theorem, **values)  # type: ignore[arg-type]


def test_a_claim_that_is_not_proved_gives_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    claimed = ratecert.statement("sgd.rate")
    failing = ratecert.Result("undecided", 0.0, reason="a step")
    monkeypatch.setattr(type(claimed), "check", lambda self: failing)
    with pytest.raises(ratecert.UnprovedError, match=r"sgd\.\S+ is undecided: a step"):
        ratecert.bound(claimed, **VALUES)


def test_verify_takes_our_own_lock() -> None:
    assert ratecert.verify(ROOT / "ratecert.lock").differences == ()


def test_the_snippet_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(snippet, {})  # noqa: S102 - what a page of ours shows is what is run
    assert capsys.readouterr().out.endswith(" True\n")


def test_the_page_of_commands_is_the_one_printed() -> None:
    text = (ROOT / "docs/commands.md").read_text("utf-8")
    assert text.endswith("\n".join(reference.lines()) + "\n")
    for command in ("check", "new", "campaign run", "latex"):
        assert f"## `ratecert {command}`" in text


def test_the_citation_names_this_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["version"] == ratecert.__version__ and cited["license"] == "Apache-2.0"
    assert f'__version__ = "{cited["version"]}"' in (ROOT / "src/ratecert/__init__.py").read_text()
