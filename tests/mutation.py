"""Do the tests bite? ``python -m tests.mutation [--number 60] [--seed 0] [--workers 2] [--rooms decomp sim/economy sim/rules]``.

Plants one fault at a time in a copy of the tree (a sign, an operand order, an index, a constant, a comparison, a minimum for a
maximum), drawn by the seed from the syntax trees of the numerics, runs the tests of its room and then the wider ones until one
fails, and lists the faults that no test found. Exit code 1 if fewer than 95 % were found.

Not drawn, because nothing numeric depends on them: error messages and other text, annotations, decorators, tolerances and
limits (module constants that are called so, numbers below 1e-5), and what runs only to say something (functions that return ``str``).
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("decomp", "sim/economy", "sim/rules")
#: Tests to run for a room, the nearest first; each stage only where those before found nothing.
STAGES = {
    "decomp": (("tests/decomp",), ("tests/test_published.py", "tests/cli/test_decompose.py", "tests/sim/observed")),
    "sim/economy": (("tests/sim/economy",), ("tests/sim/model", "tests/sim/indicators", "tests/test_scenarios.py")),
    "sim/rules": (
        ("tests/sim/rules",),
        ("tests/sim/scenario/test_library.py", "tests/sim/model", "tests/test_findings.py", "tests/test_scenarios.py"),
    ),
}
#: Where nothing numeric is decided: readers of files, which tests of damaged files cover, and registries of words.
LEFT_OUT = ("decomp/io/", "decomp/toy.py", "__init__.py", "errors.py")
SWAPS: dict[type[ast.AST], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*",
    ast.Lt: ">", ast.Gt: "<", ast.LtE: ">", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "==",
}  # fmt: skip
ORDERED = {ast.Sub: "-", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"}
CALLS = {
    "maximum": "minimum",
    "minimum": "maximum",
    "any": "all",
    "all": "any",
    "log": "exp",
    "max": "min",
    "min": "max",
}
#: Constants below this are bounds on rounding errors, which tests cannot tell from others of their size.
ROUNDING = 1e-5
#: Parts of the names of tolerances and limits.
PLAIN = ("TOLERANCE", "LIMIT", "EPS", "MAX_", "MOST_", "WORN", "STEPS", "DIGITS")


@dataclass(frozen=True)
class Fault:
    """One planted fault: what stands at a place, and what is put there."""

    path: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        """Place and change in one line."""
        return f"{self.path}:{self.line}  {' '.join(self.before.split())}  →  {' '.join(self.after.split())}"


def _skipped(node: ast.AST) -> bool:
    """Whether nothing below a node is drawn."""
    if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id == "str":
        return True
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return isinstance(target, ast.Name) and any(word in target.id for word in PLAIN)
    return False


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes below a node, without annotations and decorators."""
    for field, value in ast.iter_fields(node):
        if field not in {"annotation", "returns", "decorator_list", "type_comment"}:
            yield from (
                child for child in (value if isinstance(value, list) else [value]) if isinstance(child, ast.AST)
            )


def _is_absolute(node: ast.AST) -> bool:
    """Whether a node is an absolute value, which knows no order of operands."""
    function = node.func if isinstance(node, ast.Call) else None
    return (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")) in {"abs", "fabs"}


def _changes(node: ast.AST, text: str, *, absolute: bool) -> Iterator[str]:
    """What could stand in the place of a node; ``absolute`` if it is the argument of an absolute value."""

    def source(part: ast.AST) -> str:
        return ast.get_source_segment(text, part) or ast.unparse(part)

    if isinstance(node, ast.BinOp):
        left, right = source(node.left), source(node.right)
        if type(node.op) in SWAPS and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            yield f"(({left}) {SWAPS[type(node.op)]} ({right}))"
        if type(node.op) in ORDERED and not absolute:
            yield f"(({right}) {ORDERED[type(node.op)]} ({left}))"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield f"({source(node.operand)})"
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in SWAPS:
        yield f"(({source(node.left)}) {SWAPS[type(node.ops[0])]} ({source(node.comparators[0])}))"
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float) and not 0.0 < node.value < ROUNDING:
        yield str(node.value + 1 if isinstance(node.value, int) else node.value * 1.5 or 1.0)
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CALLS:
            yield source(node).replace(f"{name}(", f"{CALLS[name]}(", 1)


def faults_of(path: Path) -> list[Fault]:
    """Every fault that can be planted in a file."""
    text = path.read_text(encoding="utf-8")
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    found = []

    def visit(node: ast.AST, *, absolute: bool = False) -> None:
        if _skipped(node):
            return
        if isinstance(node, ast.expr) and node.end_lineno is not None and node.end_col_offset is not None:
            start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
            for change in _changes(node, text, absolute=absolute):
                before = text.encode()[start:end].decode()
                found.append(Fault(path.relative_to(ROOT).as_posix(), node.lineno, start, end, before, change))
        for child in _children(node):
            visit(child, absolute=_is_absolute(node))

    visit(ast.parse(text))
    return found


def drawn(rooms: list[str], number: int, seed: int) -> list[Fault]:
    """Faults drawn by a seed, the same number from each room."""
    generator = random.Random(seed)
    chosen: list[Fault] = []
    for place, room in enumerate(rooms):
        files = sorted(path for path in (ROOT / room).rglob("*.py"))
        files = [path for path in files if not any(part in path.relative_to(ROOT).as_posix() for part in LEFT_OUT)]
        every = [fault for path in files for fault in faults_of(path)]
        share = number // len(rooms) + (place < number % len(rooms))
        chosen += generator.sample(every, min(share, len(every)))
    return chosen


def plant(tree: Path, fault: Fault) -> bytes:
    """Put a fault into a tree; returns what the file held."""
    file = tree / fault.path
    held = file.read_bytes()
    file.write_bytes(held[: fault.start] + fault.after.encode() + held[fault.end :])
    return held


def stages(fault: Fault) -> tuple[tuple[str, ...], ...]:
    """Tests for a fault, the nearest first."""
    room = next(room for room in STAGES if fault.path.startswith(room))
    first, *rest = STAGES[room]
    return ((fault.path, *first), *rest)


def is_found(tree: Path, fault: Fault | None, tests: tuple[str, ...], seconds: float) -> bool:
    """Whether tests fail in a tree; what hangs or cannot be imported counts as found."""
    existing = [name for name in tests if (tree / name).exists()]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not browser", *existing]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode in (1, 2, 3, 4) or done.returncode < 0


def copy_tree(folder: Path) -> Path:
    """A copy of what git knows of the tree, for faults to be planted in."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def main(arguments: list[str] | None = None) -> int:
    """Plant, test, and print what was not found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description="Plant faults; see whether tests find them."
    )
    parser.add_argument("--number", type=int, default=60, help="faults in all (default 60)")
    parser.add_argument("--seed", type=int, default=0, help="what they are drawn by (default 0)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="trees at once")
    parser.add_argument("--rooms", nargs="+", default=list(ROOMS), choices=ROOMS, help="where faults are planted")
    parser.add_argument("--list", action="store_true", help="only list the faults that would be planted")
    chosen = parser.parse_args(arguments)
    faults = drawn(chosen.rooms, chosen.number, chosen.seed)
    if chosen.list:
        print(*faults, sep="\n")
        return 0
    os.environ.setdefault("UNWEAVE_DATA", str(ROOT.parent / "shared" / "data"))
    trees: SimpleQueue[Path] = SimpleQueue()

    def judge(fault: Fault) -> tuple[Fault, bool, float]:
        tree, start = trees.get(), time.perf_counter()
        held = plant(tree, fault)
        try:
            caught = any(is_found(tree, fault, tests, 900.0) for tests in stages(fault))
        finally:
            (tree / fault.path).write_bytes(held)
            trees.put(tree)
        return fault, caught, time.perf_counter() - start

    with tempfile.TemporaryDirectory() as folder:
        for number in range(chosen.workers):
            trees.put(copy_tree(Path(folder) / f"tree-{number}"))
        missed = []
        with ThreadPoolExecutor(chosen.workers) as pool:
            for fault, caught, seconds in pool.map(judge, faults):
                print(f"{'found ' if caught else 'MISSED'}  {seconds:5.0f} s  {fault}", flush=True)
                missed += [] if caught else [fault]
    share = 1.0 - len(missed) / len(faults)
    print(f"\n{len(faults) - len(missed)} of {len(faults)} planted faults found ({share:.1%}), seed {chosen.seed}.")
    print(*(f"not found: {fault}" for fault in missed), sep="\n")
    return 0 if share >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
