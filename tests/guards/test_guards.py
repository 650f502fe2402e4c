"""The guards of the kernel: what is taken away, and that explanations speak of guards there are."""

from __future__ import annotations

import tomllib
from pathlib import Path

from mutate import KINDS, guards, guards_of

from helpers import check

GUARDS = Path(__file__).parent

SOURCE = """
def f(x, y):
    if x < 0:
        raise ValueError
    if isinstance(x, int) and y:
        _require(y > 1, "y")
    return [z for z in y if z] if x else None
"""
TAKEN = {
    "raise:x < 0": "if False:",
    "isinstance:isinstance(x, int)": "if True and y:",
    "part:y": "if isinstance(x, int) and True:",
    "require:y > 1": '_require(True, "y")',
    "condition:True:x": "if z] if True else None",
    "condition:False:x": "if z] if False else None",
    "condition:True:z": "for z in y if True]",
    "condition:False:z": "for z in y if False]",
}


def test_one_guard_at_a_time_is_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "toy.py"
    path.write_text(SOURCE, encoding="utf-8")
    found = {g.key.removeprefix("toy.py:f:"): g for g in guards_of(path, KINDS)}
    check(found.keys() == TAKEN.keys(), sorted(found))
    for name, guard in found.items():
        compile(guard.source, "toy.py", "exec")
        changed = [line for line in guard.source.splitlines() if line not in SOURCE.splitlines()]
        check(len(changed) == 1 and TAKEN[name] in changed[0], changed)
        check(guard.function == "f" and guard.file == "toy.py")


def test_explanations_speak_of_guards_there_are() -> None:
    reasons = tomllib.loads((GUARDS / "explained.toml").read_text(encoding="utf-8"))["guards"]
    gone = sorted(reasons.keys() - {guard.key for guard in guards()})
    check(not gone, f"explained.toml: there is no guard {gone}")
    check(all(reason.strip() for reason in reasons.values()))
