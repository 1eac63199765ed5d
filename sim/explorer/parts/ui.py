"""Parts that every page is built of: heading, notices, metrics, a chart with its table and its meaning, downloads, errors."""

from __future__ import annotations

import functools
import html
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from sim._version import __version__
from sim.charts.figure import Figure, Kind, Plot
from sim.charts.grids import CELL
from sim.charts.theme import LOOK
from sim.explorer.setups.engine import Finished
from sim.explorer.setups.setup import preset_scenario
from sim.explorer.state import session
from sim.indicators import INDICATORS
from sim.runs.saved import WORLD
from sim.texts.formats import MINUS, Change, level

if TYPE_CHECKING:
    from pandas import DataFrame

#: What is done with the fields of a mark that was clicked on.
Act = Callable[[Mapping[str, Any]], None]
#: Stands for None among the options of a selection.
NOTHING = "-"
#: Folder of the pages, and the pages in the order of the navigation; those without a file are not listed.
PAGES_FOLDER = Path(__file__).parents[1] / "pages"
PAGES = ("start", "lab", "compare", "decompose", "links", "agents", "lessons", "assumptions", "runs")


def present() -> list[str]:
    """Pages that this installation has."""
    return [name for name in PAGES if (PAGES_FOLDER / f"{name}.py").is_file()]


def go_to(page: str) -> None:
    """Show another page; only from the body of a script, not from a callback."""
    st.switch_page(str(PAGES_FOLDER / f"{page}.py"))


def heading(page: str) -> None:
    """The one heading of a page and the question that it answers, and what in the link was not understood."""
    texts = session.texts()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="heading"):
        st.title(texts(f"nav.{page}"), anchor=False, width="content")
        st.caption(
            texts("ui.under_heading", question=texts(f"nav.{page}_question"), banner=texts("ui.banner")),
            width="content",
        )
    if parts := session.unknown():
        st.warning(texts("ui.unknown_link", count=len(parts), parts=", ".join(_short(parts))))


def _short(parts: Sequence[str], *, most: int = 8, letters: int = 60) -> list[str]:
    """The first parts of a link, none of them long: a broken link can hold anything."""
    shown = [part if len(part) <= letters else f"{part[: letters - 1]}…" for part in parts[:most]]
    return [*shown, "…"] if len(parts) > most else shown


def badge(table: str) -> None:
    """What kind of data and of statement this is; on every page."""
    texts = session.texts()
    name = texts.get(f"ui.table_{table.split('-')[0]}") or table
    st.caption(texts("ui.badge", table=name, code=table))


def metric(run: Finished, base: Finished | None, indicator: str, year: int) -> None:
    """One number of the world in a year, and how far it is from the baseline in words and with an arrow."""
    texts = session.texts()
    info = INDICATORS[indicator]
    value = run.series(indicator, WORLD)[year]
    label = texts.get(f"metric.{indicator}") or info.label(texts.lang)
    if base is None or base.setup.key == run.setup.key:
        first = run.result.years[0]
        before, against = run.series(indicator, WORLD)[first], str(first)
    else:
        before, against = base.series(indicator, WORLD)[year], texts("ui.baseline_short")
    change = Change(before, value, info.unit)
    amount = change.show(texts, sign=False).lstrip(MINUS)
    words = texts(f"ui.delta_{change.direction}", change=amount, against=against)
    arrow = {"up": "up", "down": "down"}.get(change.direction, "off")
    st.metric(label, level(value, info.unit), words, delta_color="off", delta_arrow=arrow, border=True)  # type: ignore[arg-type]


def show(
    figure: Figure, key: str, *, name: str = "", titled: bool = True, note: str = "", act: Act | None = None
) -> None:
    """Show a chart with its text alternative; beside it the table with the files to take away, and what is measured.

    ``key`` is unique on the page and ASCII; ``name`` begins the names of downloaded files; without ``titled`` the title is
    left to what stands above; ``note`` says in the files which scenario and data they are of; ``act`` is given what is
    clicked on in the chart.
    """
    texts = session.texts()
    if titled:
        st.markdown(f"**{figure.title}**  \n{figure.subtitle}")
    else:
        read = html.escape(figure.alt)
        st.html(f'<p class="subtitle">{html.escape(figure.subtitle)} <span class="read">{read}</span></p>')
    chart, table, about = st.tabs(
        [texts("ui.tab_chart"), texts("ui.tab_table"), texts("ui.tab_about")], key=f"tabs.{key}", on_change="rerun"
    )
    if chart.open:
        with chart:
            # A chart that is exchanged fast is drawn anew when its alternative changes, so the numbers are read above it.
            draw(
                figure.drawn(),
                figure.alt if titled else f"{figure.title}. {figure.subtitle}",
                key=f"chart.{key}",
                act=act,
            )
    if table.open:
        with table:
            plain = st.column_config.NumberColumn(format="%.2f")
            st.dataframe(
                figure.table,
                hide_index=True,
                alt=figure.alt,
                height=rows(len(figure.table)),
                key=f"table.{key}",
                column_config=dict.fromkeys(figure.table.select_dtypes("float").columns, plain),
            )
            files(figure, key, name=name, note=note)
    if about.open:
        with about:
            for what, text in figure.about:
                st.markdown(f"**{what}**  \n{text}")


def rows(count: int, most: int = 400) -> int:
    """Height in pixels of a table of so many rows: no empty ones below, and not taller than ``most``."""
    return min(most, 38 + 35 * max(1, count))


def files(figure: Figure, key: str, *, name: str = "", note: str = "") -> None:
    """Offer what is shown as CSV, PNG and SVG."""
    texts, file = session.texts(), f"{name or 'unweave'}-{figure.id}"
    note = note or f"Unweave {__version__}"
    with st.container(horizontal=True, key=f"files.{key}"):
        download(texts("ui.download_csv"), figure.csv, f"{file}.csv", "text/csv", key=f"csv.{key}")
        kinds: dict[Kind, str] = {"png": "image/png", "svg": "image/svg+xml"}
        for kind, mime in kinds.items():
            make = functools.partial(figure.file, kind, note=note)
            download(texts(f"ui.download_{kind}"), make, f"{file}.{kind}", mime, key=f"{kind}.{key}")


def file_note(run: Finished, base: Finished) -> str:
    """What a file says about the run that it shows: scenario, comparison, data."""
    texts, setup = session.texts(), run.setup
    name = preset_title(setup.preset)
    return texts(
        "ui.file_note",
        name=texts("ui.changed", name=name) if setup.changed else name,
        code=setup.table,
        base=preset_title(base.setup.preset),
        version=__version__,
    )


def draw(chart: Plot, alt: str, *, key: str, act: Act | None = None) -> None:
    """Draw a chart as wide as its place, in the common look; ``act`` is given what is clicked on in it."""
    # The data go to the browser as they are, not through records and back.
    spec = {**chart.spec, "datasets": dict(chart.data), "config": LOOK}
    more: dict[str, Any] = {} if act is None else {"on_select": _clicked(key, act), "selection_mode": [CELL]}
    st.vega_lite_chart(spec, theme=None, width="stretch", alt=alt, key=key, **more)


def _clicked(key: str, act: Act) -> Callable[[], None]:
    """Callback that hands over the fields of the mark that was clicked on; a selection that was cleared is no choice."""

    def called() -> None:
        found = st.session_state[key]["selection"].get(CELL) or []
        if found:
            act(found[0])

    return called


def download_csv(frame: DataFrame, file: str, *, key: str) -> None:
    """Offer a table as CSV: stable English codes, UTF-8 with the mark that Excel needs for Chinese."""
    texts = session.texts()
    st.download_button(
        texts("ui.download_csv"),
        data=lambda: frame.to_csv(index=False, float_format="%.10g").encode("utf-8-sig"),
        file_name=file,
        mime="text/csv",
        key=key,
        on_click="ignore",
    )


def download(label: str, make: Callable[[], bytes | str], file: str, mime: str, *, key: str) -> None:
    """Offer a file that is made when it is asked for, so that offering it costs nothing."""
    st.download_button(label, data=make, file_name=file, mime=mime, key=key, on_click="ignore")


def nothing(message: str, *, page: str = "start", key: str = "nothing") -> None:
    """An empty state: what is missing, and the button that leads on."""
    texts = session.texts()
    st.info(message)
    if st.button(texts("ui.go", page=texts(f"nav.{page}")), key=key):
        go_to(page)


def partial(run: Finished) -> None:
    """Say that a run stopped early and that its finished years are shown."""
    texts, result = session.texts(), run.result
    if result.status == "ok":
        return
    years = result.years
    st.warning(texts("ui.partial", year=years[-1] if years else "–", last=result.scenario.years[1], why=result.message))


def failure(error: Exception) -> None:
    """An error as people read it: what happened, what to do, details folded away; inputs are kept."""
    from decomp.errors import DecompError
    from sim.errors import EconomyError, ScenarioError, SimError

    texts = session.texts()
    kind = next(
        (
            name
            for kind, name in (
                (ScenarioError, "scenario"),
                (EconomyError, "numbers"),
                (DecompError, "data"),
                (SimError, "scenario"),
            )
            if isinstance(error, kind)
        ),
        "bug",
    )
    st.error(texts(f"ui.error_{kind}"))
    details = error.text() if isinstance(error, ScenarioError) else str(error)
    if kind == "bug":
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "site-packages" not in f.filename]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        details = f"{type(error).__name__}: {error} ({where}, unweave {__version__})"
    with st.expander(texts("ui.details"), key="error.details"):
        st.code(details, language=None, wrap_lines=True)


def preset_title(name: str) -> str:
    """Title of a scenario of the library in the language of the session."""
    return preset_scenario(name).title.pick(session.view().lang)


def select(
    label: str,
    options: Sequence[Any],
    value: Any,
    act: Callable[[Any], None],
    *,
    key: str,
    show: Callable[[Any], str],
    **settings: Any,
) -> None:
    """A selection whose options are ids: translated for show only, so that changing the language keeps the choice.

    None among the options is "nothing of these"; Streamlit would take it for an empty box.
    """
    ids = {NOTHING if one is None else one: one for one in options}
    names = {
        key: show(one) for key, one in ids.items()
    }  # looked up now: the function is called outside the script, too
    session.preset_widget(key, NOTHING if value is None else value)
    st.selectbox(
        label,
        list(ids),
        key=key,
        format_func=lambda one: names.get(one, one),
        on_change=session.setter(key, lambda chosen: act(ids[chosen]), ids),
        **settings,
    )
