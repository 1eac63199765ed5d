"""One classroom run of each kind, shared by the tests of the model."""

from __future__ import annotations

import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.runs.result import RunResult
from tests.library import OLD

#: A short world in which everything happens: diffusion, protection, retaliation, a policy, an export ban.
BUSY = {
    "name": "busy",
    "title": "Busy",
    "question": "Does everything work at once?",
    "table": "classroom-2011",
    "years": [2011, 2019],
    "economy": {"trade_elasticity": "default", "sluggishness": 1.0},
    "behaviour": {
        "automation": {"robot_speed": 1.0, "ai_speed": 1.5},
        "protection": {"sensitivity": 1.0, "retaliation": 0.94},
        "trust": {"active": True},
    },
    "policies": [
        {"who": ["USA"], "lever": "tariff", "partners": ["CHN"], "value": 0.25, "from": 2013, "to": 2016},
        {"who": ["IND"], "lever": "productivity", "add": 0.02, "from": 2014, "to": 2016, "ramp": "linear"},
        {"who": ["EME"], "lever": "robots", "value": 0.3, "from": 2012},
    ],
    "events": [{"type": "export-restriction", "who": ["CHN"], "sectors": ["c14"], "size": 0.3, "from": 2015, "duration": 2}],
}  # fmt: skip


@pytest.fixture(scope="session")
def classroom() -> WorldTable:
    return decomp.load("classroom-2011")


@pytest.fixture(scope="session")
def busy() -> RunResult:
    return sim.run(BUSY)


@pytest.fixture(scope="session")
def still(classroom: WorldTable) -> RunResult:
    return sim.run(OLD["status-quo"], table=classroom)
