"""Attribution on the command line: asked for by the scenario or by ``--attribution``, made after the run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from decomp.errors import DecompError
from sim.errors import SimError

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.runs.result import RunResult
    from sim.scenario.read import LoadedScenario
    from sim.scenario.schema import Scenario

logger = logging.getLogger("unweave.attribution")

#: Name of the output and of its table.
OUTPUT = "attribution"


def read_asking(
    source: str, overrides: list[str] | None, *, years: tuple[int, int] | None, seed: int | None, attribution: bool
) -> LoadedScenario:
    """Read a scenario; with ``attribution`` it asks for that output, and so does the command that repeats the run."""
    from sim.indicators import INDICATORS
    from sim.scenario.read import read_scenario

    loaded = read_scenario(source, overrides, years=years, seed=seed, indicators=INDICATORS)
    if not attribution or OUTPUT in loaded.scenario.outputs:
        return loaded
    asked = f"outputs=[{', '.join((*loaded.scenario.outputs, OUTPUT))}]"
    return read_scenario(source, [*(overrides or ()), asked], years=years, seed=seed, indicators=INDICATORS)


def further_runs(scenario: Scenario) -> int:
    """Runs that the attribution of a scenario needs beside the run itself; 0 when it is not asked for."""
    from sim.attribution import used

    return 2 ** len(used(scenario)) - 1 if OUTPUT in scenario.outputs else 0


def attributed(result: RunResult, *, note: Callable[[str], None], stop: Callable[[], bool]) -> Mapping[str, DataFrame]:
    """Table of the parts of a finished run, if its scenario asks for it; without it, and with a warning, when it fails."""
    from sim.attribution import attribute

    if OUTPUT not in result.scenario.outputs or result.status in ("cancelled", "failed"):
        return {}
    try:
        found = attribute(result, progress=lambda done, of: note(f"attribution, run {done} of {of}"), stop=stop)
    except KeyboardInterrupt:
        logger.warning("the attribution was interrupted and is left out")
        return {}
    except (SimError, DecompError) as error:
        logger.warning("the run has no attribution: %s", error)
        return {}
    return {OUTPUT: found.frame}
