"""Start the server: on this machine only, with the options of :mod:`sim.explorer.settings`."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import streamlit as st

from sim.explorer.settings import CONFIG
from sim.explorer.setups.engine import Store

#: Seconds between two looks, and for how long nobody may have asked for a run before one is made ahead.
LOOK, QUIET = 0.5, 3.0


def serve(port: int, *, browser: bool) -> None:
    """Run the server until it is stopped; with ``browser`` also open it."""
    from sim.explorer.state.session import store

    threading.Thread(target=lambda: prepare(store()), name="prepare", daemon=True).start()
    st.App(str(app_file())).run(config={**CONFIG, "server.port": port, "server.headless": not browser})


def prepare(store: Store) -> None:
    """While visitors read, run every scenario of the library on the classroom table, so that a story is there at once."""
    from sim.explorer.setups.setup import Setup, presets

    for name in presets():
        while not (store.asked and time.monotonic() - store.asked > QUIET):
            time.sleep(LOOK)
        with suppress(Exception):  # who chooses it is told
            store.ahead(Setup(preset=name))


def app_file() -> Path:
    """Entry script of the explorer: inside an installed package, else the repository's ``app.py``.

    Raises
    ------
    FileNotFoundError
        The installation has neither; it is incomplete.
    """
    package = Path(str(files("sim")))
    for file in (package / "_app.py", package.parent / "app.py"):
        if file.is_file():
            return file
    raise FileNotFoundError(f"no app.py in {package}; reinstall the package")
