"""SGD with momentum: proved, from what it needs; at theta = 0 it is SGD's rate."""

from __future__ import annotations

import pytest

from ratecert.proofs.language import Theory, by, root, sqrt, within
from ratecert.proofs.record.foundation import foundation
from ratecert.proofs.theorems import sgd
from ratecert.proofs.theorems.momentum import Delta, K, L, momentum, rate, sigma_s, theta


@pytest.mark.parametrize("name", sorted(momentum.claims))
def test_proved_and_no_hypothesis_is_idle(name: str) -> None:
    result = momentum.claims[name].check()
    assert result.verdict == "proved", result.reason
    assert not result.unused


def test_what_the_rate_rests_on() -> None:
    claim = rate.check().claim
    assert claim is not None
    base = foundation(claim.theorem)
    assert set(base.assumptions) == {"A0", "A1", "A2", "A3"}
    assert set(base.axioms) == {"deterministic-start"}
    assert not base.oracles and not base.random_hypotheses


def test_without_momentum_it_is_the_rate_of_sgd() -> None:
    """Right sides at theta = 0, shown equal by the kernel."""
    later = Theory("later", extends=(momentum,))
    mine = root(2, 4) * root((1 + theta) * sigma_s**2 * L * Delta / K, 4)
    mine += sqrt(2 * ((1 + theta) / (1 - theta)) * L * Delta / K)
    theirs = root(2, 4) * root(sigma_s**2 * L * Delta / K, 4) + sqrt(2 * L * Delta / K)
    assert (rate.claim[2], sgd.rate.claim[2]) == (mine, theirs)
    at_zero = mine.xreplace({theta: 0})
    given = [within(K, 1), (0, "<", L), (0, "<", Delta)]
    claim = later.lemma("equal", title="equal", given=given, claim=(at_zero, "==", theirs))(
        lambda p: p.have((at_zero, "==", theirs), by.algebra())
    )
    assert claim.check().verdict == "proved", claim.check().reason
