"""Draw a chart as one self-contained SVG, without a browser and without the network."""

from __future__ import annotations

import html
import re
from typing import Any

from sim.charts.theme import configured

_ID = re.compile(r'(\bid="|url\(#|href="#)')
_SIZE = re.compile(r'^<svg ([^>]*?)width="([\d.]+)" height="([\d.]+)"')


def to_svg(chart: Any, *, key: str, alt_text: str) -> str:
    """SVG text of a chart with an accessible name and ids of its own, scaling with its container.

    Parameters
    ----------
    chart : altair chart
        Unconfigured; the common look is applied here.
    key : str
        Prefix for the ids inside, unique on the page.
    alt_text : str
        What the picture shows, for readers who do not see it.
    """
    svg = svg_of(configured(chart).to_dict(validate=False), alt_text)
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
