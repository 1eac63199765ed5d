"""Concordances: which coarse label each basic code belongs to, from a CSV file, a bundled name or a mapping."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from decomp.datafiles import data_file, data_stems
from decomp.errors import DataMissingError, FormatError, LabelError
from decomp.labels import did_you_mean, listed, unknown_label

#: code → label, or label → codes, or the name or path of a concordance file.
Concordance = Mapping[str, str | Iterable[str]] | str | Path
PLURAL = {"economy": "economies", "sector": "sectors"}


def concordance_names(kind: str) -> list[str]:
    """Names of the bundled concordances of economies or sectors.

    >>> concordance_names("sector")
    ['classroom', 'world']
    """
    prefix = f"{PLURAL[kind]}-"
    return [s.removeprefix(prefix) for s in data_stems("concordances", ".csv") if s.startswith(prefix)]


def resolve(spec: Concordance, kind: str) -> dict[str, str]:
    """Return ``{code: label}`` from a mapping, the name of a bundled concordance, or a CSV file.

    Raises
    ------
    DataMissingError
        There is no such file and no bundled concordance of this name.
    FormatError
        The file is not a two-column CSV with the header ``code,label``; names the line.
    LabelError
        A code is given twice.

    Examples
    --------
    >>> resolve({"north": ["USA", "CAN"], "MEX": "south"}, "economy")
    {'USA': 'north', 'CAN': 'north', 'MEX': 'south'}
    """
    if isinstance(spec, Mapping):
        return _from_mapping(spec, kind)
    if not isinstance(spec, str | Path):
        raise LabelError(
            f"{PLURAL[kind]}={spec!r} is a {type(spec).__name__}; give a mapping of codes to labels, or a concordance."
        )
    names = concordance_names(kind)
    if isinstance(spec, str) and spec in names:
        text = data_file("concordances", f"{PLURAL[kind]}-{spec}.csv").read_text(encoding="utf-8")
        return parse(text, f"{PLURAL[kind]}-{spec}.csv", kind)
    path = Path(spec)
    if not path.is_file():
        raise DataMissingError(
            f"no concordance of {PLURAL[kind]} {str(spec)!r}{did_you_mean(spec, names) or '.'} "
            f"Bundled: {listed(names)}; or give the path of a CSV file with the header code,label."
        )
    try:
        return parse(path.read_text(encoding="utf-8-sig"), str(path), kind)
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: cannot be read as UTF-8 text ({error}).") from None


def parse(text: str, where: str, kind: str) -> dict[str, str]:
    """Return ``{code: label}`` from the text of a CSV file with the columns ``code,label``."""
    rows = [(number, row) for number, row in enumerate(csv.reader(text.splitlines()), start=1) if any(row)]
    if not rows or [cell.strip() for cell in rows[0][1]] != ["code", "label"]:
        found = ",".join(rows[0][1]) if rows else "an empty file"
        raise FormatError(f"{where}:1: expected the header code,label, found {found}.")
    mapping: dict[str, str] = {}
    for number, row in rows[1:]:
        cells = [cell.strip() for cell in row]
        if len(cells) != 2 or not all(cells):
            raise FormatError(f"{where}:{number}: expected a code and a label, found {','.join(row)!r}.")
        if cells[0] in mapping:
            raise LabelError(f"{where}:{number}: {kind} {cells[0]!r} is given twice; give each code once.")
        mapping[cells[0]] = cells[1]
    return mapping


def complete(
    mapping: Mapping[str, str], labels: Sequence[str], kind: str, unmapped: Literal["error", "keep"] = "error"
) -> dict[str, str]:
    """Check a mapping against a table's labels: every code known, every label mapped (or kept as it is).

    Raises
    ------
    LabelError
        A code is not in the table, or a label of the table has no entry, or a kept label is also a coarse one.
    """
    for code in mapping:
        if code not in labels:
            raise unknown_label(code, labels, kind, where=f"concordance of {PLURAL[kind]}")
    missing = [label for label in labels if label not in mapping]
    if not missing:
        return dict(mapping)
    if unmapped == "error":
        raise LabelError(
            f"concordance of {PLURAL[kind]}: {len(missing)} label(s) of the table are not mapped: {listed(missing)}. "
            'Map each of them, or pass unmapped="keep" to leave them as they are.'
        )
    clash = [label for label in missing if label in set(mapping.values())]
    if clash:
        raise LabelError(
            f"concordance of {PLURAL[kind]}: {clash[0]!r} is a coarse label and also an unmapped label of the table; "
            f"map {clash[0]!r} itself, or choose another name for the coarse one."
        )
    return {**mapping, **{label: label for label in missing}}


def _from_mapping(spec: Mapping[str, str | Iterable[str]], kind: str) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for key, value in spec.items():
        pairs = [(key, value)] if isinstance(value, str) else [(code, key) for code in value]
        for code, label in pairs:
            if code in mapping:
                raise LabelError(f"concordance of {PLURAL[kind]}: {kind} {code!r} is given twice; give each code once.")
            mapping[str(code)] = str(label)
    return mapping
