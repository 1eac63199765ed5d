"""What the checks of :mod:`sim.studies.published` compute: numbers of ours, each with the basis it has."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

import decomp
from decomp import published as study
from decomp.errors import DataMissingError
from decomp.io import attach_classes
from decomp.io.bundled import full_table
from decomp.leontief import gross_exports, input_coefficients, value_added_coefficients
from decomp.table import WorldTable
from sim import calibration
from sim.calibration.given import OBSERVED
from sim.calibration.parameters import FACTS
from sim.calibration.rows import read_rows
from sim.economy import Equilibrium, Shocks, WorldEconomy, games
from sim.state import Array
from sim.studies.gains import UNIT, gains, table_41
from sim.studies.published import Basis, Computed, Weighting, targets

#: A computation: from the folders of the full WIOD and of Caliendo & Parro's data, either None where it is not there.
Check = Callable[[Path | None, Path | None], Iterator[Computed]]
#: Elasticity of services in Lashkaripour (2021), of what is not traded in Caliendo & Parro (2015).
SERVICES = 10.0
NOT_TRADED = 8.22
#: Day of the last stage of tariffs of 2018 in the observed path.
SEPTEMBER_2018 = "2018-09-24"


def _full(wiod: Path | None, year: int) -> WorldTable:
    if wiod is None:
        raise DataMissingError("needs the full WIOD tables (--wiod)")
    return attach_classes(full_table(wiod, year))


def _table4(wiod: Path | None, _: Path | None) -> Iterator[Computed]:
    """Cells of Table 4 that are reproduced."""
    _full(wiod, 1995)
    found = study.table4(wiod)
    counted = sum(len(study.TOLERANCES) - len(row.suspect) for row in found) - sum(len(row.misses) for row in found)
    cells = "cells of Table 4 within 0.3 (VS) or 0.9 (structure) points, misprints aside"
    yield Computed("cells", counted, Basis(cells, "cells", "none", "accounting", "none"))


def _findings(wiod: Path | None, _: Path | None) -> Iterator[Computed]:
    """Quoted shares of the China–Korea study."""
    _full(wiod, 1995)
    for f in study.findings(wiod):
        weighting: Weighting = "years" if f.year == "mean" else "none"
        basis = Basis("domestic value added of exports", "% of exports", weighting, "accounting", "none")
        part = "dva" if "DVA_" not in f.finding else f.finding.split()[3].lower()
        yield Computed(f"{f.exporter}-{f.importer} {part} {f.year}", f.ours, basis)


def _tiva(wiod: Path | None, year: int) -> Iterator[Computed]:
    """Foreign content of exports in the table of a year: the estimate of 2022, or the full WIOD."""
    table = decomp.load("world-2022") if year == 2022 else _full(wiod, year)
    basis = Basis("foreign value added in exports", "% of exports", "none", "accounting", "none")
    for economy, row in decomp.summary(table).iterrows():
        yield Computed(str(economy), 100.0 * float(row["vs_foreign_content"]), basis)


def _chains(wiod: Path | None, years: Iterable[int]) -> Iterator[tuple[WorldTable, Array]]:
    """Value added of each economy in final output of a cell, V_s B, (G, G·N), for the full tables of some years."""
    for year in years:
        table = _full(wiod, year)
        own = np.zeros((table.G, table.n))
        own[np.repeat(np.arange(table.G), table.N), np.arange(table.n)] = value_added_coefficients(table.Z, table.X)
        leontief = np.eye(table.n) - input_coefficients(table.Z, table.X)
        yield table, np.asarray(np.linalg.solve(leontief.T, own.T).T, dtype=np.float64)


def _german_cars(wiod: Path | None, _: Path | None) -> Iterator[Computed]:
    """German value in German cars."""
    basis = Basis("domestic value in final output of German cars (c15)", "%", "none", "accounting", "none")
    for table, share in _chains(wiod, (1995, 2008)):
        germany = table.economy("DEU")
        yield Computed(
            f"DEU {table.year}", 100.0 * float(share[germany, germany * table.N + table.sector("c15")]), basis
        )


def _foreign_value(wiod: Path | None, _: Path | None) -> Iterator[Computed]:
    """Foreign value in final output of manufactures, plain mean of the chains of all named economies."""
    quantity = "foreign value in final output of manufactures (c3–c16), mean of chains"
    basis = Basis(quantity, "%", "unweighted", "accounting", "none")
    for table, share in _chains(wiod, (1995, 2008)):
        made = table.sectors_in("manufacturing")
        cells = [
            (s, s * table.N + i) for s in range(table.G - 1) for i in made if not table.zero_output[s * table.N + i]
        ]
        yield Computed(f"world {table.year}", 100.0 * float(np.mean([1.0 - share[s, k] for s, k in cells])), basis)


def _gains(closure: str, column: str) -> Check:
    """Real income lost in autarky, of the full table of 2008 summed as for the published table (:mod:`sim.studies.gains`)."""

    def computed(wiod: Path | None, _: Path | None) -> Iterator[Computed]:
        found = gains(table_41(_full(wiod, 2008)))[column]
        name = "5" if column == "one_sector" else "caliendo-parro-full with c15 0.37, services 5"
        basis = Basis("real income lost in autarky", "%", "none", closure, name)
        yield from (Computed(str(economy), float(value), basis) for economy, value in found.items())

    return computed


def _elasticities(table: WorldTable) -> Array:
    """θ of Lashkaripour (2021), services as in his footnote 35, (N,)."""
    found = calibration.trade_elasticity(table.sector_members, "lashkaripour", sector_groups=table.sector_groups)
    return np.where(calibration.goods_share(table) > 0, np.array(found), SERVICES)


def _all_final(table: WorldTable) -> WorldTable:
    """The table with all uses final, as in models without inputs."""
    shape = table.G, table.N, table.G
    used = table.Z.reshape(*shape, table.N).sum(axis=3) + np.maximum(table.Y, 0.0).reshape(shape)
    return WorldTable(np.zeros_like(table.Z), used.reshape(table.n, table.G), table.economies, table.sectors)


def _categories(wiod: Path | None, year: int) -> WorldTable:
    """The full table of a year with sectors of one elasticity as one, the 16 categories of Lashkaripour (2021); he has C33 in services."""
    table = _full(wiod, year)
    first: dict[float, str] = {}
    theta = _elasticities(table)
    return table.aggregate(
        sectors={c: first.setdefault(float(t), c) for c, t in zip(table.sectors, theta, strict=True)}
    )


def _printed(inputs: bool) -> dict[str, float]:
    """Nash tariffs of Lashkaripour (2021), Table 2, by economy, %: of the plain model, or of that with markups and inputs.

    The rest of the world has no line there: its rate is what makes the mean of all the printed one.
    """
    rows = {key[1]: row for key, row in read_rows(*FACTS).items() if key[0] == "nash_tariff" and "plain" in row.note}
    told = {c: row.value if inputs else float(row.note.split("(")[1].split()[0]) for c, row in rows.items()}
    mean = told.pop("average")
    rest = (len(told) + 1) * mean - sum(told.values())
    return told | {"ROM": told["ROU"], "ROW": rest, "RoW": rest}


def _ricardian(table: WorldTable) -> WorldEconomy:
    """Labour alone, Cobb–Douglas above the sourcing nest, elasticities of Lashkaripour (2021) and applied tariffs."""
    tariffs = calibration.base_tariffs(table)
    return WorldEconomy(table, tariffs, trade_elasticity=_elasticities(table), labour_share=1.0, substitution=UNIT)


def _tariff_war(inputs: bool, year: int = 2011) -> Check:
    """The war of Lashkaripour (2021): everybody levies the paper's Nash tariff on all imports; labour only, D = 0.

    The plain model has 16 categories of goods, all uses final, on the table of 2014. With inputs the paper has markups and drawbacks
    too, which this economy has not: numbers of another closure. Losses are from applied tariffs.
    """
    model = "model with inputs" if inputs else f"plain model, table of {year}"
    closure = f"ricardian, {'' if inputs else 'no '}inputs, balanced"

    def computed(wiod: Path | None, _: Path | None) -> Iterator[Computed]:
        sizes = _full(wiod, 2011)
        table = sizes if inputs else _all_final(_categories(wiod, year))
        shape = table.G, table.N, table.G
        world = _ricardian(table)
        rates = _printed(inputs)
        levied = [rates[code] / 100.0 for code in table.economies]
        before = world.solve(transfers=-world.base.deficit)
        tariffs = np.broadcast_to(levied, shape)
        after = world.solve(transfers=-world.base.deficit, tariffs=tariffs, start=before)
        change = 100.0 * (after.real_income / before.real_income - 1.0)
        made = dict(zip(sizes.economies, sizes.value_added_flow.reshape(sizes.G, sizes.N).sum(axis=1), strict=True))
        made["ROU"] = made["ROM"]
        named = [k for k, code in enumerate(table.economies) if code.upper() != "ROW"]
        weights = [made.get(table.economies[k], 0.0) for k in named]

        def of(entity: str, value: float, weighting: Weighting = "none") -> Computed:
            quantity = f"real income, all levy the Nash tariffs of the paper's {model}"
            return Computed(entity, float(value), Basis(quantity, "%", weighting, closure, "lashkaripour, services 10"))

        yield from (of(table.economies[k], change[k]) for k in named)
        yield of("mean", change[named].mean(), "unweighted")
        yield of("WLD", np.average(change[named], weights=weights), "gdp")

    return computed


def _nash_war(wiod: Path | None, _: Path | None) -> Iterator[Computed]:
    """Nash tariffs computed here beside those of Lashkaripour (2021): plain model; inputs and drawback on ``world-2011``."""
    rates, losses = _printed(False), {t.entity: t.value for t in targets() if t.check == "tariff-war"}

    def played(table: WorldTable, **terms: float) -> games.Outcome:
        world = _ricardian(table)
        balanced = Shocks(transfers=-world.base.deficit)
        return games.nash(world, "all", sectors="all", shocks=balanced, accuracy=1e-5, **terms)

    def of(entity: str, value: float, closure: str, unit: str = "%", on: str = "") -> Computed:
        quantity = f"Nash equilibrium of uniform tariffs{on}"
        return Computed(entity, float(value), Basis(quantity, unit, "unweighted", closure, "lashkaripour, services 10"))

    table = decomp.load("world-2011")
    single = [k for k, code in enumerate(table.economies) if code in rates and code != "ROW"]
    for refund, closure in ((1.0, "ricardian, inputs, drawback, balanced"), (0.0, "ricardian, inputs, balanced")):
        war = played(table, drawback=refund)
        name = "mean rate of 14, inputs" + ", drawback" * bool(refund)
        yield of(name, 100.0 * war.mean[single].mean(), closure)
    for year in (2011, 2014):
        try:
            table = _all_final(_categories(wiod, year))
        except DataMissingError:
            if year == 2011:
                raise
            return
        war, basis = played(table), ("ricardian, no inputs, balanced", "%", f", table of {year}")
        change, where = 100.0 * war.change, " on 2011" * (year == 2011)
        named = [k for k, code in enumerate(table.economies) if code.upper() != "ROW"]
        lost = [k for k in named if table.economies[k] in losses]
        theirs = [rates[table.economies[k]] for k in named], [losses[table.economies[k]] for k in lost]
        yield of(f"mean rate{where}", 100.0 * war.mean[named].mean(), *basis)
        yield of(f"mean real income{where}", change[named].mean(), *basis)
        yield of(f"correlation of rates{where}", np.corrcoef(war.mean[named], theirs[0])[0, 1], basis[0], "1", basis[2])
        yield of(
            f"correlation of real incomes{where}", np.corrcoef(change[lost], theirs[1])[0, 1], basis[0], "1", basis[2]
        )


def _tariffs_2018(_: Path | None, __: Path | None) -> Iterator[Computed]:
    """What the United States and China levied on each other from September 2018, on the table of 2011: full employment, all else fixed."""
    table = decomp.load("world-2011")
    base = calibration.base_tariffs(table)
    later, goods = base.copy(), calibration.goods_share(table)
    for importer, exporter in (("USA", "CHN"), ("CHN", "USA")):
        added = read_rows(*OBSERVED)["tariff", importer, exporter, SEPTEMBER_2018].value / 100.0
        later[table.economy(exporter), :, table.economy(importer)] += added * goods
    found = WorldEconomy(table, base).solve(tariffs=later).real_income
    basis = Basis("real income, tariffs of 2018 and retaliation alone", "%", "none", "fixed factors", "default")
    yield from (Computed(e, 100.0 * float(v - 1.0), basis) for e, v in zip(table.economies, found, strict=True))


def _liberation_day(_: Path | None, __: Path | None) -> Iterator[Computed]:
    """The tariffs of 2 April 2025, alone and answered in kind, on the table of 2022 with deficits fixed and revenue for households."""
    table = decomp.load("world-2022")
    announced = {key[2]: row.value / 100.0 for key, row in read_rows(*FACTS).items() if key[0] == "announced_tariff"}
    rates = np.full(table.G, announced["all"])
    for code, rate in announced.items():
        if code in table.economies:
            rates[table.economy(code)] = rate
    rates[table.economies_in("eu")] = announced["EU"]
    usa, base, goods = table.economy("USA"), calibration.base_tariffs(table), calibration.goods_share(table)
    rates[usa] = 0.0
    alone = base.copy()
    alone[:, :, usa] += rates[:, None] * goods
    answered = alone.copy()
    answered[usa] += goods[:, None] * rates
    world = WorldEconomy(table, base, labour_market="elastic", trade_elasticity="lashkaripour")
    before, levied, war = world.solve(), world.solve(tariffs=alone), world.solve(tariffs=answered)

    def traded(year: Equilibrium, axis: int) -> float:  # what the United States sell (1) or buy (0), over GDP
        exports = gross_exports(year.Z, year.Y, table.G, table.N)[0].sum(axis=1)
        return float(exports.sum(axis=axis)[usa] / (year.labour_payments + year.capital_payments).sum(axis=1)[usa])

    def of(entity: str, quantity: str, ratio: float) -> Computed:
        basis = Basis(quantity, "%", "none", "deficits fixed, revenue to households", "lashkaripour")
        return Computed(f"USA {entity}", 100.0 * (ratio - 1.0), basis)

    answer, silence = "tariffs of 2 April 2025, reciprocal retaliation", "tariffs of 2 April 2025, no retaliation"
    yield of("welfare", f"real income, {answer}", float(war.real_income[usa]))
    yield of("imports", f"imports over GDP, {silence}", traded(levied, 0) / traded(before, 0))
    yield of("exports", f"exports over GDP, {silence}", traded(levied, 1) / traded(before, 1))
    yield of("employment", f"employment, {answer}", float(war.employment[usa]))


def _nafta(_: Path | None, folder: Path | None) -> Iterator[Computed]:
    """Caliendo & Parro's NAFTA, from their data: real wages, and welfare as they compute it, to first order at the tariffs of 1993.

    W_n = 1/I_n [Σ_ji (E_ni ċ_n − M_ni ċ_i) + Σ_ji τ_ni M_ni (Ṁ_ni − ċ_i)], their equation 15 with relative changes, as their tables have it.
    """
    if folder is None:
        raise DataMissingError("needs the data of Caliendo & Parro, xbilat1993.txt … (--nafta)")
    table, tariffs, theta, later = caliendo_parro(folder)
    world = WorldEconomy(table, tariffs, trade_elasticity=theta, labour_share=1.0, substitution=UNIT)
    dropped = -world.base.deficit
    before = world.solve(transfers=dropped)
    after = world.solve(transfers=dropped, tariffs=later, start=before)
    shape = *tariffs.shape, table.N
    abroad = ~np.eye(table.G, dtype=bool)[:, None]
    traded, then = (abroad * (e.Z.reshape(shape).sum(axis=3) + e.Y.reshape(tariffs.shape)) for e in (before, after))
    cost = (after.unit_cost / before.unit_cost - 1.0)[..., None]  # of (s, i)
    volume = np.divide(then, traded, out=np.ones_like(traded), where=traded > 0) - 1.0 - cost
    terms = (traded * cost).sum(axis=(1, 2)) - (traded * cost).sum(axis=(0, 1))
    welfare = 100.0 * (terms + (traded * tariffs * volume).sum(axis=(0, 1))) / before.income
    members = [table.economy(code) for code in NAFTA]
    inside = [flows[members].sum(axis=(0, 1)) for flows in (traded, then)]
    found = {
        ("welfare", "real income to first order at the tariffs of 1993"): welfare,
        ("real wage", "real wage"): 100.0 * (after.real_wage / before.real_wage - 1.0),
        ("trade", "imports from the other two at the border"): 100.0 * (inside[1] / inside[0] - 1.0),
    }
    for (name, quantity), values in found.items():
        what = f"{quantity}, tariffs among the three from 1993 to 2005"
        basis = Basis(what, "%", "none", "ricardian, deficits dropped", "caliendo-parro")
        yield from (Computed(f"{code} {name}", float(values[table.economy(code)]), basis) for code in NAFTA)


#: Places of the members in the files of Caliendo & Parro, and their economies and sectors, the first 20 of them traded.
NAFTA = {"CAN": 4, "MEX": 19, "USA": 29}
_PLACES, _SECTORS, _TRADED = 31, 40, 20


def caliendo_parro(folder: Path) -> tuple[WorldTable, Array, Array, Array]:
    """Read the data of Caliendo & Parro (2015): the table of 1993, its tariffs (G, N, G), θ (N,), tariffs with those of 2005 in NAFTA.

    Their files: xbilat1993 and tariffs1993, tariffs2005 (sector by sector importer × exporter, thousand dollars, %), IO (input shares by
    importer), B (value-added shares), GO (gross output, dollars), T (θ). Shares of expenditure, of cost and of final demand are taken
    as theirs (negative final demand is none), and so is value added; sales are those that clear every market at these shares.
    DataMissingError: a file is absent.
    """
    G, N = _PLACES, _SECTORS  # noqa: N806

    def read(name: str) -> Array:
        path = folder / f"{name}.txt"
        if not path.is_file():
            raise DataMissingError(
                f"{path} is absent; the files of Caliendo & Parro's Data_and_Codes_CP.zip are needed."
            )
        return np.loadtxt(path)

    def by_flow(name: str, scale: float) -> Array:  # (sector, importer, exporter)
        flows = np.zeros((N, G, G))
        flows[:_TRADED] = scale * read(name).reshape(_TRADED, G, G)
        return flows

    traded, duty, later = by_flow("xbilat1993", 1e3), by_flow("tariffs1993", 0.01), by_flow("tariffs2005", 0.01)
    added = read("B")  # (N, G)
    output = np.maximum(read("GO"), traded.sum(axis=1))
    paid = traded * (1.0 + duty)
    paid[:, np.arange(G), np.arange(G)] = output - traded.sum(axis=1)
    bought = paid.sum(axis=2)  # (N, G)
    share = np.divide(paid, bought[:, :, None], out=np.zeros_like(paid), where=bought[:, :, None] > 0) / (1.0 + duty)
    inputs = read("IO").reshape(G, N, N) * (1.0 - added.T)[:, None, :]  # of k in the cost of j
    final = np.maximum(bought - np.einsum("nkj,jn->kn", inputs, output), 0.0)
    final /= final.sum(axis=0)
    # sales S of (origin, sector): S = T S + U I with value added as given
    step = np.einsum("kni,nkj->iknj", share, inputs).reshape(G * N, G * N)
    spent = np.einsum("kni,kn->ikn", share, final).reshape(G * N, G)
    per_income = np.linalg.solve(np.eye(G * N) - step, spent)
    value = (added.T.reshape(-1)[:, None] * per_income).reshape(G, N, G).sum(axis=1)
    income = np.linalg.solve(value, (added * output).sum(axis=0))
    sales = per_income @ income
    codes = [next((code for code, k in NAFTA.items() if k == place), f"E{place}") for place in range(G)]
    table = WorldTable(step * sales, spent * income, tuple(codes), tuple(f"s{k + 1}" for k in range(N)), year=1993)
    theta = np.concatenate([read("T"), np.full(N - _TRADED, NOT_TRADED)])
    members = np.isin(np.arange(G), list(NAFTA.values()))
    changed = np.where(members[:, None] & members, later, duty)
    return table, duty.transpose(2, 0, 1), theta, changed.transpose(2, 0, 1)


#: Computations by check; targets of other checks have a basis that nothing here computes.
CHECKS: Mapping[str, Check] = {
    "table4": _table4,
    "findings": _findings,
    "nafta": _nafta,
    "gains-one": _gains("ricardian, one sector", "one_sector"),
    "gains-sectors": _gains("ricardian, no inputs", "no_inputs"),
    "gains-inputs": _gains("ricardian, inputs", "inputs"),
    "tariff-war": _tariff_war(inputs=False, year=2014),
    "tariff-war-2011": _tariff_war(inputs=False),
    "tariff-war-inputs": _tariff_war(inputs=True),
    "nash-war": _nash_war,
    "tariffs-2018": _tariffs_2018,
    "liberation-day": _liberation_day,
    "german-cars": _german_cars,
    "foreign-value": _foreign_value,
    "tiva-2011": lambda wiod, _: _tiva(wiod, 2011),
    "tiva-2022": lambda wiod, _: _tiva(wiod, 2022),
}
