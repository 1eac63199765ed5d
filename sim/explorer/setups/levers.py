"""The levers of the laboratory: what can be moved, between which limits, and where the status quo stands.

A lever reads its position from a scenario; :mod:`sim.explorer.setups.writing` turns moved levers into overrides of that
scenario, so that the application, the command line and a link all say the same thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sim.calibration.parameters import parameter
from sim.levers import Kind
from sim.scenario.schema import Scenario

#: Families of levers; what is written for a family depends on all its levers.
Family = Literal["automation", "tariff", "protection", "friction", "ledger", "trust", "education", "economy"]


@dataclass(frozen=True, slots=True)
class Control:
    """One lever: positions from ``low`` to ``high`` in steps, stored in model units and shown times ``scale``.

    ``needs`` says what must be there for this lever to matter, one of: a lever away from its ``off`` position, ``tariffs``
    (somebody raises one), ``uneven`` (somebody raises one that not all raise); the laboratory switches a lever off, and
    says why, where that is not so. ``sign`` is the direction in which the headline
    indicator ``moves`` goes when the lever is raised from the status quo; a test holds the engine to it.
    """

    id: str
    family: Family
    kind: Kind
    low: float
    high: float
    step: float
    read: Callable[[Scenario], float]
    moves: str
    sign: int
    scale: float = 1.0
    decimals: int = 0
    off: float = 0.0
    needs: tuple[str, ...] = ()

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


def _speed(scenario: Scenario) -> float:
    rule = scenario.behaviour.automation
    return rule.robot_speed / parameter("automation.robot_speed") if rule.active else 0.0


def _if_active(active: bool, value: float) -> float:
    return value if active else 0.0


def _registry(*controls: Control) -> Mapping[str, Control]:
    return MappingProxyType({one.id: one for one in controls})


#: The seven main levers, in the order of the laboratory.
MAIN: Mapping[str, Control] = _registry(
    Control("speed", "automation", "assumption", 0.0, 3.0, 0.1, _speed, "robots", +1, decimals=1),
    Control(
        "access",
        "automation",
        "behaviour",
        0.0,
        1.0,
        0.05,
        lambda s: s.behaviour.automation.base_access,
        "ai",
        +1,
        scale=100,
        needs=("speed",),
    ),
    Control("tariff", "tariff", "instrument", 0.0, 0.5, 0.01, lambda _: 0.0, "mean_tariff", +1, scale=100),
    Control(
        "backlash",
        "protection",
        "behaviour",
        0.0,
        3.0,
        0.25,
        lambda s: _if_active(s.behaviour.protection.active, s.behaviour.protection.sensitivity),
        "mean_tariff",
        +1,
        decimals=2,
    ),
    Control(
        "retaliation",
        "protection",
        "behaviour",
        0.0,
        0.98,
        0.02,
        lambda s: _if_active(s.behaviour.protection.active, s.behaviour.protection.retaliation),
        "mean_tariff",
        +1,
        scale=100,
        needs=("backlash", "uneven"),
    ),
    Control("reshoring", "friction", "assumption", 0.0, 0.3, 0.01, lambda _: 0.0, "interdependence", -1, scale=100),
    Control(
        "ledger",
        "ledger",
        "assumption",
        0.0,
        0.08,
        0.002,
        lambda s: _if_active(s.behaviour.ledger.active, s.behaviour.ledger.documents),
        "export_volume",
        +1,
        scale=100,
        decimals=1,
    ),
)

#: Further levers, in the advanced section.
MORE: Mapping[str, Control] = _registry(
    Control(
        "distrust",
        "trust",
        "behaviour",
        0.0,
        0.3,
        0.01,
        lambda s: _if_active(s.behaviour.trust.active, s.behaviour.trust.friction),
        "interdependence",
        -1,
        scale=100,
        needs=("backlash", "tariffs"),
    ),
    Control(
        "education",
        "education",
        "instrument",
        0.0,
        0.05,
        0.0025,
        lambda _: 0.0,
        "real_income",
        -1,
        scale=100,
        decimals=2,
    ),
    Control(
        "sharing",
        "automation",
        "instrument",
        0.0,
        1.0,
        0.05,
        lambda s: s.behaviour.automation.technology_sharing,
        "ai",
        +1,
        scale=100,
        needs=("speed",),
    ),
    Control(
        "home",
        "automation",
        "behaviour",
        0.0,
        1.0,
        0.05,
        lambda s: s.behaviour.automation.ai_home_share,
        "interdependence",
        -1,
        scale=100,
        needs=("speed",),
    ),
    Control(
        "newtasks",
        "automation",
        "behaviour",
        0.0,
        1.0,
        0.05,
        lambda s: s.behaviour.automation.reinstatement,
        "displaced_labour",
        -1,
        scale=100,
        needs=("speed",),
    ),
    Control(
        "capital",
        "economy",
        "assumption",
        0.0,
        5.0,
        0.1,
        lambda s: min(s.economy.capital_supply, 5.0),
        "real_income",
        +1,
        decimals=1,
    ),
)

#: Levers that can be set for one economy, in the country grid.
LOCAL: Mapping[str, Control] = _registry(
    Control("tariff", "tariff", "instrument", 0.0, 1.0, 0.01, lambda _: 0.0, "mean_tariff", +1, scale=100),
    Control("speed", "automation", "assumption", 0.1, 5.0, 0.1, lambda _: 1.0, "robots", +1, decimals=1, off=1.0),
    Control(
        "education",
        "education",
        "instrument",
        0.0,
        0.05,
        0.0025,
        lambda _: 0.0,
        "real_income",
        -1,
        scale=100,
        decimals=2,
    ),
)

#: Levers of the whole model by id.
CONTROLS: Mapping[str, Control] = MappingProxyType({**MAIN, **MORE})
