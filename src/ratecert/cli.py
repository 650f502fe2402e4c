"""The command line. Only argparse is loaded until a command runs."""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module

from . import __version__
from .proofs.record.options import HELP as FORMATS_HELP
from .proofs.record.options import add_format

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
  ratecert optimise adam.rate --minimise C_1 --fix c_eps=1    tune it, and prove the result

exit codes: 0 all well; 1 a finding (refuted, undecided, error in a proof; axioms that fail in
            their model; divergence); 2 usage; 3 internal error; 4 nothing was checked
"""


def parser() -> argparse.ArgumentParser:
    """The argument parser of ``ratecert``."""
    raw = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        prog="ratecert", description=DESCRIPTION, epilog=EPILOG, formatter_class=raw
    )
    top.add_argument("--version", action="version", version=f"ratecert {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    check = commands.add_parser(
        "check",
        help="prove theories and replay their proofs",
        formatter_class=raw,
        description="Elaborate and prove every claim, then replay the recorded proofs in a fresh\n"
        "process with the kernel alone. A claim is proved only if the replay gives the same\n"
        "canonical bytes. The axioms of each theory are evaluated in its finite model.\n\n"
        "What was proved and replayed is kept in a cache, under a digest of all it needs, and\n"
        "recalled if nothing of that has changed; the summary says so. A lemma that was edited is\n"
        "proved again, and so is what rests on it. A file in a cache is no proof: use --no-cache\n"
        "before you rely on a verdict. The cache is in $RATECERT_CACHE, or in $XDG_CACHE_HOME or\n"
        "~/.cache under the name ratecert, and may be deleted at any time.",
        epilog="verdicts: proved; refuted (an exact point violates the claim); undecided (a step\n"
        "was not established); error (ill-formed, or a solver contradicts a step).\n"
        "Exit code 0 if all is proved, else 1.\n\n"
        f"{FORMATS_HELP}\n\n"
        "--cross-examine needs z3 and cvc5: pip install 'ratecert[smt]'. Each step that the\n"
        "kernel certified is put to both as a question about real numbers: can its facts hold\n"
        "and its conclusion fail? Expectations, sums and processes are unknown numbers there.\n"
        "That they agree proves nothing; that one has a point where the step fails is an error\n"
        "(exit code 1). Questions they do not answer in time are counted, and no finding.\n\n"
        "examples:\n"
        "  ratecert check sgd --cross-examine\n"
        "  ratecert check adamw --lemma L4 --cross-examine --timeout 30\n"
        "  ratecert check --locked --format junit > ratecert.xml",
    )
    check.add_argument(
        "theories",
        nargs="*",
        metavar="THEORY",
        help="a shipped theory, or a .py file (default: all shipped)",
    )
    check.add_argument(
        "--lemma", metavar="ID", action="append", default=[],
        help="only this claim and what it uses (may be repeated)",
    )  # fmt: skip
    check.add_argument(
        "--no-cache", action="store_true",
        help="prove and replay everything anew; recall nothing of earlier runs, keep nothing",
    )  # fmt: skip
    check.add_argument(
        "--locked", action="store_true",
        help="compare with the lock as well; what it guards against is a finding",
    )  # fmt: skip
    _lock(check)
    check.add_argument(
        "--cross-examine", action="store_true",
        help="ask z3 and cvc5 about every step that the kernel certified",
    )  # fmt: skip
    check.add_argument(
        "--timeout", metavar="SECONDS", type=_seconds, default=5.0,
        help="with --cross-examine: for each question and solver (default 5)",
    )  # fmt: skip
    add_format(check)

    for name, text, long in (
        (
            "show",
            "a statement in full",
            "The statement: hypotheses, conclusion, the definitions it uses, and the\n"
            "paper's numbering beside ours.",
        ),
        (
            "trust",
            "what a statement rests on",
            "The assumptions, axioms, definitions and rules beneath a statement, transitively,\n"
            "and any hypothesis that is itself an inequality between random terms (!).\n"
            "Oracles, that is anything else that was believed, must be none.",
        ),
        (
            "explain",
            "a proof, step by step",
            "The chains of the proof, a reason on each line, with the kernel rule and the\n"
            "certificate that established it.",
        ),
    ):
        command = commands.add_parser(name, help=text, description=long, formatter_class=raw)
        command.add_argument(
            "statement", metavar="STATEMENT", help="such as sgd.rate, or path/to/file.py:rate"
        )
        _format(command)
    _bound(commands)
    _lock_and_verify(commands)
    _constants(commands)
    _limits(commands)
    _conform(commands)
    _optimise(commands)
    return top


def _constants(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "constants",
        help="where a theorem's constants come from, and what each is worth",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="The ledger of a theorem's constants, read off its proof. For each: its\n"
        "closed form, the lemma and the line of its proof that bring it in, where it enters,\n"
        "the axioms beneath; and at an instance its value to 12 digits and its elasticity:\n"
        "by how many per cent the bound changes if the constant changes by one.\n\n"
        "Then the same for the constants in the lemmas beneath. What an improvement of one\n"
        "is worth follows from the certificates of the proof, its other steps and the free\n"
        "parameters being as they are; sums of expectations count as much as the proof\n"
        "itself bounds them by (>=: a part of them is bounded by nothing, and left out).",
        epilog="examples:\n"
        "  ratecert constants adamw.rate                     closed forms\n"
        "  ratecert constants adamw.rate --instance canonical\n"
        "  ratecert constants adam.rate --instance best --d 1e6 --K 1e7 --sigma 10\n"
        "  ratecert constants sgd.rate --format json\n\n"
        "exit codes: 0 all well; 1 the claim is not proved; 2 usage, such as a claim without\n"
        "            constants, or data at which the instance does not hold",
    )
    command.add_argument(
        "theorem", metavar="THEOREM", help="such as adamw.rate, or path/to/file.py:rate"
    )
    command.add_argument(
        "--instance", metavar="NAME",
        help="canonical, tuned, ...; best: the smallest bound at these data",
    )  # fmt: skip
    for option, default, text in (
        ("d", "1000", "dimension"),
        ("K", "1e5", "number of iterations"),
        ("L", "1", "smoothness: the gradient is L-Lipschitz"),
        ("Delta", "10", "gap at the start: f(x^1) - f*"),
        ("sigma", "1", "total noise level sigma_s: the root of the sum of sigma_i^2"),
    ):
        command.add_argument(f"--{option}", default=default, help=f"{text} (default {default})")
    _format(command)


def _limits(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "limits",
        help="how small the constants of lemmas could be",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="For each lemma the constants on its right side, one for each summand, beside\n"
        "what they must at least be: lower bounds from instances in which the lemma is an\n"
        "equation, or nearly one. An instance is a small scenario tree, with rational\n"
        "probabilities, in which all axioms of the theory and all hypotheses of the lemma\n"
        "are seen to hold exactly; both sides are then computed exactly, never in floats.\n\n"
        "The ratio is that of the two sides, negative summands moved to the other side: the\n"
        'right side as a whole cannot be multiplied by less. "at least" is the same for\n'
        "each constant alone, all others as they are (-: the instance says nothing of it).\n"
        "In brackets after an instance: what brings its ratio closer to 1.",
        epilog="examples:\n"
        "  ratecert limits                   all shipped theories\n"
        "  ratecert limits adamw             one theory\n"
        "  ratecert limits adamw.L1.sharp adamw.L7.total --format json\n\n"
        "exit codes: 0 all well; 1 an instance is refused, or a claim is not proved; 2 usage;\n"
        "            3 internal error",
    )
    command.add_argument(
        "statements", nargs="*", metavar="THEORY|STATEMENT",
        help="such as adamw, or adamw.L4 (default: all shipped theories)",
    )  # fmt: skip
    command.add_argument(
        "--no-cache", action="store_true", help="prove the claims anew, recall nothing"
    )
    _format(command)


def _bound(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "bound",
        help="what a rate guarantees for a training run, and with which hyperparameters",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Evaluate a rate: the guaranteed bound and its terms, rounded up; the\n"
        "hyperparameters that the theorem prescribes; SGD's bound beside it. All numbers\n"
        "come from the statement of the theorem, which is proved (or recalled) first.\n"
        "Values are exact: 0.1, 1e5, 1/3. A range such as --K 1e3:1e9 (or 1e3:1e9:13,\n"
        "with a count) makes a table, and --plot draws it.",
        epilog="examples:\n"
        "  ratecert bound adamw.rate --d 1000 --K 1e5 --L 1 --Delta 10 --sigma 1\n"
        "  ratecert bound adamw.rate --d 1000 --K 1e5 --L 1 --Delta 10 --sigma 1 \\\n"
        "      --instance canonical --target 0.5\n"
        "  ratecert bound adam.rate --d 1e11 --K 1e3:1e9 --L 1 --Delta 10 --sigma 1 \\\n"
        "      --plot adam.svg\n\n"
        "exit codes: 0 all hypotheses hold; 1 one fails (its admissible range is shown), or\n"
        "            the claim is not proved; 2 usage, such as a value that is no number;\n"
        "            3 internal error",
    )
    # Python 3.11 takes -1e3 for an option, as only -1 and -0.5 look like numbers to it.
    command._negative_number_matcher = re.compile(r"^-(\d|\.\d)")
    command.add_argument(
        "theorem", metavar="THEOREM",
        help="such as adamw.rate, nadamw.rate, adam.rate, sgd.rate; or path/to/file.py:rate",
    )  # fmt: skip
    for option, text in (
        ("d", "dimension; may be a range"),
        ("K", "number of iterations; may be a range"),
        ("L", "smoothness: the gradient is L-Lipschitz"),
        ("Delta", "gap at the start: f(x^1) - f*"),
        ("sigma", "total noise level sigma_s: the root of the sum of sigma_i^2"),
    ):
        command.add_argument(f"--{option}", required=True, help=text)
    for option, text in (
        ("lambda", "weight decay (default 0; with --x1, the largest allowed)"),
        ("mu", "weight of the momentum in the step, or theta (default: the largest allowed)"),
        ("x1", "largest coordinate of the start in absolute value (default 0)"),
        ("beta", "decay of the second moment (default: what is allowed nearest to 0.999)"),
        ("theta", "compared with what the theorem prescribes; so are --eta and --eps"),
        ("eta", argparse.SUPPRESS),
        ("eps", argparse.SUPPRESS),
    ):
        command.add_argument(f"--{option}", metavar="VALUE", help=text)
    command.add_argument(
        "--instance", metavar="NAME", default="best",
        help="canonical, tuned, ...; best (default): the smallest bound at these values",
    )  # fmt: skip
    command.add_argument(
        "--target", metavar="LEVEL", help="also: from which K on is it at most this?"
    )
    command.add_argument("--plot", metavar="FILE", help="draw a sweep (extra [plot])")
    command.add_argument(
        "--no-cache", action="store_true", help="prove the claims used anew, recall nothing"
    )
    _format(command)


def _lock(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--lock", metavar="FILE", default="ratecert.lock", help="the lock (default: ratecert.lock)"
    )


def _lock_and_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    raw = argparse.RawDescriptionHelpFormatter
    lock = commands.add_parser(
        "lock",
        help="write down what is proved, to guard it",
        formatter_class=raw,
        description="Prove the theories, and write ratecert.lock: what each claim says, rests on\n"
        "and depends on, and its constants; the proofs are beside it, compressed. Both belong\n"
        "into the repository. `ratecert check --locked` then tells what was weakened or lost.\n\n"
        "If there is a lock, what changed in its claims, for the worse or the better, must be\n"
        "accepted claim by claim; new claims, other proofs and new titles are taken over.",
        epilog="examples:\n"
        "  ratecert lock my_theory.py              the first time\n"
        "  ratecert lock                           again, the same theories\n"
        "  ratecert lock --accept mine.L1          L1 was changed, and that is meant\n\n"
        "exit codes: 0 written; 1 something is not proved, or was not accepted (nothing is\n"
        "            written); 2 usage",
    )
    lock.add_argument(
        "theories", nargs="*", metavar="THEORY",
        help="a shipped theory, or a .py file (default: those locked; without a lock all shipped)",
    )  # fmt: skip
    _lock(lock)
    lock.add_argument(
        "--accept", metavar="CLAIM", action="append", default=[],
        help="take over what became of this claim (theory.ID), of a whole theory, or of all",
    )  # fmt: skip
    lock.add_argument(
        "--replace", action="store_true", help="write it anew if the lock there is cannot be read"
    )
    _format(lock)
    verify = commands.add_parser(
        "verify",
        help="replay a lock with the kernel alone",
        formatter_class=raw,
        description="Replay the proofs beside a lock with the kernel alone (no SymPy, no search,\n"
        "no network), and compare: what they prove with what the lock says, to the letter, and\n"
        "the sources of the theories with those that were locked.",
        epilog=f"{FORMATS_HELP}\n\n"
        "exit codes: 0 the lock is proved; 1 a difference, or a source changed; 2 the lock\n"
        "            cannot be used",
    )
    verify.add_argument(
        "lock", nargs="?", metavar="FILE", default="ratecert.lock",
        help="the lock (default: ratecert.lock)",
    )  # fmt: skip
    add_format(verify)


def _conform(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "conform",
        help="is an optimizer class the recursion a theorem speaks of?",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Run a torch.optim.Optimizer class beside a recursion on small problems, both\n"
        "fed the same gradients step by step in float64. Shows agreement, or the first\n"
        "divergence, the known differences that explain it (bias correction, eps outside\n"
        "the root, coupled decay, ...) and the presets under which the two agree.\n"
        "Importing CLASS runs its module, as any import does. Needs the extra [numeric].",
        epilog="examples:\n"
        "  ratecert conform torch.optim.AdamW --recursion adamw\n"
        "  ratecert conform torch.optim.AdamW --recursion adamw --preset warm --preset tiny-eps\n"
        "  ratecert conform my_optim.py:MyAdam --recursion adam --arg lr=eta --arg decay2=beta\n"
        "  ratecert conform torch.optim.SGD --recursion sgd --set momentum=0.9 --at eta=1/8\n\n"
        "exit codes: 0 they agree; 1 they diverge, or the class fails; 2 usage;\n"
        "            3 internal error; 4 no step was run",
    )
    command.add_argument(
        "cls", metavar="CLASS", help="module:Class, module.Class or path/to/file.py:Class"
    )
    command.add_argument(
        "--recursion", metavar="ID", required=True, help="sgd, adam, adamw, nadam or nadamw"
    )
    for option, metavar, text in (
        (
            "--arg", "ARG=PARAM",
            "constructor argument ARG takes the recursion's PARAM, or several, as in "
            "betas=theta,beta (default: deduced from the usual names)",
        ),
        ("--set", "ARG=VALUE", "ARG is a constant: a decimal, true, false or none"),
        ("--at", "PARAM=VALUE", "value of a parameter, as in theta=0.9"),
        ("--preset", "NAME", "tiny-eps, no-decay or warm (no bias correction is left)"),
        ("--problem", "NAME", "only quadratic, periodic or softmax (default: all three)"),
    ):  # fmt: skip
        command.add_argument(
            option, metavar=metavar, action="append", default=[], help=f"{text}; may be repeated"
        )
    command.add_argument("--steps", type=_count, default=100, help="on each problem (default 100)")
    command.add_argument("--seed", type=_count, default=0, help="of the noise (default 0)")
    command.add_argument(
        "--tolerance", type=float, default=1e-10,
        help="of the difference relative to the largest coordinate (default 1e-10)",
    )  # fmt: skip
    command.add_argument(
        "--differences", metavar="N", type=_count, default=3,
        help="try sets of at most N known differences (default 3)",
    )  # fmt: skip
    _format(command)


def _optimise(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "optimise",
        help="choose a theorem's free parameters, and prove the instance",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Search the free parameters of a rate for the least constant or bound, round\n"
        "them to simple rationals and let the kernel prove the theorem at these numbers:\n"
        "its condition (B), its constant and the rate itself become claims. The search is\n"
        "in floating point and proves nothing. THEOREM is adamw.rate, adamw.rate.refined,\n"
        "nadamw.rate, nadamw.rate.refined or adam.rate. The refined ones are taken from\n"
        "x^1 = 0 (a_mean = a/3) unless a_mean is given.\n\n"
        "Free: c_eta, c_theta, c_eps (step size, momentum, floor), gamma (h >=\n"
        "(L Delta/K)^(1/2)/gamma), t and rho (weights in the proof), a (lam^2 X^2 <= a s).\n"
        "Some objectives have no minimum: they keep falling as c_eps grows, or as gamma or a\n"
        "goes to 0. Then fix these, or box them.",
        epilog="examples:\n"
        "  ratecert optimise adamw.rate --minimise C_1 --fix c_eps=1,a=1/8,gamma=1/10\n"
        "  ratecert optimise adam.rate --minimise C_1 --fix c_eps=1 -o my_adam.py\n"
        "  ratecert optimise adam.rate --minimise C_1 --box c_eps=1/4:4\n"
        "  ratecert optimise adamw.rate --fix a=1/8 \\\n"
        "      --minimise 'bound at d=1000,K=100000,L=1,Delta=10,sigma=1'\n\n"
        "exit codes: 0 the instance is proved; 1 it is not; 2 usage, or there is no minimum;\n"
        "            3 internal error",
    )
    command.add_argument("theorem", metavar="THEOREM", help="such as adamw.rate")
    command.add_argument(
        "--minimise", metavar="WHAT", required=True,
        help="C_1, C_P, C_2, or 'bound at d=..,K=..,L=..,Delta=..,sigma=..' (sigma is sigma_s)",
    )  # fmt: skip
    command.add_argument(
        "--fix", metavar="NAME=VALUE,...", action="append", default=[],
        help="parameters that are given, exactly: 1/8, 0.125",
    )  # fmt: skip
    command.add_argument(
        "--box", metavar="NAME=LOW:HIGH", action="append", default=[],
        help="search a parameter within these ends; an optimum at an end is accepted",
    )  # fmt: skip
    command.add_argument(
        "--mixed", action="store_true", help="for every mu in [theta, 1], not for mu = 1 alone"
    )
    command.add_argument(
        "--tolerance", metavar="X", default="1/2000",
        help="what rounding to rationals may cost, relative to the best (default 1/2000)",
    )  # fmt: skip
    command.add_argument(
        "-o", "--output", metavar="FILE.py", help="write the instance there, once it is proved"
    )
    command.add_argument("--name", help="of the theory written (default: FILE's, or found)")
    command.add_argument("--seed", type=_count, default=0, help="of the random starts (default 0)")
    _format(command)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86400:
        raise argparse.ArgumentTypeError(f"not a positive number of seconds: {text!r}")
    return value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 20):
        raise argparse.ArgumentTypeError(f"not an integer from 0 on: {text!r}")
    return int(text)


def _format(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format", choices=("text", "json"), default="text",
        help="text for people, json for programs (stdout is then JSON only)",
    )  # fmt: skip


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
