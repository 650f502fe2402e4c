"""Finding theories: the shipped ones by name, an author's own by the path of a Python file."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from contextlib import redirect_stdout
from difflib import get_close_matches
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from ..theorems import SHIPPED
from .theory import Claimed, Theory

MAX_LISTED = 12
"""How many names an error lists."""


class LoadError(Exception):
    """No such theory, file or statement; the message names the nearest."""


class NothingStatedError(LoadError):
    """A Python file that defines no theory with claims."""


def load(name: str) -> list[Theory]:
    """The theories named: a shipped theory's id, or all that a Python file defines.

    Loading a file runs it, as importing any module does.
    """
    if name in SHIPPED:
        module = importlib.import_module(f"..theorems.{SHIPPED[name]}", __package__)
        return [t for t in _theories(module) if t.name == name]
    path = Path(name)
    if path.suffix == ".py" or path.exists():
        return _from_file(path)
    near = get_close_matches(name, SHIPPED, 1)
    if Path(f"{name}.py").is_file():
        near = [f"{name}.py"]
    hint = f"; did you mean {near[0]}?" if near else ""
    raise LoadError(f"no theory {name!r}{hint} (shipped: {', '.join(SHIPPED)}; or a .py file)")


def _theories(module: ModuleType) -> list[Theory]:
    return [value for value in vars(module).values() if isinstance(value, Theory)]


class _AsWritten(SourceFileLoader):
    """Compiles the source. Python's stored code misses a second edit of one second and size."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _from_file(path: Path) -> list[Theory]:
    if not path.is_file():
        raise LoadError(f"{path}: no such file" if not path.exists() else f"{path}: not a file")
    label = f"ratecert_theory_{path.stem}_{abs(hash(str(path.resolve())))}"
    loader = _AsWritten(label, str(path.absolute()))
    spec = importlib.util.spec_from_file_location(label, path, loader=loader)
    if path.suffix != ".py" or spec is None or spec.loader is None:
        raise LoadError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[label] = module
    try:
        with redirect_stdout(sys.stderr):  # standard output belongs to the command
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        told = f"{type(error).__name__}: {error}{_line(error, path)}"
        raise LoadError(f"{path}: {told}") from error
    finally:
        sys.modules.pop(label, None)
    found = [t for t in _theories(module) if t.claims and _is_own(t, label)]
    if not found:
        raise NothingStatedError(f"{path}: defines no theory with claims")
    return found


def _line(error: BaseException, path: Path) -> str:
    """`` (line N)``, the last line of the file that ran; SyntaxError says it itself."""
    found, frame = 0, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == str(path.absolute()):
            found = frame.tb_lineno
        frame = frame.tb_next
    return f" (line {found})" if found else ""


def _is_own(theory: Theory, label: str) -> bool:
    """Was the theory made in that module, rather than imported into it?"""
    return any(claim.script.__module__ == label for claim in theory.claims.values())


def statement(reference: str) -> Claimed:
    """The claim ``THEORY.ID``, such as ``sgd.rate``, or ``path/to/file.py:ID``."""
    if ".py:" in reference:
        name, _, claim = reference.rpartition(":")
    elif reference.endswith(".py"):
        name, claim = reference, ""
    else:
        name, _, claim = reference.partition(".")
    theories = load(name)
    if not claim:
        claims = [c for t in theories for c in t.claims.values()]
        if len(claims) > MAX_LISTED:
            claims = [c for c in claims if c.kind != "lemma"]
        known = ", ".join(c.label for c in claims)
        raise LoadError(
            f"{reference!r} names a theory; choose a statement, such as {known} "
            f"(`ratecert check {reference}` lists all)"
        )
    for theory in theories:
        if claim in theory.claims:
            return theory.claims[claim]
    known_ids = [c for t in theories for c in t.claims]
    near = get_close_matches(claim, known_ids, 3) or known_ids[:MAX_LISTED]
    raise LoadError(f"{name} has no statement {claim!r}; nearest: {', '.join(near)}")
