"""Which constants a term or formula speaks of."""

from __future__ import annotations

from ..kernel import terms as k

NOISE = ("h", "sigma_s")
"""The summand of a bound that speaks of these is the one with C_1."""


def name_of(node: k.Node) -> str:
    """The name of a constant, of a theory or a claim; empty if the node is none."""
    if isinstance(node, k.Var) or (isinstance(node, k.App) and not node.args):
        return node.name
    return ""


def occurs(atom: k.Term, node: k.Node) -> bool:
    """Does a constant occur in a term or formula?"""
    name = atom.name if isinstance(atom, k.Var | k.App) else ""
    return name in k.anatomy(node).names and any(inner is atom for inner, _ in k.subterms(node))


def is_noisy(node: k.Node) -> bool:
    """Does it speak of the noise level?"""
    return any(isinstance(n, k.Var | k.App) and n.name in NOISE for n, _ in k.subterms(node))
