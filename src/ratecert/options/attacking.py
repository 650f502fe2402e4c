"""What is asked of the numeric confrontation: ``attack``."""

from __future__ import annotations

from . import RAW, Commands, count, text_or_json


def add(commands: Commands) -> None:
    """``attack``."""
    command = commands.add_parser(
        "attack",
        help="search worlds in which a claim comes closest to being false",
        formatter_class=RAW,
        description="Choose objective, start, noise, hyperparameters and a claim's own constants,\n"
        "within its assumptions and hypotheses, so that the ratio of its two sides is as\n"
        "large as possible: gradient ascent of many small worlds at once, then L-BFGS from\n"
        "the best, then evolution (cma) where the sides are not smooth. Expectations are exact\n"
        "sums over scenario trees. Afterwards the same for each constant on the right side:\n"
        "with what could it be multiplied at best, all else the same?\n\n"
        "What is printed was decided in exact arithmetic, in a world of rational numbers in\n"
        "which every assumption and hypothesis was checked. A violation is shrunk, stored and\n"
        "tried first by the next attack. That none is found proves nothing; what comes close\n"
        "to 1 shows that the claim cannot be improved there (`ratecert limits` lists it).",
        epilog="examples:\n"
        "  ratecert attack adamw.L4                         ratio and constants of a lemma\n"
        "  ratecert attack adamw.L4 --constant 2 --factor 0.98    is a smaller one refuted?\n"
        "  ratecert attack adamw.L1 --without 'θ ≤ β'       what a hypothesis is needed for\n"
        "  ratecert attack adamw.L7 --without A3            noise above its level\n"
        "  ratecert attack --replay FILE.json               a stored counterexample again\n\n"
        "exit codes: 0 no counterexample; 1 one is found, or an alarm stays undecided;\n"
        "            2 usage, such as a claim with nothing to choose; 3 internal error",
    )
    command.add_argument(
        "statement", nargs="?", metavar="STATEMENT",
        help="such as adamw.L4, or path/to/file.py:lemma",
    )  # fmt: skip
    command.add_argument(
        "--budget", type=count, default=20_000, metavar="N",
        help="worlds evaluated in all (default 20000, about half a minute)",
    )  # fmt: skip
    command.add_argument("--seed", type=count, default=0, help="of the starts (default 0)")
    command.add_argument(
        "--without", action="append", default=[], metavar="WHAT",
        help="leave out A2, A3 or a hypothesis, by its number or as `show` prints it; repeatable",
    )  # fmt: skip
    command.add_argument(
        "--factor", metavar="X",
        help="multiply the right side with X first, exactly (0.98): is that refuted?",
    )  # fmt: skip
    command.add_argument(
        "--constant", type=count, metavar="N",
        help="attack, or multiply, the constant of the N-th summand on the right side alone",
    )  # fmt: skip
    command.add_argument(
        "--store", metavar="FOLDER", help="of counterexamples (default .ratecert/counterexamples)"
    )
    command.add_argument(
        "--no-store", action="store_true", help="replay no stored counterexample, write none"
    )
    command.add_argument("--replay", metavar="FILE", help="examine a stored counterexample again")
    command.add_argument(
        "--device", default="cpu", help="where the worlds are evaluated (default cpu)"
    )
    text_or_json(command)
