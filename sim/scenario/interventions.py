"""Policies and events as interventions: which cells, which years, how much; and what they add up to.

Contradictions between policies, and sums that leave the limits of a lever, are found here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from decomp.labels import listed
from sim.errors import Problems, spell
from sim.levers import EVENT, POLICY, USES, Lever, Shape
from sim.scenario.labels import TableLabels
from sim.scenario.schema import ON_GOODS, Event, Policy, Scenario
from sim.scenario.validation import TAXES
from sim.scenario.yaml_text import KeyPath
from sim.state import Array, Mask

Operation = Literal["set", "add", "scale", "cut"]

#: Group of the economies that provide automation technology.
PROVIDERS = "automation-leaders"
#: What events do to their lever, where it is not a relative change.
_OPERATIONS: dict[str, Operation] = {"export-restriction": "cut"}
_OPERATIONS |= dict.fromkeys(("tariff", "export-tax", "technology-sharing", "open-source"), "add")
#: What a lever of some shape does not distinguish.
_UNUSED: dict[Shape, tuple[str, ...]] = {"economy": ("partners", "sectors"), "partners": ("sectors",)}
_UNUSED |= dict.fromkeys(("cell", "demand"), ("partners",))


@dataclass(frozen=True, slots=True, eq=False)
class Intervention:
    """One policy or event; ``who``, ``partners`` and ``sectors`` are positions in the table."""

    kind: Literal["policy", "event"]
    index: int  # place in the scenario's list
    lever: str  # id in :data:`sim.levers.POLICY` or :data:`sim.levers.EVENT`
    operation: Operation  # set: level; add: increment; scale: relative change; cut: share of exports that stops
    amount: float
    who: tuple[int, ...]
    partners: tuple[int, ...]  # of a tariff or friction the origins, of an export tax or restriction the users
    sectors: tuple[int, ...]
    #: Cells that change: (G, N, G) [origin, sector, destination], (G, N), (N, G), (G,) or (G, G) [giver, receiver], by the
    #: shape of the lever.
    mask: Mask
    first: int  # first and last year in force
    last: int
    ramp: Literal["step", "linear", "s"]
    use: str | None = None  # the one use that a tariff is levied on, of :data:`sim.levers.USES`; None: all
    by: int | None = None  # year in which a ramp is complete; None: ``last``

    @property
    def path(self) -> KeyPath:
        """Path of the policy or event in the scenario."""
        return ("policies" if self.kind == "policy" else "events", self.index)

    def share(self, year: int) -> float:
        """Share of the amount in force in a year: 0 outside its years; a step is 1 from the first, a ramp from ``by`` on.

        With x the part of the years of the ramp that is over, a linear one is x and an s-shaped one x² (3 − 2x).
        """
        if not self.first <= year <= self.last:
            return 0.0
        x = min(1.0, (year - self.first + 1) / ((self.by or self.last) - self.first + 1))
        return 1.0 if self.ramp == "step" else x if self.ramp == "linear" else x * x * (3.0 - 2.0 * x)


def combined(interventions: Sequence[Intervention], current: Array, base: Array, year: int) -> Array:
    """Level that interventions in force in one lever give: levels, then increments, then relative changes; ramps start at ``base``."""
    level = np.array(current)
    for change in sorted(interventions, key=lambda change: ("set", "add", "scale").index(change.operation)):
        share, cells = change.share(year), change.mask
        if change.operation == "set":
            level[cells] = change.amount if share == 1.0 else base[cells] + share * (change.amount - base[cells])
        elif change.operation == "add":
            level[cells] += share * change.amount
        else:
            level[cells] *= 1.0 + share * change.amount
    return level


def interventions_of(scenario: Scenario, labels: TableLabels) -> tuple[Intervention, ...]:
    """Return the policies, then the events, as interventions; unknown labels and contradictions become problems."""
    start, end = scenario.years
    policies, events = [], []
    for i, policy in enumerate(scenario.policies):
        operation: Operation = "set" if policy.value is not None else "add"
        cells = _cells(("policies", i), policy, labels, POLICY[policy.lever])
        span = (policy.first or start + 1, policy.last or end)
        given = (i, policy.lever, operation, policy.amount, *cells, *span, policy.ramp, policy.use, policy.by)
        policies.append(Intervention("policy", *given))
    for i, event in enumerate(scenario.events):
        operation = _OPERATIONS.get(event.type, "scale")
        cells = _cells(("events", i), event, labels, EVENT[event.type])
        span = (event.first, event.first + event.duration - 1)
        events.append(Intervention("event", i, event.type, operation, event.size, *cells, *span, "step", event.use))
    _find_contradictions(policies, labels)
    return (*policies, *events)


def _cells(
    path: KeyPath, item: Policy | Event, labels: TableLabels, lever: Lever
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], Mask]:
    """Positions of who, partners and sectors, and the cells that they reach; what has no effect becomes a warning."""
    problems = labels.problems
    who = labels.listed("economy", (*path, "who"), item.who)
    partners = labels.listed("economy", (*path, "partners"), item.partners)
    if lever.id in ON_GOODS and item.sectors == ("goods",) and "goods" not in labels.sector_names:
        message = f"the table has no sector group 'goods', which is the default for {lever.id}."
        example = ", ".join(labels.sectors[:2])
        help = f"write `sectors: …`, or define the group: groups: {{sectors: {{goods: [{example}, …]}}}}"
        problems.add((*path, "sectors"), "S021", message, help=help)
        sectors = []
    elif item.sectors == ("all",):
        sectors = list(range(labels.N))
    else:
        sectors = labels.listed("sector", (*path, "sectors"), item.sectors)
    for field in _UNUSED.get(lever.shape, ()):
        if getattr(item, field) != ("all",):
            message = f"has no effect here: this lever does not distinguish {field}."
            problems.add((*path, field), "S030", message, warning=True)
    if item.use and lever.id != "tariff":
        message = "has no effect here: only a tariff can be levied on one use alone."
        problems.add((*path, "use"), "S030", message, help="leave `use` out")
    mask = _mask(lever, who, partners, sectors, labels)
    if not mask.any() and who and partners and not problems.errors:
        problems.add(path, "S030", "reaches no trade: `who` and `partners` are the same economy.", warning=True)
    if lever.shape == "partners" and PROVIDERS in labels.table.economy_groups:
        providers = labels.table.economies_in(PROVIDERS)
        if who and not {*providers} & {*who}:
            message = "has no effect here: none of these economies provides automation technology."
            named = ", ".join(labels.economies[r] for r in sorted(providers))
            problems.add((*path, "who"), "S030", message, help=f"providers: {named}", warning=True)
    return tuple(who), tuple(partners), tuple(sectors), mask


def _mask(lever: Lever, who: list[int], partners: list[int], sectors: list[int], labels: TableLabels) -> Mask:
    """Cells that an intervention reaches; where the lever is ``outward``, `who` are the origins, else the destinations."""
    acting, facing, chosen = (np.zeros(number, bool) for number in (labels.G, labels.G, labels.N))
    acting[who], facing[partners], chosen[sectors] = True, True, True
    if lever.shape == "pair":
        origin, user = (acting, facing) if lever.outward else (facing, acting)
        mask = origin[:, None, None] & chosen[None, :, None] & user[None, None, :]
        own = np.arange(labels.G)
        mask[own, :, own] = False  # no economy taxes or bars itself
    elif lever.shape == "partners":
        mask = acting[:, None] & facing[None, :] & ~np.eye(labels.G, dtype=bool)
    else:
        mask = {"cell": np.outer(acting, chosen), "demand": np.outer(chosen, acting)}.get(lever.shape, acting)
    mask.flags.writeable = False
    return mask


def _find_contradictions(policies: Sequence[Intervention], labels: TableLabels) -> None:
    """Two levels for one cell in one year contradict each other; the same level twice is only superfluous."""
    problems = labels.problems
    for lever in dict.fromkeys(policy.lever for policy in policies):
        levels = [p for p in policies if p.lever == lever and p.operation == "set" and p.mask.any()]
        reach = np.zeros((3, len(levels), max(labels.G, labels.N)), dtype=bool)
        for k, policy in enumerate(levels):
            for row, field in enumerate(("who", "partners", "sectors")):
                unused = field in _UNUSED.get(POLICY[lever].shape, ())
                reach[row, k, slice(None) if unused else list(getattr(policy, field))] = True
        first, last = np.array([p.first for p in levels]), np.array([p.last for p in levels])
        for k, later in enumerate(levels):
            near = (reach[:, :k] & reach[:, k : k + 1]).any(axis=2).all(axis=0)
            near &= np.array([None in (p.use, later.use) or p.use == later.use for p in levels[:k]], dtype=bool)
            for j in np.flatnonzero(near & (first[:k] <= later.last) & (last[:k] >= later.first)):
                both = np.argwhere(levels[j].mask & later.mask)
                if problems.full:
                    return
                if len(both):
                    cell = _cell_name(tuple(int(c) for c in both[0]), POLICY[lever], labels)
                    _contradiction(levels[j], later, cell, problems)


def _contradiction(earlier: Intervention, later: Intervention, cell: str, problems: Problems) -> None:
    """Record two policies that set the same cell in the same years."""
    years = range(max(earlier.first, later.first), min(earlier.last, later.last) + 1)
    differing = [y for y in years if (earlier.amount, earlier.share(y)) != (later.amount, later.share(y))]
    where = spell(problems.original(earlier.path))
    if differing:
        values = f"to {earlier.amount:g} and to {later.amount:g}"
        message = f"contradicts {where}: both set {later.lever} of {cell} in {differing[0]}, {values}."
        help = "make their years, economies or sectors disjoint, or use `add` for one of them"
        problems.add(later.path, "S025", message, help=help)
    else:
        problems.add(later.path, "S030", f"repeats {where}.", warning=True)


def check_levels(
    interventions: Sequence[Intervention], start: Mapping[str, Array | Callable[[], Array]], labels: TableLabels
) -> None:
    """Record what takes a lever of ``start`` (levels of the base year) out of its limits; taxes have a lower one only."""
    by_use = [(lever, use) for lever in start for use in (USES if lever == "tariff" else (None,))]
    for lever, use in by_use:
        levels = start[lever]
        concerned = [change for change in interventions if change.lever == lever and change.use in (None, use)]
        if use not in (None, USES[0]) and all(change.use is None for change in concerned):
            continue  # as on the first use
        limit, tax = POLICY[lever], lever in TAXES
        if labels.problems.full or not concerned or (tax and all(change.amount >= 0.0 for change in concerned)):
            continue
        base = levels() if callable(levels) else levels
        for year in sorted({year for change in concerned for year in (change.first, change.last)}):
            active = [change for change in concerned if change.share(year) > 0.0]
            level = combined(active, base, base, year)
            wrong = level <= limit.min if tax else (level > limit.max + 1e-12) | (level < limit.min - 1e-12)
            reported = any(
                not limit.allows(c.amount) if tax or c.operation == "set" else abs(c.amount) > 1.0 for c in active
            )
            if wrong.any() and not reported:
                cell = tuple(int(k) for k in np.argwhere(wrong)[0])
                last = next(change for change in reversed(active) if change.mask[cell])
                name, original = _cell_name(cell, limit, labels), labels.problems.original
                others = [spell(original(change.path)) for change in active if change.mask[cell] and change is not last]
                beside = f", together with {listed(others[:5])}" if others else ""
                where = "" if use is None or all(change.use is None for change in active) else f" ({use})"
                message = f"brings {lever}{where} of {name} to {level[cell]:g} in {year}{beside}."
                help = f"allowed: {limit.allowed} ({limit.unit})"
                labels.problems.add(last.path, "S024" if tax else "S013", message, help=help)
                break


def _cell_name(cell: tuple[int, ...], lever: Lever, labels: TableLabels) -> str:
    economies, sectors = labels.economies, labels.sectors
    if lever.shape == "pair":
        origin, sector, user = economies[cell[0]], sectors[cell[1]], economies[cell[2]]
        return f"{origin} on {sector} to {user}" if lever.outward else f"{user} on {origin} {sector}"
    if lever.shape == "cell":
        return f"{economies[cell[0]]} {sectors[cell[1]]}"
    if lever.shape == "partners":
        return f"{economies[cell[0]]} with {economies[cell[1]]}"
    return f"{sectors[cell[0]]} in {economies[cell[1]]}" if lever.shape == "demand" else economies[cell[0]]
