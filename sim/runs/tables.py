"""The tidy tables that a run folder holds beside the result's own: links, levers, expectations, assumptions, base year."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from decomp.terms import TERM_CODES
from sim.indicators import PLACES
from sim.levers import EVENT, POLICY
from sim.runs.compare import evaluate
from sim.runs.saved import ON_REQUEST, TABLES, WORLD, columns_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pandas import DataFrame

    from decomp.table import WorldTable
    from sim.runs.result import RunResult
    from sim.scenario.schema import Scenario


#: Indicators that are kept of companion runs.
KEPT = PLACES["companions"]


def tables_of(result: RunResult, companions: Mapping[tuple[str, str], RunResult]) -> dict[str, DataFrame]:
    """All tables of a run by name, in the order of :data:`sim.runs.saved.TABLES`; companions by kind and name."""
    scenario, indicators = result.scenario, result.indicators
    others = {name: run.indicators for (kind, name), run in companions.items() if kind == "scenario"}
    made = {
        "indicators": indicators,
        "pairs": result.pairs,
        "interdependence": result.interdependence,
        "decisions": result.decisions,
        "levers": levers(scenario),
        "checks": result.checks,
        "expectations": evaluate(scenario.expect, indicators, scenario.years, others),
        "companions": _companions(companions),
        "assumptions": assumptions(scenario),
        "base_year": base_year(result.base_table, indicators),
    }
    return {name: made[name] for name in TABLES}


def sector_terms(result: RunResult) -> DataFrame:
    """Gross exports and their 16 terms by year, pair and exporter's sector, a row each (``outputs: [sectors]``)."""
    import pandas as pd

    unit, key = result.base_table.unit, ["exporter", "importer", "sector"]
    frames = []
    for year in result.years:
        tidy = result.decomposition(year).frame("sector", groups=True)
        wide = tidy[tidy["term"].isin(TERM_CODES) | (tidy["term"] == "exports")]
        wide = wide.pivot_table(index=key, columns="term", values="value", sort=False).reset_index()
        frames.append(wide.assign(year=year, unit=unit))
    return pd.concat(frames, ignore_index=True)[list(ON_REQUEST["sector_terms"])]


def _companions(companions: Mapping[tuple[str, str], RunResult]) -> DataFrame:
    import pandas as pd

    frames = []
    for (kind, name), run in companions.items():
        frame = run.indicators
        frames.append(frame[frame["indicator"].isin(KEPT)].assign(kind=kind, companion=name))
    return pd.concat(frames) if frames else pd.DataFrame(columns=list(TABLES["companions"]))


def levers(scenario: Scenario) -> DataFrame:
    """What the scenario sets: one row for each policy and event, labels and groups as written."""
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for policy in scenario.policies:
        sign = "" if policy.value is not None else "+" if policy.amount >= 0 else ""
        rows.append(
            (
                "policy",
                policy.lever,
                *_whom(policy),
                f"{sign}{policy.amount:.10g}",
                POLICY[policy.lever].unit,
                policy.first,
                policy.last,
                policy.ramp,
            )
        )
    for event in scenario.events:
        last = event.first + event.duration - 1
        rows.append(
            ("event", event.type, *_whom(event), f"{event.size:.10g}", EVENT[event.type].unit, event.first, last, "")
        )
    return pd.DataFrame(rows, columns=list(TABLES["levers"]))


def _whom(entry: Any) -> tuple[str, str, str]:
    return " ".join(entry.who), " ".join(entry.partners), " ".join(entry.sectors)


def assumptions(scenario: Scenario) -> DataFrame:
    """Every parameter with the value that the run used, its default, range, source and status."""
    import pandas as pd

    from sim.calibration import parameters

    used = dict(settings(scenario))
    rows = []
    for one in parameters().values():
        value = used.get(one.id, one.value)
        rows.append(
            (
                one.id,
                _plain(value),
                _plain(one.value),
                _plain(one.low),
                _plain(one.high),
                one.unit,
                one.source,
                one.status,
                value != one.value,
                one.note,
            )
        )
    known = parameters()
    for path, value in used.items():
        if path not in known and ":" in path:
            general = path.partition(":")[2]
            is_factor = general not in known
            default = known[general.removesuffix("_factor")]
            usual, unit = (
                (1.0, "factor on the calibrated value")
                if is_factor
                else (used.get(general, default.value), default.unit)
            )
            low, high = (1.0, 1.0) if is_factor else (default.low, default.high)
            rows.append(
                (
                    path,
                    _plain(value),
                    _plain(usual),
                    _plain(low),
                    _plain(high),
                    unit,
                    "the scenario",
                    "override for one economy or group",
                    True,
                    default.note,
                )
            )
    return pd.DataFrame(rows, columns=list(TABLES["assumptions"]))


def settings(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """Numeric settings of a scenario by parameter id; overrides of one economy as ``CHN:automation.robot_speed``."""
    yield from _numbers("economy", scenario.economy.model_dump())
    for family, entry in scenario.behaviour.model_dump().items():
        overrides = entry.pop("overrides", {})
        yield from _numbers(family, entry)
        for who, given in overrides.items():
            yield from ((f"{who}:{path}", value) for path, value in _numbers(family, given))


def _numbers(prefix: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _numbers(f"{prefix}.{key}", value)
        elif isinstance(value, int | float):
            yield f"{prefix}.{key}", value


def _plain(value: Any) -> str:
    return f"{float(value):.10g}"


def base_year(table: WorldTable, indicators: DataFrame) -> DataFrame:
    """Base-year figures of the table as published beside those simulated from it (negative final demand purged)."""
    import pandas as pd

    from decomp.wwz import wwz
    from sim.runs.compare import value_of

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


#: Columns that are whole numbers, truth values or fractions; all others are text.
_WHOLE = frozenset({"year", "from", "to", "at", "member", "members", "seed", "first", "last"})
_TRUTH = frozenset({"passed", "changed"})
_NUMBER = frozenset(
    {
        "value",
        "before",
        "after",
        "tolerance",
        "margin",
        "low",
        "mode",
        "high",
        "default",
        "published",
        "simulated",
        "q05",
        "q25",
        "q50",
        "q75",
        "q95",
        "exports",
        *TERM_CODES,
    }
)
#: Tables whose numbers are shown as the user gave them, so that text ("inf", "default") can stand beside numbers.
_AS_TEXT = frozenset({"assumptions", "levers"})


def tidy(name: str, frame: DataFrame) -> DataFrame:
    """Give a table its columns in their order, further ones after them, and round its numbers; rows keep their order.

    Raises
    ------
    ValueError
        A column of the table is missing.
    """
    columns = list(columns_of(name))
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise ValueError(f"table {name!r} lacks the columns {', '.join(absent)}; it has {', '.join(frame.columns)}")
    columns += [column for column in frame.columns if column not in columns]
    out = frame[columns].reset_index(drop=True)
    if name in _AS_TEXT:
        return out
    for column in columns:
        if column in _NUMBER:
            out[column] = round_significant(np.asarray(out[column], dtype=np.float64))
    return out


def arrow(name: str, frame: DataFrame) -> pa.Table:
    """Typed Arrow table of a tidy frame, without pandas metadata; NaN becomes null."""
    import pyarrow as pa

    return pa.table({column: _column(name, column, frame) for column in frame.columns})


def _column(name: str, column: str, frame: DataFrame) -> pa.Array:
    import pyarrow as pa

    values = frame[column]
    if column in _WHOLE:
        return pa.array([None if v is None or v != v else int(v) for v in values], type=pa.int64())
    if column in _TRUTH:
        return pa.array([bool(v) for v in values], type=pa.bool_())
    if column in _NUMBER and name not in _AS_TEXT:
        return pa.array(np.asarray(values, dtype=np.float64), type=pa.float64(), from_pandas=True)
    # Labels repeat: convert each distinct one once.
    codes, distinct = values.factorize()
    texts = pa.array([_text(v) for v in distinct], type=pa.string())
    return texts.take(pa.array(np.where(codes < 0, 0, codes), mask=codes < 0)) if len(distinct) else _empty(values)


def _empty(values: Any) -> pa.Array:
    import pyarrow as pa

    return pa.array([None] * len(values), type=pa.string())


def _text(value: Any) -> str:
    return f"{round_significant(value).item():.10g}" if isinstance(value, float) else str(value)


def write_tables(tables: Mapping[str, DataFrame], folder: Path) -> dict[str, int]:
    """Write each table as ``<name>.csv`` and ``<name>.parquet``; returns the number of rows by file name."""
    import pyarrow.parquet as pq

    folder.mkdir(exist_ok=True)
    rows: dict[str, int] = {}
    for name, frame in tables.items():
        table = arrow(name, frame)
        _write_csv(table, folder / f"{name}.csv")
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", write_statistics=False)
        rows[f"{name}.csv"] = rows[f"{name}.parquet"] = table.num_rows
    return rows


def _write_csv(table: pa.Table, path: Path) -> None:
    """Write CSV with quotes only where some text needs them: tables of codes get none and are a third smaller."""
    from pyarrow import ArrowInvalid, csv

    for quotes in ("none", "needed"):
        with path.open("wb") as file:
            file.write(f"{','.join(table.column_names)}\n".encode())
            try:
                csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style=quotes))
            except ArrowInvalid:  # some text needs quotes
                if quotes == "needed":
                    raise
            else:
                return


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


#: Significant digits of every number in the tables.
DIGITS = 10
#: Largest power of ten that a double holds exactly.
_EXACT_POWER = 22


def round_significant(values: ArrayLike, digits: int = DIGITS) -> NDArray[np.float64]:
    """Round each number to ``digits`` significant digits; NaN and infinities stay, −0 becomes 0.

    Parameters
    ----------
    values : array_like
        Any shape.
    digits : int
        Significant digits, 1 to 15.

    Returns
    -------
    ndarray
        Same shape. Each value is the double nearest to its rounded decimal, so that it prints with at most ``digits``.

    Examples
    --------
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
