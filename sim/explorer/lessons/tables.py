"""Tables of the lessons: who sells how much to whom, and the 16 terms, with names instead of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from decomp.terms import TERMS
from sim.charts.theme import INK
from sim.explorer.lessons.evidence import Evidence, cell_labels
from sim.explorer.lessons.schema import Flows, Terms
from sim.texts import Texts

if TYPE_CHECKING:
    from pandas import DataFrame

#: Smallest amount that is no rounding error of the decomposition.
LEAST = 1e-12
#: First and last term of each part of exports, and the tint of its rows.
PARTS = {"domestic": (1, 8, "#e3eef7"), "twice": (9, 10, "#fdf1dd"), "foreign": (11, 16, "#e2f2ec")}


def economy(code: str, t: Texts) -> str:
    """Name of an economy of a toy table: Home, Abroad, or that of the real economy it stands for."""
    return t.get(f"lessons.toy_{code.lower()}") or t.economy(code)


def cell(label: str, t: Texts, *, sectors: bool) -> str:
    """Name of a row or column: the economy, with its sector where there are several."""
    code, _, sector = label.partition(".")
    return (
        t("lessons.cell", economy=economy(code, t), sector=t(f"lessons.toy_{sector}")) if sectors else economy(code, t)
    )


def amount(value: float) -> str:
    """A flow of a toy table; a dash where there is none."""
    return f"{value:g}" if abs(value) > LEAST else "–"


def flows(evidence: Evidence, one: Flows, t: Texts) -> DataFrame:
    """The toy table: rows sell, columns buy, households last; who buys nothing has no column."""
    import pandas as pd

    table = evidence.table(one.source)
    cells = [cell(label, t, sectors=len(table.sectors) > 1) for label in cell_labels(table)]
    homes = [t("lessons.households", economy=economy(code, t)) for code in table.economies]
    frame = pd.DataFrame([[*z, *y] for z, y in zip(table.Z, table.Y, strict=True)], columns=[*cells, *homes])
    frame = frame.loc[:, (frame != 0).any()].map(amount)
    frame.insert(0, t("lessons.seller"), cells)
    return frame


def terms(evidence: Evidence, one: Terms, t: Texts) -> Any:
    """The 16 terms of a pair, their sum and gross exports: value, whose it is, meaning, by sector, equation; tinted by part."""
    import pandas as pd

    found = evidence.decomposition(one.source)
    sectors = found.sectors if len(found.sectors) > 1 else ()
    columns = [found.select(one.exporter, one.importer)]
    columns += [found.select(one.exporter, one.importer, sector) for sector in sectors]
    rows, tints = [], []
    for k, term in enumerate(TERMS):
        label = term.label_zh if t.lang == "zh" else term.label_en
        part = next(name for name, (first, last, _) in PARTS.items() if first <= term.number <= last)
        whole, *by_sector = (amount(column[k]) for column in columns)
        rows.append([f"T{term.number}", whole, t(f"lessons.part_{part}"), label, *by_sector, term.code, term.equation])
        tints.append(f"background-color: {PARTS[part][2]}; color: {INK}")
    for name, values in (("total", [c[:16].sum() for c in columns]), ("exports", [c[16] for c in columns])):
        whole, *by_sector = (amount(value) for value in values)
        rows.append(["=", whole, t(f"lessons.{name}"), "", *by_sector, "", ""])
        tints.append("font-weight: bold")
    heads = [
        t("lessons.term"),
        t("lessons.value"),
        t("lessons.part"),
        t("lessons.measure"),
        *(t(f"lessons.toy_{sector}") for sector in sectors),
        t("lessons.code"),
        t("lessons.equation"),
    ]
    frame = pd.DataFrame(rows, columns=heads)
    return frame.style.apply(lambda row: [tints[int(row.name)]] * len(row), axis=1)
