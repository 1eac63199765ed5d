"""Widgets that follow what the session holds, and selections of a page that outlive a visit and travel with its link.

A page asks for a selection by its key, one of :data:`sim.explorer.setups.codec.PICKS`. What is shown is noted, and what differs
from the page's own default goes into the address. What a link asked for and is not offered here, and what no address can
carry, is said beside the selection.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from sim.explorer.parts import session
from sim.explorer.parts.session import say
from sim.explorer.setups.codec import PICKS, RUN, lost, written

#: Stands for None among the options of a selection.
NOTHING = "-"


def widget(
    draw: Callable[..., Any],
    label: str,
    key: str,
    value: Any,
    act: Callable[[Any], None],
    options: Sequence[Any] | None = None,
    show: Callable[[Any], str] = str,
    **settings: Any,
) -> None:
    """Draw a widget that follows ``value`` and hands what is chosen in it to ``act``.

    Options are ids: translated by ``show`` only for the eye, so that changing the language keeps the choice. None among the
    options is "nothing of these"; Streamlit would take it for an empty box. The browser sends a choice by the words that it
    showed, and may send those of the other language: what is none of the options is passed over.
    """
    ids = {NOTHING if option is None else option: option for option in options or ()}
    if options is not None:
        # Names are looked up now: the function is called outside the script, too.
        names = {id: show(option) for id, option in ids.items()}
        settings |= {"options": list(ids), "format_func": lambda id: names.get(id, id)}

    def changed() -> None:
        new = st.session_state[key]
        if options is None:
            act(new)
        elif isinstance(new, list) and all(id in ids for id in new):
            act(tuple(new))
        elif not isinstance(new, list) and new in ids:
            act(ids[new])

    session.preset_widget(key, NOTHING if value is None else value)
    draw(label, key=key, on_change=changed, **settings)


def words(prefix: str) -> Callable[[Any], str]:
    """Names of options that stand in the catalogues under one prefix."""
    return lambda option: say(f"{prefix}{option}")


def but(id: Any, key: str, show: Callable[[Any], str] = str) -> Callable[[Any], str]:
    """Names of options of which one, "all" or "nothing", stands in the catalogues under a key."""
    return lambda option: say(key) if option == id else show(option)


def kept(name: str, default: Any) -> Any:
    """A selection of a page; ``default`` until it is made."""
    return session.now().picks.get(name, default)


def put(name: str, value: Any) -> None:
    """Keep a selection of a page."""
    session.now().picks[name] = value
    session.now().came.pop(name, None)


def note(name: str, value: Any, default: Any) -> None:
    """Note what is shown and what would be shown without a choice, for the address; say what it does not carry."""
    session.now().shown[name] = (value, default)
    here = list(value) if PICKS[name].many else [value]
    left = [str(part) for part in here if part is not None and lost(name, part)]
    if left:
        stays = [part.partition(":")[2] or session.texts().get(f"picks.{part}") or part for part in left]
        st.caption(say("picks.not_carried", names=say("flows.list_join").join(stays)))
    if any(part == "folder" or str(part).startswith(RUN) for part in here):
        st.caption(say("picks.only_here"))


def missed(name: str, value: Any) -> None:
    """Say what the link asked for and is not offered, until something is chosen."""
    if name in session.now().came:
        st.warning(say("picks.gone", part=f"{name}={written(name, value)}"))


def choose(
    name: str,
    options: Sequence[Any],
    default: Any = None,
    show: Callable[[Any], str] = str,
    *,
    label: str = "",
    draw: Callable[..., Any] = st.selectbox,
    key: str = "",
    elsewhere: Any = None,
    **settings: Any,
) -> Any:
    """A selection of the page by ids; a kept one that is no longer offered falls back to ``default``, or the first.

    Its label stands in the catalogues under its name unless told, here and in all selections below. ``elsewhere`` is the
    default that a link meets where it is opened, if that is another one.
    """
    default = default if default in options else options[0]
    wanted = kept(name, default)
    value = wanted if wanted in options else default
    widget(draw, label or say(name), key or name, value, partial(put, name), options, show, **settings)
    note(name, value, elsewhere or default)
    if wanted not in options:
        missed(name, wanted)
    return value


def choose_radio(name: str, options: Sequence[str], show: Callable[[str], str] | None = None, **settings: Any) -> str:
    """One of a few options, all in sight, with names under that of the selection unless told."""
    return str(choose(name, options, None, show or words(f"{name}_"), draw=st.radio, horizontal=True, **settings))


def choose_many(
    name: str,
    options: Sequence[str],
    show: Callable[[str], str],
    default: Sequence[str] = (),
    *,
    label: str = "",
    most: int | None = None,
    **settings: Any,
) -> tuple[str, ...]:
    """Some of the options, at most ``most`` of them."""
    wanted = tuple(kept(name, default))
    value = tuple(option for option in wanted if option in options)[:most]
    settings |= {"act": partial(put, name), "options": options, "show": show, "max_selections": most}
    widget(st.multiselect, label or say(name), name, list(value), **settings)
    note(name, value, tuple(default))
    if value != wanted:
        missed(name, tuple(option for option in wanted if option not in value))
    return value


def choose_flag(name: str, draw: Callable[..., Any], *, label: str = "", **settings: Any) -> bool:
    """Something on or off, off to begin with; ``draw`` is ``st.checkbox`` or ``st.toggle``."""
    value = bool(kept(name, False))
    widget(draw, label or say(name), name, value, partial(put, name), **settings)
    note(name, value, False)
    return value


def choose_span(name: str, first: int, last: int) -> tuple[int, int]:
    """First and last year of a span within ``first`` and ``last``."""
    if first == last:
        return first, last
    low, high = kept(name, (first, last))
    span = (max(low, first), min(high, last)) if low <= last and high >= first else (first, last)
    act = partial(put, name)
    widget(st.slider, say(name), name, span, lambda new: act(tuple(new)), min_value=first, max_value=last)
    note(name, span, (first, last))
    return span


def choose_year(key: str, years: Sequence[int], label: str = "", usual: int | None = None) -> int:
    """Year of the page: the one that all pages share where it is there, else the ``usual`` one, the last unless told."""
    wanted, label, usual = session.view().year, label or say("yearpick.label"), usual or years[-1]
    value = wanted if wanted is not None and wanted in years else usual
    if len(years) == 1:
        st.caption(f"{label}: {value}")
        return value

    def look(year: int) -> None:
        session.look(year=None if year == usual else year)

    if years[-1] - years[0] == len(years) - 1:
        widget(st.slider, label, key, value, look, min_value=years[0], max_value=years[-1])
    else:  # years are missing
        widget(st.select_slider, label, key, value, look, years)
    return value


def choose_economy(key: str, codes: Sequence[str], show: Callable[[str], str], default: str = "CHN") -> str:
    """Economy of the page: the one that all pages share where it is there."""
    wanted = session.view().economy
    value = wanted if wanted in codes else default if default in codes else codes[0]
    widget(st.selectbox, say(key), key, value, lambda code: session.look(economy=code), codes, show)
    return value
