"""Names that people read for the codes of a run, and how values of levers are written, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim.indicators import INDICATORS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY, entry_of, parted
from sim.runs.saved import Run
from sim.scenario.settings import SETTING
from sim.texts import Texts
from sim.texts.formats import NBSP, is_share, number

_PAIRS = [lever for lever in (*POLICY.values(), *EVENT.values()) if lever.shape == "pair"]
#: Levers that stand first: what governments do to each other, then other relations between economies.
_BETWEEN = sorted(_PAIRS, key=lambda lever: lever.kind != "instrument")
FIRST = tuple(dict.fromkeys([*(lever.id for lever in _BETWEEN), *PAIR_INDICATORS]))
#: Beginnings of the units that are counted in whole numbers.
COUNTED = ("members", "kilotonnes")


@dataclass(frozen=True)
class Names:
    """Looks names up in the registries first, then in the run's own table, and falls back to the code."""

    texts: Texts
    economies: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]
    sectors: Mapping[str, str]

    @classmethod
    def of(cls, run: Run, texts: Texts) -> Names:
        """Names for a run."""
        listed = run.manifest.get("table", {}).get("economies", [])
        members = {str(item["code"]): tuple(item.get("members", ())) for item in listed}
        return cls(texts, run.economy_names, members, run.sector_names)

    def economy(self, code: str) -> str:
        """Short name of an economy."""
        return self.texts.economy(code, self.members.get(code, ()), self.economies.get(code, ""))

    def sector(self, code: str) -> str:
        """Short name of a sector."""
        return self.texts.sector(code, self.sectors.get(code, ""))

    def lever(self, code: str) -> str:
        """Label of a lever (with the use that it is levied on alone), an event or a setting."""
        entry, use = entry_of(code) or SETTING.get(code), parted(code)[1]
        label = self.indicator(code) if entry is None else self.texts.label(entry)
        return f"{label} ({self.texts(f'use.{use}')})" if use else label

    def parameter(self, code: str) -> str:
        """Label of a parameter; of an override also whom it concerns."""
        who, _, plain = code.rpartition(":")
        label = parameter_label(plain, self.texts) or self.lever(plain)
        return f"{label} ({self.economy(who)})" if who else label

    def indicator(self, code: str, unit: str = "") -> str:
        """Label of an indicator, with its unit in brackets when given; of a quotient ``a/b`` both labels."""
        label = " / ".join(
            INDICATORS[part].label(self.texts.lang) if part in INDICATORS else part for part in code.split("/")
        )
        return f"{label} ({unit})" if unit else label

    def indicator_of(self, code: str, economy: str) -> str:
        """Label of an indicator with the economy it is of, unless that is the world."""
        return self.indicator(code) if economy == "WLD" else f"{self.indicator(code)}, {self.economy(economy)}"


def parameter_label(id: str, texts: Texts) -> str:
    """Name of a parameter: of the setting that scenarios give it, else its own in the catalogue; empty for other ids.

    >>> parameter_label("economy.wage_curve", Texts("zh"))
    '工资曲线斜率'
    """
    return texts.label(SETTING[id]) if id in SETTING else texts.get(f"fixed.{id}") or ""


def in_order(levers: Iterable[str]) -> list[str]:
    """Distinct levers, instruments of governments first, others as they come.

    >>> in_order(["robots", "ai", "tariff", "robots"])
    ['tariff', 'robots', 'ai']
    """
    distinct = dict.fromkeys(levers)
    return sorted(distinct, key=lambda lever: (*FIRST, parted(lever)[0]).index(parted(lever)[0]))


def amount(value: float, lever: str) -> str:
    """Value of a lever for display: tariffs and shares in per cent, others as they are.

    >>> amount(0.025, "education").replace(NBSP, " "), amount(1.0, "ledger"), amount(0.58, "trust")
    ('2.5 %', '1', '0.580')
    """
    entry = entry_of(lever) or INDICATORS.get(lever)
    unit = entry.unit if entry else ""
    return f"{number(100 * value)}{NBSP}%" if is_share(unit) else number(value, 0 if unit.startswith(COUNTED) else 3)
