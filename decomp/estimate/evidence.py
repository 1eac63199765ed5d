"""The estimate of 2022 beside what is published: how the fit went, value added, foreign value-added shares, exports to the OECD."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from decomp.estimate.inputs import OECD, ROW, Inputs, values
from decomp.estimate.method import Array, Estimate, estimate
from decomp.estimate.tables import economies_of
from decomp.leontief import leontief_inverse
from decomp.names import data_rows

#: Value added of national accounts that is more of GDP than this is at market prices: basic prices are not published.
MARKET_PRICES = 0.96


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of ours, the published one where there is one, and what explains the difference."""

    measure: str
    what: str
    ours: float
    published: float | None = None
    unit: str = "billion USD"
    note: str = ""


def evidence(inputs: Inputs) -> list[Row]:
    """Return all rows; estimates the year twice, with and without the facts of TiVA, which then are a test."""
    world = estimate(inputs.known())
    parts = (_fit(world), _value_added(inputs, world), _foreign(inputs, world))
    return [row for part in (*parts, _exports(inputs, estimate(inputs.known(facts=False)))) for row in part]


def _fit(world: Estimate) -> Iterator[Row]:
    """How well the constraints hold; the balance and size of ROW."""
    fitted = world.fitted
    yield Row("fit", f"largest error of a constraint after {fitted.sweeps} sweeps; rows are exact", fitted.gap, unit="")
    trade = fitted.row_final.sum() + fitted.row_inputs.sum() - fitted.to_row.sum() - fitted.T[:, :, -1].sum()
    published = values("exports")[ROW] - values("imports")[ROW]
    why = "minus the balances of the named, which the world's accounts do not add up to; OECD's table of 2020: −582"
    yield Row("fit", "trade balance of ROW", 1e-3 * trade, published, note=why)
    yield Row("fit", "home of ROW, multiple of 2020", world.row_scale, unit="")


def _value_added(inputs: Inputs, world: Estimate) -> Iterator[Row]:
    """Value added at basic prices by economy of world-2022, beside national accounts; the named with taxes on inputs against GDP."""
    kept = 1e-3 * (world.Z.sum(axis=1) + world.Y.sum(axis=1) - world.Z.sum(axis=0))
    added = kept.reshape(-1, len(inputs.sectors)).sum(axis=1)
    basic = dict(zip((*inputs.economies, ROW), added * (1.0 - inputs.taxes()), strict=True))
    accounts, gdp = values("value added"), values("gdp")
    reasons = {row["id"]: row["en"] for row in data_rows("estimate", "statements.csv")}
    for label, codes in economies_of("world").items():
        published = sum(accounts[c] for c in codes)
        market = published > MARKET_PRICES * sum(gdp[c] for c in codes)
        why = reasons.get(f"exception-{label}", "national accounts at market prices" if market else "")
        yield Row("value added at basic prices", label, sum(basic[c] for c in codes), published, note=why)
    taxes = f"with net taxes on inputs of {(added[:-1] * inputs.taxes()[:-1]).sum():,.0f} billion USD"
    ratio = added[:-1].sum() / sum(gdp[c] for c in inputs.economies)
    yield Row("value added of the named over GDP", "world", ratio, unit="", note=taxes)


def _foreign(inputs: Inputs, world: Estimate) -> Iterator[Row]:
    """Foreign value-added shares of gross exports, total, manufacturing and electronics, beside TiVA."""
    S, N = len(inputs.economies), len(inputs.sectors)
    X = world.Z.sum(axis=1) + world.Y.sum(axis=1)
    A: Array = np.divide(world.Z, X, out=np.zeros_like(world.Z), where=X > 0)
    V, B = 1.0 - A.sum(axis=0), leontief_inverse(A)
    trade = world.Z.reshape(S + 1, N, S + 1, N).sum(axis=3) + world.Y.reshape(S + 1, N, S + 1)
    for activity in ("_T", "C", "C26"):
        mask = np.array([activity == "_T" or code.startswith(activity) for code in inputs.sectors])
        for economy, published in values("foreign value-added share", activity=activity).items():
            s = inputs.economies.index(economy)
            here = slice(s * N, s * N + N)
            exports = (trade[s].sum(axis=1) - trade[s, :, s]) * mask
            share = 100 * float(1.0 - V[here] @ B[here, here] @ exports / exports.sum())
            note = "OECD separates the exporting half of Mexico and China" if economy in ("MEX", "CHN") else ""
            yield Row(f"foreign value-added share of exports, {activity}", economy, share, published, "%", note)


def _exports(inputs: Inputs, world: Estimate) -> Iterator[Row]:
    """Final exports to the OECD, and of electronics, as estimated without these facts, beside TiVA."""
    T, oecd, c = world.fitted.T, inputs.positions(OECD), inputs.sectors.index("C26")
    for economy, published in values("final exports", "OECD").items():
        s = inputs.economies.index(economy)
        ours = 1e-3 * float(T[s][:, oecd[oecd != s]].sum())
        yield Row("final exports to the OECD, estimated without them", economy, ours, published)
    total, as_inputs = (values(name, activity="C26") for name in ("exports", "intermediate exports"))
    for economy, value in total.items():
        s = inputs.economies.index(economy)
        ours = 1e-3 * float(T[s, c].sum() - T[s, c, s])
        yield Row("final exports of electronics, estimated without them", economy, ours, value - as_inputs[economy])
