"""What users hand in: scenarios and tables, as data only. Size, name and references are checked before anything is read.

Nothing is executed or unpickled. A scenario may build on the library and name bundled tables, not files of the server; a
table is read from memory or from a folder of its own that is removed again, and messages speak of the user's file.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from decomp.errors import DecompError, FormatError
from sim.errors import Problem, ScenarioError
from sim.explorer.setups.engine import Finished, simulate
from sim.explorer.setups.setup import Setup
from sim.scenario import scenario_files
from sim.scenario.yaml_text import YamlDocument, parse

if TYPE_CHECKING:
    from decomp.table import WorldTable
    from sim.scenario.read import LoadedScenario

#: Largest scenario, table file, and unpacked table in bytes; largest number of economy–sectors.
MAX_SCENARIO, MAX_TABLE, MAX_UNPACKED, MAX_CELLS = 200 * 1024, 20 * 1024**2, 300 * 1024**2, 1600
#: Endings that are read.
SCENARIO_ENDINGS, TABLE_ENDINGS = ("yaml", "yml"), ("npz", "csv")
#: Name that stands in a scenario for the table that was handed in.
OWN_TABLE = "uploaded"


class UploadError(ValueError):
    """A file is not taken: too large, or of another kind; ``key`` is its text, ``values`` what stands in it."""

    def __init__(self, key: str, **values: str) -> None:
        self.key, self.values = key, values
        super().__init__(f"{key}: {values}")


@dataclass(frozen=True, slots=True)
class GivenSetup(Setup):
    """A scenario that was handed in, as the jobs take it: its key is the digest of scenario and table."""

    digest: str = ""
    loaded: LoadedScenario | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """Canonical text of everything that decides the numbers."""
        return f"given:{self.digest}"


def run_given(
    setup: Setup,
    progress: Callable[[int, int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Finished:
    """Run what was handed in; any other setup as always."""
    if not isinstance(setup, GivenSetup) or setup.loaded is None:
        return simulate(setup, progress, stop)
    from sim.runs.runner import run_loaded

    return Finished(setup, run_loaded(setup.loaded, progress=progress, stop=stop))


def safe_name(name: str) -> str:
    """The last part of a file name, of letters, digits, dot, dash and underscore only.

    >>> safe_name("../../etc/my table.yaml")
    'my_table.yaml'
    """
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[^\w.-]", "_", last).lstrip(".")[:80] or "file"


def _checked(name: str, size: int, endings: tuple[str, ...], most: int) -> str:
    plain = safe_name(name)
    if not size:
        raise UploadError("upload.empty", name=plain)
    if plain.rpartition(".")[2].lower() not in endings:
        raise UploadError("upload.ending", name=plain, allowed=", ".join(f".{one}" for one in endings))
    if size > most:
        raise UploadError("upload.large", name=plain, size=megabytes(size), most=megabytes(most))
    return plain


def megabytes(size: int) -> str:
    """Size of a file for people.

    >>> megabytes(2_500_000)
    '2.4 MB'
    >>> megabytes(20 * 1024**2), megabytes(200 * 1024)
    ('20 MB', '200 kB')
    """
    amount, unit = (size / 1024**2, "MB") if size >= 1024**2 / 4 else (size / 1024, "kB")
    return f"{amount:.1f}".removesuffix(".0") + f" {unit}"


def scenario_text(name: str, content: bytes) -> str:
    """Text of a scenario file.

    Raises
    ------
    UploadError
        Empty, too large, another ending, or not UTF-8.
    """
    plain = _checked(name, len(content), SCENARIO_ENDINGS, MAX_SCENARIO)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UploadError("upload.encoding", name=plain) from None


def read_given(text: str, name: str, table: WorldTable | None = None) -> GivenSetup:
    """Read a scenario from its text, on the table that it names or on one that was handed in.

    Raises
    ------
    UploadError
        Too large.
    ScenarioError
        Not valid, or it refers to a file: all problems with their lines and columns.
    """
    from sim.indicators import INDICATORS
    from sim.scenario.read import read_scenario
    from sim.scenario.schema import scenario_hash

    plain = _checked(name, len(text.encode()), SCENARIO_ENDINGS, MAX_SCENARIO)
    _only_the_library(parse(text, plain), table)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / plain
        file.write_text(text, encoding="utf-8")
        try:
            loaded = read_scenario(file, table=table, indicators=INDICATORS)
        except ScenarioError as error:
            raise ScenarioError([_renamed(one, str(file), plain) for one in error.problems]) from None
    digest = scenario_hash(loaded.resolved, table_checksum=loaded.table.checksum())
    warnings = tuple(_renamed(one, str(file), plain) for one in loaded.warnings)
    loaded = replace(loaded, file=plain, text=text, warnings=warnings)
    first, last = loaded.resolved.scenario.years
    del first
    return GivenSetup(table=loaded.table.name or OWN_TABLE, end=last, digest=digest, loaded=loaded)


def _renamed(problem: Problem, path: str, name: str) -> Problem:
    """A problem in the user's own file name."""
    clean = {key: getattr(problem, key).replace(path, name) for key in ("file", "message", "help")}
    return replace(problem, **clean)


def _only_the_library(document: YamlDocument, table: WorldTable | None) -> None:
    """Refuse references to files: a page reads what is handed in, not what lies on the server."""
    from decomp.io import bundled_names

    if not isinstance(document.data, dict):
        return
    problems = []
    for key, allowed in (("extends", tuple(scenario_files())), ("table", bundled_names())):
        value = document.data.get(key)
        if isinstance(value, str) and value not in allowed and not (key == "table" and table is not None):
            mark = document.place((key,))
            help = f"allowed here: {', '.join(allowed)}; on the command line it may also be the path of a file"
            problems.append(
                mark.problem("S033" if key == "extends" else "S027", f"{value!r} is not of the library.", help=help)
            )
    if problems:
        raise ScenarioError(problems)


def read_table(name: str, content: bytes) -> WorldTable:
    """Read a table that was handed in: compact npz, labelled CSV or OECD ICIO CSV.

    Raises
    ------
    UploadError
        Empty, too large, or another ending.
    DecompError
        Not a valid table; the message names the place and the user's file.
    """
    from decomp.io import attach_classes, load
    from decomp.io.compact import read_npz_bytes

    plain = _checked(name, len(content), TABLE_ENDINGS, MAX_TABLE)
    if plain.lower().endswith(".npz"):
        table = attach_classes(read_npz_bytes(content, plain, max_bytes=MAX_UNPACKED))
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


def digest_of(content: bytes) -> str:
    """Short digest of a file, to tell whether it was read already."""
    return hashlib.sha256(content).hexdigest()[:16]
