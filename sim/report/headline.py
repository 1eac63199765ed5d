"""The finding of a run in one sentence, computed from its tables: direction words follow the signs, nothing is assumed."""

from __future__ import annotations

from dataclasses import dataclass

from sim.indicators import PLACES
from sim.report.data import companion_scenarios
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import MINUS, Change, level

#: Indicators of the headline and the four numbers, best first; the first four that a run has are shown.
HEADLINES = PLACES["headline"]
#: Numbers on cards.
CARDS = 4


@dataclass(frozen=True)
class Fact:
    """One indicator of the world in the base year and in the last finished year."""

    indicator: str
    base: int
    year: int
    change: Change

    @property
    def verdict(self) -> str:
        """``up``, ``down``, ``same`` (nothing moved) or ``nearly`` (moved by less than is shown)."""
        if self.change.direction != "same":
            return self.change.direction
        return "same" if self.change.exactly_same else "nearly"

    @property
    def before(self) -> str:
        """Base-year level as displayed."""
        return level(self.change.before, self.change.unit)

    @property
    def after(self) -> str:
        """Level of the last finished year as displayed."""
        return level(self.change.after, self.change.unit)


def fact(run: Run, indicator: str, economy: str = WORLD) -> Fact | None:
    """First and last finished value of an indicator; None when it was not tracked."""
    series = run.series(indicator, economy)
    if not series:
        return None
    base, year = min(series), max(series)
    return Fact(indicator, base, year, Change(series[base], series[year], run.unit(indicator)))


def facts(run: Run) -> list[Fact]:
    """Return the facts of the four numbers."""
    found = (fact(run, indicator) for indicator in HEADLINES)
    return [one for one in found if one is not None][:CARDS]


def headline(run: Run, lang: str = "en") -> str:
    """One or two sentences that say what happened, honest about runs that stopped early or did not move."""
    texts = Texts(lang)
    if not run.years:
        return texts("headline.none")
    found = facts(run)
    if not found:
        return texts("headline.untracked")
    sentence = _sentence(found, texts)
    stopped = run.last_planned is not None and run.years[-1] < run.last_planned
    if stopped:
        sentence = texts("headline.partial", year=run.years[-1], last=run.last_planned, sentence=sentence)
    return sentence


def against(run: Run, lang: str = "en") -> str:
    """One sentence that sets the last year against the first scenario that the run was compared with; empty if none."""
    texts = Texts(lang)
    others = companion_scenarios(run)
    if not others or not run.years:
        return ""
    name, clauses = others[0], []
    for one in facts(run):
        other = companion_value(run, name, one.indicator, one.year)
        if other is not None:
            change = Change(other, one.change.after, one.change.unit)
            shown = change.show(texts, sign=False).lstrip(MINUS)
            clauses.append(texts(f"headline.against_{change.direction}", name=_name(one, texts), change=shown))
    if not clauses:
        return ""
    return texts("headline.against", name=name, year=run.years[-1], clauses=texts("headline.join").join(clauses))


def companion_value(run: Run, scenario: str, indicator: str, year: int) -> float | None:
    """World value of an indicator in a scenario that the run was compared with; None when it was not kept."""
    frame = run["companions"]
    rows = frame[(frame["companion"] == scenario) & (frame["indicator"] == indicator)]
    rows = rows[(rows["economy"] == WORLD) & (rows["year"] == year)]
    return float(rows["value"].iloc[0]) if len(rows) else None


def _sentence(found: list[Fact], texts: Texts) -> str:
    first = found[0]
    if first.base == first.year:
        return _joined([texts("headline.base_fact", name=_name(one, texts), after=one.after) for one in found], texts,
                       "base_only", year=first.year)  # fmt: skip
    if all(one.verdict == "same" for one in found):
        clauses = [texts("headline.next_same", name=_name(one, texts), after=one.after) for one in found]
        return _joined(clauses, texts, "still", base=first.base, year=first.year)
    clauses = [_clause(one, texts, "headline." if k == 0 else "headline.next_") for k, one in enumerate(found)]
    return _joined(clauses, texts, "list")


def _clause(one: Fact, texts: Texts, prefix: str) -> str:
    return texts(
        prefix + one.verdict,
        name=_name(one, texts),
        base=one.base,
        year=one.year,
        before=one.before,
        after=one.after,
        change=one.change.show(texts),
    )


def _joined(clauses: list[str], texts: Texts, form: str, **values: object) -> str:
    body = texts("headline.join").join(clauses)
    sentence = texts(f"headline.{form}", clauses=body, **values)
    return sentence[:1].upper() + sentence[1:]


def _name(one: Fact, texts: Texts) -> str:
    return texts(f"inline.{one.indicator}")
