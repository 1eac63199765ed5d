"""Years as people type them on the command line."""

from __future__ import annotations

import re

import typer

#: Years that a table may be of; a typo such as 20011 should not start a search.
_FIRST, _LAST = 1900, 2100


def parse_years(text: str, *, option: str = "--years") -> list[int]:
    """Return the years that ``1995:2011``, ``1995,2000,2011`` or ``2011`` names, in the order given.

    Raises
    ------
    typer.BadParameter
        The text is none of these, or a range runs backwards.

    Examples
    --------
    >>> parse_years("1995:1998"), parse_years("1995,2011")
    ([1995, 1996, 1997, 1998], [1995, 2011])
    """
    years: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{4})\s*(?::\s*(\d{4})\s*)?", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not _FIRST <= first <= last <= _LAST:
            raise typer.BadParameter(
                f"{part.strip()!r} is not a year or a range of years; write 2011, 1995:2011 or 1995,2003,2011.",
                param_hint=option,
            )
        years += [year for year in range(first, last + 1) if year not in years]
    return years
