"""What a session remembers: the setup with its history, the view, choices of pages, jobs, an opened run; and how a page gets at runs.

Widgets never hold the truth: before a widget is drawn its value is set from the session, and its callback changes the session.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import streamlit as st

from sim.explorer.setups.codec import PICKS, Decoded, View, decode, encode
from sim.explorer.setups.engine import Job, JobManager, Store
from sim.explorer.setups.levers import at, changes, data_of
from sim.explorer.setups.setup import OWN, GivenTable, Setup
from sim.explorer.setups.uploads import Unpacked
from sim.runs.result import RunResult
from sim.runs.saved import Run, read_run
from sim.texts import LANGUAGES, Texts

#: Key of the session.
SESSION = "x.session"
#: Environment variables: the folder of a run to open (``unweave app RUN``) and the language to start in (``--lang``).
RUN_VARIABLE, LANG_VARIABLE = "UNWEAVE_APP_RUN", "UNWEAVE_APP_LANG"
#: Steps of the history that can be undone, named scenarios that are kept for comparing, and long runs that are listed.
STEPS, MOST_NAMED, MOST_JOBS = 100, 12, 12


@dataclass
class Session:
    """One visit.

    ``link`` is what the link said; of it ``unknown`` are the parts that were not understood, ``came`` the choices of pages that it brought, ``picks``
    those that hold, ``shown`` those in sight with their defaults. ``off``: the last change is switched off; ``turned``: this
    script speaks another language than the one before. ``tables`` were handed in, by id; ``unpacked`` is the folder of an uploaded zip, which goes with the session.
    """

    setup: Setup
    view: View
    unknown: tuple[str, ...]
    came: dict[str, Any]
    history: list[Setup]
    place: int = 0
    off: bool = False
    spoken: str = ""
    turned: bool = False
    picks: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    named: dict[str, Setup] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    link: Decoded | None = None
    tables: dict[str, GivenTable] = field(default_factory=dict)
    folder: Path | None = None
    unpacked: Unpacked | None = None


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The finished runs, shared by all sessions."""
    return Store()


@st.cache_resource(show_spinner=False)
def manager() -> JobManager:
    """The long runs, shared by all sessions."""
    return JobManager(store())


def now() -> Session:
    """The session of this visitor."""
    session: Session = st.session_state[SESSION]
    return session


def begin() -> None:
    """Read the link of a new session; later visits keep what the session holds. Called at the start of every script."""
    if SESSION not in st.session_state:
        query = st.query_params.to_dict()
        link = decode(query)
        wanted = os.environ.get(LANG_VARIABLE) or st.context.locale or ""
        spoken = next((lang for lang in LANGUAGES if wanted.lower().startswith(lang)), LANGUAGES[0])
        seen = replace(link.view, lang=link.view.lang if query.get("l") in LANGUAGES else spoken, picks=())
        came, folder = dict(link.view.picks), os.environ.get(RUN_VARIABLE)
        begun = Session(link.setup, seen, link.unknown, came, [link.setup], picks=dict(came))
        begun.folder, begun.link = Path(folder) if folder else None, link
        st.session_state[SESSION] = begun
    session, lang = now(), view().lang
    session.turned, session.spoken = session.spoken not in ("", lang), lang


def finish(page: str) -> None:
    """Write the link of what a page shows into the address bar.

    Of the choices of the page those that differ from its defaults; one that it cannot show yet stays as the link gave it.
    """
    session = now()
    keys = [key for key, pick in sorted(PICKS.items()) if page in pick.pages]
    picks = {key: session.came[key] for key in keys if key in session.came and key not in session.shown}
    shown = {key: session.shown[key] for key in keys if key in session.shown}
    picks |= {key: value for key, (value, default) in shown.items() if value != default}
    wanted = encode(session.setup, replace(session.view, picks=tuple(picks.items())))
    if session.link is not None and session.link.refused and session.setup == session.link.setup:
        wanted["s"] = session.link.refused  # until something is changed, what was not taken stays in the address
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def setup() -> Setup:
    """What the user has chosen."""
    return now().setup


def change(new: Setup) -> None:
    """Replace the setup; the old one can be undone. A lever that is moved on and on is one change."""
    session = now()
    if new != session.setup:
        before = session.history[: session.place + 1]
        if session.place and len(parts := _parts(before[-2], new)) == 1 and parts == _parts(before[-1], new):
            before = before[:-1]
        session.history = [*before, new][-STEPS:]
        session.place, session.setup = len(session.history) - 1, new
        session.unknown, session.off = (), False


def _parts(one: Setup, other: Setup) -> set[Any]:
    """In which levers and options two setups differ."""
    moved: set[Any] = {part[:1] for part in {*one.changes} ^ {*other.changes}}
    said = [data_of(each.own) for each in (one, other)]
    paths = {path for data in said for path in changes(data)}
    moved |= {(OWN, *path) for path in paths if at(said[0], path) != at(said[1], path)}
    same = replace(one, changes=other.changes, own=other.own)
    return moved | {field.name for field in fields(Setup) if getattr(same, field.name) != getattr(other, field.name)}


def step(by: int) -> None:
    """Undo (−1) or redo (+1)."""
    if can_step(by):
        session = now()
        session.place += by
        session.setup = session.history[session.place]


def can_step(by: int) -> bool:
    """Whether there is something to undo (−1) or redo (+1)."""
    return 0 <= now().place + by < len(now().history)


def replay() -> None:
    """Switch the last change off, or on again."""
    off = now().off and can_step(+1)
    step(+1 if off else -1)
    now().off = not off


def keep(name: str, wanted: Setup | None = None) -> None:
    """Keep a setup, the current one unless told, under a name; the oldest is dropped when there are too many."""
    kept = {**now().named, name: wanted or setup()}
    now().named = dict(list(kept.items())[-MOST_NAMED:])


def view() -> View:
    """What the user looks at."""
    return now().view


def look(**changes: Any) -> None:
    """Change the view: ``lang``, ``year``, ``economy`` or ``charts``."""
    now().view = replace(view(), **changes)


def texts() -> Texts:
    """Texts in the language of the session."""
    return Texts(view().lang)


def say(key: str, **values: Any) -> str:
    """One text in the language of the session."""
    return texts()(key, **values)


def run_of(wanted: Setup) -> RunResult | None:
    """The run of a setup: made now on the classroom table; elsewhere only if it is finished already."""
    return store().get(wanted) if wanted.live else store().peek(wanted)


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(folder: str, written: float) -> Run:
    del written  # a folder that was written again is read again
    return read_run(folder)


def read_folder(folder: Path) -> Run:
    """A run folder, read once; an OutputError when it cannot be read."""
    file = folder / "run.json"
    return _read(str(folder), file.stat().st_mtime if file.is_file() else 0.0)


def opened() -> Run | None:
    """The run folder that the application was started with or a page has opened; an OutputError when it cannot be read."""
    folder = now().folder
    return read_folder(folder) if folder else None


def open_folder(folder: Path | None) -> None:
    """Open a run folder in this session; None closes it."""
    now().folder = folder


def preset_widget(key: str, value: Any) -> str:
    """Set the value of a widget from the session, before it is drawn; returns the key.

    In a new language it is set even if it is the same, so that the browser learns the new words for it.
    """
    if st.session_state.get(key) != value or now().turned:
        st.session_state[key] = value
    return key


def same_choice(key: str, options: Collection[Any]) -> str:
    """Let a widget that holds its own value keep it in a new language; what is none of the options is forgotten."""
    held = st.session_state.get(key)
    if held is not None and held not in options:
        del st.session_state[key]
    elif key in st.session_state and now().turned:
        st.session_state[key] = held
    return key
