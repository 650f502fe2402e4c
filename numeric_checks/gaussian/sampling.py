"""The same claims on samples, without any formula for an expectation.

An expectation is replaced by an interval around the mean of its statistic over N independent
vectors (Catoni's, by a bound of the variance that ``law`` proves), pi, Gamma and phi by balls, and
both sides are enclosed: a claim about expectations holds, is violated, or stays undecided, with a
probability of at most alpha that a verdict is wrong. No sampling shows an equation to hold. A claim
about every g (that a square is at most the sum of squares) is evaluated on each sample, and what
floats deny is decided in rationals.

The vectors are drawn by ``instances.noise.Gaussian``, coordinate i of sample s at counter
(i, 0, s): the statistic is read by the torch backend from the kernel's term, g being a process
whose times are coordinates.

What is drawn is not quite g. Rounding and the factor 1 - 2^-40 change a size by less than 2^-39 of
itself. Moving u and phi from anywhere in a cell of their grids to its middle moves R cos(phi) by
2^-48 in the mean (the oscillations of R over cells add up to R(2^-52) < 9, and each cell has
probability 2^-52; the cosine moves by less than 2^-51), and by 2^-28 in the quadratic mean, nearly
all of it in the cell at u = 0. So in at most 999 dimensions a mean of sizes is off by less than
2^-36 of itself, and a variance exceeds its bound by less than 2^-20 of it: intervals and bounds are
widened by that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import torch
from flint import arb, fmpq
from torch import Tensor

from ...proofs.kernel.indices import substitute_indices
from ...proofs.kernel.terms import App, E, Ix, Rel, subterms
from ..evaluate import Carried, Statement, evaluate
from ..evaluate.torch_backend import TorchReading
from ..exact import from_float, sign, working_precision
from ..instances.noise import Gaussian
from ..simulate import Run
from ..simulate.run import Series
from ..verdict import ErrorBudget, Variance, interval
from .exactly import Verdict, gravest, places, sides
from .law import GaussianError, InBalls, Reading, variance_of

ALPHA = Fraction(1, 10**6)
"""The error probability of the verdict on one claim."""
MOST = 1 << 32
_DRAWN = fmpq(1, 1 << 36)
_SPREAD = 1 + 2.0**-20
_BITS = 128


@dataclass(frozen=True)
class Sampled:
    """What samples say of a claim.

    Attributes:
        verdict: over all places; ``violated`` is wrong with probability at most ``ALPHA``, and so
            is ``holds`` (and neither, if the claim is about each g).
        places: places evaluated: values of the indices, and samples if it is about each g.
        expectations: different ones that were estimated; 0 if the claim has none.
        deviation: the largest distance of the two sides of an equation, in widths of the interval
            of their difference: at most 1/2 if none is violated; 0 if it is no equation.
        evidence: a sentence.
        location: of the violation.
    """

    verdict: Verdict
    places: int
    expectations: int
    deviation: float
    evidence: str
    location: str = ""


def draws(d: int, samples: int, seed: int, tile: int) -> Iterator[Tensor]:
    """Standard Gaussian vectors [<= tile, d], ``samples`` in all.

    Raises:
        GaussianError: there is no sample, or more than counters have numbers for.
    """
    if not 1 <= samples <= MOST or tile < 1:
        raise GaussianError(f"from 1 to {MOST} samples by tiles of at least 1: {samples}, {tile}")
    noise = Gaussian((Fraction(1),) * d)
    for first in range(0, samples, tile):
        numbers = range(first, min(first + tile, samples))
        yield noise.draw(0, (seed,) * len(numbers), numbers)


def sampled(
    statement: Statement, d: int, samples: int, *, seed: int = 0, tile: int = 4096
) -> Sampled | None:
    """Confront a statement with samples in one dimension; None if it speaks of no g.

    Args:
        statement: its conclusion is about g, pi, Gamma and phi.
        d: the dimension; free indices take all values that it admits.
        samples: how many vectors.
        seed: of their random stream, in [0, 2^64).
        tile: vectors drawn at once; it changes no draw.

    Raises:
        GaussianError: there is no bound of a variance.
        BoundError, EvaluationError: as the readings.
    """
    at = [
        (place, _at(statement.conclusion, {**place, "d": d}))
        for size, place in places(statement, d)
        if size == d
    ]
    if not any(isinstance(n, App) and n.name == "g" for _, r in at for n, _ in subterms(r)):
        return None
    found: dict[E, list[Tensor]] = {
        node: [] for _, relation in at for node, _ in subterms(relation) if isinstance(node, E)
    }
    if not found:
        return _each(statement, at, draws(d + 1, samples, seed, tile))
    for drawn in draws(d + 1, samples, seed, tile):
        reading = TorchReading(_run(drawn, d), {}, statement.unfold, {}, frozenset(), Carried())
        for term, values in found.items():
            values.append(reading.term(term.body).data.reshape(-1))
    with working_precision(_BITS):
        means = _means({term: torch.cat(values) for term, values in found.items()})
        return _enclosed(statement, d, at, means, samples)


def _at(relation: Rel, place: Mapping[str, int]) -> Rel:
    """With numbers for the indices, d among them."""
    found = substitute_indices(relation, {name: Ix(None, value) for name, value in place.items()})
    return found if isinstance(found, Rel) else relation


def _run(drawn: Tensor, d: int) -> Run:
    """Vectors [N, D] as a process of D times: coordinate i at time i, one row a vector."""
    rows, last = drawn.shape
    return Run(
        first=1, last=last, indices={"K": last, "d": d}, constants={}, points={},
        processes={"g": Series(drawn.T.contiguous(), 1)}, at_points={},
        seeds=tuple(range(rows)), instances=(0,) * rows, replicates=True,
    )  # fmt: skip


def _means(samples: Mapping[E, Tensor]) -> dict[E, arb]:
    """Balls around expectations, all of them right but with probability ``ALPHA``."""
    budget = ErrorBudget(ALPHA, "samples")
    shares = budget.split({str(n): 1 for n in range(len(samples))})
    found: dict[E, arb] = {}
    for share, (term, values) in zip(shares.values(), samples.items(), strict=True):
        variance, source = variance_of(term.body)
        bound = Variance(float(variance.upper()) * _SPREAD, source)
        ends = interval(values, bound, share.all() / 2)
        if ends is None:
            raise GaussianError(f"no interval for {term}")
        low, high = (arb(fmpq(*v.as_integer_ratio())) for v in (ends.low, ends.high))
        room = 1 + arb(0, 1) * _DRAWN
        found[term] = (low * room).union(high * room)
    return found


def _enclosed(
    statement: Statement,
    d: int,
    at: list[tuple[dict[str, int], Rel]],
    means: Mapping[E, arb],
    samples: int,
) -> Sampled:
    verdicts: list[Verdict] = []
    location, deviation, equation = "", 0.0, statement.conclusion.op == "="
    for place, relation in at:
        reading = Reading(InBalls(), d, statement.unfold, means=means)
        left, right = sides(Statement(statement.name, relation), reading, place)
        gap = arb(right - left)
        good = {"<=": gap >= 0, "<": gap > 0, "=": False}[relation.op]
        wrong = {"<=": gap < 0, "<": gap <= 0, "=": not gap.contains(0)}[relation.op]
        verdicts.append("violated" if wrong else "holds" if good else "undecided")
        if wrong and not location:
            location = ", ".join((f"d = {d}", *(f"{n} = {v}" for n, v in place.items())))
        if equation:
            deviation = max(deviation, float(abs(gap.mid()) / (2 * gap.rad())))
    verdict = gravest(verdicts)
    text = f"{len(means)} expectations from {samples} samples, error {float(ALPHA):.0e}"
    told = {"holds": "both sides are apart, as claimed", "violated": "the sides are not as claimed",
            "undecided": "the enclosures of the sides overlap"}[verdict]  # fmt: skip
    return Sampled(verdict, len(at), len(means), deviation, f"{text}: {told}", location)


def _each(
    statement: Statement, at: list[tuple[dict[str, int], Rel]], drawn: Iterator[Tensor]
) -> Sampled:
    """A statement about every g, on every sample."""
    count, alarms, open_ = 0, 0, 0
    for block in drawn:
        run = _run(block, block.shape[1] - 1)
        for place, relation in at:
            found = evaluate(Statement(statement.name, relation, (), statement.unfold), run)
            if found is None:
                raise GaussianError(f"{statement.name}: nothing was evaluated at {place}")
            count += len(block)
            for row in found.alarms.reshape(-1).expand(len(block)).nonzero().flatten().tolist():
                alarms += 1
                sample = tuple(from_float(v) for v in block[row].tolist())
                denied = _denied(statement, relation, place, sample)
                open_ += denied is None
                if denied:
                    where = ", ".join((*(f"{n} = {v}" for n, v in place.items()), f"g = {sample}"))
                    text = "a sample violates it, decided in rationals"
                    return Sampled("violated", count, 0, 0.0, text, where)
    cleared = f"{alarms - open_} of {alarms} alarms cleared by exact arithmetic"
    text = f"{count} places on samples, {cleared if alarms else 'no alarm'}"
    return Sampled("undecided" if open_ else "holds", count, 0, 0.0, text)


def _denied(
    statement: Statement, relation: Rel, place: dict[str, int], sample: tuple[fmpq, ...]
) -> bool | None:
    """Does it fail on this sample? None if balls do not tell."""
    reading = Reading(InBalls(), len(sample) - 1, statement.unfold, sample=sample)
    left, right = sides(Statement(statement.name, relation), reading, place)
    gap = sign(right - left)
    return None if gap is None else {"<=": gap < 0, "<": gap <= 0, "=": gap != 0}[relation.op]
