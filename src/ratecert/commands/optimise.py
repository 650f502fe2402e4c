"""``ratecert optimise``: free parameters chosen by search, and the instance proved."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.constants.free import InadmissibleError
from ..proofs.constants.kinds import NoKindError
from ..proofs.constants.objectives import ObjectiveError, exact
from ..proofs.constants.optimise import OptionError, Proposal, propose
from ..proofs.constants.rounding import NotRoundedError
from ..proofs.constants.search import AtTheEdgeError, NothingAdmissibleError
from ..proofs.constants.values import decimal_nearest
from ..proofs.constants.writing import MARK, NAME
from ..proofs.language.loader import load
from ..proofs.theorems import SHIPPED
from .checked import Outcomes, outcomes, unproved
from .output import MARKS, emit_json, indented, progress


def run(args: argparse.Namespace) -> int:
    """Search, prove, report, and write the instance if it is proved."""
    if find_spec("scipy") is None:
        need = "pip install 'ratecert[optimise]'"
        return _usage(f"optimise searches with SciPy, not installed here: {need}")
    try:
        target = _target(args.output)
        started = time.monotonic()
        found = proposal(args)
    except AtTheEdgeError as error:
        progress("")
        return _usage(
            f"{args.minimise} has no minimum: it keeps falling towards an edge\n{error}\n"
            f"{_advice(error.names)}"
        )
    except (
        NoKindError, ObjectiveError, OptionError, InadmissibleError, NothingAdmissibleError,
        NotRoundedError,
    ) as error:  # fmt: skip
        progress("")
        return _usage(str(error))
    seconds = time.monotonic() - started
    known = _proved(found, target)
    good = not unproved(known)
    progress("")
    if args.format == "json":
        emit_json(_report(found, known, seconds, args, target if good else None))
    else:
        _text(found, known, seconds, args, target if good else None)
    return EXIT_OK if good else EXIT_FINDING


def _usage(text: str) -> int:
    print(f"ratecert: {text}", file=sys.stderr)
    return EXIT_USAGE


def _advice(names: tuple[str, ...]) -> str:
    """What to fix or box."""
    fix = ",".join(f"{n}=..." for n in names)
    boxes = " ".join(f"--box {n}=LOW:HIGH" for n in names)
    return (
        f"Fix {'them' if len(names) > 1 else 'it'} (--fix {fix}), or say how far to go ({boxes})."
    )


def proposal(args: argparse.Namespace) -> Proposal:
    """What the search proposes for these options; raises what ``propose`` does."""
    name = _name(args.name or (Path(args.output).stem if args.output else "found"))
    return propose(
        args.theorem, args.minimise, _pairs(args.fix), _boxes(args.box), mixed=args.mixed,
        loss=_loss(args.tolerance), seed=args.seed, name=name, say=progress,
    )  # fmt: skip


# --- options ------------------------------------------------------------------------------------


def _pairs(options: list[str]) -> dict[str, Fraction]:
    """``a=1/8,gamma=1/10``, exactly."""
    found: dict[str, Fraction] = {}
    for part in (p for option in options for p in option.split(",")):
        name, equals, value = part.partition("=")
        if not equals:
            raise OptionError(f"--fix {part!r}: write NAME=VALUE, as in --fix a=1/8,gamma=1/10")
        if name.strip() in found:
            raise OptionError(f"--fix {name.strip()}: given twice")
        found[name.strip()] = exact(value, name.strip())
    return found


def _boxes(options: list[str]) -> dict[str, tuple[Fraction, Fraction]]:
    """``gamma=1/20:1``, exactly."""
    found: dict[str, tuple[Fraction, Fraction]] = {}
    for part in (p for option in options for p in option.split(",")):
        name, equals, ends = part.partition("=")
        low, colon, high = ends.partition(":")
        if not (equals and colon):
            raise OptionError(f"--box {part!r}: write NAME=LOW:HIGH, as in --box gamma=1/20:1")
        if name.strip() in found:
            raise OptionError(f"--box {name.strip()}: given twice")
        found[name.strip()] = exact(low, name.strip()), exact(high, name.strip())
    return found


def _loss(text: str) -> Fraction:
    value = exact(text, "--tolerance")
    if not Fraction(1, 10**6) <= value <= 1:
        raise OptionError(f"--tolerance {text} is outside 1e-6 to 1")
    return value


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise OptionError(
            f"a theory cannot be called {text!r}: letters, digits and _, a letter first; "
            "choose by --name"
        )
    if text in SHIPPED:
        raise OptionError(f"{text} is a shipped theory; choose another name by --name")
    return text


def _target(output: str | None) -> Path | None:
    """Where to write, if it may be written."""
    if output is None:
        return None
    path = Path(output)
    if path.suffix != ".py":
        raise OptionError(f"-o {output}: a theory file ends in .py")
    if not path.parent.is_dir():
        raise OptionError(f"-o {output}: there is no folder {path.parent}")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise OptionError(f"-o {output}: cannot be written")
    if path.exists() and not path.read_text("utf-8", errors="replace").startswith(MARK):
        raise OptionError(f"-o {output} exists, and optimise did not write it: choose another file")
    return path


# --- proof --------------------------------------------------------------------------------------


def _proved(proposal: Proposal, target: Path | None) -> Outcomes:
    """Load the file proposed as any other, prove it, and put it in its place if it is proved."""
    with tempfile.TemporaryDirectory(prefix="ratecert-") as folder:
        path = Path(folder) / f"{proposal.name}.py"
        path.write_text(proposal.source, "utf-8")
        started = time.time_ns()
        claims = [claim for theory in load(str(path)) for claim in theory.claims.values()]
        progress("proving")
        known = outcomes(claims, started)
    if target is not None and not unproved(known):
        target.write_text(proposal.source, "utf-8")
    return known


# --- report -------------------------------------------------------------------------------------


def _percent(proposal: Proposal, number: Fraction) -> str:
    """By how much the instance found is below another (or above), in percent."""
    gain = (number - proposal.number) / number * 100
    text = f"{float(abs(gain)):.3f}" if abs(gain) < 1 else f"{float(abs(gain)):.1f}"
    return f"{text} % {'lower' if gain >= 0 else 'higher'}"


def _text(
    proposal: Proposal, known: Outcomes, seconds: float, args: argparse.Namespace,
    written: Path | None,
) -> None:  # fmt: skip
    what = proposal.objective.text
    print(f"{proposal.kind.label}, for {proposal.mu}: {what} minimised\n")
    print("  parameters")
    for name, value in proposal.values.items():
        how = "fixed" if name in proposal.fixed else ""
        if name in proposal.boxes:
            low, high = proposal.boxes[name]
            how = f"in {low}:{high}" + (", at its end" if value in (low, high) else "")
        print(f"    {name:<8} {value!s:<12} {how}".rstrip())
    print("\n  constants, rounded up")
    for name, (closed, decimal) in proposal.constants.items():
        print(f"    {name:<8} {decimal:<15} {closed}")
    if what not in proposal.constants:
        print(f"\n  {what}:\n    at most {proposal.value}")
    best = decimal_nearest(Fraction(proposal.best.objective), 8)
    print(
        f"\n  The best of {proposal.evaluations} points (seed {args.seed}, {seconds:.1f} s) "
        f"had {best}, in floating point, before\n  the numbers were rounded to rationals."
    )
    print("\n  claims")
    for claim, o in known.items():
        print(f"    {MARKS[o.verdict]} {o.verdict:<9}  {claim.label:<28} {o.seconds:.2f} s")
        if o.reason:
            print(indented(indented(o.reason)))
    if proposal.shipped:
        print(f"\n  {what.split()[0]} of the shipped instances, rounded up; this one's is")
        for s in proposal.shipped:
            at = ", ".join(f"{n} = {v}" for n, v in s.values.items())
            print(f"    {s.label:<28} {s.value:<15} {_percent(proposal, s.number):>14}   "
                  f"{s.mu}, {at}")  # fmt: skip
    if written is not None:
        print(f"\n  Written to {written}: ratecert check {written}")
    elif args.output is None:
        print("\n  -o FILE.py writes it down, for ratecert check and for others to use.")


def _report(
    proposal: Proposal, known: Outcomes, seconds: float, args: argparse.Namespace,
    written: Path | None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "schema": 1,
        "theorem": proposal.kind.label,
        "for": proposal.mu,
        "objective": proposal.objective.text,
        "value": proposal.value,
        "parameters": {name: str(value) for name, value in proposal.values.items()},
        "fixed": sorted(proposal.fixed),
        "boxes": {n: [str(end) for end in ends] for n, ends in proposal.boxes.items()},
        "constants": {
            name: {"closed": closed, "value": decimal}
            for name, (closed, decimal) in proposal.constants.items()
        },
        "search": {
            "best": decimal_nearest(Fraction(proposal.best.objective), 12),
            "evaluations": proposal.evaluations,
            "seed": args.seed,
            "seconds": round(seconds, 2),
        },
        "verdict": next((o.verdict for _, o in unproved(known)), "proved"),
        "claims": [
            {"id": claim.label, "verdict": o.verdict, "seconds": round(o.seconds, 4)}
            | ({"reason": o.reason} if o.reason else {})
            for claim, o in known.items()
        ],
        "shipped": [
            {
                "id": s.label,
                "for": s.mu,
                "at": {name: str(value) for name, value in s.values.items()},
                "value": s.value,
            }
            for s in proposal.shipped
        ],
        "file": None if written is None else str(written),
    }  # fmt: skip
