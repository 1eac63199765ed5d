"""Governance: how late governments act on what they saw, and how much of it hits what they meant (N3.6).

seen      grievance and rises of tariffs of L years ago; between two years, their weighted mean
arrived   t' = p t + (1 − p) Σ w t   on every foreign good
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field, StrictBool

from sim.fields import setting
from sim.rules import base
from sim.state import Array, Mask

if TYPE_CHECKING:
    from sim.model.agents import CountryAgent
    from sim.scenario.labels import TableLabels


class Settings(base.Settings, section="governance"):
    """How fast and how precisely governments act; the defaults change nothing."""

    active: StrictBool = Field(True, description="false: governments act without a further lag and on target.")
    lag: float = setting("Policy lag", "政策时滞", "years", 0, 20, by_economy=True)
    """Years between observation and act beyond the one that every decision takes."""
    precision: float = setting("Targeting precision", "政策精准度", "share of the increment", 0, 1, by_economy=True)
    """Share of a tariff increment that hits its aim; the rest spreads evenly over foreign goods."""


class Governance(base.Rule):
    """Governments act late and miss a part of their aim; nothing is decided here, what others decide is adjusted.

    Other rules may adjust ``tools``: targeting precision and policy lag of an economy.
    """

    name = "governance"
    always = True
    Settings = Settings
    about = "Policy lag and targeting precision."
    channel = "tariffs"

    def resolve(self, labels: TableLabels, years: Sequence[int]) -> Mapping[str, Any]:
        """Lag and precision by economy; inactive, governments act at once and on target."""
        terms = base.by_economy(self.settings, labels, self.section)
        return terms if self.settings.active else {"lag": np.zeros(labels.G), "precision": np.ones(labels.G)}

    def idle(self, settings: Any) -> bool:
        """Neither lag nor imprecision."""
        levels = [settings, *settings.overrides.values()]
        return super().idle(settings) or not any(own.lag or own.precision not in (None, 1.0) for own in levels)

    def prepare(self) -> None:
        """Import weights over the cells where tariffs can fall: where those that miss their aim arrive."""
        even = np.where(self.world.taxable, self.world.imports, 0.0)
        bought = even.sum(axis=(0, 1))
        self.weights = np.divide(even, bought, out=np.zeros_like(even), where=bought > 0)

    def _tools(self, agent: CountryAgent) -> tuple[float, float]:
        """Targeting precision and policy lag of an economy."""
        own = float(self.terms["precision"][agent.position]), float(self.terms["lag"][agent.position])
        return agent.adjusted("tools", own)

    def adjust_recall(self, agent: CountryAgent, recall: Callable[[int], Array]) -> Callable[[int], Array]:
        """What a government knows is as old as its lag."""
        _, lag = self._tools(agent)
        return lambda back: delayed(lambda k: recall(back + k), lag)

    def adjust_claim(self, agent: CountryAgent, increment: Array) -> Array:
        """A part of every tariff misses its aim."""
        precision, _ = self._tools(agent)
        cells = (self.weights[:, :, agent.position], self.world.taxable[:, :, agent.position])
        return spread(increment, *cells, precision=precision)


def delayed(recall: Callable[[int], Array], lag: float) -> Array:
    """What was seen ``lag`` years before the latest observation; between two years, their weighted mean.

    - ``recall`` (callable): observation of k years before the latest, k = 0, 1, 2, …
    - ``lag`` (float, years, >= 0)
    """
    whole = int(lag)
    part = lag - whole
    seen = recall(whole)
    return seen if part == 0.0 else (1.0 - part) * seen + part * recall(whole + 1)


def spread(increment: Array, weights: Array, targets: Mask, *, precision: float) -> Array:
    """Tariff increment as it arrives, t' = p t + (1 − p) Σ w t on every foreign good.

    What misses its aim spreads evenly over all partners and sectors; with the weights w the mean tariff stays.

    - ``increment`` (ndarray, shape (G, N)): what is meant [origin, sector], zero outside ``targets``.
    - ``weights`` (ndarray, shape (G, N)): import weights over ``targets``, summing to one.
    - ``targets`` (ndarray of bool, shape (G, N))
    - ``precision`` (float, share in [0, 1])
    """
    if precision == 1.0:
        return increment
    even = float((weights * increment).sum())
    return np.where(targets, precision * increment + (1.0 - precision) * even, 0.0)
