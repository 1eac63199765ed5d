"""Country agents: each observes the year that is over, decides by the rules of :mod:`sim.behaviour`, and commits.

All observe before any decides, and all decide before any commits: the order of the agents cannot matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.behaviour import automation, protection
from sim.state import Outcome, WorldState

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
    saving : float
        μ_r, cost of machines relative to the labour they replace in the base year.
    speed, ceiling, access : ndarray, shape (2,)
        Of the diffusion of robots and of AI.
    sensitivity, memory, adjustment, cap, threshold, retaliation, least_change : float
        Of protection.
    weights : ndarray, shape (4,)
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
    saving: float
    speed: Array
    ceiling: Array
    access: Array
    sensitivity: float
    memory: float
    adjustment: float
    cap: float
    threshold: float
    retaliation: float
    least_change: float
    weights: Array
    base_tariffs: Array
    bound_tariffs: Array | None
    targets: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What an economy has decided for the coming year, with the numbers behind it.

    Parameters
    ----------
    adoption : ndarray, shape (2,), share
        Adoption of robots and of AI.
    saving, rate : ndarray, shape (2,)
        Share of labour cost that machines save, yearly logistic rate.
    losses : ndarray, shape (4,)
        What was lost in the year that is over.
    grievance : float
    increments : ndarray, shape (G, N), fraction
        Tariffs added to the base tariffs [origin, sector].
    own, answer, target : ndarray, shape (G, N), fraction
        What protection asks for, what retaliation asks for, and what is aimed at.
    """

    adoption: Array
    saving: Array
    rate: Array
    losses: Array
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
        self._before, self._now = stage.before.standing[r], stage.now.standing[r]
        self._wage, self._machine_cost = stage.now.wage[r], stage.now.machine_cost[:, r]
        self._penetration = stage.now.penetration[:, :, r]
        self._rises = stage.rises[r]
        self._decreed = stage.decreed[:, :, r]

    def decide(self) -> None:
        """Apply the rules to what was observed; nothing outside this agent changes."""
        state, own, r = self._observed(), self.traits, self.traits.position
        adoption, saving, rate = self._machines(state)
        lost = protection.losses(self._before, self._now)
        felt = float(protection.grievance(state.grievance[r], lost, weights=own.weights, memory=own.memory))
        shelter, answer, target, increments = self._tariffs(state, felt)
        self._plan = Plan(adoption, saving, rate, lost, felt, increments, shelter, answer, target)

    def commit(self) -> None:
        """Hand the plan to the model."""
        if self._plan is None:
            raise RuntimeError(f"{self.name} has not decided yet; the order is observe, decide, commit")
        self.stage.accept(self.traits.position, self._plan)

    def _observed(self) -> WorldState:
        if self._state is None:
            raise RuntimeError(f"{self.name} has not observed yet; the order is observe, decide, commit")
        return self._state

    def _machines(self, state: WorldState) -> tuple[Array, Array, Array]:
        """Diffusion of both technologies: adoption, share of labour cost saved, logistic rate; shape (2,) each."""
        own, r = self.traits, self.traits.position
        current = state.diffusion[:, r]
        saving = automation.profit(own.saving, self._machine_cost, self._wage)
        if not own.automates:
            return current, saving, np.zeros(2)
        rate = automation.diffusion_rate(own.speed, gain=saving, capability=state.capability[r], access=own.access)
        return automation.diffuse(current, rate, own.ceiling), saving, rate

    def _tariffs(self, state: WorldState, felt: float) -> tuple[Array, Array, Array, Array]:
        """Own protection, answer to partners, the increment aimed at and the increment set; shape (G, N) each."""
        own = self.traits
        current = state.increments[:, :, own.position]
        quiet = felt <= own.threshold and not (self._rises > 0.0).any() and not current.any()
        if quiet or not own.protects:
            nothing = np.zeros_like(current)
            return nothing, nothing, nothing, current
        aim = protection.focus(self._penetration, own.targets)
        shelter = protection.protective_increment(felt, aim, sensitivity=own.sensitivity, threshold=own.threshold)
        decreed = state.tariffs[:, :, own.position] - own.base_tariffs - current
        answer = protection.retaliatory_increment(
            self._rises, own.targets, coefficient=own.retaliation, decreed=decreed
        )
        target = protection.target_increment(
            shelter, answer, cap=own.cap, base=own.base_tariffs, ceiling=own.bound_tariffs
        )
        moved = protection.adjust(current, target, speed=own.adjustment, least=own.least_change)
        return shelter, answer, target, np.where(self._decreed, current, moved)
