"""Runs: open a run folder, hand in a scenario or a table, watch it run, and take everything away."""

from __future__ import annotations

import dataclasses

import streamlit as st

from sim.errors import OutputError
from sim.explorer.files import run_files, run_zip, uploads
from sim.explorer.files.uploads import UploadError
from sim.explorer.parts import job_list, own_scenario, run_choice, ui
from sim.explorer.state import session
from sim.runs.folder import runs_folder
from sim.runs.saved import Run

#: Keys of the session: the unpacked zip, which is removed with the session, and the digest of the zip that was read last.
ZIP, SEEN = "x.zip", "x.zip_seen"


def page() -> None:
    """Draw the page."""
    texts = session.texts()
    ui.heading("runs")
    left, right = st.columns([6, 5], gap="large")
    with left:
        st.header(texts("files.own"), anchor=False)
        own_scenario.draw()
    with right:
        st.header(texts("files.folders"), anchor=False)
        _folders()
        st.header(texts("files.downloads"), anchor=False)
        _downloads()
    job_list.draw()
    ui.badge(session.setup().table)


# -- run folders -----------------------------------------------------------------------------------


def _folders() -> None:
    """The run folders that there are; one can be opened, and is then shown by other pages as well."""
    texts, found = session.texts(), run_files.listed()
    _opened()
    if found:
        _list(found)
    else:
        st.info(texts("files.no_folders", folder=runs_folder()))
    _zip()


def _list(found: list[run_files.Listed]) -> None:
    """The run folders that there are, and the choice of one."""
    import pandas as pd

    texts = session.texts()

    frame = pd.DataFrame([dataclasses.asdict(one) for one in found])
    state = [
        texts(f"status.{one.status}") if one.readable else texts("files.stale", version=one.version) for one in found
    ]
    shown = frame.assign(status=state, started=frame["started"].str.replace("T", " "))[
        ["scenario", "years", "status", "started", "folder"]
    ]
    heads = {
        "scenario": "column.scenario",
        "years": "column.years",
        "status": "column.state",
        "started": "column.started",
        "folder": "column.folder",
    }
    st.dataframe(
        shown.rename(columns={name: texts(key) for name, key in heads.items()}),
        hide_index=True,
        key="files.list",
        height=min(280, 38 + 35 * len(found)),
        alt=texts("files.list_alt", count=len(found)),
    )
    ui.download_csv(frame, "unweave-runs.csv", key="files.list_csv")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(texts("files.choose"), [one.folder for one in found], key="files.folder")
        st.button(texts("files.open"), key="files.open", on_click=_open, args=(name,))


def _zip() -> None:
    """Hand in the zip of a run: it is opened like a folder; one that is refused leaves open what was."""
    texts = session.texts()
    given = st.file_uploader(
        texts("files.zip", most=uploads.megabytes(run_zip.MAX_ZIP)),
        type=["zip"],
        key="upload.zip",
        help=texts("files.zip_note"),
        max_upload_size=run_zip.MAX_ZIP // 1024**2,
    )
    if given is None:
        st.session_state.pop(SEEN, None)
        return
    content = given.getvalue()
    if st.session_state.get(SEEN) == (digest := uploads.digest_of(content)):
        return
    st.session_state[SEEN] = digest
    st.session_state.pop("x.unreadable", None)
    try:
        with st.spinner(texts("files.unpacking")):
            found = run_zip.unpack(given.name, content)
    except UploadError as error:
        st.session_state["x.unreadable"] = error
    except OutputError as error:
        st.session_state["x.unreadable"] = str(error)
    else:
        st.session_state[ZIP] = found  # the one before goes, and its folder with it
        session.open_folder(found.folder)
        st.session_state["x.look_at"] = run_choice.FOLDER
    st.rerun()


def _open(name: str) -> None:
    """Open a folder; one that cannot be read is not opened, and the reason stays until the next try."""
    from sim.runs.saved import read_run

    st.session_state.pop("x.unreadable", None)
    try:
        folder = run_files.inside(name)
        read_run(folder)
    except OutputError as error:
        st.session_state["x.unreadable"] = str(error)
        return
    session.open_folder(folder)
    st.session_state["x.look_at"] = run_choice.FOLDER


def _opened() -> None:
    """What is open now, or why the last one could not be opened."""
    from sim.report import headline

    texts = session.texts()
    if why := st.session_state.get("x.unreadable"):
        said = texts(why.key, **why.values) if isinstance(why, UploadError) else why
        st.warning(texts("files.unreadable", why=said))
    run = run_choice.opened()
    if run is None:
        return
    with st.container(border=True):
        name = texts.pick(run.manifest.get("title")) or run.name
        st.markdown(f"**{texts('files.opened', name=name)}**  \n{headline(run, texts.lang)}")
        if run.status != "ok":
            st.warning(
                texts("files.status", status=texts(f"status.{run.status}"), year=run.years[-1] if run.years else "–")
            )
        failed = run["checks"][~run["checks"]["passed"].astype(bool)]
        place = run.folder.name if run.folder else run.name
        st.caption(texts("files.checks", count=len(run["checks"]), failed=len(failed), folder=place))
        with st.container(horizontal=True):
            for page in ("agents", "assumptions"):
                if st.button(texts("ui.go", page=texts(f"nav.{page}")), key=f"files.to_{page}"):
                    st.session_state["x.look_at"] = run_choice.FOLDER
                    ui.go_to(page)
            st.button(
                texts("files.close"), key="files.close", on_click=session.open_folder, args=(None,), type="tertiary"
            )


# -- downloads -------------------------------------------------------------------------------------


def _downloads() -> None:
    """Everything of a run in one zip, its report, or one of its tables."""
    texts = session.texts()
    run = run_choice.choose("files.download_run", say=False)
    if run is None:
        return
    bom = st.checkbox(texts("files.bom"), key="files.bom", help=texts("files.bom_help"))
    result = run_choice.result_of(run)
    with st.container(horizontal=True):
        ui.download(
            texts("share.zip"),
            lambda: run_files.zip_of(run, result, bom=bom),
            f"{run.name}.zip",
            "application/zip",
            key="files.zip",
        )
        ui.download(texts("share.report"), lambda: _report(run), f"{run.name}.html", "text/html", key="files.report")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = [name for name in run.tables if len(run[name])]
        table = st.selectbox(texts("files.one_table"), names, key="files.one_table")
        ui.download(
            texts("ui.download_csv"),
            lambda: run_files.table_bytes(run, table, bom=bom),
            f"{run.name}-{table}.csv",
            "text/csv",
            key="files.table_csv",
        )


def _report(run: Run) -> str:
    from sim.report import render

    return render(run, "both")


if __name__ == "__main__":
    page()
