"""Plain text for terminals and spreadsheets: aligned columns in which Chinese characters count two cells, and safe CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from pandas import DataFrame

#: What would make a spreadsheet take a text for a formula, and numbers, which it may take as such.
_FORMULA, _NUMERAL = re.compile(r"[=+\-@\t\r]"), re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?|[+-]?inf")


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


def no_formula(text: str) -> str:
    """Put an apostrophe before a text of a CSV cell that a spreadsheet would compute (OWASP, CSV injection).

    >>> no_formula("=1+1"), no_formula("-0.25"), no_formula("KOR")
    ("'=1+1", '-0.25', 'KOR')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMERAL.fullmatch(text) else text


def csv_rows(rows: Iterable[Sequence[object]]) -> str:
    """Text of a CSV file of rows: texts as spreadsheets leave them alone."""
    text = io.StringIO()
    safe = ([no_formula(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(safe)
    return text.getvalue()


def csv_text(frame: DataFrame) -> str:
    """Text of a CSV file: numbers with ten significant digits, texts as spreadsheets leave them alone."""
    safe = frame.copy(deep=False)
    for column in safe.select_dtypes(exclude=["number", "bool"]):
        texts = [value for value in safe[column].unique() if isinstance(value, str) and no_formula(value) != value]
        if texts:
            safe[column] = safe[column].replace({value: no_formula(value) for value in texts})
    text: str = safe.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    return text
