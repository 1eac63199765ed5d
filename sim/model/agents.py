"""Country agents: each observes the year that is over and decides, by every rule of :mod:`sim.rules`, and commits.

All observe before any decides, and all decide before any commits: the order of the agents cannot matter.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, TypeVar

import mesa

from sim.state import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.model.world import WorldModel

Value = TypeVar("Value")


class _Counts:
    """Numbers of agents by model; Mesa 3.3 keeps them in a dictionary that keeps every model alive."""

    def __getitem__(self, model: WorldModel) -> Iterator[int]:
        counts: Iterator[int] = model.__dict__.setdefault("_agent_numbers", itertools.count(1))
        return counts


class CountryAgent(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """One economy.

    - ``name`` (str): label of the economy.
    - ``position`` (int): its place in the table.
    """

    _ids = _Counts()

    def __init__(self, model: WorldModel, name: str, position: int) -> None:
        super().__init__(model)
        self.name, self.position = name, position
        self.seen: dict[str, Any] = {}
        self.decisions: dict[str, Any] = {}

    def observe(self) -> None:
        """Look at the year that is over and at what is announced, with the eyes of every rule."""
        self.view: View = self.model.view(self.position)
        self.seen = {rule.name: rule.observe(self.view) for rule in self.model.rules}

    def decide(self) -> None:
        """Apply the rules to what was observed; nothing outside this agent changes."""
        if not self.seen:
            raise RuntimeError(f"{self.name} has not observed yet; the order is observe, decide, commit")
        self.decisions = {rule.name: rule.decide(self, self.seen[rule.name]) for rule in self.model.rules}

    def commit(self) -> None:
        """Hand the decisions to the model."""
        if not self.decisions:
            raise RuntimeError(f"{self.name} has not decided yet; the order is observe, decide, commit")
        self.model.accept(self.position, self.decisions)
        self.seen, self.decisions = {}, {}

    def adjusted(self, point: str, value: Value) -> Value:
        """Let every rule have a say in what another one decides; see :func:`sim.rules.base.adjusted`."""
        for change in self.model.adjusters(point):
            value = change(self, value)
        return value

    def value(self, indicator: str) -> float:
        """Value of an indicator in the last finished year."""
        return float(self.model.records[-1].indicators.value(indicator, self.position))
