"""The share dialog and the downloads of the laboratory."""

from __future__ import annotations

import streamlit as st

from sim.explorer.files import share
from sim.explorer.parts import ui
from sim.explorer.setups.engine import Finished
from sim.explorer.setups.setup import Setup
from sim.explorer.state import session
from sim.explorer.state.codec import LONGEST, link


def address() -> str:
    """Address of the laboratory, without its query."""
    url = (st.context.url or "").split("?")[0].rstrip("/")
    return url if url.endswith("/lab") else f"{url}/lab"


def open_dialog(setup: Setup, sentence: str) -> None:
    """Open the dialog: link, a sentence to paste, command, Python and YAML."""
    texts = session.texts()

    @st.dialog(texts("share.title"), width="large")
    def dialog() -> None:
        url = link(setup, session.view(), address())
        st.markdown(f"**{texts('share.link')}**")
        if len(url) > LONGEST:
            st.warning(texts("share.too_long", count=len(url), most=LONGEST))
        else:
            st.code(url, language=None, wrap_lines=True)
        st.markdown(f"**{texts('share.summary')}**")
        st.code(f"{sentence}\n{url}" if len(url) <= LONGEST else sentence, language=None, wrap_lines=True)
        st.markdown(f"**{texts('share.command')}**")
        st.code(share.command(setup), language="bash", wrap_lines=True)
        st.markdown(f"**{texts('share.python')}**")
        st.code(share.python(setup), language="python", wrap_lines=True)
        st.markdown(f"**{texts('share.yaml')}**")
        text = share.yaml(setup)
        ui.download(
            texts("share.yaml_download"), lambda: text, f"{share.own_name(setup)}.yaml", "text/yaml", key="share.yaml"
        )
        st.code(text, language="yaml", wrap_lines=True)

    dialog()


def downloads(run: Finished) -> None:
    """Everything of the run as a zip, its report, and all indicators as CSV."""
    texts, name = session.texts(), share.own_name(run.setup)
    box = st.popover(texts("share.downloads"), key="downloads", on_change="rerun")
    if not box.open:  # what is folded away costs nothing
        return
    with box:
        ui.download(texts("share.report"), lambda: share.report(run), f"{name}.html", "text/html", key="dl.report")
        ui.download(texts("share.zip"), lambda: share.archive(run), f"{name}.zip", "application/zip", key="dl.zip")
        ui.download(
            texts("share.csv"),
            lambda: run.result.indicators.to_csv(index=False, float_format="%.10g").encode("utf-8-sig"),
            f"{name}-indicators.csv",
            "text/csv",
            key="dl.csv",
        )
        st.caption(texts("share.downloads_note"))
