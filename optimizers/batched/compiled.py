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
from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

import torch
from torch import Tensor

Function = Callable[..., None]
Notify = Callable[[str], None]
Mode = Literal["compiled", "eager"]

_SUPPORTED = ("cpu", "cuda", "xpu")
_MOST = 256
_made: dict[Any, Callable[..., object]] = {}


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
            self._compile(function, examples, title, notify)
        except Exception as error:  # torch raises many kinds, some of them private
            self.reason = _reason(error)
            self._run, self._constants = function, ()
            notify(f"{title}: runs eagerly, which takes several times as long: {self.reason}")

    def __call__(self, *tensors: Tensor) -> None:
        """Run it."""
        self._run(*tensors, *self._constants)

    def _compile(
        self, function: Function, examples: Sequence[Tensor], title: str, notify: Notify
    ) -> None:
        kinds = {tensor.device.type for tensor in examples}
        if not kinds <= set(_SUPPORTED):
            raise UnsupportedDeviceError(f"torch.compile does not serve {', '.join(sorted(kinds))}")
        module, constants = recorded(function, examples)
        arguments = [tensor.clone() for tensor in examples]
        key = (
            module.code,
            *((t.shape, t.stride(), t.dtype, t.device) for t in (*examples, *constants)),
            torch.get_num_threads(),
        )
        if key not in _made:
            notify(f"{title}: compiling (seconds; what was compiled before is read from a cache)")
            begin = time.monotonic()
            run = cast(
                "Callable[..., object]",
                torch.compile(module.forward, fullgraph=True, dynamic=False),
            )
            with warnings.catch_warnings():
                # torch warns of its own deprecated parts, which nobody here can mend.
                warnings.simplefilter("ignore")
                run(*arguments, *constants)  # compiles; the arguments are copies
            if len(_made) >= _MOST:
                _made.pop(next(iter(_made)))
            _made[key] = run
            notify(f"{title}: compiled in {time.monotonic() - begin:.1f} s")
        self._run, self._constants, self.mode = _made[key], constants, "compiled"


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
    broken = re.search(r"ImportError: (\S+\.so): (file too short|invalid ELF header)", text)
    if broken:
        return (
            f"a file in torch's cache is broken, as by a kill while compiling: remove {broken[1]}"
        )
    if isinstance(error, UnsupportedDeviceError):
        return text
    return f"torch.compile failed ({first}); TORCH_LOGS=+inductor shows more"
