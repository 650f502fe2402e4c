"""A stored result is reused exactly when it would come out the same."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import torch

from ratecert.numeric_checks.campaign import executors, kinds, paths
from ratecert.numeric_checks.campaign.kinds import Kind, KindError, kind, register
from ratecert.numeric_checks.campaign.task import Task, TaskError, canonical
from ratecert.numeric_checks.campaign.version import ChangedError, Versions, key_of, source_files
from ratecert.proofs.language import Theory, symbols

TASK = Task("paths", "adam.cosine", budget=6, tile=2)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with the rooms of ours, a file each."""
    for name in ("numeric_checks/campaign", "optimizers", "proofs/kernel", "proofs/record"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.py").write_text("A = 1\n")
    return tmp_path


def test_code_is_every_module_by_which_results_are_computed(package: Path) -> None:
    late = 2**63
    before = Versions(package, late).code
    assert Versions(package, late).code == before
    for name in ("numeric_checks/campaign/a.py", "optimizers/a.py", "proofs/kernel/a.py"):
        (package / name).write_text("A = 2\n")
        after = Versions(package, late).code
        assert after != before
        before = after
    (package / "proofs/kernel/a.py").rename(package / "proofs/kernel/b.py")
    assert Versions(package, late).code != before
    before = Versions(package, late).code
    (package / "proofs/record/a.py").write_text("A = 2\n")
    assert Versions(package, late).code == before


def test_what_changed_since_it_was_loaded(package: Path) -> None:
    file = package / "optimizers/a.py"
    stamp = max(p.stat().st_ctime_ns for p in source_files(package).values())
    with pytest.raises(ChangedError, match=r"\.py changed after this process was started"):
        Versions(package, stamp - 1)
    versions = Versions(package, stamp)
    versions.require_unchanged()
    file.write_text("A = 1\n")  # the same text: who knows what it was in between
    with pytest.raises(ChangedError, match=r"optimizers/a.py was changed while"):
        versions.require_unchanged()
    file.unlink()
    with pytest.raises(ChangedError, match=r"a.py: "):
        versions.require_unchanged()


def test_the_key_has_task_statements_code_and_libraries() -> None:
    versions = Versions()
    found = versions.of(TASK)
    assert found["code"] == versions.code
    assert {"adam.rate", "adam.rate.tuned", "adam.L6"} < found["statements"].keys()
    assert found["environment"]["torch"] == torch.__version__
    assert found["environment"]["instructions"] == torch.backends.cpu.get_cpu_capability()
    key = key_of(TASK.text, canonical(found))
    assert versions.key(TASK) == key
    others = [
        key_of(replace(TASK, seed=1).text, canonical(found)),
        *(key_of(TASK.text, canonical({**found, name: None})) for name in found),
    ]
    assert len({key, *others}) == len(others) + 1


def _claim(factor: int, positive: bool = True) -> Any:
    (x,) = symbols("x")
    theory = Theory("mine", "My theory")
    given = ((x, ">=", 0),) if positive else ()

    @theory.lemma(
        "square", title="Squares", for_all=(x,), given=given, claim=(0, "<=", factor * x**2)
    )
    def square(p: Any) -> None:
        return None

    return theory.claims["square"]


def test_a_statement_that_changes_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = set()
    for claim in (_claim(2), _claim(3), _claim(2, positive=False)):
        monkeypatch.setitem(
            kinds._REGISTERED, "one", Kind("one", paths.run, lambda t, c=claim: [c], packages=())
        )
        keys.add(Versions().key(Task("one", "mine.square")))
    monkeypatch.setitem(
        kinds._REGISTERED, "one", Kind("one", paths.run, lambda t: [_claim(2)], packages=())
    )
    again = Versions().key(Task("one", "mine.square"))
    assert len(keys) == 3
    assert again in keys


PROGRAM = """
import sys
from ratecert.numeric_checks.campaign.kinds import kind
from ratecert.numeric_checks.campaign.task import Task
task = Task("paths", "adam.cosine", budget=6, tile=2)
print(kind("paths").run(task).text)
for name, module in sys.modules.items():
    if name.startswith("ratecert.") and getattr(module, "__file__", None):
        print(module.__file__)
"""


def test_everything_that_is_loaded_counts() -> None:
    """A worker loads no module of ours whose text is not in the key, and gives the same bytes."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    result, *files = done.stdout.splitlines()
    assert result == paths.run(TASK).text
    known = {path.resolve() for path in source_files().values()}
    loaded = {Path(line).resolve() for line in files}
    assert len(loaded) > 50
    assert loaded <= known


def test_listing_loads_no_torch() -> None:
    program = (
        "import sys; from ratecert.cli import main; "
        "code = main(['campaign', 'run', '--help']); "
        "import ratecert.commands.campaign; "
        "sys.exit(10 * ('torch' in sys.modules) + ('sympy' in sys.modules) + code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0


def test_a_worker_of_another_version_is_told() -> None:
    found = Versions().of(TASK)
    wanted = canonical(found)
    text, seconds = executors.perform(paths.KIND, TASK, wanted)
    assert text == paths.run(TASK).text
    assert seconds > 0
    other = {**found, "environment": {**found["environment"], "torch": "0.1"}}
    with pytest.raises(ChangedError, match=rf"torch {re.escape(torch.__version__)} for 0.1"):
        executors.perform(paths.KIND, TASK, canonical(other))
    with pytest.raises(ChangedError, match=r"another version of the result \(code\)"):
        executors.perform(paths.KIND, TASK, canonical({**found, "code": "0"}))


def test_kinds_by_name() -> None:
    assert kind("paths") is paths.KIND
    with pytest.raises(KindError, match=r"no kind of task 'path'; did you mean paths\?"):
        kind("path")
    with pytest.raises(KindError, match="there is a kind of task 'paths' already"):
        register(replace(paths.KIND, packages=()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"subject": "adam.cosines"}, "no setup 'adam.cosines'; there are sgd.digits, "),
        ({"family": "lambda"}, "adam.cosine has no variant 'lambda'; there are ''"),
        ({"dtype": "float32"}, "dtype must be float64"),
        ({"budget": 7}, "budget must be a multiple of tile"),
        ({"options": {"alpha": "1"}}, r"alpha must be a rational number in \(0, 1\), not '1'"),
        ({"options": {"alpha": "1/0"}}, "alpha must be a rational number"),
        ({"options": {"alpha": "nan"}}, "alpha must be a rational number"),
        ({"options": {"steps": 3}}, r"options are alpha, batch, not \['steps'\]"),
    ],
)
def test_what_is_no_task_of_paths(change: dict[str, Any], message: str) -> None:
    with pytest.raises(TaskError, match=message):
        paths.run(replace(TASK, **change))
    if "subject" in change or "family" in change:
        with pytest.raises(TaskError, match=message):
            Versions().of(replace(TASK, **change))


def test_paths_is_the_confrontation() -> None:
    from ratecert.numeric_checks.confront import confront
    from ratecert.numeric_checks.tables import QUICK
    from ratecert.numeric_checks.verdict import ErrorBudget

    setup = next(s for s in QUICK if s.name == "adam.cosine")
    task = Task("paths", "adam.cosine", seed=5, budget=30, tile=3, options={"alpha": "1/50"})
    result = paths.run(task)
    assert result.evaluations == 30
    budget = ErrorBudget(Fraction(1, 50), "paths adam.cosine, seed 5")
    done = confront(setup, setup.variants[0], steps=10, seeds=range(5, 8), budget=budget)
    assert [f.claim for f in result.findings] == [
        setup.claimed(check.statement).label for check in done.checks
    ]
    for finding, check in zip(result.findings, done.checks, strict=True):
        assert (finding.verdict, finding.ratio) == (check.verdict, check.ratio)
        assert finding.evidence == check.evidence
        assert finding.estimated == check.estimated
        assert finding.counts["alarms"] == check.alarms
        assert finding.values["left"] == check.left
    places = {f.claim: f.location for f in result.findings}
    assert "seed " in places["adamw.L3.adam"]
    assert places["adam.rate"] == ""
    # Another block is another stream.
    other = paths.run(replace(task, seed=8))
    assert other.findings[0].ratio != result.findings[0].ratio


def test_hypotheses_that_fail_leave_a_claim_open(monkeypatch: pytest.MonkeyPatch) -> None:
    from ratecert.numeric_checks import confront as room

    true = room.confront

    def failing(*args: Any, **options: Any) -> Any:
        done = true(*args, **options)
        name = done.checks[0].statement
        conditions = tuple(replace(c, holds=False) for c in done.conditions[name])
        return replace(done, conditions={**done.conditions, name: conditions})

    monkeypatch.setattr(room, "confront", failing)
    finding, *others = paths.run(TASK).findings
    assert finding.verdict == "undecided"
    assert not finding.passes
    assert finding.evidence.startswith("a hypothesis on constants does not hold at the floats")
    assert "holds" in {f.verdict for f in others}


def test_no_hyperparameters_leave_the_claim_open(monkeypatch: pytest.MonkeyPatch) -> None:
    from ratecert.numeric_checks import confront as room
    from ratecert.numeric_checks.prescribe import PrescriptionError

    def refusing(*args: Any, **options: Any) -> Any:
        raise PrescriptionError("planted")

    monkeypatch.setattr(room, "confront", refusing)
    (finding,) = paths.run(TASK).findings
    assert (finding.claim, finding.verdict) == ("adam.rate.tuned", "undecided")
    assert finding.evidence == "planted"
    assert not finding.passes
