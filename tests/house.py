"""Measure the house: ``python -m tests.house [--against REV] [--time] [--json]``.

Prints lines and modules of source, rooms, formatter exceptions, long files and functions, private functions used once, and
the number of tests; with ``--time`` also how long the README's test command takes. ``--against`` puts the same figures of an
earlier revision beside them, read from git.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What reaches people: the rest is the model and its accounting.
PRESENTATION = ("sim/explorer", "sim/report", "sim/runs/report", "sim/charts", "sim/cli", "sim/texts")
#: Words, pages and tables of entries that are not Python; they are counted beside the source.
BESIDE = (".toml", ".js", ".css", ".html", ".j2", ".csv")
#: Limits of the house; ``tests/test_house.py`` holds them.
#: Lines may stand above 42,000, the limit of the finished house, while rooms are being built; they come down to it at the end.
LIMITS = {"lines": 43_400, "modules": 232, "fmt_skips": 20, "presentation_share": 0.5, "longest_file": 400}


def sources(root: Path) -> list[Path]:
    """Python files of ``decomp/`` and ``sim/``."""
    return sorted(path for package in ("decomp", "sim") for path in (root / package).rglob("*.py"))


def lines(path: Path) -> int:
    """Number of lines of a file."""
    return path.read_text(encoding="utf-8").count("\n")


def used_once(trees: list[ast.Module]) -> tuple[int, int]:
    """Private functions, and those of them whose name occurs once beside the definition."""
    defined = Counter(
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and re.match(r"_[a-z]", node.name)
    )
    names = Counter(
        node.id if isinstance(node, ast.Name) else node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute)
    )
    return sum(defined.values()), sum(number for name, number in defined.items() if names[name] == number)


def sizes(root: Path) -> dict[str, float]:
    """The figures of a tree that have limits."""
    texts = {path: path.read_text(encoding="utf-8") for path in sources(root)}
    size = {path: text.count("\n") for path, text in texts.items()}
    total = sum(size.values())
    shown = sum(n for path, n in size.items() if path.relative_to(root).as_posix().startswith(PRESENTATION))
    return {
        "lines": total,
        "modules": len(texts),
        "presentation_share": round(shown / total, 3),
        "fmt_skips": sum(len(re.findall(r"#\s*fmt: skip", text)) for text in texts.values()),
        "longest_file": max(size.values()),
    }


def measure(root: Path) -> dict[str, float]:
    """Figures of a tree."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources(root)]
    functions = [
        node.end_lineno - node.lineno + 1
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    private, once = used_once(trees)
    beside = [path for package in ("decomp", "sim") for path in (root / package).rglob("*") if path.suffix in BESIDE]
    tests = sorted((root / "tests").rglob("*.py"))
    return {
        **sizes(root),
        "lines_beside": sum(lines(path) for path in beside),
        "functions": len(functions),
        "functions_over_60": sum(length > 60 for length in functions),
        "private_functions": private,
        "private_used_once": once,
        "test_lines": sum(lines(path) for path in tests),
        "test_functions": sum(len(re.findall(r"^\s*def test_", p.read_text(encoding="utf-8"), re.M)) for p in tests),
    }


def rooms(root: Path) -> dict[str, tuple[int, int]]:
    """Lines and modules of each package, those of ``sim`` one level down."""
    found: dict[str, tuple[int, int]] = {}
    for path in sources(root):
        parts = path.relative_to(root).parts
        room = "/".join(parts[:2]) if parts[0] == "sim" and len(parts) > 2 else parts[0]
        held = found.get(room, (0, 0))
        found[room] = (held[0] + lines(path), held[1] + 1)
    return found


def tests_command(root: Path) -> str:
    """The README's test command."""
    text = (root / "README.md").read_text(encoding="utf-8")
    match = re.search(r"<!-- command:tests -->\n```sh\n(.*?)\n```", text, re.S)
    if match is None:
        raise SystemExit("README.md has no test command")
    return match[1]


def timed(root: Path) -> dict[str, float | str]:
    """Seconds of the README's test command in a tree, and pytest's last line."""
    start = time.perf_counter()
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", tests_command(root)], cwd=root, capture_output=True, text=True, check=False
    )
    last = (done.stdout.strip().splitlines() or [done.stderr.strip()[-200:]])[-1]
    return {"test_seconds": round(time.perf_counter() - start), "test_outcome": last.strip("= ")}


def at_revision(revision: str, folder: Path) -> Path:
    """The tree of a revision, written to a folder."""
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return folder


def main(arguments: list[str] | None = None) -> int:
    """Print the figures, those of an earlier revision beside them where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.house", description="Measure the house.")
    parser.add_argument("--against", metavar="REV", help="an earlier revision, measured beside this tree")
    parser.add_argument("--time", action="store_true", help="run the README's test command too (minutes)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        trees = {"now": ROOT}
        if chosen.against:
            trees = {chosen.against: at_revision(chosen.against, Path(folder)), **trees}
        figures = {name: measure(root) | (timed(root) if chosen.time else {}) for name, root in trees.items()}
        if chosen.json:
            print(json.dumps(figures, indent=2))
            return 0
        names = list(figures)
        print("figure".ljust(22), *(name.rjust(12) for name in names), "limit".rjust(10))
        for key in figures["now"]:
            cells = [str(figures[name].get(key, "")).rjust(12) for name in names]
            print(key.ljust(22), *cells, str(LIMITS.get(key, "")).rjust(10))
        places = {name: rooms(root) for name, root in trees.items()}
        print("\nroom".ljust(23), *(f"{name} lines/modules".rjust(24) for name in names))
        for room in sorted({room for held in places.values() for room in held}):
            held = ("{}/{}".format(*places[name][room]) if room in places[name] else "–" for name in names)
            print(room.ljust(22), *(cell.rjust(24) for cell in held))
    return 0


if __name__ == "__main__":
    sys.exit(main())
