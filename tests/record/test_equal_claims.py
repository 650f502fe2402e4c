"""Claims proved by the same inferences are one theorem in the trace, and two in the lock."""

from __future__ import annotations

import json
from pathlib import Path

from ratecert.cli import main
from ratecert.proofs.record.verify import verify

THEORY = """\
from ratecert.proofs.language import Theory, by, symbols

twins = Theory("twins", "Two claims that say the same")
x, y = symbols("x y")


def prove(p):
    return p.have((2 * x * y, "<=", x**2 + y**2), by.algebra(hints=(x - y,)))


claim = (2 * x * y, "<=", x**2 + y**2)
first = twins.lemma("first", title="Squares", for_all=(x, y), claim=claim)(prove)
second = twins.lemma("second", title="Squares", for_all=(x, y), claim=claim)(prove)


@twins.lemma("user", title="Uses the second", for_all=(x,), claim=(2 * x, "<=", x**2 + 1))
def user(p):
    return p.have((2 * x, "<=", x**2 + 1), by.lemma(second, y=1))
"""


def test_what_rests_on_one_of_two_equal_claims_is_verified(tmp_path: Path) -> None:
    file, lock = tmp_path / "twins.py", tmp_path / "ratecert.lock"
    file.write_text(THEORY, "utf-8")
    assert main(["lock", str(file), "--lock", str(lock)]) == 0
    found = verify(lock)
    assert found.differences == ()
    assert [claim.id for claim in found.claims] == ["first", "second", "user"]
    claims = json.loads(lock.read_text("utf-8"))["theories"]["twins"]["claims"]
    assert claims["first"]["sha256"] == claims["second"]["sha256"]
    assert claims["user"]["depends_on"] == ["twins.first"]
