"""Observed tables, runs and run folders say the same of the same flow; chains add up to gross exports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from decomp import toy
from decomp.io import load
from decomp.structure import vs_structure
from decomp.wwz import wwz
from sim.explorer.contents.flows import ALL, VS, Flow, Source, ends_of, see
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import Setup
from sim.runs.result import RunResult
from sim.runs.saved import read_run


@pytest.fixture(scope="module")
def run() -> RunResult:
    return simulate(Setup(preset="interdependence-fades", end=2028))


@pytest.fixture(scope="module")
def folder(run: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run.save(tmp_path_factory.mktemp("runs"), lang=None)


def test_a_run_and_its_folder_say_the_same(run: RunResult, folder: Path) -> None:
    live, saved = Source("lab", "x", run), Source("folder", "x", read_run(folder))
    assert live.years == saved.years and live.codes == saved.codes
    for flow in (Flow("CHN", "KOR"), Flow("USA", ALL)):
        np.testing.assert_allclose(saved.values(flow, 2028), live.values(flow, 2028), rtol=1e-8, atol=1e-3)
    np.testing.assert_allclose(saved.dependence(2028), live.dependence(2028), rtol=1e-8)
    assert live.residual(2028) < 1e-10 and saved.residual(2028) < 1e-10
    assert saved.ends("CHN", 2028) is None and not saved.detailed


def test_the_values_of_a_flow_are_those_of_the_table() -> None:
    found, table = Source(), wwz(load("world-2003"))
    seen = see(found, Flow("CHN", "KOR", ("electronics",)), 2003)
    for definition in VS:
        expected = vs_structure(table, "CHN", "KOR", definition=definition, sectors="electronics")
        assert seen.vs(definition) == pytest.approx(expected.vs_share)


def test_all_partners_are_the_sum_of_the_partners() -> None:
    found = Source()
    parts = [found.values(Flow("DEU", code), 2000) for code in found.codes if code != "DEU"]
    np.testing.assert_allclose(found.values(Flow("DEU"), 2000), np.sum(parts, axis=0))


def test_what_an_economy_absorbs_comes_from_somewhere() -> None:
    np.testing.assert_allclose(Source().dependence(2011).sum(axis=0), 1.0)


@pytest.mark.parametrize("sectors", [(), ("manufacturing",), ("services",)])
@pytest.mark.parametrize("exporter", ["CHN", "TWN", "ROW"])
def test_both_ends_of_a_chain_add_up_to_exports(exporter: str, sectors: tuple[str, ...]) -> None:
    found = Source()
    chain = found.ends(exporter, 1995, sectors)
    assert chain is not None
    assert chain.exports == pytest.approx(found.values(Flow(exporter, ALL, sectors), 1995)[16])
    assert chain.origins.sum() == pytest.approx(chain.exports)
    assert chain.markets.sum() == pytest.approx(chain.exports)


def test_a_chain_is_what_rounds_of_production_give() -> None:
    """Final markets against the power series of A, and origins against value added followed round by round."""
    table = toy.chain()
    found = wwz(table)
    A, n, size = table.Z / table.X, table.n, table.N
    served, step = np.zeros((n, table.G)), table.Y.copy()
    for _ in range(400):
        served += step
        step = A @ step
    for s, exporter in enumerate(table.economies):
        chain = ends_of(found, exporter)
        own = range(s * size, (s + 1) * size)
        markets = np.zeros(table.G)
        for row in own:
            markets += np.where(np.arange(table.G) == s, 0.0, table.Y[row])
            for column in set(range(n)) - set(own):
                markets += A[row, column] * served[column]
        np.testing.assert_allclose(chain.markets, markets, atol=1e-9)
        need, origins = np.zeros(n), np.zeros(table.G)
        need[list(own)] = found.exports[s].sum(axis=1)
        for _ in range(400):
            origins += (table.V * need).reshape(table.G, size).sum(axis=1)
            need = A @ need
        np.testing.assert_allclose(chain.origins, origins, atol=1e-9)
