"""Unemployment beyond what sources support is said, with the reason; not that of an economy whose base year has it already."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sim.report.sentences import calibration_warnings
from sim.texts import Texts


def run(rates: dict[str, dict[int, float]], market: str = "wage-curve") -> Any:
    return SimpleNamespace(
        manifest={"settings": {"labour_market": market}, "table": {"year": 2011}},
        economies=tuple(rates),
        years=(2011, 2012),
        series=lambda indicator, economy: rates[economy] if indicator == "unemployment" else {},
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "Unemployment leaves the range that sources support: TWN (2012)"), ("zh", "失业率超出来源所支持的范围")],
)
def test_unemployment_beyond_its_sources_is_said(lang: str, words: str) -> None:
    rates = {"TWN": {2011: 0.04, 2012: 0.27}, "ZAF": {2011: 0.30, 2012: 0.31}, "USA": {2011: 0.09, 2012: 0.12}}
    (said,) = calibration_warnings(run(rates), Texts(lang))
    assert words in said
    assert "ZAF" not in said
    assert "USA" not in said
    assert "27" in said
    assert calibration_warnings(run(rates, "elastic"), Texts(lang)) == []
    assert calibration_warnings(run({"USA": rates["USA"]}), Texts(lang)) == []
