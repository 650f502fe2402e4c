"""The files of an appendix: fragment, macros, wrapper. Equal documents give equal bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...kernel import terms as k
from ..document import ClaimEntry, Document
from .closing import closing
from .display import displayed, words_width
from .names import escaped
from .proofs import ProofWriter
from .prose import Prose, listed, sentence
from .setting import setting
from .style import MACROS, VENUES, WRAPPER, Venue
from .terms import TexPrinter

FRAGMENT, MACRO_FILE, STANDALONE = "appendix.tex", "ratecert-macros.tex", "appendix-standalone.tex"
BRIEF = 2.0
"""How many lines a proof may have that is told in the paragraph of its statement."""
ENVIRONMENTS = {"lemma": "rclemma", "theorem": "rctheorem", "instance": "rcinstance"}


@dataclass(frozen=True)
class Options:
    """``numbered``: number every chain. ``venue``: how wide lines are."""

    venue: Venue = VENUES["article"]
    numbered: bool = False
    breqn: bool = False


def files(document: Document, options: Options | None = None) -> dict[str, str]:
    """The files by name."""
    options = options or Options()
    title = f"Proofs for {escaped(document.title)}"
    wrapper = WRAPPER.replace("%TITLE%", title)
    wrapper = wrapper.replace("%BREQN%", "\\usepackage{breqn}\n" if options.breqn else "")
    fragment = "\n".join(_fragment(document, options)) + "\n"
    return {FRAGMENT: fragment, MACRO_FILE: MACROS, STANDALONE: wrapper}


def _fragment(document: Document, options: Options) -> Iterator[str]:
    width = options.venue.width
    prose = Prose(document, f"rc:{document.id}:", width)
    printer = TexPrinter(document, widest=0.55 * width)
    yield (
        f"% The proofs of the theory `{document.id}', printed by ratecert from its theorems.\n"
        "% Do not edit: change the theory and print it again. Needs amsmath, and that\n"
        "% ratecert-macros.tex is \\input in the preamble. A line\n"
        "% `%rc CLAIM DIGITS' stands before each step: the digits are those of the kernel's\n"
        "% theorem (docs/appendix.md)."
    )
    yield r"\begingroup\allowdisplaybreaks[2]\tolerance=9999\emergencystretch=3em\relax"
    yield from setting(document, prose, printer, options.venue)
    for section in document.sections:
        yield rf"\subsection*{{{prose.own(section.title)}}}"
        if section.text:
            yield prose.own(section.text)
        for entry in section.claims:
            yield ""
            yield from _claim(entry, prose, printer, options)
    yield from closing(document, prose, printer, options.venue)
    yield r"\par\endgroup"


def _claim(entry: ClaimEntry, prose: Prose, printer: TexPrinter, options: Options) -> Iterator[str]:
    if entry.introduction:
        yield prose.own(entry.introduction)
    name = ENVIRONMENTS[entry.kind]
    title = rf"\rctitle{{{prose.own(entry.title)}}}"
    yield f"\\begin{{{name}}}\\label{{{prose.label(entry.label)}}}{title}"
    yield f"%rc {entry.label} statement {entry.sha256[:16]}"
    yield statement(entry, prose, printer, options.venue.width)
    if not entry.proved:
        yield f"\\end{{{name}}}"
        yield (rf"\noindent\textbf{{This statement is not proved: it is {entry.verdict}.}}")
        return
    venue = options.venue
    writer = ProofWriter(prose, printer, entry, venue.width, options.numbered, options.breqn)
    body = writer.write() or "This is immediate."
    if is_brief(body, venue.width):
        yield f"\\rcbrief{{%\n{body}}}"
        yield f"\\end{{{name}}}"
        return
    yield f"\\end{{{name}}}"
    yield r"\begin{rcproof}"
    yield closed(body)
    yield r"\end{rcproof}"


def is_brief(body: str, width: float) -> bool:
    """Is a proof so short that it is told in the paragraph of its statement?"""
    said = "\n".join(x for x in body.splitlines() if not x.startswith("%rc"))
    flat = r"\begin{" not in body and r"\[" not in body and "\n\n" not in body
    return flat and words_width(said) <= BRIEF * width


def closed(body: str) -> str:
    """A proof that ends with a display has its end mark there, unless a number is in its place."""
    for end in ("\n\\end{align*}", "\n\\]"):
        if body.endswith(end):
            return f"{body.removesuffix(end)}\\rcqedhere{end}"
    return body


# --- statements -----------------------------------------------------------------------------------


def statement(entry: ClaimEntry, prose: Prose, printer: TexPrinter, width: float) -> str:
    """Hypotheses in words, and the conclusion."""
    sentences = hypotheses(entry, prose, printer, width)
    conclusion = entry.conclusion
    then = "Then" if sentences else ""
    if isinstance(conclusion, k.Rel):
        if prose.inline.box(conclusion).width <= 0.4 * prose.short and sentences:
            shown = f" {prose.math(conclusion)}."
        else:
            shown = "\n" + displayed(printer, conclusion, width, ".")
    else:
        shown = f" {prose.math(conclusion)}."
    if not then and isinstance(conclusion, k.Rel):
        then = "We have" if shown.startswith("\n") else "It holds that"
    return "\n".join([*sentences, f"{then}{shown}".strip()])


def hypotheses(entry: ClaimEntry, prose: Prose, printer: TexPrinter, width: float) -> list[str]:
    """``Let 0 <= theta <= beta < 1 ...``: what is given, in sentences."""
    out = list[str]()
    names = prose.inline.names
    mentioned = {n.name for h in entry.hypotheses for n, _ in k.subterms(h) if isinstance(n, k.Var)}
    lets = list[str]()
    random = [f"${names.plain(n)}$" for n in entry.variables["random"]]
    if random:
        word = "random variables" if len(random) > 1 else "a random variable"
        lets.append(f"let {listed(random)} be {word}")
    real = [f"${names.plain(n)}$" for n in entry.variables["constant"] if n not in mentioned]
    if real:
        lets.append(f"let {listed(real)} be {'real numbers' if len(real) > 1 else 'a real number'}")
    points = [f"${names.plain(n)}$" for n in entry.variables["point"]]
    if points:
        lets.append(f"let {listed(points)} be {'points' if len(points) > 1 else 'a point'}")
    bounds = [h for h in entry.hypotheses if isinstance(h, k.Le)]
    short, long, choices = list[k.Formula](), list[k.Rel](), list[k.Rel]()
    for h in entry.hypotheses:
        if isinstance(h, k.Rel):
            wide = prose.inline.box(h).width > 1.2 * prose.short
            if wide:
                long.append(h)
            elif h.op == "=":
                choices.append(h)
            else:
                short.append(h)
    parts = [f"${t}$" for t in prose.joined([*bounds, *short])]
    if parts:
        lets.append(f"let {listed(parts)}")
    if lets:
        out.append(sentence(", and ".join(lets)))
    if choices:
        out.append(f"Let {'further ' if lets else ''}{listed([prose.math(c) for c in choices])}.")
    for n, rel in enumerate(long):
        word = "Suppose that" if not n else "and that"
        end = "." if n == len(long) - 1 else ","
        out.append(f"{word}\n{displayed(printer, rel, width, end)}")
    return [sentence(x) if not x.endswith("\\]") and not x.endswith("}") else x for x in out]
