"""``campaign run``, ``resume``, ``status``, ``merge``."""

from __future__ import annotations

import argparse

from . import RAW, Commands, count, text_or_json

CODES = """\
exit codes: 0 nothing speaks against a claim; 1 a claim is violated, or a verdict is open that
            should not be, or a stored result is corrupt; 2 usage, or the file cannot be used;
            3 a task failed, or a worker died; 4 nothing was checked; 130 interrupted"""


def add(commands: Commands) -> None:
    """``campaign`` and its four commands."""
    command = commands.add_parser(
        "campaign",
        help="confront many claims with many instances, over hours if need be",
        formatter_class=RAW,
        description="A campaign is a named list of tasks, each a function of its own data: it may\n"
        "be killed and resumed, spread over processes and machines, and gives the same results,\n"
        "to the last bit. They are kept in one file.",
        epilog="examples:\n"
        "  ratecert campaign run quick                 under a minute\n"
        "  ratecert campaign run standard              Ctrl-C, a crash, a reboot: then\n"
        "  ratecert campaign resume standard           goes on where it was\n"
        "  ratecert campaign status standard           what was found so far\n\n"
        "on several machines:\n"
        "  ratecert campaign run standard --shard 1/2 --store a.sqlite      here\n"
        "  ratecert campaign run standard --shard 2/2 --store b.sqlite      there\n"
        "  ratecert campaign merge a.sqlite b.sqlite -o all.sqlite\n"
        "  ratecert campaign status all.sqlite\n\n"
        f"{CODES}",
    )
    actions = command.add_subparsers(dest="action", metavar="COMMAND", required=True)
    _run(actions)
    _resume(actions)
    _status(actions)
    _merge(actions)


def _run(actions: Commands) -> None:
    run = actions.add_parser(
        "run",
        help="run a campaign; what is stored already is reused",
        formatter_class=RAW,
        description="Run the tasks of a campaign that are not stored yet, each result stored as\n"
        "it comes. A stored result is reused if task, statements, code and libraries are as then.\n"
        "What an interval leaves open is no finding while the mean is below the bound.",
        epilog="campaigns: quick (`make check`), standard (every claim), horizons (several K)\n\n"
        "examples:\n"
        "  ratecert campaign run quick --list             what would be run\n"
        "  ratecert campaign run standard --only 'adamw.*' --workers 8\n"
        "  ratecert campaign run standard --seed 1 --store second.sqlite\n"
        "  ratecert campaign run standard --dask tcp://scheduler:8786\n\n"
        f"{CODES}",
    )
    run.add_argument("campaign", metavar="NAME", help="quick or standard")
    run.add_argument(
        "--store", metavar="FILE",
        help="where results are kept (default: NAME.sqlite in the folder campaigns of the cache, "
        "see `ratecert check --help`)",
    )  # fmt: skip
    run.add_argument(
        "--shard", metavar="i/n", default="1/1",
        help="only the i-th of n parts; together they are all, and no two share a task",
    )  # fmt: skip
    run.add_argument(
        "--only", metavar="PATTERN", action="append", default=[],
        help="only tasks whose kind or subject matches, such as 'adamw.*' (may be repeated)",
    )  # fmt: skip
    run.add_argument(
        "--seed", type=count, default=0, help="other numbers give independent runs (default 0)"
    )
    run.add_argument("--list", action="store_true", help="list the tasks, run none")
    _where(run)
    text_or_json(run)


def _resume(actions: Commands) -> None:
    resume = actions.add_parser(
        "resume",
        help="go on with a campaign that was interrupted",
        formatter_class=RAW,
        description="Run what is left of the campaign that a file holds, with the seed, the\n"
        "choice and the shard it was begun with. Results that are corrupt are computed again.",
        epilog=CODES,
    )
    _file(resume)
    _where(resume)
    text_or_json(resume)


def _status(actions: Commands) -> None:
    status = actions.add_parser(
        "status",
        help="what a campaign found so far",
        formatter_class=RAW,
        description="What is done and what is left, and for each claim the verdicts and the worst\n"
        "ratio of its two sides. Runs nothing, and may be asked while the campaign runs.\n"
        "With --format json all results as well, byte by byte the same however they were made.",
        epilog=CODES,
    )
    _file(status)
    text_or_json(status)


def _merge(actions: Commands) -> None:
    merge = actions.add_parser(
        "merge",
        help="put the files of shards together",
        formatter_class=RAW,
        description="Write the results of several files of one campaign into a new one.\n"
        "Different results of one task, by the same code, are an error that names both files.",
        epilog="exit codes: 0 written; 1 two files contradict each other; 2 usage, or a file\n"
        "            cannot be used (nothing is written then)",
    )
    merge.add_argument("files", nargs="+", metavar="FILE", help="a campaign's file")
    merge.add_argument("-o", "--output", metavar="FILE", required=True, help="the new file")
    text_or_json(merge)


def _file(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "file", metavar="FILE|NAME", help="a campaign's file, or the name of one in the cache"
    )


def _where(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers", metavar="N", type=count,
        help="processes, of one thread each (default: one for each processor; 1: none but this)",
    )  # fmt: skip
    command.add_argument(
        "--dask", metavar="ADDRESS",
        help="run on the Dask cluster of this scheduler (extra [dask])",
    )  # fmt: skip
    command.add_argument(
        "--prune", action="store_true",
        help="remove results of earlier versions of the code from the file",
    )  # fmt: skip
