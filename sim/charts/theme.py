"""Look of every chart: colours that colour-blind readers can tell apart, one font stack, calm axes, widths of labels."""

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

FONT = '"Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Helvetica Neue", Arial, sans-serif'
INK = "#1f2933"
QUIET = "#616e7c"
RULE = "#d9dee4"
EMPTY = "#eef0f2"

#: Okabe & Ito (2008), without black and the yellow that vanishes on white.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
WORLD_COLOUR = "#000000"
#: The same economy has the same colour in every chart.
_FIXED = {"WLD": WORLD_COLOUR, "DEU": "#B39B00"}
_FIXED |= dict(zip(("USA", "CHN", "EUR", "JPN", "KOR", "IND"), OKABE_ITO, strict=False))
#: Groups of terms: hues of Okabe & Ito; blue and green for domestic, orange for foreign, grey for counted twice.
GROUP_COLOURS = {"DVA_FIN": "#0072B2", "DVA_INT": "#56B4E9", "DVA_INTREX": "#009E73", "RDV": "#CC79A7"}
GROUP_COLOURS |= {"FVA": "#E69F00", "PDC": "#9AA5B1"}
GROUP_COLOURS |= {"MVA": "#E69F00", "OVA": "#D55E00", "DDC": "#B8C0C9", "FDC": "#7B8794"}
GROUP_COLOURS |= {"vs_mva": "#E69F00", "vs_ova": "#D55E00", "vs_ddc": "#56B4E9", "vs_fdc": "#9AA5B1"}
#: Parts of a change: the channels of attribution, and what is left over.
PART_COLOURS = dict(zip(("automation", "tariffs", "trust", "events", "paths"), OKABE_ITO, strict=False))
PART_COLOURS["residual"] = "#9AA5B1"
#: Channels of rules that are not built in.
OWN_PART = "#56B4E9"
#: Diverging colours for changes, blue for less and orange for more.
LESS, MORE = "#0072B2", "#D55E00"
#: Colours of up to three scenarios beside the base of a comparison.
TINTS = (OKABE_ITO[1], OKABE_ITO[0], OKABE_ITO[2])
#: Dashes of what is compared with, and of everything else.
DASHED, SOLID = (6, 4), (1, 0)

#: Heights in pixels: of the plot of a chart over years in a report; of such a chart on a page of the explorer, with axes
#: and legend; of an axis with its title; of a line of a legend. On a page heights count the whole picture.
HEIGHT, TALL, AXIS, LEGEND = 260, 390, 46, 20
#: Pixels beside the plot of a chart over years that has a width of its own: the numbers of the value axis.
SIDE = 60
#: Narrowest plot on a page of the explorer: charts that take the width of their place must be legible there.
PHONE = 310
#: Letters in a line of a row's label, in a narrow chart and in a broad one.
NARROW_LETTERS, LETTERS = 18, 22

#: The common look, as the ``config`` of a specification.
LOOK: dict[str, Any] = json.loads(files("sim.charts").joinpath("look.json").read_text(encoding="utf-8"))

#: What the colours that are chosen for a white sheet become on a dark page; the others are legible on both.
DARK = {
    INK: "#e6ebf0",
    QUIET: "#a3b1bf",
    RULE: "#323d48",
    EMPTY: "#27313b",
    WORLD_COLOUR: "#ffffff",
    "white": "#11181f",
}
DARK |= {"#ffffff": "#11181f", "#0B5A8F": "#56B4E9", "#A0457F": "#e29ac6"}


def on_dark(spec: Any) -> Any:
    """A specification, or a part of one, for a dark page."""
    if isinstance(spec, dict):
        return {key: on_dark(part) for key, part in spec.items()}
    if isinstance(spec, list | tuple):
        return [on_dark(part) for part in spec]
    return DARK.get(spec, spec) if isinstance(spec, str) else spec


def economy_colours(codes: Sequence[str]) -> list[str]:
    """Choose the colour of each economy: a fixed one where the project has it, else the next colour that is still free."""
    taken = {_FIXED[code] for code in codes if code in _FIXED}
    free = [colour for colour in OKABE_ITO if colour not in taken] or list(OKABE_ITO)
    others = [code for code in codes if code not in _FIXED]
    return [_FIXED.get(code) or free[others.index(code) % len(free)] for code in codes]


def years_of(years: Sequence[int], width: int | None) -> dict[str, Any]:
    """Axis with whole, evenly spaced years that fit a width in pixels (None: a phone's), always with the first one."""
    first, last = min(years, default=0), max(years, default=0)
    fit = max(1, (width or PHONE) // 60)
    if first < last and fit <= 2:
        ticks = [first, last]
    else:
        step = next((s for s in (1, 2, 3, 4, 5, 8, 10, 20, 25, 50) if (last - first) / s <= fit), 100)
        ticks = list(range(first, last + 1, step)) if years else []
    return {"format": "d", "values": ticks, "grid": False, "title": None, "labelFlush": False}


def values_of(title: str | None, **more: Any) -> dict[str, Any]:
    """Axis of values; its title lies flat above it: readable without turning the head."""
    flat = {"titleAngle": 0, "titleAlign": "left", "titleY": -12, "titleX": -34, "titleAnchor": "start"}
    return {"tickCount": 5, "title": title, **(flat if title else {}), **more}


def padded(values: Sequence[float], share: float = 0.08, *, zero: bool = False) -> tuple[float, float]:
    """Limits of an axis that holds all values with some air; with ``zero`` it begins there, if no value is below."""
    low, high = min(values), max(values)
    air = share * (high - low) or 0.05 * abs(high) or 1.0
    return (min(0.0, low) if zero else low - air), high + air


def text_width(text: str) -> float:
    """Measure a label in units of a Latin letter; Chinese characters are about twice as wide."""
    return sum(1.0 if ord(char) < 0x2E80 else 1.85 for char in text)


def room_for(labels: Sequence[str], extra: int = 24) -> int:
    """Pixels for the longest line of the labels."""
    return extra + round(7 * max((text_width(line) for label in labels for line in label.split("|")), default=0))


def wrapped(text: str, letters: int) -> str:
    """Break a label with ``|`` into lines of at most ``letters`` Latin letters, at spaces or between Chinese characters.

    >>> wrapped("Domestic value in final goods", 16)
    'Domestic value|in final goods'
    """
    glue = " " if " " in text else ""
    pieces = text.split(" ") if glue else list(text)
    lines = [pieces[0]] if pieces else [""]
    for piece in pieces[1:]:
        longer = lines[-1] + glue + piece
        if text_width(longer) <= letters or piece in "，。；：、）":
            lines[-1] = longer
        else:
            lines.append(piece)
    return "|".join(lines)


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Place labels as close to ``values`` as possible with at least ``gap`` between neighbours.

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
