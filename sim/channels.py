"""The registry of channels: what can move the world in a scenario, so that a change can be attributed to each.

Every rule, every lever of a policy, the events and the assumed growth belong to exactly one channel. A channel is switched off
by taking away its policies and events and by making its rules inactive (:mod:`sim.studies.attribution`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from decomp.codes import rows_in


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel; rules and levers name theirs by id."""

    id: str
    label_en: str
    label_zh: str
    meaning: str

    def label(self, lang: str) -> str:
        """Label in a language, ``en`` or ``zh``."""
        return self.label_zh if lang == "zh" else self.label_en


#: Channels by id, in the order of every table and picture; lines of ``channels.csv``.
CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {row["id"]: Channel(**row) for row in rows_in("sim", "channels.csv")}
)
EVENTS, PATHS = "events", "paths"
#: What moves although every channel is switched off; zero up to rounding unless something escapes the channels.
RESIDUAL = "residual"


def channel(id: str) -> Channel:
    """Return a channel by id; that of a rule of one's own is called like the rule."""
    return CHANNELS.get(id) or Channel(id, id, id, "")


def in_order(ids: Iterable[str]) -> list[str]:
    """Channels in the order of every table and picture, those of rules of one's own first; no residual.

    >>> in_order(["residual", "trust", "my-rule", "automation"])
    ['my-rule', 'automation', 'trust']
    """
    known = list(dict.fromkeys(id for id in ids if id != RESIDUAL))
    return [id for id in known if id not in CHANNELS] + [id for id in CHANNELS if id in known]


def channels_of(rules: Iterable[Any]) -> Mapping[str, Channel]:
    """All channels of some rules: those of the registry, then one for every rule that belongs to none of them."""
    return {id: channel(id) for id in in_order([*(rule.channel for rule in rules), *CHANNELS])}
