"""Tables that are delivered as a folder: Eora26, EXIOBASE 3 and whatever pymrio writes, GLORIA."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from decomp.errors import DataMissingError, FormatError
from decomp.io.cells import Dialect, Source, Text, block_of, rows_of, sniff
from decomp.io.files import existing, year_of
from decomp.io.grid import Grid, Pair
from decomp.io.layouts import layout_of
from decomp.labels import listed
from decomp.table import Array

#: Files that a folder is recognised by.
EORA, GLORIA = "Eora26_*_bp_T.txt", "GLORIA_MRIOs_*"
#: The last row and column of the full Eora26: a statistical discrepancy and no economy.
EORA_DISCREPANCY = ("ROW", "TOTAL")


def folder(path: Path, year: int | None = None) -> Grid:
    """Return the grid of a folder of Eora26, EXIOBASE 3 or pymrio, or GLORIA; DataMissingError where it is none of them."""
    names = sorted(file.name for file in path.iterdir())
    if any(path.glob(EORA)):
        return _eora(path, year)
    if any(path.glob(GLORIA)):
        return _gloria(path, year)
    if pymrio_files(names):
        return _pymrio(path)
    raise DataMissingError(
        f"{path}: a folder is read as Eora26 ({EORA} with its label files), EXIOBASE 3 or pymrio (Z.txt or A.txt and x.txt, Y.txt), "
        f"or GLORIA ({GLORIA}); it holds {listed(names[:8]) or 'nothing'}."
    )


def _eora(path: Path, year: int | None) -> Grid:
    """``Eora26_YYYY_bp_T.txt``, ``…_FD.txt``, ``…_VA.txt`` and their label files: economy in the second column, sector in the fourth."""
    files = [file for file in sorted(path.glob(EORA)) if year is None or year_of(file.stem) == year]
    if len(files) != 1:
        held = ", ".join(file.name for file in sorted(path.glob(EORA)))
        raise DataMissingError(
            f"{path}: expected one file {EORA.replace('*', str(year or 'YYYY'))}, found {held}; choose with --year."
        )
    stem = files[0].name.removesuffix("_T.txt")
    rows, demand = (_eora_labels(path / f"labels_{kind}.txt") for kind in ("T", "FD"))
    Z, F, VA = (
        _eora_block(path / f"{stem}_{kind}.txt", columns, height)
        for kind, columns, height in (("T", rows, len(rows)), ("FD", demand, len(rows)), ("VA", rows, None))
    )
    keep = [k for k, label in enumerate(rows) if label != EORA_DISCREPANCY]
    economies = {rows[k][0] for k in keep}
    use = [k for k, (economy, _) in enumerate(demand) if economy in economies]
    flows, final = Z[np.ix_(keep, keep)], F[np.ix_(keep, use)]
    note = f"ROW TOTAL, a statistical discrepancy, left out: flows of {Z.sum() - flows.sum() + F.sum() - final.sum():,.6g} in all"
    return Grid(
        where=str(path / "labels_T.txt"),
        layout=layout_of("eora26"),
        rows=[rows[k] for k in keep],
        columns=[*(rows[k] for k in keep), *(demand[k] for k in use)],
        numbers=np.hstack([flows, final]),
        below=[(("value added",), VA.sum(axis=0)[keep])],
        lines=[k + 1 for k in keep],
        name=stem,
        year=year_of(stem),
        notes=() if len(keep) == len(rows) and len(use) == len(demand) else (note,),
    )


def _eora_labels(path: Path) -> list[Pair]:
    source = Source(existing(path, hint="; Eora26 delivers it with the tables"))
    lines = rows_of(Text(source, Dialect("\t"), []))
    short = next(((number, len(cells)) for number, cells in lines if len(cells) < 4), None)
    if short is not None:
        raise FormatError(f"{path}:{short[0]}: expected at least four tab-separated columns, found {short[1]}.")
    return [(cells[1], cells[3]) for _, cells in lines]


def _eora_block(path: Path, columns: list[Pair], height: int | None) -> Array:
    """Numbers of a file whose columns have these labels; ``height`` is the number of rows that it must have."""
    text = sniff(Source(existing(path)))
    names = [f"column {k + 1} ({' '.join(label)})" for k, label in enumerate(columns)]
    ends = text.head and len(text.head[0]) == len(names) + 1 and text.head[0][-1] == ""  # some lines end with a tab
    _, numbers = block_of(Text(text.source, Dialect("\t"), []), [*names, *(["end"] if ends else [])], labels=0, skip=0)
    if not len(numbers) or (height is not None and len(numbers) != height):
        raise FormatError(f"{path}: {len(numbers)} rows, expected {'some' if height is None else height} as labelled.")
    bad = np.argwhere(~np.isfinite(numbers[:, : len(names)]))
    if len(bad):
        raise FormatError(f"{path}:{bad[0][0] + 1}: {names[int(bad[0][1])]} holds nothing, expected a finite number.")
    return numbers[:, : len(names)]


def pymrio_files(names: Sequence[str]) -> bool:
    """Say whether these are the files of a system that pymrio wrote."""
    stems = {Path(name).stem for name in names if Path(name).suffix in (".txt", ".parquet")}
    return "Y" in stems and ("Z" in stems or {"A", "x"} <= stems)


def _pymrio(path: Path) -> Grid:
    """Labels (region, sector) in two columns and two header lines, tab-separated; without Z, Z = A x̂. Pickles are never loaded."""
    for name in ("Y", "A", "Z"):
        if (path / f"{name}.txt").is_file():
            head = sniff(Source(path / f"{name}.txt")).head
            if len(head) < 2 or len(head[0]) < 3 or len(head[0]) != len(head[1]):
                raise FormatError(
                    f"{path / f'{name}.txt'}: EXIOBASE 3 and pymrio give two header lines, the region and the sector or category of "
                    "each column, and two label columns; they are not there. Export it again with pymrio's save_all()."
                )
    has_Z = any((path / f"Z.{ending}").is_file() for ending in ("txt", "parquet"))
    flows, final = _frame(path, "Z" if has_Z else "A", 2), _frame(path, "Y", 2)
    if len(flows) != len(final) or list(flows.index) != list(final.index):
        raise FormatError(
            f"{path}: the rows of {'Z' if has_Z else 'A'} and Y differ; both need the same regions and sectors."
        )
    if not has_Z:
        flows = flows * _frame(path, "x", 1).reindex(flows.index).to_numpy(dtype=np.float64)[:, 0]
    year = year_of(path.name)
    for meta in ("metadata.json", "file_parameters.json"):
        if year is None and (path / meta).is_file():
            year = year_of(str(json.loads((path / meta).read_text(encoding="utf-8")).get("description", "")))
    notes = ("the value added of each sector is its residual: taxes less subsidies on products are part of it",)
    return _of_frames(path, "exiobase3", flows, final, year=year, unit=_pymrio_unit(path), notes=notes)


def _of_frames(path: Path, layout: str, flows: pd.DataFrame, final: pd.DataFrame, **facts: Any) -> Grid:
    """Grid of two frames with (region, sector) on their rows, (region, sector) and (region, category) on their columns."""
    axes: list[list[Any]] = [list(flows.index), list(flows.columns), list(final.columns)]
    rows, users, demand = ([(str(a).strip(), str(b).strip()) for a, b in axis] for axis in axes)
    return Grid(
        where=str(path),
        layout=layout_of(layout),
        rows=rows,
        columns=[*users, *demand],
        numbers=np.hstack([frame.to_numpy(dtype=np.float64) for frame in (flows, final)]),
        below=[],
        lines=range(len(rows)),
        name=path.name,
        **facts,
    )


def _frame(path: Path, name: str, head: int) -> pd.DataFrame:
    """A file of pymrio with ``head`` header lines and (region, sector) in its first two columns."""
    if (path / f"{name}.parquet").is_file():
        return pd.read_parquet(path / f"{name}.parquet")
    return pd.read_csv(
        existing(path / f"{name}.txt"), sep="\t", index_col=[0, 1], header=list(range(head)) if head > 1 else 0
    )


def _pymrio_unit(path: Path) -> str:
    """Unit that the folder gives for all sectors; FormatError where they have several: such flows do not add up."""
    if not any((path / f"unit.{ending}").is_file() for ending in ("txt", "parquet")):
        return ""
    given = {str(unit).strip() for unit in _frame(path, "unit", 1).iloc[:, -1]}
    if len(given) > 1:
        raise FormatError(
            f"{path}: several units ({listed(sorted(given)[:8])}); only monetary tables in one unit add up."
        )
    spelt = re.fullmatch(r"(?i)m(?:ill?(?:ion)?s?)?[. ]*(EUR|USD)", next(iter(given), ""))
    return f"million {spelt[1].upper()}" if spelt else next(iter(given), "")


def _gloria(path: Path, year: int | None) -> Grid:
    """GLORIA through pymrio, which turns its supply and use tables into a symmetric one."""
    try:
        import pymrio
    except ImportError:
        raise DataMissingError(f"{path}: reading GLORIA needs pymrio. Install it with: pip install pymrio") from None
    matches = [re.search(r"GLORIA_MRIOs_(\d+)_(\d{4})", file.name) for file in sorted(path.glob(GLORIA))]
    wanted = [match for match in matches if match and year in (None, int(match[2]))]
    if len(wanted) != 1:
        raise DataMissingError(
            f"{path}: expected one file GLORIA_MRIOs_VERSION_YEAR; found {len(wanted)} of {year or 'any year'}."
        )
    system: Any = pymrio.parse_gloria(str(path), year=int(wanted[0][2]), version=int(wanted[0][1]))
    system.calc_all()
    return _of_frames(path, "gloria", system.Z, system.Y, year=int(wanted[0][2]))
