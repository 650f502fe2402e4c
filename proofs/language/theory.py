"""A theory as its author sees it: declarations first, then claims with their proofs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import sympy

from ...optimizers.recursions import Recursion, previous
from ..kernel import terms as K
from ..kernel.claims import Claim, publish
from ..kernel.errors import KernelError
from ..kernel.indices import substitute_indices
from ..kernel.judgment import Theorem
from ..kernel.theory import Axiom, Definition, Symbol
from ..kernel.theory import Theory as KernelTheory
from ..models import Report
from .basis import RestsOnError, StepError
from .door import Meaning, Scope
from .failures import explain_failure, refusal
from .models import ScenarioTree, consistency, inherited
from .presentation import Presented
from .proof import Proof
from .symbols import (
    DoorError,
    FunctionName,
    Integrable,
    PointProcess,
    Process,
    Relation,
    within,
)

_INDICES: tuple[K.Sort, ...] = ("index",) * 8
Verdict = Literal["proved", "refuted", "undecided", "error"]
Kind = Literal["lemma", "theorem", "instance"]


@dataclass
class Result:
    """What became of a claim: the verdict, and either the published claim or the reason.

    ``rests_on``: the claim that failed by itself, if the proof failed for no other reason.
    """

    verdict: Verdict
    seconds: float
    claim: Claim | None = None
    proof: Proof | None = None
    reason: str = ""
    rests_on: Claimed | None = None
    unused: tuple[K.Formula, ...] = ()


@dataclass(eq=False)
class Claimed:
    """A statement and its proof, as written. Elaborated once, when first needed."""

    theory: Theory
    id: str
    title: str
    kind: Kind
    given: tuple[Any, ...]
    claim: Relation | Integrable
    for_all: tuple[sympy.Symbol, ...]
    for_constants: tuple[sympy.Symbol, ...]
    for_indices: tuple[sympy.Symbol, ...]
    for_points: tuple[sympy.Symbol, ...]
    witness: dict[Any, Any]
    reference: str
    script: Callable[[Proof], Theorem | None]
    introduction: str = ""
    result: Result | None = field(default=None, repr=False)
    running: bool = False

    @property
    def label(self) -> str:
        """``theory.id``, as on the command line."""
        return f"{self.theory.name}.{self.id}"

    def scope(self) -> Scope:
        """The names of the theory and those this claim quantifies over."""
        names: dict[str, Meaning] = {s.name: K.Var(s.name, "any") for s in self.for_all}
        names |= {s.name: K.Var(s.name, "det") for s in self.for_constants}
        names |= {s.name: "index" for s in self.for_indices}
        names |= {s.name: K.PointVar(s.name, "any") for s in self.for_points}
        scope = self.theory.scope()
        hidden = sorted(n for n, meaning in names.items() if scope.names.get(n, meaning) != meaning)
        if hidden:
            raise DoorError(
                f"{self.label}: {', '.join(hidden)} already means something in the theory"
            )
        return scope.extended(names)

    def hypotheses(self) -> tuple[K.Formula, ...]:
        """The stated hypotheses, in the author's order."""
        return self.scope().hypotheses(self.given)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from ..render.notebook import of_claim

        return of_claim(self)

    @property
    def of_integrability(self) -> bool:
        """Does it say that a term is integrable?"""
        return isinstance(self.claim, Integrable)

    @cached_property
    def premises(self) -> frozenset[K.Formula]:
        """The hypotheses that are no index conditions."""
        return frozenset(h for h in self.hypotheses() if not isinstance(h, K.Le))

    def statement(self) -> K.Rel | K.Fin:
        """The stated conclusion."""
        return self.scope().statement(self.claim)

    def check(self) -> Result:
        """Elaborate the proof; never raises for a failing proof."""
        if self.result is None:
            if self.running:
                raise StepError(f"{self.label}: the proof uses itself")
            started, self.running = time.process_time(), True
            try:
                with redirect_stdout(sys.stderr):  # standard output belongs to the command
                    self.result = self._elaborate()
            except (KernelError, DoorError) as error:
                self.result = Result("error", 0.0, reason=self._refused(error))
            except RestsOnError as error:
                self.result = Result("undecided", 0.0, reason=str(error), rests_on=error.claimed)
            except StepError as error:
                self.result = self._failed(error)
            except (Exception, SystemExit) as error:  # an author's script may fail in any way
                self.result = Result("error", 0.0, reason=f"{type(error).__name__}: {error}")
            finally:
                self.running = False
            self.result.seconds = time.process_time() - started
        return self.result

    def theorem(self) -> Theorem:
        """The proved theorem; raises ``StepError`` if the proof fails."""
        result = self.check()
        if result.claim is None:
            if result.rests_on is not None:
                raise RestsOnError(result.reason, result.rests_on)
            reason = f"it rests on {self.label}, which is {result.verdict}: {result.reason}"
            raise RestsOnError(reason, self)
        return result.claim.theorem

    def _elaborate(self) -> Result:
        scope, goal = self.scope(), self.statement()
        hypotheses = self.hypotheses()
        proof = Proof(self.theory, scope, hypotheses, self, goal=goal)
        theorem = proof.conclude(self.script(proof))
        unused = tuple(h for h in hypotheses if h not in theorem.hypotheses)
        theorem = proof.with_hypotheses(theorem)
        claim = publish(
            theorem,
            self.id,
            self.title,
            self.kind,
            proof.sides(*hypotheses, goal, known=proof.defined()),
            self.witness_point(),
        )
        return Result("proved", 0.0, claim, proof, unused=unused)

    def _failed(self, error: StepError) -> Result:
        """A step failed: is the claim itself false? Only a point of its own variables says so."""
        proof = Proof(self.theory, self.scope(), self.hypotheses(), self, goal=self.statement())
        if not isinstance(proof.goal, K.Rel):
            return Result("undecided", 0.0, reason=str(error))
        in_model = proof.look(proof.goal).false
        if in_model:  # where all axioms and hypotheses hold, exactly
            reason = (
                f"false in the model of the theory: {in_model}\n(the step that failed: {error})"
            )
            return Result("refuted", 0.0, reason=reason)
        found = proof.refutation(proof.goal)
        core = self.theory.kernel()
        settled = {d.head for d in core.definitions}  # what is not free to take any value
        for axiom in core.axioms:
            settled |= {n.name for n, _ in K.subterms(axiom.conclusion) if isinstance(n, K.App)}
        if found is not None and all(
            isinstance(t, K.App) and (_of_a_point(t) or (not t.args and t.name not in settled))
            for t in found.abstracted
        ):
            reason = (
                f"{explain_failure(found, proof.show, proof.goal)}\n(the step that failed: {error})"
            )
            return Result("refuted", 0.0, reason=reason)
        return Result("undecided", 0.0, reason=str(error))

    def _refused(self, error: KernelError | DoorError) -> str:
        """A refusal outside of any step, with what is known in this claim."""
        try:
            proof = Proof(self.theory, self.scope(), self.hypotheses(), self, goal=self.statement())
            return refusal(error, proof)
        except (KernelError, DoorError, StepError):  # then the statement itself is wrong
            return str(error)

    def witness_point(self) -> tuple[dict[K.Term, Fraction], dict[str, int]]:
        """The point at which the hypotheses hold together: terms and index names."""
        scope = self.scope()
        values: dict[K.Term, Fraction] = {}
        indices: dict[str, int] = {}
        for key, value in {**self.theory.witness, **self.witness}.items():
            if isinstance(key, sympy.Symbol) and scope.names.get(key.name) == "index":
                if type(value) is not int:
                    raise DoorError(f"{self.label}: the index {key} = {value!r} is no int")
                indices[key.name] = value
            elif not isinstance(key, sympy.Symbol) or key.name in scope.names:
                if not isinstance(value, int | Fraction | sympy.Rational):
                    raise DoorError(f"{self.label}: the witness {key} = {value!r} is not rational")
                values[scope.term(key)] = (
                    Fraction(int(value.p), int(value.q))
                    if isinstance(value, sympy.Rational)
                    else Fraction(value)
                )
        closed = {name: K.Ix(None, at) for name, at in indices.items()}
        return {substitute_indices(t, closed): v for t, v in values.items()}, indices


def _signed(value: Any) -> Any:
    """The t of which ``value`` is the sign t/|t|; None if it is none."""
    for factor in sympy.Mul.make_args(value):
        if isinstance(factor, sympy.Pow) and isinstance(factor.base, sympy.Abs):
            t = factor.base.args[0]
            if value == t / sympy.Abs(t):
                return t
    return None


def _of_a_point(term: K.App) -> bool:
    """Is it a coordinate, at a number, of a point variable? Different ones may take any values."""
    point, at = term.args if term.name == "coord" else (None, None)
    return isinstance(point, K.PointVar) and isinstance(at, K.Ix) and at.base is None


class Theory(Presented):
    """Declarations, then claims. The first claim freezes the declarations.

    ``extends`` takes over all declarations of other theories, so that their claims can be used.
    ``recursion`` is the optimizer of which the theory speaks, if any.
    """

    def __init__(
        self, name: str, title: str = "", source: str = "", extends: Iterable[Theory] = ()
    ) -> None:
        Presented.__init__(self)
        self.name, self.title, self.source = name, title or name, source
        self.claims: dict[str, Claimed] = {}
        self.meanings: dict[str, str] = {}
        self.witness: dict[Any, Any] = {}
        self._names: dict[str, Meaning] = {}
        self._symbols: list[Symbol] = []
        self._index_constants: list[str] = []
        self._axioms: list[Axiom] = []
        self._definitions: list[Definition] = []
        self._kernel: KernelTheory | None = None
        self.own_tree: ScenarioTree | None = None
        self._report: Report | None = None
        self.in_model: tuple[Any, Report] | None = None
        self.parents = tuple(extends)
        self.recursion: Recursion | None = None
        for parent in self.parents:
            core = parent.kernel()
            self._names |= parent._names
            self.meanings |= parent.meanings
            self.tex |= parent.tex
            self.shorthands += [s for s in parent.shorthands if s not in self.shorthands]
            self.witness |= parent.witness
            self.recursion = self.recursion or parent.recursion
            self._symbols += core.symbols
            self._index_constants += core.index_constants
            self._axioms += core.axioms
            self._definitions += core.definitions

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from ..render.notebook import of_theory

        return of_theory(self)

    # --- declarations -------------------------------------------------------------------------

    def _declare(self, name: str, meaning: str, symbol: Symbol | None) -> None:
        self._check_open(name)
        if name in self._names or name in (s.name for s in self._symbols):
            raise DoorError(f"{self.name}: {name!r} is already declared")
        self.meanings[name] = meaning
        if symbol is not None:
            self._symbols.append(symbol)

    def _check_open(self, what: str) -> None:
        if self._kernel is not None:
            raise DoorError(f"{self.name} is frozen: declare {what!r} before the first claim")

    def constants(self, names: str, meaning: str = "") -> tuple[sympy.Symbol, ...]:
        """Real constants of the theory, from blank-separated names."""
        for name in names.split():
            self._declare(name, meaning, Symbol(name, ()))
            self._names[name] = "constant"
        return tuple(sympy.Symbol(n) for n in names.split())

    def index_constants(self, names: str, meaning: str = "") -> tuple[sympy.Symbol, ...]:
        """Integers of the theory, such as the dimension."""
        for name in names.split():
            self._declare(name, meaning, None)
            self._index_constants.append(name)
            self._names[name] = "index"
        return tuple(sympy.Symbol(n) for n in names.split())

    def indices(self, names: str) -> tuple[sympy.Symbol, ...]:
        """Index variables that all claims of the theory may use."""
        self._check_open(names)
        for name in names.split():
            if self._names.get(name, "index") != "index" or name in self._index_constants:
                raise DoorError(f"{self.name}: {name!r} is already declared")
            self._names[name] = "index"
        return tuple(sympy.Symbol(n) for n in names.split())

    def process(
        self, name: str, arity: int = 2, adapted: int | None = 0, meaning: str = ""
    ) -> Process:
        """A family of numbers; ``adapted=c``: the value at k is known after step k + c."""
        at = None if adapted is None else (0, adapted)
        self._declare(name, meaning, Symbol(name, _INDICES[:arity], "term", at))
        return Process(name)

    def point_process(
        self, name: str, adapted: int | None, source: str = "", meaning: str = ""
    ) -> PointProcess:
        """A family of points. ``source`` names the axiom by which it is adapted, if one is.

        ``adapted=None``: they are not random.
        """
        at = None if adapted is None else (0, adapted)
        symbol = Symbol(name, ("index",), "point", at, source)
        self._declare(name, meaning, symbol)
        return PointProcess(name)

    def function(self, name: str, *sorts: K.Sort, meaning: str = "") -> FunctionName:
        """A deterministic function of points, indices or numbers (``term``)."""
        self._declare(name, meaning, Symbol(name, tuple(sorts)))
        return FunctionName(name)

    def assume(
        self,
        name: str,
        claim: Relation | Integrable,
        given: Iterable[Any] = (),
        *,
        group: str = "",
        points: Iterable[sympy.Symbol] = (),
        source: str = "",
        kind: Literal["assumption", "axiom"] = "assumption",
    ) -> None:
        """A fact taken as given; free index names and ``points`` are universally quantified."""
        self._check_open(name)
        scope = self.scope().extended({p.name: K.PointVar(p.name, "any") for p in points})
        conclusion, hypotheses = scope.statement(claim), scope.hypotheses(given)
        self._axioms.append(Axiom(name, group or name, kind, hypotheses, conclusion, source))

    def define(
        self,
        name: str,
        left: Any,
        right: Any,
        given: Iterable[Any] = (),
        *,
        kind: Literal["recursion", "abbreviation"] = "abbreviation",
        source: str = "",
    ) -> None:
        """``left = right`` by definition, within the index ranges ``given``."""
        self._check_open(name)
        scope = self.scope()
        app, ranges = scope.term(left), scope.hypotheses(given)
        if not isinstance(app, K.App) or not all(isinstance(r, K.Le) for r in ranges):
            raise DoorError(f"{name}: define a symbol, with index ranges only")
        definition = Definition(name, kind, app, ranges, scope.term(right), source)  # type: ignore[arg-type]
        self._definitions.append(definition)

    def run(self, recursion: Recursion, *, steps: Any, dimension: Any) -> None:
        """Take an optimizer's recursion as definitions, for k = 1..steps and i = 1..dimension.

        The theory must already have ``x`` (a point process) and ``g``; slots and abbreviations are
        declared here, parameters as constants. A sign t/|t| is declared by what holds of it,
        s |t| = t and |s| <= 1: no statement may rest on 0/0, so each holds for any sign of 0.
        """
        self.recursion = recursion
        k, i = self.indices("k i")
        span = (within(k, 1, steps), within(i, 1, dimension))
        for parameter in recursion.parameters:
            self.constants(parameter.name, parameter.meaning)
        names = [u.target for u in recursion.updates if u.target != "x"]
        slots = {slot.name: slot.meaning for slot in recursion.slots}
        processes = {
            name: self.process(name, meaning=slots.get(name, f"an abbreviation of {recursion.id}"))
            for name in names
        }
        point = PointProcess("x")
        table = {sympy.Symbol("x"): point[k, i], sympy.Symbol("g"): Process("g")[k, i]}
        table |= {sympy.Symbol(name): process[k, i] for name, process in processes.items()}
        table |= {previous(s.name): processes[s.name][k - 1, i] for s in recursion.slots}
        for slot in recursion.slots:
            start = processes[slot.name][0, i]
            source = f"{recursion.source}; {slot.meaning}"
            name = f"{slot.name}.0"
            self.define(name, start, slot.initial, span[1:], kind="recursion", source=source)
        for update in recursion.updates:
            left = point[k + 1, i] if update.target == "x" else processes[update.target][k, i]
            right = update.value.xreplace(table)
            if (of := _signed(update.value)) is not None:
                t, source = of.xreplace(table), recursion.source
                for name, claim in (
                    ("sign", (left * abs(t), "==", t)),
                    ("size", (abs(left), "<=", 1)),
                ):
                    name = f"{update.target}.{name}"
                    self.assume(name, claim, span, kind="axiom", source=source)
                continue
            self.define(update.target, left, right, span, kind="recursion", source=recursion.source)

    # --- the model ----------------------------------------------------------------------------

    def model(self, tree: ScenarioTree) -> None:
        """Declare a finite model, in which ``check`` evaluates every axiom exactly."""
        self.own_tree, self._report, self.in_model = tree, None, None

    @property
    def tree(self) -> ScenarioTree | None:
        """The model declared, or the one inherited."""
        return self.own_tree or inherited(self)

    def consistency(self) -> Report:
        """Do all axioms hold in the model, and with them the hypotheses of its claims?"""
        if self._report is None:
            self._report = consistency(self)
        return self._report

    def refuse_model(self, reason: str) -> None:
        """The model is no evidence, for this reason."""
        self._report = self.consistency().failed("error", reason)

    # --- claims -------------------------------------------------------------------------------

    def kernel(self) -> KernelTheory:
        """The frozen kernel theory."""
        if self._kernel is None:
            self._kernel = self._core()
        return self._kernel

    def _core(self) -> KernelTheory:
        return KernelTheory(
            self.name,
            tuple(dict.fromkeys(self._symbols)),
            tuple(dict.fromkeys(self._index_constants)),
            tuple(dict.fromkeys(self._axioms)),
            tuple(dict.fromkeys(self._definitions)),
        )

    def scope(self) -> Scope:
        """What the theory's names mean."""
        core = self._kernel or KernelTheory(
            self.name, tuple(dict.fromkeys(self._symbols)), tuple(self._index_constants)
        )
        return Scope(core, dict(self._names))

    def lemma(
        self,
        id: str,
        *,
        title: str,
        claim: Relation | Integrable,
        given: Iterable[Any] = (),
        for_all: Iterable[sympy.Symbol] = (),
        for_constants: Iterable[sympy.Symbol] = (),
        for_indices: Iterable[sympy.Symbol] = (),
        for_points: Iterable[sympy.Symbol] = (),
        witness: dict[Any, Any] | None = None,
        reference: str = "",
        introduction: str = "",
        kind: Kind = "lemma",
    ) -> Callable[[Callable[[Proof], Theorem | None]], Claimed]:
        """State a claim; the decorated function of a ``Proof`` proves it.

        ``for_all``: real random variables; ``for_constants``: real constants; ``for_points``:
        random points; ``witness``: a point at which all hypotheses hold (rational values for
        constants, variables and, where needed, terms such as ``Delta`` or a coordinate; integers
        for indices), beside those of ``theory.witness``. ``introduction``: sentences that printed
        proofs have before the statement, as in ``Presented``.
        """
        if id in self.claims:
            raise DoorError(f"{self.name}: the claim {id!r} is stated twice")
        self.kernel()

        def register(script: Callable[[Proof], Theorem | None]) -> Claimed:
            claimed = Claimed(
                self, id, title, kind, tuple(given), claim, tuple(for_all), tuple(for_constants),
                tuple(for_indices), tuple(for_points), dict(witness or {}), reference, script,
                introduction,
            )  # fmt: skip
            self.claims[id] = claimed
            return claimed

        return register

    def theorem(self, id: str, **statement: Any) -> Callable[..., Claimed]:
        """Like ``lemma``, for the main results."""
        return self.lemma(id, kind="theorem", **statement)

    def earlier(self, than: Claimed | None) -> Iterator[Claimed]:
        """The claims of the theories extended, and those stated here before ``than``."""
        for parent in self.parents:
            yield from parent.earlier(None)
        for claim in self.claims.values():
            if claim is than:
                return
            yield claim

    def moments(self, than: Claimed | None, stated: frozenset[K.Formula]) -> Iterator[Claimed]:
        """The earlier claims of integrability that are proved and need no more than ``stated``."""
        for claim in self.earlier(than):
            if claim.of_integrability and claim.premises <= stated and claim.check().claim:
                yield claim

    def claimed(self, id: str) -> Claimed:
        """A claim by id; raises ``DoorError`` naming the nearest."""
        if id not in self.claims:
            near = get_close_matches(id, list(self.claims), 3) or sorted(self.claims)
            raise DoorError(f"{self.name} has no claim {id!r}; it has {', '.join(near)}")
        return self.claims[id]
