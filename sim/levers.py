"""The registry of levers: everything a scenario can set, with its label, unit, limits and kind.

The scenario schema, the semantic checks, ``unweave list levers`` and the explorer read the same entries. The numeric settings
of `economy:` and `behaviour:` are entered where they are declared, see :func:`sim.fields.setting`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

#: instrument: a government can choose it; assumption: about the world; behaviour: how agents react.
Kind = Literal["instrument", "assumption", "behaviour"]
#: What one value applies to: pair (origin, sector, destination), cell (economy, sector), demand (sector, economy),
#: economy, partners (giving economy, receiving economy), or scalar (the whole model).
Shape = Literal["pair", "cell", "demand", "economy", "partners", "scalar"]


@dataclass(frozen=True, slots=True)
class Lever:
    """One entry: ``min`` and ``max`` are hard limits of the model (``open_min``: the limit itself is excluded)."""

    id: str
    label_en: str
    label_zh: str
    unit: str
    meaning: str
    min: float = 0.0
    max: float = 1.0
    kind: Kind = "instrument"
    shape: Shape = "pair"
    open_min: bool = False
    #: Of a pair: `who` are the exporters and `partners` the users; else `who` are the importers.
    outward: bool = False
    #: Field of :class:`sim.economy.Shocks` that it feeds as it is, where one does.
    shock: str = ""
    #: Channel of :mod:`sim.channels` that policies with it belong to.
    channel: str = "paths"
    #: What it moves that fixed prices cannot answer, where income and spending stay fixed.
    pays: str = ""

    @property
    def neutral(self) -> float:
        """Value in the base year, where nothing else is known."""
        return 1.0 if self.unit.startswith("ratio") else 0.0

    @property
    def is_share(self) -> bool:
        """Whether it is kept within its limits, whatever policies and events add up to."""
        return self.min == 0.0 and self.max <= 1.0

    def dims(self, G: int, N: int) -> tuple[int, ...]:  # noqa: N803 — the letters of the design
        """Shape of its array for G economies and N sectors."""
        dims = {"pair": (G, N, G), "cell": (G, N), "demand": (N, G), "partners": (G, G)}
        return dims.get(self.shape, (G,))

    def part(self, economy: int) -> tuple[Any, ...]:
        """Index of the part of its array that an economy decides about."""
        return (..., economy) if self.shape == "demand" or (self.shape == "pair" and not self.outward) else (economy,)

    def allows(self, value: float) -> bool:
        """Whether the model can use the value."""
        low = value > self.min if self.open_min else value >= self.min
        return bool(low and value <= self.max)

    @property
    def allowed(self) -> str:
        """The limits in words.

        >>> POLICY["robots"].allowed
        'from 0 to 1'
        """
        low = f"above {self.min:g}" if self.open_min else f"from {self.min:g}"
        return f"{low}, no upper limit" if math.isinf(self.max) else f"{low} to {self.max:g}"


def _registry(*levers: Lever) -> Mapping[str, Lever]:
    return MappingProxyType({lever.id: lever for lever in levers})


#: Levers that `policies:` can set (value = level, add = increment over what would hold otherwise).
POLICY: Mapping[str, Lever] = _registry(
    Lever(
        "tariff",
        "Tariff",
        "关税",
        "share of the import value",
        "Ad-valorem tariff that `who` levies on imports from `partners` of `sectors`; 0.25 is 25 %.",
        min=-1.0,
        max=10.0,
        open_min=True,
        shock="tariffs",
        channel="tariffs",
    ),
    Lever(
        "export-tax",
        "Export tax",
        "出口税",
        "share of the export value",
        "Ad-valorem tax that `who` levies on exports to `partners` of `sectors`; 0.25 is 25 % of the producer's price.",
        min=-1.0,
        max=10.0,
        open_min=True,
        outward=True,
        shock="export_tax",
        channel="tariffs",
        pays="export taxes",
    ),
    Lever(
        "friction",
        "Trade friction",
        "贸易摩擦",
        "ratio to the base year",
        "Iceberg cost of the imports of `who` from `partners`; 1 leaves it as in the base year, .inf shuts the trade.",
        max=math.inf,
        kind="assumption",
        open_min=True,
        shock="friction",
        channel="trust",
    ),
    Lever(
        "robots",
        "Robot adoption",
        "机器人普及率",
        "share of automatable tasks",
        "Adoption of robots in `who`, instead of what diffusion would give.",
        kind="assumption",
        shape="economy",
        channel="automation",
    ),
    Lever(
        "ai",
        "AI adoption",
        "人工智能普及率",
        "share of automatable tasks",
        "Adoption of AI services in `who`, instead of what diffusion would give.",
        kind="assumption",
        shape="economy",
        channel="automation",
    ),
    Lever(
        "education",
        "AI education and infrastructure",
        "人工智能教育与基础设施",
        "share of GDP",
        "Spending of `who` on top of the base year's, bought from public services: raises capability with a lag, costs real income.",
        max=0.2,
        shape="economy",
        channel="automation",
        pays="spending on education",
    ),
    Lever(
        "open-source",
        "Open-source models",
        "开源模型",
        "share of services",
        "Share of AI services in `who` that run on open-source models: raises access and the home share of AI services.",
        shape="economy",
        channel="automation",
    ),
    Lever(
        "technology-sharing",
        "Technology sharing",
        "技术共享",
        "share of the gap",
        "Share of the access gap of `partners` that the providers among `who` close, each by its weight among providers.",
        shape="partners",
        channel="automation",
    ),
    Lever(
        "productivity",
        "Productivity",
        "生产率",
        "ratio to the base year",
        "Output per unit of all inputs in `sectors` of `who`; 1 is the base year.",
        max=100.0,
        kind="assumption",
        shape="cell",
        open_min=True,
        shock="productivity",
    ),
    Lever(
        "labour",
        "Labour supply",
        "劳动供给",
        "ratio to the base year",
        "Labour force of `who`; 1 is the base year.",
        max=100.0,
        kind="assumption",
        shape="economy",
        open_min=True,
        shock="labour",
    ),
    Lever(
        "capital",
        "Capital stock",
        "资本存量",
        "ratio to the base year",
        "Capital of `who` at unchanged real returns; 1 is the base year.",
        max=100.0,
        kind="assumption",
        shape="economy",
        open_min=True,
        shock="capital",
    ),
    Lever(
        "demand",
        "Demand shifter",
        "需求偏好",
        "ratio to the base year",
        "Weight of `sectors` in the final demand of `who`; 1 is the base year.",
        max=100.0,
        kind="assumption",
        shape="demand",
        open_min=True,
        shock="demand",
    ),
)

#: Kinds of `events:`; their `size` has these limits.
EVENT: Mapping[str, Lever] = _registry(
    Lever(
        "export-restriction",
        "Export restriction",
        "出口限制",
        "share of the exports cut",
        "Cut of the exports of `who` to `partners` in `sectors`: an iceberg cost of (1 − size)^(−1/θ).",
        max=0.99,
        outward=True,
    ),
    Lever(
        "tariff",
        "Tariff announcement",
        "加征关税",
        "points on the tariff",
        "Points that `who` adds to its tariff on imports from `partners` of `sectors`.",
        min=-1.0,
        max=10.0,
        open_min=True,
    ),
    Lever(
        "export-tax",
        "Export tax",
        "加征出口税",
        "points on the export tax",
        "Points that `who` adds to its tax on exports to `partners` of `sectors`.",
        min=-1.0,
        max=10.0,
        open_min=True,
        outward=True,
        pays="export taxes",
    ),
    Lever(
        "productivity",
        "Productivity shock",
        "生产率冲击",
        "relative change",
        "Relative change of productivity in `sectors` of `who`; −0.1 is ten percent less.",
        min=-1.0,
        max=10.0,
        kind="assumption",
        shape="cell",
        open_min=True,
    ),
    Lever(
        "demand",
        "Demand shock",
        "需求冲击",
        "relative change",
        "Relative change of the weight of `sectors` in the final demand of `who`.",
        min=-1.0,
        max=10.0,
        kind="assumption",
        shape="demand",
        open_min=True,
    ),
    Lever(
        "technology-sharing",
        "Technology sharing",
        "技术共享",
        "share of the gap",
        "Share of the access gap of `partners` that the providers among `who` close in addition, each by its weight.",
        shape="partners",
    ),
    Lever(
        "open-source",
        "Open-source release",
        "开源发布",
        "share of services",
        "Share of AI services in `who` that run on open-source models in addition.",
        shape="economy",
    ),
)
