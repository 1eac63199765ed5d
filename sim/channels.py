"""The registry of channels: what can move the world in a scenario, so that a change can be laid at the door of each.

Every family of behaviour, every lever of a policy, the events and the assumed growth belong to exactly one channel; what
is not named here belongs to ``paths``, so that nothing is left out. A channel is switched off by taking away its policies
and events and by making its families inactive (:mod:`sim.attribution`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel: the families of ``behaviour:`` and the levers of ``policies:`` that belong to it."""

    id: str
    label_en: str
    label_zh: str
    meaning: str
    families: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()

    def label(self, lang: str) -> str:
        """Label in a language, ``en`` or ``zh``."""
        return self.label_zh if lang == "zh" else self.label_en


#: Channels by id, in the order of every table and picture; the last one takes what no other names.
CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        one.id: one
        for one in (
            Channel("automation", "Automation", "自动化",
                    "diffusion of robots and AI, and policies that set their adoption or help it",
                    ("automation",), ("robots", "ai", "education", "open-source", "technology-sharing")),
            Channel("tariffs", "Tariffs", "关税", "tariffs from grievance and retaliation, and tariffs and export taxes set by policies",
                    ("protection", "governance"), ("tariff", "export-tax")),
            Channel("trust", "Trust and friction", "信任与摩擦",
                    "trust and the friction of its loss, the ledger, and frictions set by policies",
                    ("trust", "ledger"), ("friction",)),
            Channel("events", "Events", "事件", "export restrictions and taxes, tariff announcements and shocks under `events:`"),
            Channel("paths", "Paths and other policies", "设定路径与其他政策",
                    "growth under `baseline:`, the carbon market, and all policies that belong to no other channel",
                    ("carbon",)),
        )
    }
)  # fmt: skip
EVENTS, PATHS = "events", "paths"
#: What moves although every channel is switched off; zero up to rounding unless something escapes the channels.
RESIDUAL = "residual"

_OF_FAMILY = {family: one.id for one in CHANNELS.values() for family in one.families}
_OF_LEVER = {lever: one.id for one in CHANNELS.values() for lever in one.levers}


def channel_of_family(family: str) -> str:
    """Channel of a family of behaviour.

    >>> channel_of_family("protection")
    'tariffs'
    """
    return _OF_FAMILY.get(family, PATHS)


def channel_of_lever(lever: str) -> str:
    """Channel of a lever that a policy moves.

    >>> channel_of_lever("friction"), channel_of_lever("productivity")
    ('trust', 'paths')
    """
    return _OF_LEVER.get(lever, PATHS)
