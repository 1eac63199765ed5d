"""Build sim/calibration/us_tariffs.csv and hs_headings.csv from a copy of tradewartracker/trade-war-redux-2025 (MIT).

``python -m tests.us_tariffs FOLDER``. The tracker gives, for the United States, the points that each change of duties added to
the mean rate on a partner since January 2025 (2024 imports as weights), the increase by chapter in August 2025, and the
imports and duties of 2024 by ten-digit code. From these:

* the mean over the days of 2025 and of 2026 of the points added, and the points in force since the last change (``after``);
* of these what sector duties (section 232: metals, vehicles) account for. Until 3 April 2025 everything that came after
  6 March is theirs, then the sum of 3 April stands, from 3 June on the rate that was left on 20 February 2026, when all
  others had ended, and from 6 April 2026 on what was added that day comes on top;
* how the general part, the sector duties and the section-301 duties on China spread over sectors: mean rate of a sector
  (headings by :mod:`sim.calibration.schedules`), as a ratio to the mean of all goods.

The source lets the second ten points on China begin on 4 February instead of 4 March 2025; that adds 0.8 to the mean of 2025.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pandas as pd

from sim.calibration.schedules import sector_of

ROOT = Path(__file__).resolve().parents[1]
CALIBRATION = ROOT / "sim" / "calibration"
SOURCE = "computed by tests/us_tariffs.py from tradewartracker/trade-war-redux-2025 (MIT), state of 21 September 2026"
#: Chapters whose duties are those of section 232 in August 2025: iron and steel, copper, aluminium, vehicles.
SECTION_232 = ("72", "73", "74", "76", "87")
ISO = {
    "CHINA": "CHN", "EUROPEAN UNION": "EU", "JAPAN": "JPN", "KOREA, SOUTH": "KOR", "VIETNAM": "VNM", "TAIWAN": "TWN",
    "UNITED KINGDOM": "GBR", "RUSSIA": "RUS", "TURKEY": "TUR", "HONG KONG": "HKG", "UNITED ARAB EMIRATES": "ARE",
    "VENEZUELA": "VEN", "TRINIDAD AND TOBAGO": "TTO",
}  # fmt: skip
COLUMNS = "part partner at value low high unit year source status note".split()


def main(folder: Path) -> None:
    """Write both files and print the means of the largest partners."""
    changes = pd.read_csv(folder / "country-by-time.csv", parse_dates=["date"])
    codes = pd.read_csv(folder / "data" / "codes.csv") if (folder / "data" / "codes.csv").exists() else None
    names = ISO if codes is None else dict(zip(codes["name"], codes["iso"], strict=True)) | ISO
    steps = changes.pivot_table(index="date", columns="country_name", values="effective tariff")
    trade = changes.drop_duplicates("country_name").set_index("country_name")["total imports"]
    sector = _sector_duties(steps)
    rows = []
    for name in trade.sort_values(ascending=False).index:
        for part, series in (("section-232", sector[name]), ("general", steps[name] - sector[name])):
            for at, value in _means(series).items():
                rows.append([part, names.get(name, name), at, *_row(value)])
    for part in ("section-232", "general"):
        for at in ("2025", "2026", "after"):
            values = [row[3] for row in rows if row[0] == part and row[2] == at]
            middle = float(pd.Series(values).median())
            rows.append([part, "others", at, *_row(middle, "imputed", "median of the partners above")])
    imports = pd.concat(
        pd.read_parquet(path, columns=["CTY_CODE", "HS6", "imports", "duty"])
        for path in sorted((folder / "data").glob("*hs10*"))
    )
    imports["heading"] = imports["HS6"].str[:4]
    imports["sector"] = imports["heading"].map(sector_of)
    goods = imports[imports["sector"].isin([f"c{k}" for k in range(1, 17)])]
    rows += _profiles(folder, goods)
    for name, value in trade.items():
        size = round(value / 1e6, 1)
        about = ["million USD, imports of the United States", "2024", SOURCE, "data (derived)", "weight of the partner"]
        rows.append(["imports", names.get(name, name), "2024", size, size, size, *about])
    _write(CALIBRATION / "us_tariffs.csv", COLUMNS, rows)
    known = imports.dropna(subset=["sector"])
    headings = known.groupby("heading").agg(imports=("imports", "sum"), subheadings=("HS6", "nunique"))
    _write(
        CALIBRATION / "hs_headings.csv",
        ["heading", "imports", "subheadings"],
        [[code, f"{row.imports / 1e6:.6g}", int(row.subheadings)] for code, row in headings.iterrows()],
    )
    for row in rows[:24]:
        print(*row[:4])


def _sector_duties(steps: pd.DataFrame) -> pd.DataFrame:
    """Points that sector duties account for at each date."""
    at = {day: steps.loc[day] for day in ("2025-03-06", "2025-04-03", "2026-02-20", "2026-02-24", "2026-04-06")}
    early = at["2025-04-03"] - at["2025-03-06"]
    shares = {}
    for day, now in steps.iterrows():
        if day < pd.Timestamp("2025-04-05"):
            shares[day] = (now - at["2025-03-06"]).clip(lower=0.0)
        elif day < pd.Timestamp("2025-06-03"):
            shares[day] = early
        else:
            more = at["2026-04-06"] - at["2026-02-24"] if day >= pd.Timestamp("2026-04-06") else 0.0
            shares[day] = at["2026-02-20"] + more
    return pd.DataFrame(shares).T.clip(lower=0.0).where(lambda part: part <= steps, steps)


def _means(series: pd.Series) -> dict[str, float]:
    """Mean over the days of both years, and the last value."""
    days = series.reindex(pd.date_range("2025-01-01", "2026-12-31")).ffill().fillna(0.0)
    years = {str(year): float(days[days.index.year == year].mean()) for year in (2025, 2026)}
    return years | {"after": float(series.iloc[-1])}


def _row(value: float, status: str = "data (derived)", note: str = "") -> list[object]:
    value = round(value, 3)
    return [value, value, value, "points added since January 2025", "2026", SOURCE, status, note]


def _profiles(folder: Path, imports: pd.DataFrame) -> list[list[object]]:
    """Mean rate by sector over the mean of all goods, for the general part, sector duties, and section 301."""
    chapters = pd.concat(
        pd.read_csv(p, dtype={"HS2": str, "CTY_CODE": str}) for p in (folder / "data-hs2").glob("*.csv")
    )
    increase = chapters.set_index(["CTY_CODE", "HS2"])["2025_tariff_increase"]
    trade = imports.groupby(["CTY_CODE", "heading", "sector"], as_index=False)[["imports", "duty"]].sum()
    keys = pd.MultiIndex.from_arrays([trade["CTY_CODE"], trade["heading"].str[:2]])
    added = pd.Series(increase[~increase.index.duplicated()].reindex(keys).to_numpy()).fillna(0.0) * trade["imports"]
    special = trade["heading"].str[:2].isin(SECTION_232)
    general = added.where(~special, 0.0)
    of_partner = general.groupby(trade["CTY_CODE"]).transform("sum") / trade.groupby("CTY_CODE")["imports"].transform(
        "sum"
    )
    china = trade["CTY_CODE"] == "5700"
    size = trade.groupby("sector")["imports"].sum()
    rates = {
        "section-232": added.where(special, 0.0).groupby(trade["sector"]).sum() / size,
        "general": (general / of_partner).groupby(trade["sector"]).sum() / size,
    }
    here, elsewhere = (trade[mask].groupby("sector")[["imports", "duty"]].sum() for mask in (china, ~china))
    more = here["duty"] / here["imports"] - (elsewhere["duty"] / elsewhere["imports"]).reindex(here.index)
    rates["section-301"] = 100.0 * more.clip(lower=0.0).reindex(size.index).fillna(0.0)
    rows = []
    for part, rate in rates.items():
        weights = here["imports"].reindex(size.index).fillna(0.0) if part == "section-301" else size
        mean = float((rate * weights).sum() / weights.sum())
        for code in sorted(rate.index, key=lambda c: int(c[1:])):
            ratio = round(float(rate[code]) / mean, 4)
            note = (
                "mean over partners of the ratio to the partner's mean"
                if part == "general"
                else f"{rate[code]:.2f} of {mean:.2f} points"
            )
            unit = "ratio to the mean of all goods"
            rows.append([part, code, "profile", ratio, ratio, ratio, unit, "2025", SOURCE, "data (derived)", note])
    return rows


def _write(path: Path, columns: list[str], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
