"""Handing in a scenario or a table of one's own, running it with progress by year, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from decomp.errors import DecompError
from sim.errors import OutputError, ScenarioError, SimError
from sim.explorer.files import uploads
from sim.explorer.files.uploads import GivenSetup, UploadError
from sim.explorer.parts import run_choice, ui
from sim.explorer.setups.engine import Finished, Store
from sim.explorer.setups.jobs import BusyError, Job, JobManager
from sim.explorer.setups.setup import presets
from sim.explorer.state import session
from sim.scenario import scenario_files

if TYPE_CHECKING:
    from decomp.table import WorldTable

#: Keys of the session: text and name of the scenario, the table, the job, digests of files that were read, what was wrong.
TEXT, NAME, TABLE, JOB, SEEN, FAULT, FAULTY = (
    f"x.given_{part}" for part in ("text", "name", "table", "job", "seen", "fault", "faulty")
)
#: Seconds between two looks at a running job.
POLL = 0.4


@st.cache_resource(show_spinner=False)
def _manager() -> JobManager:
    """Runs of what is handed in, one after the other, shared by all sessions."""
    return JobManager(Store(kept=8), uploads.run_given)


def draw() -> None:
    """Draw the part of the page: table, scenario, job."""
    _table()
    _scenario()
    _job()


# -- a table of one's own --------------------------------------------------------------------------


def _table() -> None:
    """Hand in a table; what is wrong with it is said and nothing is lost."""
    texts = session.texts()
    with st.expander(texts("files.table"), key="files.table", expanded=TABLE in st.session_state):
        st.caption(texts("files.table_note", most=uploads.megabytes(uploads.MAX_TABLE), cells=uploads.MAX_CELLS))
        given = st.file_uploader(
            texts("files.table_file", most=uploads.megabytes(uploads.MAX_TABLE)),
            type=list(uploads.TABLE_ENDINGS),
            key="upload.table",
            max_upload_size=uploads.MAX_TABLE // 1024**2,
        )
        if given is None:
            _gone("table")
        elif _is_new("table", content := given.getvalue()):
            st.session_state.pop(FAULT, None)
            try:
                st.session_state[TABLE] = (uploads.safe_name(given.name), uploads.read_table(given.name, content))
            except (UploadError, DecompError) as error:
                st.session_state[FAULT] = error
        if given is not None and (fault := st.session_state.get(FAULT)) is not None:
            _fault(fault)
        own = _own_table()
        if own is not None:
            _about_table(*own)


def _own_table() -> tuple[str, WorldTable] | None:
    found: tuple[str, WorldTable] | None = st.session_state.get(TABLE)
    return found


def _about_table(name: str, table: WorldTable) -> None:
    texts = session.texts()
    st.success(texts("files.table_read", name=name, economies=table.G, sectors=table.N, year=table.year or "–"))
    for note in table.notes[:3]:
        st.caption(note)
    if st.button(texts("files.forget"), key="files.forget", type="tertiary"):
        st.session_state.pop(TABLE, None)
        st.rerun()


def _is_new(what: str, content: bytes) -> bool:
    """Whether a file has not been read yet in this session: uploads stay in their widget over reruns."""
    digest = uploads.digest_of(content)
    seen = st.session_state.setdefault(SEEN, {})
    if seen.get(what) == digest:
        return False
    seen[what] = digest
    return True


def _gone(what: str) -> None:
    """Forget a file that was taken out of its widget, so that it can be handed in again."""
    st.session_state.get(SEEN, {}).pop(what, None)


# -- a scenario of one's own -----------------------------------------------------------------------


def _scenario() -> None:
    """Hand in a scenario or begin with one of the library; edit it; check; run."""
    texts = session.texts()
    st.caption(texts("files.scenario_note"))
    given = st.file_uploader(
        texts("files.scenario_file", most=uploads.megabytes(uploads.MAX_SCENARIO)),
        type=list(uploads.SCENARIO_ENDINGS),
        key="upload.scenario",
        max_upload_size=1,
    )
    if given is None:
        _gone("scenario")
    elif _is_new("scenario", content := given.getvalue()):
        try:
            _put(uploads.scenario_text(given.name, content), uploads.safe_name(given.name))
        except UploadError as error:
            st.session_state[FAULTY] = error
    titles = {one: ui.preset_title(one) for one in presets()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            texts("files.template"),
            presets(),
            key=session.same_choice("files.template", titles),
            format_func=lambda one: titles.get(one, one),
        )
        st.button(texts("files.take"), key="files.take", on_click=_take, args=(name,))
    key = session.preset_widget("files.text", st.session_state.get(TEXT, ""))
    text = st.text_area(
        texts("files.text"),
        key=key,
        height=260,
        placeholder=texts("files.text_hint"),
        max_chars=uploads.MAX_SCENARIO,
        on_change=session.setter(key, lambda one: st.session_state.update({TEXT: one})),
    )
    own = _own_table()
    on_own = own is not None and st.checkbox(texts("files.on_own", name=own[0]), value=True, key="files.on_own")
    busy = (job := _own_job()) is not None and not job.over
    if st.button(texts("lab.run"), key="files.run", type="primary", disabled=not text.strip() or busy):
        _run(text, own[1] if own is not None and on_own else None)
    elif not text.strip():
        st.caption(texts("files.no_text"))
    if (fault := st.session_state.get(FAULTY)) is not None:
        _fault(fault)


def _put(text: str, name: str) -> None:
    st.session_state[TEXT], st.session_state[NAME] = text, name
    st.session_state.pop(FAULTY, None)


def _take(name: str) -> None:
    _put(scenario_files()[name].read_text(encoding="utf-8"), f"{name}.yaml")


def _run(text: str, table: WorldTable | None) -> None:
    """Check the scenario and start it; faults are shown with their places and the text stays."""
    texts = session.texts()
    name = st.session_state.get(NAME) or "scenario.yaml"
    st.session_state.pop(FAULTY, None)
    try:
        with st.spinner(texts("files.checking")):
            setup = uploads.read_given(text, name, table)
    except (UploadError, ScenarioError, DecompError) as error:
        st.session_state[FAULTY] = error
        return
    assert setup.loaded is not None
    first, last = setup.loaded.resolved.scenario.years
    try:
        st.session_state[JOB] = _manager().submit(setup, last - first + 1)
    except BusyError:
        st.warning(texts("lab.busy"))


def _fault(error: Exception) -> None:
    """What is wrong with something handed in: where, what, and what to do."""
    texts = session.texts()
    if isinstance(error, UploadError):
        st.warning(texts(error.key, **error.values))
    elif isinstance(error, ScenarioError):
        st.warning(texts("files.bad_scenario", count=len(error.problems)))
        st.code(error.text(), language=None, wrap_lines=True)
    else:
        st.warning(texts("files.bad_table"))
        st.code(str(error), language=None, wrap_lines=True)


# -- the running job -------------------------------------------------------------------------------


def _own_job() -> Job | None:
    found: Job | None = st.session_state.get(JOB)
    return found


def _job() -> None:
    """Progress while it runs; what came of it afterwards."""
    texts, job = session.texts(), _own_job()
    if job is None:
        return
    if not job.over:
        _progress()
        return
    if job.status == "failed":
        if isinstance(job.error, SimError | DecompError):
            st.warning(texts("files.failed"))
            st.code(str(job.error), language=None, wrap_lines=True)
        elif job.error is not None:
            ui.failure(job.error)
    elif job.result is None or not job.result.result.years:
        st.warning(texts("files.cancelled_early"))
    else:
        st.session_state[run_choice.GIVEN_RUN] = job.result
        if job.status == "cancelled":
            st.warning(texts("lab.cancelled", year=job.result.result.years[-1]))
        _done(job.result)


def _done(run: Finished) -> None:
    """Headline of a finished run, its warnings, and the way on."""
    from sim.report import headline

    texts, result = session.texts(), run.result
    with st.container(border=True):
        ui.partial(run)
        st.markdown(f"**{texts('files.done', name=result.scenario.name)}**  \n{headline(run.saved, texts.lang)}")
        for warning in result.loaded.warnings:
            st.caption(f"{warning.place}: {warning.message}")
        with st.container(horizontal=True):
            st.button(texts("files.save"), key="files.save", on_click=_save, args=(run,))
            if "agents" in ui.present() and st.button(texts("ui.go", page=texts("nav.agents")), key="files.agents"):
                st.session_state["x.look_at"] = run_choice.GIVEN
                ui.go_to("agents")


def _save(run: Finished) -> None:
    """Write the run as a folder and open it, so that every page can show it."""
    from sim.runs.folder import save

    try:
        folder = save(run.result)
    except OutputError as error:
        st.toast(str(error))
        return
    session.open_folder(folder)
    st.toast(session.texts()("files.saved", folder=folder.name))


@st.fragment(run_every=POLL)
def _progress() -> None:
    """Progress by year with a way to stop; ends with a run of the whole page."""
    texts, job = session.texts(), _own_job()
    if job is None or job.over:
        st.rerun()
    name = job.setup.loaded.resolved.scenario.name if isinstance(job.setup, GivenSetup) and job.setup.loaded else ""
    words = texts("lab.progress", year=job.year or "–", seconds=round(job.seconds), title=name)
    if job.status == "queued":
        words = texts("lab.queued", position=_manager().position(job))
    st.progress(min(1.0, job.done / max(1, job.total)), text=texts("lab.stopping") if job.stopping else words)
    st.button(texts("lab.cancel"), key="files.cancel", on_click=job.cancel, disabled=job.stopping)
