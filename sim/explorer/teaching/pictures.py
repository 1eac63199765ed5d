"""Pictures of a lesson on the page: charts with their tables, the toy tables and the 16 terms, with names instead of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from decomp.terms import TERMS
from sim.charts.theme import INK
from sim.explorer.lessons import figures
from sim.explorer.lessons.evidence import Evidence, cell_labels
from sim.explorer.lessons.marking import Progress
from sim.explorer.lessons.schema import Flows, Numbers, Pairs, Picture, Terms
from sim.explorer.parts import session, ui
from sim.texts import Texts

if TYPE_CHECKING:
    from pandas import DataFrame

#: Smallest amount that is no rounding error of the decomposition.
LEAST = 1e-12
#: Last term of each part of exports, and the tint of its rows.
PARTS = {"domestic": (8, "#e3eef7"), "twice": (10, "#fdf1dd"), "foreign": (16, "#e2f2ec")}


def pictures(evidence: Evidence, shown: tuple[Picture, ...], progress: Progress, *, place: str = "") -> None:
    """Show the pictures of a step, the prediction drawn over the result; ``place`` tells two groups of a step apart."""
    t = session.texts()
    right = st.column_config.Column(alignment="right")
    for k, picture in enumerate(shown):
        key = f"lessons.{progress.lesson}.{progress.step}.{place}{k}"
        if isinstance(picture, Flows):
            st.markdown(f"**{t('lessons.flows_title')}**")
            frame = flows(evidence, picture, t)
            first = {frame.columns[0]: st.column_config.Column(pinned=True)}
            st.dataframe(frame, hide_index=True, alt=t("lessons.flows_alt"), key=key, column_config=first)
        elif isinstance(picture, Terms):
            names = {"exporter": economy(picture.exporter, t), "importer": economy(picture.importer, t)}
            st.markdown(f"**{t('lessons.terms_title', **names)}**")
            # The value stands beside the term, where a narrow screen shows it; numbers are read from the right.
            columns = {t(f"lessons.{name}"): right for name in ("value", "toy_parts", "toy_goods")}
            columns[t("lessons.term")] = st.column_config.Column(width=52, pinned=True)
            look: Any = {"hide_index": True, "height": "content", "key": key, "column_config": columns}
            st.dataframe(terms(evidence, picture, t), alt=t("lessons.terms_alt", **names), **look)
        elif isinstance(picture, Numbers):
            ui.show(figures.numbers(evidence, picture, t), key, name=progress.lesson)
        else:
            draw: Any = figures.pairs if isinstance(picture, Pairs) else figures.course
            ui.show(draw(evidence, picture, progress, t), key, name=progress.lesson)


def economy(code: str, t: Texts) -> str:
    """Name of an economy of a toy table: Home, Abroad, or that of the real economy it stands for."""
    return t.get(f"lessons.toy_{code.lower()}") or t.economy(code)


def cell(label: str, t: Texts, *, sectors: bool) -> str:
    """Name of a row or column: the economy, with its sector where there are several."""
    code, _, sector = label.partition(".")
    name = economy(code, t)
    return t("lessons.cell", economy=name, sector=t(f"lessons.toy_{sector}")) if sectors else name


def amount(value: float) -> str:
    """A flow of a toy table; a dash where there is none."""
    return f"{value:g}" if abs(value) > LEAST else "–"


def flows(evidence: Evidence, picture: Flows, t: Texts) -> DataFrame:
    """The toy table: rows sell, columns buy, households last; who buys nothing has no column."""
    import pandas as pd

    table = evidence.table(picture.source)
    cells = [cell(label, t, sectors=len(table.sectors) > 1) for label in cell_labels(table)]
    homes = [t("lessons.households", economy=economy(code, t)) for code in table.economies]
    frame = pd.DataFrame([[*z, *y] for z, y in zip(table.Z, table.Y, strict=True)], columns=[*cells, *homes])
    frame = frame.loc[:, (frame != 0).any()].map(amount)
    frame.insert(0, t("lessons.seller"), cells)
    return frame


def terms(evidence: Evidence, picture: Terms, t: Texts) -> Any:
    """The 16 terms of a pair, their sum and gross exports: value, whose it is, meaning, by sector, equation; tinted by part."""
    import pandas as pd

    found = evidence.decomposition(picture.source)
    sectors = found.sectors if len(found.sectors) > 1 else ()
    columns = [found.select(picture.exporter, picture.importer, sector) for sector in (None, *sectors)]
    rows, tints = [], []
    for k, term in enumerate(TERMS):
        label = term.label_zh if t.lang == "zh" else term.label_en
        part, tint = next((name, tint) for name, (last, tint) in PARTS.items() if term.number <= last)
        whole, *by_sector = (amount(column[k]) for column in columns)
        rows.append([f"T{term.number}", whole, t(f"lessons.part_{part}"), label, *by_sector, term.code, term.equation])
        tints.append(f"background-color: {tint}; color: {INK}")
    for name, values in (("total", [c[:16].sum() for c in columns]), ("exports", [c[16] for c in columns])):
        whole, *by_sector = map(amount, values)
        rows.append(["=", whole, t(f"lessons.{name}"), "", *by_sector, "", ""])
        tints.append("font-weight: bold")
    heads = ["term", "value", "part", "measure", *(f"toy_{sector}" for sector in sectors), "code", "equation"]
    frame = pd.DataFrame(rows, columns=[t(f"lessons.{head}") for head in heads])
    return frame.style.apply(lambda row: [tints[int(row.name)]] * len(row), axis=1)
