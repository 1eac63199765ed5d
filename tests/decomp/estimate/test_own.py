"""OECD's own table of 2022: same labels as the estimate, in its place while it is there, from csv or from the zip as delivered."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

import decomp
import sim.cli
from decomp.errors import DataMissingError, FormatError, LabelError
from decomp.estimate.tables import adopt, economies_of, forget, sectors_of
from decomp.io.bundled import user_folder

DEMAND = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
INDUSTRIES = sorted(code for codes in sectors_of("world").values() for code in codes)


def official(path: Path, economies: list[str], seed: int = 0) -> dict[str, float]:
    """Write a file in OECD's layout: the parts of China and Mexico as rows and columns, no rows for CHN and MEX themselves.

    Returns output by economy of the whole; flows are random, thin and of the size of a world.
    """
    parts = {"CHN": ("CN1", "CN2"), "MEX": ("MX1", "MX2")}
    split = [part for e in economies for part in parts.get(e, (e,))]
    flows = [f"{e}_{i}" for e in split for i in INDUSTRIES]
    demand = [f"{e}_{d}" for e in economies for d in DEMAND]
    rng, n = np.random.default_rng(seed), len(flows)
    Z = (rng.random((n, n)) < 0.01) * rng.integers(1, 2000, (n, n))
    F = rng.integers(0, 80, (n, len(demand))) + 10_000 * np.kron(
        np.repeat(np.eye(len(economies)), [len(parts.get(e, (e,))) for e in economies], axis=0),
        np.ones((len(INDUSTRIES), 6)),
    ).astype(int)
    X = Z.sum(axis=1) + F.sum(axis=1)
    lines = [",".join(["V1", *flows, *demand, "OUT"])]
    lines += [",".join([label, *map(str, Z[k]), *map(str, F[k]), str(X[k])]) for k, label in enumerate(flows)]
    zero = ["0"] * (len(demand) + 1)
    lines.append(",".join(["TLS", *["0"] * n, *zero]))
    lines.append(",".join(["VA", *map(str, X - Z.sum(axis=0)), *zero]))
    lines.append(",".join(["OUT", *map(str, X), *zero]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    output: dict[str, float] = {}
    for k, label in enumerate(flows):
        whole = {"CN": "CHN", "MX": "MEX"}.get(label[:2], label[:3]) if label[2].isdigit() else label[:3]
        output[whole] = output.get(whole, 0.0) + float(X[k])
    return output


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """The zip as delivered: one csv a year, that of 2022 with all economies."""
    folder = tmp_path_factory.mktemp("oecd")
    codes = sorted(code for codes in economies_of("world").values() for code in codes)
    output = official(folder / "2022_SML.csv", [*(c for c in codes if c != "ROW"), "ROW"])
    official(folder / "2021_SML.csv", ["CHN", "USA"])
    with zipfile.ZipFile(folder / "2021-2022_SML.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for year in (2021, 2022):
            archive.write(folder / f"{year}_SML.csv", f"{year}_SML.csv")
    return folder, output


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNWEAVE_TABLES", str(tmp_path / "mine"))
    return tmp_path / "mine"


@pytest.mark.slow
def test_the_official_table_takes_the_place_of_the_estimate(
    delivered: tuple[Path, dict[str, float]], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, output = delivered
    estimates = {kind: decomp.load(f"{kind}-2022") for kind in ("world", "classroom")}
    assert sim.cli.call(["data", "import", str(folder / "2021-2022_SML.zip"), "--as", "world"]) == 0
    assert capsys.readouterr().out == "world-2022 is OECD's table, exact\n"
    table, estimate = decomp.load("world-2022"), estimates["world"]
    assert (table.economies, table.sectors) == (estimate.economies, estimate.sectors)
    assert table.economy_members == estimate.economy_members
    assert table.sector_members == estimate.sector_members
    assert table.economy_groups == estimate.economy_groups
    assert table.sector_groups == estimate.sector_groups
    assert table.estimate is None
    assert "2021-2022_SML.zip (SHA-256" in table.source
    assert len(table.final_demand_labels or ()) == 6
    by_economy = table.X.reshape(table.G, table.N).sum(axis=1)
    wanted = [sum(output[code] for code in table.economy_members[label]) for label in table.economies]
    np.testing.assert_allclose(by_economy, wanted, rtol=1e-12)
    assert sim.cli.call(["data", "info", "world-2022"]) == 0
    assert "exact, from 2021-2022_SML.zip; in the place of the bundled estimate" in capsys.readouterr().out
    assert decomp.load("classroom-2022").checksum() == estimates["classroom"].checksum()
    assert sim.cli.call(["data", "import", "--as", "world", "--remove"]) == 0
    assert decomp.load("world-2022").checksum() == estimate.checksum()
    assert not any(place.iterdir())


def test_another_year_or_edition_is_refused(tmp_path: Path) -> None:
    for year in (2021, 2022):
        official(tmp_path / f"{year}_SML.csv", ["CHN", "USA", "ROW"])
    with pytest.raises((FormatError, DataMissingError), match="2021"):
        adopt(tmp_path / "2021_SML.csv", "world")
    with pytest.raises(LabelError, match="concordance of economies: unknown economy 'CAN'"):
        adopt(tmp_path / "2022_SML.csv", "world")
    with pytest.raises(DataMissingError, match="nothing was imported as classroom; the bundled estimate is in use"):
        forget("classroom")
    assert not user_folder().exists() or not any(user_folder().iterdir())
