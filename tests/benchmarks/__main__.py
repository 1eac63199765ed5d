"""Run the benchmarks: ``python -m tests.benchmarks [--smoke] [--only wwz] [--json | --markdown]``.

A benchmark is a module ``bench_*.py`` in this folder with ``run(smoke: bool) -> list[Row]``. Smoke mode runs everything on
small cases to see that it works; its numbers are not judged. Otherwise the exit code is 1 when a promised limit is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import pkgutil
import platform
import sys
import time
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.rows import Row


def benchmarks() -> list[str]:
    """Names of the benchmarks in this folder, without ``bench_``."""
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(module.name.removeprefix("bench_") for module in found if module.name.startswith("bench_"))


def machine() -> dict[str, str | int | None]:
    """Where the numbers come from."""
    return {
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS", "default"),
    }


def as_table(rows: list[Row], *, markdown: bool, judged: bool) -> str:
    """Rows as aligned text or Markdown."""
    head = ("benchmark", "case", "measured", "limit", "met", "note")
    lines = [head]
    for row in rows:
        limit = "" if row.limit is None else f"≤ {row.limit:g} {row.unit}"
        met = "" if row.met is None or not judged else "yes" if row.met else "NO"
        lines.append((row.benchmark, row.case, f"{row.value:.3g} {row.unit}", limit, met, row.note))
    if markdown:
        body = ["| " + " | ".join(line) + " |" for line in lines]
        return "\n".join([body[0], "|" + "---|" * len(head), *body[1:]])
    width = [max(len(line[k]) for line in lines) for k in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width[k]) for k, cell in enumerate(line)).rstrip() for line in lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen benchmarks and print one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure what the README promises.")
    parser.add_argument("--smoke", action="store_true", help="small cases only; nothing is judged")
    parser.add_argument(
        "--only", action="append", choices=benchmarks(), help="run only this benchmark; may be repeated"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object on stdout")
    form.add_argument("--markdown", action="store_true", help="a Markdown table on stdout")
    chosen = parser.parse_args(arguments)
    rows: list[Row] = []
    for name in chosen.only or benchmarks():
        start = time.perf_counter()
        rows += import_module(f"tests.benchmarks.bench_{name}").run(chosen.smoke)
        print(f"{name}: {time.perf_counter() - start:.1f} s", file=sys.stderr)
    missed = [row for row in rows if row.met is False] if not chosen.smoke else []
    if chosen.json:
        print(
            json.dumps({"machine": machine(), "smoke": chosen.smoke, "rows": [asdict(row) for row in rows]}, indent=1)
        )
    else:
        print(as_table(rows, markdown=chosen.markdown, judged=not chosen.smoke))
        print("\n" + ", ".join(f"{key} {value}" for key, value in machine().items()))
    for row in missed:
        print(f"missed: {row.benchmark} {row.case}: {row.value:.3g} > {row.limit:g} {row.unit}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
