"""The brief of a run in words: the answer to its scenario's question, who gains and loses, why, how sure, and what was expected."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from sim.channels import CHANNELS, channel
from sim.indicators import INDICATORS
from sim.report.answer import BASE, Answer, rounded, sized
from sim.report.data import template
from sim.report.evidence import sizings, variant
from sim.report.names import amount as level_of
from sim.report.sections import INCOMES, Table
from sim.report.stories import DIRECTIONS, stored, stories
from sim.runs.brief import amount, numbers
from sim.runs.saved import WORLD, Run
from sim.scenario import scenario_files
from sim.texts import LANGUAGES, Texts
from sim.texts.formats import MISSING, NBSP, number
from sim.texts.words import columns

#: Sectors that are looked for by the basic code inside their own, and further ones with the largest differences.
NAMED, MORE = ("c15", "c14", "c4", "c30"), 2
WELFARE = ("terms_of_trade", "allocation", "technology", "employment", "capital", "outlays", "other")
#: From price to answer.
CHAIN = (
    *("mean_tariff", "consumer_price", "import_penetration", "manufacturing_va_share", "manufacturing_employment"),
    *("grievance", "tariff_faced"),
)
#: Economies in tables beside each other, and expectations on the page.
COLUMNS, EXPECTED = 3, 4


class Brief(Answer):
    """What stands beside the answer of a run, in one language."""

    # -- who -------------------------------------------------------------------------------------

    @property
    def whom(self) -> list[str]:
        """Economies in the columns of tables: those asked about, else the world."""
        return list(self.asked["economies"])[:COLUMNS] or [WORLD]

    @property
    def measure(self) -> str:
        """The indicator of the bars: the first asked about that economies have."""
        asked = (effect["indicator"] for effect in self.effects)
        return next((name for name in asked if INDICATORS[name].scope != "world"), "real_income")

    @cached_property
    def bars(self) -> pd.DataFrame:
        """Effect on the first indicator of each economy, largest first: code, name, value, shown; low and high where drawn."""
        found = [(e, *self.rows[self.measure, e, ""]) for e in self.run.economies if (self.measure, e, "") in self.rows]
        rows = [(e, self.names.economy(e), x, sized(x, unit, self.texts).split(NBSP)[0]) for e, x, unit in found]
        frame = pd.DataFrame(rows, columns=["code", "name", "value", "shown"])
        if "effect_bands" in self.run:
            bands = self.run["effect_bands"]
            bands = bands[bands["indicator"] == self.measure].rename(
                columns={"economy": "code", "q05": "low", "q95": "high"}
            )
            frame = frame.merge(bands[["code", "low", "high"]], on="code", how="left")
        return frame.sort_values("value", ascending=False, kind="stable", ignore_index=True)

    def sectors(self) -> Table | None:
        """Value added and jobs by sector, per cent: the named sectors, and those in which most money moves."""
        frame = self.run["effects"]
        frame = frame[frame["sector"].astype(str) != ""]
        whom = [code for code in self.whom if code in self.run.economies] or [WORLD]
        if whom == [WORLD]:
            frame = frame.groupby(["indicator", "sector"], sort=False)[["contrast", "value"]].sum().reset_index()
            frame = frame.assign(economy=WORLD)
        places = zip(frame["economy"], frame["indicator"], frame["sector"], strict=True)
        ends = dict(zip(places, zip(frame["contrast"], frame["value"], strict=True), strict=True))
        moved = dict.fromkeys(self.run.sectors, 0.0)
        for (code, indicator, sector), (before, after) in ends.items():
            moved[sector] += abs(after - before) * (indicator == "value_added" and code in whom)
        named = [code for wanted in NAMED for code in moved if wanted in basic(code)]
        rest = sorted((code for code in moved if code not in named), key=lambda code: -moved[code])
        wanted, rows = [(code, key) for code in whom for key in ("value_added", "jobs")], []
        for sector in dict.fromkeys((*named, *rest[:MORE])):
            found = [ends[(*place, sector)] for place in wanted]
            cells = (number(amount(a, b, "ratio")[0], 2, sign=True) if a > 0 else MISSING for a, b in found)
            rows.append((self.names.sector(sector), *cells))
        heads = (self(key, economy=self.names.economy(code)) for code, key in wanted)
        return Table((self("sectors"), *heads), tuple(rows)) if ends else None

    def people(self) -> Table | None:
        """Real incomes of groups inside the economies asked about, and all income, which holds what duties bring as well."""
        return self._grid("people", (*(INCOMES if "workers" in self.run else INCOMES[:2]), "real_income"), self.whom)

    def _grid(self, head: str, kinds: Iterable[str], whom: list[str]) -> Table | None:
        """A table of effects, a row for each indicator and a column for each economy; rows without any effect are left out."""
        rows = []
        for key in kinds:
            found = [self.rows.get((key, economy, ""), (float("nan"), ""))[0] for economy in whom]
            if any(rounded(value) for value in found if value == value):
                label = self(key.removeprefix("welfare_"))
                rows.append((label, *(number(value, 2, sign=True) for value in found)))
        heads = (self(head), *(self.names.economy(code) for code in whom))
        return Table(heads, tuple(rows)) if rows else None

    # -- why -------------------------------------------------------------------------------------

    def channels(self) -> list[dict[str, Any]]:
        """Parts of the effects by channel as data: economy, indicator, unit and parts."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        asked = {(effect["indicator"], effect["economy"]) for effect in self.effects}
        for row in self.run["effect_channels"].to_dict("records") if "effect_channels" in self.run else ():
            if (key := (row["indicator"], row["economy"])) in asked:
                entry = {**{name: row[name] for name in ("economy", "indicator", "unit")}, "parts": {}}
                found.setdefault(key, entry)["parts"][row["channel"]] = float(row["value"])
        return list(found.values())

    def channel_lines(self) -> list[str]:
        """The same in sentences."""
        lines = []
        for entry in self.channels():
            parts = {key: value for key, value in entry["parts"].items() if rounded(value) and key in CHANNELS}
            said = [
                f"{channel(key).label(self.texts.lang)} {sized(value, entry['unit'], self.texts)}"
                for key, value in parts.items()
            ]
            lines += [self("channel", name=self.label(entry), parts=self("join").join(said))] if said else []
        return lines

    def welfare(self) -> Table | None:
        """Where the difference of real income comes from, 100 × log points."""
        single = [code for code in self.whom if ("welfare_other", code, "") in self.rows]
        return self._grid("welfare", (f"welfare_{part}" for part in WELFARE), single) if single else None

    def chain(self) -> list[str]:
        """From price to sourcing, output, jobs, grievance and the answer of others, for each economy asked about."""
        lines = []
        for economy in self.whom[:2]:
            found = {key: self.rows.get((key, economy, ""), (0.0, "")) for key in CHAIN}
            links = [
                self("link", name=self(f"link_name.{key}"), size=sized(*effect, self.texts))
                for key, effect in found.items()
                if rounded(effect[0])
            ]
            if len(links) > 1:
                lines.append(self("chain", economy=self.names.economy(economy), links=self("arrow").join(links)))
        return lines

    def decisions(self) -> list[dict[str, Any]]:
        """The decisions that matter most as data, each with its sentence."""
        told = []
        for row in self.run["decisive"].to_dict("records") if "decisive" in self.run else ():
            lever, codes = str(row["lever"]), str(row["economy"]).split()
            words: dict[str, Any] = {key: level_of(float(row[key]), lever) for key in ("contrast", "value")}
            if words["contrast"] == words["value"]:
                continue  # less than is shown
            named = self("join").join(self.names.economy(code) for code in codes[:3])
            words["economy"] = self("several", names=named, count=len(codes) - 3) if len(codes) > 3 else named
            words["partner"] = self("on", partner=self.place(row["partner"])) if row["partner"] else ""
            label = self.names.lever(lever)
            words["lever"] = label if label[1:2].isupper() else label[:1].lower() + label[1:]
            cause = self.texts.get(f"cause.{row['kind']}") or self.texts("cause.other")
            words["cause"] = cause.format(step=row["year"], **numbers(str(row["drivers"] or "")))
            plain = {key: row[key] for key in ("year", "lever", "partner", "contrast", "value", "weight", "kind")}
            told.append({"economies": codes, **plain, "sentence": self("decision", year=self.year, **words)})
        return told

    # -- how sure --------------------------------------------------------------------------------

    def sure(self, about: str = "") -> list[str]:
        """Bands of the difference, its envelope under other assumptions, where its sign flips, what the literature says.

        With ``about`` only those claims count that are about this indicator.
        """
        drawn = {self.label(e): (e["low"], e["high"], e["unit"]) for e in self.effects if e["low"] is not None}
        bands = self("bands_none", name=self.run.name, count=20)
        if drawn:
            members = int(self.run["effect_bands"]["members"].iloc[0])
            bands = self("band", members=members, ranges=self._ranges(drawn))
        return [bands, *self._envelope(), *self._region(about), *self._literature()]

    def _ranges(self, ends: Mapping[str, tuple[float, float, str]]) -> str:
        """Ranges by name; what has no width is left out unless nothing has."""
        wide = {name: end for name, end in ends.items() if rounded(end[0]) != rounded(end[1])} or ends
        said = (
            self("range", name=name, low=sized(low, unit, self.texts), high=sized(high, unit, self.texts))
            for name, (low, high, unit) in wide.items()
        )
        return self("clauses").join(said)

    def _envelope(self) -> list[str]:
        """Range under the standing assumptions and where the sign flips."""
        if "effect_ends" not in self.run:
            return []
        texts, frame, ranges, flips = self.texts, self.run["effect_ends"], dict[str, tuple[float, float, str]](), []
        for effect in self.effects:
            same = frame["indicator"].eq(effect["indicator"]) & frame["economy"].eq(effect["economy"])
            values = dict(zip(frame.loc[same, "case"], frame.loc[same, "value"], strict=True))
            if not values or not rounded(effect["effect"]):
                continue
            every = [*values.values(), effect["effect"]]
            ranges[self.label(effect)] = min(every), max(every), effect["unit"]
            turned = [case.partition(" ") for case, value in values.items() if rounded(value) * effect["effect"] < 0.0]
            if turned:
                cases = self("join").join(variant(kind, name, texts) for kind, _, name in turned)
                flips.append(self("flips", name=self.label(effect), cases=cases))
        if not ranges:
            return []
        return [self("envelope", ranges=self._ranges(ranges)), *(flips or [self("flips_none")])]

    def verdicts(self) -> list[dict[str, Any]]:
        """Stored verdicts on the claims of this scenario of the library."""
        aside = ("scenario", "who", "mechanism", "outcome")
        parts = [one for one in stored()["parts"] if one["scenario"] == self.run.name in scenario_files()]
        label = f"label_{self.texts.lang}"
        told = [{key: value for key, value in part.items() if key not in aside} for part in parts]
        return [part | {"claim": stories()[part["row"]][label]} for part in told]

    def _region(self, about: str) -> list[str]:
        """The claims whose sign does not hold in all draws of the region, least certain first."""
        told = [part for part in self.verdicts() if part["share"] is not None and part["share"] < 1.0]
        told = [part for part in told if about in ("", part["indicator"])]
        shown = {f"{self.label(part)} {DIRECTIONS[part['direction']]}": part for part in told}
        least = sorted(shown.items(), key=lambda claim: claim[1]["share"])[:2]
        return [self("region", share=f"{100 * p['share']:.0f}{NBSP}%", claim=claim) for claim, p in least]

    def _literature(self) -> list[str]:
        """Published sizes of what is asked about; they are changes since the base year, and say so."""
        texts, lines = self.texts, []
        moved = any(rounded(effect["effect"]) for effect in self.effects)
        for size in sizings(self.run) if moved else ():
            if size.benchmark.indicator.split("/")[0] in self.asked["indicators"]:
                what = self.names.indicator_of(size.benchmark.indicator, size.benchmark.economy)
                lines.append(texts("brief.literature", base=size.first, what=what, **size.words(texts)))
        return lines[:2] or [texts("brief.literature_none")]

    # -- what was expected -----------------------------------------------------------------------

    def expected(self) -> tuple[str, Table | None, str]:
        """How many expectations are met; those that are not, first, with why and finding; how many are left."""
        frame = self.run["expectations"].to_dict("records")
        if not frame:
            return self("expected_none"), None, ""
        reasons = self.run.manifest.get("reasons") or [{}] * len(frame)
        met = sum(row["outcome"] == "met" for row in frame)
        order = sorted(range(len(frame)), key=lambda k: (frame[k]["outcome"] == "met", frame[k]["versus"] == BASE))
        rows = []
        for row, reason in ((frame[k], reasons[k]) for k in order[:EXPECTED]):
            before, after = float(row["before"]), float(row["after"])
            known = before == before and after == after
            size = sized(*amount(before, after, str(row["unit"])), self.texts) if known else MISSING
            against = self.texts("expect.base") if row["versus"] == BASE else row["versus"]
            about = f"{self.label(row)} {DIRECTIONS[row['direction']]} ({against}, {int(row['at'])})"
            told = reason.get("why") or {"en": row["why"] or ""}
            why = unrowed(str(told.get(self.texts.lang) or "")) or MISSING  # most are in English alone
            found = (self.texts.pick(reason.get("finding")) if row["outcome"] != "met" else "") or MISSING
            words = {"who": self.names.economy(row["who"]), "mechanism": self.names.moves(row["mechanism"])}
            rows.append((about, why, size, self.texts(f"expect.{row['outcome']}", **words), found))
        heads = (self.texts("table.indicator"), *map(self, ("why", "size", "verdict", "found")))
        rest = self("further", count=len(frame) - len(rows)) if len(frame) > len(rows) else ""
        return self("met", met=met, count=len(frame)), Table(heads, tuple(rows)), rest


def basic(code: str) -> set[str]:
    """Basic codes inside the code of an aggregate sector.

    >>> sorted(basic("c3t5+c16"))
    ['c16', 'c3', 'c4', 'c5']
    """
    found = set()
    for part in code.split("+"):
        ends = re.fullmatch(r"c(\d+)(?:t(\d+))?", part)
        found |= {f"c{k}" for k in range(int(ends[1]), int(ends[2] or ends[1]) + 1)} if ends else {part}
    return found


def unrowed(text: str) -> str:
    """A reason without the code of the row of the narratives that it begins with.

    >>> unrowed("N1.7: a world no longer interdependent"), unrowed("duties cost")
    ('A world no longer interdependent', 'Duties cost')
    """
    plain = re.sub(r"^N\d\.\d+[:：]\s*", "", text)
    return plain[:1].upper() + plain[1:]


def plain(run: Run) -> dict[str, Any]:
    """The brief as data: answer (en, zh), versus, effects, channels, decisions, verdicts; no answer without the contrast."""
    briefs = {lang: Brief(run, Texts(lang)) for lang in LANGUAGES}
    first = briefs[LANGUAGES[0]]
    told = [
        {lang: one["sentence"] for lang, one in zip(briefs, both, strict=True)}
        for both in zip(*(brief.decisions() for brief in briefs.values()), strict=True)
    ]
    return {
        "answer": {lang: one.answer().replace(NBSP, " ") for lang, one in briefs.items()} if first.there else None,
        "versus": first.asked.get("versus"),
        "effects": first.effects,
        "channels": first.channels(),
        "decisions": [one | {"sentence": said} for one, said in zip(first.decisions(), told, strict=True)],
        "verdicts": first.verdicts(),
    }


def as_text(run: Run, lang: str = "en") -> str:
    """The brief for a terminal."""

    def grid(table: Table | None) -> str:
        return columns([list(table.heads), *map(list, table.rows)]) if table else ""

    brief = Brief(run, Texts(lang))
    if not brief.there:
        return brief("nothing", name=run.name)
    bars = Table(
        (brief.texts("table.economy"), brief.names.indicator(brief.measure)),
        tuple(zip(*(brief.bars[key] for key in ("name", "shown")), strict=True)),
    )
    text = template("brief.txt.j2").render(brief=brief, grid=grid, bars=bars, t=brief.texts)
    return re.sub(r"\n{3,}", "\n\n", text).replace(NBSP, " ").strip()
