"""signSGD: proved, from what it needs; it moves by the sign; its theory allows any sign of 0."""

from __future__ import annotations

import pytest

from ratecert.optimizers.recursions import SIGNSGD
from ratecert.proofs.language import Theory
from ratecert.proofs.library.inequalities import inequalities
from ratecert.proofs.library.setting import stochastic_setting
from ratecert.proofs.record.foundation import foundation
from ratecert.proofs.theorems.signsgd import rate, signsgd


@pytest.mark.parametrize("name", sorted(signsgd.claims))
def test_proved_and_no_hypothesis_is_idle(name: str) -> None:
    result = signsgd.claims[name].check()
    assert result.verdict == "proved", result.reason
    assert not result.unused


def test_what_the_rate_rests_on() -> None:
    """A2 is not used: a sign may be wrong on average."""
    claim = rate.check().claim
    assert claim is not None
    base = foundation(claim.theorem)
    assert set(base.assumptions) == {"A0", "A1", "A3"}
    assert {"s.sign", "s.size"} <= set(base.axioms)
    assert not base.oracles and not base.random_hypotheses


def test_a_sign_is_declared_by_what_holds_of_it() -> None:
    """No definition divides by |g|, so that no statement rests on 0/0."""
    theory = Theory("signs", extends=(inequalities,))
    stochastic_setting(theory, SIGNSGD)
    core = theory.kernel()
    assert "s" not in {d.head for d in core.definitions}
    assert {"s.sign", "s.size"} <= {a.name for a in core.axioms}
