"""What can be seen before solving: economies that the shocks cut off although a deficit must be carried."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.economy.arrays import Array
from sim.economy.errors import InfeasibleError
from sim.economy.nests import weighted
from sim.economy.system import System

Flags = NDArray[np.bool_]

#: A deficit below this share of income is zero.
BALANCED = 1e-9
#: A sourcing sum below this has lost the sources that a user has, by underflow or because they are shut.
VANISHED = 1e-290


def open_trade(system: System) -> Flags:
    """True where the shocks leave some trade from s to r that the base year has: (G, G), diagonal False."""
    traded = (system.sourcing[..., : system.N + 1] > 0).any(axis=3)
    found = np.asarray((traded & np.isfinite(system.barrier)).any(axis=1), dtype=np.bool_)
    np.fill_diagonal(found, False)
    return found


def require_feasible(system: System) -> None:
    """Check that every used input has a source and every economy's deficit can be carried by the trade that is left.

    Raises
    ------
    InfeasibleError
        Names the market or the economy, its deficit and what to change.
    """
    open_flows = np.isfinite(system.barrier)
    if open_flows.all():
        return
    require_sources(system, weighted(system.sourcing, open_flows.astype(np.float64)) + system.unused)
    base, trade = system.base, open_trade(system)
    size = BALANCED * base.income
    for r in range(base.G):
        exports, imports = bool(trade[r].any()), bool(trade[:, r].any())
        deficit = float(base.deficit[r])
        if not exports and not imports and abs(deficit) > size[r]:
            raise _unbalanced(system, r, "has no trade left")
        if exports and not imports and deficit > -size[r]:
            raise _unbalanced(system, r, "still exports but can import nothing, so that it would have to run a surplus")
        if imports and not exports and deficit < size[r]:
            raise _unbalanced(system, r, "still imports but can export nothing, so that it would have to run a deficit")
    for group in _parts(trade):
        total = float(base.deficit[group].sum())
        if abs(total) > float(size[group].sum()):
            names = ", ".join(base.economies[r] for r in group[:12])
            raise InfeasibleError(
                f"{names} trade only among themselves, but their deficits sum to {total:,.4g} instead of 0. "
                "Open trade with the others, or start from a table whose deficits are zero."
            )


def require_sources(system: System, total: Array) -> None:
    """Check that every used input still has a source, from the normalisers of a price pass.

    Raises
    ------
    InfeasibleError
        Names the input, its user, the sources that are shut and what to change.
    """
    lost = total < VANISHED
    if not lost.any():
        return
    base = system.base
    i, r, u = (int(k) for k in np.argwhere(lost)[0])
    if u < base.N:
        user = base.cell(r, u)
    else:
        user = f"{('final demand', 'robots', 'AI services')[u - base.N]} in {base.economies[r]}"
    shut = [base.economies[s] for s in np.flatnonzero(np.isinf(system.barrier[:, i, r]))]
    why = f"friction is inf from {', '.join(shut[:12])}" if shut else "its sources are dearer by more than e^(660/θ)"
    raise InfeasibleError(
        f"market for input {base.sectors[i]} of {user}: no source is left ({why}, no domestic supply in the base table). "
        "Keep one source open with a finite friction, lower the friction, or aggregate the sector."
    )


def require_income(system: System, income: Array) -> None:
    """Check that a solution leaves every economy something to spend.

    Raises
    ------
    InfeasibleError
        An economy's fixed surplus or outlays take all its income.
    """
    base = system.base
    left = income if system.outlays is None else income - system.outlays.sum(axis=0) * (income - base.deficit)
    worst = int(np.argmin(left / base.income))
    if not left[worst] > 0:
        raise InfeasibleError(
            f"{base.economies[worst]} would have {left[worst]:,.4g} left to spend: its fixed balance of "
            f"{-base.deficit[worst]:,.4g} and its outlays take all its income under these shocks. Make the shocks smaller, "
            "lower the outlays, or start from a table without deficits."
        )


def _parts(trade: Flags) -> list[list[int]]:
    """Connected groups of economies."""
    linked = trade | trade.T
    left, groups = set(range(len(linked))), []
    while left:
        group, edge = set(), {min(left)}
        while edge:
            group |= edge
            edge = {int(k) for r in edge for k in np.flatnonzero(linked[r])} - group
        groups.append(sorted(group))
        left -= group
    return groups


def _unbalanced(system: System, r: int, what: str) -> InfeasibleError:
    base = system.base
    return InfeasibleError(
        f"{base.economies[r]} {what}; its deficit is {base.deficit[r]:,.4g} ({base.deficit[r] / base.income[r]:.2%} of "
        "income) and stays fixed. Keep a finite friction on some of its flows, or start from a table without deficits."
    )
