"""``ratecert attack``: the world in which a claim comes closest to being false."""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction
from pathlib import Path

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.language.loader import statement
from .output import emit_json, progress

MAX_FACTOR_TEXT = 40


def run(args: argparse.Namespace) -> int:
    """Attack a claim, or examine a stored counterexample again."""
    try:
        import torch
    except ImportError as error:
        print(
            "ratecert: attack needs the extra [numeric]: pip install 'ratecert[numeric]' "
            f"({error})",
            file=sys.stderr,
        )
        return EXIT_USAGE
    torch.set_num_threads(1)
    from ..numeric_checks.attack import AttackError
    from ..numeric_checks.scenarios import ScenarioError

    try:
        if (args.statement is None) == (args.replay is None):
            raise AttackError("name one statement to attack, or a file with --replay")
        return _replayed(args) if args.replay is not None else _attacked(args)
    except (AttackError, ScenarioError) as error:
        progress("")
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE


def _attacked(args: argparse.Namespace) -> int:
    from ..numeric_checks.attack import Attack, AttackError
    from ..numeric_checks.attack.report import as_json, lines
    from ..numeric_checks.scenarios import Store

    claim = statement(args.statement)
    factor = _factor(args.factor)
    store = None if args.no_store else Store(_folder(args.store))

    def told(done: int, total: int) -> None:
        progress(f"{claim.label}: {done} of {total} worlds" if done < total else "")

    attack = Attack(
        claim, budget=args.budget, seed=args.seed, without=tuple(args.without), factor=factor,
        constant=args.constant, goals=None if args.constant is None else (args.constant,),
        store=store, progress=told, device=_device(args.device, AttackError),
    )  # fmt: skip
    done = attack.run()
    stored = ""
    if store is not None and done.counterexample is not None and done.is_of_the_claim:
        stored = str(store.add(done.counterexample))
    if args.format == "json":
        emit_json(as_json(done, stored))
    else:
        for line in lines(done, stored):
            print(line)
    return EXIT_OK if done.verdict == "holds" else EXIT_FINDING


def _replayed(args: argparse.Namespace) -> int:
    """A counterexample in a file, against the claim as it is stated now."""
    from ..numeric_checks.attack.report import replayed_json, replayed_lines
    from ..numeric_checks.scenarios import examine, read_scenario

    scenario = read_scenario(Path(args.replay))
    found = examine(scenario, without=tuple(args.without))
    if args.format == "json":
        emit_json(replayed_json(found))
    else:
        for line in replayed_lines(found):
            print(line)
    return EXIT_OK if found.outcome == "holds" else EXIT_FINDING


def _factor(text: str | None) -> Fraction:
    from ..numeric_checks.attack import AttackError

    if text is None:
        return Fraction(1)
    try:
        value = Fraction(text) if len(text) <= MAX_FACTOR_TEXT else Fraction(0)
    except (ValueError, ZeroDivisionError):
        value = Fraction(0)
    if value <= 0:
        raise AttackError(f"--factor takes a positive number such as 0.98 or 49/50, not {text!r}")
    return value


def _folder(given: str | None) -> Path:
    from ..numeric_checks.scenarios import default_folder

    return default_folder() if given is None else Path(given)


def _device(name: str, error: type[Exception]) -> str:
    import torch

    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as trouble:
        raise error(f"--device {name}: {str(trouble).splitlines()[0]}") from trouble
    return name
