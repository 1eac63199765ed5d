"""Look of every chart: colours that colour-blind readers can tell apart, one font stack, calm axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

FONT = '"Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Helvetica Neue", Arial, sans-serif'
INK = "#1f2933"
QUIET = "#616e7c"
RULE = "#d9dee4"
EMPTY = "#eef0f2"

#: Okabe & Ito (2008), without black and the yellow that vanishes on white.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
WORLD_COLOUR = "#000000"
#: The same economy has the same colour in every chart.
_FIXED = {
    "WLD": WORLD_COLOUR,
    "USA": OKABE_ITO[0],
    "CHN": OKABE_ITO[1],
    "EUR": OKABE_ITO[2],
    "DEU": "#B39B00",
    "JPN": OKABE_ITO[3],
    "KOR": OKABE_ITO[4],
    "IND": OKABE_ITO[5],
}
#: Groups of terms: hues of Okabe & Ito; blue and green for domestic, orange for foreign, grey for counted twice.
GROUP_COLOURS = {
    "DVA_FIN": "#0072B2",
    "DVA_INT": "#56B4E9",
    "DVA_INTREX": "#009E73",
    "RDV": "#CC79A7",
    "FVA": "#E69F00",
    "PDC": "#9AA5B1",
    "vs_mva": "#E69F00",
    "vs_ova": "#D55E00",
    "vs_fdc": "#9AA5B1",
    "vs_ddc": "#56B4E9",
}
#: Parts of a change: the channels of :mod:`sim.channels`, and what is left over.
PART_COLOURS = {
    "automation": "#0072B2",
    "tariffs": "#D55E00",
    "trust": "#009E73",
    "events": "#CC79A7",
    "paths": "#E69F00",
    "residual": "#9AA5B1",
}
#: Diverging colours for changes, blue for less and orange for more.
LESS, MORE = "#0072B2", "#D55E00"


def economy_colours(codes: Sequence[str]) -> list[str]:
    """Colour of each economy: a fixed one where the project has it, else the next colour that is still free."""
    taken = {_FIXED[code] for code in codes if code in _FIXED}
    free = [colour for colour in OKABE_ITO if colour not in taken] or list(OKABE_ITO)
    colours, used = [], 0
    for code in codes:
        if code in _FIXED:
            colours.append(_FIXED[code])
        else:
            colours.append(free[used % len(free)])
            used += 1
    return colours


def configured(chart: alt.TopLevelMixin) -> Any:
    """Give a finished chart the common fonts, axes and background."""
    return (
        chart.configure(font=FONT, background="white", padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=13,
            titleFontSize=13,
            labelColor=INK,
            titleColor=QUIET,
            titleFontWeight="normal",
            gridColor=RULE,
            domainColor=QUIET,
            tickColor=QUIET,
        )
        .configure_legend(labelFontSize=13, titleFontSize=13, labelColor=INK, symbolType="square", labelLimit=260)
        .configure_header(labelFontSize=13, labelColor=INK)
        .configure_title(fontSize=14, color=INK, anchor="start", frame="group", fontWeight="normal")
    )


def year_axis(years: Sequence[int], width: int) -> alt.Axis:
    """Year axis with whole, evenly spaced years that fit the width, always with the first one."""
    import altair as alt

    span = max(years) - min(years) if years else 0
    fit = max(1, width // 60)
    if span and fit <= 2:
        return alt.Axis(format="d", values=[min(years), max(years)], grid=False, title=None)
    step = next((s for s in (1, 2, 3, 4, 5, 8, 10, 20, 25, 50) if span / s <= fit), 100)
    ticks = list(range(min(years), max(years) + 1, step)) if years else []
    return alt.Axis(format="d", values=ticks, grid=False, title=None, labelFlush=False)


def text_width(text: str) -> float:
    """Width of a label in units of a Latin letter; Chinese characters are about twice as wide."""
    return sum(1.0 if ord(char) < 0x2E80 else 1.85 for char in text)


def wrapped(text: str, letters: int) -> str:
    """Break a label with ``|`` into lines of at most ``letters`` Latin letters, at spaces or between Chinese characters.

    >>> wrapped("Domestic value in final goods", 16)
    'Domestic value|in final goods'
    """
    pieces = text.split(" ") if " " in text else list(text)
    glue = " " if " " in text else ""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = lines[-1] + glue + piece
        if text_width(longer) <= letters or piece in "，。；：、）":
            lines[-1] = longer
        else:
            lines.append(piece)
    return "|".join(lines)


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Positions as close to ``values`` as possible with at least ``gap`` between neighbours, for labels at line ends.

    >>> spread([1.0, 1.0, 5.0], 1.0)
    [0.5, 1.5, 5.0]
    """
    order = sorted(range(len(values)), key=lambda k: (values[k], k))
    # Pool neighbours that collide; a pool is centred on the mean of its members.
    pools: list[tuple[list[int], float]] = []
    for index in order:
        members, centre = [index], values[index]
        while pools and centre - pools[-1][1] < gap * (len(members) + len(pools[-1][0])) / 2:
            members = pools.pop()[0] + members
            centre = sum(values[k] for k in members) / len(members)
        pools.append((members, centre))
    placed = [0.0] * len(values)
    for members, centre in pools:
        for rank, index in enumerate(members):
            placed[index] = centre + gap * (rank - (len(members) - 1) / 2)
    return placed
