"""JUnit XML: every claim a test case, and a suite for each theory.

The dialect is the common part of what Jenkins, GitLab and GitHub's reporters read: ``testsuites``,
``testsuite``, ``testcase``, and in a test case at most one ``failure`` or ``error`` and one
``system-out``. The document is ASCII, so that no encoding can be mistaken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..findings import Finding, Seen, Told
from .places import shown

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write, not even as a reference."""
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
IN_ATTRIBUTE = {**_IN_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
"""A parser normalises white space that is not written as a reference."""


@dataclass(frozen=True)
class _Case:
    """A test case: a claim, a model, or something that is locked and not there any more."""

    suite: str
    name: str
    verdict: str = "proved"
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()


def render(told: Told) -> str:
    """The document."""
    cases = list(_cases(told))
    suites = dict.fromkeys(case.suite for case in cases)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f"<testsuites {_attributes(name=told.command, **_counts(cases))}>")
    for suite in suites:
        own = [case for case in cases if case.suite == suite]
        lines.append(f"  <testsuite {_attributes(name=suite, **_counts(own), skipped='0')}>")
        for case in own:
            lines += _case(case)
        lines.append("  </testsuite>")
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def _cases(told: Told) -> Iterator[_Case]:
    found: dict[str, list[Finding]] = {}
    for finding in told.sorted():
        found.setdefault(finding.claim, []).append(finding)
    stated = {claim.label: claim for claim in told.claims}
    for label, claim in stated.items():
        yield _of_claim(claim, found.pop(label, ()))
    for theory, verdict in told.models.items():
        mine = tuple(f for f in found.get(theory, ()) if f.kind == "model")
        yield _Case(theory, "model", verdict, 0.0, mine)
    for findings in found.values():
        rest = (f for f in findings if not (f.kind == "model" and f.claim in told.models))
        for kind, same in _by_kind(rest):
            yield _apart(told, kind, same)


def _of_claim(claim: Seen, findings: Iterable[Finding]) -> _Case:
    return _Case(claim.theory, claim.id, claim.verdict, claim.seconds, tuple(findings))


def _by_kind(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.kind, []).append(finding)
    yield from kinds.items()


def _apart(told: Told, kind: str, same: Sequence[Finding]) -> _Case:
    """A test case for what no claim, or none that is left, stands for."""
    label = same[0].claim
    theory, dot, id = label.partition(".")
    if kind in ("stale", "unusable"):
        theory, id = "sources" if kind == "stale" else told.command, label
    elif not dot:
        id = ""
    name = f"lock: {kind} {id}".rstrip() if told.lock and kind != "unusable" else f"{kind} {id}"
    return _Case(theory, name, "error" if kind == "unusable" else "proved", 0.0, tuple(same))


def _counts(cases: Sequence[_Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(_outcome(case) == "failure" for case in cases)),
        "errors": str(sum(_outcome(case) == "error" for case in cases)),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _outcome(case: _Case) -> str:
    if case.verdict == "error":
        return "error"
    return "failure" if any(f.fails for f in case.findings) else ""


def _case(case: _Case) -> Iterator[str]:
    named = {"classname": case.suite, "name": case.name, "time": f"{case.seconds:.3f}"}
    outcome = _outcome(case)
    failing = [f for f in case.findings if f.fails]
    news = [f for f in case.findings if not f.fails]
    if not (outcome or news):
        yield f"    <testcase {_attributes(**named)}/>"
        return
    yield f"    <testcase {_attributes(**named)}>"
    if outcome:
        kind = failing[0].kind if failing else case.verdict
        message = "; ".join(f"{f.kind}: {f.summary or f.meaning}" for f in failing)
        body = "\n\n".join(_body(f) for f in failing)
        head = f"{outcome} {_attributes(type=kind, message=message)}"
        yield f"      <{head}>{escape(body)}</{outcome}>"
    if news:
        body = "\n\n".join(_body(f) for f in news)
        yield f"      <system-out>{escape(body)}</system-out>"
    yield "    </testcase>"


def _body(finding: Finding) -> str:
    where = f" ({shown(finding.file)}:{finding.line})" if finding.line else ""
    return f"{finding.claim} is {finding.kind}{where}\n{finding.body}"


def _attributes(**values: str) -> str:
    return " ".join(f'{name}="{escape(text, IN_ATTRIBUTE)}"' for name, text in values.items())


def escape(text: str, entities: Mapping[str, str] = _IN_TEXT) -> str:
    """Character data, or an attribute's value, in ASCII; illegal characters become U+FFFD."""
    legal = _ILLEGAL.sub("\ufffd", text)
    marked = "".join(entities.get(c, c) for c in legal)
    return marked.encode("ascii", "xmlcharrefreplace").decode("ascii")
