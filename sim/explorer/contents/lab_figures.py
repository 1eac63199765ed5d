"""Figures of the laboratory: courses, what exports are made of, incomes; the baseline is dashed and grey wherever it appears."""

from __future__ import annotations

from typing import Any

from sim.charts import Figure, Plot, bars, lines, stack
from sim.charts.theme import GROUP_COLOURS, TALL, WORLD_COLOUR, economy_colours, padded
from sim.explorer.contents import framed
from sim.indicators import INDICATORS
from sim.report.data import GROUPS, seam
from sim.runs.result import RunResult
from sim.runs.saved import WORLD
from sim.texts import Texts
from sim.texts.formats import axis_unit, ends_in_words, number, scale


def economy_name(run: RunResult, code: str, texts: Texts) -> str:
    """Name of an economy of a run's table."""
    return texts.economy(code, (run.base_table.economy_members or {}).get(code, ()))


def compared(run: RunResult, base: RunResult | None) -> dict[str, RunResult]:
    """The scenario, and the baseline where it is another run."""
    other = {} if base is None or base is run else {"baseline": base}
    return {"scenario": run, **other}


def course(run: RunResult, base: RunResult | None, indicator: str, economy: str, texts: Texts) -> Figure:
    """One indicator of the world or of an economy over the years: the scenario solid, the baseline dashed."""
    import pandas as pd

    info = INDICATORS[indicator]
    factor = scale(info.unit)
    stored = {name: one.series(indicator, economy) for name, one in compared(run, base).items()}
    shown = {name: {year: factor * value for year, value in series.items()} for name, series in stored.items()}
    names = {name: texts(f"chart.{name}") for name in stored}
    who, years = economy_name(run, economy, texts), run.years
    rows = [(year, name, value) for name, series in stored.items() for year, value in series.items()]
    data = framed(rows, "year line value").assign(economy=economy, indicator=indicator, unit=info.unit)
    data = data[["year", "line", "economy", "indicator", "value", "unit"]]
    wide = {names[name]: [series.get(year) for year in years] for name, series in shown.items()}
    tint = WORLD_COLOUR if economy == WORLD else economy_colours([economy])[0]
    words = {"name": info.label(texts.lang), "economy": who}
    facts = texts("alt.lines", facts=ends_in_words(names, shown, texts), base=years[0], year=years[-1])
    drawn = data[["year", "line"]].assign(value=factor * data["value"])
    return Figure(
        id=indicator,
        title=info.label(texts.lang),
        subtitle=texts("chart.subtitle", unit=axis_unit(info.unit, texts), economy=who),
        alt=texts("chart.alt_course", **words, rest=facts),
        chart=lines(
            drawn, dict(reversed(names.items())), tints={"scenario": tint}, dashed=["baseline"], seam=seam(run, texts)
        ),
        table=pd.DataFrame({texts("table.year"): years} | wide),
        data=data,
        about=[(texts(f"chart.{key}"), getattr(info, key)) for key in ("formula", "source", "unit")],
    )


def sparkline(run: RunResult, base: RunResult | None, indicator: str) -> Plot:
    """A small course without axes: the scenario solid, the baseline dashed."""
    shown = {"baseline": base, "scenario": run}
    rows = [
        (year, name, value)
        for name, one in shown.items()
        if one is not None
        for year, value in one.series(indicator).items()
    ]
    frame = framed(rows, "year line value")
    tints = {"scenario": "#0B5A8F"}
    limits = padded([value for _, _, value in rows])
    look: Any = {"height": 64, "labelled": False, "axes": False, "limits": limits, "seam": seam(run)}
    return lines(frame, dict.fromkeys(shown, ""), tints=tints, dashed=["baseline"], **look)


def groups(run: RunResult, base: RunResult | None, economy: str, texts: Texts) -> Figure:
    """What exports are made of over the years, stacked to 100 %; dashed lines where the baseline's borders are."""
    import pandas as pd

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
        table=pd.DataFrame(wide, columns=[texts("chart.line"), texts("table.year"), *names.values()]),
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
