"""The project's own table format: one compressed ``.npz`` with flows, labels and a JSON text of everything else.

Arrays: ``Z`` (n, n); ``F`` (n, G·C) economy-major with ``final_demand`` (C labels), or ``Y`` (n, G); ``X`` published
output (n,), optional; ``economies``, ``sectors``, ``sector_names``, ``final_demand`` as Unicode text; ``year``. Optional
rows (n,): ``published_value_added``, ``published_taxes``, ``primary`` (P, n), and ``final_tariff`` (G,). ``meta`` is JSON:
unit, source, licence, name, notes, names, members, groups and the order of the primary rows. Nothing is pickled.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DataMissingError, FormatError
from decomp.io.files import write_atomically
from decomp.io.settle import settle_lost_output
from decomp.table import WorldTable

#: Version of the layout, written into ``meta``.
SCHEMA_VERSION = 1
#: A table that unpacks to more than this is refused unless ``max_bytes`` says otherwise (full WIOD: 20 MB).
MAX_BYTES = 2 * 1024**3
_DATE = (1980, 1, 1, 0, 0, 0)
_TEXTS = ("unit", "source", "licence", "name", "value_added")
_LISTS = ("notes", "economy_names", "sector_names")
_MAPS = ("economy_members", "sector_members", "economy_groups", "sector_groups")
_ROWS = ("published_value_added", "published_taxes", "final_tariff")


def read_npz(path: str | Path, *, max_bytes: int = MAX_BYTES) -> WorldTable:
    """Read a table from the compact layout.

    Parameters
    ----------
    path : str or Path
    max_bytes : int
        Refuse files that unpack to more.

    Raises
    ------
    DataMissingError
        There is no such file.
    FormatError
        Not an npz, damaged, pickled, too large, or without the arrays of the layout; says which.
    TableError, LabelError
        The content is not a valid table.
    """
    path = Path(path)
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FormatError(f"{path}: cannot be read: {error.strerror or error}.") from None
    return read_npz_bytes(content, str(path), max_bytes=max_bytes)


def read_npz_bytes(content: bytes, where: str, *, max_bytes: int = MAX_BYTES) -> WorldTable:
    """Read a table from the bytes of an npz; ``where`` names it in messages."""
    return table_from(_arrays(content, where, max_bytes), where)


def write_npz(table: WorldTable, path: str | Path) -> Path:
    """Write a table in the compact layout: the same table gives the same bytes (fixed dates and order).

    Raises
    ------
    FormatError
        The place cannot be written; an existing file is then untouched.
    """
    return write_atomically(Path(path), to_npz_bytes(table))


def to_npz_bytes(table: WorldTable) -> bytes:
    """Return the bytes of the npz that :func:`write_npz` writes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in _to_arrays(table).items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(array, order="C"), version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content.getvalue(), compresslevel=9)
    return buffer.getvalue()


# -- reading -------------------------------------------------------------------------------------


def _arrays(content: bytes, where: str, max_bytes: int) -> dict[str, NDArray[Any]]:
    """Unpack every array, never unpickling; turn each way a file can be broken into one clear error."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
            if total > max_bytes:
                raise FormatError(
                    f"{where}: unpacks to {total / 1e6:,.0f} MB, more than the allowed {max_bytes / 1e6:,.0f} MB. "
                    "If the file is what you expect, pass a larger max_bytes."
                )
            return {
                entry.filename.removesuffix(".npy"): _array(archive.read(entry), entry.filename, where)
                for entry in archive.infolist()
                if entry.filename.endswith(".npy")
            }
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise FormatError(
            f"{where}: not a readable npz file ({error}). It is damaged or of another format; copy or download it again."
        ) from None


def _array(content: bytes, entry: str, where: str) -> NDArray[Any]:
    try:
        return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except ValueError as error:
        if "allow_pickle" in str(error) or "Object arrays" in str(error):
            raise FormatError(
                f"{where}: array {entry} holds pickled Python objects, which are never loaded. "
                "Save labels as text arrays (dtype '<U…') and numbers as numbers."
            ) from None
        raise FormatError(f"{where}: array {entry} is damaged ({error}).") from None


def table_from(arrays: Mapping[str, NDArray[Any]], where: str) -> WorldTable:
    """Make the table from the arrays of the layout; ``where`` names the file in messages."""
    for name in ("Z", "economies", "sectors"):
        if name not in arrays:
            raise FormatError(
                f"{where}: array {name!r} is missing; found {', '.join(sorted(arrays)) or 'none'}. "
                "A compact table needs Z, F or Y, economies and sectors."
            )
    economies, sectors = (_labels(arrays[name], name, where) for name in ("economies", "sectors"))
    for name in ("Z", "F", "Y", "X", "primary", *_ROWS):
        if name in arrays and arrays[name].dtype.kind not in "iuf":
            raise FormatError(f"{where}: array {name!r} has type {arrays[name].dtype}; expected numbers.")
    options = _options(_meta(arrays, where), arrays, where)
    options |= _demand(arrays, len(economies), len(economies) * len(sectors), where)
    options |= {name: arrays[name] for name in _ROWS if name in arrays}
    if "X" in arrays:
        options["published_output"] = arrays["X"]
    Z, n = arrays["Z"], len(economies) * len(sectors)
    if "final_demand" in options and Z.shape == (n, n) and "X" in arrays and arrays["X"].shape == (n,):
        Z, options["final_demand"], notes = settle_lost_output(
            Z, options["final_demand"], arrays["X"], economies, sectors
        )
        options["notes"] = (*options.get("notes", ()), *notes)
    return WorldTable(Z, options.pop("Y", None), economies, sectors, **options)


def _labels(array: NDArray[Any], name: str, where: str) -> tuple[str, ...]:
    if array.dtype.kind != "U" or array.ndim != 1 or not array.size:
        raise FormatError(
            f"{where}: array {name!r} has type {array.dtype} and shape {array.shape}; expected a list of text labels."
        )
    return tuple(str(label) for label in array)


def _meta(arrays: Mapping[str, NDArray[Any]], where: str) -> dict[str, Any]:
    if "meta" not in arrays:
        return {}
    text = arrays["meta"]
    if text.size != 1 or text.dtype.kind != "U":
        raise FormatError(
            f"{where}: array 'meta' has type {text.dtype} and shape {text.shape}; expected one JSON text."
        )
    try:
        meta = json.loads(text.item())
    except json.JSONDecodeError as error:
        raise FormatError(f"{where}: array 'meta' is not JSON ({error}).") from None
    if not isinstance(meta, dict):
        raise FormatError(f"{where}: array 'meta' holds {type(meta).__name__}; expected a JSON object.")
    return meta


def _options(meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], where: str) -> dict[str, Any]:
    """Keyword arguments of WorldTable from the JSON text and the small arrays."""
    options = options_from_meta(meta, where)
    if "sector_names" in arrays and "sector_names" not in options:
        options["sector_names"] = _labels(arrays["sector_names"], "sector_names", where)
    if "year" in arrays and arrays["year"].size == 1 and arrays["year"].dtype.kind in "iu":
        options["year"] = int(arrays["year"].item())
    if "primary" in arrays:
        names, rows = meta.get("primary", []), arrays["primary"]
        if len(names) != len(rows):
            raise FormatError(f"{where}: array 'primary' has {len(rows)} rows but 'meta' names {len(names)} of them.")
        options["primary"] = dict(zip(names, rows, strict=True))
    return options


def options_from_meta(meta: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Keyword arguments of WorldTable that the JSON text gives: provenance, names, members and groups."""
    version = meta.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise FormatError(
            f"{where}: schema_version is {version}; this version of the program reads {SCHEMA_VERSION}. Update it."
        )
    try:
        options: dict[str, Any] = {name: str(meta[name]) for name in _TEXTS if meta.get(name)}
        options |= {name: tuple(meta[name]) for name in _LISTS if meta.get(name)}
        options |= {name: {k: tuple(v) for k, v in meta[name].items()} for name in _MAPS if meta.get(name)}
    except (AttributeError, TypeError) as error:
        raise FormatError(f"{where}: the JSON text has an entry of the wrong kind ({error}).") from None
    return options


def _demand(arrays: Mapping[str, NDArray[Any]], G: int, n: int, where: str) -> dict[str, Any]:
    """Final demand: ``F`` (n, G·C) is reshaped to (n, G, C); ``Y`` (n, G) stays."""
    if "F" not in arrays:
        if "Y" not in arrays:
            raise FormatError(f"{where}: final demand is missing; expected array 'F' (n, G·C) or 'Y' (n, G).")
        return {"Y": arrays["Y"]}
    F = arrays["F"]
    labels = _labels(arrays["final_demand"], "final_demand", where) if "final_demand" in arrays else None
    C = F.size // (n * G) if labels is None else len(labels)
    if C == 0 or F.size != n * G * C or F.shape[0] != n:
        raise FormatError(
            f"{where}: array 'F' has shape {F.shape}; expected ({n}, {G}·C) for {G} economies and C = "
            f"{'the number of' if labels is None else C} categories."
        )
    return {"final_demand": F.reshape(n, G, C), "final_demand_labels": labels}


# -- writing -------------------------------------------------------------------------------------


def _to_arrays(table: WorldTable) -> dict[str, NDArray[Any]]:
    """Arrays of the layout in a fixed order."""
    arrays: dict[str, NDArray[Any]] = {"Z": _small(table.Z)}
    if table.final_demand is None:
        arrays["Y"] = _small(table.Y)
    else:
        arrays["F"] = _small(table.final_demand.reshape(table.n, -1))
        if table.final_demand_labels is not None:
            arrays["final_demand"] = np.array(table.final_demand_labels)
    if table.published_output is not None:
        arrays["X"] = _small(table.published_output)
    arrays |= {name: _small(getattr(table, name)) for name in _ROWS if getattr(table, name) is not None}
    if table.primary:
        arrays["primary"] = np.stack(list(table.primary.values()))
    arrays["economies"], arrays["sectors"] = np.array(table.economies), np.array(table.sectors)
    if table.sector_names is not None:
        arrays["sector_names"] = np.array(table.sector_names)
    if table.year is not None:
        arrays["year"] = np.array(table.year, dtype=np.int32)
    arrays["meta"] = np.array(json.dumps(meta_of(table), ensure_ascii=False, sort_keys=True))
    return arrays


def meta_of(table: WorldTable) -> dict[str, Any]:
    """Return what the JSON text holds: the inverse of :func:`options_from_meta`."""
    meta: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
    meta |= {name: getattr(table, name) for name in _TEXTS if getattr(table, name)}
    meta |= {name: list(getattr(table, name)) for name in _LISTS if getattr(table, name)}
    meta |= {name: {k: list(v) for k, v in getattr(table, name).items()} for name in _MAPS if getattr(table, name)}
    if table.primary:
        meta["primary"] = list(table.primary)
    return meta


def _small(array: NDArray[np.float64]) -> NDArray[Any]:
    """Whole numbers as int32, anything else as it is: no value changes."""
    whole = array.astype(np.int64, casting="unsafe") if np.abs(array).max(initial=0.0) < 2**31 else None
    if whole is not None and np.array_equal(whole, array):
        return whole.astype(np.int32)
    return array
