"""The explorer: a Streamlit application in which levers are moved and the world's trade answers at once.

Only :mod:`sim.explorer.main`, the parts, the lessons on the page and the pages import Streamlit; levers, setups, links, runs,
charts and what pages say are plain Python and are tested without it. README.md beside this file tells how a page gets at the
scenario, the run, its baseline, the texts, the charts and the downloads.
"""
