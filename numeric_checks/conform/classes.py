"""Finding and constructing the optimizer class that a user names."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

import torch


class ConformError(ValueError):
    """What was asked for cannot be done; the message says what was looked for."""


def find_class(reference: str) -> type[torch.optim.Optimizer]:
    """The optimizer class ``module:Class``, ``module.Class`` or ``path/to/file.py:Class``.

    The module is imported, or the file run, as Python does for any import.

    Raises:
        ConformError: no such module, file or class, or it is no subclass of
            ``torch.optim.Optimizer``; the message names the nearest that are.

    >>> find_class("torch.optim.SGD") is find_class("torch.optim:SGD") is torch.optim.SGD
    True
    """
    if ":" in reference:
        where, _, name = reference.rpartition(":")
    else:
        where, _, name = reference.rpartition(".")
    if not where or not name or reference.endswith(".py"):
        lower = {key.lower(): key for key in vars(torch.optim) if key[0].isupper()}
        near = get_close_matches(reference.lower(), lower, 1)
        hint = f"; did you mean torch.optim.{lower[near[0]]}?" if near else ""
        raise ConformError(
            f"{reference!r} names no class: write module:Class or path/to/file.py:Class{hint}"
        )
    is_file = where.endswith(".py") or os.sep in where
    module = _from_file(Path(where)) if is_file else _from_module(where, reference)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise ConformError(f"{where} has no class {name!r}; {_optimizers(module, name)}")
        found = getattr(found, part)
    if not isinstance(found, type) or not issubclass(found, torch.optim.Optimizer):
        kind = "is a class, but" if isinstance(found, type) else "is no class, so"
        raise ConformError(
            f"{reference} {kind} not a subclass of torch.optim.Optimizer; {_optimizers(module)}"
        )
    return found


def _optimizers(module: ModuleType, name: str = "") -> str:
    """Which optimizers the module has, the nearest to ``name`` first."""
    known = [
        key
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, torch.optim.Optimizer)
    ]
    known = [key for key in known if key != "Optimizer"]
    lower = {key.lower(): key for key in known}
    near = [lower[key] for key in get_close_matches(name.lower(), lower, 3, 0.4)]
    near = near or sorted(known)[:12]
    return f"its optimizers: {', '.join(near)}" if near else "it defines no optimizer"


def _from_module(where: str, reference: str) -> ModuleType:
    here = os.getcwd()
    added = here not in sys.path and "" not in sys.path
    if added:  # at the end: the working directory must not hide an installed module
        sys.path.append(here)
    try:
        return importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{where}.".startswith(f"{error.name}."):
            raise ConformError(f"importing {where}: no module named {error.name!r}") from error
        raise ConformError(
            f"no module named {error.name!r} (looked for {where} to find {reference}); "
            "for a file write path/to/file.py:Class"
        ) from error
    except (Exception, SystemExit) as error:
        raise ConformError(f"importing {where}: {type(error).__name__}: {error}") from error
    finally:
        if added:
            sys.path.remove(here)


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ConformError(f"{path}: " + ("not a file" if path.exists() else "no such file"))
    label = f"ratecert_optimizer_{path.stem}_{abs(hash(str(path.resolve())))}"
    spec = importlib.util.spec_from_file_location(label, path)
    if spec is None or spec.loader is None:
        raise ConformError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    # Registered for good: a class may look its own module up while it runs (dataclasses, typing).
    sys.modules[label] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        sys.modules.pop(label, None)
        raise ConformError(f"{path}: {type(error).__name__}: {error}") from error
    return module


def title(cls: type) -> str:
    """The class's name with its module, as in reports."""
    module = cls.__module__
    return (
        cls.__qualname__
        if module.startswith("ratecert_optimizer_")
        else f"{module}.{cls.__qualname__}"
    )


def signature(cls: type) -> inspect.Signature:
    """The constructor's signature without ``self`` and the parameters to optimize.

    Raises:
        ConformError: it has none that Python can show.
    """
    try:
        whole = inspect.signature(cls)
    except (TypeError, ValueError) as error:
        raise ConformError(f"{title(cls)}: its constructor has no signature: {error}") from error
    return whole.replace(parameters=list(whole.parameters.values())[1:])


def construct(
    cls: type[torch.optim.Optimizer],
    tensors: Iterable[torch.nn.Parameter],
    values: Mapping[str, Any],
) -> torch.optim.Optimizer:
    """``cls(tensors, **values)``.

    Raises:
        ConformError: the constructor refuses; the message shows its signature.
    """
    try:
        return cls(list(tensors), **values)
    except (Exception, SystemExit) as error:
        given = ", ".join(f"{name}={value!r}" for name, value in values.items())
        raise ConformError(
            f"{title(cls)} refuses its arguments: {type(error).__name__}: {error}\n"
            f"  called with: {given or 'the parameters alone'}\n"
            f"  signature:   {cls.__name__}{inspect.signature(cls)}"
        ) from error
