"""AdamW, Adam and NAdam: the recursion ``nadamw`` with some of its parameters fixed.

    adamw   mu = 1              n is m:  x^{k+1} = (1 - lam eta) x^k - eta m^k / sqrt(v^k + eps)
    adam    mu = 1, lam = 0              x^{k+1} = x^k - eta m^k / sqrt(v^k + eps)
    nadam   mu = theta, lam = 0          x^{k+1} = x^k - eta n^k / sqrt(v^k + eps)

Nothing is declared anew, so the deviations of ``nadamw`` from the papers and the common libraries
are theirs too: no bias correction, eps inside the root, and for ``nadam`` a constant momentum where
Dozat also has a schedule.
"""

from .nadamw import NADAMW

_theta = next(p.symbol for p in NADAMW.parameters if p.name == "theta")

ADAMW = NADAMW.specialised(
    "adamw",
    "AdamW: Adam with decoupled weight decay",
    {"mu": 1},
)
ADAM = NADAMW.specialised(
    "adam",
    "Adam",
    {"mu": 1, "lam": 0},
    source="Kingma and Ba (2015)",
)
NADAM = NADAMW.specialised(
    "nadam",
    "NAdam: Adam whose momentum is mixed once more with the gradient",
    {"mu": _theta, "lam": 0},
)
