"""Second opinions: z3 and cvc5 are asked about every scalar step that the kernel certified.

Nothing rests on their answers: a step is proved by the kernel, whatever they say. But they share no
code with it, so a step that one of them can contradict with a point shows an error in one of the
two, and is reported as one.
"""

from .examine import Disagreement, Report, Tally, cross_examine, missing

__all__ = ["Disagreement", "Report", "Tally", "cross_examine", "missing"]
