"""Selections of a page that outlive a visit to another page and travel with its link.

A page asks for a selection by its key, one of :data:`sim.explorer.state.picks.PICKS`. What is shown is noted, and what differs from
the page's own default goes into the address. What a link asked for and is not offered here, and what no address can carry,
is said beside the selection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from sim.explorer.contents.sources import Source
from sim.explorer.parts import ui
from sim.explorer.state import session
from sim.explorer.state.picks import PICKS, RUN, lost, written
from sim.explorer.state.session import CAME, SHOWN


def kept(name: str, default: Any) -> Any:
    """A selection of a page; ``default`` until it is made."""
    return st.session_state.get(f"x.{name}", default)


def put(name: str, value: Any) -> None:
    """Keep a selection of a page."""
    st.session_state[f"x.{name}"] = value
    st.session_state[CAME].pop(name, None)


def note(name: str, value: Any, default: Any) -> None:
    """Note what is shown and what would be shown without a choice, for the address; say what it does not carry."""
    st.session_state[SHOWN][name] = (value, default)
    here = list(value) if PICKS[name].many else [value]
    texts = session.texts()
    left = [str(one) for one in here if one is not None and lost(name, one)]
    stays = [one.partition(":")[2] or texts.get(f"picks.{one}") or one for one in left]
    if stays:
        st.caption(texts("picks.not_carried", names=texts("flows.list_join").join(stays)))
    if any(one == "folder" or str(one).startswith(RUN) for one in here):
        st.caption(texts("picks.only_here"))


def missed(name: str, value: Any) -> None:
    """Say what the link asked for and is not offered, until something is chosen."""
    if name in st.session_state[CAME]:
        st.warning(session.texts()("picks.gone", part=f"{name}={written(name, value)}"))


def choose(
    label: str,
    options: Sequence[Any],
    name: str,
    default: Any,
    show: Callable[[Any], str],
    *,
    key: str = "",
    elsewhere: Any = None,
    **settings: Any,
) -> Any:
    """A selection of the page by ids; a kept one that is no longer offered falls back to ``default``.

    ``elsewhere`` is the default that a link meets where it is opened, if that is another one.
    """
    default = default if default in options else options[0]
    wanted = kept(name, default)
    value = wanted if wanted in options else default
    ui.select(label, list(options), value, lambda new: put(name, new), key=key or name, show=show, **settings)
    note(name, value, elsewhere or default)
    if wanted not in options:
        missed(name, wanted)
    return value


def choose_many(
    label: str,
    options: Sequence[str],
    name: str,
    default: Sequence[str],
    show: Callable[[str], str],
    *,
    most: int | None = None,
    **settings: Any,
) -> tuple[str, ...]:
    """Some of the options, at most ``most`` of them."""
    wanted = tuple(kept(name, default))
    value = tuple(one for one in wanted if one in options)[:most]
    names = {one: show(one) for one in options}
    key = session.preset_widget(name, list(value))
    st.multiselect(
        label,
        list(options),
        key=key,
        format_func=lambda one: names.get(one, one),
        max_selections=most,
        on_change=session.setter(key, lambda new: put(name, tuple(new)), names),
        **settings,
    )
    note(name, value, tuple(default))
    if value != wanted:
        missed(name, tuple(one for one in wanted if one not in value))
    return value


def choose_radio(label: str, options: Sequence[str], name: str, show: Callable[[str], str], **settings: Any) -> str:
    """One of a few options, all in sight."""
    wanted = kept(name, options[0])
    value = str(wanted if wanted in options else options[0])
    names = {one: show(one) for one in options}
    key = session.preset_widget(name, value)
    st.radio(
        label,
        list(options),
        key=key,
        horizontal=True,
        format_func=lambda one: names.get(one, one),
        on_change=session.setter(key, lambda new: put(name, new), names),
        **settings,
    )
    note(name, value, options[0])
    if wanted not in options:
        missed(name, wanted)
    return value


def choose_flag(label: str, name: str, draw: Callable[..., Any], **settings: Any) -> bool:
    """Something on or off, off to begin with; ``draw`` is ``st.checkbox`` or ``st.toggle``."""
    value = bool(kept(name, False))
    key = session.preset_widget(name, value)
    draw(label, key=key, on_change=session.setter(key, lambda on: put(name, bool(on))), **settings)
    note(name, value, False)
    return value


def choose_year(years: Sequence[int], label: str, *, key: str) -> int:
    """Year of the page: the one that all pages share where it is there, else the last."""
    wanted = session.view().year
    value = wanted if wanted is not None and wanted in years else years[-1]
    if len(years) > 1:
        key = session.preset_widget(key, value)
        st.slider(label, years[0], years[-1], key=key, on_change=session.setter(key, lambda new: _look(new, years[-1])))
    else:
        st.caption(f"{label}: {value}")
    return value


def _look(year: int, last: int) -> None:
    session.look(year=None if year == last else year)


def choose_economy(source: Source, label: str, *, key: str, default: str = "CHN", others: Sequence[str] = ()) -> str:
    """Economy of the page: the one that all pages share where it is there."""
    options, wanted = [*others, *source.codes], session.view().economy
    value = wanted if wanted in options else default if default in options else options[0]
    names = source.names(session.texts())
    ui.select(label, options, value, lambda code: session.look(economy=code), key=key, show=names.economy)
    return value
