"""What pages choose from: observed tables, scenarios of the session and the library, run folders; long runs on the way.

A choice is an id: ``observed``, ``lab``, ``preset:<name>``, ``named:<name>``, ``folder`` (opened in this session) or
``run:<folder>`` (in the folder of runs). Nothing is computed before it is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from sim.errors import OutputError
from sim.explorer.contents.comparison import Contender
from sim.explorer.contents.differences import rules_of
from sim.explorer.contents.sources import OBSERVED, Source, observed, of_folder, of_run
from sim.explorer.parts import picking, ui
from sim.explorer.setups.engine import Finished
from sim.explorer.setups.jobs import BusyError, Job
from sim.explorer.setups.setup import STATUS_QUO, Setup, preset_scenario, presets, untouched
from sim.explorer.state import session
from sim.runs.saved import Run, read_run
from sim.texts import Texts

#: Run folders that are offered, newest first.
FOLDERS = 12
#: Seconds between two looks at runs on the way.
POLL = 0.5
_JOBS = "x.jobs"


# -- what there is to choose -----------------------------------------------------------------------


def options(*, tables: bool) -> list[str]:
    """Ids of everything that can be chosen; ``tables`` adds the observed ones."""
    found = [OBSERVED] if tables else []
    found += ["lab", *(f"preset:{name}" for name in presets())]
    found += [f"named:{name}" for name in session.named()]
    if opened()[0] is not None:
        found.append("folder")
    return [*found, *(f"run:{folder.name}" for folder in run_folders())]


def opened() -> tuple[Run | None, str]:
    """The run folder that is open in this session, and why it cannot be read."""
    try:
        return session.opened(), ""
    except OutputError as error:
        return None, str(error)


def run_folders() -> list[Path]:
    """Folders of finished runs in the folder of runs, newest first."""
    from sim.runs.folder import runs_folder

    root = runs_folder()
    if not root.is_dir():
        return []
    return sorted((path for path in root.iterdir() if (path / "run.json").is_file()), reverse=True)[:FOLDERS]


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(folder: str, changed: float) -> Run:
    del changed  # a folder that was written again is read again
    return read_run(folder)


def _folder_run(name: str) -> Run:
    from sim.runs.folder import runs_folder

    path = runs_folder() / name
    return _read(str(path), (path / "run.json").stat().st_mtime)


def setup_of(id: str) -> Setup | None:
    """Setup of a choice; None for observed tables and run folders."""
    kind, _, name = id.partition(":")
    if kind == "lab":
        return session.setup()
    if kind == "preset":
        return untouched(name, session.setup())
    return session.named().get(name) if kind == "named" else None


def name_of(id: str, texts: Texts) -> str:
    """Name of a choice."""
    kind, _, name = id.partition(":")
    if kind == "lab":
        now = session.setup()
        return texts("sources.lab_changed" if now.changed else "sources.lab", name=ui.preset_title(now.preset))
    if kind == "preset":
        return ui.preset_title(name)
    if kind == "named":
        return texts("sources.named", name=name)
    if kind == "folder":
        run = opened()[0]
        return texts("sources.folder", name="" if run is None else texts.pick(run.manifest.get("title")) or run.name)
    return texts("sources.observed") if kind == OBSERVED else texts("sources.folder", name=name)


def titles_of(id: str) -> dict[str, str]:
    """Name of a choice in every language."""
    return {lang: name_of(id, Texts(lang)) for lang in ("en", "zh")}


def finished(id: str) -> Finished | Run | None:
    """The run behind a choice; None when it is still to be computed.

    Raises
    ------
    OutputError
        A run folder cannot be read.
    """
    kind, _, name = id.partition(":")
    if kind == "folder":
        return session.opened()
    if kind == "run":
        return _folder_run(name)
    wanted = setup_of(id)
    return None if wanted is None else session.run_of(wanted)


def source(id: str) -> Source | None:
    """A choice as a source of flows; None when it is still to be computed."""
    if id == OBSERVED:
        return _observed()
    found = finished(id)
    if found is None:
        return None
    if isinstance(found, Finished):
        return of_run(id, titles_of(id), found)
    return of_folder(id, found)


@st.cache_resource(show_spinner=False)
def _observed() -> Source:
    return observed()


def contender(id: str) -> Contender | None:
    """A choice as a scenario to compare; None when it is still to be computed."""
    found = finished(id)
    if found is None:
        return None
    if isinstance(found, Finished):
        return Contender(id, titles_of(id), found.saved, rules_of(found.result.scenario))
    return Contender(id, titles_of(id), found)


def choose_source(key: str) -> Source | None:
    """Selection of data or a scenario; shows what is missing and how to get it, and then returns None."""
    texts = session.texts()
    _, why = opened()
    if why:
        st.warning(texts("sources.bad_folder", why=why))
    default = "lab" if session.setup().changed or session.setup().preset != STATUS_QUO else OBSERVED
    id = picking.choose(texts("sources.label"), options(tables=True), key, default, lambda one: name_of(one, texts))
    try:
        found = source(id)
    except (OutputError, OSError) as error:
        st.warning(texts("sources.bad_folder", why=error))
        return None
    if found is None:
        missing([id])
    elif not found.years:
        st.warning(texts("comparison.misfit_none", name=found.name(texts)))
        return None
    return found


# -- long runs ---------------------------------------------------------------------------------------


def missing(ids: Sequence[str]) -> None:
    """Scenarios that a large table keeps waiting: a button that computes them, then their progress and a way to stop."""
    texts = session.texts()
    jobs: list[Job] = st.session_state.get(_JOBS, [])
    if any(not job.over for job in jobs):
        _progress()
        return
    for job in jobs:
        if job.status == "failed":
            st.error(texts("sources.failed", name=ui.preset_title(job.setup.preset), why=job.message))
        elif job.status == "cancelled":
            st.warning(texts("sources.stopped"))
    st.info(texts("sources.missing", names=texts("flows.list_join").join(name_of(id, texts) for id in ids)))
    st.button(texts("sources.compute"), key="sources.compute", type="primary", on_click=_compute, args=(tuple(ids),))


def _compute(ids: Sequence[str]) -> None:
    jobs: list[Job] = []
    for wanted in (setup_of(id) for id in ids):
        if wanted is None:
            continue
        first, last = preset_scenario(wanted.preset).years
        try:
            jobs.append(session.manager().submit(wanted, (wanted.end or last) - first + 1))
        except BusyError:
            st.toast(session.texts()("sources.busy"))
            break
    st.session_state[_JOBS] = jobs


@st.fragment(run_every=POLL)
def _progress() -> None:
    """Progress of the runs on the way; ends with a run of the whole page."""
    texts = session.texts()
    jobs: list[Job] = st.session_state.get(_JOBS, [])
    if all(job.over for job in jobs):
        st.rerun()
    for job in jobs:
        name = ui.preset_title(job.setup.preset)
        words = (
            texts("sources.waiting", name=name)
            if job.status == "queued"
            else texts("sources.computing", name=name, year=job.year or "–", done=job.done, total=job.total)
        )
        st.progress(min(1.0, job.done / max(1, job.total)), text=words)
    st.button(texts("sources.stop"), key="sources.stop", on_click=_stop)


def _stop() -> None:
    for job in st.session_state.get(_JOBS, []):
        job.cancel()
