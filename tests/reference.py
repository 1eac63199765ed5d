"""Headline numbers of the library, kept to be compared with: ``python -m tests.reference`` writes them anew.

Only a change that is meant may move them: it names the mended fault in the changelog and writes this file again.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sim.runs.result import RunResult
from tests.library import NAMES, library_run

FILE = Path(__file__).with_name("reference.csv")
ECONOMIES = ("WLD", "USA", "CHN", "KOR", "IND", "TWN")
INDICATORS = (
    "interdependence", "dva_share", "vs_one_minus_dva", "real_income", "real_wage", "unemployment", "labour_share",
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


def check_headline(name: str, result: RunResult) -> None:
    """Raise AssertionError where a headline number of a run is not the one kept."""
    kept = pd.read_csv(FILE).query("scenario == @name").reset_index(drop=True)
    pd.testing.assert_frame_equal(headline(name, result), kept, check_dtype=False, rtol=TOLERANCE, atol=1e-12)


def main() -> None:
    """Run the library on the world table and write its headline numbers."""
    frames = [headline(name, library_run(name, "world-2011")) for name in NAMES]
    pd.concat(frames).to_csv(FILE, index=False, float_format="%.12g")


if __name__ == "__main__":
    main()
