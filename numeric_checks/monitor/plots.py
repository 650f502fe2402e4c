"""A figure of what a monitor saw; matplotlib (extra [plot])."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .watch import Monitor


def figure(monitor: Monitor) -> Any:
    """The ratio over steps with the range of the tensors', and the pairs that L and sigma rest on.

    Raises:
        ImportError, ValueError: as ``Monitor.plot`` says.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("plot needs matplotlib: pip install 'ratecert[plot]'") from error
    records = monitor.history.records
    if not records:
        raise ValueError("nothing was recorded yet: take a step first")
    steps = [record.step for record in records]
    made = Figure(figsize=(9, 3.4), layout="constrained")
    above, pairs = made.subplots(1, 2)
    own = [[r for r in record.tensors.values() if not math.isnan(r)] for record in records]
    low = [min(each, default=math.nan) for each in own]
    high = [max(each, default=math.nan) for each in own]
    above.fill_between(steps, low, high, alpha=0.2, lw=0, label="least to largest tensor")
    above.plot(steps, [record.ratio for record in records], label="in all")
    above.axhline(math.sqrt(2 / math.pi), ls=":", c="0.4", label="Gaussian")
    above.set(xlabel="step", ylabel=r"$\|g\|_1 / (\sqrt{d}\,\|g\|_2)$", ylim=(0, 1))
    above.legend()
    quotients = [r.changed / r.moved if r.moved > 0 else math.nan for r in records]
    noise = [r.changed / math.sqrt(2) for r in records]
    pairs.plot(steps, quotients, ".", label=r"$\|\Delta g\|/\|\Delta x\|$ (estimates L)")
    pairs.plot(steps, noise, ".", label=r"$\|\Delta g\|/\sqrt{2}$ (estimates $\sigma_s$)")
    if any(value > 0 for value in (*quotients, *noise)):
        pairs.set_yscale("log")
    pairs.set(xlabel="step")
    pairs.legend()
    return made
