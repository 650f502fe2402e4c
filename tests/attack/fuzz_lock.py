"""Fuzzing what reads locks and traces: ``python tests/attack/fuzz_lock.py --minutes 10``.

Coverage-guided by atheris if it is installed (``pip install atheris``), by random mutations of the
same seeds if not. The seeds are locks and traces of ours. What is asked of every input:

* ``lockfile.parsed`` gives a lock whose canonical text is the input, or raises ``LockError``;
* ``lockfile.unpacked`` gives at most as much as a trace may have, or raises ``LockError``;
* ``trace.replay`` gives claims with the digests that the trace states, or a ``KernelError``;
* what ``findings`` tells of a lock that was read has no control characters.

An input that breaks this is written to ``--keep`` (a temporary folder by default), and named.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

_HERE = Path(__file__).resolve().parent
for _folder in (_HERE, _HERE.parents[1] / "src"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

SEED = 2026
NOWHERE = Path("ratecert.lock")
TALLY = Counter[str]()


def tried(data: bytes) -> None:
    """One input: its first byte says what is to read the rest."""
    from ratecert.proofs.kernel.codec import MAX_BYTES
    from ratecert.proofs.kernel.errors import KernelError
    from ratecert.proofs.kernel.trace import replay
    from ratecert.proofs.record.differences import compare
    from ratecert.proofs.record.findings import of_differences, text
    from ratecert.proofs.record.lockfile import LockError, parsed, unpacked

    reader, rest = data[:1], data[1:]
    try:
        if reader == b"l":
            lock = parsed(rest, NOWHERE)
            if lock.text().encode() != rest.replace(b"\r\n", b"\n"):
                raise AssertionError("read as what it is not")
            shown = text(of_differences(compare(lock, lock.only(lambda label: False)), NOWHERE))
            if not shown.replace("\n", "").isprintable():
                raise AssertionError("told with control characters")
        elif reader == b"z":
            if len(unpacked(rest, NOWHERE)) > MAX_BYTES + 1:
                raise AssertionError("unpacked without end")
        else:
            for claim in replay(rest):
                if claim.sha256.encode() not in rest:
                    raise AssertionError("a claim whose digest is not stated")
        TALLY["accepted"] += 1
    except (LockError, KernelError) as error:
        if not str(error).replace("\n", "").isprintable():
            raise AssertionError("refused with control characters") from error
        TALLY["refused"] += 1


def seeds(folder: Path) -> list[bytes]:
    """Locks, packed traces and traces of two small theories, as ``tried`` takes them."""
    from locks import made

    found = []
    for name, factor in (("noise", 1), ("other", 2)):
        files = made(folder, name, factor)
        found += [b"l" + files.lock, b"z" + files.packed, b"t" + files.trace]
    return found


def guided(minutes: float, corpus: Path, keep: Path) -> None:
    """Coverage-guided; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["ratecert.proofs.record", "ratecert.proofs.kernel"]):
        import ratecert.proofs.kernel.trace
        import ratecert.proofs.record.findings
        import ratecert.proofs.record.lockfile  # noqa: F401
    for number, seed in enumerate(seeds(keep)):
        (corpus / f"seed{number}").write_bytes(seed)
    options = [
        f"-max_total_time={round(60 * minutes)}", f"-seed={SEED}", "-max_len=16384", "-timeout=20",
        "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={keep}/",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], tried)
    atheris.Fuzz()


def unguided(minutes: float, keep: Path) -> int:
    """Random mutations of the seeds, without a view of what they reach."""
    from lock_mutations import scrambled

    random, every = Random(SEED), seeds(keep)
    end, count = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < end:
        seed = random.choice(every)
        data = seed[:1] + scrambled(random, seed[1:])
        count += 1
        try:
            tried(data)
        except Exception as error:
            (keep / "crash").write_bytes(data)
            print(f"{type(error).__name__}: {error}: {keep}/crash")
            return 1
    print(f"{count} inputs, no crash: {dict(TALLY)}")
    return 0


def main() -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--keep", type=Path, help="where inputs that break something are written")
    parser.add_argument("--unguided", action="store_true", help="without atheris")
    args = parser.parse_args()
    keep = args.keep or Path(tempfile.mkdtemp(prefix="fuzz-lock-"))
    keep.mkdir(parents=True, exist_ok=True)
    try:
        if args.unguided:
            raise ImportError
        import atheris  # noqa: F401
    except ImportError:
        return unguided(args.minutes, keep)
    with tempfile.TemporaryDirectory() as corpus:
        guided(args.minutes, Path(corpus), keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
