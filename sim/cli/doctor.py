"""``unweave doctor``: is this installation able to do its work?"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from sim._version import __version__

#: Packages that the main job needs.
NEEDED = ("numpy", "scipy", "pandas", "mesa", "pydantic", "ruamel.yaml", "typer", "pyarrow", "altair", "threadpoolctl")
#: Packages that read official files (extra `formats`).
OPTIONAL = ("pymrio", "openpyxl")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``ok`` is None for what is only information."""

    what: str
    found: str
    ok: bool | None = True
    advice: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False) -> None:
    r"""Check versions, bundled data, the scenario library, the arithmetic and whether results can be written.

    \b
    Example:
      unweave doctor
    """
    findings = [*_versions(), *(_safely(what, look) for what, look in LOOKS.items())]
    healthy = all(finding.ok is not False for finding in findings)
    if as_json:
        typer.echo(json.dumps({"schema_version": 1, "ok": healthy, "findings": [*map(asdict, findings)]}, indent=1))
    else:
        for finding in findings:
            sign = {True: "ok  ", False: "FAIL", None: "    "}[finding.ok]
            typer.echo(f"{sign}  {finding.what:<18} {finding.found}{f' — {finding.advice}' if finding.advice else ''}")
    if not healthy:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add ``doctor``."""
    app.command("doctor")(doctor)


def _versions() -> list[Finding]:
    found = [
        Finding("unweave", __version__, None),
        Finding("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}", None),
        Finding("processors", str(os.cpu_count() or "?"), None),
    ]
    for name in (*NEEDED, *OPTIONAL):
        try:
            found.append(Finding(name, version(name), True if name in NEEDED else None))
        except PackageNotFoundError:
            advice = "reinstall unweave" if name in NEEDED else 'for official files: pip install "unweave[formats]"'
            found.append(Finding(name, "absent", False if name in NEEDED else None, advice))
    return found


def _safely(what: str, look: Callable[[], Finding]) -> Finding:
    """A look that fails is a finding, not a crash."""
    try:
        return look()
    except Exception as error:
        return Finding(
            what,
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
            False,
            "reinstall unweave",
        )


def _data() -> Finding:
    from decomp.io import bundled_names, load

    table = load("classroom-2011")
    return Finding("bundled tables", f"{len(bundled_names())}, for example {table!r}")


def _library() -> Finding:
    from sim.scenario import scenario_files

    names = list(scenario_files())
    return Finding("scenarios", ", ".join(names), bool(names), "" if names else "reinstall unweave")


def _arithmetic() -> Finding:
    from decomp.io import load
    from decomp.wwz import wwz

    residual = float(wwz(load("classroom-2011")).residual)
    return Finding("16 terms add up", f"largest residual {residual:.1e}", residual <= 1e-10)


def _threads() -> Finding:
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    pools = {
        f"{pool['internal_api']} {pool.get('version') or ''} ({pool['num_threads']} threads)"
        for pool in threadpool_info()
    }
    return Finding("linear algebra", ", ".join(sorted(pools)) or "no library found", None)


def _writable() -> Finding:
    folder = Path(os.environ.get("UNWEAVE_RUNS") or "runs").absolute()
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return Finding("run folder", str(folder))
    except OSError as error:
        return Finding(
            "run folder", f"{folder}: {error.strerror}", False, "set UNWEAVE_RUNS or use -o to write elsewhere"
        )


def _terminal() -> Finding:
    encoding = (sys.stdout.encoding or "?").lower()
    fine = encoding.replace("-", "") == "utf8"
    return Finding(
        "terminal", encoding, True if fine else None, "" if fine else "set PYTHONIOENCODING=utf-8 for Chinese labels"
    )


#: What is looked at besides versions.
LOOKS: dict[str, Callable[[], Finding]] = {
    "bundled tables": _data,
    "scenarios": _library,
    "16 terms add up": _arithmetic,
    "linear algebra": _threads,
    "run folder": _writable,
    "terminal": _terminal,
}
