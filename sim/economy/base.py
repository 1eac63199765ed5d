"""The calibrated base year: purged flows, base tariffs, deficits and the shares of every nest.

With base tariffs t⁰[s,i,r] and flows at basic prices:

    factor income  v_rj = X_rj − Σ_si (1+t⁰) Z[si,rj]          revenue  R_r = Σ t⁰ Z + Σ t⁰ Y
    income         I_r  = Σ_si (1+t⁰) Y[si,r]                  deficit  D_r = I_r − Σ_j v_rj − R_r,  Σ_r D_r = 0

Negative final demand (inventory changes) cannot be an expenditure share: it is set to 0 and output recomputed with A
fixed. So are negative inputs of at most 5 % of the using cell's output. Where factor income is below 0.1 % of output, or negative
by at most 5 % of it (10 % with base tariffs), the input column is scaled to leave 0.1 %. All are reported, with world output and value added before and
after; a larger loss is an error, unless it is below a millionth of world output. With ``repair="none"`` inputs and factor income are
left alone, and a negative one is an error.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.linalg

from decomp.table import WorldTable
from sim.calibration import parameter
from sim.economy.arrays import Array
from sim.economy.errors import BaseTableError
from sim.state import Locked

Repair = Literal["small", "none"]

#: Least factor income of a cell, as a share of its output.
LEAST_FACTOR_SHARE = parameter("economy.least_factor_share")
#: Negative factor income and negative inputs are repaired up to this share of the cell's output, or of the world's; beyond it is an error.
OWN_LOSS, TINY_LOSS = 0.05, 1e-6
#: A share of exactly the limit is within it.
ROUNDING = 1e-9
#: Cells whose output moves by more than this share through the purge are listed.
LISTED_MOVE = 0.05


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What calibration changed in the table, in the table's unit and labels ("JPN c2")."""

    #: Number of negative (cell, destination) entries of final demand set to 0, and their sum (≤ 0).
    negative_cells: int
    removed: float
    #: Cells whose output moved by more than 5 %, with the relative change, largest first.
    moved: tuple[tuple[str, float], ...]
    #: Cells whose input column was scaled, with the factor share found before.
    repaired: tuple[tuple[str, float], ...]
    #: Negative inputs ("CHN c1 → JPN c2") that were set to 0, the lowest first; world output and value added before and after.
    inputs: tuple[tuple[str, float], ...] = ()
    world: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    @property
    def notes(self) -> tuple[str, ...]:
        """The same in sentences."""
        lines = []
        if self.negative_cells:
            lines.append(f"{self.negative_cells} negative entries of final demand ({self.removed:,.0f}) set to 0.")
        if self.moved:
            shown = ", ".join(f"{cell} {change:+.0%}" for cell, change in self.moved[:12])
            lines.append(f"Output moved by more than {LISTED_MOVE:.0%} in {len(self.moved)} cells: {shown}.")
        if self.repaired:
            shown = ", ".join(f"{cell} {share:.2%}" for cell, share in self.repaired[:12])
            lines.append(f"Inputs scaled to leave 0.1 % factor income in {len(self.repaired)} cells: {shown}.")
        if self.inputs:
            shown = ", ".join(f"{flow} {value:,.6g}" for flow, value in self.inputs[:12])
            total = sum(value for _, value in self.inputs)
            lines.append(f"{len(self.inputs)} negative inputs ({total:,.6g} in all) set to 0: {shown}.")
        if self.repaired or self.inputs:
            X, Z, V, W = self.world
            lines.append(
                f"World output {X:,.0f} in the table, {Z:,.0f} repaired; value added {V:,.0f}, {W:,.0f} repaired."
            )
        return tuple(lines)


@dataclass(frozen=True, slots=True, eq=False)
class BaseEconomy(Locked):
    """Base-year flows and shares; read-only arrays, s exporter, i input sector, r destination, j using sector."""

    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    #: Flows at basic prices: (G·N, G·N), (G·N, G); output (G, N).
    Z: Array
    Y: Array
    X: Array
    #: Base tariffs t⁰ (G, N, G), diagonal 0.
    tariffs: Array
    #: Factor income by cell (G, N); revenue, income and deficit (G,).
    factor_income: Array
    revenue: Array
    income: Array
    deficit: Array
    #: Share of the primary composite in cost a_v (G, N).
    value_share: Array
    #: Purchaser-value share of input i in the inputs of (r, j): (N, G, N).
    input_shares: Array
    #: Sourcing share of s in input i of (r, j): (G, N, G, N).
    sourcing: Array
    #: Share of i in final spending (N, G); sourcing share of s in it (G, N, G).
    final_shares: Array
    final_sourcing: Array
    report: PurgeReport

    @property
    def G(self) -> int:
        """Number of economies."""
        return len(self.economies)

    @property
    def N(self) -> int:
        """Number of sectors."""
        return len(self.sectors)

    def cell(self, economy: int, sector: int) -> str:
        """Label of a cell, for messages."""
        return f"{self.economies[economy]} {self.sectors[sector]}"


def calibrate(table: WorldTable, tariffs: Array, repair: Repair = "small") -> BaseEconomy:
    """Purge a table and derive the base-year shares.

    - ``tariffs`` (ndarray, shape (G, N, G)): base tariffs; the diagonal must be 0.
    - ``repair`` ({"small", "none"}): whether small negative inputs and factor incomes are repaired.

    Raises BaseTableError: a flow or a factor income is negative, an economy has no final demand or factor income; names
    the cell.
    """
    G, N = table.G, table.N
    Z, Y, X, report = _purge(table, tariffs, repair)
    z = Z.reshape(G, N, G, N) * (1.0 + tariffs)[..., None]
    y = Y.reshape(G, N, G) * (1.0 + tariffs)
    spending_j = z.sum(axis=0)  # (i, r, j)
    inputs = spending_j.sum(axis=0)  # (r, j)
    final_i = y.sum(axis=0)  # (i, r)
    income = final_i.sum(axis=0)
    output = X.reshape(G, N)
    factor = output - inputs
    _require_positive(table, income, "final demand")
    _require_positive(table, factor.sum(axis=1), "factor income")
    revenue = (z.sum(axis=3) + y - Z.reshape(G, N, G, N).sum(axis=3) - Y.reshape(G, N, G)).sum(axis=(0, 1))
    z /= np.where(spending_j > 0, spending_j, 1.0)
    y /= np.where(final_i > 0, final_i, 1.0)
    return BaseEconomy(
        economies=table.economies,
        sectors=table.sectors,
        Z=Z,
        Y=Y,
        X=output,
        tariffs=tariffs,
        factor_income=factor,
        revenue=revenue,
        income=income,
        deficit=income - factor.sum(axis=1) - revenue,
        value_share=np.divide(factor, output, out=np.ones((G, N)), where=output > 0),
        input_shares=spending_j / np.where(inputs > 0, inputs, 1.0),
        sourcing=z,
        final_shares=final_i / income,
        final_sourcing=y,
        report=report,
    )


def _purge(table: WorldTable, tariffs: Array, repair: Repair) -> tuple[Array, Array, Array, PurgeReport]:
    """Set negative final demand and inputs to 0, leave every cell 0.1 % factor income, recompute output with A fixed."""
    inputs = _negative_inputs(table, repair)
    Y = np.maximum(table.Y, 0.0)
    active = ~table.zero_output
    A = np.divide(np.maximum(table.Z, 0.0), table.X, out=np.zeros_like(table.Z), where=active[None, :])
    A, repaired = _repair(table, A, tariffs, repair)
    negative = table.Y < 0
    before = np.where(active, table.X, 0.0)
    if not (negative.any() or repaired or inputs or (table.X[~active] != 0).any()):
        return table.Z.copy(), Y, before.copy(), PurgeReport(0, 0.0, (), ())
    X = np.asarray(scipy.linalg.solve(np.eye(table.n) - A, Y.sum(axis=1), overwrite_a=True))
    if not np.isfinite(X).all() or X.min() < -1e-9 * X.max():
        worst = int(np.argmin(X))
        raise BaseTableError(
            f"output of {table.cell(worst)} is {X[worst]:g} when final demand is purged of negative entries: the input "
            "coefficients are not productive. Run `decomp` check() on the table and correct the column."
        )
    X = np.maximum(X, 0.0)
    change = np.divide(X - before, before, out=np.zeros_like(X), where=before > 0)
    order = [k for k in np.argsort(-np.abs(change)) if abs(change[k]) > LISTED_MOVE]
    moved = tuple((table.cell(int(k)), float(change[k])) for k in order)
    after = (
        float(before.sum()),
        float(X.sum()),
        float(table.value_added_flow.sum()),
        float((X - A.sum(axis=0) * X).sum()),
    )
    removed = float(table.Y[negative].sum())
    return A * X, Y, X, PurgeReport(int(negative.sum()), removed, moved, repaired, inputs, after)


def _negative_inputs(table: WorldTable, repair: Repair) -> tuple[tuple[str, float], ...]:
    """Flows below zero by name, the lowest first; refuse those that are more than small, or any with ``repair="none"``."""
    if table.Z.min(initial=0.0) >= 0:
        return ()
    places = np.argwhere(table.Z < 0)
    values = table.Z[table.Z < 0]
    lost = -np.minimum(table.Z, 0.0).sum(axis=0)
    large = (lost > OWN_LOSS * table.X) & (lost > TINY_LOSS * table.X.sum())
    if repair == "none" or large.any():
        column = int(np.argmax(np.where(large, lost, 0.0))) if large.any() else int(places[np.argmin(values)][1])
        row = int(np.argmin(table.Z[:, column]))
        allowed = (
            "repair is none" if repair == "none" else f"allowed: up to {OWN_LOSS:.0%} of the output of the using sector"
        )
        raise BaseTableError(
            f"the flow {table.cell(row)} → {table.cell(column)} is {table.Z[row, column]:g}; inputs must not be negative in a simulated "
            f"table ({allowed}). Correct the cell, aggregate it away, or set economy.repair to small."
        )
    order = np.argsort(values, kind="stable")
    return tuple(
        (f"{table.cell(int(places[k][0]))} → {table.cell(int(places[k][1]))}", float(values[k])) for k in order
    )


def _repair(table: WorldTable, A: Array, tariffs: Array, repair: Repair) -> tuple[Array, tuple[tuple[str, float], ...]]:
    """Scale input columns (at purchaser prices) that leave less than 0.1 % factor income; refuse large losses."""
    G, N = table.G, table.N
    cost = np.einsum("sirj,sir->rj", A.reshape(G, N, G, N), 1.0 + tariffs).reshape(-1)
    # unrepaired, a factor income that is thin stays as it is; one that is not positive is none
    short = cost > 1.0 - LEAST_FACTOR_SHARE if repair == "small" else cost >= 1.0
    # the table's own value added decides; base tariffs may add as much again
    large = (A.sum(axis=0) - 1.0 > OWN_LOSS + ROUNDING) | (cost - 1.0 > 2.0 * OWN_LOSS + ROUNDING)
    loss = np.where(short & large, (cost - 1.0) * table.X, 0.0)
    worst = int(np.argmax(loss))
    if loss[worst] > TINY_LOSS * table.X.sum() or (repair == "none" and short.any()):
        worst = worst if repair == "small" else int(np.argmax(np.where(short, cost, 0.0)))
        allowed = (
            f"at least {-OWN_LOSS:.0%} of it, {-2 * OWN_LOSS:.0%} with base tariffs, which is repaired"
            if repair == "small"
            else "above 0 (repair is none)"
        )
        raise BaseTableError(
            f"factor income of {table.cell(worst)} is {(1 - cost[worst]) * table.X[worst]:g} ({1 - cost[worst]:.2%} of its output) after "
            f"inputs and base tariffs; allowed: {allowed}. Correct the column, aggregate the sector, or lower the base tariffs on its "
            "inputs."
        )
    repaired = tuple((table.cell(int(k)), float(1.0 - cost[k])) for k in np.flatnonzero(short))
    if repaired:
        A = A * np.where(short, (1.0 - LEAST_FACTOR_SHARE) / np.where(short, cost, 1.0), 1.0)
    return A, repaired


def _require_positive(table: WorldTable, values: Array, what: str) -> None:
    worst = int(np.argmin(values))
    if not values[worst] > 0:
        raise BaseTableError(
            f"{what} of {table.economies[worst]} is {values[worst]:g}; every economy needs a positive one. "
            "Aggregate the economy with another or correct the table."
        )
