"""``lock`` and ``verify``."""

from __future__ import annotations

from ..proofs.record.options import HELP as FORMATS_HELP
from ..proofs.record.options import add_verify
from . import RAW, Commands, lock_file, text_or_json


def add(commands: Commands) -> None:
    """``lock`` and ``verify``."""
    lock = commands.add_parser(
        "lock",
        help="write down what is proved, to guard it",
        formatter_class=RAW,
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
        help="a shipped theory, or a .py file (default: those locked)",
    )  # fmt: skip
    lock_file(lock)
    lock.add_argument(
        "--accept", metavar="CLAIM", action="append", default=[],
        help="take over what became of this claim (theory.ID), of a whole theory, or of all",
    )  # fmt: skip
    lock.add_argument(
        "--replace", action="store_true", help="write it anew if the lock there is cannot be read"
    )
    text_or_json(lock)
    verify = commands.add_parser(
        "verify",
        help="replay a lock with the kernel alone",
        formatter_class=RAW,
        description="Replay the proofs beside a lock with the kernel alone (no SymPy, no search,\n"
        "no network), and compare: what they prove with what the lock says, to the letter, and\n"
        "the sources of the theories with those that were locked.",
        epilog=f"{FORMATS_HELP}\n\n"
        "exit codes: 0 the lock is proved; 1 a difference, or a source changed; 2 the lock\n"
        "            cannot be used",
    )
    add_verify(verify)
