"""Bilingual texts for people: one catalogue per language, looked up by dotted key, never glued together.

The catalogues are ``en.toml`` and ``zh.toml`` beside this file, and one ``<part>.en.toml`` and ``<part>.zh.toml`` for each
part of the program with texts of its own. They must hold the same keys with the same named placeholders; a test compares them. Machine output (tables, JSON) keeps codes and is never translated.
"""

import logging
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from numbers import Integral
from types import MappingProxyType
from typing import Any

from decomp.names import data_rows, economy_name, sector_name

logger = logging.getLogger(__name__)

#: Languages with a catalogue; the first one is the fallback.
LANGUAGES = ("en", "zh")


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(lang: str) -> Mapping[str, str]:
    """All texts of a language by dotted key; a ValueError for a language without a catalogue."""
    if lang not in LANGUAGES:
        raise ValueError(f"no texts in language {lang!r}; available: {', '.join(LANGUAGES)}")
    parts = [
        part
        for part in files("sim.texts").iterdir()
        if part.name == f"{lang}.toml" or part.name.endswith(f".{lang}.toml")
    ]
    found: dict[str, str] = {}
    for part in sorted(parts, key=lambda part: part.name):
        texts = dict(_flat(tomllib.loads(part.read_text(encoding="utf-8"))))
        if twice := found.keys() & texts.keys():
            raise ValueError(f"{part.name}: {', '.join(sorted(twice))} stands in two files of texts; keep one")
        found |= texts
    return MappingProxyType(found)


class _Count(int):
    """A whole number that also chooses between the word for one and the word for any other number.

    >>> "{n} {n:year|years}".format(n=_Count(1)), "{n:03d} {n:year|years}".format(n=_Count(0))
    ('1 year', '000 years')
    """

    def __format__(self, spec: str) -> str:
        """Choose a word, or format like any whole number."""
        one, several, many = spec.partition("|")
        return int.__format__(self, spec) if not several else one if self == 1 else many


@dataclass(frozen=True)
class Texts:
    """The texts of one language, with the formats of its numbers.

    >>> Texts("en")("unit.pp")
    'pp'
    >>> Texts("zh").economy("CHN")
    '中国'
    """

    lang: str = LANGUAGES[0]

    def __post_init__(self) -> None:
        """Refuse a language without a catalogue at once."""
        catalogue(self.lang)

    def __call__(self, key: str, **values: Any) -> str:
        """Text of a key with its placeholders filled; falls back to English, then to the key itself, and logs it.

        Where a count stands as ``{count:year|years}`` the word is chosen by the number; Chinese needs no such choice.
        """
        found = self.get(key)
        if found is None:
            logger.warning("no text for key %r in %r", key, self.lang)
            found = catalogue(LANGUAGES[0]).get(key, key)
        counted = {name: _Count(value) if isinstance(value, Integral) else value for name, value in values.items()}
        return found.format(**counted) if values else found

    def get(self, key: str, default: str | None = None) -> str | None:
        """Text of a key in this language, or ``default``."""
        return catalogue(self.lang).get(key, default)

    def economy(self, code: str, members: Iterable[str] = (), own: str = "") -> str:
        """Short name of an economy or of a group of them: the product's names, else the name the data give, else the code."""
        if code == "WLD":
            return self("economy.WLD")
        if code.startswith("group:"):
            name = code.removeprefix("group:")
            return self.get(f"economy.{name}") or self._group("economy", name, own)
        found = economy_name(code, self.lang, short=True, members=members)
        return self._group("economy", code, own) if found == code else found

    def sector(self, code: str, own: str = "") -> str:
        """Short name of a sector or of a group of them, chosen like :meth:`economy`."""
        found = sector_name(code, self.lang, short=True)
        return self._group("sector", code, own) if found == code else found

    def label(self, entry: Any) -> str:
        """Label of an entry of a registry: its ``label_en`` or ``label_zh``."""
        return str(getattr(entry, f"label_{self.lang}"))

    def _group(self, kind: str, code: str, own: str) -> str:
        return own or next(
            (row[self.lang] for row in data_rows("groups.csv") if (row["kind"], row["group"]) == (kind, code)), code
        )

    def pick(self, both: Any) -> str:
        """Choose this language from a text that may be plain or a mapping such as ``{"en": …, "zh": …}``."""
        if isinstance(both, Mapping):
            return str(both.get(self.lang) or both.get(LANGUAGES[0]) or next(iter(both.values()), ""))
        return "" if both is None else str(both)
