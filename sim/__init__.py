"""Country agents that automate, tax trade and gain or lose trust, in a world table that answers in equilibrium.

Names are imported on first use, so that ``import sim`` stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.economy import Equilibrium as Equilibrium
    from sim.economy import Shocks as Shocks
    from sim.economy import WorldEconomy as WorldEconomy
    from sim.economy import games as games
    from sim.errors import EconomyError as EconomyError
    from sim.errors import ScenarioError as ScenarioError
    from sim.errors import SimError as SimError
    from sim.observed.history import History as History
    from sim.observed.history import history as history
    from sim.runs.result import RunResult as RunResult
    from sim.runs.runner import run as run
    from sim.scenario.read import load_scenario as load_scenario
    from sim.scenario.schema import Scenario as Scenario
    from sim.studies.attribution import Attribution as Attribution
    from sim.studies.attribution import attribute as attribute
    from sim.studies.ensemble import Ensemble as Ensemble
    from sim.studies.ensemble import run_ensemble as run_ensemble
    from sim.studies.hindcast import Hindcast as Hindcast
    from sim.studies.hindcast import hindcast as hindcast

#: Public names by the module that they are in.
_HOME = {
    "sim.studies.attribution": ("Attribution", "attribute"),
    "sim.economy": ("Equilibrium", "Shocks", "WorldEconomy", "games"),
    "sim.errors": ("EconomyError", "ScenarioError", "SimError"),
    "sim.observed": ("History", "history"),
    "sim.runs.result": ("RunResult",),
    "sim.runs.runner": ("run",),
    "sim.scenario.read": ("load_scenario",),
    "sim.scenario.schema": ("Scenario",),
    "sim.studies.ensemble": ("Ensemble", "run_ensemble"),
    "sim.studies.hindcast": ("Hindcast", "hindcast"),
}
__all__ = sorted(name for names in _HOME.values() for name in names)


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Public names."""
    return list(__all__)
