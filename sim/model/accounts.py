"""From a scenario to its economy, world and base year; from an equilibrium to the arrays of indicators and statistics."""

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.table import WorldTable
from decomp.wwz import WwzArrays
from sim import calibration
from sim.economy import Equilibrium, WorldEconomy
from sim.indicators.data import BaseYear, YearArrays, members_of, ratio
from sim.indicators.industry import manufacturing_jobs
from sim.scenario.resolve import ResolvedScenario
from sim.state import TECHNOLOGIES, UNION, Mask, Statistics, World, WorldState, Year, economy_mask, sector_mask

Array = NDArray[np.float64]

#: What a trend changes in how quantities are reported, where there is none.
NO_TREND: Mapping[str, float] = MappingProxyType({"efficiency": 1.0, "population": 1.0, "quality": 1.0})


def build_economy(resolved: ResolvedScenario, table: WorldTable) -> WorldEconomy:
    """The world economy of a scenario, calibrated to its table."""
    from sim.economy import MachineSpec, WorldEconomy

    settings = resolved.scenario.economy
    plain: tuple[str, ...] = ("labour_market", "capital_supply", "closure", "deficits")
    plain += ("capital_charge", "sluggishness", "mobility", "repair")
    machines = {name: value for rule in resolved.rules for name, value in rule.machines(table).items()}
    return WorldEconomy(
        table,
        tariffs=calibration.base_tariffs(table) if settings.base_tariffs == "applied" else None,
        trade_elasticity=resolved.trade_elasticity,
        labour_share=np.array(calibration.labour_share(table, profile=settings.labour_profile)),
        substitution=settings.substitution.model_dump(),
        labour_supply=settings.labour_supply.model_dump(),
        unemployment=np.array(calibration.unemployment(table)),
        **{name: getattr(settings, name) for name in plain},
        machines=MachineSpec(**machines),
    )


def build_world(resolved: ResolvedScenario, table: WorldTable, economy: WorldEconomy) -> World:
    """What is fixed for the rules: the purged base year, and where tariffs can be set."""
    G, N = table.G, table.N  # noqa: N806 — the letters of the design
    member, (inputs, final) = economy_mask(table, UNION), sales_of(economy.base.Z, economy.base.Y, G, N)
    sales, foreign_goods = inputs + final, ~np.eye(G, dtype=bool)[:, None, :] & goods(table)[None, :, None]
    return World(
        table=table,
        years=resolved.years,
        tariffs=np.asarray(economy.base.tariffs),
        sales=sales,
        final_share=ratio(final, sales, otherwise=0.0),
        imports=np.where(foreign_goods, sales, 0.0),
        output=np.asarray(economy.base.X).reshape(G, N),
        taxable=foreign_goods & ~(member[:, None] & member)[:, None, :],
        union=member if member.sum() > 1 else np.zeros_like(member),
        duties=resolved.given.tariffs,
        observed=resolved.given.last if resolved.given.last > resolved.years[0] else 0,
    )


def goods(table: WorldTable) -> Mask:
    """Sectors that tariffs fall on: the group ``goods``, else those whose trade is mostly in goods; shape (N,)."""
    mask = sector_mask(table, "goods")
    return mask if mask.any() else np.asarray(calibration.goods_share(table) > 0.5)


def sales_of(Z: Array, Y: Array, G: int, N: int) -> tuple[Array, Array]:  # noqa: N803 — the letters of the tables
    """Sales to industries, summed over users, and to final demand, (G, N, G) each [origin, sector, destination]."""
    return Z.reshape(G, N, G, N).sum(axis=3), Y.reshape(G, N, G)


#: Groups of every table that stand for two blocs, where the scenario names no groups of its own that begin with ``bloc``.
BLOCS, OWN_BLOC = ("western-bloc", "eastern-bloc"), "bloc"


def blocs(groups: Mapping[str, tuple[int, ...]], table: WorldTable) -> Array:
    """Members of two blocs, (2, G), 1 for members: the scenario's first two groups named ``bloc…``, else the table's.

    All zero where there are none, or where they have a member in common.
    """
    own = [members for name, members in groups.items() if name.startswith(OWN_BLOC)]
    if len(own) < len(BLOCS):
        own = [tuple(int(k) for k in np.flatnonzero(economy_mask(table, name))) for name in BLOCS]
    members = np.zeros((len(BLOCS), table.G))
    if not {*own[0]} & {*own[1]}:
        for k in range(len(BLOCS)):
            members[k, list(own[k])] = 1.0
    return members


def measure(world: World, economy: WorldEconomy, groups: Mapping[str, tuple[int, ...]]) -> BaseYear:
    """Collect the base year of a world: weights from its purged base year, people and wages from the calibration.

    ``groups`` are the tracked groups of economies, by position.
    """
    base, table, trade = economy.base, world.table, world.sales.sum(axis=1)
    np.fill_diagonal(trade, 0.0)
    wages = base.factor_income * economy.settings.labour_share
    unemployment = np.asarray(calibration.unemployment(table))
    us_china = np.isin(
        np.array(table.economies), [*table.labels_of("economy", "USA"), *table.labels_of("economy", "CHN")]
    )
    return BaseYear(
        economies=table.economies,
        sectors=table.sectors,
        population=np.array(calibration.population(table)),
        households=np.array(calibration.households(table)),
        labour_force=calibration.employment(table) / (1.0 - unemployment),
        income=np.array(base.income),
        value_added=base.factor_income.sum(axis=1),
        wage_bill=wages.sum(axis=1),
        sector_wages=wages,
        imports=world.imports,
        trade=trade,
        labour_abundance=-np.log(calibration.gdp_per_worker(table)),
        manufacturing=sector_mask(table, "manufacturing"),
        services=sector_mask(table, "services"),
        labour_intensive=sector_mask(table, "labour-intensive"),
        robot_work=robot_work(table, wages),
        cars=sector_mask(table, "transport-equipment"),
        electronics=sector_mask(table, "electronics"),
        leaders=economy_mask(table, "automation-leaders"),
        us_china=us_china,
        single=~economy_mask(table, "row"),
        membership=members_of(groups, table.G),
        blocs=blocs(groups, table),
    )


def robot_work(table: WorldTable, wages: Array) -> Array:
    """Labour that robots can do per value of output, x^R_i Σ_s w L_si / Σ_s X_si in manufacturing, 0 elsewhere, shape (N,).

    ``wages`` is the wage bill by economy and sector, shape (G, N). It is the labour intensity of what is exposed: cars and
    electronics beside textiles, each by what labour costs in it today.
    """
    exposed = np.asarray(calibration.robot_exposure(table)) * sector_mask(table, "manufacturing")
    output = np.asarray(table.X).reshape(table.G, table.N).sum(axis=0)
    work: Array = np.divide(exposed * wages.sum(axis=0), output, out=np.zeros(table.N), where=output > 0)
    return work


def statistics(year: Year, equilibrium: Equilibrium, data: YearArrays, base: BaseYear) -> Statistics:
    """What everyone can know of a year.

    Where no machines have been added since the base year the equilibrium has no price for them: they cost what their own
    decline in price makes of it.
    """
    sales, earned = data.sales, data.labour + data.capital
    made = sales[:, base.manufacturing, :].sum(axis=1)
    bought = made.sum(axis=0)
    prices = year.shocks.get("machine_price", {})
    machines = [equilibrium.machine_cost.get(k, np.full(base.G, prices.get(k, 1.0))) for k in TECHNOLOGIES]
    return Statistics(
        year=year.year,
        wage=np.array(equilibrium.wage),
        sector_wage=np.array(equilibrium.sector_wage),
        manufacturing_jobs=manufacturing_jobs(data, base),
        group_pay=_behind(np.broadcast_to(data.group_pay, earned.shape), base),
        manufacturing_share=ratio(earned[:, base.manufacturing].sum(axis=1), earned.sum(axis=1), otherwise=0.0),
        import_share=ratio(bought - made.diagonal(), bought, otherwise=0.0),
        unemployment=equilibrium.unemployment + 1.0 - equilibrium.labour_participation,
        labour_share=np.array(equilibrium.labour_share),
        penetration=ratio(sales, sales.sum(axis=0)[None, :, :], otherwise=0.0),
        machine_cost=np.stack(machines),
        sales=sales,
        gdp=data.gdp,
        real_output=data.output / data.unit_cost,
    )


def _behind(pay: Array, base: BaseYear) -> Array:
    """λ_j/λ_M · ln(pay of group j / mean pay) of manufacturing's groups, (G, N)."""
    share = ratio(base.sector_wages, base.wage_bill[:, None], otherwise=0.0)
    made = np.where(base.manufacturing, share, 0.0)
    made = ratio(made, made.sum(axis=1, keepdims=True), otherwise=0.0)
    mean = (share * pay).sum(axis=1, keepdims=True)
    return np.asarray(made * np.log(np.where(pay > 0, pay, mean) / mean))


def year_arrays(
    state: WorldState,
    equilibrium: Equilibrium,
    found: WwzArrays,
    friction: Array,
    base: BaseYear,
    trend: Mapping[str, Array | float] = NO_TREND,
) -> YearArrays:
    """Collect the arrays of a year: what is not computed here is taken by its name from the equilibrium or the state.

    - ``found`` (WwzArrays): the sixteen terms of the year's exports, with all of value added.
    - ``friction`` (ndarray, shape (G, N, G)): iceberg factors in force.
    - ``trend`` (mapping of str to ndarray, shape (G,)): ``efficiency``, labour in efficiency units per person,
      ``population``, and ``quality``, better goods that deflators count as price, as ratios to the base year. Wages and
      employment are per person, real quantities net of quality.
    """
    efficiency, quality = trend["efficiency"], trend["quality"]
    G, N = base.G, len(base.sectors)  # noqa: N806
    inputs, final = sales_of(equilibrium.Z, equilibrium.Y, G, N)
    output = sold = np.asarray(equilibrium.X).reshape(G, N)
    factors, taxes = equilibrium.labour_payments + equilibrium.capital_payments, equilibrium.tariff_payments
    if equilibrium.export_tax_payments is not None:
        output, taxes = sold - equilibrium.export_tax_payments, taxes + equilibrium.export_tax_payments
    factor_value, tax_value = (ratio(paid, sold, otherwise=0.0) for paid in (factors, taxes))
    origin = np.matmul(
        np.stack([factor_value, tax_value], axis=1), found.B.reshape(G, N, G * N)
    )  # (G, 2, G·N): V_t B_t for factors and for trade taxes
    mine = np.einsum("tkti->kti", origin.reshape(G, 2, G, N))
    local = np.matmul(np.stack([factor_value, tax_value], axis=1), found.L).swapaxes(0, 1)
    own: dict[str, Any] = {
        "year": state.year,
        "output": output,
        "intermediate": inputs,
        "final": final,
        "labour": equilibrium.labour_payments,
        "capital": equilibrium.capital_payments,
        "input_tariffs": equilibrium.tariff_payments,
        "final_tariffs": equilibrium.final_tariff,
        "terms": found.terms,
        "exports": found.exports,
        "value_origin": origin[:, 0],
        "tax_origin": origin[:, 1],
        "factor_part_global": ratio(mine[0], mine[0] + mine[1], otherwise=1.0),
        "factor_part_local": ratio(local[0], local[0] + local[1], otherwise=1.0),
        "friction": friction,
        "tariffs": state.levels["tariff"],
        "capital_stock": equilibrium.capital / quality,
        "wage": equilibrium.wage * efficiency,
        "real_wage": equilibrium.real_wage * efficiency / quality,
        "real_income": equilibrium.real_income / quality,
        "gross_income": equilibrium.gross_income / quality,
        "capital_charge": equilibrium.capital_charge / quality,
        "real_gdp": equilibrium.real_gdp / quality,
        "group_pay": equilibrium.group_wage
        * (equilibrium.real_wage / equilibrium.wage * efficiency / quality)[:, None],
        "job_pay": equilibrium.job_wage * np.broadcast_to(efficiency, (G,))[:, None],
        "consumer_price": equilibrium.consumer_price * quality,
        "employment": equilibrium.employment / efficiency,
        "population": base.population * trend["population"],
        "quality": quality,
        "export_tax": None if equilibrium.export_tax_payments is None else np.asarray(equilibrium.shocks.export_tax),
    }
    names = [field.name for field in fields(YearArrays) if field.name not in own]
    rest = {name: getattr(equilibrium if hasattr(equilibrium, name) else state, name) for name in names}
    return YearArrays(**own, **rest)
