"""``unweave app``: start the explorer on this machine and open it in the browser."""

import os
import socket
from importlib.util import find_spec
from typing import Annotated

from typer import Argument, Option

from sim.cli.options import Lang, RunsFolder
from sim.errors import OutputError, SimError

#: Port that is tried first.
PORT = 8501


class AppError(SimError):
    """The explorer cannot be started."""


def app(
    run: Annotated[str | None, Argument(metavar="[RUN]", help="A run folder, a part of its name, or `latest`.")] = None,
    port: Annotated[int | None, Option(min=1, max=65535, help="Port [8501, or the next free one].")] = None,
    lang: Annotated[Lang | None, Option(help="Language to start in [the browser's].")] = None,
    no_browser: Annotated[bool, Option("--no-browser", help="Do not open a browser.")] = False,
    runs: RunsFolder = None,
) -> int:
    """Start the explorer: pull levers and see at once what happens. It listens on this machine only; Ctrl-C ends it.

    For example:
      unweave app
      unweave app latest --lang zh
      unweave app --port 8600 --no-browser
    """
    if find_spec("streamlit") is None:
        how = "Install it with: pip install 'unweave[app]'"
        raise AppError(f"the explorer needs Streamlit, which is not installed. {how}")
    chosen = free_port(port)
    if run is not None:
        from sim.runs.folder import runs_folder
        from sim.runs.saved import find_run, read_run

        folder = find_run(run, runs_folder(runs))
        if not read_run(folder).years:
            message = f"run {folder.name} has no finished year; there is nothing to show. Run the scenario again."
            raise OutputError(message)
        os.environ["UNWEAVE_APP_RUN"] = str(folder.resolve())
    if lang is not None:
        os.environ["UNWEAVE_APP_LANG"] = lang
    from sim.explorer.main import serve

    serve(chosen, browser=not no_browser)
    return 0


def free_port(wanted: int | None) -> int:
    """The port asked for, or the first free one from :data:`PORT`; an :class:`AppError` where it is taken, or all are."""
    for port in [wanted] if wanted is not None else range(PORT, PORT + 50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    what = f"port {wanted} is" if wanted is not None else f"ports {PORT} to {PORT + 49} are"
    raise AppError(f"{what} in use. Choose another with --port, or end the program that uses it.")
