"""The tests of the guards import ``mutate`` and ``helpers`` from here and above."""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in (Path(__file__).parents[1], Path(__file__).parent):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))
