"""Attribution: how much of a change is due to automation, tariffs, trust, events and assumed paths.

The scenario is run with every combination of its channels switched on and off; a channel's part is its Shapley value, the
mean of what switching it on changes over all orders in which the channels can be switched on. The parts add up exactly.
"""

from __future__ import annotations

from sim.attribution.game import shapley
from sim.attribution.parts import Attribution, AttributionError
from sim.attribution.split import ATTRIBUTED, attribute
from sim.attribution.switches import only, used

__all__ = ["ATTRIBUTED", "Attribution", "AttributionError", "attribute", "only", "shapley", "used"]
