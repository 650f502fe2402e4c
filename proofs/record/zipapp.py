"""One file that verifies a lock: the kernel and what reads locks, taken out of a built wheel.

``python -m ratecert.proofs.record.zipapp WHEEL -o ratecert-verify.pyz`` follows the imports of
``record.__main__`` through the wheel, functions included, and packs the modules that are reached.
Nothing but the licence comes along, and an import of anything but the standard library is refused:
that the file needs a Python interpreter and nothing more is checked when it is made. Its bytes
depend on those modules alone: sorted, not compressed (compressors differ), one date for all.
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.util import resolve_name
from pathlib import Path

PACKAGE = "ratecert"
START = "ratecert.proofs.record.__main__"
NAME = "ratecert-verify.pyz"
SHEBANG = b"#!/usr/bin/env python3\n"
MAIN = '''\
"""ratecert-verify: does the kernel prove what a lock says? These lines run on any Python."""

import sys

if sys.version_info < (3, 11):
    sys.stderr.write(
        "ratecert-verify needs Python 3.11 or later, and this is %d.%d (%s)\\n"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )
    sys.exit(2)

from ratecert.proofs.record.__main__ import main

sys.exit(main())
'''
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say


class BuildError(Exception):
    """The wheel is none, lacks a module, or a module needs more than Python."""


def build(wheel: Path) -> bytes:
    """The zipapp made of a wheel; ``BuildError`` if it would need more than Python."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            every = archive.namelist()
            sources = {n: archive.read(n) for n in every if n.endswith(".py")}
            license = next(archive.read(n) for n in every if n.endswith("/LICENSE"))
    except StopIteration as error:
        raise BuildError(f"the wheel {wheel} has no LICENSE") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise BuildError(f"cannot read the wheel {wheel}: {error}") from error
    packed = io.BytesIO()
    packed.write(SHEBANG)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        files = {"__main__.py": MAIN.encode(), "LICENSE": license}
        files |= {name: sources[name] for name in needed(sources)}
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3  # else it says on which system it was made
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return packed.getvalue()


def needed(sources: Mapping[str, bytes], start: str = START) -> list[str]:
    """The files, of those given by name, that ``start`` imports, directly or not."""
    found, waiting = set[str](), [start]
    while waiting:
        module = waiting.pop()
        file = _file(module, sources)
        if file is None:
            raise BuildError(f"the wheel has no module {module}")
        if file in found:
            continue
        found.add(file)
        waiting += _parents(module)
        package = module if file.endswith("/__init__.py") else module.rpartition(".")[0]
        for name, of_a_module in _imported(sources[file], file, package):
            if name.partition(".")[0] in sys.stdlib_module_names:
                continue
            if name.partition(".")[0] != PACKAGE:
                raise BuildError(f"{file} imports {name}: not in the standard library")
            if _file(name, sources) or not of_a_module:
                waiting.append(name)
    return sorted(found)


def _parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def _file(module: str, sources: Mapping[str, bytes]) -> str | None:
    path = module.replace(".", "/")
    return next((f for f in (f"{path}.py", f"{path}/__init__.py") if f in sources), None)


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those below ``if TYPE_CHECKING:``, which no interpreter runs."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        only_types = (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id in ("TYPE_CHECKING", "_TYPE_CHECKING")
        )
        if only_types and isinstance(child, ast.If):
            for other in child.orelse:
                yield from _executed(other)
        else:
            yield from _executed(child)


def _imported(source: bytes, file: str, package: str) -> Iterator[tuple[str, bool]]:
    """What a module imports anywhere in it; and may the name be one in a module, not a module?"""
    for node in _executed(ast.parse(source, file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            yield base, False
            yield from ((f"{base}.{alias.name}", True) for alias in node.names)


def main(argv: Sequence[str] | None = None) -> int:
    """Build it, and say by which digest it can be known."""
    parser = argparse.ArgumentParser(
        prog="python -m ratecert.proofs.record.zipapp",
        description="Make the one file that verifies a lock, from a built wheel.",
    )
    parser.add_argument("wheel", type=Path, help="such as build/ratecert-0.1.0-py3-none-any.whl")
    parser.add_argument("-o", "--output", type=Path, default=Path(NAME), help=f"(default: {NAME})")
    args = parser.parse_args(argv)
    try:
        data = build(args.wheel)
        args.output.write_bytes(data)
        args.output.chmod(0o755)
    except (BuildError, OSError) as error:
        print(f"zipapp: {error}", file=sys.stderr)
        return 2
    print(f"{args.output}: sha256 {sha256(data).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
