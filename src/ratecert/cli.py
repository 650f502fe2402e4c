"""The command line. Only argparse is loaded until a command runs."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from . import __version__
from .options import (
    RAW,
    attacking,
    beginning,
    campaigning,
    checking,
    conforming,
    constants,
    experimenting,
    guarding,
    plotting,
    printing,
    reporting,
)

EXIT_OK, EXIT_FINDING, EXIT_USAGE, EXIT_INTERNAL, EXIT_NOTHING = range(5)

DESCRIPTION = """\
Machine-checked convergence theory for the optimizers people train with.

Every statement is proved by a small exact kernel from named assumptions; nothing is believed
because a solver, a float or an author said so.
"""

EPILOG = """\
examples:
  ratecert check                    prove every shipped theory
  ratecert check sgd                one theory; its proof is replayed by the kernel alone
  ratecert new my_theory            a theory of your own to begin with
  ratecert check my_theory.py       your own lemmas
  ratecert check sgd --cross-examine    ask z3 and cvc5 for a second opinion on every step
  ratecert show sgd.rate            the full statement
  ratecert trust sgd.rate           what it rests on
  ratecert explain sgd.rate         its proof, step by step
  ratecert bound adamw.rate --d 1000 --K 1e5 --L 1 --Delta 10 --sigma 1    what it guarantees
  ratecert lock                     write down what is proved; check --locked guards it
  ratecert constants adamw.rate --instance canonical    where each constant comes from
  ratecert limits adamw             how small the constants of its lemmas could be
  ratecert conform torch.optim.AdamW --recursion adamw    is it the AdamW of the theorems?
  ratecert attack adamw.L4          how close it comes to being false, exactly
  ratecert optimise adam.rate --minimise C_1 --fix c_eps=1    tune it, and prove the result
  ratecert campaign run quick       confront the claims with runs; resume, merge, status
  ratecert experiments l1-ratio     is ||grad f||_1 as sqrt(d) ||grad f||_2 in real training?
  ratecert latex adamw -o paper     its statements and proofs as an appendix
  ratecert report adamw -o adamw.html    all of it as one page, to read and to send
  ratecert plot bound adamw -o bound.pdf    its figures

exit codes: 0 all well; 1 a finding (refuted, undecided, error in a proof; axioms that fail in
            their model; divergence); 2 usage; 3 internal error; 4 nothing was checked
"""


def parser() -> argparse.ArgumentParser:
    """The argument parser of ``ratecert``."""
    top = argparse.ArgumentParser(
        prog="ratecert", description=DESCRIPTION, epilog=EPILOG, formatter_class=RAW
    )
    top.add_argument("--version", action="version", version=f"ratecert {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for options in (
        checking, constants, guarding, conforming, attacking, campaigning, experimenting,
        printing, reporting, plotting, beginning,
    ):  # fmt: skip
        options.add(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``ratecert``; returns the exit code."""
    top = parser()
    try:
        args = top.parse_args(argv, argparse.Namespace(alone=argv is None))
    except SystemExit as stop:
        return EXIT_OK if not stop.code else EXIT_USAGE
    if args.command is None:
        top.print_help()
        return EXIT_USAGE
    try:
        command = import_module(f".commands.{args.command}", __package__)
        code: int = command.run(args)
        sys.stdout.flush()
        if args.alone:
            gc.freeze()  # the process ends: looking for garbage first would take it a second
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except KeyboardInterrupt:
        print("ratecert: interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        from .proofs.language.loader import LoadError

        if isinstance(error, LoadError):
            print(f"ratecert: {error}", file=sys.stderr)
            return EXIT_USAGE
        if os.environ.get("RATECERT_TRACEBACK"):
            raise
        print(
            f"ratecert: internal error: {type(error).__name__}: {error}\n"
            "  (set RATECERT_TRACEBACK=1 for the traceback)",
            file=sys.stderr,
        )
        return EXIT_INTERNAL
