"""Country agents: each observes the year that is over, decides by the rules of :mod:`sim.behaviour`, and commits.

All observe before any decides, and all decide before any commits: the order of the agents cannot matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.behaviour import automation, protection
from sim.behaviour.protection import Losses, Standing
from sim.state import TECHNOLOGIES, Outcome, WorldState

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What is fixed about one economy: its place, its endowments and the parameters of its rules.

    Parameters
    ----------
    position : int
        Place in the table.
    automates, protects : bool
        Whether diffusion and the tariff rule are active here; a passive economy never changes a tariff by itself.
    saving : mapping of str to float
        μ_r, cost of machines relative to the labour they replace in the base year, by technology.
    speed, ceiling, access : mapping of str to float
        Of diffusion, by technology.
    sensitivity, memory, adjustment, cap, threshold, retaliation, least_change : float
        Of protection.
    weights : Losses
        Grievance per unit of each loss.
    base_tariffs : ndarray, shape (G, N), fraction
        Base-year tariffs [origin, sector].
    bound_tariffs : ndarray or None, shape (G, N), fraction
        Bound rates, when respected.
    targets : ndarray of bool, shape (G, N)
        Cells [origin, sector] where the economy may set a tariff: goods from outside its customs union.
    """

    position: int
    automates: bool
    protects: bool
    saving: Mapping[str, float]
    speed: Mapping[str, float]
    ceiling: Mapping[str, float]
    access: Mapping[str, float]
    sensitivity: float
    memory: float
    adjustment: float
    cap: float
    threshold: float
    retaliation: float
    least_change: float
    weights: Losses
    base_tariffs: Array
    bound_tariffs: Array | None
    targets: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What an economy has decided for the coming year, with the numbers behind it.

    Parameters
    ----------
    adoption : mapping of str to float
        Adoption of robots and of AI.
    cost, saving, rate : mapping of str to float
        Cost of machines relative to labour, share saved, yearly logistic rate, by technology.
    losses : Losses
        What was lost in the year that is over.
    grievance : float
    increments : ndarray, shape (G, N), fraction
        Tariffs added to the base tariffs [origin, sector].
    own, answer, target : ndarray, shape (G, N), fraction
        What protection asks for, what retaliation asks for, and what is aimed at.
    """

    adoption: Mapping[str, float]
    cost: Mapping[str, float]
    saving: Mapping[str, float]
    rate: Mapping[str, float]
    losses: Losses
    grievance: float
    increments: Array
    own: Array
    answer: Array
    target: Array


class Stage(Protocol):
    """What an agent needs of the model: the public record of last year, and a place to put its decisions."""

    state: WorldState
    before: Outcome
    now: Outcome
    rises: Array
    decreed: NDArray[np.bool_]

    def accept(self, position: int, plan: Plan) -> None:
        """Take an economy's plan for the coming year."""


class CountryAgent(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """One economy.

    Parameters
    ----------
    model : mesa.Model
        Offers :class:`Stage`.
    name : str
        Label of the economy.
    traits : Traits
    """

    def __init__(self, model: mesa.Model, name: str, traits: Traits) -> None:
        super().__init__(model)
        self.name = name
        self.traits = traits
        self.stage: Stage = model
        self._state: WorldState | None = None
        self._plan: Plan | None = None

    def observe(self) -> None:
        """Look at the year that is over: the public state, prices and jobs, and what partners did to our goods."""
        stage, r = self.stage, self.traits.position
        self._state = stage.state
        self._before, self._now = standing(stage.before, r), standing(stage.now, r)
        self._wage = float(stage.now.wage[r])
        self._machine_cost = {k: float(stage.now.machine_cost[k][r]) for k in TECHNOLOGIES}
        self._penetration = stage.now.penetration[:, :, r]
        self._rises = stage.rises[r]
        self._decreed = stage.decreed[:, :, r]

    def decide(self) -> None:
        """Apply the rules to what was observed; nothing outside this agent changes."""
        state, own, r = self._observed(), self.traits, self.traits.position
        adoption, cost, saving, rate = self._machines(state)
        lost = protection.losses(self._before, self._now)
        felt = protection.grievance(state.grievance[r], lost, weights=own.weights, memory=own.memory)
        shelter, answer, target, increments = self._tariffs(state, float(felt))
        self._plan = Plan(adoption, cost, saving, rate, lost, float(felt), increments, shelter, answer, target)

    def commit(self) -> None:
        """Hand the plan to the model."""
        if self._plan is None:
            raise RuntimeError(f"{self.name} has not decided yet; the order is observe, decide, commit")
        self.stage.accept(self.traits.position, self._plan)

    def _observed(self) -> WorldState:
        if self._state is None:
            raise RuntimeError(f"{self.name} has not observed yet; the order is observe, decide, commit")
        return self._state

    def _machines(self, state: WorldState) -> tuple[dict[str, float], ...]:
        """Diffusion of both technologies: adoption, cost of machines over labour, share saved, logistic rate."""
        own, r = self.traits, self.traits.position
        adoption, cost, saving, rate = {}, {}, {}, {}
        for k in TECHNOLOGIES:
            current = float(state.diffusion(k)[r])
            cost[k] = own.saving[k] * self._machine_cost[k] / self._wage
            saving[k] = float(automation.profit(own.saving[k], self._machine_cost[k], self._wage))
            rate[k] = 0.0
            adoption[k] = current
            if own.automates:
                rate[k] = float(
                    automation.diffusion_rate(
                        own.speed[k], gain=saving[k], capability=state.capability[r], access=own.access[k]
                    )
                )
                adoption[k] = float(automation.diffuse(current, rate[k], own.ceiling[k]))
        return adoption, cost, saving, rate

    def _tariffs(self, state: WorldState, felt: float) -> tuple[Array, Array, Array, Array]:
        """Own protection, answer to partners, the increment aimed at and the increment set; shape (G, N) each."""
        own = self.traits
        current = state.increments[:, :, own.position]
        if not own.protects:
            nothing = np.zeros_like(current)
            return nothing, nothing, nothing, current
        aim = protection.focus(self._penetration, own.targets)
        shelter = protection.protective_increment(felt, aim, sensitivity=own.sensitivity, threshold=own.threshold)
        answer = protection.retaliatory_increment(self._rises, own.targets, coefficient=own.retaliation)
        target = protection.target_increment(shelter, answer, own.base_tariffs, cap=own.cap, ceiling=own.bound_tariffs)
        moved = protection.adjust(current, target, speed=own.adjustment, least=own.least_change)
        return shelter, answer, target, np.where(self._decreed, current, moved)


def standing(outcome: Outcome, position: int) -> Standing:
    """Where one economy stands in a year."""
    return Standing(
        outcome.manufacturing_jobs[position],
        outcome.import_share[position],
        outcome.unemployment[position],
        outcome.labour_share[position],
    )
