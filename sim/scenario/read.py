"""Reading a scenario: file or name, overrides, every problem at once, resolved against its table; and its contrast.

The contrast is what ``brief:`` names: another scenario, or the same one without the policies and events that are its own, not inherited;
where it adds none, the scenario that it builds on; where there is none either, its own base year.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Integral
from pathlib import Path
from typing import Any

from decomp.errors import DataMissingError
from decomp.io import bundled_names, load
from decomp.labels import did_you_mean, listed
from decomp.table import WorldTable
from sim.calibration import unmapped
from sim.errors import Place, Problem, Problems, ScenarioError, quoted
from sim.rules import Rule
from sim.scenario import is_file, scenario_files
from sim.scenario.labels import OPTIONAL
from sim.scenario.layers import Overrides, inherited, overridden
from sim.scenario.resolve import ResolvedScenario, resolve
from sim.scenario.schema import BASE, LONGEST, OWN_CONTRAST, Brief, Event, Expectation, Policy, Scenario
from sim.scenario.validation import check, structure
from sim.scenario.yaml_text import MAX_SIZE, Node, YamlDocument, parse

logger = logging.getLogger("unweave.scenario")

#: Indicators of a brief that names none, and the most economies that one without any takes from the policies.
USUAL, MOST = ("real_income", "interdependence"), 4
#: Parts of a scenario whose overrides hold in the contrast too, where both say the same as written.
_SHARED = ("economy", "behaviour", "observed", "growth", "baseline")
_INTERVENTIONS = ("policies", "events")
#: Texts of a brief.
WORDS = ("question", "subject", "against")
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

    def changed(self, scenario: Scenario) -> LoadedScenario:
        """The same with another scenario in its place, resolved against the same table with the same rules."""
        return replace(self, resolved=resolve(scenario, self.table, rules=self.resolved.rules))


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
    if scenario.brief is not None:
        asked = (name for name in scenario.brief.economies if _there(table, name))
        whom = tuple(_label(table, name.removesuffix(OPTIONAL)) for name in asked)
        changes["brief"] = scenario.brief.model_copy(update={"economies": whom})
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


@dataclass(frozen=True)
class Question:
    """What a run is asked: the brief with everything filled in, and the name of the contrast (``own``, ``base``, a scenario)."""

    brief: Brief
    versus: str
    economies: tuple[str, ...]  # codes, groups as ``group:…``, or WLD
    indicators: tuple[str, ...]
    title: Any  # of the contrast, text or texts by language; empty for ``own`` and ``base``
    at: int  # year of the difference

    def plain(self) -> dict[str, Any]:
        """As run.json holds it."""
        words = {key: text and text.model_dump() for key in WORDS for text in [getattr(self.brief, key)]}
        asked = {"economies": list(self.economies), "indicators": list(self.indicators), "at": self.at}
        return {"versus": self.versus, "without": list(self.brief.without), "title": self.title, **words, **asked}


def question_of(loaded: LoadedScenario) -> Question:
    """Fill in what the brief of a scenario leaves open."""
    scenario, brief = loaded.resolved.scenario, _brief(loaded)
    versus = brief.versus
    if versus == OWN_CONTRAST and not brief.without and not any(_own(loaded, part) for part in _INTERVENTIONS):
        versus = (*scenario.derived_from, BASE)[0]
    file = _file(loaded, versus)
    title = read_document(file).data.get("title", "") if file is not None else ""
    at = min(brief.at or scenario.years[1], scenario.years[1])
    return Question(brief, versus, brief.economies or _acting(loaded), brief.indicators or USUAL, title, at)


def contrast_of(loaded: LoadedScenario) -> LoadedScenario | None:
    """The contrast, ready to run with the table, years and seed of the scenario; None where it is the base year.

    Overrides of settings in which both scenarios agree as written hold in both: they are no part of the difference.
    Raises ScenarioError: the other scenario cannot be read on this table.
    """
    asked, scenario = question_of(loaded), loaded.resolved.scenario
    if asked.versus == OWN_CONTRAST:
        return _without(loaded, asked.brief.without)
    if (file := _file(loaded, asked.versus)) is None:
        return None
    told: dict[str, Any] = {"years": scenario.years, "seed": scenario.seed, "table": loaded.table}
    overrides = [text for text in loaded.overrides if text.partition(".")[0] in _SHARED]
    if overrides and loaded.file:
        both = [read_scenario(path, **told).scenario.model_dump(by_alias=True) for path in (loaded.file, file)]
        overrides = [text for text in overrides if _at(both[0], text) == _at(both[1], text)]
    return read_scenario(file, overrides, **told)


def _brief(loaded: LoadedScenario) -> Brief:
    """The brief as written; of a scenario whose only policies come from overrides, one that asks what these do."""
    brief = loaded.resolved.scenario.brief or Brief()
    written = parse(loaded.text, "").data if loaded.text else {}
    if any(written.get(key) for name in _INTERVENTIONS for key in (name, f"{name}+")):
        return brief
    return Brief(indicators=brief.indicators) if any(o.startswith(_INTERVENTIONS) for o in loaded.overrides) else brief


def _file(loaded: LoadedScenario, name: str) -> Path | None:
    """File of another scenario: beside the scenario's own file, else of the library."""
    beside = Path(loaded.file).parent / f"{name}.yaml" if loaded.file else None
    return beside if beside is not None and beside.is_file() else scenario_files().get(name)


def _own(loaded: LoadedScenario, part: str) -> list[int]:
    """Positions of the policies or events that a scenario does not inherit as they are."""
    file = _file(loaded, loaded.scenario.derived_from[0]) if loaded.scenario.derived_from else None
    above = inherited(read_document(file), file, read_document).data.get(part) or [] if file else []
    handed = [(Policy if part == "policies" else Event).model_validate(entry) for entry in above]
    return [k for k, entry in enumerate(getattr(loaded.scenario, part)) if entry not in handed]


def _without(loaded: LoadedScenario, sections: tuple[str, ...]) -> LoadedScenario:
    """The same scenario without its own policies and events, and with some rules switched off."""
    scenario, changes = loaded.resolved.scenario, dict[str, Any](expect=(), outputs=())
    for part in _INTERVENTIONS:
        own = _own(loaded, part)
        changes[part] = tuple(entry for k, entry in enumerate(getattr(scenario, part)) if k not in own)
    off = {name: getattr(scenario.behaviour, name).model_copy(update={"active": False}) for name in sections}
    changes["behaviour"] = scenario.behaviour.model_copy(update=off)
    return loaded.changed(scenario.model_copy(update=changes))


def _acting(loaded: LoadedScenario) -> tuple[str, ...]:
    """Economies of the table that own policies and events name, actors first; the world where they are many or none."""
    entries = [getattr(loaded.scenario, part)[k] for part in _INTERVENTIONS for k in _own(loaded, part)]
    named = (name for key in ("who", "partners") for entry in entries for name in getattr(entry, key))
    found = dict.fromkeys(name for name in named if name in loaded.table.economies)
    return tuple(found) if 0 < len(found) <= MOST else ("WLD",)


def _at(data: Any, override: str) -> Any:
    """Value at the path of an override in plain data; None where there is none."""
    for part in override.partition("=")[0].strip().split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data
