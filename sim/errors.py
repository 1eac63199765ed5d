"""Errors of the simulation layer.

Every message says what failed, where, which value was found, what is allowed and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


class SimError(ValueError):
    """Base of all errors that ``sim`` raises on purpose."""


class EconomyError(SimError):
    """The equilibrium has no usable solution: names the market, economy, sector, value and what to change."""


class OutputError(SimError):
    """A result cannot be written or read back: the folder or file is not usable."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a scenario, with the place where it stands.

    Lines and columns count from 1, columns in characters; 0 means that the place is not in a file. ``source`` is the
    offending line as written, ``width`` the number of characters to mark.
    """

    code: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    width: int = 1
    source: str = ""
    help: str = ""
    path: str = ""
    severity: Literal["error", "warning"] = "error"

    @property
    def place(self) -> str:
        """``file:line:column``, as editors and terminals understand it."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class ScenarioError(SimError):
    """A scenario is not valid; carries every problem found, in the order of the file."""

    #: How many problems the text of the error shows before it says how many more there are.
    SHOWN = 8

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.text())

    def text(self, limit: int | None = SHOWN) -> str:
        """All problems as one readable text, at most ``limit`` of them in full."""
        shown = self.problems if limit is None else self.problems[:limit]
        parts = [render(problem) for problem in shown]
        if len(shown) < len(self.problems):
            parts.append(f"… and {len(self.problems) - len(shown)} more; `unweave validate` shows all of them.")
        return "\n".join(parts)

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...]]]:
        """Pickle through the constructor, so that worker processes can send it back."""
        return type(self), (self.problems,)


def render(problem: Problem) -> str:
    """Show a problem in the manner of compilers: place, message, source line with a caret, help.

    >>> print(render(Problem("S014", "lever: unknown 'tarif'", "a.yaml", 3, 10, 5, "  lever: tarif", "allowed: tariff")))
    a.yaml:3:10: error[S014] lever: unknown 'tarif'
        3 |   lever: tarif
          |          ^^^^^
      help: allowed: tariff
    """
    lines = [f"{problem.place}: {problem.severity}[{problem.code}] {problem.message}".removeprefix(": ")]
    if problem.source:
        before = problem.source[: problem.column - 1]
        marked = problem.source[problem.column - 1 : problem.column - 1 + problem.width]
        pad = "".join("\t" if char == "\t" else " " * _cells(char) for char in before)
        shown = "".join(char if char.isprintable() or char == "\t" else "�" for char in problem.source)
        lines.append(f"{problem.line:5d} | {shown}")
        lines.append(f"      | {pad}{'^' * max(1, sum(_cells(char) for char in marked))}")
    if problem.help:
        lines.append(f"  help: {problem.help}")
    return "\n".join(lines)


def _cells(char: str) -> int:
    """Width of a character on a terminal: Chinese characters take two cells."""
    from unicodedata import east_asian_width

    return 2 if east_asian_width(char) in "WF" else 1
