"""Kinds of tasks, by name.

To add one, write a module of this room with a ``KIND``, and name it in ``_SHIPPED``. Its ``run``
must be a function of the task alone, defined at the top level of a module that other processes can
import, and should import torch inside, so that listing tasks stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from .task import Result, Task, TaskError

if TYPE_CHECKING:
    from ...proofs.language import Claimed

_SHIPPED = {"attack": "attacks", "gaussian": "gaussian", "paths": "paths", "worlds": "worlds"}
"""The kinds that are shipped, and the module of this room where each is."""
_REGISTERED: dict[str, Kind] = {}


class KindError(TaskError):
    """There is no such kind."""


@dataclass(frozen=True)
class Kind:
    """A kind of task.

    Attributes:
        name: as in ``Task.kind``.
        run: gives the result of a task. An exception is no result: it is reported, nothing is
            stored, and the next run tries the task again.
        claims: the claims a task confronts. Their statements are part of the key of its result.
        packages: distributions whose versions decide the floats. With torch among them, so do the
            instructions its kernels were chosen for.
    """

    name: str
    run: Callable[[Task], Result]
    claims: Callable[[Task], Sequence[Claimed]]
    packages: tuple[str, ...] = (
        "torch", "numpy", "scikit-learn", "python-flint", "mpmath", "sympy",
    )  # fmt: skip


def kind(name: str) -> Kind:
    """The kind of that name.

    Raises:
        KindError: there is none; names the nearest.
    """
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name in _SHIPPED:
        found: Kind = import_module(f".{_SHIPPED[name]}", __package__).KIND
        return found
    known = [*_SHIPPED, *_REGISTERED]
    near = get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise KindError(f"no kind of task {name!r}{hint} (there are {', '.join(known)})")


def register(new: Kind) -> None:
    """Add a kind of one's own for this process; a worker is sent its ``run``.

    Raises:
        KindError: the name is taken by another.
    """
    if new.name in _SHIPPED or _REGISTERED.setdefault(new.name, new) != new:
        raise KindError(f"there is a kind of task {new.name!r} already")
