"""Exact labels: look-up, duplicates and did-you-mean. No pattern matching, so that c1 never finds c10."""

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from decomp.errors import LabelError, is_printable

#: How many allowed labels an error message lists before it says "and k more".
MAX_LISTED = 45
#: How many characters a label may have.
MAX_LENGTH = 200
#: Every label of a table's kind; a label of this name beside others could not be told from it.
ALL = "all"

_ALIASES = (
    "US=USA CN=CHN JP=JPN KR=KOR DE=DEU GER=DEU GB=GBR UK=GBR FR=FRA IT=ITA TW=TWN IN=IND ID=IDN "
    "CA=CAN MX=MEX BR=BRA TR=TUR RU=RUS AU=AUS ROU=ROM EU=eu EU27=eu WORLD=all"
)
#: Codes that people write for those of the tables.
ALIASES = dict(pair.split("=") for pair in _ALIASES.split())


def listed(labels: Iterable[str]) -> str:
    """Return the labels as one readable, bounded line.

    >>> listed(["CHN", "KOR"])
    'CHN, KOR'
    """
    items = [str(label) for label in labels]
    shown = ", ".join(items[:MAX_LISTED])
    return shown if len(items) <= MAX_LISTED else f"{shown} and {len(items) - MAX_LISTED} more"


def did_you_mean(label: object, allowed: Iterable[str]) -> str:
    """Return ``"; did you mean 'X'?"`` for a common code or a near miss, or an empty string.

    >>> did_you_mean("GER", ["DEU", "GRC", "KOR"])
    "; did you mean 'DEU'?"
    >>> did_you_mean("GER", ["GRC", "KOR"])
    "; did you mean 'GRC'?"
    >>> did_you_mean("chn", ["CHN"])
    "; did you mean 'CHN'?"
    >>> did_you_mean("KRO", ["row", "KOR"])  # the same letters come first
    "; did you mean 'KOR'?"
    """
    allowed = [str(candidate) for candidate in allowed]
    if (meant := ALIASES.get(str(label).upper())) in allowed:
        return f"; did you mean {meant!r}?"
    wanted = str(label)[:MAX_LENGTH].casefold()
    by_folded = {candidate.casefold(): candidate for candidate in allowed}
    near = get_close_matches(wanted, by_folded, n=5, cutoff=0.6)
    near.sort(key=lambda candidate: sorted(candidate) != sorted(wanted))
    return f"; did you mean {by_folded[near[0]]!r}?" if near else ""


def index_of(label: str, labels: Sequence[str], what: str, *, where: str = "") -> int:
    """Return the position of ``label``; raise a helpful :class:`LabelError` when it is not there.

    >>> index_of("KOR", ("CHN", "KOR"), "economy")
    1
    """
    if label not in labels:
        raise unknown_label(label, labels, what, where=where)
    return labels.index(label)


def unknown_label(label: object, allowed: Iterable[str], what: str, *, where: str = "") -> LabelError:
    """Return (not raise) the error for a label that is not among the allowed ones."""
    allowed = list(allowed)
    place = f"{where}: " if where else ""
    hint = did_you_mean(label, allowed) or "."
    return LabelError(f"{place}unknown {what} {label!r}{hint} Allowed: {listed(allowed)}.")


def check_labels(labels: Iterable[str], what: str) -> tuple[str, ...]:
    """Return labels as a tuple of strings that a reader can tell apart.

    Raises LabelError: a label is empty, too long, reserved (``all`` beside others; ``@…`` and ``economy``, names of the
    CSV layout), holds control characters or occurs twice; names it and its positions.
    """
    checked = tuple(str(label) for label in labels)
    for position, label in enumerate(checked):
        if not label.strip():
            raise LabelError(f"{what} label at position {position} is empty; every {what} needs a name.")
        if len(label) > MAX_LENGTH or not is_printable(label):
            raise LabelError(
                f"{what} label at position {position} is {label[:40]!a}; allowed are up to {MAX_LENGTH} characters "
                "without control characters. Rename it."
            )
        layout_word = what == "economy" and (label[0] == "@" or label == "economy")
        if layout_word or (label == ALL and len(checked) > 1):
            raise LabelError(f"{what} label {label!r} is a reserved word (all, economy, @…); rename the {what}.")
    twice = next((label for label, times in Counter(checked).items() if times > 1), None)
    if twice is not None:
        places = [position for position, label in enumerate(checked) if label == twice]
        raise LabelError(
            f"{what} label {twice!r} is given {len(places)} times, at positions {places}; labels must differ."
        )
    return checked
