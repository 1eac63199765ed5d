"""Runs that are made beside a run so that its report can say more: scenarios it is compared with, both ends of capital supply.

A scenario that expects something ``versus: baseline`` is set against ``baseline`` with the same table, years, seed and
economy settings given on the command line. The elasticity of capital supply decides the sign of real wages under
automation, so its two ends (fixed stock, unlimited supply) are run as well.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from decomp.errors import DecompError
from sim.errors import SimError
from sim.resources import scenario_files
from sim.runner import SMALL_TABLE, run_loaded
from sim.scenario_io import read_scenario

if TYPE_CHECKING:
    from sim.result import RunResult
    from sim.scenario_io.read import LoadedScenario

logger = logging.getLogger("unweave.companions")

Kind = Literal["scenario", "capital"]
#: Both ends of the elasticity of capital supply.
ENDS = (0.0, math.inf)


@dataclass(frozen=True)
class Companion:
    """One run beside the run: ``name`` is a scenario or the value of the elasticity of capital supply."""

    kind: Kind
    name: str
    loaded: LoadedScenario


def companions_of(loaded: LoadedScenario) -> list[Companion]:
    """Companions that help to read a run; none for tables too large to run again in a moment.

    A scenario that cannot be found or read is left out: its expectations stay untested and the report says so.
    """
    if loaded.table.n > SMALL_TABLE:
        return []
    return [*_scenarios(loaded), *_ends(loaded)]


def _scenarios(loaded: LoadedScenario) -> list[Companion]:
    scenario = loaded.resolved.scenario
    named = dict.fromkeys(one.versus for one in scenario.expect if one.versus not in ("base", scenario.name))
    shared = [override for override in loaded.overrides if override.startswith("economy.")]
    found = []
    for name in named:
        file = _file(name, loaded)
        if file is None:
            continue
        try:
            other = read_scenario(file, shared, years=scenario.years, seed=scenario.seed, table=loaded.table)
        except (SimError, DecompError) as error:
            logger.warning("%s is not compared with %s: %s", scenario.name, name, error)
            continue
        found.append(Companion("scenario", name, other))
    return found


def _file(name: str, loaded: LoadedScenario) -> Path | None:
    """File of a scenario: beside the scenario's own file, else in the library."""
    beside = Path(loaded.file).parent / f"{name}.yaml" if loaded.file else None
    return beside if beside is not None and beside.is_file() else scenario_files().get(name)


def _ends(loaded: LoadedScenario) -> list[Companion]:
    # Nothing else in the resolved scenario depends on this elasticity, so it can be exchanged in place.
    scenario = loaded.resolved.scenario
    found = []
    for end in ENDS:
        if end != scenario.economy.capital_supply:
            economy = scenario.economy.model_copy(update={"capital_supply": end})
            resolved = replace(loaded.resolved, scenario=scenario.model_copy(update={"economy": economy}))
            found.append(Companion("capital", f"{end:g}", replace(loaded, resolved=resolved)))
    return found


def run_companions(
    companions: list[Companion],
    *,
    threads: int | None = None,
    note: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Mapping[tuple[Kind, str], RunResult]:
    """Run the companions; one that fails is left out with a warning, Ctrl-C leaves out the rest."""
    done: dict[tuple[Kind, str], RunResult] = {}
    for one in companions:
        if stop is not None and stop():
            break
        if note is not None:
            note(
                f"companion run {one.name}"
                if one.kind == "scenario"
                else f"companion run with capital supply {one.name}"
            )
        try:
            result = run_loaded(one.loaded, threads=threads, stop=stop)
        except KeyboardInterrupt:  # while a companion was set up: the run itself is finished and is kept
            break
        except (SimError, DecompError) as error:
            logger.warning("companion run %s failed: %s", one.name, error)
            continue
        if result.status == "ok":
            done[one.kind, one.name] = result
        else:
            logger.warning("companion run %s is left out: %s", one.name, result.message)
    return done
