"""A report: what was asked, the records, and what follows from them; as JSON and for people.

Whoever reads a report computes table, slopes and statement from its records again, so that nothing
is said that the records do not say.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from textwrap import wrap
from typing import Any

from ...proofs.record.store import default_directory
from .analysis import Row, bands, by_kind, table
from .records import Record, RecordError
from .slopes import slopes
from .statement import statement

SCHEMA = 1
NAME = "l1-ratio"
MAX_BYTES = 1 << 28
MAGIC = b"\x1f\x8b"
"""Of gzip."""


class ReportError(ValueError):
    """Not a report of an experiment; says why."""


@dataclass(frozen=True)
class Report:
    """What was asked, with which software, and the records.

    Attributes:
        command: what made it.
        wanted: how many runs were asked for.
        environment: names and versions of what decides the floats.
    """

    command: str
    wanted: int
    environment: Mapping[str, str]
    records: tuple[Record, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON data, with all that follows."""
        return {
            "schema": SCHEMA, "experiment": NAME, "command": self.command,
            "environment": dict(self.environment),
            "runs": {"asked": self.wanted, "done": len(self.records),
                     "stopped": sum(r.stopped is not None for r in self.records)},
            "table": [asdict(row) for row in table(self.records)],
            "kinds": [asdict(row) for row in by_kind(self.records)],
            "slopes": [{**asdict(s), "factor": s.factor} for s in slopes(self.records)],
            "statement": [asdict(sentence) for sentence in statement(self.records)],
            "bands": [asdict(band) for band in bands(self.records)],
            "records": [record.to_json() for record in self.records],
        }  # fmt: skip

    def condensed(self) -> Report:
        """Without the tensors of stochastic gradients, which are most of it."""
        less = (replace(r, stochastic=replace(r.stochastic, tensors=())) for r in self.records)
        return replace(self, records=tuple(less))


def written(report: Report, *, compressed: bool = False) -> bytes:
    """The JSON of a report, a record a line; the same report gives the same bytes."""
    parts = report.to_json()
    records = parts.pop("records")
    head = json.dumps(parts, indent=1, ensure_ascii=False)
    lines = ",\n".join(json.dumps(r, separators=(",", ":"), ensure_ascii=False) for r in records)
    text = f'{head[:-2]},\n "records": [\n{lines}\n]}}\n'.encode()
    return gzip.compress(text, mtime=0) if compressed else text


def read(data: bytes) -> Report:
    """A report from what ``written`` wrote; only its records and what was asked are believed.

    Raises:
        ReportError: it is something else, or damaged.
    """
    if data.startswith(MAGIC):
        data = _expanded(data)
    try:
        found = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"no JSON: {error}") from error
    if not isinstance(found, dict) or found.get("experiment") != NAME:
        raise ReportError(
            "no report of an experiment: `ratecert experiments l1-ratio -o FILE` writes one"
        )
    if found.get("schema") != SCHEMA:
        raise ReportError(f"schema {found.get('schema')!r:.20}, this ratecert reads {SCHEMA}")
    command, environment, runs = (found.get(n) for n in ("command", "environment", "runs"))
    asked = runs.get("asked") if isinstance(runs, dict) else None
    listed = found.get("records")
    if not (
        isinstance(command, str) and isinstance(listed, list) and type(asked) is int
        and isinstance(environment, dict)
        and all(isinstance(v, str) for v in environment.values())
    ):  # fmt: skip
        raise ReportError("it lacks command, environment, runs or records")
    try:
        records = tuple(Record.from_json(one) for one in listed)
    except RecordError as error:
        raise ReportError(str(error)) from error
    if len({(r.model, r.rate, r.seed) for r in records}) < len(records) or len(records) > asked:
        raise ReportError("it holds a run twice, or more than were asked for")
    return Report(command, asked, environment, records)


def report_file(text: str) -> Path:
    """A report's file: as it is named, or ``l1-ratio`` for the one that ran last, in the cache."""
    path = Path(text)
    if text == NAME and not path.is_file():
        return default_directory() / "experiments" / f"{NAME}.json"
    return path


def _expanded(data: bytes) -> bytes:
    import io
    import zlib

    try:
        with gzip.open(io.BytesIO(data)) as file:
            text = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ReportError(f"damaged gzip: {error}") from error
    if len(text) > MAX_BYTES:
        raise ReportError(f"longer than {MAX_BYTES >> 20} MB")
    return text


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


# --- for people -----------------------------------------------------------------------------------

WIDTH = 96
HEADER = ("model", "d", "lr", "start", "early", "late", "early (sgd)", "late (sgd)", "least",
          "10 %", "90 %", "zeros", "loss")  # fmt: skip
SLOPE_HEADER = ("family", "gradient of", "when", "slope", "least", "most", "conclusion", "factor",
                "at each lr", "not without")  # fmt: skip
KIND_HEADER = ("family", "tensors", "of them", "early", "late", "10 %", "90 %")


def cell(value: float | None) -> str:
    """Three digits behind the point, or a dash."""
    return "-" if value is None else f"{value:.3f}"


def cells(row: Row) -> tuple[str, ...]:
    """A row of the table as text, under ``HEADER``."""
    stopped = f" ({row.stopped} of {row.runs} stopped)" if row.stopped else ""
    numbers = (row.start, row.early, row.late, row.stochastic_early, row.stochastic_late,
               row.least, row.low, row.high, row.zeros, row.loss)  # fmt: skip
    return (row.model + stopped, str(row.d), row.rate, *map(cell, numbers))


def kind_cells(records: Sequence[Record]) -> list[tuple[str, ...]]:
    """The rows of the table of tensors as text, under ``KIND_HEADER``."""
    return [
        (r.family, r.kind, str(r.tensors), *map(cell, (r.early, r.late, r.low, r.high)))
        for r in by_kind(records)
    ]


def slope_cells(records: Sequence[Record]) -> list[tuple[str, ...]]:
    """The slopes of the ratio as text, under ``SLOPE_HEADER``."""
    return [
        (
            s.family, "f" if s.gradient == "full" else "minibatch", s.phase,
            *map(signed, (s.mid, s.low, s.high)), s.conclusion, cell(s.factor),
            ", ".join(f"{mid:+.2f}" for _, mid, _ in s.by_rate) or "-",
            ", ".join(map(str, s.unless)) or "-",
        )
        for s in slopes(records) if s.measure == "ratio"
    ]  # fmt: skip


def signed(value: float | None) -> str:
    """Three digits behind the point, with a sign, or a dash."""
    return "-" if value is None else f"{value:+.3f}"


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table in columns, numbers to the right."""
    widths = [max(len(row[n]) for row in (header, *rows)) for n in range(len(header))]
    return [
        "  ".join(
            text.ljust(w) if n == 0 or not _number(rows, n) else text.rjust(w)
            for n, (text, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (header, *rows)
    ]


_SIGNS = str.maketrans("", "", ".+-e")


def _number(rows: Sequence[Sequence[str]], n: int) -> bool:
    return all(row[n].translate(_SIGNS).isdigit()
               or row[n] == "-" for row in rows)  # fmt: skip


def text(report: Report) -> list[str]:
    """The report for people, in lines."""
    rows = [cells(row) for row in table(report.records)]
    done, asked = len(report.records), report.wanted
    lines = [
        f"||g||_1 / (sqrt(d) ||g||_2) in {done} of {asked} runs; medians over seeds. First of",
        "gradients of f (or of a large sample) at the start, early (first fifth) and late (last",
        "fifth), then of minibatches' gradients (sgd); least and quantiles of the latter; the",
        "fraction of exact zeros in them, late; f at the end.",
        "", *aligned(HEADER, rows), "",
        "By kind of tensor, each with its own d, gradients of f:",
        "", *aligned(KIND_HEADER, kind_cells(report.records)), "",
        "Slopes of log ratio on log d (0: Theta(sqrt(d)); -1/2: Theta(1)): median and range over",
        "seeds, what the range says, by what factor the ratio changes from the smallest to the",
        "largest d, the slope at each learning rate, and the sizes without which the range would",
        "say something else. Matched: where the loss is first as low as all runs at that learning",
        "rate come:",
        "", *aligned(SLOPE_HEADER, slope_cells(report.records)), "",
    ]  # fmt: skip
    for sentence in statement(report.records):
        lines += [*wrap(sentence.text, WIDTH), ""]
    return lines[:-1]
