"""What countries did and why: filters over the log, the timeline, one decision in full, and the state between countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.charts import Figure, matrix, states, timeline
from sim.explorer.contents.rules import driver, sentence
from sim.indicators import INDICATORS, PAIR_INDICATORS, PLACES
from sim.report.names import Names, amount, in_order
from sim.runs.saved import Run
from sim.texts import Texts
from sim.texts.formats import MISSING, level, scale

if TYPE_CHECKING:
    from pandas import DataFrame

#: Decisions offered in the selection beside the table, the largest first.
OFFERED = 60
#: Smaller moves have no symbol in the timeline: relative to the largest move of their lever.
SMALLEST = 0.02
#: What can be looked at between pairs; ``both`` is membership of both in the ledger.
PAIRS = ("trust", "tariff", "both")
#: What can be looked at by economy and year.
STATES = PLACES["agents"]


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the log is shown; empty lists mean everything."""

    levers: tuple[str, ...] = ()
    economies: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    years: tuple[int, int] | None = None


def log(run: Run, chosen: Filter) -> DataFrame:
    """Decisions that pass the filter, with ``size``: the move against the largest of its lever in the run (0 to 1).

    The index is the place of a decision in the whole log.
    """
    frame = run["decisions"].reset_index(drop=True)
    size = (frame["after"] - frame["before"]).abs()
    largest = size.groupby(frame["lever"]).transform("max")
    frame = frame.assign(size=(size / largest.where(largest > 0, 1.0)).fillna(0.0))
    for column, wanted in (("lever", chosen.levers), ("economy", chosen.economies), ("kind", chosen.kinds)):
        if wanted:
            frame = frame[frame[column].isin(wanted)]
    if chosen.years is not None:
        frame = frame[frame["year"].between(*chosen.years)]
    return frame


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
    counts = frame.groupby(["economy", "lever"], sort=False).agg(
        first=("year", "min"), last=("year", "max"), moves=("year", "size")
    )
    table = counts.reset_index()
    most = moves["economy"].value_counts()
    shown = table.assign(economy=table["economy"].map(codes), lever=table["lever"].map(levers))
    columns = {
        "economy": texts("table.economy"),
        "lever": texts("table.lever"),
        "first": texts("agents.first"),
        "last": texts("agents.last"),
        "moves": texts("table.moves"),
    }
    return Figure(
        id="timeline",
        title=texts("agents.timeline"),
        subtitle=texts("agents.timeline_note"),
        alt=texts(
            "agents.timeline_alt",
            count=len(frame),
            economies=frame["economy"].nunique(),
            first=frame["year"].min(),
            last=frame["year"].max(),
            most=codes[str(most.index[0])],
        ),
        chart=timeline(top, levers, codes, row=30),
        table=shown.rename(columns=columns),
        data=table,
        about=[(texts("agents.timeline"), texts("agents.timeline_about"))],
    )


def shown_log(frame: DataFrame, run: Run, texts: Texts) -> DataFrame:
    """The log as the page shows it: names instead of codes, values in the units of their lever."""
    names = Names.of(run, texts)
    economies = {code: names.economy(code) for code in run.economies} | {"": MISSING}
    sectors = {code: names.sector(code) for code in run.sectors} | {"": MISSING}
    levers = {str(code): names.lever(str(code)) for code in frame["lever"].unique()}
    kinds = {str(kind): kind_name(str(kind), texts) for kind in frame["kind"].unique()}
    shown = frame[["year"]].copy()
    shown.columns = [texts("table.year")]
    shown[texts("table.economy")] = frame["economy"].map(economies)
    shown[texts("table.lever")] = frame["lever"].map(levers)
    shown[texts("agents.partner")] = frame["partner"].fillna("").map(economies)
    shown[texts("agents.sector")] = frame["sector"].fillna("").map(sectors)
    shown[texts("table.before")] = _amounts(frame, "before")
    shown[texts("table.after")] = _amounts(frame, "after")
    shown[texts("agents.rule")] = frame["kind"].map(kinds)
    return shown


def _amounts(frame: DataFrame, column: str) -> list[str]:
    return [amount(value, str(lever)) for value, lever in zip(frame[column], frame["lever"], strict=True)]


def kind_name(kind: str, texts: Texts) -> str:
    """Name of a kind of reason."""
    return texts.get(f"kind.{kind}") or kind


@dataclass(frozen=True, slots=True)
class Why:
    """One decision in full: heading, move, reason, and the numbers as (name, value)."""

    title: str
    move: str
    reason: str
    kind: str
    numbers: tuple[tuple[str, str], ...]


def why(run: Run, place: int, texts: Texts) -> Why:
    """The decision at a place of the whole log."""
    row = run["decisions"].iloc[place]
    names = Names.of(run, texts)
    lever, kind = str(row["lever"]), str(row["kind"])
    pairs = (part.partition("=") for part in str(row["drivers"] or "").split(";"))
    drivers = {name.strip(): value.strip() for name, sign, value in pairs if sign}
    partner = names.economy(str(row["partner"])) if row["partner"] else texts("acts.all")
    sector = names.sector(str(row["sector"])) if row["sector"] else texts("acts.all")
    return Why(
        title=label(run, place, texts),
        move=texts("agents.move", before=amount(float(row["before"]), lever), after=amount(float(row["after"]), lever)),
        reason=sentence(kind, str(row["reason"]), drivers, partner, sector, texts),
        kind=kind,
        numbers=tuple(
            (texts.get(f"driver.{name}") or name, driver(kind, name, value)) for name, value in drivers.items()
        ),
    )


def label(run: Run, place: int, texts: Texts) -> str:
    """A decision in one line: year, who, what, toward whom."""
    row = run["decisions"].iloc[place]
    names = Names.of(run, texts)
    toward = [names.economy(str(row["partner"]))] if row["partner"] else []
    toward += [names.sector(str(row["sector"]))] if row["sector"] else []
    head = f"{row['year']} · {names.economy(str(row['economy']))} · {names.lever(str(row['lever']))}"
    return f"{head} → {', '.join(toward)}" if toward else head


def rule_parameters(run: Run, prefixes: Sequence[str]) -> DataFrame:
    """Values, ranges and sources in this run of the parameters that a rule reads."""
    frame = run["assumptions"]
    wanted = frame["id"].astype(str).str.startswith(tuple(prefixes)) if prefixes else frame["id"].isna()
    return frame.loc[wanted, ["id", "value", "low", "high", "unit", "source", "status"]]


# -- between countries -----------------------------------------------------------------------------


def between(run: Run, measure: str, year: int, *, change: bool, texts: Texts) -> Figure | None:
    """Trust, tariffs or common membership of every pair in a year, or their change since the base year."""
    frame = _pairs(run, measure, year)
    if frame.empty:
        return None
    if change:
        before = _pairs(run, measure, run.years[0]).rename(columns={"value": "before"})
        frame = frame.merge(before, on=["source", "absorber"])
        frame = frame.assign(value=frame["value"] - frame["before"])
    names = Names.of(run, texts)
    factor, places = (100.0, 1) if measure == "tariff" else (1.0, 2 if measure == "trust" else 0)
    data = frame.assign(value=factor * frame["value"])
    unit = "%" if measure == "tariff" else texts("agents.unit_share")
    data = data.assign(
        hint=[
            f"{names.economy(a)} → {names.economy(b)}: {value:.2f}"
            for a, b, value in zip(data["source"], data["absorber"], data["value"], strict=True)
        ]
    )
    top = float(data["value"].abs().max()) or 1.0
    top = top if change or measure == "tariff" else 1.0
    most = data.iloc[int(data["value"].to_numpy().argmax())]
    title = texts(f"agents.pairs_{measure}")
    key = "agents.pairs_change_alt" if change else "agents.pairs_alt"
    table = data.pivot_table(index="absorber", columns="source", values="value", sort=False).round(2).reset_index()
    return Figure(
        id=f"pairs-{measure}",
        title=texts("agents.pairs_title", name=title, year=year),
        subtitle=texts("agents.pairs_change" if change else "agents.pairs_level", unit=unit, base=run.years[0])
        if change or measure != "both"
        else texts("agents.both_about"),
        alt=texts(
            key,
            name=title,
            year=year,
            top=f"{most['value']:.2f}",
            a=names.economy(str(most["source"])),
            b=names.economy(str(most["absorber"])),
            mean=f"{data['value'].mean():.2f}",
        ),
        chart=matrix(
            *_drawn(data, run, texts),
            top=top,
            change=change,
            places=places,
            rows_title=texts(f"agents.rows_{measure}"),
            columns_title=texts(f"agents.columns_{measure}"),
        ),
        table=table.assign(absorber=table["absorber"].map(names.economy)).rename(
            columns={"absorber": texts("table.economy")}
        ),
        data=frame.assign(year=year, indicator=measure, change=change)[
            ["year", "source", "absorber", "indicator", "change", "value"]
        ],
        about=[(title, PAIR_INDICATORS[measure].formula if measure in PAIR_INDICATORS else texts("agents.both_about"))],
    )


def _drawn(data: DataFrame, run: Run, texts: Texts) -> tuple[DataFrame, dict[str, str]]:
    """Rows of a matrix with the labels of economies, nothing between an economy and itself; and the labels by code."""
    import pandas as pd

    names = Names.of(run, texts)
    labels = {code: names.economy(code) if texts.lang == "zh" else code for code in run.economies}
    own = pd.DataFrame({"source": list(labels), "absorber": list(labels), "hint": map(names.economy, labels)})
    whole = pd.concat([data, own], ignore_index=True)
    return whole.assign(**{side: whole[side].map(labels) for side in ("source", "absorber")}), labels


def _pairs(run: Run, measure: str, year: int) -> DataFrame:
    """Columns source, absorber, value. Tariffs: source exports, absorber levies."""
    import pandas as pd

    if measure == "both":
        member = {code: run.series("ledger", code).get(year, 0.0) for code in run.economies}
        rows = [(a, b, member[a] * member[b]) for a in member for b in member if a != b]
        ever = any(any(run.series("ledger", code).values()) for code in run.economies)
        return pd.DataFrame(rows if ever else [], columns=["source", "absorber", "value"])
    frame = run["pairs"]
    frame = frame[(frame["indicator"] == measure) & (frame["year"] == year)]
    return frame.rename(columns={"exporter": "source", "importer": "absorber"})[["source", "absorber", "value"]]


def over_years(run: Run, indicator: str, texts: Texts) -> Figure | None:
    """One state of every economy over the years as a heatmap; None when it was not tracked."""
    import pandas as pd

    names = Names.of(run, texts)
    info = INDICATORS[indicator]
    factor = scale(info.unit)
    rows = [(code, year, value) for code in run.economies for year, value in run.series(indicator, code).items()]
    if not rows:
        return None
    data = pd.DataFrame(rows, columns=["economy", "year", "value"])
    shown = data.assign(name=[names.economy(code) for code in data["economy"]], value=factor * data["value"])
    last = data[data["year"] == data["year"].max()].sort_values("value", ascending=False, kind="stable")
    facts = ", ".join(
        f"{names.economy(str(code))} {level(value, info.unit)}"
        for code, value in zip(last["economy"], last["value"], strict=True)
    )
    wide = shown.pivot_table(index="year", columns="name", values="value", sort=False).round(3).reset_index()
    unit = "%" if factor == 100 and not info.unit.startswith("ratio") else texts("agents.unit_index")
    return Figure(
        id=f"states-{indicator}",
        title=texts("agents.states_title", name=info.label(texts.lang)),
        subtitle=texts("agents.states_member" if indicator == "ledger" else "agents.states_unit", unit=unit),
        alt=texts("agents.states_alt", name=info.label(texts.lang), year=int(data["year"].max()), facts=facts),
        chart=states(shown, [names.economy(code) for code in run.economies], steps=indicator == "ledger"),
        table=wide.rename(columns={"year": texts("table.year")}),
        data=data.assign(indicator=indicator, unit=info.unit)[["year", "economy", "indicator", "value", "unit"]],
        about=[(texts("chart.formula"), info.formula), (texts("chart.source"), info.source)],
    )
