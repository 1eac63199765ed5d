"""The tables that come with the package, and how they are built from the full WIOD tables: by aggregation, nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from decomp.errors import DataMissingError, FormatError
from decomp.io.compact import read_npz, read_npz_bytes, to_npz_bytes
from decomp.io.files import write_atomically
from decomp.labels import did_you_mean
from decomp.names import data_file, data_rows, economy_name, sector_name
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


@cache
def bundled_names() -> tuple[str, ...]:
    """Return the names of the bundled tables: ``classroom-2011``, ``world-1995`` … ``world-2011``.

    >>> bundled_names()[0], bundled_names()[-1], len(bundled_names())
    ('classroom-2011', 'world-2011', 18)
    """
    return tuple(row["name"] for row in data_rows("tables", "checksums.csv"))


def load_bundled(name: str) -> WorldTable:
    """Read a bundled table; DataMissingError lists them where there is none of this name."""
    names = bundled_names()
    if name not in names:
        single = [n for n in names if not n.startswith("world")]
        raise DataMissingError(
            f"there is no bundled table {name!r}{did_you_mean(name, names) or '.'} "
            f"Bundled: {', '.join(single)}, {names[len(single)]} … {names[-1]}. "
            "Or give the path of a table file (.npz, .csv, .xlsx)."
        )
    return read_npz_bytes(data_file("tables", f"{name}.npz").read_bytes(), f"bundled table {name}")


def full_table(folder: str | Path, year: int) -> WorldTable:
    """Read the full WIOD table of a year, ``wiot_YYYY.npz``; DataMissingError says where to get it."""
    path = Path(folder) / f"wiot_{year}.npz"
    if not path.is_file():
        raise DataMissingError(
            f"{path} is absent. The full WIOD tables (41 economies × 35 sectors) wiot_{YEARS[0]}.npz … wiot_{YEARS[-1]}.npz are "
            "needed; name the folder that holds them. `unweave data convert` makes them from the official xlsx files."
        )
    return read_npz(path)


def build_bundled(wiod_dir: str | Path, out_dir: str | Path) -> list[Path]:
    """Build every bundled table from a folder of full WIOD tables and write them with their checksums.

    ``wiod_dir`` holds ``wiot_1995.npz`` … ``wiot_2011.npz``, the 41 × 35 tables in the compact layout; ``out_dir`` is made when it
    is not there.
    Returns list of Path: the files written, the checksums last.
    Raises DataMissingError: a year is not in the folder; names the file. FormatError, TableError: a file is not a WIOD
    table, or the folder cannot be written.
    """
    out = Path(out_dir)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"cannot make the folder {out}: {error.strerror or error}. Choose another.") from None
    written: list[Path] = []
    checksums: list[str] = []
    for year in YEARS:
        full = full_table(wiod_dir, year)
        for kind in ("classroom", "world") if year == CLASSROOM_YEAR else ("world",):
            table = bundle(full, kind)
            written.append(write_atomically(out / f"{table.name}.npz", to_npz_bytes(table)))
            checksums.append(f"{table.name},{table.checksum()}\n")
    text = "".join(["name,sha256\n", *sorted(checksums)])
    return [*written, write_atomically(out / "checksums.csv", text.encode())]


def bundle(full: WorldTable, kind: str) -> WorldTable:
    """Aggregate the 41 × 35 table of a year by the bundled concordance ``kind``, in whole million USD, with provenance."""
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


def default_out_dir() -> Path | None:
    """Folder of the bundled tables in a checkout of the project; None in an installed package, which stays as it is."""
    root = Path(__file__).resolve().parents[2]
    return root / "decomp" / "data" / "tables" if (root / "pyproject.toml").is_file() else None
