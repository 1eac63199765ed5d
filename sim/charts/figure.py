"""A figure: a chart with its words, the table behind it, and the ways to take it away; no browser, no network.

Charts are specifications of Vega-Lite with their data beside them, in the common look of :mod:`sim.charts.theme`.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pandas import DataFrame

from sim.charts.theme import INK, LOOK, QUIET, wrapped
from sim.texts.words import csv_text

Spec = dict[str, Any]
#: Names that people read, by code.
Named = Mapping[str, str]
Kind = Literal["png", "svg"]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: Width of a file in pixels of the screen; a PNG has twice as many.
WIDTH, SHARPNESS = 900, 2
#: Sizes of the letters of title and subtitle, the height of a line in them, and the air below.
TITLE, SUBTITLE, LINE, AIR = 17, 13, 1.3, 14
#: Empty border.
BORDER = 16
#: Width of a Latin letter as a share of its size.
LETTER = 0.55
#: Widths in a report: of two figures side by side, or of one drawn twice, for desktops and for phones.
PAGE_WIDTHS: Mapping[bool, Mapping[str, int]] = {False: {"any": 450}, True: {"wide": 900, "narrow": 360}}

#: Selection of a mark with a click, and the layer that has them.
CELL, VIEW = "cell", "cells"

_ID = re.compile(r'(\bid="|url\(#|href="#)')
_SIZE = re.compile(r'^<svg ([^>]*?)width="([\d.]+)" height="([\d.]+)"')


def quantity(name: str, **more: Any) -> Spec:
    """Encode a column of numbers."""
    return {"field": name, "type": "quantitative", **more}


def category(name: str, **more: Any) -> Spec:
    """Encode a column of names."""
    return {"field": name, "type": "nominal", **more}


def layer(data: str, mark: str, encoding: Mapping[str, Any], **look: Any) -> Spec:
    """Draw a mark of this look for each row of the data of this name."""
    return {"data": {"name": data}, "mark": {"type": mark, **look}, "encoding": dict(encoding)}


def clickable(*fields: str) -> Spec:
    """Select a mark by these fields.

    ``now``, what is chosen while the chart is drawn, is among them: a mark that was clicked on before and is no longer
    chosen makes another selection, and not the old one again, which would be no event.
    """
    select = {"type": "point", "fields": [*fields, "now"], "on": "click", "toggle": False}
    return {"params": [{"name": CELL, "select": select, "views": [VIEW]}]}


def zero_rule(channel: str, **look: Any) -> Spec:
    """Draw the line at zero across a channel, ``x`` or ``y``."""
    rule = {"type": "rule", "color": QUIET, "aria": False, **look}  # it says nothing to a screen reader
    return {"data": {"values": [{}]}, "mark": rule, "encoding": {channel: {"datum": 0, "type": "quantitative"}}}


@dataclass(frozen=True, eq=False)
class Plot:
    """A chart whose data are kept apart: where the specification stays equal, a browser exchanges only the data."""

    #: Vega-Lite specification that names its data: ``layer``, or ``hconcat`` or ``vconcat`` of some.
    spec: Mapping[str, Any]
    data: Mapping[str, DataFrame]

    @classmethod
    def of(
        cls, layers: Sequence[Spec], data: Mapping[str, DataFrame], *, width: float | None, height: float, **more: Any
    ) -> Plot:
        """Lay marks over each other; without a width the chart takes that of its place, and the height is the picture's."""
        size = {"height": height} if width is None else {"width": width, "height": height}
        return cls({"$schema": SCHEMA, "layer": list(layers), **size, **more}, data)

    def to_dict(self, validate: bool = True) -> Spec:
        """The chart in one piece, in the common look; ``validate`` checks it against Vega-Lite's (needs Altair)."""
        plain = {name: frame.astype(object).where(frame.notna(), None) for name, frame in self.data.items()}
        sets = {name: frame.to_dict("records") for name, frame in plain.items()}
        whole = {**self.spec, "datasets": sets, "config": LOOK}
        if validate:
            import altair as alt

            alt.Chart.from_dict(whole)
        return whole


@dataclass(frozen=True, eq=False)
class Figure:
    """Everything that stands beside a chart, on a page of the explorer and in a report."""

    #: ASCII name, used for widget keys, anchors and file names.
    id: str
    title: str
    #: Measure, unit, economy and scenario, or a note.
    subtitle: str
    alt: str
    #: The chart, or a function of the width in pixels that draws it.
    chart: Plot | Callable[[int], Plot]
    #: What stands beside it: columns in the reader's language, displayed units.
    table: DataFrame
    #: What is downloaded: stable English codes, stored units; a report offers none and repeats the table.
    data: DataFrame
    #: What is measured: name and text.
    about: Sequence[tuple[str, str]] = ()
    #: Whether a report draws it as broad as the page, and once more for phones.
    broad: bool = False

    def drawn(self, width: int = WIDTH) -> Plot:
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
        return csv_text(self.data).encode("utf-8-sig")

    def file(self, kind: Kind, *, note: str = "", width: int = WIDTH) -> bytes:
        """The chart with its words as a file; ``note`` says of which scenario and data it is.

        ``width`` is in pixels of the screen: a chart that takes the width of its place fills it, charts beside each
        other keep theirs.
        """
        subtitle = "\n".join(line for line in (self.subtitle, note) if line)
        spec = _titled(self.drawn(width).to_dict(validate=False), self.title, subtitle, width)
        if kind == "svg":
            return svg_of(spec, self.alt).encode("utf-8")
        import vl_convert

        return bytes(vl_convert.vegalite_to_png(spec, scale=SHARPNESS, allowed_base_urls=[]))


def _titled(spec: Spec, title: str, subtitle: str, width: int) -> Spec:
    """The specification with the look and the words; a single view fills the width, as it does on the page."""
    above, below = (
        [line for part in text.splitlines() for line in wrapped(part, int(width / (LETTER * size))).split("|")]
        for text, size in ((title, TITLE), (subtitle, SUBTITLE))
    )
    look = {"color": INK, "subtitleColor": QUIET, "fontWeight": "bold", "anchor": "start", "frame": "bounds"}
    sizes = {"fontSize": TITLE, "subtitleFontSize": SUBTITLE, "offset": AIR}
    words = {"text": above, "subtitle": below, **sizes, **look}
    whole = {**spec, "title": words, "padding": BORDER}
    if "layer" in spec:
        whole |= {"width": width, "autosize": {"type": "fit", "contains": "padding"}}
        if isinstance(spec.get("height"), int | float):  # which counts the whole picture
            lines = TITLE * len(above) + SUBTITLE * len(below)
            whole["height"] = spec["height"] + 2 * BORDER + AIR + math.ceil(LINE * lines)
    return whole


def to_svg(chart: Plot, *, key: str, alt_text: str) -> str:
    """SVG text of a chart, scaling with its container and with an accessible name; ``key`` begins the ids inside."""
    svg = svg_of(chart.to_dict(validate=False), alt_text)
    svg = _ID.sub(rf"\g<1>{key}-", svg)
    return _SIZE.sub(r'<svg \1style="width:100%;max-width:\2px;height:auto"', svg, count=1)


def svg_of(spec: Spec, alt_text: str) -> str:
    """SVG text of a finished specification in its own size, with an accessible name."""
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt_text, quote=True)}" ', 1)
