"""The networks that are trained, in families: one architecture, one data set, several widths.

* ``cnn``: two convolutions (3 x 3, w and 2w channels), each with ReLU and pooling by 2, and two
  linear layers (4w hidden units, ReLU). PyTorch's default initialisation.
* ``gpt``: two blocks of width w with 4 heads: layer norm, causal attention, layer norm, a GELU
  network of width 4w. Weights and embeddings start as N(0, 0.02^2), biases at 0, as in GPT-2
  (A. Radford et al., 2019). No dropout: f is a function of the weights.

A name such as ``cnn-mnist-16`` is architecture, data and width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from .data import Data

LAYERS, HEADS = 2, 4
WIDTHS = {
    "cnn-digits": (4, 8, 16, 32, 64),
    "cnn-mnist": (2, 4, 8, 16, 32),
    "gpt-text": (16, 32, 64, 128),
}
"""The widths of each family, smallest first."""


COSTS = {"cnn-digits": (1, 10), "cnn-mnist": (5, 4), "gpt-text": (1, 30)}
"""Time of a step, (a, b) being a (b + width), in a unit of its own: a fit to runs on a CPU."""


class ModelError(ValueError):
    """There is no such model; names the nearest."""


@dataclass(frozen=True)
class Model:
    """One network of a family."""

    family: str
    width: int

    @property
    def name(self) -> str:
        """``cnn-mnist-16``."""
        return f"{self.family}-{self.width}"

    @property
    def data(self) -> str:
        """The name of its data set, in ``data.DATA``."""
        return self.family.partition("-")[2]

    @property
    def cost(self) -> int:
        """About how long a step takes, as of ``COSTS``: for the time that is left."""
        factor, least = COSTS[self.family]
        return factor * (least + self.width)

    def build(self, data: Data) -> nn.Module:
        """The network with fresh weights, from torch's current random state."""
        from .networks import Cnn, Gpt

        if self.family.startswith("cnn"):
            return Cnn(self.width, data.inputs.shape[-1], data.classes)
        return Gpt(self.width, LAYERS, HEADS, data.inputs.shape[-1], data.classes)


MODELS = {
    model.name: model for family, widths in WIDTHS.items() for width in widths
    for model in (Model(family, width),)
}  # fmt: skip


def model(name: str) -> Model:
    """The model of that name; raises ``ModelError``."""
    if name in MODELS:
        return MODELS[name]
    raise _unknown(name)


def selected(patterns: list[str]) -> list[Model]:
    """The models that patterns name: models, families, or ``gpt-*``; in the order of ``MODELS``.

    Raises:
        ModelError: a pattern names none.

    >>> [m.name for m in selected(["cnn-mnist", "gpt-text-1*"])]
    ['cnn-mnist-2', 'cnn-mnist-4', 'cnn-mnist-8', 'cnn-mnist-16', 'cnn-mnist-32', \
'gpt-text-16', 'gpt-text-128']
    """
    found = set[str]()
    for pattern in patterns:
        named = {m.name for m in MODELS.values() if _matches(m, pattern)}
        if not named:
            raise _unknown(pattern)
        found |= named
    return [m for m in MODELS.values() if m.name in found]


def _matches(one: Model, pattern: str) -> bool:
    return pattern == one.family or fnmatchcase(one.name, pattern)


def _unknown(name: str) -> ModelError:
    known = [*WIDTHS, *MODELS]
    near = get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return ModelError(f"no model {name!r}{hint} (families: {', '.join(WIDTHS)})")


def kinds(network: nn.Module) -> Iterator[tuple[str, str]]:
    """Name and kind of each parameter tensor, in the order of ``network.parameters()``."""
    from torch import nn

    of = {nn.Conv2d: "convolution", nn.Linear: "linear", nn.Embedding: "embedding",
          nn.LayerNorm: "norm"}  # fmt: skip
    modules = dict(network.named_modules())
    for name, _ in network.named_parameters():
        owner, _, last = name.rpartition(".")
        kind = of[type(modules[owner])]
        yield name, "bias" if last == "bias" and kind != "norm" else kind
