"""What the scenario decrees in a year: levers after policies, events and assumed growth, and the log of the changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.log import NONE, Decisions, batch
from sim.indicators.data import Mask
from sim.levers import EVENT, POLICY
from sim.state import lock

if TYPE_CHECKING:
    from sim.scenario.interventions import Intervention
    from sim.scenario.resolve import ResolvedScenario

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Levers:
    """All levers of a year, agents' own decisions included.

    Parameters
    ----------
    tariff, export_tax : ndarray, shape (G, N, G), fraction
    friction : ndarray, shape (G, N, G), ratio to the base year
        Decreed iceberg factors; distrust comes on top.
    export_cut : ndarray, shape (G, N, G), share
    robots, ai : ndarray, shape (G,), share
    education : ndarray, shape (G,), share of GDP
        Spending on AI education and infrastructure on top of the base year's.
    open_source : ndarray, shape (G,), share
    technology_sharing : ndarray, shape (G, G), share
        What each giver (row) shares with each receiver (column).
    productivity : ndarray, shape (G, N), ratio
    labour, capital : ndarray, shape (G,), ratio
    demand : ndarray, shape (N, G), ratio
    """

    tariff: Array
    export_tax: Array
    friction: Array
    export_cut: Array
    robots: Array
    ai: Array
    education: Array
    open_source: Array
    technology_sharing: Array
    productivity: Array
    labour: Array
    capital: Array
    demand: Array

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        lock(self)

    def of(self, lever: str) -> Array:
        """Array of a lever of policies or events by id."""
        found: Array = self.export_cut if lever == "export-restriction" else getattr(self, lever.replace("-", "_"))
        return found


def levers(
    resolved: ResolvedScenario, year: int, *, tariffs: Array, base_tariffs: Array, adoption: Array, base_adoption: Array,
    openness: tuple[Array, Array],
) -> Levers:  # fmt: skip
    """Apply the scenario's moves of a year to what agents decided.

    Parameters
    ----------
    tariffs, base_tariffs : ndarray, shape (G, N, G)
        Tariffs with the agents' own increments, and those of the base year.
    adoption, base_adoption : ndarray, shape (2, G)
        Robots and AI as diffusion has them, and in the base year.
    openness : (ndarray, ndarray)
        Open source and technology sharing of the year, from :func:`openness_in`.
    """
    G, N = len(resolved.economies), len(resolved.sectors)  # noqa: N806 — the letters of the design
    growth = resolved.growth_in(year)

    def apply(lever: str, current: Array, base: Array) -> Array:
        return resolved.applied(lever, current, base, year)

    def share(lever: str, current: Array, base: Array) -> Array:
        return np.clip(apply(lever, current, base), 0.0, 1.0)

    return Levers(
        tariff=apply("tariff", tariffs, base_tariffs),
        export_tax=apply("export-tax", np.zeros((G, N, G)), np.zeros((G, N, G))),
        friction=apply("friction", np.ones((G, N, G)), np.ones((G, N, G))),
        export_cut=resolved.export_cut(year),
        robots=share("robots", adoption[0], base_adoption[0]),
        ai=share("ai", adoption[1], base_adoption[1]),
        education=np.clip(apply("education", np.zeros(G), np.zeros(G)), 0.0, POLICY["education"].max),
        open_source=openness[0],
        technology_sharing=openness[1],
        productivity=apply("productivity", np.repeat(growth["productivity"][:, None], N, axis=1), np.ones((G, N))),
        labour=apply("labour", growth["labour"], np.ones(G)),
        capital=apply("capital", growth["capital"], np.ones(G)),
        demand=apply("demand", np.ones((N, G)), np.ones((N, G))),
    )


def openness_in(resolved: ResolvedScenario, year: int, *, sharing: Array) -> tuple[Array, Array]:
    """Open source (G,) and technology sharing (G, G) of a year: the settings, moved by policies and events.

    ``sharing`` is what the settings give, [giver, receiver].
    """
    open_source = resolved.automation["open_source"]
    return (
        np.clip(resolved.applied("open-source", open_source, open_source, year), 0.0, 1.0),
        np.clip(resolved.applied("technology-sharing", sharing, sharing, year), 0.0, 1.0),
    )


def decreed_tariffs(resolved: ResolvedScenario, year: int) -> Mask:
    """Cells whose tariff a policy sets in a year: there the government follows the decree, not its own rule; (G, N, G)."""
    G, N = len(resolved.economies), len(resolved.sectors)  # noqa: N806
    cells = np.zeros((G, N, G), dtype=bool)
    for move in resolved.in_force(year, "tariff", "policy"):
        if move.operation == "set":
            cells |= move.mask
    return cells


def decree_log(resolved: ResolvedScenario, year: int, before: Levers, after: Levers) -> list[Decisions]:
    """Log the policies and events that begin, move on or end in a year.

    One row per acting economy and partner (per acting economy where all partners are meant); before and after are plain
    means over the cells that the move reaches.
    """
    log = []
    for move in resolved.interventions:
        now, last = move.share(year), move.share(year - 1)
        if now == last:
            continue
        ending = now == 0.0
        kind = f"{move.kind}-end" if ending else "policy-add" if _adds(move) else move.kind
        for who in move.who:
            for partner in _partners(move, who, len(resolved.economies)):
                cells = _cells(move, who, partner)
                if not cells.any():
                    continue
                log.append(
                    batch(
                        year, move.lever, kind, who, before.of(move.lever)[cells].mean(), after.of(move.lever)[cells].mean(),
                        partner=partner, sector=move.sectors[0] if len(move.sectors) == 1 else NONE,
                        number=move.index, level=move.amount * now,
                    )
                )  # fmt: skip
    return log


def _adds(move: Intervention) -> bool:
    return move.kind == "policy" and move.operation == "add"


def _partners(move: Intervention, who: int, economies: int) -> tuple[int, ...]:
    """Partners to name one by one, or :data:`NONE` when the lever has none or all are meant."""
    others = tuple(partner for partner in move.partners if partner != who)
    return (NONE,) if not _pairwise(move) or len(others) == economies - 1 else others


def _pairwise(move: Intervention) -> bool:
    """Whether a move distinguishes partners."""
    return move.mask.ndim == 3 or move.lever == "technology-sharing"


def _cells(move: Intervention, who: int, partner: int) -> Mask:
    """Cells of a move that belong to one acting economy and, if named, one partner."""
    mask = np.zeros_like(move.mask)
    if move.mask.ndim == 3:
        acting_is_origin = (POLICY if move.kind == "policy" else EVENT)[move.lever].outward
        faced = slice(None) if partner == NONE else partner
        place = (who, slice(None), faced) if acting_is_origin else (faced, slice(None), who)
        mask[place] = move.mask[place]
    elif move.lever == "technology-sharing":
        faced = slice(None) if partner == NONE else partner
        mask[who, faced] = move.mask[who, faced]
    elif move.lever == "demand":
        mask[:, who] = move.mask[:, who]
    else:
        mask[who] = move.mask[who]
    return mask
