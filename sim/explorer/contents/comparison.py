"""Scenarios side by side: what they set differently and how far they end from a named base, with the unit of each distance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.charts import Figure, beside, dots, lines
from sim.charts.theme import TINTS, padded
from sim.indicators import INDICATORS, PLACES
from sim.report.names import Names
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import MINUS, MISSING, Change, axis_unit, ends_in_words, is_share, level, number, scale

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.explorer.contents.bands import Spans

#: Lines and height in pixels of a panel.
_PANEL, PANEL = {"base": "", "scenario": ""}, 200
#: Indicators of the world in the table of distances.
SHOWN = PLACES["comparison"]
#: Indicators in the sentence about each scenario.
SPOKEN = PLACES["numbers"]


@dataclass(frozen=True, eq=False)
class Contender:
    """One scenario of a comparison: id for widgets and files, title (plain or by language), its run, and its rules if known."""

    id: str
    title: Any
    run: Run
    rules: Mapping[str, bool] | None = None

    def name(self, texts: Texts) -> str:
        """Name in a language."""
        return texts.pick(self.title) or self.run.name


def misfit(base: Contender, other: Contender) -> str:
    """Why two runs do not compare: ``table``, ``year`` (of the base), ``none`` (no finished year); empty when they do."""
    if not base.run.years or not other.run.years:
        return "none"
    first, second = (one.run.manifest.get("table", {}).get("checksum") for one in (base, other))
    if first != second:
        return "table"
    return "year" if base.run.years[0] != other.run.years[0] else ""


def version(one: Contender) -> str:
    """Version of the program that made a run."""
    return str(one.run.manifest.get("versions", {}).get("unweave", "?"))


def common_years(contenders: Sequence[Contender]) -> list[int]:
    """Years that all runs have finished."""
    found = set(contenders[0].run.years).intersection(*(one.run.years for one in contenders))
    return sorted(found)


def delta_unit(indicator: str, texts: Texts) -> str:
    """Unit in which distances of an indicator are said: percentage points for shares, per cent for the rest."""
    return texts("unit.pp") if is_share(INDICATORS[indicator].unit) else "%"


def sentence(base: Contender, other: Contender, year: int, texts: Texts) -> str:
    """What a scenario changes against the base, in words that follow the numbers."""
    clauses = []
    for indicator in SPOKEN:
        before, after = (one.run.series(indicator).get(year) for one in (base, other))
        if before is None or after is None:
            continue
        one = Change(before, after, INDICATORS[indicator].unit)
        if one.direction != "same":
            amount = one.show(texts, sign=False).lstrip(MINUS)
            clauses.append(
                texts(
                    f"finding.{one.direction}",
                    name=texts(f"inline.{indicator}"),
                    change=amount,
                    value=level(after, one.unit),
                )
            )
    if not clauses:
        return texts("comparison.same", name=other.name(texts))
    return texts("comparison.sentence", name=other.name(texts), clauses=texts("headline.join").join(clauses))


def headings(order: Sequence[Contender], texts: Texts) -> list[str]:
    """Names of the scenarios as headings, each once: the base says that it is one, a second one of a name gets a number."""
    found: list[str] = []
    for k, one in enumerate(order):
        name = f"{one.name(texts)} ({texts('comparison.base')})" if k == 0 else one.name(texts)
        found.append(name if name not in found else f"{name} ({k + 1})")
    return found


def base_last(order: Sequence[Contender], texts: Texts) -> list[str]:
    """Headings of a table whose base comes first in ``order`` and last on the page: what differs is seen first on a phone."""
    base, *others = headings(order, texts)
    return [*others, base]


@dataclass(frozen=True, eq=False)
class Panels:
    """One picture per scenario on shared axes; ``whole`` carries the text alternative, the table and the download."""

    titles: tuple[str, ...]
    charts: tuple[Any, ...]
    whole: Figure


def panels(base: Contender, others: Sequence[Contender], indicator: str, economy: str, texts: Texts) -> Panels | None:
    """One indicator in each scenario, the base dashed in every panel, all on the same axes; None where nobody has it."""
    import pandas as pd

    info, factor = INDICATORS[indicator], scale(INDICATORS[indicator].unit)
    series = {one.id: one.run.series(indicator, economy) for one in (base, *others)}
    if not all(series.values()):
        return None
    values = [factor * value for one in series.values() for value in one.values()]
    limits, charts = padded(values), []
    for tint, one in zip(TINTS, others, strict=False):
        rows = [
            (year, line, factor * value)
            for line, who in (("base", base), ("scenario", one))
            for year, value in series[who.id].items()
        ]
        frame = pd.DataFrame(rows, columns=["year", "line", "value"])
        looks = {"scenario": tint}
        charts.append(lines(frame, _PANEL, limits=limits, tints=looks, dashed=["base"], height=PANEL, labelled=False))
    names = dict(zip(series, headings((base, *others), texts), strict=True))
    years = sorted({year for one in series.values() for year in one})
    table = pd.DataFrame(
        {texts("table.year"): years}
        | {
            names[key]: [number(factor * one.get(year, float("nan")), 2) for year in years]
            for key, one in series.items()
        }
    )
    data = pd.DataFrame(
        [
            (key, year, economy, indicator, value, info.unit)
            for key, one in series.items()
            for year, value in one.items()
        ],
        columns=["scenario", "year", "economy", "indicator", "value", "unit"],
    )
    shown = {key: {year: factor * value for year, value in one.items()} for key, one in series.items()}
    who = Names.of(base.run, texts).economy(economy)
    titles = headings((base, *others), texts)[1:]
    whole = Figure(
        id=f"panels-{indicator}",
        title=info.label(texts.lang),
        subtitle=texts("comparison.panels_note", unit=axis_unit(info.unit, texts), economy=who, base=base.name(texts)),
        alt=texts(
            "comparison.panels_alt",
            name=info.label(texts.lang),
            economy=who,
            base=base.name(texts),
            first=years[0],
            last=years[-1],
            facts=ends_in_words(names, shown, texts),
        ),
        chart=lambda width: beside(charts, titles, width=width),
        table=table,
        data=data,
        about=_about(indicator, texts),
    )
    return Panels(tuple(titles), tuple(charts), whole)


def ranking(
    base: Contender, others: Sequence[Contender], indicator: str, year: int, texts: Texts, spans: Spans | None = None
) -> Figure | None:
    """Distance from the base of every economy in a year, largest first scenario's gain on top; None where nobody has it.

    With ``spans`` each distance has its band over draws.
    """
    import pandas as pd

    info, names = INDICATORS[indicator], Names.of(base.run, texts)
    before = {code: base.run.series(indicator, code).get(year) for code in (WORLD, *base.run.economies)}
    rows = []
    for one in others:
        for code, first in before.items():
            after = one.run.series(indicator, code).get(year)
            if first is not None and after is not None:
                band = spans.of(one.id, indicator, code, year) if spans is not None else None
                rows.append(
                    (
                        one.id,
                        code,
                        names.economy(code),
                        first,
                        after,
                        Change(first, after, info.unit).amount,
                        *((band.low, band.high, band.count) if band is not None else (math.nan, math.nan, 0)),
                    )
                )
    if not rows:
        return None
    columns = ["case", "economy", "name", "base", "scenario_value", "value", "low", "high", "draws"]
    frame = pd.DataFrame(rows, columns=columns)
    lead = frame[frame["case"] == others[0].id].sort_values("value", ascending=False, kind="stable")
    order = list(dict.fromkeys([*lead["name"], *frame["name"]]))
    cases = dict(zip([one.id for one in others], headings((base, *others), texts)[1:], strict=True))
    unit = delta_unit(indicator, texts)
    count = int(frame["draws"].max())
    bars = texts("bands.bars", count=count) if count else ""
    shown = (_banded if count else _wide)(frame, cases, order, unit, texts)
    top, low = lead.iloc[0], lead.iloc[-1]
    return Figure(
        id=f"ranking-{indicator}-{year}",
        title=texts("comparison.ranking", name=info.label(texts.lang)),
        subtitle=texts("comparison.ranking_note", base=base.name(texts), year=year, unit=unit) + bars,
        alt=texts(
            "comparison.ranking_alt",
            name=info.label(texts.lang),
            year=year,
            base=base.name(texts),
            scenario=cases[others[0].id],
            top=top["name"],
            low=low["name"],
            top_value=f"{number(top['value'], 1, sign=True)} {unit}",
            low_value=f"{number(low['value'], 1, sign=True)} {unit}",
        ),
        chart=dots(frame, cases, order, title=unit, from_zero=True),
        table=shown,
        data=_ranking_data(frame, base, indicator, year),
        about=_about(indicator, texts),
    )


def _wide(frame: DataFrame, cases: Mapping[str, str], order: Sequence[str], unit: str, texts: Texts) -> DataFrame:
    """A row for each economy, a column for each scenario."""
    import pandas as pd

    table = pd.DataFrame({texts("table.economy"): order})
    for case, name in cases.items():
        part = frame[frame["case"] == case].set_index("name")["value"]
        table[f"{name} ({unit})"] = [number(part.get(one, math.nan), 2, sign=True) for one in order]
    return table


def _banded(frame: DataFrame, cases: Mapping[str, str], order: Sequence[str], unit: str, texts: Texts) -> DataFrame:
    """A row for each economy and scenario: difference, ends of its band, unit."""
    import pandas as pd

    parts = [frame[(frame["name"] == name) & (frame["case"] == case)] for name in order for case in cases]
    rows = pd.concat(parts)
    return pd.DataFrame(
        {
            texts("table.economy"): rows["name"],
            texts("bands.scenario"): rows["case"].map(dict(cases)),
            **{
                texts(f"bands.{column}"): [number(value, 2, sign=True) for value in rows[column]]
                for column in ("value", "low", "high")
            },
            texts("table.unit"): unit,
        }
    )


def _ranking_data(frame: DataFrame, base: Contender, indicator: str, year: int) -> DataFrame:
    """What is downloaded: both levels in stored units and their difference; the distance as shown, its band and the draws."""
    unit = INDICATORS[indicator].unit
    data = frame.assign(
        scenario=frame["case"],
        against=base.id,
        indicator=indicator,
        year=year,
        distance=frame["value"],
        difference=frame["scenario_value"] - frame["base"],
        unit=unit,
        distance_unit="percentage points" if is_share(unit) else "%",
    )
    columns = [
        "scenario",
        "against",
        "year",
        "economy",
        "indicator",
        "base",
        "scenario_value",
        "difference",
        "unit",
        "distance",
        "low",
        "high",
        "distance_unit",
        "draws",
    ]
    return data[columns].rename(columns={"scenario_value": "value"})


def world(
    base: Contender, others: Sequence[Contender], year: int, texts: Texts, spans: Spans | None = None
) -> tuple[DataFrame, DataFrame]:
    """Numbers of the world in a year: level of the base, distance of each scenario with pp or % said; shown and plain.

    With ``spans`` the band of each distance stands behind it.
    """
    import pandas as pd

    shown, plain = [], []
    for indicator in dict.fromkeys(SHOWN):
        info, first = INDICATORS[indicator], base.run.series(indicator).get(year)
        if first is None:
            continue
        label = info.label(texts.lang)
        row = [
            label
            if is_share(info.unit)
            else texts("comparison.with_unit", name=label, unit=axis_unit(info.unit, texts))
        ]
        for one in others:
            after = one.run.series(indicator).get(year)
            if after is None:
                row.append(MISSING)
                continue
            band = spans.of(one.id, indicator, WORLD, year) if spans is not None else None
            change = Change(first, after, info.unit).show(texts)
            between = (
                ""
                if band is None
                else texts("bands.between", low=number(band.low, 1, sign=True), high=number(band.high, 1, sign=True))
            )
            row.append(f"{change}{between}" if between else f"{change} ({level(after, info.unit)})")
            low, high, count = (math.nan, math.nan, 0) if band is None else (band.low, band.high, band.count)
            plain.append(
                (
                    one.id,
                    base.id,
                    year,
                    indicator,
                    first,
                    after,
                    after - first,
                    info.unit,
                    low,
                    high,
                    "percentage points" if is_share(info.unit) else "%",
                    count,
                )
            )
        shown.append([*row, level(first, info.unit)])
    heads = [texts("table.indicator"), *base_last((base, *others), texts)]
    columns = [
        "scenario",
        "against",
        "year",
        "indicator",
        "base",
        "value",
        "difference",
        "unit",
        "low",
        "high",
        "band_unit",
        "draws",
    ]
    return pd.DataFrame(shown, columns=heads), pd.DataFrame(plain, columns=columns)


def _about(indicator: str, texts: Texts) -> list[tuple[str, str]]:
    info = INDICATORS[indicator]
    words = texts("comparison.about_pp" if is_share(info.unit) else "comparison.about_percent")
    return [
        (texts("chart.formula"), info.formula),
        (texts("chart.source"), info.source),
        (texts("chart.unit"), info.unit),
        (texts("comparison.distance"), words),
    ]
