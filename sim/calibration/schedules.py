"""Tariff schedules by heading of the Harmonized System or by partner: read, checked, and turned into rates by sector.

A heading belongs to the WIOD sector that makes most of it (``hs_sectors.csv``: the longest prefix counts; our simplification of
the United Nations' correspondence of HS and ISIC, judgement). Within a sector headings are weighted with the imports of
the United States in 2024 (``hs_headings.csv``), subheadings within a heading equally; a partner that is one of several
members of a label counts with its share of their GDP. What a schedule does not name has the rate zero; ``covered`` says how
much of the trade it names.
"""

import csv
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from decomp.codes import rows_in
from decomp.labels import listed, unknown_label
from decomp.table import WorldTable
from sim.calibration.given import COMPLETE, trade_of
from sim.calibration.series import members, size
from sim.calibration.tables import GOODS, sector_codes, sector_weight
from sim.errors import SimError

#: Heads of columns that are understood, lower case, by what they hold.
HEADS: Mapping[str, tuple[str, ...]] = {
    "code": ("hs", "hs2", "hs4", "hs6", "hts", "code", "heading", "subheading", "chapter", "product", "hs_code"),
    "partner": ("partner", "economy", "country", "origin", "iso", "iso3", "exporter"),
    "rate": ("rate", "tariff", "duty", "ad valorem", "ad_valorem", "mfn", "applied", "value"),
}
#: Longest schedule that is read, and how many faults are named.
MOST_LINES, NAMED = 200_000, 5
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?$")


class ScheduleError(SimError):
    """A tariff schedule cannot be used; says where, what was found and what is allowed."""


class Line(NamedTuple):
    """One line of a schedule: code of the Harmonized System (empty: all goods), partner (empty: all), rate."""

    code: str
    partner: str
    rate: float


class SectorRate(NamedTuple):
    """Mean rate on a sector of a table from a partner (empty: all), and the share of its trade that the schedule names."""

    sector: str
    partner: str
    rate: float
    covered: float


@cache
def _sectors() -> Mapping[str, str]:
    """WIOD sector by prefix of a code."""
    return {row["prefix"]: row["sector"] for row in rows_in("sim.calibration", "hs_sectors.csv")}


@cache
def headings() -> Mapping[str, tuple[float, int]]:
    """Imports of the United States in 2024, million USD, and number of subheadings, by heading."""
    rows = rows_in("sim.calibration", "hs_headings.csv")
    return {row["heading"]: (float(row["imports"]), int(row["subheadings"])) for row in rows}


def sector_of(code: str) -> str | None:
    """WIOD sector of a code of two to ten digits; None for chapters 77, 98 and 99, which are no goods of a sector.

    >>> sector_of("8703"), sector_of("847130"), sector_of("99")
    ('c15', 'c14', None)
    """
    return next((_sectors()[code[:n]] for n in (4, 2) if code[:n] in _sectors()), None)


def read_schedule(path: str | Path) -> tuple[tuple[Line, ...], bool]:
    """Read a schedule; returns its lines, and whether rates were per cent.

    A CSV file with a head line, any of the separators ``, ; tab |``, and a column of codes or of partners beside one of
    rates (:data:`HEADS`). Rates are per cent when any has a ``%`` or is above 1, else shares; all in the same way.

    Raises ScheduleError: the file cannot be read, a column is missing, a code or rate cannot be meant so, a line is there
    twice with different rates. Every message names file and line.
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as failure:
        reason = "is not UTF-8 text" if isinstance(failure, UnicodeDecodeError) else failure.strerror or failure
        raise ScheduleError(f"{place}: {reason}. A schedule is a CSV file of codes or partners and rates.") from None
    if not 2 <= len(text) <= MOST_LINES:
        raise ScheduleError(f"{place}: {len(text)} lines; expected a head line and 1 to {MOST_LINES:,} lines of rates.")
    head, *records = csv.reader(text, delimiter=max(",;\t|", key=text[0].count))
    plain = [cell.strip().lower() for cell in head]
    columns = {what: plain.index(name) for what, names in HEADS.items() for name in names[::-1] if name in plain}
    if "rate" not in columns or len(columns) < 2:
        lacking = "rates" if "rate" not in columns else "codes or partners"
        known = "; ".join(f"{what}: {', '.join(names)}" for what, names in HEADS.items())
        raise ScheduleError(
            f"{place}:1: no column of {lacking} in {', '.join(plain)}. Heads that are understood: {known}."
        )
    rows = [
        (at, {what: cells[k].strip() if k < len(cells) else "" for what, k in columns.items()})
        for at, cells in enumerate(records, start=2)
        if any(cell.strip() for cell in cells)
    ]
    percent = any("%" in row["rate"] or (_number(row["rate"]) or 0.0) > 1.0 for _, row in rows)
    found: dict[tuple[str, str], tuple[float, int]] = {}
    faults = []
    for at, row in rows:
        try:
            line = _line(row, percent)
            rate, before = found.setdefault(line[:2], (line.rate, at))
            if rate != line.rate:
                raise ValueError(f"is in line {before} already, with another rate; keep one")
        except ValueError as fault:
            faults.append(f"{place}:{at}: {fault}.")
    if faults:
        more = [f"… and {len(faults) - NAMED} more"] if len(faults) > NAMED else []
        raise ScheduleError("\n".join(faults[:NAMED] + more))
    return tuple(Line(*key, rate) for key, (rate, _) in found.items()), percent


def _number(text: str) -> float | None:
    """Return a number, with decimal point or comma and perhaps a per-cent sign; None for anything else."""
    plain = text.replace("%", "").strip()
    return float(plain.replace(",", ".")) if _NUMBER.match(plain) else None


def _line(row: Mapping[str, str], percent: bool) -> Line:
    """Check one line; ValueError says what is wrong with it."""
    number, code = _number(row["rate"]), re.sub(r"[.\s]", "", row.get("code", ""))
    if number is None:
        expected = "write 12.5 or 12.5%, specific duties as their equivalent"
        raise ValueError(f"the rate {row['rate']!r} is no ad-valorem rate; {expected}")
    rate = number / 100.0 if percent else number
    if not -1.0 < rate <= 10.0:
        raise ValueError(f"a rate of {rate:.0%} is outside −100 % to 1,000 %")
    if "code" in row:
        code = code.zfill(len(code) + len(code) % 2)
        if not code.isdecimal() or not 2 <= len(code) <= 10:
            raise ValueError(f"the code {row['code']!r} is none of the Harmonized System; allowed are 2, 4 or 6 digits")
        if sector_of(code) is None:
            raise ValueError(f"chapter {code[:2]} has no sector; leave out chapters 77, 98 and 99")
    return Line(code[:6], row.get("partner", ""), rate)


def rates_by_sector(lines: Iterable[Line], table: WorldTable) -> tuple[SectorRate, ...]:
    """Mean rate by sector of a table and partner, zero where the schedule names nothing; sectors without a rate are left out.

    Raises ScheduleError: a partner is none of the table's economies, or its sectors are not made of WIOD's.
    """
    made = dict(zip(table.sectors, sector_codes(table), strict=True))
    if not any(code in GOODS for codes in made.values() for code in codes):
        raise ScheduleError(
            f"the sectors of {table.name or 'the table'} ({listed(table.sectors[:4])}, …) are of no classification that is "
            "known; choose --table world-2022 or another table."
        )
    by_partner: dict[tuple[str, float], list[Line]] = defaultdict(list)
    for line in lines:
        by_partner[_partner(line.partner, table)].append(line)
    sums: dict[tuple[str, str], list[float]] = {}
    for (partner, part), own in by_partner.items():
        named = _by_code(own)
        for label, codes in made.items():
            weights = {code: sector_weight("trade", code) for code in codes}
            if weights.keys() & named.keys():
                total = sums.setdefault((label, partner), [0.0, 0.0])
                for code in weights.keys() & named.keys():
                    for k in (0, 1):
                        total[k] += part * weights[code] / math.fsum(weights.values()) * named[code][k]
    return tuple(SectorRate(label, partner, *total) for (label, partner), total in sums.items())


def covered_trade(rates: Iterable[SectorRate], table: WorldTable, importer: int) -> float:
    """Share of an importer's purchases of goods abroad that a schedule names, by the table's own trade."""
    sales = trade_of(table)[:, :, importer].copy()
    sales[importer] = 0.0
    goods = [k for k, codes in enumerate(sector_codes(table)) if {*codes} & {*GOODS}]
    named = 0.0
    for rate in rates:
        bought = sales[:, table.sector(rate.sector)]
        named += rate.covered * float(bought[table.economy(rate.partner)] if rate.partner else bought.sum())
    return named / float(sales[:, goods].sum())


def _partner(name: str, table: WorldTable) -> tuple[str, float]:
    """Label of the table for a partner (empty for all), and the share of the label that is meant."""
    if name.lower() in ("", "all", "world"):
        return "", 1.0
    if name in table.economies:
        return name, 1.0
    for label, codes in zip(table.economies, members(table), strict=True):
        if name in codes:
            return label, size(name, COMPLETE) / math.fsum(size(code, COMPLETE) for code in codes)
    raise ScheduleError(f"partner: {unknown_label(name, table.economies, 'economy')}")


def _by_code(lines: Sequence[Line]) -> dict[str, tuple[float, float]]:
    """Mean rate and share named by WIOD sector; finer lines win over coarser ones."""
    given = {line.code: line.rate for line in lines}
    if "" in given:
        return dict.fromkeys(GOODS, (given[""], 1.0))
    fine: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        if len(line.code) > 4:
            fine[line.code[:4]].append(line.rate)
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for heading, (imports, subheadings) in headings().items():
        finer, coarse = fine[heading], given.get(heading, given.get(heading[:2]))
        part = min(1.0, len(finer) / subheadings)
        rate = part * math.fsum(finer) / max(len(finer), 1) + (1.0 - part) * (coarse or 0.0)
        named = part if coarse is None else 1.0
        for k, amount in enumerate((imports, imports * rate, imports * named)):
            sums[sector_of(heading) or ""][k] += amount
    return {code: (paid / whole, named / whole) for code, (whole, paid, named) in sums.items() if named > 0.0}
