"""``unweave app`` starts the explorer on this machine; ``unweave doctor`` looks whether this installation can do its work."""

import os
import platform
import re
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from sim._version import __version__
from sim.cli.options import AsJson, Lang, RunsFolder, echo_json
from sim.cli.terminal import BUG, PARTIAL, explain
from sim.errors import OutputError, SimError

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


#: Port that is tried first.
PORT = 8501


class AppError(SimError):
    """The explorer cannot be started."""


def app(
    run: Annotated[str | None, Argument(metavar="[RUN]", help="A run folder, a part of its name, or `latest`.")] = None,
    port: Annotated[int | None, Option(min=1, max=65535, help="Port [8501, or the next free one].")] = None,
    lang: Annotated[Lang | None, Option(help="Language to start in [the browser's].")] = None,
    no_browser: Annotated[bool, Option("--no-browser", help="Do not open a browser.")] = False,
    runs: RunsFolder = None,
) -> int:
    """Start the explorer: pull levers and see at once what happens. It listens on this machine only; Ctrl-C ends it.

    For example:
      unweave app
      unweave app latest --lang zh
      unweave app --port 8600 --no-browser
    """
    if find_spec("streamlit") is None:
        how = "Install it with: pip install 'unweave[app]'"
        raise AppError(f"the explorer needs Streamlit, which is not installed. {how}")
    chosen = free_port(port)
    if run is not None:
        from sim.runs.folder import runs_folder
        from sim.runs.saved import find_run, read_run

        folder = find_run(run, runs_folder(runs))
        if not read_run(folder).years:
            message = f"run {folder.name} has no finished year; there is nothing to show. Run the scenario again."
            raise OutputError(message)
        os.environ["UNWEAVE_APP_RUN"] = str(folder.resolve())
    if lang is not None:
        os.environ["UNWEAVE_APP_LANG"] = lang
    from sim.explorer.main import serve

    serve(chosen, browser=not no_browser)
    return 0


def free_port(wanted: int | None) -> int:
    """The port asked for, or the first free one from :data:`PORT`; an :class:`AppError` where it is taken, or all are."""
    for port in [wanted] if wanted is not None else range(PORT, PORT + 50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    what = f"port {wanted} is" if wanted is not None else f"ports {PORT} to {PORT + 49} are"
    raise AppError(f"{what} in use. Choose another with --port, or end the program that uses it.")
