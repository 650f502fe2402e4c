"""Real data that come inside Python packages: digits, MNIST-5k, and CPython's own documentation.

A data set makes the objective a finite sum, f(x) = (1/N) sum_n loss(x; datum n), of which
minibatches draw summands uniformly, with replacement: their gradients are unbiased (A2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

CONTEXT = 64
"""Characters a text model sees at once."""


@dataclass(frozen=True, eq=False)
class Data:
    """N data, on the CPU.

    Attributes:
        title: what they are.
        inputs: float32 [N, 1, height, width] in [0, 1], or int64 [N, context].
        targets: int64 [N] or [N, context].
        classes: how many values a target has.
    """

    title: str
    inputs: Tensor
    targets: Tensor
    classes: int

    @property
    def size(self) -> int:
        """N."""
        return len(self.inputs)


@lru_cache(maxsize=1)
def digits() -> Data:
    """scikit-learn's 1797 handwritten digits of 8 x 8 pixels.

    Source: as of ``instances.objectives.data.digits_objective``, whose copy this is.
    """
    from ..instances.objectives.data import digits_objective

    return _images(digits_objective(), 8, "digits: 1797 images of 8 x 8 pixels")


@lru_cache(maxsize=1)
def mnist() -> Data:
    """5000 images of MNIST of 28 x 28 pixels; raises as ``mnist_objective`` does.

    Source: as of ``instances.objectives.data.mnist_objective``, whose copy this is.
    """
    from ..instances.objectives.data import mnist_objective

    return _images(mnist_objective(), 28, "MNIST-5k: 5000 images of 28 x 28 pixels")


def _images(of: object, side: int, title: str) -> Data:
    from ..instances.objectives.softmax import SoftmaxRegression

    if not isinstance(of, SoftmaxRegression):
        raise TypeError(f"not a data set of images: {of!r}")
    pixels = torch.tensor(of.pixels, dtype=torch.float32) / of.scale
    return Data(title, pixels.view(-1, 1, side, side), torch.tensor(of.labels), of.classes)


@lru_cache(maxsize=1)
def text() -> Data:
    """CPython's ``pydoc_data.topics``: the language reference as pydoc shows it, by character.

    The topics in the order of their names are one text, cut into blocks that do not overlap; the
    target of each character is the next one. The text, and so the alphabet, is that of the
    running Python (465 thousand characters in 3.11).

    Raises:
        ModuleNotFoundError: this Python was packaged without it; the message says what to do.
    """
    try:
        from pydoc_data.topics import topics
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "this Python lacks pydoc_data.topics, which CPython ships: install the rest of its "
            "standard library, or leave out the models gpt-text",
            name=error.name,
        ) from error
    whole = "".join(topics[name] for name in sorted(topics))
    alphabet = {character: n for n, character in enumerate(sorted(set(whole)))}
    blocks = len(whole) // (CONTEXT + 1)
    codes = torch.tensor([alphabet[c] for c in whole[: blocks * (CONTEXT + 1)]])
    cut = codes.view(blocks, CONTEXT + 1)
    title = f"pydoc topics: {blocks} blocks of {CONTEXT} characters, {len(alphabet)} letters"
    return Data(title, cut[:, :-1].contiguous(), cut[:, 1:].contiguous(), len(alphabet))


DATA = {"digits": digits, "mnist": mnist, "text": text}
