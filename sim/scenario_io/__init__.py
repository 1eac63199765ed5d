"""Scenario files in and out: reading with exact places, resolving against a table, writing, hashing, the JSON Schema."""

from __future__ import annotations

from sim.scenario_io.faults import CODES
from sim.scenario_io.moves import Move
from sim.scenario_io.read import LoadedScenario, Source, find_scenario, load_scenario, read_document, read_scenario
from sim.scenario_io.resolve import ResolvedScenario, resolve
from sim.scenario_io.write import dump_yaml, scenario_hash, scenario_schema

__all__ = [
    "CODES",
    "LoadedScenario",
    "Move",
    "ResolvedScenario",
    "Source",
    "dump_yaml",
    "find_scenario",
    "load_scenario",
    "read_document",
    "read_scenario",
    "resolve",
    "scenario_hash",
    "scenario_schema",
]
