"""Pure chart builders: tidy frames in displayed units and translated names in, Altair charts out.

No files, no catalogue, no clock: the report and the explorer give the words. Altair is imported when a chart is made.
"""

from __future__ import annotations

from sim.charts.bars import changes, composition
from sim.charts.dots import dots
from sim.charts.figure import to_svg
from sim.charts.lines import lines, panels
from sim.charts.matrix import heatmap
from sim.charts.parts import parts_by_name, parts_by_year
from sim.charts.theme import configured
from sim.charts.timeline import timeline

__all__ = [
    "changes",
    "composition",
    "configured",
    "dots",
    "heatmap",
    "lines",
    "panels",
    "parts_by_name",
    "parts_by_year",
    "timeline",
    "to_svg",
]
