"""Scenarios side by side: what they set differently and how far they end from a named base, with the unit of each distance.

The differences themselves are those of :mod:`sim.runs.compare`; here they get names, units, charts and tables.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
from pandas import DataFrame

from sim.charts.bars import dots
from sim.charts.figure import Figure
from sim.charts.lines import beside, lines
from sim.charts.theme import TINTS, padded
from sim.errors import SimError
from sim.explorer.contents import framed
from sim.indicators import INDICATORS, PLACES
from sim.levers import entry_of
from sim.report.data import seam
from sim.report.names import Names
from sim.runs.compare import differences, differing
from sim.runs.saved import WORLD, Run
from sim.scenario.schema import Scenario
from sim.scenario.yaml_text import parse
from sim.studies.sensitivities import Pairs
from sim.texts import Texts
from sim.texts.formats import MINUS, MISSING, Change, axis_unit, ends_in_words, is_share, level, number, scale

#: Start of the ids of rules that are on or off, and of what a scenario does by itself.
RULE, ACT = "rule:", "act:"
#: End of the ids of factors on an economy's own value.
FACTOR = "_factor"
#: Columns of the table of distances.
DISTANCES = "scenario against year economy indicator base value difference unit distance low high distance_unit draws"
#: Draws of each scenario and of the base, by scenario.
Spans = Mapping[str, Pairs]
#: Height of a panel in pixels.
PANEL = 200


@dataclass(frozen=True, eq=False)
class Case:
    """One scenario of a comparison: id for widgets and files, title (plain or by language), its run, and its rules if known."""

    id: str
    title: Any
    run: Run
    rules: Mapping[str, bool] | None = None

    def name(self, texts: Texts) -> str:
        """Name in a language."""
        return texts.pick(self.title) or self.run.name

    @property
    def version(self) -> str:
        """Version of the program that made the run."""
        return str(self.run.manifest.get("versions", {}).get("unweave", "?"))

    @property
    def switched(self) -> Mapping[str, bool]:
        """Rules of behaviour, on or off; empty where they are not known."""
        return self.rules if self.rules is not None else _saved_rules(self.run.folder)


def common_years(cases: Sequence[Case]) -> list[int]:
    """Years that all runs have finished."""
    return sorted(set(cases[0].run.years).intersection(*(case.run.years for case in cases)))


def _clauses(run: Run, base: Run, year: int, texts: Texts) -> str:
    """What differs, in words that follow the numbers; empty where nothing does."""
    clauses = []
    for indicator in PLACES["numbers"]:
        before, after = (each.series(indicator).get(year) for each in (base, run))
        if before is None or after is None:
            continue
        moved = Change(before, after, INDICATORS[indicator].unit)
        if moved.direction != "same":
            words = {"name": texts(f"inline.{indicator}"), "value": level(moved.after, moved.unit)}
            amount = moved.show(texts, sign=False).lstrip(MINUS)
            clauses.append(texts(f"finding.{moved.direction}", change=amount, **words))
    return texts("headline.join").join(clauses)


def sentence(base: Case, other: Case, year: int, texts: Texts) -> str:
    """What a scenario changes against the base, in words that follow the numbers."""
    clauses = _clauses(other.run, base.run, year, texts)
    if not clauses:
        return texts("comparison.same", name=other.name(texts))
    return texts("comparison.sentence", name=other.name(texts), clauses=clauses)


def headings(order: Sequence[Case], texts: Texts) -> list[str]:
    """Names of the scenarios as headings, each once: the base, the first, says that it is one, a second one of a name has a number."""
    heads: list[str] = []
    for k, case in enumerate(order):
        name = f"{case.name(texts)} ({texts('comparison.base')})" if k == 0 else case.name(texts)
        heads.append(name if name not in heads else f"{name} ({k + 1})")
    return heads


def distances(
    base: Case, others: Sequence[Case], year: int, indicators: Sequence[str], spans: Spans = MappingProxyType({})
) -> DataFrame:
    """How far some indicators of every economy are from the base in a year, by scenario, as it is downloaded.

    Both levels and their difference are in stored units; ``distance`` is as shown, with its band over draws where there is
    one. Columns scenario, against, year, economy, indicator, base, value, difference, unit, distance, low, high,
    distance_unit, draws.
    """
    rows = []
    for case in others:
        frame = differences(base.run, case.run, base.run.years[0], year)
        frame = frame.loc[frame["indicator"].isin(indicators), ["economy", "indicator", "a", "b", "difference", "unit"]]
        for economy, indicator, first, after, difference, unit in frame.itertuples(index=False):
            low, high, count = math.nan, math.nan, 0
            if case.id in spans and economy in spans[case.id].columns[-1]:
                band = spans[case.id].bands([(indicator, economy)], year)
                low, high, count = band[["q05", "q95", "members"]].iloc[0] if len(band) else (low, high, count)
            away = Change(first, after, unit).amount
            name = "percentage points" if is_share(unit) else "%"
            place = (case.id, base.id, year, economy, indicator)
            rows.append((*place, first, after, difference, unit, away, low, high, name, count))
    return framed(rows, DISTANCES)


@dataclass(frozen=True, eq=False)
class Panels:
    """One picture per scenario on shared axes; ``whole`` carries the text alternative, the table and the download."""

    titles: tuple[str, ...]
    charts: tuple[Any, ...]
    whole: Figure


def panels(base: Case, others: Sequence[Case], indicator: str, economy: str, texts: Texts) -> Panels | None:
    """One indicator in each scenario, the base dashed in every panel, all on the same axes; None where nobody has it."""
    info, factor, unit = INDICATORS[indicator], scale(INDICATORS[indicator].unit), INDICATORS[indicator].unit
    series = {case.id: case.run.series(indicator, economy) for case in (base, *others)}
    if not all(series.values()):
        return None
    rows = [(id, year, economy, indicator, value, unit) for id, line in series.items() for year, value in line.items()]
    data = framed(rows, "scenario year economy indicator value unit")
    shown = data.assign(value=factor * data["value"])
    limits, charts = padded(shown["value"].tolist()), []
    for tint, case in zip(TINTS, others, strict=False):
        pair = {"base": base.id, "scenario": case.id}
        both = [shown[shown["scenario"] == id].assign(line=line) for line, id in pair.items()]
        frame = pd.concat(both, ignore_index=True)[["year", "line", "value"]]
        look: Any = {"limits": limits, "height": PANEL, "labelled": False, "seam": seam(case.run, texts)}
        look |= {"tints": {"scenario": tint}, "dashed": ["base"]}
        charts.append(lines(frame, dict.fromkeys(pair, ""), **look))
    heads = headings((base, *others), texts)
    names = dict(zip(series, heads, strict=True))
    years = sorted({year for line in series.values() for year in line})
    table = {names[id]: [number(factor * line.get(year, math.nan), 2) for year in years] for id, line in series.items()}
    scaled = {id: {year: factor * value for year, value in line.items()} for id, line in series.items()}
    words = {"economy": Names.of(base.run, texts).economy(economy), "base": base.name(texts)}
    span = {"name": info.label(texts.lang), "first": years[0], "last": years[-1]}
    whole = Figure(
        id=f"panels-{indicator}",
        title=info.label(texts.lang),
        subtitle=texts("comparison.panels_note", unit=axis_unit(unit, texts), **words),
        alt=texts("comparison.panels_alt", facts=ends_in_words(names, scaled, texts), **span, **words),
        chart=lambda width: beside(charts, heads[1:], width=width),
        table=DataFrame({texts("table.year"): years} | table),
        data=data,
        about=_about(indicator, texts),
    )
    return Panels(tuple(heads[1:]), tuple(charts), whole)


def ranking(
    base: Case, others: Sequence[Case], indicator: str, year: int, texts: Texts, spans: Spans = MappingProxyType({})
) -> Figure | None:
    """Distance from the base of every economy in a year, largest first scenario's gain on top; None where nobody has it.

    With ``spans`` each distance has its band over draws.
    """
    data = distances(base, others, year, [indicator], spans)
    data = data[data["economy"].isin((WORLD, *base.run.economies))]
    if data.empty:
        return None
    names = Names.of(base.run, texts)
    frame = data.rename(columns={"scenario": "case"})
    frame = frame.assign(value=data["distance"], name=data["economy"].map(names.economy))
    ranked = frame[frame["case"] == others[0].id].sort_values("value", ascending=False, kind="stable")
    order = list(dict.fromkeys([*ranked["name"], *frame["name"]]))
    cases = dict(zip([case.id for case in others], headings((base, *others), texts)[1:], strict=True))
    info, count = INDICATORS[indicator], int(frame["draws"].max())
    unit = texts("unit.pp") if is_share(info.unit) else "%"
    ends = {"top": ranked.iloc[0], "low": ranked.iloc[-1]}
    sizes = {f"{end}_value": f"{number(row['value'], 1, sign=True)} {unit}" for end, row in ends.items()}
    words = {"name": info.label(texts.lang), "base": base.name(texts), "year": year, "unit": unit}
    words |= {"scenario": cases[others[0].id]} | {end: row["name"] for end, row in ends.items()}
    bars = texts("bands.bars", count=count) if count else ""
    return Figure(
        id=f"ranking-{indicator}-{year}",
        title=texts("comparison.ranking", **words),
        subtitle=texts("comparison.ranking_note", **words) + bars,
        alt=texts("comparison.ranking_alt", **sizes, **words),
        chart=dots(frame, cases, order, title=unit, from_zero=True),
        table=_listed(frame, cases, order, unit, texts),
        data=data.reset_index(drop=True),
        about=_about(indicator, texts),
    )


def _listed(frame: DataFrame, cases: Mapping[str, str], order: Sequence[str], unit: str, texts: Texts) -> DataFrame:
    """A row for each economy and scenario: difference, ends of its band where there is one, unit."""
    rows = frame.set_index(["name", "case"]).reindex([(name, case) for name in order for case in cases]).reset_index()
    shown = rows[["name"]].assign(case=rows["case"].map(dict(cases)))
    for column in ("value", "low", "high"):
        shown[column] = [number(value, 2, sign=True) for value in rows[column]]
    shown["unit"] = unit
    heads = ("table.economy", *(f"bands.{name}" for name in ("scenario", "value", "low", "high")), "table.unit")
    return shown.set_axis([texts(head) for head in heads], axis=1)


def world(
    base: Case, others: Sequence[Case], year: int, texts: Texts, spans: Spans = MappingProxyType({})
) -> tuple[DataFrame, DataFrame]:
    """Numbers of the world in a year: level of the base, distance of each scenario with pp or % said; shown and plain.

    With ``spans`` the band of each distance stands behind it.
    """
    data = distances(base, others, year, PLACES["comparison"], spans)
    data = data[data["economy"] == WORLD].reset_index(drop=True)
    rows = {(row["indicator"], row["scenario"]): row for row in data.to_dict("records")}
    shown = []
    for indicator in PLACES["comparison"]:
        info, first = INDICATORS[indicator], base.run.series(indicator).get(year)
        if first is None:
            continue
        label = info.label(texts.lang)
        if not is_share(info.unit):
            label = texts("comparison.with_unit", name=label, unit=axis_unit(info.unit, texts))
        cells = []
        for case in others:
            row = rows.get((indicator, case.id))
            if row is None:
                cells.append(MISSING)
                continue
            behind = f" ({level(row['value'], info.unit)})"
            if row["draws"]:
                low, high = (number(row[end], 1, sign=True) for end in ("low", "high"))
                behind = texts("bands.between", low=low, high=high)
            cells.append(Change(first, row["value"], info.unit).show(texts) + behind)
        shown.append([label, *cells, level(first, info.unit)])
    base_head, *heads = headings((base, *others), texts)  # what differs is seen first on a phone
    return DataFrame(shown, columns=[texts("table.indicator"), *heads, base_head]), data


def _about(indicator: str, texts: Texts) -> list[tuple[str, str]]:
    info = INDICATORS[indicator]
    words = texts("comparison.about_pp" if is_share(info.unit) else "comparison.about_percent")
    about = [(texts(f"chart.{key}"), getattr(info, key)) for key in ("formula", "source", "unit")]
    return [*about, (texts("comparison.distance"), words)]


def rules_of(scenario: Scenario) -> dict[str, bool]:
    """Rules of behaviour of a scenario, on or off."""
    families = scenario.behaviour.model_dump()
    return {family: bool(entry["active"]) for family, entry in families.items() if "active" in entry}


@lru_cache(maxsize=16)
def _saved_rules(folder: Path | None) -> Mapping[str, bool]:
    """Rules of a run folder, from the resolved scenario that it holds; empty where that cannot be read.

    It is read as data alone: what it builds on and the table that it names may not be there, and need not be.
    """
    if folder is None:
        return {}
    try:
        file = folder / "scenario.resolved.yaml"
        families = parse(file.read_text(encoding="utf-8"), file.name).data["behaviour"].items()
        return {str(name): bool(entry["active"]) for name, entry in families if "active" in entry}
    except (SimError, OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _act(row: Mapping[Any, Any], names: Names) -> str:
    """A policy or event of a scenario in words."""
    lever, value = str(row["lever"]), str(row["value"])
    entry = entry_of(lever)
    if entry is not None and entry.unit.startswith("share"):
        value = f"{number(100 * float(value), 1, sign=value.startswith('+'))} %"
    years = "–".join(str(int(row[key])) for key in ("from", "to") if row[key] == row[key] and row[key] is not None)
    words = {key: names.listed(row[key], names.economy) for key in ("who", "partners")}
    words |= {"lever": names.lever(lever), "size": value, "sectors": names.listed(row["sectors"], names.sector)}
    return ACT + names.texts("comparison.act", years=years, **words)


def settings(base: Case, others: Sequence[Case], texts: Texts) -> tuple[DataFrame, DataFrame]:
    """Settings in which a scenario is not like the base: a row each, the base in the last column of values; shown and plain.

    What a scenario does not set stands as a dash. Parameters of a rule that is off in every scenario decide nothing.
    """
    order = [base, *others]
    names = Names.of(base.run, texts)
    on, off, yes = (texts(f"comparison.{word}") for word in ("on", "off", "yes"))
    said = {None: MISSING, True: on, False: off}
    families = dict.fromkeys(family for case in order for family in case.switched)
    states = {family: [case.switched.get(family) for case in order] for family in families}
    rows, labels = [], []

    def idle(family: str) -> bool:
        return family in states and all(state is False for state in states[family])

    if all(case.switched for case in order):  # a folder whose scenario cannot be read says nothing of its rules
        for family, switched in states.items():
            if len(set(switched)) > 1:
                rows.append((RULE + family, *(said[state] for state in switched)))
                labels.append(texts.get(f"comparison.rule_{family}") or family)
    for setting, *values in differing(*(case.run for case in order), name=lambda row: _act(row, names)):
        if setting.startswith(ACT):
            values, name = [yes if value == "yes" else value for value in values], setting.removeprefix(ACT)
        elif setting == "capital_supply" or idle(setting.rpartition(":")[2].partition(".")[0]):
            continue
        elif setting.endswith(FACTOR):
            name = texts("comparison.factor", name=names.parameter(setting.removesuffix(FACTOR)))
        else:
            name = names.parameter(setting)
        rows.append((setting, *values))
        labels.append(name)
    shown = [[name, *values, first] for name, (_, first, *values) in zip(labels, rows, strict=True)]
    pairs = [(setting, case.id, value) for setting, *values in rows for case, value in zip(order, values, strict=True)]
    plain = framed(pairs, "setting scenario value").replace({MISSING: ""})
    base_head, *heads = headings(order, texts)
    return DataFrame(shown, columns=[texts("table.setting"), *heads, base_head]), plain
