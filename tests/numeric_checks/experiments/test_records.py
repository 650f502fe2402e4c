"""Records and reports: what is written is read again, and nothing else is."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest
from synthetic import record, records

from ratecert.numeric_checks.experiments.records import Record, RecordError
from ratecert.numeric_checks.experiments.report import (
    Report,
    ReportError,
    aligned,
    read,
    text,
    written,
)

RUNS = records(lambda d, r, s: 0.5, sizes=(10, 20), rates=("0.1",), seeds=2)
REPORT = Report("ratecert experiments l1-ratio", 4, {"torch": "0"}, tuple(RUNS))


@pytest.mark.parametrize("compressed", [False, True])
def test_a_report_is_read_as_it_was(compressed: bool) -> None:
    data = written(REPORT, compressed=compressed)
    assert read(data) == REPORT
    assert written(read(data), compressed=compressed) == data


def test_a_record_without_its_stochastic_tensors() -> None:
    condensed = REPORT.condensed()
    assert not any(r.stochastic.tensors for r in condensed.records)
    assert all(r.full.tensors for r in condensed.records)
    assert read(written(condensed)) == condensed
    assert text(condensed) == text(REPORT)


def test_what_a_file_says_follows_is_computed_again() -> None:
    found = json.loads(written(REPORT))
    found["statement"] = [{"topic": "verdict", "text": "all is well"}]
    found["table"][0]["late"] = 1.0
    assert "all is well" not in "".join(text(read(json.dumps(found).encode())))
    assert read(json.dumps(found).encode()).to_json()["table"][0]["late"] == 0.5


CHANGES = {
    "ratio": lambda r: r["full"].update(ratio=[2.0] * 6),
    "ratio of a word": lambda r: r["full"].update(ratio=["0.5"] * 6),
    "zeros": lambda r: r["full"].update(zeros=[-0.1] * 6),
    "short": lambda r: r["full"].update(loss=[1.0]),
    "order": lambda r: r["full"].update(steps=[0, 4, 2, 6, 8, 10]),
    "beyond": lambda r: r["full"].update(steps=[0, 2, 4, 6, 8, 12]),
    "tensors": lambda r: r.update(tensors=[["a", "linear", 3]]),
    "kind": lambda r: r.update(tensors=[["a", "matrix", 10]]),
    "rate": lambda r: r.update(rate="fast"),
    "minus": lambda r: r.update(rate="-1"),
    "seed": lambda r: r.update(seed=-1),
    "true": lambda r: r.update(steps=True),
    "more": lambda r: r.update(extra=1),
    "less": lambda r: r.pop("d"),
    "signal": lambda r: r["full"].update(signal=[0.5]),
    "stopped": lambda r: r.update(stopped="never"),
    "text": lambda r: r.update(model=5),
    "wide": lambda r: r["full"].update(tensors=[[0.5]] * 6),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_record_is_refused(change: str) -> None:
    data = json.loads(json.dumps(record(10, "0.1", 0, 0.5).to_json()))
    assert Record.from_json(data)
    CHANGES[change](data)
    with pytest.raises(RecordError, match="a record of a run has"):
        Record.from_json(data)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no JSON"),
        (b"[1]", "no report of an experiment"),
        (b'{"experiment": "l1-ratio", "schema": 9}', "schema 9"),
        (b'{"experiment": "l1-ratio", "schema": 1}', "lacks"),
        (b"\x1f\x8bnothing", "damaged gzip"),
        (gzip.compress(written(REPORT))[:-20], "damaged gzip"),
        (written(REPORT).replace(b"0.5", b"NaN"), "NaN"),
        (b"[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_report_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(ReportError, match=told):
        read(data)


def test_a_run_twice_is_refused() -> None:
    twice = replace(REPORT, records=(*REPORT.records[:3], REPORT.records[0]))
    with pytest.raises(ReportError, match="a run twice"):
        read(written(twice))
    with pytest.raises(ReportError, match="more than were asked"):
        read(written(replace(REPORT, wanted=3)))


def test_columns_are_aligned() -> None:
    assert aligned(("name", "n"), [("a", "1"), ("bcdefg", "10")]) == [
        "name     n", "a        1", "bcdefg  10",
    ]  # fmt: skip
