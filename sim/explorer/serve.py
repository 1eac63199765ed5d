"""Start the server: on this machine only, with the options of :mod:`sim.explorer.settings`."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import streamlit as st

from sim.explorer.settings import CONFIG
from sim.explorer.setups.engine import Store
from sim.resources import app_file

#: Seconds between two looks for a first visitor, for whom the first page is left to come, and between two runs.
LOOK, LEAVE, BETWEEN = 1.0, 3.0, 0.1


def serve(port: int, *, browser: bool) -> None:
    """Run the server until it is stopped; with ``browser`` also open it."""
    from sim.explorer.state.session import store

    threading.Thread(target=lambda: prepare(store()), name="prepare", daemon=True).start()
    st.App(str(app_file())).run(config={**CONFIG, "server.port": port, "server.headless": not browser})


def prepare(store: Store) -> None:
    """Once somebody is there, run every scenario of the library on the classroom table, so that a story is there at once."""
    from sim.explorer.setups.setup import Setup, presets

    while not len(store):
        time.sleep(LOOK)
    time.sleep(LEAVE)
    for name in presets():
        with suppress(Exception):  # who chooses it is told
            store.get(Setup(preset=name))
        time.sleep(BETWEEN)
