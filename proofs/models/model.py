"""A model: the scenario tree, grown step by step, and every symbol computed on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from ..kernel.terms import App, Ix, Le, PointApp, PointVar, Pow, Term, Var
from ..kernel.theory import Definition, Theory
from .errors import ModelError, UndefinedError
from .evaluation import Env, Evaluation
from .interpretation import Translation
from .numbers import exact, is_exact, shown
from .tree import Tree, Value, node

Noise = dict[tuple[str, int, int], Value]


class Model(Evaluation):
    """A theory of definitions (``Translation.theory``) on a tree.

    What is defined is computed from its definition; where no definition applies, a symbol is 0.
    Division by 0 and roots of negative numbers are refused (``UndefinedError``), though the
    semantics would give them a value. ``values``: numbers for variables of a statement.
    """

    def __init__(self, theory: Theory, tree: Tree, noise: Noise) -> None:
        super().__init__(tree, {})
        self.theory, self.noise = theory, noise
        self.values: Mapping[Var, Fraction] = {}
        self._known: dict[tuple[str, tuple[int, ...]], Value] = {}
        self._definitions: dict[str, list[tuple[tuple[Ix, ...], Definition]]] = {}
        for d in theory.definitions:
            self._definitions.setdefault(d.head, []).append((pattern(d), d))

    def at(self, values: Mapping[Var, Fraction]) -> Model:
        """The same model, with numbers for variables."""
        other = Model(self.theory, self.tree, self.noise)
        other.values, other._known = values, self._known
        return other

    def symbol(self, name: str, at: tuple[int, ...]) -> Value:
        if (name, at) not in self._known:
            self._known[name, at] = self._computed(name, at)
        return self._known[name, at]

    def _computed(self, name: str, at: tuple[int, ...]) -> Value:
        if len(at) == 2 and (name, *at) in self.noise:
            return self.noise[(name, at[0], at[1])]
        for indices, definition in self._definitions.get(name, ()):
            env = matched(indices, at)
            if env is not None and all(self._in_range(r, env) for r in definition.ranges):
                return self.value(definition.right, env)
        return self.constant(0)

    def _in_range(self, condition: Le, env: Env) -> bool:
        return self.index(condition.left, env) <= self.index(condition.right, env)

    def function(self, term: App, env: Env) -> Value:
        raise ModelError(f"no closed form is given for {term.name}")

    def variable(self, variable: Var, env: Env) -> Value:
        if variable not in self.values:
            raise ModelError(f"no value is given for {variable.name}")
        return self.constant(self.values[variable])

    def point_variable(self, variable: PointVar, env: Env) -> Callable[[int], Value]:
        raise ModelError(f"no value is given for the point {variable.name}")

    def undefined(self, term: Pow, scenario: int) -> None:
        what = "a denominator is 0" if term.exponent < 0 else "a radicand is negative"
        raise UndefinedError(f"{what} {node(self.tree.paths[scenario])}")


class _History(Model):
    """A model of the first steps, on which the next step's probabilities are computed."""

    def mean(self, level: int, body: Term, env: Env) -> Value:
        raise ModelError("probabilities and noise may not rest on expectations")


def pattern(definition: Definition) -> tuple[Ix, ...]:
    """The indices of a definition's left side; for a point process, the coordinate comes last."""
    found: list[Ix] = []
    for arg in definition.left.args:
        parts = arg.args if isinstance(arg, PointApp) else (arg,)
        found += [part for part in parts if isinstance(part, Ix)]
    return tuple(found)


def matched(indices: tuple[Ix, ...], at: tuple[int, ...]) -> dict[str, int] | None:
    """The values of the names in ``indices`` at which these are the integers ``at``."""
    found: dict[str, int] = {}
    if len(indices) != len(at):
        return None
    for ix, number in zip(indices, at, strict=True):
        value = number - ix.offset
        if isinstance(ix.base, str):
            if found.setdefault(ix.base, value) != value:
                return None
        elif value != 0:
            return None
    return found


def build(translation: Translation) -> Model:
    """Grow the tree of the interpretation; raises ``ModelError``."""
    theory, given = translation.theory, translation.interpretation
    _check_known_before(translation)
    tree, noise = Tree(), Noise()
    for k in range(1, given.steps + 1):
        history, env = _History(theory, tree, noise), {given.step: k}
        chances = [history.value(translation.node(o.probability), env) for o in given.outcomes]
        for chance in (number for value in chances for number in value):
            if not is_exact(chance):
                raise ModelError(f"step {k}: a probability is not rational: {shown(chance)}")
        fresh = {
            name: [[history.value(translation.node(t), env) for t in o.noise[name]]
                   for o in given.outcomes]
            for name in given.noise
        }  # fmt: skip
        origin = {path: n for n, path in enumerate(tree.paths)}
        tree = tree.grown([[c[n][0] for c in chances] for n in range(len(tree.paths))])
        parents = [origin[path[:-1]] for path in tree.paths]
        noise = {key: [value[n] for n in parents] for key, value in noise.items()}
        for name, tables in fresh.items():
            for i in range(max(len(row) for row in tables)):
                noise[name, k, i + 1] = [
                    tables[path[-1] - 1][i][n] if i < len(tables[path[-1] - 1]) else exact(0)
                    for path, n in zip(tree.paths, parents, strict=True)
                ]
    return Model(theory, tree, noise)


def _check_known_before(translation: Translation) -> None:
    """Probabilities and noise values of step k must be F_{k-1}-measurable."""
    theory, given = translation.theory, translation.interpretation
    k = Ix(given.step)
    span = frozenset((Le(Ix(None, 1), k), Le(k, Ix(None, given.steps))))
    for outcome in given.outcomes:
        for term in (outcome.probability, *(t for row in outcome.noise.values() for t in row)):
            read = translation.node(term)
            theory.check(read)
            if theory.measurable(read, k.shift(-1), span, set()) is None:
                raise ModelError(f"not known before step {given.step}: {term}")
