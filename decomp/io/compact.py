"""The project's own table format: one compressed ``.npz`` with flows, labels and a JSON text of everything else.

Arrays: ``Z`` (n, n); ``F`` (n, G·C) economy-major with ``final_demand`` (C labels), or ``Y`` (n, G); ``X`` published
output (n,), optional; ``economies``, ``sectors``, ``sector_names``, ``final_demand`` as Unicode text; ``year``. Optional
rows (n,): ``published_value_added``, ``published_taxes``, ``primary`` (P, n), and ``final_tariff`` (G,). ``meta`` is JSON:
unit, source, licence, name, estimate, notes, names, members, groups and the order of the primary rows. Nothing is pickled.
"""

import io
import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decomp.errors import FormatError
from decomp.io.files import MAX_BYTES, existing, reading, refuse_large, refuse_many, write_atomically
from decomp.labels import listed
from decomp.table import Array, WorldTable

Arrays = Mapping[str, NDArray[Any]]

#: Version of the layout, written into ``meta``.
SCHEMA_VERSION = 1
#: Inputs that may be booked as final use, as a share of the world's intermediate flows: rounding losses only.
LOST_OUTPUT = 1e-6
_DATE = (1980, 1, 1, 0, 0, 0)
_TEXTS = ("unit", "source", "licence", "name", "value_added", "estimate")
_LISTS = ("notes", "economy_names", "sector_names")
_MAPS = ("economy_members", "sector_members", "economy_groups", "sector_groups")
_ROWS = ("published_value_added", "published_taxes", "final_tariff")


def read_npz(path: str | Path, *, max_bytes: int = MAX_BYTES) -> WorldTable:
    """Read a table from the compact layout.

    Files that unpack to more than ``max_bytes`` are refused before they are unpacked, pickled objects always. Raises as
    :func:`decomp.io.load`; the message names the array.
    """
    path = existing(path)
    with reading(path, "npz file"):
        return read_npz_bytes(path.read_bytes(), str(path), max_bytes=max_bytes)


def read_npz_bytes(content: bytes, where: str, *, max_bytes: int = MAX_BYTES) -> WorldTable:
    """Read a table from the bytes of an npz; ``where`` names it in messages. Raises as :func:`read_npz`."""
    with reading(where, "npz file"), zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {e.filename.removesuffix(".npy"): e for e in archive.infolist() if e.filename.endswith(".npy")}
        refuse_large(sum(entry.file_size for entry in entries.values()), where, limit=max_bytes, verb="unpacks to")
        return table_from({name: _array(archive, entry, where) for name, entry in entries.items()}, where)


def write_npz(table: WorldTable, path: str | Path) -> Path:
    """Write a table in the compact layout: the same table gives the same bytes (fixed dates and order)."""
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


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str) -> NDArray[Any]:
    """Unpack one array, never unpickling; what its header declares is checked before memory is taken for it."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FormatError(
            f"{where}: array {entry.filename} is packed by method {entry.compress_type}; numpy writes deflate."
        )
    content = archive.read(entry)
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, in_columns, dtype = header(stream)
    if dtype.hasobject:
        raise FormatError(
            f"{where}: array {entry.filename} holds pickled Python objects, which are never loaded. "
            "Save labels as text arrays (dtype '<U…') and numbers as numbers."
        )
    held = len(content) - stream.tell()
    if min(shape, default=0) < 0 or not dtype.itemsize or math.prod(shape) * dtype.itemsize != held:
        raise FormatError(
            f"{where}: array {entry.filename} is damaged: it declares {dtype} of shape {shape} and holds {held} bytes."
        )
    flat = np.frombuffer(content, dtype, offset=stream.tell())
    return flat.reshape(shape, order="F" if in_columns else "C")


def table_from(arrays: Arrays, where: str) -> WorldTable:
    """Make the table from the arrays of the layout; ``where`` names the file in messages."""
    for name in ("Z", "economies", "sectors"):
        if name not in arrays:
            raise FormatError(
                f"{where}: array {name!r} is missing; found {', '.join(sorted(arrays)) or 'none'}. "
                "A compact table needs Z, F or Y, economies and sectors."
            )
    economies, sectors = (_labels(arrays[name], name, where) for name in ("economies", "sectors"))
    n = len(economies) * len(sectors)
    refuse_many(n, n, where)
    for name in ("Z", "F", "Y", "X", "primary", *_ROWS):
        if name in arrays and arrays[name].dtype.kind not in "iuf":
            raise FormatError(f"{where}: array {name!r} has type {arrays[name].dtype}; expected numbers.")
    options = _options(arrays, where) | _demand(arrays, len(economies), n, where)
    options |= {name: arrays[name] for name in _ROWS if name in arrays}
    Z, X = arrays["Z"], arrays.get("X")
    if X is not None:
        options["published_output"] = X
        if "final_demand" in options and Z.shape == (n, n) and X.shape == (n,):
            cells = [f"{economy} {sector}" for economy in economies for sector in sectors]
            Z, options["final_demand"], notes = book_lost_output(Z, options["final_demand"], X, cells)
            options["notes"] = (*options.get("notes", ()), *notes)
    return WorldTable(Z, options.pop("Y", None), economies, sectors, **options)


def _labels(array: NDArray[Any], name: str, where: str) -> tuple[str, ...]:
    if array.dtype.kind != "U" or array.ndim != 1 or not array.size:
        raise FormatError(
            f"{where}: array {name!r} has type {array.dtype} and shape {array.shape}; expected a list of text labels."
        )
    refuse_many(array.size, 0, f"{where}: array {name!r}")
    return tuple(map(str, array))


def _options(arrays: Arrays, where: str) -> dict[str, Any]:
    """Keyword arguments of WorldTable from the JSON text and the small arrays."""
    text = arrays.get("meta", np.array("{}"))
    if text.size != 1 or text.dtype.kind != "U":
        raise FormatError(
            f"{where}: array 'meta' has type {text.dtype} and shape {text.shape}; expected one JSON text."
        )
    meta = parse_meta(text.item(), f"{where}: array 'meta'")
    options = options_from_meta(meta, where)
    if "sector_names" in arrays:
        options.setdefault("sector_names", _labels(arrays["sector_names"], "sector_names", where))
    if "year" in arrays and arrays["year"].size == 1 and arrays["year"].dtype.kind in "iu":
        options["year"] = int(arrays["year"].item())
    if "primary" in arrays:
        names, rows = meta.get("primary", []), arrays["primary"]
        if len(names) != len(rows):
            raise FormatError(f"{where}: array 'primary' has {len(rows)} rows but 'meta' names {len(names)} of them.")
        options["primary"] = dict(zip(names, rows, strict=True))
    return options


def parse_meta(text: str, where: str) -> dict[str, Any]:
    """Return the JSON object of a text; FormatError when it is another."""
    try:
        meta = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where} is not JSON ({error}).") from None
    if not isinstance(meta, dict):
        raise FormatError(f"{where} holds {type(meta).__name__}; expected a JSON object.")
    return meta


def options_from_meta(meta: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the keyword arguments of WorldTable that the JSON text gives: provenance, names, members and groups."""
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


def _demand(arrays: Arrays, G: int, n: int, where: str) -> dict[str, Any]:
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


def book_lost_output(
    Z: Array, F: Array, published_output: Array, cells: list[str]
) -> tuple[Array, Array, tuple[str, ...]]:
    """Book the inputs of sectors without recorded output as final use of their economy: the one repair that reading makes.

    A file whose entries were cut to whole numbers can show a sector with inputs but no sales, although it publishes a
    positive output (WIOD 2002: LVA c24 buys 1 and sells 0, published 2). No coefficient exists for it. Moving its inputs
    to final demand, into the last category (inventories), keeps every row sum, so X of all suppliers is unchanged.

    Z (n, n), F (n, G, C) and ``published_output`` (n,) are in the unit of the table; nothing is moved where the last is not
    positive. ``cells`` are the names of the economy–sectors.
    Returns Z, F (ndarrays): the given arrays where nothing had to be moved, else new ones. notes (tuple of str): one
    line that names the cells and the amount; empty where nothing was moved.
    """
    X = Z.sum(axis=1, dtype=float) + F.sum(axis=(1, 2), dtype=float)
    inputs = Z.sum(axis=0, dtype=float)
    lost = np.flatnonzero((X == 0) & (inputs > 0) & (published_output > 0))
    if not lost.size or inputs[lost].sum() > LOST_OUTPUT * inputs.sum():
        return Z, F, ()
    N = len(cells) // F.shape[1]
    Z, F = Z.copy(), F.copy()
    for k in lost:
        F[:, k // N, -1] += Z[:, k]
        Z[:, k] = 0
    note = (
        f"{listed(cells[k] for k in lost)}: no recorded output but inputs of {inputs[lost].sum():g} in all; booked as final "
        "use of the economy (last category), so that row sums stay"
    )
    return Z, F, (note,)


def _to_arrays(table: WorldTable) -> dict[str, NDArray[Any]]:
    """Arrays of the layout in a fixed order."""
    F = table.final_demand
    optional = {
        "Y": table.Y if F is None else None,
        "F": None if F is None else F.reshape(table.n, -1),
        "final_demand": None if F is None else table.final_demand_labels,
        "X": table.published_output,
        **{name: getattr(table, name) for name in _ROWS},
        "primary": np.stack(list(table.primary.values())) if table.primary else None,
        "economies": table.economies,
        "sectors": table.sectors,
        "sector_names": table.sector_names,
        "year": None if table.year is None else np.int32(table.year),
        "meta": json.dumps(meta_of(table), ensure_ascii=False, sort_keys=True),
    }
    arrays = {"Z": table.Z} | {name: np.array(content) for name, content in optional.items() if content is not None}
    for name, array in arrays.items():  # whole numbers as int32: no value changes
        if array.dtype == float and name != "primary":
            whole = np.abs(array).max(initial=0.0) < 2**31 and np.array_equal(array, np.trunc(array))
            arrays[name] = array.astype(np.int32) if whole else array
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
