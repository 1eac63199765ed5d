"""Sum a table into coarser economies and sectors: flows, final-demand categories, primary and published rows alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from decomp.classes import group_labels
from decomp.concordance import Concordance, complete, resolve
from decomp.names import economy_name, is_named, sector_name

if TYPE_CHECKING:
    from decomp.table import WorldTable

Array = NDArray[np.float64]
Members = dict[str, tuple[str, ...]]


def aggregate(
    table: WorldTable,
    economies: Concordance | None = None,
    sectors: Concordance | None = None,
    *,
    unmapped: Literal["error", "keep"] = "error",
) -> WorldTable:
    """Return the table with its flows summed: Z' = S Z Sᵀ, F' = S F Tᵀ, with 0–1 matrices S (n', n) and T (G', G).

    The decomposition of an aggregate differs from the sum of its parts' (trade inside an aggregate becomes domestic);
    :mod:`decomp.groups` keeps the parts instead.

    Parameters
    ----------
    table : WorldTable
    economies, sectors : mapping, str or path, optional
        ``{code: label}`` or ``{label: [codes]}``, the name of a bundled concordance (``"world"``, ``"classroom"``) or a
        CSV file with the header ``code,label``. Coarse labels come in order of first appearance. None keeps all.
    unmapped : {"error", "keep"}
        What to do with labels of the table that the concordance does not mention; kept ones follow the coarse labels.

    Raises
    ------
    LabelError
        A code is unknown or given twice, or a label of the table is not mapped.

    Examples
    --------
    >>> from decomp.table import WorldTable
    >>> t = WorldTable([[1.0, 2.0], [3.0, 4.0]], [[5.0, 1.0], [2.0, 8.0]], ["HOM", "FOR"], ["all"])
    >>> t.aggregate(economies={"WLD": ["HOM", "FOR"]}).Z.tolist()
    [[10.0]]
    """
    e_map = _mapping(table.economies, economies, "economy", unmapped)
    s_map = _mapping(table.sectors, sectors, "sector", unmapped)
    if all(k == v for k, v in (*e_map.items(), *s_map.items())) and _same_order(table, e_map, s_map):
        return table
    T, new_economies = _indicator(table.economies, e_map)
    S_sectors, new_sectors = _indicator(table.sectors, s_map)
    S = np.kron(T, S_sectors).astype(np.float64)  # (G'N', GN)
    e_members = _members(table.economies, e_map, table.economy_members)
    s_members = _members(table.sectors, s_map, table.sector_members)
    return table.replace(
        economies=new_economies,
        sectors=new_sectors,
        Z=S @ table.Z @ S.T,
        **_final_demand(table, S, T),
        primary=None if table.primary is None else {name: S @ row for name, row in table.primary.items()},
        final_tariff=None if table.final_tariff is None else T @ table.final_tariff,
        published_output=_sum_row(S, table.published_output),
        published_value_added=_sum_row(S, table.published_value_added),
        published_taxes=_sum_row(S, table.published_taxes),
        economy_names=_economy_names(table, e_map, e_members),
        sector_names=_sector_names(table, s_map),
        economy_members=e_members,
        sector_members=s_members,
        economy_groups=_groups(table.economy_groups, e_map) | group_labels("economy", e_members),
        sector_groups=_groups(table.sector_groups, s_map) | group_labels("sector", s_members),
        notes=(*table.notes, _note(table, new_economies, new_sectors)),
    )


def _mapping(
    labels: tuple[str, ...], spec: Concordance | None, kind: str, unmapped: Literal["error", "keep"]
) -> dict[str, str]:
    if spec is None:
        return {label: label for label in labels}
    return complete(resolve(spec, kind), labels, kind, unmapped)


def _same_order(table: WorldTable, e_map: dict[str, str], s_map: dict[str, str]) -> bool:
    return tuple(e_map) == table.economies and tuple(s_map) == table.sectors


def _indicator(labels: tuple[str, ...], mapping: dict[str, str]) -> tuple[Array, tuple[str, ...]]:
    """0–1 matrix (new, old) and the new labels, in order of first appearance in the mapping."""
    new = tuple(dict.fromkeys(mapping.values()))
    position = {label: i for i, label in enumerate(new)}
    matrix = np.zeros((len(new), len(labels)))
    matrix[[position[mapping[label]] for label in labels], np.arange(len(labels))] = 1.0
    return matrix, new


def _final_demand(table: WorldTable, S: Array, T: Array) -> dict[str, Array | None]:
    if table.final_demand is None:
        return {"Y": S @ table.Y @ T.T}
    by_category = S @ np.moveaxis(table.final_demand, 2, 0) @ T.T  # (C, n', G')
    return {"Y": None, "final_demand": np.ascontiguousarray(np.moveaxis(by_category, 0, 2))}


def _sum_row(S: Array, row: Array | None) -> Array | None:
    return None if row is None else S @ row


def _members(labels: tuple[str, ...], mapping: dict[str, str], members: Mapping[str, tuple[str, ...]]) -> Members:
    """Basic codes of the new labels, those of the old labels joined in table order."""
    found: dict[str, list[str]] = {new: [] for new in mapping.values()}
    for label in labels:
        found[mapping[label]] += members[label]
    return {new: tuple(codes) for new, codes in found.items()}


def _groups(groups: Mapping[str, tuple[str, ...]], mapping: dict[str, str]) -> Members:
    """Groups of new labels: a label belongs when all the labels that it sums belong."""
    outside = {name: {mapping[old] for old in mapping if old not in inside} for name, inside in groups.items()}
    new = tuple(dict.fromkeys(mapping.values()))
    found = {name: tuple(label for label in new if label not in outside[name]) for name in groups}
    return {name: labels for name, labels in found.items() if labels}


def _economy_names(table: WorldTable, mapping: dict[str, str], members: Members) -> tuple[str, ...] | None:
    if table.economy_names is None:
        return None
    old = dict(zip(table.economies, table.economy_names, strict=True))
    return tuple(
        economy_name(new, members=members[new]) if new not in old or is_named("economy", new) else old[new]
        for new in dict.fromkeys(mapping.values())
    )


def _sector_names(table: WorldTable, mapping: dict[str, str]) -> tuple[str, ...] | None:
    if table.sector_names is None:
        return None
    old = dict(zip(table.sectors, table.sector_names, strict=True))
    kept = {new for new in mapping.values() if new in old and sum(v == new for v in mapping.values()) == 1}
    return tuple(old[new] if new in kept else sector_name(new) for new in dict.fromkeys(mapping.values()))


def _note(table: WorldTable, economies: tuple[str, ...], sectors: tuple[str, ...]) -> str:
    return f"aggregated from {table.G} economies × {table.N} sectors to {len(economies)} × {len(sectors)}"
