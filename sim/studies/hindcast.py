"""`sim.hindcast`: the economy of an observed year, told what changed outside trade, beside the table of a later year.

Told are the later year's sizes (factor incomes), deficits, final demand by sector and tariffs, and one change of the cost of all trade
between economies, κ. Input coefficients and labour's shares stay those of the first year. It is set against *persistence*: the
first year's shares kept. κ is fitted to the trade of the later year (one number, in sample), or to a year between and carried on at
the same rate (out of sample in κ; the rest is told).

Wedges by flow, net of tariffs,

    Δ log τ_sir = −(1/θ_i) [Δ log π_sir − Δ log π_rir] − Δ log(c_si / c_ri)

put every import share where it was: an inversion and no result. What is off with them is what input coefficients, and the
users of one import, did. That the formula returns the wedges an equilibrium was solved with, user by user, is checked (``identity``).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from decomp.codes import rows_in
from decomp.errors import DataMissingError
from decomp.io import tables as read_tables
from decomp.io import years_of
from decomp.leontief import gross_exports
from decomp.measures import summary
from decomp.table import WorldTable
from sim import calibration
from sim.economy import Equilibrium, WorldEconomy
from sim.economy.base import BaseEconomy, calibrate
from sim.economy.errors import ConvergenceError
from sim.state import Array
from sim.texts import Texts
from sim.texts.formats import number

#: What is told of the later year, by name of the prediction: English, Chinese.
PREDICTIONS = {row["prediction"]: (row["told_en"], row["told_zh"]) for row in rows_in("sim.studies", "predictions.csv")}
#: Told figures count as met within this; rounds until then at most.
MET, ROUNDS = 1e-6, 80
#: What is left of a flow that stopped, so that every input keeps its sources.
LEFT = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """A prediction of the later year, or what was observed in a year; arrays are shares in world value added and in exports."""

    name: str
    wedge: float | None  # κ, for wedges by flow their trade-weighted geometric mean; None where trade costs stay
    flows: Array  # exports by pair in world value added (G, G), foreign content of exports (G,)
    content: Array

    @property
    def exporters(self) -> Array:
        """Shares in the world's exports (G,)."""
        return np.asarray(self.flows.sum(axis=1) / self.flows.sum())


@dataclass(frozen=True, slots=True)
class Errors:
    """How far a prediction is off, over economies and their pairs."""

    #: Root mean square Δ log of pairs' exports in world value added, weighted with the trade of both years.
    bilateral: float
    export_shares: float  # mean absolute difference of shares in the world's exports, percentage points
    foreign_content: float  # root mean square difference of the foreign content of exports, percentage points


@dataclass(frozen=True, eq=False)
class Hindcast:
    """Predictions of an observed year from an earlier one, with their errors."""

    first: int
    last: int
    fitted_to: int | None  # year whose trade the wedge of ``trend`` is fitted to; None where no year lies between
    economies: tuple[str, ...]
    trade_elasticity: str
    observed: tuple[Prediction, Prediction]
    predictions: tuple[Prediction, ...]
    identity: float  # largest |Δ log τ given − Δ log τ by the formula| over flows and users
    #: The table of each year with its source, and what of it is estimated.
    sources: tuple[tuple[int, str, str, str], ...]

    @property
    def one_source(self) -> bool:
        """Whether both years are of one source; else what differs between the sources is part of every error."""
        return len({source for _, _, source, _ in self.sources}) == 1

    def __getitem__(self, name: str) -> Prediction:
        """A prediction by name."""
        return next(p for p in self.predictions if p.name == name)

    def errors(self, name: str) -> Errors:
        """Return the errors of a prediction by name."""
        before, after = self.observed
        found = self[name]
        off = ~np.eye(len(self.economies), dtype=bool) & (after.flows > 0) & (found.flows > 0)
        weights = (before.flows + after.flows)[off]
        distance = np.log(found.flows[off] / after.flows[off])
        shares = np.abs(found.exporters - after.exporters).mean()
        content = np.sqrt(np.mean((found.content - after.content) ** 2))
        return Errors(float(np.sqrt(np.average(distance**2, weights=weights))), 100.0 * shares, 100.0 * content)

    @property
    def frame(self) -> DataFrame:
        """Return one row per prediction: name, wedge and the three errors."""
        return pd.DataFrame(
            [{"prediction": p.name, "wedge": p.wedge} | asdict(self.errors(p.name)) for p in self.predictions]
        )


def hindcast(
    first: int = 1995,
    last: int = 2011,
    *,
    tables: str = "world",
    fitted_to: int | None = None,
    trade_elasticity: str = "default",
    progress: Callable[[str], None] | None = None,
) -> Hindcast:
    """Predict a year from an earlier one, told sizes, deficits, demand, tariffs and one wedge, and compare with what was.

    - ``tables`` (str): a bundled series (``world``) or a folder with one table file per year.
    - ``fitted_to`` (int, optional): year between, to which the wedge that is carried on is fitted; by default the
      middle one, where there is one.
    - ``trade_elasticity`` (str): calibrated set of θ. Full employment, given stocks, sourcing that has adjusted.
    - ``progress`` (callable, optional): called with the name of each prediction when it is made.
    """
    there = years_of(tables)
    between = [year for year in there if first < year < last]
    if first >= last or (fitted_to is not None and fitted_to not in between):
        raise DataMissingError(
            f"a hindcast goes from {first} to {last} with a year between to fit to ({fitted_to or 'none'}); the years must follow "
            f"each other and have tables: {', '.join(map(str, there)) or 'none'}."
        )
    middle = fitted_to or (min(between, key=lambda year: abs(2 * year - first - last)) if between else None)
    years = [first, *([middle] if middle else []), last]
    held = list(read_tables(tables, years))
    sources = tuple((year, t.name, t.source, t.estimate or "") for year, t in zip(years, held, strict=True))
    held = [alike(table, held[-1]) for table in held]
    start = held[0]
    world = WorldEconomy(start, calibration.base_tariffs(start), trade_elasticity=trade_elasticity)
    seen = [Seen(table) for table in held[1:]]
    before, after = (_measured(str(year), None, table) for year, table in ((first, start), (last, held[-1])))
    made = [Prediction("persistence", None, before.flows, before.content)]

    def note(name: str, wedge: float | None, solved: Equilibrium) -> None:
        made.append(_measured(name, wedge, solved.table))
        if progress is not None:
            progress(name)

    target, size, solved = seen[-1], None, None
    for name, told in (("sizes", False), ("told", True)):
        solved, size, _ = meet(world, target, told=told, size=size, start=solved)
        note(name, None, solved)
    solved, size, wedge = meet(world, target, size=size, start=solved, fit=True)
    note("wedge", float(np.exp(wedge)), solved)
    if middle is not None:
        carried = float(meet(world, seen[0], fit=True)[2]) * (last - first) / (middle - first)
        note("trend", float(np.exp(carried)), meet(world, target, size=size, start=solved, wedge=carried)[0])
    wedges = _inverted(world, target, solved)
    solved, _, _ = meet(world, target, size=size, start=solved, wedge=wedges)
    sold, _ = gross_exports(held[-1].Z, held[-1].Y, start.G, start.N)
    note("cells", float(np.exp(np.average(wedges, weights=sold))), solved)
    ends = (before, after)
    return Hindcast(
        first, last, middle, start.economies, trade_elasticity, ends, tuple(made), _gap(world, solved), sources
    )


def alike(table: WorldTable, other: WorldTable) -> WorldTable:
    """Return ``table`` with the labels of ``other``; DataMissingError: ``other`` has no label for one of its economies or sectors."""

    def to(kind: str) -> dict[str, str]:
        found, labels = {}, getattr(other, f"{kind}_members")
        for label, members in getattr(table, f"{kind}_members").items():
            home = [name for name, codes in labels.items() if name == label or set(members) <= set(codes)]
            if not home:
                raise DataMissingError(
                    f"{other.name or 'the later table'} has no {kind} for {label} of {table.name or 'the first one'}: both tables of a "
                    "hindcast need the same economies and sectors; the later one may be coarser. Aggregate it first."
                )
            found[label] = home[0]
        return found

    same = (table.economies, table.sectors) == (other.economies, other.sectors)
    return table if same else table.aggregate(economies=to("economy"), sectors=to("sector"))


class Seen:
    """What is told of a year: its calibrated base, shares of world factor income (G,), exports in world value added."""

    def __init__(self, table: WorldTable) -> None:
        self.base = calibrate(table, calibration.base_tariffs(table), "small")
        paid = self.base.factor_income.sum(axis=1)
        self.sizes, self.trade = paid / paid.sum(), _trade(table)


def meet(
    world: WorldEconomy,
    seen: Seen,
    *,
    told: bool = True,
    demand: bool = True,
    size: Array | None = None,
    wedge: float | Array = 0.0,
    start: Equilibrium | None = None,
    fit: bool = False,
    **given: Any,
) -> tuple[Equilibrium, Array, float | Array]:
    """Find log endowments (G,), and one log wedge when it is fitted, at which the economy has the sizes and trade of a year.

    ``told``: tariffs and deficits, and with ``demand`` final demand by sector, are that year's; ``given``: further shocks.
    """
    base = world.base
    if told:
        transfers = seen.base.deficit * base.factor_income.sum() / seen.base.factor_income.sum() - base.deficit
        given |= {"tariffs": seen.base.tariffs, "transfers": transfers - seen.sizes * transfers.sum()}
    if told and demand:
        # an economy that stops to buy a good keeps a small rest, one that begins buys none
        wanted = np.where(base.final_shares > 0, np.maximum(seen.base.final_shares, LEFT), 0.0)
        wanted /= wanted.sum(axis=0)
        given["demand"] = np.divide(wanted, base.final_shares, out=np.ones_like(wanted), where=wanted > 0)
    size = np.log(seen.sizes / (base.factor_income.sum(axis=1) / base.factor_income.sum())) if size is None else size
    answer, step, was = world.settings.trade_elasticity.mean(), 0.0, 0.0  # of trade to the wedge, then as seen
    for _ in range(ROUNDS):
        endowment, friction = np.exp(size), np.broadcast_to(np.exp(wedge), base.tariffs.shape)
        start = world.solve(friction=friction, labour=endowment, capital=endowment, start=start, **given)
        paid = (start.labour_payments + start.capital_payments).sum(axis=1)
        miss = np.log(seen.sizes / (paid / paid.sum()))
        excess = np.log(_trade(start.table) / seen.trade) if fit else 0.0
        off = [np.abs(miss).max(), abs(excess)]
        if told and demand:
            bought = (start.Y.reshape(base.tariffs.shape) * (1.0 + seen.base.tariffs)).sum(axis=0)
            bought /= bought.sum(axis=0)
            off.append(np.abs(bought - wanted).max())
            given["demand"] = given["demand"] * np.divide(wanted, bought, out=np.ones_like(bought), where=bought > 0)
        if max(off) < MET:
            return start, size, wedge
        if abs(step) > 1e-3:
            answer = min(max((was - excess) / step, 0.5), 4.0 * answer)
        step, was = excess / answer, excess
        size, wedge = size + 1.2 * miss, wedge + step
    worst = base.economies[int(np.abs(miss).argmax())]
    raise ConvergenceError(
        f"sizes and trade are not met after {ROUNDS} rounds: the size of {worst} is off by {np.abs(miss).max():.1g}, trade by {excess:.1g} (log). "
        "Take other years or a coarser table."
    )


def _inverted(world: WorldEconomy, seen: Seen, solved: Equilibrium) -> Array:
    """Log wedges by flow (G, N, G) that the formula gives for a year's imports at the unit costs of an equilibrium.

    A flow that stopped keeps a small rest, one that is new has none; where nothing comes from home, all imports stand for it.
    """
    before, after = (
        (base.Z.reshape(*base.tariffs.shape, -1).sum(axis=3) + base.Y.reshape(base.tariffs.shape))
        * (1.0 + base.tariffs)
        for base in (world.base, seen.base)
    )
    after = np.where(after > 0, after, LEFT * before)
    both = (before > 0) & (after > 0)
    at_home = np.einsum("rir->ir", both)

    def against_home(flows: Array) -> Array:
        home = np.where(at_home, np.einsum("rir->ir", flows), flows.sum(axis=0))
        return np.asarray(np.log(np.divide(flows, home, out=np.ones_like(flows), where=both)))

    moved = (against_home(before) - against_home(after)) / world.settings.trade_elasticity[:, None]
    return np.where(both, moved - _price(world.base, solved.unit_cost, seen.base.tariffs), 0.0)


def _price(base: BaseEconomy, unit_cost: Array, tariffs: Array) -> Array:
    """Log of ĉ_si (1+t_sir)/(1+t⁰_sir) / ĉ_ri, shape (G, N, G): what a flow costs against home, wedges aside."""
    cost = np.log(unit_cost)
    return np.asarray(cost[:, :, None] - cost.T[None] + np.log1p(tariffs) - np.log1p(base.tariffs))


def _gap(world: WorldEconomy, solved: Equilibrium) -> float:
    """Largest difference between the wedges of an equilibrium and those that the formula returns, over flows and users."""
    base, shocks, worst = world.base, solved.shocks, 0.0
    assert shocks.friction is not None and shocks.tariffs is not None
    tariffs = np.asarray(shocks.tariffs)
    known = np.log(np.asarray(shocks.friction)) + _price(base, solved.unit_cost, tariffs)
    found = solved.Z.reshape(base.sourcing.shape)
    for r in range(base.G):
        bought, was = found[:, :, r] * (1.0 + tariffs[:, :, r, None]), base.sourcing[:, :, r]
        both = (bought > 0) & (was > 0) & (bought[r] > 0) & (was[r] > 0)
        change = np.log(np.where(both, bought, 1.0)) - np.log(np.where(both, was, 1.0))
        formula = -(change - change[r]) / world.settings.trade_elasticity[:, None]
        worst = max(worst, float(np.abs(formula - known[:, :, r, None])[both].max(initial=0.0)))
    return worst


def _trade(table: WorldTable) -> float:
    """Exports in world value added."""
    sold, _ = gross_exports(table.Z, table.Y, table.G, table.N)
    return float(sold.sum() / table.value_added_flow.sum())


def _measured(name: str, wedge: float | None, table: WorldTable) -> Prediction:
    """What is compared, of one table."""
    sold, _ = gross_exports(table.Z, table.Y, table.G, table.N)
    content = summary(table)["vs_foreign_content"].to_numpy()
    return Prediction(name, wedge, sold.sum(axis=1) / table.value_added_flow.sum(), content)


def sentences(found: Hindcast, texts: Texts) -> list[str]:
    """What a hindcast found, how it is to be read, and what it cannot say."""
    said: dict[str, Any] = {"first": str(found.first), "last": str(found.last), "year": str(found.fitted_to)}
    for key, prediction in {"kept": "persistence", "told": "told", "wedge": "wedge"}.items():
        errors = found.errors(prediction)
        said |= {f"{key}_pairs": number(errors.bilateral, 2), f"{key}_shares": number(errors.export_shares, 2)}
        said[f"{key}_content"] = number(errors.foreign_content, 1)
    here = found.economies.index("CHN") if "CHN" in found.economies else None
    if here is not None:
        for key, each in zip(("was", "now", "ours"), (*found.observed, found["wedge"]), strict=True):
            said[key] = number(100.0 * float(each.content[here]), 1)
    facts = "; ".join(
        f"{year}: {source}{f' ({estimate})' * bool(estimate)}" for year, _, source, estimate in found.sources
    )
    chosen = {
        "found": True,
        "read": True,
        "fit": found.fitted_to is not None,
        "tariffs": found.first < 2011,
        "break": not found.one_source,
        "china": here is not None,
    }
    return [
        texts(f"hindcast.{key}", **said, sources=facts, identity=f"{found.identity:.0e}")
        for key, so in chosen.items()
        if so
    ]
