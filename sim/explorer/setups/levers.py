"""The levers of the laboratory: what can be moved, between which limits, and where the status quo stands.

A lever reads its position from a scenario; :func:`sim.explorer.setups.setup.overrides` turns moved levers into overrides of
that scenario, so that the application, the command line and a link all say the same thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from decomp.codes import rows_in
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


def _section(name: str) -> Mapping[str, Control]:
    """Levers of a section of ``controls.csv`` by id, in its order."""
    rows = [row for row in rows_in("sim.explorer.setups", "controls.csv") if row["section"] == name]
    cells: list[dict[str, Any]] = [{key: row[key] for key in row if key != "section"} for row in rows]
    cells = [row | {"needs": row["needs"].split()} for row in cells]
    return MappingProxyType({row["id"]: TypeAdapter(Control).validate_python(row) for row in cells})


#: The seven main levers, in the order of the laboratory.
MAIN = _section("main")
#: Further levers, in the advanced section.
MORE = _section("more")
#: Levers that can be set for one economy, in the country grid.
LOCAL = _section("local")
#: Levers of the whole model by id.
CONTROLS: Mapping[str, Control] = MappingProxyType({**MAIN, **MORE})
