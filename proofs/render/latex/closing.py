"""The end of an appendix: instances, constants, numbers, what it all rests on, sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...kernel import terms as k
from ..document import ClaimEntry, Document
from ..references import cited
from .display import displayed
from .experiments import experiments
from .names import escaped
from .numeric import numeric
from .plots import bound_plot, floor_plot, loss_plot
from .prose import Prose, sentence
from .style import Venue
from .tables import tables
from .terms import TexPrinter

CITATION = re.compile(r"\b[A-Z][\w ]*\b(?:19|20)\d\d\b[^();]*")
"""An author, a year, and what follows: what a source cites."""
EXPLAINED = {"deterministic-start": "the start $x^1$ is no random variable"}
"""Axioms that are no formulas."""
SLIM = 11.0
"""How wide (em) a closed form may be to stand in a table."""


def closing(document: Document, prose: Prose, printer: TexPrinter, venue: Venue) -> Iterator[str]:
    """Sections on instances, constants, numeric results, trust, and the sources."""
    yield from _instances(document, prose, venue)
    yield from _constants(document, prose, printer, venue)
    yield from _tightness(document, prose, venue)
    yield from numeric(document, prose, venue)
    yield from experiments(document, venue)
    yield from _trust(document, prose, venue)
    yield from _sources(document, prose)


# --- instances ------------------------------------------------------------------------------------


def _instances(document: Document, prose: Prose, venue: Venue) -> Iterator[str]:
    rows = document.instances
    if not rows and not document.bounds:
        return
    yield r"\subsection*{Instances and their bounds}"
    if rows:
        names = list(dict.fromkeys(n for row in rows for n, _ in row.parameters if n != "C_P"))
        constants = list(dict.fromkeys(c.name for row in rows for c in row.coefficients))
        yield (
            "With numbers for the free parameters the main theorem becomes the corollaries of the"
            " following table. The constants are rounded to seven digits; their closed forms are"
            " in the statements."
        )
        heads = [f"${prose.inline.names.plain(n)}$" for n in names]
        table = list[list[str]]()
        for row in rows:
            given, found = dict(row.parameters), {c.name: c.value for c in row.coefficients}
            cells = [f"${prose.inline.show(given[n])}$" if n in given else "" for n in names]
            table.append([rf"\ref{{{prose.label(row.label)}}}", *cells,
                          *(found.get(c, "") for c in constants)])  # fmt: skip
        shown = [f"${prose.inline.names.plain(c)}$" for c in constants]
        if venue.columns > 1:
            own = [[r[0], *r[1 + len(names) :]] for r in table]
            yield from tables(["", *heads], [r[: 1 + len(names)] for r in table], small=True)
            yield from tables(["", *shown], own, small=True)
        else:
            yield from tables(["", *heads, *shown], table, small=True)
    if document.bounds:
        data = ", ".join(
            f"${prose.inline.names.plain(n)}={v}$" for n, v in sorted(document.at.items())
        )
        slopes = [c.slope for c in document.bounds if c.slope is not None]
        yield from bound_plot(document, venue)
        yield (
            rf"\noindent The bounds are drawn for {data}. Between the last two values of $K$ their "
            f"slopes lie between ${min(slopes):.3f}$ and ${max(slopes):.3f}$; that of $K^{{-1/4}}$"
            " is $-1/4$."
        )
    if document.floors:
        yield from floor_plot(document, venue)
        yield (
            r"\noindent The last figure is in floating point: the least constants that the"
            r" theorem's conditions admit for each $\gamma$, the other parameters as in the"
            " instance named."
        )


# --- constants ------------------------------------------------------------------------------------


def _constants(
    document: Document, prose: Prose, printer: TexPrinter, venue: Venue
) -> Iterator[str]:
    if not document.constants:
        return
    main = document.constants[0].theorem
    yield r"\subsection*{Where the constants come from}"
    yield (
        f"The constants that {prose.claim(main)} names: what the theorem asks of each, the "
        "statement that first brings it in, and how many statements speak of it on the way."
    )
    rows, long = list[list[str]](), list[k.Rel]()
    for row in document.constants:
        name, closed = prose.inline.names.plain(row.name), ""
        if row.closed is not None:
            symbol = k.Var(row.name, "det")
            rel = (k.Rel(symbol, "=", row.closed) if row.relation == "="
                   else k.Rel(row.closed, "<=", symbol))  # fmt: skip
            if prose.inline.box(rel).width <= SLIM:
                closed = prose.math(rel)
            else:
                closed = "see below"
                long.append(rel)
        where = prose.claim(row.introduced) if row.introduced in prose.kinds else ""
        rows.append([f"${name}$", closed or "free", where, str(len(row.enters))])
    yield from tables(["", "asked of it", "brought in by", "statements"], rows, small=True)
    for n, rel in enumerate(long):
        yield r"\noindent Further," if n else r"\noindent Here"
        yield displayed(printer, rel, venue.width, ".")


# --- tightness ------------------------------------------------------------------------------------


def _tightness(document: Document, prose: Prose, venue: Venue) -> Iterator[str]:
    rows = [t for t in document.tightness if t.label in prose.kinds]
    if not rows:
        return
    yield r"\subsection*{How tight the statements are}"
    equal = [t for t in rows if t.ratio >= 1]
    near = [t for t in rows if t.ratio < 1]
    yield (
        "In small exact instances, in which all assumptions and hypotheses hold, the two sides of"
        f" {len(rows)} statements are computed exactly. The ratio of the sides is at most $1$; "
        "where it is $1$, the right side cannot be multiplied by anything smaller. "
        + (f"So it is for {len(equal)} of them. " if equal and near else "")
        + (
            "The figure shows how much the others lose at most, by the instance of the table; in "
            "brackets stands what makes this less and less."
            if near
            else "So it is for all."
        )
    )
    yield from loss_plot(near, venue)
    cells = [[rf"\ref{{{prose.label(t.label)}}}", f"${_short(t.shown)}$",
              prose.own(t.instance)] for t in rows]  # fmt: skip
    wide = "0.55" if venue.columns > 1 else "0.66"
    yield from tables(
        ["", "ratio", "instance"], cells, small=True, columns=f"llp{{{wide}\\linewidth}}"
    )


def _short(text: str) -> str:
    return text if len(text) <= 9 or "/" in text else text[:9]


# --- trust ----------------------------------------------------------------------------------------


def _trust(document: Document, prose: Prose, venue: Venue) -> Iterator[str]:
    claims = [*document.claims()]
    proved = [c for c in claims if c.proved]
    count = (
        f"All {len(claims)}" if len(proved) == len(claims) else f"{len(proved)} of {len(claims)}"
    )
    count = f"{count} statements" if len(claims) > 1 else "The statement"
    yield r"\subsection*{What this rests on}"
    if not proved:
        yield "Nothing above is proved."
        return
    yield (
        f"{count} above {'were' if len(claims) > 1 else 'was'} proved by the kernel of ratecert "
        f"(version {escaped(document.kernel)} of its rules). Each displayed relation of a proof is "
        "the conclusion of a theorem that the kernel made from the ones before; whatever searched "
        "for it is not trusted. The certificates of inequalities, which the text tells in words,"
        r" are printed by \texttt{ratecert explain}. What is taken as given are the assumptions and"
        " definitions of the first sections, and nothing else."
    )
    groups = dict[tuple[str, ...], list[ClaimEntry]]()
    for entry in proved:
        if entry.foundation is not None:
            base = (*entry.foundation.assumptions, *entry.foundation.axioms)
            groups.setdefault(base, []).append(entry)
    if len(groups) > 1 or any(groups):
        yield ""
        yield r"\noindent By what they rest on, transitively, the statements are these."
        rows = []
        for base, entries in sorted(groups.items(), key=lambda g: (len(g[0]), g[0])):
            names = ", ".join(prose.assumption(b) for b in base) or "no assumption"
            names = rf"\raggedright {names}"
            rows.append([names, _ranges(entries, claims, prose)])
        wide = "0.5" if venue.columns > 1 else "0.6"
        first = "0.4" if venue.columns > 1 else "0.3"
        columns = f"p{{{first}\\linewidth}}p{{{wide}\\linewidth}}"
        yield from tables(["rests on", "statements"], rows, small=True, columns=columns)
        axioms = dict.fromkeys(b for base in sorted(groups) for b in base)
        for name in (a for a in axioms if a in EXPLAINED):
            yield rf"\noindent Here {prose.assumption(name)} says that {EXPLAINED[name]}."
    flagged = [
        c for c in proved
        if c.foundation is not None and any(map(_of_process, c.foundation.random_hypotheses))
    ]  # fmt: skip
    if flagged:
        yield (
            r"\noindent A hypothesis that is itself an inequality between random quantities stands"
            f" in {prose.claims([c.label for c in flagged])}; whoever uses "
            f"{'these have' if len(flagged) > 1 else 'it has'} to prove it."
        )
    for model in document.models:
        if model.detail and model.verdict == "holds":
            yield (
                rf"\noindent The assumptions of \texttt{{{escaped(model.theory)}}} hold together: "
                f"a finite model satisfies them ({prose.own(model.detail)})."
            )
    lock = f" of digest \\rchash{{{escaped(document.lock)}}}" if document.lock else ""
    yield (
        r"\noindent To check all of it again, the proofs being replayed by the kernel alone against"
        rf" the lock{lock}, run \texttt{{ratecert verify}}; \texttt{{ratecert latex "
        rf"{escaped(document.id)} --check}} compares this text with the theorems."
    )


def _of_process(formula: k.Formula) -> bool:
    """Does it speak of the algorithm, and not only of the statement's own variables?"""
    return any(isinstance(n, k.App) and n.args for n, _ in k.subterms(formula))


def _ranges(entries: Sequence[ClaimEntry], claims: Sequence[ClaimEntry], prose: Prose) -> str:
    """Numbers of statements, neighbours as a range: ``1--7, 9``."""
    place = {c.label: n for n, c in enumerate(claims)}
    runs = list[list[ClaimEntry]]()
    for entry in entries:
        if runs and place[runs[-1][-1].label] + 1 == place[entry.label]:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    refs = []
    for run in runs:
        first, last = (rf"\ref{{{prose.label(e.label)}}}" for e in (run[0], run[-1]))
        refs.append(
            first if len(run) == 1 else f"{first}--{last}" if len(run) > 2 else f"{first}, {last}"
        )
    return ", ".join(refs)


def _sources(document: Document, prose: Prose) -> Iterator[str]:
    """The published sources that theory, algorithm and definitions name."""
    named = [document.source]
    if document.algorithm is not None:
        named.append(document.algorithm.source)
    named += [found[0] for a in document.assumptions if (found := CITATION.search(a.source))]
    named += [line.source for line in document.definitions]
    sources = [s for s in dict.fromkeys(cited(source).strip() for source in named) if s]
    if not sources:
        return
    # No thebibliography: the document around has its own, and natbib refuses numbered items.
    yield r"\subsection*{Sources}"
    yield r"\begin{rcsources}"
    for number, source in enumerate(sources, 1):
        yield rf"\rcsource{{{prose.label(f'source:{number}')}}} {sentence(prose.own(source))}"
    yield r"\end{rcsources}"
