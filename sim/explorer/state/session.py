"""What a session remembers: the setup with its history, the view, the opened run; and how a page gets at the runs.

Widgets never hold the truth: before a widget is drawn its value is set from the setup, and its callback changes the setup.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from sim.explorer.setups.engine import Finished, Store, baseline_of, is_live
from sim.explorer.setups.jobs import Job, JobManager
from sim.explorer.setups.setup import Setup
from sim.explorer.state.codec import decode, encode
from sim.explorer.state.picks import PICKS
from sim.explorer.state.views import View
from sim.runs.saved import Run
from sim.texts import LANGUAGES, Texts

#: Keys of the session.
SETUP, VIEW, HISTORY, PLACE, UNKNOWN, JOB, OFF, NAMED, SPOKEN, TURNED = (
    f"x.{name}" for name in ("setup", "view", "history", "place", "unknown", "job", "off", "named", "spoken", "turned")
)
#: Choices of single pages: what is shown with its default, by key, and the keys of those that came with the link.
SHOWN, CAME = "x.shown_picks", "x.came"
#: Environment variable with the folder of a run to open, set by ``unweave app RUN``.
RUN_VARIABLE = "UNWEAVE_APP_RUN"
#: Environment variable with the language to start in, set by ``unweave app --lang``.
LANG_VARIABLE = "UNWEAVE_APP_LANG"
#: Steps of the history that can be undone.
STEPS = 100
#: Named scenarios that a session keeps for comparing.
MOST_NAMED = 12


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The finished runs, shared by all sessions."""
    return Store()


@st.cache_resource(show_spinner=False)
def manager() -> JobManager:
    """The long runs, shared by all sessions."""
    return JobManager(store())


def begin() -> None:
    """Read the link of a new session; later visits keep what the session holds."""
    if SETUP in st.session_state:
        return
    query = {key: st.query_params[key] for key in st.query_params}
    found = decode(query)
    lang = found.view.lang if query.get("l") in LANGUAGES else _language()
    st.session_state[SETUP] = found.setup
    st.session_state[VIEW] = replace(found.view, lang=lang, picks=())
    for key, value in found.view.picks:
        st.session_state[f"x.{key}"] = value
    st.session_state[SHOWN], st.session_state[CAME] = {}, dict(found.view.picks)
    st.session_state[HISTORY] = [found.setup]
    st.session_state[PLACE] = 0
    st.session_state[UNKNOWN] = found.unknown
    st.session_state[NAMED] = {}


def _language() -> str:
    given = os.environ.get(LANG_VARIABLE) or (st.context.locale or "")
    return next((lang for lang in LANGUAGES if given.lower().startswith(lang)), LANGUAGES[0])


def speak() -> None:
    """Note at the start of a script whether it speaks another language than the one before."""
    lang = view().lang
    st.session_state[TURNED] = st.session_state.get(SPOKEN, lang) != lang
    st.session_state[SPOKEN] = lang


def finish(page: str) -> None:
    """Write the link of what a page shows into the address bar."""
    wanted = encode(setup(), replace(view(), picks=_picks(page)))
    if {key: st.query_params[key] for key in st.query_params} != wanted:
        st.query_params.from_dict(wanted)


def _picks(page: str) -> tuple[tuple[str, Any], ...]:
    """Choices of a page that differ from its defaults; one that it cannot show yet stays as the link gave it."""
    shown, came = st.session_state[SHOWN], st.session_state[CAME]
    keys = [key for key, pick in sorted(PICKS.items()) if page in pick.pages]
    changed = {key: shown[key][0] for key in keys if key in shown and shown[key][0] != shown[key][1]}
    return tuple(({key: came[key] for key in keys if key in came and key not in shown} | changed).items())


# -- the setup and its history -------------------------------------------------------------------


def setup() -> Setup:
    """What the user has chosen."""
    found: Setup = st.session_state[SETUP]
    return found


def change(new: Setup) -> None:
    """Replace the setup; the old one can be undone."""
    if new == setup():
        return
    past = st.session_state[HISTORY][: st.session_state[PLACE] + 1]
    st.session_state[HISTORY] = [*past, new][-STEPS:]
    st.session_state[PLACE] = len(st.session_state[HISTORY]) - 1
    st.session_state[SETUP] = new
    st.session_state[UNKNOWN] = ()
    st.session_state[OFF] = False


def step(by: int) -> None:
    """Undo (−1) or redo (+1)."""
    history, place = st.session_state[HISTORY], st.session_state[PLACE] + by
    if 0 <= place < len(history):
        st.session_state[PLACE], st.session_state[SETUP] = place, history[place]


def can_step(by: int) -> bool:
    """Whether there is something to undo (−1) or redo (+1)."""
    return bool(0 <= st.session_state[PLACE] + by < len(st.session_state[HISTORY]))


def replay() -> None:
    """Switch the last change off, or on again."""
    off = bool(st.session_state.get(OFF)) and can_step(+1)
    step(+1 if off else -1)
    st.session_state[OFF] = not off


def unknown() -> tuple[str, ...]:
    """Parts of the link that were not understood."""
    found: tuple[str, ...] = st.session_state[UNKNOWN]
    return found


def named() -> dict[str, Setup]:
    """Scenarios that the user has kept for comparing, by name."""
    found: dict[str, Setup] = st.session_state[NAMED]
    return found


def keep(name: str, wanted: Setup | None = None) -> None:
    """Keep a setup, the current one unless told, under a name; the oldest is dropped when there are too many."""
    kept = {**named(), name: wanted or setup()}
    st.session_state[NAMED] = dict(list(kept.items())[-MOST_NAMED:])


# -- the view --------------------------------------------------------------------------------------


def view() -> View:
    """What the user looks at."""
    found: View = st.session_state[VIEW]
    return found


def look(**changes: Any) -> None:
    """Change the view: ``lang``, ``year``, ``economy`` or ``charts``."""
    st.session_state[VIEW] = replace(view(), **changes)


def texts() -> Texts:
    """Texts in the language of the session."""
    return Texts(view().lang)


# -- the runs --------------------------------------------------------------------------------------


def current() -> Finished | None:
    """The run of the current setup: made now on the classroom table; elsewhere only if it is finished already."""
    return run_of(setup())


def baseline() -> Finished | None:
    """The run that results are set against: drawn dashed everywhere."""
    return run_of(baseline_of(setup()))


def run_of(wanted: Setup) -> Finished | None:
    """Any setup, on the terms of :func:`current`."""
    return store().get(wanted) if is_live(wanted) else store().peek(wanted)


def job() -> Job | None:
    """The long run that this session waits for, or has just waited for."""
    found: Job | None = st.session_state.get(JOB)
    return found


def submit(wanted: Setup, years: int) -> Job:
    """Start a long run for this session."""
    st.session_state[JOB] = manager().submit(wanted, years)
    found: Job = st.session_state[JOB]
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(folder: str) -> Run:
    from sim.runs.saved import read_run

    return read_run(folder)


def has_folder() -> bool:
    """Whether a run folder was named, readable or not."""
    return bool(st.session_state.get("x.folder") or os.environ.get(RUN_VARIABLE))


def opened() -> Run | None:
    """The run folder that the application was started with (``unweave app RUN``), or that a page has opened.

    Raises
    ------
    OutputError
        It cannot be read.
    """
    folder = st.session_state.get("x.folder") or os.environ.get(RUN_VARIABLE)
    return _read(str(Path(folder))) if folder else None


def open_folder(folder: Path | None) -> None:
    """Open a run folder in this session; None closes it."""
    st.session_state["x.folder"] = str(folder) if folder else None


def setter(key: str, act: Callable[[Any], None], among: Collection[Any] | None = None) -> Callable[[], None]:
    """Callback that hands the new value of the widget ``key`` to ``act``.

    The browser sends a choice by the words that it showed, and may send those of the other language; what is not
    ``among`` the options is no choice and is passed over.
    """

    def called() -> None:
        value = st.session_state[key]
        if among is None or all(one in among for one in (value if isinstance(value, list) else [value])):
            act(value)

    return called


def preset_widget(key: str, value: Any) -> str:
    """Set the value of a widget from the setup, before it is drawn; returns the key.

    In a new language it is set even if it is the same, so that the browser learns the new words for it.
    """
    if st.session_state.get(key) != value or st.session_state.get(TURNED):
        st.session_state[key] = value
    return key


def same_choice(key: str, options: Collection[Any]) -> str:
    """Let a widget that holds its own value keep it in a new language; what is none of the options is forgotten."""
    if key in st.session_state:
        held = st.session_state[key]
        if held is not None and held not in options:
            del st.session_state[key]
        elif st.session_state.get(TURNED):
            st.session_state[key] = held
    return key
