"""Start the server: on this machine only, with the options of :mod:`sim.explorer.settings`."""

from __future__ import annotations

import streamlit as st

from sim.explorer.settings import CONFIG
from sim.resources import app_file


def serve(port: int, *, browser: bool) -> None:
    """Run the server until it is stopped; with ``browser`` also open it."""
    st.App(str(app_file())).run(config={**CONFIG, "server.port": port, "server.headless": not browser})
