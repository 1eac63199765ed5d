"""Country agents that automate, tax trade and gain or lose trust, in a world table that answers in equilibrium.

Names are imported on first use, so that ``import sim`` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.economy import Equilibrium, Shocks, WorldEconomy
    from sim.errors import EconomyError, ScenarioError, SimError
    from sim.observed.history import History, history
    from sim.runs.result import RunResult
    from sim.runs.runner import run
    from sim.scenario.read import load_scenario
    from sim.scenario.schema import Scenario
    from sim.studies.attribution import Attribution, attribute
    from sim.studies.ensemble import Ensemble, run_ensemble

_HOME = {
    "run": "sim.runs.runner",
    "history": "sim.observed",
    "run_ensemble": "sim.studies.ensemble",
    "Ensemble": "sim.studies.ensemble",
    "History": "sim.observed",
    "RunResult": "sim.runs.result",
    "attribute": "sim.studies.attribution",
    "Attribution": "sim.studies.attribution",
    "Scenario": "sim.scenario.schema",
    "load_scenario": "sim.scenario.read",
    "WorldEconomy": "sim.economy",
    "Equilibrium": "sim.economy",
    "Shocks": "sim.economy",
    "SimError": "sim.errors",
    "ScenarioError": "sim.errors",
    "EconomyError": "sim.errors",
}

__all__ = [
    "Attribution",
    "EconomyError",
    "Ensemble",
    "Equilibrium",
    "History",
    "RunResult",
    "Scenario",
    "ScenarioError",
    "Shocks",
    "SimError",
    "WorldEconomy",
    "attribute",
    "history",
    "load_scenario",
    "run",
    "run_ensemble",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Public names."""
    return sorted(__all__)
