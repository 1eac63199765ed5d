"""Build sim/calibration/series.csv from files that are not part of the project: ``python -m tests.series FOLDER``.

``FOLDER`` holds, as downloaded: ``weo.csv`` (IMF World Economic Outlook, April 2026, one row per economy and year with the
subject codes as columns), ``growthrate.txt`` and ``growthrateprojMed.txt`` (UN World Population Prospects 2024, estimates and
medium projection, tab separated), ``un.csv`` (UN National Accounts Main Aggregates, value added by activity at current
prices) and ``cc.csv`` (country names and codes). Only single facts are written: one number per economy and year.

ROW stands for all economies outside those of the OECD's tables, RoW for those outside WIOD's 40; growth of both is weighted
with GDP, balances and GDP are sums.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from decomp.io import load
from decomp.names import data_rows

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "sim" / "calibration" / "series.csv"
YEARS = range(1995, 2041)
WEO = "IMF, World Economic Outlook, April 2026 (estimates to 2025, projections to 2031)"
WPP = "United Nations, World Population Prospects 2024, medium variant, CC BY 3.0 IGO"
UN = "United Nations, National Accounts Main Aggregates, value added at current prices in USD"
#: Names of the UN's accounts that differ from the official short names.
NAMES = {
    "Türkiye": "TUR", "United States": "USA", "United Kingdom": "GBR", "Republic of Korea": "KOR", "Viet Nam": "VNM",
    "Czechia": "CZE", "China, Hong Kong SAR": "HKG", "Lao People's DR": "LAO", "D.R. of the Congo": "COD",
    "Côte d'Ivoire": "CIV", "Netherlands": "NLD", "Russian Federation": "RUS", "Brunei Darussalam": "BRN",
}  # fmt: skip
#: Economies of the OECD's Inter-Country Input-Output Tables, edition 2025, without the rest of the world.
ICIO = """AGO ARE ARG AUS AUT BEL BGD BGR BLR BRA BRN CAN CHE CHL CHN CIV CMR COD COL CRI CYP CZE DEU DNK EGY ESP EST FIN FRA
GBR GRC HKG HRV HUN IDN IND IRL ISL ISR ITA JOR JPN KAZ KHM KOR LAO LTU LUX LVA MAR MEX MLT MMR MYS NGA NLD NOR NZL PAK PER
PHL POL PRT ROU RUS SAU SEN SGP STP SVK SVN SWE THA TUN TUR TWN UKR USA VNM ZAF""".split()
WIOD = """AUS AUT BEL BGR BRA CAN CHN CYP CZE DEU DNK ESP EST FIN FRA GBR GRC HUN IDN IND IRL ITA JPN KOR LTU LUX LVA MEX MLT
NLD POL PRT ROU RUS SVK SVN SWE TUR TWN USA""".split()


def main(folder: Path) -> None:
    """Write the series, and say how many values each has."""
    weo = pd.read_csv(folder / "weo.csv")
    world = weo[weo["country"] == "World"].set_index("year")["ngdpd"]
    weo = weo[weo["iso"].str.len() == 3].set_index(["iso", "year"]).sort_index()
    people = _population(folder)
    groups = {code: [code] for code in sorted({*ICIO, *WIOD})}
    known = set(weo.index.get_level_values(0))
    groups |= {"ROW": sorted(known - {*ICIO}), "RoW": sorted(known - {*WIOD})}
    dollars = weo["ngdpd"].unstack("year")
    rows = []

    def add(
        name: str, code: str, unit: str, values: pd.Series, digits: int, source: str, status: str, note: str
    ) -> None:
        shown = {int(y): round(float(v), digits) for y, v in values.items() if y in YEARS and v == v}
        rows.append([name, code, unit, source, status, note, *(f"{shown[y]:g}" if y in shown else "" for y in YEARS)])

    for code, members in groups.items():
        rest = code in ("ROW", "RoW")
        derived = "data (derived)" if rest else "data (seen)"
        note = (
            f"{len(members)} economies; weights: GDP in dollars of the year, 2022 where a projection is missing"
            if rest
            else ""
        )
        weights = dollars.reindex(members).ffill(axis=1)
        for name, column in (("real_growth", "ngdp_rpch"), ("unemployment", "lur")):
            values = weo[column].unstack("year").reindex(members)
            here = weights.where(values.notna())
            mean = (values * here).sum(axis=0, min_count=1) / here.sum(axis=0, min_count=1)
            if mean.loc[2011:].notna().any():
                unit = "% a year" if name == "real_growth" else "% of the labour force"
                add(name, code, unit, mean.loc[2011:2031], 3, WEO, derived, note)
        add(
            "gdp",
            code,
            "billion USD",
            dollars.reindex(members).sum(axis=0, min_count=1).loc[2011:2031],
            1,
            WEO,
            derived,
            note,
        )
        balance = weo["bca"].unstack("year").reindex(members).sum(axis=0, min_count=1)
        share = (100.0 * balance / world.reindex(balance.index)).loc[2011:2031]
        add(
            "current_account", code, "% of world GDP", share, 4, WEO, "data (derived)", note or "balance over world GDP"
        )
        growth = people.reindex(members)
        size = weo["lp"].unstack("year").reindex(members)[2022]
        mean = (growth.mul(size, axis=0)).sum(axis=0) / size[growth.notna().any(axis=1)].sum()
        add("population_growth", code, "% a year", mean, 3, WPP, derived, note.replace("GDP in dollars", "population"))
    _manufacturing(folder, groups, add)
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["series", "economy", "unit", "source", "status", "note", *YEARS])
        writer.writerows(sorted(rows, key=lambda row: (row[0], row[1])))
    for name in sorted({row[0] for row in rows}):
        print(name, sum(1 for row in rows if row[0] == name), "economies")


def _population(folder: Path) -> pd.DataFrame:
    """Growth of population, % a year, by ISO code and year."""
    codes = pd.read_csv(folder / "cc.csv").dropna(subset=["M49"])
    iso = dict(zip(codes["M49"].astype(int), codes["ISO3166-1-Alpha-3"], strict=True)) | {158: "TWN"}
    parts = []
    for name in ("growthrate.txt", "growthrateprojMed.txt"):
        frame = pd.read_csv(folder / name, sep="\t").drop(columns="country")
        frame["iso"] = frame.pop("country_code").map(iso)
        parts.append(frame.dropna(subset=["iso"]).drop_duplicates("iso").set_index("iso"))
    both = pd.concat(parts, axis=1)
    both.columns = both.columns.astype(int)
    return both


def _manufacturing(folder: Path, groups: dict[str, list[str]], add: object) -> None:
    """Share of manufacturing in total value added: one source for everybody but Taiwan, which the UN's accounts leave out."""
    accounts = pd.read_csv(folder / "un.csv", low_memory=False)
    accounts.columns = [column.strip() for column in accounts.columns]
    codes = pd.read_csv(folder / "cc.csv")
    iso = dict(zip(codes["UNTERM English Short"], codes["ISO3166-1-Alpha-3"], strict=True))
    names = {str(k).removesuffix(" (the)"): v for k, v in iso.items()} | NAMES
    accounts["iso"] = accounts["Country"].str.strip().map(names)
    value = {
        "made": "Manufacturing_(ISIC_D)",
        "industry": "Mining_Manufacturing,_Utilities_(ISIC_C-E)",
        "all": "Total_Value_Added",
    }
    for column in value.values():
        accounts[column] = pd.to_numeric(accounts[column], errors="coerce")
    known = accounts.dropna(subset=["iso", *value.values()])
    wide = {k: known.pivot_table(index="iso", columns="Year", values=column) for k, column in value.items()}
    for code, members in groups.items():
        if code == "TWN":
            continue
        made, industry, whole = (wide[k].reindex(members).sum(axis=0, min_count=1) for k in value)
        for name, rest, unit in (
            ("manufacturing", whole, "% of total value added"),
            ("manufacturing_core", whole - industry + made, "% of value added without mining and utilities"),
        ):
            add(name, code, unit, 100.0 * made / rest, 2, UN, "data (derived)", "")  # type: ignore[operator]
    shares: dict[str, dict[int, float]] = {"manufacturing": {}, "manufacturing_core": {}}
    goods = next(row["members"].split() for row in data_rows("groups.csv") if row["group"] == "manufacturing")
    for year in range(1995, 2012):
        table = load(f"world-{year}")
        added = (table.V * table.X).reshape(table.G, table.N)[table.economy("TWN")]
        made = added[[table.sector(code) for code in table.sectors if code in goods]].sum()
        other = added[[table.sector(code) for code in ("c2", "c17t18")]].sum()
        shares["manufacturing"][year] = 100.0 * made / added.sum()
        shares["manufacturing_core"][year] = 100.0 * made / (added.sum() - other)
    source = "World Input-Output Database, release 2013, through the bundled tables, CC BY 4.0"
    note = "the UN's accounts have no Taiwan; a series of its own, never joined to others"
    for name, values in shares.items():
        unit = "% of total value added" if name == "manufacturing" else "% of value added without mining and utilities"
        own = note if name == "manufacturing" else f"{note}; without construction as well"
        add(name, "TWN", unit, pd.Series(values), 2, source, "data (derived)", own)  # type: ignore[operator]


if __name__ == "__main__":
    np.seterr(all="raise")
    main(Path(sys.argv[1]))
