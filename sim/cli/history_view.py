"""Tables on the terminal for ``unweave history``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.charts.theme import text_width
from sim.observed import History
from sim.observed.measures import VS_PARTS
from sim.observed.names import Names, vs_indicator
from sim.texts import Texts

#: Shares of the first table with their heads: codes are the same in every language.
_USE = {
    "dva_share": "DVA",
    "dva_fin_share": "DVA_FIN",
    "dva_int_share": "DVA_INT",
    "dva_intrex_share": "DVA_INTREX",
    "rdv_share": "RDV",
}
_SHARE, _PLAIN = 100.0, 1.0


def shown(past: History, texts: Texts) -> str:
    """Three tables by year: domestic value added by use, VS and its structure, the world with the pair's dependence."""
    names = Names(past, texts)
    parts = [f"{names.title}", "", names.headline(), names.world(), "", texts("history.banner")]
    for title, heads, rows in (_use(past, texts, names), _vs(past, texts), _world(past, texts, names)):
        parts += ["", title, *_table(heads, rows)]
    source = past.sources[-1]
    parts += ["", texts("history.limit_detail", economies=source.economies, sectors=source.sectors)]
    parts += [
        f"{shock.first}: {shock.label(texts.lang)} — {shock.note(texts.lang)} ({shock.source})" for shock in past.shocks
    ]
    return "\n".join(parts)


_Block = tuple[str, Sequence[str], list[tuple[str, ...]]]


def _use(past: History, texts: Texts, names: Names) -> _Block:
    ends = (past.exporter, past.importer)
    exports = past.series("exports", *ends)
    columns = [past.series(name, *ends) for name in _USE]
    rows = [
        (str(year), f"{exports.get(year, 0.0):,.0f}", *(_cell(column, year, _SHARE) for column in columns))
        for year in past.years
    ]
    heads = (texts("history.col_year"), texts("history.col_exports"), *_USE.values())
    return texts("history.print_use", **names.ends), heads, rows


def _vs(past: History, texts: Texts) -> _Block:
    ends, definition = (past.exporter, past.importer), past.asked.definition
    other = "foreign-content" if definition == "one-minus-dva" else "one-minus-dva"
    columns = [past.series(vs_indicator(definition), *ends), *(past.series(name, *ends) for name in VS_PARTS)]
    back = past.series(vs_indicator(definition), past.importer, past.exporter)
    second = past.series(vs_indicator(other), *ends)
    rows = [(str(y), *(_cell(column, y, _SHARE) for column in (*columns, second, back))) for y in past.years]
    heads = (
        texts("history.col_year"), "VS %", *(part.upper() for part in VS_PARTS.values()), f"VS % ({other})",
        f"VS % {past.importer}→{past.exporter}",
    )  # fmt: skip
    return texts("history.print_vs", definition=definition), heads, rows


def _world(past: History, texts: Texts, names: Names) -> _Block:
    on, back = (
        past.series("dependence", past.exporter, past.importer),
        past.series("dependence", past.importer, past.exporter),
    )
    interdependence, vs = past.series("interdependence"), past.series("vs_foreign_content")
    reversal = past.series("reversal_labour_abundance")
    marks = {year: shock.label(texts.lang) for shock in past.shocks for year in range(shock.first, shock.last + 1)}
    rows = [
        (
            str(year),
            *(_cell(one, year, _SHARE) for one in (interdependence, vs, on, back)),
            _cell(reversal, year, _PLAIN, 3),
            marks.get(year, ""),
        )
        for year in past.years
    ]
    heads = (
        texts("history.col_year"), f"{texts('history.print_interdependence')} %", "VS % (foreign-content)",
        f"{texts('history.print_dep', absorber=past.importer, source=past.exporter)} %",
        f"{texts('history.print_dep', absorber=past.exporter, source=past.importer)} %",
        texts("history.print_reversal"), texts("history.col_mark"),
    )  # fmt: skip
    return texts("history.print_world"), heads, rows


def _cell(series: dict[int, float], year: int, factor: float, decimals: int = 2) -> str:
    value = series.get(year, math.nan)
    return "–" if math.isnan(value) else f"{factor * value:.{decimals}f}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Right-aligned columns; the last text column and the year stand left."""
    widths = [max(_width(row[k]) for row in (heads, *rows)) for k in range(len(heads))]
    for row in (heads, *rows):
        cells = [
            cell + " " * (width - _width(cell)) if k == 0 else " " * (width - _width(cell)) + cell
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    return round(sum(2 if ord(c) >= 0x2E80 else 1 for c in text)) if text_width(text) else 0
