"""The folder of counterexamples: kept, replayed, and never brought down by a bad file."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from ratecert.numeric_checks.scenarios import (
    Scenario,
    ScenarioError,
    Store,
    default_folder,
    examine,
    read_scenario,
    replay,
    stated,
    to_json,
)
from ratecert.proofs.language import Theory
from ratecert.proofs.theorems.adamw import adamw

from .worlds import EQUALITIES, encoded

NOISY = encoded(EQUALITIES["11-adamw.L5"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "deep" / "counterexamples")


def test_what_is_added_is_found(store: Store) -> None:
    assert store.contents().stored == () and not store.folder.exists()
    path = store.add(NOISY)
    assert path == store.path(NOISY) and path.name.startswith("adamw.L5-")
    assert store.add(NOISY) == path
    other = store.add(replace(NOISY, note="another"))
    (one, two) = store.for_claim("adamw.L5")
    assert {one.path, two.path} == {path, other}
    assert to_json(read_scenario(path)) == to_json(NOISY) == path.read_text()
    assert store.for_claim("adamw.L4") == () and len(store.contents().stored) == 2
    assert [p.name for p in store.folder.iterdir() if p.suffix != ".json"] == []


def copy_of_L5(factor: Fraction) -> Theory:
    """A theory that claims L5 with another constant."""
    weakened = Theory("weakened", extends=(adamw,))
    origin = adamw.claimed("L5")
    left, op, right = origin.claim  # type: ignore[misc]
    number = factor.numerator * right / factor.denominator
    weakened.lemma(
        "L5", title="L5 with a smaller constant", given=origin.given, claim=(left, op, number),
        for_indices=origin.for_indices,
    )(lambda proof: None)  # fmt: skip
    return weakened


def test_a_counterexample_of_a_weakened_claim_stays_known(store: Store) -> None:
    claim = copy_of_L5(Fraction(98, 100)).claimed("L5")
    known = replace(NOISY, claim=claim.label)
    store.add(known)
    (again,) = replay(Store(store.folder), claim)
    assert again.violated and again.examination is not None
    assert again.examination.ratio is not None and again.examination.ratio.low == Fraction(50, 49)
    # once the constant is mended, the world is none any more: replay says so, and keeps the file
    mended = copy_of_L5(Fraction(1)).claimed("L5")
    (again,) = replay(store, mended)
    assert not again.violated and again.examination is not None
    assert again.examination.outcome == "holds" and again.path.exists()


def test_a_stored_world_that_fits_the_claim_no_more(store: Store) -> None:
    store.add(replace(NOISY, choices={**NOISY.choices, "gone": Fraction(1)}))
    (again,) = replay(store, stated("adamw.L5").claim)
    assert not again.violated and again.examination is None
    assert "choices.gone: the constants of adamw.L5 are" in again.trouble


def test_bad_files_are_reported_and_in_nobodys_way(store: Store) -> None:
    good = store.add(NOISY)
    cut = store.add(replace(NOISY, note="cut"))
    cut.write_text(cut.read_text()[:50])
    edited = store.add(replace(NOISY, note="edited"))
    edited.write_text(edited.read_text().replace('"theta": "1/2"', '"theta": "1/3"'))
    renamed = store.add(replace(NOISY, note="renamed"))
    renamed.rename(store.folder / "mine.json")
    (store.folder / "folder.json").mkdir()
    (store.folder / "notes.txt").write_text("not looked at")
    os.mkfifo(store.folder / "pipe.json")
    (store.folder / "link.json").symlink_to(good)
    found = store.contents("adamw.L5")
    assert [s.path for s in found.stored] == [good]
    reasons = {u.path.name: u.reason for u in found.unreadable}
    assert reasons.keys() == {
        cut.name, edited.name, "mine.json", "folder.json", "pipe.json", "link.json"
    }  # fmt: skip
    assert reasons[cut.name].startswith("no counterexample: no JSON")
    assert reasons[cut.name].endswith("Delete the file")
    assert "changed since it was written" in reasons[edited.name]
    assert "name it adamw.L5-" in reasons["mine.json"]
    assert "not a regular file" in reasons["pipe.json"]
    assert [r.path for r in replay(store, stated("adamw.L5").claim)] == [good]


def test_another_claims_bad_file_is_not_looked_at(store: Store) -> None:
    path = store.add(replace(NOISY, claim="adamw.L4"))
    path.write_text("{")
    assert store.contents("adamw.L5").unreadable == ()
    assert len(store.contents("adamw.L4").unreadable) == 1


def test_a_claim_that_its_name_does_not_tell(store: Store) -> None:
    path = store.add(NOISY)
    other = path.with_name(path.name.replace("L5", "L4"))
    path.rename(other)
    assert store.contents("adamw.L4").stored == () and store.contents("adamw.L5").stored == ()
    assert "name it adamw.L5-" in store.contents("adamw.L4").unreadable[0].reason


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ScenarioError, match="cannot be"):
            Store(folder).add(NOISY)
    with pytest.raises(ScenarioError, match="cannot be listed"):
        Store(tmp_path / "file").contents()


def test_nothing_is_left_of_a_write_that_fails(store: Store, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    store.add(NOISY)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ScenarioError, match="cannot be written: No space left on device"):
        store.add(replace(NOISY, note="another"))
    assert len([*store.folder.iterdir()]) == 1


def test_reading_one_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    with pytest.raises(ScenarioError, match=r"mine\.json: No such file"):
        read_scenario(path)
    path.write_text(to_json(NOISY).replace('"K": 1', '"K": "1"'))
    with pytest.raises(ScenarioError, match=r"mine\.json: K: '1' is no integer"):
        read_scenario(path)
    path.write_text(to_json(NOISY))
    assert examine(read_scenario(path)).outcome == "holds"  # a name of one's own does


def test_the_default_is_ignored_by_git() -> None:
    assert default_folder() == Path(".ratecert/counterexamples")
    ignored = (Path(__file__).parents[3] / ".gitignore").read_text().split()
    assert ".ratecert/" in ignored


def test_a_scenario_of_a_claim_that_is_gone() -> None:
    gone: Scenario = replace(NOISY, claim="adamw.L99")
    with pytest.raises(ScenarioError, match="claim: adamw has no claim 'L99'"):
        examine(gone)
