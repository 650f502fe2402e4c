"""What tests of every room use. ``check`` raises, so it also works under ``python -O``."""

from __future__ import annotations


def check(condition: object, message: object = "") -> None:
    """Fail with ``message`` unless ``condition`` is true."""
    if not condition:
        raise AssertionError(message)
