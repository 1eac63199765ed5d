"""What a label of any source stands for: basic codes of economies (ISO 3166 alpha-3, ROW) and of sectors (c1…c35 of WIOD 2013).

One function resolves a label, :func:`basic`; its data are ``codes/economies.csv`` (every ISO code with its two letters, old and
vendors' spellings) and ``codes/sectors.csv`` (WIOD 2013 and 2016, ISIC Rev. 4 as OECD, Eurostat and others write it, the
ICIO edition of 2016, Eora26, EXIOBASE by code and by words). A label may cover several basic codes.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

Kind = Literal["economy", "sector"]

#: Divisions of ISIC Rev. 4 / NACE Rev. 2 as they are written: C10, C10T12, C10-C12, A01_02, D35, CPA_C24, C302T309, C24A.
_ISIC = re.compile(r"(?:CPA_)?[A-U](\d\d)\d?[AB]?(?:(?:T|_|-)[A-U]?(\d\d)\d?)?")
#: Own aggregates of WIOD sectors: c4t5, c3t7+c16.
_OWN = re.compile(r"c\d+(?:t\d+)?(?:\+c\d+(?:t\d+)?)*")
#: Industries and products of EXIOBASE: i01.a, p40.11.
_EXIOBASE = re.compile(r"[ip](\d\d)(?:\..+)?")
#: A letter alone is a section of ISIC only among so many labels of ISIC, and words are read only in tables of so many sectors:
#: sectors "A" and "farms" of a small table of one's own mean nothing.
_FEWEST_ISIC, _FEWEST_NAMES = 8, 100


def data_file(*parts: str) -> Traversable:
    """Return a file or folder of the package's data, for example ``data_file("tables", "world-2011.npz")``."""
    return files("decomp").joinpath("data", *parts)


def data_rows(*parts: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV file of the package's data, as dictionaries by column name."""
    return rows_in("decomp", "data", *parts)


@cache
def rows_in(package: str, *parts: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV file inside a package, as dictionaries by column name."""
    return tuple(csv.DictReader(files(package).joinpath(*parts).read_text(encoding="utf-8").splitlines()))


def basic(kind: Kind, label: str, among: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the basic codes that a label, a code of any of the sources above, stands for; empty when no scheme knows it.

    ``among`` are all labels of the table: a letter alone is a section of ISIC, and words name an industry, only beside others.

    >>> basic("economy", "EL"), basic("economy", "ROM"), basic("economy", "RoW"), basic("economy", "Atlantis")
    (('GRC',), ('ROU',), ('ROW',), ())
    >>> basic("sector", "C13T15"), basic("sector", "D01T02"), basic("sector", "r5"), basic("sector", "c4t5")
    (('c4', 'c5'), ('c1',), ('c3',), ('c4', 'c5'))
    """
    if kind == "economy":
        spellings = _economies()
        return spellings.get(label, spellings.get(label.upper(), ()))
    letters = len(label) <= 5 and label in _sectors("ISIC Rev. 4 section")
    if letters and sum(map(_is_isic, among)) < _FEWEST_ISIC:
        return ()
    for scheme in ("WIOD 2013", "WIOD 2016", "ICIO 2016", "Eora26", "ISIC Rev. 4 section"):
        if label in _sectors(scheme):
            return _sectors(scheme)[label]
    if found := _ISIC.fullmatch(label):
        divisions = _sectors("ISIC Rev. 4 division")
        first, last = int(found[1]), int(found[2] or found[1])
        return _each(code for k in range(first, last + 1) for code in divisions.get(f"{k:02d}", ()))
    if _OWN.fullmatch(label):
        ends = [part.replace("c", "").split("t") for part in label.split("+")]
        codes = [f"c{k}" for pair in ends for k in range(int(pair[0]), int(pair[-1]) + 1)]
        return _each(codes) if all(code in _sectors("WIOD 2013") for code in codes) else ()
    if found := _EXIOBASE.fullmatch(label):
        return _sectors("EXIOBASE").get(f"i{found[1]}", ())
    if len(among) >= _FEWEST_NAMES:
        fits = (codes for words, codes in _sectors("EXIOBASE words").items() if re.search(words, label.casefold()))
        return next(fits, ())
    return ()


def basic_members(kind: Kind, members: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the basic codes of each label of a table, each once; a code that no scheme knows stays as it is.

    ``members`` holds the codes that each label stands for in its source (``table.sector_members``).

    >>> basic_members("economy", {"KR": ("KR",), "FAR": ("FAR",)})
    {'KR': ('KOR',), 'FAR': ('FAR',)}
    """
    return dict(_basic_members(kind, tuple((label, tuple(codes)) for label, codes in members.items())))


@lru_cache(maxsize=64)
def _basic_members(kind: Kind, members: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, tuple[str, ...]]:
    among = tuple(code for _, codes in members for code in codes)
    return {
        label: _each(known for code in codes for known in basic(kind, code, among) or (code,))
        for label, codes in members
    }


def labels_of(kind: Kind, code: str, members: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the labels of a table that stand for one basic code and nothing else, in table order.

    So a scenario's ``KOR`` finds ``KR``, and its ``c14`` the labels ``C26`` and ``C27``. Only basic codes, and WIOD's
    own spellings of them, are looked up like this.

    >>> labels_of("sector", "c14", {"C26": ("C26",), "C27": ("C27",), "C28": ("C28",)})
    ('C26', 'C27')
    """
    meant = basic(kind, code)
    if meant != (code,) and code not in ("ROM", "RoW"):
        return ()
    return tuple(label for label, codes in basic_members(kind, members).items() if codes == meant)


def _is_isic(label: str) -> bool:
    return bool(_ISIC.fullmatch(label)) or label in _sectors("ISIC Rev. 4 section")


def _each(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


@cache
def _economies() -> Mapping[str, tuple[str, ...]]:
    """Basic code by every spelling."""
    rows = data_rows("codes", "economies.csv")
    return {spelling: (row["code"],) for row in rows for spelling in (row["code"], *row["also"].split())}


@cache
def _sectors(scheme: str) -> Mapping[str, tuple[str, ...]]:
    """Basic codes by the codes of one scheme, in the order of the file."""
    rows = data_rows("codes", "sectors.csv")
    return {row["code"]: tuple(row["basic"].split()) for row in rows if row["scheme"] == scheme}
