"""Hostile traces are refused, with a typed refusal, in bounded time and memory.

``python tests/attack/test_hostile.py [NAME ...]`` prints what each refusal takes.
"""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in (
    Path(__file__).parents[1],
    Path(__file__).parent,
    Path(__file__).parents[2] / "src",
):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

import hostile_growth  # noqa: E402, F401 - which joins the table
import pytest  # noqa: E402
from hostile import HOSTILE  # noqa: E402
from isolated import replayed  # noqa: E402

from helpers import check  # noqa: E402
from ratecert.proofs.kernel import errors  # noqa: E402

REFUSALS = tuple(name for name in vars(errors) if name.endswith("Error"))
REASONS = {
    "powers_of_powers_of_ten": "a rational constant exceeds the size limit",
    "a_sum_of_many_quotients": "a polynomial exceeds the size limit",
    "a_product_of_sums": "more work than one inference may take",
    "many_leaves_of_heavy_work": "more work than one inference may take",
    "triangular_sums": "more work than one inference may take",
    "facts_that_match_in_every_way": "more work than one inference may take",
    "facts_without_end": "more work than one inference may take",
    "definitions_that_double": "a term of more than",
    "definitions_that_branch_in_a_claim": "more work than one inference may take",
    "instances_that_double": "a term of more than",
    "hypotheses_without_end": "more than 200 hypotheses",
    "ambient_conditions_in_a_circle": "index conditions at once",
    "axioms_without_end": "declarations of a kind",
    "a_recursion_in_three_indices": "more work than one inference may take",
    "roots_over_a_range_at_the_witness": "more work than one inference may take",
    "a_recursion_far_from_its_start": "nested too deeply",
    "fractional_exponents_of_huge_terms": "out of range",
    "a_giant_list": "too many parts",
}
"""The limit that refuses it, where it matters which does."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_trace_is_refused(name: str) -> None:
    outcome = replayed(HOSTILE[name]())
    check(outcome.code == 1, outcome)
    check(outcome.error.startswith("refused: "), outcome)
    check(outcome.error.removeprefix("refused: ").startswith(REFUSALS), outcome)
    check("Traceback" not in outcome.error, outcome)
    check(outcome.megabytes < 400, outcome)
    check(REASONS.get(name, "") in outcome.error, outcome)


def test_the_reasons_are_of_traces_in_the_table() -> None:
    check(set(REASONS) <= set(HOSTILE) and len(HOSTILE) > 80)


if __name__ == "__main__":
    for _name in sys.argv[1:] or HOSTILE:
        _data = HOSTILE[_name]()
        _outcome = replayed(_data)
        print(
            f"{_name:40} {len(_data):>9} bytes {_outcome.seconds:6.2f} s"
            f" {_outcome.megabytes:5.0f} MB  {_outcome.error.strip()[:90]}"
        )
