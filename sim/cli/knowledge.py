"""Everything `unweave explain` can explain, from the registries of the program, as plain entries with the same few fields.

An id may stand for several things (``tariff`` is a lever, a kind of event and an indicator of a pair): all are given.
"""

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from decomp.names import groups
from decomp.terms import GROUPS, TERMS
from sim.calibration import STATUSES, parameters
from sim.calibration.given import given_sources
from sim.calibration.parameters import fact
from sim.calibration.rows import Row, read_rows
from sim.cli.lists import Entry, picked
from sim.economy.accounts import TOLERANCES as SOLVER
from sim.errors import CODES
from sim.indicators.checks import MEANINGS, TOLERANCES
from sim.indicators.registry import INDICATORS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.report.names import GAPS, parameter_label
from sim.scenario import scenario_files
from sim.scenario.given import GrowthSettings, ObservedSettings
from sim.scenario.settings import SETTING
from sim.scenario.yaml_text import parse
from sim.texts import Texts, catalogue

#: Calibration files besides parameters.csv: name of the quantity, with the first key of a row in it, and the keys of a row.
_FILES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "countries.csv": ("{}", ("parameter", "economy", "year")),
    "elasticities.csv": ("trade_elasticity.{}", ("set", "sector")),
    "exposure.csv": ("{}_exposure", ("kind", "sector")),
    "labour_profile.csv": ("labour_profile", ("sector",)),
    "ai_providers.csv": ("ai_provider_weights", ("economy",)),
    "facts.csv": ("{}", ("fact", "who", "whom", "period")),
    "observed.csv": ("observed.{}", ("series", "economy", "partner", "at")),
    "us_tariffs.csv": ("us_tariffs.{}", ("part", "partner", "at")),
}
#: Registries and words about everything: that an id stands there says nothing of its use.
_EVERYWHERE = ("sim.levers", "sim.indicators.registry", "sim.cli", "sim.texts", "decomp.terms")
_LANGS = ("en", "zh")
_WWZ = "Wang, Wei & Zhu (2013), NBER WP 19677"


def find(name: str) -> list[Entry]:
    """Entries with this id, whatever its case, and those whose last part it is (``robot_speed``); an exact one comes first.

    Scenario paths (``behaviour.automation.robot_speed``), numbers of terms (``T5``) and of lessons (``L3``) are ids too.
    """
    from sim.explorer.lessons.files import lesson_files

    wanted = name.strip().removeprefix("behaviour.").casefold()
    # Reading all lesson files takes longer than everything else that can be explained.
    lesson = wanted in lesson_files() or re.fullmatch(r"l\d+", wanted)
    known = [*_registries(), *(lessons() if lesson else ())]
    exact = [entry for entry in known if wanted in (entry["id"].casefold(), str(entry.get("number", "")).casefold())]
    return exact + [entry for entry in known if entry["id"].casefold().endswith(f".{wanted}")]


def names() -> list[str]:
    """All ids, each once, in the order of the registries; and their last parts, which are accepted as well."""
    ids = list(dict.fromkeys(entry["id"] for entry in entries()))
    return [*ids, *dict.fromkeys(id.rpartition(".")[2] for id in ids if "." in id)]


def entries() -> Iterator[Entry]:
    """Every entry, registry by registry, lessons last."""
    yield from _registries()
    yield from lessons()


@cache
def _registries() -> tuple[Entry, ...]:
    """Entries without their empty fields; numbers that are infinite become words, because JSON has none."""
    kinds = (_given, _parameters, _calibration, _levers, _indicators, _terms, _others, _computed)
    found = (entry for registry in kinds for entry in registry())
    return tuple({key: _plain(v) for key, v in entry.items() if v not in (None, "", (), [])} for entry in found)


def _plain(value: Any) -> Any:
    return ("inf" if value > 0 else "-inf") if isinstance(value, float) and math.isinf(value) else value


def _parameters() -> Iterator[Entry]:
    for row in parameters().values():
        entry = {"kind": "parameter", "id": row.id}
        entry |= {f"label_{lang}": parameter_label(row.id, Texts(lang)) for lang in _LANGS}
        entry |= picked(row, "value low high unit year source status note", status_meaning=STATUSES[row.status])
        if lever := SETTING.get(row.id):
            path = row.id if row.id.startswith("economy.") else f"behaviour.{row.id}"
            entry |= picked(lever, "allowed meaning", path=path, applies_to=lever.shape, nature=lever.kind)
        yield entry


def _calibration() -> Iterator[Entry]:
    for file, (template, keys) in _FILES.items():
        quantities: dict[str, list[Row]] = {}
        for row in read_rows(file, keys).values():
            quantities.setdefault(template.format(row.key[0]), []).append(row)
        for name, rows in quantities.items():
            statuses, sources = (dict.fromkeys(getattr(row, field) for row in rows) for field in ("status", "source"))
            low, high = min(row.value for row in rows), max(row.value for row in rows)
            shown = ("value", "low", "high", "year", "status", "note")
            names = [key for key in (keys[1:] or keys) if key != "year"]
            values = [
                {" ".join(names): " ".join(row.key[keys.index(name)] for name in names)}
                | {field: _plain(getattr(row, field)) for field in shown}
                for row in rows
            ]
            yield {"kind": "calibration", "id": name, "value": f"{len(rows)} values, {low:g} … {high:g}"} | {
                "unit": rows[0].unit,
                "source": "; ".join(sources),
                "status": ", ".join(statuses),
                "tables": [file],
                "status_meaning": "; ".join(STATUSES[status] for status in statuses),
                "values": values,
            }


def _given() -> Iterator[Entry]:
    """What scenarios can have given: `observed:` and `growth:`, with their settings, sources and what is missing."""
    for id, model in (("observed", ObservedSettings), ("growth", GrowthSettings)):
        observed = id == "observed"
        fields = {name: " ".join((field.description or "").split()) for name, field in model.model_fields.items()}
        gaps = {lang: [catalogue(lang)[f"given.gap_{k}"] for k in range(1, GAPS + 1)] for lang in _LANGS if observed}
        yield {
            "kind": "given",
            "id": id,
            **{f"label_{lang}": catalogue(lang)[f"given.about_{id}"] for lang in _LANGS},
            "meaning": " ".join((model.__doc__ or "").split()),
            "allowed": "; ".join(f"{name}: {text}" for name, text in fields.items()),
            "path": id,
            "source": "; ".join(given_sources(observed=observed, growth=not observed)),
            "note": " ".join(gaps.get("en", ())),
            "note_zh": "".join(gaps.get("zh", ())),
            "tables": ["observed.csv", "us_tariffs.csv"] if observed else ["series.csv", "parameters.csv (growth.…)"],
        }


def _levers() -> Iterator[Entry]:
    for kind, registry, path in (("policy", POLICY, "policies[].lever: "), ("event", EVENT, "events[].type: ")):
        for lever in registry.values():
            more = {"applies_to": lever.shape, "nature": lever.kind, "path": path + lever.id, "tables": ["levers"]}
            yield {"kind": kind} | picked(lever, "id label_en label_zh unit allowed meaning", **more)


def _indicators() -> Iterator[Entry]:
    terms = {term.code for term in TERMS} | {group.code for group in GROUPS}
    registries = (("indicator", INDICATORS, "indicators"), ("pair_indicator", PAIR_INDICATORS, "pairs"))
    for kind, registry, table in registries:
        for indicator in registry.values():
            if indicator.id not in terms:
                scope = indicator.scope if kind == "indicator" else ""
                fields = picked(indicator, "id label_en label_zh unit formula source", scope=scope, tables=[table])
                yield {"kind": kind} | fields


def _terms() -> Iterator[Entry]:
    common = {"unit": "million USD", "source": _WWZ, "tables": ["indicators", "pairs"]}
    for term in TERMS:
        number = f"T{term.number}"
        entry = {"kind": "term", "id": term.code, "number": number, "formula": f"{number} = {term.equation}"}
        sums = [group.code for group in GROUPS if term.number in group.terms]
        yield entry | picked(term, "label_en label_zh", terms=sums, **common)
    for group in GROUPS:
        entry = {"kind": "term_group", "id": group.code, "formula": f"{group.code} = {group.equation}"}
        parts = [term.code for term in TERMS if term.number in group.terms]
        yield entry | picked(group, "label_en label_zh", terms=parts, **common)


def _others() -> Iterator[Entry]:
    """Accounting checks, error codes, groups of economies and sectors."""
    for name in dict.fromkeys((*MEANINGS, *SOLVER)):
        labels = {f"label_{lang}": catalogue(lang).get(f"check.{name}", "") for lang in _LANGS}
        tolerance = TOLERANCES.get(name, SOLVER.get(name))
        formula = MEANINGS.get(name, "")
        yield {"kind": "check", "id": name, **labels, "formula": formula, "tolerance": tolerance, "tables": ["checks"]}
    yield from ({"kind": "error", "id": code, "meaning": meaning} for code, meaning in CODES.items())
    for kind, plural in (("economy", "economies"), ("sector", "sectors")):
        for group in groups(kind):
            labels = {"label_en": group.en, "label_zh": group.zh}
            yield {"kind": plural, "id": group.name, **labels} | picked(group, "note", members=sorted(group.members))


def _computed() -> Iterator[Entry]:
    """What is computed when it is asked for; :func:`uses` does it."""
    estimated = [fact("trade_elasticity", "all", period=period) for period in ("first year", "7 to 10 years")]
    yield {
        "kind": "computed",
        "id": "trade.horizon",
        "label_en": "Answer of trade to a tariff, year by year",
        "label_zh": "贸易对关税的逐年反应",
        "unit": "elasticity",
        "meaning": "Elasticity of American purchases of Chinese goods, relative to those from others, to a tariff that stays: years 1 to 10 "
        "after the rise and the long run (∞), for a set of elasticities and a speed of sourcing λ, solved on world-2022. Estimated: "
        f"{estimated[0].value:g} in the first year, {estimated[1].low:g} to {estimated[1].high:g} after 7 to 10. The model answers more: "
        "even when no sourcing has moved, trade without the tariff falls by the tariff (−1).",
        "formula": "ε_n = Σ_i w_i (Δ log X_i,s − Δ log X_i,q) / Δ log(1 + t)",
        "source": estimated[0].source,
        "status": estimated[0].status,
        "path": "economy.trade_elasticity, economy.sluggishness",
    }


def lessons() -> Iterator[Entry]:
    """One entry per lesson: goals, steps, and the sources that its answers are computed from."""
    from sim.explorer.lessons.files import lesson_files, library

    paths = lesson_files()
    for lesson in library().values():
        # Kind of each step, with the id of its question or the run that it makes.
        steps = [(step.kind, getattr(step, "id", None) or getattr(step, "source", None)) for step in lesson.steps]
        evidence = []
        for name, source in lesson.sources.items():
            label = {f"label_{lang}": source.label.in_(lang) for lang in _LANGS} if source.kind == "run" else {}
            changed = source.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"label", "kind"})
            evidence.append({"name": name, **label, "kind": source.kind, **changed})
        entry = {"kind": "lesson", "id": lesson.id, "number": f"L{lesson.order}", "evidence": evidence}
        entry |= {f"label_{lang}": lesson.title.in_(lang) for lang in _LANGS}
        entry |= {f"goals_{lang}": [goal.in_(lang) for goal in lesson.goals] for lang in _LANGS}
        entry["steps"] = [{"kind": kind, **({"name": name} if name else {})} for kind, name in steps]
        yield entry | picked(lesson, "minutes level", needs=list(lesson.needs), file=str(paths[lesson.id]))


def uses(kind: str, id: str) -> dict[str, list[Any]]:
    """Scenarios of the library and modules of the program that use an entry, where there are any; values of what is computed."""
    if kind in ("economies", "sectors", "lesson"):
        return {}
    if kind == "computed":
        from sim.observed.trade import horizon

        return {"values": horizon()}
    where = {"scenarios": scenarios_using(kind, id), "modules": modules_reading(kind, id)}
    return {key: value for key, value in where.items() if value}


def scenarios_using(kind: str, id: str) -> list[str]:
    """Scenarios of the library that set a lever, event or setting, or expect something of an indicator."""
    sections = {"policy": ("policies", "lever"), "event": ("events", "type")}
    sections |= dict.fromkeys(("indicator", "term", "term_group"), ("expect", "indicator"))
    found = []
    for name, path in scenario_files().items():
        data = parse(path.read_text(encoding="utf-8"), str(path)).data
        if kind == "parameter":
            mentioned = set(_settings(data))
        else:
            section, key = sections.get(kind, ("", ""))
            mentioned = {str(item.get(key)) for item in data.get(section) or ()}
        if id in mentioned:
            found.append(name)
    return found


def _settings(data: Mapping[str, Any]) -> Iterator[str]:
    """Ids of the settings that a scenario gives, for all economies or for one."""
    yield from _paths(data.get("economy") or {}, "economy")
    for family, entry in (data.get("behaviour") or {}).items():
        yield from _paths(entry, family)
        overrides = entry.get("overrides") or {} if isinstance(entry, Mapping) else {}
        for own in overrides.values():
            yield from _paths(own, family)


def _paths(tree: Any, prefix: str) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _paths(value, f"{prefix}.{key}")
    else:
        yield prefix


def modules_reading(kind: str, id: str) -> list[str]:
    """Modules whose code names the id in quotes, or a setting as an attribute, or declares it for its rule; sorted."""
    quoted = rf"""["']{re.escape(id)}["']"""
    last = id.rpartition(".")[2]
    pattern = re.compile(rf"{quoted}|[\w\])]\.{re.escape(last)}\b" if kind == "parameter" else quoted)
    rule, declaration = f"sim.rules.{id.partition('.')[0]}", re.compile(rf"\b{last}: float\b")
    naming = ((name, text) for name, text in _sources() if last in text)  # which is faster found than a pattern
    return [name for name, text in naming if pattern.search(text) or (name == rule and declaration.search(text))]


@cache
def _sources() -> tuple[tuple[str, str], ...]:
    """Names and texts of our modules, but those that name everything."""
    found = []
    for package in ("decomp", "sim"):
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*.py")):
            module = ".".join((package, *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
            if not module.startswith(_EVERYWHERE):
                found.append((module, path.read_text(encoding="utf-8")))
    return tuple(found)
