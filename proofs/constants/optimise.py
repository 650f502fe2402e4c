"""Free parameters of a rate, chosen by search and rounded to rationals: an instance to be proved.

The search is untrusted and in floating point. What it proposes becomes a file with claims, and what
they say holds if the kernel proves them. Decimals are enclosed exactly and rounded up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction

from ..kernel import terms as k
from ..language import Claimed, Expr
from ..render.text import Printer
from ..theorems.adamw.choice import Choice
from ..theorems.table import ROWS
from .free import LARGEST, Freedom, InadmissibleError, Mixing
from .kinds import Kind, choice, fraction, from_origin, kind_of
from .objectives import Objective, objective
from .rounding import rounded
from .search import LINEAR, Found, Say, Search
from .values import Point, up
from .writing import source

LOSS = Fraction(1, 2000)
"""What rounding to rationals may cost, relative to the best found."""
_FOR: Mapping[Mixing, str] = {"one": "μ = 1", "any": "μ in [θ, 1]", "theta": "μ = θ"}


class OptionError(ValueError):
    """An option that does not fit; the message names cause and fix."""


@dataclass(frozen=True)
class Shipped:
    """A shipped instance, beside the one found: the objective there, rounded up."""

    label: str
    mu: str
    values: Mapping[str, Fraction]
    value: str
    number: Fraction


@dataclass(frozen=True)
class Proposal:
    """What the search proposes.

    ``values``: of the free parameters; ``best``: the objective before rounding; ``constants``:
    closed form and decimal, rounded up; ``value``: the objective, rounded up.
    """

    kind: Kind
    objective: Objective
    mixing: Mixing
    fixed: Mapping[str, Fraction]
    boxes: Mapping[str, tuple[Fraction, Fraction]]
    numbers: Choice
    values: Mapping[str, Fraction]
    best: Found
    evaluations: int
    constants: Mapping[str, tuple[str, str]]
    value: str
    number: Fraction
    shipped: tuple[Shipped, ...]
    name: str
    source: str

    @property
    def mu(self) -> str:
        """Which mu the instance is for, in words."""
        return _FOR[self.mixing] + (", x¹ = 0" if self.kind.origin else "")


def propose(
    label: str,
    minimise: str,
    fixed: Mapping[str, Fraction],
    boxes: Mapping[str, tuple[Fraction, Fraction]],
    *,
    mixed: bool = False,
    loss: Fraction = LOSS,
    seed: int = 0,
    name: str = "found",
    say: Say = lambda text: None,
) -> Proposal:
    """Search, round, and write the instance down.

    Args:
        label: the theorem, such as ``adamw.rate``.
        minimise: see ``objective``.
        fixed: values of free parameters.
        boxes: intervals for others, in which an optimum at an end is accepted.
        mixed: an instance for every mu in [theta, 1], not for mu = 1 alone.
        loss: what rounding may cost, relative to the best.
        seed: of the random starts; the same seed gives the same instance.
        name: of the theory written.
        say: told of progress.

    Raises:
        NoKindError, ObjectiveError, OptionError, InadmissibleError: the request is at fault.
        AtTheEdgeError, NothingAdmissibleError, NotRoundedError: it has no answer.
    """
    kind = kind_of(label)
    if mixed and "any" not in kind.mixings:
        raise OptionError(f"{label} is for μ = θ; instances for every μ are of adamw.rate")
    mixing: Mixing = "any" if mixed else kind.mixings[0]
    if kind.refined and "a_mean" not in {*fixed, *boxes}:
        kind = from_origin(kind)
    freedom, wanted = kind.freedom(mixing), objective(minimise, kind.claimed)
    _admit(freedom, fixed, boxes)
    search = Search(freedom, wanted, boxes, seed, say)
    say("searching")
    best = search.interior({n: float(v) for n, v in fixed.items()})
    values = rounded(search, best, fixed, loss)
    numbers = choice(kind, mixing, values, "numbers")
    constants = {c: _closed(kind.claimed, getattr(numbers, c)) for c in ("C_P", "C_1", "C_2")}
    value, number = _worth(kind.claimed, wanted, numbers)
    shipped = tuple(_shipped(kind, minimise, mixing))
    remarks = [
        f"Minimised: {wanted.text}, for {_FOR[mixing]}"
        + (" from x^1 = 0" if kind.origin else "") + f"; here at most {value}.",
        *(f"{c} = {decimal} at most." for c, (_, decimal) in constants.items()),
        "",
        "Prove it with `ratecert check` and the path of this file.",
    ]  # fmt: skip
    title = f"{kind.label}, at numbers found for {wanted.text.split()[0]}"
    return Proposal(
        kind, wanted, mixing, fixed, boxes, numbers, values, best, search.evaluations, constants,
        value, number, shipped, name, source(kind, numbers, title, remarks, name),
    )  # fmt: skip


def _admit(
    freedom: Freedom,
    fixed: Mapping[str, Fraction],
    boxes: Mapping[str, tuple[Fraction, Fraction]],
) -> None:
    """Are the names those of free parameters, and the values admissible?"""
    for option, given in (("--fix", fixed), ("--box", boxes)):
        for name in given:
            if name not in freedom.names:
                near = get_close_matches(name, freedom.names, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise OptionError(
                    f"{option} {name}: {freedom.claimed.label} has no free parameter {name!r}{hint}"
                    f" (free: {', '.join(freedom.names)})"
                )
    both = sorted(set(fixed) & set(boxes))
    if both:
        raise OptionError(f"{', '.join(both)}: given to both --fix and --box")
    freedom.check(fixed)
    for name, (low, high) in boxes.items():
        if low > high:
            raise OptionError(f"--box {name}={low}:{high} is empty")
        if low == high:
            raise OptionError(f"--box {name}={low}:{high} is a point; use --fix {name}={low}")
        inside = freedom.ranges[name]
        if low == 0 and name not in LINEAR:
            raise OptionError(
                f"--box {name}={low}:{high}: {name} is searched by its logarithm, so let the box "
                "begin above 0" + (f", or use --fix {name}=0" if low in inside else "")
            )
        if high not in inside or low not in inside:
            raise InadmissibleError(
                f"--box {name}={low}:{high} leaves what the hypotheses admit: "
                f"{name} lies in {inside}"
            )


def _closed(claimed: Claimed, form: Expr) -> tuple[str, str]:
    """A closed form as text, and its value rounded up."""
    term = claimed.scope().term(form)
    return Printer(claimed.theory.kernel()).show(term), up(term, Point(None, {}))


def _worth(claimed: Claimed, wanted: Objective, numbers: Choice) -> tuple[str, Fraction]:
    """The objective at the numbers of an instance, rounded up."""
    values: dict[str | k.Term, Fraction | k.Term] = {
        "C_P": claimed.scope().term(numbers.C_P),
        "c_eps": fraction(numbers.c_eps),
        LARGEST: fraction(numbers.gamma),
    }
    text = up(wanted.term, wanted.point(claimed, values))
    return text, Fraction(text)


def _shipped(kind: Kind, minimise: str, mixing: Mixing) -> list[Shipped]:
    """The shipped instances of the same theory that are for the same mu, best first."""
    general = kind_of(f"{kind.parent}.rate").claimed
    wanted, found = objective(minimise, general), list[Shipped]()
    for claimed, mu, numbers in ROWS:
        for_all = numbers.mixed or mixing != "any"
        from_zero = bool(numbers.a_mean) and not kind.origin
        if claimed.theory.name != kind.parent or not for_all or from_zero:
            continue
        text, number = _worth(general, wanted, numbers)
        values = {n: fraction(getattr(numbers, n)) for n in ("c_eps", "a", LARGEST)}
        if not values["a"]:
            values.pop("a")
        found.append(Shipped(claimed.label, mu, values, text, number))
    return sorted(found, key=lambda s: s.number)
