"""Small frames in displayed units, taken from a run's tidy tables: what each figure draws and what its table shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.runs.saved import WORLD, Run
from sim.texts.formats import is_ratio, scale

if TYPE_CHECKING:
    from pandas import DataFrame

#: Terms and groups of terms (codes of :mod:`decomp.terms`) that add up to gross exports, from the bottom of the stack.
GROUPS = ("DVA_FIN", "DVA_INT", "DVA_INTREX", "RDV", "FVA", "PDC")


#: Moves smaller than this share of the largest one of their lever are not drawn.
SMALLEST_MOVE = 0.02


def lines_of(run: Run, indicator: str, economies: Sequence[str]) -> DataFrame:
    """Values of an indicator in displayed units: columns year, economy, value."""
    frame = run["indicators"]
    rows = frame[(frame["indicator"] == indicator) & frame["economy"].isin(list(economies)) & frame["value"].notna()]
    unit = run.unit(indicator)
    return rows[["year", "economy"]].assign(value=rows["value"] * scale(unit)).reset_index(drop=True)


def companion_scenarios(run: Run) -> list[str]:
    """Names of the scenarios that the run was compared with, in their order."""
    frame = run["companions"]
    return [str(name) for name in frame.loc[frame["kind"] == "scenario", "companion"].unique()]


def companion_line(run: Run, scenario: str, indicator: str) -> DataFrame:
    """World values of an indicator in another scenario, in displayed units: columns year, economy (its name), value."""
    frame = run["companions"]
    rows = frame[
        (frame["kind"] == "scenario")
        & (frame["companion"] == scenario)
        & (frame["indicator"] == indicator)
        & (frame["economy"] == WORLD)
    ]
    return rows[["year"]].assign(economy=scenario, value=rows["value"] * scale(run.unit(indicator)))


def capital_ends(run: Run, indicator: str) -> DataFrame:
    """Last year's per-cent change of an indicator by economy and elasticity of capital supply: economy, case, value.

    Cases are the elasticities as text; ``given`` is the run itself. Empty when the ends were not run.
    """
    last = run.years[-1]
    frame = run["companions"]
    ends = frame[(frame["kind"] == "capital") & (frame["indicator"] == indicator) & (frame["year"] == last)]
    own = run["indicators"]
    given = own[(own["indicator"] == indicator) & (own["year"] == last)]
    both = (
        [ends.rename(columns={"companion": "case"}), given.assign(case="given")]
        if len(ends)
        else [ends.assign(case="")]
    )
    rows = pd_concat([part[["economy", "case", "value"]] for part in both])
    return rows.assign(value=100 * (rows["value"] - 1))


def pd_concat(frames: Sequence[DataFrame]) -> DataFrame:
    """Rows of several frames under each other."""
    import pandas as pd

    return pd.concat(frames, ignore_index=True)


def world_panels(run: Run, indicators: Sequence[str]) -> DataFrame:
    """World values of several indicators in displayed units: columns year, indicator, value."""
    frame = run["indicators"]
    rows = frame[frame["indicator"].isin(list(indicators)) & (frame["economy"] == WORLD) & frame["value"].notna()]
    factors = {name: scale(run.unit(name)) for name in indicators}
    return rows[["year", "indicator"]].assign(value=rows["value"] * rows["indicator"].map(factors))


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


def cells(frame: DataFrame, row: str, column: str) -> dict[tuple[Any, str], float]:
    """Values of a tidy frame by (row, column)."""
    keys = zip(frame[row].tolist(), frame[column].tolist(), strict=True)
    return dict(zip(keys, frame["value"].astype(float).tolist(), strict=True))


def dependence(run: Run, year: int) -> DataFrame:
    """Per cent of what each economy absorbs that was made by each other one: columns source, absorber, value."""
    frame = run["interdependence"]
    rows = frame[(frame["indicator"] == "dependence") & (frame["year"] == year)]
    return rows[["source", "absorber"]].assign(value=100 * rows["value"]).reset_index(drop=True)


def difference(before: DataFrame, after: DataFrame) -> DataFrame:
    """Change between two frames of :func:`dependence`, in percentage points."""
    both = after.merge(before, on=["source", "absorber"], suffixes=("", "_before"))
    return both[["source", "absorber"]].assign(value=both["value"] - both["value_before"])


def ratio_changes(run: Run, indicator: str) -> DataFrame:
    """Per-cent change of an indicator of each economy, last finished year against the base year: columns economy, value."""
    frame = run["indicators"]
    rows = frame[
        (frame["indicator"] == indicator) & frame["economy"].isin(list(run.economies)) & frame["value"].notna()
    ]
    first, last = rows[rows["year"] == run.years[0]], rows[rows["year"] == run.years[-1]]
    both = last.merge(first[["economy", "value"]], on="economy", suffixes=("", "_base"))
    base = both["value_base"] if _relative(run, indicator) else 1.0
    return both[["economy"]].assign(value=100 * (both["value"] - both["value_base"]) / base)


def _relative(run: Run, indicator: str) -> bool:
    unit = run.unit(indicator)
    return is_ratio(unit) or scale(unit) == 1.0


def moves(run: Run) -> DataFrame:
    """Largest move of each economy, year and lever: columns year, economy, lever, size (1 = largest of its lever)."""
    frame = run["decisions"]
    data = frame[["year", "economy", "lever"]].assign(size=(frame["after"] - frame["before"]).abs())
    data = data[data["size"] > 0]
    top = data.groupby(["year", "economy", "lever"], sort=False)["size"].max().reset_index()
    sized = top.assign(size=top["size"] / top.groupby("lever")["size"].transform("max"))
    return sized[sized["size"] >= SMALLEST_MOVE].reset_index(drop=True)
