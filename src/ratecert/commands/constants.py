"""``ratecert constants``: where a theorem's constants come from, and what each is worth."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.constants.bound import chosen, evaluate, instances
from ..proofs.constants.elasticity import exponents
from ..proofs.constants.equality import INSTANCES
from ..proofs.constants.gains import Gain
from ..proofs.constants.inputs import InputError, number, whole
from ..proofs.constants.instance import BoundError, atoms_of
from ..proofs.constants.ledger import (
    Composition,
    Entry,
    Ledger,
    LedgerError,
    Named,
)
from ..proofs.constants.limits import Limit, limit_of
from ..proofs.constants.origins import Step, rests_on
from ..proofs.constants.values import UnvaluedError, Value, decimal_down, decimal_nearest, digits
from ..proofs.kernel import terms as k
from ..proofs.kernel.exact import Interval
from ..proofs.language.loader import statement
from ..proofs.language.theory import Claimed
from ..proofs.render.text import Printer, name_text
from .attacked import DIGITS as ATTAINED_DIGITS
from .attacked import read_attacked
from .output import columns, emit_json, progress

if TYPE_CHECKING:
    from ..numeric_checks.attack.attained import Attained

    Attacks = Mapping[Claimed, Attained]

SMALL = Fraction(1, 10_000)
"""In the text, constants of lemmas worth less than this part of the bound are left out."""
DIGITS = 12
MAX_SHOWN = 60
"""How much of a summand the text shows."""
Show = Callable[[k.Node], str]
SIGNS = {"=": "= ", ">=": "≥ ", "": ""}


def run(args: argparse.Namespace) -> int:
    """Show the ledger of the theorem named."""
    claim = statement(args.theorem)
    try:
        data = _data(args)
        progress(f"proving {claim.label}, and reading its proof")
        ledger = _ledger(claim, args.instance, data)
        attacks = read_attacked(args.attacked, [e.gain.claim for e in ledger.entries()])
        shown = _described(ledger, attacks)
        progress("")
    except (InputError, BoundError, UnvaluedError) as error:
        progress("")
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE
    except LedgerError as error:
        progress("")
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE if claim.check().claim is not None else EXIT_FINDING
    if args.format == "json":
        emit_json(shown)
    else:
        _text(shown)
    return EXIT_OK


def _data(args: argparse.Namespace) -> dict[str, Value]:
    return {
        "d": whole(args.d), "K": whole(args.K), "L": number(args.L), "Delta": number(args.Delta),
        "sigma_s": number(args.sigma),
    }  # fmt: skip


def _ledger(claim: Claimed, name: str | None, data: dict[str, Value]) -> Ledger:
    """At the instance asked for; else at the claim's own numbers, if it leaves nothing open."""
    if name is not None:
        picked, *others = chosen(claim, name)
        if others:
            best, *_ = evaluate([picked, *others], data)
            if best.value is None:
                raise LedgerError(f"no instance of {claim.label} holds at these data")
            picked = best.instance.claim
        return Ledger(claim, picked, _with_start(picked, data))
    if claim.kind == "instance" or (claim.kind == "theorem" and not claim.for_constants):
        with suppress(BoundError):  # it is no rate: then there are no data to evaluate it at
            return Ledger(claim, claim, _with_start(claim, data))
    return Ledger(claim)


def _with_start(claim: Claimed, data: dict[str, Value]) -> dict[str, Value]:
    """The data, with x^1 = 0 where the claim speaks of the start."""
    return {**data, "xmax": Fraction(0)} if "xmax" in atoms_of(claim) else data


# --- as data ------------------------------------------------------------------------------------


def _described(ledger: Ledger, attacks: Attacks) -> dict[str, Any]:
    show = Printer(ledger.root.theory.kernel()).show
    point = ledger.point
    evaluated = point is not None and ledger.bound is not None

    def value(term: k.Term | None) -> str | None:
        return None if point is None or term is None else digits(term, point, DIGITS)

    return {
        "schema": 1,
        "id": ledger.claim.label,
        "title": ledger.claim.title,
        "conclusion": show(ledger.root.statement()),
        "instance": ledger.instance.label if ledger.instance else None,
        "theorem": ledger.general.label,
        "without_numbers": None if evaluated else _why_none(ledger.claim),
        "at": {name: str(v) for name, v in ledger.data.items()} if evaluated else None,
        "bound": value(ledger.bound),
        "coefficients": [
            {
                "name": c.name,
                "closed_form": show(c.closed),
                "in_instance": show(c.value) if c.value is not None else None,
                "value": value(c.value),
                "of": show(c.data),
                "exponents": dict(sorted(_exponents(c.whole, show).items())),
                "elasticity": value(k.div(c.whole, ledger.bound)) if ledger.bound else None,
            }
            for c in ledger.coefficients()
        ],
        "constants": [_named(n, show, value) for n in ledger.named()],
        "compositions": [_composition(c, show) for c in ledger.compositions()],
        "lemmas": [_entry(e, ledger, show, attacks) for e in ledger.entries()],
        "rests_on": rests_on(ledger.root),
    }


def _exponents(term: k.Term, show: Show) -> dict[str, str]:
    """The exponents of constants and numbers in a product."""
    return {
        show(factor): str(power)
        for factor, power in exponents(term).items()
        if isinstance(factor, k.Var | k.IxVal) or (isinstance(factor, k.App) and not factor.args)
    }


def _why_none(claim: Claimed) -> str:
    """Why nothing is evaluated, and what to do about it."""
    names = [c.id.removeprefix(f"{claim.id}.") for c in instances(claim)]
    if names:
        return f"the parameters are free; fix them with --instance {', '.join(names)} or best"
    return "this claim has no instance with numbers for its constants"


def _step(step: Step) -> dict[str, Any]:
    return {"claim": step.claim.label, "chain": step.chain, "line": step.line,
            "reason": step.reason}  # fmt: skip


def _named(n: Named, show: Show, value: Callable[[k.Term | None], str | None]) -> dict[str, Any]:
    return {
        "name": show(n.symbol),
        "relation": n.relation or None,
        "closed_form": show(n.closed) if n.closed is not None else None,
        "value": value(n.value),
        "elasticity": value(n.elasticity),
        "introduced": _step(n.born),
        "enters": [c.label for c in n.enters],
        "rests_on": rests_on(n.born.claim),
    }


def _composition(c: Composition, show: Show) -> dict[str, Any]:
    def constant(gain: Gain) -> dict[str, Any]:
        own = Printer(gain.claim.theory.kernel()).show
        return {"claim": gain.claim.label, "number": gain.number,
                "constant": str(gain.constant), "of": own(gain.of)}  # fmt: skip

    return {
        "name": show(c.symbol),
        "claim": c.claim.label,
        "value": decimal(c.value),
        "parts": [
            {"term": show(p.term), "value": decimal(p.value),
             "carried_by": [constant(g) for g in p.carried_by]}
            for p in c.parts
        ],
        "lemmas": [{**constant(g), "value": decimal(v)} for g, v in c.gains],
    }  # fmt: skip


def _tightness(gain: Gain, attacks: Attacks) -> str | None:
    """With what the constant can at best be multiplied, by exact worlds; None if none is known."""
    known = [f for f in (_by_instance(gain), _by_attack(gain, attacks)) if f is not None]
    return max(known, key=Fraction) if known else None


def _by_instance(gain: Gain) -> str | None:
    if gain.claim not in {instance.claim for instance in INSTANCES}:
        return None
    factor = _limit(gain.claim).constants[gain.number].factor
    return (
        decimal_down(factor[0], ATTAINED_DIGITS) if factor is not None and factor[0] > 0 else None
    )


@cache
def _limit(claim: Claimed) -> Limit:
    return limit_of(claim, INSTANCES)


def _by_attack(gain: Gain, attacks: Attacks) -> str | None:
    found = attacks.get(gain.claim)
    factor = None if found is None else found.factors.get(gain.number)
    return None if factor is None or factor > 1 else decimal_down(factor, ATTAINED_DIGITS)


def _entry(e: Entry, ledger: Ledger, show: Show, attacks: Attacks) -> dict[str, Any]:
    share = None if e.gain.value is None else ledger.share(e.gain.value)
    return {
        "claim": e.gain.claim.label,
        "title": e.gain.claim.title,
        "number": e.gain.number,
        "constant": str(e.gain.constant),
        "of": Printer(e.gain.claim.theory.kernel()).show(e.gain.of),
        "introduced": _step(e.born),
        "used_by": [c.label for c in e.used_by],
        "elasticity": None if share is None else decimal(share),
        "tightness": _tightness(e.gain, attacks),
        "partial": e.gain.partial,
        "reason": (e.gain.reason or None) if ledger.point is not None else None,
        "rests_on": rests_on(e.gain.claim),
    }


def decimal(number: Interval) -> str:
    """The twelve digits to which an enclosure of twenty rounds."""
    return decimal_nearest((number[0] + number[1]) / 2, DIGITS)


# --- as text ------------------------------------------------------------------------------------


def _text(shown: dict[str, Any]) -> None:
    print(f"{shown['id']}: {shown['title']}\n    {shown['conclusion']}")
    if shown["instance"] and shown["instance"] != shown["id"]:
        print(f"instance {shown['instance']}, of {shown['theorem']}")
    if shown["at"]:
        at = ", ".join(f"{name_text(name)} = {v}" for name, v in shown["at"].items())
        print(f"at {at}: the bound is {shown['bound']}")
    else:
        print(f"No numbers: {shown['without_numbers']}")
    print(f"rests on {', '.join(shown['rests_on']) or 'no axiom'}")
    for c in shown["coefficients"]:
        print(f"\n{c['name']} = {c['closed_form']}   of   {c['of']}")
        powers = ", ".join(f"{name} {power}" for name, power in c["exponents"].items())
        if powers:
            print(f"    elasticity of this term in {powers}")
        if c["value"]:
            here = f"{c['in_instance']} = " if c["in_instance"] != c["closed_form"] else ""
            print(f"    here {here}{c['value']}; elasticity of the bound {c['elasticity']}")
    if shown["constants"]:
        print("\nConstants of the statement" + (" (elasticity of the bound)" * bool(shown["at"])))
        rows = [
            (n["name"], n["value"] or "", n["elasticity"] or "",
             f"{_from(n['introduced'])}; in {len(n['enters'])} claims",
             SIGNS[n["relation"] or ""] + (n["closed_form"] or "free"))
            for n in shown["constants"]
        ]  # fmt: skip
        columns(("", "value", "elasticity", "introduced", "closed form"), rows)
    for c in shown["compositions"]:
        _composed(c)
    _lemmas(shown)


def _composed(c: dict[str, Any]) -> None:
    print(
        f"\n{c['name']} = {c['value']} in parts ({c['claim']}; in brackets, lemmas worth the same)"
    )
    rows = list[tuple[str, ...]]()
    for part in c["parts"]:
        by = ", ".join(f"{g['claim']}: {_product(g)}" for g in part["carried_by"][:2])
        more = len(part["carried_by"]) - 2
        told = f"[{by}{f', and {more} more' if more > 0 else ''}]" if by else ""
        rows.append((part["value"], part["term"], told))
    columns(("", "", ""), rows)


def _lemmas(shown: dict[str, Any]) -> None:
    entries = shown["lemmas"]
    at = bool(shown["at"])
    told = "; elasticity: 1 % off the constant takes so many % off the bound" if at else ""
    print(f"\nConstants of the lemmas beneath{told}")
    parts = [c["name"] for c in shown["compositions"]]
    within = {(c["name"], g["claim"], g["number"]): g["value"]
              for c in shown["compositions"] for g in c["lemmas"]}  # fmt: skip
    rows, left_out = list[tuple[str, ...]](), 0
    for e in entries:
        share = e["elasticity"] or ""
        if (not share or abs(Fraction(share)) < SMALL) if at else e["constant"] in ("1", "-1"):
            left_out += 1
            continue
        own = [_short(within.get((name, e["claim"], e["number"]), "")) for name in parts]
        used = ", ".join(label.partition(".")[2] for label in e["used_by"][:2])
        shares = [("≥ " if e["partial"] else "") + _short(share), *own] if at else []
        tight = _short(e["tightness"] or "") or "-"
        rows.append((e["claim"], *shares, tight, _product(e), _from(e["introduced"]), used))
    header = ("claim", *(("elasticity", *(f"in {n}" for n in parts)) if at else ()),
              "tightness", "constant", "step", "used by")  # fmt: skip
    if rows:
        columns(header, rows)
    why = "are worth less than 0.01 %, or have no price" if at else "are 1 or -1"
    if left_out:
        print(f"  {left_out} more {why}: see --format json.")


def _short(text: str) -> str:
    """The number to six digits, for the eye."""
    return decimal_nearest(Fraction(text), 6) if text else ""


def _product(entry: dict[str, Any]) -> str:
    of = entry["of"] if len(entry["of"]) <= MAX_SHOWN else f"{entry['of'][: MAX_SHOWN - 3]}..."
    return str(entry["constant"]) + ("" if of == "1" else f" · {of}")


def _from(step: dict[str, Any]) -> str:
    if not step["chain"]:
        return f"{step['claim']}, stated"
    return f"{step['claim']} ({step['chain']}), line {step['line']}"
