"""As much of GitHub's runner as a composite action needs: expressions, steps, files of commands.

Steps that use other actions are not run; it is noted with what they would have been called.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


@dataclass
class Ran:
    """What became of a step."""

    name: str
    outcome: str
    log: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Job:
    """A job of one step, which uses the action in the folder ``action``."""

    action: Path
    workspace: Path
    path: str
    event: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    ran: list[Ran] = field(default_factory=list)
    summary: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return any(step.outcome == "failure" for step in self.ran)

    @property
    def log(self) -> str:
        return "".join(step.log for step in self.ran)

    def step(self, name: str) -> Ran:
        (found,) = [step for step in self.ran if step.name.startswith(name)]
        return found

    def run(self, **inputs: str) -> Job:
        """Run the steps in order, as the runner does."""
        made = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        assert inputs.keys() <= made["inputs"].keys()
        known: dict[str, str] = {"github.token": "ghs_token"}
        number = self.event.get("pull_request", {}).get("number")
        known["github.event.pull_request.number"] = "" if number is None else str(number)
        for name, one in made["inputs"].items():
            known[f"inputs.{name}"] = inputs.get(name, _filled(str(one["default"]), known))
        with tempfile.TemporaryDirectory(dir=self.workspace.parent) as temporary:
            for number, step in enumerate(made["runs"]["steps"]):
                ran = self._step(step, known, Path(temporary), number)
                self.ran.append(ran)
                if "id" in step:
                    known[f"steps.{step['id']}.outcome"] = ran.outcome
                    for name, value in ran.outputs.items():
                        known[f"steps.{step['id']}.outputs.{name}"] = value
            summary = Path(temporary) / "summary"
            self.summary = summary.read_text("utf-8") if summary.exists() else ""
            self.files = {
                p.name: p.read_text("utf-8")
                for p in Path(known.get("steps.begin.outputs.reports", "/none")).glob("*")
            }
        self.outputs = {n: _filled(o["value"], known) for n, o in made["outputs"].items()}
        return self

    def _step(self, step: Any, known: Mapping[str, str], temporary: Path, number: int) -> Ran:
        if not self._wanted(step.get("if", "true"), known):
            return Ran(step["name"], "skipped")
        if "uses" in step:
            given = {name: _filled(value, known) for name, value in step["with"].items()}
            return Ran(step["name"], "success", given=given | {"uses": step["uses"]})
        assert step["shell"] == "bash"
        script, outputs = temporary / f"{number}.sh", temporary / f"{number}.out"
        script.write_text(step["run"], "utf-8")
        outputs.touch()
        event = temporary / "event.json"
        event.write_text(json.dumps(self.event), "utf-8")
        environment = {
            "PATH": self.path, "HOME": os.environ["HOME"], "CI": "true", "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.action), "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_REPOSITORY": "somebody/something", "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(temporary / "summary"),
            "RUNNER_TEMP": str(temporary), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        environment |= dict(self.environment)
        environment |= {name: _filled(v, known) for name, v in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        said = dict(line.split("=", 1) for line in outputs.read_text("utf-8").splitlines())
        return Ran(step["name"], "failure" if done.returncode else "success", done.stdout, said)

    def _wanted(self, condition: str, known: Mapping[str, str]) -> bool:
        condition = condition.removeprefix("${{").removesuffix("}}").strip()
        parts = [part.strip() for part in condition.split("&&")]
        if "!cancelled()" not in parts and self.failed:
            return False
        return all(_holds(part, known) for part in parts if part not in ("!cancelled()", "true"))


def _holds(part: str, known: Mapping[str, str]) -> bool:
    found = re.fullmatch(r"([\w.-]+) (==|!=) '([^']*)'", part)
    assert found is not None, f"a condition this runner does not know: {part}"
    name, relation, value = found.groups()
    return (_value(name, known) == value) == (relation == "==")


def _value(name: str, known: Mapping[str, str]) -> str:
    if name.startswith("steps."):
        return known.get(name, "")  # a step that was not run has no outputs
    return known[name]


def _filled(text: str, known: Mapping[str, str]) -> str:
    return EXPRESSION.sub(lambda found: _value(found[1].strip(), known), text)
