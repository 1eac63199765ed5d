"""Figures of the laboratory: courses, what exports are made of, incomes; the baseline is dashed and grey wherever it appears."""

from collections.abc import Mapping
from typing import Any

from pandas import DataFrame

from sim.charts.bars import bars
from sim.charts.figure import Figure, Plot
from sim.charts.lines import lines, stack
from sim.charts.theme import GROUP_COLOURS, TALL, WORLD_COLOUR, economy_colours, padded
from sim.explorer.contents import framed
from sim.indicators import INDICATORS, Indicator
from sim.report.data import GROUPS, seam
from sim.runs.result import RunResult
from sim.runs.saved import WORLD
from sim.texts import Texts
from sim.texts.formats import axis_unit, ends_in_words, number, scale

#: Values by line and year.
Series = Mapping[str, Mapping[int, float]]


def economy_name(run: RunResult, code: str, texts: Texts) -> str:
    """Name of an economy of a run's table."""
    return texts.economy(code, (run.base_table.economy_members or {}).get(code, ()))


def compared(run: RunResult, base: RunResult | None) -> dict[str, RunResult]:
    """The scenario, and the baseline where it is another run."""
    other = {} if base is None or base is run else {"baseline": base}
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
    **look: Any,
) -> Figure:
    """One indicator of an economy (its code and name) over the years, a line for each of ``series`` in displayed units.

    ``facts`` end the text alternative, ``unit`` replaces that of the axis, and ``look`` is handed to
    :func:`sim.charts.lines.lines`, which draws the lines in the order of ``names``.
    """
    frame, (code, who) = long(series), economy
    title = info.label(texts.lang)
    data = frame.assign(value=frame["value"] / scale(info.unit), economy=code, indicator=info.id, unit=info.unit)
    return Figure(
        id=id,
        title=title,
        subtitle=texts("chart.subtitle", unit=unit or axis_unit(info.unit, texts), economy=who),
        alt=texts("chart.alt_course", name=title, economy=who, rest=facts),
        chart=lines(frame, names, **look),
        table=by_year(series, names, texts),
        data=data[["year", "line", "economy", "indicator", "value", "unit"]],
        about=[(texts(f"chart.{key}"), getattr(info, key)) for key in ("formula", "source", "unit")],
    )


def course(run: RunResult, base: RunResult | None, indicator: str, economy: str, texts: Texts) -> Figure:
    """One indicator of the world or of an economy over the years: the scenario solid, the baseline dashed."""
    factor, stored = scale(INDICATORS[indicator].unit), compared(run, base).items()
    shown = {line: {year: factor * v for year, v in one.series(indicator, economy).items()} for line, one in stored}
    names, who = {line: texts(f"chart.{line}") for line in shown}, economy_name(run, economy, texts)
    facts = texts("alt.lines", facts=ends_in_words(names, shown, texts), base=run.years[0], year=run.years[-1])
    tint = WORLD_COLOUR if economy == WORLD else economy_colours([economy])[0]
    look: Any = {"tints": {"scenario": tint}, "dashed": ["baseline"], "seam": seam(run, texts)}
    drawn = dict(reversed(names.items()))
    return course_of(INDICATORS[indicator], (economy, who), shown, drawn, facts, texts, id=indicator, **look)


def sparkline(run: RunResult, base: RunResult | None, indicator: str) -> Plot:
    """A small course without axes: the scenario solid, the baseline dashed."""
    shown = {"baseline": base, "scenario": run}
    frame = long({line: one.series(indicator) for line, one in shown.items() if one is not None})
    tints = {"scenario": "#0B5A8F"}
    limits = padded(frame["value"].tolist())
    look: Any = {"height": 64, "labelled": False, "axes": False, "limits": limits, "seam": seam(run)}
    return lines(frame, dict.fromkeys(shown, ""), tints=tints, dashed=["baseline"], **look)


def groups(run: RunResult, base: RunResult | None, economy: str, texts: Texts) -> Figure:
    """What exports are made of over the years, stacked to 100 %; dashed lines where the baseline's borders are."""
    rows: list[tuple[int, str, str, float, str, str]] = []
    wide: list[list[Any]] = []
    shown: dict[str, dict[int, float]] = {code: {} for code in GROUPS}
    for line, one in compared(run, base).items():
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
    own, other = (parts[parts["line"] == line] for line in ("scenario", "baseline"))
    span = {"base": own["year"].min(), "year": own["year"].max()}
    facts = texts("alt.groups", facts=ends_in_words(names, shown, texts), **span)
    who = economy_name(run, economy, texts)
    formulas = [(names[code], INDICATORS[code].formula if code in INDICATORS else "") for code in GROUPS]
    return Figure(
        id="groups",
        title=texts("chart.groups"),
        subtitle=texts("chart.subtitle", unit=texts("chart.of_exports"), economy=who),
        alt=texts("chart.alt_course", name=texts("chart.groups"), economy=who, rest=facts),
        chart=stack(own, names, GROUP_COLOURS, borders=other if len(other) else None, seam=seam(run, texts)),
        table=DataFrame(wide, columns=[texts("chart.line"), texts("table.year"), *names.values()]),
        data=data,
        about=[*formulas, (texts("chart.source"), INDICATORS["vax"].source)],
    )


def incomes(run: RunResult, base: RunResult | None, year: int, texts: Texts) -> Figure:
    """Real income of each economy in a year, against the baseline (or the base year without one), largest gain first."""
    info = INDICATORS["real_income"]
    other = compared(run, base).get("baseline")
    rows = []
    for code in run.economies:
        before = other.series("real_income", code)[year] if other is not None else 1.0
        value = 100 * (run.series("real_income", code)[year] / before - 1)
        rows.append((code, economy_name(run, code, texts), value, number(value, 1, sign=True)))
    frame = framed(rows, "economy name value shown")
    frame = frame.sort_values("value", ascending=False, kind="stable")
    first, last = frame.iloc[0], frame.iloc[-1]
    ends = {"top": first["name"], "top_value": first["shown"], "low": last["name"], "low_value": last["shown"]}
    key = "chart.against_base" if other is None else "chart.against_baseline"
    return Figure(
        id="incomes",
        title=texts("chart.incomes"),
        subtitle=texts(key, year=year, base=run.years[0]),
        alt=texts("alt.changes", **ends),
        chart=bars(frame, list(frame["name"]), height=TALL),
        table=frame[["name", "value"]].rename(columns={"name": texts("table.economy"), "value": "%"}),
        data=frame[["economy", "value"]].assign(year=year, indicator="real_income", unit="% against the comparison"),
        about=[(texts(f"chart.{key}"), getattr(info, key)) for key in ("formula", "source")],
    )
