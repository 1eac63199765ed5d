"""Log of what economies decide together: membership of the ledger, abatement and sales of carbon allowances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.carbon import MONEY
from sim.behaviour.log import Decisions, batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.agents import LedgerTraits
    from sim.model.record import YearDecisions


def ledger_log(year: YearDecisions) -> list[Decisions]:
    """Foundings, then who joins and who leaves, with what the ledger saves and costs."""
    before, after, traits = year.before.ledger, year.after.ledger, year.traits
    chosen = np.array([plan.member for plan in year.plans])
    found = []
    for kind, moved in (
        ("ledger-found", after & ~before & ~chosen),
        ("ledger-join", after & ~before & chosen),
        ("ledger-leave", before & ~after),
    ):
        who = np.flatnonzero(moved)
        if who.size:
            found.append(_ledger_batch(year, kind, who, [traits[r].ledger for r in who]))
    return found


def _ledger_batch(
    year: YearDecisions, kind: str, who: NDArray[np.intp], terms: Sequence[LedgerTraits | None]
) -> Decisions:
    before, after = year.before.ledger, year.after.ledger
    entry, running, horizon = (
        np.array([getattr(own, name) for own in terms]) for name in ("entry_cost", "running_cost", "horizon")
    )
    saving = year.ledger_saving[who]
    drivers = {
        "ledger-found": {"members": float(after.sum()), "entry": entry, "running": running},
        "ledger-join": {
            "members": float(before.sum()), "saving": saving, "entry": entry, "running": running, "horizon": horizon,
            "cost": running + entry / horizon,
        },
        "ledger-leave": {
            "members": before.sum() - 1.0, "saving": saving, "running": running, "losing": year.before.losing[who] + 1.0,
        },
    }[kind]  # fmt: skip
    return batch(year.year, "ledger", kind, who, before[who], after[who], **drivers)


def carbon_log(year: YearDecisions) -> list[Decisions]:
    """Abatement and trade of allowances by economy: emissions without and with abatement, sellers before buyers."""
    market = year.carbon
    if market is None or market.price == 0.0:
        return []
    found = []
    for kind, side in (("carbon-sell", market.sold >= 0), ("carbon-buy", market.sold < 0)):
        who = np.flatnonzero(side & (market.uncapped > 0))
        if who.size:
            traded = np.abs(market.sold[who])
            found.append(
                batch(
                    year.year, "carbon_emissions", kind, who, market.uncapped[who], market.emissions[who], price=market.price,
                    abated=1.0 - market.emissions[who] / market.uncapped[who], uncapped=market.uncapped[who],
                    cost=market.cost.sum(axis=1)[who], allowances=market.allowances[who], traded=traded,
                    value=MONEY * market.price * traded,
                )
            )  # fmt: skip
    return found
