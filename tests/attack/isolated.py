"""Replay in a process of its own, with little memory, a bound on its time, and what it used."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
MEMORY = 1 << 30
HARD_KILL = 120
"""Seconds; far above what any refusal takes, on any machine. Nothing else is judged by a clock."""

_PROGRAM = f"""
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
sys.path.insert(0, {SOURCE!r})
sys.argv = ["replay", "-"]
from ratecert.proofs.kernel.replay import main
start, code = time.process_time(), 3
try:
    code = main()
finally:
    spent = time.process_time() - start
    peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
    print(f"used {{spent:.3f}} {{peak[0] if peak else 0}}", file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True)
class Outcome:
    """Exit code and messages of a replay, its processor time, and its largest size in memory."""

    code: int
    error: str
    seconds: float
    megabytes: float


def replayed(data: bytes) -> Outcome:
    """What ``python -m ratecert.proofs.kernel.replay -`` does with ``data``."""
    flags = ["-O"] if sys.flags.optimize else []
    done = subprocess.run(
        [sys.executable, "-I", "-S", *flags, "-c", _PROGRAM],
        input=data,
        capture_output=True,
        timeout=HARD_KILL,
        check=False,
    )
    error, _, used = done.stderr.decode().rstrip().rpartition("used ")
    seconds, kilobytes = used.split() if used else ("nan", "nan")
    return Outcome(done.returncode, error, float(seconds), float(kilobytes) / 1024)
