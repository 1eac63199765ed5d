"""Figures: the noun and every chart builder; tidy frames in displayed units and translated names in, charts out.

No files, no catalogue, no clock: reports and the explorer hand in data and words.
"""

from sim.charts.bars import bars, dots, parts, ranges
from sim.charts.figure import Figure, Plot, to_svg
from sim.charts.grids import matrix, states, tiles, timeline
from sim.charts.lines import band, beside, lines, printed, stack
from sim.charts.ribbons import ribbons, sankey

__all__ = [
    "Figure",
    "Plot",
    "band",
    "bars",
    "beside",
    "dots",
    "lines",
    "matrix",
    "parts",
    "printed",
    "ranges",
    "ribbons",
    "sankey",
    "stack",
    "states",
    "tiles",
    "timeline",
    "to_svg",
]
