"""Build the bundled tables from the full WIOD tables of the 2013 release: the project's own aggregation, nothing else."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from decomp.errors import DataMissingError, FormatError
from decomp.io.compact import read_npz, to_npz_bytes
from decomp.io.files import write_atomically
from decomp.names import economy_name, sector_name
from decomp.table import WorldTable

#: Years of the release, and the year of the classroom table.
YEARS = range(1995, 2012)
CLASSROOM_YEAR = 2011
SOURCE = (
    "World Input-Output Database, 2013 release (Timmer, Dietzenbacher, Los, Stehrer & de Vries 2015, Review of "
    "International Economics 23: 575–605), aggregated by Unweave"
)
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
#: Titles of the bundled concordances, by their name.
TITLES = {"world": "World, 16 economies × 20 sectors", "classroom": "Classroom, 8 economies × 8 sectors"}


def build_bundled(wiod_dir: str | Path, out_dir: str | Path) -> list[Path]:
    """Build every bundled table from a folder of full WIOD tables and write them with their checksums.

    Parameters
    ----------
    wiod_dir : str or Path
        Folder with ``wiot_1995.npz`` … ``wiot_2011.npz``, the 41 × 35 tables in the compact layout.
    out_dir : str or Path
        Folder for ``world-YYYY.npz``, ``classroom-2011.npz`` and ``checksums.csv``; made when it is not there.

    Returns
    -------
    list of Path
        The files written, the checksums last.

    Raises
    ------
    DataMissingError
        A year is not in the folder; names the file.
    FormatError, TableError
        A file is not a WIOD table, or the folder cannot be written.
    """
    out = Path(out_dir)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"cannot make the folder {out}: {error.strerror or error}. Choose another.") from None
    written: list[Path] = []
    checksums: list[tuple[str, str]] = []
    for year in YEARS:
        full = _full_table(Path(wiod_dir), year)
        for kind in ("classroom", "world") if year == CLASSROOM_YEAR else ("world",):
            table = bundle(full, kind)
            written.append(write_atomically(out / f"{table.name}.npz", to_npz_bytes(table)))
            checksums.append((table.name, table.checksum()))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("name", "sha256"), *sorted(checksums)])
    written.append(write_atomically(out / "checksums.csv", text.getvalue().encode()))
    return written


def bundle(full: WorldTable, kind: str) -> WorldTable:
    """Aggregate a full WIOD table by the bundled concordance ``kind``, in whole million USD, with provenance.

    Parameters
    ----------
    full : WorldTable
        The 41 × 35 table of one year.
    kind : {"world", "classroom"}
    """
    table = full.aggregate(economies=kind, sectors=kind)
    assert table.final_demand is not None
    return table.replace(
        Z=table.Z.round(),
        final_demand=table.final_demand.round(),
        published_output=None if table.published_output is None else table.published_output.round(),
        name=f"{kind}-{table.year}",
        source=SOURCE,
        licence=LICENCE,
        unit="million USD",
        economy_names=[economy_name(e, members=table.economy_members[e]) for e in table.economies],
        sector_names=[sector_name(s) for s in table.sectors],
        economy_groups={},  # attached on load from the definitions in groups.csv, so that there is one source
        sector_groups={},
        notes=(f"{TITLES[kind]}, {table.year}; current basic prices; entries of the source were cut to whole numbers",),
    )


def _full_table(folder: Path, year: int) -> WorldTable:
    path = folder / f"wiot_{year}.npz"
    if not path.is_file():
        raise DataMissingError(
            f"{path}: the full WIOD table of {year} is not there. The folder must hold wiot_{YEARS[0]}.npz … "
            f"wiot_{YEARS[-1]}.npz; `unweave data convert` makes them from the official files."
        )
    return read_npz(path)


def default_out_dir() -> Path | None:
    """Folder of the bundled tables in a checkout of the project; None in an installed package, which stays as it is."""
    root = Path(__file__).resolve().parents[2]
    return root / "decomp" / "data" / "tables" if (root / "pyproject.toml").is_file() else None
