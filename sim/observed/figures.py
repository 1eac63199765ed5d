"""The report of a history: its words, its figures with text alternatives and tables, and one offline HTML file of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import pandas as pd
from pandas import DataFrame

from decomp.names import estimate_text
from decomp.structure import DEFINITIONS
from sim._version import __version__
from sim.charts.figure import Figure
from sim.charts.lines import lines, stack
from sim.charts.theme import GROUP_COLOURS
from sim.observed.history import History
from sim.observed.measures import WORLD, vs_indicator
from sim.observed.openness import backlashes, depth, openness, sources, waves_table, weakening
from sim.report.data import GROUPS
from sim.report.render import page
from sim.report.sections import Table
from sim.texts import Texts
from sim.texts.formats import Change, ends_in_words, level, number

Series = Mapping[int, float]
#: Parts of VS in stacking order.
VS_STACK = ("ova", "mva", "fdc", "ddc")
#: Mark of years of another source than the first one.
BREAK = "‡"
#: Economies whose advantage is drawn: the pair, and so many others with the largest labour-intensive advantage.
OTHERS = 4


@dataclass(frozen=True)
class Words:
    """Look up the names and sentences of one history in one language."""

    past: History
    texts: Texts

    def economy(self, code: str) -> str:
        """Short name of an economy or group."""
        return self.texts.economy(code, self.past.members.get(code, ()))

    @property
    def ends(self) -> dict[str, str]:
        """Names of both ends, for texts."""
        return {"exporter": self.economy(self.past.exporter), "importer": self.economy(self.past.importer)}

    def flow(self, exporter: str, importer: str) -> str:
        """``Korea → China``."""
        return f"{self.economy(exporter)} → {self.economy(importer)}"

    @property
    def title(self) -> str:
        """Title of the history."""
        key, part = "history.title_break" if self.past.later else "history.title", self.past.parts[0]
        return self.texts(key, first=part[0], last=part[-1], later=_list(self.past.later), **self.ends)

    def year(self, year: int) -> str:
        """A year in a table, marked where it is of another source than the first one."""
        return f"{year} {BREAK}" if year in self.past.later else str(year)

    @property
    def break_note(self) -> str:
        """What the mark of a year means, with what is estimated; empty without a break."""
        if not self.past.later:
            return ""
        said = {estimate_text(t.estimate, self.texts.lang) for t in self.past.sources if t.estimate}
        note = self.texts("history.break", mark=BREAK, years=_list(self.past.later))
        return " ".join([note, *sorted(said)])

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
        series, later = past.within(series), {year: value for year, value in series.items() if year in past.later}
        values = (series[min(series)], series[max(series)])
        key = "up" if values[1] >= values[0] else "down"
        if past.asked.definition == "foreign-content":
            key = "foreign"
        years = {"first": min(series), "last": max(series)}
        sentence = self.texts(f"history.headline_{key}", **years, **self.ends, **_levels(values)) + self._later(later)
        said = "; ".join(f"{source.year}: {source.imbalance}" for source in past.sources if source.imbalance)
        return self.texts("headline.unbalanced", said=said, sentence=sentence) if said else sentence

    def world(self) -> str:
        """What happened to world interdependence."""
        series = self.past.series("interdependence", WORLD)
        part, later = self.past.within(series), {y: value for y, value in series.items() if y in self.past.later}
        return self.texts("history.world", **_levels((part[min(part)], part[max(part)]))) + self._later(later)

    def _later(self, values: Series) -> str:
        """The values after a break of sources, said apart."""
        return "".join(self.texts("history.later", year=y, value=level(value, "share")) for y, value in values.items())


def _list(years: Sequence[int]) -> str:
    """Years as text."""
    return ", ".join(map(str, years))


def _levels(values: tuple[float, float]) -> dict[str, str]:
    return {name: f"{100 * value:.1f}\u00a0%" for name, value in zip(("before", "after"), values, strict=True)}


class HistoryFigures(Words):
    """Draw the figures of one history in one language."""

    def over_years(
        self, key: str, series: Mapping[str, Series], names: Mapping[str, str], *, zero: bool = False, **options: Any
    ) -> Figure | None:
        """Return lines over years with the shocks as shaded years; None when there is nothing to draw."""
        kept = {code: values for code, values in series.items() if values}
        spans = [(shock.first, shock.last, shock.label(self.texts.lang)) for shock in self.past.shocks]
        gaps = zip(self.past.parts, self.past.parts[1:], strict=False)
        spans += [(one[-1] + 1, other[0] - 1, self.texts("history.break_label")) for one, other in gaps]
        chart = partial(lines, zero=zero, spans=spans, breaks=self.past.breaks)
        return self._figure(key, kept, names, chart, **options) if kept else None

    def stack(self, key: str, series: Mapping[str, Series], names: Mapping[str, str], **words: Any) -> Figure | None:
        """Return shares that add up to 100 over years; None when the pair does not trade."""
        if not all(series.values()):
            return None

        def chart(frame: DataFrame, names: Mapping[str, str], **size: Any) -> Any:
            return stack(frame.rename(columns={"line": "part"}), names, GROUP_COLOURS, breaks=self.past.breaks, **size)

        return self._figure(key, series, names, chart, **words)

    def _figure(
        self,
        key: str,
        series: Mapping[str, Series],
        names: Mapping[str, str],
        chart: Callable[..., Any],
        *,
        factor: float = 100.0,
        decimals: int = 1,
        **words: Any,
    ) -> Figure:
        def shown(value: float) -> str:
            return number(value, decimals)

        series = {code: {year: factor * value for year, value in values.items()} for code, values in series.items()}
        years = sorted({year for values in series.values() for year in values})
        cells = [(year, code, value) for code, values in series.items() for year, value in values.items()]
        frame = pd.DataFrame(cells, columns=["year", "line", "value"])
        axis = self.texts(f"history.{key}_axis")
        parts = {code: self.past.within(v) or v for code, v in series.items()}
        facts = ends_in_words(names, parts, self.texts, decimals)
        for code, year in ((code, y) for code in series for y in self.past.later if y in series[code]):
            facts += self.texts("history.alt_later", name=names[code], year=year, value=shown(series[code][year]))
        cells_of = {y: [shown(values.get(y, float("nan"))) for values in series.values()] for y in years}
        rows = [(self.year(year), *shown_cells) for year, shown_cells in cells_of.items()]
        table = pd.DataFrame(rows, columns=[self.texts("table.year"), *(names[code] for code in series)])
        title, subtitle = (self.texts(f"history.{key}{end}", **words) for end in ("", "_note"))
        first = [year for year in years if year in self.past.parts[0]] or years
        alt = self.texts("alt.lines", base=first[0], year=first[-1], facts=facts)
        return Figure(
            key, title, subtitle, alt, lambda width: chart(frame, names, title=axis, width=width), table, table
        )

    def vs(self) -> Figure | None:
        """VS of both directions."""
        past, indicator = self.past, vs_indicator(self.past.asked.definition)
        ways = ((past.exporter, past.importer), (past.importer, past.exporter))
        series = {s: past.series(indicator, s, r) for s, r in ways}
        names = {s: self.flow(s, r) for s, r in ways}
        definition = past.asked.definition
        return self.over_years("vs", series, names, definition=definition, meaning=self.definition)

    def structure(self) -> Figure | None:
        """Structure of VS in the asked direction."""
        past = self.past
        parts = [part for part in VS_STACK if part != "ddc" or past.asked.definition == "one-minus-dva"]
        series = {f"vs_{part}": past.series(f"vs_{part}", past.exporter, past.importer) for part in parts}
        names = {f"vs_{part}": self.texts(f"history.{part}") for part in parts}
        return self.stack("structure", series, names, definition=past.asked.definition, **self.ends)

    def use(self) -> Figure | None:
        """The six groups of terms in the asked direction, shares of gross exports."""
        ends = (self.past.exporter, self.past.importer)
        exports = self.past.series("exports", *ends)
        groups = {code: self.past.series(code, *ends) for code in GROUPS}
        series = {
            code: {year: value / exports[year] for year, value in values.items() if exports[year]}
            for code, values in groups.items()
        }
        return self.stack("use", series, {code: self.texts(f"group.{code}") for code in GROUPS}, **self.ends)

    def dependence(self) -> Figure | None:
        """Dependence of each side on the other, and of both."""
        past, ends = self.past, self.ends
        on = past.series("dependence", past.exporter, past.importer)
        back = past.series("dependence", past.importer, past.exporter)
        both = {year: (on[year] * back[year]) ** 0.5 for year in on if year in back}
        names = {
            past.importer: self.texts("history.forward", **ends),
            past.exporter: self.texts("history.forward", exporter=ends["importer"], importer=ends["exporter"]),
            WORLD: self.texts("history.mutual"),
        }
        series = {past.importer: on, past.exporter: back, WORLD: both}
        return self.over_years("dependence", series, names, decimals=2, zero=True)

    def of_world(self, key: str, indicator: str, **options: Any) -> Figure | None:
        """One series of the world."""
        names = {WORLD: self.texts.economy(WORLD)}
        return self.over_years(key, {WORLD: self.past.series(indicator)}, names, **options)

    def openness(self) -> Figure:
        """World trade over output since 1870, with the backlashes shaded, beside interdependence as observed and in `baseline`."""
        texts, ours = self.texts, self.past.series("interdependence")
        series: dict[str, Series] = {
            **openness(),
            "observed": {year: 100 * value for year, value in ours.items()},
            "simulated": {year: 100 * value for year, value in baseline_path().items()},
        }
        names = {source.series: texts.label(source) for source in sources()}
        names |= {key: texts(f"history.openness_{key}") for key in ("observed", "simulated")}
        cells = [(year, code, value) for code, values in series.items() for year, value in values.items()]
        frame = pd.DataFrame(cells, columns=["year", "line", "value"])
        spans = [(fall.shock.first, fall.shock.last, "") for _, fall in backlashes()]
        title, subtitle, axis = (texts(f"history.openness{end}") for end in ("", "_note", "_axis"))
        alt = " ".join(
            texts("history.openness_alt", name=names[code], first=min(of), last=max(of), a=of[min(of)], b=of[max(of)])
            for code, of in series.items()
            if of
        )
        heads = [texts("table.year"), *names.values()]
        years = sorted({year for year, _, _ in cells})
        rows = [(str(y), *(number(of[y]) if y in of else "" for of in series.values())) for y in years]
        table = pd.DataFrame(rows, columns=heads)
        draw = partial(lines, frame, names, title=axis, zero=True, spans=spans, breaks=self.past.breaks)
        return Figure("openness", title, subtitle, alt, lambda width: draw(width=width), table, table)

    def advantage(self) -> Figure | None:
        """Revealed advantage of the pair and of the economies with the largest one in the first year."""
        frame = self.past.indicators
        rows = frame[(frame["indicator"] == "rca_labour_intensive") & (frame["year"] == self.past.years[0])]
        largest = rows.sort_values("value", ascending=False, kind="stable")["economy"].tolist()
        wanted = dict.fromkeys((self.past.exporter, self.past.importer, *(c for c in largest if c.upper() != "ROW")))
        codes = list(wanted)[: OTHERS + 2]
        series = {code: self.past.series("rca_labour_intensive", code) for code in codes}
        names = {code: self.economy(code) for code in codes}
        return self.over_years("advantage", series, names, factor=1.0, decimals=2, zero=True)


def figures(past: History, texts: Texts) -> dict[str, list[Figure]]:
    """Figures by section, in the order of the report; what has no data is left out."""
    draw = HistoryFigures(past, texts)
    world = (draw.of_world("interdependence", "interdependence"), draw.of_world("world_vs", "vs_foreign_content"))
    reversal = draw.of_world("reversal", "reversal_labour_abundance", factor=1.0, decimals=3, zero=True)
    sections: dict[str, Sequence[Figure | None]] = {
        "pair": (draw.vs(), draw.structure(), draw.use(), draw.dependence()),
        "world": world,
        "waves": (draw.openness(),),
        "reversal": (reversal, draw.advantage()),
    }
    return {key: [figure for figure in drawn if figure is not None] for key, drawn in sections.items()}


def render_history(past: History, lang: str = "both", *, command: str = "") -> str:
    """Return the HTML text of a history; ``lang`` is ``en``, ``zh`` or ``both`` with a switch, else ValueError."""

    def context(texts: Texts) -> dict[str, Any]:
        names, size, waves = Words(past, texts), past.sources[len(past.parts[0]) - 1], waves_table(texts)
        worst = min(past.responses(), key=lambda fall: fall.change, default=None)
        largest = ""
        if worst is not None and worst.change < 0:
            largest = texts(
                "history.largest",
                label=worst.shock.label(texts.lang),
                change=Change(worst.before, worst.low, "share").show(texts),
            )
        detail = texts("history.limit_detail", economies=size.economies, sectors=size.sectors)
        limits = [texts(f"history.limit_{key}") for key in ("prices", "purged", "abundance")]
        return {
            "template": "history.html.j2",
            "t": texts,
            "title": names.title,
            "headline": names.headline(),
            "world": names.world(),
            "sectors": ", ".join(texts.sector(code) for code in past.asked.sectors or ()),
            "sections": figures(past, texts),
            "shocks": shock_table(past, texts),
            "largest": largest,
            "waves": Table(waves[0], tuple(waves[1:])),
            "waves_said": waves_sentence(texts),
            "limits": list(filter(None, (names.break_note, detail, *limits))),
            "provenance": _provenance(past, texts, command),
        }

    return page(lang, context)


def waves_sentence(texts: Texts) -> str:
    """Whether each backlash was weaker than the one before, with its numbers, and where the series come from."""
    depths = [depth(fall) for _, fall in backlashes()]
    order = [index for index in range(1, len(depths)) if depths[index] >= depths[index - 1] and depths[index]]
    key = "all" if not order else "some" if weakening(depths) > 0 else "none"
    said = ", ".join(texts.label(backlashes()[index][1].shock) for index in order)
    counts = {"pairs": number(50 * (1 + weakening(depths)), 0), "exceptions": said}
    origin = " ".join(f"{texts.label(s)}: {s.source} ({s.status}; {s.licence}). {s.note}" for s in sources())
    return f"{texts(f'history.waves_{key}', **counts)} {origin}"


@cache
def baseline_path() -> dict[int, float]:
    """Interdependence of the world in `baseline`, by year: simulated now."""
    from sim.runs.runner import run

    return run("baseline", overrides=["expect=[]"]).series("interdependence")


def shock_table(past: History, texts: Texts) -> Table | None:
    """What world interdependence did around each shock; None when no shock falls in the years."""
    if not past.shocks:
        return None
    falls = {fall.shock.id: fall for fall in past.responses()}
    rows = []
    for shock in past.shocks:
        years = str(shock.first) if shock.first == shock.last else f"{shock.first}–{shock.last}"
        what = f"{shock.note(texts.lang)} ({shock.source})"
        fall = falls.get(shock.id)
        numbers = (texts("history.unmeasured"), "–", "–", "–")
        if fall:
            last = max(past.within(dict.fromkeys(past.years, 0.0), fall.year_low))
            back = texts("history.never", last=last) if fall.back is None else str(fall.back)
            numbers = (
                f"{level(fall.before, 'share')} ({fall.year_before})",
                f"{level(fall.low, 'share')} ({fall.year_low})",
                Change(fall.before, fall.low, "share").show(texts),
                back if fall.low < fall.before else texts("history.no_fall"),
            )
        rows.append((shock.label(texts.lang), years, what, *numbers))
    heads = tuple(texts(f"history.{key}") for key in ("shock", "years", "what", "before", "low", "change", "back"))
    return Table(heads, tuple(rows))


def _provenance(past: History, texts: Texts, command: str) -> list[tuple[str, str]]:
    sources = past.sources
    origin = dict.fromkeys(f"{table.source.rstrip('.')}. {table.licence}" for table in sources)
    residual = max(table.residual for table in sources)
    items = {
        "history.tables": f"{', '.join(table.name or str(table.year) for table in sources)} ({sources[0].unit})",
        "provenance.source": " · ".join(origin),
        "history.checksum": ", ".join(f"{table.year} {table.checksum[:12]}" for table in sources),
        "history.residual": f"{residual:.1e}",
        "provenance.versions": f"unweave {__version__}",
        "history.command": command,
    }
    return [(texts(item), value) for item, value in items.items() if value]
