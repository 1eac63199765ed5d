"""Who depends on whom: matrices of levels and changes, a map of tiles, and the way of value through one exporter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.charts import Figure, matrix, ribbons, tiles
from sim.charts.grids import PRINTED
from sim.charts.theme import QUIET, economy_colours
from sim.explorer.contents.flows import money, money_scale, money_unit
from sim.explorer.contents.sources import Source
from sim.texts import Texts
from sim.texts.formats import number

if TYPE_CHECKING:
    from pandas import DataFrame

Array = NDArray[np.float64]
#: What a matrix shows: per cent of what the row absorbs; money; geometric mean of both directions in per cent.
MEASURES = ("dependence", "absorbed", "mutual")
#: What the map shows: others' dependence on one economy, its dependence on them, foreign value in what each absorbs,
#: each one's value absorbed abroad.
MAPS = ("on", "by", "imports", "exports")
FORMULAS = {
    "dependence": "D[r, s] = W[s, r] / Σ_s W[s, r],  W = V̂ B Y",
    "absorbed": "W[s, r] = Σ_i V_si (B Y)_si,r",
    "mutual": "√(D[r, s] · D[s, r])",
    "on": "D[r, s], s fixed",
    "by": "D[r, s], r fixed",
    "imports": "1 − D[r, r]",
    "exports": "Σ_{r≠s} W[s, r] / Σ_r W[s, r]",
    "chain": "Σ_i V_t B_ts,i E_s,i → E_s → Σ_i (Y_su + Σ_{r≠s} A_sr Σ_t B_rt Y_tu)",
}
JN = "Johnson & Noguera (2012), Journal of International Economics 86"
#: Name of what is not drawn by itself in a Sankey.
OTHER = "other"


def table_of(source: Source, measure: str, year: int) -> Array:
    """Values [s, r] of a measure in shown units (per cent, or million USD), shape (G, G); NaN where there is nothing."""
    if measure == "absorbed":
        return source.absorbed(year)
    shares = source.dependence(year)
    if measure == "mutual":
        with np.errstate(invalid="ignore"):
            both: Array = 100 * np.sqrt(shares * shares.T)
        return both
    return 100 * shares


def unit_of(measure: str, texts: Texts, *, change: bool) -> str:
    """Unit of a measure or of its change."""
    if measure == "absorbed":
        return money_unit(texts)
    return texts("unit.pp") if change else "%"


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
    import pandas as pd

    change, codes, names = against is not None, source.codes, source.names(texts)
    factor = money_scale(texts) if measure == "absorbed" else 1.0
    values = factor * (
        table_of(source, measure, year) - (table_of(source, measure, against) if against is not None else 0.0)
    )
    full = values.copy()
    if not home:
        np.fill_diagonal(values, np.nan)
    unit = unit_of(measure, texts, change=change)
    labels = {code: names.economy(code) for code in codes} if len(codes) <= PRINTED else {code: code for code in codes}
    rows = [
        (
            source_code,
            absorber,
            labels[source_code],
            labels[absorber],
            values[s, r],
            _hint(
                names.economy(source_code),
                names.economy(absorber),
                values[s, r],
                unit,
                change,
                s == r and not home,
                texts,
            ),
        )
        for s, source_code in enumerate(codes)
        for r, absorber in enumerate(codes)
    ]
    frame = pd.DataFrame(rows, columns=["from", "to", "source", "absorber", "value", "hint"])
    top = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
    off = np.where(np.eye(len(codes), dtype=bool), np.nan, full)
    s, r = divmod(int(np.nanargmax(np.abs(off))), len(codes))
    key = "heat_change" if change else "heat"
    first = against if against is not None else year
    title = texts(f"links.{key}", measure=texts(f"links.measure_{measure}"), year=year, first=first)
    table = pd.DataFrame(
        {texts("table.absorber"): [names.economy(code) for code in codes]}
        | {code: [number(full[k, j], 2, sign=change) for j in range(len(codes))] for k, code in enumerate(codes)}
    )
    return Figure(
        id=f"{measure}-{year}" + (f"-{against}" if change else ""),
        title=title,
        subtitle=texts("links.heat_note", unit=unit, source=source.name(texts)),
        alt=texts(
            f"links.{key}_alt",
            count=len(codes),
            measure=texts(f"links.measure_{measure}"),
            year=year,
            first=first,
            absorber=names.economy(codes[r]),
            source=names.economy(codes[s]),
            value=f"{number(off[s, r], 1, sign=change)} {unit}",
        ),
        chart=matrix(
            frame,
            labels,
            top=top,
            change=change,
            rows_title=texts("fig.links_rows"),
            columns_title=texts("fig.links_columns"),
            chosen=chosen,
        ),
        table=table,
        data=_matrix_data(source, measure, year, against),
        about=about(measure, texts),
    )


def _hint(source: str, absorber: str, value: float, unit: str, change: bool, home: bool, texts: Texts) -> str:
    if home:
        return texts("links.home_hidden", absorber=absorber)
    shown = texts("links.nothing") if value != value else f"{number(value, 1, sign=change)} {unit}"
    return texts("links.cell", absorber=absorber, source=source, value=shown)


def _matrix_data(source: Source, measure: str, year: int, against: int | None) -> DataFrame:
    import pandas as pd

    years = [year] if against is None else [against, year]
    unit = "million USD" if measure == "absorbed" else "%"
    rows = [
        (when, one, other, measure, float(values[s, r]), unit)
        for when in years
        for values in [table_of(source, measure, when)]
        for s, one in enumerate(source.codes)
        for r, other in enumerate(source.codes)
    ]
    return pd.DataFrame(rows, columns=["year", "source", "absorber", "measure", "value", "unit"])


# -- the map -------------------------------------------------------------------------------------------


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
    found: Array = np.divide(100 * (whole - np.diag(W)), whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return found


def tile_map(source: Source, kind: str, focus: str, year: int, against: int | None, texts: Texts) -> Figure:
    """One square per economy with its value, or its change against another year."""
    import pandas as pd

    change, names = against is not None, source.names(texts)
    values = map_values(source, kind, focus, year)
    if against is not None:
        values = values - map_values(source, kind, focus, against)
    unit = texts("unit.pp") if change else "%"
    focused = kind in ("on", "by")
    rows = [
        (
            code,
            names.economy(code) if len(source.codes) <= PRINTED and texts.lang == "zh" else code,
            value,
            number(value, 1, sign=change),
            f"{names.economy(code)}: {number(value, 1, sign=change)} {unit}",
        )
        for code, value in zip(source.codes, values, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["economy", "label", "value", "shown", "hint"])
    top = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
    most = int(np.nanargmax(np.abs(values))) if np.isfinite(values).any() else 0
    who = names.economy(focus)
    first = against if against is not None else year
    what = texts(f"links.map_{kind}", economy=who)
    shown = frame.sort_values("value", ascending=False, kind="stable", key=lambda column: column.abs())
    table = pd.DataFrame(
        {
            texts("table.economy"): [names.economy(code) for code in shown["economy"]],
            f"{what} ({unit})": [number(value, 2, sign=change) for value in shown["value"]],
        }
    )
    data = frame[["economy", "value"]].assign(
        year=year,
        against=against,
        measure=kind,
        focus=focus if focused else "",
        unit="percentage points" if change else "%",
    )
    return Figure(
        id=f"map-{kind}-{focus if focused else 'all'}-{year}" + (f"-{against}" if change else ""),
        title=texts("links.map_change" if change else "links.map", what=what, year=year, first=first),
        subtitle=texts("links.map_note", unit=unit, source=source.name(texts)),
        alt=texts(
            "links.map_alt",
            what=what,
            year=year,
            economy=names.economy(source.codes[most]),
            value=f"{number(values[most], 1, sign=change)} {unit}",
        ),
        chart=tiles(frame, top=top, change=change, focus=focus if focused else ""),
        table=table,
        data=data,
        about=about(kind, texts),
    )


# -- the way of value ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Way:
    """A Sankey with what stands beside it: links (side, code, value), links and colours between named nodes, a picture."""

    links: tuple[tuple[str, str, float], ...]
    drawn: tuple[tuple[str, str, float], ...]
    colours: dict[str, str]
    picture: Figure


def top_and_other(values: Array, codes: Sequence[str], count: int, first: str = "") -> list[tuple[str, float]]:
    """The largest ``count`` values by code, the economy ``first`` on top if it is among them, and the sum of the rest."""
    order = sorted(range(len(codes)), key=lambda k: -float(values[k]))
    kept = order[:count]
    found = [(codes[k], float(values[k])) for k in kept if values[k] > 0]
    found.sort(key=lambda item: item[0] != first)
    rest = float(values.sum()) - sum(value for _, value in found)
    return [*found, (OTHER, rest)] if rest > 1e-9 * max(float(values.sum()), 1.0) else found


def way(source: Source, exporter: str, year: int, sectors: Sequence[str], count: int, texts: Texts) -> Way | None:
    """Where the value in an economy's exports was added, and which final demand it serves; None without trade or tables."""
    import pandas as pd

    chain = source.chain(exporter, year, sectors)
    if chain is None or chain.exports <= 0:
        return None
    names, codes, factor = source.names(texts), source.codes, money_scale(texts)
    sides = {
        "origin": top_and_other(chain.origins, codes, count, exporter),
        "market": top_and_other(chain.markets, codes, count),
    }
    links = tuple((side, code, value) for side, parts in sides.items() for code, value in parts)

    def name(code: str) -> str:
        return texts("links.other") if code == OTHER else names.economy(code)

    middle = texts("links.exports_of", economy=names.economy(exporter))
    tints = {OTHER: QUIET} | dict(zip(codes, economy_colours(codes), strict=True))
    drawn, colours = [], {middle: tints[exporter]}
    for side, code, value in links:
        node = texts(f"links.node_{side}", economy=name(code), share=number(100 * value / chain.exports, 0))
        colours[node] = tints[code]
        ends = (node, middle) if side == "origin" else (middle, node)
        drawn.append((*ends, factor * value))
    table = pd.DataFrame(
        {
            texts("links.side"): [texts(f"links.side_{side}") for side, _, _ in links],
            texts("table.economy"): [name(code) for _, code, _ in links],
            money_unit(texts): [money(value, texts) for _, _, value in links],
            texts("decompose.of_exports"): [number(100 * value / chain.exports, 1) for _, _, value in links],
        }
    )
    rows = [
        (year, exporter, " ".join(sectors) or "all", side, code, float(value), "million USD")
        for side, values in (("origin", chain.origins), ("market", chain.markets))
        for code, value in zip(codes, values, strict=True)
    ]
    data = pd.DataFrame(rows, columns=["year", "exporter", "sectors", "side", "economy", "value", "unit"])
    own = float(chain.origins[codes.index(exporter)])
    foreign = [item for item in sides["origin"] if item[0] not in (exporter, OTHER)]
    text = {
        "exporter": names.economy(exporter),
        "year": year,
        "own": number(100 * own / chain.exports),
        "origin": name(foreign[0][0]) if foreign else name(OTHER),
        "market": name(sides["market"][0][0]),
        "total": f"{money(chain.exports, texts)} {money_unit(texts)}",
    }
    picture = Figure(
        id=f"way-{exporter}-{year}",
        title=texts("links.way", **text),
        subtitle=texts("links.way_note", **text),
        alt=texts("links.way_alt", **text),
        chart=lambda _: ribbons(drawn, colours),
        table=table,
        data=data,
        about=about("chain", texts),
    )
    return Way(links, tuple(drawn), colours, picture)


def about(what: str, texts: Texts) -> list[tuple[str, str]]:
    """What is measured, its formula and source, and how observed and simulated value added differ."""
    return [
        (texts("links.what"), texts(f"links.about_{what}")),
        (texts("chart.formula"), FORMULAS[what]),
        (texts("chart.source"), JN),
        (texts("links.which"), texts("links.which_text")),
    ]
