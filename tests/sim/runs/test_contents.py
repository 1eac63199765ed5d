"""What a run folder holds: the terms by sector when asked for, and a README that lists only what is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from decomp.terms import TERM_CODES
from sim.runs.saved import read_run


@pytest.fixture(scope="module")
def result() -> sim.RunResult:
    return sim.run("baseline", overrides=["table=classroom-2011", "outputs=[sectors]"], years=(2011, 2012))


def test_terms_by_sector_add_up_to_the_pairs(result: sim.RunResult, tmp_path: Path) -> None:
    folder = result.save(tmp_path, lang=None)
    table = read_run(folder)["sector_terms"]
    economies, sectors = len(result.base_table.economies), len(result.base_table.sectors)
    assert len(table) == 2 * economies * (economies - 1) * sectors
    np.testing.assert_allclose(table[list(TERM_CODES)].sum(axis=1), table["exports"], rtol=1e-8, atol=1e-6)
    pairs = result.pairs.query("year == 2012 and exporter == 'KOR' and importer == 'CHN'").set_index("indicator")[
        "value"
    ]
    rows = table.query("year == 2012 and exporter == 'KOR' and importer == 'CHN'")
    assert rows["sector"].tolist() == list(result.base_table.sectors)
    for code in ("exports", "DVA_INT", "ODC"):
        assert rows[code].sum() == pytest.approx(pairs[code], rel=1e-8)
    assert pd.read_parquet(folder / "tables" / "sector_terms.parquet").equals(
        pd.read_csv(folder / "tables" / "sector_terms.csv")
    )


def test_nobody_gets_them_unasked(tmp_path: Path) -> None:
    folder = sim.run("baseline", overrides=["table=classroom-2011"], years=(2011, 2012)).save(tmp_path, lang=None)
    assert not (folder / "tables" / "sector_terms.csv").exists()


def test_the_readme_of_a_run_lists_only_what_is_there(result: sim.RunResult, tmp_path: Path) -> None:
    """It once promised a report and yearly tables that nobody had asked for."""
    bare = (result.save(tmp_path, lang=None) / "README.md").read_text()
    assert "report.html" not in bare
    assert "years/*.npz" not in bare
    full = (result.save(tmp_path, lang="en", years="ends") / "README.md").read_text()
    assert "report.html" in full
    assert "years/*.npz" in full
