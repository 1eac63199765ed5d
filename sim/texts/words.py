"""Words of the registries (units, statuses, kinds, scopes, limits, meanings) in another language.

Registries and downloads are English; ``registries.zh.toml`` holds their words in Chinese, and a test looks every one up.
Labels stand in the registries themselves, in both languages.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from sim.texts import Texts
from sim.texts.formats import MINUS

if TYPE_CHECKING:
    from pandas import DataFrame

#: Columns that hold phrases of the registries, one or several to a cell.
PHRASED = ("unit", "status", "scope", "kind", "applies_to", "used_as")
#: The same on the command line, where the level of an indicator and the place of a lever are words as well.
WORDED = (*PHRASED, "level", "where")
#: Limits as the registry of levers words them.
_LIMITS = re.compile(r"(from|above) (\S+?)(?: to (\S+)|, no upper limit)")


def slug(text: str) -> str:
    """Key of a phrase in the catalogue.

    >>> slug("tariff (1 = 100 %)")
    'tariff_1_100'
    """
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")


def phrases_of(text: str) -> list[str]:
    """The phrases of a list of them; commas in brackets part nothing.

    >>> phrases_of("data (seen), literature (recalled, unverified)")
    ['data (seen)', 'literature (recalled, unverified)']
    """
    return re.split(r", (?![^(]*\))", text)


def phrase(text: str, texts: Texts) -> str:
    """A phrase in the language of the texts, or as it stands; a list of phrases keeps its order."""
    found = texts.get(f"phrase.{slug(text)}")
    if found is not None or texts.lang == "en":
        return found or text
    parts = phrases_of(text)
    known = [texts.get(f"phrase.{slug(part)}") for part in parts]
    return (
        texts("method.join").join(word or part for word, part in zip(known, parts, strict=True)) if any(known) else text
    )


def meaning(kind: str, id: str, text: str, texts: Texts) -> str:
    """What a lever, kind of event, setting, status or error code means: ``text`` in the language of the texts."""
    return texts.get(f"meaning.{kind}.{slug(id)}") or text


def limits(text: str, texts: Texts) -> str:
    """Limits of a lever in words: from or above a number, up to another one or without end."""
    found = _LIMITS.fullmatch(text)
    if found is None:
        return text
    word, low, high = found.groups()
    key = f"method.allowed_{word}" + ("" if high else "_open")
    return texts(key, low=plain(low), high=plain(high or math.inf))


def plain(value: Any) -> str:
    """A number as people write it: no exponent, a real minus sign, ∞; other values as they are.

    >>> plain("-0.1"), plain(1e-06), plain(float("inf")), plain("0.50"), plain("fixed")
    ('−0.1', '0.000001', '∞', '0.5', 'fixed')
    """
    try:
        amount = float(value)
    except (TypeError, ValueError):
        return str(value)
    if math.isinf(amount):
        return "∞" if amount > 0 else f"{MINUS}∞"
    text = f"{amount:g}"
    text = f"{amount:.10f}".rstrip("0").rstrip(".") if "e-" in text else f"{amount:.0f}" if "e+" in text else text
    return text.replace("-", MINUS)


def spoken(frame: DataFrame, texts: Texts) -> DataFrame:
    """A table of the registries as it is shown: phrases, limits and meanings in the language of the texts."""
    new = {name: [phrase(str(value), texts) for value in frame[name]] for name in PHRASED if name in frame.columns}
    if "allowed" in frame.columns:
        new["allowed"] = [limits(str(value), texts) for value in frame["allowed"]]
    if {"meaning", "used_as"} <= set(frame.columns):
        rows = zip(frame["used_as"], frame["id"], frame["meaning"], strict=True)
        new["meaning"] = [meaning(str(kind), str(id), str(text), texts) for kind, id, text in rows]
    return frame.assign(**new)


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
