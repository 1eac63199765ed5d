"""The rows of the narratives and the stored verdicts on them, in words: for the terminal, reports and docs/verdicts.md."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from decomp.codes import rows_in
from sim._version import __version__
from sim.indicators import INDICATORS
from sim.report.data import Report, template
from sim.report.sections import Table
from sim.scenario import scenario_files
from sim.scenario.yaml_text import parse
from sim.texts import Texts
from sim.texts.formats import NBSP, number
from sim.texts.words import columns

HERE = Path(__file__).parent
#: Where verdicts are stored; documents of a copy of the repository, which hold them too.
STORE, DOCS = HERE / "verdicts.json", HERE.parents[1] / "docs"
#: Keys of scenarios that change what is said, not what is computed.
WORDS = ("title", "question", "brief", "why", "finding")
DIRECTIONS = {"up": "↑", "down": "↓", "unchanged": "="}


@cache
def stories() -> Mapping[str, Mapping[str, str]]:
    """Rows of the narratives by id, in order: labels and, where a measurement decides them, what is measured and its least size."""
    return {row["row"]: row for row in rows_in("sim.report", "stories.csv")}


@cache
def stored() -> dict[str, Any]:
    """What `unweave verdicts --compute` stored last: date, hash of the inputs, draws, ``parts`` and ``rows`` (verdict by row)."""
    found: dict[str, Any] = {"parts": [], "rows": {}, "draws": {}, "date": "–", "inputs": []}
    return found | (json.loads(STORE.read_text(encoding="utf-8")) if STORE.is_file() else {})


def inputs_hash(names: Iterable[str]) -> str:
    """Hash of what verdicts rest on, words apart: scenarios by name, calibration but published facts, the rows, the version."""
    calibration = sorted(file for file in (HERE.parent / "calibration").glob("*.csv") if file.name != "facts.csv")
    files = [scenario_files()[name] for name in sorted(names) if name in scenario_files()]
    scenarios = [parse(file.read_text(encoding="utf-8"), file.name).data for file in files]
    rows = [(row["row"], row["unit"], row["least"]) for row in stories().values()]
    inputs = json.dumps([__version__, _wordless(scenarios), rows], sort_keys=True, default=str).encode()
    return hashlib.sha256(b"".join([inputs, *(file.read_bytes() for file in calibration)])).hexdigest()[:16]


def _wordless(node: Any) -> Any:
    """A scenario without what it says to readers only."""
    if isinstance(node, Mapping):
        return {key: _wordless(value) for key, value in node.items() if key not in WORDS}
    return [_wordless(value) for value in node] if isinstance(node, list) else node


def code_hash() -> str:
    """Hash of the source of what computes numbers; a comment counts too, so that another hash need not mean other numbers."""
    parts = (HERE.parents[1] / "decomp", *(HERE.parent / name for name in ("economy", "indicators", "model", "rules")))
    files = sorted(file for part in parts for file in part.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def cells(part: Mapping[str, Any], texts: Texts) -> tuple[str, str, str, str, str]:
    """A part in words: claim, scenario and contrast, size beside the least size with what is missing, sign in the region, verdict."""
    verdict, story = texts(f"verdict.{part['verdict']}"), stories()[part["row"]]
    if not part["scenario"]:
        size = f"{part['size']:.2g} ({'≤' if part['direction'] == 'down' else '≥'} {part['least']:g})"
        return story[f"measure_{texts.lang}"], "", size, "", verdict
    unit, scale = ("", 1.0) if part["least_in"] == "unit" else (f"{NBSP}%", 100.0)
    claim = f"{_indicator(part['indicator'], part['economy'], texts)} {DIRECTIONS[part['direction']]}"
    size = f"{number(scale * part['size'], 2, sign=True)}{unit} ({scale * part['least']:g}{unit})"
    if part["outcome"] in ("others", "unexplained"):
        lacks = texts.economy(part["who"]) if part["outcome"] == "others" else _moves(part["mechanism"], texts)
        size += f"; {texts('verdict.' + part['outcome'], what=lacks)}"
    share = "" if part["share"] is None else f"{100 * part['share']:.0f}{NBSP}% / {part['draws']}"
    return claim, f"{part['scenario']} / {part['versus']}, {part['at']}", size, share, verdict


def _indicator(code: str, economy: str, texts: Texts) -> str:
    """Label of an indicator, with the economy it is of unless that is the world."""
    label = INDICATORS[code].label(texts.lang)
    return label if economy == "WLD" else texts("verdict.of", name=label, economy=texts.economy(economy))


def _moves(mechanism: str, texts: Texts) -> str:
    """What else must have moved, in words; written as ``indicator [economy] direction least``, parted by semicolons."""
    moves = [part.split() for part in mechanism.split(";") if part.strip()]
    said = [f"{_indicator(m[0], m[1] if len(m) > 3 else 'WLD', texts)} {texts('expect.' + m[-2])}" for m in moves]
    return texts("cli.join").join(said)


def _row(row: str, texts: Texts, scenario: str = "") -> tuple[str, str, list[tuple[str, str, str, str, str]]]:
    """Label of a row, its verdict and its parts in words: all, or those of one scenario."""
    parts = [p for p in stored()["parts"] if p["row"] == row and (not scenario or p["scenario"] == scenario)]
    label = stories()[row][f"label_{texts.lang}"]
    return label, texts(f"verdict.{stored()['rows'].get(row) or 'none'}"), [cells(part, texts) for part in parts]


def story_table(report: Report) -> tuple[str, Table] | None:
    """Sentence and table on the rows that a scenario of the library is about: the row's verdict, then what this scenario adds to it."""
    run, texts, rows = report.run, report.texts, list[tuple[str, ...]]()
    for row in run.manifest.get("narrative", ()) if run.name in scenario_files() else ():
        if row in stored()["rows"]:
            label, verdict, parts = _row(row, texts, run.name)
            rows += [(row, label, "", "", verdict), *(("", part[0], *part[2:]) for part in parts)]
    heads = tuple(texts(f"verdict.{key}") for key in ("row", "claim", "size", "share", "verdict"))
    return (texts("verdict.intro", date=stored()["date"]), Table(heads, tuple(rows))) if rows else None


def shown(rows: Iterable[str], lang: str = "en") -> str:
    """Stored verdicts as a terminal shows them: a line for each row, its parts below."""
    texts, found = Texts(lang), stored()
    draws = (f"{count} ({table})" for table, count in found["draws"].items())
    blocks = [texts("verdict.head", date=found["date"], draws=texts("cli.join").join(draws))]
    for row in rows:
        label, verdict, parts = _row(row, texts)
        lines = columns(parts, left=2, rule=False).split("\n") if parts else []
        blocks.append("\n  ".join([f"{row}  {texts('verdict.judged', label=label, verdict=verdict)}", *lines]))
    return "\n\n".join(blocks).replace(NBSP, " ")


def keep(found: Mapping[str, Any], **facts: Any) -> list[Path]:
    """Store verdicts; in a copy of the repository write docs/verdicts.md and the last column of the rows in docs/narratives.md."""
    STORE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    stored.cache_clear()
    page, table = DOCS / "verdicts.md", DOCS / "narratives.md"
    if not table.is_file():
        return [STORE]
    rows = {row: _row(row, Texts("en")) for row in stories()}
    text = template("verdicts.md.j2").render(**found, **facts, stories=rows)
    page.write_text(text.replace(NBSP, " "), encoding="utf-8")
    ends = re.compile(r"^(\| (N\d\.\d+) \|.*`) \|[^|`\n]*\|?$", re.M)
    text = table.read_text(encoding="utf-8")
    table.write_text(ends.sub(lambda m: f"{m[1]} | {rows[m[2]][1]} |", text), encoding="utf-8")
    return [STORE, page, table]
