"""The levers of the laboratory: what can be moved, between which limits, and where the status quo stands.

A lever reads its position from a scenario; :func:`sim.explorer.setups.setup.overrides` turns moved levers into overrides of
that scenario, so that the application, the command line and a link all say the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sim.calibration.parameters import parameter
from sim.levers import Kind
from sim.scenario.schema import Scenario


@dataclass(frozen=True, slots=True)
class Control:
    """One lever: positions from ``low`` to ``high`` in steps, stored in model units and shown times ``scale``.

    ``sign`` is the direction in which the headline indicator ``moves`` goes when the lever is raised from the status quo; a
    test holds the engine to it. ``setting`` is the setting of a rule that the lever moves, as ``rule.name``; a lever without
    one adds a policy. ``needs`` says what must be there for the lever to matter, one of: a lever away from its ``off``
    position, ``tariffs`` (some economy raises one), ``uneven`` (some economy raises one that not all raise); the laboratory
    switches a lever off, and says why, where that is not so.
    """

    id: str
    kind: Kind
    low: float
    high: float
    step: float
    moves: str
    sign: int
    setting: str = ""
    scale: float = 1.0
    decimals: int = 0
    off: float = 0.0
    needs: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """Rule whose settings the lever moves; what is written for a rule depends on all its levers."""
        return self.setting.partition(".")[0]

    def read(self, scenario: Scenario) -> float:
        """Position in a scenario, in model units."""
        if not self.setting:
            return self.off
        if self.family == "economy":
            return min(scenario.economy.capital_supply, self.high)
        rule = getattr(scenario.behaviour, self.family)
        value: float = getattr(rule, self.setting.partition(".")[2])
        if self.id == "speed":
            value /= parameter(self.setting)
        return value if rule.active or (self.family == "automation" and self.id != "speed") else 0.0

    def rounded(self, value: float) -> float:
        """Nearest position: on the grid of steps and within the limits."""
        steps = round((min(max(value, self.low), self.high) - self.low) / self.step)
        return round(self.low + steps * self.step, 10)

    def shown(self, value: float) -> float:
        """Position in displayed units."""
        return round(value * self.scale, 6)

    def stored(self, shown: float) -> float:
        """Position in model units."""
        return self.rounded(shown / self.scale)


def _registry(*controls: Control) -> Mapping[str, Control]:
    return MappingProxyType({control.id: control for control in controls})


_SPEED, _CONFLICT, _TARIFFS = ("speed",), ("backlash", "uneven"), ("backlash", "tariffs")
_EDUCATION = Control("education", "instrument", 0.0, 0.05, 0.0025, "real_income", -1, scale=100, decimals=2)
#: The seven main levers, in the order of the laboratory.
MAIN: Mapping[str, Control] = _registry(
    Control("speed", "assumption", 0.0, 3.0, 0.1, "robots", +1, "automation.robot_speed", decimals=1),
    Control("access", "behaviour", 0.0, 1.0, 0.05, "ai", +1, "automation.base_access", 100, needs=_SPEED),
    Control("tariff", "instrument", 0.0, 0.5, 0.01, "mean_tariff", +1, scale=100),
    Control("backlash", "behaviour", 0.0, 3.0, 0.25, "mean_tariff", +1, "protection.sensitivity", decimals=2),
    Control(
        "retaliation", "behaviour", 0.0, 0.98, 0.02, "mean_tariff", +1, "protection.retaliation", 100, needs=_CONFLICT
    ),
    Control("reshoring", "assumption", 0.0, 0.3, 0.01, "interdependence", -1, scale=100),
    Control("ledger", "assumption", 0.0, 0.08, 0.002, "export_volume", +1, "ledger.documents", 100, 1),
)
#: Further levers, in the advanced section.
MORE: Mapping[str, Control] = _registry(
    Control("distrust", "behaviour", 0.0, 0.3, 0.01, "interdependence", -1, "trust.friction", 100, needs=_TARIFFS),
    _EDUCATION,
    Control("sharing", "instrument", 0.0, 1.0, 0.05, "ai", +1, "automation.technology_sharing", 100, needs=_SPEED),
    Control("home", "behaviour", 0.0, 1.0, 0.05, "interdependence", -1, "automation.ai_home_share", 100, needs=_SPEED),
    Control(
        "newtasks", "behaviour", 0.0, 1.0, 0.05, "displaced_labour", -1, "automation.reinstatement", 100, needs=_SPEED
    ),
    Control("capital", "assumption", 0.0, 5.0, 0.1, "real_income", +1, "economy.capital_supply", decimals=1),
)
#: Levers that can be set for one economy, in the country grid.
LOCAL: Mapping[str, Control] = _registry(
    Control("tariff", "instrument", 0.0, 1.0, 0.01, "mean_tariff", +1, scale=100),
    Control("speed", "assumption", 0.1, 5.0, 0.1, "robots", +1, decimals=1, off=1.0),
    _EDUCATION,
)
#: Levers of the whole model by id.
CONTROLS: Mapping[str, Control] = MappingProxyType({**MAIN, **MORE})
