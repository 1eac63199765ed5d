"""The codebook of a run folder: every table, column and indicator with unit and meaning; and its README."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from decomp.terms import TERM_CODES, TERMS
from sim.channels import CHANNELS, RESIDUAL
from sim.economy.accounts import TOLERANCES as SOLVER_CHECKS
from sim.indicators import INDICATORS, MEANINGS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.report.sections import growth_sentence
from sim.runs.saved import ON_REQUEST, TABLES
from sim.texts import LANGUAGES, Texts
from sim.texts.plain import no_formula

if TYPE_CHECKING:
    from sim.runs.saved import Run

#: What the columns hold (whole numbers, truth values, fractions or text) and what that means, the same name everywhere.
COLUMNS: Mapping[str, tuple[type, str]] = {
    "year": (int, "simulated year; the first one is the base year"),
    "economy": (
        str,
        "code of an economy; WLD is the world, group:… a group (income classes, leaders, own groups)",
    ),
    "exports": (float, "gross exports of the exporter's sector to the importer"),
    "exporter": (str, "code of the exporting economy s"),
    "importer": (str, "code of the importing economy r"),
    "source": (str, "code of the economy where value is added; in assumptions: where the number comes from"),
    "absorber": (str, "code of the economy whose final demand absorbs it"),
    "indicator": (str, "code of an indicator, listed below with its unit and formula"),
    "value": (float, "number in the unit of its row, rounded to 10 significant digits; text in levers and assumptions"),
    "unit": (str, "unit of the value; share = fraction of one, ratio = relative to the base year"),
    "channel": (
        str,
        "what moved it, codes below; the channels of an indicator add up to its change since the base year",
    ),
    "lever": (str, "code of a lever or event; a tariff on one use alone ends in -inputs, -final or -machines"),
    "partner": (str, "code of the partner; empty: none or all"),
    "sector": (str, "code of the sector; empty: none or all"),
    "before": (float, "value before the decision or at the start of the comparison"),
    "after": (float, "value after it"),
    "reason": (str, "the rule in words with its numbers"),
    "drivers": (str, "the numbers of the reason as name=value pairs"),
    "kind": (
        str,
        "policy or event; in decisions the rule that spoke; in companions scenario, capital (its supply), sensitivity",
    ),
    "companion": (
        str,
        "run made beside this one: a scenario, an elasticity of capital supply, or what differs (c15=0.83)",
    ),
    "who": (str, "economies or groups as the scenario names them"),
    "partners": (str, "economies or groups at which it is aimed"),
    "sectors": (str, "sectors or groups"),
    "from": (int, "first year"),
    "to": (int, "last year"),
    "note": (str, "remark"),
    "check": (str, "code of an accounting check, listed below"),
    "tolerance": (float, "largest value that passes"),
    "passed": (bool, "whether the value is within the tolerance"),
    "versus": (str, "what is compared with: base = base year of this run, else the name of a scenario"),
    "direction": (str, "up, down or unchanged"),
    "margin": (float, "least relative change that counts as moved"),
    "at": (int, "year of the comparison"),
    "outcome": (str, "met, failed or unknown (year not reached, or other scenario not at hand)"),
    "why": (str, "reasoning of the author"),
    "id": (str, "code of a parameter; CHN:… is an override for one economy or group"),
    "default": (float, "calibrated default"),
    "low": (float, "low end of the plausible range"),
    "high": (float, "high end of the plausible range"),
    "status": (str, "what the number rests on: data, literature (seen or still to be checked), judgement"),
    "changed": (bool, "whether the scenario differs from the default"),
    "q05": (float, "5 % quantile over the members of the ensemble"),
    "q50": (float, "median over the members"),
    **{f"q{level}": (float, f"{level} % quantile over the members") for level in (25, 75, 95)},
    "members": (int, "number of members that finished the year"),
    "member": (int, "place of a member in the ensemble, from 0"),
    "choice": (str, "named set that was drawn"),
    "mode": (float, "value of the scenario as written; half of the draws lie below it and half above"),
    "seed": (int, "the member's own seed"),
    "message": (str, "why the member ended early"),
    "first": (int, "first finished year"),
    "last": (int, "last finished year"),
    "real_pay": (float, "real pay of those who began in the sector, ratio to the base year"),
    "wage": (float, "real wage per efficiency unit in the sector, ratio"),
    "jobs": (float, "people at work in the sector, ratio"),
    "published": (float, "figure of the table as published"),
    "simulated": (float, "figure of the simulated base year, negative final demand set to zero"),
    **dict.fromkeys(TERM_CODES, (float, "")),
}

_RESIDUAL = "change that is in no channel: what moves with all channels off, and rounding"
_SAFE = (
    "in CSV files a text that begins with = + - @, a tab or a carriage return and is no number has an apostrophe before it, "
    "so that no spreadsheet takes it for a formula; Parquet files hold the text itself"
)


def codebook() -> str:
    """Text of codebook.csv."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ("table", "column", "code", "label_en", "label_zh", "unit", "meaning", "source")
    writer.writerows([no_formula(cell) for cell in row] for row in (head, *_rows()))
    return out.getvalue()


def _rows() -> Iterator[tuple[str, ...]]:
    def labels(key: str) -> list[str]:
        return [Texts(lang).get(key, "") or "" for lang in LANGUAGES]

    for table, columns in (*TABLES.items(), *ON_REQUEST.items()):
        for column in (*columns, *(("kind", "drivers") if table == "decisions" else ())):
            if column not in TERM_CODES:
                yield (table, column, "", "", "", "", COLUMNS[column][1], "")
    yield ("all tables", "", "", "", "", "", _SAFE, "")
    for table, registry in (("indicators", INDICATORS), ("pairs", PAIR_INDICATORS)):
        for entry in registry.values():
            about = (entry.label_en, entry.label_zh, entry.unit, entry.formula, entry.source)
            yield (table, "indicator", entry.id, *about)
    for term in TERMS:
        about = (term.label_en, term.label_zh, "unit of the row", term.equation, "Wang, Wei & Zhu (2013)")
        yield ("sector_terms", term.code, "", *about)
    for channel in CHANNELS.values():
        yield ("attribution", "channel", channel.id, channel.label_en, channel.label_zh, "", channel.meaning, "")
    yield ("attribution", "channel", RESIDUAL, *labels("attribution.residual"), "", _RESIDUAL, "")
    for kind, levers in (("policy", POLICY), ("event", EVENT)):
        for lever in levers.values():
            yield ("levers", kind, lever.id, lever.label_en, lever.label_zh, lever.unit, lever.meaning, "")
    for check in dict.fromkeys((*MEANINGS, *SOLVER_CHECKS)):
        english, chinese = labels(f"check.{check}")
        yield ("checks", "check", check, english, chinese, "", MEANINGS.get(check, english), "")


def readme(run: Run, headline: str, *, report: bool) -> str:
    """Text of the README.md of a run folder: what happened, what is where (the report if there will be one), how to repeat it."""
    manifest, table = run.manifest, run.manifest.get("table", {})
    years = f"{run.years[0]}–{run.years[-1]}" if run.years else "none"
    estimated = f"\n- {said}" if (said := table.get("estimate")) else ""
    growth = growth_sentence(run, Texts("en"))
    files = {
        "`report.html`": "the report: one file, opens offline" if report else "",
        "`run.json`": "manifest: status, versions, threads, seed, checks, files with SHA-256, command",
        "`scenario.yaml`, `scenario.resolved.yaml`": "the scenario as given, and with every default filled in",
        f"`{table.get('file')}`": f"the table that it starts from ({table.get('bytes', 0) / 1e6:.1f} MB), read with `decomp.load`"
        if table.get("file")
        else "",
        "`tables/*.csv`, `tables/*.parquet`": "the same tidy tables twice; columns and codes in `codebook.csv`",
        "`years/*.npz`": "simulated world tables, read with `decomp.load`"
        if run.folder is not None and (run.folder / "years").is_dir()
        else "",
        "`log.jsonl`": "what happened when",
    }
    listed = "\n".join(f"| {file} | {holds} |" for file, holds in files.items() if holds)
    return f"""\
# Run {manifest.get("run", "")}

{headline}

A model world, not a forecast. {growth}

- scenario: `{run.name}`, seed {manifest.get("seed")}, years {years}, status **{run.status}**
- table: {table.get("name")} — {table.get("source")} ({table.get("licence") or "licence not stated"}){estimated}
- Unweave {manifest.get("versions", {}).get("unweave")}

| file | what it holds |
|---|---|
{listed}

Repeat the run from inside this folder:

```
{manifest.get("rerun", "")}
```
"""
