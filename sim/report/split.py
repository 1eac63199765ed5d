"""What moved it: the change of interdependence and vertical specialisation by channel, in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.channels import CHANNELS, RESIDUAL
from sim.charts import Figure, parts
from sim.report.figure import Drawing
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import NBSP, is_share, number, scale

if TYPE_CHECKING:
    from pandas import DataFrame

#: Table of a run that holds the parts; without it there is nothing to show.
TABLE = "attribution"
#: Indicators of the world in the sentences and the pictures over time, with the key of their picture.
OVER_TIME = {"interdependence": "split_world", "vs_foreign_content": "split_vs"}
#: Indicators of the economies in the pictures of the last year.
BY_ECONOMY = {"vs_foreign_content": "split_economies", "import_dependence": "split_dependence"}
#: What is left over is drawn from this displayed size on; in the tables it always stands.
_VISIBLE = 0.005


def rows_of(run: Run, indicator: str) -> DataFrame:
    """Parts of an indicator in displayed units: columns year, economy, part, value; empty when not attributed."""
    frame = run[TABLE]
    rows = frame[frame["indicator"] == indicator]
    factor = scale(str(rows["unit"].iloc[0])) if len(rows) else 1.0
    return rows[["year", "economy"]].assign(part=rows["channel"], value=rows["value"] * factor)


def effective(run: Run) -> list[str]:
    """Channels that move anything at all, in the order of the registry."""
    frame = run[TABLE]
    moving = set(frame.loc[frame["value"] != 0.0, "channel"])
    return [channel for channel in CHANNELS if channel in moving]


def world_split(run: Run) -> list[dict[str, Any]]:
    """The world's change in the last attributed year by indicator, with its parts: for ``--json``."""
    if TABLE not in run:
        return []
    frame = run[TABLE]
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
    found = {str(one["indicator"]): one for one in world_split(run)}
    sentences = [_sentence(found[name], effective(run), texts) for name in OVER_TIME if name in found]
    idle = [_inline(channel, texts) for channel in CHANNELS if TABLE in run and channel not in effective(run)]
    if sentences and idle:
        sentences.append(texts("attribution.idle", channels=texts("attribution.join").join(idle)))
    return sentences


def _sentence(one: Mapping[str, Any], channels: list[str], texts: Texts) -> str:
    unit, name = str(one["unit"]), texts(f"inline.{one['indicator']}")
    parts = [
        texts("attribution.part", channel=_inline(channel, texts), value=_amount(one["parts"][channel], unit, texts))
        for channel in channels
    ]
    sentence = texts(
        "attribution.sentence" if parts else "attribution.nothing",
        name=name[:1].upper() + name[1:],
        base=one["base_year"],
        year=one["year"],
        change=_amount(one["change"], unit, texts),
        parts=texts("attribution.join").join(parts),
        left=_amount(one["parts"][RESIDUAL], unit, texts),
    )
    return sentence[:1].upper() + sentence[1:]


def _amount(value: float, unit: str, texts: Texts) -> str:
    shown = number(value * scale(unit), 2, sign=True)
    return f"{shown}{NBSP}{texts('unit.pp')}" if is_share(unit) else shown


def _inline(channel: str, texts: Texts) -> str:
    label = CHANNELS[channel].label(texts.lang)
    return label[:1].lower() + label[1:]


class Splitter(Drawing):
    """Draws the parts of the changes of one run in one language."""

    def figures(self) -> dict[str, Figure]:
        """Figures by key; none when attribution was not asked for."""
        if TABLE not in self.run or len(set(self.run[TABLE]["year"])) < 2:
            return {}
        drawn = {key: self._over_time(key, name) for name, key in OVER_TIME.items()}
        drawn |= {key: self._by_economy(key, name) for name, key in BY_ECONOMY.items()}
        return {key: figure for key, figure in drawn.items() if figure is not None}

    def _over_time(self, key: str, indicator: str) -> Figure | None:
        frame = rows_of(self.run, indicator)
        frame = frame[frame["economy"] == WORLD]
        if frame.empty:
            return None
        table = frame.pivot_table(index="year", columns="part", values="value", aggfunc="sum")
        last = table.index.max()
        names = self._names()
        facts = " ".join(
            self.texts("attribution.fact", name=name, value=number(table.loc[last, part], 2, sign=True))
            for part, name in names.items()
        )
        return self.figure(
            key,
            lambda width: parts(
                frame,
                self._drawn(frame),
                whole=self.texts("attribution.whole"),
                title=self._axis(),
                width=width,
            ),
            self.texts("alt.parts", year=last, base=self.run.years[0], facts=facts),
            [self.texts("table.year"), *names.values(), self.texts("attribution.whole")],
            [[str(year), *_cells(table.loc[year], names)] for year in table.index],
        )

    def _by_economy(self, key: str, indicator: str) -> Figure | None:
        frame = rows_of(self.run, indicator)
        frame = frame[frame["year"] == frame["year"].max()] if len(frame) else frame
        if frame.empty:
            return None
        last = int(frame["year"].iloc[0])
        table = frame.pivot_table(index="economy", columns="part", values="value", aggfunc="sum")
        table = table.reindex([code for code in (WORLD, *self.run.economies) if code in table.index])
        change = table.sum(axis=1).sort_values(ascending=False, kind="stable")
        shown = frame.assign(name=[self.names.economy(code) for code in frame["economy"]])
        order = [self.names.economy(str(code)) for code in change.index]
        names = self._names()
        alt = self.texts(
            "alt.parts_economies",
            year=last,
            top=order[0], top_value=number(change.iloc[0], 2, sign=True),
            low=order[-1], low_value=number(change.iloc[-1], 2, sign=True),
        )  # fmt: skip
        return self.figure(
            key,
            lambda width: parts(
                shown, self._drawn(frame), order=order, whole=self.texts("attribution.whole"),
                title=self._axis(), width=width,
            ),
            alt,
            [self.texts("table.economy"), *names.values(), self.texts("attribution.whole")],
            [[self.names.economy(str(code)), *_cells(table.loc[code], names)] for code in change.index],
            title=self.texts(f"fig.{key}", base=self.run.years[0], year=last),
        )  # fmt: skip

    def _axis(self) -> str:
        return self.texts("fig.split_axis", base=self.run.years[0])

    def _names(self) -> dict[str, str]:
        """Columns of the tables: channels that move anything, then what is left over."""
        names = {channel: CHANNELS[channel].label(self.texts.lang) for channel in effective(self.run)}
        return {**names, RESIDUAL: self.texts("attribution.residual")}

    def _drawn(self, frame: DataFrame) -> dict[str, str]:
        """Parts in the picture: what is left over only where it can be seen."""
        left = frame.loc[frame["part"] == RESIDUAL, "value"].abs().max()
        return {part: name for part, name in self._names().items() if part != RESIDUAL or left >= _VISIBLE}


def _cells(row: Any, names: Mapping[str, str]) -> list[str]:
    """Cells of a table row: each part, then the whole change."""
    return [number(float(value), 2, sign=True) for value in (*(row[part] for part in names), row.sum())]
