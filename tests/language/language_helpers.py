"""What became of a claim, asserted; and short ways to state one."""

from __future__ import annotations

from helpers import check


def proved(claimed):
    """The claim is proved; returns the result."""
    result = claimed.check()
    check((result.verdict, result.reason) == ("proved", ""), result.reason)
    return result


def fails(claimed, *says, verdict="undecided"):
    """The claim gets this verdict, for a reason that says this; returns the result."""
    result = claimed.check()
    check(result.verdict == verdict, f"{result.verdict}: {result.reason}")
    for text in says:
        check(text in result.reason, f"not said: {text}\n{result.reason}")
    return result
