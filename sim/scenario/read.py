"""Reading a scenario: file or name, overrides, every problem at once, resolved against its table."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from decomp.errors import DataMissingError
from decomp.labels import did_you_mean, listed
from sim.errors import Problem, ScenarioError
from sim.resources import scenario_files
from sim.scenario.checks import check
from sim.scenario.inherit import inherited
from sim.scenario.labels import OPTIONAL
from sim.scenario.overrides import Overrides, overridden
from sim.scenario.problems import Problems
from sim.scenario.resolve import ResolvedScenario, resolve
from sim.scenario.schema import LONGEST, Scenario
from sim.scenario.structure import structure
from sim.scenario.yaml_text import Place, YamlDocument, parse

if TYPE_CHECKING:
    from decomp.table import WorldTable

logger = logging.getLogger("unweave.scenario")

#: What a scenario can be read from: a path or library name, a scenario, or plain data.
ScenarioSource = str | Path | Scenario | Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedScenario:
    """A scenario ready to run: as read, resolved, with its table and the text it came from.

    Parameters
    ----------
    scenario : Scenario
        As written, with overrides.
    resolved : ResolvedScenario
    table : WorldTable
    warnings : tuple of Problem
    text : str
        The text as given; empty when the scenario did not come from a file.
    file : str
        Path of the file as given; empty when it did not come from a file.
    overrides : tuple of str
        As given, in the form ``path=value``.
    """

    scenario: Scenario
    resolved: ResolvedScenario
    table: WorldTable
    warnings: tuple[Problem, ...]
    text: str
    file: str
    overrides: tuple[str, ...]


def load_scenario(source: ScenarioSource, overrides: Overrides | None = None, **options: Any) -> Scenario:
    """Read and check a scenario; see :func:`read_scenario`, which also returns the table and the resolved form."""
    return read_scenario(source, overrides, **options).scenario


def read_scenario(
    source: ScenarioSource,
    overrides: Overrides | None = None,
    *,
    years: tuple[int, int] | None = None,
    seed: int | None = None,
    table: WorldTable | None = None,
    indicators: Collection[str] | None = None,
) -> LoadedScenario:
    """Read a scenario, check it and resolve it against its table.

    Parameters
    ----------
    source : str, Path, Scenario or mapping
        A file, the name of a scenario of the library, or a scenario in memory.
    overrides : list of ``"path=value"`` or mapping, optional
    years : (int, int), optional
        Run only these years. The base year stays; what the scenario plans later simply does not happen.
    seed : int, optional
    table : WorldTable, optional
        Used instead of the table that the scenario names.
    indicators : collection of str, optional
        Ids that expectations may name.

    Raises
    ------
    ScenarioError
        The scenario is not valid; carries all problems with their places.
    DecompError
        The table file exists but is not a valid table.
    """
    document, file = _document(source)
    document = overridden(inherited(document, file, read_document), overrides)
    problems = Problems(document)
    scenario = structure(document.data, problems)
    if scenario is None:
        problems.raise_errors()
        raise AssertionError("a scenario without a fault was not accepted")
    check(scenario, problems, indicators=indicators)
    if table is None:
        table = _table(scenario, file, problems)
    if table is not None:
        _check_base_year(scenario, table, problems)
        scenario = _with_run(_for_table(scenario, table, problems), years, seed, problems)
        resolved = resolve(scenario, table, problems=problems)
    problems.raise_errors()
    assert table is not None
    for warning in problems.warnings:
        logger.info("%s: %s", warning.place, warning.message)
    given = () if overrides is None else tuple(_spelled(overrides))
    return LoadedScenario(scenario, resolved, table, tuple(problems.warnings), document.text, file, given)


def find_scenario(name: str | Path) -> Path:
    """Return the file of a scenario: a path, or a name of the library.

    Raises
    ------
    ScenarioError
        S005: neither a file nor a name; suggests the nearest name.
    """
    path = Path(name)
    if path.is_file():
        return path
    library = scenario_files()
    plain = str(name).removesuffix(".yaml")
    if plain in library:
        return library[plain]
    what = (
        "is a folder, not a scenario file"
        if path.is_dir()
        else "there is no such file, and no such scenario in the library"
    )
    hint = did_you_mean(path.stem, library)
    raise ScenarioError(
        [Problem("S005", f"{what}{hint or '.'}", str(name), help=f"scenarios of the library: {listed(library)}")]
    )


def read_document(path: Path) -> YamlDocument:
    """Read a YAML file as UTF-8.

    Raises
    ------
    ScenarioError
        S005: it cannot be read, or is not UTF-8; S001…S004: it is not YAML that scenarios use.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ScenarioError([Problem("S005", f"cannot be read: {error.strerror or error}.", str(path))]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = f"is not UTF-8 text: byte 0x{error.object[error.start]:02x} in line {line}."
        help = "save the file as UTF-8, without compression"
        raise ScenarioError([Problem("S005", message, str(path), help=help)]) from None
    return parse(text, str(path))


def _document(source: ScenarioSource) -> tuple[YamlDocument, str]:
    if isinstance(source, str | Path):
        path = find_scenario(source)
        return read_document(path), str(path)
    nothing: Mapping[Any, Place] = MappingProxyType({})
    data = source.model_dump(by_alias=True, exclude_none=True) if isinstance(source, Scenario) else dict(source)
    return YamlDocument("", "", data, nothing, nothing), ""


def _table(scenario: Scenario, file: str, problems: Problems) -> WorldTable | None:
    """Load the table that the scenario names: bundled, or a file beside the scenario or in the working folder."""
    from decomp.io import bundled_names, load

    name = scenario.table
    if name in bundled_names():
        return load(name)
    places = [Path(file).parent / name] if file else []
    found = next((place for place in [*places, Path(name)] if place.exists()), None)
    try:
        return load(found if found is not None else name)
    except DataMissingError:
        help = f"bundled tables: {listed(bundled_names())}; or the path of a table file"
        problems.add(("table",), "S027", f"no table {name!r}{did_you_mean(name, bundled_names()) or '.'}", help=help)
        return None


def _check_base_year(scenario: Scenario, table: WorldTable, problems: Problems) -> None:
    start, end = scenario.years
    if table.year is None or table.year == start or "years" in problems.assumed:
        return
    help = f"write years: [{table.year}, {max(end, table.year)}], or choose the table of {start}"
    problems.add(
        ("years",),
        "S031",
        f"the base year {start} is not the year of the table {scenario.table!r}, {table.year}.",
        help=help,
    )


def _for_table(scenario: Scenario, table: WorldTable, problems: Problems) -> Scenario:
    """Return the scenario without expectations about optional economies (``IDN?``) that the table does not have."""
    bare = [one.economy.removesuffix(OPTIONAL) for one in scenario.expect]
    kept = [
        i for i, one in enumerate(scenario.expect) if not one.economy.endswith(OPTIONAL) or bare[i] in table.economies
    ]
    before = problems.indices.get("expect", list(range(len(bare))))
    problems.indices["expect"] = [before[i] for i in kept]
    expect = tuple(scenario.expect[i].model_copy(update={"economy": bare[i]}) for i in kept)
    return scenario.model_copy(update={"expect": expect})


def _with_run(scenario: Scenario, years: tuple[int, int] | None, seed: Any, problems: Problems) -> Scenario:
    """Return the scenario with the years and the seed of this run."""
    changes: dict[str, Any] = {}
    if years is not None and "years" not in problems.assumed:
        base = scenario.years[0]
        if years[0] != base or not base <= years[1] <= base + LONGEST:
            message = f"years {years[0]}:{years[1]} do not fit: a run starts in its base year {base} and goes forward at most {LONGEST} years."
            mark = Place("--years")
            problems.found.append(mark.problem("S022", message, help=f"for example --years {base}:{scenario.years[1]}"))
        else:
            changes["years"] = (int(years[0]), int(years[1]))
    if seed is not None:
        if not isinstance(seed, Integral) or seed < 0:
            problems.found.append(
                Place("--seed").problem("S013", f"the seed is {seed!r}; allowed: whole numbers from 0.")
            )
        else:
            changes["seed"] = int(seed)
    return scenario.model_copy(update=changes) if changes else scenario


def _spelled(overrides: Overrides) -> list[str]:
    if isinstance(overrides, Mapping):
        return [f"{name}={value}" for name, value in overrides.items()]
    return [overrides] if isinstance(overrides, str) else list(overrides)
