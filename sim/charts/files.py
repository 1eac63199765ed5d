"""Pictures to take away: a chart with title and subtitle as PNG or SVG, without a browser and without the network."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Literal

from sim.charts.svg import png_of, svg_of
from sim.charts.theme import INK, QUIET, configured, wrapped

Kind = Literal["png", "svg"]
#: Width of a file in pixels of the screen; a PNG has twice as many.
WIDTH, SHARPNESS = 900, 2
#: Sizes of the letters of title and subtitle, the height of a line in them, and the air below.
TITLE, SUBTITLE, LINE, AIR = 17, 13, 1.3, 14
#: Empty border.
BORDER = 16
#: Width of a Latin letter as a share of its size.
LETTER = 0.55


@cache
def look() -> dict[str, Any]:
    """The common look of every chart, as the ``config`` of a specification."""
    import altair

    found: dict[str, Any] = configured(altair.Chart().mark_point()).to_dict(validate=False)["config"]
    return found


def picture_file(chart: Any, kind: Kind, *, title: str, subtitle: str, alt_text: str, width: int = WIDTH) -> bytes:
    """Draw a chart of the explorer as a file of a fixed width.

    Parameters
    ----------
    chart : altair chart
        One that takes the width of its place; charts beside each other keep their own.
    kind : {"png", "svg"}
    title, subtitle : str
        What stands above it on the page; broken into lines that fit, the subtitle also at line ends.
    alt_text : str
        Accessible name of an SVG.
    width : int
        Pixels of the screen.
    """
    spec = _titled(chart.to_dict(validate=False), title, subtitle, width)
    return png_of(spec, SHARPNESS) if kind == "png" else svg_of(spec, alt_text).encode("utf-8")


def _titled(spec: dict[str, Any], title: str, subtitle: str, width: int) -> dict[str, Any]:
    """The specification with the look and the words; a single view fills the width, as it does on the page."""
    above, below = _lines(title, TITLE, width), _lines(subtitle, SUBTITLE, width)
    words = {"text": above, "subtitle": below, "fontSize": TITLE, "subtitleFontSize": SUBTITLE, "color": INK,
             "subtitleColor": QUIET, "fontWeight": "bold", "anchor": "start", "frame": "bounds", "offset": AIR}  # fmt: skip
    found = {**spec, "config": {**spec.get("config", {}), **look()}, "title": words, "padding": BORDER}
    if "mark" in spec or "layer" in spec:
        found |= {"width": width, "autosize": {"type": "fit", "contains": "padding"}}
        if isinstance(spec.get("height"), int | float):  # which counts the whole picture
            found["height"] = (
                spec["height"] + 2 * BORDER + AIR + math.ceil(LINE * (TITLE * len(above) + SUBTITLE * len(below)))
            )
    return found


def _lines(text: str, size: int, width: int) -> list[str]:
    """Break a text into lines that fit."""
    letters = int(width / (LETTER * size))
    return [line for part in text.splitlines() for line in wrapped(part, letters).split("|")]
