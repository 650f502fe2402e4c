"""Which source text the proof of a claim can reach.

Two kinds of files. The *foundation* (kernel, language, finders, models, recursions, commands)
counts as a whole: one byte changed there changes everything. The *theory modules* (``theorems``,
``library``, an author's own files) are read by top-level statement, a *part*. From the part that
holds a script we follow every name it mentions to the parts that bind it, in its module and through
imports in other theory modules, and so on. What is executed for its effect (``theory.assume(...)``,
a loop, an assignment into an object, a function that changes what it did not make) is reached from
everything in the module and in those that import it. So a lemma that nobody names is the only kind
of text that a proof does not depend on.

What cannot be followed (reading files, ``getattr``, modules that are neither ours nor on a short
list) raises ``UntraceableError``: such a claim is proved each time.
"""

from __future__ import annotations

import ast
import platform
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import CodeType

PACKAGE = Path(__file__).absolute().parents[2]
"""The folder of the package ``ratecert``; its rooms may be links."""

_THEORY_ROOMS = ("proofs/theorems", "proofs/library")
_FOUNDATION = (".", "commands", "options", "proofs", "optimizers")
_LIBRARIES = (
    "sympy",
    "mpmath",
    "numpy",
    "highspy",
    "scipy",
    "python-flint",
    "clarabel",
    "z3-solver",
    "cvc5",
)
_HARMLESS = frozenset(
    {
        "__future__", "abc", "collections", "dataclasses", "enum", "fractions", "functools",
        "itertools", "math", "numbers", "operator", "sympy", "types", "typing",
    }
)  # fmt: skip  # their behaviour is fixed by the versions of Python and of SymPy
_UNSEEN = frozenset(
    {
        "__builtins__", "__import__", "__file__", "__loader__", "__spec__", "breakpoint", "compile",
        "delattr", "eval", "exec", "getattr", "globals", "hash", "id", "input", "locals", "open",
        "setattr", "vars",
    }
)  # fmt: skip
"""Builtins by which text, files or the process reach a proof unseen."""
_HOOKS = frozenset(
    {
        "__dict__", "__globals__", "__code__", "__closure__", "__builtins__", "f_globals", "claims",
        "claimed", "earlier",
    }
)  # fmt: skip
"""Attributes by which a proof reaches what it does not name: other functions, a theory's claims."""


class UntraceableError(Exception):
    """What a proof depends on cannot be told from the source; says where."""


@dataclass(frozen=True, eq=False)
class Part:
    """A top-level statement: its lines, the names it binds and mentions, and what it imports."""

    module: Module
    first: int
    last: int
    digest: str
    binds: frozenset[str]
    mentions: frozenset[str]
    imports: tuple[tuple[str, Path, str], ...]
    effect: bool
    unseen: str
    is_import: bool


class Module:
    """One theory module, read by top-level statement."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path, self.digest = path, sha256(data).hexdigest()
        self.unseen = ""
        lines = data.splitlines(keepends=True)
        try:
            statements = ast.parse(data).body
        except (SyntaxError, ValueError, RecursionError) as error:
            raise UntraceableError(f"{path}: {error}") from error
        self.parts = [self._part(s, lines) for s in statements]
        self.imported = frozenset(path for part in self.parts for _, path, _ in part.imports)
        self.effects = [part for part in self.parts if part.effect]

    @cached_property
    def binding(self) -> dict[str, list[Part]]:
        """The parts that bind a name."""
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            for name in part.binds:
                found.setdefault(name, []).append(part)
        return found

    def holding(self, line: int) -> Part:
        """The part that a line belongs to."""
        for part in self.parts:
            if part.first <= line <= part.last:
                return part
        raise UntraceableError(f"{self.path}: no statement at line {line}")

    def _part(self, statement: ast.stmt, lines: list[bytes]) -> Part:
        decorators = getattr(statement, "decorator_list", [])
        first = min(node.lineno for node in (statement, *decorators))
        last = statement.end_lineno or len(lines)
        text = b"".join(lines[first - 1 : last])
        imports = list[tuple[str, Path, str]]()
        loaded, stored, changed, unseen = set[str](), set[str](), set[str](), ""
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                (loaded if isinstance(node.ctx, ast.Load) else stored).add(node.id)
            elif isinstance(node, ast.arg):
                stored.add(node.arg)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                imports += self._imported(node)
            elif isinstance(node, ast.Global):
                changed.add("")
            elif isinstance(node, ast.Attribute | ast.Subscript):
                if isinstance(node, ast.Attribute) and node.attr in _HOOKS:
                    unseen = f"line {node.lineno}: {node.attr}"
                if not isinstance(node.ctx, ast.Load):
                    changed.add(_root(node))
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                if isinstance(node.value.func, ast.Attribute):  # such as table.append(entry)
                    changed.add(_root(node.value))
            elif isinstance(node, _DEFINITIONS):
                stored.add(node.name)
        own = stored
        for name in sorted((loaded - own) & _UNSEEN):
            unseen = f"line {first}: {name}"
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            binds, effect = {statement.name}, not changed <= own
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            binds, effect = {a.asname or a.name.partition(".")[0] for a in statement.names}, False
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            binds, effect = own, bool(changed)
        else:
            binds = own
            effect = not (
                isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            )
        return Part(
            self, first, last, sha256(text).hexdigest(), frozenset(binds), frozenset(loaded),
            tuple(imports), effect, unseen, isinstance(statement, ast.Import | ast.ImportFrom),
        )  # fmt: skip

    def _imported(self, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Path, str]]:
        """What an import takes from theory modules: ``(name here, file, name there or "")``."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] not in _HARMLESS:
                    self.unseen = f"line {node.lineno}: import {alias.name}"
            return
        names, base = (node.module or "").split(".") if node.module else [], Path()
        if node.level:
            base = self.path.parents[node.level - 1]
        elif names[0] == "ratecert":
            base, names = PACKAGE, names[1:]
        elif names[0] in _HARMLESS:
            return
        else:
            self.unseen = f"line {node.lineno}: import {node.module}"
            return
        base = base.joinpath(*names)
        for alias in node.names:
            for path, name in (
                (base / alias.name / "__init__.py", ""),
                (base / f"{alias.name}.py", ""),
                (base.with_name(f"{base.name}.py"), alias.name),
                (base / "__init__.py", alias.name),
            ):
                target = _file(path)
                if target is None:
                    continue
                if is_theory(target):
                    yield alias.asname or alias.name, target, name
                if name == "*" and is_theory(target):
                    self.unseen = f"line {node.lineno}: import *"
                if not is_theory(target) and target not in foundation_files():
                    self.unseen = f"line {node.lineno}: import of {path}"
                break
            else:
                self.unseen = f"line {node.lineno}: import of {alias.name}"


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _root(node: ast.expr) -> str:
    """The name that an expression such as ``a.b[c].d(e)`` starts from."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


@cache
def _file(path: Path) -> Path | None:
    return path.resolve() if path.is_file() else None


@cache
def resolved(file: str) -> Path:
    """The file that a module or a function comes from."""
    return Path(file).resolve()


@cache
def _theory_rooms() -> tuple[Path, ...]:
    return tuple((PACKAGE / name).resolve() for name in _THEORY_ROOMS)


@cache
def is_theory(path: Path) -> bool:
    """Is it a module of the theories we ship?"""
    return any(path.is_relative_to(room) for room in _theory_rooms())


@cache
def foundation_files() -> dict[Path, str]:
    """The files that count as a whole, with their names in the package."""
    found = dict[Path, str]()
    for name in _FOUNDATION:
        room = (PACKAGE / name).resolve()
        for path in room.glob("*.py") if name == "." else room.rglob("*.py"):
            found[path.resolve()] = f"{name}/{path.relative_to(room)}"
    return {path: name for path, name in found.items() if not is_theory(path)}


class Sources:
    """The source files of one run, each read once."""

    def __init__(self) -> None:
        self.read: dict[Path, str] = {}
        self._modules: dict[Path, Module] = {}
        self._effects: dict[Path, frozenset[Part]] = {}
        self._next: dict[Part, frozenset[Part]] = {}

    @cached_property
    def foundation(self) -> str:
        """One digest of the foundation, the interpreter and the libraries that search."""
        versions = {name: _version(name) for name in _LIBRARIES}
        about = [sys.version, sys.platform, platform.machine(), sys.flags.optimize, versions]
        lines = [repr(about)]
        for path, name in sorted(foundation_files().items(), key=lambda item: item[1]):
            self.read[path] = sha256(path.read_bytes()).hexdigest()
            lines.append(f"{self.read[path]} {name}")
        return sha256("\n".join(lines).encode()).hexdigest()

    def module(self, path: Path) -> Module:
        """A theory module."""
        if path not in self._modules:
            try:
                data = path.read_bytes()
            except OSError as error:
                raise UntraceableError(f"{path}: {error}") from error
            self._modules[path] = Module(path, data)
            self.read[path] = self._modules[path].digest
        return self._modules[path]

    def part(self, code: CodeType) -> Part:
        """The top-level statement that a function was made by."""
        return self.module(resolved(code.co_filename)).holding(code.co_firstlineno)

    def reached(self, starts: Iterable[Part], found: set[Part]) -> list[Part]:
        """Add to ``found`` what can be reached from ``starts``; returns what is new there.

        Raises ``UntraceableError``.
        """
        fresh, waiting = list[Part](), [part for part in starts if part not in found]
        while waiting:
            part = waiting.pop()
            if part in found:
                continue
            if part.unseen or part.module.unseen:
                raise UntraceableError(f"{part.module.path}: {part.unseen or part.module.unseen}")
            found.add(part)
            fresh.append(part)
            waiting += self._successors(part) - found
        return fresh

    def _successors(self, part: Part) -> frozenset[Part]:
        if part not in self._next:
            following = set(self.effects(part.module))
            for name in part.mentions:
                for other in part.module.binding.get(name, ()):
                    taken = [t for t in other.imports if t[0] == name]
                    if other.is_import:
                        following.update(p for t in taken for p in self._taken(*t[1:]))
                    else:
                        following.add(other)
            for _, path, name in part.imports:
                following |= self._taken(path, name)
            self._next[part] = frozenset(following)
        return self._next[part]

    def _taken(self, path: Path, name: str) -> set[Part]:
        """What importing a name reaches: what binds it, or the whole module."""
        module, found = self.module(path), set[Part]()
        for part in module.binding.get(name, ()):
            if part.is_import:
                for other, source, original in part.imports:
                    if other == name:
                        found |= self._taken(source, original)
            else:
                found.add(part)
        return found if name in module.binding else set(module.parts)

    def effects(self, module: Module) -> frozenset[Part]:
        """What runs for its effect when a module is imported, there and in what it imports."""
        if module.path not in self._effects:
            seen, waiting, found = set[Path](), [module.path], set[Part]()
            inits = (parent / "__init__.py" for parent in module.path.parents)
            for path in (p for p in inits if is_theory(p) and _file(p)):
                found.update(self.module(path).effects)
            while waiting:
                path = waiting.pop()
                if path not in seen:
                    seen.add(path)
                    found.update(self.module(path).effects)
                    waiting += self.module(path).imported
            self._effects[module.path] = frozenset(found)
        return self._effects[module.path]

    def unchanged(self) -> bool:
        """Do all files read here still have the content that was read?"""
        try:
            return all(sha256(p.read_bytes()).hexdigest() == d for p, d in self.read.items())
        except OSError:
            return False

    def newest(self, *, theories_of_others: bool) -> int:
        """When a file read here was last changed (ns): one of ours, or one of an author's own."""
        times = [0]
        for path in self.read:
            shipped = is_theory(path) or path in foundation_files()
            if shipped is not theories_of_others:
                found = path.stat()
                times.append(max(found.st_mtime_ns, found.st_ctime_ns))
        return max(times)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
