"""Everything `unweave explain` can explain, from the registries of the program, as plain entries with the same few fields.

An id may stand for several things (``tariff`` is a lever, a kind of event and an indicator of a pair): all are given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

Entry = dict[str, Any]

#: Calibration files besides parameters.csv with the columns that identify a row; the first one names the quantity.
_FILES: Mapping[str, tuple[str, ...]] = {
    "countries.csv": ("parameter", "economy"),
    "elasticities.csv": ("set", "sector"),
    "exposure.csv": ("kind", "sector"),
    "labour_profile.csv": ("sector",),
    "ai_providers.csv": ("economy",),
    "facts.csv": ("fact", "who", "whom", "period"),
}
#: Names of the quantities of a file: before and after the value of its first column, or the whole name.
_NAMES = {
    "elasticities.csv": "trade_elasticity.{}",
    "exposure.csv": "{}_exposure",
    "labour_profile.csv": "labour_profile",
    "ai_providers.csv": "ai_provider_weights",
}


def find(name: str) -> list[Entry]:
    """Entries with this id, whatever its case, and those whose last part it is (``robot_speed``); an exact one comes first.

    Scenario paths (``behaviour.automation.robot_speed``), numbers of terms (``T5``) and of lessons (``L3``) are ids too.
    """
    from sim.cli.lessons import asked_for

    wanted = name.strip().removeprefix("behaviour.").casefold()
    known = [*_registries(), *(_lessons() if asked_for(wanted) else ())]
    exact = [one for one in known if wanted in (one["id"].casefold(), str(one.get("number", "")).casefold())]
    return exact + [one for one in known if one["id"].casefold().endswith(f".{wanted}")]


def names() -> list[str]:
    """All ids, each once, in the order of the registries; and their last parts, which are accepted as well."""
    ids = list(dict.fromkeys(one["id"] for one in entries()))
    return [*ids, *dict.fromkeys(one.rpartition(".")[2] for one in ids if "." in one)]


def entries() -> Iterator[Entry]:
    """Every entry, registry by registry, lessons last."""
    yield from _registries()
    yield from _lessons()


def _registries() -> Iterator[Entry]:
    yield from _parameters()
    yield from _calibration()
    yield from _levers()
    yield from _indicators()
    yield from _terms()
    yield from _checks()
    yield from _errors()
    yield from _groups()


def _entry(kind: str, id: str, **fields: Any) -> Entry:
    """One entry without its empty fields; numbers that are infinite become words, because JSON has none."""
    kept = {key: _plain(value) for key, value in fields.items() if value not in (None, "", (), [])}
    return {"kind": kind, "id": id, **kept}


def _plain(value: Any) -> Any:
    return ("inf" if value > 0 else "-inf") if isinstance(value, float) and math.isinf(value) else value


def _parameters() -> Iterator[Entry]:
    from sim.calibration import STATUSES, parameters
    from sim.levers import SETTING
    from sim.report.names import parameter_label
    from sim.texts import Texts

    for one in parameters().values():
        lever = SETTING.get(one.id)
        path = one.id if one.id.startswith("economy.") else f"behaviour.{one.id}"
        yield _entry(
            "parameter",
            one.id,
            label_en=parameter_label(one.id, Texts("en")),
            label_zh=parameter_label(one.id, Texts("zh")),
            value=one.value,
            low=one.low,
            high=one.high,
            unit=one.unit,
            allowed=lever.allowed if lever else "",
            meaning=lever.meaning if lever else "",
            year=one.year,
            source=one.source,
            status=one.status,
            status_meaning=STATUSES[one.status],
            note=one.note,
            path=path if lever else None,
            applies_to=lever.shape if lever else "",
            nature=lever.kind if lever else "",
        )


def _calibration() -> Iterator[Entry]:
    from sim.calibration import STATUSES
    from sim.calibration.rows import Row, read_rows

    for file, keys in _FILES.items():
        quantities: dict[str, list[Row]] = {}
        for row in read_rows(file, keys).values():
            quantities.setdefault(_NAMES.get(file, "{}").format(row.key[0]), []).append(row)
        for name, rows in quantities.items():
            statuses = list(dict.fromkeys(row.status for row in rows))
            low, high = min(row.value for row in rows), max(row.value for row in rows)
            yield _entry(
                "calibration",
                name,
                value=f"{len(rows)} values, {low:g} … {high:g}",
                unit=rows[0].unit,
                source="; ".join(dict.fromkeys(row.source for row in rows)),
                status=", ".join(statuses),
                status_meaning="; ".join(STATUSES[status] for status in statuses),
                tables=[file],
                values=[
                    {
                        " ".join(keys[1:] or keys): " ".join(row.key[1:] or row.key),
                        "value": row.value,
                        "low": _plain(row.low),
                        "high": _plain(row.high),
                        "year": row.year,
                        "status": row.status,
                        "note": row.note,
                    }
                    for row in rows
                ],
            )


def _levers() -> Iterator[Entry]:
    from sim.levers import EVENT, POLICY

    for kind, registry, path in (
        ("policy", POLICY, "policies[].lever: {}"),
        ("event", EVENT, "events[].type: {}"),
    ):
        for one in registry.values():
            yield _entry(
                kind,
                one.id,
                label_en=one.label_en,
                label_zh=one.label_zh,
                unit=one.unit,
                allowed=one.allowed,
                meaning=one.meaning,
                applies_to=one.shape,
                nature=one.kind,
                path=path.format(one.id),
                tables=["levers"],
            )


def _indicators() -> Iterator[Entry]:
    from sim.indicators.registry import INDICATORS, PAIR_INDICATORS

    for kind, registry, table in (
        ("indicator", INDICATORS, "indicators"),
        ("pair_indicator", PAIR_INDICATORS, "pairs"),
    ):
        for one in registry.values():
            if not _is_term(one.id):
                yield _entry(
                    kind,
                    one.id,
                    label_en=one.label_en,
                    label_zh=one.label_zh,
                    unit=one.unit,
                    formula=one.formula,
                    source=one.source,
                    scope=one.scope if kind == "indicator" else "",
                    tables=[table],
                )


def _is_term(id: str) -> bool:
    from decomp.terms import GROUPS, TERMS

    return id in {term.code for term in TERMS} | {group.code for group in GROUPS}


def _terms() -> Iterator[Entry]:
    from decomp.terms import GROUPS, TERMS

    source = "Wang, Wei & Zhu (2013), NBER WP 19677"
    for one in TERMS:
        sums = [group.code for group in GROUPS if one.number in group.terms]
        yield _entry(
            "term",
            one.code,
            number=f"T{one.number}",
            label_en=one.label_en,
            label_zh=one.label_zh,
            unit="million USD",
            formula=f"T{one.number} = {one.equation}",
            source=source,
            terms=sums,
            tables=["indicators", "pairs"],
        )
    for group in GROUPS:
        yield _entry(
            "term_group",
            group.code,
            label_en=group.label_en,
            label_zh=group.label_zh,
            unit="million USD",
            formula=f"{group.code} = {group.equation}",
            source=source,
            tables=["indicators", "pairs"],
            terms=[term.code for term in TERMS if term.number in group.terms],
        )


def _checks() -> Iterator[Entry]:
    from sim.economy.accounts import TOLERANCES as SOLVER
    from sim.indicators.checks import MEANINGS, TOLERANCES
    from sim.texts import catalogue

    for name in dict.fromkeys((*MEANINGS, *SOLVER)):
        labels = [catalogue(lang).get(f"check.{name}", "") for lang in ("en", "zh")]
        tolerance = TOLERANCES.get(name, SOLVER.get(name))
        yield _entry(
            "check",
            name,
            label_en=labels[0],
            label_zh=labels[1],
            formula=MEANINGS.get(name, ""),
            tolerance=tolerance,
            tables=["checks"],
        )


def _errors() -> Iterator[Entry]:
    from sim.errors import CODES
    from sim.explorer.lessons.files import CODES as LESSONS

    for code, meaning in CODES.items():
        yield _entry("error", code, meaning=meaning)
    for code, meaning in LESSONS.items():
        yield _entry("lesson_error", code, meaning=meaning)


def _lessons() -> Iterator[Entry]:
    from sim.cli.lessons import explained

    for one in explained():
        yield _entry(**one)


def _groups() -> Iterator[Entry]:
    from decomp.names import groups

    for kind, plural in (("economy", "economies"), ("sector", "sectors")):
        for one in groups(kind):
            yield _entry(
                plural,
                one.name,
                label_en=one.en,
                label_zh=one.zh,
                members=sorted(one.members),
                note=one.note,
            )
