"""What text a proof can reach; and the store, where the command line's tests do not get to."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ratecert.proofs.language.loader import load
from ratecert.proofs.record.keys import Keys
from ratecert.proofs.record.sources import Module, Sources, UntraceableError
from ratecert.proofs.record.store import Store, StoreError

HEAD = """\
from ratecert.proofs.language import Theory, by, symbols
t = Theory("t")
x, y = symbols("x y")
"""
LEMMA = """
@t.lemma("a", title="A", for_all=(x,), claim=(0, "<=", x**2))
def a(p):
    {body}
    return p.have((0, "<=", x**2), by.algebra())
"""


def key(path: Path, text: str, body: str = "pass") -> str | None:
    path.write_text(HEAD + text + LEMMA.format(body=body))
    theories = load(str(path))
    return Keys(Sources(), theories).claim(theories[0].claims["a"])


@pytest.mark.parametrize(
    ("before", "after", "body"),
    [
        ("n = 2\nn = 3", "n = 3\nn = 2", "n"),  # the same lines, in another order
        ("m = 1\nn = m", "m = 2\nn = m", "n"),  # at second hand
        ("class N:\n    n = 1", "class N:\n    n = 2", "N.n"),
        ("n = {}\nn['a'] = 1", "n = {}\nn['a'] = 2", "n"),  # runs for its effect
        ("n = []\ndef put():\n    n.append(1)", "n = []\ndef put():\n    n.append(2)", "n"),
        (
            "n = 0\ndef put():\n    global n\n    n = 1",
            "n = 0\ndef put():\n    global n\n    n = 2",
            "n",
        ),
        ("if True:\n    n = 1", "if True:\n    n = 2", "pass"),
        ("def n(k=1):\n    return k", "def n(k=2):\n    return k", "n()"),
        ("n = lambda: 1", "n = lambda: 2", "(lambda: n())()"),
    ],
)
def test_what_reaches_a_proof(tmp_path, before, after, body):
    path = tmp_path / "t.py"
    first, again, changed = (key(path, text, body) for text in (before, before, after))
    assert first is not None and changed is not None
    assert first == again != changed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("n = 1", "n = 2"),
        ("def n():\n    return 1", "def n():\n    return 2"),
        ("# one", "# two"),
    ],
)
def test_what_does_not(tmp_path, before, after):
    path = tmp_path / "t.py"
    first = key(path, before)
    assert first is not None
    assert first == key(path, after)


FACTORY = """
def make(name, n):
    @t.lemma(name, title="A", for_all=(x,), claim=(0, "<=", x**2))
    def proof(p):
        n
        return p.have((0, "<=", x**2), by.algebra())
    return proof
"""


@pytest.mark.parametrize(
    ("value", "other"),
    [("1", "2"), ("x", "y"), ("(1, [x])", "(1, [y])"), ("{x: 1}", "{x: 2}"), ("symbols", "by")],
)
def test_a_script_made_in_a_function_has_its_values_in_the_key(tmp_path, value, other):
    path, found = tmp_path / "t.py", []
    for given in (value, value, other):
        path.write_text(HEAD + FACTORY + f'\nb = make("b", {given})\n')
        theories = load(str(path))
        found.append(Keys(Sources(), theories).claim(theories[0].claims["b"]))
    assert found[0] == found[1]
    assert found[0] is None or found[0] != found[2]  # no key: proved each time


@pytest.mark.parametrize(
    "line",
    ["import os", "import numpy as np", "from os import path", "from mine import n",
     "from ratecert.numeric_checks import tables", "n = open", "n = eval", "n = t.claims"],
)  # fmt: skip
def test_what_cannot_be_followed_has_no_key(tmp_path, line):
    (tmp_path / "t.py").write_text(HEAD + f"def late():\n    {line}\n" + LEMMA.format(body="late"))
    theories = load(str(tmp_path / "t.py"))
    keys = Keys(Sources(), theories)
    assert keys.claim(theories[0].claims["a"]) is None
    assert "t.a" in keys.why


def test_claims_of_integrability_are_reached_unasked():
    theories = load("sgd")
    (sgd,) = theories
    reached = {c.id for c in Keys(Sources(), theories).reached(sgd.claims["descent"])[1]}
    earlier = {c.id for c in sgd.earlier(sgd.claims["descent"]) if c.of_integrability}
    assert earlier and earlier <= reached
    assert "rate" not in reached


def test_every_shipped_claim_has_a_key_of_its_own():
    theories = [t for name in ("norms", "sgd", "adamw", "nadamw", "adam") for t in load(name)]
    keys = Keys(Sources(), theories)
    found = [keys.claim(c) for t in theories for c in t.claims.values()]
    assert None not in found
    assert len(set(found)) == len(found)
    assert None not in [keys.model(t) for t in theories]


def test_text_that_is_no_python(tmp_path):
    with pytest.raises(UntraceableError):
        Module(tmp_path / "t.py", b"def (")


# --- the store --------------------------------------------------------------------------------

NAME = "0" * 64


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def test_records_and_blobs_come_back(store):
    assert store.get(NAME) is None
    assert store.put(NAME, {"a": 1})
    assert store.get(NAME) == {"a": 1}
    digest = store.put_blob(b"data")
    assert store.get_blob(digest) == b"data"
    assert Store(store.directory).get(NAME) == {"a": 1}


@pytest.mark.parametrize("name", ["", "../key", "0" * 63, "G" * 64])
def test_a_name_is_a_digest(store, name):
    with pytest.raises(StoreError, match="not a digest"):
        store.put(name, {})


def test_a_link_in_place_of_the_key(store, tmp_path):
    key = store.directory / "key"
    key.rename(tmp_path / "key")
    key.symlink_to(tmp_path / "key")
    with pytest.raises(StoreError, match="no key of yours"):
        Store(store.directory)


def test_the_longest_unused_goes_first(store):
    names = [f"{n:064x}" for n in range(10)]
    for n, name in enumerate(names):
        store.put(name, {"a": "b" * 1000})
        os.utime(store.records / name, (n, n))
    store.prune(limit=100_000)
    assert len(list(store.records.iterdir())) == 10
    store.prune(limit=8_000)
    left = {path.name for path in store.records.iterdir()}
    assert left == set(names[-len(left) :]) and 0 < len(left) < 5


def test_what_was_left_half_written_goes(store):
    old, new = store.records / "tmp-1-a", store.records / "tmp-1-b"
    for path in (old, new):
        path.write_text("")
    os.utime(old, (time.time() - 7200,) * 2)
    store.prune()
    assert not old.exists() and new.exists()


def test_a_read_only_disk(store, monkeypatch):
    store.put(NAME, {"a": 1})
    real = os.open

    def read_only(path, flags, *args, **options):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(30, "Read-only file system")
        return real(path, flags, *args, **options)

    monkeypatch.setattr(os, "open", read_only)
    again = Store(store.directory)
    assert again.get(NAME) == {"a": 1}
    assert not again.put("1" * 64, {})
    assert again.put_blob(b"data") is None
