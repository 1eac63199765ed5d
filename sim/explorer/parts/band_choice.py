"""Bands over draws on the page Compare: asked for explicitly, computed in the background with progress and a way to stop."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import streamlit as st

from sim.errors import ScenarioError
from sim.explorer.contents.bands import COUNT, COUNTS, SEED, DrawnRun, DrawnSetup, Spans, drawn, run_drawn
from sim.explorer.contents.comparison import Contender
from sim.explorer.parts import choosing, picking
from sim.explorer.setups.engine import Store, load
from sim.explorer.setups.jobs import BusyError, Job, JobManager
from sim.explorer.setups.setup import Setup, preset_scenario
from sim.explorer.state import session

#: Scenarios whose members are kept: some MB each.
KEPT = 12
#: Code of the error that nothing is drawn.
NOTHING = "S040"
#: Seconds between two looks.
POLL = 0.5
#: Seconds that a stop waits for the year that is being solved.
PATIENCE = 0.4
_JOBS, _STILL = "x.bands_jobs", "x.bands_still"


@st.cache_resource(show_spinner=False)
def _store() -> Store:
    """The scenarios run over draws, shared by all sessions."""
    return Store(KEPT)


@st.cache_resource(show_spinner=False)
def _manager() -> JobManager:
    return JobManager(_store(), run_drawn)


def choose(base: Contender, others: Sequence[Contender]) -> Spans | None:
    """Offer bands of the differences; return them once they are there, and until then None."""
    texts = session.texts()
    with st.container(border=True):
        st.markdown(f"**{texts('bands.head')}**  \n{texts('bands.what')}")
        setups = {one.id: setup for one in (base, *others) if (setup := choosing.setup_of(one.id)) is not None}
        if base.id not in setups or len(setups) < 2:
            key = "bands.folders_only" if base.id in setups else "bands.folder_base"
            st.caption(texts(key, name=base.name(texts)))
            return None
        if left := [one.name(texts) for one in others if one.id not in setups]:
            st.caption(texts("bands.folder", names=texts("flows.list_join").join(left)))
        asked, found = _row(setups)
        if len(found) < len(asked):
            _wait_or_explain(asked)
            return None
        _say(found)
        return Spans(found[base.id], {id: run for id, run in found.items() if id != base.id})


def _row(setups: Mapping[str, Setup]) -> tuple[dict[str, DrawnSetup], dict[str, DrawnRun]]:
    """How many draws, and the button that computes them; returns what is asked for and what is there of it."""
    texts = session.texts()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Always drawn: a selection that goes and comes back would show its first option.
        count = picking.choose(
            texts("bands.count"), COUNTS, "bands.count", COUNT, str, width=160, disabled=bool(_running())
        )
        asked = {id: drawn(setup, count) for id, setup in setups.items()}
        found = {id: run for id, one in asked.items() if isinstance(run := _store().peek(one), DrawnRun)}
        if len(found) < len(asked) and not _running():
            st.button(texts("bands.compute"), key="bands.compute", on_click=_compute, args=(asked,))
    return asked, found


def _running() -> list[Job]:
    """Runs of this session that are on their way."""
    return [job for job in st.session_state.get(_JOBS, []) if not job.over]


def _say(found: dict[str, DrawnRun]) -> None:
    """What the bands are of."""
    texts, runs = session.texts(), list(found.values())
    failed = sum(run.failed for run in runs)
    fewest, most = min(run.parameters for run in runs), max(run.parameters for run in runs)
    st.caption(
        texts(
            "bands.of",
            count=len(runs[0].members),
            seed=SEED,
            parameters=f"{fewest}–{most}" if most > fewest else f"{most}",
        )
    )
    if failed:
        st.caption(texts("bands.failed", count=failed))


def _wait_or_explain(asked: Mapping[str, DrawnSetup]) -> None:
    """Progress of the runs on the way; otherwise how the last ones ended and what computing costs."""
    texts = session.texts()
    if _running():
        _progress()
        return
    jobs = [job for job in st.session_state.get(_JOBS, []) if job.setup in asked.values()]
    for job in jobs:
        if job.status == "failed":
            st.warning(texts("bands.error", why=job.message))
    if any(job.status == "cancelled" for job in jobs):
        st.caption(texts("bands.stopped"))
    if still := [id for id in st.session_state.get(_STILL, []) if id in asked]:
        st.info(texts("bands.still", names=texts("flows.list_join").join(choosing.name_of(id, texts) for id in still)))
    runs = sum(one.count for one in asked.values() if _store().peek(one) is None)
    st.caption(texts("bands.effort", runs=runs))


def _compute(asked: Mapping[str, DrawnSetup]) -> None:
    """Start what is not there yet; a scenario in which nothing is drawn would have bands without width, and is named."""
    st.session_state[_STILL] = [id for id, one in asked.items() if not _moves(one)]
    jobs: list[Job] = []
    if not st.session_state[_STILL]:
        try:
            jobs = [_manager().submit(one, one.count) for one in asked.values() if _store().peek(one) is None]
        except BusyError:
            st.toast(session.texts()("sources.busy"))
    st.session_state[_JOBS] = jobs


def _moves(setup: DrawnSetup) -> bool:
    """Whether anything is drawn."""
    try:
        load(setup, f"seeds={setup.count}")
    except ScenarioError as error:
        return all(one.code != NOTHING for one in error.problems)
    return True


@st.fragment(run_every=POLL)
def _progress() -> None:
    """Progress by scenario; ends with a run of the whole page."""
    texts = session.texts()
    jobs: list[Job] = st.session_state.get(_JOBS, [])
    if all(job.over for job in jobs):
        st.rerun()
    done, total = sum(job.done for job in jobs), sum(job.total for job in jobs)
    now = next((job for job in jobs if not job.over), jobs[-1])
    stopping = now.stopping
    words = texts(
        "bands.progress",
        done=done,
        total=total,
        name=preset_scenario(now.setup.preset).title.pick(texts.lang),
        seconds=round(max(job.seconds for job in jobs)),
    )
    st.progress(min(1.0, done / max(1, total)), text=texts("lab.stopping") if stopping else words)
    st.button(texts("lab.cancel"), key="bands.stop", on_click=_stop, disabled=stopping)


def _stop() -> None:
    """Ask the runs to end, and give them the moment that the year being solved takes, so that the page shows it at once."""
    jobs: list[Job] = st.session_state.get(_JOBS, [])
    for job in jobs:
        job.cancel()
    until = time.monotonic() + PATIENCE
    while any(not job.over for job in jobs) and time.monotonic() < until:
        time.sleep(0.02)
