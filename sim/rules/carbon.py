"""Carbon allowances among members: a cap, linear abatement costs, and the price at which the market clears.

The market of a year opens on the activity of the last one: without abatement a producer would emit E = intensity × last
year's real output. Each abates until its marginal cost m·a meets the price. How this enters the economy:

*   Abatement uses up resources, ½ m a² E. It is a loss of productivity of the producer: 1 / (1 + cost / real output).
*   Allowances are given out free, in proportion to base-year emissions. Sales of allowances move income between members;
    they add up to zero and enter the economies' deficits.
*   The value of the allowances that a producer uses up does not enter its price. It is a rent that stays in the economy;
    a production tax handed back to households would add a substitution away from dirty goods that is left out here, so
    that emissions react through abatement only and the price is an upper estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, StrictBool, StrictStr, ValidationError, WrapValidator
from pydantic_core import PydanticCustomError

from sim import calibration, fields
from sim.calibration import parameter
from sim.fields import Economies, GrowthPath, setting
from sim.rules import base
from sim.rules.log import Decisions
from sim.state import Array, Locked, Year

if TYPE_CHECKING:
    from sim.scenario.labels import TableLabels


def _in_one(value: Any, handler: Any) -> Any:
    """Say in one sentence what intensities are, whatever is wrong with them."""
    try:
        return handler(value)
    except ValidationError:
        raise PydanticCustomError(
            "bad_intensities",
            "expected `stylised`, or kg of CO2 per USD of output by economy or group and sector or group, for example "
            "{all: {manufacturing: 0.4}, CHN: {materials: 1.2}}",
        ) from None


_BySector = Annotated[dict[StrictStr, Annotated[float, Field(strict=True, ge=0, le=1000)]], Field(min_length=1)]
Intensities = Annotated[
    Literal["stylised"] | Annotated[dict[StrictStr, _BySector], Field(min_length=1)], WrapValidator(_in_one)
]


class Settings(base.Settings, section="carbon"):
    """A market for carbon allowances among the members of the ledger, or among named economies."""

    active: StrictBool = Field(False, description="true: members cap their emissions and trade allowances.")
    members: Economies | None = Field(
        None, description="Economies or groups that take part; the members of the ledger if not given."
    )
    first: fields.Year | None = Field(
        None, alias="from", description="First year of the cap; the year after the base year if not given."
    )
    cap: GrowthPath = Field(
        default=parameter("carbon.cap_rate"),
        description="Allowances as a share of the base year's emissions of the members: a yearly growth rate from the "
        "first year on, or levels by year such as {2020: 0.95, 2035: 0.6} joined by constant growth.",
    )
    intensities: Intensities = Field(
        "stylised", description="Emissions per output: `stylised`, or kg of CO2 per USD by economy and sector."
    )
    abatement_slope: float = setting(
        "Slope of abatement costs", "减排成本斜率", "USD per tonne at full abatement", 0, 1e5, open_min=True
    )
    """Marginal cost of abating the last tonne of a producer of mean intensity; costs rise linearly from 0."""
    income_gradient: float = setting("Income gradient of emissions", "排放的收入梯度", "elasticity", 0, 2)
    """How much more poorer economies emit per dollar in the stylised set."""


class Carbon(base.Rule):
    """Members cap their emissions and trade allowances; abatement costs productivity, sales move income.

    State: ``carbon_price`` (scalar, USD per tonne), ``carbon_emissions`` (G,) of members in kilotonnes, ``carbon_sales`` (G,)
    of allowances, net, in million USD.
    """

    name = "carbon"
    always = True
    Settings = Settings
    about = "Carbon-allowance market."
    channel = "paths"

    def check(self, settings: Any, scenario: Any, problems: Any, inside: Callable[..., bool]) -> None:
        """A market needs members, years of the run, and an economy in which income can move."""
        path = ("behaviour", "carbon")
        if settings.active and settings.members is None and not scenario.behaviour.ledger.active:
            message = "the carbon market has no members: `members` is not given and the ledger is not active."
            help = "add `members: [EUR, JPN]`, or found a ledger, whose members take part"
            problems.add(path, "S011", message, help=help, key=True)
        if settings.active and scenario.economy.closure == "fixed-prices":
            base.unanswered(problems, path, "abatement and sales of allowances")
        if settings.first is not None:
            inside(settings.first, (*path, "from"))
        for year in settings.cap if isinstance(settings.cap, dict) else ():
            inside(year, (*path, "cap", year), key=True)

    def resolve(self, labels: TableLabels, years: Sequence[int]) -> Mapping[str, Any]:
        """Who takes part from when, the cap by year (T,), and emissions per output (G, N), kg of CO2 per USD."""
        settings, path = self.settings, ("behaviour", "carbon")
        first = settings.first if settings.first is not None else years[0] + 1
        named = None if settings.members is None else base.members(labels, (*path, "members"), settings.members)
        cap = cap_by_year(settings.cap, first, np.array(years))
        intensity = self._intensity(labels, (*path, "intensities"))
        return {"first": first, "members": named, "cap": cap, "intensity": intensity}

    def _intensity(self, labels: TableLabels, path: tuple[Any, ...]) -> Array:
        """Stylised, or as given; economies win over groups and sectors over their groups."""
        given = self.settings.intensities
        if not isinstance(given, dict):
            if not self.settings.active:
                return np.zeros((labels.G, labels.N))
            return np.array(calibration.emission_intensity(labels.table, gradient=self.settings.income_gradient))
        intensity = np.zeros((labels.G, labels.N))

        def by_rank(items: Mapping[str, Any], single: tuple[str, ...]) -> list[tuple[str, Any]]:
            """Entries as they apply: all, then groups, then single labels."""
            return sorted(items.items(), key=lambda item: 2 if item[0] in single else int(item[0] != "all"))

        for economy, sectors in by_rank(given, labels.economies):
            who = labels.key("economy", path, economy)
            for sector, value in by_rank(sectors, labels.sectors):
                intensity[np.ix_(who, labels.key("sector", (*path, economy), sector))] = value
        return intensity

    def prepare(self) -> None:
        """Slopes of marginal abatement costs (G, N), and emissions of the base year (G,), kilotonnes."""
        intensity, output = self.terms["intensity"], self.world.output
        self.slope = slopes(intensity, output, slope=self.settings.abatement_slope)
        self.base_emissions = (intensity * output).sum(axis=1)

    def start(self) -> Mapping[str, Array]:
        """No market."""
        zero = np.zeros(self.world.G)
        return {"carbon_price": np.array(0.0), "carbon_emissions": zero, "carbon_sales": zero}

    def respond(self, year: Year) -> CarbonMarket | None:
        """Clear the market at last year's real output; abatement costs productivity and sales move income."""
        terms = self.terms
        members = year.variables["ledger"] if terms["members"] is None else terms["members"]
        if not self.settings.active or year.year < terms["first"] or not members.any() or year.now is None:
            year.variables.update(self.start())
            return None
        cap, real_output = float(terms["cap"][year.year - self.world.years[0]]), year.now.real_output
        market = clear(real_output, terms["intensity"], self.slope, cap * self.base_emissions, members)
        year.scale("productivity", productivity(market, real_output))
        year.shocks["transfers"] = market.transfers
        year.variables["carbon_price"] = np.array(market.price)
        year.variables["carbon_emissions"], year.variables["carbon_sales"] = market.emissions, market.transfers
        return market

    def log(self, played: base.Played) -> Iterable[Decisions]:
        """Abatement and trade of allowances by economy: emissions without and with abatement, sellers before buyers."""
        market = played.kept[self.name]
        if market is None or market.price == 0.0:
            return
        for kind, side in (("carbon-sell", market.sold >= 0), ("carbon-buy", market.sold < 0)):
            who = np.flatnonzero(side & (market.uncapped > 0))
            if who.size:
                numbers = {name: getattr(market, name)[who] for name in ("uncapped", "allowances")}
                uncapped, emitted, traded = numbers["uncapped"], market.emissions[who], np.abs(market.sold[who])
                numbers |= {"price": market.price, "abated": 1.0 - emitted / uncapped, "traded": traded}
                numbers |= {"cost": market.cost.sum(axis=1)[who], "value": MONEY * market.price * traded}
                yield self.batch(played, "carbon_emissions", kind, who, uncapped, emitted, **numbers)


def cap_by_year(given: float | Mapping[int, float], first: int, years: NDArray[np.int_]) -> Array:
    """Allowances as a share of base-year emissions: (1 + rate)^(y − first + 1), or the given levels, constant at the ends."""
    if isinstance(given, Mapping):
        known = {first - 1: 1.0, **given}
        at = sorted(known)
        path = np.exp(np.interp(years, at, np.log([known[year] for year in at])))
    else:
        path = (1.0 + given) ** np.maximum(0, years - first + 1)
    return np.where(years >= first, path, 1.0)


#: USD per tonne × kilotonnes in million USD.
MONEY = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class CarbonMarket(Locked):
    """The cleared market of one year; members only, others have zeros."""

    price: float  # USD per tonne
    #: (G,), kilotonnes of CO2: what would be emitted without abatement, what is emitted, what was given out.
    uncapped: Array
    emissions: Array
    allowances: Array
    abatement: Array  # (G, N), share in [0, 1]
    cost: Array  # (G, N), million USD: resources that abatement uses up

    @property
    def sold(self) -> Array:
        """Allowances sold (negative: bought), kilotonnes, shape (G,); they add up to zero. None move at a price of 0."""
        left = self.allowances - self.emissions
        return left if self.price > 0 else np.zeros_like(left)

    @property
    def transfers(self) -> Array:
        """Income from sales of allowances, million USD, shape (G,); adds up to zero."""
        value = MONEY * self.price * self.sold
        result: Array = value - value.sum() * np.abs(value) / max(float(np.abs(value).sum()), 1e-300)  # rounding only
        return result


def slopes(intensity: Array, output: Array, *, slope: float) -> Array:
    """Slope of marginal abatement costs, m_rj = m · Ī_j / I_rj, USD per tonne at full abatement, shape (G, N).

    Ī_j is the world's intensity of the sector: who emits twice as much per dollar cuts the same share at half the cost.
    """
    made = output.sum(axis=0)
    mean = np.divide((intensity * output).sum(axis=0), made, out=np.zeros_like(made), where=made > 0)
    relative = np.divide(intensity, mean, out=np.ones_like(intensity), where=(mean > 0) & (intensity > 0))
    result: Array = slope / relative
    return result


def clearing_price(uncapped: Array, slope: Array, cap: float) -> float:
    """Price at which Σ E·(1 − min(1, p/m)) = cap; 0 where the cap does not bind.

    Demand is linear between the slopes, so that the price is exact.

    - ``uncapped``, ``slope`` (ndarray, same shape): E and m of every producer.
    - ``cap`` (float): allowances in all.

    >>> clearing_price(np.array([100.0]), np.array([200.0]), 80.0)
    40.0
    """
    emitting = uncapped > 0
    amount, steep = uncapped[emitting], slope[emitting]
    if not amount.size or amount.sum() <= cap:
        return 0.0
    order = np.argsort(steep, kind="stable")
    amount, steep = amount[order], steep[order]
    still = np.cumsum(amount[::-1])[::-1]  # emitted by producers that are not yet fully abated
    give = np.cumsum((amount / steep)[::-1])[::-1]
    price = np.maximum(0.0, still - max(cap, 0.0)) / give
    found = int(np.argmax(price <= steep)) if (price <= steep).any() else len(steep) - 1
    return float(min(price[found], steep[-1]))


def clear(
    real_output: Array, intensity: Array, slope: Array, allowances: Array, members: NDArray[np.bool_]
) -> CarbonMarket:
    """Clear the market of a year.

    - ``real_output`` (ndarray, shape (G, N), million USD at base prices): of the last year.
    - ``intensity`` (ndarray, shape (G, N), kg of CO2 per USD): one kg per USD times a million USD is a kilotonne.
    - ``slope`` (ndarray, shape (G, N)): from :func:`slopes`.
    - ``allowances`` (ndarray, shape (G,), kilotonnes)
    - ``members`` (ndarray of bool, shape (G,))
    """
    emitted = np.where(members[:, None], intensity * real_output, 0.0)
    given = np.where(members, allowances, 0.0)
    price = clearing_price(emitted.ravel(), slope.ravel(), float(given.sum()))
    abated = np.where(members[:, None], np.minimum(1.0, price / slope), 0.0)
    return CarbonMarket(
        price=price,
        uncapped=emitted.sum(axis=1),
        emissions=(emitted * (1.0 - abated)).sum(axis=1),
        allowances=given,
        abatement=abated,
        cost=0.5 * MONEY * slope * abated**2 * emitted,
    )


def productivity(market: CarbonMarket, real_output: Array) -> Array:
    """Productivity that abatement leaves, 1 / (1 + cost / real output), ratio, shape (G, N)."""
    extra = np.divide(market.cost, real_output, out=np.zeros_like(market.cost), where=real_output > 0)
    result: Array = 1.0 / (1.0 + extra)
    return result
