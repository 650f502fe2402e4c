"""Why the kernel said no: one typed exception per kind of refusal.

No guard of the kernel is an ``assert`` (it would vanish under ``python -O``); each raises one of
these, and its message names the rule, the premise and the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class KernelError(Exception):
    """The kernel refused an inference, a declaration or a file.

    ``KernelError("{} is not constant", t)`` keeps the terms it speaks of, so that whoever reports
    it may print them in another notation (``text``); ``str`` gives them as the kernel does. Terms
    beyond the places in the message are what was wanted: ``Fin(t, e)``, not known.
    """

    def __init__(self, message: str = "", *nodes: object) -> None:
        super().__init__(message, *nodes)
        self.message, self.nodes = message, nodes

    def text(self, show: Callable[[object], str]) -> str:
        """The message, with its terms printed by ``show``."""
        return self.message.format(*map(show, self.nodes)) if self.nodes else self.message

    def at(self, where: str) -> None:
        """Say where the refusal happened, in front of the message."""
        self.message = f"{where}: {self.message}"
        self.args = (self.message, *self.nodes)

    def __str__(self) -> str:
        return self.text(str)


class SortError(KernelError):
    """An object of the wrong kind: a float, a loose bound index, a wrong number of arguments."""


class LevelError(KernelError):
    """A term is not known to be measurable at the level a rule needs."""


class RangeError(KernelError):
    """An index condition does not follow from the index hypotheses at hand."""


class SideConditionError(KernelError):
    """A side condition of a rule is not met (free index, random hypothesis, integrability, ...)."""


class CertificateError(KernelError):
    """A certificate does not certify: the identity is not zero, or no term is strict."""


class TheoryError(KernelError):
    """A theory's declarations are ill formed, or theorems of two theories were mixed."""


class TraceError(KernelError):
    """A trace is malformed, or its replay does not give what it states."""


class LimitError(KernelError):
    """An input exceeds a fixed size limit of the kernel (depth, exponent, number of terms)."""
