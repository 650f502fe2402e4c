"""Why there is no model, or why it does not decide."""

from __future__ import annotations


class ModelError(Exception):
    """What was given is no model: something is missing, of the wrong sort, or at a wrong level."""


class TreeError(ModelError):
    """The probabilities at a node are not exact, not positive, or do not sum to 1."""


class UndefinedError(ModelError):
    """A denominator is 0, or a radicand negative, in something the model is asked for."""


class Undecided(ModelError):  # noqa: N818 - it is an answer
    """An enclosure does not tell, or a number exceeds the size limit."""
