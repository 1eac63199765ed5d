"""The registry of layouts: what each format looks like, where it is to be had, and whether a sample of it was read.

The entries stand in ``data/layouts.toml``. ``decomp.io.official`` reads all of them with one engine (``decomp.io.grid``); a format
whose shape is known is one more entry and no code.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from decomp.names import data_file

#: What a label outside the flows can be; the order in which the patterns are tried.
ROLES = ("output", "value_added", "totals", "discrepancy", "taxes")


@dataclass(frozen=True, slots=True)
class Layout:
    r"""One format.

    ``shape`` says how its labels stand: ``matrix`` (one header line, ``ECONOMY_SECTOR``), ``rows`` (several label columns, ``AUS1``),
    ``flat`` (one line a cell), ``sheet`` (a spreadsheet with header rows), ``eora``, ``pymrio``, ``gloria`` (folders), ``labelled`` and
    ``compact`` (our own). The patterns of :data:`ROLES` match labels that are neither flows nor final demand: rows with a role
    ``value_added`` or ``taxes`` are summed, ``output`` is kept, ``totals`` are left out, a ``discrepancy`` is left out and said.
    """

    id: str
    title: str
    title_zh: str
    shape: str
    endings: tuple[str, ...]
    basis: str
    verified: bool = False
    years: str = ""
    #: First cell of the header line; pattern of an economy; of the code of a sector on a sheet; rows above its first flow.
    header: str = ""
    economy: str = ""
    sectors: str = ""
    header_rows: int = 0
    #: Columns of a sheet that may hold the sector of a row, the preferred first: 0 is A, 3 is D.
    sector_columns: tuple[int, ...] = (3,)
    output: tuple[str, ...] = ()
    value_added: tuple[str, ...] = ()
    taxes: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    discrepancy: tuple[str, ...] = ()
    categories: Mapping[str, str] = field(default_factory=dict)  # names of the categories of final demand by their code
    parts: Mapping[str, str] = field(default_factory=dict)  # pattern of the parts of an economy, and the economy
    unit: str = "million USD"
    source: str = ""
    licence: str = ""
    where: str = ""
    size: str = ""

    def role(self, *labels: str) -> str | None:
        """Role of a row or column outside the flows by its labels, or None where it has none."""
        for role in ROLES:
            if any(re.fullmatch(pattern, label) for pattern in getattr(self, role) for label in labels if label):
                return role
        return None

    def whole(self, economy: str) -> str:
        """Return the economy that a label is a part of: ``CN1`` → ``CHN``; the label itself where it is whole."""
        return next((whole for part, whole in self.parts.items() if re.fullmatch(part, economy)), economy)


@cache
def layouts() -> tuple[Layout, ...]:
    """Return all layouts, in the order of the file.

    >>> [layout.id for layout in layouts()][:3], layout_of("oecd-icio").whole("CN1")
    (['npz', 'labelled-csv', 'wiod-2013'], 'CHN')
    """
    entries = tomllib.loads(data_file("layouts.toml").read_text(encoding="utf-8"))["layout"]
    frozen: list[dict[str, Any]] = [{k: tuple(v) if isinstance(v, list) else v for k, v in e.items()} for e in entries]
    return tuple(Layout(**entry) for entry in frozen)


def layout_of(id: str) -> Layout:
    """Return the layout with this id."""
    return next(layout for layout in layouts() if layout.id == id)


def with_shape(*shapes: str) -> list[Layout]:
    """Return the layouts of these shapes, in the order of the file."""
    return [layout for layout in layouts() if layout.shape in shapes]
