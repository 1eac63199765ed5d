"""What indicators are made of: the base year, one year's arrays, and the values filled in row by row.

The world is the group of all economies, and every other group is made in the same way: a sum is summed over its members, a
share is the sum of the parts over the sum of the wholes, a mean is weighted. What is neither has no value for groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.state import Array as Array
from sim.state import Locked
from sim.state import Mask as Mask


@dataclass(frozen=True, slots=True, eq=False)
class BaseYear(Locked):
    """Hold what is fixed in the base year: weights and sets of economies and sectors; flows are million USD."""

    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    population: Array  # (G,), million
    households: Array  # (G,), million
    labour_force: Array  # (G,), million
    income: Array  # (G,)
    value_added: Array  # (G,), labour + capital
    wage_bill: Array  # (G,)
    sector_wages: Array  # (G, N)
    imports: Array  # (G, N, G), goods [origin, sector, importer]; zero at home and for services
    trade: Array  # (G, G), gross exports [exporter, importer]
    labour_abundance: Array  # (G,), −ln GDP per worker
    manufacturing: Mask  # (N,)
    services: Mask  # (N,)
    labour_intensive: Mask  # (N,)
    robot_work: (
        Array  # (N,), what robots could save: wages that their tasks earn per value of output, manufactures only
    )
    cars: Mask  # (N,), transport equipment
    electronics: Mask  # (N,)
    leaders: Mask  # (G,), automation leaders
    us_china: Mask  # (G,)
    single: Mask  # (G,), economies that are not the rest of the world
    membership: Array  # (G, 1 + K), who belongs to the world (all) and to each tracked group, from members_of
    blocs: Array  # (2, G), 1 for members of the two blocs that are tracked; all zero where the table does not tell them apart

    @property
    def G(self) -> int:  # noqa: N802 — the letter of the design
        """Number of economies."""
        return len(self.economies)


@dataclass(frozen=True, slots=True, eq=False)
class YearArrays:
    """One solved and decomposed year. Flows are million USD at basic prices of the year, ratios are to the base year."""

    year: int
    output: Array  # (G, N), at producers' prices, without taxes on exports
    intermediate: Array  # (G, N, G), sales [origin, sector, destination economy] to industries (summed over users)
    final: Array  # (G, N, G), sales to final demand
    labour: Array  # (G, N), value added by kind; with the taxes on exports the three sum to sales less inputs
    capital: Array  # (G, N)
    input_tariffs: Array  # (G, N)
    final_tariffs: Array  # (G,), tariffs on final demand, outside value added
    terms: Array  # (16, G, N, G), of Wang, Wei & Zhu by exporter, sector, importer, with all of value added
    exports: Array  # (G, N, G)
    #: (G, G*N), V_t B_t: labour and capital income of economy t per unit of final sales of each cell
    value_origin: Array
    tax_origin: Array  # (G, G*N), the same for the trade taxes in value added that t collects: on inputs and on exports
    factor_part_global: Array  # (G, N), share of labour and capital in V_s B_ss (the rest is trade taxes)
    factor_part_local: Array  # (G, N), the same in V_s L_ss
    unit_cost: Array  # (G, N), ratio
    friction: Array  # (G, N, G), iceberg factor [origin, sector, importer]
    tariffs: Array  # (G, N, G), rate [origin, sector, importer]
    wage: Array  # (G,), ratio, as the next ten
    rental: Array
    consumer_price: Array
    real_wage: Array
    real_income: Array
    gross_income: Array
    capital_charge: Array
    real_gdp: Array
    employment: Array
    labour_participation: Array
    capital_stock: Array
    unemployment: Array  # (G,), share
    labour_share: Array  # (G,), share
    robots: Array  # (G,)
    ai: Array  # (G,)
    grievance: Array  # (G,)
    displaced: Array  # (G, N), share δ^R + δ^A of tasks taken by machines since the base year
    trust: Array  # (G, G)
    ledger: Mask  # (G,), members
    capability: Array  # (G,), index in [0, 1]
    outlays: Array  # (G,), spending on AI education and infrastructure and on the ledger
    carbon_price: Array  # (), USD per tonne; 0 where there is no market
    carbon_emissions: Array  # (G,), of members, kilotonnes
    carbon_sales: Array  # (G,), net sales of allowances
    machine_tariff: Array | float = 0.0  # (G,), tariffs on machines inside ``input_tariffs``
    rates: Array | None = None  # (2, G, N, G), tariffs on what industries and final demand buy; None: the same for both
    #: (G,), duties paid back on what exports are made of; None, as the next, without drawback
    refunds: Array | None = None
    export_cost: Array | None = None  # (G, N), unit cost of what is exported over that of what is sold at home
    export_tax: Array | None = None  # (G, N, G), rate on the producer's price; None without any. Flows contain it
    population: Array | None = None  # (G,), million; None: that of the base year
    group_pay: Array | float = 1.0  # (G, N), ratio: real pay of those who began in a sector
    job_pay: Array | float = 1.0  # (G, N), ratio: pay of those who work there
    quality: Array | float = 1.0  # (G,), ratio: better goods of the trend, which real quantities leave to prices

    @property
    def wedges(self) -> tuple[Array, Array]:
        """One plus the tariff on what industries buy and on what final demand buys, shape (G, N, G) each."""
        inputs, final = (self.tariffs, self.tariffs) if self.rates is None else self.rates
        return 1.0 + inputs, 1.0 + final

    @property
    def taxed(self) -> Array | float:
        """One plus the tax on exports, shape (G, N, G), or 1 without any: what the border adds to the producer's price."""
        return 1.0 if self.export_tax is None else 1.0 + self.export_tax

    @property
    def export_price(self) -> Array:
        """Producer's price of exports, ratio, shape (G, N): the unit cost, less the duties that exports do not bear."""
        return self.unit_cost if self.export_cost is None else self.unit_cost * self.export_cost

    @property
    def export_wedge(self) -> Array | float:
        """Price at the border over the unit cost of what is sold at home, shape (G, N, G), or 1 where they are the same."""
        if self.export_cost is None:
            return self.taxed
        return self.taxed * np.where(np.eye(len(self.wage))[:, None, :] > 0, 1.0, self.export_cost[:, :, None])

    @property
    def export_revenue(self) -> Array | float:
        """Receipts of taxes on exports, shape (G,), or 0 without any."""
        if self.export_tax is None:
            return 0.0
        receipts: Array = (self.exports * self.export_tax / self.taxed).sum(axis=(1, 2))
        return receipts

    @property
    def export_volume(self) -> Array:
        """Exports at base prices as they arrive, E / (ĉ κ (1 + x)), shape (G, N, G); what melts does not."""
        return self.exports / (self.unit_cost[:, :, None] * self.export_wedge * self.friction)

    @property
    def sales(self) -> Array:
        """All sales [origin, sector, destination economy], shape (G, N, G)."""
        return self.intermediate + self.final

    @property
    def gdp(self) -> Array:
        """Wages, capital income, tariffs and export taxes of each economy, shape (G,)."""
        factors = self.labour.sum(axis=1) + self.capital.sum(axis=1)
        total: Array = factors + self.input_tariffs.sum(axis=1) + self.final_tariffs + self.export_revenue
        return total


def members_of(groups: Mapping[str, tuple[int, ...]], economies: int) -> Array:
    """Membership [economy, group], shape (G, 1 + K): the world first, then the groups.

    >>> members_of({"a": (0,)}, 2).tolist()
    [[1.0, 1.0], [1.0, 0.0]]
    """
    membership = np.zeros((economies, 1 + len(groups)))
    membership[:, 0] = 1.0
    for column, members in enumerate(groups.values(), start=1):
        membership[list(members), column] = 1.0
    return membership


class Values:
    """Fill in the values of one year: indicators, by the row of each id, × (G economies, the world, groups).

    ``membership`` has shape (G, 1 + K), from :func:`members_of`; the world alone when absent.
    """

    def __init__(self, rows: Mapping[str, int], economies: int, membership: Array | None = None) -> None:
        self._rows, self._economies = rows, economies
        self._membership = np.ones((economies, 1)) if membership is None else membership
        self._weighted: list[tuple[int, Array, Array]] = []
        self._means: list[tuple[int, Array]] = []
        self.values: Array = np.full((len(rows), economies + self._membership.shape[1]), np.nan)

    def put(self, indicator: str, economies: Array | None = None, world: float | np.floating = np.nan) -> None:
        """Set an indicator; what is left out stays NaN (not defined there), and so do the groups."""
        row = self.values[self._rows[indicator]]
        if economies is not None:
            row[: self._economies] = economies
        row[self._economies] = world

    def block(self, first: str, economies: Array) -> None:
        """Set consecutive indicators from ``first`` on, shape (k, G), as sums."""
        row = self._rows[first]
        rows = self.values[row : row + len(economies)]
        rows[:, : self._economies] = economies
        rows[:, self._economies :] = economies @ self._membership

    def total(self, indicator: str, economies: Array) -> None:
        """Set an indicator that is summed over economies."""
        row = self.values[self._rows[indicator]]
        row[: self._economies] = economies
        row[self._economies :] = economies @ self._membership

    def share(self, indicator: str, part: Array, whole: Array) -> None:
        """Set an indicator part / whole, for the world and groups Σ part / Σ whole; NaN where there is no whole.

        Shares are worked out together at the end.
        """
        self._weighted.append((self._rows[indicator], part, whole))

    def mean(self, indicator: str, values: Array, weights: Array) -> None:
        """Set an indicator whose value for the world and groups is the weighted mean; worked out with the shares."""
        row = self._rows[indicator]
        self._weighted.append((row, values * weights, weights))
        self._means.append((row, values))

    def close(self) -> Array:
        """Work out shares and means and return all values, shape (indicators, G + 1 + K)."""
        if self._weighted:
            rows, parts, wholes = zip(*self._weighted, strict=True)
            both = np.stack([parts, wholes])
            self.values[list(rows)] = ratio(*np.concatenate([both, both @ self._membership], axis=2))
            for row, values in self._means:
                self.values[row, : self._economies] = values
            self._weighted.clear()
            self._means.clear()
        return self.values


def ratio(numerator: Array, denominator: Array, otherwise: float = np.nan) -> Array:
    """Elementwise quotient of arrays that broadcast; ``otherwise`` where the denominator is zero."""
    whole = denominator != 0
    if whole.all():
        return numerator / denominator
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), otherwise)
    result: Array = np.divide(numerator, denominator, out=out, where=np.broadcast_to(whole, out.shape))
    return result
