"""Runs: open a run folder or a zip of one, look at long runs, and take everything away."""

import dataclasses
from functools import partial
from typing import Any

import streamlit as st
from pandas import DataFrame

from sim.explorer.parts import choosing, picking, session, ui
from sim.explorer.parts.session import say
from sim.explorer.setups import share, uploads
from sim.explorer.setups.uploads import UploadError
from sim.report.render import render
from sim.report.sentences import headline
from sim.runs.folder import runs_folder
from sim.runs.saved import SCHEMA_VERSION


def page() -> None:
    """Draw the page."""
    ui.heading("runs")
    left, right = st.columns([6, 5], gap="large")
    with left:
        ui.section("files.folders")
        _folders()
    with right:
        ui.section("files.downloads")
        _downloads()
    choosing.list_jobs()
    ui.badge(session.setup().table)


def _looked_at(id: str, *pages: str) -> None:
    """Buttons that lead to pages that then show a run."""
    for name in pages:
        if st.button(say("ui.go", page=say(f"nav.{name}")), key=f"files.{id}.{name}"):
            picking.put("look_at", id)
            ui.go_to(name)


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

    if ui.upload("zip", uploads.ZIP_ENDINGS, uploads.MAX_ZIP, read, help=say("files.zip_note")):
        st.rerun()  # what is open stands above


def _show(folder: Any) -> None:
    session.open_folder(folder)
    picking.put("look_at", "folder")


def _open(name: str) -> None:
    """Open a folder; one that cannot be read is not opened."""
    with ui.trying("zip"):
        folder = share.inside(name)
        session.read_folder(folder)
        _show(folder)


def _opened() -> None:
    """What is open now, or why the last one could not be opened."""
    texts = session.texts()
    if (fault := ui.faults().get("zip")) is not None:
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
