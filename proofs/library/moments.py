"""L0: what the assumptions imply about integrability, so that it need not be assumed.

A3 says that the noise g^k - grad f(x^k) is square integrable, with bounded conditional variance.
From a fixed start, iterates, gradients and their estimates are then square integrable as long as
one step takes square integrable (x^k, slots) to such (``integrable_run``), and f(x^k) is
integrable: by A1 the gradient grows linearly and f quadratically in the distance from x^1, and by
A0 f is bounded below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..language import (
    Expr,
    Proof,
    Rational,
    Sum,
    Theorem,
    by,
    integrable,
    point,
    sqrt,
    square_integrable,
    within,
)
from ..language.symbols import Process
from .inequalities import square_monotone, triangle
from .setting import Setting
from .vectors import member, square_member


def integrable_run(
    setting: Setting,
    slots: Sequence[Process] = (),
    given: Iterable[Any] = (),
    *,
    unfold: Sequence[Any] = (),
    prepare: Callable[[Proof, Expr], None] = lambda p, k: None,
) -> None:
    """State and prove L0 in the theory of ``setting``: x, grad f(x), g in L^2 and f(x) in L^1.

    Args:
        setting: the symbols; its theory must have the axiom ``A3.integrable``.
        slots: what of the optimizer's state enters the next iterate, square integrable as well.
        given: conditions on the hyperparameters under which this holds.
        unfold: whose definitions make up one step, beside those of x and the slots.
        prepare: makes known, in a proof and at a step k, what the step divides by.
    """
    theory, f, x, g, G = setting.theory, setting.f, setting.x, setting.g, setting.G
    K, d, k, i, L, fstar = setting.K, setting.d, setting.k, setting.i, setting.L, setting.fstar
    step, coordinate, visited = within(k, 1, K), within(i, 1, d), within(k, 1, K + 1)
    given = tuple(given)

    apart = Sum((x[k, i] - x[1, i]) ** 2, (i, 1, d))
    distance = sqrt(apart)

    @theory.lemma(
        "L0.gradient.size",
        title="The gradient grows linearly",
        given=[coordinate],
        claim=(abs(G[k, i]), "<=", abs(G[1, i]) + abs(L) * distance),
        reference="blueprint L0, by A1",
    )
    def gradient_size(p: Proof) -> Theorem:
        p.know(p.nonnegative(apart))
        part = p.use(square_member, x=point(lambda j: G[k, j] - G[1, j]), n=d)
        square = p.calc(
            (G[k, i] - G[1, i]) ** 2,
            "<=", Sum((G[k, i] - G[1, i]) ** 2, (i, 1, d)), by.algebra(part),
            "<=", (abs(L) * distance) ** 2, by.algebra(p.axiom("A1.gradient", p=x[k], y=x[1])),
        )  # fmt: skip
        near = p.have(
            (abs(G[k, i] - G[1, i]), "<=", abs(L) * distance),
            by.lemma(square_monotone, square, x=G[k, i] - G[1, i], y=abs(L) * distance),
        )
        return p.calc(
            abs(G[k, i]),
            "<=", abs(G[1, i]) + abs(G[k, i] - G[1, i]),
            by.lemma(triangle, x=G[1, i], y=G[k, i] - G[1, i]),
            "<=", abs(G[1, i]) + abs(L) * distance, by.algebra(near),
        )  # fmt: skip

    above = f(x[1]) + Sum(G[1, i] * (x[k, i] - x[1, i]), (i, 1, d)) + L / 2 * apart

    @theory.lemma(
        "L0.objective.size",
        title="The objective grows quadratically",
        claim=(abs(f(x[k])), "<=", abs(fstar) + abs(above)),
        reference="blueprint L0, by A0 and A1",
    )
    def objective_size(p: Proof) -> Theorem:
        low = p.axiom("A0", p=x[k])
        high = p.axiom("A1", p=x[1], y=x[k])
        return p.have((abs(f(x[k])), "<=", abs(fstar) + abs(above)), by.algebra(low, high))

    def know_gradients(p: Proof, k: Expr) -> None:
        """From what is known of x^k: grad f(x^k) and g^k are square integrable."""
        at = p.within(coordinate)
        at.know(at.use(gradient_size, k=k))
        gradient = at.integrability(square_integrable(G[k, i]))
        at.know(gradient)
        noise = g[k, i] - G[k, i]
        parts = by.lemma(triangle, x=noise, y=G[k, i])
        at.know(at.have((abs(g[k, i]), "<=", abs(noise) + abs(G[k, i])), parts))
        p.know(gradient, at.integrability(square_integrable(g[k, i])))

    def state(k: Expr) -> list[Expr]:
        """What one step starts from."""
        return [x[k, i], *(slot[k - 1, i] for slot in slots)]

    def squares(k: Expr) -> Expr:
        """The squares of coordinate i of the state."""
        return sum(part**2 for part in state(k))

    def size(k: Expr) -> Expr:
        """The l2 norm of the state."""
        return sqrt(Sum(squares(k), (i, 1, d)))

    def know_state(p: Proof, k: Expr, known: Theorem) -> None:
        """Each part of a square integrable state is square integrable."""
        at = p.within(coordinate)
        at.know(known)
        whole = at.use(member, x=point(lambda j: squares(k).xreplace({i: j})), n=d)
        for part in state(k):
            square = at.have((part**2, "<=", size(k) ** 2), by.algebra(whole))
            below = by.lemma(square_monotone, square, x=part, y=size(k))
            at.know(at.have((abs(part), "<=", size(k)), below))
            p.know(at.integrability(square_integrable(part)))

    theory.shorthand("state.norm", size(k), k, tex=r"\chi_{#1}")

    @theory.lemma(
        "L0.state",
        title="The state is square integrable",
        given=[visited, *given],
        claim=square_integrable(size(k)),
        reference="blueprint L0",
    )
    def integrable_state(p: Proof) -> Theorem:
        def induction_step(p: Proof, before: Theorem) -> Theorem:
            know_state(p, k - 1, before)
            know_gradients(p, k - 1)
            prepare(p, k - 1)
            return p.integrability(square_integrable(size(k)), x, *slots, *unfold, k=k - 1)

        return p.induction(
            square_integrable(size(k)),
            visited,
            base=lambda p: p.integrability(square_integrable(size(Rational(1))), *slots),
            step=induction_step,
        )

    @theory.lemma(
        "L0.x",
        title="The iterates are square integrable",
        given=[visited, coordinate, *given],
        claim=square_integrable(x[k, i]),
        reference="blueprint L0",
    )
    def integrable_x(p: Proof) -> Theorem:
        know_state(p, k, p.use(integrable_state))
        return p.integrability(square_integrable(x[k, i]))

    for slot in slots:

        @theory.lemma(
            f"L0.{slot.name}",
            title=f"{slot.name} is square integrable",
            given=[within(k, 0, K), coordinate, *given],
            claim=square_integrable(slot[k, i]),
            reference="blueprint L0",
        )
        def integrable_slot(p: Proof, slot: Process = slot) -> Theorem:
            know_state(p, k + 1, p.use(integrable_state, k=k + 1))
            return p.integrability(square_integrable(slot[k, i]))

    @theory.lemma(
        "L0.G",
        title="The gradients are square integrable",
        given=[visited, coordinate, *given],
        claim=square_integrable(G[k, i]),
        reference="blueprint L0",
    )
    def integrable_gradient(p: Proof) -> Theorem:
        p.know(p.use(gradient_size))
        return p.integrability(square_integrable(G[k, i]))

    @theory.lemma(
        "L0.g",
        title="The gradient estimates are square integrable",
        given=[step, coordinate, *given],
        claim=square_integrable(g[k, i]),
        reference="blueprint L0, by A3",
    )
    def integrable_estimate(p: Proof) -> Theorem:
        know_gradients(p, k)
        return p.integrability(square_integrable(g[k, i]))

    @theory.lemma(
        "L0.f",
        title="The values of the objective are integrable",
        given=[visited, *given],
        claim=integrable(f(x[k])),
        reference="blueprint L0",
    )
    def integrable_objective(p: Proof) -> Theorem:
        p.know(p.use(objective_size))
        return p.integrability(integrable(f(x[k])))
