"""The short confrontation on real data, end to end, as a command would run it."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from ratecert.numeric_checks.evaluate import Check, Statement, check_all
from ratecert.numeric_checks.instances import digits, round_down
from ratecert.numeric_checks.simulate import simulate
from ratecert.optimizers.recursions import SGD
from ratecert.proofs.kernel.terms import App, E, IxVal, Le, Rel, add, div, mul, power, rat, sqrt


def _rate(words: Any) -> Statement:
    K, L, Delta = IxVal(words.K), words.L, words.Delta
    norm = sqrt(words.over_i(power(words.G(words.k, words.i), 2)))
    average = div(words.over_k(E(norm)), K)
    noise = power(div(mul(power(App("sigma_s", ()), 2), L, Delta), K), Fraction(1, 4))
    bound = add(
        mul(power(rat(2), Fraction(1, 4)), noise),
        sqrt(div(mul(rat(2), L, Delta), K)),
    )
    return Statement("rate", Rel(average, "<=", bound), (Le(words.one, words.K),))


def test_quick(words: Any) -> None:
    K, seeds = 200, range(4)
    instance = digits(batch=128)
    gap, noise = float(instance.Delta), float(instance.sigma_s2)
    eta = min(
        round_down(1 / instance.L),
        math.sqrt(2 * gap / (K * float(instance.L) * noise)),
    )
    descent = Statement("descent", words.descent(), words.steps)
    seen: list[tuple[int, int]] = []
    windows = simulate(
        SGD,
        instance,
        K=K,
        seeds=seeds,
        parameters={"eta": eta},
        progress=lambda done, total: seen.append((done, total)),
    )
    found: list[Check] = check_all([descent, _rate(words)], windows)
    assert seen[-1] == (K, K)
    assert [c.verdict for c in found] == ["holds", "undecided"]
    assert found[0].checked == K * 4
    average, bound = found[1].left, found[1].right
    trivial = math.sqrt(instance.gradient_l2_squared_bound)
    # The bound must say something: it is below what any point at all satisfies.
    assert 0 < average < bound < trivial
    report = [str(c) for c in found]
    assert report[0].startswith("descent: holds, ratio 0.9")
    assert report[1].startswith("rate: undecided, ratio 0.")
