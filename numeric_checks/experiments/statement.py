"""What the numbers support and what they do not, in sentences that follow from them by rules.

The rules: a slope's sentence is chosen by its ``conclusion`` (``slopes.conclude``); the verdict
by the conclusions of the gradients of f late in training, one for each family. Nothing is said of
a family with too few sizes or seeds but that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from .analysis import MEASURES, middle, within
from .records import Record
from .slopes import FALLING, KEEPING, Slope, slopes

GAUSSIAN = math.sqrt(2 / math.pi)
WORDS = {
    "few": "too few sizes or seeds, or sizes too near each other: nothing is concluded",
    "open": "it excludes neither 0 nor -1/2: nothing is concluded",
    "level": "it contains 0, as Theta(sqrt(d)) has it, and excludes -1/2",
    "half": "it contains -1/2, as ||g||_1 = Theta(||g||_2) has it, and excludes 0",
    "between": "it excludes 0 and -1/2: the ratio falls as d grows, but more slowly than d^(-1/2)",
    "rising": "it excludes 0 and -1/2: the ratio grows with d",
    "steeper": "it excludes 0 and -1/2: the ratio falls faster than d^(-1/2)",
}


@dataclass(frozen=True)
class Sentence:
    """A paragraph. ``topic``: range, gradient, slopes, zeros, verdict or limits."""

    topic: str
    text: str


def statement(records: Sequence[Record]) -> list[Sentence]:
    """All that is said; of no records, nothing."""
    if not records:
        return []
    found = list(slopes(records))
    main = [s for s in found if s.measure == "ratio"]
    return [
        *_ranges(records),
        *(Sentence("slopes", text) for text in _slopes(main)),
        *_zeros(records, found),
        Sentence("verdict", verdict(main)),
        Sentence("limits", _limits(records, main)),
    ]


def down(value: float) -> str:
    """Three digits behind the point, rounded down.

    >>> down(0.0999), down(0.5)
    ('0.099', '0.500')
    """
    return f"{math.floor(value * 1000) / 1000:.3f}"


def up(value: float) -> str:
    """Three digits behind the point, rounded up."""
    return f"{math.ceil(value * 1000) / 1000:.3f}"


def families(records: Sequence[Record]) -> list[str]:
    """Their names, in order."""
    return list(dict.fromkeys(r.family for r in records))


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def counted(number: int, what: str) -> str:
    """``1 run``, ``2 runs``, ``2 families``."""
    if number == 1:
        return f"1 {what}"
    return f"{number} {f'{what[:-1]}ies' if what.endswith('y') else f'{what}s'}"


# --- ranges ---------------------------------------------------------------------------------------


def _ranges(records: Sequence[Record]) -> Iterator[Sentence]:
    sizes = sorted({r.d for r in records})
    stopped = sum(r.stopped is not None for r in records)
    for gradient, what in (("stochastic", "gradients of minibatches"), ("full", "")):
        ratios = [v for r in records for v in r.series(gradient).ratio if v is not None]
        blank = sum(v is None for r in records for v in r.series(gradient).ratio)
        if not ratios:
            yield Sentence("range", f"No {gradient} gradient has a ratio.")
            continue
        sampled = families([r for r in records if r.sample < r.size])
        whole = families([r for r in records if r.sample == r.size])
        if not what:
            parts = [f"of f ({listed(whole)})"] if whole else []
            parts += [f"on samples that stand for f ({listed(sampled)})"] if sampled else []
            what = f"gradients {listed(parts)}"
        text = (
            f"In {len(ratios)} {what}, of {counted(len(records), 'run')} with d from {sizes[0]} to "
            f"{sizes[-1]}, ||g||_1 / (sqrt(d) ||g||_2) lay between {down(min(ratios))} and "
            f"{up(max(ratios))}, its median being {median(ratios):.3f}; for Gaussian vectors it is "
            f"about {GAUSSIAN:.3f}. So ||g||_1 >= c sqrt(d) ||g||_2 with c = {down(min(ratios))} "
            "held for each of them, and for no larger c (to three digits)."
        )
        if blank:
            text += f" {counted(blank, 'further gradient')} had no ratio, being 0."
        if gradient == "stochastic" and stopped:
            text += f" {counted(stopped, 'run')} ended early, in numbers that are not finite."
        yield Sentence("range", text)
    signals = [v for r in records for v in r.full.signal if v is not None]
    if signals:
        yield Sentence(
            "gradient",
            "A gradient g on a sample is not grad f. By the inner product of the gradients on the "
            "two halves of the sample, ||grad f||_2^2 is estimated at "
            f"{min(signals):.2f} to {max(signals):.2f} of ||g||_2^2, the median being "
            f"{median(signals):.2f}.",
        )


# --- slopes ---------------------------------------------------------------------------------------


def _slopes(found: Sequence[Slope]) -> Iterator[str]:
    """Of gradients of f, late: what the verdict rests on. The others are in the table."""
    for slope in found:
        if (slope.gradient, slope.phase) == ("full", "late"):
            yield described(slope)


def described(slope: Slope) -> str:
    """One slope, and what its interval says."""
    whose = "gradients of minibatches" if slope.gradient == "stochastic" else "gradients of f"
    when = {"start": "at the start", "early": "early in training", "late": "late in training"}
    head = f"{slope.family}, {whose}, {when[slope.phase]}: "
    if slope.low is None or slope.mid is None or slope.high is None or slope.factor is None:
        return f"{head}{WORDS['few']}."
    text = (
        f"{head}the slope of log ratio on log d, over {len(slope.sizes)} sizes from "
        f"{slope.sizes[0]} to {slope.sizes[-1]}, is {slope.mid:+.3f} in the median and from "
        f"{slope.low:+.3f} to {slope.high:+.3f} over {counted(slope.seeds, 'seed')}"
        f" ({100 * slope.coverage:.1f} % interval); {WORDS[slope.conclusion]}."
    )
    if slope.conclusion in (*FALLING, "rising"):
        text += f" From the smallest size to the largest this is a factor of {slope.factor:.2f}."
    if slope.unless:
        sizes = listed([str(d) for d in slope.unless])
        text += f" Without the size {sizes} the conclusion would be another."
    if len(slope.by_rate) > 1:
        alone = [f"{mid:+.3f} at {rate} ({told})" for rate, mid, told in slope.by_rate]
        text += f" At each learning rate alone it is {listed(alone)}."
    if slope.left_out:
        text += f" {counted(slope.left_out, 'seed')} left out, whose runs are not complete."
    return text


def _zeros(records: Sequence[Record], found: Sequence[Slope]) -> Iterator[Sentence]:
    """Whether the trend is one of exact zeros."""
    late = [
        (r.d, r.stochastic.zeros[n])
        for r in records for n in within(r.stochastic, r.steps, "late")
    ]  # fmt: skip
    if not late:
        return
    values = [z for _, z in late]
    text = (
        f"Of the coordinates of late stochastic gradients, {100 * min(values):.0f} % to "
        f"{100 * max(values):.0f} % are exactly 0 (median {100 * (middle(values) or 0):.0f} %). "
    )
    told = list[str]()
    for family in families(records):
        plain, other = (
            next(s for s in found if (s.family, s.gradient, s.phase, s.measure)
                 == (family, "full", "late", measure))
            for measure in MEASURES
        )  # fmt: skip
        if plain.mid is not None and other.mid is not None:
            told.append(
                f"{family} {other.mid:+.3f} ({other.conclusion}) in place of {plain.mid:+.3f} "
                f"({plain.conclusion})"
            )
    if told:
        text += (
            "With the number of other coordinates in place of d in the ratio, the late slopes of "
            f"gradients of f are: {'; '.join(told)}."
        )
    yield Sentence("zeros", text.strip())


# --- verdict --------------------------------------------------------------------------------------


def verdict(found: Sequence[Slope]) -> str:
    """What the late gradients of f say of Theta(sqrt(d)), by the conclusions of their slopes.

    Of a family whose ratio falls at one learning rate and not at another, nothing is concluded.
    """
    late = [s for s in found if (s.gradient, s.phase) == ("full", "late")]
    of = {s.family: s.conclusion for s in late if not s.mixed}
    mixed = [s.family for s in late if s.mixed]
    falling = [f for f, c in of.items() if c in FALLING]
    keeping = [f for f, c in of.items() if c in KEEPING]
    nothing = [f for f, c in of.items() if c not in (*FALLING, *KEEPING)]
    parts = list[str]()
    if falling:
        parts.append(
            f"in {listed(falling)} ||g||_1 / ||g||_2 grew more slowly than sqrt(d) as networks "
            "were made wider: these data do not support Theta(sqrt(d)), by which the "
            "ratio would stay above a constant as d grows"
        )
        half = [f for f in falling if of[f] == "half"]
        if half:
            parts.append(f"in {listed(half)} ||g||_1 = Theta(||g||_2) is not excluded")
        steeper = [f for f in falling if of[f] == "steeper"]
        if steeper:
            parts.append(f"in {listed(steeper)} it even fell")
    if keeping:
        parts.append(
            f"in {listed(keeping)} ||g||_1 / ||g||_2 grew as sqrt(d) or faster: these data support "
            "Theta(sqrt(d)) within those sizes"
        )
    if mixed:
        parts.append(
            f"in {listed(mixed)} it depends on the learning rate whether the ratio falls: nothing "
            "is concluded"
        )
    if nothing:
        parts.append(f"of {listed(nothing)} these data do not tell Theta(sqrt(d)) from Theta(1)")
    fragile = [s.family for s in late if s.unless and s.family in (*falling, *keeping)]
    if fragile:
        parts.append(f"the conclusion on {listed(fragile)} hangs on single sizes")
    return f"Verdict, on gradients of f late in training: {'; '.join(parts)}."


def _progress(records: Sequence[Record], main: Sequence[Slope]) -> str:
    """How far networks of different sizes were trained at the same step."""
    told = list[str]()
    for family in families(records):
        own = [r for r in records if r.family == family and r.stopped is None and r.full.loss]
        sizes = sorted({r.d for r in own})
        if len(sizes) > 1:
            ends = [middle(r.full.loss[-1] for r in own if r.d == d) for d in (sizes[0], sizes[-1])]
            told.append(f"{family} {ends[0]:.3f} and {ends[1]:.3f}")
    if not told:
        return ""
    instead = [
        f"{s.family} {s.mid:+.3f}, {s.low:+.3f} to {s.high:+.3f} ({s.conclusion})"
        for s in main
        if s.phase == "matched" and s.mid is not None and s.low is not None and s.high is not None
    ]  # fmt: skip
    return (
        "Sizes are compared at the same step, not at the same loss, so what is due to d and what "
        "to how far training has come is not separated; the median loss at the end, of the "
        f"smallest and of the largest size, is: {'; '.join(told)}."
        + (
            " Compared instead where the loss is first as low as all runs at a learning rate come, "
            f"the slopes of minibatches' gradients are: {'; '.join(instead)}."
            if instead else ""
        )
    )  # fmt: skip


def _limits(records: Sequence[Record], main: Sequence[Slope]) -> str:
    intervals = [s for s in main if s.low is not None]
    wrong = sum(1 - s.coverage for s in intervals)
    steps = sorted({r.steps for r in records})
    rates = sorted({r.rate for r in records}, key=float)
    names = families(records)
    exact = families([r for r in records if r.sample == r.size])
    parts = [
        "Nothing follows for d to infinity: Theta(sqrt(d)) is about a limit, and a finite range of "
        "sizes can neither prove nor refute it.",
        f"There {'are' if len(names) > 1 else 'is'} {counted(len(names), 'family')} (architecture "
        "and data), in which networks grow by width alone, at learning rates "
        f"({', '.join(rates)}) that were not tuned to the width, for at most "
        f"{counted(steps[-1], 'step')}: the intervals speak of repetitions with other seeds within "
        "a family, and of nothing else.",
    ]
    if progress := _progress(records, main):
        parts.append(progress)
    if intervals:
        parts.append(
            f"Of the {counted(len(intervals), 'interval')} up to {wrong:.1f} are expected to miss "
            "by chance, and a line in log d is a summary, not a law."
        )
    parts.append(
        "A minibatch's gradient is not grad f, of which the claim is"
        + (f"; only in {listed(exact)} is f's own gradient measured exactly." if exact
           else ", and no gradient of f was measured exactly.")
    )  # fmt: skip
    return f"What cannot be concluded: {' '.join(parts)}"
