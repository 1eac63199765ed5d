"""The registry of levers: everything a scenario can set, with its label, unit, limits and kind.

Entries are lines of ``levers.csv``. The scenario schema, the semantic checks, ``unweave list levers`` and the explorer read
the same entries. The numeric settings of `economy:` and `behaviour:` are entered where they are declared, see
:func:`sim.fields.setting`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from decomp.codes import rows_in

#: instrument: a government can choose it; assumption: about the world; behaviour: how agents react.
Kind = Literal["instrument", "assumption", "behaviour"]
#: What one value applies to: pair (origin, sector, destination), cell (economy, sector), demand (sector, economy),
#: economy, partners (giving economy, receiving economy), or scalar (the whole model).
Shape = Literal["pair", "cell", "demand", "economy", "partners", "scalar"]


#: What a tariff may be levied on alone: inputs of sectors, final demand, machines.
USES = ("inputs", "final", "machines")


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
        return 0.0 if self.share else 1.0

    @property
    def share(self) -> bool:
        """Whether it is written in per cent: of something, not relative to the base year."""
        return not self.unit.startswith("ratio")

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


def _entries(of: str) -> Mapping[str, Lever]:
    """Entries of ``levers.csv`` for policies or events, by id, in the order of the file."""
    table = {}
    for row in rows_in("sim", "levers.csv"):
        if row["of"] == of:
            entry: dict[str, Any] = {name: value for name, value in row.items() if name != "of"}
            entry |= {name: float(row[name]) for name in ("min", "max")}
            entry |= {name: row[name] == "yes" for name in ("open_min", "outward")}
            table[row["id"]] = Lever(**entry)
    return MappingProxyType(table)


#: Levers that `policies:` can set (value = level, add = increment over what would hold otherwise).
POLICY: Mapping[str, Lever] = _entries("policies")
#: Kinds of `events:`; their `size` has these limits.
EVENT: Mapping[str, Lever] = _entries("events")


def of_use(lever: str, use: str | None) -> str:
    """Code of a lever, or of its part that falls on one use.

    >>> of_use("tariff", "final"), of_use("tariff", None)
    ('tariff-final', 'tariff')
    """
    return lever if use is None else f"{lever}-{use}"


def parted(code: str) -> tuple[str, str]:
    """Lever of a code of :func:`of_use`, and the use, empty where it is of all uses.

    >>> parted("tariff-final"), parted("technology-sharing")
    (('tariff', 'final'), ('technology-sharing', ''))
    """
    lever, _, use = code.rpartition("-")
    return (lever, use) if use in USES else (code, "")


def entry_of(code: str) -> Lever | None:
    """Entry of a policy's or event's lever, all of it or one use."""
    return POLICY.get(parted(code)[0]) or EVENT.get(parted(code)[0])
