"""A small run with plausible tables, made from a formula: four economies, a few years, every section filled."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from decomp.terms import GROUPS, TERM_CODES
from sim.runs.saved import TABLES, WORLD, Run

ECONOMIES = ("USA", "CHN", "EUR", "ROW")
SHARES = {
    "interdependence": (0.181, 0.166),
    "vs_foreign_content": (0.21, 0.18),
    "dva_share": (0.77, 0.80),
    "mean_tariff": (0.021, 0.094),
    "us_china_manufacturing_share": (0.27, 0.31),
    "robots": (0.05, 0.35),
    "ai": (0.01, 0.4),
}
RATIOS = {"real_income": (1.0, 1.03), "real_wage": (1.0, 0.97)}


def indicators(years: list[int], *, flat: bool = False) -> pd.DataFrame:
    rows = []
    span = max(1, years[-1] - years[0])
    for year, (name, (first, last)) in itertools.product(years, {**SHARES, **RATIOS}.items()):
        way = 0.0 if flat else (year - years[0]) / span
        unit = "share" if name in SHARES else "ratio"
        rows.append((year, WORLD, name, first + way * (last - first), unit))
        if name not in ("interdependence", "us_china_manufacturing_share"):
            for k, economy in enumerate(ECONOMIES):
                rows.append((year, economy, name, first + way * (last - first) * (1 - 0.5 * k) + 0.01 * k, unit))
    return pd.DataFrame(rows, columns=list(TABLES["indicators"]))


def pairs(years: list[int]) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for year, (s, exporter), (r, importer) in itertools.product(years, enumerate(ECONOMIES), enumerate(ECONOMIES)):
        if s == r:
            continue
        terms = [100.0 / (1 + k) + 3 * s + r + 0.1 * (year - years[0]) * (k == 0) for k in range(16)]
        rows += [(year, exporter, importer, code, v, "million USD") for code, v in zip(TERM_CODES, terms, strict=True)]
        rows += [(year, exporter, importer, g.code, sum(terms[k] for k in g.rows), "million USD") for g in GROUPS]
        rows.append((year, exporter, importer, "exports", sum(terms), "million USD"))
    return pd.DataFrame(rows, columns=list(TABLES["pairs"]))


def interdependence(years: list[int]) -> pd.DataFrame:
    rows = []
    for year, (s, source), (r, absorber) in itertools.product(years, enumerate(ECONOMIES), enumerate(ECONOMIES)):
        share = 0.85 if s == r else 0.05 + 0.01 * (s - r) + 0.001 * (year - years[0])
        rows.append((year, source, absorber, "dependence", share, "share"))
    return pd.DataFrame(rows, columns=list(TABLES["interdependence"]))


def decisions(years: list[int]) -> pd.DataFrame:
    rows = [
        (year, economy, "tariff", partner, "c14", 0.02 * k, 0.02 * (k + 1), f"grievance 0.{k} of {economy} & more")
        for k, year in enumerate(years[1:])
        for economy, partner in (("USA", "CHN"), ("CHN", "USA"))
    ]
    rows += [(year, "CHN", "robots", "", "", 0.1, 0.12, "machines pay") for year in years[1:]]
    return pd.DataFrame(rows, columns=list(TABLES["decisions"]))


def companions(years: list[int]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for k, year in enumerate(years):
        rows.append(("scenario", "baseline", year, WORLD, "interdependence", 0.181 + 0.001 * k, "share"))
        rows.append(("scenario", "baseline", year, WORLD, "mean_tariff", 0.021, "share"))
        for name, slope in (("0", -0.02), ("inf", 0.03)):
            rows += [("capital", name, year, code, "real_wage", 1 + slope * k, "ratio") for code in (*ECONOMIES, WORLD)]
    return rows


def tables(years: list[int], *, flat: bool = False) -> dict[str, pd.DataFrame]:
    levers = [("policy", "tariff", "USA", "CHN", "goods", "0.25", "share", years[0] + 1, years[-1], "")]
    checks = [(year, "balance", 1e-15 * (1 + year % 3), 1e-12, True) for year in years]
    expectations = [
        (
            "interdependence",
            WORLD,
            "base",
            "down",
            0.0,
            "relative",
            years[-1],
            0.181,
            0.166,
            "share",
            "met",
            "",
            "",
            "tariffs",
        ),
        ("real_wage", "USA", "base", "up", 0.0, "relative", years[-1], 1.0, 0.97, "ratio", "failed", "", "", "robots"),
        (
            "vs_foreign_content",
            WORLD,
            "baseline",
            "down",
            0.0,
            "relative",
            years[-1],
            np.nan,
            0.18,
            "share",
            "unknown",
            "",
            "",
            "",
        ),
        (
            "mean_tariff",
            WORLD,
            "base",
            "up",
            0.0,
            "relative",
            years[-1],
            0.03,
            0.05,
            "share",
            "unexplained",
            "",
            "ai USA up 0",
            "",
        ),
    ]
    assumptions = [
        ("economy.capital_supply", "1", "1", "0", "inf", "elasticity", "the project", "judgement", False, ""),
        ("protection.cap", "0.6", "0.489", "0.405", "0.63", "tariff", "Lashkaripour (2021)", "literature", True, ""),
    ]
    frames = {
        "indicators": indicators(years, flat=flat),
        "pairs": pairs(years),
        "interdependence": interdependence(years),
        "decisions": decisions(years) if not flat else pd.DataFrame(columns=list(TABLES["decisions"])),
    }
    rest = {
        "levers": levers,
        "checks": checks,
        "expectations": expectations,
        "assumptions": assumptions,
        "companions": companions(years),
        "base_year": [(WORLD, "vs_foreign_content", 0.2101, 0.21, "share")],
    }
    for name, rows in rest.items():
        frames[name] = pd.DataFrame(rows, columns=list(TABLES[name]))
    return frames


def manifest(years: list[int], last: int, **changes: Any) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "run": "20260102T030405Z-sample-1a2b3c4d",
        "status": "ok",
        "message": "",
        "name": "sample",
        "title": {"en": "A sample", "zh": "示例"},
        "question": {"en": "What if?", "zh": "如果？"},
        "years": {"requested": [years[0] if years else 2011, last], "finished": years},
        "seed": 7,
        "hash": "1a2b3c4d",
        "table": {
            "name": "world-2011",
            "unit": "million USD",
            "checksum": "ab" * 32,
            "source": "WIOD",
            "licence": "CC BY 4.0",
            "synthetic": False,
            "economies": [{"code": code, "name": code} for code in ECONOMIES],
            "sectors": [{"code": "c14", "name": "Electrical"}],
        },
        "versions": {"unweave": "0.1.0", "python": "3.11"},
        "platform": {"system": "Linux"},
        "threads": [{"library": "openblas", "threads": 1}],
        "settings": {"capital_supply": "1", "baseline": False},
        "started": "2026-01-02T03:04:05Z",
        "duration_seconds": 1.25,
        "rerun": "unweave run scenario.yaml --seed 7",
        "warnings": [],
        "notes": ["3 negative entries of final demand (−12) set to 0."],
        **changes,
    }


def sample(last: int = 2016, planned: int | None = None, *, flat: bool = False, **changes: Any) -> Run:
    """A run from 2011 to ``last``; ``flat``: nothing moves."""
    years = list(range(2011, last + 1))
    return Run(manifest(years, planned or last, **changes), tables(years, flat=flat))
