"""The classes, one a recursion: names and defaults of their arguments, and what they are not."""

from __future__ import annotations

from typing import Any

from .. import recursions
from .base import RecursionOptimizer


class SGD(RecursionOptimizer):
    """Stochastic gradient descent, ``x^{k+1} = x^k - eta g^k``, for training.

    It is ``torch.optim.SGD(params, lr=eta)``. There is no momentum (that is ``Momentum``) and no
    weight decay. Other arguments and what is raised: ``RecursionOptimizer``.

    Args:
        params: tensors, pairs of name and tensor, or groups.
        eta: step size, > 0.

    >>> import torch
    >>> x = torch.nn.Parameter(torch.tensor([1.0]))
    >>> x.grad = torch.tensor([2.0])
    >>> SGD([x], eta=0.25).step(), x.item()
    (None, 0.5)
    """

    recursion = recursions.SGD

    def __init__(
        self,
        params: Any,
        eta: float,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(params, eta=eta, maximize=maximize, foreach=foreach, **unknown)


class Momentum(RecursionOptimizer):
    """Stochastic gradient descent with averaged momentum, for training.

        m^k = theta m^{k-1} + (1-theta) g^k,   x^{k+1} = x^k - eta m^k

    ``torch.optim.SGD(params, lr=eta * (1 - theta), momentum=theta)`` makes the same iterates: torch
    adds the gradient without the factor 1 - theta, so its step at the same ``lr`` is 1/(1-theta)
    times as long. With ``dampening=theta`` torch has the factor, but not in its first step. No
    Nesterov variant, no weight decay. Other arguments and what is raised: ``RecursionOptimizer``.

    Args:
        params: tensors, pairs of name and tensor, or groups.
        eta: step size, > 0.
        theta: decay of the momentum, in [0, 1).
    """

    recursion = recursions.MOMENTUM

    def __init__(
        self,
        params: Any,
        eta: float,
        theta: float = 0.9,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(
            params, eta=eta, theta=theta, maximize=maximize, foreach=foreach, **unknown
        )


class Adam(RecursionOptimizer):
    """Adam as the theorem ``adam.rate`` has it, for training.

        m^k = theta m^{k-1} + (1-theta) g^k,   v^k = beta v^{k-1} + (1-beta) (g^k)^2
        x^{k+1} = x^k - eta m^k / sqrt(v^k + eps)

    Two things differ from ``torch.optim.Adam(params, lr=eta, betas=(theta, beta))``. There is no
    bias correction: torch's step k is sqrt(1-beta^k)/(1-theta^k) times as long, which at the usual
    betas is 0.32 for k = 1, 0.15 for k = 10 and 0.80 for k = 1000. And eps is inside the root:
    sqrt(eps) here is what torch's ``eps`` is where v^k is 0, so that the default 1e-16 matches
    torch's 1e-8. There is no weight decay (torch's is coupled). Other arguments and what is raised:
    ``RecursionOptimizer``.

    Args:
        params: tensors, pairs of name and tensor, or groups.
        eta: step size, > 0.
        theta: decay of the momentum, in [0, 1).
        beta: decay of the second moment, in [0, 1).
        eps: floor of the second moment, inside the root, > 0.
    """

    recursion = recursions.ADAM

    def __init__(
        self,
        params: Any,
        eta: float,
        theta: float = 0.9,
        beta: float = 0.999,
        eps: float = 1e-16,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(
            params, eta=eta, theta=theta, beta=beta, eps=eps,
            maximize=maximize, foreach=foreach, **unknown,
        )  # fmt: skip


class AdamW(RecursionOptimizer):
    """AdamW as the theorem ``adamw.rate`` has it, for training.

        m^k = theta m^{k-1} + (1-theta) g^k,   v^k = beta v^{k-1} + (1-beta) (g^k)^2
        x^{k+1} = (1 - lam eta) x^k - eta m^k / sqrt(v^k + eps)

    It differs from ``torch.optim.AdamW(params, lr=eta, betas=(theta, beta), weight_decay=lam)`` as
    ``Adam`` does from torch's: no bias correction, and eps inside the root. The decay is the same.
    Other arguments and what is raised: ``RecursionOptimizer``.

    Args:
        params: tensors, pairs of name and tensor, or groups.
        eta: step size, > 0.
        theta: decay of the momentum, in [0, 1).
        beta: decay of the second moment, in [0, 1).
        eps: floor of the second moment, inside the root, > 0.
        lam: decoupled weight decay, >= 0 (``weight_decay`` of torch).
    """

    recursion = recursions.ADAMW

    def __init__(
        self,
        params: Any,
        eta: float,
        theta: float = 0.9,
        beta: float = 0.999,
        eps: float = 1e-16,
        lam: float = 0.01,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(
            params, eta=eta, theta=theta, beta=beta, eps=eps, lam=lam,
            maximize=maximize, foreach=foreach, **unknown,
        )  # fmt: skip


class NAdamW(RecursionOptimizer):
    """AdamW with the momentum mixed once more with the gradient, for training.

        m^k = theta m^{k-1} + (1-theta) g^k,   v^k = beta v^{k-1} + (1-beta) (g^k)^2
        n^k = mu m^k + (1-mu) g^k
        x^{k+1} = (1 - lam eta) x^k - eta n^k / sqrt(v^k + eps)

    mu = 1 is ``AdamW``; mu = theta is NAdamW as practised, of which ``nadamw.rate`` speaks, and
    with lam = 0 NAdam. Three things differ from ``torch.optim.NAdam(...,
    decoupled_weight_decay=True)``: no bias correction, eps inside the root, and a constant momentum
    where torch has Dozat's schedule (``momentum_decay``). Other arguments and what is raised:
    ``RecursionOptimizer``.

    Args:
        params: tensors, pairs of name and tensor, or groups.
        eta: step size, > 0.
        theta: decay of the momentum, in [0, 1).
        beta: decay of the second moment, in [0, 1).
        mu: weight of the momentum in the step, in [0, 1]; by default (None) the group's theta.
        eps: floor of the second moment, inside the root, > 0.
        lam: decoupled weight decay, >= 0 (``weight_decay`` of torch).
    """

    recursion = recursions.NADAMW

    def __init__(
        self,
        params: Any,
        eta: float,
        theta: float = 0.9,
        beta: float = 0.999,
        mu: float | None = None,
        eps: float = 1e-16,
        lam: float = 0.01,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(
            params, eta=eta, theta=theta, beta=beta, mu=mu, eps=eps, lam=lam,
            maximize=maximize, foreach=foreach, **unknown,
        )  # fmt: skip
