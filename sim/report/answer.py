"""The answer of a run to its scenario's question: one sentence with its numbers, and the cards.

All numbers are differences from the contrast that the scenario names (table ``effects``); where the contrast was not run there is no
answer, and reports begin with changes since the base year, which say so.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from sim.indicators import INDICATORS
from sim.report.data import Report
from sim.runs.brief import amount, effects_of
from sim.runs.saved import WORLD
from sim.texts import Texts
from sim.texts.formats import NBSP, level, number
from sim.texts.words import phrase

#: Effects smaller than this, as shown, count as none; the sizes below and above which another number of decimals is shown.
ZERO, SMALL, LARGE = 0.005, 0.95, 20.0
BASE, OWN = "base", "own"


def decimals(effect: float) -> int:
    """Decimals of an effect as it is shown: two below one, one above, none from 20 on."""
    return 2 if abs(effect) < SMALL else 1 if abs(effect) < LARGE else 0


def rounded(effect: float) -> float:
    """An effect as it is shown; what shows as zero is zero."""
    return 0.0 if abs(effect) < ZERO else round(effect, decimals(effect))


def direction(effect: float) -> str:
    """``up``, ``down`` or ``same``, as shown."""
    return "up" if rounded(effect) > 0 else "down" if rounded(effect) < 0 else "same"


def sized(effect: float, unit: str, texts: Texts, *, sign: bool = True, long: bool = False) -> str:
    """An effect with its unit: ``−0.46 %``, ``+1.3 pp``, ``110 USD per tonne``."""
    said = sign and bool(rounded(effect))
    shown = number(effect if said else abs(effect), 0 if unit == "members" else decimals(effect), sign=said)
    if unit == "percentage points":
        return texts("brief.points", size=shown) if long else f"{shown}{NBSP}{texts('unit.pp')}"
    if unit == "per cent":
        return f"{shown}{NBSP}%"
    if unit == "USD per tonne":
        return texts("brief.per_tonne", size=shown)
    return shown if unit in ("members", "index", "") else f"{shown}{NBSP}{phrase(unit, texts)}"


class Answer(Report):
    """The answer of a run in one language; ``there`` says whether its contrast is at hand."""

    def __call__(self, key: str, **words: Any) -> str:
        """A text of the brief."""
        return self.texts(f"brief.{key}", **words)

    @cached_property
    def effects(self) -> list[dict[str, Any]]:
        """What is asked about, see :func:`sim.runs.brief.effects_of`."""
        return effects_of(self.run)

    @property
    def there(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.effects)

    @property
    def asked(self) -> Mapping[str, Any]:
        """What run.json says of the brief."""
        return self.run.manifest.get("brief") or {}

    @property
    def year(self) -> int:
        """Year of the differences."""
        return int(self.effects[0]["year"])

    @cached_property
    def rows(self) -> dict[tuple[str, str, str], tuple[float, str]]:
        """Effect and its unit by indicator, economy and sector."""
        frame = self.run["effects"]
        columns = (frame[key].tolist() for key in ("indicator", "economy", "sector", "contrast", "value", "unit"))
        return {(i, e, s or ""): amount(c, v, u) for i, e, s, c, v, u in zip(*columns, strict=True)}

    # -- the answer ------------------------------------------------------------------------------

    def place(self, code: str) -> str:
        """An economy inside a sentence."""
        return self.texts.get(f"brief.place.{code.removeprefix('group:')}") or self.names.economy(code)

    def name(self, indicator: str) -> str:
        """An indicator inside a sentence."""
        if found := self.texts.get(f"brief.name.{indicator}") or self.texts.get(f"inline.{indicator}"):
            return found
        label = self.names.indicator(indicator)
        return label if label[1:2].isupper() else label[:1].lower() + label[1:]

    def against(self) -> str:
        """The contrast inside a sentence."""
        if self.asked["versus"] == BASE:
            return str(self.run.years[0])
        told = self.texts.pick(self.asked.get("against"))
        if told or self.asked["versus"] == OWN:
            return told or self("own")
        return self("titled", title=self.texts.pick(self.asked["title"]) or self.asked["versus"])

    def answer(self) -> str:
        """The answer in one sentence with its numbers."""
        since, by_name = "_since" * (self.asked["versus"] == BASE), dict[str, list[dict[str, Any]]]()
        for effect in self.effects:
            by_name.setdefault(effect["indicator"], []).append(effect)
        usual = self("subject_own" if self.asked["versus"] == OWN else "subject")
        words: dict[str, Any] = {"subject": self.texts.pick(self.asked.get("subject")) or usual, "year": self.year}
        words |= {"base": self.run.years[0], "against": self.against()}
        if not any(rounded(effect["effect"]) for effect in self.effects):
            names = self._and((self.name(indicator) for indicator in by_name), "names_")
            return self(f"still{since}", names=names, **words)
        clauses: list[str] = []
        for indicator, found in by_name.items():
            moved = [one for one in found if not clauses or rounded(one["effect"])]
            clauses += (
                [self._and(self._part(one, k, first=not clauses) for k, one in enumerate(moved))] if moved else []
            )
            if len(clauses) == 1 and (rest := self._elsewhere(indicator)):
                clauses.append(rest)
        return self(f"because{since}", clauses=self("clauses").join(clauses), **words)

    def _part(self, effect: Mapping[str, Any], k: int, *, first: bool) -> str:
        """One effect as a part of a clause; the name stands in the first part alone."""
        alone = effect["indicator"] == "ledger" or INDICATORS[effect["indicator"]].scope == "world"
        where = "" if alone else self("where" if k else "where_first", economy=self.place(effect["economy"]))
        size = sized(effect["effect"], effect["unit"], self.texts, sign=False, long=True)
        words = {"name": self.name(effect["indicator"]), "size": size, "where": where, "year": self.year}
        return self(f"{'more' if k else 'first' if first else 'name'}_{direction(effect['effect'])}", **words)

    def _and(self, parts: Iterable[str], of: str = "") -> str:
        *before, last = parts
        return self(f"{of}and").join([*([self(f"{of}join").join(before)] if before else []), last])

    def _elsewhere(self, indicator: str) -> str:
        """Range of the effect over the economies that nobody asks about; empty where groups or the world are asked about."""
        asked = [effect["economy"] for effect in self.effects if effect["indicator"] == indicator]
        keys = [(indicator, code, "") for code in self.run.economies if code not in asked]
        others = [self.rows[key] for key in keys if key in self.rows]
        if not others or any(code == WORLD or code.startswith("group:") for code in asked):
            return ""
        low, high = (sized(*pick(others), self.texts) for pick in (min, max))
        return self("elsewhere", low=low, high=high)

    def versus(self) -> str:
        """What the differences are from."""
        name, base = self.asked["versus"], self.run.years[0]
        key = f"versus_{name}" if name in (BASE, OWN) else "versus"
        return self(key, against=self.against(), name=name, year=self.year, base=base)

    def cards(self) -> list[dict[str, str]]:
        """The first four effects as cards; each says both levels."""
        shown, key = [], "card_ends_since" if self.asked["versus"] == BASE else "card_ends"
        for one in self.effects[:4]:
            ends = {end: level(one[end], INDICATORS[one["indicator"]].unit) for end in ("contrast", "value")}
            value = sized(one["effect"], one["unit"], self.texts)
            card = {"label": self.label(one), "value": value, "direction": direction(one["effect"])}
            shown.append(card | {"before": self(key, year=self.year, base=self.run.years[0], **ends)})
        return shown

    def label(self, effect: Mapping[Any, Any]) -> str:
        """Name of an effect in a table."""
        return self.names.indicator_of(effect["indicator"], effect["economy"])
