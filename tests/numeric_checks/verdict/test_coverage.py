"""The study of coverage: what it draws, what it prints, and that the docs have its table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ratecert.numeric_checks.verdict import coverage
from ratecert.numeric_checks.verdict.coverage import NOISES, RUNS, Row, failing, study, table

DOCS = Path(__file__).parents[3] / "docs" / "confrontation.md"
GOOD = Row("noise", 200, "betting", "range", True, 1000, 25, 25, 1.2)


@pytest.fixture(scope="module")
def printed() -> list[list[str]]:
    """The rows of the table in the docs, as cells."""
    text = DOCS.read_text(encoding="utf-8")
    inside = text.split("<!-- python -m ratecert.numeric_checks.verdict.coverage -->")[1]
    lines = inside.split("<!-- end -->")[0].strip().splitlines()
    assert lines[:2] == table([]).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def cells(row: Row) -> list[str]:
    return [cell.strip() for cell in table([row]).splitlines()[2].strip("|").split("|")]


@pytest.mark.parametrize("noise", NOISES, ids=lambda n: str(n.number))
def test_noises_are_what_they_say(noise: coverage.Noise) -> None:
    x = noise.values(coverage.uniforms(noise.number, range(400), 500)).flatten()
    error = (noise.variance / len(x)) ** 0.5
    assert x.dtype == torch.float64
    assert abs(float(x.mean()) - noise.mean) < 4 * error
    assert float(x.var()) == pytest.approx(noise.variance, rel=0.25)
    if noise.support is not None:
        assert set(x.tolist()) == set(noise.support)


def test_draws_are_functions_of_their_place() -> None:
    whole = coverage.uniforms(1, range(7), 11)
    assert torch.equal(whole[3:5], coverage.uniforms(1, range(3, 5), 11))
    assert 0 < float(whole.min()) < float(whole.max()) < 1
    for other in (coverage.uniforms(2, range(7), 11), coverage.uniforms(1, range(7), 12)[:, :11]):
        assert not bool((whole == other).any())


@pytest.mark.parametrize("noise", [NOISES[0], NOISES[2]], ids=lambda n: str(n.number))
def test_rows_of_the_docs_are_what_is_measured(
    noise: coverage.Noise, printed: list[list[str]]
) -> None:
    expected = [row for row in printed if row[:2] == [noise.name, "200"]]
    assert [cells(row) for row in study(noise, 200)] == expected


def test_the_table_is_whole_and_its_p_are_right(printed: list[list[str]]) -> None:
    expected = [
        [noise.name, str(n), f"{name}" if valid else f"*{name}*", knows]
        for noise in NOISES
        for n in RUNS
        for name, knows, valid, _, _ in coverage.methods(noise, n)
    ]
    assert [row[:4] for row in printed] == expected
    rows = [
        Row(name, int(n), method.strip("*"), knows, "*" not in method, coverage.REPETITIONS,
            int(low), int(high), float(width))
        for name, n, method, knows, _, low, high, _, _, width in printed
    ]  # fmt: skip
    assert [cells(row) for row in rows] == printed
    assert failing(rows) == []
    spikes = [row for row in rows if row.noise == NOISES[0].name and row.n == 200]
    assert {row.method for row in spikes if row.coverage < 0.2} == {"normal", "bootstrap"}
    assert {row.method for row in rows if row.coverage < 0.94} == {"normal", "bootstrap"}


def test_misses_that_are_no_chance_are_noticed() -> None:
    assert failing([GOOD]) == []
    assert failing([replace(GOOD, missed_low=60)]) != []
    one_sided = replace(GOOD, missed_low=50, missed_high=0)
    assert one_sided.p_both > 0.4
    assert one_sided.p_end < 1e-4
    assert failing([one_sided]) == [one_sided]
    assert failing([replace(one_sided, valid=False)]) == []


def test_another_alpha_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interval that promises 95 % and is made for 80 %: the study is not blind."""
    monkeypatch.setattr(coverage, "_catoni", _too_narrow)
    rows = study(NOISES[2], 200, 400)
    assert [row.method for row in failing(rows)] == ["Catoni"]


def _too_narrow(noise: coverage.Noise, n: int) -> coverage._Method:
    return coverage._plain(
        "Catoni", "variance", True, lambda x: coverage._around(x, 1.28 / n**0.5), noise.mean
    )


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "RUNS", (20,))
    assert coverage.main(["--repetitions", "5"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 2 + 6 * 3 + 3
    with pytest.raises(SystemExit) as stopped:
        coverage.main(["--repetitions", "0"])
    assert stopped.value.code == 2
