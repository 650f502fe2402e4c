"""``ratecert new``: a theory to begin with."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from ..cli import EXIT_OK, EXIT_USAGE
from ..proofs.record.options import LOCK
from ..scaffold import ScaffoldError, scaffold

NEXT = """\

Next:
  {enter}ratecert check {name}.py
  edit {name}.py; `ratecert check` shows each step that fails, and why
  ratecert lock            after a change that is meant (it says what to --accept); commit
                           {lock} and its trace
  python -m pytest         claims, lock and tests (pip install pytest)"""


def run(args: argparse.Namespace) -> int:
    """Write the files, prove the claims, lock them."""
    directory = Path(args.name if args.directory is None else args.directory)
    lock = directory / LOCK
    had_lock = lock.exists()
    try:
        made = scaffold(args.name, directory, ci=args.ci)
    except ScaffoldError as error:
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE
    except OSError as error:
        print(f"ratecert: {directory} cannot be written: {error}", file=sys.stderr)
        return EXIT_USAGE
    for path in made:
        print(f"wrote {path}")
    for name, lines in (("pyproject.toml", "[tool.ratecert]"), (".gitattributes", LOCK)):
        path = directory / name
        if path not in made and lines not in path.read_text("utf-8", errors="replace"):
            print(f"left {path} as it is; add to it what docs/pytest.md and docs/guard.md say")
    code = EXIT_OK
    if had_lock:
        print(f"left {lock} as it is; `ratecert lock` with all theories' names adds this one")
    else:
        code = _lock(args.name, directory)
    enter = "" if directory == Path(".") else f"cd {directory}\n  "
    print(NEXT.format(enter=enter, name=args.name, lock=LOCK))
    return code


def _lock(name: str, directory: Path) -> int:
    """``ratecert lock NAME.py`` in the folder."""
    from ..cli import main

    here = Path.cwd()
    with contextlib.ExitStack() as stack:
        os.chdir(directory)
        stack.callback(os.chdir, here)
        return main(["lock", f"{name}.py"])
