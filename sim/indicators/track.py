"""One year's indicators: from the arrays of the year to values by indicator and economy."""

from dataclasses import dataclass

import numpy as np

from sim.indicators.checks import Check, year_checks
from sim.indicators.data import Array, BaseYear, Values, YearArrays
from sim.indicators.income import PARTS, SIDES, consumed, contributions, track_income
from sim.indicators.industry import ADVANTAGES, track_industry
from sim.indicators.policy import track_policy
from sim.indicators.registry import INDICATORS
from sim.indicators.trade import PairArrays, absorbed_of, pair_arrays, track_blocs, track_terms, track_trade
from sim.state import Locked

#: Row of each indicator in the values of a year.
ROWS: dict[str, int] = {name: row for row, name in enumerate(INDICATORS)}


@dataclass(frozen=True, slots=True, eq=False)
class YearIndicators(Locked):
    """What is tracked of one year.

    ``values`` (indicators, G + 1) are in the order of :data:`~sim.indicators.registry.INDICATORS`; the last column is the world;
    NaN: not defined. ``welfare`` are the parts of the change of real income since the base year, cumulated, (8, G), ``path`` discounted consumption and its weights, (2, G). ``groups`` (indicators, K) are the same for the tracked groups, in the order of the scenario's ``groups``.
    """

    values: Array
    groups: Array
    pairs: PairArrays
    checks: tuple[Check, ...]
    welfare: Array
    path: Array

    def value(self, indicator: str, economy: int = -1) -> float:
        """Value of an indicator of an economy by position; the world by default."""
        return float(self.values[ROWS[indicator], economy])

    def of_group(self, indicator: str, group: int) -> float:
        """Value of an indicator of a tracked group by position."""
        return float(self.groups[ROWS[indicator], group])


def track(
    data: YearArrays,
    base: BaseYear,
    previous: tuple[tuple[Array, Array], YearArrays] | None,
    *,
    first: YearIndicators | None = None,
    solver: tuple[Check, ...],
    wwz_residual: float,
) -> YearIndicators:
    """Compute all indicators and checks of a year.

    ``previous`` is of the year before (None in the base year), ``first`` of the base year (None in the base year itself);
    ``solver`` are the checks that the equilibrium brings along, ``wwz_residual`` is max |Σ T − E| / max E.
    """
    welfare = np.zeros((len(PARTS) + len(SIDES), base.G))
    path = np.ones((2, base.G))
    if previous is not None:
        (welfare, path), before = previous[0], previous[1]
        welfare, path = welfare + contributions(before, data), consumed(path, before, data)
    by_pair = data.terms.sum(axis=2)
    terms = by_pair.sum(axis=2)
    absorbed = absorbed_of(data, data.value_origin)
    with_taxes = absorbed + absorbed_of(data, data.tax_origin)
    values = Values(ROWS, base.G, base.membership)
    track_income(values, data, base, welfare, path)
    track_trade(values, data, terms, absorbed, with_taxes)
    advantages = (
        {} if first is None else {name: first.values[ROWS[name], :-1] for name in map("rca_{}".format, ADVANTAGES)}
    )
    track_industry(values, data, base, advantages)
    track_blocs(values, absorbed, base, None if first is None else first.value("bloc_trade"))
    track_policy(values, data, base)
    track_terms(values, terms)
    everything = values.close()
    own, groups = everything[:, : base.G + 1], everything[:, base.G + 1 :]
    checks = year_checks(data, terms, with_taxes, everything, solver, wwz_residual)
    return YearIndicators(own, groups, pair_arrays(data, base, by_pair, absorbed), checks, welfare, path)
