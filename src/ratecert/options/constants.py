"""What is asked about constants: ``bound``, ``constants``, ``limits``, ``optimise``."""

from __future__ import annotations

import argparse
import re

from . import RAW, Commands, count, text_or_json

PROBLEM = {
    "d": "dimension",
    "K": "number of iterations",
    "L": "smoothness: the gradient is L-Lipschitz",
    "Delta": "gap at the start: f(x^1) - f*",
    "sigma": "total noise level sigma_s: the root of the sum of sigma_i^2",
}


def add(commands: Commands) -> None:
    """``bound``, ``constants``, ``limits``, ``optimise``."""
    _bound(commands)
    _constants(commands)
    _limits(commands)
    _optimise(commands)


def _bound(commands: Commands) -> None:
    command = commands.add_parser(
        "bound",
        help="what a rate guarantees for a training run, and with which hyperparameters",
        formatter_class=RAW,
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
    for option, text in PROBLEM.items():
        more = "; may be a range" if option in ("d", "K") else ""
        command.add_argument(f"--{option}", required=True, help=text + more)
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
    text_or_json(command)


def _constants(commands: Commands) -> None:
    command = commands.add_parser(
        "constants",
        help="where a theorem's constants come from, and what each is worth",
        formatter_class=RAW,
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
    _attacked(command)
    usual = {"d": "1000", "K": "1e5", "L": "1", "Delta": "10", "sigma": "1"}
    for option, default in usual.items():
        text = f"{PROBLEM[option]} (default {default})"
        command.add_argument(f"--{option}", default=default, help=text)
    text_or_json(command)


def _limits(commands: Commands) -> None:
    command = commands.add_parser(
        "limits",
        help="how small the constants of lemmas could be",
        formatter_class=RAW,
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
    _attacked(command)
    command.add_argument(
        "--no-cache", action="store_true", help="prove the claims anew, recall nothing"
    )
    text_or_json(command)


def _attacked(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--attacked", metavar="FILE",
        help="also what the attacks of a campaign attained, each decided again exactly "
        "(`ratecert campaign run standard` writes such a file; needs [numeric])",
    )  # fmt: skip


def _optimise(commands: Commands) -> None:
    command = commands.add_parser(
        "optimise",
        help="choose a theorem's free parameters, and prove the instance",
        formatter_class=RAW,
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
        "--minimise", "--minimize", metavar="WHAT", required=True,
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
    command.add_argument("--seed", type=count, default=0, help="of the random starts (default 0)")
    text_or_json(command)
