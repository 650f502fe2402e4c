"""What each kind of finding means at length, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

_ACCEPT = "If it is meant, `ratecert lock --accept CLAIM` takes it over."
_TAKEN_OVER = "`ratecert lock` takes it over."

LONG: Mapping[str, tuple[str, str]] = {
    "unusable": (
        "The lock, its trace or a theory could not be read, so nothing was compared.",
        "The message says what is wrong. A lock that was edited, merged by hand or written by "
        "another version is written again with `ratecert lock`, after a look at its history.",
    ),
    "error": (
        "The claim is ill-formed, its proof script failed, the replay of the recorded proof did "
        "not give the same bytes, or a solver contradicts one of its steps.",
        "`ratecert check` shows the message of the script or of the kernel.",
    ),
    "refuted": (
        "An exact point satisfies all hypotheses and violates the claim, or a step of its proof.",
        "Put the point into the statement. Either the claim is false, or a hypothesis is missing.",
    ),
    "undecided": (
        "A step of the proof was neither established nor refuted.",
        "Write the step as several smaller ones, or give the facts it needs; the message lists "
        "what was tried.",
    ),
    "model": (
        "An axiom of the theory, or a hypothesis of a claim, fails in the finite model that the "
        "theory declares, so that the theory may be about nothing.",
        "The message names the axiom and the place where it fails: correct the axiom or the model.",
    ),
    "tampered": (
        "The lock says something else than the kernel proves from the trace beside it.",
        "Nobody but `ratecert lock` writes a lock. Compare it with its history, then write it "
        "again from the sources.",
    ),
    "not-proved": (
        "The claim is in the lock, and its proof fails now.",
        "Mend the proof; the finding on the claim itself says where it fails.",
    ),
    "missing": (
        "The claim is in the lock, but nothing states or proves it any more.",
        f"Restore it. {_ACCEPT}",
    ),
    "new-axiom": (
        "The proof uses an assumption, an axiom or an oracle that the locked proof did not use.",
        f"`ratecert trust CLAIM` shows what the claim rests on. {_ACCEPT}",
    ),
    "declaration-changed": (
        "The claim reads as before, but an axiom or a definition that it rests on has changed, so "
        "that it means something else.",
        f"Compare both texts of the declaration. {_ACCEPT}",
    ),
    "weakened": (
        "The locked statement implies the present one, and the converse is not seen.",
        f"Restore the statement. {_ACCEPT}",
    ),
    "hypothesis-added": (
        "The claim has a hypothesis that the locked one does not have.",
        f"Remove the hypothesis. {_ACCEPT}",
    ),
    "constant-worsened": (
        "The statement is the locked one with a constant that makes it weaker; the message says by "
        "how much, and which claims above it change too.",
        f"Restore the constant. {_ACCEPT}",
    ),
    "changed": (
        "The statement is not the locked one, and neither is seen to imply the other.",
        f"Compare both statements. {_ACCEPT}",
    ),
    "stale": (
        "A source file of a locked theory is not the one from which the lock was written, or it "
        "cannot be read.",
        "`ratecert check --locked` tells what became of the claims, `ratecert lock` writes the "
        "lock again.",
    ),
    "strengthened": ("The statement implies the locked one.", _ACCEPT),
    "restated": ("The statement and the locked one imply each other.", _ACCEPT),
    "hypothesis-removed": ("The claim needs fewer hypotheses than the locked one.", _ACCEPT),
    "axiom-removed": ("The proof uses fewer assumptions, axioms or oracles.", _ACCEPT),
    "constant-improved": (
        "The statement is the locked one with a constant that makes it stronger.",
        _ACCEPT,
    ),
    "proof-changed": ("The same statement has another proof.", _TAKEN_OVER),
    "source-changed": ("A source file changed; the statements are compared apart.", _TAKEN_OVER),
    "renamed": ("The locked statement has another name.", _ACCEPT),
    "new": ("The claim is not in the lock, and so not guarded.", _TAKEN_OVER),
    "retitled": ("Title or kind of the claim changed; the statement did not.", _TAKEN_OVER),
}
"""By kind: what was found, and what to do."""
