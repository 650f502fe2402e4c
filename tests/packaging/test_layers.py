"""Imports point downwards only: optimizers, then proofs, then numeric_checks."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TORCH_SIDE = ("torch", "sklearn", "ratecert.optimizers.batched", "ratecert.optimizers.torch_optim")
FORBIDDEN = {
    "optimizers": ("ratecert.proofs", "ratecert.numeric_checks"),
    "optimizers/recursions": TORCH_SIDE,
    "proofs": (*TORCH_SIDE, "ratecert.numeric_checks"),
}


def imported(source: str, module: str) -> Iterator[str]:
    """Absolute names of what a module imports, anywhere in it; ``module`` names the file."""
    package = module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def imports_of(folder: str) -> Iterator[tuple[str, str]]:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files, f"{folder} holds no module: this test would show nothing"
    for path in files:
        parts = ("ratecert", *path.relative_to(ROOT).with_suffix("").parts)
        for name in imported(path.read_text(encoding="utf-8"), ".".join(parts)):
            yield str(path.relative_to(ROOT)), name


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_nothing_is_imported_from_above(folder: str) -> None:
    found = [(path, name) for path, name in imports_of(folder) if within(name, FORBIDDEN[folder])]
    assert found == []


def test_kernel_imports_the_standard_library_and_itself() -> None:
    allowed = (*sys.stdlib_module_names, "ratecert.proofs.kernel")
    found = [
        (path, name) for path, name in imports_of("proofs/kernel") if not within(name, allowed)
    ]
    assert found == []


def test_models_evaluate_without_the_kernel_s_arithmetic() -> None:
    """Their evaluation of terms is a second opinion: nothing but terms comes from the kernel."""
    ours, kernel = "ratecert.proofs.models", "ratecert.proofs.kernel"
    opinions = ("errors", "evaluation", "numbers", "tree")
    allowed = (*sys.stdlib_module_names, f"{kernel}.terms", *(f"{ours}.{m}" for m in opinions))
    paths = {f"proofs/models/{m}.py" for m in opinions}
    found = [(path, name) for path, name in imports_of("proofs/models") if path in paths]
    assert {path for path, _ in found} == paths
    assert [(path, name) for path, name in found if not within(name, allowed)] == []
    arithmetic = (f"{kernel}.normal", f"{kernel}.exact", f"{kernel}.polynomials")
    assert [n for _, n in imports_of("proofs/models") if within(n, arithmetic)] == []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (
            "from ...numeric_checks.evaluate import compile",
            "ratecert.numeric_checks.evaluate.compile",
        ),
        ("from ... import numeric_checks", "ratecert.numeric_checks"),
        ("def late():\n    import torch.nn", "torch.nn"),
    ],
)
def test_a_planted_import_is_seen(line: str, name: str) -> None:
    assert list(imported(line, "ratecert.proofs.language.symbols")) == [name]
    assert within(name, FORBIDDEN["proofs"])
