"""Runs that are made beside a run so that its report can say more: scenarios it is compared with, standing sensitivities.

A scenario that expects something ``versus: baseline`` is set against ``baseline`` with the same table, years, seed and
economy settings given on the command line. The elasticity of capital supply decides the sign of real wages under
automation, so its two ends (fixed stock, unlimited supply) are run as well. So are the other assumptions that are least
settled: the trade elasticity of transport equipment (c15) in every set, labour shares without the sector profile, and the
careful end of the price of AI.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from decomp.errors import DecompError
from sim.calibration import elasticity_alternatives, elasticity_set, parameters
from sim.errors import SimError
from sim.runs.runner import SMALL_TABLE, run_loaded
from sim.scenario import scenario_files
from sim.scenario.read import read_scenario
from sim.scenario.resolve import resolve

if TYPE_CHECKING:
    from sim.runs.result import RunResult
    from sim.scenario.read import LoadedScenario

logger = logging.getLogger("unweave.companions")

Kind = Literal["scenario", "capital", "sensitivity"]
#: Both ends of the elasticity of capital supply.
ENDS = (0.0, math.inf)
#: Sector whose trade elasticity is the least settled.
UNSETTLED = "c15"


@dataclass(frozen=True)
class Companion:
    """One run beside the run: ``name`` is a scenario, the elasticity of capital supply, or what differs, ``c15=0.83``."""

    kind: Kind
    name: str
    loaded: LoadedScenario


def companions_of(loaded: LoadedScenario) -> list[Companion]:
    """Companions that help to read a run; none for tables too large to run again in a moment.

    A scenario that cannot be found or read is left out: its expectations stay untested and the report says so.
    """
    if loaded.table.n > SMALL_TABLE:
        return []
    return [*_scenarios(loaded), *_ends(loaded), *_sensitivities(loaded)]


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
    given = loaded.resolved.scenario.economy.capital_supply
    return [Companion("capital", f"{end:g}", _with_economy(loaded, capital_supply=end)) for end in ENDS if end != given]


def _sensitivities(loaded: LoadedScenario) -> list[Companion]:
    """Other values of c15's elasticity, a flat labour profile, and the careful end of AI's price, where they differ."""
    found = [
        Companion("sensitivity", f"{UNSETTLED}={value:g}", _with_elasticity(loaded, value))
        for value in _other_elasticities(loaded)
    ]
    scenario = loaded.resolved.scenario
    if scenario.economy.labour_profile == "sectoral":
        found.append(Companion("sensitivity", "labour-profile=flat", _with_economy(loaded, labour_profile="flat")))
    careful = parameters()["automation.ai_price_decline"].low
    if scenario.behaviour.automation.active and scenario.behaviour.automation.ai_price_decline > careful:
        automation = scenario.behaviour.automation.model_copy(update={"ai_price_decline": careful})
        behaviour = scenario.behaviour.model_copy(update={"automation": automation})
        found.append(Companion("sensitivity", f"ai-price-decline={careful:g}", _with(loaded, behaviour=behaviour)))
    return found


def _other_elasticities(loaded: LoadedScenario) -> list[float]:
    """Elasticities of c15 in the sets that the scenario does not use; none where it sets its own, or without that sector."""
    given = loaded.resolved.trade_elasticity
    known = any(UNSETTLED in members for members in loaded.table.sector_members.values())
    if not known or not isinstance(given, str):
        return []
    alternatives = elasticity_alternatives(UNSETTLED)
    return [value for value in dict.fromkeys(alternatives.values()) if value != alternatives[given]]


def _with_elasticity(loaded: LoadedScenario, value: float) -> LoadedScenario:
    """The same scenario with another trade elasticity of c15; the other sectors keep the named set."""
    given = loaded.resolved.trade_elasticity
    assert isinstance(given, str)
    present = {code for members in loaded.table.sector_members.values() for code in members}
    others = {code: theta for code, theta in elasticity_set(given).items() if code in present}
    return replace(loaded, resolved=replace(loaded.resolved, trade_elasticity={**others, UNSETTLED: value}))


def _with_economy(loaded: LoadedScenario, **changes: Any) -> LoadedScenario:
    return _with(loaded, economy=loaded.resolved.scenario.economy.model_copy(update=changes))


def _with(loaded: LoadedScenario, **changes: Any) -> LoadedScenario:
    """The same scenario with other settings, resolved again: the rules carry theirs."""
    scenario = loaded.resolved.scenario.model_copy(update=changes)
    return replace(loaded, resolved=resolve(scenario, loaded.table, rules=loaded.resolved.rules))


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
            note(f"companion run {'with capital supply ' if one.kind == 'capital' else ''}{one.name}")
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
