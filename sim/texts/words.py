"""Words of the registries (units, statuses, kinds, scopes, limits, meanings) in another language.

Registries and downloads are English; ``registries.zh.toml`` holds their words in Chinese, and a test looks every one up.
Labels stand in the registries themselves, in both languages.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

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
