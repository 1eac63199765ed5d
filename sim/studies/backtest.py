"""The rule of protection on observed years, and the checks it was accepted by: ``unweave hindcast --protection``.

Who protects: grievance × effectiveness of 2011, from observed losses since 1995, against a list of economies that protected, initiations of
anti-dumping and the order of Global Trade Alert. When: losses of the United States against its initiations by year. How much: runs
without decrees. φ and the list are what the rule was fitted to, and many measures were tried before: a fit, no test.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.stats import spearmanr

from decomp.codes import rows_in
from decomp.io import load
from decomp.table import WorldTable
from sim.calibration import base_tariffs
from sim.calibration.parameters import fact, parameter
from sim.calibration.series import manufacturing_losses
from sim.calibration.tables import Array
from sim.economy import WorldEconomy
from sim.model.world import WorldModel
from sim.rules import Rule
from sim.rules.protection import grievance
from sim.state import Year
from sim.studies.hindcast import Seen, meet

#: Economies that protected and that did not, 1995–2011 (judgement; Canada and China are debatable). EU: the union's members together.
PROTECTORS, OTHERS = ("USA", "EU", "MEX", "BRA", "IND", "IDN", "TUR", "RUS"), ("CAN", "JPN", "KOR", "TWN", "CHN")
LEADERS = ("USA", "CHN", "JPN", "KOR", "DEU", "TWN")
OBSERVED = range(1996, 2012)
#: An economy and the ends of a range, None where it is open.
Range = tuple[str, float | None, float | None]
_SAID = {row["check"]: row["why"] for row in rows_in("sim.studies", "protection.csv")}
#: How much was tried before; and why numbers miss their range, or are others on the table of 2022, by acceptance check.
TRIED, WHY = _SAID["tried"], {int(check): why for check, why in _SAID.items() if check.isdecimal()}


@dataclass(frozen=True, slots=True)
class Checked:
    """A number beside the range it was to be in; ``met`` is None where there is no range."""

    check: str
    table: str
    value: float
    low: float | None = None
    high: float | None = None
    fitted: bool = False  # calibration: the rule was fitted to it
    number: int | None = None  # acceptance check that it belongs to, 1 to 10; None for a number beside them

    @property
    def met(self) -> bool | None:
        """Whether the number is in its range."""
        if self.low is None and self.high is None:
            return None
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


class Leaders(Rule):
    """Productivity of the leaders' manufactures grows by 2 % a year more, from 2021 or the base year on."""

    name: ClassVar[str] = "leaders-race"

    def respond(self, year: Year) -> None:
        """Raise it."""
        gains = np.ones((self.world.G, self.world.N))
        race = np.isin(np.array(self.world.table.economies), LEADERS)
        since = max(0, year.year - max(2021, self.world.years[0]))
        gains[np.ix_(race, self.world.sectors("manufacturing"))] = 1.02**since
        year.scale("productivity", gains)


def checks() -> list[Checked]:
    """Everything: who, when, how much, and whether it stays sound."""
    return [*ranks(), *timing(), *exposure(), *(row for table in ("world-2011", "world-2022") for row in runs(table))]


def acceptance(rows: Iterable[Checked]) -> dict[str, dict[int, bool]]:
    """Whether each acceptance check is met, by table and number: all its numbers are in their ranges."""
    found: dict[str, dict[int, bool]] = {}
    for row in sorted((row for row in rows if row.number), key=lambda row: row.number or 0):
        one = found.setdefault(row.table, {})
        one[row.number or 0] = one.get(row.number or 0, True) and row.met is True
    return found


def losses_of_tables() -> Array:
    """Yearly losses ℓ = −Δ ln s of manufacturing's share in value added in the bundled tables 1995–2011, (T, G)."""

    def share(table: WorldTable) -> Array:
        value = (table.V * table.X).reshape(table.G, table.N)
        return np.asarray(value[:, list(table.sectors_in("manufacturing"))].sum(axis=1) / value.sum(axis=1))

    return -np.diff(np.log([share(load(f"world-{year}")) for year in (OBSERVED[0] - 1, *OBSERVED)]), axis=0)


def bought_and_sold(table: WorldTable) -> tuple[Array, Array, Array, Array]:
    """Manufactures by economy (G,): imported, exported, bought in all; and value added of all sectors."""
    flows = table.Z.reshape(table.G, table.N, table.G, -1).sum(axis=3) + table.Y.reshape(table.G, table.N, -1)
    made = flows[:, list(table.sectors_in("manufacturing"))].sum(axis=1)
    home, value = np.diag(made), (table.V * table.X).reshape(table.G, -1).sum(axis=1)
    return made.sum(axis=0) - home, made.sum(axis=1) - home, made.sum(axis=0), value


def exposure() -> Iterator[Checked]:
    """How exposed manufacturing became: net imports of manufactures in value added, 2011 less 1995, observed and by the economy of 1995.

    It is told sizes, deficits, tariffs and one wedge, and manufactures get more productive by ``growth.bias_response`` for what their
    share in value added gained: what a baseline carries on. Told final demand by sector too, it is another number.
    """
    first, last = (load(f"world-{year}") for year in (OBSERVED[0] - 1, OBSERVED[-1]))
    world, seen, own = WorldEconomy(first, base_tariffs(first)), Seen(last), first.economy("USA")
    moved = parameter("growth.bias_response") * -losses_of_tables().sum(axis=0)
    gains = np.ones((first.G, first.N))
    gains[:, list(first.sectors_in("manufacturing"))] = np.exp(moved)[:, None]
    before = bought_and_sold(first)

    def judged(table: WorldTable) -> tuple[float, float, float]:
        after = bought_and_sold(table)

        def net(members: list[int]) -> float:
            bought, sold, _, value = (np.array([year[k][members].sum() for year in (before, after)]) for k in range(4))
            return float(np.diff(100.0 * (bought - sold) / value)[0])

        union = {"EU": net(list(first.economies_in("eu")))}
        scores = union | {name: net([first.economy(name)]) for name in (*PROTECTORS, *OTHERS) if name != "EU"}
        return area(scores), scores["USA"], 100.0 * float(after[0][own] / after[2][own])

    observed = judged(last)
    yield Checked("net exposure 1995–2011, AUC, observed", "world-2011", observed[0])
    yield Checked("the same, United States, % of GDP", "world-2011", observed[1])
    for demand, said, number in ((False, "hindcast", 2), (True, "hindcast told final demand too", None)):
        solved = meet(world, seen, demand=demand, fit=True, productivity=gains)[0]
        found, inside = judged(solved.table), 2.0 if number else None
        yield Checked(f"net exposure, AUC, {said}", "world-2011", found[0], 0.8 if number else None, number=number)
        yield Checked(f"the same, United States, % of GDP, {said}", "world-2011", found[1])
        gap, name = found[2] - observed[2], f"United States, import penetration less observed, points, {said}"
        yield Checked(name, "world-2011", gap, -inside if inside else None, inside, number=number)


def remembered(losses: Array, memory: float) -> Array:
    """Grievance by year (T, G)."""
    felt, path = np.zeros(losses.shape[1]), []
    for loss in losses:
        felt = grievance(felt, loss, memory=memory)
        path.append(felt)
    return np.array(path)


def area(scores: Mapping[str, float]) -> float:
    """Chance that a protector scores higher than one of the others, a half where they tie."""
    pairs = [np.sign(scores[p] - scores[q]) for p in PROTECTORS for q in OTHERS]
    return float(np.mean(pairs) / 2 + 0.5)


def ranks() -> Iterator[Checked]:
    """Who protects: with losses of the tables, of national accounts, and without effectiveness."""
    model = started("world-2011")
    union, memory = model.world.union, float(model.rules[0].settings.memory)
    worth = model.economy.own_tariffs(union="eu", at=model.equilibrium, patience=model.rules[0].settings.patience)
    sources = {"tables": losses_of_tables(), "national accounts": manufacturing_losses(model.table, OBSERVED[-1])[1]}
    long_run = model.economy.own_tariffs(union="eu", at=model.equilibrium, patience=1.0)
    for source, losses in sources.items():
        felt = remembered(losses, memory)[-1]
        common = float(model.world.union_weights[np.argmax(union)] @ felt)

        def scores(effect: Array, felt: Array = felt, common: float = common) -> dict[str, float]:
            own = dict(zip(model.table.economies, map(float, felt * effect), strict=True))
            return own | {"EU": common * float(effect[np.argmax(union)])}

        found = scores(worth.effectiveness)
        yield Checked(f"who protects, AUC, {source}", "world-2011", area(found), 0.85, fitted=True, number=1)
        yield Checked(
            f"the same, long run (patience 1), {source}", "world-2011", area(scores(long_run.effectiveness)), 0.85
        )
        yield Checked(f"grievance alone, {source}", "world-2011", area(scores(np.ones(len(felt)))))
        order = sorted((*PROTECTORS, *OTHERS), key=lambda name: found[name])
        third = max(sum(found[other] < found[name] for other in order) for name in ("TWN", "KOR"))
        yield Checked(
            f"Taiwan and Korea, place from below of 13, {source}", "world-2011", third + 1.0, None, 4.0, number=1
        )
        for name, period in (("antidumping_initiations", "1995–2017"), ("trade_alert_rank", "2008–2016")):
            known = {who: fact(name, who, "all", period).value for who in order if (name, who) not in ABSENT}
            ours, theirs = ([values[who] for who in known] for values in (found, known))
            sign = -1.0 if name == "trade_alert_rank" else 1.0
            yield Checked(
                f"rank correlation with {name} ({len(known)}), {source}",
                "world-2011",
                sign * float(spearmanr(ours, theirs).statistic),
            )


#: Russia joined the WTO in 2012; the order has no Taiwan.
ABSENT = {("antidumping_initiations", "RUS"), ("trade_alert_rank", "TWN")}


def timing() -> Iterator[Checked]:
    """When the United States protected: initiations by year against the year's loss and what is remembered."""
    initiated = [fact("antidumping_initiations", "USA", "all", str(year)).value for year in OBSERVED]
    table = load("world-2011")
    own = table.economy("USA")
    for source, losses in (
        ("tables", losses_of_tables()),
        ("national accounts", manufacturing_losses(table, OBSERVED[-1])[1]),
    ):
        for what, path in (("loss of the year", losses), ("what is remembered", remembered(losses, 0.95))):
            yield Checked(
                f"timing, United States, {what}, {source}", "", float(np.corrcoef(path[:, own], initiated)[0, 1])
            )


def started(
    table: str, last: int | None = None, *, race: bool = False, automation: bool = True, **protection: Any
) -> WorldModel:
    """A world without decrees and distrust in which governments follow the rule, not yet played."""
    base = int(table[-4:])
    scenario = {
        "name": "backtest", "title": "Backtest", "question": "Who protects?", "table": table, "years": [base, last or base + 1],
        "behaviour": {"protection": {"active": True, **protection}, "automation": {"active": automation}},
    }  # fmt: skip
    model = WorldModel(scenario, rules=[Leaders()] if race else (), collect=False)
    rule = next(rule for rule in model.rules if rule.name == "protection")
    model.rules = (rule, *(other for other in model.rules if other is not rule))
    return model


def raised(table: str, last: int, **options: Any) -> tuple[WorldModel, dict[int, dict[str, float]]]:
    """Points that each economy has added to its tariffs on manufactures, import-weighted, by year."""
    model = started(table, last, **options)
    while model.running:
        model.step()
    world = model.world
    bought = np.where(world.taxable, world.imports, 0.0)[:, world.sectors("manufacturing")]
    found = {}
    for record in model.records:
        added = record.state.increments[:, world.sectors("manufacturing")]
        points = 100.0 * (added * bought).sum(axis=(0, 1)) / np.maximum(bought.sum(axis=(0, 1)), 1e-300)
        found[record.year] = dict(zip(world.table.economies, map(float, points), strict=True))
    return model, found


def runs(table: str) -> Iterator[Checked]:
    """How much, and whether it stays sound; answers of others are left out but for the check of spirals and of costs."""
    first, last = table == "world-2011", 2035
    model = started(table)
    effect = model.economy.own_tariffs(union="eu", at=model.equilibrium, patience=model.rules[0].settings.patience)
    jobs = dict(zip(model.table.economies, map(float, effect.jobs), strict=True))
    lost: list[Range] = [("TWN", None, 0.0), ("KOR", None, 0.05)]
    for name, low, high in (*lost, *((n, 0.1, None) for n in ("USA", "BRA", "EUR", "RUS"))):
        yield Checked(f"jobs per tariff η, {name}", table, jobs[name], low, high, number=3)
    own = raised(table, last, retaliation=0.0)[1]
    if first:
        yield Checked("United States, 2019, points", table, own[2019]["USA"], 2.0, 4.5, fitted=True, number=4)
        free = raised(table, 2025, retaliation=0.0, overrides={"USA": {"respect": 0.4}})[1]
        yield Checked("United States, 2025, n = 0.4, points", table, free[2025]["USA"], 8.0, 11.0, number=5)
    for name in ("TWN", "KOR", "JPN", "CHN"):
        most = max(year[name] for year in own.values())
        yield Checked(f"{name}, most in any year, points", table, most, None, 1.5, number=6)
    most = max(max(year.values()) for year in raised(table, last, sensitivity=1.0, retaliation=0.94)[1].values())
    yield Checked("φ × 4, all answer with 0.94: most anywhere, points", table, most, None, 25.0, number=7)
    race = raised(table, last, race=True, retaliation=0.0)[1][last]
    more: list[Range] = [*((n, 1.5, 6.0) for n in ("RUS", "IDN", "BRA", "CAN", "EUR")), ("IND", 1.0, 6.0)]
    for name, low, high in (*more, *((n, None, 0.5) for n in ("USA", "CHN", "JPN", "KOR", "TWN"))):
        check = f"leaders' manufactures +2 % a year: {name} in {last}, more points"
        yield Checked(check, table, race[name] - own[last][name], low, high, number=8)
    calm = raised(table, last, automation=False, retaliation=0.0)[1][last]
    if first:
        yield Checked(f"without automation: United States in {last}, points", table, calm["USA"], 1.0, 3.5, number=9)
    yield Checked(f"without automation: most in {last}, points", table, max(calm.values()), None, 4.0, number=9)
    ended = (raised(table, last, active=active)[0].records[-1] for active in (True, False))
    played, none = (record.indicators.value("real_income") for record in ended)
    check = f"cost of the default to the world's real income in {last}, %"
    yield Checked(check, table, 100.0 * (1.0 - played / none), None, 0.1, number=10)
