"""Which run a page looks at: the laboratory's, one of the library, a kept one, an uploaded one, or an opened run folder."""

from __future__ import annotations

import streamlit as st

from sim.errors import OutputError
from sim.explorer.parts import picking, ui
from sim.explorer.setups.engine import Finished
from sim.explorer.setups.setup import Setup, presets, untouched
from sim.explorer.state import session
from sim.runs.result import RunResult
from sim.runs.saved import Run
from sim.texts import Texts

#: Ids of the laboratory's run, of the opened run folder and of the run of an uploaded scenario.
LAB, FOLDER, GIVEN = "lab", "folder", "given"
#: Key of the session that holds the finished run of an uploaded scenario.
GIVEN_RUN = "x.given_run"
#: Choice of the pages on one run, and the key of the session of the finished run behind it.
LOOK_AT, _RESULT = "look_at", "x.look_result"


def given_run() -> Finished | None:
    """The finished run of an uploaded scenario."""
    found: Finished | None = st.session_state.get(GIVEN_RUN)
    return found


def opened(*, say: bool = True) -> Run | None:
    """The opened run folder; when it cannot be read the reason is shown and it counts as closed."""
    try:
        return session.opened()
    except OutputError as error:
        if say:
            st.warning(session.texts()("files.unreadable", why=str(error)))
        return None


def _options(folder: Run | None) -> list[str]:
    found = [FOLDER] if folder is not None else []
    found += [GIVEN] if given_run() is not None else []
    return [*found, LAB, *(f"named:{name}" for name in session.named()), *(f"preset:{name}" for name in presets())]


def _title(one: str, folder: Run | None, texts: Texts) -> str:
    kind, _, name = one.partition(":")
    if kind == "preset":
        return ui.preset_title(name)
    if one == FOLDER and folder is not None:
        return texts("files.is_folder", name=folder.folder.name if folder.folder else folder.name)
    if one == GIVEN:
        run = given_run()
        return texts("files.is_given", name=run.result.scenario.name if run else "")
    key = "files.is_kept" if kind == "named" else "files.is_lab_changed" if session.setup().changed else "files.is_lab"
    return texts(key, name=name or ui.preset_title(session.setup().preset))


def choose(key: str, *, say: bool = True) -> Run | None:
    """Draw the selection and return the run; None when it has not been computed yet, which is then said.

    ``say``: also say why a run folder cannot be opened.
    """
    texts, folder = session.texts(), opened(say=say)
    options = _options(folder)
    names = {one: _title(one, folder, texts) for one in options}
    value = picking.choose(
        texts("files.which"), options, LOOK_AT, options[0], lambda one: names.get(one, one), key=key, elsewhere=LAB
    )
    if value == FOLDER:
        return folder
    run = given_run() if value == GIVEN else session.run_of(_setup(value))
    if run is None:
        ui.nothing(texts("files.not_computed", name=names[value]), page="lab", key=f"{key}.go")
        return None
    ui.partial(run)
    st.session_state[_RESULT] = run
    return run.saved


def result_of(run: Run) -> RunResult | None:
    """The result in memory behind the run that was chosen last; None for a run folder."""
    found: Finished | None = st.session_state.get(_RESULT)
    return found.result if found is not None and found.saved is run else None


def _setup(one: str) -> Setup:
    kind, _, name = one.partition(":")
    if kind == "preset":
        return untouched(name, session.setup())
    return session.named()[name] if kind == "named" else session.setup()
