"""What a flow of exports is made of: groups of the sixteen terms, the terms themselves, both kinds of VS, changes, history."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from pandas import DataFrame

from decomp.terms import PARTITION, label
from sim.charts.bars import bars
from sim.charts.figure import Figure
from sim.charts.lines import lines, stack, stack_height
from sim.charts.theme import GROUP_COLOURS, TINTS
from sim.explorer.contents import framed
from sim.explorer.contents.flows import LEVELS, VS, Flow, Seen, Source, about, group_of, money, money_scale, see, short
from sim.observed.figures import BREAK
from sim.report.data import seam
from sim.texts import Texts
from sim.texts.formats import ends_in_words, number


def composition(seen: Seen, level: str, texts: Texts) -> Figure:
    """Parts of gross exports in one year, in per cent and in money; they add up to the exports."""
    codes, name = LEVELS[level], seen.name(texts)
    frame = DataFrame(
        {
            "term": codes,
            "kind": [group_of(code) for code in codes],
            "name": [short(code, texts, level) for code in codes],
            "million_usd": [seen.part(code) for code in codes],
            "value": [seen.share(code) for code in codes],
            "full": [label(code, texts.lang) for code in codes],
        }
    )
    frame["shown"] = [f"{number(value)} %" for value in frame["value"]]
    table = DataFrame(
        {
            texts("decompose.part"): [*frame["name"], texts("decompose.exports")],
            texts("decompose.meaning"): [*frame["full"], ""],
            texts("decompose.of_exports"): [
                number(value, 2) for value in (*frame["value"], float(frame["value"].sum()))
            ],
            texts("flows.money_unit"): [money(value, texts) for value in (*frame["million_usd"], seen.exports)],
        }
    )
    top = frame.sort_values("value", ascending=False, kind="stable").iloc[0]
    facts = {"top": top["name"], "value": number(float(top["value"])), "domestic": number(seen.dva)}
    return Figure(
        id=f"{level}-{seen.flow.exporter}-{seen.flow.importer}-{seen.year}",
        title=texts("decompose.composition", flow=name, year=seen.year),
        subtitle=texts("decompose.composition_note", source=seen.source.name(texts)),
        alt=texts("decompose.composition_alt", count=len(codes), flow=name, year=seen.year, **facts),
        chart=bars(frame, list(frame["name"]), colours=GROUP_COLOURS, title=texts("decompose.of_exports")),
        table=table,
        data=_data([seen], codes),
        about=about(codes, texts),
    )


def difference(before: Seen, after: Seen, level: str, form: str, texts: Texts) -> Figure:
    """Parts of the change of gross exports; their sum is the change, which is said. ``form``: ``waterfall`` or ``sorted``."""
    codes, unit, name = LEVELS[level], texts("flows.money_unit"), after.name(texts)
    deltas = [after.part(code) - before.part(code) for code in codes]
    names = [short(code, texts, level) for code in codes]
    total = after.exports - before.exports
    if before.source.id == after.source.id:
        first, last = str(before.year), str(after.year)
    else:  # of two scenarios, with a number where they have one name
        first, last = (
            texts("decompose.end", source=seen.source.name(texts), year=seen.year) for seen in (before, after)
        )
        first, last = (first, last) if first != last else (f"{first} (1)", f"{last} (2)")
    said = [money(delta, texts, sign=True) for delta in deltas]
    scaled, full = [money_scale(texts) * delta for delta in deltas], [label(code, texts.lang) for code in codes]
    frame = DataFrame({"name": names, "value": scaled, "full": full, "shown": said})
    if form == "waterfall":
        steps = _steps(frame, before, after, (first, last), texts)
        chart = bars(steps, list(steps["name"]), title=unit)
    else:
        ranked = frame.sort_values("value", ascending=False, kind="stable")
        chart = bars(frame, list(ranked["name"]), title=unit)
    shares = [number(after.share(code) - before.share(code), 2, sign=True) for code in codes]
    whole = {
        f"{end} ({unit})": [money(value, texts) for value in (*(seen.part(code) for code in codes), seen.exports)]
        for end, seen in ((first, before), (last, after))
    }
    table = DataFrame(
        {
            texts("decompose.part"): [*names, texts("decompose.sum")],
            **whole,
            texts("table.change"): [*said, money(total, texts, sign=True)],
            texts("decompose.share_change"): [*shares, ""],
        }
    )
    high, low = int(np.argmax(deltas)), int(np.argmin(deltas))
    ends = {"top": names[high], "top_value": said[high], "low": names[low], "low_value": said[low]}
    facts = {"flow": name, "first": first, "last": last, "unit": unit, "total": money(total, texts, sign=True)}
    return Figure(
        id=f"change-{level}-{after.flow.exporter}-{after.flow.importer}-{before.year}-{after.year}",
        title=texts("decompose.change", **facts),
        subtitle=texts("decompose.change_note", left=f"{abs(sum(deltas) - total):.1e}", **facts),
        alt=texts("decompose.change_alt", **ends, **facts),
        chart=chart,
        table=table,
        data=_data([before, after], codes),
        about=about(codes, texts),
    )


def _steps(frame: DataFrame, before: Seen, after: Seen, ends: tuple[str, str], texts: Texts) -> DataFrame:
    """Rows of a waterfall: the whole before, each part from where the last one ended, the whole after."""
    reached = money_scale(texts) * before.exports
    rows = [(ends[0], "whole", 0.0, reached, money(before.exports, texts), ends[0])]
    for name, value, shown, full in frame[["name", "value", "shown", "full"]].itertuples(index=False):
        rows.append((name, "less" if value < 0 else "more", reached, reached + value, shown, full))
        reached += value
    rows.append((ends[1], "whole", 0.0, money_scale(texts) * after.exports, money(after.exports, texts), ends[1]))
    return framed(rows, "name kind start value shown full")


def history(source: Source, flow: Flow, texts: Texts) -> tuple[Figure, Figure] | None:
    """Both kinds of VS over all years of a source, and the shares of the groups; None where nothing is traded."""
    seen = [look for year in source.years if (look := see(source, flow, year)).traded]
    if not seen:
        return None
    spans = [[look.year for look in part] for _, part in groupby(seen, key=lambda look: source.part(look.year))]
    later = [year for span in spans[1:] for year in span]
    names: dict[str, str] = {str(key): texts(f"decompose.{name}") for key, name in VS.items()}
    parts = {code: short(code, texts) for code in PARTITION}
    definitions = framed([(look.year, key, look.vs(key)) for look in seen for key in VS], "year line value")
    shares = framed([(look.year, code, look.share(code)) for look in seen for code in parts], "year part value")
    years = ", ".join(f"{span[0]}–{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)
    words = {"years": f"{years} {BREAK}" if later else years, "flow": seen[0].name(texts)}

    def alt(key: str, frame: DataFrame, column: str, names: Mapping[str, str]) -> str:
        values = {code: dict(zip(part["year"], part["value"], strict=True)) for code, part in frame.groupby(column)}
        first = {code: {year: values[code][year] for year in spans[0]} for code in names}
        facts = ends_in_words(names, first, texts)
        for code, name in names.items():
            for year in later:
                facts += texts("history.alt_later", name=name, year=year, value=number(values[code][year]))
        return texts(key, base=spans[0][0], year=spans[0][-1], facts=facts)

    across: Any = {"breaks": [span[0] for span in spans[1:]]}
    across["seam"] = None if source.run is None else seam(source.run, texts)
    ends = {"exporter": flow.exporter, "importer": flow.importer, "unit": "% of gross exports"}
    vs = Figure(
        id=f"vs-{flow.exporter}-{flow.importer}",
        title=texts("decompose.vs", **words),
        subtitle=texts("decompose.vs_note", source=source.name(texts)),
        alt=alt("alt.lines", definitions, "line", names),
        chart=lines(
            definitions,
            {key: texts(f"decompose.line_{name}") for key, name in VS.items()},
            tints=dict(zip(VS, TINTS, strict=False)),
            dashed=list(VS)[1:],
            zero=True,
            height=stack_height(len(parts)),
            **across,
        ),
        table=_wide(definitions, "line", names, texts, later),
        data=definitions.assign(**ends).rename(columns={"line": "definition"}),
        about=about((), texts),
    )
    made_of = Figure(
        id=f"history-{flow.exporter}-{flow.importer}",
        title=texts("decompose.history", **words),
        subtitle=texts("decompose.history_note"),
        alt=alt("alt.groups", shares, "part", parts),
        chart=stack(shares, parts, GROUP_COLOURS, **across),
        table=_wide(shares, "part", parts, texts, later),
        data=_data(seen, PARTITION),
        about=about(PARTITION, texts),
    )
    return vs, made_of


def by_sector(seen: Seen, texts: Texts) -> tuple[DataFrame, DataFrame]:
    """One row per exporting sector: exports, domestic value added, both kinds of VS; shown and plain."""
    flow, table = seen.flow, seen.source.decomposition(seen.year).table
    chosen = [table.sectors[i] for i in table.sectors_in(list(flow.sectors) or "all")]
    names, shown, plain = seen.source.names(texts), [], []
    for code in chosen:
        sector = see(seen.source, Flow(flow.exporter, flow.importer, (code,)), seen.year)
        values = [sector.dva, *map(sector.vs, VS)]
        cells = [money(sector.exports, texts), *map(number, values)]
        if not sector.traded:
            cells = [texts("flows.no_trade")] * len(cells)
        shown.append([names.sector(code), *cells])
        plain.append((seen.year, flow.exporter, flow.importer, code, sector.exports, *values))
    exports = f"{texts('decompose.exports')} ({texts('flows.money_unit')})"
    heads = [texts("decompose.sector"), exports, texts("decompose.dva_share")]
    heads += [f"{texts(f'decompose.{key}')} (%)" for key in VS.values()]
    columns = ["year", "exporter", "importer", "sector", "exports_million_usd"]
    columns += ["dva_percent", "vs_one_minus_dva_percent", "vs_foreign_content_percent"]
    return DataFrame(shown, columns=heads), DataFrame(plain, columns=columns)


def _wide(frame: DataFrame, column: str, names: dict[str, str], texts: Texts, later: Sequence[int]) -> DataFrame:
    """A row for each year, those ``later`` ones marked that are of another source than the first."""
    wide = frame.pivot_table(index="year", columns=column, values="value", sort=False)
    wide = wide.loc[:, list(names)].map(lambda value: number(float(value), 2)).reset_index()
    wide["year"] = [f"{year} {BREAK}" if year in later else str(year) for year in wide["year"]]
    wide.columns = [texts("table.year"), *(f"{name} (%)" for name in names.values())]
    return wide


def _data(seen: Sequence[Seen], codes: Sequence[str]) -> DataFrame:
    rows = []
    for look in seen:
        flow = (look.source.id, look.year, look.flow.exporter, look.flow.importer, " ".join(look.flow.sectors) or "all")
        values = {code: look.part(code) for code in codes} | {"exports": look.exports}
        rows += [(*flow, code, value, "million USD") for code, value in values.items()]
    return framed(rows, "source year exporter importer sectors term value unit")
