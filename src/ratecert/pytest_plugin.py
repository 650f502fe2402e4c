"""The pytest plugin ``ratecert``: the claims of theory files as tests.

It is loaded with every run of pytest where ratecert is installed, so this module imports nothing
but pytest and the standard library, and registers its hooks (``ratecert.testing``) only in projects
that name theories: in pyproject.toml, or by ``--ratecert``. What it does with them is told in
docs/pytest.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing.settings import Plan

MARKER = "ratecert: a claim, the model of a theory, or a lock, checked by ratecert"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--ratecert`` and what goes with it."""
    group = parser.getgroup("ratecert", "claims of theories as tests (ratecert)")
    group.addoption(
        "--ratecert", action="append", nargs="?", const="", default=[], metavar="THEORY",
        help="check the claims of this theory too: a .py file, or the name of a shipped theory "
        "(may be repeated). Without THEORY: the .py files named as arguments, unless they are "
        "test files, are theories, as in `pytest my_theory.py --ratecert`. Projects name theirs "
        'in pyproject.toml: [tool.ratecert] theories = ["proofs/*.py", "adamw"]',
    )  # fmt: skip
    group.addoption(
        "--no-ratecert-lock", action="store_true",
        help="do not compare with ratecert.lock (or [tool.ratecert] lock), as "
        "`ratecert check --locked` does",
    )  # fmt: skip
    group.addoption(
        "--no-ratecert-cache", action="store_true",
        help="prove and replay everything anew, as `ratecert check --no-cache` does",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """The marker, so that ``-m "not ratecert"`` leaves claims out."""
    config.addinivalue_line("markers", MARKER)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Which theories are checked; nothing if none are."""
    plan = _plan(config)
    return f"ratecert: {plan.header}" if plan is not None else None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Read what is to be checked, before anything is collected; mistakes in it are usage errors."""
    _plan(session.config)


_PLAN = pytest.StashKey["Plan | None"]()


def _plan(config: pytest.Config) -> Plan | None:
    """What is to be checked, read once; None in projects that do not use ratecert this way."""
    if _PLAN not in config.stash:
        config.stash[_PLAN] = plan = _used(config)
        if plan is not None:
            from .testing.hooks import Hooks

            config.pluginmanager.register(Hooks(plan), "ratecert-claims")
    return config.stash[_PLAN]


def _used(config: pytest.Config) -> Plan | None:
    project = config.rootpath / "pyproject.toml"
    if not config.getoption("ratecert"):
        try:
            if b"ratecert" not in project.read_bytes():
                return None
        except OSError:
            return None
    from .testing.settings import plan

    return plan(config, project)
