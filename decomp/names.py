"""Names and named groups of economies and sectors, and the package's data files that define them.

A group (``eu``, ``manufacturing`` …) is defined over the basic codes of :mod:`decomp.codes`, of economies for one or more years. A
label of a table belongs to the group when all its members do, or when the definition names the label itself (``also``): the classroom
table has no sector of its own for leather, so its light industry stands for the labour-intensive sectors.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from decomp.codes import Kind as Kind
from decomp.codes import basic_members
from decomp.codes import data_file as data_file
from decomp.codes import data_rows as data_rows
from decomp.errors import LabelError

#: Languages of the names.
LANGUAGES = ("en", "zh")
PLURAL = {"economy": "economies", "sector": "sectors"}


def economy_name(code: str, lang: str = "en", *, short: bool = False, members: Iterable[str] = ()) -> str:
    """Return the name of an economy; the code itself when it has none.

    ``members`` are the basic codes that an aggregate stands for: ``EUR`` is the whole European Union where it
    contains Germany, and its other members where Germany stands alone. LabelError where the language is none of :data:`LANGUAGES`.

    >>> economy_name("KOR"), economy_name("KOR", "zh")
    ('Korea, Republic of', '韩国')
    >>> economy_name("EUR"), economy_name("EUR", members=["DEU", "FRA"])
    ('Other EU members', 'European Union')
    """
    return _name("economy", code, lang, short, set(members))


def sector_name(code: str, lang: str = "en", *, short: bool = False) -> str:
    """Return the name of a sector; the code itself when it has none.

    >>> sector_name("c14"), sector_name("c14", short=True), sector_name("c14", "zh")
    ('Electrical and optical equipment', 'Electronics', '电气和光学设备制造业')
    >>> sector_name("my sector")
    'my sector'
    """
    return _name("sector", code, lang, short, set())


def is_named(kind: str, code: str) -> bool:
    """Whether the table of names has this economy or sector.

    >>> is_named("economy", "TWN"), is_named("sector", "c99")
    (True, False)
    """
    return (kind, code) in _names()


def _name(kind: str, code: str, lang: str, short: bool, members: set[str]) -> str:
    if lang not in LANGUAGES:
        raise LabelError(f"unknown language {lang!r} for the name of {code!r}. Allowed: {', '.join(LANGUAGES)}.")
    variants = _names().get((kind, code), {})
    row = next((row for part, row in variants.items() if part and set(part.split()) <= members), variants.get(""))
    return code if row is None else row[f"short_{lang}" if short else lang]


@cache
def _names() -> dict[tuple[str, str], dict[str, dict[str, str]]]:
    """Rows by (kind, code), then by the member that the row asks for ("" = any)."""
    names: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in data_rows("names.csv"):
        names.setdefault((row["kind"], row["code"]), {})[row["contains"]] = row
    return names


@dataclass(frozen=True, slots=True)
class LabelGroup:
    """A named set of basic codes in a year, and the aggregate labels that count as belonging to it."""

    kind: Kind
    name: str
    year: int | None
    members: frozenset[str]
    also: frozenset[str]
    en: str
    zh: str
    note: str

    def has(self, label: str, codes: Iterable[str]) -> bool:
        """Whether a label that stands for these basic codes belongs to the group."""
        return label in self.also or set(codes) <= self.members


@cache
def groups(kind: Kind, year: int | None = None) -> tuple[LabelGroup, ...]:
    """Return the groups of economies or of sectors as defined nearest to a year, or last, in the order of the data file.

    >>> [g.name for g in groups("economy")][:2]
    ['eu', 'high-income']
    >>> ["GBR" in groups("economy", when)[0].members for when in (2011, 2022)]
    [True, False]
    """
    defined: dict[str, list[LabelGroup]] = {}
    for row in data_rows("groups.csv"):
        if row["kind"] == kind:
            since = int(row["year"]) if row["year"] else None
            members, also = (frozenset(row[column].split()) for column in ("members", "also"))
            group = LabelGroup(kind, row["group"], since, members, also, row["en"], row["zh"], row["note"])
            defined.setdefault(group.name, []).append(group)

    def distance(group: LabelGroup) -> int:
        since = group.year or 0
        return -since if year is None else abs(since - year)

    return tuple(min(found, key=distance) for found in defined.values())


def group_labels(
    kind: Kind, members: Mapping[str, tuple[str, ...]], year: int | None = None
) -> dict[str, tuple[str, ...]]:
    """Return the groups that have at least one label of a table of a year, with these labels in table order.

    ``members`` holds the codes that each label stands for, in any spelling that :mod:`decomp.codes` knows. A label with an
    unknown code belongs to no group.

    >>> group_labels("sector", {"c1": ("c1",), "c3t7+c16": ("c3", "c4", "c5", "c6", "c7", "c16")})["manufacturing"]
    ('c3t7+c16',)
    >>> group_labels("sector", {"farms": ("farms",)})
    {}
    """
    basic = basic_members(kind, members)
    inside = {g.name: tuple(label for label in basic if g.has(label, basic[label])) for g in groups(kind, year)}
    return {name: labels for name, labels in inside.items() if labels}


def group_name(kind: Kind, name: str, lang: str = "en") -> str:
    """Return the name of a group in English or Chinese; the code itself when it has none.

    >>> group_name("sector", "goods", "zh")
    '货物'
    """
    return next((group.zh if lang == "zh" else group.en for group in groups(kind) if group.name == name), name)


def statement(name: str) -> str:
    """Return what a bundled table says of itself, by the id of the statement.

    >>> statement("final-use-2022")[:9]
    'Estimate:'
    """
    return next(row["en"] for row in data_rows("estimate", "statements.csv") if row["id"] == name)


def estimate_text(estimate: str | None, lang: str = "en") -> str:
    """Return what is estimated in a table (``table.estimate``) in a language; empty when nothing is.

    The one sentence that every page, report and file shows beside such a table; a sentence of somebody else's stays as it is.

    >>> estimate_text(None), estimate_text("Guess: everything", "zh")
    ('', 'Guess: everything')
    """
    said = {row["en"]: row[lang] + ("。" if lang == "zh" else ".") for row in data_rows("estimate", "statements.csv")}
    return said.get(estimate or "", estimate or "")
