"""Things to tell: one of each kind, and any, with text that means something elsewhere."""

from __future__ import annotations

from hypothesis import strategies as st

from ratecert.proofs.record.differences import FAILING
from ratecert.proofs.record.findings import KINDS, VERDICTS, Finding, Seen, Told

NASTY = [
    "a | b `c` <b>d</b> & e", "-->", "]]>", "</failure>", "\x00\x1b[31m\x08", "\ud800", "\ufffe",
    "::error::x", "\n::set-env name=PATH::/evil", "##[error]x", "%0A%25", "a,b:c", "</details>",
    "````\n```", "@everyone #1", "\u202e reversed", "line\r\nends\rand\ttabs", "\U0001f600 ≤ σ²",
]  # fmt: skip
TEXT = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))


@st.composite
def findings(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT) -> Finding:
    kind = draw(st.sampled_from(KINDS))
    fails = kind in VERDICTS or kind in FAILING
    claim = draw(st.one_of(st.sampled_from(["mine.a", "mine.b", "mine", "mine.py"]), text))
    details = tuple(draw(st.lists(text, max_size=3)))
    file = draw(st.sampled_from(["", "mine.py", "/else/where.py", "a:b, c%.py"]))
    return Finding(kind, claim, draw(text), details, fails, file, draw(st.integers(0, 99)))


@st.composite
def tellings(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT) -> Told:
    claims = [Seen("mine", "a"), Seen("mine", "b", "refuted", 1.25), Seen("other", draw(text))]
    found = draw(st.lists(findings(text), max_size=6))
    models = {"mine": "fails"} if any(f.kind == "model" for f in found) else {}
    return Told("ratecert check", claims, found, "ratecert.lock", models)


def one_of_each() -> Told:
    """A finding of each kind, and a claim that is well."""
    found = [
        Finding(kind, f"mine.{kind}", f"the {kind} one", (f"detail of {kind}",),
                kind in VERDICTS or kind in FAILING, "mine.py", 7)
        for kind in KINDS
    ]  # fmt: skip
    claims = [Seen("mine", "well", "proved", 0.5, "mine.py", 3)]
    claims += [Seen("mine", k, k, 0.25) for k in ("refuted", "undecided", "error")]
    return Told("ratecert check", claims, found, "ratecert.lock", {"mine": "holds"})
