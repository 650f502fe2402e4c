"""Authors' plain text, in which ``theta <= 1`` and ``x^1`` are to be seen as mathematics."""

from __future__ import annotations

import re

from .names import GREEK, SPECIAL, Names, escaped

_TOKEN = re.compile(r"\s+|[A-Za-z][A-Za-z0-9]*|\d+(?:\.\d+)?|<=|>=|->|\+-|\|\||\S")
_OPERATORS = {
    "<=": r"\le ", ">=": r"\ge ", "->": r"\to ", "+-": r"\pm ", "||": r"\|", "<": "<",
    ">": ">", "=": "=", "+": "+", "*": " ", "^": "^", "_": "_", "|": "|", "{": "{", "}": "}",
}  # fmt: skip
_WORDS = frozenset({"a", "A", "I", "to", "is"})
_NORMS = {"l1": r"\ell_1", "l2": r"\ell_2", "infinity": r"\infty "}
_FORMULA = re.compile(r"[\^=<>]|\w\(.*\)|^\|.*\|$|\+-|\df?[A-Za-z]|\*$|[a-z]\*")


def mathematical(text: str, names: Names) -> str:
    """The text with runs of symbols set as mathematics, everything else escaped."""
    words = re.split(r"(\s+)", text)
    out = list[str]()
    run = list[str]()

    def close() -> None:
        if not run:
            return
        space = run.pop() if run[-1].isspace() else ""
        whole = "".join(run)
        body, after = whole.rstrip(".,;:"), whole[len(whole.rstrip(".,;:")) :]
        out.append(_run(body, names) + after + space)
        run.clear()

    for n, word in enumerate(words):
        if run and word[:1] == "(" and not _continues(run, word, words[n:], names):
            close()
        if word.isspace():
            (run if run else out).append(word)
        elif (
            _begins(words[n:], names)
            or _is_symbol(word, names)
            or (run and _continues(run, word, words[n:], names))
        ):
            run.append(word)
            if word[-1:] in ".,;:" and len(word) > 1:
                close()
        else:
            close()
            out.append(_compound(word, names) or escaped(word))
    close()
    return "".join(out)


def _compound(word: str, names: Names) -> str:
    """``L-smooth``, with the letter as mathematics; empty if it is no such word."""
    found = re.fullmatch(r"([A-Z])-([A-Za-z]{3,}\W*)", word)
    return f"{_run(found[1], names)}-{escaped(found[2])}" if found else ""


def _is_symbol(word: str, names: Names) -> bool:
    bare = word.strip(".,;:()")
    if word.startswith(("||grad", "sqrt(")):
        return True
    if bare in GREEK or bare in SPECIAL or bare in _NORMS:
        return True
    if len(bare) == 1 and bare.isalpha():
        return bare not in _WORDS
    if bare in names.chosen or re.fullmatch(r"[A-Za-z]+_[A-Za-z0-9]+", bare):
        return bare in names.chosen or bare.split("_")[0] in GREEK or len(bare.split("_")[0]) == 1
    return bool(
        re.search(r"[\^=<>]|\w\(.*\)|^\|.*\|$|\+-|\df?[A-Za-z]|\*$|[a-z]\*", bare)
    ) and not (re.search(r"[A-Za-z]{8,}", bare))


def _begins(words: list[str], names: Names) -> bool:
    """A number that a relation follows: ``0 <= mu``."""
    return (
        len(words) > 4
        and words[0].isdigit()
        and words[2] in ("<", "<=", ">", ">=", "=")
        and _is_symbol(words[4], names)
    )


def _continues(run: list[str], word: str, rest: list[str], names: Names) -> bool:
    """An operator or a number between symbols."""
    last = next((w for w in reversed(run) if not w.isspace()), "")
    if word in ("=", "<", ">", "<=", ">=", "->", "+", "-", "*", "/"):
        return len(rest) > 2 and (
            _is_symbol(rest[2], names) or rest[2][:1].isdigit() or rest[2][:1] in "(+|"
        )
    operators = "=<>+-*/"
    if last[-1:].isdigit() and word[:1] in "|" and word.count("|") == 2:
        return True
    return last[-1:] in operators and (word[:1].isdigit() or word[:1] in "(|")


def _closing(tokens: list[str], start: int) -> int:
    """Where the bracket that opens at ``start`` closes; brackets match in a run."""
    depth = 0
    for n in range(start, len(tokens)):
        depth += (tokens[n] == "(") - (tokens[n] == ")")
        if not depth:
            return n
    return len(tokens)


def _run(text: str, names: Names) -> str:
    """A run of symbols; as plain text if its brackets do not match."""
    if not text:
        return ""
    if text.count("{") != text.count("}") or text.count("(") != text.count(")"):
        if text.startswith("(") and text.count("(") == text.count(")") + 1:
            return "(" + _run(text[1:], names)
        if text.endswith(")") and text.count(")") == text.count("(") + 1:
            return _run(text[:-1], names) + ")"
        return escaped(text)
    out, tokens = list[str](), _TOKEN.findall(text)
    roots = dict[int, str]()
    for n, token in enumerate(tokens):
        if token == "sqrt" and tokens[n + 1 : n + 2] == ["("]:
            roots |= {n: r"\sqrt", n + 1: "{", _closing(tokens, n + 1): "}"}
        if n in roots:
            out.append(roots[n])
        elif token == "*" and (n + 1 == len(tokens) or not tokens[n + 1][:1].isalnum()):
            out.append("^*")
        elif token in _OPERATORS:
            out.append(_OPERATORS[token])
        elif token in _NORMS:
            out.append(_NORMS[token])
        elif token in ("E", "max", "min"):
            out.append({"E": r"\rcE "}.get(token, f"\\{token}"))
        elif token == "grad":
            out.append(r"\nabla ")
        elif token.isalpha() and ("#" not in names.chosen.get(token, "")):
            known = token in names.chosen or token in GREEK or token in SPECIAL or len(token) == 1
            out.append(f"{names.plain(token)} " if known else rf"\mathit{{{token}}}")
        elif token in "()[]+-/,.!:;'\"" or token.isdigit() or token.isspace():
            out.append(token)
        else:
            out.append(escaped(token))
    shown = re.sub(r"\s+", " ", "".join(out)).strip().replace("...", r"\dots ")
    return f"${shown}$"
