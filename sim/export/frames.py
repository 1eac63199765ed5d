"""The tidy tables that a run folder holds beside the result's own: links, levers, expectations, assumptions, base year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from decomp.terms import TERM_CODES
from sim.expectations import evaluate
from sim.indicators import PLACES
from sim.levers import EVENT, POLICY
from sim.saved import ON_REQUEST, TABLES, WORLD

if TYPE_CHECKING:
    from pandas import DataFrame

    from decomp.table import WorldTable
    from sim.result import RunResult
    from sim.scenario.schema import Scenario


#: Indicators that are kept of companion runs.
KEPT = PLACES["companions"]


def tables_of(result: RunResult, companions: Mapping[tuple[str, str], RunResult]) -> dict[str, DataFrame]:
    """All tables of a run by name, in the order of :data:`sim.saved.TABLES`; companions by kind and name."""
    scenario, indicators = result.scenario, result.indicators
    others = {name: run.indicators for (kind, name), run in companions.items() if kind == "scenario"}
    made = {
        "indicators": indicators,
        "pairs": result.pairs,
        "interdependence": result.interdependence,
        "decisions": result.decisions,
        "levers": levers(scenario),
        "checks": result.checks,
        "expectations": evaluate(scenario.expect, indicators, scenario.years, others),
        "companions": _companions(companions),
        "assumptions": assumptions(scenario),
        "base_year": base_year(result.base_table, indicators),
    }
    return {name: made[name] for name in TABLES}


def sector_terms(result: RunResult) -> DataFrame:
    """Gross exports and their 16 terms by year, pair and exporter's sector, a row each (``outputs: [sectors]``)."""
    import pandas as pd

    unit, key = result.base_table.unit, ["exporter", "importer", "sector"]
    frames = []
    for year in result.years:
        tidy = result.decomposition(year).frame("sector", groups=True)
        wide = tidy[tidy["term"].isin(TERM_CODES) | (tidy["term"] == "exports")]
        wide = wide.pivot_table(index=key, columns="term", values="value", sort=False).reset_index()
        frames.append(wide.assign(year=year, unit=unit))
    return pd.concat(frames, ignore_index=True)[list(ON_REQUEST["sector_terms"])]


def _companions(companions: Mapping[tuple[str, str], RunResult]) -> DataFrame:
    import pandas as pd

    frames = []
    for (kind, name), run in companions.items():
        frame = run.indicators
        frames.append(frame[frame["indicator"].isin(KEPT)].assign(kind=kind, companion=name))
    return pd.concat(frames) if frames else pd.DataFrame(columns=list(TABLES["companions"]))


def levers(scenario: Scenario) -> DataFrame:
    """What the scenario sets: one row for each policy and event, labels and groups as written."""
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for policy in scenario.policies:
        sign = "" if policy.value is not None else "+" if policy.amount >= 0 else ""
        rows.append(
            ("policy", policy.lever, *_whom(policy), f"{sign}{policy.amount:.10g}", POLICY[policy.lever].unit,
             policy.first, policy.last, policy.ramp)
        )  # fmt: skip
    for event in scenario.events:
        last = event.first + event.duration - 1
        rows.append(
            ("event", event.type, *_whom(event), f"{event.size:.10g}", EVENT[event.type].unit, event.first, last, "")
        )
    return pd.DataFrame(rows, columns=list(TABLES["levers"]))


def _whom(entry: Any) -> tuple[str, str, str]:
    return " ".join(entry.who), " ".join(entry.partners), " ".join(entry.sectors)


def assumptions(scenario: Scenario) -> DataFrame:
    """Every parameter with the value that the run used, its default, range, source and status."""
    import pandas as pd

    from sim.calibration import parameters

    used = dict(settings(scenario))
    rows = []
    for one in parameters().values():
        value = used.get(one.id, one.value)
        rows.append(
            (one.id, _plain(value), _plain(one.value), _plain(one.low), _plain(one.high), one.unit, one.source,
             one.status, value != one.value, one.note)
        )  # fmt: skip
    known = parameters()
    for path, value in used.items():
        if path not in known and ":" in path:
            general = path.partition(":")[2]
            is_factor = general not in known
            default = known[general.removesuffix("_factor")]
            usual, unit = (
                (1.0, "factor on the calibrated value")
                if is_factor
                else (used.get(general, default.value), default.unit)
            )
            low, high = (1.0, 1.0) if is_factor else (default.low, default.high)
            rows.append(
                (path, _plain(value), _plain(usual), _plain(low), _plain(high), unit, "the scenario",
                 "override for one economy or group", True, default.note)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(TABLES["assumptions"]))


def settings(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """Numeric settings of a scenario by parameter id; overrides of one economy as ``CHN:automation.robot_speed``."""
    yield from _numbers("economy", scenario.economy.model_dump())
    for family, entry in scenario.behaviour.model_dump().items():
        overrides = entry.pop("overrides", {})
        yield from _numbers(family, entry)
        for who, given in overrides.items():
            yield from ((f"{who}:{path}", value) for path, value in _numbers(family, given))


def _numbers(prefix: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _numbers(f"{prefix}.{key}", value)
        elif isinstance(value, int | float):
            yield f"{prefix}.{key}", value


def _plain(value: Any) -> str:
    return f"{float(value):.10g}"


def base_year(table: WorldTable, indicators: DataFrame) -> DataFrame:
    """Base-year figures of the table as published beside those simulated from it (negative final demand purged)."""
    import pandas as pd

    from decomp.wwz import wwz
    from sim.expectations import value_of

    done = wwz(table)
    terms, exports = done.terms.sum(axis=(2, 3)), done.exports.sum(axis=(1, 2))
    whole = np.append(terms, terms.sum(axis=1, keepdims=True), axis=1)
    gross = np.append(exports, exports.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        published = {
            "exports": gross,
            "dva_share": whole[:8].sum(axis=0) / gross,
            "vs_one_minus_dva": 1 - whole[:8].sum(axis=0) / gross,
            "vs_foreign_content": whole[10:].sum(axis=0) / gross,
        }
    year = int(indicators["year"].iloc[0]) if len(indicators) else 0
    units = dict(zip(indicators["indicator"], indicators["unit"], strict=True))
    rows = [
        (economy, name, float(values[k]), value_of(indicators, name, economy, year), units.get(name, ""))
        for name, values in published.items()
        for k, economy in enumerate((*table.economies, WORLD))
    ]
    return pd.DataFrame(rows, columns=list(TABLES["base_year"]))
