"""Figures of the laboratory: courses, what exports are made of, who gains; the contrast is dashed and grey wherever it appears."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pandas import DataFrame

from decomp.table import WorldTable
from sim.charts.figure import Figure, Plot
from sim.charts.lines import lines, stack
from sim.charts.theme import GROUP_COLOURS, WORLD_COLOUR, economy_colours, padded
from sim.explorer.contents import framed
from sim.indicators import INDICATORS, Indicator
from sim.report.brief import Brief
from sim.report.data import GROUPS, seam
from sim.report.figures import effect
from sim.runs.brief import amount
from sim.runs.result import RunResult
from sim.runs.saved import WORLD
from sim.texts import Texts
from sim.texts.formats import axis_unit, ends_in_words, is_share, scale

#: Values by line and year.
Series = Mapping[str, Mapping[int, float]]
#: Ends of an axis, None: as the data are; and what gives them for the least and the largest value drawn.
Limits = tuple[float, float] | None
Fit = Callable[[float, float], Limits]
#: Height in pixels of a picture of which two stand above the fold of a small laptop.
SHORT = 270


def name_in(table: WorldTable, code: str, texts: Texts) -> str:
    """Name of an economy of a table."""
    return texts.economy(code, (table.economy_members or {}).get(code, ()))


def economy_name(run: RunResult, code: str, texts: Texts) -> str:
    """Name of an economy of a run's table."""
    return texts.economy(code, (run.base_table.economy_members or {}).get(code, ()), run.economy_names.get(code, ""))


def compared(run: RunResult, contrast: RunResult | None) -> dict[str, RunResult]:
    """The scenario, and its contrast where that is another run."""
    other = {} if contrast is None or contrast is run else {"contrast": contrast}
    return {"scenario": run, **other}


def long(series: Series) -> DataFrame:
    """Series as rows: columns year, line, value."""
    rows = [(year, line, value) for line, values in series.items() for year, value in values.items()]
    return framed(rows, "year line value")


def by_year(series: Series, names: Mapping[str, str], texts: Texts) -> DataFrame:
    """Series as a table with a row for each year and a column for each line."""
    years = sorted({year for values in series.values() for year in values})
    columns = {names[line]: [values.get(year) for year in years] for line, values in series.items()}
    return DataFrame({texts("table.year"): years} | columns)


def course_of(
    info: Indicator,
    economy: tuple[str, str],
    series: Series,
    names: Mapping[str, str],
    facts: str,
    texts: Texts,
    *,
    id: str,
    unit: str = "",
    levels: Series | None = None,
    **look: Any,
) -> Figure:
    """One indicator of an economy (its code and name) over the years, a line for each of ``series`` in displayed units.

    ``facts`` end the text alternative, ``unit`` replaces that of the axis, ``levels`` stand in table and data where the lines are
    differences, and ``look`` is handed to :func:`sim.charts.lines.lines`, which draws the lines in the order of ``names``.
    """
    frame, behind, (code, who) = long(series), levels or series, economy
    title, data = info.label(texts.lang), long(behind)
    data = data.assign(value=data["value"] / scale(info.unit), economy=code, indicator=info.id, unit=info.unit)
    return Figure(
        id=id,
        title=title,
        subtitle=texts("chart.subtitle", unit=unit or axis_unit(info.unit, texts), economy=who),
        alt=texts("chart.alt_course", name=title, economy=who, rest=facts),
        chart=lines(frame, names, **look),
        table=by_year(behind, names, texts),
        data=data[["year", "line", "economy", "indicator", "value", "unit"]],
        about=[(texts(f"chart.{key}"), getattr(info, key)) for key in ("formula", "source", "unit")],
    )


def course(
    run: RunResult,
    contrast: RunResult | None,
    indicator: str,
    economy: str,
    texts: Texts,
    fit: Fit = lambda low, high: None,
    around: DataFrame | None = None,
    *,
    levels: bool = False,
) -> Figure:
    """One indicator of the world or of an economy over the years: the scenario solid, its contrast dashed.

    Differences from the contrast, which is zero, or both ``levels``; of a run that is set against its base year, its levels.
    ``fit`` gives the limits of the axis for what the lines reach; ``around`` is a band in the same units.
    """
    info, who, stored = INDICATORS[indicator], economy_name(run, economy, texts), compared(run, contrast)
    series = {line: one.series(indicator, economy) for line, one in stored.items()}
    factor, names = scale(info.unit), {line: texts(f"chart.{line}") for line in stored}
    shown, levelled = _scaled(series, factor), _scaled(series, factor)
    own, other = series["scenario"], series.get("contrast", {})
    away = {year: amount(other[year], own[year], info.unit) for year in own if year in other}
    units, span = {unit for _, unit in away.values()}, {"base": run.years[0], "year": run.years[-1]}
    if differs := not levels and len(units) == 1:  # what is nothing in some years has no per cent there
        shown = {"scenario": {year: size for year, (size, _) in away.items()}, "contrast": dict.fromkeys(away, 0.0)}
    facts = ends_in_words({line: names[line] for line in (["scenario"] if differs else names)}, shown, texts)
    tint = WORLD_COLOUR if economy == WORLD else economy_colours([economy])[0]
    look: Any = {"tints": {"scenario": tint}, "dashed": ["contrast"], "seam": seam(run, texts), "height": SHORT}
    reached = [value for values in shown.values() for value in values.values()]
    if around is not None and differs:
        look["around"] = around
        reached += [*around["low"], *around["high"]]
    look |= {"limits": fit(min(reached), max(reached)), "clicks": True}
    drawn = dict(reversed(names.items()))
    told = texts("alt.lines", facts=facts, **span)
    if not differs:
        return course_of(info, (economy, who), shown, drawn, told, texts, id=indicator, **look)
    unit = {"percentage points": texts("unit.pp"), "per cent": "%"}.get(units.pop()) or axis_unit(info.unit, texts)
    look |= {"unit": texts("chart.away", unit=unit), "levels": levelled}
    figure = course_of(info, (economy, who), shown, drawn, told, texts, id=indicator, **look)
    sizes = [shown["scenario"].get(year) for year in figure.table.iloc[:, 0]]
    figure.table[f"{texts('brief.size')} ({unit})"] = sizes
    return figure


def _scaled(series: Series, factor: float) -> dict[str, dict[int, float]]:
    return {line: {year: factor * value for year, value in values.items()} for line, values in series.items()}


def sparkline(run: RunResult, contrast: RunResult | None, indicator: str) -> Plot:
    """A small course without axes: the scenario solid, its contrast dashed."""
    shown = {"contrast": contrast, "scenario": run}
    frame = long({line: one.series(indicator) for line, one in shown.items() if one is not None})
    tints = {"scenario": "#0B5A8F"}
    limits = padded(frame["value"].tolist())
    look: Any = {"height": 64, "labelled": False, "axes": False, "limits": limits, "seam": seam(run)}
    return lines(frame, dict.fromkeys(shown, ""), tints=tints, dashed=["contrast"], **look)


def groups(run: RunResult, contrast: RunResult | None, economy: str, texts: Texts) -> Figure:
    """What exports are made of over the years, stacked to 100 %; dashed lines where the borders of its contrast are."""
    rows: list[tuple[int, str, str, float, str, str]] = []
    wide: list[list[Any]] = []
    shown: dict[str, dict[int, float]] = {code: {} for code in GROUPS}
    for line, one in compared(run, contrast).items():
        series = {code: one.series(code, economy) for code in GROUPS}
        for year in series[GROUPS[0]]:
            total = sum(values[year] for values in series.values())
            if total:
                shares = {code: values[year] / total for code, values in series.items()}
                rows += [(year, line, code, share, economy, "share of gross exports") for code, share in shares.items()]
                wide.append([texts(f"chart.{line}"), year, *(100 * share for share in shares.values())])
                if one is run:
                    for code, share in shares.items():
                        shown[code][year] = 100 * share
    data = framed(rows, "year line group value economy unit")
    names = {code: texts(f"group.{code}") for code in GROUPS}
    parts = data.rename(columns={"group": "part"}).assign(value=100 * data["value"])
    own, other = (parts[parts["line"] == line] for line in ("scenario", "contrast"))
    span = {"base": own["year"].min(), "year": own["year"].max()}
    facts = texts("alt.groups", facts=ends_in_words(names, shown, texts), **span)
    who = economy_name(run, economy, texts)
    formulas = [(names[code], INDICATORS[code].formula if code in INDICATORS else "") for code in GROUPS]
    return Figure(
        id="groups",
        title=texts("chart.groups"),
        subtitle=texts("chart.subtitle", unit=texts("chart.of_exports"), economy=who),
        alt=texts("chart.alt_course", name=texts("chart.groups"), economy=who, rest=facts),
        chart=stack(
            own, names, GROUP_COLOURS, borders=other if len(other) else None, seam=seam(run, texts), height=SHORT
        ),
        table=DataFrame(wide, columns=[texts("chart.line"), texts("table.year"), *names.values()]),
        data=data,
        about=[*formulas, (texts("chart.source"), INDICATORS["vax"].source)],
    )


def gains(brief: Brief, limits: Limits = None) -> Figure:
    """Who gains and who loses: the figure of the brief, whose bars can be clicked on; downloads keep codes."""
    made, frame, info = (
        effect(brief, limits=limits, height=SHORT, field="code", axis=False),
        brief.bars,
        brief.measure,
    )
    assert made is not None
    unit = brief.texts("unit.pp") if is_share(INDICATORS[info].unit) else "%"
    data = frame[["code", "value"]].assign(year=brief.year, indicator=info, unit=f"{unit} against the contrast")
    return replace(made, id="incomes", title=brief.texts("chart.incomes"), subtitle=f"{made.title}, {unit}", data=data)
