"""What the shipped campaigns confront, and the kinds of tasks they are made of."""

from __future__ import annotations

import pytest
from tests.helpers import check

from ratecert.numeric_checks.campaign.kinds import kind
from ratecert.numeric_checks.campaign.named import CAMPAIGNS, MAIN, every_claim
from ratecert.numeric_checks.campaign.task import Result, Task, TaskError

pytestmark = pytest.mark.numeric

STANDARD = list(CAMPAIGNS["standard"].tasks(0))


def test_every_claim_is_confronted_or_true_of_every_finite_world() -> None:
    confronted = {label for task in STANDARD for label in _labels(task)}
    left = [claim for claim in every_claim() if claim.label not in confronted]
    check(all(claim.of_integrability for claim in left), [c.label for c in left])
    check(len(confronted) > 200, len(confronted))


def _labels(task: Task) -> list[str]:
    return [task.subject] if task.kind != "paths" else []


def test_the_main_lemmas_are_in_both() -> None:
    quick = {task.subject for task in CAMPAIGNS["quick"].tasks(0)}
    check(set(MAIN) <= quick)
    check(set(MAIN) <= {task.subject for task in STANDARD})


def test_tasks_differ_and_seeds_move_all_of_them() -> None:
    texts = {task.text for task in STANDARD}
    check(len(texts) == len(STANDARD))
    check(not texts & {task.text for task in CAMPAIGNS["standard"].tasks(1)})


@pytest.mark.parametrize(
    "task",
    [
        Task("attack", "adamw.L4", budget=300, seed=2),
        Task("attack", "adamw.L5", budget=200, options={"factor": "49/50", "constant": 1}),
        Task("attack", "adamw.L7", budget=200, options={"without": "A3"}),
        Task("worlds", "adamw.L7", "K=4 d=2 b=2", budget=20, tile=8),
        Task("worlds", "adamw.L3", "K=9 d=3 b=1", budget=10, tile=8),
        Task("gaussian", "norms.N2", "d=6", budget=256, tile=128),
    ],
    ids=lambda task: task.title,
)
def test_a_result_is_a_function_of_its_task(task: Task) -> None:
    one, other = kind(task.kind).run(task), kind(task.kind).run(task)
    check(one.text == other.text)
    check(Result.from_json(one.to_json()).text == one.text)
    wanted = "violated" if task.options else "holds"
    check(one.verdict == wanted, one.text)


@pytest.mark.parametrize(
    ("task", "says"),
    [
        (Task("attack", "adamw.L4", options={"batch": 3}), "options"),
        (Task("attack", "adamw.L4", dtype="float32"), "float64"),
        (Task("worlds", "adamw.L4", "large"), "K=10 d=3 b=2"),
        (Task("worlds", "adamw.L4", "K=0 d=1 b=1"), "K=10 d=3 b=2"),
        (Task("worlds", "adamw.L4", "K=1 d=1 b=1", dtype="float16"), "float64"),
    ],
    ids=lambda value: value.title if isinstance(value, Task) else "",
)
def test_what_is_no_task_of_a_kind_is_refused(task: Task, says: str) -> None:
    with pytest.raises(TaskError, match=says):
        kind(task.kind).run(task)


def test_horizons_have_each_rate_at_several_horizons() -> None:
    steps: dict[tuple[str, str], set[int]] = {}
    for task in CAMPAIGNS["horizons"].tasks(0):
        steps.setdefault((task.subject, task.family), set()).add(task.budget // task.tile)
    check({subject.partition(".")[0] for subject, _ in steps} == {"sgd", "adamw", "nadamw", "adam"})
    check(all(len(found) >= 3 and max(found) >= 10 * min(found) for found in steps.values()))
