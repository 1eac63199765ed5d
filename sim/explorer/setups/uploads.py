"""What users hand in: scenarios, tables and zips of runs, as data only; checked before anything is read.

Nothing is executed or unpickled. A scenario may build on the library and name bundled tables, not files of the server. Of a
zip the names, kinds, sizes and number of its files are checked before they are unpacked, what comes out is counted, and
tables are looked at before they are loaded. Messages speak of the user's file.
"""

import io
import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from decomp.errors import DecompError, FormatError
from decomp.io import attach_classes, bundled_names, load, refuse_imbalance
from decomp.io.compact import read_npz_bytes
from decomp.table import WorldTable
from sim.errors import OutputError, ScenarioError
from sim.explorer.setups.engine import load as load_setup
from sim.explorer.setups.levers import ASIDE, canonical
from sim.explorer.setups.setup import STATUS_QUO, Setup, given_tables, preset_scenario, presets, table_of
from sim.explorer.setups.share import unsaid
from sim.indicators import INDICATORS
from sim.report.sentences import headline
from sim.runs.saved import ON_REQUEST, TABLES, read_manifest, read_run
from sim.scenario import scenario_files
from sim.scenario.read import read_scenario
from sim.scenario.schema import EXTENDS
from sim.scenario.yaml_text import YamlDocument, parse
from sim.texts import LANGUAGES

#: Largest scenario, table file and zip, and largest sum of what a table or zip unpacks to, in bytes.
MAX_SCENARIO, MAX_TABLE, MAX_ZIP, MAX_UNPACKED = 200 * 1024, 20 * 1024**2, 60 * 1024**2, 300 * 1024**2
#: Most economy–sectors of a table, files of a zip, rows of a table of a run, and characters of a text in run.json.
MAX_CELLS, MAX_FILES, MAX_ROWS, MAX_TEXT = 1600, 100, 3_000_000, 4000
#: Endings that are read.
SCENARIO_ENDINGS, TABLE_ENDINGS, ZIP_ENDINGS = ("yaml", "yml"), ("npz", "csv"), ("zip",)
#: Endings of the files of a run folder, and how deep they lie: in the folder or in one below it.
ENDINGS = frozenset(
    {".csv", ".html", ".json", ".jsonl", ".md", ".parquet", ".yaml", ".npz", ".png", ".svg", ".cff", ".txt"}
)
DEPTH = 2
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
#: What Markdown would turn into a link or a picture from elsewhere.
_MARKUP = re.compile(r"\]\s*\(|!\[|<\s*[a-zA-Z/!]")


class UploadError(ValueError):
    """A file is not taken: too large, or of another kind; ``key`` is its text, ``values`` what stands in it."""

    def __init__(self, key: str, **values: str) -> None:
        self.key, self.values = key, values
        super().__init__(f"{key}: {values}")


def safe_name(name: str) -> str:
    """The last part of a file name, of letters, digits, dot, dash and underscore only.

    >>> safe_name("../../etc/my table.yaml")
    'my_table.yaml'
    """
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[^\w.-]", "_", last).lstrip(".")[:80] or "file"


def printable(text: str, most: int = 120) -> str:
    """A text of a file for a message, cut to ``most`` characters.

    >>> printable("../../etc/x" + chr(0))
    '../../etc/x?'
    """
    return "".join(char if char.isprintable() else "?" for char in text)[:most]


def megabytes(size: int) -> str:
    """Size of a file for people.

    >>> megabytes(2_500_000)
    '2.4 MB'
    >>> megabytes(20 * 1024**2), megabytes(200 * 1024)
    ('20 MB', '200 kB')
    """
    amount, unit = (size / 1024**2, "MB") if size >= 1024**2 / 4 else (size / 1024, "kB")
    return f"{amount:.1f}".removesuffix(".0") + f" {unit}"


def _checked(name: str, size: int, endings: tuple[str, ...], most: int) -> str:
    """Safe name of a file whose size and ending are allowed."""
    plain = safe_name(name)
    if not size:
        raise UploadError("upload.empty", name=plain)
    if plain.rpartition(".")[2].lower() not in endings:
        raise UploadError("upload.ending", name=plain, allowed=", ".join(f".{ending}" for ending in endings))
    if size > most:
        raise UploadError("upload.large", name=plain, size=megabytes(size), most=megabytes(most))
    return plain


def scenario_text(name: str, content: bytes) -> str:
    """Text of a scenario file; an UploadError when it is empty, too large, of another ending, or not UTF-8."""
    plain = _checked(name, len(content), SCENARIO_ENDINGS, MAX_SCENARIO)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UploadError("upload.encoding", name=plain) from None


def read_own(text: str, name: str, now: Setup) -> Setup:
    """Read a scenario from its text, as the difference from what it builds on; a table that was handed in stays in place.

    An UploadError when it is too large; a ScenarioError with all problems when it is not valid
    or refers to a file.
    """
    plain_name = _checked(name, len(text.encode()), SCENARIO_ENDINGS, MAX_SCENARIO)
    document = parse(text, plain_name)
    table = table_of(now.table) if now.table in given_tables else None
    _only_the_library(document, table)
    scenario = read_scenario(document, table=table, indicators=INDICATORS).scenario
    setup = Setup(document.data.get(EXTENDS) or STATUS_QUO, now.table if table is not None else scenario.table)
    if scenario.name in presets() and scenario == preset_scenario(scenario.name):
        return replace(setup, preset=scenario.name)
    data = {
        key: value for key, value in {EXTENDS: "", **document.data}.items() if key not in (*ASIDE, "accept_imbalance")
    }
    data = {key: value for key, value in data.items() if key != EXTENDS or not value}
    setup = replace(setup, own=canonical(data))
    usual = unsaid(setup)
    setup = replace(setup, own=canonical({key: value for key, value in data.items() if usual.get(key) != value}))
    load_setup(setup)
    return replace(setup, start=max(setup.years[0] + 1, min(setup.start, setup.years[1] - 1)))


def _only_the_library(document: YamlDocument, table: WorldTable | None) -> None:
    """Refuse references to files: a page reads what is handed in, not what lies on the server."""
    if not isinstance(document.data, dict):
        return
    problems = []
    for key, code, allowed in (("extends", "S033", tuple(scenario_files())), ("table", "S027", bundled_names())):
        value = document.data.get(key)
        if isinstance(value, str) and value not in allowed and not (key == "table" and table is not None):
            place = document.place((key,))
            help = f"allowed here: {', '.join(allowed)}; on the command line it may also be the path of a file"
            problems.append(place.problem(code, f"{value!r} is not of the library.", help=help))
    if problems:
        raise ScenarioError(problems)


def read_table(name: str, content: bytes) -> WorldTable:
    """Read a table that was handed in: compact npz, labelled CSV or OECD ICIO CSV.

    An UploadError when it is empty, too large, or of another ending; a DecompError with the place when it is not valid or unbalanced.
    """
    plain = _checked(name, len(content), TABLE_ENDINGS, MAX_TABLE)
    if plain.lower().endswith(".npz"):
        table = attach_classes(read_npz_bytes(content, plain, max_bytes=MAX_UNPACKED))
        refuse_imbalance(table)
    else:
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / plain
            file.write_bytes(content)
            try:
                table = load(file)
            except DecompError as error:
                raise type(error)(str(error).replace(str(file), plain)) from None
    if table.n > MAX_CELLS:
        raise FormatError(
            f"{plain}: {table.G} economies × {table.N} sectors are {table.n} cells; up to {MAX_CELLS} are taken here. "
            "Aggregate it, or run it on the command line."
        )
    return table


Entries = dict[PurePosixPath, zipfile.ZipInfo]


@dataclass(frozen=True, eq=False)
class Unpacked:
    """A run folder that was handed in; ``place`` removes it when it is no longer held."""

    folder: Path
    place: tempfile.TemporaryDirectory[str]


def unpack(name: str, content: bytes) -> Unpacked:
    """Unpack and check a zip of a run folder, as the pages give it away.

    An UploadError when it is none or asks for more than a run needs; an OutputError when the run is incomplete or of another
    layout version.
    """
    plain = _checked(name, len(content), ZIP_ENDINGS, MAX_ZIP)
    place = tempfile.TemporaryDirectory(prefix="unweave-", ignore_cleanup_errors=True)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            entries = _entries(plain, box)
            # The name that the run folder had, else that of the zip.
            above = PurePosixPath(entries[PurePosixPath("run.json")].filename).parent.name
            folder = Path(place.name) / safe_name(above or plain.removesuffix(".zip"))
            _extract(plain, box, entries, folder)
        _check(plain, folder)
    except Exception as error:
        place.cleanup()
        if isinstance(error, UploadError):
            raise
        if isinstance(error, OutputError):
            raise OutputError(printable(str(error).replace(f"{place.name}/", ""), 500)) from None
        # Whatever a damaged zip makes its readers raise is a damaged zip.
        raise UploadError("upload.zip_bad", name=plain, why=printable(f"{type(error).__name__}: {error}")) from None
    return Unpacked(folder, place)


def _entries(plain: str, box: zipfile.ZipFile) -> Entries:
    """Files by their path in the run folder, after looking at names, kinds and sizes."""
    listed = box.infolist()
    entries = [entry for entry in listed if not entry.is_dir()]
    if len(listed) > MAX_FILES:
        raise UploadError("upload.zip_many", name=plain, count=str(len(listed)), most=str(MAX_FILES))
    if (whole := sum(entry.file_size for entry in entries)) > MAX_UNPACKED:
        raise UploadError("upload.zip_unpacked", name=plain, size=megabytes(whole), most=megabytes(MAX_UNPACKED))
    for entry in entries:
        if fault := _fault_of(entry):
            raise UploadError(fault, name=plain, file=printable(entry.filename))
    roots = [path.parent for entry in entries if (path := PurePosixPath(entry.filename)).name == "run.json"]
    if len(roots) != 1:
        raise UploadError("upload.zip_no_run", name=plain)
    found: Entries = {}
    for entry in entries:
        path = PurePosixPath(entry.filename)
        inner = path.relative_to(roots[0]) if path.is_relative_to(roots[0]) else None
        if inner is None or len(inner.parts) > DEPTH or str(inner).lower() in {str(other).lower() for other in found}:
            raise UploadError("upload.zip_path", name=plain, file=printable(entry.filename))
        found[inner] = entry
    return found


def _fault_of(entry: zipfile.ZipInfo) -> str:
    """Why an entry is refused: it leads elsewhere, is a link, or is of a kind or packing that runs do not have."""
    path, kind = PurePosixPath(entry.filename), stat.S_IFMT(entry.external_attr >> 16)
    if (
        any(char in entry.orig_filename for char in "\\\0")
        or ":" in entry.filename
        or path.is_absolute()
        or any(part in ("..", ".") or _DEVICES.fullmatch(part) for part in path.parts)
        or not entry.filename.isprintable()
        or kind not in (0, stat.S_IFREG)
    ):
        return "upload.zip_path"
    packed = entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return "upload.zip_kind" if packed or path.suffix.lower() not in ENDINGS else ""


def _extract(plain: str, box: zipfile.ZipFile, entries: Entries, folder: Path) -> None:
    """Write the files, counting what really comes out: sizes that a zip states may be wrong."""
    left = MAX_UNPACKED
    for path, entry in entries.items():
        target = folder.joinpath(*path.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with box.open(entry) as source, target.open("xb") as sink:
            while piece := source.read(1024**2):
                left -= len(piece)
                if left < 0:
                    most = megabytes(MAX_UNPACKED)
                    raise UploadError("upload.zip_unpacked", name=plain, size=f"> {most}", most=most)
                sink.write(piece)


def _check(plain: str, folder: Path) -> None:
    """Look at run.json and the tables before the run is read, and then read it once."""
    manifest = read_manifest(folder)
    for text in _texts(manifest):
        if len(text) > MAX_TEXT or _MARKUP.search(text):
            raise UploadError("upload.zip_run", name=plain, why=printable(text[:60]))
    if not isinstance(manifest.get("name"), str) or not isinstance(manifest.get("years"), dict):
        raise UploadError("upload.zip_run", name=plain, why="name, years")
    for name in (*TABLES, *ON_REQUEST):
        file = folder / "tables" / f"{name}.parquet"
        if file.is_file() and (why := _fault_of_table(file)):
            raise UploadError("upload.zip_table", name=plain, file=file.name, why=why)
    try:
        run = read_run(folder)
        _ = run.years, run.economies, run.sectors, [headline(run, lang) for lang in LANGUAGES]
    except OutputError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        why = f"{type(error).__name__}: {printable(str(error))}"
        raise UploadError("upload.zip_run", name=plain, why=why) from None


def _fault_of_table(file: Path) -> str:
    """Why a table is refused: only numbers, truth values and texts, and not more rows than a run has, may stand in it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        described = pq.ParquetFile(file)
        rows, columns = described.metadata.num_rows, list(described.schema_arrow)
    except (OSError, pa.ArrowException) as error:
        return printable(str(error), 200)
    kinds = ("integer", "floating", "boolean", "string", "large_string", "null")
    for column in columns:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if not any(getattr(pa.types, f"is_{name}")(kind) for name in kinds):
            return f"{printable(column.name)}: {kind}"
    return f"{rows:,} > {MAX_ROWS:,}" if rows > MAX_ROWS else ""


def _texts(data: Any) -> Iterator[str]:
    """All texts of run.json, keys too."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for value in [*data, *data.values()] if isinstance(data, dict) else data:
            yield from _texts(value)
