"""Runs: open a run folder, hand in a scenario or a table, watch it run, and take everything away."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import streamlit as st
from pandas import DataFrame

from decomp.errors import DecompError
from sim.errors import OutputError, SimError
from sim.explorer.parts import choosing, picking, session, ui
from sim.explorer.parts.session import say
from sim.explorer.setups import share, uploads
from sim.explorer.setups.engine import Job
from sim.explorer.setups.setup import presets
from sim.explorer.setups.uploads import GivenSetup, UploadError, megabytes
from sim.report.render import render
from sim.report.sentences import headline
from sim.runs.folder import runs_folder
from sim.runs.result import RunResult
from sim.runs.saved import SCHEMA_VERSION
from sim.scenario import scenario_files

#: Keys of the session: name and text of the scenario, the table with its name; digests of uploaded files that were read, and
#: what was wrong with them.
NAME, TEXT, TABLE, SEEN, FAULTS = (f"x.given_{part}" for part in ("name", "text", "table", "seen", "faults"))


def page() -> None:
    """Draw the page."""
    ui.heading("runs")
    left, right = st.columns([6, 5], gap="large")
    with left:
        ui.section("files.own")
        _table()
        _scenario()
        _own_run()
    with right:
        ui.section("files.folders")
        _folders()
        ui.section("files.downloads")
        _downloads()
    choosing.list_jobs()
    ui.badge(session.setup().table)


def _faults() -> dict[str, Exception]:
    """What was wrong with the last table, scenario and zip."""
    faults: dict[str, Exception] = st.session_state.setdefault(FAULTS, {})
    return faults


@contextmanager
def _trying(what: str) -> Iterator[None]:
    """Try something with what was handed in; what was wrong with it is kept until the next try."""
    _faults().pop(what, None)
    try:
        yield
    except (UploadError, SimError, DecompError) as error:
        _faults()[what] = error


def _upload(what: str, endings: Sequence[str], most: int, read: Callable[[str, bytes], None], **settings: Any) -> bool:
    """Offer an upload; ``read`` is given name and content of a file once. Whether it was just read."""
    label = say(f"files.{what}_file", most=megabytes(most))
    limit = -(-most // 1024**2)
    file = st.file_uploader(label, type=list(endings), key=f"upload.{what}", max_upload_size=limit, **settings)
    seen = st.session_state.setdefault(SEEN, {})
    digest = None if file is None else hash(file.getvalue())
    if digest == seen.get(what):  # uploads stay in their widget over reruns
        return False
    seen[what] = digest  # taken out of its widget, a file can be handed in again
    if file is not None:
        with _trying(what):
            read(file.name, file.getvalue())
    return file is not None


def _fault(what: str) -> None:
    """What was wrong with the last file or text."""
    if (error := _faults().get(what)) is not None:
        ui.fault(error)


def _table() -> None:
    """Hand in a table; what is wrong with it is said and nothing is lost."""
    most = megabytes(uploads.MAX_TABLE)

    def read(name: str, content: bytes) -> None:
        st.session_state[TABLE] = (uploads.safe_name(name), uploads.read_table(name, content))

    with st.expander(say("files.table"), key="files.table", expanded=TABLE in st.session_state):
        st.caption(say("files.table_note", most=most, cells=uploads.MAX_CELLS))
        _upload("table", uploads.TABLE_ENDINGS, uploads.MAX_TABLE, read)
        _fault("table")
        if TABLE in st.session_state:
            name, table = st.session_state[TABLE]
            year = table.year or "–"
            st.success(say("files.table_read", name=name, economies=table.G, sectors=table.N, year=year))
            for note in table.notes[:3]:
                st.caption(note)
            if st.button(say("files.forget"), key="files.forget", type="tertiary"):
                del st.session_state[TABLE]
                st.rerun()


def _scenario() -> None:
    """Hand in a scenario or begin with one of the library; edit it; check; run."""
    st.caption(say("files.scenario_note"))
    most = uploads.MAX_SCENARIO

    def read(name: str, content: bytes) -> None:
        _put(uploads.safe_name(name), uploads.scenario_text(name, content))

    _upload("scenario", uploads.SCENARIO_ENDINGS, most, read)
    titles = {name: ui.preset_title(name) for name in presets()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = session.same_choice("files.template", titles)
        label = say("files.template")
        template = st.selectbox(label, presets(), key=key, format_func=lambda name: titles.get(name, name))
        st.button(
            say("files.take"),
            key="files.take",
            on_click=_put,
            args=(f"{template}.yaml", scenario_files()[template].read_text("utf-8")),
        )
    text = st.session_state.get(TEXT, "")
    typed, hint = partial(st.session_state.__setitem__, TEXT), say("files.text_hint")
    label = say("files.text")
    picking.widget(st.text_area, label, "files.text", text, typed, height=260, max_chars=most, placeholder=hint)
    name, table = st.session_state.get(TABLE, ("", None))
    on_own = table is not None and st.checkbox(say("files.on_own", name=name), value=True, key="files.on_own")
    busy = (job := _own_job()) is not None and not job.over
    if st.button(say("lab.run"), key="files.run", type="primary", disabled=not text.strip() or busy):
        with _trying("scenario"), st.spinner(say("files.checking")):
            name = st.session_state.get(NAME) or "scenario.yaml"
            choosing.start([uploads.read_given(text, name, table if on_own else None)], uploads.run_given)
    elif not text.strip():
        st.caption(say("files.no_text"))
    _fault("scenario")


def _put(name: str, text: str) -> None:
    st.session_state[NAME], st.session_state[TEXT] = name, text
    _faults().pop("scenario", None)


def _own_job() -> Job | None:
    """The last job that runs what was handed in."""
    return next((job for job in reversed(session.now().jobs) if isinstance(job.setup, GivenSetup)), None)


def _own_run() -> None:
    """Progress while it runs; afterwards its headline, its warnings and the way on, or why there is none."""
    job = _own_job()
    if job is None:
        return
    run = job.run
    if not job.over:
        choosing.progress([job], "files.cancel")
    elif isinstance(job.error, SimError | DecompError):
        st.warning(say("files.failed"))
        st.code(str(job.error), language=None, wrap_lines=True)
    elif job.error is not None:
        ui.failure(job.error)
    elif run is None or not run.years:
        st.warning(say("files.cancelled_early"))
    else:
        if job.status == "cancelled":
            st.warning(say("lab.cancelled", year=run.years[-1]))
        with st.container(border=True):
            ui.partial_run(run)
            st.markdown(f"**{say('files.done', name=run.name)}**  \n{headline(run, session.view().lang)}")
            for warning in run.loaded.warnings:
                st.caption(f"{warning.place}: {warning.message}")
            with st.container(horizontal=True):
                st.button(say("files.save"), key="files.save", on_click=_save, args=(run,))
                _looked_at("given", "agents")


def _looked_at(id: str, *pages: str) -> None:
    """Buttons that lead to pages that then show a run."""
    for name in pages:
        if st.button(say("ui.go", page=say(f"nav.{name}")), key=f"files.{id}.{name}"):
            picking.put("look_at", id)
            ui.go_to(name)


def _save(run: RunResult) -> None:
    """Write the run as a folder and open it, so that every page can show it."""
    try:
        folder = run.save()
    except OutputError as error:
        st.toast(str(error))
        return
    session.open_folder(folder)
    st.toast(say("files.saved", folder=folder.name))


def _folders() -> None:
    """The run folders that there are; one can be opened, and is then shown by other pages as well."""
    _opened()
    folders = share.listed()
    if folders:
        names = {run.folder: run.name(session.texts()) for run in folders}
        keys = [f"status.{run.status}" if run.version == str(SCHEMA_VERSION) else "files.stale" for run in folders]
        state = [say(key, version=run.version) for key, run in zip(keys, folders, strict=True)]
        frame = DataFrame([dataclasses.asdict(run) for run in folders]).drop(columns="title")
        titles = [session.texts().pick(run.title) or run.scenario for run in folders]
        shown = frame.assign(scenario=titles, state=state)[["scenario", "years", "state", "started", "folder"]]
        shown = shown.rename(columns=lambda name: say(f"column.{name}"))
        height, alt = ui.rows(len(folders), 280), say("files.list_alt", count=len(folders))
        ui.show_table(shown, "files.list", alt, height, data=frame, file="unweave-runs.csv")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            key = session.same_choice("files.folder", names)
            name = st.selectbox(say("files.choose"), list(names), key=key, format_func=names.__getitem__)
            st.button(say("files.open"), key="files.open", on_click=_open, args=(name,))
    else:
        st.info(say("files.no_folders", folder=runs_folder()))

    def read(name: str, content: bytes) -> None:
        """Open the zip like a folder; one that is refused leaves open what was."""
        with st.spinner(say("files.unpacking")):
            unpacked = uploads.unpack(name, content)
        session.now().unpacked = unpacked  # the one before goes, and its folder with it
        _show(unpacked.folder)

    if _upload("zip", uploads.ZIP_ENDINGS, uploads.MAX_ZIP, read, help=say("files.zip_note")):
        st.rerun()  # what is open stands above


def _show(folder: Any) -> None:
    session.open_folder(folder)
    picking.put("look_at", "folder")


def _open(name: str) -> None:
    """Open a folder; one that cannot be read is not opened."""
    with _trying("zip"):
        folder = share.inside(name)
        session.read_folder(folder)
        _show(folder)


def _opened() -> None:
    """What is open now, or why the last one could not be opened."""
    texts = session.texts()
    if (fault := _faults().get("zip")) is not None:
        why = texts(fault.key, **fault.values) if isinstance(fault, UploadError) else str(fault)
        st.warning(texts("files.unreadable", why=why))
    run = choosing.opened(explain=True)
    if run is None:
        return
    with st.container(border=True):
        name = choosing.title_of(run, texts)
        st.markdown(f"**{texts('files.opened', name=name)}**  \n{headline(run, texts.lang)}")
        if run.status != "ok":
            year = run.years[-1] if run.years else "–"
            st.warning(texts("files.status", status=texts(f"status.{run.status}"), year=year))
        failed = int((~run["checks"]["passed"].astype(bool)).sum())
        place = run.folder.name if run.folder else run.name
        st.caption(texts("files.checks", count=len(run["checks"]), failed=failed, folder=place))
        with st.container(horizontal=True):
            _looked_at("folder", "agents", "assumptions")
            close = texts("files.close")
            st.button(close, key="files.close", on_click=session.open_folder, args=(None,), type="tertiary")


def _downloads() -> None:
    """Everything of a run in one zip, its report, or one of its tables."""
    run = choosing.choose_run("files.download_run", explain=False)
    if run is None:
        return
    bom = st.checkbox(say("files.bom"), key="files.bom", help=say("files.bom_help"))
    archive, report = partial(share.archive, run, bom=bom), partial(render, run)
    with st.container(horizontal=True):
        ui.download(say("share.zip"), archive, f"{run.name}.zip", "application/zip", key="files.zip")
        ui.download(say("share.report"), report, f"{run.name}.html", "text/html", key="files.report")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = [name for name in run.tables if len(run[name])]
        table = st.selectbox(say("files.one_table"), names, key="files.one_table")
        csv = partial(share.table_bytes, run, table, bom=bom)
        ui.download(say("ui.download_csv"), csv, f"{run.name}-{table}.csv", "text/csv", key="files.table_csv")
