"""Attach the project's names and groups to tables whose labels are WIOD codes or stand for them."""

from __future__ import annotations

from typing import Any

from decomp.names import economy_name, group_labels, is_named, sector_name
from decomp.table import WorldTable


def attach_classes(table: WorldTable) -> WorldTable:
    """Return the table with WIOD's groups and missing names; groups that the file itself defines come first.

    Parameters
    ----------
    table : WorldTable
        Left as it is where some label stands for codes that are not WIOD's.
    """
    changes: dict[str, Any] = {}
    economy_groups = group_labels("economy", table.economy_members)
    sector_groups = group_labels("sector", table.sector_members)
    if economy_groups:
        changes["economy_groups"] = economy_groups | dict(table.economy_groups)
    if sector_groups:
        changes["sector_groups"] = sector_groups | dict(table.sector_groups)
    if table.economy_names is None and all(is_named("economy", label) for label in table.economies):
        changes["economy_names"] = [economy_name(e, members=table.economy_members[e]) for e in table.economies]
    if table.sector_names is None and sector_groups:
        changes["sector_names"] = [sector_name(s) for s in table.sectors]
    return table.replace(**changes) if changes else table
