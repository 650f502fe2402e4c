"""All commands and options as Markdown: ``python -m ratecert.options.reference`` prints them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator


def lines() -> Iterator[str]:
    """docs/commands.md below its heading, line by line."""
    from ..cli import parser

    (commands,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    helps = {choice.dest: choice.help for choice in commands._choices_actions}
    for name, command in commands.choices.items():
        yield from _command(f"ratecert {name}", helps.get(name) or "", command)


def _command(name: str, said: str, command: argparse.ArgumentParser) -> Iterator[str]:
    deeper = [a for a in command._actions if isinstance(a, argparse._SubParsersAction)]
    yield f"## `{name}`: {said.replace('|', chr(92) + '|')}"
    yield ""
    yield from _block(command.description)
    rows = [a for a in command._actions if a.dest != "help" and a not in deeper]
    if rows:
        yield "| argument | meaning |"
        yield "| --- | --- |"
        for action in rows:
            text = (
                (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
            )
            yield f"| {_names(action)} | {text.replace('|', chr(92) + '|')} |"
        yield ""
    yield from _block(command.epilog)
    for choice in deeper:
        helps = {c.dest: c.help for c in choice._choices_actions}
        for inner, parser in choice.choices.items():
            yield from _command(f"{name} {inner}", helps.get(inner) or "", parser)


def _block(text: str | None) -> Iterator[str]:
    if text:
        yield "```text"
        yield from text.strip("\n").splitlines()
        yield "```"
        yield ""


def _names(action: argparse.Action) -> str:
    """The argument as it is typed."""
    takes = action.nargs != 0
    metavar = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
    shown = str(metavar or action.dest.upper()) if takes else ""
    shown = shown.replace("|", r"\|")
    if not action.option_strings:
        many = {"*": f"[{shown} ...]", "?": f"[{shown}]", "+": f"{shown} ..."}
        return f"`{many.get(str(action.nargs), shown)}`"
    flags = ", ".join(f"`{o}`" for o in action.option_strings)
    return f"{flags} `{shown}`" if shown else flags


if __name__ == "__main__":
    print("\n".join(lines()))
