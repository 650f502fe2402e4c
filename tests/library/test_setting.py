"""The setting of stochastic optimization: its symbols, assumptions and definitions."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ratecert.optimizers.recursions import SGD
from ratecert.proofs.kernel import terms as K
from ratecert.proofs.kernel.terms import App, Ix, PointApp, PointVar, Rel, coord, power, sub
from ratecert.proofs.language import DoorError, Theory
from ratecert.proofs.library.setting import Setting, stochastic_setting

k, i, d, last, one = Ix("k"), Ix("i"), Ix("d"), Ix("K"), Ix(None, 1)


@pytest.fixture
def setting() -> Setting:
    return stochastic_setting(Theory("setting"), SGD)


def test_symbols(setting):
    kernel = setting.theory.kernel()
    assert kernel.index_constants == ("K", "d")
    table = {s.name: s for s in kernel.symbols}
    assert {"L", "fstar", "f", "grad", "x", "g", "sigma", "eta", "Delta", "sigma_s"} == set(table)
    assert table["x"].adapted == (0, -1)  # x^k is known after step k - 1
    assert table["x"].source == "deterministic-start"
    assert table["g"].adapted == (0, 0)
    assert table["sigma"].adapted is None
    assert (table["f"].args, table["grad"].args) == (("point",), ("point", "index"))
    assert all(setting.theory.meanings[name] for name in table)


def test_smoothness_is_the_descent_lemma_on_any_two_points(setting):
    axiom = setting.theory.kernel().axiom_table["A1"]
    assert axiom.hypotheses == ()
    p, y = PointVar("p", "any"), PointVar("y", "any")
    assert K.variables(axiom.conclusion) == {p, y}
    move = sub(coord(y, i), coord(p, i))
    inner = K.sum_over("i", one, d, K.mul(App("grad", (p, i)), move))
    squares = K.sum_over("i", one, d, power(move, 2))
    half = K.mul(K.rat(Fraction(1, 2)), App("L", ()), squares)
    wanted = Rel(App("f", (y,)), "<=", K.add(App("f", (p,)), inner, half))
    from ratecert.proofs.kernel import rules

    theory = setting.theory.kernel()
    assert axiom.conclusion.left == wanted.left
    rules.norm(theory, axiom.conclusion.right, wanted.right)  # raises unless they are equal


def test_assumptions_have_ranges(setting):
    """g^k exists for k <= K."""
    table = setting.theory.kernel().axiom_table
    steps = {K.Le(one, k), K.Le(k, last)}
    coordinates = {K.Le(one, i), K.Le(i, d)}
    for name in ("A2", "A3", "A3.integrable"):
        assert set(table[name].hypotheses) == steps | coordinates, name
    assert table["A0"].hypotheses == table["A1.gradient"].hypotheses == ()


def test_integrability_is_of_processes_not_of_functions(setting):
    """At an arbitrary random point neither f nor its gradient is known to be integrable."""
    for axiom in setting.theory.kernel().axioms:
        if isinstance(axiom.conclusion, K.Fin):
            assert not K.variables(axiom.conclusion), axiom.name
            points = {n for n, _ in K.subterms(axiom.conclusion) if isinstance(n, PointApp)}
            assert points <= {PointApp("x", (k,))}


def test_the_gradient_is_notation(setting):
    assert setting.G[setting.k, setting.i] == setting.grad(setting.x[setting.k], setting.i)


def test_the_witness_is_of_the_setting(setting):
    """A world without chance in which a claim of the setting alone holds."""
    L, Delta = setting.L, setting.Delta
    claimed = setting.theory.lemma(
        "positive", title="", given=[(0, "<", L), (0, "<", Delta), setting.steps],
        claim=(0, "<", L),
    )(lambda p: p.assumption((0, "<", L)))  # fmt: skip
    assert claimed.check().verdict == "proved"


def test_a_setting_is_declared_once():
    theory = Theory("twice")
    stochastic_setting(theory, SGD)
    with pytest.raises(DoorError, match="twice: 'K' is already declared"):
        stochastic_setting(theory, SGD)
