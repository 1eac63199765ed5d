"""What the model keeps of a year: state, equilibrium, indicators, and the decisions behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents import Plan
from sim.behaviour.carbon import CarbonMarket
from sim.behaviour.log import Decisions, batch
from sim.behaviour.protection import LOSSES
from sim.model.shared import carbon_log, ledger_log
from sim.state import TECHNOLOGIES, WorldState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.agents import Traits
    from sim.economy import Equilibrium
    from sim.indicators.track import YearIndicators

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class YearDecisions:
    """Decisions of one year as the agents left them; turned into log batches on demand.

    Parameters
    ----------
    year : int
    before, after : WorldState
        States of the year before and of this year.
    plans : tuple of Plan
        One per economy.
    traits : tuple of Traits
    penetration : ndarray, shape (G, N, G), share
        What the agents saw of import penetration.
    rises : ndarray, shape (G, G), fraction
        Rise of partners' mean tariffs since the base year, [origin, importer], as observed.
    hostility : ndarray, shape (G, G)
        Hostile acts of this year, [victim, actor].
    decreed : tuple of Decisions
        Policies and events of the scenario.
    union : ndarray of bool, shape (G,)
        Members of a customs union with more than one member here.
    ledger_saving : ndarray, shape (G,), share of GDP
        What the ledger saves or would save with last year's members, as observed.
    carbon : CarbonMarket or None
        Market of this year.
    """

    year: int
    before: WorldState
    after: WorldState
    plans: tuple[Plan, ...]
    traits: tuple[Traits, ...]
    penetration: Array
    rises: Array
    hostility: Array
    decreed: tuple[Decisions, ...]
    union: NDArray[np.bool_]
    ledger_saving: Array
    carbon: CarbonMarket | None

    def batches(self) -> list[Decisions]:
        """All decisions that changed something, in a fixed order: machines, tariffs, decrees, trust, ledger, carbon."""
        shared = (*ledger_log(self), *carbon_log(self))
        return [*self._machines(), *self._tariffs(), *self.decreed, *self._trust(), *shared]

    def _machines(self) -> list[Decisions]:
        found = []
        for k, technology in enumerate(TECHNOLOGIES):
            before, after = self.before.diffusion[k], self.after.diffusion[k]
            who = np.flatnonzero(after != before)
            if who.size:
                plans, traits = [self.plans[r] for r in who], [self.traits[r] for r in who]
                saving = np.array([plan.saving[k] for plan in plans])
                found.append(
                    batch(
                        self.year, technology, "diffusion", who, before[who], after[who],
                        cost=1.0 - saving, saving=saving, speed=[own.speed[k] for own in traits],
                        capability=self.before.capability[who], access=[plan.access[k] for plan in plans],
                        rate=[plan.rate[k] for plan in plans], ceiling=[own.ceiling[k] for own in traits],
                    )
                )  # fmt: skip
        return found

    def _tariffs(self) -> list[Decisions]:
        """Changes of own increments, by importer; the larger claim names the reason, a union its common tariff."""
        found: list[Decisions] = []
        base = self.before.tariffs
        moved = self.after.increments != self.before.increments
        for r, plan in enumerate(self.plans):
            s, i = np.nonzero(moved[:, :, r])
            answered = plan.answer[s, i] > plan.own[s, i]
            kinds = {"union": np.full(s.shape, self.union[r])}
            kinds["commitment"] = plan.bound[s] & ~kinds["union"]
            free = ~kinds["union"] & ~kinds["commitment"]
            kinds |= {"protection": ~answered & free, "retaliation": answered & free}
            for kind, cells in kinds.items():
                if cells.any():
                    found.append(self._tariff_batch(kind, r, plan, s[cells], i[cells], base))
        return found

    def _tariff_batch(
        self, kind: str, r: int, plan: Plan, s: NDArray[np.intp], i: NDArray[np.intp], base: Array
    ) -> Decisions:
        own = self.traits[r]
        level = own.base_tariffs[s, i]
        drivers = {
            "own": plan.own[s, i],
            "answer": plan.answer[s, i],
            "target": plan.target[s, i],
            "grievance": plan.grievance,
        }
        if kind == "protection":
            drivers |= dict(zip(LOSSES, plan.losses.tolist(), strict=True))
            drivers |= {"threshold": own.threshold, "penetration": self.penetration[s, i, r]}
        if kind == "commitment" and own.ledger is not None:
            drivers |= {"commitment": own.ledger.commitment}
        if kind == "retaliation":
            drivers |= {"rise": self.rises[r, s], "coefficient": own.retaliation}
        return batch(
            self.year, "tariff", kind, np.full(s.shape, r), level + self.before.increments[s, i, r],
            level + self.after.increments[s, i, r], partner=s, sector=i, adjustment=own.adjustment, **drivers,
        )  # fmt: skip

    def _trust(self) -> list[Decisions]:
        """Losses of trust through hostile acts; slow recovery is not a decision."""
        r, s = np.nonzero((self.hostility > 0) & (self.after.trust < self.before.trust))
        if not r.size:
            return []
        return [
            batch(
                self.year, "trust", "hostility", r, self.before.trust[r, s], self.after.trust[r, s], partner=s,
                hostility=self.hostility[r, s],
            )
        ]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class YearRecord:
    """One finished year.

    Parameters
    ----------
    year : int
    state : WorldState
    equilibrium : Equilibrium
        With the balanced world table of the year.
    indicators : YearIndicators
        Values, pairs, checks.
    decisions : YearDecisions or None
        None in the base year.
    """

    year: int
    state: WorldState
    equilibrium: Equilibrium
    indicators: YearIndicators
    decisions: YearDecisions | None

    def log(self) -> Sequence[Decisions]:
        """Decisions of the year."""
        return [] if self.decisions is None else self.decisions.batches()
