"""The result of a solved year: arrays relative to the base year and a balanced world table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from decomp.table import WorldTable
from sim.economy.arrays import Array
from sim.economy.response import Response
from sim.economy.shocks import Shocks
from sim.economy.solver import Point


@dataclass(frozen=True, slots=True, eq=False)
class Carry:
    """What the next year may start from; not part of the result."""

    point: Point | None = None
    before: Point | None = None
    #: Whether the change from ``before`` to ``point`` foretells the next.
    trend: bool = False
    #: Passes the year took: many mean that the factorisations are worn.
    passes: int = 0
    response: Response | None = None
    sourcing: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Equilibrium:
    """One year in general equilibrium. Ratios to the base year unless a unit is given; G economies, N sectors.

    Values are in the table's unit with world factor income held at its base value (the numeraire).
    """

    #: Flows at basic prices (G·N, G·N), (G·N, G) and output (G·N,).
    Z: Array
    Y: Array
    X: Array
    #: ŵ/P̂_C per employed hour, income net of outlays over P̂_C: (G,).
    real_wage: Array
    real_income: Array
    #: Rate, level (0 under full employment): (G,).
    unemployment: Array
    #: wL / (wL + ρK), level: (G,).
    labour_share: Array
    #: L̂, K̂, ŵ, ρ̂, P̂_C: (G,).
    employment: Array
    capital: Array
    wage: Array
    rental: Array
    consumer_price: Array
    #: ĉ (G, N).
    unit_cost: Array
    #: q̂ (G,) by kind: machine price with its decline, without the saving μ; empty without automation.
    machine_cost: Mapping[str, Array]
    #: Payments by cell, values (G, N).
    labour_payments: Array
    capital_payments: Array
    tariff_payments: Array
    #: Tariffs on final demand, tariff revenue with export-tax receipts, income: values (G,).
    final_tariff: Array
    revenue: Array
    income: Array
    #: Spending on education and ledgers, value (G,).
    outlays: Array
    #: ω̄ that the wage curve used (G,).
    reference_wage: Array
    #: Largest relative residual; every check by name, relative.
    residual: float
    checks: Mapping[str, float]
    #: Passes over the table and Jacobians built.
    iterations: int
    renewals: int
    #: Shocks as given.
    shocks: Shocks
    #: Receipts of export taxes by cell (G, N), None without.
    export_tax_payments: Array | None = None
    #: Price ratio of shipped goods by flow ĉκ(1+x) (G, N, G), for volumes.
    shipped_price: Array | None = None
    _template: WorldTable | None = field(default=None, repr=False)
    _carry: Carry = field(default_factory=Carry, repr=False)
    _made: dict[str, WorldTable] = field(default_factory=dict, repr=False)

    @property
    def table(self) -> WorldTable:
        """The year's balanced world table with primary rows labour, capital and tariff (built on first use)."""
        if "table" not in self._made:
            assert self._template is not None
            self._made["table"] = _table(self, self._template)
        return self._made["table"]

    @property
    def G(self) -> int:
        """Number of economies."""
        return len(self.real_wage)

    @property
    def N(self) -> int:
        """Number of sectors."""
        return int(self.unit_cost.shape[1])

    @property
    def value_added(self) -> Array:
        """X − Σ Z by column (G·N,): labour, capital, tariff on inputs (and export tax)."""
        return np.asarray(self.X - self.Z.sum(axis=0))

    @property
    def real_gdp(self) -> Array:
        """Value added at base-year prices over the base year's, (G,): double deflation with fixed base prices.

        Volumes are flows over ĉκ(1+x); economies whose volumes of inputs outgrow their output may come out negative.
        """
        assert self._template is not None and self.shipped_price is not None
        G, N = self.G, self.N
        outputs = (self.Z.reshape(G, N, G, N).sum(axis=3) + self.Y.reshape(G, N, G)) / self.shipped_price
        inputs = np.einsum("sirj,sir->r", self.Z.reshape(G, N, G, N), 1.0 / self.shipped_price)
        base = self._template.value_added_flow.reshape(G, N).sum(axis=1)
        return np.asarray((outputs.sum(axis=(1, 2)) - inputs) / base)

    def next_reference(self, adaptation: float) -> Array:
        """Reference wage of next year, ω̄_{y+1} = ω̄_y^λ ω_y^{1−λ} with λ = ``adaptation``."""
        return np.asarray(self.reference_wage**adaptation * self.real_wage ** (1.0 - adaptation))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without what only a next year's solve would use; arrays are read-only again in the copy."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("_made", "_carry")}
        return _restore, ({k: dict(v) if isinstance(v, Mapping) else v for k, v in given.items()},)

    def lean(self) -> Equilibrium:
        """The same result without what only a next year's solve would use (factorisations, last year's shares)."""
        return replace(self, _carry=Carry(point=self._carry.point))


def _table(found: Equilibrium, template: WorldTable) -> WorldTable:
    primary = {
        "labour": found.labour_payments.reshape(-1),
        "capital": found.capital_payments.reshape(-1),
        "tariff": found.tariff_payments.reshape(-1),
    }
    if found.export_tax_payments is not None:
        primary["export tax"] = found.export_tax_payments.reshape(-1)
    return template.replace(Z=found.Z, Y=found.Y, primary=MappingProxyType(primary), final_tariff=found.final_tariff)


def _restore(given: dict[str, Any]) -> Equilibrium:
    """Rebuild a pickled equilibrium."""
    for name, value in given.items():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
        elif isinstance(value, dict):
            given[name] = MappingProxyType(value)
    return Equilibrium(**given)
