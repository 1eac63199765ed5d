"""Levers of a year: their levels in the base year, with assumed growth, with policies and events, and the log of the latter."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.levers import EVENT, POLICY, USES, Lever, of_use
from sim.rules import Rule
from sim.rules.log import INTERVENTIONS, NONE, Decisions, batch
from sim.scenario.interventions import Intervention
from sim.scenario.resolve import ResolvedScenario
from sim.state import Mask, World, WorldState

Array = NDArray[np.float64]

#: The one lever that is a share of exports cut: restrictions multiply instead of adding up.
CUT = "export-restriction"
#: Policies that are kept within their limits, whatever they add up to.
SHARES = frozenset(id for id, lever in POLICY.items() if lever.is_share)


def base_levels(world: World, rules: Sequence[Rule]) -> dict[str, Array]:
    """Every lever in the base year: tariffs as they were, what the rules know, else the neutral value of the registry."""
    levers = {**POLICY, CUT: EVENT[CUT]}
    levels = {id: np.full(lever.dims(world.G, world.N), lever.neutral) for id, lever in levers.items()}
    known = {id: level for rule in rules for id, level in rule.levels().items()}
    return {**levels, **known, "tariff": world.tariffs}


def grown(resolved: ResolvedScenario, year: int, base: Mapping[str, Array]) -> dict[str, Array]:
    """Levers of a year before anybody has moved them: those of the base year with growth and the duties that were observed."""
    growth, paths = resolved.growth_in(year), resolved.given
    levels = {
        id: level * growth[id].reshape(*growth[id].shape, *[1] * (level.ndim - growth[id].ndim))
        if id in growth
        else level
        for id, level in base.items()
    }
    return (
        levels
        if paths.tariffs is None
        else levels | {"tariff": base["tariff"] + paths.duties(year - resolved.years[0])}
    )


def in_force(
    resolved: ResolvedScenario, year: int, chosen: Mapping[str, Array], base: Mapping[str, Array], final_share: Array
) -> dict[str, Array]:
    """Levers of a year: what was chosen, with policies and events on top; shares stay within their limits.

    Where tariffs differ by use there is one of each use as well (``tariff-inputs`` …), and ``tariff`` is their mean, weighted
    with ``final_share`` (G, N, G), the base year's share of final demand in a flow; machines are bought only later.
    """
    moves = resolved.in_force(year)
    levels = dict(chosen)
    for id in {move.lever for move in moves}:
        levels[id] = resolved.export_cut(year) if id == CUT else resolved.applied(id, chosen[id], base[id], year)
    levels |= {id: np.minimum(np.maximum(level, 0.0), POLICY[id].max) for id, level in levels.items() if id in SHARES}
    added = {use: chosen.get(of_use("tariff", use)) for use in USES}  # by rules, on one use
    if any(part is not None for part in added.values()) or any(move.use for move in moves if move.lever == "tariff"):
        rates = {
            use: resolved.applied(
                "tariff", chosen["tariff"] + (0.0 if part is None else part), base["tariff"], year, use
            )
            for use, part in added.items()
        }
        levels |= {of_use("tariff", use): rate for use, rate in rates.items()}
        levels["tariff"] = (1.0 - final_share) * rates["inputs"] + final_share * rates["final"]
    return levels


def fixed_tariffs(resolved: ResolvedScenario, year: int, world: World) -> Mask:
    """Cells whose tariff a policy sets in a year: there the government follows the policy, not its own rule; (G, N, G)."""
    cells = np.zeros(world.tariffs.shape, dtype=bool)
    for move in resolved.in_force(year, "tariff", "policy"):
        if move.operation == "set" and move.use is None:
            cells |= move.mask
    return cells


def intervention_log(
    resolved: ResolvedScenario, year: int, before: WorldState, after: WorldState
) -> Iterator[Decisions]:
    """Log the policies and events that begin, move on or end in a year.

    One row per acting economy and partner (per acting economy where all partners are meant); before and after are plain
    means over the cells that the intervention reaches.
    """
    for move in resolved.interventions:
        now, last = move.share(year), move.share(year - 1)
        if now == last:
            continue
        adds = move.kind == "policy" and move.operation == "add"
        code = of_use(move.lever, move.use)
        kind = f"{move.kind}-end" if now == 0.0 else "policy-add" if adds else move.kind
        lever = (POLICY if move.kind == "policy" else EVENT)[move.lever]
        for who in move.who:
            others = tuple(partner for partner in move.partners if partner != who)
            named = lever.shape in ("pair", "partners") and len(others) < len(resolved.economies) - 1
            for partner in others if named else (NONE,):
                cells = _cells(move, lever, who, partner)
                if cells.any():
                    states = (state.levels for state in (before, after))
                    levels = (held.get(code, held[move.lever])[cells].mean() for held in states)
                    sector = move.sectors[0] if len(move.sectors) == 1 else NONE
                    numbers = {"number": move.index, "level": move.amount * now}
                    reason = INTERVENTIONS[kind]
                    yield batch(year, code, kind, reason, who, *levels, partner=partner, sector=sector, **numbers)


def _cells(move: Intervention, lever: Lever, who: int, partner: int) -> Mask:
    """Cells of an intervention that belong to one acting economy and, if named, one partner."""
    mine, faced = np.zeros_like(move.mask), np.ones_like(move.mask)
    mine[lever.part(who)] = True
    if partner != NONE:
        faced = np.zeros_like(move.mask)
        faced[(partner,) if lever.shape == "pair" and not lever.outward else (..., partner)] = True
    return np.asarray(move.mask & mine & faced)
