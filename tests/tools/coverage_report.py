"""Which branches of the kernel do the kernel's tests not take? Exit code 1 if there is one.

    python -m coverage run --rcfile=tests/guards/coverage.cfg -m pytest tests/kernel
    python tests/tools/coverage_report.py

``make coverage`` runs both.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage import Coverage

ROOT = Path(__file__).resolve().parents[2]


def missing(cov: Coverage) -> list[str]:
    """Lines that never run and branches never taken, as ``file:line`` and ``file:line->line``."""
    found: list[str] = []
    for file in sorted(cov.get_data().measured_files()):
        analysis = cov._analyze(file)
        name = Path(file).name
        found += [f"{name}:{line}" for line in sorted(analysis.missing)]
        for line, targets in sorted(analysis.missing_branch_arcs().items()):
            ends = (f"{t}" if t > 0 else "exit" for t in targets if t not in analysis.missing)
            found += [f"{name}:{line}->{end}" for end in ends]
    return found


def main() -> int:
    """Print what is missing; returns the exit code."""
    from coverage import Coverage

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default=".coverage", help="the data file")
    options = parser.parse_args()
    cov = Coverage(data_file=options.data, config_file=str(ROOT / "tests/guards/coverage.cfg"))
    cov.load()
    files = {Path(file).name for file in cov.get_data().measured_files()}
    wanted = {p.name for p in (ROOT / "proofs" / "kernel").glob("*.py")} - {"replay.py"}
    left = [f"{name}: never imported" for name in sorted(wanted - files)] + missing(cov)
    for place in left:
        print(place)
    print(f"{len(files)} files of the kernel, {len(left)} lines or branches not reached")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
