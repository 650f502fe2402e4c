"""Theories, claims, models and what is locked as nodes of pytest.

``proofs/mine.py::mine::L1`` is a claim, ``proofs/mine.py::mine::model`` the model of a theory,
``adamw::L1`` a claim of a shipped theory, and ``ratecert.lock::lock`` what is compared with a lock.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pytest

from ..commands.output import indented
from ..commands.told import place
from ..proofs.language.loader import LoadError
from ..proofs.language.theory import Claimed, Theory
from ..proofs.record import findings as F
from ..proofs.record.differences import advice
from ..proofs.record.lockfile import LockError
from .library import Library
from .settings import Plan


class FindingError(Exception):
    """What a failing item tells. ``brief``: in the summary, one line; ``at``: where to look."""

    def __init__(self, text: str, brief: str, at: tuple[Path, int]) -> None:
        super().__init__(text)
        self.brief, self.at = brief, at


class Checked(pytest.Item):
    """An item of ours. ``group``: what is proved and replayed together with it."""

    def __init__(self, *, library: Library, group: str, **node: Any) -> None:
        super().__init__(**node)
        self.library, self.group = library, group
        self.spent = 0.0
        self.add_marker("ratecert")
        if any(self.config.pluginmanager.hasplugin(name) for name in ("xdist", "xdist.plugin")):
            self.add_marker(pytest.mark.xdist_group(group))  # for --dist loadgroup

    @property
    def label(self) -> str:
        """Its name in headings."""
        return f"{self.parent.name if self.parent else ''} {self.name}"

    def place(self) -> tuple[Path, int]:
        """File and line (from 1) of what is checked."""
        return self.path, 1

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        path, line = self.place()
        return path, line - 1, self.label

    def setup(self) -> None:
        """Prove and replay what is selected of the group, at once: a replay is a process.

        Under xdist's plain distribution a worker cannot know what it will be given, so that each
        item is by itself.
        """
        group = [self] if _scattered(self.config) else [*_ours(self.session.items, self.group)]
        claims = [i.claim for i in group if isinstance(i, ClaimItem)]
        models = [i.theory for i in group if isinstance(i, ModelItem)]
        limit = self.config.getoption("maxfail")
        enough = max(limit - self.session.testsfailed, 1) if limit else 0
        tried = self.library.settle(claims, models, enough)
        self.spent = sum(map(self.library.seconds, tried))

    def timed(self, report: pytest.TestReport) -> None:
        """Each item reports its own time, whichever of them had all of them proved."""
        if report.when == "setup":
            report.duration = max(0.0, report.duration - self.spent)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """What ``ratecert check`` would print; no traceback of ours."""
        if not isinstance(excinfo.value, FindingError):
            return super().repr_failure(excinfo, *args)
        shown = excinfo.getrepr(style="value")
        if shown.reprcrash is not None:
            path, line = excinfo.value.at
            shown.reprcrash.path, shown.reprcrash.lineno = str(path), line
            shown.reprcrash.message = excinfo.value.brief
        return shown


def _scattered(config: pytest.Config) -> bool:
    """Is this a worker of xdist that gets items of a group one by one?"""
    said: dict[str, Any] = getattr(config, "workerinput", {})
    return said.get("ratecert_dist", "no") in ("load", "worksteal")


def _ours(items: Iterable[pytest.Item], group: str) -> Iterator[Checked]:
    return (i for i in items if isinstance(i, Checked) and i.group == group)


# --- claims -----------------------------------------------------------------------------------


class ClaimItem(Checked):
    """A claim: it passes if it is proved, and the replay gives the same canonical bytes."""

    def __init__(self, *, claim: Claimed, **node: Any) -> None:
        super().__init__(**node)
        self.claim = claim
        self.extra_keyword_matches |= {claim.label, claim.kind}

    @property
    def label(self) -> str:
        return self.claim.label

    def place(self) -> tuple[Path, int]:
        file, line = place(self.claim)
        return (Path(file), line) if file else super().place()

    def runtest(self) -> None:
        outcome = self.library.outcome(self.claim)
        self.user_properties += [
            ("verdict", outcome.verdict),
            ("rests on", " ".join((*outcome.assumptions, *outcome.axioms))),
            ("recalled", str(outcome.recalled).lower()),
        ]
        if outcome.verdict == "proved":
            return
        root = self.claim.result.rests_on if self.claim.result is not None else None
        if root is not None and self._is_told(root):
            verdict = self.library.outcome(root).verdict
            pytest.skip(f"rests on {root.label}, which is {verdict}")
        first, *_ = outcome.reason.splitlines() or [""]
        text = f"{self.claim.label} is {outcome.verdict}:\n{indented(outcome.reason)}"
        path, line = self.place()
        where = os.path.relpath(path, self.config.invocation_params.dir)
        text += f"\n\n{where}:{line}: {self.claim.kind} {self.claim.id}: {self.claim.title}"
        raise FindingError(text, f"{outcome.verdict}: {first}", (path, line))

    def _is_told(self, root: Claimed) -> bool:
        """Does another item of this session fail for that claim? Only then may this be skipped."""
        marks = ("skip", "skipif", "xfail")
        return any(
            isinstance(i, ClaimItem)
            and i.claim is root
            and not any(map(i.get_closest_marker, marks))
            for i in self.session.items
        )

    def timed(self, report: pytest.TestReport) -> None:
        super().timed(report)
        if report.when == "call":
            report.duration += self.library.seconds(self.claim)


class ModelItem(Checked):
    """The model declared for a theory: it passes if all axioms hold in it."""

    def __init__(self, *, theory: Theory, **node: Any) -> None:
        super().__init__(**node)
        self.theory = theory

    def runtest(self) -> None:
        report = self.library.model(self.theory)
        self.user_properties += [("verdict", report.verdict), ("model", report.detail)]
        if report.verdict in ("holds", "none"):
            return
        first = f"the axioms of {self.theory.name} in its model: {report.verdict}: {report.detail}"
        raise FindingError("\n".join((first, *map(indented, report.failing))), first, self.place())


class TheoryNode(pytest.Collector):
    """A theory: its claims in order, then its model if it has one."""

    def __init__(self, *, theory: Theory, library: Library, group: str, **node: Any) -> None:
        super().__init__(**node)
        self.theory, self.library, self.group = theory, library, group

    def collect(self) -> Iterator[pytest.Item]:
        rest: dict[str, Any] = {"library": self.library, "group": self.group}
        for claim in self.theory.claims.values():
            yield ClaimItem.from_parent(self, name=claim.id, claim=claim, **rest)
        if self.theory.tree is not None:
            yield ModelItem.from_parent(self, name="model", theory=self.theory, **rest)


def shipped(
    session: pytest.Session, library: Library, plan: Plan
) -> Iterator[pytest.Item | pytest.Collector]:
    """The shipped theories that were named, or those of their claims that node ids name."""
    for name, ids in plan.shipped.items():
        for theory in library.load(name):
            node = TheoryNode.from_parent(
                session, name=name, nodeid=name, theory=theory, library=library, group=name
            )
            if not ids:
                yield node
                continue
            items = {item.name: item for item in node.collect()}
            for id in dict.fromkeys(ids):
                if id not in items:
                    near = get_close_matches(id, items, 3)
                    hint = f"; did you mean {', '.join(near)}?" if near else ""
                    raise pytest.UsageError(f"not found: {name}::{id}{hint}")
                yield items[id]


# --- the lock ---------------------------------------------------------------------------------


class LockItem(Checked):
    """It passes if nothing that is locked was lost: ``ratecert check --locked``."""

    def __init__(self, *, names: Sequence[str] | None, **node: Any) -> None:
        super().__init__(**node)
        self.names = names

    def setup(self) -> None:
        """Nothing: what is locked may be more than what is selected."""

    def runtest(self) -> None:
        try:
            found = self.library.against(self.path, self.names)
        except (LockError, LoadError) as error:
            raise FindingError(str(error), str(error).partition("\n")[0], self.place()) from error
        if not found:
            return
        here = os.path.relpath(self.path, self.config.invocation_params.dir)
        told = F.text(F.of_differences(found, self.path))
        told = f"compared with {here}:\n{told}\n{advice(found, Path(here))}"
        lost = [d for d in found if d.fails]
        if lost:
            first = ", ".join(f"{d.claim} {d.kind}" for d in lost[:3])
            brief = f"{first}{', ...' if len(lost) > 3 else ''}"
            raise FindingError(told, brief, self.place())
        self.add_report_section("call", "news of the lock", told)


def uses_lock(items: Iterable[pytest.Item]) -> bool:
    """Is a lock among the items? It is compared with theorems, not with what is recalled."""
    return any(isinstance(item, LockItem) for item in items)
