"""From the recursion's parameters to the arguments of the class's constructor."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...optimizers.batched import nearest
from ...optimizers.recursions import Recursion
from .classes import ConformError

Literal = bool | int | float | None | tuple[bool | int | float | None, ...]

DEFAULTS = {
    "eta": Fraction(1, 64),
    "theta": Fraction(9, 10),
    "beta": Fraction(97, 100),
    "eps": Fraction(1, 1000),
    "lam": Fraction(1, 10),
}
"""Values at which every term of an update is far above rounding; mu is theta unless it is given."""

USUAL = {
    "lr": ("eta",), "learning_rate": ("eta",), "step_size": ("eta",), "eta": ("eta",),
    "betas": ("theta", "beta"), "beta1": ("theta",), "beta2": ("beta",), "b1": ("theta",),
    "b2": ("beta",), "theta": ("theta",), "beta": ("beta",), "momentum": ("theta",),
    "mu": ("mu",), "eps": ("eps",), "epsilon": ("eps",), "weight_decay": ("lam",),
    "wd": ("lam",), "lam": ("lam",), "decay": ("lam",),
}  # fmt: skip
"""What constructors usually call the parameters; of several names for one the first is taken."""

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Mapping:
    """How the constructor is called.

    Attributes:
        arguments: for each constructor argument the recursion parameters it takes, a tuple of
            values if there are several.
        constants: arguments with a fixed value.
        unmapped: parameters of the recursion that no argument takes: the class has its own values.
    """

    arguments: dict[str, tuple[str, ...]]
    constants: dict[str, Literal]
    unmapped: tuple[str, ...]

    def call(self, values: dict[str, float]) -> dict[str, object]:
        """The keyword arguments at the values of the recursion's parameters."""
        called: dict[str, object] = {}
        for name, taken in self.arguments.items():
            numbers = tuple(values[parameter] for parameter in taken)
            called[name] = numbers if len(numbers) > 1 else numbers[0]
        return called | self.constants


def parse_literal(text: str) -> Literal:
    """A constant: an integer, a decimal, true, false, none, or several separated by commas.

    Raises:
        ConformError: it is anything else. Nothing is ever evaluated.

    >>> [parse_literal(t) for t in ("3", "-1e-3", "False", "none", "0.9,0.99")]
    [3, -0.001, False, None, (0.9, 0.99)]
    """
    if "," in text:
        parts = [parse_literal(part) for part in text.split(",")]
        return tuple(part for part in parts if not isinstance(part, tuple))
    word = text.strip()
    named = {"true": True, "false": False, "none": None}
    if word.lower() in named:
        return named[word.lower()]
    if not _NUMBER.fullmatch(word):
        raise ConformError(f"{text!r} is no constant: write a decimal, true, false or none")
    if re.fullmatch(r"[+-]?\d+", word):
        return int(word)
    return _finite(float(word), text)


def _finite(value: float, text: str) -> float:
    if abs(value) == float("inf"):
        raise ConformError(f"{text} is beyond the range of floats")
    return value


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not name or not equals or not value:
            raise ConformError(f"{option} {text!r}: write NAME=VALUE")
        if name in found:
            raise ConformError(f"{option}: {name} is given twice")
        found[name] = value
    return found


def parse_constants(texts: Sequence[str]) -> dict[str, Literal]:
    """The constants of ``--set NAME=VALUE``.

    >>> parse_constants(["amsgrad=false", "momentum=0.9"])
    {'amsgrad': False, 'momentum': 0.9}
    """
    found = {}
    for name, text in _pairs(texts, "--set").items():
        try:
            found[name] = parse_literal(text)
        except ConformError as error:
            raise ConformError(f"--set {name}: {error}") from None
    return found


def parse_arguments(texts: Sequence[str], recursion: Recursion) -> dict[str, tuple[str, ...]]:
    """The mapping of ``--arg ARGUMENT=PARAMETER[,PARAMETER]``.

    >>> from ratecert.optimizers.recursions import ADAMW
    >>> parse_arguments(["lr=eta", "betas=theta,beta"], ADAMW)
    {'lr': ('eta',), 'betas': ('theta', 'beta')}
    """
    known = [parameter.name for parameter in recursion.parameters]
    found = {}
    for name, text in _pairs(texts, "--arg").items():
        taken = tuple(part.strip() for part in text.split(","))
        for part in taken:
            if part not in known:
                raise ConformError(
                    f"--arg {name}: {recursion.id} has no parameter {part!r}; "
                    f"{nearest(part, known)}; a constant is given by --set"
                )
        found[name] = taken
    return found


def parse_values(texts: Sequence[str], recursion: Recursion) -> dict[str, float]:
    """The recursion's parameters: the defaults, changed by ``--at NAME=VALUE`` (``--at mu=theta``).

    Raises:
        ConformError: an unknown name, no finite number, or a value outside the condition that the
            recursion declares.

    >>> from ratecert.optimizers.recursions import SGD
    >>> parse_values(["eta=1/8"], SGD)
    {'eta': 0.125}
    """
    given, known = _pairs(texts, "--at"), [p.name for p in recursion.parameters]
    for name in given:
        if name not in known:
            raise ConformError(
                f"--at: {recursion.id} has no parameter {name!r}; {nearest(name, known)}"
            )
    values: dict[str, float] = {}
    for name in sorted(known, key=lambda name: name == "mu"):  # mu last: it may be theta's value
        text = given.get(name, "theta" if name == "mu" else "")
        if name == "mu" and text == "theta":
            values[name] = values["theta"]
        else:
            values[name] = _number(text, name) if text else float(DEFAULTS[name])
    for parameter in recursion.parameters:
        value = values[parameter.name]
        if not parameter.admits(Fraction(value)):
            raise ConformError(
                f"--at {parameter.name}: {value:g} is outside {parameter.condition} "
                f"({parameter.meaning} of {recursion.id})"
            )
    return {name: values[name] for name in known}


def _number(text: str, name: str) -> float:
    above, slash, below = text.partition("/")
    parts = (above, below) if slash else (above,)
    if not all(_NUMBER.fullmatch(part.strip()) for part in parts):
        raise ConformError(f"--at {name}: {text!r} is no finite number: write a decimal or a ratio")
    numbers = [float(part) for part in parts]
    if slash and numbers[1] == 0:
        raise ConformError(f"--at {name}: {text!r} divides by zero")
    return _finite(numbers[0] / numbers[1] if slash else numbers[0], text)


def deduce(
    call: inspect.Signature,
    recursion: Recursion,
    given: dict[str, tuple[str, ...]],
    constants: dict[str, Literal],
    class_name: str,
) -> Mapping:
    """The constructor's arguments: those given, and the usual names for the remaining parameters.

    An argument for weight decay is set to 0 where the recursion has none.

    Args:
        call: the constructor's signature, without the tensors.
        recursion, class_name: who is called for whom.
        given: arguments that take parameters.
        constants: arguments that are fixed.

    Raises:
        ConformError: the constructor has no such argument, or an argument is given both ways.
    """
    named = [
        p.name
        for p in call.parameters.values()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in call.parameters.values())
    for name in (*given, *constants):
        if name not in named and not takes_any:
            raise ConformError(
                f"{class_name} has no argument {name!r}; {nearest(name, named)}\n"
                f"  signature: {class_name}{call}"
            )
        if name in given and name in constants:
            raise ConformError(f"{name} is given both by --arg and by --set")
    known = [parameter.name for parameter in recursion.parameters]
    arguments, fixed = dict(given), dict(constants)
    covered = {parameter for taken in given.values() for parameter in taken}
    for name, taken in USUAL.items():
        if name not in named or name in arguments or name in fixed:
            continue
        if set(taken) <= set(known) - covered:
            arguments[name] = taken
            covered |= set(taken)
        elif taken == ("lam",) and "lam" not in known:
            fixed[name] = 0
    return Mapping(arguments, fixed, tuple(name for name in known if name not in covered))
