"""A trace replayed once, so that one changed step can be run on the premises it had."""

from __future__ import annotations

import json
from typing import Any

from ratecert.proofs.kernel import trace as machinery
from ratecert.proofs.kernel.claims import Claim
from ratecert.proofs.kernel.codec import decode
from ratecert.proofs.kernel.errors import KernelError, TraceError
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.theory import Theory


class Replayed:
    """The data of a trace, and the theorems of its steps."""

    def __init__(self, data: bytes) -> None:
        self.document: dict[str, Any] = json.loads(data)
        self.theories = [decode(Theory, t) for t in self.document["theories"]]
        self.theorems: list[Theorem] = []
        for step in self.document["steps"]:
            self.theorems.append(machinery._step(step, self.theories, self.theorems))

    def step(self, number: int, step: Any) -> Theorem | KernelError:
        """What ``step`` gives in place of step ``number``; a refusal is returned."""
        try:
            return machinery._step(step, self.theories, self.theorems[:number])
        except KernelError as error:
            return error
        except machinery._BORDER as error:
            return TraceError(f"{type(error).__name__}: {error}")

    def claim(self, stated: Any) -> Claim | KernelError:
        """What a claim's data give on these theorems; a refusal is returned."""
        try:
            return machinery._claim(stated, self.theorems)
        except KernelError as error:
            return error
        except machinery._BORDER as error:
            return TraceError(f"{type(error).__name__}: {error}")
