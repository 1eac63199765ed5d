"""Every scenario of the library: the parts add up, and with all channels off nothing moves."""

from __future__ import annotations

import numpy as np
import pytest

import decomp
import sim
from decomp.table import WorldTable
from sim.studies.attribution import attribute
from tests.library import OLD


@pytest.fixture(scope="module")
def classroom() -> WorldTable:
    return decomp.load("classroom-2011")


@pytest.mark.parametrize("name", OLD)
def test_nothing_escapes_the_channels(name: str, classroom: WorldTable) -> None:
    """What is left over is what moves with every channel off: a new rule that no channel names would show here."""
    found = attribute(sim.run(OLD[name], table=classroom), workers=1)
    assert found.notes == ()
    assert np.nanmax(np.abs(found.residual)) < 1e-10
    assert found.runs == 2 ** len(found.used) - 1
