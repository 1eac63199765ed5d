"""``unweave doctor``: is this installation able to do its work? It reads the data, simulates a year and draws a report."""

import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import typer

from sim._version import __version__
from sim.cli.options import AsJson, echo_json
from sim.cli.terminal import BUG, PARTIAL, explain

#: Packages that read official files (extra `formats`).
OPTIONAL = ("python_calamine", "pymrio")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``ok`` is None for what is only information."""

    what: str
    found: str
    ok: bool | None = True
    advice: str = ""


def doctor(as_json: AsJson = False) -> int:
    """Check versions, bundled data, the scenario library, the arithmetic, a simulated year and whether results can be written.

    For example:
      unweave doctor
    """
    findings = [*_versions(), *(_looked_at(what, look) for what, look in LOOKS.items())]
    healthy = all(finding.ok is not False for finding in findings)
    if as_json:
        echo_json({"schema_version": 1, "ok": healthy, "findings": [*map(asdict, findings)]})
        return 0 if healthy else PARTIAL
    for finding in findings:
        sign = {True: "ok  ", False: "FAIL", None: "    "}[finding.ok]
        typer.echo(f"{sign}  {finding.what:<18} {finding.found}{f' — {finding.advice}' if finding.advice else ''}")
    return 0 if healthy else PARTIAL


def _versions() -> list[Finding]:
    """Versions of what the package says that it needs."""
    findings = [
        Finding("unweave", __version__, None),
        Finding("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}", None),
        Finding("processors", str(os.cpu_count() or "?"), None),
    ]
    stated = [line for line in requires("unweave") or () if "extra ==" not in line]
    needed = [match[0] for line in stated if (match := re.match(r"[\w.-]+", line))]
    for name in (*needed, *OPTIONAL):
        try:
            findings.append(Finding(name, version(name), True if name in needed else None))
        except PackageNotFoundError:
            advice = f'pip install "{name}"' if name in needed else 'for official files: pip install "unweave[formats]"'
            findings.append(Finding(name, "absent", False if name in needed else None, advice))
    return findings


def _looked_at(what: str, look: Callable[[], str | Finding]) -> Finding:
    """What a look finds; one that fails is a finding too, with what to do, not a crash."""
    try:
        answer = look()
        return answer if isinstance(answer, Finding) else Finding(what, answer)
    except Exception as error:
        code, message = explain(error)
        said = message.removeprefix("error: ").splitlines()[0]
        return Finding(what, said, False, "reinstall unweave" if code == BUG else "")


def _data() -> str:
    from decomp.io import bundled_names, load

    return f"{len(bundled_names())}, for example {load('classroom-2022')!r}"


def _library() -> Finding:
    from sim.scenario import scenario_files

    names = list(scenario_files())
    return Finding("scenarios", ", ".join(names), bool(names), "" if names else "reinstall unweave")


def _arithmetic() -> Finding:
    from decomp.io import load
    from decomp.wwz import wwz

    residual = float(wwz(load("classroom-2022")).residual)
    return Finding("16 terms add up", f"largest residual {residual:.1e}", residual <= 1e-10)


def _simulation() -> Finding:
    from sim.runs.runner import run

    result = run("baseline", overrides={"table": "classroom-2022"}, years=(2022, 2023))
    fine, worst = result.status == "ok" and result.passed, result.message or "checks failed"
    seconds = f"{result.timings['total']:.1f} s, all checks passed"
    return Finding("a simulated year", seconds if fine else worst, fine, "" if fine else "reinstall unweave")


def _report() -> str:
    from sim.report.render import render
    from sim.runs.runner import run

    page = render(run("baseline", overrides={"table": "classroom-2022"}, years=(2022, 2023)), "en")
    return f"{len(page) / 1e6:.1f} MB, {page.count('<svg')} figures"


def _threads() -> Finding:
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    pools = {f"{p['internal_api']} {p.get('version') or ''} ({p['num_threads']} threads)" for p in threadpool_info()}
    return Finding("linear algebra", ", ".join(sorted(pools)) or "no library found", None)


def _writable() -> Finding:
    folder = Path(os.environ.get("UNWEAVE_RUNS") or "runs").absolute()
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return Finding("run folder", str(folder))
    except OSError as error:
        advice = "set UNWEAVE_RUNS or use -o to write elsewhere"
        return Finding("run folder", f"{folder}: {error.strerror}", False, advice)


def _terminal() -> Finding:
    encoding = (sys.stdout.encoding or "?").lower()
    fine = encoding.replace("-", "") == "utf8"
    advice = "" if fine else "set PYTHONIOENCODING=utf-8 for Chinese labels"
    return Finding("terminal", encoding, True if fine else None, advice)


#: What is looked at besides versions.
LOOKS: dict[str, Callable[[], str | Finding]] = {
    "bundled tables": _data,
    "scenarios": _library,
    "16 terms add up": _arithmetic,
    "a simulated year": _simulation,
    "a report": _report,
    "linear algebra": _threads,
    "run folder": _writable,
    "terminal": _terminal,
}
