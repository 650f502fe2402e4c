"""A long run on disk: written whole or not at all, read back only by the run that wrote it."""

from __future__ import annotations

import json
import os
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor


class CheckpointError(Exception):
    """A checkpoint cannot be read, or is that of another run."""


class Progressed(NamedTuple):
    """How far a run is: tiles done, and iterations of the next one."""

    tile: int
    k: int


class Checkpoint:
    """A file of arrays (numpy's ``npz``, without pickles) and the digest of what the run is.

    Raises:
        CheckpointError: its folder does not exist.
    """

    def __init__(self, path: Path, description: Mapping[str, object], every: float = 60.0) -> None:
        self.path, self.every, self._last = path, every, time.monotonic()
        if not path.parent.is_dir():
            raise CheckpointError(f"{path.parent}: no such folder for a checkpoint")
        text = json.dumps(description, sort_keys=True)
        self.digest = sha256(text.encode()).hexdigest()

    def restore(self, arrays: Sequence[Tensor]) -> Progressed:
        """Fill ``arrays`` from the file, if there is one; how far that is.

        Raises:
            CheckpointError: the file is corrupt, or of another run.
        """
        if not self.path.exists():
            return Progressed(0, 0)
        advice = "remove it to start again, or name another file"
        try:
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                digest = str(stored["digest"])
                tile, k = (int(n) for n in stored["done"])
                found = [torch.from_numpy(stored[f"array_{n}"]) for n in range(len(arrays))]
        except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
            raise CheckpointError(f"{self.path}: no checkpoint ({error}); {advice}") from error
        if digest != self.digest:
            raise CheckpointError(
                f"{self.path}: of another run (recursion, instance, settings, tiles or version of "
                f"torch differ); {advice}"
            )
        for array, value in zip(arrays, found, strict=True):
            if array.shape != value.shape or array.dtype != value.dtype:
                raise CheckpointError(f"{self.path}: corrupt (an array's shape); {advice}")
        for array, value in zip(arrays, found, strict=True):
            array.copy_(value)
        return Progressed(tile, k)

    def keep(self, done: Progressed, arrays: Sequence[Tensor]) -> None:
        """Write the file, unless it was written less than ``every`` seconds ago."""
        if time.monotonic() - self._last < self.every:
            return
        stored: dict[str, Any] = {
            f"array_{n}": array.cpu().numpy() for n, array in enumerate(arrays)
        }
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f"{self.path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, digest=np.array(self.digest), done=np.array(done), **stored)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        self._last = time.monotonic()

    def remove(self) -> None:
        """The run is over."""
        self.path.unlink(missing_ok=True)
