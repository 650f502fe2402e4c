"""One run: AdamW on a network, gradients measured on the way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..monitor.norms import norms
from .data import DATA, Data
from .models import kinds
from .plan import FULL_AT, OPTIMIZERS, Run
from .records import Record, Series, rounded

CHUNK = 256
"""Data whose gradient is computed at once, where it is that of many."""
BETAS, EPS, DECAY = (0.9, 0.999), 1e-8, 0.01
"""The defaults of torch.optim.AdamW. The recursion, whose eps is inside the root, takes EPS^2."""


class _Log:
    """A ``Series`` in the making."""

    def __init__(self) -> None:
        self.steps = list[int]()
        self.ratio = list[float | None]()
        self.zeros = list[float]()
        self.loss = list[float]()
        self.tensors = list[tuple[float | None, ...]]()
        self.signal: list[float | None] = []

    def add(self, k: int, loss: float, gradient: Sequence[Tensor]) -> None:
        found = norms(gradient)
        zeros = sum(int((g == 0).sum()) for g in gradient) / found.d
        self.steps.append(k)
        self.ratio.append(rounded(found.ratio))
        self.zeros.append(rounded(zeros) or 0.0)
        self.loss.append(rounded(loss) or 0.0)
        self.tensors.append(tuple(rounded(r) for r in found.ratios.tolist()))

    def series(self) -> Series:
        return Series(
            tuple(self.steps), tuple(self.ratio), tuple(self.zeros), tuple(self.loss),
            tuple(self.tensors), tuple(self.signal),
        )  # fmt: skip


def seed_of(*parts: object) -> int:
    """A seed that is a function of the parts, below 2^63."""
    text = "\n".join(map(str, parts))
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big") >> 1


@contextmanager
def _random(seed: int) -> Iterator[None]:
    """Torch's default generator on the CPU, seeded, and left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def train(run: Run) -> Record:
    """Train one network, and record.

    Weights and minibatches are functions of model and seed: learning rates are compared on the
    same start and the same data. They are drawn on the CPU, whatever the device.

    Args:
        run: what is trained, and how.

    Returns:
        The stochastic gradients at k = 0, every, 2 every, ..., and those of the whole of f (or of
        ``run.sample`` of its data, the same all the time) at the fractions ``FULL_AT`` of the
        steps, until loss or gradient are no longer finite.

    Raises:
        ModuleNotFoundError: the data's package is not installed.
    """
    data, dtype, device = DATA[run.model.data](), getattr(torch, run.dtype), run.device
    with _random(seed_of("weights", run.model.name, run.seed)):
        network = run.model.build(data).to(device=device, dtype=dtype)
    parameters = list(network.parameters())
    draws = torch.Generator().manual_seed(seed_of("minibatches", run.model.name, run.seed))
    chosen = torch.Generator().manual_seed(seed_of("sample", run.model.name, run.seed))
    sample = min(run.sample or data.size, data.size)
    whole = torch.arange(data.size)
    if sample < data.size:
        whole = torch.randperm(data.size, generator=chosen)[:sample]
    optimizer = _optimizer(run, parameters)
    stochastic, full = _Log(), _Log()
    full_at = {round(at * run.steps) for at in FULL_AT}
    stopped = None
    for k in range(run.steps + 1):
        if k in full_at and not _whole(network, parameters, data, whole, run, k, full):
            stopped = k
            break
        if k == run.steps:
            break
        drawn = torch.randint(data.size, (run.batch,), generator=draws)
        optimizer.zero_grad()
        loss = _loss(network, data, drawn, run)
        loss.backward()  # type: ignore[no-untyped-call]
        gradient = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
        if not _finite(float(loss.detach()), gradient):
            stopped = k
            break
        if k % run.every == 0:
            stochastic.add(k, float(loss.detach()), gradient)
        optimizer.step()
    named = tuple((n, kind, p.numel()) for (n, kind), p in zip(kinds(network), parameters,
                                                              strict=True))  # fmt: skip
    return Record(
        model=run.model.name, family=run.model.family, width=run.model.width,
        d=sum(p.numel() for p in parameters), rate=run.rate, seed=run.seed,
        optimizer=run.optimizer, dtype=run.dtype, steps=run.steps, stopped=stopped,
        batch=run.batch, data=data.title, size=data.size, sample=sample, tensors=named,
        stochastic=stochastic.series(), full=full.series(),
    )  # fmt: skip


def _optimizer(run: Run, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    rate = float(run.rate)
    if run.optimizer == OPTIMIZERS["torch"]:
        return torch.optim.AdamW(parameters, lr=rate, betas=BETAS, eps=EPS, weight_decay=DECAY)
    from ...optimizers.torch_optim import AdamW

    theta, beta = BETAS
    return AdamW(parameters, eta=rate, theta=theta, beta=beta, eps=EPS**2, lam=DECAY)


def _loss(network: nn.Module, data: Data, chosen: Tensor, run: Run) -> Tensor:
    """The mean loss of the data chosen."""
    inputs, targets = data.inputs[chosen].to(run.device), data.targets[chosen].to(run.device)
    if inputs.is_floating_point():
        inputs = inputs.to(getattr(torch, run.dtype))
    return functional.cross_entropy(network(inputs), targets)


def _mean_gradient(
    network: nn.Module, parameters: list[nn.Parameter], data: Data, chosen: Tensor, run: Run
) -> tuple[float, list[Tensor]]:
    """Loss and gradient of the mean over the data chosen, added up in float64."""
    total, sums = 0.0, [torch.zeros_like(p, dtype=torch.float64) for p in parameters]
    for part in torch.split(chosen, CHUNK):
        loss = _loss(network, data, part, run)
        found = torch.autograd.grad(loss, parameters)
        share = len(part) / len(chosen)
        total += share * float(loss.detach())
        for to, gradient in zip(sums, found, strict=True):
            to.add_(gradient, alpha=share)
    return total, sums


def _whole(
    network: nn.Module,
    parameters: list[nn.Parameter],
    data: Data,
    chosen: Tensor,
    run: Run,
    k: int,
    log: _Log,
) -> bool:
    """Measure the gradient over the data chosen; False, and nothing noted, if not finite."""
    if len(chosen) == data.size:
        loss, gradient = _mean_gradient(network, parameters, data, chosen, run)
        signal = None
    else:
        half = len(chosen) // 2
        one, a = _mean_gradient(network, parameters, data, chosen[:half], run)
        two, b = _mean_gradient(network, parameters, data, chosen[half : 2 * half], run)
        loss, gradient = (one + two) / 2, [(x + y) / 2 for x, y in zip(a, b, strict=True)]
        inner = sum(float((x * y).sum()) for x, y in zip(a, b, strict=True))
        squared = sum(float((g * g).sum()) for g in gradient)
        signal = inner / squared if squared else math.nan
    if not _finite(loss, gradient):
        return False
    log.add(k, loss, gradient)
    if signal is not None:
        log.signal.append(rounded(signal))
    return True


def _finite(loss: float, gradient: Sequence[Tensor]) -> bool:
    return math.isfinite(loss) and all(bool(g.isfinite().all()) for g in gradient)
