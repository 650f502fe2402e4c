"""The tests import ``helpers`` from above and ``scalar_goals`` from the finders' tests."""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in (Path(__file__).parents[1], Path(__file__).parents[1] / "finders"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))
