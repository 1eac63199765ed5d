"""Where a table's calibration comes from: which year each value by economy is of, what is imputed, and what has no value of its own."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from decomp.table import WorldTable
from sim.calibration.countries import ai_is_surveyed
from sim.calibration.rows import Row, read_rows
from sim.calibration.tables import (
    country_row,
    country_rows,
    economy_codes,
    economy_weight,
    is_wiod_sector,
    sector_codes,
    year_of,
)

#: Parameters of countries.csv that every run reads.
READ = (
    *("labour_share", "population", "employment", "gdp_per_worker", "unemployment", "ai_preparedness"),
    *("applied_tariff", "bound_tariff", "income_group", "robot_density", "ai_adoption"),
)
#: Values further than this from the table's year, in years, are warned of where their economies have at least this share of
#: value added (a tariff of Tunisia moves nothing that anybody reads); a binding at the WTO holds until it is renegotiated.
FAR, SEEN, STANDING = 3, 0.01, ("bound_tariff",)


@dataclass(frozen=True, slots=True)
class Origin:
    """The rows of one parameter that a table uses: of which years, with which status, for which economies imputed or far."""

    parameter: str
    unit: str
    years: Mapping[int, int]
    statuses: Mapping[str, int]
    imputed: Mapping[str, Row]
    far: Mapping[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return the line of run.json: years and statuses with how many values have them."""
        return {
            "parameter": self.parameter,
            "years": {str(year): count for year, count in sorted(self.years.items())},
            "status": dict(self.statuses),
            "imputed": list(self.imputed),
            "far": dict(self.far),
        }


def _far(rows: Mapping[str, Row], year: int | None) -> Mapping[str, int]:
    """Years of the values that are far from the table's, by economy; empty where these economies are small together."""
    far = {code: row.when for code, row in rows.items() if year and row.when > 0 and abs(row.when - year) > FAR}
    small, whole = (sum(economy_weight("value_added", code, year) for code in codes) for codes in (far, rows))
    return far if small >= SEEN * whole else {}


def origins(table: WorldTable) -> tuple[Origin, ...]:
    """Return where each parameter by economy comes from, for all basic codes of a table."""
    year, codes = year_of(table), tuple(dict.fromkeys(code for each in economy_codes(table) for code in each))
    known = [code for code in codes if code in country_rows("labour_share", year)] or ["ROW"]
    read = [name for name in READ if name != "ai_adoption" or ai_is_surveyed(year)]
    rows = {name: {code: country_row(name, code, year) for code in known} for name in read}
    rows["ai_compute"] = {code: row for (code,), row in read_rows("ai_providers.csv", ("economy",)).items()}
    return tuple(
        Origin(
            name,
            next(iter(of.values())).unit,
            Counter(row.when for row in of.values()),
            Counter(row.status for row in of.values()),
            {code: row for code, row in of.items() if row.status == "imputed" or row.note.startswith("fallback")},
            {} if name in STANDING else _far(of, year),
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


def without_rows(table: WorldTable) -> Mapping[str, tuple[str, ...]]:
    """Codes of a table that the calibration has nothing for, ``economies`` and ``sectors``; empty where it has all."""
    rows = country_rows("labour_share", year_of(table))
    economies = (code for codes in economy_codes(table) for code in codes if code not in rows)
    sectors = (code for codes in sector_codes(table) for code in codes if not is_wiod_sector(code))
    return {"economies": tuple(dict.fromkeys(economies)), "sectors": tuple(dict.fromkeys(sectors))}


def unmapped(table: WorldTable) -> tuple[str, ...]:
    """Say which codes of a table the calibration has nothing for, and what stands in for them."""
    stands_in = {
        "economies": "values of the rest of the world are used",
        "sectors": "trade elasticity of services, average labour share, average AI exposure and no robot exposure are used; "
        "tariffs only if the table's group goods names them",
    }
    return tuple(
        f"{kind} {', '.join(codes)}: no calibration rows; {stands_in[kind]}"
        for kind, codes in without_rows(table).items()
        if codes
    )
