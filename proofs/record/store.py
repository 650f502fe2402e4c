"""A directory of authenticated files: written whole or not at all, believed only with our mark.

A record is a JSON object under a name that is the digest of what it depends on, with an
HMAC-SHA-256 under a key that is made on first use and that only its owner may read. A blob is data
under its own SHA-256. Whatever is amiss with the directory, the key or a file, reading gives None
and writing does nothing: the caller then does the work that the record would have saved.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import stat
import sys
import time
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

FORMAT = 1
KEY_BYTES = 32
MAX_RECORD = 1 << 20
MAX_BLOB = 32 << 20
MAX_TOTAL = 64 << 20
STALE_SECONDS = 3600
USED_SECONDS = 86400
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MARK = 64  # hexadecimal digits of the HMAC


class StoreError(Exception):
    """The directory cannot be used; says why."""


def default_directory() -> Path:
    """``$RATECERT_CACHE``, else ``ratecert`` in the user's cache directory."""
    own, shared = os.environ.get("RATECERT_CACHE", ""), os.environ.get("XDG_CACHE_HOME", "")
    if own:
        return Path(own).absolute()
    if os.path.isabs(shared):  # the specification: a relative path is to be ignored
        return Path(shared) / "ratecert"
    folder = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path.home() / folder / "ratecert"


class Store:
    """The files in ``directory``; raises ``StoreError`` if they cannot be used."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.records, self.blobs = directory / f"records-{FORMAT}", directory / f"blobs-{FORMAT}"
        self.written = 0
        try:
            for folder in (directory, self.records, self.blobs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                found = os.lstat(folder) if folder != directory else os.stat(folder)
                if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                    raise StoreError(f"{folder} is no directory of yours")
                if found.st_mode & 0o022:
                    raise StoreError(f"others may write in {folder}")
            self._key = self._own_key(directory / "key")
        except (OSError, RuntimeError) as error:  # RuntimeError: no home directory
            raise StoreError(f"{directory}: {error}") from error

    # --- the key ------------------------------------------------------------------------------

    def _own_key(self, path: Path) -> bytes:
        """The key, made if there is none. Of two processes that make one, the first succeeds."""
        for _ in range(3):
            if os.path.lexists(path):
                key = _read(path, KEY_BYTES, private=True)
                if key is not None and len(key) == KEY_BYTES:
                    return key
                raise StoreError(f"{path} is no key of yours that only you can read")
            fresh = self._temporary(path.parent, secrets.token_bytes(KEY_BYTES))
            try:
                with suppress(FileExistsError):
                    os.link(fresh, path)
            finally:
                os.unlink(fresh)
        raise StoreError(f"{path} cannot be made")

    def _mark(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, sha256).hexdigest().encode()

    # --- records ------------------------------------------------------------------------------

    def get(self, name: str) -> dict[str, Any] | None:
        """The record under ``name``, if it is whole, ours, and was written under that name."""
        path = self._path(self.records, name)
        data = _read(path, MAX_RECORD)
        if data is None or not hmac.compare_digest(data[:_MARK], self._mark(data[_MARK:])):
            return None
        try:
            found = json.loads(data[_MARK:])
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, dict) or (found.get("format"), found.get("name")) != (
            FORMAT,
            name,
        ):
            return None
        _touch(path)
        value = found.get("value")
        return value if isinstance(value, dict) else None

    def put(self, name: str, value: dict[str, Any]) -> bool:
        """Write a record; False if that was not possible."""
        body = json.dumps({"format": FORMAT, "name": name, "value": value}, sort_keys=True).encode()
        return len(body) < MAX_RECORD and self._write(
            self._path(self.records, name), self._mark(body) + body
        )

    # --- blobs --------------------------------------------------------------------------------

    def get_blob(self, digest: str) -> bytes | None:
        """The data whose SHA-256 this is."""
        path = self._path(self.blobs, digest)
        packed = _read(path, MAX_BLOB)
        if packed is None:
            return None
        try:
            unpacking = zlib.decompressobj()
            data = unpacking.decompress(packed, MAX_BLOB)  # no more, whatever the file claims
        except zlib.error:
            return None
        if sha256(data).hexdigest() != digest:
            return None
        _touch(path)
        return data

    def put_blob(self, data: bytes) -> str | None:
        """Write data; its digest, or None if that was not possible."""
        digest = sha256(data).hexdigest()
        written = self._write(self._path(self.blobs, digest), zlib.compress(data, 6))
        return digest if written and len(data) < MAX_BLOB else None

    # --- files --------------------------------------------------------------------------------

    @staticmethod
    def _path(folder: Path, name: str) -> Path:
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise StoreError(f"not a digest: {name!r:.80}")
        return folder / name

    def _temporary(self, folder: Path, data: bytes) -> Path:
        """A new private file with this content."""
        path = folder / f"tmp-{os.getpid()}-{secrets.token_hex(8)}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with open(handle, "wb") as stream:
                stream.write(data)
        except BaseException:
            with suppress(OSError):
                os.unlink(path)
            raise
        return path

    def _write(self, path: Path, data: bytes) -> bool:
        """Put a whole file in place: at every moment there is the old one, the new one or none."""
        try:
            fresh = self._temporary(path.parent, data)
            try:
                os.replace(fresh, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(fresh)
                raise
        except OSError:  # a full or read-only disk, a directory in the way
            return False
        self.written += 1
        return True

    def prune(self, limit: int = MAX_TOTAL) -> None:
        """Remove what was left half-written, and the longest unused files above ``limit`` bytes."""
        now, files = time.time(), list[tuple[float, int, str]]()
        for folder in (self.directory, self.records, self.blobs):
            with suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(OSError):
                        found = entry.stat(follow_symlinks=False)
                        if entry.name.startswith("tmp-"):
                            if now - found.st_mtime > STALE_SECONDS:
                                os.unlink(entry.path)
                        elif folder != self.directory and not stat.S_ISDIR(found.st_mode):
                            files.append((found.st_mtime, found.st_size, entry.path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files) if total > limit else ():
            if total <= limit // 2:
                break
            with suppress(OSError):
                os.unlink(path)
                total -= size


def _read(path: Path, limit: int, *, private: bool = False) -> bytes | None:
    """A regular file of ours of at most ``limit`` bytes; no link followed, no pipe waited for."""
    try:
        handle = os.open(path, _READ)
    except OSError:
        return None
    try:
        found = os.fstat(handle)
        ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid()
        if not ours or found.st_size > limit or found.st_mode & (0o077 if private else 0o022):
            return None
        with open(handle, "rb", closefd=False) as stream:
            data = stream.read(limit + 1)
    except OSError:
        return None
    finally:
        os.close(handle)
    return data if len(data) <= limit else None


def _touch(path: Path) -> None:
    """Note that a file was used, once a day, for ``prune``."""
    with suppress(OSError):
        if time.time() - os.stat(path).st_mtime > USED_SECONDS:
            os.utime(path)
