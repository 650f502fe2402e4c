"""Kill a campaign at random moments, resume it, and compare with an uninterrupted run.

    cd tests/numeric_checks/campaign
    python campaign_kills.py --kills 50 [--workers 2] [--seed 0]

Exit code 0 if the results are the same, byte by byte.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import ratecert
from ratecert.numeric_checks.campaign.running import split
from ratecert.numeric_checks.campaign.store import NOTHING, Store, StoreError

HERE = Path(__file__).parent
MILLISECONDS = 5


def command(number: int, *arguments: str) -> list[str]:
    """``ratecert`` with so many toy tasks."""
    return [
        sys.executable,
        str(HERE / "campaign_drive.py"),
        str(number),
        str(MILLISECONDS),
        *arguments,
    ]


def environment() -> dict[str, str]:
    source = str(Path(ratecert.__file__).absolute().parents[1])
    return {**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"}


def run(number: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run to the end."""
    return subprocess.run(
        command(number, *arguments), env=environment(), capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip


@dataclass
class Report:
    """What happened: results stored after each kill, and the two reports at the end."""

    done: list[int] = field(default_factory=list)
    journals: int = 0
    corrupt: int = 0
    killed: str = ""
    whole: str = ""

    @property
    def kills(self) -> int:
        return len(self.done)


def trial(folder: Path, kills: int, workers: int, seed: int, each: int = 20) -> Report:
    """Kill a campaign of ``each * kills`` tasks so often, then finish it."""
    report, chance, number = Report(), random.Random(seed), each * kills
    whole, store = folder / "whole.sqlite", folder / "killed.sqlite"
    started = time.monotonic()
    run(number, "campaign", "run", "--help")
    begins = time.monotonic() - started
    arguments = ("campaign", "run", "toys", "--store", str(store), "--workers", str(workers))
    while report.kills < kills:
        before = stored(store)
        process = subprocess.Popen(
            command(number, *arguments), env=environment(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if report.kills % 2:  # at any moment, the start included; else while results come in
            time.sleep(chance.uniform(0, 2 * begins))
        else:
            while process.poll() is None and stored(store) == before:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        if process.wait() != -signal.SIGKILL:
            raise RuntimeError(f"ended with code {process.returncode} before it was killed")
        report.journals += Path(f"{store}-journal").exists()
        good, bad = stored(store)
        report.corrupt += bad
        report.done.append(good)
    for path, name in ((whole, "whole"), (store, "killed")):
        done = run(number, "campaign", "run", "toys", "--store", str(path), "--workers", "1",
                   "--format", "json")  # fmt: skip
        setattr(report, name, done.stdout)
    return report


def stored(path: Path) -> tuple[int, int]:
    """How many rows there are, and how many that are not believed."""
    if not path.exists() or not path.stat().st_size:
        return 0, 0
    try:
        with Store(path, write=False) as store:
            good, bad = split(store.rows())
    except StoreError as error:
        if NOTHING in str(error):  # killed while the file was made
            return 0, 0
        raise
    return len(good), len(bad)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = trial(Path(folder), args.kills, args.workers, args.seed)
    print(f"{report.kills} kills, {report.journals} of them left a journal")
    print("results stored after each kill:", *report.done)
    same = bool(report.whole) and report.killed == report.whole and not report.corrupt
    print("the same" if same else "DIFFERENT", json.loads(report.whole)["digest"])
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
