"""From the best point found to rational numbers of small height, at little cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor, sqrt

from .free import LARGEST, InadmissibleError
from .search import Found, NothingAdmissibleError, Search

FINEST = 400
"""The greatest denominator tried."""
SMALL = 0.05
"""Below it, numerators are tried instead."""


class NotRoundedError(ValueError):
    """No numbers of moderate height come close enough to the best point."""


def rounded(
    search: Search, best: Found, fixed: Mapping[str, Fraction], loss: Fraction
) -> dict[str, Fraction]:
    """Rationals for all free parameters, with an objective at most ``1 + loss`` times the best.

    One parameter after the other takes the least denominator that leaves enough, and those that
    are still free follow. A gamma that costs nothing is then made as large as it can be.

    Raises:
        NotRoundedError: the loss allowed is too small.
    """
    values = dict(fixed)
    loose = [n for n in search.freedom.names if n not in fixed]
    now = best
    for place, name in enumerate(loose, 1):
        allowed = best.objective * (1 + float(loss) * place / len(loose))
        for candidate in candidates(search, name, now.values[name]):
            search.say(f"rounding {name}: {candidate}")
            trial = {**values, name: candidate}
            try:
                search.freedom.check(trial)
                there = search.minimise({n: float(v) for n, v in trial.items()}, now)
            except (NothingAdmissibleError, InadmissibleError):
                continue
            if there.objective <= allowed:
                values, now = trial, there
                break
        else:
            raise NotRoundedError(
                f"no {name} with a denominator up to {FINEST} stays within {float(loss):.2g} of "
                f"the best, {name} = {now.values[name]:.8g}; allow more by --tolerance"
            )
    if LARGEST not in fixed and LARGEST not in search.boxes:
        values[LARGEST] = widest(search, values, now.objective)
    return values


def candidates(search: Search, name: str, best: float) -> Iterator[Fraction]:
    """Rationals near ``best``, simple ones first, within the box and the hypotheses.

    Simple is a small denominator, or numerator where ``best`` is small.
    c_eps is a square, so that r = c_eta/(c_theta c_eps^{1/2}) is rational too.
    """
    box, range_ = search.boxes.get(name), search.freedom.ranges[name]
    target = sqrt(best) if name == "c_eps" else best
    seen: set[Fraction] = set()
    for end in box or ():
        if abs(float(end) - best) <= 1e-6 * max(best, 1e-6):
            seen.add(end)
            yield end
    small = 0 < target < SMALL
    for part in range(1, FINEST + 1):
        whole = part / target if small else part * target
        for other in sorted({floor(whole), floor(whole) + 1}, key=lambda n: abs(n - whole)):
            near = Fraction(part, other) if small else Fraction(other, part)
            value = near**2 if name == "c_eps" else near
            close = abs(float(near) - target) <= 0.25 * target or value == 0
            if value in seen or not close or value not in range_:
                continue
            if box is not None and not box[0] <= value <= box[1]:
                continue
            seen.add(value)
            yield value


def widest(search: Search, values: Mapping[str, Fraction], objective: float) -> Fraction:
    """The largest gamma among simple ones that costs nothing: the larger, the smaller is h."""
    others = {n: float(v) for n, v in values.items()}
    best = values[LARGEST]
    for bottom in (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 50, 100):
        for top in range(bottom, 0, -1):
            gamma = Fraction(top, bottom)
            if gamma <= best:
                break
            there = search.at({**others, LARGEST: float(gamma)})
            if there is None or there.objective > objective * (1 + 1e-12):
                continue
            try:
                search.freedom.check({**values, LARGEST: gamma})
            except InadmissibleError:
                continue
            best = gamma
            break
    return best
