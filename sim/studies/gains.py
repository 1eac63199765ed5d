r"""Gains from trade: the part of the real wage that would be lost in autarky, in closed form and by the solver.

With Cobb–Douglas upper nests, labour alone and no tariffs, shutting all trade leaves the home source, P_i,rj^{−θ_i} = π_r|i,rj ĉ_ri^{−θ_i},
so that with ŵ_r = 1

    log ĉ_rj = Σ_i γ_i,rj (log ĉ_ri − log π_r|i,rj / θ_i),     real wage = exp(−Σ_i β_ri (log ĉ_ri − log π_r|i,F / θ_i))

Deficits play no part in it. Costinot & Rodríguez-Clare (2014), Handbook of International Economics 4, ch. 4: eq. 29 is the case of sourcing
shares common to all users, which :func:`common_sourcing` makes of a table; Table 4.1 on WIOD 2008.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas import DataFrame

from decomp.aggregate import aggregate
from decomp.codes import basic_members
from decomp.leontief import input_coefficients
from decomp.table import WorldTable
from sim import calibration
from sim.calibration.sectors import elasticity_set
from sim.economy import WorldEconomy
from sim.economy.base import BaseEconomy
from sim.state import Array

#: Name of the elasticities of Table 4.1, and what they differ in from those of Caliendo & Parro's full sample: transport equipment
#: as in their "other transport", services, and the one of a single sector.
PUBLISHED, TRANSPORT, SERVICES, ONE = "costinot-rodriguez-clare", {"c15": 0.37}, 5.0, 5.0
#: Sectors and economies of WIOD 2013 that are summed for Table 4.1, so that every good is made at home: 31 sectors, 32 economies and the
#: rest of the world. The table has as many; which were summed there is not known to us.
MERGED = {"c5": "c4", "c20": "c19", "c24": "c23", "c35": "c34"}
REST = dict.fromkeys(("BGR", "CYP", "EST", "LTU", "LUX", "LVA", "MLT", "SVN"), "RoW")
#: Cobb–Douglas everywhere above the sourcing nest.
UNIT = {"value_added": 1.0, "inputs": 1.0, "consumption": 1.0, "tasks": 1.0}


def gains(
    table: WorldTable, trade_elasticity: str | float | ArrayLike = PUBLISHED, *, solver: bool = False
) -> DataFrame:
    """Gains from trade of every economy, % of the real wage, perfect competition; columns by what is assumed.

    - ``trade_elasticity`` (str, float or (N,)): a named set, :data:`PUBLISHED` for those of Table 4.1, or values.
    - ``solver`` (bool): solve autarky as well, in the column ``solved``; it is ``inputs`` to rounding.

    Returns DataFrame: one row an economy. ``one_sector`` 1 − λ^{1/5}; ``no_inputs`` sectors without intermediates, 1 −
    Π λ_i^{β_i/θ_i}, λ of all purchases, β shares of final use (with shares of all spending Denmark's 30.2 % would be 22.8);
    ``inputs`` with intermediates and sourcing common to all users, eq. 29; ``by_user`` with the table's sourcing by user. 100
    where something that is used has no source at home.
    Raises EconomyError: the table is not usable, or the solver found no autarky; says where.
    """
    theta = _elasticities(table, trade_elasticity)
    world = _labour_only(table, theta)
    G, N = table.G, table.N  # noqa: N806 — the letters of the tables
    home, base = np.arange(G), world.base
    flows = base.Z.reshape(G, N, G, N).sum(axis=3) + base.Y.reshape(G, N, G)
    spent, own, final = flows.sum(axis=0).T, flows[home, :, home], base.final_shares.T  # (G, N)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(final > 0, final * np.log(own / spent), 0.0) / theta
    common = _labour_only(common_sourcing(world.table), theta)
    found = {
        "one_sector": (own.sum(axis=1) / spent.sum(axis=1)) ** (1.0 / ONE),
        "no_inputs": np.exp(lost.sum(axis=1)),
        "inputs": autarky(common.base, theta),
        "by_user": autarky(base, theta),
    }
    if solver:
        shut = np.where(np.eye(G, dtype=bool)[:, None, :], 1.0, np.inf)
        found["solved"] = common.solve(friction=np.broadcast_to(shut, (G, N, G))).real_wage
    names = pd.Index(table.economies, name="economy")
    return pd.DataFrame({name: 100.0 * (1.0 - left) for name, left in found.items()}, index=names)


def table_41(table: WorldTable) -> WorldTable:
    """A full WIOD 2013 table (2008 for the published figures) as Table 4.1 takes it.

    Sold from stocks counts as made: negative entries of every category of final demand are set to 0 and output follows with A
    fixed, before the table is summed to the sectors and economies of the published one.
    """
    final = np.maximum(table.Y[..., None] if table.final_demand is None else table.final_demand, 0.0)
    A = input_coefficients(table.Z, table.X)  # noqa: N806
    made = np.linalg.solve(np.eye(table.n) - A, final.sum(axis=(1, 2)))
    table = table.replace(Z=A * made, final_demand=final, Y=None, published_output=None, primary=None)
    sectors, economies = (
        {code: of.get(code, code) for code in codes} for codes, of in ((table.sectors, MERGED), (table.economies, REST))
    )
    return aggregate(table, economies=economies, sectors=sectors)


def _labour_only(table: WorldTable, theta: Array) -> WorldEconomy:
    options: dict[str, Any] = {"labour_share": 1.0, "substitution": UNIT, "mobility": np.inf, "deficits": "none"}
    return WorldEconomy(table, trade_elasticity=theta, **options)


def autarky(base: BaseEconomy, theta: Array) -> Array:
    """Real wage in autarky relative to the base year, (G,), in closed form; 0 where something that is used has no source at home.

    Tariffs are taken as none, upper elasticities as 1 and labour as the only factor; they are not read.
    """
    left = np.zeros(base.G)
    for r in range(base.G):
        costs, final = base.input_shares[:, r] * (1.0 - base.value_share[r]), base.final_shares[:, r]  # γ (i, j), β
        home, final_home = base.sourcing[r, :, r], base.final_sourcing[r, :, r]
        if ((costs > 0) & (home == 0)).any() or ((final > 0) & (final_home == 0)).any():
            continue
        own = -(costs * np.log(np.where(costs > 0, home, 1.0)) / theta[:, None]).sum(axis=0)
        cost = np.linalg.solve(np.eye(base.N) - costs.T, own)
        left[r] = np.exp(-(final * (cost - np.log(np.where(final > 0, final_home, 1.0)) / theta)).sum())
    return left


def common_sourcing(table: WorldTable) -> WorldTable:
    """The table with every user's purchases of a good spread over origins as all purchases of its economy are.

    Output, value added and trade stay as they are. Needs flows that are not negative.
    """
    G, N = table.G, table.N  # noqa: N806 — the letters of the tables
    Z, Y = table.Z.reshape(G, N, G, N), table.Y.reshape(G, N, G)  # noqa: N806
    flows = Z.sum(axis=3) + Y
    share = flows / np.where(flows.sum(axis=0) > 0, flows.sum(axis=0), 1.0)
    spread = (share[..., None] * Z.sum(axis=0)).reshape(G * N, G * N)
    return WorldTable(spread, (share * Y.sum(axis=0)).reshape(G * N, G), table.economies, table.sectors)


def _elasticities(table: WorldTable, choice: str | float | ArrayLike) -> Array:
    members, groups = table.sector_members, table.sector_groups
    if isinstance(choice, str) and choice == PUBLISHED:
        known = {code for codes in basic_members("sector", members).values() for code in codes}
        values = elasticity_set("caliendo-parro-full") | TRANSPORT
        values |= {code: SERVICES for code in values if int(code[1:]) > 16}
        named = {code: value for code, value in values.items() if code in known}
        return np.array(calibration.trade_elasticity(members, named, sector_groups=groups))
    if isinstance(choice, str):
        return np.array(calibration.trade_elasticity(members, choice, sector_groups=groups))
    return np.broadcast_to(np.asarray(choice, dtype=np.float64), (table.N,))
