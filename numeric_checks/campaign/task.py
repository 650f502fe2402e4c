"""Tasks and results: plain data, with one canonical text each."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal, get_args

Verdict = Literal["holds", "violated", "undecided"]
Option = str | int
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
MAX_TEXT = 1 << 20
"""Characters of a task or a result: what is longer is refused."""


class TaskError(ValueError):
    """A task or a result is not what it should be; names the field."""


def canonical(value: Any) -> str:
    r"""The one JSON text of ``value``: keys sorted, no spaces, ASCII, no NaN.

    Raises:
        TaskError: ``value`` is not JSON.

    >>> canonical({"b": [1, "é"], "a": None})
    '{"a":null,"b":[1,"\\u00e9"]}'
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise TaskError(f"not JSON data: {error}") from error


def parsed(text: str) -> Any:
    """The data of a canonical text.

    Raises:
        TaskError: it is too long, no JSON, or not the canonical text of what it says.
    """
    if len(text) > MAX_TEXT:
        raise TaskError(f"longer than {MAX_TEXT} characters")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TaskError(f"no JSON: {error}") from error
    if canonical(value) != text:
        raise TaskError("not the canonical text of its data")
    return value


@dataclass(frozen=True)
class Task:
    """One piece of a campaign.

    Attributes:
        kind: which function gives the result, a name in ``kinds``.
        subject: what is confronted: a claim (``adamw.L4``) or a setup (``adamw.digits``).
        family: the family of instances, or the variant of a setup.
        dtype: of the floats.
        seed: of the first random stream.
        budget: evaluations the task may use; what one is, its kind says.
        tile: how many instances are evaluated side by side. Floats depend on it in the last bits,
            so it belongs to the task and not to whoever runs it.
        options: what else the kind takes: texts (rationals among them, "1/3") and integers.
    """

    kind: str
    subject: str
    family: str = ""
    dtype: str = "float64"
    seed: int = 0
    budget: int = 1
    tile: int = 1
    options: Mapping[str, Option] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("kind", "subject", "family", "dtype"):
            _require(type(getattr(self, name)) is str, name, "a text")
        for name, least in (("seed", 0), ("budget", 1), ("tile", 1)):
            value = getattr(self, name)
            _require(type(value) is int and value >= least, name, f"an integer >= {least}")
        _require(isinstance(self.options, Mapping), "options", "a mapping")
        for name, value in self.options.items():
            good = type(name) is str and type(value) in (str, int)
            _require(good, f"options[{name!r}]", "a text or an integer")

    @property
    def title(self) -> str:
        """What people call it: ``paths adamw.digits, lambda = 0, seed 4``."""
        parts = [f"{self.kind} {self.subject}", self.family, f"seed {self.seed}"]
        return ", ".join(part for part in parts if part)

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "kind": self.kind, "subject": self.subject, "family": self.family,
            "dtype": self.dtype, "seed": self.seed, "budget": self.budget, "tile": self.tile,
            "options": dict(self.options),
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Any) -> Task:
        """From JSON data; raises ``TaskError``."""
        return cls(**_fields(data, cls, "a task"))

    @cached_property
    def text(self) -> str:
        """The canonical text: two tasks are the same iff it is equal."""
        return canonical(self.to_json())

    def __hash__(self) -> int:
        return hash(self.text)


@dataclass(frozen=True)
class Finding:
    """What a task says of one claim.

    Attributes:
        claim: its label.
        verdict: ``holds`` on what was evaluated, ``violated`` with exact evidence, or neither.
        ratio: the worst (largest) ratio of the two sides; None if nothing gave one. It may be
            infinite.
        checked: places evaluated within the hypotheses.
        evidence: the reason for the verdict, a sentence.
        location: where the ratio is worst.
        estimated: is the left side a mean over runs that stands for an expectation?
        counts: other counts, by name.
        values: other floats, by name (``left``, ``right``: the sides at the worst place).
        data: other JSON data, such as the instance.
    """

    claim: str
    verdict: Verdict
    ratio: float | None
    checked: int
    evidence: str
    location: str = ""
    estimated: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    data: Any = None

    def __post_init__(self) -> None:
        for name in ("claim", "evidence", "location"):
            _require(type(getattr(self, name)) is str, name, "a text")
        _require(self.verdict in VERDICTS, "verdict", f"one of {', '.join(VERDICTS)}")
        ratio = self.ratio
        _require(ratio is None or type(ratio) is float, "ratio", "a float or None")
        _require(ratio is None or not math.isnan(ratio), "ratio", "no NaN (None: no ratio)")
        _require(type(self.checked) is int and self.checked >= 0, "checked", "an integer >= 0")
        _require(type(self.estimated) is bool, "estimated", "true or false")
        for name, kind in (("counts", int), ("values", float)):
            table = getattr(self, name)
            good = isinstance(table, Mapping) and all(
                type(n) is str and type(v) is kind for n, v in table.items()
            )
            _require(good, name, f"a mapping of texts to {kind.__name__}")
        canonical(self.data)

    @property
    def passes(self) -> bool:
        """Is it no finding against the claim?

        An estimate on few runs stays undecided; it passes if its mean is below the bound.
        """
        below = self.ratio is not None and self.ratio < 1
        return self.verdict == "holds" or (self.estimated and self.verdict == "undecided" and below)

    def to_json(self) -> dict[str, Any]:
        """As JSON data; floats are hexadecimal texts, which lose nothing."""
        return {
            "claim": self.claim, "verdict": self.verdict,
            "ratio": None if self.ratio is None else self.ratio.hex(),
            "checked": self.checked, "evidence": self.evidence, "location": self.location,
            "estimated": self.estimated, "counts": dict(self.counts),
            "values": {name: value.hex() for name, value in self.values.items()},
            "data": self.data,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Any) -> Finding:
        """From JSON data; raises ``TaskError``."""
        found = _fields(data, cls, "a finding")
        if found.get("ratio") is not None:
            found["ratio"] = _float(found["ratio"], "ratio")
        values = found.get("values")
        _require(isinstance(values, dict), "values", "a mapping")
        found["values"] = {n: _float(v, f"values[{n!r}]") for n, v in (values or {}).items()}
        return cls(**found)


@dataclass(frozen=True)
class Result:
    """What a task gives: a finding for each claim, and what it cost in evaluations.

    It holds no time and no place: whoever runs the task gets the same.
    """

    findings: tuple[Finding, ...]
    evaluations: int

    def __post_init__(self) -> None:
        good = type(self.findings) is tuple and all(type(f) is Finding for f in self.findings)
        _require(good and bool(self.findings), "findings", "a tuple of at least one Finding")
        good = type(self.evaluations) is int and self.evaluations >= 0
        _require(good, "evaluations", "an integer >= 0")

    @property
    def verdict(self) -> Verdict:
        """``violated`` if one claim is, else ``undecided`` if one is, else ``holds``."""
        found = {finding.verdict for finding in self.findings}
        return next(v for v in ("violated", "undecided", "holds") if v in found)

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        findings = [finding.to_json() for finding in self.findings]
        return {"findings": findings, "evaluations": self.evaluations}

    @classmethod
    def from_json(cls, data: Any) -> Result:
        """From JSON data; raises ``TaskError``."""
        found = _fields(data, cls, "a result")
        listed = found["findings"]
        _require(isinstance(listed, list), "findings", "a list")
        found["findings"] = tuple(Finding.from_json(one) for one in listed)
        return cls(**found)

    @cached_property
    def text(self) -> str:
        """The canonical text."""
        return canonical(self.to_json())


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return sha256(text.encode()).hexdigest()


def _require(good: bool, name: str, wanted: str) -> None:
    if not good:
        raise TaskError(f"{name} must be {wanted}")


def _fields(data: Any, kind: type, what: str) -> dict[str, Any]:
    """A dict with exactly the fields of a dataclass."""
    names = set(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    if not isinstance(data, dict) or set(data) != names:
        found = sorted(map(str, data)) if isinstance(data, dict) else type(data).__name__
        raise TaskError(f"{what} has the fields {', '.join(sorted(names))}, not {found}")
    return dict(data)


def _float(text: Any, name: str) -> float:
    try:
        return float.fromhex(text)
    except (TypeError, ValueError, OverflowError) as error:
        raise TaskError(f"{name} must be a hexadecimal float, not {text!r:.40}") from error
