"""What ``ratecert bound`` says: as text, as data, as a table, as a plot."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ..proofs.constants.admissible import DIGITS, Range, figures
from ..proofs.constants.answer import (
    Answer,
    code,
    eta,
    fixed,
    has,
    high_end,
    low_end,
    shown,
    theta,
)
from ..proofs.constants.bound import constants, norm
from ..proofs.constants.instance import Instance, Violation
from ..proofs.constants.target import Target
from ..proofs.constants.values import (
    UnvaluedError,
    decimal_down,
    decimal_nearest,
    decimal_up,
    digits,
    up,
)
from ..proofs.kernel import terms as k
from ..proofs.kernel.exact import Interval
from ..proofs.language.theory import Claimed
from ..proofs.render.text import name_text
from .checked import Outcome, Outcomes, unproved

FEW, SOME = 8, 12
"""Digits, in the text."""
OPTIONS = {
    "d": "d", "K": "K", "L": "L", "Delta": "Delta", "sigma": "sigma_s", "lambda": "lam",
    "x1": "xmax", "mu": "mu", "beta": "beta", "theta": "theta", "eta": "eta", "eps": "eps",
}  # fmt: skip
"""Options, and the names of the constants in the theories."""
OPTION = {name: option for option, name in OPTIONS.items()}
NAMES = {"xmax": "‖x¹‖∞"}


# --- data ---------------------------------------------------------------------------------------


def as_data(row: Answer, known: Outcomes) -> dict[str, Any]:
    """One answer, as docs/json.md describes it."""
    instance, claim = row.instance, row.instance.claim
    outcome = known[claim]
    proved = not unproved({c: known[c] for c in row.claims})
    value = row.best.value if proved else None
    return {
        "schema": 1,
        "theorem": row.theorem.label,
        "instance": short(row, instance),
        "claim": claim.label,
        "verdict": outcome.verdict,
        "recalled": outcome.recalled,
        "norm": norm(claim),
        "values": {OPTION.get(n, n): _value(v, instance) for n, v in row.given.items()},
        "assumed": assumed(row),
        "bound": _upper(value),
        "terms": {instance.show(t): up(t, instance.point, DIGITS) for t in row.best.terms}
        if value is not None
        else {},
        "constants": _constants(instance),
        "hyperparameters": hyperparameters(instance),
        "scales": {n: shown(instance, n) for n in scales(instance)} if _solved(instance) else {},
        "code": code(instance) if value is not None else [],
        "sgd": _beside(row.sgd),
        "start": _beside(row.start),
        "target": _target(row),
        "instances": [
            {"instance": short(row, b.instance), "bound": _upper(b.value),
             "violations": len(b.instance.violations)}
            for b in (row.best, *row.others)
        ],
        "violations": [_violation(v, instance) for v in instance.violations],
    }  # fmt: skip


def short(row: Answer, instance: Instance) -> str | None:
    """The name of an instance, as ``--instance`` takes it; None for a theorem itself."""
    claim = instance.claim
    if claim.kind != "instance":
        return None
    if claim.theory is not row.theorem.theory:
        return claim.label
    general = row.theorem.id if row.theorem.kind != "instance" else claim.id.partition(".")[0]
    return claim.id.removeprefix(f"{general}.")


def _constants(instance: Instance) -> dict[str, str | None]:
    try:
        found = constants(instance)
        return {n: fixed(found[n], instance) if n in found else None for n in ("C_P", "C_1", "C_2")}
    except UnvaluedError:
        return {"C_P": None, "C_1": None, "C_2": None}


def _solved(instance: Instance) -> bool:
    return "eta" in instance.prescribed


def hyperparameters(instance: Instance) -> dict[str, Any]:
    """What the hypotheses prescribe; None for what the algorithm has not, or cannot be told."""
    found: dict[str, Any] = dict.fromkeys(("eta", "theta", "beta", "eps", "lambda_max"))
    if not _solved(instance):
        return found
    found["eta"] = eta(instance)
    if has(instance, "theta"):
        found["theta"], found["eps"] = theta(instance), shown(instance, "eps")
        ends = instance.ranges["beta"]
        found["beta"] = {"low": low_end(ends), "high": high_end(ends), "use": _use(instance)}
        found["mu"] = shown(instance, "mu")
        decay = instance.ranges.get("lam")
        found["lambda_max"] = shown(instance, "lam") if decay is None else high_end(decay)
        found["lambda"] = shown(instance, "lam")
    return found


def scales(instance: Instance) -> list[str]:
    """The claim's own constants, of which hyperparameters are made: h, s, gamma."""
    return [n for n, atom in instance.atoms.items() if isinstance(atom, k.Var)]


def _use(instance: Instance) -> str:
    value = instance.point.value(instance.atoms["beta"])
    if isinstance(value, k.Rat):
        return decimal_nearest(value.value, figures(value.value, DIGITS))
    return shown(instance, "beta")


def assumed(row: Answer) -> dict[str, str]:
    """What was taken for granted since it was not given: the start, where it matters."""
    matters = "xmax" in row.instance.atoms and "xmax" not in row.given
    return {"x1": "0"} if matters else {}


def _short_use(name: str, instance: Instance) -> str:
    """A value within a range to 12 digits, rounded down where that stays in the range."""
    value = instance.point.value(instance.atoms[name])
    if not isinstance(value, k.Rat):
        return shown(instance, name)
    text = decimal_down(value.value, figures(value.value, SOME))
    stays = instance.ranges[name].nearest(Fraction(text)) == Fraction(text)
    return text if stays else decimal_nearest(value.value, figures(value.value, DIGITS))


def _beside(found: tuple[Claimed, Interval | None] | None) -> dict[str, Any] | None:
    return None if found is None else {"claim": found[0].label, "bound": _upper(found[1])}


def _upper(value: Interval | None) -> str | None:
    return None if value is None else decimal_up(value[1], DIGITS)


def _target(row: Answer) -> dict[str, Any] | None:
    if row.level is None:
        return None
    found: dict[str, Any] = {"level": number_text(row.level), "K": None}
    if row.target is None:
        return found
    at = row.target.instance
    return {
        **found,
        "K": str(row.target.K),
        "instance": short(row, at),
        "bound": up(at.right, at.point, DIGITS) if at.holds else None,
        "smallest": row.target.smallest,
        "violations": [_violation(v, at) for v in at.violations],
    }


def _violation(v: Violation, instance: Instance) -> dict[str, Any]:
    low = v.range and v.range.low
    high = v.range and v.range.high
    return {
        "hypothesis": instance.show(v.check.formula),
        "origin": v.check.origin,
        "verdict": "fails" if v.decided else "undecided",
        "constant": OPTION.get(v.name, v.name),
        "value": None if v.value is None else _value(v.value, instance),
        "admissible": None if v.range is None else _interval(v.range),
        "low": None if v.range is None or low is None else low_end(v.range),
        "high": None if v.range is None or high is None else high_end(v.range),
        "nearest": None if v.nearest is None else decimal_nearest(v.nearest, 2 * DIGITS),
        "message": " ".join(line.strip() for line in _explained(v, instance)),
    }


def _interval(ends: Range, places: int = DIGITS) -> str:
    """``[0.99, 0.995]``, ``(0, ∞)``, ``0.99``."""
    if ends.value is not None:
        return digits(ends.value, ends.point)
    low, high = low_end(ends, places), high_end(ends, places)
    opening = "(" if ends.low is None or ends.low.strict else "["
    closing = ")" if ends.high is None or ends.high.strict else "]"
    return f"{opening}{low or '-∞'}, {high or '∞'}{closing}"


def _value(value: object, instance: Instance) -> str:
    if isinstance(value, k.Rat):
        value = value.value
    if isinstance(value, int | Fraction):
        return number_text(Fraction(value))
    return instance.show(value) if isinstance(value, k.Node) else str(value)


def number_text(value: Fraction) -> str:
    """A decimal if that is exact, else a fraction."""
    text = decimal_nearest(value, 40)
    return text if Fraction(text) == value else str(value)


# --- text ---------------------------------------------------------------------------------------


def as_text(row: Answer, known: Outcomes) -> Iterator[str]:
    """One answer, for people."""
    instance, claim = row.instance, row.instance.claim
    yield f"{claim.label} ({claim.kind}): {claim.title}"
    yield f"  {how_known(known[claim])}"
    values = (f"{NAMES.get(n, name_text(n))} = {_value(v, instance)}" for n, v in row.given.items())
    yield f"  at {', '.join(values)}"
    if assumed(row):
        yield "  from x¹ = 0, which is assumed: --x1 gives the largest |x_i¹| of another start"
    yield ""
    if row.best.value is None:
        yield "No bound: hypotheses fail at these values"
        for violation in instance.violations:
            yield from _explained(violation, instance)
        return
    conclusion = claim.statement()
    left = instance.show(conclusion.left) if isinstance(conclusion, k.Rel) else ""
    yield f"Bound, rounded up: {_round_up(row.best.value)}"
    yield f"    for {left}"
    for term in row.best.terms:
        yield f"    {up(term, instance.point, FEW):>14}  {instance.show(term)}"
    yield ""
    yield "Beside it"
    root = " × √d" if norm(claim) == "l1" else ""
    for beside, text in (
        (row.sgd, f"SGD's bound{root}"),
        (row.start, "the gradient at x¹, at most"),
    ):
        if beside is not None and beside[1] is not None:
            yield f"    {_round_up(beside[1]):>14}  {text} ({beside[0].label})"
    if row.start is not None and row.start[1] is not None and row.best.value[1] >= row.start[1][0]:
        yield "    At this K the rate promises no more than x¹ does."
    yield ""
    yield "Constants"
    for name, constant in _constants(instance).items():
        if constant is not None:
            yield f"    {name} = {constant}"
    yield ""
    yield from _prescribed(row, instance)
    if row.level is not None:
        yield ""
        yield from reached(row, row.level)
    if row.others:
        yield ""
        yield "Other instances"
        width = max(len(b.instance.claim.label) for b in row.others)
        for other in row.others:
            name = other.instance.claim.label.ljust(width)
            told = "a hypothesis fails" if other.value is None else _round_up(other.value)
            yield f"    {name}  {told}"


def how_known(outcome: Outcome) -> str:
    """Proved now, or recalled."""
    if outcome.recalled:
        return "proved (recalled from the cache of earlier runs; --no-cache proves it again)"
    return f"{outcome.verdict} in this run, and replayed by the kernel alone"


def _round_up(value: Interval) -> str:
    return decimal_up(value[1], FEW)


def _explained(v: Violation, instance: Instance) -> Iterator[str]:
    what = {"hypothesis": "", "definition": "  (by definition)", "domain": "  (its domain)"}
    verb = "is not" if v.decided else "is not seen to be"
    yield f"    {instance.show(v.check.formula)}{what[v.check.origin]} {verb} true"
    if v.value is None or v.range is None:
        return
    name = NAMES.get(v.name, name_text(v.name))
    yield f"        {name} = {_value(v.value, instance)}, admissible: {_interval(v.range)}"
    if v.nearest is not None:
        option = OPTION.get(v.name, v.name)
        yield f"        nearest: --{option} {decimal_nearest(v.nearest, 2 * DIGITS)}"


def _prescribed(row: Answer, instance: Instance) -> Iterator[str]:
    yield "Hyperparameters"
    for name in (*scales(instance), "eta", "theta", "eps", "mu"):
        if has(instance, name):
            value = shown(instance, name, SOME)
            source = instance.prescribed.get(name)
            equation = ""
            if source is not None and not isinstance(source, k.Rat):
                equation = f"    = {instance.show(source)}"
            yield f"    {name_text(name)} = {value}{equation}"
    if "beta" in instance.ranges:
        ends = _interval(instance.ranges["beta"], SOME)
        yield f"    β = {_short_use('beta', instance)}    in {ends}"
    if "lam" in instance.ranges:
        start = _value(row.given.get("xmax", 0), instance)
        yield (
            f"    λ = {_short_use('lam', instance)}    in {_interval(instance.ranges['lam'], SOME)}"
            f" for ‖x¹‖∞ = {start}"
        )
    yield ""
    yield "In training code"
    yield from (f"    {line}" for line in code(instance))


def reached(row: Answer, level: Fraction) -> Iterator[str]:
    """From which K on the bound is at most ``level``."""
    yield f"To reach {number_text(level)}"
    target: Target | None = row.target
    if target is None:
        yield "    no K up to 10^100 is enough"
        return
    how = (
        "the smallest: the bound cannot grow with K, and at K - 1 it is above"
        if target.smallest
        else "at K - 1 the bound is above; a smaller K was not ruled out"
    )
    yield f"    K = {target.K} with {target.claim.label}"
    yield f"        {how}"
    for violation in target.instance.violations:
        yield from _explained(violation, target.instance)


__all__ = ["as_data", "as_text", "how_known", "hyperparameters", "reached", "short"]
