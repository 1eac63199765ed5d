"""What a report takes from a run: small frames in displayed units, and the run with its names in one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import pandas as pd
from pandas import DataFrame

from sim.report.names import Names
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import is_ratio, scale

if TYPE_CHECKING:
    from jinja2 import Template

#: Terms and groups of terms (codes of :mod:`decomp.terms`) that add up to gross exports, from the bottom of the stack.
GROUPS = ("DVA_FIN", "DVA_INT", "DVA_INTREX", "RDV", "FVA", "PDC")
#: Changes smaller than this share of the largest one of their lever are not drawn.
SMALLEST = 0.02

#: Kinds of companions that are scenarios; the contrast comes first.
SCENARIOS = ("contrast", "scenario")


@dataclass(frozen=True)
class Report:
    """A run in one language."""

    run: Run
    texts: Texts

    @cached_property
    def names(self) -> Names:
        """Names of the run's codes."""
        return Names.of(self.run, self.texts)

    @property
    def span(self) -> dict[str, int]:
        """First and last finished year, for texts."""
        return {"base": self.run.years[0], "year": self.run.years[-1]}

    @cached_property
    def others(self) -> list[str]:
        """Names of the scenarios that the run was compared with, in their order."""
        frame = self.run["companions"]
        return [str(name) for name in frame.loc[frame["kind"].isin(SCENARIOS), "companion"].unique()]

    def name_of(self, other: str) -> str:
        """Name of a scenario that the run was compared with; of its own contrast in words."""
        return self.texts("brief.own_short") if other == "own" else other


@cache
def template(name: str) -> Template:
    """A template of the reports by its file name; those of HTML escape what they show, and none shows what it is not given."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("sim.report", "templates")
    html = name.endswith(".html.j2")
    made = Environment(loader=loader, autoescape=html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.get_template(name)


def seam(run: Run, texts: Texts | None = None) -> tuple[int, str, str] | None:
    """Last given year of a run, with the words for both sides of it where there is room; None where nothing was given."""
    words = (texts("chart.given"), texts("chart.simulated")) if texts else ("", "")
    return None if run.given_to is None else (run.given_to, *words)


def companion(run: Run, scenario: str) -> DataFrame:
    """What was kept of a scenario that the run was compared with: columns year, economy, indicator, value."""
    frame = run["companions"]
    return frame[frame["kind"].isin(SCENARIOS) & (frame["companion"] == scenario)]


def companion_value(run: Run, scenario: str, indicator: str, year: int, economy: str = WORLD) -> float | None:
    """Value of an indicator in a scenario that the run was compared with; None when it was not kept."""
    frame = companion(run, scenario)
    rows = frame[(frame["indicator"] == indicator) & (frame["economy"] == economy) & (frame["year"] == year)]
    return float(rows["value"].iloc[0]) if len(rows) else None


def shown(run: Run, frame: DataFrame, indicators: Sequence[str], economies: Sequence[str]) -> DataFrame:
    """Values of indicators in displayed units: columns year, economy, indicator, value."""
    kept = (frame["indicator"] != "unemployment") | (frame["value"] != 0.0)  # 0 only where the labour market has none
    rows = frame[kept & frame["indicator"].isin(indicators) & frame["economy"].isin(economies) & frame["value"].notna()]
    factors = rows["indicator"].map({name: scale(run.unit(name)) for name in indicators}).astype(float)
    return rows[["year", "economy", "indicator"]].assign(value=rows["value"] * factors).reset_index(drop=True)


def capital_ends(run: Run, indicator: str) -> DataFrame:
    """Last year's per-cent change of an indicator by economy and elasticity of capital supply: economy, case, value.

    Cases are the elasticities as text; ``given`` is the run itself. Empty when the ends were not run.
    """
    tables, last = (run["companions"], run["indicators"]), run.years[-1]
    ends, own = (one[(one["indicator"] == indicator) & (one["year"] == last)] for one in tables)
    ends = ends[ends["kind"] == "capital"].rename(columns={"companion": "case"})
    given = own.assign(case="given") if len(ends) else own.iloc[:0].assign(case="")
    rows = pd.concat([frame[["economy", "case", "value"]] for frame in (ends, given)], ignore_index=True)
    return rows.assign(value=100 * (rows["value"] - 1))


def largest_exporters(run: Run, count: int) -> list[str]:
    """Codes of the economies with the largest gross exports in the base year, largest first."""
    pairs = run["pairs"]
    rows = pairs[(pairs["indicator"] == "exports") & (pairs["year"] == run.years[0])]
    totals = rows.groupby("exporter", sort=False)["value"].sum().sort_values(ascending=False, kind="stable")
    return [str(code) for code in totals.index[:count] if code.upper() != "ROW"]


def group_shares(run: Run) -> DataFrame:
    """Groups of terms of all pairs in per cent of gross exports: columns year, part, value."""
    pairs = run["pairs"]
    rows = pairs[pairs["indicator"].isin(GROUPS)].rename(columns={"indicator": "part"})
    sums = rows.groupby(["year", "part"], sort=False)["value"].sum().reset_index()
    total = sums.groupby("year")["value"].transform("sum")
    return sums.assign(value=100 * sums["value"] / total.where(total != 0))


def dependence(run: Run, year: int, against: int | None = None) -> DataFrame:
    """Per cent of what each economy absorbs that was made by each, or the change in points: columns source, absorber, value."""
    frame = run["interdependence"]
    frame = frame[frame["indicator"] == "dependence"].assign(value=100 * frame["value"])
    columns = ["source", "absorber", "value"]
    now = frame.loc[frame["year"] == year, columns].reset_index(drop=True)
    if against is None:
        return now
    both = now.merge(frame.loc[frame["year"] == against, columns], on=columns[:2], suffixes=("", "_before"))
    return both[columns[:2]].assign(value=both["value"] - both["value_before"])


def ratio_changes(run: Run, indicator: str) -> DataFrame:
    """Per-cent change of an indicator of each economy, last finished year against the base year: columns economy, value."""
    frame = run["indicators"]
    rows = frame[(frame["indicator"] == indicator) & frame["economy"].isin(run.economies) & frame["value"].notna()]
    first, last = (rows[rows["year"] == run.years[k]] for k in (0, -1))
    both = last.merge(first[["economy", "value"]], on="economy", suffixes=("", "_base"))
    unit = run.unit(indicator)
    base = both["value_base"] if is_ratio(unit) or scale(unit) == 1.0 else 1.0
    return both[["economy"]].assign(value=100 * (both["value"] - both["value_base"]) / base)


def largest_changes(run: Run) -> DataFrame:
    """Largest change of each economy, year and lever: columns year, economy, lever, size (1 = largest of its lever)."""
    frame = run["decisions"]
    data = frame[["year", "economy", "lever"]].assign(size=(frame["after"] - frame["before"]).abs())
    top = data[data["size"] > 0].groupby(["year", "economy", "lever"], sort=False)["size"].max().reset_index()
    sized = top.assign(size=top["size"] / top.groupby("lever")["size"].transform("max"))
    return sized[sized["size"] >= SMALLEST].reset_index(drop=True)


def parts_of(run: Run, indicator: str) -> DataFrame:
    """Parts of an indicator's change by channel, in displayed units: columns year, economy, part, value; perhaps empty."""
    frame = run["attribution"]
    rows = frame[frame["indicator"] == indicator]
    factor = scale(str(rows["unit"].iloc[0])) if len(rows) else 1.0
    return rows[["year", "economy"]].assign(part=rows["channel"], value=rows["value"] * factor)


def bands_of(run: Run, indicator: str) -> DataFrame:
    """Bands of an indicator with the value as written beside them, in the units of the tables."""
    bands, own = (frame[frame["indicator"] == indicator] for frame in (run["bands"], run["indicators"]))
    plain = own[["year", "economy", "value"]].rename(columns={"value": "written"})
    return bands.merge(plain, on=["year", "economy"], how="inner")
