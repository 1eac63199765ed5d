"""Games in tariffs: best responses, Nash equilibria, cooperation, and what holds an agreement together.

A player (an economy, or a customs union as one) sets rates on what it imports so that its real income is largest; a union's objective is
the mean of its members', weighted with base-year income. All move at once: one equilibrium and one adjoint give the slopes g of every
player's objective in all its rates v = log(1+t), :mod:`sim.economy.players` the moves Δv. What a player could still gain is ½ g Δv to second order; :func:`deviations` searches for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.optimize import Bounds, minimize

from decomp.table import Spec
from sim.economy.accounts import Equilibrium
from sim.economy.arrays import Array
from sim.economy.errors import ConvergenceError, InfeasibleError, ShockError
from sim.economy.players import NOTHING, Board, Climb, Joint, Terms
from sim.economy.world import WorldEconomy
from sim.state import Locked

__all__ = [
    "Board",
    "Moves",
    "Outcome",
    "Terms",
    "Trigger",
    "best_response",
    "cooperative",
    "deviations",
    "moves",
    "nash",
    "trigger",
]

#: Slope, mean and κ of a round, (G,) each.
Seen = tuple[Array, Array, Array]
#: Most rounds.
ROUNDS = 120
#: Accuracy of gradients, of the last mean move; its range.
FINE, FINEST, COARSEST = 1e-3, 1e-9, 1e-4
#: Bargaining presses for players who would have less than this over the disagreement as if they had it.
LEAST = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Outcome(Locked):
    """Where a game ends; P players, G economies, N sectors."""

    rule: str
    #: Names of the players, and their economies.
    players: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    #: Rates, mean over what is imported under them (P,); tariffs [exporter, sector, destination] (G, N, G), (3, G, N, G) by use.
    mean: Array
    rates: Array
    #: Real income, ratio to the base year, here and before the game (G,); objectives of the players (P,).
    real_income: Array
    before: Array
    value: Array
    #: Certificate: what each player, or all together, could still gain in its objective, to second order.
    gain_left: Array
    #: Last move of log rates, mean over what is imported; equilibria solved.
    move: float
    equilibria: int
    year: Equilibrium = field(repr=False)

    @property
    def change(self) -> Array:
        """What the game does to real incomes, relative (G,)."""
        return np.asarray(self.real_income / self.before - 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Trigger:
    """An agreement kept by the threat of war for ever: objectives (P,) under it, for who leaves it first, and in the war."""

    players: tuple[str, ...]
    agreement: Array
    leaving: Array
    war: Array
    equilibria: int

    @property
    def critical(self) -> Array:
        """Least discount factor with which each keeps to it, (leaving − agreement) / (leaving − war); from 1 on the war is no threat."""
        gain = np.maximum(self.leaving - self.agreement, 0.0)
        return np.asarray(np.divide(gain, self.leaving - self.war, out=np.zeros_like(gain), where=gain > 0))


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """One round of a game at a solved year."""

    #: Tariffs that the players would move to (G, N, G), on the use that is played.
    tariffs: Array
    #: By economy, members with what their player has, others 0 (G,): slope Σ g / Σ H and mean of its log rates, κ, what the move gains.
    slope: Array
    mean: Array
    together: Array
    gain: Array


def _outcome(board: Board, rule: str, v: Array, year: Equilibrium, *found: Any) -> Outcome:
    rates = board.tariffs(v)
    before, value, gain, move, solved = found
    at = (board.means(v, year), rates if len(rates) > 1 else rates[0], year.real_income, before, value, gain)
    return Outcome(rule, board.names, board.labels, *at, move, solved, year)


def _search(board: Board, rule: str, joint: Joint | None = None) -> Outcome:
    """Move until nobody moves, all for a common objective if there is one."""
    terms, size, gain = board.terms, np.inf, np.zeros(1)
    year = board.world.solve(board.shocks, start=terms.start)
    before, v = year.real_income, board.first()
    tried, climb, rounds = v, Climb(board.owner if joint is None else 0 * board.owner), 0
    for solved in range(2, ROUNDS + 2):
        try:
            year = board.solve(tried, year)
        except (ConvergenceError, InfeasibleError) as error:
            if np.abs(tried - v).max() < 1e-3:
                raise ConvergenceError(
                    f"no {rule}: beside the rates of round {rounds} {error}", market="game"
                ) from error
            tried = 0.5 * (v + tried)
            continue
        v, rounds = tried, rounds + 1
        accuracy = min(max(FINE * size, FINEST), COARSEST)
        (value, g), (_, h) = board.slopes(year, v, accuracy=accuracy, joint=joint), board.flows(year)
        if joint is not None:
            h = h.times(joint(value)[board.owner])
        step, gain, weight = climb.move(v, g, h, board.low, board.high)
        tried, size = climb.advance(v, step, weight, board.low, board.high)
        if terms.progress is not None:
            terms.progress(rounds, size, float(gain.max()))
        if size <= terms.accuracy:
            return _outcome(board, rule, v, year, before, value, gain, size, solved)
    worst = board.names[int(np.argmax(gain))] if joint is None else "the players together"
    raise ConvergenceError(
        f"no {rule} found in {ROUNDS} rounds: log rates still move by {size:.1e} (mean over imports), {worst} could gain "
        f"{gain.max():.1e} of real income. Give a cap, coarser instruments, smaller political weights or another start.",
        market="game",
        residual=size,
        iterations=ROUNDS,
    )


def best_response(world: WorldEconomy, player: Spec, **terms: Any) -> Outcome:
    """Find the rates with which one player's real income is largest while all others keep theirs.

    Parameters
    ----------
    player : label, or group or labels that act as one
    **terms
        Fields of :class:`~sim.economy.players.Terms`.

    Raises
    ------
    ShockError, LabelError
        A term cannot be meant so.
    ConvergenceError
        None was found (``market`` is "game"); says what is left.
    """
    union = len(world.table.economies_in(player)) > 1
    return _search(Board(world, player, Terms.of({**terms, "unions": (player,)} if union else terms)), "best response")


def nash(world: WorldEconomy, players: Spec | None = None, **terms: Any) -> Outcome:
    """Find rates from which no player gains by moving alone; all economies but the rest of the world play unless named.

    Arguments and errors are those of :func:`best_response`.
    """
    return _search(Board(world, players, Terms.of(terms)), "Nash equilibrium")


def cooperative(
    world: WorldEconomy, players: Spec | None = None, bargaining: str = "utilitarian", **terms: Any
) -> Outcome:
    """Find the rates that players agree on.

    "utilitarian": their mean real income, weighted with base-year income, is largest. "nash": Π_p (W_p − D_p) is, D_p what they have in
    the Nash equilibrium of the same terms. Arguments and errors are those of :func:`best_response`.
    """
    board = Board(world, players, Terms.of(terms))
    income = board.world.base.income
    share = np.array([income[inside].sum() for inside in board.members])
    share /= share.sum()
    if bargaining == "utilitarian":
        return _search(board, "utilitarian agreement", lambda _: share)
    if bargaining != "nash":
        raise ShockError(f"bargaining is {bargaining!r}; allowed: utilitarian, nash.")
    threat = nash(world, players, **terms)
    board.terms = replace(board.terms, first=_search(board, "utilitarian agreement", lambda _: share).rates)
    return _bargain(board, threat)


def _bargain(board: Board, threat: Outcome) -> Outcome:
    """Maximise Σ_p log(W_p − D_p), continued below :data:`LEAST` by its parabola, by L-BFGS-B in √h v from the rates on the board."""
    year, solved, v = threat.year, threat.equilibria, board.first()
    curvature = board.flows(year)[1]
    steep = curvature.own
    unit = np.where(steep > NOTHING * steep.sum(), np.sqrt(steep), np.inf)

    def weighed(value: Array) -> tuple[float, Array]:
        gain = value - threat.value
        short, kept = np.minimum(gain / LEAST - 1.0, 0.0), np.maximum(gain, LEAST)
        return float((np.log(kept) + short - 0.5 * short**2).sum()), (1.0 - short) / kept

    def loss(x: Array) -> tuple[float, Array]:
        nonlocal year, solved, v
        v, solved = np.where(np.isfinite(unit), np.clip(x / unit, board.low, board.high), v), solved + 1
        year = board.solve(v, year)
        value, slopes = board.slopes(year, v, joint=lambda value: weighed(value)[1])
        return -weighed(value)[0], -slopes / unit

    scale = np.where(np.isfinite(unit), unit, 1.0)
    bounds = Bounds(board.low * scale, board.high * scale)
    found = minimize(
        loss, v * scale, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 4 * ROUNDS, "ftol": 1e-13}
    )
    loss(found.x)
    value, slopes = board.slopes(year, v, joint=lambda value: weighed(value)[1])
    if (value <= threat.value).any() or not found.success:
        least = int(np.argmin(value - threat.value))
        have = f"{board.names[least]} has least over the war, {value[least] - threat.value[least]:+.1e} of real income"
        raise ConvergenceError(
            f"no Nash bargain found: {found.message}; {have}. Use coarser instruments.", market="game"
        )
    weights = weighed(value)[1]
    total = weights.sum()
    climb, curved = Climb(0 * board.owner), curvature.times(weights[board.owner] / total)
    step, gain, weight = climb.move(v, slopes / total, curved, board.low, board.high)
    size = climb.advance(v, step, weight, board.low, board.high)[1]
    return _outcome(board, "Nash bargain", v, year, threat.before, value, gain, size, solved)


def moves(
    world: WorldEconomy, players: Spec, *, at: Equilibrium, now: Array, seen: Seen, patience: float = 0.0, **terms: Any
) -> Moves:
    """Find where each player would move from the tariffs ``now`` at a solved year, all others keeping theirs.

    ``seen`` are slope, mean and κ of the round before (0 before the first); with ``patience`` slopes are those that a patient
    government sees (``WorldEconomy.gradient``).
    """
    board = Board(world, players, Terms.of({**terms, "first": now}))
    v, owner, first = board.first(), board.owner, [inside[0] for inside in board.members]
    g = board.slopes(at, v, patience, 1e-10)[1]
    curvature = board.flows(at, patience)[1]
    h = curvature.together()
    climb, total = Climb(owner), np.maximum(np.bincount(owner, h), 1e-300)
    slope, mean = np.bincount(owner, g) / total, np.bincount(owner, h * v) / total
    before, at_mean, known = (values[first] for values in seen)
    climb.together = np.where(known > 0, known, climb.together)
    climb.learn(np.where(known > 0, mean - at_mean, 0.0), before - slope)
    step, gain, _ = climb.move(v, g, curvature, board.low, board.high)
    each = np.zeros((4, world.table.G))
    for k, inside in enumerate(board.members):
        each[:, inside] = np.array([slope[k], mean[k], climb.together[k], gain[k]])[:, None]
    return Moves(board.tariffs(v + step)[board.cells[0][0]], *each)  # of the use that they are on


def _alone(world: WorldEconomy, board: Board, rates: Array) -> list[Board]:
    """Boards on which each player moves alone, the others at these rates."""
    boards = []
    for inside in board.members:
        unions = tuple(union for union in board.terms.unions if world.table.economies_in(union) == inside)
        terms = replace(board.terms, unions=unions, progress=None)
        boards.append(Board(world, [world.table.economies[r] for r in inside], terms))
        boards[-1].given = np.broadcast_to(rates, board.given.shape)
    return boards


def deviations(world: WorldEconomy, outcome: Outcome, players: Spec | None = None, **terms: Any) -> Array:
    """Search what each player could gain in its objective by leaving an outcome alone, from its floor and from twice its rates (P,).

    Terms are those of the game; unlike the certificate of the outcome this also finds gains that are far away.
    """
    gains, board = [], Board(world, players, Terms.of(terms))
    for k, one in enumerate(_alone(world, board, outcome.rates)):
        found = []
        for first in (np.expm1(one.low.min()), min(2.0 * outcome.mean[k], np.expm1(one.high.max()))):
            one.terms = replace(one.terms, first=float(first))
            found.append(_search(one, "best response").value[0])
        gains.append(max(found) - outcome.value[k])
    return np.array(gains)


def trigger(
    world: WorldEconomy, players: Spec | None = None, agreement: Outcome | None = None, **terms: Any
) -> Trigger:
    """Compare, for every player, an agreement with leaving it for a year and a Nash war for ever after.

    The agreement are the tariffs given unless an outcome is. Arguments and errors are those of :func:`best_response`.
    """
    board, war = Board(world, players, Terms.of(terms)), nash(world, players, **terms)
    rates = board.given if agreement is None else agreement.rates
    year = board.world.solve(board.shocks, start=board.terms.start) if agreement is None else agreement.year
    kept = board.world.gradient(board.weights, (), at=year, political=board.terms.political).value
    best = [_search(one, "best response") for one in _alone(world, board, rates)]
    leaving = np.array([found.value[0] for found in best])
    return Trigger(board.names, kept, leaving, war.value, war.equilibria + sum(found.equilibria for found in best))
