"""Words of the registries (units, statuses, kinds, scopes, limits, meanings) in the language of the page.

Registries and downloads are English; the catalogue has every phrase once more in both languages, and a test compares the two.
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
#: Limits as the registry of levers words them.
_LIMITS = re.compile(r"(from|above) (\S+?)(?: to (\S+)|, no upper limit)")


def slug(text: str) -> str:
    """Key of a phrase in the catalogue.

    >>> slug("tariff (1 = 100 %)")
    'tariff_1_100'
    """
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")


def phrase(text: str, texts: Texts) -> str:
    """A phrase in the language of the page, or as it stands; a list of phrases keeps its order."""
    found = texts.get(f"phrase.{slug(text)}")
    if found is not None:
        return found
    parts = re.split(r", (?![^(]*\))", text)
    return text if len(parts) == 1 else texts("method.join").join(phrase(part, texts) for part in parts)


def meaning(used_as: str, id: str, text: str, texts: Texts) -> str:
    """What a lever or kind of event means."""
    return texts.get(f"meaning.{used_as}_{id.replace('-', '_')}") or text


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
    """A table of the registries as it is shown: phrases, limits and meanings in the language of the page."""
    new = {name: [phrase(str(value), texts) for value in frame[name]] for name in PHRASED if name in frame.columns}
    if "allowed" in frame.columns:
        new["allowed"] = [limits(str(value), texts) for value in frame["allowed"]]
    if {"meaning", "used_as"} <= set(frame.columns):
        rows = zip(frame["used_as"], frame["id"], frame["meaning"], strict=True)
        new["meaning"] = [meaning(str(kind), str(id), str(text), texts) for kind, id, text in rows]
    return frame.assign(**new)
