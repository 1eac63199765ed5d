"""The explorer: a Streamlit application in which levers are pulled and the world's trade answers at once.

Only :mod:`sim.explorer.main`, :mod:`sim.explorer.state.session`, :mod:`sim.explorer.parts.ui` and the pages import Streamlit; levers,
setups, links, the engine and the charts are plain Python and are tested without it. README.md beside this file tells how
a page gets at the scenario, the run, its baseline, the texts, the charts and the downloads.
"""
