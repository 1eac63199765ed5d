"""How values are spelled in links: ids, whole numbers, lists with dots between; whatever does not fit is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

#: First and last year that a link may name.
YEARS = (1900, 2300)
#: Longest id.
LONGEST_ID = 80
#: A list that was emptied on purpose: an empty value would get lost on the way.
NONE = "none"


class RefusedError(ValueError):
    """A value that does not fit its key."""


def one_of(allowed: Callable[[], Collection[str]]) -> Callable[[str], str]:
    """Reader of one of the ids that ``allowed`` gives when a link is read."""

    def read(text: str) -> str:
        if text not in allowed():
            raise RefusedError(text)
        return text

    return read


def year(text: str) -> int:
    """Read a year."""
    found = whole(text)
    if not YEARS[0] <= found <= YEARS[1]:
        raise RefusedError(text)
    return found


def whole(text: str) -> int:
    """Read a whole number from zero up."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise RefusedError(text)
    return int(text)


def name(text: str) -> str:
    """Read an id: letters, digits, dashes and underscores."""
    plain = text.replace("-", "").replace("_", "")
    if not (plain and plain.isascii() and plain.isalnum() and len(text) <= LONGEST_ID):
        raise RefusedError(text)
    return text


def names(text: str) -> tuple[str, ...]:
    """Read ids with dots between."""
    return tuple(name(one) for one in text.split("."))


def spelled(value: Any) -> str:
    """Value as it stands in a link."""
    return ".".join(map(str, value)) if isinstance(value, tuple) else str(value)
