"""AI education and infrastructure: spending raises the capability to put machines to work, late and ever less.

capability   h' = h + a (h* − h),   h* = h⁰ + max(0, h̄ − h⁰)(1 − e^(−s/ē))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sim import calibration
from sim.fields import setting
from sim.rules import base
from sim.state import Array, Year

if TYPE_CHECKING:
    from sim.scenario.labels import TableLabels


class Settings(base.Settings, section="automation"):
    """How spending on education becomes capability."""

    education_scale: float = setting("Scale of education spending", "教育支出尺度", "share of GDP", 0, 1, open_min=True)
    """Lasting spending that closes 63 % of the gap between capability and its ceiling."""
    education_speed: float = setting("Speed of education", "教育见效速度", "share a year", 0, 1)
    """Share of the way to its target that capability moves within a year."""
    capability_ceiling: float = setting("Ceiling of capability", "能力上限", "index", 0, 1)
    """Capability that ever more spending approaches; an economy above it gains nothing."""


class Education(base.Rule):
    """Last year's spending raises capability; this year's is paid for. State: ``capability`` (G,), index in [0, 1]."""

    name = "education"
    always = True
    section = "automation"
    Settings = Settings
    channel = "automation"

    def resolve(self, labels: TableLabels, years: Sequence[int]) -> Mapping[str, Any]:
        """Nobody spends anything on top of the base year's, without a policy."""
        return {"spending": np.zeros(labels.G)}

    def shares(self) -> Mapping[str, Array]:
        """Spending, share of GDP."""
        return {"education": self.terms["spending"]}

    def idle(self, settings: Any) -> bool:
        """Without a policy that spends, nobody learns."""
        return True

    def prepare(self) -> None:
        """Capability of the base year, from the calibration."""
        self.capability = np.array(calibration.ai_preparedness(self.world.table))

    def start(self) -> Mapping[str, Array]:
        """Capability of the base year."""
        return {"capability": self.capability}

    def respond(self, year: Year) -> None:
        """Learn from last year's spending, and pay for this year's."""
        settings, spending = self.settings, year.before.levels["education"]
        target = capability_target(
            self.capability, spending, ceiling=settings.capability_ceiling, scale=settings.education_scale
        )
        year.variables["capability"] = learn(year.before.capability, target, speed=settings.education_speed)
        year.outlays["public"] = year.levels["education"]


def capability_target(base: ArrayLike, spending: ArrayLike, *, ceiling: float, scale: float) -> Array:
    """Capability that lasting spending leads to, h* = h⁰ + max(0, h̄ − h⁰)(1 − e^{−s/ē}).

    - ``base`` (array_like, index in [0, 1]): h⁰, capability in the base year, with the spending of the base year.
    - ``spending`` (array_like, share of GDP, >= 0): s, on top of the base year's.
    - ``ceiling`` (float): h̄; an economy above it gains nothing.
    - ``scale`` (float, share of GDP, > 0): ē, spending that closes 63 % of the gap.

    >>> capability_target(0.4, [0.0, 0.02], ceiling=0.8, scale=0.02).round(3).tolist()
    [0.4, 0.653]
    """
    start = np.asarray(base, float)
    gap = np.maximum(0.0, ceiling - start)
    result: Array = start + gap * -np.expm1(-np.asarray(spending, float) / scale)
    return result


def learn(current: Array, target: Array, *, speed: float) -> Array:
    """One year of learning, h' = h + speed·(h* − h): late both in rising and, when spending ends, in falling."""
    result: Array = current + speed * (target - current)
    return result
