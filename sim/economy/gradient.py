"""Gradients of real incomes at a solved year, by the adjoint of its equations (:mod:`sim.economy.adjoint`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.economy.accounts import Equilibrium
from sim.economy.adjoint import Adjoint, Multipliers, Priced
from sim.economy.arrays import Array
from sim.economy.errors import ShockError
from sim.economy.response import Response, at_border
from sim.economy.system import at_horizon
from sim.state import Locked

#: What a gradient can be taken with respect to.
PARAMETERS = ("tariffs", "tariffs_by_use", "export_tax", "friction", "productivity")
#: From so many objectives on, products with all of them at once pay for their matrices.
MANY = 3
#: The objective of each destination (G,).
Own = NDArray[np.intp] | None


@dataclass(frozen=True, slots=True, eq=False)
class Gradient(Locked):
    """Derivatives of K objectives, without the axis K where one was asked for; None what was not asked for.

    At a kink they are those of the side where rigid real wages fall and where tariffs at zero, whose duty is refunded, rise.
    """

    #: The objectives (K,).
    value: Array
    #: Per unit of the rate t [exporter, sector, destination]: (K, G, N, G) of all uses together, (K, 3, G, N, G) of inputs, final demand
    #: and machines apart, (K, G, N, G) of the export tax. 0 at home.
    tariffs: Array | None
    tariffs_by_use: Array | None
    export_tax: Array | None
    #: Per log of friction κ (K, G, N, G) and of productivity Â (K, G, N).
    friction: Array | None
    productivity: Array | None
    #: What is left of the adjoint equations, relative.
    residual: float
    #: Factorisations at the year, where those that it carries were worn.
    renewed: Response | None = field(default=None, repr=False)


def differentiate(
    year: Equilibrium, aim: tuple[Array, Array], wrt: Sequence[str], accuracy: float, patience: float, whose: Own
) -> Gradient:
    """Solve the adjoint of a solved year and read the gradient off it; raises what ``WorldEconomy.gradient`` raises."""
    allowed = PARAMETERS if whose is None else PARAMETERS[:-1]  # productivity has no destination
    for name in wrt:
        if name not in allowed:
            raise ShockError(f"no gradient with respect to {name!r}; allowed: {', '.join(allowed)}.")
    carry, back = year._carry, year.shocks.drawback
    assert carry.system is not None and carry.state is not None
    system, response = (at_horizon(carry.system, patience), None) if patience else (carry.system, carry.response)
    with np.errstate(all="ignore"):  # cells without output, sectors without labour
        given, by_use = (system, carry.state, np.atleast_2d(aim[0]).T, aim[1]), "tariffs_by_use" in wrt
        many = len(wrt) > 0 and ((len(aim[0]) >= MANY and aim[0].ndim > 1) or whose is not None)
        adjoint = SideBySide(*given, by_use=by_use, whose=whose) if many else Adjoint(*given, by_use=by_use)
        found, left = dict[str, Array](), 0.0
        if wrt:
            multipliers, priced, left = adjoint.solve(response, accuracy)
            found = adjoint.read(multipliers, priced, wrt, None if back is None else np.broadcast_to(back, year.G))
    value = adjoint.value()
    if aim[0].ndim == 1 or whose is not None:
        found = {name: array[0] for name, array in found.items()}
    value = value[0] if aim[0].ndim == 1 else value
    derivatives = {name: found[name] if name in wrt else None for name in PARAMETERS}
    return Gradient(value=value, residual=left, renewed=adjoint.renewed, **derivatives)


class SideBySide(Adjoint):
    """The adjoint of many objectives: products with all of them at once, through matrices over users instead of flows.

    ``whose`` (G,) is the objective of each destination: gradients are then those of its own, K = 1.
    """

    own: tuple[Array, Array, Array] | None = None

    def __init__(self, *given: Any, by_use: bool, whose: Own = None) -> None:
        super().__init__(*given, by_use=by_use)
        self.whose, system, shares = whose, self.system, self.shares[..., 0]
        (S, N, R, U), G = system.sourcing.shape, system.G
        fields = ("basic",) if system.inputs.rent is None else ("basic", "rent")
        bought = system.sourcing * self.delivered
        sold = np.concatenate([at_border(system, bought, name) for name in fields])
        duty = at_border(system, bought, "duty").sum(axis=0)
        #: Per λ of sellers and of buyers' incomes: the mean over a user's inputs (…, R U) and (R, U), outlays (…, G) and (G,), unit
        #: costs (N, S, …) and (S N, R); unit costs per cotangent of a user (S N, R U).
        self.to_mean, self.of_buyer = (sold * shares).reshape(-1, R * U), (shares * duty).sum(axis=0)[..., None]
        self.to_costs = (bought * shares).reshape(-1, R * U)
        if system.outlays is not None:
            paid = (sold[:, :, :G, N], duty[:, :G, N])
            self.to_outlays = [(part * self.bundles[..., 0]).reshape(-1, N, G) for part in paid]
        bought *= self.steered[..., 0]
        by_input = [part.transpose(1, 0, 2, 3).reshape(N, -1, R * U) for part in (bought, sold)]
        self.across = by_input[0] @ by_input[1].swapaxes(1, 2)
        taxed = np.einsum("siru,iru->sir", bought, duty)
        s, theta = np.arange(S), self.theta[..., 0]
        for use in self.uses:
            taxed -= theta * (use.flow * use.duty)[..., 0]
            for k, name in enumerate(fields):
                lost = theta * (use.flow * getattr(use, name))[..., 0]
                self.across[:, s, s + k * S] -= lost.sum(axis=2).T
        self.by_buyer = taxed.reshape(-1, R)

    def spending(self, lam: Multipliers) -> tuple[Array, Array | float, Any]:
        """The same; what is kept are λ of sellers and of buyers."""
        sold, received = lam.output, self.system.lines(lam.income)
        if self.system.inputs.rent is not None:
            sold = np.concatenate((sold, np.broadcast_to(received[:, None], sold.shape)))
        flat, outlaid = sold.reshape(self.to_mean.shape[0], -1), 0.0
        mean = (self.to_mean.T @ flat).reshape(*self.of_buyer.shape[:2], -1)
        if self.system.outlays is not None:
            outlays = [part.reshape(-1, len(lam.income)) for part in self.to_outlays]
            outlaid = outlays[0].T @ flat + outlays[1].sum(axis=0)[:, None] * lam.income
        return mean + self.of_buyer * received[:, None], outlaid, (sold, received)

    def delivered_prices(self, back: Array, kept: Any = None) -> tuple[Array, Priced]:
        """Cotangents of unit costs, and those of users (R, U, K) in place of those of delivered prices."""
        cost = (self.to_costs @ back.reshape(self.to_costs.shape[1], -1)).reshape(*self.point.cost.shape, -1)
        if kept is not None:
            cost += (self.by_buyer @ kept[1]).reshape(cost.shape)
            cost += (self.across @ kept[0].swapaxes(0, 1)).swapaxes(0, 1)
        return cost, [back]

    def flows_at(self, lam: Multipliers, priced: Priced) -> Priced:
        """Cotangents of delivered prices from the multipliers and those of users, of the destination's own objective if it has one."""
        back, *more = priced
        if self.whose is not None:
            (sold, received, exporter), whose = super().seen(lam), self.system.lines(self.whose)
            line, economy = np.arange(len(whose)), np.arange(len(self.whose))
            back = back[line, :, whose][..., None]
            self.own = sold[:, :, 0, whose, None], received[line, whose, None], exporter[:, :, 0, whose, None]
            lam = lam._replace(income=lam.income[economy, self.whose, None])
        found = super().delivered_prices(back, super().spending(lam)[2])[1]
        return [a + b for a, b in zip(found, more, strict=True)] if more else found

    def seen(self, lam: Multipliers) -> tuple[Array, Array, Array]:
        """The same, or those of the destination's own objective."""
        return super().seen(lam) if self.own is None else self.own
