"""Parts that every page is built of: heading, notices, metrics, a chart with its table and its meaning, downloads, errors."""

import html
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit as st
from pandas import DataFrame

from decomp.errors import DecompError
from sim._version import __version__
from sim.charts.figure import CELL, Figure, Kind, Plot
from sim.charts.theme import LOOK, on_dark
from sim.errors import EconomyError, ScenarioError, SimError
from sim.explorer.contents.method import estimate_of
from sim.explorer.parts import session
from sim.explorer.parts.session import say
from sim.explorer.setups.codec import OLDER
from sim.explorer.setups.levers import LONGEST, data_of
from sim.explorer.setups.setup import GIVEN, Setup, file_of, preset_scenario
from sim.explorer.setups.uploads import UploadError, megabytes
from sim.runs.result import RunResult
from sim.texts import Texts
from sim.texts.words import csv_text

#: Keys of the session: what was wrong with what was handed in, and digests of uploaded files that were read.
FAULTS, SEEN = "x.given_faults", "x.given_seen"
#: What is done with the fields of a mark that was clicked on.
Act = Callable[[Mapping[str, Any]], None]
#: Pages in the order of the navigation.
PAGES = ("start", "lab", "compose", "compare", "decompose", "links", "agents", "lessons", "assumptions", "runs")


def page_of(name: str) -> Any:
    """A page as the navigation knows it; its module is imported when it is drawn."""

    def draw() -> None:
        import_module(f"sim.explorer.pages.{name}").page()

    return st.Page(draw, title=say(f"nav.{name}"), url_path=name, default=name == "start")


def go_to(page: str) -> None:
    """Show another page; only from the body of a script, not from a callback."""
    st.switch_page(page_of(page))


def heading(page: str) -> None:
    """The one heading of a page and the question that it answers, and what in the link was not understood."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="heading"):
        st.title(say(f"nav.{page}"), anchor=False, width="content")
        under = say("ui.under_heading", question=say(f"nav.{page}_question"), banner=say("ui.banner"))
        st.caption(under, width="content")
    if f"v={OLDER}" in session.now().unknown:
        st.info(say("ui.older_link"))
    link, gone = session.now().link, f"t={GIVEN}"
    if link is not None and link.fault is not None and session.setup() == link.setup:
        reason = getattr(link.fault, "reason", "invalid")
        st.warning(say(f"link.{reason}", most=LONGEST))
        if link.data and page != "compose":
            st.page_link(page_of("compose"), label=say("ui.go", page=say("nav.compose")))
    for part in session.now().unknown:
        if part.startswith(gone):
            st.warning(say("link.table", name=part.removeprefix(gone).partition(":")[0][:60]))
    # A broken link can hold anything: the first parts, none of them long.
    if parts := [part for part in session.now().unknown if part != f"v={OLDER}" and not part.startswith(gone)]:
        shown = [part if len(part) <= 60 else f"{part[:59]}…" for part in parts[:8]] + ["…"] * (len(parts) > 8)
        st.warning(say("ui.unknown_link", count=len(parts), parts=", ".join(shown)))


def section(key: str, **values: Any) -> None:
    """The heading of a section."""
    st.header(say(key, **values), anchor=False)


@contextmanager
def folded(box: Callable[..., Any], label: str, key: str, **settings: Any) -> Iterator[bool]:
    """A part of a page that is folded away, in ``st.expander`` or ``st.popover``: what is folded away costs nothing.

    Gives whether it is open; only then anything is to be drawn in it.
    """
    with box(say(label), key=key, on_change="rerun", **settings) as inside:
        yield bool(inside.open)


def badge(table: str) -> None:
    """What kind of data and of statement this is; on every page."""
    texts = session.texts()
    name = (
        texts.get(f"ui.table_{table.replace('-', '_')}")
        or texts.get(f"ui.table_{table.split('-')[0]}")
        or file_of(table)
    )
    said = estimate_of(table, texts.lang)
    st.caption(texts("ui.badge", table=name, code=file_of(table)) + (f" {said}" if said else ""))


def show(
    figure: Figure,
    key: str,
    *,
    name: str = "",
    titled: bool = True,
    note: str = "",
    act: Act | None = None,
    drawing: Callable[[], None] | None = None,
) -> None:
    """Show a chart with its text alternative; beside it the table with the files to take away, and what is measured.

    ``key`` is unique on the page and ASCII; ``name`` begins the names of downloaded files; without ``titled`` the title is
    left to what stands above; ``note`` says in the files which scenario and data they are of; ``act`` is given what is
    clicked on in the chart. A figure that is not one chart is drawn by ``drawing``.
    """

    def details() -> None:
        """The table with its files."""
        plain = st.column_config.NumberColumn(format="%.2f")
        columns = dict.fromkeys(figure.table.select_dtypes("float").columns, plain)
        show_table(figure.table, f"table.{key}", figure.alt, rows(len(figure.table)), column_config=columns)
        files(figure, key, name=name, note=note)

    if titled:
        st.markdown(f"**{figure.title}**  \n{figure.subtitle}")
    else:
        read = html.escape(figure.alt)
        st.html(f'<p class="subtitle">{html.escape(figure.subtitle)} <span class="read">{read}</span></p>')
    if drawing is not None:
        drawing()
    else:
        # A chart that is exchanged fast is drawn anew when its alternative changes, so the numbers are read above it.
        alt = figure.alt if titled else f"{figure.title}. {figure.subtitle}"
        draw(figure.drawn(), alt, key=f"chart.{key}", act=act)
    about = "\n\n".join(f"**{what}**  \n{text}" for what, text in figure.about)
    with st.container(horizontal=True, gap="small"):
        for tab, inside in (("table", details), ("about", partial(st.markdown, about))):
            with folded(st.popover, f"ui.tab_{tab}", f"{tab}.{key}.open", type="tertiary") as is_open:
                if is_open:
                    inside()


def show_table(
    frame: DataFrame,
    key: str,
    alt: str,
    height: Any = "content",
    *,
    data: DataFrame | None = None,
    file: str = "",
    **settings: Any,
) -> None:
    """Show a table with its text alternative, and offer ``data``, which has stable English codes, as ``file``."""
    st.dataframe(frame, hide_index=True, key=key, alt=alt, height=height, **settings)
    if data is not None:
        download_csv(data, file, key=f"{key}.csv")


def rows(count: int, most: int = 400) -> int:
    """Height in pixels of a table of so many rows: no empty ones below, and not taller than ``most``."""
    return min(most, 38 + 35 * max(1, count))


def files(figure: Figure, key: str, *, name: str = "", note: str = "") -> None:
    """Offer what is shown as CSV, PNG and SVG."""
    file, note = f"{name or 'unweave'}-{figure.id}", note or f"Unweave {__version__}"
    kinds: dict[Kind, str] = {"png": "image/png", "svg": "image/svg+xml"}
    with st.container(horizontal=True, key=f"files.{key}"):
        download(say("ui.download_csv"), figure.csv, f"{file}.csv", "text/csv", key=f"csv.{key}")
        for kind, mime in kinds.items():
            make = partial(figure.file, kind, note=note)
            download(say(f"ui.download_{kind}"), make, f"{file}.{kind}", mime, key=f"{kind}.{key}")


def draw(chart: Plot, alt: str, *, key: str, act: Act | None = None) -> None:
    """Draw a chart as wide as its place, in the common look; ``act`` is given what is clicked on in it."""
    # The data go to the browser as they are, not through records and back.
    spec = {**chart.spec, "config": LOOK}
    spec = {**(on_dark(spec) if st.context.theme.type == "dark" else spec), "datasets": dict(chart.data)}

    def clicked() -> None:
        marks = st.session_state[key]["selection"].get(CELL)
        if act is not None and marks:  # a selection that was cleared is no choice
            act(marks[0])

    more: dict[str, Any] = {} if act is None else {"on_select": clicked, "selection_mode": [CELL]}
    st.vega_lite_chart(spec, theme=None, width="stretch", alt=alt, key=key, **more)


def download_csv(frame: DataFrame, file: str, *, key: str, label: str = "ui.download_csv") -> None:
    """Offer a table as CSV: stable English codes, UTF-8 with the mark that Excel needs for Chinese."""
    download(say(label), lambda: csv_text(frame).encode("utf-8-sig"), file, "text/csv", key=key)


def download(label: str, make: Callable[[], bytes | str], file: str, mime: str, *, key: str) -> None:
    """Offer a file that is made when it is asked for, so that offering it costs nothing."""
    st.download_button(label, data=make, file_name=file, mime=mime, key=key, on_click="ignore")


def partial_run(run: RunResult) -> None:
    """Say that a run stopped early and that its finished years are shown."""
    if run.status != "ok":
        year = run.years[-1] if run.years else "–"
        st.warning(say("ui.partial", year=year, last=run.last_planned, why=run.message))


def faults() -> dict[str, Exception]:
    """What was wrong with what was handed in last, by what it was."""
    found: dict[str, Exception] = st.session_state.setdefault(FAULTS, {})
    return found


@contextmanager
def trying(what: str) -> Iterator[None]:
    """Try something with what was handed in; what was wrong with it is kept until the next try."""
    faults().pop(what, None)
    try:
        yield
    except (UploadError, SimError, DecompError) as error:
        faults()[what] = error


def trouble(what: str) -> None:
    """Say what was wrong with it last, where it was handed in."""
    if (error := faults().get(what)) is not None:
        fault(error)


def upload(what: str, endings: Sequence[str], most: int, read: Callable[[str, bytes], None], **settings: Any) -> bool:
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
        with trying(what):
            read(file.name, file.getvalue())
    return file is not None


def fault(error: Exception) -> None:
    """What is wrong with something that was handed in: where, what, and what to do."""
    if isinstance(error, UploadError):
        st.warning(say(error.key, **error.values))
        return
    problems = error.problems if isinstance(error, ScenarioError) else ()
    st.warning(say("files.bad_scenario", count=len(problems)) if problems else say("files.bad_table"))
    st.code(_details(error), language=None, wrap_lines=True)


def _details(error: Exception) -> str:
    return error.text() if isinstance(error, ScenarioError) else str(error)


def failure(error: Exception, key: str = "error") -> None:
    """An error as people read it: what happened, what to do, details folded away; inputs are kept."""
    kinds = {EconomyError: "numbers", DecompError: "data", SimError: "scenario", Exception: "bug"}
    kind = next(name for error_type, name in kinds.items() if isinstance(error, error_type))
    st.error(say(f"ui.error_{kind}"))
    details = _details(error)
    if kind == "bug":
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "site-packages" not in f.filename]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        details = f"{type(error).__name__}: {error} ({where}, unweave {__version__})"
    with st.expander(say("ui.details"), key=f"{key}.details"):
        st.code(details, language=None, wrap_lines=True)


def setup_title(setup: Setup, texts: Texts | None = None) -> str:
    """Title of a setup: its own, or that of the scenario that it changes."""
    texts = texts or session.texts()
    if told := data_of(setup.own).get("title"):
        return str(texts.pick(told))
    title = preset_title(setup.preset, texts)
    return texts("ui.changed", name=title) if setup.changed else title


def preset_title(name: str, texts: Texts | None = None) -> str:
    """Title of a scenario of the library, in the language of the session unless told."""
    return preset_scenario(name).title.pick(texts.lang if texts else session.view().lang)
