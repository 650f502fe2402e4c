"""The numbers of a document: instances, constants and where they come from, tightness, curves.

Read off the theorems by ``proofs.constants``; what is in floating point says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

from ..kernel import terms as k
from ..language import Claimed, DoorError, Theory
from .document import Coefficient, ConstantRow, Curve, InstanceRow, Tightness

DIGITS = 7
DATA: Mapping[str, Fraction | int] = {"d": 1000, "K": 10**5, "L": 1, "Delta": 10, "sigma_s": 1}
"""The data at which bounds are drawn, K running, and constants are evaluated."""
STEPS = tuple(range(2, 11))
"""Powers of ten for K."""
FLOORS = 24


@dataclass(frozen=True)
class Numbers:
    """What ``Document`` has of numbers."""

    instances: tuple[InstanceRow, ...] = ()
    constants: tuple[ConstantRow, ...] = ()
    tightness: tuple[Tightness, ...] = ()
    bounds: tuple[Curve, ...] = ()
    floors: tuple[Curve, ...] = ()
    at: Mapping[str, str] = field(default_factory=dict)


def numbers(theory: Theory, beneath: Iterable[Claimed] = ()) -> Numbers:
    """The numbers of a theory; ``beneath``: claims of other theories whose tightness is told."""
    from ..constants.bound import instances

    theorems = [c for c in theory.claims.values() if c.kind == "theorem" and c.check().claim]
    rates = [c for c in theorems if instances(c)]
    main = next((c for c in rates if c.id == "rate"), rates[0] if rates else None)
    if main is None:
        main = next((c for c in theorems if c.id == "rate"), None)
    rows = [_row(c) for general in rates for c in instances(general) if c.check().claim]
    return Numbers(
        tuple(row for row in rows if row is not None),
        () if main is None else tuple(_constants(main)),
        tuple(_tightness([*beneath, *theory.claims.values()])),
        () if main is None else tuple(_bounds(main)),
        () if main is None else tuple(_floors(main)),
        {name: str(value) for name, value in DATA.items() if name != "K"},
    )


# --- instances ------------------------------------------------------------------------------------


def _at(claim: Claimed, steps: int) -> dict[str, k.Term | Fraction | int]:
    from ..constants.instance import atoms_of

    known = {**DATA, "K": steps}
    atoms = {*atoms_of(claim), *claim.theory.kernel().index_constants}
    return {name: value for name, value in known.items() if name in atoms}


def _row(claim: Claimed) -> InstanceRow | None:
    from ..constants.bound import constants
    from ..constants.instance import BoundError, Instance
    from ..constants.values import UnvaluedError, digits

    try:
        at = Instance(claim, _at(claim, 10**5))
        found = constants(at) if at.holds else {}
        shown = tuple(
            Coefficient(name, term, digits(term, at.point, DIGITS), k.ONE)
            for name, term in sorted(found.items())
        )
    except (BoundError, UnvaluedError):
        return None
    return InstanceRow(
        claim.label, claim.title, tuple(_parameters(claim)), shown, claim.check().verdict
    )


def _parameters(claim: Claimed) -> Iterator[tuple[str, k.Term]]:
    """The rationals that the instance gives to the theorem's free parameters."""
    from ..constants.origins import use_of_theorem

    found = use_of_theorem(claim)
    if found is None or found[0].check().proof is None:
        return
    scope = found[0].check().proof.scope  # type: ignore[union-attr]
    for name, value in found[1].values.items():
        with suppress(DoorError):
            term = scope.term(value)
            if not any(isinstance(n, k.Var | k.App | k.IxVal) for n, _ in k.subterms(term)):
                yield name, term


# --- constants ------------------------------------------------------------------------------------


def _constants(main: Claimed) -> Iterator[ConstantRow]:
    from ..constants.ledger import Ledger, LedgerError

    try:
        named = Ledger(main).named()
    except LedgerError:
        return
    for one in named:
        yield ConstantRow(
            main.label, one.symbol.name, one.relation, one.closed,
            one.born.claim.label, tuple(c.label for c in one.enters),
        )  # fmt: skip


def _tightness(claims: Iterable[Claimed]) -> Iterator[Tightness]:
    from ..constants.equality import INSTANCES
    from ..constants.limits import decimal, limit_of

    own = {i.claim for i in INSTANCES}
    for claim in dict.fromkeys(claims):
        if claim in own and claim.check().claim:
            best = limit_of(claim, INSTANCES).best
            if best is not None:
                case = best.instance.case + (
                    f" ({best.instance.limit})" if best.instance.limit else ""
                )
                yield Tightness(claim.label, float(best.ratio[0]), decimal(best.ratio), case)


# --- curves ---------------------------------------------------------------------------------------


def _bounds(main: Claimed) -> Iterator[Curve]:
    from ..constants.bound import beside_sgd, evaluate, instances, norm
    from ..constants.instance import BoundError
    from ..constants.values import UnvaluedError

    kept = [c for c in instances(main) if c.check().claim] or [main]
    for claim in kept:
        points = list[tuple[float, float]]()
        with suppress(BoundError, UnvaluedError):
            for power in STEPS:
                value = evaluate([claim], _at(claim, 10**power))[0].value
                if value is not None:
                    points.append((10.0**power, float(value[1])))
        if points:
            short = claim.id.removeprefix(f"{main.id}.") if claim is not main else main.label
            yield Curve(short, tuple(points), _slope(points))
    comparable = {"L", "Delta"} <= _at(main, 1).keys()  # a rate of the same kind as SGD's
    if main.theory.name == "sgd" or not comparable:
        return
    points = []
    for power in STEPS:
        _, value = beside_sgd(main, _at(main, 10**power))
        if value is not None:
            points.append((10.0**power, float(value[1])))
    if points:
        factor = "SGD times sqrt(d)" if norm(main) == "l1" else "SGD"
        yield Curve(factor, tuple(points), _slope(points))


def _slope(points: list[tuple[float, float]]) -> float | None:
    if len(points) < 2:
        return None
    (x, y), (u, v) = points[-2:]
    return math.log(v / y) / math.log(u / x)


def _floors(main: Claimed) -> Iterator[Curve]:
    """C_1, C_2 and C_1/gamma^(1/2) + C_2 against gamma, at the parameters of an instance."""
    from ..constants.bound import instances
    from ..constants.free import Freedom, InadmissibleError

    with suppress(InadmissibleError):
        freedom = Freedom(main, "one")
        for claim in instances(main):
            values = dict(_parameters(claim))
            fixed = {
                n: float(v.value) for n, v in values.items()
                if n in freedom.names and n != "gamma" and isinstance(v, k.Rat)
            }  # fmt: skip
            if set(freedom.names) - {"gamma"} <= set(fixed):
                yield from _floor(claim.id.removeprefix(f"{main.id}."), freedom, fixed)
                return


def _floor(name: str, freedom: object, fixed: Mapping[str, float]) -> Iterator[Curve]:
    from ..constants.free import Freedom

    if not isinstance(freedom, Freedom):
        return
    low, second, high = (list[tuple[float, float]]() for _ in range(3))
    for n in range(FLOORS + 1):
        gamma = 10 ** (-2 + 2 * n / FLOORS)
        known = freedom.at({**fixed, "gamma": gamma})
        if any(float(d.slack(known).min()) < -1e-12 for d in freedom.demands):
            continue
        c_p = float(freedom.constants(known).max())
        if c_p > 0:
            c_1 = math.sqrt(c_p * math.sqrt(1 + fixed["c_eps"]))
            low.append((gamma, c_1))
            second.append((gamma, math.sqrt(2) * c_p))
            high.append((gamma, c_1 / math.sqrt(gamma) + math.sqrt(2) * c_p))
    if low:
        yield Curve(f"C_1 ({name})", tuple(low))
        yield Curve(f"C_2 ({name})", tuple(second))
        yield Curve(f"C_1/gamma^(1/2) + C_2 ({name})", tuple(high))
