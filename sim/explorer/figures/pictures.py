"""Pictures of the laboratory: a chart, its text alternative, the table behind it and what it measures.

Charts take the width of their place on the page: labels of lines stand inside the plot, right of the last year. The
baseline is dashed and grey wherever it appears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.charts.figure import Figure
from sim.charts.theme import GROUP_COLOURS, INK, LESS, MORE, QUIET, WORLD_COLOUR, economy_colours
from sim.explorer.figures import plots
from sim.explorer.setups.engine import Finished
from sim.indicators import INDICATORS
from sim.report.data import GROUPS as GROUP_CODES
from sim.runs.saved import WORLD
from sim.texts import Texts
from sim.texts.formats import number, scale

if TYPE_CHECKING:
    pass


def economy_name(run: Finished, code: str, texts: Texts) -> str:
    """Name of an economy of a run's table."""
    members = run.table.economy_members or {}
    return texts.economy(code, members.get(code, ()))


def axis_title(indicator: str, texts: Texts) -> str:
    """Unit of an indicator as it is shown on an axis."""
    unit = INDICATORS[indicator].unit
    if unit.startswith("ratio"):
        return texts("chart.index")
    return "%" if scale(unit) == 100 else texts.get(f"chart.unit_{unit.split()[0]}") or unit


def course(run: Finished, base: Finished | None, indicator: str, economy: str, texts: Texts) -> Figure:
    """One indicator of the world or of an economy over the years: the scenario solid, the baseline dashed."""
    import pandas as pd

    info = INDICATORS[indicator]
    factor = scale(info.unit)
    own = run.series(indicator, economy)
    given = {"scenario": own}
    if base is not None and base.setup.key != run.setup.key:
        given["baseline"] = base.series(indicator, economy)
    names = {name: texts(f"chart.{name}") for name in given}
    who = economy_name(run, economy, texts)
    facts = " ".join(
        texts("alt.line_fact", name=names[name], before=number(factor * series[min(series)]),
              after=number(factor * series[max(series)]))
        for name, series in given.items() if series
    )  # fmt: skip
    years = run.result.years
    span = {"base": years[0], "year": years[-1]}
    shown = {name: {year: factor * value for year, value in series.items()} for name, series in given.items()}
    rows = [
        (year, name, economy, indicator, value, info.unit)
        for name, series in given.items()
        for year, value in series.items()
    ]
    wide = {texts("table.year"): years} | {
        names[name]: [series.get(year) for year in years] for name, series in shown.items()
    }
    return Figure(
        id=indicator,
        title=info.label(texts.lang),
        subtitle=texts("chart.subtitle", unit=axis_title(indicator, texts), economy=who),
        alt=texts("chart.alt_course", name=info.label(texts.lang), economy=who, rest=texts("alt.lines", facts=facts, **span)),
        chart=plots.lines(shown, names, WORLD_COLOUR if economy == WORLD else economy_colours([economy])[0],
                          (years[0], years[-1])),
        table=pd.DataFrame(wide),
        data=pd.DataFrame(rows, columns=["year", "line", "economy", "indicator", "value", "unit"]),
        about=[(texts("chart.formula"), info.formula), (texts("chart.source"), info.source), (texts("chart.unit"), info.unit)],
    )  # fmt: skip


def sparkline(run: Finished, base: Finished | None, indicator: str) -> Any:
    """A small course without axes: the scenario solid, the baseline dashed."""
    import altair as alt
    import pandas as pd

    given = {"baseline": base.series(indicator)} if base is not None else {}
    given["scenario"] = run.series(indicator)
    rows = [(year, name, value) for name, series in given.items() for year, value in series.items()]
    frame = pd.DataFrame(rows, columns=["year", "line", "value"])
    order = list(given)
    return (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.4)
        .encode(
            x=alt.X("year:Q", axis=None, scale=alt.Scale(zero=False, nice=False)),
            y=alt.Y("value:Q", axis=None, scale=alt.Scale(zero=False)),
            color=alt.Color("line:N", legend=None, scale=alt.Scale(
                domain=order, range=[QUIET if name == "baseline" else "#0B5A8F" for name in order])),
            strokeDash=alt.StrokeDash("line:N", legend=None, scale=alt.Scale(
                domain=order, range=[[5, 4] if name == "baseline" else [1, 0] for name in order])),
        )
        .properties(height=64)
    )  # fmt: skip


def groups(run: Finished, base: Finished | None, economy: str, texts: Texts) -> Figure:
    """What exports are made of over the years, stacked to 100 %; dashed lines where the baseline's borders are."""
    import pandas as pd

    shares = {"scenario": _shares(run, economy)}
    if base is not None and base.setup.key != run.setup.key:
        shares["baseline"] = _shares(base, economy)
    rows = [(year, line, code, value, economy, "share of gross exports") for line, by_year in shares.items()
            for year, values in by_year.items() for code, value in zip(GROUP_CODES, values, strict=True)]  # fmt: skip
    names = {code: texts(f"group.{code}") for code in GROUP_CODES}
    own = shares["scenario"]
    first, last = min(own), max(own)
    facts = " ".join(
        texts("alt.line_fact", name=names[code], before=number(100 * own[first][k]), after=number(100 * own[last][k]))
        for k, code in enumerate(GROUP_CODES)
    )
    who = economy_name(run, economy, texts)
    heads = [texts("chart.line"), texts("table.year"), *names.values()]
    wide = [(texts(f"chart.{line}"), year, *(100 * value for value in values))
            for line, by_year in shares.items() for year, values in by_year.items()]  # fmt: skip
    return Figure(
        id="groups",
        title=texts("chart.groups"),
        subtitle=texts("chart.subtitle", unit=texts("chart.of_exports"), economy=who),
        alt=texts("chart.alt_course", name=texts("chart.groups"), economy=who,
                  rest=texts("alt.groups", facts=facts, base=first, year=last)),
        chart=plots.stack(own, shares.get("baseline"), names, GROUP_COLOURS),
        table=pd.DataFrame(wide, columns=heads),
        data=pd.DataFrame(rows, columns=["year", "line", "group", "value", "economy", "unit"]),
        about=[(names[code], INDICATORS[code].formula if code in INDICATORS else "") for code in GROUP_CODES]
        + [(texts("chart.source"), INDICATORS["vax"].source)],
    )  # fmt: skip


def _shares(run: Finished, economy: str) -> dict[int, list[float]]:
    series = [run.series(code, economy) for code in GROUP_CODES]
    totals = {year: sum(one[year] for one in series) for year in series[0]}
    return {year: [one[year] / total for one in series] for year, total in totals.items() if total}


def incomes(run: Finished, base: Finished | None, year: int, texts: Texts) -> Figure:
    """Real income of each economy in a year, against the baseline (or the base year without one), largest gain first."""
    import altair as alt
    import pandas as pd

    other = base if base is not None and base.setup.key != run.setup.key else None
    rows = []
    for code in run.table.economies:
        own = run.series("real_income", code)[year]
        before = other.series("real_income", code)[year] if other is not None else 1.0
        rows.append((code, economy_name(run, code, texts), 100 * (own / before - 1)))
    frame = pd.DataFrame(rows, columns=["economy", "name", "value"]).sort_values(
        "value", ascending=False, kind="stable"
    )
    frame = frame.assign(side=["less" if value < 0 else "more" for value in frame["value"]],
                         shown=[number(value, 1, sign=True) for value in frame["value"]])  # fmt: skip
    top = max(float(frame["value"].abs().max()), 0.1)
    order = list(frame["name"])
    low, high = min(0.0, float(frame["value"].min())), max(0.0, float(frame["value"].max()))
    pad = 0.22 * max(high - low, top)
    x = alt.X(
        "value:Q", title=None, axis=alt.Axis(tickCount=5), scale=alt.Scale(domain=[low - pad, high + pad], nice=False)
    )
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    tint = alt.Color("side:N", legend=None, scale=alt.Scale(domain=["less", "more"], range=[LESS, MORE]))
    bars = alt.Chart(frame).mark_bar(height={"band": 0.66}).encode(x=x, y=y, color=tint)
    more = alt.Chart(frame).transform_filter("datum.value >= 0").mark_text(align="left", dx=4, fontSize=12, color=INK)
    less = alt.Chart(frame).transform_filter("datum.value < 0").mark_text(align="right", dx=-4, fontSize=12, color=INK)
    chart = alt.layer(bars, *(mark.encode(x=x, y=y, text="shown:N") for mark in (more, less))).properties(
        height=plots.HEIGHT
    )
    key = "chart.against_base" if other is None else "chart.against_baseline"
    first, last = frame.iloc[0], frame.iloc[-1]
    return Figure(
        id="incomes",
        title=texts("chart.incomes"),
        subtitle=texts(key, year=year, base=run.result.years[0]),
        alt=texts("alt.changes", top=first["name"], top_value=first["shown"], low=last["name"], low_value=last["shown"]),
        chart=chart,
        table=frame[["name", "value"]].rename(columns={"name": texts("table.economy"), "value": "%"}),
        data=frame[["economy", "value"]].assign(year=year, indicator="real_income", unit="% against the comparison"),
        about=[(texts("chart.formula"), INDICATORS["real_income"].formula), (texts("chart.source"), INDICATORS["real_income"].source)],
    )  # fmt: skip
