"""The frame of the application: language switch, navigation over the pages that are there, errors as people read them."""

from __future__ import annotations

import streamlit as st
from altair.utils.schemapi import debug_mode

from sim.explorer.parts import ui
from sim.explorer.state import session
from sim.texts import LANGUAGES, Texts

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


def main() -> None:
    """Draw the application; called by app.py on every run of the script."""
    st.set_page_config(page_title="Unweave", layout="wide", initial_sidebar_state=340)
    session.begin()
    session.speak()
    st.html(STYLE)
    texts = session.texts()
    pages = [
        st.Page(str(ui.PAGES_FOLDER / f"{name}.py"), title=texts(f"nav.{name}"), url_path=name, default=name == "start")
        for name in ui.present()
    ]
    page = st.navigation(pages, position="top")
    _language_switch()
    try:
        with debug_mode(False):  # charts are checked by the tests, not on every move of a lever
            page.run()
    except Exception as error:
        ui.failure(error)
    session.finish(page.url_path)


def _language_switch() -> None:
    """Each language in its own name, on every page, in the bar on top."""
    names = {lang: Texts(lang)("lang.name") for lang in LANGUAGES}
    with st.container(key="langswitch"):
        key = session.preset_widget("lang", session.view().lang)
        st.radio(
            "Language 语言",
            LANGUAGES,
            key=key,
            horizontal=True,
            label_visibility="collapsed",
            format_func=names.__getitem__,
            on_change=session.setter(key, lambda lang: session.look(lang=lang)),
        )
