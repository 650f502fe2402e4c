"""Our own lock: ``make check`` looks at what it holds, so it must hold everything."""

from pathlib import Path

from ratecert.proofs.language.loader import load
from ratecert.proofs.record.lockfile import read
from ratecert.proofs.theorems import SHIPPED

LOCK = Path(__file__).resolve().parents[2] / "ratecert.lock"


def test_it_holds_every_shipped_claim() -> None:
    shipped = {t.name: {*t.claims} for name in SHIPPED for t in load(name)}
    locked = {name: {*theory["claims"]} for name, theory in read(LOCK).theories.items()}
    assert locked == shipped
