"""Reading a theory's symbols in a model: an extension by definitions, with noise as only primitive.

Given a theory T, an interpretation has integers for the index constants, closed forms for functions
of points, and equations for everything else that T does not define, over tables of rationals and
noise symbols. ``Translation`` makes of it one kernel theory M without axioms: the equations and T's
definitions, with the closed forms put in. The kernel's own validation of M then says that they can
be solved by recursion and that each symbol is measurable at the level T declares, whatever the
noise is (x^k may not depend on g^k, nor x^1 on anything random).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..kernel.errors import KernelError, LevelError
from ..kernel.indices import substitute_indices
from ..kernel.terms import (
    CE,
    Add,
    App,
    E,
    Ix,
    Lambda,
    N,
    Node,
    PointApp,
    PointVar,
    Sum,
    Term,
    Var,
    free_indices,
    open_body,
    subterms,
    transform,
    variables,
)
from ..kernel.theory import Definition, Symbol, Theory
from .errors import ModelError

MAX_SUMMANDS = 1000


@dataclass(frozen=True)
class ClosedForm:
    """``left = right``; the arguments of ``left`` are distinct variables, of any value."""

    left: App
    right: Term


@dataclass(frozen=True)
class NoiseOutcome:
    """One outcome of each step ``k``: its probability, and the noise it brings.

    ``probability`` and the values may depend on the past: they are F_{k-1}-measurable terms, ``k``
    the free index. ``noise``: for each noise symbol, its values at the coordinates 1, 2, ...
    """

    probability: Term
    noise: Mapping[str, tuple[Term, ...]]


@dataclass(frozen=True)
class Interpretation:
    """What is given of a model; see the module.

    ``equations`` are definitions over the symbols of the theory, of ``tables`` (more symbols, that
    the equations give values) and of ``noise`` (symbols ``xi[k,i]``, known at step k).
    """

    steps: int
    step: str
    sizes: Mapping[str, int]
    closed_forms: tuple[ClosedForm, ...] = ()
    equations: tuple[Definition, ...] = ()
    tables: tuple[Symbol, ...] = ()
    noise: tuple[str, ...] = ()
    outcomes: tuple[NoiseOutcome, ...] = ()

    def __post_init__(self) -> None:
        if type(self.steps) is not int or self.steps < 0:
            raise ModelError(f"the number of steps is no natural number: {self.steps!r}")
        for name, size in self.sizes.items():
            if type(size) is not int:
                raise ModelError(f"{name} = {size!r} is no integer")
        for outcome in self.outcomes:
            if set(outcome.noise) != set(self.noise):
                raise ModelError(f"an outcome gives {sorted(outcome.noise)}, not {self.noise}")
        if self.steps and not self.outcomes:
            raise ModelError("no outcomes are given")


@dataclass(frozen=True)
class Translation:
    """From a theory to its model's: ``theory`` has no axioms, and definitions only."""

    source: Theory
    interpretation: Interpretation
    forms: Mapping[str, ClosedForm] = field(init=False)

    def __post_init__(self) -> None:
        constants, sizes = self.source.index_constants, self.interpretation.sizes
        if missing := [name for name in constants if name not in sizes]:
            raise ModelError(f"no integer is given for {', '.join(missing)}")
        if unknown := [name for name in sizes if name not in constants]:
            raise ModelError(f"no index constants of the theory: {', '.join(unknown)}")
        heads = [form.left.name for form in self.interpretation.closed_forms]
        object.__setattr__(self, "forms", {})
        forms = {f.left.name: self._prepared(f, set(heads)) for f in
                 self.interpretation.closed_forms}  # fmt: skip
        if len(forms) < len(heads):
            raise ModelError(f"two closed forms of one function: {sorted(heads)}")
        object.__setattr__(self, "forms", forms)

    def node(self, node: N) -> N:
        """The node with integers for index constants and closed forms for functions."""
        sizes = {name: Ix(None, n) for name, n in self.interpretation.sizes.items()}
        return self._expanded(substitute_indices(node, sizes))

    def _expanded(self, node: N) -> N:
        def visit(sub: Node, _depth: int) -> Node | None:
            if not (isinstance(sub, App) and sub.name in self.forms):
                return None
            form = self.forms[sub.name]
            args = [self._expanded(a) if isinstance(a, Node) else a for a in sub.args]
            table = dict(zip((_parameter(p) for p in form.left.args), args, strict=True))

            def put(inner: Node, _depth: int) -> Node | None:
                if isinstance(inner, Var | PointVar) and inner in table:
                    return table[inner]
                if isinstance(inner, Ix) and isinstance(inner.base, str) and inner.base in table:
                    value = table[inner.base]
                    return value.shift(inner.offset) if isinstance(value, Ix) else None
                return None

            return transform(form.right, put)  # no binder is left in it: nothing is captured

        return transform(node, visit)

    def _prepared(self, form: ClosedForm, heads: set[str]) -> ClosedForm:
        """The closed form with its sums written out; checked to be a function of its arguments."""
        where = f"the closed form of {form.left.name}"
        if all(isinstance(a, Ix) for a in form.left.args):
            raise ModelError(f"{where}: give an equation for what is no function of points")
        parameters = [_parameter(a) for a in form.left.args]
        if len(set(parameters)) < len(parameters):
            raise ModelError(f"{where}: its arguments are not distinct")
        right = sums_expanded(self.node(form.right))
        for sub, _ in subterms(right):
            if isinstance(sub, E | CE | Sum | Lambda):
                raise ModelError(f"{where} may hold no expectation, point or unbounded sum: {sub}")
            if isinstance(sub, App | PointApp) and sub.name in heads:
                raise ModelError(f"{where} uses {sub.name}, which has a closed form itself")
        loose = (variables(right) | free_indices(right)) - set(parameters)
        if loose:
            raise ModelError(f"{where}: {', '.join(sorted(str(v) for v in loose))} is no argument")

        def constant(sub: Node, _depth: int) -> Node | None:
            fixed = isinstance(sub, Var | PointVar)
            return type(sub)(sub.name, "det") if fixed else None  # type: ignore[attr-defined,call-arg]

        if self._core(()).level(transform(right, constant), set()) != frozenset():
            raise ModelError(f"{where} depends on more than its arguments")
        return ClosedForm(form.left, right)

    def _core(self, definitions: tuple[Definition, ...]) -> Theory:
        given = self.interpretation
        symbols = (s for s in self.source.symbols if s.name not in self.forms)
        noise = (Symbol(n, ("index", "index"), adapted=(0, 0)) for n in given.noise)
        name = f"{self.source.name}.model"
        return Theory(name, (*symbols, *given.tables, *noise), definitions=definitions)

    @cached_property
    def theory(self) -> Theory:
        """The model's theory; raises ``ModelError`` if the kernel refuses it."""
        given = self.interpretation
        own = {*given.noise, *(t.name for t in given.tables)}
        used = own & {s.name for s in self.source.symbols}
        if used:
            raise ModelError(f"already symbols of the theory: {', '.join(sorted(used))}")
        definitions = tuple(
            Definition(d.name, d.kind, self.node(d.left), tuple(self.node(r) for r in d.ranges),
                       self.node(d.right), d.source)
            for d in (*given.equations, *self.source.definitions)
        )  # fmt: skip
        try:
            theory = self._core(definitions)
        except LevelError as error:
            raise ModelError(f"a level is violated: {error}") from error
        except KernelError as error:
            raise ModelError(f"the interpretation is refused: {error}") from error
        heads = {d.head for d in definitions} | set(given.noise)
        open_ = [s.name for s in theory.symbols if s.name not in heads]
        if open_:
            raise ModelError(f"nothing is said of {', '.join(sorted(open_))}")
        return theory


def _is_between_numbers(term: Sum) -> bool:
    return term.low.base is None and term.high.base is None


def _parameter(argument: object) -> Var | PointVar | str:
    """The variable that an argument of a closed form's left side is."""
    if isinstance(argument, Var | PointVar):
        return argument
    if isinstance(argument, Ix) and isinstance(argument.base, str) and argument.offset == 0:
        return argument.base
    raise ModelError(f"an argument of a closed form is a variable, not {argument}")


def sums_expanded(node: N) -> N:
    """The closed ``node`` with sums between numbers written out, but not inside other binders."""

    def visit(sub: Node, _depth: int) -> Node | None:
        if isinstance(sub, Lambda) or (isinstance(sub, Sum) and not _is_between_numbers(sub)):
            return sub  # inside it indices are bound elsewhere, and would have to be renumbered
        if isinstance(sub, Sum):
            span = range(sub.low.offset, sub.high.offset + 1)
            if len(span) > MAX_SUMMANDS:
                raise ModelError(f"more than {MAX_SUMMANDS} summands")
            return Add(tuple(sums_expanded(open_body(sub.body, Ix(None, n))) for n in span))
        return None

    return transform(node, visit)
