"""What is given in every year before anybody decides: `observed:` and `growth:` of a scenario, and their arrays for a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, StrictBool, StrictFloat, WithJsonSchema

from sim.calibration import parameter
from sim.calibration.given import COMPLETE, FIRST, LAST, added_duties, adoption_steps
from sim.calibration.series import unknown
from sim.calibration.trend import Trend, trend, unemployment_path, usable
from sim.fields import Economies, Model, Year
from sim.state import Array, Locked

if TYPE_CHECKING:
    from sim.rules import Rule
    from sim.scenario.labels import TableLabels
    from sim.scenario.schema import Scenario

_SWITCH: Mapping[Any, bool] = {"on": True, "off": False, True: True, False: False}


class ObservedSettings(Model):
    """What happened between the table's year and 2026, and what becomes of it."""

    active: StrictBool = True
    """false: nothing is given, everything is simulated from the table's year."""
    tariffs: Literal["kept", "repealed", "undone", "off"] = "kept"
    """Duties added since 2017. kept: as it happened, and they stay after the last observed year; repealed: as it happened,
    then rates go back to those of 2017; undone: rates of 2017 from the first simulated year on, the contrast without the
    tariffs; off: the table's year for ever."""
    between: Economies | None = None
    """Whose duties on each other are repealed or undone; all others are as observed. Everybody's unless given."""
    adoption: StrictBool = Field(True, description="Whether AI and robots spread as observed, where there are figures.")
    unemployment: StrictBool = Field(True, description="Whether unemployment moves as observed.")
    until: Annotated[Year, Field(ge=FIRST, le=LAST)] = LAST
    """Last year that is given; governments decide from the year after it on."""


class GrowthSettings(Model):
    """How economies grow before anything else happens."""

    path: Literal["trend", "none"] = "trend"
    """trend: population, real GDP, sectors and deficits follow projections; none: every year is the base year plus its shocks."""
    dollar: Annotated[StrictFloat, Field(ge=0.0, le=3.0)] = parameter("growth.dollar")
    """Growth of relative dollar size for each unit of relative real growth."""
    bias: StrictBool = True
    """Whether manufacturing goes on gaining or losing as before 2021, ever less."""
    deficits: StrictBool = True
    """Whether deficits follow the IMF; false: their share of world income stays."""
    machines: Literal["included", "on-top"] = "included"
    """Whether the projected growth includes what robots and AI add at the default speed (the rest of growth is that much
    smaller, and only what goes beyond it comes on top), or all of it comes on top."""
    norm: StrictBool = Field(True, description="Whether unemployment goes to its norm after the last observed year.")


def _short(model: type[Model], *words: Any) -> Any:
    return WithJsonSchema({"anyOf": [{"enum": list(words)}, model.model_json_schema()]})


_switched = BeforeValidator(
    lambda word: {"active": _SWITCH[word]} if isinstance(word, bool | str) and word in _SWITCH else word
)
_grown = BeforeValidator(lambda word: {"path": word or "none"} if word in ("trend", "none") or word is False else word)
Observed = Annotated[ObservedSettings, _switched, _short(ObservedSettings, True, False, "on", "off")]
Growth = Annotated[GrowthSettings, _grown, _short(GrowthSettings, "trend", "none")]


@dataclass(frozen=True, slots=True, eq=False)
class Given(Locked):
    """What is given for the years of a run, the base year first; ratios to the base year unless said otherwise."""

    last: int  # last year in which nobody decides about what was observed; the base year where nothing was
    tariffs: Array | None = None  # (K, G, N, G), change since the base year; the last entry stays
    #: (K, 2, G), change of the log-odds of robots and AI over the year before; NaN where nothing was observed
    adoption: Array | None = None
    odds: Array | None = None  # (T, G), of unemployment; only the wage curve has any
    trend: Trend | None = None

    def duties(self, passed: int) -> Array:
        """Change of tariffs since the base year some years after it, shape (G, N, G)."""
        assert self.tariffs is not None
        duties: Array = self.tariffs[min(passed, len(self.tariffs) - 1)]
        return duties

    def claims(self, passed: int) -> tuple[Array | float, Array | float]:
        """Factors on claimed pay some years after the base year: its expected growth, and what moves unemployment; (G,)."""
        growth = 1.0 if self.trend is None else self.trend.claims[passed]
        return growth, 1.0 if self.odds is None else self.odds[passed] ** -parameter("economy.wage_curve")


def filled(scenario: Scenario, table: Any) -> Scenario:
    """Fill in what a scenario does not say: both are on from the first year on that all series have, off before it."""
    today = table.year is not None and COMPLETE <= table.year <= LAST
    changes: dict[str, Any] = {}
    if scenario.observed is None:
        changes["observed"] = ObservedSettings(active=today)
    if scenario.growth is None:
        fixed = scenario.economy.closure == "fixed-prices"
        changes["growth"] = GrowthSettings(path="trend" if today and not fixed else "none")
    return scenario.model_copy(update=changes)


def given(scenario: Scenario, labels: TableLabels, rules: Sequence[Rule]) -> Given:
    """Look up observed paths and growth of a scenario for a table; what cannot be meant so becomes a problem."""
    table, years = labels.table, tuple(range(scenario.years[0], max(scenario.years) + 1))
    observed, growth = scenario.observed, scenario.growth
    assert observed is not None and growth is not None, "filled in before"
    grows = growth.path == "trend"
    if not _can_be_meant(scenario, labels, observed, grows):
        return Given(years[0])
    last = min(observed.until, years[-1]) if observed.active else years[0]
    odds, moves, settles = None, observed.active and observed.unemployment, grows and growth.norm
    if scenario.economy.labour_market == "wage-curve" and (moves or settles):
        speed = parameter("growth.norm_speed")
        odds = unemployment_path(table, years, observed=moves, norm=settles, last=last, speed=speed)
    paths = None
    if grows:
        expected = np.zeros((len(years), labels.G))
        if growth.machines == "included":
            added = sum((rule.expected(labels, years) for rule in rules), expected)
            expected = parameter("growth.machines_response") * added
        paths = trend(
            table,
            years,
            dollar=growth.dollar,
            bias=growth.bias,
            deficits=growth.deficits,
            expected=expected,
            capital_supply=scenario.economy.capital_supply,
        )
    adopted = observed.active and observed.adoption
    return Given(
        last,
        tariffs=_tariffs(labels, observed, years) if observed.active and observed.tariffs != "off" else None,
        adoption=np.stack([adoption_steps(table, year) for year in range(years[0], last + 1)]) if adopted else None,
        odds=odds,
        trend=paths,
    )


def _can_be_meant(scenario: Scenario, labels: TableLabels, observed: ObservedSettings, grows: bool) -> bool:
    """Whether anything is given and can be, with what stands in the way as problems."""
    table, problems = labels.table, labels.problems
    why = usable(table)
    for name, wanted in (("observed", observed.active), ("growth", grows)):
        if wanted and why:
            off = "off" if name == "observed" else "none"
            help = f"write `{name}: {off}`, or use a table of {FIRST} to {LAST}"
            problems.add((name,), "S037", f"cannot be used here: {why}.", help=help)
    if grows and scenario.economy.closure == "fixed-prices":
        message = "the closure fixed-prices cannot answer growth: income and spending stay fixed."
        problems.add(("growth",), "S036", message, help="write `growth: none`")
    if problems.errors or why or not (observed.active or grows):
        return False
    if strange := unknown(table):
        named = ", ".join(strange[:6]) + (f" and {len(strange) - 6} more" if len(strange) > 6 else "")
        message = f"{named}: no series of their own; those of the rest of the world stand in."
        problems.add(("growth",) if grows else ("observed",), "S030", message, warning=True)
    return True


def _tariffs(labels: TableLabels, observed: ObservedSettings, years: Sequence[int]) -> Array:
    """Change of tariffs since the base year: of the observed years, and of all that come after; (K, G, N, G)."""
    table = labels.table
    # After the last year that anything is known of, what was in force at its end.
    levels = added_duties(table, *range(years[0], observed.until + 1), observed.until + (observed.until == LAST))
    before: Array = levels[0]
    kept: Array = levels - before
    if observed.tariffs == "kept":
        return kept
    without = kept.copy()
    without[1 if observed.tariffs == "undone" else -1 :] = -before
    if observed.between is None:
        return without
    meant = np.zeros(labels.G, dtype=bool)
    meant[labels.listed("economy", ("observed", "between"), observed.between)] = True
    return np.where(np.outer(meant, meant)[:, None, :], without, kept)
