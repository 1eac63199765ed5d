"""What countries did and why: filters over the log, the timeline, one decision in full, and the state between countries."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas import DataFrame

from sim.charts.bars import parts
from sim.charts.figure import Figure
from sim.charts.grids import matrix, states, timeline
from sim.explorer.contents import framed
from sim.indicators import INDICATORS, PAIR_INDICATORS, PLACES
from sim.report.data import seam
from sim.report.names import Names, amount, drivers_of, in_order
from sim.rules import reasons
from sim.rules.log import Reason
from sim.runs.saved import Run
from sim.texts import Texts
from sim.texts.formats import MINUS, MISSING, NBSP, level, number, scale

#: Where the rules live whose docstrings are their source.
RULES_FOLDER = "sim/rules"
#: Decisions offered in the selection beside the table, the largest first.
OFFERED = 60
#: Smaller moves have no symbol in the timeline: relative to the largest move of their lever.
SMALLEST = 0.02
#: What can be looked at between pairs; ``both`` is membership of both in the ledger.
PAIRS = ("trust", "tariff", "both")
#: What can be looked at by economy and year.
STATES = PLACES["agents"]


def log(run: Run, years: tuple[int, int] | None = None, **chosen: Collection[str]) -> DataFrame:
    """Decisions with ``size``: the move against the largest of its lever in the run (0 to 1).

    Those of a span of years, and those whose columns have one of the values ``chosen`` by column; without any all pass.
    The index is the place of a decision in the whole log.
    """
    frame = run["decisions"].reset_index(drop=True)
    size = (frame["after"] - frame["before"]).abs()
    largest = size.groupby(frame["lever"]).transform("max")
    frame = frame.assign(size=(size / largest.where(largest > 0, 1.0)).fillna(0.0))
    for column, wanted in chosen.items():
        if wanted:
            frame = frame[frame[column].isin(wanted)]
    return frame if years is None else frame[frame["year"].between(*years)]


def largest(frame: DataFrame, count: int = OFFERED) -> list[int]:
    """Places of the largest decisions, instruments of governments first, one lever after the other."""
    order = {lever: k for k, lever in enumerate(in_order(frame["lever"]))}
    ranked = frame.assign(rank=frame.groupby("lever")["size"].rank(ascending=False, method="first"))
    ranked = ranked.assign(turn=ranked["lever"].map(order)).sort_values(["rank", "turn"], kind="stable")
    return [int(place) for place in ranked.index[:count]]


def when(frame: DataFrame, run: Run, texts: Texts) -> Figure | None:
    """Timeline of the filtered decisions; None when none is large enough to be drawn."""
    moves = frame[frame["size"] >= SMALLEST]
    if moves.empty:
        return None
    names = Names.of(run, texts)
    top = moves.groupby(["year", "economy", "lever"], sort=False)["size"].max().reset_index()
    levers = {lever: names.lever(lever) for lever in in_order(top["lever"])}
    codes = {code: names.economy(code) for code in run.economies}
    years = {"first": ("year", "min"), "last": ("year", "max"), "moves": ("year", "size")}
    table = frame.groupby(["economy", "lever"], sort=False).agg(**years).reset_index()
    heads = ("table.economy", "table.lever", "agents.first", "agents.last", "table.moves")
    shown = table.assign(economy=table["economy"].map(codes), lever=table["lever"].map(levers))
    count = {"count": len(frame), "economies": frame["economy"].nunique()}
    span = {"first": frame["year"].min(), "last": frame["year"].max()}
    return Figure(
        id="timeline",
        title=texts("agents.timeline"),
        subtitle=texts("agents.timeline_note"),
        alt=texts("agents.timeline_alt", most=codes[str(moves["economy"].value_counts().index[0])], **count, **span),
        chart=timeline(top, levers, codes, row=30, seam=seam(run)),
        table=shown.set_axis([texts(head) for head in heads], axis=1),
        data=table,
        about=[(texts("agents.timeline"), texts("agents.timeline_about"))],
    )


def who_protects(run: Run, texts: Texts) -> Figure | None:
    """What every economy has added to its mean tariff on goods by rule, by reason; None where no rule has moved a tariff."""
    frame = run["decisions"]
    points = 100.0 * frame["drivers"].astype(str).str.extract(r"\badded=([^;]+)")[0].astype(float)
    added = (
        frame.assign(value=points).dropna(subset=["value"]).groupby(["economy", "kind"])["value"].sum().reset_index()
    )
    total = added.groupby("economy")["value"].sum()
    total = total[total.abs() > SMALLEST].sort_values(ascending=False)
    if total.empty:
        return None
    names = Names.of(run, texts)
    kinds = {kind: kind_name(kind, texts) for kind in added["kind"].unique()}
    data = (
        added[added["economy"].isin(total.index)]
        .assign(name=added["economy"].map(names.economy))
        .rename(columns={"kind": "part"})
    )
    order = [names.economy(code) for code in total.index]
    wide = (
        data.pivot_table(index="name", columns="part", values="value", fill_value=0.0).loc[order].rename(columns=kinds)
    )
    most = {"most": order[0], "points": number(float(total.iloc[0]), 1), "last": run.years[-1]}
    return Figure(
        id="who-protects",
        title=texts("agents.who"),
        subtitle=texts("agents.who_note"),
        alt=texts("agents.who_alt", count=len(order), **most),
        chart=parts(
            data, kinds, whole=texts("agents.who_whole"), title=texts("agents.who_axis"), order=order, width=None
        ),
        table=wide.reset_index().rename(columns={"name": texts("table.economy")}),
        data=data,
        about=[(texts("agents.who"), texts("agents.who_note"))],
    )


def shown_log(frame: DataFrame, run: Run, texts: Texts) -> DataFrame:
    """The log as the page shows it: names instead of codes, values in the units of their lever."""
    names = Names.of(run, texts)

    def named(column: str, name: Callable[[str], str]) -> Any:
        codes = frame[column].fillna("").astype(str)
        return codes.map({code: name(code) if code else MISSING for code in codes.unique()})

    levels = {
        column: [amount(value, str(lever)) for value, lever in zip(frame[column], frame["lever"], strict=True)]
        for column in ("before", "after")
    }
    return DataFrame(
        {
            texts("table.year"): frame["year"],
            texts("table.economy"): named("economy", names.economy),
            texts("table.lever"): named("lever", names.lever),
            texts("agents.partner"): named("partner", names.economy),
            texts("agents.sector"): named("sector", names.sector),
            texts("table.before"): levels["before"],
            texts("table.after"): levels["after"],
            texts("agents.rule"): named("kind", lambda kind: kind_name(kind, texts)),
        }
    )


def kind_name(kind: str, texts: Texts) -> str:
    """Name of a kind of reason."""
    return texts.get(f"kind.{kind}") or kind


@dataclass(frozen=True, slots=True)
class Why:
    """One decision in full: move, reason, and the numbers as (name, value)."""

    move: str
    reason: str
    kind: str
    numbers: tuple[tuple[str, str], ...]


def why(run: Run, place: int, texts: Texts) -> Why:
    """The decision at a place of the whole log."""
    row = run["decisions"].iloc[place]
    names, lever, kind = Names.of(run, texts), str(row["lever"]), str(row["kind"])
    before, after = (amount(float(row[column]), lever) for column in ("before", "after"))
    return Why(
        move=texts("agents.move", before=before, after=after),
        reason=names.reason(row),
        kind=kind,
        numbers=tuple(
            (texts.get(f"driver.{name}") or name, driver(kind, name, value)) for name, value in drivers_of(row).items()
        ),
    )


def label(run: Run, place: int, texts: Texts) -> str:
    """A decision in one line: year, who, what, toward whom."""
    row = run["decisions"].iloc[place]
    names = Names.of(run, texts)
    head = f"{row['year']} · {names.economy(str(row['economy']))} · {names.lever(str(row['lever']))}"
    toward = [name(str(row[key])) for key, name in (("partner", names.economy), ("sector", names.sector)) if row[key]]
    return f"{head} → {', '.join(toward)}" if toward else head


def rule_parameters(run: Run, prefixes: Sequence[str]) -> DataFrame:
    """Values, ranges and sources in this run of the parameters that a rule reads."""
    frame = run["assumptions"]
    wanted = frame["id"].astype(str).str.startswith(tuple(prefixes)) if prefixes else frame["id"].isna()
    return frame.loc[wanted, ["id", "value", "low", "high", "unit", "source", "status"]]


def reason_of(kind: str) -> Reason:
    """Reason of a kind; an empty one for kinds of rules that are not built in."""
    return reasons().get(kind, Reason(""))


def driver(kind: str, name: str, value: str) -> str:
    """A number behind a decision as it is shown: in the way in which the rule's own sentence writes it.

    >>> driver("diffusion", "cost", "0.731").replace(NBSP, " ")
    '73.10 %'
    >>> driver("carbon-sell", "cost", "1234.5")
    '1,234'
    """
    try:
        amount = float(value)
    except ValueError:
        return value
    form = reason_of(kind).format_of(name)
    if "%" in form:
        return f"{number(100 * amount, 2)}{NBSP}%"
    return (f"{amount:{form}}" if form else f"{amount:.4g}").replace("-", MINUS)


def between(run: Run, measure: str, year: int, *, change: bool, texts: Texts) -> Figure | None:
    """Trust, tariffs or common membership of every pair in a year, or their change since the base year."""
    frame = _pairs(run, measure, year)
    if frame.empty:
        return None
    if change:
        pair = ["source", "absorber"]
        both = frame.merge(_pairs(run, measure, run.years[0]), on=pair, suffixes=("", "_before"))
        frame = both[pair].assign(value=both["value"] - both["value_before"])
    names = {code: Names.of(run, texts).economy(code) for code in run.economies}
    tariff = measure == "tariff"
    data = frame.assign(value=(100.0 if tariff else 1.0) * frame["value"])
    rows = data.itertuples(index=False)
    data["hint"] = [f"{names[a]} → {names[b]}: {value:.2f}" for a, b, value in rows]
    most = data.iloc[int(data["value"].to_numpy().argmax())]
    words: dict[str, Any] = {
        "a": names[most["source"]],
        "b": names[most["absorber"]],
        "top": f"{most['value']:.2f}",
        "mean": f"{data['value'].mean():.2f}",
        "name": texts(f"agents.pairs_{measure}"),
        "year": year,
    }
    unit = "%" if tariff else texts("agents.unit_share")
    note = texts("agents.pairs_change" if change else "agents.pairs_level", unit=unit, base=run.years[0])
    # Nothing stands between an economy and itself.
    own = DataFrame({"source": list(names), "absorber": list(names), "hint": list(names.values())})
    drawn = pd.concat([data, own], ignore_index=True)
    table = data.pivot_table(index="absorber", columns="source", values="value", sort=False).round(2).reset_index()
    about = PAIR_INDICATORS[measure].formula if measure in PAIR_INDICATORS else texts("agents.both_about")
    return Figure(
        id=f"pairs-{measure}",
        title=texts("agents.pairs_title", **words),
        subtitle=note if change or measure != "both" else texts("agents.both_about"),
        alt=texts("agents.pairs_change_alt" if change else "agents.pairs_alt", **words),
        chart=matrix(
            drawn.assign(**{side: drawn[side].map(names) for side in ("source", "absorber")}),
            names,
            top=(float(data["value"].abs().max()) or 1.0) if change or tariff else 1.0,
            change=change,
            places={"tariff": 1, "trust": 2}.get(measure, 0),
            rows_title=texts(f"agents.rows_{measure}"),
            columns_title=texts(f"agents.columns_{measure}"),
        ),
        table=table.assign(absorber=table["absorber"].map(names)).rename(columns={"absorber": texts("table.economy")}),
        data=frame.assign(year=year, indicator=measure, change=change)[
            ["year", "source", "absorber", "indicator", "change", "value"]
        ],
        about=[(words["name"], about)],
    )


def _pairs(run: Run, measure: str, year: int) -> DataFrame:
    """Columns source, absorber, value. Tariffs: source exports, absorber levies."""
    if measure == "both":
        member = {code: run.series("ledger", code).get(year, 0.0) for code in run.economies}
        rows = [(a, b, member[a] * member[b]) for a in member for b in member if a != b]
        ever = any(any(run.series("ledger", code).values()) for code in run.economies)
        return framed(rows if ever else [], "source absorber value")
    frame = run["pairs"]
    frame = frame[(frame["indicator"] == measure) & (frame["year"] == year)]
    return frame.rename(columns={"exporter": "source", "importer": "absorber"})[["source", "absorber", "value"]]


def over_years(run: Run, indicator: str, texts: Texts) -> Figure | None:
    """One state of every economy over the years as a heatmap; None when it was not tracked."""
    info = INDICATORS[indicator]
    names = {code: Names.of(run, texts).economy(code) for code in run.economies}
    rows = [(year, code, value) for code in names for year, value in run.series(indicator, code).items()]
    if not rows:
        return None
    data = framed(rows, "year economy value")
    shown = data.assign(name=data["economy"].map(names), value=scale(info.unit) * data["value"])
    last = data[data["year"] == data["year"].max()].sort_values("value", ascending=False, kind="stable")
    facts = [f"{names[code]} {level(value, info.unit)}" for _, code, value in last.itertuples(index=False)]
    unit = "%" if scale(info.unit) == 100 and not info.unit.startswith("ratio") else texts("agents.unit_index")
    wide = shown.pivot_table(index="year", columns="name", values="value", sort=False).round(3).reset_index()
    words = {"name": info.label(texts.lang), "year": int(data["year"].max())}
    return Figure(
        id=f"states-{indicator}",
        title=texts("agents.states_title", **words),
        subtitle=texts("agents.states_member" if indicator == "ledger" else "agents.states_unit", unit=unit),
        alt=texts("agents.states_alt", facts=", ".join(facts), **words),
        chart=states(shown, list(names.values()), steps=indicator == "ledger"),
        table=wide.rename(columns={"year": texts("table.year")}),
        data=data.assign(indicator=indicator, unit=info.unit)[["year", "economy", "indicator", "value", "unit"]],
        about=[(texts(f"chart.{key}"), getattr(info, key)) for key in ("formula", "source")],
    )
