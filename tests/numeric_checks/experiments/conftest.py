"""The tests here import ``synthetic``."""

from __future__ import annotations

import sys
from pathlib import Path

if (_folder := str(Path(__file__).parent)) not in sys.path:
    sys.path.insert(0, _folder)
