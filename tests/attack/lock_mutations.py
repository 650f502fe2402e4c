"""Random mutations of a lock and its trace: of bytes, of structure, of both files together."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from locks import Files, as_trace, packed, with_trace, written

Mutation = Callable[[Random, Files], Files]
MUTATIONS: dict[str, Mutation] = {}
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 10**12, "", "0", "x", "thm", [], {}, [0], ["thm", 0],
    "\x00", "\x1b[2J", "\n::error::", "../up.py", "/etc/passwd", "ü", "\ud800", "0" * 64,
)  # fmt: skip


def mutation(change: Mutation) -> Mutation:
    """Put a kind of mutation into the table, by its name."""
    MUTATIONS[change.__name__] = change
    return change


def mutations(seed: int, files: Files) -> Iterator[tuple[str, Files]]:
    """Mutations without end, of all kinds in turn; the same ones for one seed, all of them real."""
    random = Random(seed)
    while True:
        for name, change in MUTATIONS.items():
            mutated = change(random, files)
            if (mutated.lock, mutated.packed) not in (
                (files.lock, files.packed), (files.lock, packed(files.trace)),
            ):  # fmt: skip
                yield name, mutated


# --- bytes ------------------------------------------------------------------------------------


def scrambled(random: Random, data: bytes) -> bytes:
    """``data`` with a few bytes changed, lost, doubled, moved, or its end cut off."""
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        at, width = random.randrange(len(out) + 1), random.choice((1, 1, 2, 8, 40))
        choice = random.randrange(7)
        if choice == 0 and at < len(out):
            out[at] ^= 1 << random.randrange(8)
        elif choice == 1 and at < len(out):
            out[at] = random.choice(b'0123456789abcxyz"{}[],: \n\\/\x00\xff-.')
        elif choice == 2:
            del out[at : at + width]
        elif choice == 3:
            out[at:at] = out[at : at + width]
        elif choice == 4:
            out[at:at] = random.randbytes(width)
        elif choice == 5:
            part = out[at : at + width]
            del out[at : at + width]
            to = random.randrange(len(out) + 1)
            out[to:to] = part
        elif random.randrange(8) == 0:
            del out[at:]
    return bytes(out)


@mutation
def bytes_of_the_lock(random: Random, files: Files) -> Files:
    return Files(scrambled(random, files.lock), files.packed)


@mutation
def bytes_of_the_packed_trace(random: Random, files: Files) -> Files:
    return Files(files.lock, scrambled(random, files.packed))


@mutation
def bytes_of_the_trace(random: Random, files: Files) -> Files:
    return Files(files.lock, packed(scrambled(random, files.trace)))


@mutation
def bytes_of_the_trace_and_its_digest(random: Random, files: Files) -> Files:
    return with_trace(files.document, scrambled(random, files.trace))


@mutation
def digits_of_the_trace_and_its_digest(random: Random, files: Files) -> Files:
    """One number of the trace for another, which stays a well-formed text."""
    trace = bytearray(files.trace)
    places = [n for n, byte in enumerate(trace) if byte in b"0123456789"]
    trace[random.choice(places)] = random.choice(b"123456789")
    return with_trace(files.document, bytes(trace))


# --- structure --------------------------------------------------------------------------------


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every place in a document: what holds it, and its key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting:
        inside = waiting.pop()
        keys = list(inside) if isinstance(inside, dict) else range(len(inside))
        for key in keys:
            found.append((inside, key))
            if isinstance(inside[key], dict | list):
                waiting.append(inside[key])
    return found


def disturbed(random: Random, document: Any) -> Any:
    """A document with something else, elsewhere, twice, or missing; sometimes several times."""
    document = copy.deepcopy(document)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        every = places(document)
        if not every:
            break
        (inside, key), (other, there) = random.choice(every), random.choice(every)
        choice = random.randrange(7)
        if choice == 0:
            del inside[key]
        elif choice == 1:
            inside[key] = copy.deepcopy(random.choice(STRANGE))
        elif choice == 2:
            inside[key] = copy.deepcopy(other[there])
        elif choice == 3 and not (_within(inside[key], other) or _within(other[there], inside)):
            inside[key], other[there] = other[there], inside[key]
        elif choice == 4 and isinstance(inside, list):
            inside.insert(random.randrange(len(inside) + 1), copy.deepcopy(other[there]))
        elif choice == 5 and isinstance(inside, list):
            random.shuffle(inside)
        elif choice == 6 and isinstance(inside, dict):
            name = there if isinstance(there, str) else "more"
            inside[name] = inside.pop(key)
    return document


def _within(outer: Any, inner: Any) -> bool:
    """Is ``inner`` a part of ``outer``, or it? Then they cannot change places."""
    return outer is inner or (
        isinstance(outer, dict | list) and any(place is inner for place, _ in places([outer]))
    )


@mutation
def structure_of_the_lock(random: Random, files: Files) -> Files:
    return Files(written(disturbed(random, files.document)), files.packed)


@mutation
def structure_of_the_trace(random: Random, files: Files) -> Files:
    return Files(files.lock, packed(_disturbed_trace(random, files)))


@mutation
def structure_of_the_trace_and_its_digest(random: Random, files: Files) -> Files:
    return with_trace(files.document, _disturbed_trace(random, files))


@mutation
def steps_of_the_trace_and_its_digest(random: Random, files: Files) -> Files:
    """One step, claim or declaration of the trace in the place of another."""
    document = json.loads(files.trace)
    part = document[random.choice(("steps", "claims", "theories"))]
    part[random.randrange(len(part))] = copy.deepcopy(random.choice(part))
    part[:] = disturbed(random, part) if random.randrange(2) else part
    return with_trace(files.document, _text(document, files))


@mutation
def texts_of_the_lock(random: Random, files: Files) -> Files:
    """One text of the lock for another of it, so that all is well-formed."""
    document = copy.deepcopy(files.document)
    texts = [(i, k) for i, k in places(document) if isinstance(i[k], str)]
    (inside, key), (other, there) = random.choice(texts), random.choice(texts)
    inside[key] = other[there] if random.randrange(3) else other[there][::-1]
    return Files(written(document), files.packed)


@mutation
def structure_of_both(random: Random, files: Files) -> Files:
    return with_trace(_object(disturbed(random, files.document)), _disturbed_trace(random, files))


@mutation
def claims_of_both(random: Random, files: Files) -> Files:
    """A claim that is missing in one file, under another name, or with another's content."""
    document, trace = copy.deepcopy(files.document), json.loads(files.trace)
    claims = next(iter(document["theories"].values()))["claims"]
    (name, other), choice = random.sample(sorted(claims), 2), random.randrange(5)
    if choice == 0:
        del claims[name]
    elif choice == 1:
        trace["claims"] = [c for c in trace["claims"] if c["id"] != name]
    elif choice == 2:
        claims[name], claims[other] = claims[other], claims[name]
    elif choice == 3:
        claims[name] = {**claims[other], "sha256": claims[name]["sha256"]}
    else:
        field = random.choice(sorted(claims[name]))
        claims[name][field] = copy.deepcopy(claims[other][field])
    return with_trace(document, as_trace(trace))


def _object(document: Any) -> Any:
    return document if isinstance(document, dict) else {}


def _disturbed_trace(random: Random, files: Files) -> bytes:
    return _text(disturbed(random, json.loads(files.trace)), files)


def _text(document: Any, files: Files) -> bytes:
    """The text of a disturbed trace; the trace itself where it has none."""
    try:
        return as_trace(document)
    except (ValueError, TypeError):
        return files.trace
