"""Headline numbers kept to be compared with: ``python -m tests.reference`` writes them anew.

``reference.csv`` has the library of 2011 (``tests/library2011``) on ``world-2011``: the numbers of the engine, which no change
of the stories moves. ``reference-2022.csv`` has the library on ``world-2022``. Only a change that is meant may move them: it
names the mended fault in the changelog and writes the file again.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sim.runs.result import RunResult
from tests.library import OLD, RUNS, TABLES, library_run, old_run

FILE, TODAY = (Path(__file__).with_name(name) for name in ("reference.csv", "reference-2022.csv"))
#: Scenarios of the library whose numbers of today are kept.
KEPT = tuple(name for name, table in RUNS if table == TABLES[0])
ECONOMIES = ("WLD", "USA", "CHN", "KOR", "IND", "TWN")
INDICATORS = (
    "interdependence", "dva_share", "vs_one_minus_dva", "real_income", "real_wage", "labour_participation", "labour_share",
    "manufacturing_va_share", "mean_tariff", "grievance", "export_volume",
)  # fmt: skip
#: Years after the base year that are kept, and the last one.
AFTER = (1, 9)
#: Largest relative distance: the equilibrium's own accuracy, on any machine.
TOLERANCE = 1e-9


def headline(name: str, result: RunResult) -> pd.DataFrame:
    """Headline numbers of a run: one row per year and economy, one column per indicator."""
    first, last = result.years[0], result.years[-1]
    frame = result.indicators
    years = sorted({*(first + step for step in AFTER), last})
    frame = frame[frame["year"].isin(years) & frame["economy"].isin(ECONOMIES) & frame["indicator"].isin(INDICATORS)]
    wide = frame.pivot_table(index=["year", "economy"], columns="indicator", values="value").reset_index()
    wide.insert(0, "scenario", name)
    return wide.rename_axis(columns=None)


def check_headline(name: str, result: RunResult, file: Path = FILE) -> None:
    """Raise AssertionError where a headline number of a run is not the one kept in a file."""
    kept = pd.read_csv(file).query("scenario == @name").reset_index(drop=True)
    assert len(kept)
    pd.testing.assert_frame_equal(headline(name, result), kept, check_dtype=False, rtol=TOLERANCE, atol=1e-12)


def main() -> None:
    """Run both libraries on their world tables and write the headline numbers."""
    runs = {
        FILE: {name: old_run(name, "world-2011") for name in OLD},
        TODAY: {name: library_run(name, TABLES[0]) for name in KEPT},
    }
    for file, results in runs.items():
        frames = [headline(name, result) for name, result in results.items()]
        pd.concat(frames).to_csv(file, index=False, float_format="%.12g")


if __name__ == "__main__":
    main()
