"""The tests of the record import ``helpers``, and what is beside them."""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in (Path(__file__).parents[1], Path(__file__).parent):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))
