"""Readers under test. One more is one more :class:`Reader` in :func:`readers`: valid files, how to read them, its own errors."""

from __future__ import annotations

import io
import json
import logging
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import decomp
import sim
from decomp.aggregate import resolve
from decomp.errors import DecompError, ImbalanceError
from decomp.io.compact import to_npz_bytes
from decomp.io.csv_matrix import write_csv
from decomp.table import WorldTable
from sim.errors import OutputError, ScenarioError
from sim.explorer.setups.share import listed
from sim.explorer.setups.uploads import UploadError, unpack
from sim.indicators.registry import INDICATORS
from sim.runs.saved import read_run
from sim.scenario import scenario_files
from sim.scenario.read import read_scenario
from sim.studies.store import SweepFolder
from sim.studies.sweep import parse_axis, plan_sweep, run_sweep
from tests.decomp.io.layouts import (
    SAMPLES,
    exio,
    exio_table,
    figaro_flat,
    figaro_table,
    icio,
    icio_parts,
    icio_table,
    text,
    zipped,
)
from tests.decomp.io.tables import full_table, random_table

#: One valid sample: the files of a folder by name; one of them is damaged at a time.
Sample = dict[str, bytes]


@dataclass(frozen=True)
class Reader:
    """A reader: ``samples()`` makes valid folders, ``read(folder)`` reads one, ``errors`` are what it may raise."""

    name: str
    samples: Callable[[], list[Sample]]
    read: Callable[[Path], object]
    errors: tuple[type[Exception], ...] = (DecompError,)


@cache
def readers() -> dict[str, Reader]:
    """Return all readers by name."""
    tables: dict[str, tuple[Callable[[], list[Sample]], str]] = {
        "npz": (npz_samples, "t.npz"),
        "csv": (csv_samples, "t.csv"),
        "icio-parts": (lambda: [{"2019.csv": text(icio_parts()[1])}], "2019.csv"),
        "icio-comma": (lambda: [{"2019.csv": text(icio(icio_table()), ";", ",")}], "2019.csv"),
        "icio-zip": (
            lambda: [{"a.zip": zipped({f"{y}.csv": text(icio(icio_table())) for y in (2018, 2019)})}],
            "a.zip",
        ),
        "figaro-flat-csv": (lambda: [{"flat_2022.csv": text(figaro_flat(figaro_table()))}], "flat_2022.csv"),
        "exiobase3-A": (lambda: [exio(exio_table(), coefficients=True)], ""),
        **{
            layout: (lambda make=make, files=files: [files(make())], "" if layout == "exiobase3" else path)
            for layout, (make, files, path) in SAMPLES.items()
        },
    }
    return {
        **{
            name: Reader(name, samples, lambda folder, file=file, name=name: use(read(folder / file, name)))
            for name, (samples, file) in tables.items()
        },
        "concordance": Reader("concordance", concordance_samples, lambda folder: resolve(folder / "c.csv", "economy")),
        "yaml": Reader("yaml", yaml_samples, read_yaml, (DecompError, ScenarioError)),
        "run": Reader("run", run_samples, read_folder, (OutputError,)),
        "zip": Reader(
            "zip",
            zip_samples,
            lambda folder: unpack("a.zip", (folder / "a.zip").read_bytes()).place.cleanup(),
            (OutputError, UploadError),
        ),
        "sweep": Reader("sweep", sweep_samples, read_sweep, (OutputError,)),
    }


def read(path: Path, name: str) -> WorldTable:
    """Read as the commands do, then although it is unbalanced; parts are kept where there are any."""
    year = 2019 if name == "icio-zip" else None
    how: dict[str, Any] = {"parts": "keep"} if name == "icio-parts" else {}
    try:
        return decomp.load(path, year=year, **how)
    except ImbalanceError:
        return decomp.load(path, year=year, accept_imbalance=True, **how)


def use(table: WorldTable) -> WorldTable:
    """Do with a table what every command does; a damaged one may be refused here too."""
    table.check().text()
    if table.n <= 64:
        decomp.wwz(table)
    return table


def read_yaml(folder: Path) -> object:
    """Read a scenario as every command does, and show its problems as they are printed."""
    try:
        return read_scenario(folder / "a.yaml", indicators=INDICATORS)
    except ScenarioError as error:
        error.text(None)
        raise


def read_folder(folder: Path) -> object:
    """Read a run folder as the explorer and the command line do: listed, opened, its headline said."""
    listed(folder.parent)
    run = read_run(folder)
    return repr(run), run.series("interdependence"), run.passed


def read_sweep(folder: Path) -> object:
    """Open the folder of a sweep and read its parts; a damaged one is set aside."""
    plan = json.loads(sweep_samples()[0]["sweep.json"])
    store = SweepFolder.open(folder, plan)
    logger = logging.getLogger("unweave.sweep")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        return store.abouts(), store.frame("interdependence", "WLD", 2012)
    finally:
        logger.setLevel(before)


# -- valid samples ---------------------------------------------------------------------------------------------------


def npz_samples() -> list[Sample]:
    return [{"t.npz": to_npz_bytes(table)} for table in (random_table(), full_table())]


def csv_samples() -> list[Sample]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [write_csv(table, Path(folder) / f"{k}.csv") for k, table in enumerate((random_table(), full_table()))]
        return [{"t.csv": path.read_bytes()} for path in paths]


def concordance_samples() -> list[Sample]:
    return [{"c.csv": b"code,label\nAAA,north\nBBB,north\nCCC,south\n"}, {"c.csv": b"code,label\n"}]


def yaml_samples() -> list[Sample]:
    """Scenarios of the library on the small table, one that builds on another, and one with every kind of part."""
    samples = []
    for name in ("us-china-tariffs", "trust-ledger", "pandemic-export-bans"):
        text = scenario_files()[name].read_text(encoding="utf-8")
        samples.append({"a.yaml": text.encode()})
    child = "name: child\ntitle: {en: Child, zh: 子}\nquestion: '?'\nextends: base.yaml\npolicies+:\n  - {who: IND, lever: ai, add: 0.1}\n"
    return [*samples, {"a.yaml": child.encode(), "base.yaml": _EVERYTHING.encode()}, {"a.yaml": _EVERYTHING.encode()}]


_EVERYTHING = """\
name: everything
title: {en: Everything, zh: 全部}
question: "What is there?"
narrative: [N1.6]
table: classroom-2011
years: [2011, 2020]
groups: {economies: {bloc-a: [USA, EUR, RUS?]}, sectors: {chips: [c14]}}
economy: {trade_elasticity: {goods: 5, c14: 3.5}, capital_supply: .inf, substitution: {inputs: 0.2}}
behaviour:
  automation: {robot_speed: 0.3, overrides: {CHN: {robot_speed_factor: 2}, bloc-a: {ai_speed: 0.4}}}
  protection: {types: {exporter-led: [CHN, KOR]}, passive: row}
  ledger: {active: true, initiators: [EUR, JPN], from: 2014, overrides: {IND: {entry_cost: 0.002}}}
  carbon: {active: true, cap: {2015: 0.95, 2020: 0.8}, intensities: {all: {goods: 0.4}}}
policies:
  - &one {who: [USA], lever: tariff, partners: [CHN], value: 0.25, from: 2013, to: 2016, ramp: linear}
  - {who: bloc-a, lever: friction, partners: CHN, sectors: chips, value: 1.5, from: 2017}
  - {who: IND, lever: education, value: 0.01}
events:
  - {type: export-restriction, who: CHN, partners: all, sectors: materials, size: 0.3, from: 2015, duration: 2}
  - {type: productivity, who: JPN, sectors: [c14], size: -0.1, from: 2016}
baseline: {labour: {CHN: {2020: 0.98}, all: 0.005}}
seeds: 3
draws: {parameters: [protection, automation.robot_speed], ranges: {trust.hostility: [0.1, 2.0]}, shocks: {productivity: 0.01}}
expect:
  - {indicator: interdependence, economy: WLD, versus: base, direction: down, at: 2018, least: 0.01, why: dearer}
outputs: [tables]
"""


@cache
def run_samples() -> list[Sample]:
    """The folder of a short run: manifest and tables."""
    with tempfile.TemporaryDirectory() as place:
        folder = sim.run("baseline", overrides=["table=classroom-2011"], years=(2011, 2012)).save(place, lang=None)
        files = [folder / "run.json", *(folder / "tables").glob("*.parquet")]
        return [{str(path.relative_to(folder)): path.read_bytes() for path in files}]


def zip_samples() -> list[Sample]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in run_samples()[0].items():
            box.writestr(f"20260101T000000Z-baseline-00000000/{name}", content)
    return [{"a.zip": buffer.getvalue()}]


@cache
def sweep_samples() -> list[Sample]:
    grid = [parse_axis("behaviour.automation.ai_home_share=0,1")]
    plan = plan_sweep("baseline", grid, overrides=["table=classroom-2011"], years=(2011, 2012))
    with tempfile.TemporaryDirectory() as place:
        store = SweepFolder.open(Path(place), plan.describe())
        run_sweep(plan, store, jobs=1)
        files = [store.folder / "sweep.json", *store.parts()]
        return [{str(path.relative_to(place)): path.read_bytes() for path in files}]
