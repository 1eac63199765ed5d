"""The tables that come with the package, those that the user put in their place, and how the ones to 2011 are built.

The tables of 1995 to 2011 are sums of the full WIOD tables, nothing else; those of 2022 are made in :mod:`decomp.estimate`.
A table of the same name in the user's folder (:func:`user_folder`) takes the place of a bundled one.
"""

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from decomp.errors import DataMissingError, FormatError
from decomp.io.compact import read_npz, read_npz_bytes, to_npz_bytes
from decomp.io.files import write_atomically
from decomp.labels import did_you_mean
from decomp.names import data_file, data_rows, economy_name, sector_name, statement
from decomp.table import WorldTable

#: Years of the release, and the year of the classroom table.
YEARS = range(1995, 2012)
CLASSROOM_YEAR = 2011
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
#: Titles of the bundled concordances, by their name.
TITLES = {"world": "World, 16 economies × 20 sectors", "classroom": "Classroom, 8 economies × 8 sectors"}
#: Years of a series whose table has another name: the world of 2022 has 24 economies, its sum to the 16 of the others stands in the series.
SERIES = {("world", 2022): "world16-2022"}
#: Environment variable that names the folder of the user's tables.
FOLDER_VARIABLE = "UNWEAVE_TABLES"


@cache
def bundled_names() -> tuple[str, ...]:
    """Return the names of the bundled tables: ``classroom-2011``, ``world-1995`` … ``world-2011``, ``world-2022`` …

    >>> bundled_names()[:2], bundled_names()[-1], len(bundled_names())
    (('classroom-2011', 'classroom-2022'), 'world16-2022', 21)
    """
    return tuple(row["name"] for row in data_rows("tables", "checksums.csv"))


def load_bundled(name: str) -> WorldTable:
    """Read a bundled table; DataMissingError lists them where there is none of this name."""
    names = bundled_names()
    if name not in names:
        years = [n for n in names if n.startswith("world-") and int(n[-4:]) in YEARS]
        single = [n for n in names if n not in years]
        raise DataMissingError(
            f"there is no bundled table {name!r}{did_you_mean(name, names) or '.'} "
            f"Bundled: {', '.join(single)}, {years[0]} … {years[-1]}. "
            "Or give the path of a table file (.npz, .csv, .xlsx)."
        )
    own = user_folder() / f"{name}.npz"
    if own.is_file():
        return read_npz(own)
    return read_npz_bytes(data_file("tables", f"{name}.npz").read_bytes(), f"bundled table {name}")


def of_series(series: str, year: int) -> str:
    """Return the name of the bundled table of a year of a series.

    >>> of_series("world", 2011), of_series("world", 2022)
    ('world-2011', 'world16-2022')
    """
    return SERIES.get((series, year), f"{series}-{year}")


def user_folder() -> Path:
    """Return the folder of tables that the user put in the place of bundled ones; it need not exist.

    ``UNWEAVE_TABLES``, else ``unweave/tables`` in the system's place for data of programs (``XDG_DATA_HOME``,
    ``LOCALAPPDATA``, ``~/.local/share``).
    """
    if chosen := os.environ.get(FOLDER_VARIABLE):
        return Path(chosen)
    place = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".local" / "share"
    return Path(place) / "unweave" / "tables"


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
    """Build every bundled table to 2011 from a folder of full WIOD tables and write them with their checksums.

    ``wiod_dir`` holds ``wiot_1995.npz`` … ``wiot_2011.npz``, the 41 × 35 tables in the compact layout. Returns as :func:`write_tables`.
    Raises DataMissingError: a year is not in the folder. FormatError, TableError: a file is no WIOD table.
    """
    kinds = {year: ("classroom", "world") if year == CLASSROOM_YEAR else ("world",) for year in YEARS}
    full = ((full_table(wiod_dir, year), of_year) for year, of_year in kinds.items())
    return write_tables((bundle(table, kind) for table, of_year in full for kind in of_year), out_dir)


def write_tables(tables: Iterable[WorldTable], out_dir: str | Path) -> list[Path]:
    """Write tables under their names and enter them in the checksums of the folder, which is made when it is not there.

    Returns list of Path: the files written, the checksums last. Raises FormatError: the folder cannot be made or written.
    """
    out = made(Path(out_dir))
    sums, written = out / "checksums.csv", []
    lines = set(sums.read_text(encoding="utf-8").splitlines()[1:] if sums.is_file() else [])
    for table in tables:
        written.append(write_atomically(out / f"{table.name}.npz", to_npz_bytes(table)))
        lines = {line for line in lines if not line.startswith(f"{table.name},")} | {f"{table.name},{table.checksum()}"}
    return [*written, write_atomically(sums, "\n".join(["name,sha256", *sorted(lines), ""]).encode())]


def made(folder: Path) -> Path:
    """Make a folder if it is not there; FormatError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"cannot make the folder {folder}: {error.strerror or error}. Choose another.") from None
    return folder


def bundle(full: WorldTable, kind: str) -> WorldTable:
    """Aggregate the 41 × 35 table of a year by the bundled concordance ``kind``, in whole million USD, with provenance."""
    table = full.aggregate(economies=kind, sectors=kind)
    assert table.final_demand is not None
    return table.replace(
        Z=table.Z.round(),
        final_demand=table.final_demand.round(),
        published_output=None if table.published_output is None else table.published_output.round(),
        name=f"{kind}-{table.year}",
        source=statement("source-2011"),
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
