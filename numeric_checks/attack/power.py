"""How reliably is a constant that is 2 % too small found out?

``python -m ratecert.numeric_checks.attack.power`` plants, in every constant that an equality case
shows to be best possible, one that is too small by 2 %, attacks that from several seeds, and counts
the exact counterexamples. It prints the table of docs/confrontation.md.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...proofs.constants.equality import INSTANCES
from ...proofs.constants.limits import limit_of
from ...proofs.language import Claimed
from ...proofs.render.text import Printer
from ..hypotheses import statement_of
from .planted import constants, is_negative, right_summands
from .run import Attack, Attacked

MARGIN = Fraction(1, 50)
BUDGET, SEEDS = 6_000, 10
TIGHT = Fraction(99, 100)
"""A constant counts as best possible if an exact instance attains this share of it."""


@dataclass(frozen=True)
class Case:
    """A constant that cannot be improved: the summand ``constant`` of the right side of a claim."""

    claim: Claimed
    constant: int
    negative: bool

    @property
    def factor(self) -> Fraction:
        """What makes it wrong by ``MARGIN``: a negative constant is so if it is too large."""
        return 1 / (1 - MARGIN) if self.negative else 1 - MARGIN

    def attack(self, seed: int, budget: int = BUDGET) -> Attacked:
        """Attack the claim with this constant planted."""
        return Attack(
            self.claim, budget=budget, seed=seed, factor=self.factor, constant=self.constant,
            goals=(self.constant,),
        ).run()  # fmt: skip


def cases() -> Iterator[Case]:
    """Every constant of the shipped claims that an equality instance shows to be best possible.

    The instances are those of ``ratecert limits``, evaluated exactly. They say nothing of negative
    constants; those of a claim whose sides they make equal are cases too.
    """
    for claim in dict.fromkeys(instance.claim for instance in INSTANCES):
        limit = limit_of(claim, INSTANCES)
        parts = right_summands(statement_of(claim, recursion=claim.theory.recursion))
        best = limit.best
        equal = best is not None and best.ratio[0] >= TIGHT
        for number, (constant, part) in enumerate(zip(limit.constants, parts, strict=True)):
            negative = is_negative(part)
            tight = constant.factor is not None and constant.factor[0] >= TIGHT
            if tight or (negative and equal):
                yield Case(claim, number, negative)


def lines(chosen: Sequence[Case], seeds: int, budget: int) -> Iterator[str]:
    """The table, a line at a time."""
    yield "| claim | constant | of | found | worlds, median | least ratio found |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for case in chosen:
        done = [case.attack(seed, budget) for seed in range(seeds)]
        found = [d for d in done if d.verdict == "violated"]
        worlds = sorted(d.evaluations for d in found)
        printer = Printer(case.claim.theory.kernel())
        statement = statement_of(case.claim, recursion=case.claim.theory.recursion)
        proved, of = (printer.show(t) for t in constants(statement)[case.constant])
        least = min((_ratio(d) for d in found), default=math.nan)
        middle = worlds[len(worlds) // 2] if worlds else "-"
        of = of.replace("|", "\\|")
        yield (
            f"| {case.claim.label} | {proved} | {of} | {len(found)} of {seeds} | {middle} | "
            f"{least:.6f} |"
        )


def _ratio(done: Attacked) -> float:
    """That of the shrunk counterexample."""
    return math.nan if done.examination is None else math.exp(done.examination.log_ratio)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a constant was found out in fewer than nine tenths of the seeds."""
    parser = argparse.ArgumentParser(
        prog="python -m ratecert.numeric_checks.attack.power", description=__doc__
    )
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--budget", type=int, default=BUDGET)
    parser.add_argument("--only", action="append", default=[], metavar="CLAIM")
    args = parser.parse_args(argv)
    import torch

    torch.set_num_threads(1)
    chosen = [c for c in cases() if not args.only or c.claim.label in args.only]
    started, missed = time.process_time(), 0
    for line in lines(chosen, args.seeds, args.budget):
        print(line, flush=True)
        cells = line.split(" | ")
        if " of " in (cells[3] if len(cells) > 3 else ""):
            missed += 10 * int(cells[3].split()[0]) < 9 * args.seeds
    print(f"{time.process_time() - started:.0f} s of CPU", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
