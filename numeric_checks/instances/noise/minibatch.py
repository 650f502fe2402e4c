"""The noise of minibatches: a mean over drawn summands instead of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from torch import Tensor

from ..model import FiniteSum, Objective
from ..philox import minibatch


@dataclass(frozen=True, eq=False)
class Minibatch:
    """g^k is the mean gradient of ``batch`` summands, drawn independently with replacement.

    Why the constants are valid. Let n be a uniform index of f = (1/n) sum_n l_n.

    * (A2) E grad l_n = grad f exactly, for uniform indices; those of ``philox.minibatch`` are
      uniform up to a total variation below size 2^-65, each independently: far below one rounding
      of the arithmetic.
    * (A3) Var d_i l_n <= E (d_i l_n)^2 <= ``data.second_moments[i]``, and the mean of ``batch``
      independent ones divides the variance by ``batch``.

    The variance itself is a function of the point: (1/batch) ((1/n) sum_n (d_i l_n)^2 -
    (d_i f)^2). ``sigma2`` bounds it everywhere.

    Attributes:
        data: the objective whose summands are drawn.
        batch: at least 1.

    Raises:
        ValueError: ``batch`` < 1.
    """

    data: FiniteSum
    batch: int

    def __post_init__(self) -> None:
        if type(self.batch) is not int or self.batch < 1:
            raise ValueError(f"batch >= 1 is needed, not {self.batch!r}")

    @property
    def name(self) -> str:
        return f"batch {self.batch}"

    @property
    def dimension(self) -> int:
        return self.data.dimension

    @cached_property
    def sigma2(self) -> tuple[Fraction, ...]:
        """The bound of the second moment of one summand's derivative, over ``batch``."""
        return tuple(m / self.batch for m in self.data.second_moments)

    def fits(self, objective: Objective) -> None:
        if objective is not self.data:
            raise ValueError(f"the minibatches are those of another objective, {self.data.name}")

    def stochastic_gradient(
        self,
        objective: Objective,
        x: Tensor,
        step: int,
        seeds: Sequence[int],
        instances: Sequence[int] | None = None,
    ) -> Tensor:
        self.fits(objective)
        drawn = minibatch(self.data.size, self.batch, step, seeds, instances, x.device)
        return self.data.sample_gradient(x, drawn)
