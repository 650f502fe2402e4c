"""Theory files and locks as files of pytest. Nothing is loaded before one of them is collected."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .library import Library


class TheoryFile(pytest.File):
    """A Python file that states theories. Collecting it runs it, as importing any module does."""

    def __init__(self, *, library: Callable[[], Library], must: bool, **node: Any) -> None:
        super().__init__(**node)
        self.library, self.must = library, must

    def collect(self) -> Iterator[pytest.Collector]:
        from ..proofs.language.loader import LoadError, NothingStatedError
        from .items import TheoryNode

        library = self.library()
        try:
            theories = library.load(str(self.path))
        except LoadError as error:
            if isinstance(error, NothingStatedError) and not self.must:
                return
            raise self.CollectError(self._told(error)) from error
        for theory in theories:
            yield TheoryNode.from_parent(
                self, name=theory.name, theory=theory, library=library, group=self.nodeid
            )

    def _told(self, error: Exception) -> str:
        """The error, and the line of the file at which it came out."""
        from ..commands.told import raised_at

        here = os.path.relpath(self.path, self.config.invocation_params.dir)
        line = raised_at(error.__cause__, self.path)
        text = str(error).replace(str(self.path), here)
        return f"{text}\n{here}:{line}" if line else text


class LockFile(pytest.File):
    """A lock: one item."""

    def __init__(
        self, *, library: Callable[[], Library], names: Sequence[str] | None, **node: Any
    ) -> None:
        super().__init__(**node)
        self.library, self.names = library, names

    def collect(self) -> Iterator[pytest.Item]:
        from .items import LockItem

        yield LockItem.from_parent(
            self, name="lock", library=self.library(), group=self.nodeid, names=self.names
        )
