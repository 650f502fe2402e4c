"""What is told in the tests of this folder is in ``tellings``."""

from __future__ import annotations

import sys
from pathlib import Path

_folder = Path(__file__).parent
if str(_folder) not in sys.path:
    sys.path.insert(0, str(_folder))
