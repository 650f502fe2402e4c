"""``check``, and the commands that show one statement."""

from __future__ import annotations

from ..proofs.record.options import HELP as FORMATS_HELP
from ..proofs.record.options import add_format
from . import RAW, Commands, lock_file, seconds, text_or_json


def add(commands: Commands) -> None:
    """``check``, ``show``, ``trust``, ``explain``."""
    _check(commands)
    _statements(commands)


def _check(commands: Commands) -> None:
    check = commands.add_parser(
        "check",
        help="prove theories and replay their proofs",
        formatter_class=RAW,
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
        help="a shipped theory, or a .py file (default: those of [tool.ratecert] in pyproject.toml,"
        " else all shipped)",
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
    lock_file(check)
    check.add_argument(
        "--cross-examine", action="store_true",
        help="ask z3 and cvc5 about every step that the kernel certified",
    )  # fmt: skip
    check.add_argument(
        "--timeout", metavar="SECONDS", type=seconds, default=5.0,
        help="with --cross-examine: for each question and solver (default 5)",
    )  # fmt: skip
    add_format(check)


def _statements(commands: Commands) -> None:
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
        command = commands.add_parser(name, help=text, description=long, formatter_class=RAW)
        command.add_argument(
            "statement", metavar="STATEMENT", help="such as sgd.rate, or path/to/file.py:rate"
        )
        text_or_json(command)
