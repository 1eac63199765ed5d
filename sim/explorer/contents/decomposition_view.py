"""What a flow of exports is made of: groups of the sixteen terms, the terms themselves, both kinds of VS, changes, history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from decomp.terms import PARTITION, label
from sim.charts import Figure, bars, lines, stack
from sim.charts.lines import stack_height
from sim.charts.theme import TINTS
from sim.explorer.contents.flows import (
    COLOURS,
    LEVELS,
    VS,
    Seen,
    about,
    flow_name,
    group_of,
    money,
    money_scale,
    money_unit,
    row_name,
    see,
    short,
    vs_about,
)
from sim.explorer.contents.sources import ALL, Flow, Source
from sim.texts import Texts
from sim.texts.formats import ends_in_words, number

if TYPE_CHECKING:
    from pandas import DataFrame


def composition(seen: Seen, level: str, texts: Texts) -> Figure:
    """Parts of gross exports in one year, in per cent and in money; they add up to the exports."""
    import pandas as pd

    codes = LEVELS[level]
    rows = [(code, group_of(code), row_name(code, level, texts), seen.part(code), seen.share(code)) for code in codes]
    frame = pd.DataFrame(rows, columns=["term", "kind", "name", "million_usd", "value"])
    frame = frame.assign(
        shown=[f"{number(value)} %" for value in frame["value"]], full=[label(code, texts.lang) for code in codes]
    )
    table = pd.DataFrame(
        {
            texts("decompose.part"): frame["name"],
            texts("decompose.meaning"): frame["full"],
            texts("decompose.of_exports"): [number(value, 2) for value in frame["value"]],
            money_unit(texts): [money(value, texts) for value in frame["million_usd"]],
        }
    )
    total = [
        texts("decompose.exports"),
        "",
        number(float(frame["value"].sum()), 2),
        money(seen.exports, texts),
    ]
    table.loc[len(table)] = total
    top = frame.sort_values("value", ascending=False, kind="stable").iloc[0]
    name = flow_name(seen.flow, seen.source, texts)
    return Figure(
        id=f"{level}-{seen.flow.exporter}-{seen.flow.importer}-{seen.year}",
        title=texts("decompose.composition", flow=name, year=seen.year),
        subtitle=texts("decompose.composition_note", source=seen.source.name(texts)),
        alt=texts(
            "decompose.composition_alt",
            count=len(codes),
            flow=name,
            year=seen.year,
            top=top["name"],
            value=number(float(top["value"])),
            domestic=number(seen.dva),
        ),
        chart=bars(frame, list(frame["name"]), colours=COLOURS, title=texts("decompose.of_exports")),
        table=table,
        data=_data([seen], codes),
        about=about(codes, texts),
    )


def difference(before: Seen, after: Seen, level: str, form: str, texts: Texts) -> Figure:
    """Parts of the change of gross exports; their sum is the change, which is said. ``form``: ``waterfall`` or ``sorted``."""
    import pandas as pd

    codes = LEVELS[level]
    factor = money_scale(texts)
    deltas = [after.part(code) - before.part(code) for code in codes]
    names = [row_name(code, level, texts) for code in codes]
    change = after.exports - before.exports
    first, last = _ends(before, after, texts)
    frame = pd.DataFrame(
        {
            "name": names,
            "value": [factor * delta for delta in deltas],
            "full": [label(code, texts.lang) for code in codes],
            "shown": [money(delta, texts, sign=True) for delta in deltas],
        }
    )
    if form == "waterfall":
        steps = _steps(frame, before, after, (first, last), texts)
        chart = bars(steps, list(steps["name"]), title=money_unit(texts))
    else:
        ranked = frame.sort_values("value", ascending=False, kind="stable")
        chart = bars(frame, list(ranked["name"]), title=money_unit(texts))
    shares = [after.share(code) - before.share(code) for code in codes]
    table = pd.DataFrame(
        {
            texts("decompose.part"): [*names, texts("decompose.sum")],
            f"{first} ({money_unit(texts)})": [
                money(v, texts) for v in [*(before.part(c) for c in codes), before.exports]
            ],
            f"{last} ({money_unit(texts)})": [
                money(v, texts) for v in [*(after.part(c) for c in codes), after.exports]
            ],
            texts("table.change"): [money(v, texts, sign=True) for v in [*deltas, change]],
            texts("decompose.share_change"): [*(number(v, 2, sign=True) for v in shares), ""],
        }
    )
    name = flow_name(after.flow, after.source, texts)
    high, low = int(np.argmax(deltas)), int(np.argmin(deltas))
    return Figure(
        id=f"change-{level}-{after.flow.exporter}-{after.flow.importer}-{before.year}-{after.year}",
        title=texts("decompose.change", flow=name, first=first, last=last),
        subtitle=texts(
            "decompose.change_note",
            total=money(change, texts, sign=True),
            unit=money_unit(texts),
            left=f"{abs(sum(deltas) - change):.1e}",
        ),
        alt=texts(
            "decompose.change_alt",
            flow=name,
            first=first,
            last=last,
            unit=money_unit(texts),
            total=money(change, texts, sign=True),
            top=names[high],
            top_value=money(deltas[high], texts, sign=True),
            low=names[low],
            low_value=money(deltas[low], texts, sign=True),
        ),
        chart=chart,
        table=table,
        data=_data([before, after], codes),
        about=about(codes, texts),
    )


def _ends(before: Seen, after: Seen, texts: Texts) -> tuple[str, str]:
    """Names of both ends: years, or scenarios where the source is another one."""
    if before.source.id == after.source.id:
        return str(before.year), str(after.year)
    one, other = (texts("decompose.end", source=seen.source.name(texts), year=seen.year) for seen in (before, after))
    return (one, other) if one != other else (f"{one} (1)", f"{other} (2)")


def _steps(frame: DataFrame, before: Seen, after: Seen, ends: tuple[str, str], texts: Texts) -> DataFrame:
    """Rows of a waterfall: the whole before, each part from where the last one ended, the whole after."""
    import pandas as pd

    factor = money_scale(texts)
    reached = factor * before.exports
    rows = [(ends[0], "whole", 0.0, reached, money(before.exports, texts), ends[0])]
    for name, value, shown, full in frame[["name", "value", "shown", "full"]].itertuples(index=False):
        rows.append((name, "less" if value < 0 else "more", reached, reached + value, shown, full))
        reached += value
    rows.append((ends[1], "whole", 0.0, factor * after.exports, money(after.exports, texts), ends[1]))
    return pd.DataFrame(rows, columns=["name", "kind", "start", "value", "shown", "full"])


def history(source: Source, flow: Flow, texts: Texts) -> tuple[Figure, Figure] | None:
    """Both kinds of VS over all years of a source, and the shares of the groups; None where nothing is traded."""
    import pandas as pd

    seen = [one for one in (see(source, flow, year) for year in source.years) if one.traded]
    if not seen:
        return None
    name, first, last = flow_name(flow, source, texts), seen[0], seen[-1]
    words = {str(definition): texts(f"decompose.{key}") for definition, key in VS.items()}
    kinds = pd.DataFrame(
        [(one.year, key, one.vs(key)) for one in seen for key in VS], columns=["year", "line", "value"]
    )
    parts = {code: short(code, texts) for code in PARTITION}
    shares = pd.DataFrame(
        [(one.year, code, one.share(code)) for one in seen for code in PARTITION], columns=["year", "part", "value"]
    )
    span = {"first": first.year, "last": last.year, "flow": name}
    vs = Figure(
        id=f"vs-{flow.exporter}-{flow.importer}",
        title=texts("decompose.vs", **span),
        subtitle=texts("decompose.vs_note", source=source.name(texts)),
        alt=texts(
            "alt.lines",
            base=first.year,
            year=last.year,
            facts=ends_in_words(words, {key: {one.year: one.vs(key) for one in (first, last)} for key in VS}, texts),
        ),
        chart=lines(
            kinds,
            {definition: texts(f"decompose.line_{key}") for definition, key in VS.items()},
            tints=dict(zip(VS, TINTS, strict=False)),
            dashed=list(VS)[1:],
            zero=True,
            height=stack_height(len(parts)),
        ),
        table=_wide(kinds, "line", {k: f"{v} (%)" for k, v in words.items()}, texts),
        data=kinds.assign(exporter=flow.exporter, importer=flow.importer, unit="% of gross exports").rename(
            columns={"line": "definition"}
        ),
        about=vs_about(texts),
    )
    made_of = Figure(
        id=f"history-{flow.exporter}-{flow.importer}",
        title=texts("decompose.history", **span),
        subtitle=texts("decompose.history_note"),
        alt=texts(
            "alt.groups",
            base=first.year,
            year=last.year,
            facts=ends_in_words(
                parts, {code: {one.year: one.share(code) for one in (first, last)} for code in PARTITION}, texts
            ),
        ),
        chart=stack(shares, parts, COLOURS),
        table=_wide(shares, "part", {code: f"{word} (%)" for code, word in parts.items()}, texts),
        data=_data(seen, PARTITION),
        about=about(PARTITION, texts),
    )
    return vs, made_of


def by_sector(seen: Seen, texts: Texts) -> tuple[DataFrame, DataFrame]:
    """One row per exporting sector: exports, domestic value added, both kinds of VS; shown and plain."""
    import pandas as pd

    chosen = seen.flow.sectors or tuple(seen.source.sectors)
    if seen.source.decompose is not None and seen.flow.sectors:
        table = seen.source.decompose(seen.year).table
        chosen = tuple(table.sectors[i] for i in table.sectors_in(list(chosen)))
    names, shown, plain = seen.source.names(texts), [], []
    for code in chosen:
        one = see(seen.source, Flow(seen.flow.exporter, seen.flow.importer, (code,)), seen.year)
        values = [one.dva, *(one.vs(definition) for definition in VS)]
        gone = "" if one.traded else texts("flows.no_trade")
        cells = [gone or number(value) for value in values]
        shown.append([names.sector(code), gone or money(one.exports, texts), *cells])
        plain.append((seen.year, seen.flow.exporter, seen.flow.importer, code, one.exports, *values))
    heads = [
        texts("decompose.sector"),
        f"{texts('decompose.exports')} ({money_unit(texts)})",
        texts("decompose.dva_share"),
        *(f"{texts(f'decompose.{key}')} (%)" for key in VS.values()),
    ]
    columns = [
        "year",
        "exporter",
        "importer",
        "sector",
        "exports_million_usd",
        "dva_percent",
        "vs_one_minus_dva_percent",
        "vs_foreign_content_percent",
    ]
    return pd.DataFrame(shown, columns=heads), pd.DataFrame(plain, columns=columns)


def _wide(frame: DataFrame, column: str, names: dict[str, str], texts: Texts) -> DataFrame:
    wide = frame.pivot_table(index="year", columns=column, values="value", sort=False)
    wide = wide.loc[:, list(names)].map(lambda value: number(float(value), 2)).reset_index()
    wide.columns = [texts("table.year"), *names.values()]
    return wide


def _data(seen: Sequence[Seen], codes: Sequence[str]) -> DataFrame:
    import pandas as pd

    rows = [
        (
            one.source.id,
            one.year,
            one.flow.exporter,
            one.flow.importer,
            " ".join(one.flow.sectors) or ALL,
            code,
            value,
            unit,
        )
        for one in seen
        for code, value, unit in [
            *((code, one.part(code), "million USD") for code in codes),
            ("exports", one.exports, "million USD"),
        ]
    ]
    return pd.DataFrame(rows, columns=["source", "year", "exporter", "importer", "sectors", "term", "value", "unit"])
