"""Duties, adoption and unemployment that were observed: means, weights, changes since the table's year."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

import decomp
from sim.calibration.given import LAST, added_duties, adoption_steps
from sim.calibration.rows import read_rows


@pytest.fixture(scope="module")
def table():
    return decomp.load("world-2022")


def mean(table, rates: np.ndarray, importer: str, origin: str) -> float:
    """Mean rate on an origin's goods, weighted with the table's own trade."""
    sales = table.Z.reshape(table.G, table.N, table.G, table.N).sum(axis=3) + table.Y.reshape(table.G, table.N, table.G)
    r, s = table.economy(importer), table.economy(origin)
    goods = [table.sector(name) for name in table.sector_groups["goods"]]
    return float(100 * (sales[s, goods, r] * rates[s, goods, r]).sum() / sales[s, goods, r].sum())


@pytest.mark.parametrize(
    ("importer", "origin", "year", "points"),
    [
        ("USA", "CHN", 2022, 16.2),
        ("USA", "CHN", 2027, 17.7 + 4.262 + 7.674),
        ("CHN", "USA", 2022, 13.1),
        ("CHN", "USA", 2026, 23.9),
        ("USA", "JPN", 2027, 13.73),
        ("USA", "MEX", 2027, 7.656),
        ("MEX", "CHN", 2025, 0.0),
        ("MEX", "CHN", 2026, 1.9),
        ("BRA", "CHN", 2026, 0.0),
    ],
)
def test_means_on_the_tables_own_trade_are_those_of_the_source(table, importer, origin, year, points) -> None:
    assert mean(table, added_duties(table, year)[0], importer, origin) == pytest.approx(points, abs=0.01)


def test_a_year_is_the_mean_over_its_days() -> None:
    table = decomp.load("classroom-2022")
    steps = {date(2025, 1, 1): 13.1, date(2025, 4, 12): 139.6, date(2025, 5, 14): 24.6, date(2025, 11, 10): 23.9}
    days = sorted([*steps, date(2026, 1, 1)])
    points = sum((b - a).days * steps[a] for a, b in pairwise(days)) / 365
    assert mean(table, added_duties(table, 2025)[0], "CHN", "USA") == pytest.approx(points, abs=0.01)


def test_duties_are_on_goods_from_abroad_only(table) -> None:
    rates = added_duties(table, 2026)[0]
    home = np.arange(table.G)
    services = [table.sector(name) for name in table.sector_groups["services"]]
    assert (rates[home, :, home] == 0.0).all()
    assert (rates[:, services, :] == 0.0).all()
    assert rates.max() < 2.0


def test_a_label_of_several_economies_has_the_mean_of_its_members(table) -> None:
    """Partners of the United States count with its imports of 2024."""
    rows = read_rows("us_tariffs.csv", ("part", "partner", "at"))
    members = table.economy_members["GLF"]
    weights = np.array([rows["imports", code, "2024"].value for code in members])
    points = np.array([sum(rows[part, code, "after"].value for part in ("general", "section-232")) for code in members])
    assert mean(table, added_duties(table, LAST + 1)[0], "USA", "GLF") == pytest.approx(
        weights @ points / weights.sum(), abs=0.01
    )


def test_metals_and_vehicles_bear_the_sector_duties(table) -> None:
    mexico, usa = table.economy("MEX"), table.economy("USA")
    rates = added_duties(table, 2027)[0][mexico, :, usa]
    assert rates[table.sector("c12")] > rates[table.sector("c15")] > 0.1 > rates[table.sector("c4t5")]


def test_adoption_moves_by_log_odds_of_one_survey(table) -> None:
    germany, brazil = table.economy("DEU"), table.economy("BRA")
    step = adoption_steps(table, 2025)[1, germany]
    assert step == pytest.approx(np.log(0.2597 / 0.7403) - np.log(0.1975 / 0.8025), abs=1e-3)
    assert np.isnan(adoption_steps(table, 2025)[1, brazil])
    china = adoption_steps(table, 2023)[0, table.economy("CHN")]
    assert china == pytest.approx(np.log(470 / 402))
    assert np.isnan(adoption_steps(table, 2026)).all()  # nothing is known of 2026 yet
