"""The codebook of a run folder: every table, column and indicator with unit and meaning; and its README."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from decomp.terms import TERM_CODES, TERMS
from sim.channels import CHANNELS, RESIDUAL
from sim.economy.accounts import TOLERANCES as SOLVER_CHECKS
from sim.indicators import INDICATORS, MEANINGS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.runs.saved import ON_REQUEST, TABLES
from sim.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from sim.runs.saved import Run

HEAD = ("table", "column", "code", "label_en", "label_zh", "unit", "meaning", "source")

#: What the columns hold; the same name means the same everywhere.
_COLUMNS = {
    "year": "simulated year; the first one is the base year",
    "economy": "code of an economy; WLD is the world, group:… a group of economies (income classes of 2011, leaders, own groups)",
    "exports": "gross exports of the exporter's sector to the importer",
    "exporter": "code of the exporting economy s",
    "importer": "code of the importing economy r",
    "source": "code of the economy where value is added; in assumptions: where the number comes from",
    "absorber": "code of the economy whose final demand absorbs it",
    "indicator": "code of an indicator, listed below with its unit and formula",
    "value": "number in the unit of its row, rounded to 10 significant digits; text in levers and assumptions",
    "unit": "unit of the value; share = fraction of one, ratio = relative to the base year",
    "channel": "what moved it, codes below; the channels of a row's indicator add up to its change against the base year",
    "lever": "code of a lever or event",
    "partner": "code of the partner; empty: none or all",
    "sector": "code of the sector; empty: none or all",
    "before": "value before the decision or at the start of the comparison",
    "after": "value after it",
    "reason": "the rule in words with its numbers",
    "drivers": "the numbers of the reason as name=value pairs",
    "kind": "policy or event; in decisions: the rule that spoke; in companions: scenario, capital (its supply) or sensitivity",
    "companion": "run made beside this one: a scenario, an elasticity of capital supply, or what differs, such as c15=0.83",
    "who": "economies or groups as the scenario names them",
    "partners": "economies or groups at which it is aimed",
    "sectors": "sectors or groups",
    "from": "first year",
    "to": "last year",
    "note": "remark",
    "check": "code of an accounting check, listed below",
    "tolerance": "largest value that passes",
    "passed": "whether the value is within the tolerance",
    "versus": "what is compared with: base = base year of this run, else the name of a scenario",
    "direction": "up, down or unchanged",
    "margin": "least relative change that counts as moved",
    "at": "year of the comparison",
    "outcome": "met, failed or unknown (year not reached, or other scenario not at hand)",
    "why": "reasoning of the author",
    "id": "code of a parameter; CHN:… is an override for one economy or group",
    "default": "calibrated default",
    "low": "low end of the plausible range",
    "high": "high end of the plausible range",
    "status": "what the number rests on: data, literature (seen or still to be checked), judgement",
    "changed": "whether the scenario differs from the default",
    "q05": "5 % quantile over the members of the ensemble",
    "q25": "25 % quantile over the members",
    "q50": "median over the members",
    "q75": "75 % quantile over the members",
    "q95": "95 % quantile over the members",
    "members": "number of members that finished the year",
    "member": "place of a member in the ensemble, from 0",
    "choice": "named set that was drawn",
    "mode": "value of the scenario as written; half of the draws lie below it and half above",
    "seed": "the member's own seed",
    "message": "why the member ended early",
    "first": "first finished year",
    "last": "last finished year",
    "published": "figure of the table as published",
    "simulated": "figure of the simulated base year, negative final demand set to zero",
}

_RESIDUAL = "change that is in no channel: what moves with all channels off, and rounding"


def codebook() -> str:
    """Text of codebook.csv."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(_rows())
    return out.getvalue()


def _rows() -> Iterator[tuple[str, ...]]:
    for table, columns in (*TABLES.items(), *ON_REQUEST.items()):
        extra = ("kind", "drivers") if table == "decisions" else ()
        yield from (
            (table, column, "", "", "", "", _COLUMNS[column], "")
            for column in (*columns, *extra)
            if column not in TERM_CODES
        )
    for table, registry in (("indicators", INDICATORS), ("pairs", PAIR_INDICATORS)):
        for one in registry.values():
            yield (table, "indicator", one.id, one.label_en, one.label_zh, one.unit, one.formula, one.source)
    for term in TERMS:
        yield (
            "sector_terms",
            term.code,
            "",
            term.label_en,
            term.label_zh,
            "unit of the row",
            term.equation,
            "Wang, Wei & Zhu (2013)",
        )
    for channel in CHANNELS.values():
        yield ("attribution", "channel", channel.id, channel.label_en, channel.label_zh, "", channel.meaning, "")
    yield ("attribution", "channel", RESIDUAL, *_labels("attribution.residual"), "", _RESIDUAL, "")
    for kind, levers in (("policy", POLICY), ("event", EVENT)):
        for lever in levers.values():
            yield ("levers", kind, lever.id, lever.label_en, lever.label_zh, lever.unit, lever.meaning, "")
    for check in dict.fromkeys((*MEANINGS, *SOLVER_CHECKS)):
        labels = _labels(f"check.{check}")
        yield ("checks", "check", check, *labels, "", MEANINGS.get(check, labels[0]), "")


def _labels(key: str) -> list[str]:
    """A text in both languages."""
    return [Texts(lang).get(key, "") or "" for lang in LANGUAGES]


def readme(run: Run, headline: str, *, report: bool) -> str:
    """Text of the README.md of a run folder: what happened, what is where (the report if there will be one), how to repeat it."""
    manifest, table = run.manifest, run.manifest.get("table", {})
    years = f"{run.years[0]}–{run.years[-1]}" if run.years else "none"
    growth = (
        "The scenario gives its own growth paths."
        if manifest.get("settings", {}).get("baseline")
        else "Every year is the base year plus that year's shocks: no growth is assumed."
    )
    years_kept = run.folder is not None and (run.folder / "years").is_dir()
    lines = [
        f"# Run {manifest.get('run', '')}",
        "",
        headline,
        "",
        f"A model world, not a forecast. {growth}",
        "",
        f"- scenario: `{run.name}`, seed {manifest.get('seed')}, years {years}, status **{run.status}**",
        f"- table: {table.get('name')} — {table.get('source')} ({table.get('licence') or 'licence not stated'})",
        f"- Unweave {manifest.get('versions', {}).get('unweave')}",
        "",
        "| file | what it holds |",
        "|---|---|",
        *(["| `report.html` | the report: one file, opens offline |"] if report else []),
        "| `run.json` | manifest: status, versions, threads, seed, checks, files with SHA-256, command |",
        "| `scenario.yaml`, `scenario.resolved.yaml` | the scenario as given, and with every default filled in |",
        "| `tables/*.csv`, `tables/*.parquet` | the same tidy tables twice; columns and codes in `codebook.csv` |",
        *(["| `years/*.npz` | simulated world tables, read with `decomp.load` |"] if years_kept else []),
        "| `log.jsonl` | what happened when |",
        "",
        "Repeat the run from inside this folder:",
        "",
        "```",
        str(manifest.get("rerun", "")),
        "```",
        "",
    ]
    return "\n".join(lines)
