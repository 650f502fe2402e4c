"""``ratecert limits``: how small the constants of lemmas could be, from instances of equality."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

from ..cli import EXIT_FINDING, EXIT_OK
from ..proofs.constants.equality import INSTANCES
from ..proofs.constants.limits import Attained, Constant, InstanceError, Limit, decimal, limit_of
from ..proofs.constants.values import decimal_down, decimal_outward
from ..proofs.kernel.terms import ZERO, Rel
from ..proofs.language.loader import LoadError, load, statement
from ..proofs.language.theory import Claimed, Theory
from ..proofs.render.text import Printer
from ..proofs.theorems import SHIPPED
from .attacked import DIGITS, read_attacked
from .checked import Outcome, Outcomes, outcomes, unproved
from .output import columns, emit_json, progress, table

if TYPE_CHECKING:
    from ..numeric_checks.attack.attained import Attained as Attack

LEGEND = """\
claim, constants of the summands of its right side, what each must at least be (all else the same),
ratio of the two sides, instance (and what brings the ratio closer to 1)"""
NO_INSTANCE = "no instance known"


def run(args: argparse.Namespace) -> int:
    """Show what is proved and what is attained, for the theories and claims named."""
    started = time.time_ns()
    chosen = _chosen(args.statements or list(SHIPPED))
    found, trouble = dict[Claimed, Limit](), list[str]()
    for claim in (c for claims in chosen.values() for c in claims):
        progress(f"evaluating instances of {claim.label}")
        try:
            found[claim] = limit_of(claim, INSTANCES)
        except InstanceError as error:
            trouble.append(str(error))
    attacks = read_attacked(args.attacked, list(found))
    known = outcomes([c for c, limit in found.items() if limit.found], started, not args.no_cache)
    if args.format == "json":
        theories = [
            {
                "id": theory.name,
                "claims": [
                    _described(found[c], known.get(c), attacks.get(c)) for c in claims if c in found
                ],
            }
            for theory, claims in chosen.items()
        ]
        emit_json({"schema": 1, "theories": theories, "refused": trouble})
    else:
        if any(limit.found for limit in found.values()):
            print(LEGEND)
        for theory, claims in chosen.items():
            _table(theory, [found[c] for c in claims if c in found], known)
        if attacks:
            _attacks(found.values(), attacks)
    for text in trouble:
        print(f"ratecert: an instance is refused: {text}", file=sys.stderr)
    failed = unproved(known)
    for claim, outcome in failed:
        print(f"ratecert: {claim.label} is {outcome.verdict}: {outcome.reason}", file=sys.stderr)
    return EXIT_FINDING if trouble or failed else EXIT_OK


def _chosen(names: list[str]) -> dict[Theory, list[Claimed]]:
    """The inequalities named, or those of the theories named, by theory."""
    chosen: dict[Theory, list[Claimed]] = {}
    for name in dict.fromkeys(names):
        if name in SHIPPED or name.endswith(".py") or "." not in name:
            for theory in load(name):
                chosen.setdefault(theory, []).extend(
                    c for c in theory.claims.values() if _bounds(c)
                )
            continue
        claim = statement(name)
        if not _bounds(claim):
            raise LoadError(f"{claim.label} is no inequality: it has no constant to be smaller")
        chosen.setdefault(claim.theory, []).append(claim)
    return {theory: [*dict.fromkeys(claims)] for theory, claims in chosen.items()}


def _bounds(claim: Claimed) -> bool:
    """Is it an inequality, and not merely about a sign?"""
    stated = claim.statement()
    return isinstance(stated, Rel) and stated.op != "=" and ZERO not in (stated.left, stated.right)


def _here(constants: tuple[Constant, ...], attained: Attained) -> str:
    """What each constant is at least, by this instance."""
    pairs = zip(constants, attained.factors, strict=True)
    return ", ".join(constant.at_least(factor) or "-" for constant, factor in pairs)


def _described(limit: Limit, outcome: Outcome | None, attack: Attack | None) -> dict[str, Any]:
    """One claim, for programs."""
    printer = Printer(limit.claim.theory.kernel())
    return {
        "id": limit.claim.label,
        "title": limit.claim.title,
        "conclusion": printer.show(limit.claim.statement()),
        "verdict": outcome.verdict if outcome else None,
        "recalled": outcome.recalled if outcome else None,
        "tightness": limit.tightness,
        "ratio": decimal(limit.best.ratio) if limit.best else None,
        "constants": [
            {
                "proved": printer.show(c.proved),
                "of": printer.show(c.of),
                "at_least": c.at_least(c.factor) or None,
                "best_possible": c.best_possible,
                "attacked": _factor(attack, n) if attack else None,
            }
            for n, c in enumerate(limit.constants)
        ],
        "attacked_ratio": _ratio(attack) if attack else None,
        "instances": [
            {
                "case": a.instance.case,
                "limit": a.instance.limit or None,
                "ratio": decimal(a.ratio),
                "equal": a.equal,
                "where": a.where,
                "scenarios": a.scenarios,
                "hypotheses": a.hypotheses,
            }
            for a in limit.found
        ],
    }


def _factor(attack: Attack, number: int) -> str | None:
    """With what an attack shows that a constant may not be multiplied."""
    factor = attack.factors.get(number)
    return None if factor is None else decimal_outward(factor, DIGITS)


def _ratio(attack: Attack) -> str | None:
    return None if attack.ratio is None else decimal_down(attack.ratio, DIGITS)


def _attacks(limits: Iterable[Limit], attacks: Mapping[Claimed, Attack]) -> None:
    """What attacks attained: the ratio, and with what each constant could at best be multiplied."""
    rows = list[tuple[str, ...]]()
    for limit in limits:
        attack = attacks[limit.claim]
        if attack.ratio is None and not attack.factors:
            continue
        show = Printer(limit.claim.theory.kernel()).show
        proved = ", ".join(show(c.proved) for c in limit.constants)
        factors = ", ".join(_factor(attack, n) or "-" for n, _ in enumerate(limit.constants))
        rows.append((limit.claim.label, proved, factors, _ratio(attack) or ""))
    print("\nAttained by attacks (each decided exactly, now)")
    header = ("claim", "constants", "times, at best", "ratio")
    columns(header, rows)


def _table(theory: Theory, limits: list[Limit], known: Outcomes) -> None:
    rows, show = list[tuple[str, ...]](), Printer(theory.kernel()).show
    for limit in limits:
        proved = ", ".join(show(c.proved) for c in limit.constants)
        for a in limit.found:
            case = a.instance.case + (f" ({a.instance.limit})" if a.instance.limit else "")
            least = _here(limit.constants, a)
            verdict = known[limit.claim].verdict
            rows.append((verdict, limit.claim.id, proved, least, decimal(a.ratio), case))
    if rows:
        header = ("verdict", "claim", "constants", "at least", "ratio", "instance")
        table(f"{theory.name}: {theory.title}", header, rows)
    others = [limit.claim.id for limit in limits if not limit.best]
    if others:
        title = f"{theory.name}: {NO_INSTANCE}" if rows else f"{theory.name}: {theory.title}"
        listed = fill(", ".join(others), 96, initial_indent="  ", subsequent_indent="  ")
        print(f"\n{title}" + ("" if rows else f"\n  {NO_INSTANCE}:"))
        print(listed)
