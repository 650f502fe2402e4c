"""Functions of tensors, compiled by torch.compile, or run as they are with the reason said.

A function is first run once under ``make_fx``, which records the tensor operations it makes. What
is compiled is that record: whatever Python led to it (closures, caches, dataclasses) is behind us,
and every record is code of its own, so that torch's limit on recompilations of one piece of code is
never met. Tensors that the function found elsewhere become arguments. Records that are equal, for
arguments of equal shapes, strides and types, are compiled once a process; torch keeps
what it compiled on disk as well (``TORCHINDUCTOR_CACHE_DIR``).

A recorded function must not make integers by ``torch.arange`` and multiply them by large constants:
torch 2.13 compiles that wrongly on a CPU. Counters are arguments.
"""

from __future__ import annotations

import re
import sys
import time
import warnings
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import torch
from torch import Tensor

Function = Callable[..., None]
Notify = Callable[[str], None]
Mode = Literal["compiled", "eager"]

_SUPPORTED = ("cpu", "cuda", "xpu")
_MOST, _MOST_KNOWN, _REPAIRS = 256, 32, 4
_BROKEN = re.compile(r"ImportError: (\S+\.so): (file too short|invalid ELF header)")
_made: dict[Hashable, Callable[..., object]] = {}
_known: dict[Hashable, tuple[Callable[..., object], tuple[Tensor, ...]]] = {}


def to_stderr(message: str) -> None:
    """Write ``ratecert: message`` on standard error."""
    print(f"ratecert: {message}", file=sys.stderr, flush=True)


class Kernel:
    """A function of tensors that returns nothing: it changes some of its arguments in place.

    Attributes:
        mode: "compiled", or "eager" where compilation failed or was not wanted.
        reason: why it is eager; empty if it is compiled.
    """

    def __init__(
        self,
        function: Function,
        examples: Sequence[Tensor],
        title: str,
        *,
        same: Hashable = None,
        compile: bool = True,
        notify: Notify = to_stderr,
    ) -> None:
        """Record ``function`` and compile it.

        Args:
            function: of as many tensors as there are ``examples``; calls nothing that looks at
                values.
            examples: tensors of the shapes, strides, types and devices of all later arguments.
                They are not changed.
            title: what it is, for messages.
            same: a key of all that the function depends on besides its arguments. If the function
                of an equal key was compiled, it is not recorded again (which takes about half a
                second). What cannot be compared by value goes in as ``ByIdentity``.
            compile: False runs it as it is, without a message.
            notify: is told once when compilation begins, and once if it fails, and why.
        """
        self._run: Callable[..., object] = function
        self._constants: tuple[Tensor, ...] = ()
        self.mode: Mode = "eager"
        self.reason = "" if compile else "not asked for"
        if not compile:
            return
        try:
            self._compile(function, examples, title, same, notify)
        except Exception as error:  # torch raises many kinds, some of them private
            self.reason = _reason(error)
            self._run, self._constants = function, ()
            notify(f"{title}: runs eagerly, which takes several times as long: {self.reason}")

    def __call__(self, *tensors: Tensor) -> None:
        """Run it."""
        self._run(*tensors, *self._constants)

    def _compile(
        self,
        function: Function,
        examples: Sequence[Tensor],
        title: str,
        same: Hashable,
        notify: Notify,
    ) -> None:
        kinds = {tensor.device.type for tensor in examples}
        if not kinds <= set(_SUPPORTED):
            raise UnsupportedDeviceError(f"torch.compile does not serve {', '.join(sorted(kinds))}")
        asked = (same, _signature(examples))
        if same is None or asked not in _known:
            module, constants = recorded(function, examples)
            key = (module.code, _signature((*examples, *constants)))
            if key not in _made:
                notify(
                    f"{title}: compiling (seconds; what was compiled before is read from a cache)"
                )
                begin = time.monotonic()
                # Constants as they are: one that comes twice is one argument to the compiler.
                arguments = (*(tensor.clone() for tensor in examples), *constants)
                _put(_made, key, _MOST, _compiled(module, arguments, title, notify))
                notify(f"{title}: compiled in {time.monotonic() - begin:.1f} s")
            made = (_made[key], constants)
            if same is not None:
                _put(_known, asked, _MOST_KNOWN, made)
        else:
            made = _known[asked]
        self._run, self._constants = made
        self.mode = "compiled"


@dataclass(frozen=True, eq=False)
class ByIdentity:
    """Part of a key: the same only as itself. Keeps its object, so that no other takes its id."""

    value: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByIdentity) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


def _signature(tensors: Sequence[Tensor]) -> Hashable:
    """What compiled code is made for."""
    kinds = tuple((t.shape, t.stride(), t.dtype, t.device) for t in tensors)
    return kinds, torch.get_num_threads()


def _put(table: dict[Hashable, Any], key: Hashable, most: int, value: object) -> None:
    if len(table) >= most:
        table.pop(next(iter(table)))
    table[key] = value


def _compiled(
    module: torch.fx.GraphModule, arguments: Sequence[Tensor], title: str, notify: Notify
) -> Callable[..., object]:
    """The record, compiled; broken files of torch's cache are removed, and made again."""
    for _ in range(_REPAIRS):
        try:
            return _once(module, arguments)
        except Exception as error:
            broken = _broken(error)
            if broken is None:
                raise
            broken.unlink(missing_ok=True)
            notify(f"{title}: removed {broken}, broken as by a kill while compiling; once more")
    return _once(module, arguments)


def _once(module: torch.fx.GraphModule, arguments: Sequence[Tensor]) -> Callable[..., object]:
    run = cast(
        "Callable[..., object]", torch.compile(module.forward, fullgraph=True, dynamic=False)
    )
    with warnings.catch_warnings():
        # torch warns of its own deprecated parts, which nobody here can mend.
        warnings.simplefilter("ignore")
        run(*arguments)  # compiles; what it changes are copies
    return run


def _broken(error: Exception) -> Path | None:
    """The library in torch's cache that cannot be loaded, if that is what went wrong."""
    from torch._inductor.runtime.cache_dir_utils import cache_dir

    found = _BROKEN.search(str(error))
    if not found:
        return None
    file = Path(found[1]).resolve()
    return file if file.is_file() and Path(cache_dir()).resolve() in file.parents else None


class UnsupportedDeviceError(RuntimeError):
    """There is no compiler for a device."""


def recorded(
    function: Function, examples: Sequence[Tensor]
) -> tuple[torch.fx.GraphModule, tuple[Tensor, ...]]:
    """The operations of ``function``, and the tensors it found elsewhere: further arguments."""
    from torch.fx.experimental.proxy_tensor import make_fx

    # Run once before, so that what is cached on the way is found, and not made, in the record.
    function(*(tensor.clone() for tensor in examples))
    module = make_fx(function)(*(tensor.clone() for tensor in examples))
    graph, constants = module.graph, []
    last = [node for node in graph.nodes if node.op == "placeholder"][-1]
    for node in list(graph.nodes):
        if node.op == "get_attr":
            constants.append(getattr(module, str(node.target)))
            with graph.inserting_after(last):
                last = graph.placeholder(f"constant_{len(constants)}")
            node.replace_all_uses_with(last)
            graph.erase_node(node)
    return torch.fx.GraphModule({}, graph), tuple(constants)


def _reason(error: Exception) -> str:
    """What went wrong, and what to do about it, in a line."""
    text = str(error).strip()
    if "CppCompileError" in type(error).__name__ or "C++ compile" in text:
        first = "the C++ compiler failed"
    else:
        first = f"{type(error).__name__}: {' '.join(text.split()) or 'no message'}"[:200]
    lowered = text.lower()
    if "invalidcxxcompiler" in lowered or "no working c++ compiler" in lowered:
        return "torch.compile found no C++ compiler: install one (apt-get install g++), or set CXX"
    if "recompile_limit" in lowered or "recompile limit" in lowered:
        return f"{first}; raise torch._dynamo.config.recompile_limit"
    broken = _BROKEN.search(text)
    if broken:
        return (
            f"a file in torch's cache is broken, as by a kill while compiling: remove {broken[1]}"
        )
    if isinstance(error, UnsupportedDeviceError):
        return text
    return f"torch.compile failed ({first}); TORCH_LOGS=+inductor shows more"
