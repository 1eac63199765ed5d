"""Runs that are made beside a run so that its report can say more: scenarios it is compared with, standing sensitivities.

A scenario that expects something ``versus: baseline`` is set against ``baseline`` with the same table, years, seed and
economy settings given on the command line. The elasticity of capital supply decides the sign of real wages under
automation, so its two ends (fixed stock, unlimited supply) are run as well. So are the other assumptions that are least
settled: the trade elasticity of transport equipment (c15) in every set, labour shares without the sector profile, and the
careful end of the price of AI.
"""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from decomp.errors import DecompError
from sim.calibration import elasticity_alternatives, elasticity_set, parameters
from sim.errors import SimError
from sim.runs.result import RunResult
from sim.runs.runner import SMALL_TABLE, run_loaded
from sim.scenario import scenario_files
from sim.scenario.read import LoadedScenario, read_scenario
from sim.scenario.resolve import resolve

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
    economy = loaded.resolved.scenario.economy
    ends = [(f"{end:g}", _with(loaded, "economy", capital_supply=end)) for end in ENDS if end != economy.capital_supply]
    return [*_scenarios(loaded), *(Companion("capital", *end) for end in ends), *_sensitivities(loaded)]


def _scenarios(loaded: LoadedScenario) -> list[Companion]:
    """Scenarios that expectations name: of the folder of the scenario's own file, else of the library."""
    scenario, companions = loaded.resolved.scenario, []
    named = dict.fromkeys(one.versus for one in scenario.expect if one.versus not in ("base", scenario.name))
    overrides = [override for override in loaded.overrides if override.startswith("economy.")]
    for name in named:
        beside = Path(loaded.file).parent / f"{name}.yaml" if loaded.file else None
        file = beside if beside is not None and beside.is_file() else scenario_files().get(name)
        try:
            if file is not None:
                other = read_scenario(file, overrides, years=scenario.years, seed=scenario.seed, table=loaded.table)
                companions.append(Companion("scenario", name, other))
        except (SimError, DecompError) as error:
            logger.warning("%s is not compared with %s: %s", scenario.name, name, error)
    return companions


def _sensitivities(loaded: LoadedScenario) -> list[Companion]:
    """Other values of c15's elasticity, a flat labour profile, and the careful end of AI's price, where they differ."""
    changed: dict[str, LoadedScenario] = {}
    named, members = loaded.resolved.trade_elasticity, loaded.table.sector_members.values()
    if isinstance(named, str) and any(UNSETTLED in codes for codes in members):  # the other sectors keep the named set
        own = {code: theta for code, theta in elasticity_set(named).items() if any(code in codes for codes in members)}
        for value in dict.fromkeys(elasticity_alternatives(UNSETTLED).values()):
            if value != elasticity_alternatives(UNSETTLED)[named]:
                resolved = replace(loaded.resolved, trade_elasticity={**own, UNSETTLED: value})
                changed[f"{UNSETTLED}={value:g}"] = replace(loaded, resolved=resolved)
    scenario, careful = loaded.resolved.scenario, parameters()["automation.ai_price_decline"].low
    if scenario.economy.labour_profile == "sectoral":
        changed["labour-profile=flat"] = _with(loaded, "economy", labour_profile="flat")
    automation = scenario.behaviour.automation
    if automation.active and automation.ai_price_decline > careful:
        cautious = automation.model_copy(update={"ai_price_decline": careful})
        changed[f"ai-price-decline={careful:g}"] = _with(loaded, "behaviour", automation=cautious)
    return [Companion("sensitivity", name, other) for name, other in changed.items()]


def _with(loaded: LoadedScenario, part: str, **changes: Any) -> LoadedScenario:
    """The same scenario with other settings in one part, resolved again: the rules carry theirs."""
    scenario = loaded.resolved.scenario
    changed = scenario.model_copy(update={part: getattr(scenario, part).model_copy(update=changes)})
    return replace(loaded, resolved=resolve(changed, loaded.table, rules=loaded.resolved.rules))


def run_companions(
    companions: list[Companion],
    *,
    threads: int | None = None,
    note: Callable[[Companion], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Mapping[tuple[Kind, str], RunResult]:
    """Run the companions; one that fails is left out with a warning, Ctrl-C leaves out the rest."""
    done: dict[tuple[Kind, str], RunResult] = {}
    for one in companions:
        if stop is not None and stop():
            break
        if note is not None:
            note(one)
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
