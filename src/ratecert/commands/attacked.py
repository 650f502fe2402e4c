"""What attacks attained, for the commands that tell how small constants could be."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..proofs.language.loader import LoadError
from ..proofs.language.theory import Claimed

if TYPE_CHECKING:
    from ..numeric_checks.attack.attained import Attained

DIGITS = 10
"""Significant digits of what is attained."""


def read_attacked(path: str | None, claims: Collection[Claimed]) -> Mapping[Claimed, Attained]:
    """What the attacks in a campaign's file show of the claims, decided again; empty without one.

    What shows nothing is told on standard error.

    Raises:
        LoadError: there is no such file, it cannot be read, or the extra [numeric] is missing.
    """
    if path is None:
        return {}
    if not Path(path).is_file():
        raise LoadError(f"{path}: no such file; `ratecert campaign run standard` writes one")
    try:
        from ..numeric_checks.attack.attained import attained
    except ImportError as error:
        raise LoadError(
            f"--attacked needs the extra [numeric]: pip install 'ratecert[numeric]' ({error})"
        ) from error
    from ..numeric_checks.campaign.named import CampaignError

    try:
        found = attained(Path(path), claims)
    except CampaignError as error:
        raise LoadError(str(error)) from error
    for one in found.values():
        for trouble in one.trouble:
            print(f"ratecert: {path}: {trouble}", file=sys.stderr)
    return found
