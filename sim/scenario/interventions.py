"""Policies and events as interventions: which cells, which years, how much. Contradictions between policies are found here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.errors import spell
from sim.levers import EVENT, POLICY, Shape
from sim.scenario.labels import TableLabels
from sim.scenario.schema import Event, Policy, Scenario
from sim.scenario.yaml_text import KeyPath

Operation = Literal["set", "add", "scale", "cut"]
#: Group of the economies that provide automation technology.
PROVIDERS = "automation-leaders"
#: What events do to their lever, where it is not a relative change.
_OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "export-restriction": "cut",
        "tariff": "add",
        "export-tax": "add",
        "technology-sharing": "add",
        "open-source": "add",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Intervention:
    """One policy or event.

    Parameters
    ----------
    kind : {"policy", "event"}
    index : int
        Place in the scenario's list.
    lever : str
        Id in :data:`sim.levers.POLICY` or :data:`sim.levers.EVENT`.
    operation : {"set", "add", "scale", "cut"}
        set: level; add: increment; scale: relative change; cut: share of exports that stops.
    amount : float
    who, partners, sectors : tuples of int
        Positions in the table. The partners of a tariff or friction are the origins, of an export tax or restriction the users.
    first, last : int
        First and last year in force.
    ramp : {"step", "linear"}
    mask : ndarray of bool
        Cells that move: (G, N, G) [origin, sector, destination], (G, N), (N, G), (G,) or (G, G) [giver, receiver], by the
        shape of the lever.
    """

    kind: Literal["policy", "event"]
    index: int
    lever: str
    operation: Operation
    amount: float
    who: tuple[int, ...]
    partners: tuple[int, ...]
    sectors: tuple[int, ...]
    first: int
    last: int
    ramp: Literal["step", "linear"]
    mask: NDArray[np.bool_]

    def share(self, year: int) -> float:
        """Share of the amount in force in a year: 0 outside its years, 1 from the first (step) or in the last (linear)."""
        if not self.first <= year <= self.last:
            return 0.0
        return 1.0 if self.ramp == "step" else (year - self.first + 1) / (self.last - self.first + 1)


def combined(
    moves: Sequence[Intervention], current: NDArray[np.float64], base: NDArray[np.float64], year: int
) -> NDArray[np.float64]:
    """Return the level that interventions in one lever give in a year: levels first, then increments, then relative changes.

    Parameters
    ----------
    moves : sequence of Intervention
        Those in force.
    current, base : ndarray
        What would hold without them, and the base year's value: where a linear ramp starts.
    """
    level = np.array(current)
    for move in sorted(moves, key=lambda move: ("set", "add", "scale").index(move.operation)):
        share, cells = move.share(year), move.mask
        if move.operation == "set":
            level[cells] = move.amount if share == 1.0 else base[cells] + share * (move.amount - base[cells])
        elif move.operation == "add":
            level[cells] += share * move.amount
        else:
            level[cells] *= 1.0 + share * move.amount
    return level


def interventions_of(scenario: Scenario, labels: TableLabels) -> tuple[Intervention, ...]:
    """Return the policies, then the events, as interventions; unknown labels and contradictions become problems."""
    policies = [_policy(policy, i, labels, scenario) for i, policy in enumerate(scenario.policies)]
    events = [_event(event, i, labels) for i, event in enumerate(scenario.events)]
    _find_contradictions(policies, labels)
    return tuple(policies + events)


def _policy(policy: Policy, index: int, labels: TableLabels, scenario: Scenario) -> Intervention:
    path: KeyPath = ("policies", index)
    lever = POLICY[policy.lever]
    shape = lever.shape
    who, partners, sectors = _cells(path, policy, labels, shape)
    mask = _mask(shape, who, partners, sectors, labels, outward=lever.outward)
    first = policy.first if policy.first is not None else scenario.years[0] + 1
    last = policy.last if policy.last is not None else scenario.years[1]
    operation: Operation = "set" if policy.value is not None else "add"
    _warn_if_empty(path, mask, who, partners, labels)
    _warn_if_not_provided(path, shape, who, labels)
    return Intervention(
        "policy", index, policy.lever, operation, policy.amount, who, partners, sectors, first, last, policy.ramp, mask
    )


def _event(event: Event, index: int, labels: TableLabels) -> Intervention:
    path: KeyPath = ("events", index)
    kind = EVENT[event.type]
    shape = kind.shape
    who, partners, sectors = _cells(path, event, labels, shape)
    mask = _mask(shape, who, partners, sectors, labels, outward=kind.outward)
    operation = _OPERATIONS.get(event.type, "scale")
    last = event.first + event.duration - 1
    _warn_if_empty(path, mask, who, partners, labels)
    _warn_if_not_provided(path, shape, who, labels)
    return Intervention(
        "event", index, event.type, operation, event.size, who, partners, sectors, event.first, last, "step", mask
    )


def _cells(
    path: KeyPath, item: Policy | Event, labels: TableLabels, shape: Shape
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    who = labels.economy_list((*path, "who"), item.who)
    partners = labels.economy_list((*path, "partners"), item.partners)
    given = "sectors" in item.model_fields_set
    sectors = (
        labels.sector_list((*path, "sectors"), item.sectors)
        if given or item.sectors != ("all",)
        else [*range(labels.N)]
    )
    unused = {
        "economy": ("partners", "sectors"), "cell": ("partners",), "demand": ("partners",), "partners": ("sectors",),
    }.get(shape, ())  # fmt: skip
    for field in unused:
        if getattr(item, field) != ("all",):
            labels.problems.add(
                (*path, field), "S030", f"has no effect here: this lever does not distinguish {field}.", warning=True
            )
    return tuple(who), tuple(partners), tuple(sectors)


def _mask(
    shape: Shape,
    who: tuple[int, ...],
    partners: tuple[int, ...],
    sectors: tuple[int, ...],
    labels: TableLabels,
    *,
    outward: bool,
) -> NDArray[np.bool_]:
    """Cells that a move reaches; ``outward``: `who` are the origins (exports), else the destinations (imports)."""
    acting, facing, chosen = np.zeros(labels.G, bool), np.zeros(labels.G, bool), np.zeros(labels.N, bool)
    acting[list(who)], facing[list(partners)], chosen[list(sectors)] = True, True, True
    if shape == "pair":
        origin, user = (acting, facing) if outward else (facing, acting)
        mask = origin[:, None, None] & chosen[None, :, None] & user[None, None, :]
        own = np.arange(labels.G)
        mask[own, :, own] = False  # no economy taxes or bars itself
    elif shape == "cell":
        mask = acting[:, None] & chosen[None, :]
    elif shape == "demand":
        mask = chosen[:, None] & acting[None, :]
    elif shape == "partners":
        mask = acting[:, None] & facing[None, :] & ~np.eye(labels.G, dtype=bool)
    else:
        mask = acting
    mask.flags.writeable = False
    return mask


def _warn_if_empty(
    path: KeyPath, mask: NDArray[np.bool_], who: Sequence[int], partners: Sequence[int], labels: TableLabels
) -> None:
    """Warn of a move that reaches nothing, unless all it names is optional and missing in this table."""
    if not mask.any() and who and partners and not labels.problems.errors:
        labels.problems.add(path, "S030", "reaches no trade: `who` and `partners` are the same economy.", warning=True)


def _warn_if_not_provided(path: KeyPath, shape: Shape, who: tuple[int, ...], labels: TableLabels) -> None:
    """Technology is shared by its providers, the automation leaders; others have none to share."""
    if shape != "partners" or PROVIDERS not in labels.table.economy_groups:
        return
    providers = set(labels.table.economies_in(PROVIDERS))
    if who and not providers & set(who):
        named = ", ".join(labels.economies[r] for r in sorted(providers))
        labels.problems.add(
            (*path, "who"), "S030", "has no effect here: none of these economies provides automation technology.",
            help=f"providers: {named}", warning=True,
        )  # fmt: skip


def _find_contradictions(policies: list[Intervention], labels: TableLabels) -> None:
    """Two levels for one cell in one year contradict each other; the same level twice is only superfluous."""
    levels = [move for move in policies if move.operation == "set"]
    for one, two in combinations(levels, 2):
        if one.lever != two.lever or not (one.mask & two.mask).any():
            continue
        years = range(max(one.first, two.first), min(one.last, two.last) + 1)
        differing = [y for y in years if (one.amount, one.share(y)) != (two.amount, two.share(y))]
        if differing:
            cell = tuple(int(k) for k in np.argwhere(one.mask & two.mask)[0])
            labels.problems.add(
                ("policies", two.index), "S025",
                f"contradicts {spell(labels.problems.original(('policies', one.index)))}: both set {one.lever} of {_cell_name(cell, one, labels)} in {differing[0]}, "
                f"to {one.amount:g} and to {two.amount:g}.",
                help="make their years, economies or sectors disjoint, or use `add` for one of them",
            )  # fmt: skip
        elif len(years):
            labels.problems.add(
                ("policies", two.index),
                "S030",
                f"repeats {spell(labels.problems.original(('policies', one.index)))}.",
                warning=True,
            )


def _cell_name(cell: tuple[int, ...], move: Intervention, labels: TableLabels) -> str:
    shape = POLICY[move.lever].shape
    if shape == "pair" and POLICY[move.lever].outward:
        return f"{labels.economies[cell[0]]} on {labels.sectors[cell[1]]} to {labels.economies[cell[2]]}"
    if shape == "pair":
        return f"{labels.economies[cell[2]]} on {labels.economies[cell[0]]} {labels.sectors[cell[1]]}"
    if shape == "cell":
        return f"{labels.economies[cell[0]]} {labels.sectors[cell[1]]}"
    if shape == "partners":
        return f"{labels.economies[cell[0]]} with {labels.economies[cell[1]]}"
    return (
        f"{labels.sectors[cell[0]]} in {labels.economies[cell[1]]}" if shape == "demand" else labels.economies[cell[0]]
    )
