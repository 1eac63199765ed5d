"""Who depends on whom: matrices of levels and changes, a map of tiles, and the way of value through one exporter."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from decomp.codes import rows_in
from sim.charts.figure import Figure
from sim.charts.grids import matrix, ribbons, tiles
from sim.charts.theme import QUIET, economy_colours, wrapped
from sim.explorer.contents import framed
from sim.explorer.contents.flows import Source, money, money_scale
from sim.texts import Texts
from sim.texts.formats import number

Array = NDArray[np.float64]
#: What a matrix shows: per cent of what the row absorbs; money; geometric mean of both directions in per cent.
MEASURES = ("dependence", "absorbed", "mutual")
#: What the map shows: others' dependence on one economy, its dependence on them, foreign value in what each absorbs,
#: each one's value absorbed abroad.
MAPS = ("on", "by", "imports", "exports")
FORMULAS = {row["what"]: row["formula"] for row in rows_in("sim.explorer.contents", "formulas.csv")}
JN = "Johnson & Noguera (2012), Journal of International Economics 86"
#: Letters in a line of a name on the map.
TILE_LETTERS = 11
#: Name of what is not drawn by itself among the ribbons.
OTHER = "other"


def table_of(source: Source, measure: str, year: int) -> Array:
    """Values [s, r] of a measure in shown units (per cent, or million USD), shape (G, G); NaN where there is nothing."""
    if measure == "absorbed":
        return source.absorbed(year)
    shares = source.dependence(year)
    with np.errstate(invalid="ignore"):
        table: Array = 100 * (np.sqrt(shares * shares.T) if measure == "mutual" else shares)
    return table


def heat(
    source: Source,
    measure: str,
    year: int,
    against: int | None,
    home: bool,
    texts: Texts,
    chosen: tuple[str, str] | None = None,
) -> Figure:
    """Matrix of a measure, or of its change against another year; ``home`` keeps what each takes from itself.

    The pair ``chosen``, by the codes of source and absorber, is framed.
    """
    change, codes, years = against is not None, source.codes, [year] if against is None else [against, year]
    names = {code: source.names(texts).economy(code) for code in codes}
    tables = [table_of(source, measure, when) for when in years]
    full = tables[0] if against is None else tables[1] - tables[0]
    unit = texts("unit.pp") if change else "%"
    if measure == "absorbed":
        full, unit = money_scale(texts) * full, texts("flows.money_unit")
    away = np.where(np.eye(len(codes), dtype=bool), np.nan, full)
    values = full if home else away

    def shown(value: float) -> str:
        return texts("links.nothing") if value != value else f"{number(value, 1, sign=change)} {unit}"

    def hint(s: str, r: str, value: float) -> str:
        if s == r and not home:
            return texts("links.home_hidden", absorber=names[r])
        return texts("links.cell", absorber=names[r], source=names[s], value=shown(value))

    cells = [(s, r, values[k, j]) for k, s in enumerate(codes) for j, r in enumerate(codes)]
    rows = [(s, r, names[s], names[r], value, hint(s, r, value)) for s, r, value in cells]
    frame = framed(rows, "from to source absorber value hint")
    s, r = divmod(int(np.nanargmax(np.abs(away))), len(codes))
    words = {"measure": texts(f"links.measure_{measure}"), "year": year, "first": years[0]}
    largest = {"absorber": names[codes[r]], "source": names[codes[s]], "value": shown(away[s, r])}
    key = "heat_change" if change else "heat"
    data = [
        (when, s, r, measure, float(table[k, j]), "million USD" if measure == "absorbed" else "%")
        for when, table in zip(years, tables, strict=True)
        for k, s in enumerate(codes)
        for j, r in enumerate(codes)
    ]
    return Figure(
        id=f"{measure}-{year}" + (f"-{against}" if change else ""),
        title=texts(f"links.{key}", **words),
        subtitle=texts("links.heat_note", unit=unit, source=source.name(texts)),
        alt=texts(f"links.{key}_alt", count=len(codes), **words, **largest),
        chart=matrix(
            frame,
            names,
            top=_largest(values),
            change=change,
            rows_title=texts("fig.links_rows"),
            columns_title=texts("fig.links_columns"),
            chosen=chosen,
        ),
        table=DataFrame(
            {texts("table.absorber"): names.values()}
            | {code: [number(value, 2, sign=change) for value in full[k]] for k, code in enumerate(codes)}
        ),
        data=framed(data, "year source absorber measure value unit"),
        about=about(measure, texts),
    )


def _largest(values: Array) -> float:
    """The largest size among values, 1 where there is none."""
    return float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0


def map_values(source: Source, kind: str, focus: str, year: int) -> Array:
    """One value per economy in per cent, shape (G,); NaN for the economy in focus and where there is nothing."""
    place = source.codes.index(focus)
    if kind in ("on", "by"):
        shares = source.dependence(year)
        values: Array = 100 * (shares[place] if kind == "on" else shares[:, place])
        values[place] = np.nan
        return values
    W = source.absorbed(year)  # noqa: N806 — the letter of the design
    whole = W.sum(axis=0) if kind == "imports" else W.sum(axis=1)
    found: Array = 100 * (whole - np.diag(W)) / np.where(whole > 0, whole, np.nan)
    return found


def tile_map(source: Source, kind: str, focus: str, year: int, against: int | None, texts: Texts) -> Figure:
    """One square per economy with its value, or its change against another year."""
    change, names = against is not None, source.names(texts)
    values = map_values(source, kind, focus, year)
    if against is not None:
        values = values - map_values(source, kind, focus, against)
    unit, long_unit = (texts("unit.pp"), "percentage points") if change else ("%", "%")
    focused = focus if kind in ("on", "by") else ""
    rows = []
    for code, value in zip(source.codes, values, strict=True):
        name, shown = names.economy(code), number(value, 1, sign=change)
        rows.append((code, wrapped(name, TILE_LETTERS), value, shown, f"{name}: {shown} {unit}"))
    frame = framed(rows, "economy label value shown hint")
    ranked = frame.sort_values("value", ascending=False, kind="stable", key=lambda column: column.abs())
    top = ranked.iloc[0]
    what = texts(f"links.map_{kind}", economy=names.economy(focus))
    words = {"what": what, "year": year, "first": year if against is None else against}
    return Figure(
        id=f"map-{kind}-{focused or 'all'}-{year}" + (f"-{against}" if change else ""),
        title=texts("links.map_change" if change else "links.map", **words),
        subtitle=texts("links.map_note", unit=unit, source=source.name(texts)),
        alt=texts("links.map_alt", economy=names.economy(top["economy"]), value=f"{top['shown']} {unit}", **words),
        chart=tiles(frame, top=_largest(values), change=change, focus=focused),
        table=DataFrame(
            {
                texts("table.economy"): ranked["economy"].map(names.economy),
                f"{what} ({unit})": [number(value, 2, sign=change) for value in ranked["value"]],
            }
        ).reset_index(drop=True),
        data=frame[["economy", "value"]].assign(
            year=year, against=against, measure=kind, focus=focused, unit=long_unit
        ),
        about=about(kind, texts),
    )


def top_and_other(values: Array, codes: Sequence[str], count: int, first: str = "") -> list[tuple[str, float]]:
    """The largest ``count`` values by code, the economy ``first`` on top if it is among them, and the sum of the rest."""
    order = sorted(range(len(codes)), key=lambda k: -float(values[k]))
    found = [(codes[k], float(values[k])) for k in order[:count] if values[k] > 0]
    found.sort(key=lambda item: item[0] != first)
    rest = float(values.sum()) - sum(value for _, value in found)
    return [*found, (OTHER, rest)] if rest > 1e-9 * max(float(values.sum()), 1.0) else found


def way(source: Source, exporter: str, year: int, sectors: Sequence[str], count: int, texts: Texts) -> Figure | None:
    """Where the value in an economy's exports was added, and which final demand it serves; None without trade or tables."""
    ends = source.ends(exporter, year, sectors)
    if ends is None or ends.exports <= 0:
        return None
    names, codes, unit = source.names(texts), source.codes, texts("flows.money_unit")
    sides = {"origin": top_and_other(ends.origins, codes, count, exporter)}
    sides["market"] = top_and_other(ends.markets, codes, count)
    links = [(side, code, value) for side, parts in sides.items() for code, value in parts]

    def name(code: str) -> str:
        return texts("links.other") if code == OTHER else names.economy(code)

    middle = texts("links.exports_of", economy=names.economy(exporter))
    tints = {OTHER: QUIET} | dict(zip(codes, economy_colours(codes), strict=True))
    drawn, colours = [], {middle: tints[exporter]}
    for side, code, value in links:
        node = texts(f"links.node_{side}", economy=name(code), share=number(100 * value / ends.exports, 0))
        colours[node] = tints[code]
        source_node, target = (node, middle) if side == "origin" else (middle, node)
        drawn.append((source_node, target, money_scale(texts) * value))
    rows = [
        (year, exporter, " ".join(sectors) or "all", side, code, float(value), "million USD")
        for side, values in (("origin", ends.origins), ("market", ends.markets))
        for code, value in zip(codes, values, strict=True)
    ]
    own = float(ends.origins[codes.index(exporter)])
    foreign = [code for code, _ in sides["origin"] if code not in (exporter, OTHER)]
    words = {
        "exporter": names.economy(exporter),
        "year": year,
        "own": number(100 * own / ends.exports),
        "origin": name((*foreign, OTHER)[0]),
        "market": name(sides["market"][0][0]),
        "total": f"{money(ends.exports, texts)} {unit}",
    }
    return Figure(
        id=f"way-{exporter}-{year}",
        title=texts("links.way", **words),
        subtitle=texts("links.way_note", **words),
        alt=texts("links.way_alt", **words),
        chart=lambda _: ribbons(drawn, colours, unit),
        table=DataFrame(
            [
                (texts(f"links.side_{side}"), name(code), money(value, texts), number(100 * value / ends.exports, 1))
                for side, code, value in links
            ],
            columns=[texts("links.side"), texts("table.economy"), unit, texts("decompose.of_exports")],
        ),
        data=framed(rows, "year exporter sectors side economy value unit"),
        about=about("chain", texts),
    )


def about(what: str, texts: Texts) -> list[tuple[str, str]]:
    """What is measured, its formula and source, and how observed and simulated value added differ."""
    return [
        (texts("links.what"), texts(f"links.about_{what}")),
        (texts("chart.formula"), FORMULAS[what]),
        (texts("chart.source"), JN),
        (texts("links.which"), texts("links.which_text")),
    ]
