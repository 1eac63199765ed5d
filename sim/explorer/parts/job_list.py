"""The long runs that a session has asked for on any page: how far they are, how they ended, and a way to stop them."""

from __future__ import annotations

import streamlit as st

from sim.explorer.contents.bands import DrawnSetup
from sim.explorer.files.uploads import GivenSetup
from sim.explorer.parts import ui
from sim.explorer.setups.jobs import Job
from sim.explorer.state import session

#: Where pages keep their jobs in the session: the laboratory, Compare and its neighbours, uploaded scenarios, bands.
PLACES = (session.JOB, "x.jobs", "x.given_job", "x.bands_jobs")
#: Seconds between two looks while one of them is on its way.
POLL = 1.0


def jobs() -> list[Job]:
    """Jobs of this session, the newest first; those of other sessions are nobody's business here."""
    found: dict[int, Job] = {}
    for place in PLACES:
        kept = st.session_state.get(place) or []
        found |= {id(job): job for job in ([kept] if isinstance(kept, Job) else kept)}
    return sorted(found.values(), key=lambda job: -job.began)


def draw() -> None:
    """Draw the list; it follows the runs while one is on its way. Nothing is drawn without any."""
    if found := jobs():
        st.header(session.texts()("files.jobs"), anchor=False)
        follows = any(not job.over for job in found)
        st.fragment(_list, run_every=POLL if follows else None)(follows)


def _list(follows: bool) -> None:
    """The table; when the last run has ended the whole page is drawn anew, which also ends the looking."""
    import pandas as pd

    texts, found = session.texts(), jobs()
    if follows and all(job.over for job in found):
        st.rerun()
    rows = [(_name(job), texts(f"job.{job.status}"), f"{job.done} / {job.total}", round(job.seconds)) for job in found]
    heads = [texts(f"files.{name}") for name in ("job", "job_state", "job_done", "job_seconds")]
    st.dataframe(
        pd.DataFrame(rows, columns=heads),
        hide_index=True,
        key="files.jobs",
        height="content",
        alt=texts("files.jobs_alt", count=len(found)),
    )
    running = [job for job in found if not job.over]
    if running:
        st.button(texts("files.jobs_stop"), key="files.jobs_stop", on_click=_stop, args=(running,))


def _stop(running: list[Job]) -> None:
    for job in running:
        job.cancel()


def _name(job: Job) -> str:
    """What is run, in words."""
    texts, setup = session.texts(), job.setup
    if isinstance(setup, GivenSetup):
        return setup.loaded.resolved.scenario.name if setup.loaded is not None else setup.table
    name = texts("ui.changed", name=ui.preset_title(setup.preset)) if setup.changed else ui.preset_title(setup.preset)
    return texts("files.job_draws", name=name, count=setup.count) if isinstance(setup, DrawnSetup) else name
