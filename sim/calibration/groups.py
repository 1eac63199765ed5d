"""Groups of economies whose indicators are tracked like those of an economy: income classes, automation leaders, the others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

#: Code of a group in results and expectations: this, then its name, for example ``group:lower-middle-income``.
GROUP = "group:"
#: Groups of every table that are tracked, and the one that holds who is neither a leader nor the rest of the world.
TRACKED = ("high-income", "upper-middle-income", "lower-middle-income", "automation-leaders")
FOLLOWERS = "automation-followers"


def tracked_groups(table: Any) -> Mapping[str, tuple[int, ...]]:
    """Tracked groups of a table by name, as positions of its economies; groups without members are left out.

    Income classes are those of 2011 throughout. ``automation-followers`` are all single economies that are not leaders.
    """
    groups = table.economy_groups
    found = {name: tuple(table.economies_in([name])) for name in TRACKED if groups.get(name)}
    apart = {label for name in ("automation-leaders", "row") for label in groups.get(name, ())}
    others = tuple(k for k, label in enumerate(table.economies) if label not in apart)
    if "automation-leaders" in found and others:
        found[FOLLOWERS] = others
    return MappingProxyType(found)
