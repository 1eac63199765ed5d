"""Sum a table into coarser economies and sectors by a concordance: which coarse label each code belongs to."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from decomp.codes import basic
from decomp.errors import DataMissingError, FormatError, LabelError
from decomp.labels import did_you_mean, listed, unknown_label
from decomp.names import PLURAL, Kind, data_file, economy_name, group_labels, is_named, sector_name
from decomp.table import Array, WorldTable

Unmapped = Literal["error", "keep"]
#: code → label, or label → codes, or the name or path of a concordance file.
Concordance = Mapping[str, str | Iterable[str]] | str | Path
#: A concordance file that is larger is none.
MAX_BYTES = 10_000_000


def aggregate(
    table: WorldTable,
    economies: Concordance | None = None,
    sectors: Concordance | None = None,
    *,
    unmapped: Unmapped = "error",
) -> WorldTable:
    """Return the table with its flows summed: Z' = S Z Sᵀ, F' = S F Tᵀ, with 0–1 matrices S (n', n) and T (G', G).

    Final-demand categories, primary and published rows are summed alike. The decomposition of an aggregate differs from the sum
    of its parts' (trade inside an aggregate becomes domestic); :func:`decomp.group_exporter` keeps the parts instead.

    A concordance of economies or sectors is ``{code: label}`` or ``{label: [codes]}``, the name of a bundled one (``"world"``,
    ``"classroom"``) or a CSV file with the header ``code,label``; None keeps all. Coarse labels come in order of first appearance.
    Labels of the table that it does not mention are an error, or with ``unmapped="keep"`` follow the coarse labels.

    Raises LabelError: a code is unknown or given twice, or a label of the table is not mapped. DataMissingError,
    FormatError: the concordance file is absent or no concordance.

    >>> from decomp.table import WorldTable
    >>> t = WorldTable([[1.0, 2.0], [3.0, 4.0]], [[5.0, 1.0], [2.0, 8.0]], ["HOM", "FOR"], ["all"])
    >>> t.aggregate(economies={"WLD": ["HOM", "FOR"]}).Z.tolist()
    [[10.0]]
    """
    e_map = _mapping(table.economies, economies, "economy", unmapped)
    s_map = _mapping(table.sectors, sectors, "sector", unmapped)
    if all(tuple(m) == tuple(m.values()) == labels for m, labels in ((e_map, table.economies), (s_map, table.sectors))):
        return table
    T, S_sectors = _indicator(table.economies, e_map), _indicator(table.sectors, s_map)
    S: Array = np.kron(T, S_sectors).astype(np.float64)  # (G'N', GN)

    def summed(row: Array | None, by: Array = S) -> Array | None:
        return None if row is None else by @ row

    apart = () if table.parts is None else (f"the parts {table.parts.names} are summed after all",)
    F = table.final_demand
    by_category = None if F is None else np.ascontiguousarray(np.moveaxis(S @ np.moveaxis(F, 2, 0) @ T.T, 0, 2))
    return table.replace(
        **_labels_of(table, "economy", e_map),
        **_labels_of(table, "sector", s_map),
        Z=S @ table.Z @ S.T,
        Y=S @ table.Y @ T.T if F is None else None,
        final_demand=by_category,
        primary=None if table.primary is None else {name: S @ row for name, row in table.primary.items()},
        final_tariff=summed(table.final_tariff, T),
        **{name: summed(getattr(table, name)) for name in table.PUBLISHED},
        notes=(
            *table.notes,
            *apart,
            f"aggregated from {table.G} economies × {table.N} sectors to {len(T)} × {len(S_sectors)}",
        ),
    )


def _mapping(labels: Sequence[str], concordance: Concordance | None, kind: Kind, unmapped: Unmapped) -> dict[str, str]:
    if concordance is None:
        return {label: label for label in labels}
    return complete(resolve(concordance, kind), labels, kind, unmapped)


def _indicator(labels: Sequence[str], mapping: Mapping[str, str]) -> Array:
    """0–1 matrix (new, old), new labels in order of first appearance in the mapping."""
    position = {label: i for i, label in enumerate(dict.fromkeys(mapping.values()))}
    matrix = np.zeros((len(position), len(labels)))
    matrix[[position[mapping[label]] for label in labels], np.arange(len(labels))] = 1.0
    return matrix


def _labels_of(table: WorldTable, kind: Kind, mapping: Mapping[str, str]) -> dict[str, object]:
    """New labels of one kind with their basic codes, groups and names, as arguments of ``WorldTable``."""
    labels: tuple[str, ...] = getattr(table, PLURAL[kind])
    new = tuple(dict.fromkeys(mapping.values()))
    parts = {coarse: [label for label in labels if mapping[label] == coarse] for coarse in new}
    basic = getattr(table, f"{kind}_members")
    members = {coarse: tuple(code for label in parts[coarse] for code in basic[label]) for coarse in new}
    groups = {  # a coarse label belongs to a group when all the labels that it sums belong
        name: tuple(coarse for coarse in new if set(parts[coarse]) <= set(inside))
        for name, inside in getattr(table, f"{kind}_groups").items()
    }
    groups = {name: inside for name, inside in groups.items() if inside} | group_labels(kind, members, table.year)
    names: tuple[str, ...] | None = getattr(table, f"{kind}_names")
    if names is not None:
        old = dict(zip(labels, names, strict=True))
        if kind == "economy":
            own = {c: economy_name(c, members=members[c]) for c in new if c not in old or is_named("economy", c)}
        else:
            own = {c: sector_name(c) for c in new if parts[c] != [c]}
        names = tuple(own[coarse] if coarse in own else old[coarse] for coarse in new)
    return {PLURAL[kind]: new, f"{kind}_members": members, f"{kind}_groups": groups, f"{kind}_names": names}


def concordance_names(kind: Kind) -> list[str]:
    """Return the names of the bundled concordances of economies or sectors.

    >>> concordance_names("sector")
    ['classroom', 'classroom-2022', 'world', 'world-2022']
    """
    stems = [file.name.removesuffix(".csv").partition("-") for file in data_file("concordances").iterdir()]
    return sorted(name for plural, _, name in stems if plural == PLURAL[kind])


def resolve(concordance: Concordance, kind: Kind) -> dict[str, str]:
    """Return ``{code: label}`` from a mapping, the name of a bundled concordance, or a CSV file.

    Raises DataMissingError: there is no such file and no bundled concordance of this name. FormatError: the file is not
    a two-column CSV with the header ``code,label``; names the line. LabelError: a code is given twice.

    >>> resolve({"north": ["USA", "CAN"], "MEX": "south"}, "economy")
    {'USA': 'north', 'CAN': 'north', 'MEX': 'south'}
    """
    if isinstance(concordance, Mapping):
        pairs = [
            (str(code), str(label), f"concordance of {PLURAL[kind]}")
            for key, value in concordance.items()
            for code, label in ([(key, value)] if isinstance(value, str) else [(code, key) for code in value])
        ]
        return _from_pairs(pairs, kind)
    if not isinstance(concordance, str | Path):
        raise LabelError(
            f"{PLURAL[kind]}={concordance!r} is a {type(concordance).__name__}; give a mapping of codes to labels, or a concordance."
        )
    names = concordance_names(kind)
    if concordance in names:
        file = f"{PLURAL[kind]}-{concordance}.csv"
        return parse(data_file("concordances", file).read_text(encoding="utf-8"), file, kind)
    path = Path(concordance)
    if not path.is_file():
        raise DataMissingError(
            f"no concordance of {PLURAL[kind]} {str(concordance)!r}{did_you_mean(concordance, names) or '.'} "
            f"Bundled: {listed(names)}; or give the path of a CSV file with the header code,label."
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FormatError(f"{path}: larger than {MAX_BYTES / 1e6:g} MB; a concordance has one line per code.")
        return parse(path.read_text(encoding="utf-8-sig"), str(path), kind)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FormatError(f"{path}: cannot be read as UTF-8 text ({error}).") from None


def parse(text: str, where: str, kind: Kind) -> dict[str, str]:
    """Return ``{code: label}`` from the text of a CSV file with the columns ``code,label``."""
    rows = [(number, row) for number, row in enumerate(csv.reader(text.splitlines()), start=1) if any(row)]
    if not rows or [cell.strip() for cell in rows[0][1]] != ["code", "label"]:
        header = repr(",".join(rows[0][1])[:80]) if rows else "an empty file"
        raise FormatError(f"{where}:1: expected the header code,label, found {header}.")
    pairs = []
    for number, row in rows[1:]:
        cells = [cell.strip() for cell in row]
        if len(cells) != 2 or not all(cells):
            raise FormatError(f"{where}:{number}: expected a code and a label, found {','.join(row)!r}.")
        pairs.append((cells[0], cells[1], f"{where}:{number}"))
    return _from_pairs(pairs, kind)


def _from_pairs(pairs: Iterable[tuple[str, str, str]], kind: Kind) -> dict[str, str]:
    """Mapping of (code, label, place) triples; a code given twice is an error at its place."""
    mapping: dict[str, str] = {}
    for code, label, place in pairs:
        if code in mapping:
            raise LabelError(f"{place}: {kind} {code!r} is given twice; give each code once.")
        mapping[code] = label
    return mapping


def complete(
    mapping: Mapping[str, str], labels: Sequence[str], kind: Kind, unmapped: Unmapped = "error"
) -> dict[str, str]:
    """Check a mapping against a table's labels: every code known, every label mapped (or kept), no kept label a coarse one."""
    what = f"concordance of {PLURAL[kind]}"
    if kind == "economy":  # ROM in the concordance is ROU in the table
        spelled = {found: label for label in labels if (found := basic(kind, label))}
        mapping = {code if code in labels else spelled.get(basic(kind, code), code): mapping[code] for code in mapping}
    for code in mapping:
        if code not in labels:
            raise unknown_label(code, labels, kind, where=what)
    missing = [label for label in labels if label not in mapping]
    if missing and unmapped == "error":
        raise LabelError(
            f"{what}: {len(missing)} label(s) of the table are not mapped: {listed(missing)}. "
            'Map each of them, or pass unmapped="keep" to leave them as they are.'
        )
    clash = next((label for label in missing if label in mapping.values()), None)
    if clash is not None:
        raise LabelError(
            f"{what}: {clash!r} is a coarse label and also an unmapped label of the table; "
            f"map {clash!r} itself, or choose another name for the coarse one."
        )
    return {**mapping, **{label: label for label in missing}}
