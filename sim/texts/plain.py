"""Plain text for terminals: aligned columns in which Chinese characters count two cells."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width


def cells(text: str) -> int:
    """Width of a text on a terminal.

    >>> cells("VS 份额")
    7
    """
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def counted(count: int, one: str, many: str) -> str:
    """A number with its word.

    >>> counted(1, "year", "years"), counted(0, "year", "years")
    ('1 year', '0 years')
    """
    return f"{count} {one if count == 1 else many}"


def columns(rows: Sequence[Sequence[str]], *, left: int = 1, gap: int = 2, rule: bool = True) -> str:
    """Align rows in columns: the first ``left`` columns to the left, the others to the right; the first row is the head.

    >>> print(columns([["a", "n"], ["long", "10"]], rule=False))
    a      n
    long  10
    """
    widths = [max(cells(row[k]) for row in rows) for k in range(len(rows[0]))]

    def line(row: Sequence[str]) -> str:
        parts = []
        for k, cell in enumerate(row):
            pad = " " * (widths[k] - cells(cell))
            parts.append(cell + pad if k < left else pad + cell)
        return (" " * gap).join(parts).rstrip()

    lines = [line(row) for row in rows]
    if rule:
        lines.insert(1, "─" * max(cells(text) for text in lines))
    return "\n".join(lines)
