"""Lessons on the page: steps, pictures, the way to the laboratory, the teacher's view; and what a session remembers of them."""

from typing import Any

import streamlit as st

from sim.explorer.lessons.marking import Progress
from sim.explorer.lessons.schema import Lesson


def state() -> dict[str, Any]:
    """The progress in each lesson (``progress``), and the run of each that is chosen for the laboratory (``lab``)."""
    remembered: dict[str, Any] = st.session_state.setdefault("x.lessons", {"progress": {}, "lab": {}})
    return remembered


def progress_of(lesson: Lesson) -> Progress:
    """How far the session is in a lesson."""
    return state()["progress"].get(lesson.id) or Progress(lesson.id)


def keep(progress: Progress) -> None:
    """Remember how far the session is."""
    state()["progress"][progress.lesson] = progress
