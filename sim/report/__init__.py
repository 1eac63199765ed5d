"""The report of a run: one HTML file that needs no network, in English, Chinese or both with a switch.

``render(run, lang)`` takes a :class:`sim.runs.saved.Run`; ``lang`` is ``en``, ``zh`` or ``both``.
"""

from sim.report.render import render
from sim.report.sentences import against, calibration_warnings, headline, why, world_split

__all__ = ["against", "calibration_warnings", "headline", "render", "why", "world_split"]
