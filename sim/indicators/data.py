"""What the indicators are computed from: the base year's yardsticks and one year's arrays, both frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.state import lock

if TYPE_CHECKING:
    from sim.indicators.cooperation import Cooperation

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Yardsticks:
    """Fixed things of the base year: weights and sets of economies and sectors.

    Parameters
    ----------
    economies, sectors : tuple of str
    population : ndarray, shape (G,), million
    labour_force : ndarray, shape (G,), million
    income, value_added, wage_bill : ndarray, shape (G,), million USD
        Base-year income, value added (labour + capital) and wages.
    sector_wages : ndarray, shape (G, N), million USD
    imports : ndarray, shape (G, N, G), million USD
        Base-year imports of goods [origin, sector, importer]; zero at home and for services.
    trade : ndarray, shape (G, G), million USD
        Base-year gross exports [exporter, importer].
    labour_abundance : ndarray, shape (G,)
        −ln GDP per worker.
    manufacturing, labour_intensive : ndarray of bool, shape (N,)
    leaders, us_china, single : ndarray of bool, shape (G,)
        Automation leaders; the United States and China; economies that are not the rest of the world.
    membership : ndarray, shape (G, 1 + K)
        Which economies belong to the world (all) and to each tracked group, see :mod:`sim.indicators.sheet`.
    blocs : ndarray, shape (2, G)
        1 for members of the two blocs whose decoupling is tracked; all zero where the table does not tell them apart.
    """

    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    population: Array
    labour_force: Array
    income: Array
    value_added: Array
    wage_bill: Array
    sector_wages: Array
    imports: Array
    trade: Array
    labour_abundance: Array
    manufacturing: Mask
    labour_intensive: Mask
    leaders: Mask
    us_china: Mask
    single: Mask
    membership: Array
    blocs: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        lock(self)

    @property
    def G(self) -> int:  # noqa: N802 — the letter of the design
        """Number of economies."""
        return len(self.economies)


@dataclass(frozen=True, slots=True, eq=False)
class YearArrays:
    """One solved and decomposed year. Flows are million USD at basic prices of the year.

    Parameters
    ----------
    year : int
    output : ndarray, shape (G, N)
        At producers' prices, without taxes on exports.
    intermediate, final : ndarray, shape (G, N, G)
        Sales [origin, sector, destination economy] to industries (summed over users) and to final demand.
    labour, capital, input_tariffs : ndarray, shape (G, N)
        Value added by kind; with the taxes on exports they sum to sales less inputs.
    final_tariffs : ndarray, shape (G,)
        Tariffs on final demand, outside value added.
    terms : ndarray, shape (16, G, N, G)
        Terms of Wang, Wei & Zhu by exporter, sector, importer, with all of value added.
    exports : ndarray, shape (G, N, G)
    value_origin : ndarray, shape (G, G*N)
        V_t B_t: labour and capital income of economy t per unit of final sales of each cell.
    tax_origin : ndarray, shape (G, G*N)
        The same for the trade taxes in value added that economy t collects: tariffs on inputs and taxes on exports.
    factor_part_global, factor_part_local : ndarray, shape (G, N)
        Share of labour and capital in V_s B_ss and in V_s L_ss (the rest is trade taxes).
    unit_cost : ndarray, shape (G, N), ratio to the base year
    friction, tariffs : ndarray, shape (G, N, G)
        Iceberg factor and tariff rate [origin, sector, importer].
    wage, rental, consumer_price, real_wage, real_income, employment, capital_stock : ndarray, shape (G,), ratio to the base year
    unemployment, labour_share : ndarray, shape (G,), share
    robots, ai, grievance : ndarray, shape (G,)
    displaced : ndarray, shape (G, N), share
        δ^R + δ^A, tasks taken by machines since the base year.
    trust : ndarray, shape (G, G)
    cooperation : Cooperation or None
        Ledger, capability, spending and carbon; not tracked when absent.
    export_tax : ndarray, shape (G, N, G), or None
        Tax rate on the producer's price [origin, sector, importer]; None without any. Flows contain it.
    """

    year: int
    output: Array
    intermediate: Array
    final: Array
    labour: Array
    capital: Array
    input_tariffs: Array
    final_tariffs: Array
    terms: Array
    exports: Array
    value_origin: Array
    tax_origin: Array
    factor_part_global: Array
    factor_part_local: Array
    unit_cost: Array
    friction: Array
    tariffs: Array
    wage: Array
    rental: Array
    consumer_price: Array
    real_wage: Array
    real_income: Array
    employment: Array
    capital_stock: Array
    unemployment: Array
    labour_share: Array
    robots: Array
    ai: Array
    grievance: Array
    displaced: Array
    trust: Array
    cooperation: Cooperation | None = None
    export_tax: Array | None = None

    @property
    def export_wedge(self) -> Array | float:
        """One plus the tax on exports, shape (G, N, G), or 1 without any: what the border adds to the producer's price."""
        return 1.0 if self.export_tax is None else 1.0 + self.export_tax

    @property
    def export_revenue(self) -> Array | float:
        """Receipts of taxes on exports, shape (G,), or 0 without any."""
        if self.export_tax is None:
            return 0.0
        receipts: Array = (self.exports * self.export_tax / self.export_wedge).sum(axis=(1, 2))
        return receipts

    @property
    def sales(self) -> Array:
        """All sales [origin, sector, destination economy], shape (G, N, G)."""
        total: Array = self.intermediate + self.final
        return total

    @property
    def gdp(self) -> Array:
        """Wages, capital income, tariffs and export taxes of each economy, shape (G,)."""
        factors = self.labour.sum(axis=1) + self.capital.sum(axis=1)
        total: Array = factors + self.input_tariffs.sum(axis=1) + self.final_tariffs + self.export_revenue
        return total
