"""The tidy tables of a run, as frames and as files: CSV for reading anywhere, Parquet for speed, the same bytes for the same run."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame
from pyarrow import csv

from decomp.table import WorldTable
from decomp.terms import TERM_CODES
from decomp.wwz import wwz
from sim.calibration import parameters
from sim.errors import OutputError
from sim.indicators import PLACES
from sim.levers import EVENT, POLICY, of_use
from sim.runs.brief import decisive, effects, people
from sim.runs.compare import evaluate, value_of
from sim.runs.manifest import COLUMNS
from sim.runs.result import RunResult
from sim.runs.saved import ON_REQUEST, TABLES, WORLD, columns_of
from sim.scenario.read import Question, question_of
from sim.scenario.schema import BASE, Scenario
from sim.texts.words import no_formula

#: Tables whose numbers are shown as the user gave them, so that text ("inf", "default") can stand beside numbers.
_AS_TEXT = frozenset({"assumptions", "levers"})
#: Significant digits of every number in the tables, and the largest power of ten that a double holds exactly.
DIGITS, _EXACT_POWER = 10, 22


def tables_of(result: RunResult, companions: Mapping[tuple[str, str], RunResult]) -> dict[str, DataFrame]:
    """All tables of a run by name, in the order of :data:`sim.runs.saved.TABLES`; companions by kind and name."""
    scenario, indicators = result.scenario, result.indicators
    others = {name: run.indicators for (kind, name), run in companions.items() if kind in ("scenario", "contrast")}
    asked = question_of(result.loaded)
    beside = [pd.DataFrame(columns=list(TABLES["companions"]))] if not companions else []
    for (kind, name), run in companions.items():
        kept = run.indicators["indicator"].isin(
            (*PLACES["companions"], *(asked.indicators if kind == "contrast" else ()))
        )
        beside.append(run.indicators[kept].assign(kind=kind, companion=name))
    made = {
        "indicators": indicators,
        "pairs": result.pairs,
        "interdependence": result.interdependence,
        "decisions": result.decisions,
        "levers": levers(scenario),
        "checks": result.checks,
        "expectations": evaluate(scenario.expect, indicators, scenario.years, others),
        "companions": pd.concat(beside),
        "assumptions": assumptions(scenario),
        "base_year": base_year(result.base_table, indicators),
    }
    extra = {} if np.isinf(scenario.economy.mobility) else {"workers": workers(result)}
    return {name: made[name] for name in TABLES} | extra | against(result, companions, asked)


def against(
    result: RunResult, companions: Mapping[tuple[str, str], RunResult], asked: Question
) -> dict[str, DataFrame]:
    """The run set against its contrast in the year asked about, the last finished one at most; empty without the contrast."""
    contrast = companions.get(("contrast", asked.versus))
    if len(result.years) < 2 or (contrast is None and asked.versus != BASE):
        return {}
    year = min(asked.at, result.years[-1])
    return {"effects": effects(result, contrast, year), "decisive": decisive(result, contrast, asked, year)}


def workers(result: RunResult) -> DataFrame:
    """Real pay of those who began in a sector, its wage and the people at work there by year, economy and sector."""
    table, first, frames = result.base_table, result.records[0].equilibrium, []
    for record in result.records:
        found, n = record.equilibrium, table.N
        real = np.array([record.indicators.value("real_wage", r) for r in range(table.G)])
        mean = (real / found.wage)[:, None]
        columns = {
            "year": record.year,
            "economy": np.repeat(table.economies, n),
            "sector": np.tile(table.sectors, table.G),
            "real_pay": (found.group_wage * mean).ravel(),
            "wage": (found.sector_wage * mean).ravel(),
            "jobs": people(record, first.labour_payments).ravel(),
        }
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def sector_terms(result: RunResult) -> DataFrame:
    """Gross exports and their 16 terms by year, pair and exporter's sector, a row each (``outputs: [sectors]``)."""
    unit, key = result.base_table.unit, ["exporter", "importer", "sector"]
    frames = []
    for year in result.years:
        long = result.decomposition(year).frame("sector", groups=True)
        wide = long[long["term"].isin(TERM_CODES) | (long["term"] == "exports")]
        wide = wide.pivot_table(index=key, columns="term", values="value", sort=False).reset_index()
        frames.append(wide.assign(year=year, unit=unit))
    return pd.concat(frames, ignore_index=True)[list(ON_REQUEST["sector_terms"])]


def levers(scenario: Scenario) -> DataFrame:
    """What the scenario sets: one row for each policy and event, labels and groups as written."""
    rows: list[tuple[Any, ...]] = []
    for policy in scenario.policies:
        size = f"{policy.amount:{'' if policy.value is not None else '+'}.10g}"
        unit = POLICY[policy.lever].unit
        code = of_use(policy.lever, policy.use)
        rows.append(("policy", code, policy, size, unit, policy.first, policy.last, policy.ramp))
    for event in scenario.events:
        unit, last = EVENT[event.type].unit, event.first + event.duration - 1
        code = of_use(event.type, event.use)
        rows.append(("event", code, event, f"{event.size:.10g}", unit, event.first, last, ""))
    places = [[" ".join(labels) for labels in (entry.who, entry.partners, entry.sectors)] for _, _, entry, *_ in rows]
    listed = [(kind, name, *place, *rest) for (kind, name, _, *rest), place in zip(rows, places, strict=True)]
    return pd.DataFrame(listed, columns=list(TABLES["levers"]))


def assumptions(scenario: Scenario) -> DataFrame:
    """Every parameter with the value that the run used, its default, range, source and status."""
    known, used = parameters(), dict(settings(scenario))
    rows: list[tuple[Any, ...]] = []
    for one in known.values():
        value = used.get(one.id, one.value)
        about = (one.unit, one.source, one.status, value != one.value, one.note)
        rows.append((one.id, value, one.value, one.low, one.high, *about))
    for path, value in used.items():
        general = path.partition(":")[2]
        if path in known or not general:
            continue
        default = known[general.removesuffix("_factor")]
        if general in known:
            numbers, unit = (used.get(general, default.value), default.low, default.high), default.unit
        else:
            numbers, unit = (1.0, 1.0, 1.0), "factor on the calibrated value"
        own = ("the scenario", "override for one economy or group", True, default.note)
        rows.append((path, value, *numbers, unit, *own))
    frame = pd.DataFrame(rows, columns=list(TABLES["assumptions"]))
    for column in ("value", "default", "low", "high"):
        frame[column] = [f"{float(number):.10g}" for number in frame[column]]
    return frame


def settings(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """Numeric settings of a scenario by parameter id; overrides of one economy as ``CHN:automation.robot_speed``."""

    def numbers(prefix: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for key, value in tree.items():
            if isinstance(value, Mapping):
                yield from numbers(f"{prefix}.{key}", value)
            elif isinstance(value, int | float):
                yield f"{prefix}.{key}", value

    yield from numbers("economy", scenario.economy.model_dump())
    for family, entry in scenario.behaviour.model_dump().items():
        overrides = entry.pop("overrides", {})
        yield from numbers(family, entry)
        for who, own in overrides.items():
            yield from ((f"{who}:{path}", value) for path, value in numbers(family, own))


def base_year(table: WorldTable, indicators: DataFrame) -> DataFrame:
    """Base-year figures of the table as published beside those simulated from it (negative final demand purged)."""
    done = wwz(table)
    terms, exports = done.terms.sum(axis=(2, 3)), done.exports.sum(axis=(1, 2))
    whole = np.append(terms, terms.sum(axis=1, keepdims=True), axis=1)
    gross = np.append(exports, exports.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        published = {
            "exports": gross,
            "dva_share": whole[:8].sum(axis=0) / gross,
            "vs_one_minus_dva": 1 - whole[:8].sum(axis=0) / gross,
            "vs_foreign_content": whole[10:].sum(axis=0) / gross,
        }
    year = int(indicators["year"].iloc[0]) if len(indicators) else 0
    units = dict(zip(indicators["indicator"], indicators["unit"], strict=True))
    rows = [
        (economy, name, float(values[k]), value_of(indicators, name, economy, year), units.get(name, ""))
        for name, values in published.items()
        for k, economy in enumerate((*table.economies, WORLD))
    ]
    return pd.DataFrame(rows, columns=list(TABLES["base_year"]))


def tidy(name: str, frame: DataFrame) -> DataFrame:
    """Give a table its columns in their order, further ones after them, and round its numbers; rows keep their order.

    A column that is missing is a ValueError.
    """
    columns = list(columns_of(name))
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise ValueError(f"table {name!r} lacks the columns {', '.join(absent)}; it has {', '.join(frame.columns)}")
    columns += [column for column in frame.columns if column not in columns]
    out = frame[columns].reset_index(drop=True)
    for column in columns:
        if _kind(name, column) is float:
            out[column] = round_significant(np.asarray(out[column], dtype=np.float64))
    return out


def _kind(table: str, column: str) -> type:
    """What a column of a table holds; columns that no table has to have are text."""
    kind = COLUMNS.get(column, (str, "", ""))[0]
    return str if kind is float and table in _AS_TEXT else kind


def arrow(name: str, frame: DataFrame) -> pa.Table:
    """Typed Arrow table of a tidy frame, without pandas metadata; NaN becomes null."""
    columns: dict[str, Any] = {}
    for column, values in frame.items():
        kind = _kind(name, str(column))
        if kind is int:
            columns[str(column)] = pa.array([None if v is None or v != v else int(v) for v in values], type=pa.int64())
        elif kind is bool:
            columns[str(column)] = pa.array([bool(v) for v in values], type=pa.bool_())
        elif kind is float:
            columns[str(column)] = pa.array(np.asarray(values, dtype=np.float64), type=pa.float64(), from_pandas=True)
        else:  # labels repeat: convert each distinct one once
            codes, distinct = values.factorize()
            texts = [f"{round_significant(v).item():.10g}" if isinstance(v, float) else str(v) for v in distinct]
            places = pa.array(np.where(codes < 0, len(texts), codes))
            columns[str(column)] = pa.array([*texts, None], type=pa.string()).take(places)
    return pa.table(columns)


def write_tables(tables: Mapping[str, DataFrame], folder: Path) -> dict[str, int]:
    """Write each table as ``<name>.csv`` and ``<name>.parquet``; returns the number of rows by file name.

    In the CSV, and only there, texts that a spreadsheet would compute have an apostrophe before them (:func:`no_formula`).
    """
    rows: dict[str, int] = {}
    for name, frame in tables.items():
        table = arrow(name, frame)
        with replacing(folder / f"{name}.parquet") as path:
            pq.write_table(table, path, compression="zstd", write_statistics=False)
        for k, column in enumerate(table.columns):
            if pa.types.is_string(column.type):
                encoded = column.combine_chunks().dictionary_encode()
                safe = [no_formula(text) for text in encoded.dictionary.to_pylist()]
                if safe != encoded.dictionary.to_pylist():
                    table = table.set_column(k, table.field(k), pa.array(safe, pa.string()).take(encoded.indices))
        with replacing(folder / f"{name}.csv") as path:
            for quotes in ("none", "needed"):  # tables of codes need none and are a third smaller
                with path.open("wb") as file:
                    file.write(f"{','.join(table.column_names)}\n".encode())
                    try:
                        csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style=quotes))
                        break
                    except pa.ArrowInvalid:
                        if quotes == "needed":
                            raise
        rows[f"{name}.csv"] = rows[f"{name}.parquet"] = table.num_rows
    return rows


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path that becomes ``path`` when the block ends well: the file is complete or as it was before.

    A file that cannot be written is an OutputError.
    """
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        advice = "Free space, or choose another folder with -o."
        raise OutputError(f"cannot write {path}: {error.strerror or error}. {advice}") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def round_significant(values: ArrayLike, digits: int = DIGITS) -> NDArray[np.float64]:
    """Round each number to ``digits`` significant digits; NaN and infinities stay, −0 becomes 0.

    Values of any shape, 1 to 15 digits. Returns ndarray of the same shape: each value is the double nearest to its rounded decimal,
    so that it prints with at most ``digits``.

    >>> round_significant([0.123456789012, 123456789012.0]).tolist()
    [0.123456789, 123456789000.0]
    """
    x = np.array(values, dtype=np.float64)
    flat = x.reshape(-1)
    use = np.isfinite(flat) & (flat != 0)
    power = np.zeros(flat.shape, dtype=np.int64)
    power[use] = digits - 1 - np.floor(np.log10(np.abs(flat[use]))).astype(np.int64)
    # x · 10^p and its quotient are correctly rounded while 10^|p| is exact; outside, the decimal text decides.
    up, down = use & (power >= 0) & (power <= _EXACT_POWER), use & (power < 0) & (power >= -_EXACT_POWER)
    flat[up] = np.rint(flat[up] * 10.0 ** power[up]) / 10.0 ** power[up]
    flat[down] = np.rint(flat[down] / 10.0 ** -power[down]) * 10.0 ** -power[down]
    for at in np.flatnonzero(use & ~up & ~down):
        flat[at] = float(f"{flat[at]:.{digits - 1}e}")
    flat += 0.0
    return x
