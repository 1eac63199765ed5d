"""What a run was made with: versions, computer, threads, state of the source. Recorded, never decided, here."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim._version import __version__

#: Packages whose versions can change a number or a picture.
PACKAGES = ("numpy", "scipy", "pandas", "mesa", "pydantic", "pyarrow", "altair", "vl-convert-python")
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def versions() -> dict[str, str]:
    """Versions of Unweave, Python and the packages that matter."""
    found = {"unweave": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def computer() -> dict[str, str]:
    """Operating system, processor and number of cores; no names of users or machines."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": f"{os.cpu_count() or 0} cores",
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def threads() -> list[dict[str, Any]]:
    """Pools of threads of the linear algebra libraries as they are now."""
    from threadpoolctl import threadpool_info

    keys = {"internal_api": "library", "version": "version", "num_threads": "threads", "architecture": "architecture"}
    pools = [{new: pool[old] for old, new in keys.items() if pool.get(old)} for pool in threadpool_info()]
    return sorted(pools, key=lambda pool: (str(pool.get("library")), str(pool.get("version"))))


def thread_variables() -> dict[str, str]:
    """Environment variables that set numbers of threads, where they are set."""
    return {name: os.environ[name] for name in _THREAD_VARIABLES if name in os.environ}


def source_state() -> dict[str, Any] | None:
    """Commit of the source tree and whether it was changed; None for an installed package or without git."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit, "changed": changed}


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, timeout=5, check=True)
    return done.stdout.strip()
