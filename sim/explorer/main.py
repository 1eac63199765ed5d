"""The frame of the application: the server with its options, navigation over the pages that are there, the language switch.

What pages need takes seconds to import: it is imported where it is used, so that the server answers and the browser loads its
own part meanwhile.
"""

from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from sim.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from sim.explorer.setups.engine import Store

#: Seconds between two looks, and for how long no page may have asked for a run before one is made ahead.
LOOK, QUIET = 0.5, 3.0
#: Style for what Streamlit has no option for.
STYLE = Path(__file__).with_name("style.css")


def app_file() -> Path:
    """Entry script of the explorer: inside an installed package, else the repository's ``app.py``; one of them is there."""
    return _packed("_app.py", "app.py")


def _packed(name: str, place: str) -> Path:
    """A file of the root of the repository, which an installed package has under another name."""
    package = Path(str(files("sim")))
    for file in (package / name, package.parent / place):
        if file.is_file():
            return file
    raise FileNotFoundError(f"no {place} in {package}; reinstall the package")


def options() -> dict[str, Any]:
    """Options of the server by dotted name, as ``.streamlit/config.toml`` has them for ``streamlit run app.py``."""
    file = _packed("_streamlit.toml", ".streamlit/config.toml")
    return dict(_dotted(tomllib.loads(file.read_text(encoding="utf-8"))))


def _dotted(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        yield from _dotted(value, f"{within}{name}.") if isinstance(value, dict) else [(within + name, value)]


def serve(port: int, *, browser: bool) -> None:
    """Run the server until it is stopped; with ``browser`` also open it."""
    threading.Thread(target=prepare, name="prepare", daemon=True).start()
    st.App(str(app_file())).run(config={**options(), "server.port": port, "server.headless": not browser})


def prepare(store: Store | None = None) -> None:
    """Run the stories of the first page at once and, while visitors read, every scenario of the library, so that it is there."""
    from sim.explorer.pages.start import STORIES
    from sim.explorer.parts import session
    from sim.explorer.setups.engine import reference
    from sim.explorer.setups.setup import Setup, presets, table_for

    store = store or session.store()
    for name in sorted(presets(), key=lambda name: name not in STORIES):
        while name not in STORIES and not (store.asked and time.monotonic() - store.asked > QUIET):
            time.sleep(LOOK)
        with suppress(Exception):  # who chooses it is told
            setup = Setup(preset=name, table=table_for(name))
            for one in filter(None, (setup, reference(setup))):
                store.get(one, ahead=True)


def main() -> None:
    """Draw the application; called by app.py on every run of the script."""
    from altair.utils.schemapi import debug_mode

    from sim.explorer.parts import picking, session, ui

    st.set_page_config(page_title="Unweave", layout="wide", initial_sidebar_state=340)
    session.begin()
    st.html(STYLE)
    page = st.navigation([ui.page_of(name) for name in ui.PAGES], position="top")
    names = {lang: Texts(lang)("lang.name") for lang in LANGUAGES}
    with st.container(key="langswitch"):  # each language in its own name, on every page, in the bar on top
        look: Any = {"act": lambda lang: session.look(lang=lang), "options": LANGUAGES, "show": names.__getitem__}
        look |= {"horizontal": True, "label_visibility": "collapsed"}
        picking.widget(st.radio, "Language 语言", "lang", session.view().lang, **look)
    try:
        with debug_mode(False):  # charts are checked by the tests, not on every move of a lever
            page.run()
    except Exception as error:
        ui.failure(error)
    session.finish(page.url_path)
