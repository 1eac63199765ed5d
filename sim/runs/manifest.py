"""What a run folder says of itself: run.json, written when a run starts and completed when it ends in any way; codebook and README."""

import os
import platform
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from pandas import DataFrame

from decomp.check import imbalance
from decomp.codes import rows_in
from decomp.names import data_rows
from decomp.table import WorldTable
from decomp.terms import TERM_CODES, TERMS
from sim._version import __version__
from sim.calibration import origins, without_rows
from sim.calibration.given import given_sources, trade_of
from sim.channels import CHANNELS, RESIDUAL
from sim.economy.accounts import TOLERANCES as SOLVER_CHECKS
from sim.indicators import INDICATORS, MEANINGS, PAIR_INDICATORS
from sim.levers import EVENT, POLICY
from sim.report.data import template
from sim.report.sections import growth_sentence
from sim.runs.result import RunResult
from sim.runs.saved import ON_REQUEST, SCHEMA_VERSION, TABLES, Run, this_process
from sim.scenario import scenario_files
from sim.scenario.read import LoadedScenario, question_of
from sim.scenario.schema import EXTENDS
from sim.scenario.yaml_text import parse
from sim.texts import LANGUAGES, Texts
from sim.texts.words import csv_rows, meaning

#: Files of the scenario inside the run folder, as given and with every default filled in; and of a table of one's own.
GIVEN, RESOLVED, TABLE = "scenario.yaml", "scenario.resolved.yaml", "table.npz"
#: Packages whose versions can change a number or a picture.
PACKAGES = ("numpy", "scipy", "pandas", "mesa", "pydantic", "pyarrow", "altair", "vl-convert-python")
#: Pairs whose duties the manifest lists: those on most of the table's trade.
SHOWN_DUTIES = 12
_KINDS: Mapping[str, type] = {"whole number": int, "number": float, "text": str, "yes or no": bool}
#: What the columns hold and what that means, the same name everywhere; lines of ``columns.csv``.
COLUMNS: dict[str, tuple[type, str, str]] = {
    row["column"]: (_KINDS[row["kind"]], row["meaning"], row["meaning_zh"])
    for row in rows_in("sim.runs", "columns.csv")
} | dict.fromkeys(TERM_CODES, (float, "", ""))
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def now() -> str:
    """Time in UTC, to milliseconds."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def opening(
    loaded: LoadedScenario, digest: str, name: str, command: Sequence[str], flags: Sequence[str] = ()
) -> dict[str, Any]:
    """Manifest of a run that starts now."""
    scenario, baseline = loaded.resolved.scenario, loaded.resolved.scenario.baseline
    settings = {  # those that the texts of the report depend on
        "capital_supply": f"{scenario.economy.capital_supply:g}",
        "labour_market": scenario.economy.labour_market,
        "closure": scenario.economy.closure,
        "baseline": bool(baseline.productivity or baseline.labour or baseline.capital),
    }
    given = about_given(loaded)
    return {
        **{"schema_version": SCHEMA_VERSION, "tool": "unweave", "run": name, "status": "running", "message": ""},
        "name": scenario.name,
        **{key: getattr(scenario, key).model_dump() for key in ("title", "question")},
        "narrative": list(scenario.narrative),
        "brief": question_of(loaded).plain(),
        "reasons": [  # why each expectation is stated, and what was found instead, in both languages
            {key: text.model_dump() for key in ("why", "finding") if (text := getattr(one, key)) is not None}
            for one in scenario.expect
        ],
        **{"started": now(), "ended": None, "duration_seconds": None, "process": this_process()},
        "years": {"requested": list(scenario.years), "finished": []},
        **{"seed": scenario.seed, "hash": digest, "command": shlex.join(command)},
        "rerun": rerun(loaded, flags),
        "overrides": list(loaded.overrides),
        "settings": settings,
        "rules": loaded.rules,
        "given": given,
        "table": about_table(loaded.table, scenario.table),
        "versions": versions(),
        "source": source_state(),
        "platform": computer(),
        "threads": threads(),
        "thread_variables": {name: os.environ[name] for name in _THREAD_VARIABLES if name in os.environ},
        "warnings": [f"{problem.place}: {problem.message}".removeprefix(": ") for problem in loaded.warnings],
        "calibration": about_calibration(loaded.table),
        **{"checks": [], "expectations": [], "timings": {}, "files": []},
    }


def about_given(loaded: LoadedScenario) -> dict[str, Any]:
    """What was given to a run: settings of `observed:` and `growth:`, the largest duties, growth by economy, sources."""
    resolved, table = loaded.resolved, loaded.table
    scenario, paths, first = resolved.scenario, resolved.given, resolved.years[0]
    observed, growth = scenario.observed, scenario.growth
    if observed is None or growth is None or not (observed.active or growth.path == "trend"):
        return {}
    about: dict[str, Any] = {"observed": observed.model_dump(), "growth": growth.model_dump(), "last": paths.last}
    if paths.tariffs is not None:
        dutiable = np.asarray(paths.tariffs).any(axis=(0, 1, 3))
        goods = np.where(np.asarray(dutiable)[None, :, None], trade_of(table), 0.0)
        total = goods.sum(axis=1)
        means = (paths.tariffs * goods[None]).sum(axis=2) / np.where(total > 0.0, total, 1.0)
        largest = np.argsort(-np.abs(means[-1] * total), axis=None)[:SHOWN_DUTIES]
        pairs = [divmod(int(k), table.G) for k in largest]
        about["duties"] = [
            {
                "importer": table.economies[r],
                "partner": table.economies[s],
                "last": float(means[min(paths.last - first, len(means) - 1), s, r]),
                "after": float(means[-1, s, r]),
            }
            for s, r in pairs
            if means[-1, s, r] != 0.0
        ]
    if paths.trend is not None:
        years = resolved.years[-1] - first
        about["real_growth"] = {
            code: float(paths.trend.real[-1, k] ** (1.0 / max(years, 1)) - 1.0)
            for k, code in enumerate(table.economies)
        }
    return {**about, "sources": list(given_sources(observed=observed.active, growth=growth.path == "trend"))}


def rerun(loaded: LoadedScenario, flags: Sequence[str] = ()) -> str:
    """Command that repeats the run from inside its folder: the scenario and the table that lie there, what was overridden."""
    scenario = loaded.resolved.scenario
    given = bool(loaded.text) and is_complete(loaded.text)
    parts = ["unweave", "run", GIVEN if given else RESOLVED]
    overrides = [f"table={TABLE}"] if is_own(loaded) else []
    if given:
        overrides = [o for o in loaded.overrides if not (overrides and o.startswith("table="))] + overrides
    parts += [part for override in overrides for part in ("--set", override)]
    parts += ["--years", f"{scenario.years[0]}:{scenario.years[1]}", "--seed", str(scenario.seed), *flags]
    return shlex.join(parts)


def is_own(loaded: LoadedScenario) -> bool:
    """Whether a run starts from a table that does not come with the program, so that its folder has to hold it.

    A table that a user has put in the place of a bundled one does not come with the program either.
    """
    shipped = {row["name"]: row["sha256"] for row in data_rows("tables", "checksums.csv")}
    return shipped.get(loaded.resolved.scenario.table) != loaded.table.checksum()


def is_complete(text: str) -> bool:
    """Whether the text of a scenario says everything: it builds on nothing but scenarios that come with the program."""
    base = parse(text, GIVEN).data.get(EXTENDS)
    return base is None or str(base) in scenario_files()


def about_table(table: WorldTable, name: str) -> dict[str, Any]:
    """Identity, size, labels and licence of the table; marked synthetic when its source says so."""
    own, sectors = table.economy_names or table.economies, table.sector_names or table.sectors
    about: dict[str, Any] = {"name": table.name or Path(name).name, "year": table.year, "checksum": table.checksum()}
    about |= {"unit": table.unit, "source": table.source, "licence": table.licence, "notes": list(table.notes)}
    about |= {"imbalance": imbalance(table), "estimate": table.estimate}
    economies = [
        {"code": code, "name": label, "members": list(table.economy_members.get(code, ()))}
        for code, label in zip(table.economies, own, strict=True)
    ]
    labels = [{"code": code, "name": label} for code, label in zip(table.sectors, sectors, strict=True)]
    return {**about, "synthetic": "synthetic" in table.source.lower(), "economies": economies, "sectors": labels}


def about_calibration(table: WorldTable) -> dict[str, Any]:
    """Year and status of the values by economy, and the codes of the table that the calibration has no rows for."""
    codes = {kind: list(found) for kind, found in without_rows(table).items()}
    return {"unmapped": codes, "values": [origin.as_dict() for origin in origins(table)]}


def closing(result: RunResult, tables: Mapping[str, DataFrame], started: str) -> dict[str, Any]:
    """Fields of the manifest that are known when the run has ended."""
    ended, expected = now(), ("indicator", "economy", "versus", "direction", "at", "outcome")
    seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds()
    return {
        **{"status": result.status, "message": result.message, "ended": ended, "duration_seconds": round(seconds, 3)},
        "process": None,
        "years": {"requested": list(result.scenario.years), "finished": list(result.years)},
        "settings_of_run": dict(result.settings),
        "notes": list(result.notes),
        "checks": worst_checks(tables["checks"]),
        "expectations": _records(tables["expectations"], expected),
        "timings": {name: round(seconds, 4) for name, seconds in result.timings.items()},
    }


def worst_checks(checks: DataFrame) -> list[dict[str, Any]]:
    """Worst value of each check over the years, in the order of the checks; a value that is no number counts as worst."""
    by_check = checks.assign(size=checks["value"].abs().fillna(np.inf)).groupby("check", sort=False)
    worst = checks.loc[by_check["size"].idxmax()].assign(passed=by_check["passed"].all().to_numpy())
    columns = ("check", "worst", "year", "tolerance", "passed")
    return _records(worst.rename(columns={"value": "worst"}), columns)


def _records(frame: DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Rows as plain Python values that JSON can hold; not-a-number becomes null."""
    rows = frame[list(columns)].astype(object).to_dict("records")
    plain = [{str(key): v.item() if hasattr(v, "item") else v for key, v in row.items()} for row in rows]
    return [{key: None if value != value else value for key, value in row.items()} for row in plain]


def versions() -> dict[str, str]:
    """Versions of Unweave, Python and the packages that matter."""
    present = {"unweave": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            present[package] = version(package)
        except PackageNotFoundError:
            continue
    return present


def computer() -> dict[str, str]:
    """Operating system, processor and number of cores; no names of users or machines."""
    processor, info = platform.processor(), Path("/proc/cpuinfo")
    if info.is_file():
        lines = info.read_text(encoding="utf-8", errors="replace").splitlines()
        models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        processor = next(models, processor)
    system = {"system": platform.system(), "release": platform.release(), "machine": platform.machine()}
    return {**system, "processor": processor, "cores": f"{os.cpu_count() or 0} cores"}


def threads() -> list[dict[str, Any]]:
    """Pools of threads of the linear algebra libraries as they are now."""
    from threadpoolctl import threadpool_info

    keys = {"internal_api": "library", "version": "version", "num_threads": "threads", "architecture": "architecture"}
    pools = [{new: pool[old] for old, new in keys.items() if pool.get(old)} for pool in threadpool_info()]
    return sorted(pools, key=lambda pool: (str(pool.get("library")), str(pool.get("version"))))


def source_state() -> dict[str, Any] | None:
    """Commit of the source tree and whether it was changed; None for an installed package or without git."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None

    def git(*arguments: str) -> str:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=5, check=True).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no")
        return {"commit": git("rev-parse", "HEAD"), "changed": bool(changed)}
    except (OSError, subprocess.SubprocessError):
        return None


def codebook() -> str:
    """Text of codebook.csv."""
    head = ("table", "column", "code", "label_en", "label_zh", "unit", "meaning", "meaning_zh", "source")
    return csv_rows([head, *_rows()])


def _rows() -> Iterator[tuple[str, ...]]:
    chinese = Texts("zh")

    def labels(key: str) -> list[str]:
        return [Texts(lang).get(key, "") or "" for lang in LANGUAGES]

    for table, columns in (*TABLES.items(), *ON_REQUEST.items()):
        for column in (*columns, *(("kind", "drivers") if table == "decisions" else ())):
            if column not in TERM_CODES:
                yield (table, column, "", "", "", "", *COLUMNS[column][1:], "")
    yield ("all tables", "", "", "", "", "", *labels("codebook.safe"), "")
    for table, registry in (("indicators", INDICATORS), ("pairs", PAIR_INDICATORS)):
        for entry in registry.values():
            about = (entry.label_en, entry.label_zh, entry.unit, entry.formula, "", entry.source)
            yield (table, "indicator", entry.id, *about)
    for term in TERMS:
        about = (term.label_en, term.label_zh, "unit of the row", term.equation, "", "Wang, Wei & Zhu (2013)")
        yield ("sector_terms", term.code, "", *about)
    for channel in CHANNELS.values():
        said = (channel.meaning, meaning("channel", channel.id, "", chinese))
        yield ("attribution", "channel", channel.id, channel.label_en, channel.label_zh, "", *said, "")
    yield ("attribution", "channel", RESIDUAL, *labels("attribution.residual"), "", *labels("codebook.residual"), "")
    for kind, levers in (("policy", POLICY), ("event", EVENT)):
        for lever in levers.values():
            said = (lever.meaning, meaning(kind, lever.id, "", chinese))
            yield ("levers", kind, lever.id, lever.label_en, lever.label_zh, lever.unit, *said, "")
    for check in dict.fromkeys((*MEANINGS, *SOLVER_CHECKS)):
        names = labels(f"check.{check}")
        yield ("checks", "check", check, *names, "", MEANINGS.get(check, names[0]), names[1], "")


def readme(run: Run, headline: str, *, report: bool) -> str:
    """Text of the README.md of a run folder: what happened, what is where (the report if there will be one), how to repeat it."""
    facts = {
        "told": run.manifest,
        "table": run.manifest["table"],
        "years": f"{run.years[0]}–{run.years[-1]}" if run.years else "none",
        "growth": growth_sentence(run, Texts("en")),
        "year_tables": run.folder is not None and (run.folder / "years").is_dir(),
    }
    return template("run.md.j2").render(run=run, headline=headline, report=report, **facts) + "\n"
