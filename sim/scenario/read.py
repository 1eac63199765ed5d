"""Reading a scenario: file or name, overrides, every problem at once, resolved against its table."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any

from decomp.errors import DataMissingError
from decomp.labels import did_you_mean, listed
from decomp.table import WorldTable
from sim.calibration import unmapped
from sim.errors import Place, Problem, Problems, ScenarioError, quoted
from sim.rules import Rule
from sim.scenario import is_file, scenario_files
from sim.scenario.labels import OPTIONAL
from sim.scenario.layers import Overrides, inherited, overridden
from sim.scenario.resolve import ResolvedScenario, resolve
from sim.scenario.schema import LONGEST, Expectation, Scenario
from sim.scenario.validation import check, structure
from sim.scenario.yaml_text import MAX_SIZE, Node, YamlDocument, parse

logger = logging.getLogger("unweave.scenario")

#: What a scenario can be read from: a path or library name, a text that was parsed, a scenario, or plain data.
ScenarioSource = str | Path | YamlDocument | Scenario | Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedScenario:
    """A scenario ready to run: as written with overrides, and resolved; with its table and the warnings.

    ``text`` and ``file`` are the text and the path as given, empty when it did not come from a file; ``overrides`` as given, in the
    form ``path=value``.
    """

    scenario: Scenario
    resolved: ResolvedScenario
    table: WorldTable
    warnings: tuple[Problem, ...]
    text: str
    file: str
    overrides: tuple[str, ...]

    @property
    def rules(self) -> dict[str, list[str]]:
        """Sections of ``behaviour:`` with a rule that can act (``on``), and the others (``off``)."""
        rules = self.resolved.rules
        acting = {rule.section for rule in rules if not rule.idle(rule.settings)}
        sections = {rule.section: rule.section in acting for rule in rules}
        return {word: [name for name, on in sections.items() if on is (word == "on")] for word in ("on", "off")}


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
    rules: Iterable[Rule] = (),
) -> LoadedScenario:
    """Read a scenario, check it and resolve it against its table.

    ``source`` is a file, the name of a scenario of the library, a text that was parsed, or a scenario in memory, ``overrides`` a
    list of ``"path=value"`` or a mapping. Of ``years`` only these are run: the base year stays; what the scenario plans later
    simply does not happen. ``table`` is used instead of the one that the scenario names, ``indicators`` are the ids that
    expectations may name, and ``rules`` stand beside or instead of the built-in ones.

    Raises ScenarioError: the scenario is not valid; carries all problems with their places. DecompError: the table file exists but
    is not a valid table.
    """
    file = ""
    if isinstance(source, str | Path):
        file = str(find_scenario(source))
        document = read_document(Path(file))
    elif isinstance(source, YamlDocument):
        document = source
    else:
        data = source.model_dump(by_alias=True, exclude_none=True) if isinstance(source, Scenario) else dict(source)
        document = YamlDocument("", "", data, Node(Place("")))
    document = overridden(inherited(document, Path(file) if file else None, read_document), overrides)
    problems = Problems(document)
    rules = tuple(rules)
    scenario = structure(document.data, problems, rules)
    if scenario is None:
        problems.raise_errors()
        raise AssertionError("a scenario without a fault was not accepted")
    check(scenario, problems, indicators=indicators, rules=rules)
    if table is None:
        table = _table(scenario, file, problems)
    if table is not None:
        if table.year is None and "years" not in problems.assumed:
            table = table.replace(year=scenario.years[0])  # so that the calibration is of the scenario's time
        scenario = _for_run(scenario, table, years, seed, problems)
        resolved = resolve(scenario, table, rules=rules, problems=problems)
        for message in unmapped(table):
            help = "use codes of WIOD, ISIC Rev. 4, EXIOBASE or ISO 3166, or give the parts of your labels as members"
            problems.add(("table",), "S042", f"{message}.", help=help, warning=True)
    problems.raise_errors()
    assert table is not None
    for warning in problems.warnings:
        logger.info("%s: %s", warning.place, warning.message)
    if isinstance(overrides, Mapping):
        overrides = [f"{name}={value}" for name, value in overrides.items()]
    texts = (overrides,) if isinstance(overrides, str) else tuple(overrides or ())
    return LoadedScenario(scenario, resolved, table, tuple(problems.warnings), document.text, file, texts)


def find_scenario(name: str | Path) -> Path:
    """Return the file of a scenario: a path, or a name of the library; S005, with the nearest name, for neither."""
    path, library = Path(name), scenario_files()
    if is_file(path):
        return path
    plain = str(name).removesuffix(".yaml")
    if plain in library:
        return library[plain]
    folder = is_file(path, or_folder=True)
    what = (
        "is a folder, not a scenario file" if folder else "there is no such file, and no such scenario in the library"
    )
    help = f"scenarios of the library: {listed(library)}"
    raise ScenarioError(
        [Problem("S005", f"{what}{did_you_mean(path.stem[:200], library) or '.'}", str(name), help=help)]
    )


def read_document(path: Path) -> YamlDocument:
    """Read a YAML file as UTF-8; raise S005 where it cannot be read, S001…S006 where scenarios do not use such YAML."""

    def error(code: str, message: str, help: str = "") -> ScenarioError:
        return ScenarioError([Problem(code, message, str(path), help=help)])

    try:
        with path.open("rb") as file:
            content = file.read(MAX_SIZE + 1)
            if len(content) > MAX_SIZE:
                raise error("S006", f"the file has {path.stat().st_size:,} bytes; at most {MAX_SIZE:,}.")
        text = content.decode("utf-8-sig")
    except OSError as failure:
        raise error("S005", f"cannot be read: {failure.strerror or failure}.") from None
    except UnicodeDecodeError as failure:
        line = failure.object[: failure.start].count(b"\n") + 1
        message = f"is not UTF-8 text: byte 0x{failure.object[failure.start]:02x} in line {line}."
        raise error("S005", message, "save the file as UTF-8, without compression") from None
    return parse(text, str(path))


def _table(scenario: Scenario, file: str, problems: Problems) -> WorldTable | None:
    """Load the table that the scenario names: bundled, or a file beside the scenario or in the working folder."""
    from decomp.io import bundled_names, load

    name = scenario.table
    if name in bundled_names():
        return load(name)
    places = [Path(file).parent / name, Path(name)] if file else [Path(name)]
    path = next((place for place in places if is_file(place, or_folder=True)), None)
    try:
        if path is not None:
            return load(path, accept_imbalance=scenario.accept_imbalance)
    except DataMissingError:
        pass
    hint = did_you_mean(name, bundled_names()) or "."
    help = f"bundled tables: {listed(bundled_names())}; or the path of a table file, from the folder of the scenario"
    problems.add(("table",), "S027", f"no table {quoted(name)}{hint}", help=help)
    return None


def _for_run(
    scenario: Scenario, table: WorldTable, years: tuple[int, int] | None, seed: Any, problems: Problems
) -> Scenario:
    """Return the scenario with the table's expectations, and with the years and the seed of this run."""
    (start, end), changes = scenario.years, dict[str, Any]()
    known_years = "years" not in problems.assumed
    if years is not None:
        start = start if table.year is None else table.year  # the years of a run may be those of another table
    elif known_years and table.year not in (None, start):
        help = f"write years: [{table.year}, {max(end, int(table.year or end))}], or choose the table of {start}"
        message = f"the base year {start} is not the year of the table {scenario.table!r}, {table.year}."
        problems.add(("years",), "S031", message, help=help)
    # Expectations about optional economies (``IDN?``) count only where the table has them, in whatever spelling.
    kept = [(i, e) for i, e in enumerate(scenario.expect) if all(_there(table, name) for name in e.economies)]
    before = problems.indices.get("expect", range(len(scenario.expect)))
    problems.indices["expect"] = [before[i] for i, _ in kept]
    changes["expect"] = tuple(_spelled(table, e) for _, e in kept)
    if years is not None and known_years:
        if years[0] != start or not start <= years[1] <= start + LONGEST:
            message = f"years {years[0]}:{years[1]} do not fit: a run starts in its base year {start} and goes forward at most {LONGEST} years."
            problems.found.append(
                Place("--years").problem("S022", message, help=f"for example --years {start}:{max(start, end)}")
            )
        else:
            changes["years"] = (int(years[0]), int(years[1]))
    if isinstance(seed, Integral) and int(seed) >= 0:
        changes["seed"] = int(seed)
    elif seed is not None:
        message = f"the seed is {quoted(seed)}; allowed: whole numbers from 0."
        problems.found.append(Place("--seed").problem("S013", message))
    return scenario.model_copy(update=changes)


def _there(table: WorldTable, economy: str) -> bool:
    """Whether the table has an economy that is marked as optional; True of all others."""
    return not economy.endswith(OPTIONAL) or _label(table, economy.removesuffix(OPTIONAL)) in table.economies


def _spelled(table: WorldTable, stated: Expectation) -> Expectation:
    """The expectation with economies in the spelling of the table."""

    def label(name: str | None) -> str | None:
        return name and _label(table, name.removesuffix(OPTIONAL))

    moves = tuple(move.model_copy(update={"economy": label(move.economy)}) for move in stated.mechanism)
    own = {"economy": label(stated.economy), "who": label(stated.who), "mechanism": moves}
    return stated.model_copy(update=own)


def _label(table: WorldTable, economy: str) -> str:
    """Return the table's label of an economy: ``KR`` for KOR where the table spells it so."""
    found = () if economy in table.economies else table.labels_of("economy", economy)
    return found[0] if len(found) == 1 else economy
