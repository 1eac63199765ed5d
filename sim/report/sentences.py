"""The findings of a run in sentences, computed from its tables: direction words follow the signs, nothing is assumed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.calibration import parameter
from sim.channels import CHANNELS, RESIDUAL, channel, in_order
from sim.indicators import PLACES
from sim.report.answer import Answer
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import NBSP, Change, is_share, level, number, scale

#: Numbers on cards, and in the headline: the first so many of the indicators of a headline that a run has.
CARDS = 4
#: Codes that a warning spells out.
FEW = 8
#: Unemployment that is this much above its own base year counts as moved.
MORE = 1.1
#: Indicators of the world whose change is attributed in words and over time, with the key of the figure.
OVER_TIME = {"interdependence": "split_world", "vs_foreign_content": "split_vs"}


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


def facts(run: Run) -> list[Fact]:
    """First and last finished value of the indicators of the headline, as far as they were tracked."""
    series = {indicator: run.series(indicator) for indicator in PLACES["headline"]}
    ends = {indicator: (min(values), max(values)) for indicator, values in series.items() if values}
    changes = {k: Change(series[k][first], series[k][last], run.unit(k)) for k, (first, last) in ends.items()}
    return [Fact(name, *years, changes[name]) for name, years in ends.items()][:CARDS]


def headline(run: Run, lang: str = "en") -> str:
    """One or two sentences that say what happened, honest about runs that stopped early, did not move, or stand on an unbalanced table."""
    texts = Texts(lang)
    said = run.manifest.get("table", {}).get("imbalance", "")
    return texts("headline.unbalanced", said=said, sentence=_happened(run, texts)) if said else _happened(run, texts)


def _happened(run: Run, texts: Texts) -> str:
    """The answer to what the scenario asks where its contrast was run, else what the world's indicators did since the base year."""
    if not run.years:
        return texts("headline.none")
    brief = Answer(run, texts)
    return _ended(run, brief.answer(), texts) if brief.there else _ended(run, _since(run, texts), texts)


def since(run: Run, lang: str = "en") -> str:
    """The second view: what the world's indicators did since the base year, all causes together; empty where the headline says it."""
    texts = Texts(lang)
    if not Answer(run, texts).there or not facts(run):
        return ""
    return texts("brief.since_base", base=run.years[0], sentence=_since(run, texts))


def _since(run: Run, texts: Texts) -> str:
    """What a run's world indicators did since the base year."""
    shown = facts(run)
    if not shown:
        return texts("headline.untracked")
    first = shown[0]
    span = {"base": first.base, "year": first.year}
    if first.base == first.year:
        form, keys = "base_only", ["base_fact"] * len(shown)
    elif all(fact.verdict == "same" for fact in shown):
        form, keys = "still", ["next_same"] * len(shown)
    else:
        form, keys = "list", [f"{'next_' if k else ''}{fact.verdict}" for k, fact in enumerate(shown)]
    clauses = []
    for key, fact in zip(keys, shown, strict=True):
        words = {name: getattr(fact, name) for name in ("base", "year", "before", "after")}
        words |= {"name": texts(f"inline.{fact.indicator}"), "change": fact.change.show(texts)}
        clauses.append(texts(f"headline.{key}", **words))
    return _begun(texts(f"headline.{form}", clauses=texts("headline.join").join(clauses), **span))


def _ended(run: Run, sentence: str, texts: Texts) -> str:
    """A sentence about a run, which says so where the run stopped early."""
    if run.last_planned is not None and run.years[-1] < run.last_planned:
        return texts("headline.partial", year=run.years[-1], last=run.last_planned, sentence=sentence)
    return sentence


def against(run: Run, lang: str = "en") -> str:
    """What the headline's differences are from; empty where it tells changes since the base year."""
    answer = Answer(run, Texts(lang))
    return answer.versus() if answer.there else ""


def effective(run: Run) -> list[str]:
    """Channels that move anything at all, in the order of the registry."""
    frame = run["attribution"]
    return in_order(frame.loc[frame["value"] != 0.0, "channel"].unique())


def world_split(run: Run) -> list[dict[str, Any]]:
    """The world's change in the last attributed year by indicator, with its parts: for ``--json``."""
    if "attribution" not in run:
        return []
    frame = run["attribution"]
    last = frame["year"].max()
    world = frame[(frame["economy"] == WORLD) & (frame["year"] == last)]
    return [
        {
            "indicator": str(indicator),
            "economy": WORLD,
            "base_year": run.years[0],
            "year": int(last),
            "unit": str(rows["unit"].iloc[0]),
            "change": float(rows["value"].sum()),
            "parts": dict(zip(rows["channel"].tolist(), rows["value"].astype(float).tolist(), strict=True)),
        }
        for indicator, rows in world.groupby("indicator", sort=False)
    ]


def why(run: Run, lang: str) -> list[str]:
    """What moved the world, a sentence for each of the main indicators; empty when it was not asked for."""
    texts = Texts(lang)
    splits = {split["indicator"]: split for split in world_split(run)}
    sentences = [_attributed(splits[name], effective(run), texts) for name in OVER_TIME if name in splits]
    idle = [_inline(id, texts) for id in CHANNELS if splits and id not in effective(run)]
    if sentences and idle:
        sentences.append(texts("attribution.idle", channels=texts("attribution.join").join(idle)))
    return sentences


def _attributed(split: Mapping[str, Any], channels: list[str], texts: Texts) -> str:
    def points(value: float) -> str:
        shown = number(value * scale(split["unit"]), 2, sign=True)
        return f"{shown}{NBSP}{texts('unit.pp')}" if is_share(split["unit"]) else shown

    sizes = {_inline(channel, texts): points(split["parts"][channel]) for channel in channels}
    parts = [texts("attribution.part", channel=name, value=size) for name, size in sizes.items()]
    sentence = texts(
        "attribution.sentence" if parts else "attribution.nothing",
        name=_begun(texts(f"inline.{split['indicator']}")),
        base=split["base_year"],
        year=split["year"],
        change=points(split["change"]),
        parts=texts("attribution.join").join(parts),
        left=points(split["parts"][RESIDUAL]),
    )
    return _begun(sentence)


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _inline(id: str, texts: Texts) -> str:
    label = channel(id).label(texts.lang)
    return label[:1].lower() + label[1:]


def calibration_warnings(run: Run, texts: Texts) -> list[str]:
    """Say which codes of the table have no values of their own, which values are far from its year, and what leaves its sources."""
    about = run.manifest.get("calibration", {})
    said = []
    for kind, codes in about.get("unmapped", {}).items():
        if codes:
            said.append(texts(f"calibration.unmapped_{kind}", count=len(codes), codes=_few(codes)))
    far = []
    for row in about.get("values", ()):
        years = "/".join(map(str, sorted(set(row["far"].values()))))
        if years:
            whose = "" if len(row["far"]) == sum(row["years"].values()) else f" ({_few(sorted(row['far']))})"
            far.append(f"{texts('calibration.' + row['parameter'])} {years}{whose}")
    if far:
        values = texts("calibration.join").join(far)
        said.append(texts("calibration.far", year=run.manifest["table"]["year"], values=values))
    return [*said, *_idle(run, texts)]


def _idle(run: Run, texts: Texts) -> list[str]:
    """Say where unemployment is above every rate that sources support, and not by its base year."""
    if run.manifest.get("settings", {}).get("labour_market") != "wage-curve":
        return []
    limit, found = parameter("economy.unemployment_range"), {}
    for economy in run.economies:
        rates = run.series("unemployment", economy)
        year = max(rates, key=lambda y: rates[y], default=run.years[0])
        if rates and rates[year] > max(limit, MORE * rates[min(rates)]):
            found[f"{economy} ({year})"] = rates[year]
    if not found:
        return []
    named = _few(sorted(found, key=lambda name: -found[name]))
    return [texts("calibration.idle", economies=named, rate=max(found.values()), limit=limit)]


def _few(codes: Sequence[str]) -> str:
    return ", ".join(codes) if len(codes) <= FEW else f"{', '.join(codes[:FEW])} … ({len(codes)})"


def drawn_sentence(run: Run, texts: Texts) -> str:
    """Say in one sentence what the runs of an ensemble differ in."""
    ensemble = run.manifest["ensemble"]
    choices = [drawn["choices"] for drawn in ensemble["drawn"] if drawn.get("choices")]
    ranged = len(ensemble["drawn"]) - len(choices)
    parts = [texts("ensemble.parameters", count=ranged)] if ranged else []
    parts += [texts("ensemble.choices", count=len(values)) for values in choices]
    for key, word in (("adoption_timing", "timing"), ("productivity_shock", "shocks")):
        if ensemble[key]:
            parts.append(texts(f"ensemble.{word}", spread=ensemble[key]))
    count = len(ensemble["failures"]) + ensemble["finished"]
    return texts("ensemble.drawn", count=count, parts=("；" if texts.lang == "zh" else "; ").join(parts))


def failure_sentence(run: Run, texts: Texts) -> str:
    """Say which runs of an ensemble did not finish, or that it was stopped."""
    ensemble = run.manifest["ensemble"]
    parts = []
    if failures := ensemble["failures"]:
        told = [texts("ensemble.failure", member=failure["member"], message=failure["message"]) for failure in failures]
        counts = {"failed": len(told), "planned": ensemble["planned"]}
        parts.append(texts("ensemble.some_failed", **counts, messages="; ".join(told)))
    if ensemble["status"] == "cancelled":
        parts.append(texts("ensemble.stopped", finished=ensemble["finished"], planned=ensemble["planned"]))
    return " ".join(parts)
