"""Lessons: files that ask before they show, with answers computed from runs and tables.

:mod:`~sim.explorer.lessons.schema` says what a file holds, :mod:`~sim.explorer.lessons.files` reads and checks it,
:mod:`~sim.explorer.lessons.evidence` takes its measures, :mod:`~sim.explorer.lessons.marking` marks answers and keeps what
a student has done, :mod:`~sim.explorer.lessons.roleplay` makes the kit for a class. None of these imports Streamlit.
"""
