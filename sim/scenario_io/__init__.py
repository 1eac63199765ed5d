"""Scenario files in and out: reading with exact places, resolving against a table, writing, hashing, the JSON Schema."""

from __future__ import annotations

from sim.scenario_io.moves import Move
from sim.scenario_io.resolve import ResolvedScenario, resolve

__all__ = ["Move", "ResolvedScenario", "resolve"]
