"""The norm lemmas any theory may use: proved from nothing, at points of its own, under E."""

from __future__ import annotations

import pytest

from ratecert.proofs.language import E, Sum, Theory, by, point, sqrt
from ratecert.proofs.library import vectors as module
from ratecert.proofs.record.foundation import foundation
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.sgd import setting, sgd

vectors = module.vectors


@pytest.mark.parametrize("name", list(vectors.claims))
def test_proved_from_nothing(name):
    claim = vectors.claims[name]
    assert (claim.check().verdict, claim.check().reason) == ("proved", "")
    base = foundation(claim.theorem())
    assert (base.assumptions, base.axioms, base.definitions, base.oracles) == ((), (), (), ())
    assert claim.check().unused == ()


def test_the_lemmas():
    assert list(vectors.claims) == [
        "member",
        "member.square",
        "pairs",
        "lower",
        "spread",
        "upper",
    ]


def test_nothing_is_declared_that_could_be_in_the_way():
    """A theory with a process n, or a dimension d, can extend it."""
    core = vectors.kernel()
    assert (core.symbols, core.index_constants, core.axioms, core.definitions) == ((), (), (), ())
    assert (vectors.witness, vectors.meanings) == ({}, {})
    assert Theory("both", extends=(adamw, vectors)).kernel().extends(core)


def test_for_a_random_gradient_in_expectation():
    """E||grad f(x^k)||_1 <= d^{1/2} E||grad f(x^k)||_2, as a rate in the l1 norm would use it."""
    later = Theory("later", extends=(sgd, vectors))
    G, d, k, i = setting.G, setting.d, setting.k, setting.i
    size, norm = Sum(abs(G[k, i]), (i, 1, d)), sqrt(Sum(G[k, i] ** 2, (i, 1, d)))
    claim = (E(size), "<=", sqrt(d) * E(norm))

    @later.lemma("norms", title="Norms", claim=claim, given=[setting.steps, module.within(d, 1)])
    def norms(p):
        gradient = point(lambda i: G[k, i])
        return p.calc(
            E(size),
            "<=", E(sqrt(d) * norm),
            by.expectation(p.use(module.l1_below_l2, n=d, x=gradient)),
            "==", sqrt(d) * E(norm), by.linearity(),
        )  # fmt: skip

    assert (norms.check().verdict, norms.check().reason) == ("proved", "")
    assert foundation(norms.theorem()).oracles == ()
