"""The section of a report about its ensemble: bands of the world's indicators, ranges of incomes, what was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.charts import Figure, band, ranges
from sim.indicators import PLACES
from sim.report.figure import Drawing
from sim.report.names import Names
from sim.report.sections import Table
from sim.runs.saved import WORLD, Run
from sim.texts import Texts
from sim.texts.formats import is_ratio, is_share, level, number, scale

if TYPE_CHECKING:
    from pandas import DataFrame

#: Indicators of the world drawn with their bands.
BANDS = PLACES["bands"]
QUANTILES = ("q05", "q25", "q50", "q75", "q95")
INCOME = "real_income"


def band_figures(run: Run, texts: Texts, names: Names) -> Mapping[str, Figure]:
    """Figures by key; empty for a run without bands or without a simulated year."""
    if "bands" not in run or len(run.years) < 2:
        return {}
    drawing = Drawing(run, texts, names)
    found = {f"band_{name}": _band(drawing, name) for name in BANDS}
    found["band_incomes"] = _incomes(drawing)
    return {key: figure for key, figure in found.items() if figure is not None}


def _rows(run: Run, indicator: str) -> DataFrame:
    """Bands of an indicator with the value as written beside them, in the units of the tables."""
    bands, written = run["bands"], run["indicators"]
    chosen = bands[bands["indicator"] == indicator]
    plain = written[written["indicator"] == indicator][["year", "economy", "value"]].rename(
        columns={"value": "written"}
    )
    return chosen.merge(plain, on=["year", "economy"], how="inner")


def _band(drawing: Drawing, indicator: str) -> Figure | None:
    texts = drawing.texts
    frame = _rows(drawing.run, indicator)
    frame = frame[frame["economy"] == WORLD]
    if len(frame) < 2:
        return None
    unit = drawing.run.unit(indicator)
    shown = frame[["year"]].assign(**{name: frame[name] * scale(unit) for name in (*QUANTILES, "written")})
    mark = "%" if is_share(unit) else texts("unit.ratio") if is_ratio(unit) else unit
    last = frame.iloc[-1]
    name = drawing.names.indicator(indicator)
    alt = texts(
        "ensemble.alt", name=name, low=level(last["q05"], unit), high=level(last["q95"], unit),
        middle=level(last["q50"], unit), **drawing.span,
    )  # fmt: skip
    heads = [texts("table.year"), texts("ensemble.written"), "5 %", "25 %", "50 %", "75 %", "95 %"]
    rows = [
        [str(int(row["year"])), *(number(row[column], 2) for column in ("written", *QUANTILES))]
        for row in shown.to_dict("records")
    ]
    title = texts("ensemble.band", name=name)
    return drawing.figure(
        f"band_{indicator}", lambda width: band(shown, title=mark, width=width), alt, heads, rows, title
    )


def _incomes(drawing: Drawing) -> Figure | None:
    """Ranges of real income in the last year, per cent against the base year."""
    texts, year = drawing.texts, drawing.run.years[-1]
    frame = _rows(drawing.run, INCOME)
    frame = frame[(frame["year"] == year) & frame["economy"].isin(list(drawing.run.economies))]
    if frame.empty:
        return None
    shown = frame[["economy"]].assign(**{name: 100 * (frame[name] - 1) for name in (*QUANTILES, "written")})
    shown["name"] = [drawing.names.economy(str(code)) for code in shown["economy"]]
    shown = shown.sort_values("written", ascending=False, kind="stable")
    widest = shown.iloc[int((shown["q95"] - shown["q05"]).to_numpy().argmax())]
    alt = texts(
        "ensemble.alt_incomes", year=year, name=widest["name"], low=number(widest["q05"], 1, sign=True),
        high=number(widest["q95"], 1, sign=True),
    )  # fmt: skip
    heads = [texts("table.economy"), texts("ensemble.written"), "5 %", "25 %", "50 %", "75 %", "95 %"]
    rows = [
        [str(row["name"]), *(number(row[column], 1, sign=True) for column in ("written", *QUANTILES))]
        for row in shown.to_dict("records")
    ]
    order = [str(name) for name in shown["name"]]
    return drawing.figure(
        "band_incomes",
        lambda width: ranges(shown, order, title=texts("fig.incomes_axis"), width=width),
        alt, heads, rows, texts("ensemble.incomes", year=year), texts("ensemble.incomes_note"),
    )  # fmt: skip


def about(run: Run, texts: Texts, names: Names) -> dict[str, Any] | None:
    """Sentences and the table of what was drawn; None for a run without an ensemble."""
    if run.manifest.get("ensemble") is None:
        return None
    failed = run.manifest["ensemble"]["failures"] or run.manifest["ensemble"]["status"] == "cancelled"
    return {
        "drawn": drawn_sentence(run, texts),
        "reading": texts("ensemble.reading"),
        "premise": texts("ensemble.premise"),
        "failures": failure_sentence(run, texts) if failed else "",
        "table": _table(run, texts, names),
    }


def drawn_sentence(run: Run, texts: Texts) -> str:
    """Say in one sentence what the runs differ in."""
    ensemble = run.manifest["ensemble"]
    ranged = [one for one in ensemble["drawn"] if not one.get("choices")]
    sets = [one for one in ensemble["drawn"] if one.get("choices")]
    parts = [texts("ensemble.parameters", count=len(ranged))] if ranged else []
    parts += [texts("ensemble.choices", count=len(one["choices"])) for one in sets]
    for key in ("adoption_timing", "productivity_shock"):
        if ensemble[key]:
            word = "timing" if key == "adoption_timing" else "shocks"
            parts.append(texts(f"ensemble.{word}", spread=ensemble[key]))
    count = len(ensemble["failures"]) + ensemble["finished"]
    return texts("ensemble.drawn", count=count, parts=("；" if texts.lang == "zh" else "; ").join(parts))


def failure_sentence(run: Run, texts: Texts) -> str:
    """Say which runs did not finish, or that the ensemble was stopped."""
    ensemble = run.manifest["ensemble"]
    parts = []
    if ensemble["failures"]:
        messages = [
            texts("ensemble.failure", member=one["member"], message=one["message"]) for one in ensemble["failures"]
        ]
        parts.append(
            texts(
                "ensemble.some_failed", failed=len(messages), planned=ensemble["planned"], messages="; ".join(messages)
            )
        )
    if ensemble["status"] == "cancelled":
        parts.append(texts("ensemble.stopped", finished=ensemble["finished"], planned=ensemble["planned"]))
    return " ".join(parts)


def _table(run: Run, texts: Texts, names: Names) -> Table:
    """Every drawn parameter with its range."""
    rows = []
    for one in run.manifest["ensemble"]["drawn"]:
        label = names.parameter(one["id"])
        shown = f"{label} · {one['id']}" if label != one["id"] else label
        if one.get("choices"):
            sets = texts("ensemble.sets", sets=", ".join(one["choices"]))
            rows.append((shown, "–", sets, "–", "", texts("ensemble.calibration")))
        else:
            origin = texts(f"ensemble.{one['range_from']}")
            rows.append((shown, one["low"], one["mode"], one["high"], one["unit"], origin))
    heads = [texts("table.parameter"), *(texts(f"ensemble.{key}") for key in ("low", "mode", "high"))]
    return Table((*heads, texts("table.unit"), texts("ensemble.range")), tuple(rows))
