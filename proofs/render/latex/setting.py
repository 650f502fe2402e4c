"""The opening of an appendix: setting, notation, assumptions, the algorithm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...kernel import terms as k
from ..document import Abbreviation, Assumption, Document
from .boxes import Box
from .boxes import lines as broken
from .display import displayed, opened, words_width
from .names import escaped
from .prose import Prose, listed, sentence
from .style import Venue
from .tables import tables
from .terms import TexPrinter

RULES = (
    "Square integrable means that the square has a finite expectation. By the \\emph{rules of "
    "integrability} we mean these: sums and multiples of (square) integrable random variables are "
    "so again; the product of two square integrable ones is integrable; a bounded factor changes "
    "nothing; what is dominated in absolute value by an integrable variable is integrable."
)


def setting(document: Document, prose: Prose, printer: TexPrinter, venue: Venue) -> Iterator[str]:
    """Sections on the setting, the assumptions and the algorithm."""
    yield rf"\section*{{{escaped(document.title)}: statements and proofs}}"
    yield _opening(document, prose)
    yield r"\subsection*{Setting and notation}"
    yield from _notation(document, prose, venue)
    if prose.integrability:
        yield RULES
    yield from _assumptions(document, prose, printer, venue)
    yield from _algorithm(document, prose, printer, venue)
    yield from _definitions(document, prose, printer, venue)
    yield from _abbreviations(document, prose, printer, venue)


def _opening(document: Document, prose: Prose) -> str:
    own = prose.own(document.opening)
    main = [c.label for c in document.claims() if c.kind == "theorem" and c.theory == document.id]
    count = sum(1 for _ in document.claims())
    said = f"This appendix states and proves {count} results. "
    if main:
        said += f"Its main result{'s are' if len(main) > 1 else ' is'} {prose.claims(main)}. "
    said += (
        "Every relation below that carries a reason was checked exactly; what this rests on is "
        "said at the end."
    )
    return f"{own}\n\n{said}" if own else said


def _notation(document: Document, prose: Prose, venue: Venue) -> Iterator[str]:
    rows = [(f"${prose.inline.show(r.node)}$", prose.own(r.meaning)) for r in document.notation]
    if any(isinstance(n, k.CE | k.E) for n in _nodes(document)):
        rows.append(
            (r"$\mathcal{F}_k$", "what is known after step $k$; $\\mathcal{F}_0$ is trivial")
        )
        rows.append(
            (
                r"$\rcE$",
                "expectation; $\\rcE[\\,\\cdot\\,\\vert\\,\\mathcal{F}_k]$ given $\\mathcal{F}_k$",
            )
        )
    wide = "0.62" if venue.columns > 1 else "0.7"
    yield from tables(("symbol", "meaning"), rows, columns=f"lp{{{wide}\\linewidth}}")
    yield (
        r"\noindent Superscripts are times, subscripts coordinates. Statements about random "
        "variables hold almost surely."
        if any("^{k}" in symbol for symbol, _ in rows)
        else ""
    )


def _nodes(document: Document) -> Iterator[k.Node]:
    for a in document.assumptions:
        for node, _ in k.subterms(a.conclusion):
            yield node
    for entry in document.claims():
        for node, _ in k.subterms(entry.conclusion):
            yield node


# --- assumptions ----------------------------------------------------------------------------------


def _assumptions(
    document: Document, prose: Prose, printer: TexPrinter, venue: Venue
) -> Iterator[str]:
    if not document.assumptions:
        return
    yield r"\subsection*{Assumptions}"
    yield "The following is assumed, for all indices and points for which it makes sense."
    yield r"\begin{description}"
    groups = dict.fromkeys(a.group for a in document.assumptions)
    for group in groups:
        own = [a for a in document.assumptions if a.group == group]
        yield rf"\item[{prose.assumption(group)}]"
        for assumption in own:
            yield _assumption(assumption, prose, printer, venue.width - 2.5)
    yield r"\end{description}"


def _assumption(a: Assumption, prose: Prose, printer: TexPrinter, width: float) -> str:
    said = sentence(prose.own(a.source)) if a.source else ""
    ranges = listed([f"${t}$" for t in prose.joined(a.hypotheses)])
    told = f" for {ranges}" if ranges else ""
    if isinstance(a.conclusion, k.Rel):
        display = displayed(printer, a.conclusion, width, "" if ranges else ".")
        wide = sum(prose.inline.box(f).width for f in (a.conclusion, *a.hypotheses)) + 4.0
        if ranges and display.endswith("\\]") and wide < 0.8 * width:
            within = ",\\ ".join(prose.joined(a.hypotheses))
            display = display.removesuffix("\n\\]")
            return f"{said}\n{display}\\qquad({within}).\n\\]"
        return f"{said}\n{display}" + (f"\nfor {ranges}." if ranges else "")
    return f"{said} Namely, {prose.math(a.conclusion)}{told}."


# --- the algorithm --------------------------------------------------------------------------------


def _algorithm(
    document: Document, prose: Prose, printer: TexPrinter, venue: Venue
) -> Iterator[str]:
    algorithm = document.algorithm
    if algorithm is None:
        return
    yield r"\subsection*{The algorithm}"
    yield sentence(prose.own(algorithm.title)) + " Its parameters are"
    rows = [
        (f"${prose.inline.names.plain(name)}$", _condition(condition, prose) or "real",
         prose.own(meaning))
        for name, meaning, condition in algorithm.parameters
    ]  # fmt: skip
    yield r"\begin{center}\begin{tabular}{@{}llp{0.5\linewidth}@{}}\hline"
    for row in rows:
        yield f"{' & '.join(row)}\\\\"
    yield r"\hline\end{tabular}\end{center}"
    start = [prose.math(k.Rel(line.left, "=", line.right)) for line in algorithm.start]
    began = listed([*start, "a point $x^1$"])
    yield (
        rf"\noindent It starts from {began}. In step $k=1,2,\dots$ it draws a stochastic"
        " gradient $g^k$ at $x^k$ and sets, in every coordinate $i$,"
    )
    updates = [(printer.box(x.left), printer.box(x.right), "") for x in algorithm.lines]
    yield _aligned(updates, venue.width)


def _condition(text: str, prose: Prose) -> str:
    words = text.split()
    if not words:
        return ""
    table = {"<=": r"\le ", ">=": r"\ge ", "<": "<", ">": ">"}
    return "$" + "".join(
        table.get(w) or (w if w[0].isdigit() else prose.inline.names.plain(w)) for w in words
    ) + "$"  # fmt: skip


def _aligned(rows: Sequence[tuple[Box, Box, str]], width: float) -> str:
    """Equations below one another, each broken to fit; behind each what it is stated for."""
    indent = max(left.width for left, _, _ in rows) + 1.4
    out = list[str]()
    for n, (left, right, ranges) in enumerate(rows):
        end = "." if n == len(rows) - 1 else ","
        parts = broken(right, width - indent - 0.4, width - indent - 2.4)
        told = rf"\quad({ranges})" if ranges else ""
        beside = indent + right.width + 0.62 * words_width(f"${ranges}$") + 3.0 <= width
        if told and not (beside and len(parts) == 1):
            told = ""
        for m, part in enumerate(parts):
            tail = f"{told}{end}" if m == len(parts) - 1 else ""
            out.append(f"{left.text}&={part}{tail}" if not m else rf"&\qquad{opened(part)}{tail}")
    inner = "\\\\\n".join(out)
    return f"\\begin{{align*}}\n{inner}\n\\end{{align*}}"


def _definitions(
    document: Document, prose: Prose, printer: TexPrinter, venue: Venue
) -> Iterator[str]:
    lines = document.definitions
    if not lines:
        return
    yield r"\noindent Further we define"
    rows = [
        (printer.box(x.left), printer.box(x.right), ", ".join(prose.joined(x.ranges)))
        for x in lines
    ]
    yield _aligned(rows, venue.width)


def _abbreviations(
    document: Document, prose: Prose, printer: TexPrinter, venue: Venue
) -> Iterator[str]:
    if not document.abbreviations:
        return
    yield r"\noindent We abbreviate"
    rows = list[tuple[Box, Box, str]]()
    for short in document.abbreviations:
        with printer.spelling_out(short):
            rows.append((name_of(short, printer), printer.box(short.body), ""))
    yield _aligned(rows, venue.width)


def name_of(short: Abbreviation, printer: TexPrinter) -> Box:
    """The name of a shorthand at its own indices."""
    return printer._name(short, [k.Ix(a) for a in short.arguments])[0]
