"""The kernel's guards, and its source with one of them removed.

Kinds of guards, and what takes their place:

    raise       the condition under which a ``raise`` stands      the value by which none happens
    require     the condition of a call of ``_require``           True
    part        one part of a condition with ``and`` or ``or``    True or False: the others decide
    isinstance  a check of a type                                 True
    condition   any other condition, also in comprehensions       True, and False

A guard's name is stable under changes elsewhere: file, function, kind, its text, and a number if
that occurs again.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KERNEL = Path(__file__).resolve().parents[2] / "proofs" / "kernel"
KINDS = ("raise", "require", "part", "isinstance", "condition")


@dataclass(frozen=True)
class Guard:
    """One guard: ``key`` names it; ``source`` is the file's text without it.

    ``function``: the qualified name of the outermost function around it, empty if there is none.
    ``goal``: the line of the ``raise`` it guards, else its own.
    """

    key: str
    kind: str
    file: str
    line: int
    goal: int
    function: str
    source: str

    @property
    def path(self) -> Path:
        """The file it stands in."""
        return KERNEL / self.file

    @property
    def module(self) -> str:
        """The module it stands in."""
        return f"ratecert.proofs.kernel.{self.file.removesuffix('.py')}"


def guards(kinds: tuple[str, ...] = KINDS) -> Iterator[Guard]:
    """All guards of the kernel, file by file; not those of ``replay``.

    It is a command, with options and no inferences; its tests run it in processes of their own.
    """
    for path in sorted(set(KERNEL.glob("*.py")) - {KERNEL / "replay.py"}):
        yield from guards_of(path, kinds)


def guards_of(path: Path, kinds: tuple[str, ...]) -> Iterator[Guard]:
    text = path.read_text(encoding="utf-8")
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    data = text.encode()
    seen: Counter[str] = Counter()
    for found in _found(ast.parse(text)):
        if found.kind not in kinds:
            continue
        node = found.node
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        said = " ".join(data[begin:end].decode().split())
        to = f":{found.without}" if found.kind == "condition" else ""
        name = f"{path.name}:{found.where}:{found.kind}{to}:{said[:160]}"
        seen[name] += 1
        key = name if seen[name] == 1 else f"{name} #{seen[name]}"
        new = (data[:begin] + found.without.encode() + data[end:]).decode()
        goal = found.goal or node.lineno
        yield Guard(key, found.kind, path.name, node.lineno, goal, found.outermost, new)


@dataclass(frozen=True)
class _Found:
    kind: str
    where: str
    outermost: str
    node: ast.expr
    without: str
    goal: int = 0


def _found(tree: ast.Module) -> Iterator[_Found]:
    def visit(node: ast.AST, where: str, outermost: str) -> Iterator[_Found]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            where = f"{where}.{node.name}" if where else node.name
            if isinstance(node, ast.FunctionDef):
                outermost = outermost or where
        for kind, expression, without, goal in _here(node):
            yield _Found(kind, where, outermost, expression, without, goal)
        if isinstance(node, ast.If) and _is_typing(node.test):
            return
        for child in ast.iter_child_nodes(node):
            yield from visit(child, where, outermost)

    return visit(tree, "", "")


def _here(node: ast.AST) -> Iterator[tuple[str, ast.expr, str, int]]:
    """The guards that ``node`` itself is or has: kind, expression, replacement, line of a raise."""
    if isinstance(node, ast.If) and (raised := _raise(node.body)):
        yield "raise", node.test, "False", raised
    elif isinstance(node, ast.If) and (raised := _raise(node.orelse)):
        yield "raise", node.test, "True", raised
    elif isinstance(node, ast.If | ast.IfExp) and _plain(node.test):
        yield "condition", node.test, "True", 0
        yield "condition", node.test, "False", 0
    for test in node.ifs if isinstance(node, ast.comprehension) else ():
        if _plain(test):
            yield "condition", test, "True", 0
            yield "condition", test, "False", 0
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "_require":
            yield "require", node.args[0], "True", 0
        if node.func.id == "isinstance":
            yield "isinstance", node, "True", 0
    if isinstance(node, ast.BoolOp):
        neutral = "True" if isinstance(node.op, ast.And) else "False"
        for part in node.values:
            if not (neutral == "True" and _is_instance(part)):
                yield "part", part, neutral, 0


def _raise(body: list[ast.stmt]) -> int:
    return next((s.lineno for s in body if isinstance(s, ast.Raise)), 0)


def _plain(test: ast.expr) -> bool:
    """Not dealt with by the other kinds already."""
    return not (isinstance(test, ast.BoolOp) or _is_instance(test) or _is_typing(test))


def _is_instance(part: ast.expr) -> bool:
    called = part.func if isinstance(part, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "isinstance"


def _is_typing(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"
