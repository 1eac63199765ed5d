"""Cells of files: CSV text with its separator and decimal mark sniffed, numbers in blocks, sheets, and members of zips.

Large CSV files are parsed by Arrow in blocks: every number is the float64 that its text says. Where Arrow refuses, the file is read
again line by line to name the cell.
"""

import csv
import io
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from decomp.errors import DataMissingError, FormatError
from decomp.io.files import existing, number_row, refuse_large, refuse_many, year_of
from decomp.table import Array

#: Separators that are tried, lines that are looked at, and the bytes of one line and of one block.
SEPARATORS, LOOKED_AT = ",;\t|", 40
LONGEST_LINE, BLOCK = 4_000_000, 8 << 20
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or a member of a zip."""

    path: Path
    member: str = ""

    @property
    def where(self) -> str:
        """Name for messages: ``a.zip/2022_SML.csv``."""
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    @property
    def name(self) -> Path:
        """Name of the file itself."""
        return Path(self.member or self.path)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the bytes; a member is unpacked while it is read."""
        if not self.member:
            with existing(self.path).open("rb") as stream:
                yield stream
            return
        with zipfile.ZipFile(self.path) as archive:
            refuse_large(archive.getinfo(self.member).file_size, self.where, verb="unpacks to")
            with archive.open(self.member) as inner:
                yield cast("BinaryIO", inner)


def member_of(path: Path, year: int | None, endings: Sequence[str]) -> Source:
    """Return the table inside a zip as it was downloaded; of several the one of the ``year``.

    Raises DataMissingError: there is none, none of that year, or several and no year was named; lists the years.
    """
    names = members(path, endings)
    fitting = [name for name in names if year is None or len(names) == 1 or year_of(Path(name).stem) == year]
    if len(fitting) == 1:
        return Source(path, fitting[0])
    if not names:
        raise DataMissingError(f"{path}: this zip holds no table ({', '.join(endings)}).")
    years = ", ".join(sorted({str(year_of(Path(name).stem) or Path(name).name) for name in names}))
    wanted = "one table is read at a time" if year is None else f"{len(fitting)} of them are of {year}"
    raise DataMissingError(
        f"{path}: this zip holds {len(names)} tables ({years}); {wanted}. Name a year that it has: --year, or "
        "decomp.load(path, year=…)."
    )


def members(path: Path, endings: Sequence[str]) -> list[str]:
    """Return the names of the files inside a zip that may be tables."""
    with zipfile.ZipFile(existing(path)) as archive:
        return sorted(
            entry.filename
            for entry in archive.infolist()
            if not entry.is_dir()
            and Path(entry.filename).suffix.lower() in endings
            and not entry.filename.startswith("__MACOSX")
        )


@dataclass(frozen=True, slots=True)
class Dialect:
    """How numbers and cells of a text file are separated."""

    separator: str = ","
    decimal: str = "."

    @property
    def notes(self) -> tuple[str, ...]:
        """What was sniffed, where it is not a comma and a point."""
        if (self.separator, self.decimal) == (",", "."):
            return ()
        return (f"columns are separated by {self.separator!r}, the decimal mark is {self.decimal!r}",)


@dataclass(frozen=True, slots=True)
class Text:
    """A CSV file of which the first lines are known."""

    source: Source
    dialect: Dialect
    head: list[list[str]]  # the first lines, as cells


def sniff(source: Source) -> Text:
    """Read the first lines of a text file and find its separator and its decimal mark."""
    with source.open() as stream:
        lines = [stream.readline(LONGEST_LINE).decode("utf-8-sig", "strict") for _ in range(LOOKED_AT)]
    separator = max(SEPARATORS, key=lambda mark: len(_cells(lines[0], mark)))
    head = [_cells(line, separator) for line in lines if line.strip()]
    refuse_many(1, max(map(len, head), default=0), source.where)
    cells = [cell for row in head[1:] for cell in row[1:]] if separator != "," else []
    comma, point = (
        any(re.fullmatch(rf"-?\d*{mark}\d+([eE][-+]?\d+)?", cell) for cell in cells) for mark in (",", r"\.")
    )
    return Text(source, Dialect(separator, "," if comma and not point else "."), head[:4])


def _cells(line: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []


def rows_of(text: Text) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with its line number; cells are stripped, numbers have a decimal point."""
    rows: list[tuple[int, list[str]]] = []
    comma = text.dialect.decimal == ","
    with text.source.open() as stream:
        reader = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline=""), delimiter=text.dialect.separator)
        try:
            for row in reader:
                cells = [cell.strip() for cell in row]
                if comma:
                    cells = [cell.replace(",", ".") if re.fullmatch(r"-?[\d,eE+-]+", cell) else cell for cell in cells]
                if any(cells):
                    rows.append((reader.line_num, cells))
                    refuse_many(len(rows), len(cells), f"{text.source.where}:{reader.line_num}")
        except csv.Error as error:
            raise FormatError(f"{text.source.where}:{reader.line_num}: not CSV ({error}).") from None
    return rows


def block_of(text: Text, columns: Sequence[str], *, labels: int, skip: int = 1) -> tuple[list[list[str]], Array]:
    """Return the label columns of a matrix, line by line, and its numbers, shape (lines, columns), NaN where a cell is blank.

    ``columns`` names the columns of numbers for messages; ``labels`` columns stand before them and ``skip`` lines above them.
    Raises FormatError: a line is too short or too long, or a cell is no number; names line and column.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow

    width = len(columns)
    refuse_many(1, width, text.source.where)
    names = [f"f{k}" for k in range(labels + width)]
    types = {name: pa.string() if k < labels else pa.float64() for k, name in enumerate(names)}
    dialect = text.dialect
    read = arrow.ReadOptions(skip_rows=skip, column_names=names, block_size=BLOCK)
    parse = arrow.ParseOptions(delimiter=dialect.separator)
    convert = arrow.ConvertOptions(column_types=types, null_values=[""], decimal_point=dialect.decimal)
    numbers, lines = np.empty((min(width + 64, 5000), width)), list[list[str]]()
    try:
        with text.source.open() as stream, arrow.open_csv(stream, read, parse, convert) as batches:
            for batch in batches:
                start, end = len(lines), len(lines) + batch.num_rows
                refuse_many(end, width, text.source.where)
                if end > len(numbers):
                    numbers = np.concatenate([numbers, np.empty((max(end - len(numbers), len(numbers)), width))])
                for k in range(width):
                    numbers[start:end, k] = batch.column(labels + k).to_numpy(zero_copy_only=False)
                texts = [batch.column(k).to_pylist() for k in range(labels)]
                lines += [[(cell or "").strip() for cell in line] for line in zip(*texts, strict=True)] or [
                    [] for _ in range(batch.num_rows)
                ]
    except pa.ArrowInvalid as error:
        _name_the_cell(text, columns, labels, skip)
        raise FormatError(f"{text.source.where}: not a matrix of numbers ({str(error)[:200]}).") from None
    return lines, numbers[: len(lines)]


def _name_the_cell(text: Text, columns: Sequence[str], labels: int, skip: int) -> None:
    """Raise a FormatError for the first line of another length and the first cell that is no number."""
    for number, row in rows_of(text)[skip:]:
        where, cells = f"{text.source.where}:{number}", row[labels:]
        if len(cells) != len(columns):
            raise FormatError(
                f"{where}: the row {' '.join(row[:labels])[:40]!r} has {len(row)} cells, expected {labels + len(columns)} as "
                "in the lines above. The file is cut short, or a separator is missing."
            )
        bad = next((k for k, cell in enumerate(cells) if cell and not _NUMBER.fullmatch(cell)), None)
        if bad is not None:
            number_row([cells[bad] if cells[bad].isascii() else "?"], [columns[bad]], where)
            raise FormatError(f"{where}: {columns[bad]} holds {ascii(cells[bad])[:60]}, expected a finite number.")


def flat_cells(text: Text) -> tuple[list[str], list[str], NDArray[np.intp], NDArray[np.intp], Array]:
    """Return row labels, column labels, and of every line of a flat file its row, its column and its value."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    head = text.head[0]
    names = [head[0], head[1], head[-1]]
    word = pa.dictionary(pa.int32(), pa.string())
    convert = arrow.ConvertOptions(
        column_types=dict(zip(names, (word, word, pa.float64()), strict=True)),
        include_columns=names,
        null_values=[""],
        decimal_point=text.dialect.decimal,
    )
    parse = arrow.ParseOptions(delimiter=text.dialect.separator)
    try:
        with text.source.open() as stream:
            table = arrow.read_csv(stream, arrow.ReadOptions(block_size=BLOCK), parse, convert).unify_dictionaries()
    except pa.ArrowInvalid as error:
        raise FormatError(f"{text.source.where}: not a flat table ({str(error)[:200]}).") from None
    coded = [table.column(name).combine_chunks() for name in names[:2]]
    if any(column.null_count for column in coded):
        raise FormatError(f"{text.source.where}: a line has no label in its first two columns.")
    rows, columns = ([str(label) for label in column.dictionary.to_pylist()] for column in coded)
    at = [np.asarray(column.indices.to_numpy(zero_copy_only=False), dtype=np.intp) for column in coded]
    return rows, columns, at[0], at[1], np.asarray(table.column(names[2]).to_numpy(), dtype=np.float64)


def sheets(source: Source) -> list[tuple[str, list[list[Any]]]]:
    """Return name and rows of every sheet of a workbook; blank cells are ``""``, all rows of a sheet have equal length.

    The reader, written in Rust, ends its process where a damaged workbook asks for too much memory, so it works in one of its own.
    What that sends is pickled by us from texts and numbers; no file's pickle is ever loaded.
    Raises FormatError: it gave up. DataMissingError: python-calamine is not installed.
    """
    try:
        import python_calamine  # noqa: F401
    except ImportError:
        raise DataMissingError(
            f"{source.where}: reading xlsx and xlsb files needs python-calamine. Install it with: pip install 'unweave[formats]'"
        ) from None
    with source.open() as stream:
        content = stream.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        refuse_large(sum(entry.file_size for entry in archive.infolist()), source.where, verb="unpacks to")
    command = [sys.executable, "-c", _WORKER, str(WORKER_MEMORY)]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    if done.returncode:
        said = [
            line
            for line in done.stderr.decode("utf-8", "replace").splitlines()
            if re.match(r"\S*(Error|memory|thread)", line)
        ]
        raise FormatError(
            f"{source.where}: not a readable workbook ({ascii((said or ['the reader ended'])[-1][:160])[1:-1]}). It is damaged or of "
            "another format; copy or download it again."
        )
    pages: list[tuple[str, list[list[Any]]]] = pickle.loads(done.stdout)
    for _, rows in pages:
        refuse_many(len(rows), max(map(len, rows), default=0), source.where)
    return pages


#: Address space of the process that reads a workbook (the largest, WIOD 2016 and ADB, need 2 GB).
WORKER_MEMORY = 6 * 1024**3
_WORKER = """
import io, pickle, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, ValueError):
    pass
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
rows = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
sys.stdout.buffer.write(pickle.dumps(rows, protocol=5))
"""
