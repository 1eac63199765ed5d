"""The figures of a report, each with its text alternative and the table behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
from pandas import DataFrame

from sim.channels import RESIDUAL, channel
from sim.charts.bars import bars, dots, parts, ranges
from sim.charts.figure import Figure, Plot
from sim.charts.grids import matrix, timeline
from sim.charts.lines import band, beside, lines, stack
from sim.charts.theme import GROUP_COLOURS, INK, OKABE_ITO, SIDE
from sim.indicators import PLACES
from sim.report import data
from sim.report.brief import Brief
from sim.report.data import Report
from sim.report.names import amount, in_order
from sim.report.sentences import OVER_TIME, effective
from sim.runs.saved import WORLD
from sim.texts.formats import ends_in_words, is_ratio, is_share, level, number, scale

#: Lines beside the world in one figure.
LINES = 6
QUANTILES = ("q05", "q25", "q50", "q75", "q95")
#: Bars of the brief: those asked about, and others with the largest differences.
BARS = 12
#: Indicators whose change is attributed by economy, with the key of the figure of the last year.
BY_ECONOMY = {"vs_foreign_content": "split_economies", "import_dependence": "split_dependence"}
#: What is left over is drawn from this displayed size on; in the tables it always stands.
VISIBLE = 0.005


def figures(report: Report) -> dict[str, list[Figure]]:
    """The figures that the run has data for, by section, in the order of the report."""
    if not report.run.years:
        return {}
    first, last = report.run.years[0], report.run.years[-1]
    many = [WORLD, *data.largest_exporters(report.run, LINES)]
    sections = {
        "course": [course(report, "interdependence", "interdependence", [WORLD]), drivers(report)],
        "bands": ensemble(report),
        "attribution": attributed(report),
        "vs": [course(report, "vs", "vs_foreign_content", many), course(report, "dva", "dva_share", many)],
        "groups": [groups(report), group_changes(report)],
        "links": [
            *(links(report, year) for year in dict.fromkeys((first, last))),
            links(report, last, against=first) if last != first else None,
        ],
        "incomes": [incomes(report), ends(report)],
        "acts": [acted(report)],
    }
    return {key: [figure for figure in drawn if figure is not None] for key, drawn in sections.items()}


def figure(report: Report, key: str, draw: Callable[..., Plot], alt: str, table: DataFrame, **more: Any) -> Figure:
    """Gather the texts of a figure that ``draw`` draws in a ``width``; ``more`` replaces some of them."""
    title = {} if "title" in more else {"title": report.texts(f"fig.{key}", **report.span)}
    words: Any = {"subtitle": report.texts.get(f"fig.{key}_note") or "", **title, **more}
    return Figure(id=key, alt=alt, chart=lambda width: draw(width=width), table=table, data=table, **words)


def table_of(
    wide: DataFrame, names: Mapping[Any, str], head: str, decimals: int = 2, *, sign: bool = False
) -> DataFrame:
    """The table behind a figure: the columns ``names`` of a wide frame as text, after its index."""
    cells = wide.reindex(columns=list(names)).map(lambda value: number(float(value), decimals, sign=sign))
    cells.columns = list(names.values())
    cells.insert(0, head, [str(label) for label in wide.index], allow_duplicates=True)
    return cells


def by_year(report: Report, frame: DataFrame, column: str, names: Mapping[str, str]) -> tuple[DataFrame, str]:
    """The table of a long frame with a row for each year, and its first and last values in words."""
    wide = frame.pivot_table(index="year", columns=column, values="value", sort=False)
    series: Any = {code: wide[code].dropna().to_dict() for code in names}
    return table_of(wide, names, report.texts("table.year")), ends_in_words(names, series, report.texts)


def course(report: Report, key: str, indicator: str, economies: Sequence[str]) -> Figure | None:
    """Lines of one indicator over the years; None when it was not tracked."""
    run, texts = report.run, report.texts
    frame = data.shown(run, run["indicators"], [indicator], economies)
    if frame.empty:
        return None
    others = report.others if list(economies) == [WORLD] else []
    added = [data.shown(run, data.companion(run, name), [indicator], [WORLD]).assign(economy=name) for name in others]
    frame = pd.concat([frame, *added], ignore_index=True).rename(columns={"economy": "line"})
    names = {code: report.names.economy(code) for code in economies} | {name: report.name_of(name) for name in others}
    present = set(frame.loc[frame["year"] == frame["year"].max(), "line"])
    table, facts = by_year(report, frame, "line", {code: name for code, name in names.items() if code in present})
    draw = partial(lines, frame, names, title=texts(f"fig.{key}_axis"), dashed=others, seam=data.seam(run, texts))
    return figure(report, key, draw, texts("alt.lines", facts=facts, **report.span), table)


def groups(report: Report) -> Figure | None:
    """Shares of the groups of terms in the world's exports."""
    texts, frame = report.texts, data.group_shares(report.run)
    if frame.empty:
        return None
    names = {code: texts(f"group.{code}") for code in data.GROUPS}
    table, facts = by_year(report, frame, "part", names)
    look: Any = {"title": texts("fig.groups_axis"), "seam": data.seam(report.run, texts)}
    draw = partial(stack, frame, names, GROUP_COLOURS, **look)
    return figure(report, "groups", draw, texts("alt.groups", facts=facts, **report.span), table)


def group_changes(report: Report) -> Figure | None:
    """Change of each group's share between the first and the last year."""
    texts, frame = report.texts, data.group_shares(report.run)
    ends = first, last = report.run.years[0], report.run.years[-1]
    if first == last or frame.empty:
        return None
    wide = frame.pivot_table(index="part", columns="year", values="value", sort=False).loc[list(data.GROUPS), [*ends]]
    wide.index = [texts(f"group.{code}") for code in wide.index]
    table = table_of(wide, {year: str(year) for year in ends}, texts("table.group"))
    change = wide[last] - wide[first]
    table[texts("table.change")] = [number(value, 2, sign=True) for value in change]
    return _changes(report, "group_changes", change, table, decimals=2)


def effect(brief: Brief, **look: Any) -> Figure | None:
    """Difference from the contrast by economy, in the first indicator that is asked about; None without a contrast.

    With a ``look`` of its bars it is as wide as its place.
    """
    if not brief.there or (shown := brief.bars).empty:
        return None
    texts, words = brief.texts, {"name": brief.names.indicator(brief.measure), "year": brief.year}
    top, low = shown.iloc[0], shown.iloc[-1]
    ends = {"top": top["name"], "top_value": top["shown"], "low": low["name"], "low_value": low["shown"]}
    table = shown[["name", "shown"]].set_axis([texts("table.economy"), texts("brief.figure_axis")], axis=1)
    drawn = shown.loc[shown["value"].abs().sort_values(ascending=False, kind="stable").index[:BARS]]
    drawn = shown[shown["code"].isin([*drawn["code"], *brief.whom])]
    draw = partial(bars, drawn, drawn["name"].tolist(), title=None if look else texts("brief.figure_axis"), **look)
    note = "figure_few" if len(drawn) < len(shown) else "figure_note"
    more = {
        "title": texts("brief.figure", **words),
        "subtitle": texts(f"brief.{note}", against=brief.against(), count=len(drawn)),
    }
    made = figure(brief, "effect", draw, texts("brief.alt", **ends), table, **more)
    return replace(made, chart=draw()) if look else made


def incomes(report: Report) -> Figure | None:
    """Change of real income of each economy."""
    frame = data.ratio_changes(report.run, "real_income")
    if frame.empty or len(report.run.years) < 2:
        return None
    ranked = frame.sort_values("value", ascending=False, kind="stable")
    change = ranked["value"].set_axis([report.names.economy(code) for code in ranked["economy"]])
    head = report.texts("fig.incomes_axis", **report.span)
    table = table_of(change.to_frame(), {"value": head}, report.texts("table.economy"), sign=True)
    return _changes(report, "incomes", change, table, decimals=1)


def _changes(report: Report, key: str, change: Any, table: DataFrame, decimals: int) -> Figure:
    """Bars of changes by name."""
    shown = [number(value, decimals, sign=True) for value in change]
    frame = change.rename_axis("name").reset_index(name="value").assign(shown=[text.replace("±", "") for text in shown])
    axis = report.texts(f"fig.{key}_axis", **report.span)
    words: dict[str, Any] = {}
    for side, k in (("top", change.to_numpy().argmax()), ("low", change.to_numpy().argmin())):
        words |= {side: change.index[k], f"{side}_value": shown[k]}
    draw = partial(bars, frame, list(change.index), title=axis)
    return figure(report, key, draw, report.texts("alt.changes", **words), table)


def ends(report: Report) -> Figure | None:
    """Real wages with the stock of capital fixed, as given and in unlimited supply; None when only one was run."""
    texts, frame = report.texts, data.capital_ends(report.run, "real_wage")
    if frame.empty:
        return None
    own = str(report.run.manifest.get("settings", {}).get("capital_supply", "1"))
    words = {"0": "fixed", own: "given", "inf": "elastic"}
    labels = {"given" if case == own else case: texts(f"ends.{words[case]}", value=own) for case in ("0", own, "inf")}
    cases = {case: label for case, label in labels.items() if (frame["case"] == case).any()}
    codes = [code for code in (WORLD, *report.run.economies) if (frame["economy"] == code).any()]
    names = {code: report.names.economy(code) for code in codes}
    shown = frame[frame["economy"].isin(list(names))].assign(name=lambda rows: rows["economy"].map(names))
    order, tints = list(names.values()), (OKABE_ITO[0], INK, OKABE_ITO[1])
    wide = shown.pivot_table(index="economy", columns="case", values="value", sort=False)
    wide = wide.reindex(index=codes, columns=list(cases))
    world = wide.reindex([WORLD]).iloc[0]
    facts = "; ".join(f"{label}: {number(float(world[case]))} %" for case, label in cases.items())
    draw = partial(dots, shown, cases, order, title=texts("fig.incomes_axis"), tints=tints)
    table = table_of(wide.set_axis(order), cases, texts("table.economy"), 1, sign=True)
    return figure(report, "ends", draw, texts("alt.ends", year=report.run.years[-1], facts=facts), table)


def links(report: Report, year: int, against: int | None = None) -> Figure | None:
    """Matrix of dependence in one year, or of its change against another."""
    run, texts, change = report.run, report.texts, against is not None
    frame = data.dependence(run, year, against)
    if frame.empty:
        return None
    names = {code: report.names.economy(code) for code in run.economies if (frame["absorber"] == code).any()}
    codes = {code: code for code in names}
    wide = frame.pivot_table(index="absorber", columns="source", values="value", sort=False).reindex(list(names))
    table = table_of(wide.set_axis(list(names.values())), codes, texts("table.absorber"), sign=change)
    # One scale of colours for both levels.
    shown = [frame] if change else [data.dependence(run, run.years[k]) for k in (0, -1)]
    top = max(float(part.loc[part["source"] != part["absorber"], "value"].abs().max()) for part in shown)
    others = frame.assign(value=frame["value"].where(frame["source"] != frame["absorber"]))
    most = others.iloc[int(others["value"].abs().fillna(0.0).to_numpy().argmax())]
    words = {side: names[most[side]] for side in ("absorber", "source")}
    words["value"] = f"{number(most['value'], 1, sign=change)} {texts('unit.pp') if change else '%'}"
    span = {"year": year, "base": against or year}
    sides: Any = {f"{side}_title": texts(f"fig.links_{side}") for side in ("rows", "columns")}
    draw = partial(matrix, others, codes, top=top, change=change, **sides)
    alt = texts("alt.heatmap_change" if change else "alt.heatmap", count=len(names), **words, **span)
    title = texts("fig.links_change" if change else "fig.links_first", **span)
    return figure(report, "links_change" if change else f"links_{year}", draw, alt, table, title=title)


def drivers(report: Report) -> Figure | None:
    """Small panels of what drives the world."""
    run, texts = report.run, report.texts
    frame = data.shown(run, run["indicators"], PLACES["drivers"], [WORLD]).rename(columns={"indicator": "line"})
    shown = [name for name in PLACES["drivers"] if (frame["line"] == name).any()]
    if not shown:
        return None
    names = {name: report.names.indicator(name, unit_mark(report, name).replace("index", "")) for name in shown}
    table, facts = by_year(report, frame, "line", names)

    def draw(width: int) -> Plot:
        look: Any = {"width": (width - SIDE * 2) // 2 + SIDE, "height": 64, "zero": True, "labelled": False}
        small = [lines(frame[frame["line"] == name], {name: ""}, tints={name: INK}, **look) for name in names]
        return beside(small, list(names.values()), columns=2)

    return figure(report, "drivers", draw, texts("alt.panels", facts=facts, **report.span), table)


def unit_mark(report: Report, indicator: str) -> str:
    """Short unit of an indicator for an axis or a heading."""
    unit = report.run.unit(indicator)
    return "%" if is_share(unit) else report.texts("unit.ratio") if is_ratio(unit) else unit


def acted(report: Report) -> Figure | None:
    """Who acted when; None when nobody did."""
    frame, texts, decisions = data.largest_changes(report.run), report.texts, report.run["decisions"]
    if frame.empty:
        return None
    levers = {lever: report.names.lever(lever) for lever in in_order(frame["lever"])}
    names = {code: report.names.economy(code) for code in report.run.economies}
    rows = []
    for (economy, lever), part in decisions.groupby(["economy", "lever"], sort=False):
        if lever in levers:
            years = texts("acts.from_to", first=part["year"].min(), last=part["year"].max())
            range_ = " … ".join(amount(value, str(lever)) for value in (part["after"].min(), part["after"].max()))
            rows.append((names.get(str(economy), str(economy)), levers[str(lever)], years, str(len(part)), range_))
    heads = [texts(f"table.{head}") for head in ("economy", "lever", "when", "moves", "value")]
    table = pd.DataFrame(rows, columns=heads)
    alt = texts("alt.timeline", count=len(decisions), economies=decisions["economy"].nunique(), **report.span)
    return figure(report, "timeline", partial(timeline, frame, levers, names), alt, table, broad=True)


def attributed(report: Report) -> list[Figure | None]:
    """Parts of the changes by channel, over time and by economy; none when attribution was not asked for."""
    run = report.run
    if "attribution" not in run or len(set(run["attribution"]["year"])) < 2:
        return []
    return [_split(report, key, name) for chosen in (OVER_TIME, BY_ECONOMY) for name, key in chosen.items()]


def _split(report: Report, key: str, indicator: str) -> Figure | None:
    """Parts of an indicator's change, of the world by year or of the economies in the last year."""
    run, texts = report.run, report.texts
    frame, over_time = data.parts_of(run, indicator), key in OVER_TIME.values()
    frame = frame[frame["economy"] == WORLD] if over_time else frame[frame["year"] == frame["year"].max()]
    if frame.empty:
        return None
    names = {id: channel(id).label(texts.lang) for id in effective(run)}
    names[RESIDUAL] = texts("attribution.residual")
    # What is left over is in the figure only where it can be seen.
    seen = frame.loc[frame["part"] == RESIDUAL, "value"].abs().max() >= VISIBLE
    drawn = {part: name for part, name in names.items() if part != RESIDUAL or seen}
    whole, last = texts("attribution.whole"), int(frame["year"].max())
    span = {"base": run.years[0], "year": last}
    by = "year" if over_time else "economy"
    wide = frame.pivot_table(index=by, columns="part", values="value", aggfunc="sum")
    order = None
    if over_time:
        end: Any = wide.loc[last]
        sizes = {part: number(end[part], 2, sign=True) for part in names}
        facts = [texts("attribution.fact", name=names[part], value=size) for part, size in sizes.items()]
        more, alt = {}, texts("alt.parts", facts=" ".join(facts), **span)
    else:
        wide = wide.reindex([code for code in (WORLD, *run.economies) if code in wide.index])
        wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
        order = [report.names.economy(str(code)) for code in wide.index]
        frame = frame.assign(name=frame["economy"].map(dict(zip(wide.index, order, strict=True))))
        wide = wide.set_axis(order)
        values = {f"{side}_value": number(wide.iloc[k].sum(), 2, sign=True) for side, k in (("top", 0), ("low", -1))}
        alt = texts("alt.parts_economies", year=last, top=order[0], low=order[-1], **values)
        more = {"title": texts(f"fig.{key}", **span)}
    draw = partial(parts, frame, drawn, order=order, whole=whole, title=texts("fig.split_axis", base=run.years[0]))
    table = table_of(wide.assign(whole=wide.sum(axis=1)), {**names, "whole": whole}, texts(f"table.{by}"), sign=True)
    return figure(report, key, draw, alt, table, **more)


def ensemble(report: Report) -> list[Figure | None]:
    """Bands of the world's indicators and ranges of incomes; none for a run without bands or without a simulated year."""
    if "bands" not in report.run or len(report.run.years) < 2:
        return []
    heads = {"written": report.texts("ensemble.written")} | {name: f"{int(name[1:])} %" for name in QUANTILES}
    return [*(_band(report, name, heads) for name in PLACES["bands"]), _ranges(report, heads)]


def _band(report: Report, indicator: str, heads: Mapping[str, str]) -> Figure | None:
    texts, unit = report.texts, report.run.unit(indicator)
    frame = data.bands_of(report.run, indicator)
    frame = frame[frame["economy"] == WORLD]
    if frame["written"].nunique() < 2:  # unemployment without a wage curve, for one
        return None
    shown = frame[["year"]].assign(**{name: frame[name] * scale(unit) for name in heads})
    name, last = report.names.indicator(indicator), frame.iloc[-1]
    ends = {word: level(last[column], unit) for word, column in (("low", "q05"), ("high", "q95"), ("middle", "q50"))}
    draw = partial(band, shown, title=unit_mark(report, indicator))
    table = table_of(shown.set_index("year"), heads, texts("table.year"))
    alt, title = texts("ensemble.alt", name=name, **ends, **report.span), texts("ensemble.band", name=name)
    return figure(report, f"band_{indicator}", draw, alt, table, title=title)


def _ranges(report: Report, heads: Mapping[str, str]) -> Figure | None:
    """Ranges of real income in the last year, per cent against the base year."""
    run, texts, year = report.run, report.texts, report.run.years[-1]
    frame = data.bands_of(run, "real_income")
    frame = frame[(frame["year"] == year) & frame["economy"].isin(run.economies)]
    if frame.empty:
        return None
    names = [report.names.economy(str(code)) for code in frame["economy"]]
    shown = frame[[]].assign(name=names, **{name: 100 * (frame[name] - 1) for name in heads})
    shown = shown.sort_values("written", ascending=False, kind="stable")
    widest = shown.iloc[int((shown["q95"] - shown["q05"]).to_numpy().argmax())]
    low, high = (number(widest[column], 1, sign=True) for column in ("q05", "q95"))
    draw = partial(ranges, shown, list(shown["name"]), title=texts("fig.incomes_axis"))
    alt = texts("ensemble.alt_incomes", year=year, name=widest["name"], low=low, high=high)
    table = table_of(shown.set_index("name"), heads, texts("table.economy"), 1, sign=True)
    more = {"title": texts("ensemble.incomes", year=year), "subtitle": texts("ensemble.incomes_note")}
    return figure(report, "band_incomes", draw, alt, table, **more)
