"""Attacks: the world in which a claim comes closest to being false.

``kinds`` says in which worlds a claim is attacked, ``genome`` turns raw numbers into such worlds,
``search`` drives a ratio up (``evolution`` where it is not smooth), ``rounding`` makes an exact
scenario of the best, ``pursuit`` does all of it for one goal and ``run`` for a claim. ``planted``
makes claims that are wrong on purpose, ``power`` measures how reliably they are found out,
``sampled`` evaluates a claim in random worlds without any ascent, ``attained`` reads what attacks
of a campaign reached. Floats propose here; ``scenarios`` decides, exactly.
"""

from .genome import Genome, Shape, Worlds
from .kinds import AttackError, Kind, kind_of
from .planted import planted
from .pursuit import Found
from .run import BUDGET, Attack, Attacked
from .sampled import Sampled, sampled

__all__ = [
    "BUDGET",
    "Attack",
    "AttackError",
    "Attacked",
    "Found",
    "Genome",
    "Kind",
    "Sampled",
    "Shape",
    "Worlds",
    "kind_of",
    "planted",
    "sampled",
]
