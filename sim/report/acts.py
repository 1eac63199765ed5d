"""Who did what and why: decisions gathered by economy and lever, each with the reason of its largest move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.runs.saved import Run
from sim.texts import Texts
from sim.texts.formats import NBSP, number

if TYPE_CHECKING:
    from pandas import DataFrame

#: Acts shown before the rest is folded away.
SHOWN = 12
#: Levers of governments come first, then feelings, then what spreads by itself.
_ORDER = ("tariff", "export-tax", "export-restriction", "friction", "trust")
#: Levers whose values are fractions, shown in per cent.
_PERCENT = frozenset(
    {"tariff", "export-tax", "robots", "ai", "export-restriction", "education", "open-source", "technology-sharing"}
)
#: Levers whose values are whole: a member or not, kilotonnes.
_WHOLE = frozenset({"ledger", "carbon_emissions"})


@dataclass(frozen=True)
class Act:
    """What one economy did with one lever over the run."""

    economy: str
    lever: str
    first: int
    last: int
    moves: int
    partners: tuple[str, ...]
    sectors: tuple[str, ...]
    year: int
    partner: str
    sector: str
    before: float
    after: float
    reason: str
    kind: str
    drivers: dict[str, str]


def acts(run: Run) -> list[Act]:
    """One act for each economy and lever, by the size of its largest move within its lever, levers taken in turn.

    Tariffs and other instruments come before machines, which spread everywhere and every year.
    """
    frame = run["decisions"]
    if frame.empty:
        return []
    sized = frame.assign(size=(frame["after"] - frame["before"]).abs())
    found = [(_act(rows), float(rows["size"].max())) for _, rows in sized.groupby(["economy", "lever"], sort=False)]
    levers = in_order(act.lever for act, _ in found)
    ranked = {
        lever: sorted((item for item in found if item[0].lever == lever), key=lambda item: -item[1]) for lever in levers
    }
    turns = max(len(items) for items in ranked.values())
    return [ranked[lever][turn][0] for turn in range(turns) for lever in levers if turn < len(ranked[lever])]


def in_order(levers: Iterable[str]) -> list[str]:
    """Distinct levers, instruments of governments first, others as they come.

    >>> in_order(["robots", "ai", "tariff", "robots"])
    ['tariff', 'robots', 'ai']
    """
    distinct = dict.fromkeys(levers)
    return [lever for lever in _ORDER if lever in distinct] + [lever for lever in distinct if lever not in _ORDER]


def _act(rows: DataFrame) -> Act:
    # Of equal moves the last one: where one policy follows another, the new one is the reason.
    sizes = rows["size"].to_numpy()
    top = rows.iloc[len(sizes) - 1 - int(sizes[::-1].argmax())]
    return Act(
        economy=str(top["economy"]),
        lever=str(top["lever"]),
        first=int(rows["year"].min()),
        last=int(rows["year"].max()),
        moves=len(rows),
        partners=_distinct(rows["partner"]),
        sectors=_distinct(rows["sector"]),
        year=int(top["year"]),
        partner=_label(top["partner"]),
        sector=_label(top["sector"]),
        before=float(top["before"]),
        after=float(top["after"]),
        reason=str(top["reason"]),
        kind=str(top.get("kind", "") or ""),
        drivers=_drivers(top.get("drivers", "")),
    )


def _distinct(values: Any) -> tuple[str, ...]:
    return tuple(str(v) for v in values.unique() if v is not None and v == v and str(v))


def _label(value: Any) -> str:
    return str(value) if value is not None and value == value else ""


def _drivers(text: Any) -> dict[str, str]:
    parts = (part.partition("=") for part in str(text or "").split(";"))
    return {name.strip(): value.strip() for name, sep, value in parts if sep}


def amount(value: float, lever: str) -> str:
    """Value of a lever for display: tariffs and shares in per cent, others as they are.

    >>> amount(0.025, "education").replace(NBSP, " "), amount(1.0, "ledger"), amount(0.58, "trust")
    ('2.5 %', '1', '0.580')
    """
    return f"{number(100 * value)}{NBSP}%" if lever in _PERCENT else number(value, 0 if lever in _WHOLE else 3)


def when(act: Act, texts: Texts) -> str:
    """Years in which an economy acted."""
    return str(act.first) if act.first == act.last else texts("acts.from_to", first=act.first, last=act.last)
