"""The kernel's guards, and its source with one of them removed.

A guard is a condition under which a ``raise`` stands, a call of ``_require``, a part of a
condition joined by ``and`` or ``or``, or an ``isinstance`` check. Its name is stable under changes
elsewhere: file, function, what it is, its text, and a number if that occurs again.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KERNEL = Path(__file__).resolve().parents[2] / "proofs" / "kernel"


@dataclass(frozen=True)
class Guard:
    """One guard: ``key`` names it; ``source`` is the file's text without it."""

    key: str
    file: str
    line: int
    source: str

    @property
    def module(self) -> str:
        return f"ratecert.proofs.kernel.{self.file.removesuffix('.py')}"


def guards(kinds: tuple[str, ...] = ("raise", "require", "part", "isinstance")) -> Iterator[Guard]:
    """All guards of the kernel, file by file."""
    for path in sorted(KERNEL.glob("*.py")):
        yield from _guards_of(path, kinds)


def _guards_of(path: Path, kinds: tuple[str, ...]) -> Iterator[Guard]:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    data = text.encode()
    seen: Counter[str] = Counter()
    for kind, function, node, without in _found(ast.parse(text)):
        if kind not in kinds:
            continue
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        said = " ".join(data[begin:end].decode().split())
        name = f"{path.name}:{function}:{kind}:{said[:160]}"
        seen[name] += 1
        key = name if seen[name] == 1 else f"{name} #{seen[name]}"
        new = (data[:begin] + without.encode() + data[end:]).decode()
        ast.parse(new)
        yield Guard(key, path.name, node.lineno, new)


Found = tuple[str, str, ast.expr, str]


def _found(tree: ast.Module) -> Iterator[Found]:
    """Kind, function, the expression, and what to put in its place."""

    def visit(node: ast.AST, where: str) -> Iterator[Found]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            where = f"{where}.{node.name}" if where else node.name
        if isinstance(node, ast.If) and any(isinstance(s, ast.Raise) for s in node.body):
            yield "raise", where, node.test, "False"
        if isinstance(node, ast.If) and any(isinstance(s, ast.Raise) for s in node.orelse):
            yield "raise", where, node.test, "True"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "_require":
                yield "require", where, node.args[0], "True"
            if node.func.id == "isinstance":
                yield "isinstance", where, node, "True"
        if isinstance(node, ast.BoolOp):
            neutral = "True" if isinstance(node.op, ast.And) else "False"
            for part in node.values:
                is_check = isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
                if not (neutral == "True" and is_check and part.func.id == "isinstance"):  # type: ignore[union-attr]
                    yield "part", where, part, neutral
        if isinstance(node, ast.If) and _is_typing(node.test):
            return
        for child in ast.iter_child_nodes(node):
            yield from visit(child, where)

    return visit(tree, "")


def _is_typing(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"
