"""Names of the economies, series and parts of a history in one language."""

from __future__ import annotations

from dataclasses import dataclass

from decomp.structure import DEFINITIONS
from sim.observed.history import History
from sim.observed.measures import WORLD
from sim.texts import Texts


@dataclass(frozen=True)
class Names:
    """Looks up names for one history."""

    past: History
    texts: Texts

    def economy(self, code: str) -> str:
        """Short name of an economy or group."""
        return self.texts.economy(code, self.past.members.get(code, ()))

    @property
    def exporter(self) -> str:
        """Name of the exporter."""
        return self.economy(self.past.exporter)

    @property
    def importer(self) -> str:
        """Name of the importer."""
        return self.economy(self.past.importer)

    @property
    def ends(self) -> dict[str, str]:
        """Names of both ends, for texts."""
        return {"exporter": self.exporter, "importer": self.importer}

    def flow(self, exporter: str, importer: str) -> str:
        """``Korea → China``."""
        return f"{self.economy(exporter)} → {self.economy(importer)}"

    @property
    def title(self) -> str:
        """Title of the history."""
        return self.texts("history.title", first=self.past.years[0], last=self.past.years[-1], **self.ends)

    @property
    def definition(self) -> str:
        """Meaning of the definition of VS."""
        english, chinese, equation = DEFINITIONS[self.past.asked.definition]
        return f"{chinese if self.texts.lang == 'zh' else english}, {equation}"

    def headline(self) -> str:
        """What happened to the pair's VS, with its numbers."""
        past = self.past
        name = vs_indicator(past.asked.definition)
        series = past.series(name, past.exporter, past.importer)
        if not series:
            return self.title
        values = (series[min(series)], series[max(series)])
        key = "up" if values[1] >= values[0] else "down"
        if past.asked.definition == "foreign-content":
            key = "foreign"
        return self.texts(
            f"history.headline_{key}", first=min(series), last=max(series), **self.ends, **_levels(values)
        )

    def world(self) -> str:
        """What happened to world interdependence."""
        series = self.past.series("interdependence", WORLD)
        return self.texts("history.world", **_levels((series[min(series)], series[max(series)])))


def vs_indicator(definition: str) -> str:
    """Indicator of the VS share under a definition."""
    return "vs_" + definition.replace("-", "_")


def _levels(values: tuple[float, float]) -> dict[str, str]:
    return {name: f"{100 * value:.1f}\u00a0%" for name, value in zip(("before", "after"), values, strict=True)}
