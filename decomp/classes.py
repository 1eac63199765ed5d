"""Named groups of economies and sectors (``eu``, ``manufacturing`` …) for every table whose basic codes are WIOD's.

A group is defined once, over the basic codes c1…c35 and the 41 economies. A label of a table belongs to the group when
all its members do, or when the definition names the label itself (``also``): the classroom table has no sector of
its own for leather, so its light industry stands for the labour-intensive sectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from decomp.datafiles import data_rows

Kind = Literal["economy", "sector"]

#: Spelling of WIOD's codes in other sources.
SYNONYMS = {"ROU": "ROM", "ROW": "RoW"}


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of basic codes, and the aggregate labels that count as belonging to it."""

    kind: Kind
    name: str
    members: frozenset[str]
    also: frozenset[str]
    en: str
    zh: str
    note: str

    def has(self, label: str, members: tuple[str, ...]) -> bool:
        """Whether a label that stands for these basic codes belongs to the group."""
        return label in self.also or {SYNONYMS.get(code, code) for code in members} <= self.members


@cache
def groups(kind: Kind) -> tuple[Group, ...]:
    """All groups of economies or of sectors, in the order of the data file.

    >>> [g.name for g in groups("economy")][:2]
    ['eu', 'high-income']
    """
    return tuple(
        Group(
            kind,
            row["group"],
            frozenset(row["members"].split()),
            frozenset(row["also"].split()),
            row["en"],
            row["zh"],
            row["note"],
        )
        for row in data_rows("groups.csv")
        if row["kind"] == kind
    )


@cache
def basic_codes(kind: Kind) -> tuple[str, ...]:
    """WIOD's basic codes: the 41 economies or the 35 sectors.

    >>> len(basic_codes("economy")), basic_codes("sector")[-1]
    (41, 'c35')
    """
    file = {"economy": "economies-world.csv", "sector": "sectors-world.csv"}[kind]
    return tuple(row["code"] for row in data_rows("concordances", file))


def group_labels(kind: Kind, members: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Groups that have at least one label of a table, with these labels in table order.

    Parameters
    ----------
    kind : {"economy", "sector"}
    members : mapping of label to tuple of str
        The basic codes that each label stands for.

    Returns
    -------
    dict of str to tuple of str
        Empty when some basic code is not WIOD's: the definitions do not apply then.

    Examples
    --------
    >>> group_labels("sector", {"c1": ("c1",), "c3t7+c16": ("c3", "c4", "c5", "c6", "c7", "c16")})["manufacturing"]
    ('c3t7+c16',)
    >>> group_labels("sector", {"farms": ("farms",)})
    {}
    """
    known = set(basic_codes(kind))
    if not all(SYNONYMS.get(code, code) in known for codes in members.values() for code in codes):
        return {}
    found = {g.name: tuple(label for label, codes in members.items() if g.has(label, codes)) for g in groups(kind)}
    return {name: labels for name, labels in found.items() if labels}


def group_name(kind: Kind, name: str, lang: str = "en") -> str:
    """Return the name of a group in English or Chinese; the code itself when it has none.

    >>> group_name("sector", "goods", "zh")
    '货物'
    """
    for group in groups(kind):
        if group.name == name:
            return group.zh if lang == "zh" else group.en
    return name
