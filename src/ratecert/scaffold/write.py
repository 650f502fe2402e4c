"""The files of a new theory, written all or none."""

from __future__ import annotations

import keyword
import os
import re
import shutil
import sys
from pathlib import Path
from string import Template
from tempfile import mkdtemp

from .. import __version__
from ..proofs.theorems import SHIPPED

NAMES = {
    "$name.py": "theory.template",
    "test_$name.py": "test.template",
    "pyproject.toml": "pyproject.template",
    ".gitattributes": "gitattributes.template",
}
"""What is written, and from which template; CI recipes besides (``CI``)."""
CI = {
    "github": (".github/workflows/proofs.yml", "github.template"),
    "gitlab": (".gitlab-ci.yml", "gitlab.template"),
    "none": None,
}


class ScaffoldError(ValueError):
    """A name that will not do, or a file that is there already; nothing was written."""


def check_name(name: str) -> None:
    """Refuse what is no name of a module, or would hide another.

    Raises:
        ScaffoldError: with a name that would do.
    """
    plain = re.sub(r"\W+", "_", name.removesuffix(".py"), flags=re.ASCII).strip("_").lower()
    usable = plain if re.fullmatch(r"[a-z]\w{0,59}", plain, re.ASCII) else "my_theory"
    taken = {*sys.stdlib_module_names, *SHIPPED, "ratecert"}
    if keyword.iskeyword(usable) or usable in taken:
        usable = f"my_{usable}"
    if name == usable:
        return
    why = "it names a theory that is shipped" if name in SHIPPED else (
        "it is the name of a module of Python" if name in sys.stdlib_module_names else
        "a theory's name is a Python name: small letters, digits and _"
    )  # fmt: skip
    raise ScaffoldError(f"{name!r} will not do: {why}; try: ratecert new {usable}")


def scaffold(name: str, directory: Path, *, ci: str = "github") -> list[Path]:
    """Write the files of a theory ``name`` into ``directory``; returns their paths.

    Args:
        name: of the theory and its module.
        directory: made if it is not there. One that holds a repository keeps all it has:
            a ``pyproject.toml`` or ``.gitattributes`` that exists is left alone.
        ci: ``github``, ``gitlab`` or ``none``.

    Raises:
        ScaffoldError: the name will not do, or a file exists; nothing was written.
        OSError: the folder cannot be written; what was begun is taken back.
    """
    check_name(name)
    files = dict(NAMES)
    recipe = CI[ci]
    if recipe is not None:
        files[recipe[0]] = recipe[1]
    words = {"name": name, "title": name.replace("_", " ").capitalize(), "version": __version__}
    made: dict[Path, str] = {}
    for path, template in files.items():
        target = directory / path.replace("$name", name)
        if target.exists() or target.is_symlink():
            if target.name in ("pyproject.toml", ".gitattributes"):
                continue  # the author's; what is missing there is said by ``ratecert new``
            raise ScaffoldError(f"{target} exists; nothing was written")
        text = (Path(__file__).parent / template).read_text("utf-8")
        made[target] = Template(text).substitute(words)
    _write(directory, made)
    return [*made]


def _write(directory: Path, made: dict[Path, str]) -> None:
    """All the files or none: first beside their places, then moved there."""
    new = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    staging = Path(mkdtemp(prefix=".ratecert-new-", dir=directory))
    placed: list[Path] = []
    try:
        for number, text in enumerate(made.values()):
            (staging / str(number)).write_text(text, "utf-8")
        for number, target in enumerate(made):
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(staging / str(number), target)  # unlike a rename it replaces nothing
            placed.append(target)
    except BaseException as error:
        for target in placed:
            target.unlink(missing_ok=True)
        if new:
            shutil.rmtree(directory, ignore_errors=True)
        if isinstance(error, FileExistsError):
            raise ScaffoldError(f"{error.filename2} exists; nothing was written") from error
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
