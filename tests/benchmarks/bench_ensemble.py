"""An ensemble of 20 members on ``world`` with every channel on, and how fast a sweep streams members to disk.

Members run one thread each on all processors. The time is that of the ensemble without the run as written, with starting the
worker processes; the sweep starts its own.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from sim.runs.runner import processors, run_loaded
from sim.scenario.read import read_scenario
from sim.studies.ensemble import Ensemble, run_members
from sim.studies.store import SweepFolder
from sim.studies.sweep import plan_sweep, run_sweep
from tests.benchmarks.rows import Row, seconds
from tests.library import OLD

#: Everything that can act does: diffusion, protection with retaliation, trust, and the tariffs of the trade war.
SCENARIO, OVERRIDES = OLD["trade-war"], {"behaviour.protection.sensitivity": 2.0}
#: Members and seconds allowed on two processors.
SEEDS, LIMIT = 20, 30.0
#: Members of the sweep whose speed is measured; a thousand take a thousand divided by it.
SWEEP = 60


def run(smoke: bool) -> list[Row]:
    """Seconds of an ensemble, of its bands, and members a second of a sweep."""
    overrides = {**OVERRIDES, "seeds": 2 if smoke else SEEDS, "table": "classroom-2011" if smoke else "world-2011"}
    loaded = read_scenario(SCENARIO, overrides, years=(2011, 2013) if smoke else None)
    written = run_loaded(loaded)
    found: list[Ensemble] = []
    taken = seconds(lambda: found.append(run_members(loaded, written)))
    ensemble = found[0]
    alone = sum(member.seconds for member in ensemble.members)
    note = f"{processors()} processes, {alone:.1f} s of members, {len(ensemble.failures)} failed; bands {seconds(lambda: len(ensemble.bands)):.2f} s"
    case = f"{loaded.table.name}, {ensemble.planned} members, {ensemble.status}"
    return [Row("ensemble", case, taken, "s", None if smoke else LIMIT, note), _sweep(smoke)]


def _sweep(smoke: bool) -> Row:
    """Members a second of a sweep that writes every member."""
    members, table, years = (2, "classroom-2011", (2011, 2013)) if smoke else (SWEEP, "world-2011", None)
    plan = plan_sweep(SCENARIO, [], overrides=[f"seeds={members}", f"table={table}"], years=years)
    with tempfile.TemporaryDirectory() as folder:
        store = SweepFolder.open(Path(folder) / "sweep", plan.describe())
        outcome = run_sweep(plan, store)
        size = sum(path.stat().st_size for path in store.parts()) / 1e6 / members
    rate = outcome.finished / outcome.seconds
    note = f"1,000 members take {1000 / rate / 60:.1f} min and {1000 * size:.0f} MB; {outcome.failed} failed, {outcome.jobs} processes"
    return Row("sweep", f"{plan.base.table.name}, {members} members", rate, "members/s", None, note)
