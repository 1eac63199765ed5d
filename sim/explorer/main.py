"""The frame of the application: the server with its options, navigation over the pages that are there, the language switch."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st
from altair.utils.schemapi import debug_mode

from sim.explorer.parts import picking, session, ui
from sim.explorer.parts.session import say
from sim.explorer.setups.engine import Store
from sim.explorer.setups.setup import Setup, presets, table_for
from sim.texts import LANGUAGES, Texts

#: Options of the server by dotted name; ``.streamlit/config.toml`` of the repository says the same (a test compares). It runs on
#: this machine only, without telemetry, calm, in colours with enough contrast. The explorer is light or dark as the system of
#: its reader is: without ``theme.base`` Streamlit follows the browser.
CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "server.address": "127.0.0.1",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": 20,
        # A full collection after every script would keep the last answers from being sent for a tenth of a second.
        "runner.postScriptGC": False,
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.showSidebarNavigation": False,
        "theme.light.primaryColor": "#0B5A8F",
        "theme.light.backgroundColor": "#FFFFFF",
        "theme.light.secondaryBackgroundColor": "#F2F5F8",
        "theme.light.textColor": "#1F2933",
        "theme.light.linkColor": "#0B5A8F",
        "theme.dark.primaryColor": "#6CB6EB",
        "theme.dark.backgroundColor": "#12181F",
        "theme.dark.secondaryBackgroundColor": "#1D2630",
        "theme.dark.textColor": "#E6EBF0",
        "theme.dark.linkColor": "#8CC8F2",
        "theme.font": '"Source Sans", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif',
        "theme.baseFontSize": 15,
        "theme.baseRadius": "6px",
    }
)
#: Seconds between two looks, and for how long no page may have asked for a run before one is made ahead.
LOOK, QUIET = 0.5, 3.0
#: Style for what Streamlit has no option for: less empty space on top, hints for narrow screens, dark, print. Charts stay
#: white sheets on a dark page: their colours are chosen for white, and what is shown is what is downloaded and printed.
STYLE = """<style>
.block-container {padding: 3.9rem clamp(1rem, 2.5vw, 3rem) 2rem; max-width: 1280px}
[data-testid="stMain"] h1 {font-size: 1.7rem !important; padding: 0 !important}
[data-testid="stMain"] h2 {font-size: 1.3rem !important; padding: 0.4rem 0 0.4rem !important}
[data-testid="stMain"] h3 {font-size: 1.1rem !important; padding: 0 0 0.2rem !important}
[data-testid="stMain"] :is([data-testid="stMarkdown"] h2, h5) {font-size: 1.08rem !important; line-height: 1.45 !important; padding: 0.2rem 0 !important}
[data-testid="stMetricDelta"] * {white-space: normal !important; overflow: visible !important}
.st-key-langswitch {position: fixed; top: 0.75rem; right: 1rem; width: auto !important; z-index: 999995}
.st-key-langswitch [role=radiogroup] {flex-wrap: nowrap; gap: 0.7rem}
[data-testid="stMetric"] {padding: 0 !important}
.katex-display {padding: 0.2rem 0.5rem}
[data-testid="stMetricValue"] {font-size: 1.4rem; padding: 0}
[data-testid="stMetricLabel"] p {white-space: normal; line-height: 1.25}
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] :is(p, li) {color: inherit !important; opacity: 1}
[data-testid="stCaptionContainer"] {opacity: 0.78}
.subtitle {font-size: 0.875rem; color: light-dark(#52606d, #b4bfca); margin: 0 0 0.25rem}
.ticks {position: relative; height: 1.3em; font-size: 0.8rem; color: light-dark(#52606d, #b4bfca); margin: -0.5rem 0.3rem 0}
.read {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap}
.narrow {display: none}
@media (max-width: 767px) {.narrow {display: block}
  .st-key-langswitch {position: static}}
@media (prefers-reduced-motion: reduce) {* {transition: none !important; animation: none !important}}
[data-testid="stVegaLiteChart"] {border-radius: 6px; overflow: hidden}
:is([data-testid="stBaseButton-primary"]:not(:disabled), [data-testid="stBaseButton-primary"]:not(:disabled) kbd, [data-tag]) {
  color: light-dark(#fff, #12181f) !important; opacity: 1}
label[data-testid="stWidgetLabel"] {color: inherit !important}
[data-testid="stHeaderActionElements"] {display: none}
@media print {header, section[data-testid="stSidebar"], .st-key-langswitch {display: none !important}}
</style>"""


def app_file() -> Path:
    """Entry script of the explorer: inside an installed package, else the repository's ``app.py``; one of them is there."""
    package = Path(str(files("sim")))
    for file in (package / "_app.py", package.parent / "app.py"):
        if file.is_file():
            return file
    raise FileNotFoundError(f"no app.py in {package}; reinstall the package")


def serve(port: int, *, browser: bool) -> None:
    """Run the server until it is stopped; with ``browser`` also open it."""
    threading.Thread(target=lambda: prepare(session.store()), name="prepare", daemon=True).start()
    st.App(str(app_file())).run(config={**CONFIG, "server.port": port, "server.headless": not browser})


def prepare(store: Store) -> None:
    """While visitors read, run every scenario of the library on the classroom table, so that a story is there at once."""
    for name in presets():
        while not (store.asked and time.monotonic() - store.asked > QUIET):
            time.sleep(LOOK)
        with suppress(Exception):  # who chooses it is told
            store.get(Setup(preset=name, table=table_for(name)), ahead=True)


def main() -> None:
    """Draw the application; called by app.py on every run of the script."""
    st.set_page_config(page_title="Unweave", layout="wide", initial_sidebar_state=340)
    session.begin()
    st.html(STYLE)
    scripts = {name: str(ui.PAGES_FOLDER / f"{name}.py") for name in ui.present()}
    pages = [
        st.Page(file, title=say(f"nav.{name}"), url_path=name, default=name == "start")
        for name, file in scripts.items()
    ]
    page = st.navigation(pages, position="top")
    names = {lang: Texts(lang)("lang.name") for lang in LANGUAGES}
    with st.container(key="langswitch"):  # each language in its own name, on every page, in the bar on top
        picking.widget(
            st.radio,
            "Language 语言",
            "lang",
            session.view().lang,
            lambda lang: session.look(lang=lang),
            LANGUAGES,
            names.__getitem__,
            horizontal=True,
            label_visibility="collapsed",
        )
    try:
        with debug_mode(False):  # charts are checked by the tests, not on every move of a lever
            page.run()
    except Exception as error:
        ui.failure(error)
    session.finish(page.url_path)
