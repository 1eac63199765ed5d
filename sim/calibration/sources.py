"""Where a table's calibration comes from: which year each value by economy is of, what is imputed, and what has no value of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from decomp.table import WorldTable
from sim.calibration.rows import Row, read_rows
from sim.calibration.tables import country_row, country_rows, economy_codes, is_wiod_sector, sector_codes, year_of

#: Parameters of countries.csv that every run reads.
READ = (
    *("labour_share", "population", "employment", "gdp_per_worker", "unemployment", "ai_preparedness"),
    *("applied_tariff", "bound_tariff", "income_group", "robot_density", "ai_adoption"),
)
#: A value further than this from the table's year is warned of, years; a binding at the WTO holds until it is renegotiated.
FAR, STANDING = 3, ("bound_tariff",)


@dataclass(frozen=True, slots=True)
class Origin:
    """The rows of one parameter that a table uses: of which years, with which status, for which economies imputed or far."""

    parameter: str
    unit: str
    years: Mapping[int, int]
    statuses: Mapping[str, int]
    imputed: Mapping[str, Row]
    far: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the line of run.json: years and statuses with how many values have them."""
        return {
            "parameter": self.parameter,
            "years": {str(year): count for year, count in sorted(self.years.items())},
            "status": dict(self.statuses),
            "imputed": list(self.imputed),
            "far": list(self.far),
        }


def _is_far(row: Row, year: int | None) -> bool:
    return year is not None and row.when > 0 and abs(row.when - year) > FAR


def origins(table: WorldTable) -> tuple[Origin, ...]:
    """Return where each parameter by economy comes from, for all basic codes of a table."""
    year, codes = year_of(table), tuple(dict.fromkeys(code for each in economy_codes(table) for code in each))
    known = [code for code in codes if code in country_rows("labour_share", year)] or ["ROW"]
    rows = {name: {code: country_row(name, code, year) for code in known} for name in READ}
    rows["ai_compute"] = {code: row for (code,), row in read_rows("ai_providers.csv", ("economy",)).items()}
    return tuple(
        Origin(
            name,
            next(iter(of.values())).unit,
            Counter(row.when for row in of.values()),
            Counter(row.status for row in of.values()),
            {code: row for code, row in of.items() if row.status == "imputed" or row.note.startswith("fallback")},
            tuple(code for code, row in of.items() if name not in STANDING and _is_far(row, year)),
        )
        for name, of in rows.items()
    )


def fallback_notes(table: WorldTable) -> tuple[str, ...]:
    """Say in words which values are imputed, one line per parameter and rule: ``applied_tariff of TWN 1.72 %: imputed; …``."""
    notes = []
    for origin in origins(table):
        by_rule: dict[str, list[str]] = {}
        for code, row in origin.imputed.items():
            rule = row.note if ":" not in row.note or row.note.startswith("fallback") else row.note.partition(":")[0]
            by_rule.setdefault(f"{row.status}; {rule}", []).append(f"{code} {row.value:g}")
        notes += [f"{origin.parameter} of {', '.join(of)} {origin.unit}: {rule}" for rule, of in by_rule.items()]
    return (*notes, *unmapped(table))


def unmapped(table: WorldTable) -> tuple[str, ...]:
    """Name the codes of a table that the calibration has nothing for, and what stands in for them; empty when it has all."""
    rows = country_rows("labour_share", year_of(table))
    economies = [code for codes in economy_codes(table) for code in codes if code not in rows]
    sectors = [code for codes in sector_codes(table) for code in codes if not is_wiod_sector(code)]
    found = []
    if economies:
        found.append(f"{', '.join(economies)}: no calibration rows; values of the rest of the world are used")
    if sectors:
        found.append(
            f"sectors {', '.join(sectors)}: no calibration rows; trade elasticity of services, average labour share, "
            "average AI exposure and no robot exposure are used; tariffs only if the table's group goods names them"
        )
    return tuple(found)


def far_off(table: WorldTable) -> str:
    """Say which values are of years more than three from the table's; empty when none is."""
    parts = []
    for origin in origins(table):
        if origin.far:
            years = sorted(year for year in origin.years if abs(year - (year_of(table) or year)) > FAR)
            whom = "" if len(origin.far) > 3 else f" ({', '.join(origin.far)})"
            parts.append(f"{origin.parameter}{whom} of {', '.join(map(str, years))}")
    return "; ".join(parts)
