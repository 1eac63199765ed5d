"""What the model keeps of a year: state, equilibrium, indicators, and the decisions behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.rules import Played
from sim.rules.log import Decisions
from sim.state import WorldState

if TYPE_CHECKING:
    from sim.economy import Equilibrium
    from sim.indicators.track import YearIndicators


@dataclass(frozen=True, slots=True, eq=False)
class YearRecord:
    """One finished year.

    Parameters
    ----------
    state : WorldState
    equilibrium : Equilibrium
        With the balanced world table of the year.
    indicators : YearIndicators
        Values, pairs, checks.
    played : Played or None
        Decisions of every rule and economy; None in the base year.
    """

    state: WorldState
    equilibrium: Equilibrium
    indicators: YearIndicators
    played: Played | None

    @property
    def year(self) -> int:
        """The year."""
        return self.state.year

    def log(self) -> Iterable[Decisions]:
        """Decisions of the year."""
        return () if self.played is None else self.played.log()
