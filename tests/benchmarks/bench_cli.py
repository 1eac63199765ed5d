"""Start-up time of the command line: ``unweave --help`` in a process of its own, target ≤ 0.5 s.

The minimum of several starts, because a busy machine can only make a start slower. Set beside a bare interpreter and
``import numpy`` in the same run, so that the figure can be judged on any machine.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.rows import Row

ROOT = Path(__file__).resolve().parents[2]

#: What is started: label, Python code, seconds allowed (None: for comparison only).
STARTS: list[tuple[str, str, float | None]] = [
    ("python, nothing", "pass", None),
    ("python, import numpy", "import numpy", None),
    ("unweave --help", "from sim.cli import call; raise SystemExit(call(['--help']))", 0.5),
    ("unweave list scenarios", "from sim.cli import call; raise SystemExit(call(['list', 'scenarios']))", None),
    ("unweave validate baseline", "from sim.cli import call; raise SystemExit(call(['validate', 'baseline']))", None),
]


def start(code: str) -> float:
    """Seconds from starting a fresh interpreter to its end; fails when the command fails."""
    before = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - before


def run(smoke: bool) -> list[Row]:
    """Measure every start: minimum of 8 that are interleaved, of which the first warms the file cache (smoke: that one alone)."""
    rounds = [[start(code) for _, code, _ in STARTS] for _ in range(1 if smoke else 8)]
    return [
        Row("start", name, min(times), "s", limit)
        for (name, _, limit), times in zip(STARTS, zip(*rounds, strict=True), strict=True)
    ]
