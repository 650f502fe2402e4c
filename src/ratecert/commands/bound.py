"""``ratecert bound``: what a rate guarantees at given values, and with which hyperparameters."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.constants.answer import Answer, answer
from ..proofs.constants.bound import chosen
from ..proofs.constants.inputs import InputError, number, numbers, series, whole
from ..proofs.constants.instance import BoundError, atoms_of, checks
from ..proofs.constants.values import Point, UnvaluedError, Value, decimal_up, up
from ..proofs.kernel import terms as k
from ..proofs.language.loader import statement
from ..proofs.language.theory import Claimed
from ..proofs.render.figures.draw import SUFFIXES, available
from ..proofs.render.text import Printer
from .bound_report import OPTIONS, as_data, as_text
from .bound_sweep import as_table, plot
from .checked import outcomes, unproved
from .output import emit_json, progress

SWEPT = ("d", "K")


class _UsageError(Exception):
    """The command cannot be run as it is typed."""


def run(args: argparse.Namespace) -> int:
    """Evaluate a rate, or sweep over d or K."""
    started = time.time_ns()
    try:
        return _run(args, started)
    except (_UsageError, BoundError, UnvaluedError) as error:
        progress("")
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE


def _run(args: argparse.Namespace, started: int) -> int:
    theorem = statement(args.theorem)
    asked = chosen(theorem, args.instance)
    for claim in asked:
        atoms_of(claim)  # raises BoundError where it is no rate
    swept = {name: found for name in SWEPT if (found := _swept(name, args, asked[0]))}
    given = _given(args, asked[0], swept)
    level = _level(args, asked[0])
    if args.plot is not None:
        _plottable(args.plot, swept)
    rows: list[Answer] = []
    cells = list(product(*swept.values()))
    for n, values in enumerate(cells, 1):
        if swept:
            progress(f"evaluating {theorem.label} ({n}/{len(cells)})")
        chosen_values = dict(zip(swept, values, strict=True))
        rows.append(answer(theorem, args.instance, {**given, **chosen_values}, level))
    known = outcomes([c for row in rows for c in row.claims], started, not args.no_cache)
    failed = unproved(known)
    for claim, outcome in failed:
        said = f"{claim.label} is {outcome.verdict}: {outcome.reason}"
        print(f"ratecert: no bound is known: {said}", file=sys.stderr)
    if args.format == "json":
        data = [as_data(row, known) for row in rows]
        emit_json(data if swept else data[0])
    elif failed:
        return EXIT_FINDING
    else:
        shown = as_table(rows, known) if swept else as_text(rows[0], known)
        print("\n".join(shown))
    if args.plot is not None and not failed:
        plot(rows, args.plot)
    return EXIT_OK if not failed and all(row.holds for row in rows) else EXIT_FINDING


# --- reading the options ------------------------------------------------------------------------


def _given(
    args: argparse.Namespace, claim: Claimed, swept: Mapping[str, object]
) -> dict[str, Value]:
    """The values typed, by the names of the theory."""
    given: dict[str, Value] = {}
    for option, name in OPTIONS.items():
        text = getattr(args, option)
        if text is None or option in swept:
            continue
        if name not in SWEPT and name not in atoms_of(claim):
            raise _UsageError(f"--{option}: there is no such constant in {claim.label}")
        if option == "mu" and text.strip() == "theta":
            given[name] = k.App("theta", ())
            continue
        try:
            given[name] = whole(text) if name in SWEPT else number(text)
        except InputError as error:
            raise _UsageError(_refusal(option, text, claim, error)) from None
    return given


def _refusal(option: str, text: str, claim: Claimed, error: InputError) -> str:
    """What is wrong with a value, and what the hypotheses ask of it."""
    said = f"--{option}: {error}"
    values = numbers(text)
    if option == "sigma" and values is not None:
        total = up(k.sqrt(k.rat(sum((v * v for v in values), Fraction(0)))), Point(None, {}))
        said += (
            "\n  --sigma is σ_s, the root of the sum of the squares of the σ_i of all d coordinates"
            f" (A3);\n  of {len(values)} coordinates with these σ_i alone it would be {total}"
        )
    elif option == "x1" and values is not None:
        said += f"\n  --x1 is the largest |x_i^1|; of these, {decimal_up(max(map(abs, values)))}"
    wanted = _asked_of(OPTIONS[option], claim)
    return f"{said}\n  {claim.label} asks for {wanted}" if wanted else said


def _asked_of(name: str, claim: Claimed) -> str:
    """The hypotheses, definitions and domains in which a constant occurs, with few others."""
    printer, atom = Printer(claim.theory.kernel()), atoms_of(claim).get(name)
    found = []
    for check in checks(claim):
        indices = k.free_indices(check.formula)
        if isinstance(check.formula, k.Le):
            about = name in indices
        else:
            constants = {n for n, _ in k.subterms(check.formula) if isinstance(n, k.App | k.Var)}
            about = atom in constants and (len(constants) <= 2 or check.origin == "domain")
        if about:
            found.append(printer.show(check.formula))
    suffix = " (an integer)" if name in SWEPT else ""
    return ", ".join(dict.fromkeys(found)) + suffix if found else ""


def _swept(name: str, args: argparse.Namespace, claim: Claimed) -> list[int] | None:
    try:
        return series(getattr(args, name))
    except InputError as error:
        raise _UsageError(_refusal(name, getattr(args, name), claim, error)) from None


def _level(args: argparse.Namespace, claim: Claimed) -> Fraction | None:
    if args.target is None:
        return None
    try:
        level = number(args.target)
    except InputError as error:
        raise _UsageError(f"--target: {error}") from None
    if level <= 0:
        raise _UsageError(
            f"--target {args.target}: no bound of {claim.label} is 0 or below; ask for more"
        )
    return level


def _plottable(path: str, swept: Mapping[str, object]) -> None:
    if not swept:
        raise _UsageError("--plot draws a sweep: give a range, such as --K 1e3:1e9")
    if why := available():
        raise _UsageError(f"--plot {path}: {why}")
    if Path(path).suffix.lower() not in SUFFIXES:
        raise _UsageError(f"--plot {path}: a figure's file ends in {', '.join(SUFFIXES)}")


__all__ = ["run"]
