"""An instance as a file that ``ratecert check`` proves and others import."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sympy

from ..theorems.adamw.choice import Choice
from .kinds import Kind, fraction

MARK = '"""An instance found by ratecert optimise'
"""How such a file begins."""
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
WIDTH = 100
_FIELDS = ("c_eta", "c_theta", "c_eps", "gamma", "t", "rho", "a", "a_mean", "weight")


def source(kind: Kind, numbers: Choice, title: str, remarks: Sequence[str], name: str) -> str:
    """The text of a theory that states and proves the instance.

    Args:
        kind: the theorem it is an instance of.
        numbers: the free parameters.
        title: of the instance.
        remarks: lines of the file's docstring.
        name: of the theory.
    """
    always = ("c_eta", "c_theta", "gamma", "weight")
    shown = [field for field in _FIELDS if field in always or _differs(numbers, field)]
    chosen = [f"{field}={_written(getattr(numbers, field))}," for field in shown]
    chosen += ["mixed=False,"] * (not numbers.mixed) + ["double=True,"] * numbers.double
    witness = "numbers.witness"
    if kind.origin:
        witness = "{**numbers.witness, x[1, 1]: 0}"
    choice = f"{_ADAMW}.choice import Choice, stated_bracket, stated_constant, stated_weight"
    imports = sorted(
        {
            "from ratecert.proofs.language import Proof, Rational, Theorem, Theory",
            choice,
            *kind.imports,
        },
        key=lambda line: line.split()[1],
    )
    lines = [
        f"{MARK}, of {kind.label}.",
        "",
        *remarks,
        '"""',
        "",
        *(folded for line in imports for folded in _folded(line)),
        "",
        "theory = Theory(",
        f'    "{name}",',
        f'    "{title}",',
        f'    source="{kind.label}, at numbers found by search",',
        f"    extends=({kind.parent},),",
        ")",
        "numbers = Choice(",
        f'    "{numbers.name}",',
        f"    {kind.least[0]},",
        *(f"    {line}" for line in chosen),
        ")",
        "",
        "weight = stated_weight(theory, numbers)",
        "constant_of = stated_constant(theory, numbers, weight)",
        "bracket = stated_bracket(theory, numbers)",
        "",
        "",
        "@theory.lemma(",
        '    "rate",',
        f'    title="{title}",',
        '    kind="instance",',
        "    for_constants=numbers.constants,",
        f"    given={kind.given}(numbers),",
        f'    claim=(l1 / K, "<=", numbers.{"joint_bound" if kind.joint else "bound"}),',
        f"    witness={witness},",
        f'    reference="{kind.label}",',
        ")",
        "def rate_at_numbers(p: Proof) -> Theorem:",
        '    """The main theorem at these numbers: the hypotheses on them are claims above."""',
        f"    return {kind.proof}(p, {kind.general}, numbers, constant_of, bracket)",
    ]
    return "\n".join(lines) + "\n"


_ADAMW = "from ratecert.proofs.theorems.adamw"


def _differs(numbers: Choice, field: str) -> bool:
    return bool(getattr(numbers, field) != Choice.__dataclass_fields__[field].default)


def _written(value: sympy.Rational) -> str:
    number = fraction(value)
    if number.denominator == 1:
        return f"Rational({number.numerator})"
    return f"Rational({number.numerator}, {number.denominator})"


def _folded(line: str) -> list[str]:
    """An import on several lines, if it is too long for one."""
    if len(line) <= WIDTH:
        return [line]
    head, _, names = line.partition(" import ")
    return [f"{head} import (", *(f"    {name.strip()}," for name in names.split(",")), ")"]
