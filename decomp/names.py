"""Full and short names of economies and sectors in English and Chinese: one table for the whole product."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from decomp.datafiles import data_rows
from decomp.errors import LabelError

#: Languages of the names.
LANGUAGES = ("en", "zh")


def economy_name(code: str, lang: str = "en", *, short: bool = False, members: Iterable[str] = ()) -> str:
    """Return the name of an economy; the code itself when it has none.

    ``members`` are the basic codes that an aggregate stands for: ``EUR`` is the whole European Union where it
    contains Germany, and its other members where Germany stands alone.

    Raises
    ------
    LabelError
        The language is not one of :data:`LANGUAGES`.

    Examples
    --------
    >>> economy_name("KOR"), economy_name("KOR", "zh")
    ('Korea, Republic of', '韩国')
    >>> economy_name("EUR"), economy_name("EUR", members=["DEU", "FRA"])
    ('Other EU members', 'European Union')
    """
    return _name("economy", code, lang, short, members)


def sector_name(code: str, lang: str = "en", *, short: bool = False) -> str:
    """Return the name of a sector; the code itself when it has none.

    Examples
    --------
    >>> sector_name("c14"), sector_name("c14", short=True), sector_name("c14", "zh")
    ('Electrical and optical equipment', 'Electronics', '电气和光学设备制造业')
    >>> sector_name("my sector")
    'my sector'
    """
    return _name("sector", code, lang, short, ())


def is_named(kind: str, code: str) -> bool:
    """Whether the table of names has this economy or sector.

    >>> is_named("economy", "TWN"), is_named("sector", "c99")
    (True, False)
    """
    return (kind, code) in _table()


def _name(kind: str, code: str, lang: str, short: bool, members: Iterable[str]) -> str:
    if lang not in LANGUAGES:
        raise LabelError(f"unknown language {lang!r} for the name of {code!r}. Allowed: {', '.join(LANGUAGES)}.")
    inside = set(members)
    variants = _table().get((kind, code), {})
    qualified = next((row for contains, row in variants.items() if contains and contains in inside), None)
    row = qualified or variants.get("")
    return code if row is None else row[f"short_{lang}" if short else lang]


@cache
def _table() -> dict[tuple[str, str], dict[str, dict[str, str]]]:
    """Rows by (kind, code), then by the member that the row asks for ("" = any)."""
    found: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in data_rows("names.csv"):
        found.setdefault((row["kind"], row["code"]), {})[row["contains"]] = row
    return found
