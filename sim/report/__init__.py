"""The report of a run: one HTML file that needs no network, in English, Chinese or both with a switch.

:func:`sim.report.render.render` takes a :class:`sim.runs.saved.Run`; its ``lang`` is ``en``, ``zh`` or ``both``.
"""
