"""Documents for tests of the page: a theory with one claim of each fate, and many claims."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from ratecert.proofs.kernel.theory import Theory as KernelTheory
from ratecert.proofs.language import Theory, by, symbols
from ratecert.proofs.render.assemble import document
from ratecert.proofs.render.document import Document, Section
from ratecert.proofs.theorems.sgd import sgd

x, y = symbols("x y")
HOSTILE = '<img src="https://example.org/x.png" onerror="alert(1)"> & </script> $ \\frac'


def fates() -> Theory:
    """A proved claim, a refuted one, one that rests on it, one that nobody finds."""
    theory = Theory("fates", title=HOSTILE, source=HOSTILE)

    @theory.lemma("square", title=HOSTILE, for_all=(x,), claim=(0, "<=", x**2))
    def square(p):
        return p.have((0, "<=", x**2), by.algebra())

    @theory.lemma("false", title="False", for_all=(x,), claim=(x, "<=", 0))
    def false(p):
        return p.have((x, "<=", 0), by.algebra())

    @theory.lemma("resting", title="Rests on it", for_all=(x,), claim=(x, "<=", 1))
    def resting(p):
        return p.have((x, "<=", 1), by.algebra(p.use(false)))

    return theory


@cache
def of_sgd() -> Document:
    """The document of sgd: its proofs are elaborated once."""
    return document(sgd)


def many(count: int) -> tuple[Document, KernelTheory]:
    """A document of ``count`` claims: those of sgd again and again, each resting on some before."""
    source = of_sgd()
    entries = [*source.claims()]
    made = list[object]()
    for n in range(count):
        entry = entries[n % len(entries)]
        uses = (
            tuple(f"many.L{m}" for m in sorted({(n * 7919) % n, n - 1, (n * 31) % n})) if n else ()
        )
        made.append(
            replace(
                entry, label=f"many.L{n}", theory="many", id=f"L{n}", uses=uses,
                title=f"{entry.title}, number {n}", used_by=(f"many.L{n + 1}",) * (n + 1 < count),
            )
        )  # fmt: skip
    section = Section("many", "Many", "", tuple(made))  # type: ignore[arg-type]
    return replace(source, id="many", title="Many", sections=(section,)), sgd.kernel()
