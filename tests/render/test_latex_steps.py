"""Every displayed step is a kernel step: the TeX of all shipped theories against a replayed trace.

The proofs are written down as a trace, which the kernel replays; what is printed behind a mark
``%rc CLAIM DIGITS`` must be the conclusion of the replayed theorem of these digits.
"""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from ratecert.proofs.kernel.terms import Rel
from ratecert.proofs.kernel.trace import replay, trace
from ratecert.proofs.language.loader import load
from ratecert.proofs.render.assemble import document
from ratecert.proofs.render.document import Chain, Passage
from ratecert.proofs.render.latex.style import VENUES
from ratecert.proofs.render.latex.terms import OPS, TexPrinter
from ratecert.proofs.render.latex.write import FRAGMENT, files
from ratecert.proofs.render.references import fingerprint

MARK = re.compile(r"%rc (\S+) ([0-9a-f]{16})\n")
DISPLAY = re.compile(r"\\begin\{align\*?\}(.*?)\\end\{align\*?\}", re.S)


@pytest.mark.parametrize(
    "names",
    [("norms", "sgd"), pytest.param(("adamw", "nadamw", "adam"), marks=pytest.mark.slow)],
    ids="-".join,
)
def test_the_chains_printed_are_those_of_the_trace(names):
    """One test for theories that share their proofs, so that these are elaborated once."""
    theories = [theory for name in names for theory in load(name)]
    wholes = [document(theory) for theory in theories]
    claims = {
        c.label: c.check().claim
        for theory, whole in zip(theories, wholes, strict=True)
        for c in theory.earlier(None) if c.label in {e.label for e in whole.claims()}
    }  # fmt: skip
    known = {fingerprint(t): t.rel for t in beneath(replay(trace([*claims.values()])))}
    for whole in wholes:
        text = files(whole)[FRAGMENT]
        assert {digits for _, digits in MARK.findall(text)} <= set(known), whole.id
        behind_their_marks(whole, text, known)
        one_after_the_other(text, known)
        all_that_the_proofs_rest_on(whole, text)


def behind_their_marks(whole, text, known):
    """The relation printed is that of the theorem, but for where its lines are broken."""
    printer = TexPrinter(whole, widest=0.55 * VENUES["article"].width)
    inline = TexPrinter(whole, inline=True)
    stated = {e.label: e.conclusion for e in whole.claims()}
    marks = [*MARK.finditer(text)]
    assert len(marks) > 20
    for found in marks:
        label, rel = found[1], known[found[2]]
        shown = bare(text[found.end() :].split("%rc")[0])
        forms = (bare(OPS[rel.op] + printer.show(rel.right)), bare(inline.show(rel)))
        if rel == stated[label] and not any(form in shown for form in forms):
            # The proof is this one step, told in words: the statement before it shows it.
            before = text.rindex(f"%rc {label} statement", 0, found.start())
            shown = bare(text[before : found.start()])
        assert any(form in shown for form in forms), (found.groups(), shown)


def one_after_the_other(text, known):
    """In a display each step begins where the one before ended, and the first side is shown."""
    for inner in DISPLAY.findall(text):
        steps = [known[digits] for _, digits in MARK.findall(inner)]
        for before, step in pairwise(steps):
            assert before.right == step.left, inner


def all_that_the_proofs_rest_on(whole, text):
    shown = set(MARK.findall(text))
    for entry in whole.claims():
        for chain in chains(entry.proof):
            assert {(entry.label, s.fingerprint) for s in chain.steps} <= shown


def chains(part):
    for item in part.parts:
        if isinstance(item, Passage):
            yield from chains(item)
        else:
            assert isinstance(item, Chain)
            yield item


def beneath(claims):
    found, stack = {}, [t for c in claims for t in (c.theorem, *c.definedness)]
    while stack:
        theorem = stack.pop()
        if id(theorem) not in found:
            found[id(theorem)] = theorem
            stack += theorem.premises
    return [t for t in found.values() if isinstance(t.conclusion, Rel)]


def bare(tex: str) -> str:
    """TeX without what only sets it: alignment, line breaks, labels, letters over relations."""
    tex = re.sub(r"\\overset\{\\text\{\(\w\)\}\}\{([^}]*)\}", r"\1", tex)
    tex = re.sub(r"&&\\text\{[^\n]*", "", tex)
    tex = re.sub(r"\\notag|\\label\{[^}]*\}|\\qquad|\\quad|\\cdot|\\\\\n|\{\}|&|\s", "", tex)
    return tex.replace(r"\allowbreak", "")


def test_a_relation_that_was_tampered_with_is_found():
    """The comparison above does fail."""
    (theory,) = load("sgd")
    whole = document(theory)
    text = files(whole)[FRAGMENT]
    known = {
        s.fingerprint: s.theorem.rel for e in whole.claims() for c in chains(e.proof)
        for s in c.steps
    }  # fmt: skip
    behind_their_marks(whole, text, known)
    place = re.search(r"%rc \S+ [0-9a-f]{16}\n[^%]*?&\\le ", text)
    worse = text[: place.end() - 4] + r"\ge " + text[place.end() :]
    with pytest.raises(AssertionError):
        behind_their_marks(whole, worse, known)
