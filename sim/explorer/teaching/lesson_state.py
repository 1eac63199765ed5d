"""What a session remembers of lessons: how far it is in each, and which run of each it goes on with."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.explorer.lessons.progress import Progress
from sim.explorer.lessons.schema import Lesson


def state() -> dict[str, Any]:
    """The progress in each lesson (``progress``), and the run of each that is chosen for the laboratory (``lab``)."""
    if "x.lessons" not in st.session_state:
        st.session_state["x.lessons"] = {"progress": {}, "lab": {}}
    found: dict[str, Any] = st.session_state["x.lessons"]
    return found


def progress_of(lesson: Lesson) -> Progress:
    """How far the session is in a lesson."""
    found: Progress = state()["progress"].get(lesson.id) or Progress(lesson.id)
    return found


def keep(progress: Progress) -> None:
    """Remember how far the session is."""
    state()["progress"][progress.lesson] = progress
