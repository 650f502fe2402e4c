"""What an improvement of one lemma is worth: prices, read off the certificates of a proof.

Write a claim as ``l <= r`` and suppose it held with ``l <= r - s``. Every kernel rule says what
becomes of s: a certificate is an identity in which the fact ``r - l`` stands with a multiplier,
summing over an index sums it, an expectation averages it, a cut hands it on to the hypothesis that
was cut. So the slack of a theorem is at least a sum of *weights* applied to the slacks of the
claims (and hypotheses) it rests on, all other steps of the proof and all free parameters being as
they are. The weight of a claim is its price: the theorem's bound falls by the price of what the
claim's right side falls by. To first order, where a certificate multiplies two inequalities.

Claims used inside an induction or in one case only have no price here. Nothing in this module is
part of a proof; the weights are the kernel's own certificates, read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from ..kernel import terms as k
from ..kernel.certificates import GOAL, Leaf, Product
from ..kernel.judgment import Theorem
from ..language import Claimed

MAX_WEIGHTS = 2000
"""How many ways from the theorem to its claims are followed."""


@dataclass(frozen=True)
class Times:
    """Multiply by a term."""

    factor: k.Term


@dataclass(frozen=True)
class Summed:
    """Sum over the free index ``name``."""

    name: str
    low: k.Ix
    high: k.Ix


@dataclass(frozen=True)
class Averaged:
    """Take the expectation, or that given F_index."""

    index: k.Ix | None


Weight = tuple[Times | Summed | Averaged, ...]
"""A linear functional, outermost operation first."""


@dataclass(frozen=True)
class Substitution:
    """Indices and variables replaced at the same time."""

    indices: Mapping[str, k.Ix]
    values: Mapping[k.Node, k.Node]

    def __call__(self, node: k.N) -> k.N:
        def visit(inner: k.Node, _depth: int) -> k.Node | None:
            if isinstance(inner, k.Var | k.PointVar):
                return self.values.get(inner)
            return None

        named = k.transform(node, self._index)
        return k.transform(named, visit) if self.values else named

    def _index(self, node: k.Node, _depth: int) -> k.Node | None:
        if isinstance(node, k.Ix) and isinstance(node.base, str) and node.base in self.indices:
            return self.indices[node.base].shift(node.offset)
        return None


@dataclass(frozen=True)
class Use:
    """A claim, or a hypothesis, as a theorem rests on it.

    ``claim``: None for a hypothesis. ``relation``: what it says there. ``weight``: None if it is
    used in a way that has no price. ``put``: what was put in place of its variables, in order.
    """

    claim: Claimed | None
    relation: k.Rel
    weight: Weight | None
    put: tuple[Substitution, ...] = ()

    def under(self, *outer: Times | Summed | Averaged) -> Use:
        """The same use, seen from a step further out."""
        return self if self.weight is None else replace(self, weight=(*outer, *self.weight))

    def at(self, put: Substitution) -> Use:
        """The same use, with something put in place of variables."""
        weight = None if self.weight is None else tuple(_put(op, put) for op in self.weight)
        return Use(self.claim, put(self.relation), weight, (*self.put, put))

    def within(self, outer: Use) -> Use:
        """This use by a claim (or of a hypothesis), where ``outer`` is the use of that claim."""
        inner = reduce(lambda use, put: use.at(put), outer.put, self)
        if outer.weight is None or inner.weight is None:
            return replace(inner, weight=None)
        return replace(inner, weight=(*outer.weight, *inner.weight))


def _put(op: Times | Summed | Averaged, put: Substitution) -> Times | Summed | Averaged:
    if isinstance(op, Times):
        return Times(put(op.factor))
    if isinstance(op, Summed):
        return Summed(op.name, put(op.low), put(op.high))
    return op if op.index is None else Averaged(put(op.index))


def applied(weight: Weight, term: k.Term) -> k.Term:
    """A weight applied to a slack.

    >>> c, s = k.Var("c", "det"), k.Var("s", "any")
    >>> applied((Times(c), Averaged(None)), s).key
    '(Mul [(Var c det) (E (Var s any))])'
    """
    for op in reversed(weight):
        if isinstance(op, Times):
            term = op.factor if term is k.ONE else k.Mul((op.factor, term))
        elif isinstance(op, Summed):
            term = k.sum_over(op.name, op.low, op.high, term)
        else:
            term = k.E(term) if op.index is None else k.CE(op.index, term)
    return term


# --- one proof ----------------------------------------------------------------------------------


class Prices:
    """The uses of claims beneath theorems, worked out once for each inference."""

    def __init__(self, claims: Iterable[Claimed]) -> None:
        self._claims = {
            id(c.result.claim.theorem): c for c in claims if c.result and c.result.claim
        }
        self._known: dict[int, tuple[Use, ...]] = {}
        self._fresh = 0

    def direct(self, theorem: Theorem) -> tuple[Use, ...]:
        """The claims and hypotheses on which the proof of ``theorem`` rests directly."""
        return self._uses(theorem, top=True)

    def beneath(self, claim: Claimed) -> tuple[Use, ...]:
        """All uses of claims beneath ``claim``, those of claims by other claims included.

        Beyond ``MAX_WEIGHTS`` ways to them, none has a price: some would be missing from the sum.
        """
        found: dict[tuple[int, k.Rel], list[Use]] = {}
        stack = [u for u in self._of(claim) if u.claim is not None]
        count = 0
        while stack and count < MAX_WEIGHTS:
            use = stack.pop()
            if use.claim is None:
                continue
            found.setdefault((id(use.claim), use.relation), []).append(use)
            count += 1
            stack += [u.within(use) for u in self._of(use.claim) if u.claim is not None]
        if stack:
            return tuple(replace(uses[0], weight=None) for uses in found.values())
        return tuple(use for uses in found.values() for use in uses)

    def _of(self, claim: Claimed) -> tuple[Use, ...]:
        result = claim.result
        return () if result is None or result.claim is None else self.direct(result.claim.theorem)

    def _uses(self, theorem: Theorem, top: bool = False) -> tuple[Use, ...]:
        if not top and id(theorem) in self._claims:
            claim = self._claims[id(theorem)]
            assumed = (u for u in self.direct(theorem) if u.claim is None)
            return (*_leaf(claim, theorem.conclusion), *assumed)
        if id(theorem) not in self._known:
            self._known[id(theorem)] = _merged(self._by_rule(theorem))
        return self._known[id(theorem)]

    def _by_rule(self, theorem: Theorem) -> Iterator[Use]:
        args, rule = theorem.args, theorem.rule
        if not isinstance(theorem.conclusion, k.Rel) or theorem.conclusion.op == "=":
            return
        if rule == "assume":
            yield from _leaf(None, theorem.conclusion)
        elif rule in ("weaken", "cut_indices", "lift"):
            yield from self._uses(args["theorem"])
        elif rule == "cut":
            minor: Theorem = args["minor"]
            for use in self._uses(args["major"]):
                if use.claim is None and use.relation is minor.conclusion:
                    # What proves the hypothesis is written in the names used here already.
                    yield from (u.within(replace(use, put=())) for u in self._uses(minor))
                else:
                    yield use
        elif rule == "instantiate":
            put = Substitution(dict(args["indices"]), dict(args["values"]))
            yield from (use.at(put) for use in self._uses(args["theorem"]))
        elif rule == "sum_both":
            self._fresh += 1
            name = f"s{self._fresh}"
            put = Substitution({args["name"]: k.Ix(name)}, {})
            for use in self._uses(args["theorem"]):
                yield use.at(put).under(Summed(name, args["low"], args["high"]))
        elif rule == "expect":
            for use in self._uses(args["theorem"]):
                yield use.under(Averaged(args["index"]))
        elif rule == "certify" and isinstance(args["certificate"], Leaf):
            yield from self._certified(theorem.conclusion, args["certificate"], args["facts"])
        else:
            for premise in theorem.premises:
                yield from (replace(use, weight=None) for use in self._uses(premise))

    def _certified(self, goal: k.Rel, leaf: Leaf, facts: tuple[Theorem, ...]) -> Iterator[Use]:
        """``(r - l) M = sum c prod facts prod squares``: what each fact is multiplied with."""
        whole = [_factor(p, GOAL, goal, facts) for p in leaf.products if GOAL in p.facts]
        once = all(p.facts.count(GOAL) <= 1 for p in leaf.products)
        divisor: tuple[Times, ...] = ()
        total = whole[0] if len(whole) == 1 else k.Add(tuple(whole)) if whole else k.ONE
        if total is not k.ONE:
            divisor = (Times(k.Pow(total, -k.ONE.value)),)
        for product in leaf.products:
            if GOAL in product.facts:
                continue
            told = [n for n in product.facts if not _is_sign(facts[n].conclusion)]
            for number in dict.fromkeys(told):
                factor = _factor(product, number, goal, facts)
                own = divisor if factor is k.ONE else (*divisor, Times(factor))
                for use in self._uses(facts[number]):
                    times = product.facts.count(number)
                    yield use.under(*own) if once and times == 1 else replace(use, weight=None)


def _leaf(claim: Claimed | None, conclusion: k.Formula) -> tuple[Use, ...]:
    """The use of a claim or a hypothesis as it stands; of signs and equations nothing is told."""
    if not isinstance(conclusion, k.Rel) or conclusion.op == "=" or _is_sign(conclusion):
        return ()
    return (Use(claim, conclusion, ()),)


def _is_sign(formula: k.Formula) -> bool:
    return isinstance(formula, k.Rel) and k.ZERO in (formula.left, formula.right)


def _factor(product: Product, number: int, goal: k.Rel, facts: tuple[Theorem, ...]) -> k.Term:
    """The product without one occurrence of a fact."""
    others = list(product.facts)
    others.remove(number)
    parts: list[k.Term] = [] if product.coefficient == 1 else [k.Rat(product.coefficient)]
    for n in others:
        rel = goal if n == GOAL else facts[n].rel
        parts.append(rel.right if rel.left is k.ZERO else k.sub(rel.right, rel.left))
    parts += [k.Pow(square, k.ONE.value * 2) for square in product.squares]
    return k.ONE if not parts else parts[0] if len(parts) == 1 else k.Mul(tuple(parts))


def _merged(uses: Iterable[Use]) -> tuple[Use, ...]:
    """Without repetitions of uses that have no price."""
    found: list[Use] = []
    seen = set[tuple[int, k.Rel]]()
    for use in uses:
        if use.weight is None:
            key = id(use.claim), use.relation
            if key in seen:
                continue
            seen.add(key)
        found.append(use)
    return tuple(found)
