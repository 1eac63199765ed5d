"""Names that people read for the codes of a run: economies, sectors, levers, indicators, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.indicators import INDICATORS
from sim.levers import EVENT, POLICY
from sim.runs.saved import Run
from sim.scenario.settings import SETTING
from sim.texts import Texts


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
        """Label of a lever, an event or a setting."""
        entry = POLICY.get(code) or EVENT.get(code) or SETTING.get(code)
        if entry is None:
            return self.indicator(code)
        return entry.label_zh if self.texts.lang == "zh" else entry.label_en

    def parameter(self, code: str) -> str:
        """Label of a parameter; of an override also whom it concerns."""
        who, _, plain = code.rpartition(":")
        label = parameter_label(plain, self.texts) or self.lever(plain)
        return f"{label} ({self.economy(who)})" if who else label

    def indicator(self, code: str, unit: str = "") -> str:
        """Label of an indicator, with its unit in brackets when given."""
        entry = INDICATORS.get(code)
        label = entry.label(self.texts.lang) if entry else code
        return f"{label} ({unit})" if unit else label


def parameter_label(id: str, texts: Texts) -> str:
    """Name of a parameter: of the setting that scenarios give it, else its own in the catalogue; empty for other ids.

    >>> parameter_label("economy.wage_curve", Texts("zh"))
    '工资曲线斜率'
    """
    entry = SETTING.get(id)
    if entry is None:
        return texts.get(f"fixed.{id}") or ""
    return entry.label_zh if texts.lang == "zh" else entry.label_en
