"""What can be seen before solving: economies that the shocks cut off although a deficit must be carried."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from sim.economy.arrays import Array
from sim.economy.errors import InfeasibleError
from sim.economy.nests import weighted
from sim.economy.system import System

Flags = NDArray[np.bool_]

#: A deficit below this share of income is zero.
BALANCED = 1e-9
#: A sourcing sum below this has lost the sources that a user has, by underflow or because they are shut.
VANISHED = 1e-290
#: Economies that cannot carry a deficit or surplus.
STUCK = (
    "has no trade left",
    "still exports but can import nothing, so that it would have to run a surplus",
    "still imports but can export nothing, so that it would have to run a deficit",
)


def open_trade(system: System) -> Flags:
    """True where the shocks leave some trade from s to r that the base year has: (G, G), diagonal False."""
    traded = (system.sourcing[..., : system.N + 1] > 0).any(axis=3)
    trade = np.asarray((traded & np.isfinite(system.barrier)).any(axis=1), dtype=np.bool_)
    np.fill_diagonal(trade, False)
    return trade


def require_feasible(system: System) -> None:
    """Check that every used input has a source and every economy's deficit can be carried by the trade that is left."""
    open_flows = np.isfinite(system.barrier)
    if open_flows.all():
        return
    require_sources(system, weighted(system.sourcing, open_flows.astype(np.float64)) + system.unused)
    base, trade = system.base, open_trade(system)
    size = BALANCED * base.income
    exports, imports = trade.any(axis=1), trade.any(axis=0)
    found = (~exports & ~imports & (abs(base.deficit) > size), exports & ~imports & (base.deficit > -size))
    for wrong, what in zip((*found, imports & ~exports & (base.deficit < size)), STUCK, strict=True):
        for r in np.flatnonzero(wrong):
            raise InfeasibleError(
                f"{base.economies[r]} {what}; its deficit is {base.deficit[r]:,.4g} "
                f"({base.deficit[r] / base.income[r]:.2%} of income) and stays fixed. Keep a finite friction on some of its "
                "flows, or set economy.deficits to balanced or none."
            )
    count, part = connected_components(trade, directed=False)
    for group in (np.flatnonzero(part == k) for k in range(count)):
        total = float(base.deficit[group].sum())
        if abs(total) > float(size[group].sum()):
            names = ", ".join(base.economies[r] for r in group[:12])
            raise InfeasibleError(
                f"{names} trade only among themselves, but their deficits sum to {total:,.4g} instead of 0. "
                "Open trade with the others, or set economy.deficits to balanced or none."
            )


def require_sources(system: System, total: Array) -> None:
    """Check that every used input still has a source, from the normalisers of a price pass."""
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
    """Check that a solution leaves every economy something to spend."""
    base = system.base
    left = income if system.outlays is None else income - system.outlays.sum(axis=0) * (income - base.deficit)
    worst = int(np.argmin(left / base.income))
    if not left[worst] > 0:
        raise InfeasibleError(
            f"{base.economies[worst]} would have {left[worst]:,.4g} left to spend: its fixed balance of "
            f"{-base.deficit[worst]:,.4g} and its outlays take all its income under these shocks. Make the shocks smaller, "
            "lower the outlays, or set economy.deficits to balanced or none."
        )
