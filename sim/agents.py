"""Country agents: each observes the year that is over, decides by the rules of :mod:`sim.behaviour`, and commits.

All observe before any decides, and all decide before any commits: the order of the agents cannot matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.behaviour import automation, governance, ledger, protection
from sim.state import Outcome, WorldState

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LedgerTraits:
    """What an economy knows about the ledger: its costs and what membership brings.

    Parameters
    ----------
    willing : bool
        False for economies that never join by themselves.
    entry_cost, running_cost : float, share of GDP
    horizon, patience : float, years
    commitment, precision_gain, lag_cut : float, share
    """

    willing: bool
    entry_cost: float
    running_cost: float
    horizon: float
    patience: float
    commitment: float
    precision_gain: float
    lag_cut: float


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
    lag, precision : float
        Policy lag in years and targeting precision.
    even : ndarray, shape (G, N)
        Import weights over ``targets``, summing to one: where tariffs that miss their aim fall.
    ledger : LedgerTraits or None
        None where there is no consortium.
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
    lag: float
    precision: float
    even: Array
    ledger: LedgerTraits | None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What an economy has decided for the coming year, with the numbers behind it.

    Parameters
    ----------
    adoption : ndarray, shape (2,), share
        Adoption of robots and of AI.
    saving, rate, access : ndarray, shape (2,)
        Share of labour cost that machines save, yearly logistic rate, access to the frontier.
    losses : ndarray, shape (4,)
        What was lost in the year that is over.
    grievance : float
    increments : ndarray, shape (G, N), fraction
        Tariffs added to the base tariffs [origin, sector].
    own, answer, target : ndarray, shape (G, N), fraction
        What protection asks for, what retaliation asks for, and what is aimed at.
    bound : ndarray of bool, shape (G,)
        Origins towards which a commitment on the ledger binds.
    member : bool
        Membership of the ledger in the coming year.
    losing : float
        Years in a row in which membership has not paid.
    """

    adoption: Array
    saving: Array
    rate: Array
    access: Array
    losses: Array
    grievance: float
    increments: Array
    own: Array
    answer: Array
    target: Array
    bound: NDArray[np.bool_]
    member: bool
    losing: float


class Stage(Protocol):
    """What an agent needs of the model: the public record of last year, and a place to put its decisions."""

    state: WorldState
    before: Outcome
    now: Outcome
    rises: Array
    decreed: NDArray[np.bool_]
    access: Array
    ledger_saving: Array

    def recall(self, back: int) -> tuple[Array, Array]:
        """Grievance (G,) and rises of tariffs (G, G) as they were known some years before the latest observation."""

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
        self._access, self._ledger_saving = stage.access[:, r], float(stage.ledger_saving[r])

    def decide(self) -> None:
        """Apply the rules to what was observed; nothing outside this agent changes."""
        state, own, r = self._observed(), self.traits, self.traits.position
        adoption, saving, rate = self._machines(state)
        lost = protection.losses(self._before, self._now)
        felt = float(protection.grievance(state.grievance[r], lost, weights=own.weights, memory=own.memory))
        bound = state.ledger & state.ledger[r]
        shelter, answer, target, increments = self._tariffs(state, felt, bound)
        member, losing = self._membership(state)
        self._plan = Plan(
            adoption, saving, rate, self._access, lost, felt, increments, shelter, answer, target, bound, member, losing
        )

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
        rate = automation.diffusion_rate(own.speed, gain=saving, capability=state.capability[r], access=self._access)
        return automation.diffuse(current, rate, own.ceiling), saving, rate

    def _membership(self, state: WorldState) -> ledger.Choice:
        """Join the ledger, stay in it or leave it."""
        own, r = self.traits.ledger, self.traits.position
        member, losing = bool(state.ledger[r]), float(state.losing[r])
        if own is None:
            return ledger.Choice(member, losing)
        return ledger.choose(
            member, losing, self._ledger_saving, entry_cost=own.entry_cost, running_cost=own.running_cost,
            horizon=own.horizon, patience=own.patience, willing=own.willing,
        )  # fmt: skip

    def _tools(self, state: WorldState) -> tuple[float, float]:
        """Targeting precision and policy lag, better on the ledger."""
        own = self.traits
        if own.ledger is None or not state.ledger[own.position]:
            return own.precision, own.lag
        return governance.improved(
            own.precision, own.lag, gain=own.ledger.precision_gain, cut=own.ledger.lag_cut
        )  # fmt: skip

    def _noticed(self, felt: float, lag: float) -> tuple[float, Array]:
        """Grievance and partners' rises of tariffs as the government acts on them: those of ``lag`` years ago."""
        if lag == 0.0:
            return felt, self._rises
        r = self.traits.position

        def recall(back: int) -> Array:
            grievance, rises = (felt, self._rises) if back == 0 else (x[r] for x in self.stage.recall(back))
            return np.append(rises, grievance)

        seen = governance.delayed(recall, lag)
        return float(seen[-1]), seen[:-1]

    def _tariffs(
        self, state: WorldState, felt: float, bound: NDArray[np.bool_]
    ) -> tuple[Array, Array, Array, Array]:  # fmt: skip
        """Own protection, answer to partners, the increment aimed at and the increment set; shape (G, N) each."""
        own = self.traits
        current = state.increments[:, :, own.position]
        precision, lag = self._tools(state)
        felt, rises = self._noticed(felt, lag)
        quiet = felt <= own.threshold and not (rises > 0.0).any() and not current.any()
        if quiet or not own.protects:
            nothing = np.zeros_like(current)
            return nothing, nothing, nothing, current
        aim = protection.focus(self._penetration, own.targets)
        shelter = protection.protective_increment(felt, aim, sensitivity=own.sensitivity, threshold=own.threshold)
        decreed = state.tariffs[:, :, own.position] - own.base_tariffs - current
        answer = protection.retaliatory_increment(rises, own.targets, coefficient=own.retaliation, decreed=decreed)
        shelter, answer = (governance.spread(x, own.even, own.targets, precision=precision) for x in (shelter, answer))
        target = protection.target_increment(
            shelter, answer, cap=own.cap, base=own.base_tariffs, ceiling=own.bound_tariffs
        )
        if own.ledger is not None and bound.any():
            target = ledger.committed(target, bound, commitment=own.ledger.commitment)
        moved = protection.adjust(current, target, speed=own.adjustment, least=own.least_change)
        return shelter, answer, target, np.where(self._decreed, current, moved)
