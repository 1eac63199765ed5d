"""A figure: a chart with its words, the table behind it, and the ways to take it away; no browser, no network.

Charts are Altair charts, :class:`Plot` (a specification apart from its data), or functions of a width that make one.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from sim.charts.theme import INK, QUIET, configured, wrapped

if TYPE_CHECKING:
    from pandas import DataFrame

Kind = Literal["png", "svg"]
#: Width of a file in pixels of the screen; a PNG has twice as many.
WIDTH, SHARPNESS = 900, 2
#: Sizes of the letters of title and subtitle, the height of a line in them, and the air below.
TITLE, SUBTITLE, LINE, AIR = 17, 13, 1.3, 14
#: Empty border.
BORDER = 16
#: Width of a Latin letter as a share of its size.
LETTER = 0.55
#: Widths on a page: of two figures side by side, or of one drawn twice, for desktops and for phones.
PAGE_WIDTHS: Mapping[bool, Mapping[str, int]] = {False: {"any": 450}, True: {"wide": 900, "narrow": 360}}

_ID = re.compile(r'(\bid="|url\(#|href="#)')
_SIZE = re.compile(r'^<svg ([^>]*?)width="([\d.]+)" height="([\d.]+)"')


@dataclass(frozen=True, eq=False)
class Plot:
    """A chart whose data are kept apart, so that a browser that shows it exchanges only the data.

    Parameters
    ----------
    spec : mapping
        Vega-Lite specification that names its data. Never changed: it is shared.
    data : mapping of str to DataFrame
        The data by name.
    """

    spec: Mapping[str, Any]
    data: Mapping[str, DataFrame]

    def to_dict(self, validate: bool = True) -> dict[str, Any]:
        """The chart in one piece, like ``to_dict`` of an Altair chart; ``validate`` checks it against Vega-Lite's schema."""
        whole = {**self.spec, "datasets": {name: frame.to_dict("records") for name, frame in self.data.items()}}
        if validate:
            import altair as alt

            alt.Chart.from_dict(whole)
        return whole


@dataclass(frozen=True, eq=False)
class Figure:
    """Everything that stands beside a chart, on a page of the explorer and in a report.

    Parameters
    ----------
    id : str
        ASCII name, used for widget keys, anchors and file names.
    title, subtitle : str
        What it shows; measure, unit, economy and scenario, or a note.
    alt : str
        Text alternative.
    chart : Altair chart, Plot or function
        The chart, or a function of the width in pixels that draws it; None where a page draws it itself.
    table : DataFrame
        What stands beside it: columns in the reader's language, displayed units.
    data : DataFrame
        What is downloaded: stable English codes, stored units; a report offers none and repeats the table.
    about : sequence of (str, str)
        What is measured: name and text.
    broad : bool
        Whether a report draws it as broad as the page, and once more for phones.
    """

    id: str
    title: str
    subtitle: str
    alt: str
    chart: Any
    table: DataFrame
    data: DataFrame
    about: Sequence[tuple[str, str]] = field(default=())
    broad: bool = False

    def drawn(self, width: int = WIDTH) -> Any:
        """The chart for a place of this width in pixels."""
        return self.chart(width) if callable(self.chart) else self.chart

    def svgs(self, key: str) -> list[tuple[str, str]]:
        """Drawings for a report with their style classes (``any``, or ``wide`` and ``narrow``); ``key`` begins their ids."""
        return [
            (style, to_svg(self.drawn(width), key=f"{key}-{self.id}-{style}", alt_text=self.alt))
            for style, width in PAGE_WIDTHS[self.broad].items()
        ]

    def csv(self) -> bytes:
        """The data as CSV: UTF-8 with the mark that Excel needs for Chinese."""
        return self.data.to_csv(index=False, float_format="%.10g").encode("utf-8-sig")

    def file(self, kind: Kind, *, note: str = "", width: int = WIDTH) -> bytes:
        """The chart with its words as a file; ``note`` says of which scenario and data it is.

        Parameters
        ----------
        kind : {"png", "svg"}
        width : int
            Pixels of the screen. A chart that takes the width of its place fills it; charts beside each other keep theirs.
        """
        subtitle = "\n".join(line for line in (self.subtitle, note) if line)
        spec = _titled(self.drawn(width).to_dict(validate=False), self.title, subtitle, width)
        return png_of(spec, SHARPNESS) if kind == "png" else svg_of(spec, self.alt).encode("utf-8")


@cache
def look() -> dict[str, Any]:
    """The common look of every chart, as the ``config`` of a specification."""
    import altair

    config: dict[str, Any] = configured(altair.Chart().mark_point()).to_dict(validate=False)["config"]
    return config


def _titled(spec: dict[str, Any], title: str, subtitle: str, width: int) -> dict[str, Any]:
    """The specification with the look and the words; a single view fills the width, as it does on the page."""
    above, below = (
        [line for part in text.splitlines() for line in wrapped(part, int(width / (LETTER * size))).split("|")]
        for text, size in ((title, TITLE), (subtitle, SUBTITLE))
    )
    words = {
        "text": above,
        "subtitle": below,
        "fontSize": TITLE,
        "subtitleFontSize": SUBTITLE,
        "color": INK,
        "subtitleColor": QUIET,
        "fontWeight": "bold",
        "anchor": "start",
        "frame": "bounds",
        "offset": AIR,
    }
    whole = {**spec, "config": {**spec.get("config", {}), **look()}, "title": words, "padding": BORDER}
    if "mark" in spec or "layer" in spec:
        whole |= {"width": width, "autosize": {"type": "fit", "contains": "padding"}}
        if isinstance(spec.get("height"), int | float):  # which counts the whole picture
            lines = TITLE * len(above) + SUBTITLE * len(below)
            whole["height"] = spec["height"] + 2 * BORDER + AIR + math.ceil(LINE * lines)
    return whole


def to_svg(chart: Any, *, key: str, alt_text: str) -> str:
    """SVG text of a chart with an accessible name and ids of its own, scaling with its container.

    Parameters
    ----------
    chart : altair chart or Plot
        The common look is applied here.
    key : str
        Prefix for the ids inside, unique on the page.
    alt_text : str
        What the picture shows, for readers who do not see it.
    """
    spec = chart.to_dict(validate=False)
    svg = svg_of({**spec, "config": {**spec.get("config", {}), **look()}}, alt_text)
    svg = _ID.sub(lambda match: match.group(1) + key + "-", svg)
    return _SIZE.sub(
        lambda m: f'<svg {m.group(1)}style="width:100%;max-width:{m.group(2)}px;height:auto"', svg, count=1
    )


def svg_of(spec: dict[str, Any], alt_text: str) -> str:
    """SVG text of a finished specification in its own size, with an accessible name."""
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt_text, quote=True)}" ', 1)


def png_of(spec: dict[str, Any], sharpness: float) -> bytes:
    """PNG of a finished specification, with ``sharpness`` pixels for each pixel of the screen."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(spec, scale=sharpness, allowed_base_urls=[]))
