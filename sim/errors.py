"""Errors of the simulation layer.

Every message says what failed, where, which value was found, what is allowed and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from csv import DictReader
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from sim.scenario.yaml_text import KeyPath, YamlDocument

#: Most characters of a source line that a message shows.
LONGEST_LINE = 240
#: Most problems that are reported of one scenario.
MOST_PROBLEMS = 200


class SimError(ValueError):
    """Base of all errors that ``sim`` raises on purpose; what a file put into the message cannot steer a terminal."""

    def __str__(self) -> str:
        """Text of the message with control characters escaped."""
        return "\n".join(map(visible, super().__str__().split("\n")))


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


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text; lines and columns from 1, ``width`` characters of ``source`` are meant."""

    file: str
    line: int = 0
    column: int = 0
    width: int = 1
    source: str = ""

    def problem(self, code: str, message: str, *, help: str = "", path: str = "", warning: bool = False) -> Problem:
        """Return a problem at this place."""
        severity: Literal["error", "warning"] = "warning" if warning else "error"
        return Problem(code, message, self.file, self.line, self.column, self.width, self.source, help, path, severity)


class ScenarioError(SimError):
    """A scenario is not valid; carries every problem found, in the order of the file."""

    #: How many problems, and how many characters of them, the text of the error shows before it says how many more there are.
    SHOWN, LONGEST = 8, 2500

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.text())

    def text(self, limit: int | None = SHOWN) -> str:
        """All problems as one readable text, at most ``limit`` of them in full."""
        parts: list[str] = []
        for problem in self.problems[:limit]:
            parts.append(render(problem))
            if limit is not None and len(parts) > 1 and sum(map(len, parts)) > self.LONGEST:
                parts.pop()
                break
        if len(parts) < len(self.problems):
            parts.append(f"… and {len(self.problems) - len(parts)} more; `unweave validate` shows all of them.")
        return "\n".join(parts)

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...]]]:
        """Pickle through the constructor, so that worker processes can send it back."""
        return type(self), (self.problems,)


def visible(text: str) -> str:
    r"""Write control, direction and other unseen characters as escapes: no text of a file steers a terminal.

    >>> print(visible("a\x1b[31mb"))
    a\x1b[31mb
    """
    if text.isprintable():
        return text
    unseen = {character for character in text if category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    return text.translate({ord(character): ascii(character)[1:-1] for character in unseen})


def quoted(value: object, most: int = 80) -> str:
    """Show a value in quotes as messages do: on one line and of bounded length.

    >>> quoted("tarif"), quoted("x" * 500, most=3)
    ("'tarif'", "'xxx…' (500 characters)")
    """
    text = str(value)
    return repr(value) if len(text) <= most else f"{text[:most] + '…'!r} ({len(text):,} characters)"


def render(problem: Problem) -> str:
    """Show a problem in the manner of compilers: place, message, source line with a caret, help.

    Of a long line, the part around the place; control characters are escaped.

    >>> print(render(Problem("S014", "lever: unknown 'tarif'", "a.yaml", 3, 10, 5, "  lever: tarif", "allowed: tariff")))
    a.yaml:3:10: error[S014] lever: unknown 'tarif'
        3 |   lever: tarif
          |          ^^^^^
      help: allowed: tariff
    """
    lines = [visible(f"{problem.place}: {problem.severity}[{problem.code}] {problem.message}".removeprefix(": "))]
    if problem.source:
        start = problem.column - 1
        first = max(0, start - LONGEST_LINE // 3) if len(problem.source) > LONGEST_LINE else 0
        part = problem.source[first : first + LONGEST_LINE]
        cuts = (part[: start - first], part[start - first :], part[start - first :][: problem.width])
        before, after, marked = (visible(cut.replace("\t", "    ")) for cut in cuts)
        head, tail = "…" if first else "", "…" if first + LONGEST_LINE < len(problem.source) else ""
        lines.append(f"{problem.line:5d} | {head}{before}{after}{tail}")
        lines.append(f"      | {' ' * _cells(head + before)}{'^' * max(1, _cells(marked))}")
    if problem.help:
        lines.append(f"  help: {visible(problem.help)}")
    return "\n".join(lines)


def _cells(text: str) -> int:
    """Width of a text on a terminal: Chinese characters take two cells."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


_ENTRIES = files("sim").joinpath("errors.csv").read_text(encoding="utf-8")
#: Every error code with what it means; lines of ``errors.csv``.
CODES: Mapping[str, str] = MappingProxyType({row["code"]: row["meaning"] for row in DictReader(_ENTRIES.splitlines())})


class Problems:
    """Collects the problems of one scenario, each with its code and its place in the text, if there is one."""

    def __init__(self, document: YamlDocument | None = None) -> None:
        self.document = document
        self.found: list[Problem] = []
        #: Positions in the text of the policies, events and expectations that are left, where some were left out.
        self.indices: dict[str, list[int]] = {}
        #: Required entries of the scenario that were replaced by a stand-in.
        self.assumed: set[str] = set()

    @property
    def full(self) -> bool:
        """Whether there are so many problems that more would help nobody."""
        return len(self.found) > MOST_PROBLEMS

    def add(
        self, path: KeyPath, code: str, message: str, *, help: str = "", key: bool = False, warning: bool = False
    ) -> None:
        """Record a problem at a path; ``key`` marks the key instead of the value."""
        if self.full:
            return
        if len(self.found) == MOST_PROBLEMS:
            code, message, help = "S006", f"there are more than {MOST_PROBLEMS} problems; the first ones are shown.", ""
        path = self.original(path)
        where = visible(spell(path))
        text = f"{where}: {message}" if where else message
        place = self.document.place(path, key=key) if self.document else Place("")
        problem = place.problem(code, text, help=help, path=where, warning=warning)
        if problem not in self.found:  # rules of one section read the same settings
            self.found.append(problem)

    def unknown(
        self,
        path: KeyPath,
        code: str,
        what: str,
        word: object,
        allowed: Iterable[str],
        *,
        key: bool = False,
        hint: str = "",
        more: str = "",
    ) -> None:
        """Record a word that is not one of the allowed ones, with a hint (the nearest one) and with all of them."""
        from decomp.labels import did_you_mean, listed

        if not self.full:
            allowed = list(allowed)
            message = f"unknown {what} {quoted(word)}{hint or did_you_mean(word, allowed) or '.'}"
            self.add(path, code, message, help=f"allowed: {listed(allowed)}{more}", key=key)

    def original(self, path: KeyPath) -> KeyPath:
        """Path in the text of a path in the scenario."""
        kept = self.indices.get(str(path[0])) if len(path) > 1 else None
        return (path[0], kept[int(path[1])], *path[2:]) if kept is not None else path

    @property
    def errors(self) -> list[Problem]:
        """Problems that stop a run, in the order of the text, those of scenarios built on last."""
        return sorted((problem for problem in self.found if problem.severity == "error"), key=self._order)

    @property
    def warnings(self) -> list[Problem]:
        """Problems that do not stop a run, in the order of the text."""
        return sorted((problem for problem in self.found if problem.severity == "warning"), key=self._order)

    def raise_errors(self) -> None:
        """Raise all errors as one :class:`ScenarioError`; do nothing when there are none."""
        if errors := self.errors:
            raise ScenarioError(errors)

    def _order(self, problem: Problem) -> tuple[bool, bool, str, int, int]:
        if problem.file.startswith("--"):
            return True, False, "", 0, 0
        main = self.document.name if self.document else ""
        return False, problem.file != main, problem.file, problem.line, problem.column


def spell(path: KeyPath) -> str:
    """Write a path as people say it.

    >>> spell(("policies", 0, "who", 1))
    'policies[0].who[1]'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) and text else f".{part}" if text else str(part)
    return text
