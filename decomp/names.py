"""Names and named groups of economies and sectors, and the package's data files that define them.

A group (``eu``, ``manufacturing`` …) is defined once per edition, over basic codes: WIOD's sectors c1…c35 and 41 economies, with the
classes of 2011, or OECD's 81 economies with those of 2022. A label of a table belongs to the group when all its members do, or
when the definition names the label itself (``also``): the classroom table has no sector of its own for leather, so its light
industry stands for the labour-intensive sectors.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Literal

from decomp.errors import LabelError

Kind = Literal["economy", "sector"]

#: Languages of the names.
LANGUAGES = ("en", "zh")
PLURAL = {"economy": "economies", "sector": "sectors"}
#: Spelling of WIOD's codes in other sources.
SYNONYMS = {"ROU": "ROM", "ROW": "RoW"}
#: Editions of the groups, each with the concordance that lists its basic codes: a table takes the first that knows all of its codes.
EDITIONS = {"": "world", "2022": "world-2022"}


def data_file(*parts: str) -> Traversable:
    """Return a file or folder of the package's data, for example ``data_file("tables", "world-2011.npz")``."""
    return files("decomp").joinpath("data", *parts)


@cache
def data_rows(*parts: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV file of the package's data, as dictionaries by column name."""
    return tuple(csv.DictReader(data_file(*parts).read_text(encoding="utf-8").splitlines()))


def economy_name(code: str, lang: str = "en", *, short: bool = False, members: Iterable[str] = ()) -> str:
    """Return the name of an economy; the code itself when it has none.

    ``members`` are the basic codes that an aggregate stands for: ``EUR`` is the whole European Union where it
    contains Germany, and its other members where Germany stands alone. LabelError where the language is none of :data:`LANGUAGES`.

    Examples
    --------
    >>> economy_name("KOR"), economy_name("KOR", "zh")
    ('Korea, Republic of', '韩国')
    >>> economy_name("EUR"), economy_name("EUR", members=["DEU", "FRA"])
    ('Other EU members', 'European Union')
    """
    return _name("economy", code, lang, short, set(members))


def sector_name(code: str, lang: str = "en", *, short: bool = False) -> str:
    """Return the name of a sector; the code itself when it has none.

    Examples
    --------
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
    row = next((row for contains, row in variants.items() if contains in members), variants.get(""))
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
    """A named set of basic codes, and the aggregate labels that count as belonging to it."""

    edition: str
    kind: Kind
    name: str
    members: frozenset[str]
    also: frozenset[str]
    en: str
    zh: str
    note: str

    def has(self, label: str, members: tuple[str, ...]) -> bool:
        """Whether a label that stands for these basic codes belongs to the group."""
        return label in self.also or {_spelt(code, self.edition) for code in members} <= self.members


def _spelt(code: str, edition: str) -> str:
    """A basic code as the edition spells it."""
    return code if edition else SYNONYMS.get(code, code)


@cache
def groups(kind: Kind, edition: str = "") -> tuple[LabelGroup, ...]:
    """Return all groups of economies or of sectors of an edition, in the order of the data file.

    >>> [g.name for g in groups("economy")][:2]
    ['eu', 'high-income']
    """
    return tuple(
        LabelGroup(
            edition,
            kind,
            row["group"],
            frozenset(row["members"].split()),
            frozenset(row["also"].split()),
            row["en"],
            row["zh"],
            row["note"],
        )
        for row in data_rows("groups.csv")
        if row["kind"] == kind and row["edition"] == edition
    )


@cache
def basic_codes(kind: Kind, edition: str = "") -> tuple[str, ...]:
    """Return the basic codes of an edition: WIOD's 41 economies or 35 sectors, OECD's 81 economies.

    >>> len(basic_codes("economy")), basic_codes("sector")[-1], len(basic_codes("economy", "2022"))
    (41, 'c35', 81)
    """
    return tuple(row["code"] for row in data_rows("concordances", f"{PLURAL[kind]}-{EDITIONS[edition]}.csv"))


def edition_of(kind: Kind, members: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the edition of the groups whose basic codes hold all codes of a table; None when there is none.

    >>> edition_of("economy", {"A": ("DEU", "ROU")}), edition_of("economy", {"A": ("DEU", "VNM")}), edition_of("economy", {"A": ("A",)})
    ('', '2022', None)
    """
    for edition in EDITIONS if kind == "economy" else ("",):
        known = set(basic_codes(kind, edition))
        if all(_spelt(code, edition) in known for codes in members.values() for code in codes):
            return edition
    return None


def group_labels(kind: Kind, members: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the groups that have at least one label of a table, with these labels in table order.

    ``members`` holds the basic codes that each label stands for. Empty when no edition of the definitions knows all of them.

    Examples
    --------
    >>> group_labels("sector", {"c1": ("c1",), "c3t7+c16": ("c3", "c4", "c5", "c6", "c7", "c16")})["manufacturing"]
    ('c3t7+c16',)
    >>> group_labels("sector", {"farms": ("farms",)})
    {}
    """
    edition = edition_of(kind, members)
    if edition is None:
        return {}
    defined = groups(kind, edition)
    inside = {g.name: tuple(label for label, codes in members.items() if g.has(label, codes)) for g in defined}
    return {name: labels for name, labels in inside.items() if labels}


def group_name(
    kind: Kind, name: str, lang: str = "en", members: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> str:
    """Return the name of a group in English or Chinese; the code itself when it has none.

    ``members`` are those of the table that has the group: they tell the edition of its definition.

    >>> group_name("sector", "goods", "zh")
    '货物'
    >>> group_name("economy", "eu"), group_name("economy", "eu", members={"VNM": ("VNM",)})
    ('European Union (EU-27 of 2011)', 'European Union (EU-27 of 2022)')
    """
    defined = groups(kind, edition_of(kind, members) or "")
    return next((group.zh if lang == "zh" else group.en for group in defined if group.name == name), name)


def statement(name: str, lang: str = "en") -> str:
    """Return what a bundled table says of itself as an estimate, by its id; LabelError where there is none.

    >>> statement("final-use-2022")[:9]
    'Estimate:'
    """
    for row in data_rows("estimate", "statements.csv"):
        if row["id"] == name:
            return row[lang]
    raise LabelError(f"no statement {name!r} in decomp/data/estimate/statements.csv.")


def estimate_text(estimate: str | None, lang: str = "en") -> str:
    """Return what is estimated in a table (``table.estimate``) in a language; empty when nothing is.

    The one sentence that every page, report and file shows beside such a table; a sentence of somebody else's stays as it is.

    >>> estimate_text(None), estimate_text("Guess: everything", "zh")
    ('', 'Guess: everything')
    """
    rows = data_rows("estimate", "statements.csv")
    return next((row[lang] for row in rows if row["en"] == estimate), estimate or "")
