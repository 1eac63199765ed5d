"""No parameter hides in the code: every number of the model is a calibrated row, a numerical device, or says what it is.

The scan reads the source of the model and lists number literals. Limits of settings stand where these are declared. Small whole numbers (axes, positions, powers), 0.5, 1.5 and
2.0, and numbers beyond 1e-5 … 1e5 (tolerances and guards) carry no economics. What is left must be listed here with its
reason; a number that decides results belongs in sim/calibration/parameters.csv.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from sim.calibration import parameters
from sim.cli.knowledge import modules_reading

ROOT = Path(__file__).resolve().parents[3]
#: Packages and modules in which a number could decide a result.
SCANNED = ("sim/economy", "sim/rules", "sim/model", "sim/indicators", "sim/state.py")
PLAIN = {0.0, 0.5, 1.0, 1.5, 2.0, 100.0}
SMALLEST, LARGEST, COUNTING = 1e-5, 1e5, 16

SOLVER = (
    "step, limit or size at which the solver changes its way; the solution does not depend on it beyond its tolerance"
)
#: Numbers that stay in the code: file, value, why.
KNOWN = {
    ("sim/economy/accounts.py", 30): SOLVER,
    ("sim/economy/accounts.py", 0.25): SOLVER,
    (
        "sim/economy/base.py",
        0.05,
    ): "change of output from which a purged cell is listed; loss up to which a cell is repaired",
    ("sim/economy/continuation.py", 0.02): SOLVER,
    ("sim/economy/nests.py", 0.01): "elasticity below which the same formula is evaluated in another way",
    ("sim/economy/adjoint.py", 0.2): SOLVER,
    **{("sim/economy/games.py", number): SOLVER for number in (0.0001, 0.001, 120)},
    **{("sim/economy/players.py", number): SOLVER for number in (0.001, 0.05, 0.25, 0.3, 0.6, 0.8)},
    ("sim/economy/workers.py", 700.0): "logarithm near the largest number",
    ("sim/rules/automation.py", 1950): "first year that a cost may be of",
    ("sim/rules/automation.py", 2100): "last year that a cost may be of",
    ("sim/economy/machines.py", 1000.0): "largest value accepted",
    ("sim/economy/settings.py", 1000.0): "largest value accepted",
    ("sim/economy/settings.py", 0.9): "largest value accepted",
    ("sim/economy/continuation.py", 24): SOLVER,
    ("sim/economy/response.py", 200): SOLVER,
    ("sim/economy/continuation.py", 160): SOLVER,
    ("sim/economy/continuation.py", 0.1): SOLVER,
    ("sim/economy/solver.py", 0.02): SOLVER,
    ("sim/economy/solver.py", 0.1): SOLVER,
    ("sim/economy/solver.py", 0.2): SOLVER,
    ("sim/economy/solver.py", 0.3): SOLVER,
    ("sim/economy/solver.py", 0.6): SOLVER,
    ("sim/economy/solver.py", 60): SOLVER,
    ("sim/economy/solver.py", 40): SOLVER,
    ("sim/economy/response.py", 0.001): SOLVER,
    ("sim/economy/world.py", 0.001): SOLVER,
    ("sim/rules/strategy.py", 0.99): "most patience with which a war is weighed",
    ("sim/rules/carbon.py", 0.001): "conversion of units",
    ("sim/rules/carbon.py", 1000): "largest value accepted",
}


def numbers(path: Path) -> set[tuple[float, int]]:
    """Number literals of a file that could be parameters, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    doubtful = set()
    limits = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "setting"]
    declared = {id(inner) for node in limits for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in declared:
            continue
        if (
            not isinstance(node, ast.Constant)
            or isinstance(node.value, bool)
            or not isinstance(node.value, int | float)
        ):
            continue
        value = abs(node.value)
        counts = isinstance(value, int) and value <= COUNTING
        if not counts and value not in PLAIN and SMALLEST < value < LARGEST:
            doubtful.add((value, node.lineno))
    return doubtful


def files() -> list[Path]:
    """Every module that is scanned."""
    found = [ROOT / name for name in SCANNED]
    return [path for one in found for path in (sorted(one.rglob("*.py")) if one.is_dir() else [one])]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_numbers_in_the_code_are_calibrated_or_explained(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    unknown = [f"{name}:{line}: {value!r}" for value, line in sorted(numbers(path)) if (name, value) not in KNOWN]
    assert not unknown, "give each a row in parameters.csv, or a reason in KNOWN: " + "; ".join(unknown)


def test_the_list_of_known_numbers_is_not_longer_than_needed() -> None:
    present = {(path.relative_to(ROOT).as_posix(), value) for path in files() for value, _ in numbers(path)}
    assert set(KNOWN) <= present


def test_the_scan_sees_a_planted_parameter(tmp_path: Path) -> None:
    planted = tmp_path / "rule.py"
    planted.write_text("def speed(gap):\n    return 0.37 * gap ** 2 + 1e-12\n", encoding="utf-8")
    assert numbers(planted) == {(0.37, 2)}


def test_every_parameter_is_read_somewhere() -> None:
    unread = [name for name in parameters() if not modules_reading("parameter", name)]
    assert unread == []
