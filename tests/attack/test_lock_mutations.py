"""No mutated lock or trace is believed: 10,000 of them, or as many as ``RATECERT_LOCK_MUTATIONS``.

``RATECERT_LOCK_MUTATIONS=10000 RATECERT_LOCK_SEED=7 pytest tests/attack/test_lock_mutations.py``
"""

from __future__ import annotations

import gzip
import os
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fuzz_lock import TALLY, seeds, tried
from lock_mutations import MUTATIONS, mutations, scrambled
from locks import Files, made, outcome

from helpers import check
from ratecert.proofs.kernel.trace import replay

MANY = int(os.environ.get("RATECERT_LOCK_MUTATIONS", "100" if sys.flags.optimize else "600"))
SEED = int(os.environ.get("RATECERT_LOCK_SEED", "2026"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("locks")


@pytest.fixture(scope="module")
def files(folder: Path) -> Files:
    return made(folder)


def stated(files: Files) -> dict[str, Any]:
    """What a lock says of each claim, by the digest of its canonical bytes."""
    theories = files.document["theories"].values()
    claims = [claim for theory in theories for claim in theory["claims"].values()]
    return {claim["sha256"]: claim for claim in claims}


def derivable(document: Any) -> Any:
    """All but where the theories are, which no trace says: see docs/trust.md."""
    apart = ("load", "sources")
    theories = document["theories"].items()
    return {name: {k: v for k, v in t.items() if k not in apart} for name, t in theories}


def test_no_mutation_is_believed(folder: Path, files: Files) -> None:
    path = files.put(folder / "ratecert.lock")
    check(outcome(path) == "verified")
    said = stated(files)
    tally = Counter[tuple[str, str]]()
    for number, (name, mutated) in enumerate(islice(mutations(SEED, files), MANY)):
        result = outcome(mutated.put(path))
        tally[name, result.partition(":")[0]] += 1
        check(result.isprintable(), (number, name, result))
        check(len(result) < 2_000, (number, name, result))
        if result != "verified":
            continue
        proved = {c.sha256: c for c in replay(gzip.decompress(mutated.packed))}
        now = stated(mutated)
        check(set(proved) == set(now) <= set(said), (number, name))
        check(all(now[d] == said[d] for d in now), (number, name))
        check(derivable(mutated.document) == derivable(files.document), (number, name))
    believed = sum(count for (_, result), count in tally.items() if result == "verified")
    check(believed < MANY / 10, tally)
    for name in MUTATIONS:
        told = sum(tally[name, result] for result in ("refused", "differs"))
        check(told > 0, (name, tally))


def test_the_fuzzer_tries_what_it_says(tmp_path: Path) -> None:
    """Its seeds are accepted by each reader, and what is near them crashes none."""
    every = seeds(tmp_path)
    TALLY.clear()
    for seed in every:
        tried(seed)
    check({"accepted": len(every)} == TALLY, TALLY)
    random = Random(SEED)
    for seed in every * 20:
        tried(seed[:1] + scrambled(random, seed[1:]))
    check(TALLY["refused"] > 10 * len(every), TALLY)
