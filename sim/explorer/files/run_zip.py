"""A zip of a run folder, as the pages give it away, handed in again: checked as data before anything of it is read.

Names, kinds, sizes and number of the files are checked before they are unpacked, what is unpacked is counted, tables are
looked at before they are loaded; nothing is executed or unpickled. The files lie in a folder of the session, which goes with it.
"""

from __future__ import annotations

import io
import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sim.errors import OutputError
from sim.explorer.files.uploads import UploadError, megabytes, safe_name
from sim.runs.saved import ON_REQUEST, TABLES, read_manifest, read_run
from sim.texts import LANGUAGES

#: Largest zip and largest sum of its files in bytes; most files; most rows of a table and most characters of a text in run.json.
MAX_ZIP, MAX_UNPACKED, MAX_FILES, MAX_ROWS, MAX_TEXT = 60 * 1024**2, 300 * 1024**2, 100, 3_000_000, 4000
#: Endings of the files of a run folder.
ENDINGS = frozenset(
    {".csv", ".html", ".json", ".jsonl", ".md", ".parquet", ".yaml", ".npz", ".png", ".svg", ".cff", ".txt"}
)
#: Files lie in the run folder or in one below it.
DEPTH = 2
#: Bytes that are unpacked at a time.
PIECE = 1024 * 1024
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
#: What Markdown would turn into a link or a picture from elsewhere.
_MARKUP = re.compile(r"\]\s*\(|!\[|<\s*[a-zA-Z/!]")


@dataclass(frozen=True, eq=False)
class Unpacked:
    """A run folder that was handed in; ``place`` removes it when it is no longer held."""

    folder: Path
    place: tempfile.TemporaryDirectory[str]


def unpack(name: str, content: bytes) -> Unpacked:
    """Unpack and check a zip of a run folder.

    Raises
    ------
    UploadError
        Not a zip of a run folder, or one that asks for more than a run needs: which file, and what is wrong with it.
    OutputError
        The run was written by another layout version, or is not complete.
    """
    plain = safe_name(name)
    if not content:
        raise UploadError("upload.empty", name=plain)
    if len(content) > MAX_ZIP:
        raise UploadError("upload.large", name=plain, size=megabytes(len(content)), most=megabytes(MAX_ZIP))
    place = tempfile.TemporaryDirectory(prefix="unweave-", ignore_cleanup_errors=True)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            files = _files(plain, box)
            folder = Path(place.name) / _folder_name(plain, files)
            _extract(plain, box, files, folder)
        _check(plain, folder)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        place.cleanup()
        if isinstance(error, UploadError | OutputError):
            raise
        raise UploadError("upload.zip_bad", name=plain, why=str(error)) from None
    except BaseException:
        place.cleanup()
        raise
    return Unpacked(folder, place)


def _files(plain: str, box: zipfile.ZipFile) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """Files by their path in the run folder, after looking at names, kinds and sizes."""
    entries = [one for one in box.infolist() if not one.is_dir()]
    if len(box.infolist()) > MAX_FILES:
        raise UploadError("upload.zip_many", name=plain, count=str(len(box.infolist())), most=str(MAX_FILES))
    whole = sum(one.file_size for one in entries)
    if whole > MAX_UNPACKED:
        raise UploadError("upload.zip_unpacked", name=plain, size=megabytes(whole), most=megabytes(MAX_UNPACKED))
    paths = {one: _path(plain, one) for one in entries}
    roots = [path.parent for path in paths.values() if path.name == "run.json"]
    if len(roots) != 1:
        raise UploadError("upload.zip_no_run", name=plain)
    found: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for one, path in paths.items():
        if not path.is_relative_to(roots[0]):
            raise UploadError("upload.zip_path", name=plain, file=shown(one.filename))
        inner = path.relative_to(roots[0])
        if len(inner.parts) > DEPTH or PurePosixPath(str(inner).lower()) in {
            PurePosixPath(str(p).lower()) for p in found
        }:
            raise UploadError("upload.zip_path", name=plain, file=shown(one.filename))
        found[inner] = one
    return found


def _path(plain: str, entry: zipfile.ZipInfo) -> PurePosixPath:
    """Path of an entry; one that leads elsewhere, is a link or of a kind that runs do not have is refused."""
    path, mode = PurePosixPath(entry.filename), entry.external_attr >> 16
    strange = (
        "\\" in entry.orig_filename
        or "\0" in entry.orig_filename
        or ":" in entry.filename
        or path.is_absolute()
        or any(part in ("..", ".") or _DEVICES.fullmatch(part) for part in path.parts)
        or not entry.filename.isprintable()
    )
    if strange or (mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
        raise UploadError("upload.zip_path", name=plain, file=shown(entry.filename))
    if path.suffix.lower() not in ENDINGS or entry.flag_bits & 0x1:
        raise UploadError("upload.zip_kind", name=plain, file=shown(entry.filename))
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UploadError("upload.zip_kind", name=plain, file=shown(entry.filename))
    return path


def shown(file: str) -> str:
    """Name of a file for a message.

    >>> shown("../../etc/x" + chr(0))
    '../../etc/x?'
    """
    return "".join(char if char.isprintable() else "?" for char in file)[:120]


def _folder_name(plain: str, files: dict[PurePosixPath, zipfile.ZipInfo]) -> str:
    """The name that the run folder had, else that of the zip."""
    above = PurePosixPath(files[PurePosixPath("run.json")].filename).parent.name
    return safe_name(above or plain.removesuffix(".zip"))


def _extract(plain: str, box: zipfile.ZipFile, files: dict[PurePosixPath, zipfile.ZipInfo], folder: Path) -> None:
    """Write the files, counting what really comes out: sizes that a zip states may be wrong."""
    left = MAX_UNPACKED
    for path, entry in files.items():
        target = folder.joinpath(*path.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with box.open(entry) as source, target.open("xb") as sink:
            while piece := source.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise UploadError(
                        "upload.zip_unpacked",
                        name=plain,
                        size=f"> {megabytes(MAX_UNPACKED)}",
                        most=megabytes(MAX_UNPACKED),
                    )
                sink.write(piece)


def _check(plain: str, folder: Path) -> None:
    """Look at run.json and the tables before the run is read, and then read it once."""
    from sim.report import headline

    try:
        manifest = read_manifest(folder)
    except RecursionError:
        raise UploadError("upload.zip_run", name=plain, why="nested too deep") from None
    for text in _texts(manifest):
        if len(text) > MAX_TEXT or _MARKUP.search(text):
            raise UploadError("upload.zip_run", name=plain, why=shown(text[:60]))
    if not isinstance(manifest.get("name"), str) or not isinstance(manifest.get("years"), dict):
        raise UploadError("upload.zip_run", name=plain, why="name, years")
    for name in (*TABLES, *ON_REQUEST):
        file = folder / "tables" / f"{name}.parquet"
        if file.is_file():
            _check_table(plain, file)
    try:
        run = read_run(folder)
        _ = run.years, run.economies, run.sectors, [headline(run, lang) for lang in LANGUAGES]
    except OutputError as error:
        raise OutputError(str(error).replace(f"{folder.parent}/", "")) from None
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UploadError("upload.zip_run", name=plain, why=f"{type(error).__name__}: {shown(str(error))}") from None


def _check_table(plain: str, file: Path) -> None:
    """Only numbers, truth values and texts, and not more rows than a run has: a small file can unfold to a huge table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        described = pq.ParquetFile(file)
        rows, fields = described.metadata.num_rows, list(described.schema_arrow)
    except (OSError, pa.ArrowException) as error:
        raise UploadError("upload.zip_table", name=plain, file=file.name, why=str(error)[:200]) from None
    for one in fields:
        kind = one.type.value_type if pa.types.is_dictionary(one.type) else one.type
        plainly = (
            pa.types.is_integer,
            pa.types.is_floating,
            pa.types.is_boolean,
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_null,
        )
        if not any(test(kind) for test in plainly):
            raise UploadError("upload.zip_table", name=plain, file=file.name, why=f"{shown(one.name)}: {kind}")
    if rows > MAX_ROWS:
        raise UploadError("upload.zip_table", name=plain, file=file.name, why=f"{rows:,} > {MAX_ROWS:,}")


def _texts(data: Any) -> Iterator[str]:
    """All texts of run.json, keys too."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from data
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
