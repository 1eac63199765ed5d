"""Names that people read for the codes of a run, and how values of levers are written, in one language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.indicators import INDICATORS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY, entry_of, parted
from sim.runs.saved import Run
from sim.scenario.settings import SETTING
from sim.texts import Texts
from sim.texts.formats import MISSING, NBSP, is_share, number

_PAIRS = [lever for lever in (*POLICY.values(), *EVENT.values()) if lever.shape == "pair"]
#: Levers that stand first: what governments do to each other, then other relations between economies.
_BETWEEN = sorted(_PAIRS, key=lambda lever: lever.kind != "instrument")
FIRST = tuple(dict.fromkeys([*(lever.id for lever in _BETWEEN), *PAIR_INDICATORS]))
#: Sentences on what is missing from what was observed.
GAPS = 6
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
        parts = ((INDICATORS.get(part), part) for part in code.split("/"))
        label = " / ".join(part if entry is None else entry.label(self.texts.lang) for entry, part in parts)
        return f"{label} ({unit})" if unit else label

    def indicator_of(self, code: str, economy: str) -> str:
        """Label of an indicator with the economy it is of, unless that is the world."""
        comma = "，" if self.texts.lang == "zh" else ", "
        return self.indicator(code) if economy == "WLD" else f"{self.indicator(code)}{comma}{self.economy(economy)}"

    def moves(self, mechanism: str) -> str:
        """A mechanism as it stands in the table of expectations, in words."""
        parts = [part.split() for part in mechanism.split(";") if part.strip()]
        named = (self.indicator_of(words[0], words[1] if len(words) > 3 else "WLD") for words in parts)
        said = (self.texts(f"expect.{words[-2]}") for words in parts)
        return ", ".join(f"{name} {direction}" for name, direction in zip(named, said, strict=True))

    def listed(self, codes: Any, name: Callable[[str], str]) -> str:
        """Names of codes that are parted by spaces; a dash where there are none."""
        given = str(codes).split() if there(codes) else []
        return ", ".join(self.texts("acts.all") if code == "all" else name(code) for code in given) or MISSING

    def reason(self, act: Any) -> str:
        """Reason of a logged decision in the reader's language; the rule's own words where the catalogue lacks its kind."""
        template = self.texts.get(f"reason.{act.get('kind', '')}")
        places = (("partner", self.economy), ("sector", self.sector))
        whom = {key: name(str(act[key])) if there(act[key]) else self.texts("acts.all") for key, name in places}
        try:
            numbers = {name: float(value) for name, value in drivers_of(act).items()}
            if template is None:
                return str(act["reason"])
            return template.format(**{**numbers, **whom}).replace("%pt", self.texts("unit.points"))
        except (KeyError, ValueError):
            return str(act["reason"])


def there(code: Any) -> bool:
    """Whether a cell of a table holds a code: not empty, None or NaN."""
    return bool(code) and code == code


def drivers_of(act: Any) -> dict[str, str]:
    """The numbers behind a logged decision by name, as they were written."""
    pairs = (part.partition("=") for part in str(act.get("drivers") or "").split(";"))
    return {name.strip(): value.strip() for name, sign, value in pairs if sign}


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
