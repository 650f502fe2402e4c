"""What the norm facts assume is true: SymPy's integrals exactly, mpmath's to 50 digits."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
from mpmath import mp, mpf

from ratecert.proofs.kernel import terms as T
from ratecert.proofs.theorems.norms import norms

sys.path.insert(0, str(Path(__file__).parent))
from norms_numbers import Numbers, mean_radius, mean_size

AXIOMS = norms.kernel().axiom_table
t, r = sympy.symbols("t r", positive=True)
DENSITY = sympy.exp(-(t**2) / 2) / sympy.sqrt(2 * sympy.pi)


def instances(axiom, sizes):
    """The integers at which an axiom speaks, for each dimension in ``sizes``."""
    for d in sizes:
        names = sorted(T.free_indices(axiom.conclusion) - {"d"})
        spans = [{"d": d}]
        for name in names:
            spans = [{**at, name: k} for at in spans for k in range(1, d + 3)]
        for at in spans:
            numbers = Numbers(at)
            if all(numbers.index(h.left) <= numbers.index(h.right) for h in axiom.hypotheses):
                yield numbers


@pytest.mark.parametrize("name", [a for a in AXIOMS if a != "gaussian.abs.mean.finite"])
def test_as_declared_to_fifty_digits(name):
    """The kernel's own term, with the integrals for E."""
    axiom, sizes = AXIOMS[name], (1, 2, 3, 5) if "gaussian" in name else (1, 2, 10, 60)
    seen = 0
    for numbers in instances(axiom, sizes):
        assert numbers.holds(axiom.conclusion), (name, numbers.at)
        seen += 1
    assert seen >= (1 if not T.free_indices(axiom.conclusion) else 7)


def test_the_fifty_digits_tell_neighbours_apart():
    """The same check refuses a constant that is off by 1e-40."""
    declared = AXIOMS["gaussian.norm.mean"].conclusion
    off = T.Rel(declared.left, "=", T.mul(declared.right, T.rat(1 + Fraction(1, 10**40))))
    assert Numbers({"d": 3, "n": 3}).holds(declared)
    assert not Numbers({"d": 3, "n": 3}).holds(off)


def test_the_mean_size_is_finite_and_exact():
    value = sympy.integrate(2 * t * DENSITY, (t, 0, sympy.oo))
    assert sympy.simplify(value - sympy.sqrt(2 / sympy.pi)) == 0
    assert sympy.integrate(2 * DENSITY, (t, 0, sympy.oo)) == 1
    with mp.workdps(60):
        assert abs(mean_size() - mp.sqrt(2 / mp.pi)) < mpf(10) ** -55


def chi_mean(n):
    density = 2 ** (1 - n / 2) / sympy.gamma(n / 2) * r ** (n - 1) * sympy.exp(-(r**2) / 2)
    mass = sympy.integrate(density, (r, 0, sympy.oo))
    return sympy.simplify(mass), sympy.integrate(r * density, (r, 0, sympy.oo))


def stated(n):
    return sympy.sqrt(2) * sympy.gamma((n + 1) / 2) / sympy.gamma(n / 2)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 12])
def test_the_mean_of_the_chi_distribution(n):
    mass, mean = chi_mean(sympy.Integer(n))
    assert mass == 1
    assert sympy.simplify(mean - stated(sympy.Integer(n))) == 0


def test_the_mean_of_the_chi_distribution_for_all_n():
    n = sympy.Symbol("n", positive=True)
    mass, mean = chi_mean(n)
    assert mass == 1
    assert sympy.gammasimp(sympy.simplify(mean / stated(n))) == 1


@pytest.mark.parametrize("n", [1, 2])
def test_the_radius_has_the_chi_density(n):
    """In one and two dimensions, from the density of g itself (polar coordinates for two)."""
    if n == 1:
        direct = sympy.integrate(2 * t * DENSITY, (t, 0, sympy.oo))
    else:
        plane = sympy.exp(-(r**2) / 2) / (2 * sympy.pi)
        direct = 2 * sympy.pi * sympy.integrate(r * r * plane, (r, 0, sympy.oo))
    assert sympy.simplify(direct - stated(sympy.Integer(n))) == 0
    with mp.workdps(60):
        exact = mpf(sympy.N(stated(sympy.Integer(n)), 60))
        assert abs(mean_radius(n) - exact) < mpf(10) ** -55


def test_gamma_s_recurrence_for_all_n():
    n = sympy.Symbol("n", positive=True)
    after = sympy.gamma(n / 2 + 1) - n / 2 * sympy.gamma(n / 2)
    assert sympy.gammasimp(sympy.expand_func(after)) == 0


def test_gamma_is_log_convex_by_cauchy_schwarz():
    """One factor's square integrates to Gamma(x), the other's to Gamma(x + 1), their product to
    Gamma(x + 1/2)."""
    x = sympy.Symbol("x", positive=True)
    one, two = (t ** ((x - 1) / 2) * sympy.exp(-t / 2), t ** (x / 2) * sympy.exp(-t / 2))

    def integral(body):
        return sympy.integrate(sympy.powsimp(sympy.expand(body)), (t, 0, sympy.oo))

    assert sympy.simplify(integral(one * two) - sympy.gamma(x + sympy.Rational(1, 2))) == 0
    assert sympy.simplify(integral(one**2) - sympy.gamma(x)) == 0
    assert sympy.simplify(integral(two**2) - sympy.gamma(x + 1)) == 0


def test_the_convexity_axiom_is_strict_and_nearly_tight():
    """The quotient of its sides is 1 + 1/(4x) + ..., so no smaller constant would do for all n."""
    declared = AXIOMS["gamma.log.convex"].conclusion
    for n in (1, 2, 10, 1000):
        left, right = Numbers({"d": n, "n": n}).sides(declared)
        assert 1 < right / left < 1 + mpf(1) / n
