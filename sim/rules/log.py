"""Decisions with their reasons in numbers: recorded as arrays while the model runs, written as sentences on demand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from decomp.codes import rows_in

if TYPE_CHECKING:
    from pandas import DataFrame

Array = NDArray[np.float64]
Index = NDArray[np.intp]

#: Columns of the frame of decisions, in order.
COLUMNS = ("year", "economy", "lever", "partner", "sector", "before", "after", "reason", "kind", "drivers")
#: A partner or sector that does not apply, or all of them.
NONE = -1


@dataclass(frozen=True, slots=True)
class Reason:
    """Kind of reason for decisions: its sentence, and how such decisions are taken."""

    #: With the drivers of the decision by name, and the labels {partner} and {sector}. A driver written
    #: ``{name:.2%}pt`` is shown in percentage points.
    sentence: str
    equations: tuple[str, ...] = ()  # LaTeX, one equation each
    #: Name of the texts about these equations in the explorer, ``rule.<method>``; the kind unless given.
    method: str = ""
    source: str = ""  # literature; the module of the rule unless given
    #: Beginnings of the ids of the parameters that are read; the section of the rule unless given.
    parameters: tuple[str, ...] = ()

    def format_of(self, driver: str) -> str:
        """Format in which the sentence writes a driver; empty where it does not.

        >>> Reason("Saves {saving:.1%} of GDP.").format_of("saving")
        '.1%'
        """
        found = re.search(rf"\{{{re.escape(driver)}:([^}}]*)\}}", self.sentence)
        return found[1] if found else ""

    def explain(self, numbers: Mapping[str, float], partner: str, sector: str) -> str:
        """Write the sentence of one decision."""
        return self.sentence.format(partner=partner, sector=sector, **numbers).replace("%pt", " points")


_SCENARIO = ((r"x' = x_0, \qquad x' = x + \Delta x",), "decree", "scenario")
#: Reasons of what no rule decides: the policies and events of the scenario.
INTERVENTIONS: Mapping[str, Reason] = MappingProxyType(
    {
        "policy": Reason("Set by the scenario (policies.{number:.0f}).", *_SCENARIO),
        "policy-add": Reason("Added by the scenario (policies.{number:.0f}).", *_SCENARIO),
        "policy-end": Reason("What the scenario set (policies.{number:.0f}) is no longer in force.", *_SCENARIO),
        "event": Reason("Event of the scenario (events.{number:.0f}).", *_SCENARIO),
        "event-end": Reason("Event of the scenario (events.{number:.0f}) is over.", *_SCENARIO),
    }
)


@cache
def written() -> Mapping[str, Mapping[str, Reason]]:
    """Return the reasons of ``reasons.csv`` by rule and kind; equations stand apart by two semicolons."""
    found: dict[str, dict[str, Reason]] = {}
    for row in rows_in("sim.rules", "reasons.csv"):
        equations, parameters = tuple(filter(None, row["equations"].split(" ;; "))), tuple(row["parameters"].split())
        reason = Reason(row["sentence"], equations, row["method"], row["source"], parameters)
        found.setdefault(row["rule"], {})[row["kind"]] = reason
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """One batch of decisions of a year that share lever and kind of reason."""

    year: int
    lever: str
    kind: str
    reason: Reason  # of that kind
    #: (k,): positions in the table; :data:`NONE` where a decision has no partner or sector.
    economy: Index
    partner: Index
    sector: Index
    #: (k,).
    before: Array
    after: Array
    drivers: Mapping[str, Array] = field(default_factory=dict)  # (k,): the numbers behind the reason

    def __len__(self) -> int:
        """Number of decisions."""
        return len(self.economy)

    def rows(self) -> Iterable[dict[str, float]]:
        """Drivers of each decision by name."""
        columns = [values.tolist() for values in self.drivers.values()] or [[None] * len(self)]
        return (dict(zip(self.drivers, row, strict=False)) for row in zip(*columns, strict=True))


def batch(
    year: int,
    lever: str,
    kind: str,
    reason: Reason,
    economy: Any,
    before: Any,
    after: Any,
    *,
    partner: Any = NONE,
    sector: Any = NONE,
    **drivers: Any,
) -> Decisions:
    """Make a batch from scalars and arrays, broadcast to the length of ``economy``, read-only."""
    who = np.atleast_1d(np.asarray(economy, dtype=np.intp))

    def spread(value: Any, dtype: Any = np.float64) -> NDArray[Any]:
        return np.broadcast_to(np.asarray(value, dtype=dtype), who.shape)

    partners, sectors = spread(partner, np.intp), spread(sector, np.intp)
    numbers = {name: spread(value) for name, value in drivers.items()}
    return Decisions(year, lever, kind, reason, who, partners, sectors, spread(before), spread(after), numbers)


def sentences(decisions: Decisions, economies: Sequence[str], sectors: Sequence[str]) -> list[str]:
    """Reason of each decision as a sentence with its numbers."""
    return [
        decisions.reason.explain(
            numbers, economies[p] if p != NONE else "all partners", sectors[i] if i != NONE else "all sectors"
        )
        for p, i, numbers in zip(decisions.partner.tolist(), decisions.sector.tolist(), decisions.rows(), strict=True)
    ]


def frame(log: Iterable[Decisions], economies: Sequence[str], sectors: Sequence[str]) -> DataFrame:
    """All decisions as a tidy frame in the order in which they were taken.

    Columns: year, economy, lever, partner, sector, before, after, reason, kind, drivers (as ``name=value`` pairs, for
    filtering); an empty partner or sector means that none applies or that all do.
    """
    import pandas as pd

    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for decisions in log:
        pattern = "; ".join(f"{name}={{{name}:.6g}}" for name in decisions.drivers)
        for name, value in (("year", decisions.year), ("lever", decisions.lever), ("kind", decisions.kind)):
            columns[name] += [value] * len(decisions)
        for name, positions, labels in (
            ("economy", decisions.economy, economies),
            ("partner", decisions.partner, economies),
            ("sector", decisions.sector, sectors),
        ):
            columns[name] += [labels[p] if p != NONE else "" for p in positions.tolist()]
        columns["before"] += decisions.before.tolist()
        columns["after"] += decisions.after.tolist()
        columns["reason"] += sentences(decisions, economies, sectors)
        columns["drivers"] += [pattern.format(**numbers) for numbers in decisions.rows()]
    return pd.DataFrame(columns, columns=list(COLUMNS))
