"""Backward tests: years whose whole table is known are estimated as if they were 2022, on the bundled tables of WIOD (16 × 20).

Known are the intermediate flows among 15 economies and their outputs; the coarse table is two years older, the fine shares eleven; ROW
is hidden. The strength of what is carried over (method.EXPORTER, method.BILATERAL) was chosen on 2007 and 2009 alone.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from decomp.estimate.method import Array, Fact, Known, estimate, fine_shares, fold
from decomp.indicators import interdependence
from decomp.io.bundled import load_bundled
from decomp.leontief import gross_exports
from decomp.names import data_rows, statement
from decomp.table import WorldTable
from decomp.wwz import wwz

YEARS = (2007, 2008, 2009, 2010, 2011)
#: Age of the coarse table and of the fine shares, in years: those of 2020 and 2011 in the estimate of 2022.
COARSE_AGE, FINE_AGE = 2, 11
#: The coarse sectors of the table of 2020, over the sectors of the bundled tables; the last economy is ROW.
_COARSE = ("c1 c2 c3", "c4 c5 c6 c7 c8 c9 c10 c11 c12 c13 c14 c15 c16", "c17t18", "c19t26", "c27t30", "c31t35")
_PROXIES = ("MEX", "BRA", "TUR", "RUS", "IND", "IDN")
#: What the errors are about: shares of totals, or percentage points (pp); their meanings stand in ``data/estimate/statements.csv``.
_MEASURED = "cells bilateral totals fva fva_worst vs vs_95 chn_kor kor_chn dva interdependence gdp"
MEASURES = {code: statement(f"measure-{code}") for code in _MEASURED.split()}


def errors(years: Iterable[int] = YEARS) -> dict[str, dict[str, float]]:
    """Return the errors of each estimator by measure, averages over the years (the worst of ``fva_worst`` is averaged as well)."""
    by_estimator: dict[str, list[dict[str, float]]] = {}
    for year in years:
        truth = load_bundled(f"world-{year}")
        facts = summary(truth)
        for name, age in ESTIMATORS.items():
            table = load_bundled(f"world-{year - age}") if age else estimated(truth, name)
            by_estimator.setdefault(name, []).append(difference(facts, summary(table)))
    return {
        name: {m: float(np.mean([one[m] for one in each])) for m in MEASURES} for name, each in by_estimator.items()
    }


def hidden(truth: WorldTable, *, balances: bool = True) -> Known:
    """Return what would be known of a year if final use and ROW were not."""
    assert truth.year is not None
    S, N, G = truth.G - 1, truth.N, truth.G
    flows = truth.Z.reshape(G, N, G, N)
    coarse = np.array([next(k for k, codes in enumerate(_COARSE) if s in codes.split()) for s in truth.sectors])
    K = fold(coarse)
    earlier, older = (load_bundled(f"world-{truth.year - age}") for age in (COARSE_AGE, FINE_AGE))
    uses = [(t.Y.reshape(G, N, G), t.Z.reshape(G, N, G, N).sum(axis=3)) for t in (earlier, older)]
    before = [np.maximum(np.einsum("ki,sir->skr", K, array), 0.0) for array in uses[0]]
    one = [[i] for i in range(N)]
    shares = [fine_shares(np.maximum(array, 0.0), one, range(G), np.ones((G, N)), coarse) for array in uses[1]]
    trade = exports(truth)
    return Known(
        Z=np.ascontiguousarray(flows[:S, :, :S].reshape(S * N, S * N)),
        output=truth.X[: S * N],
        coarse=coarse,
        earlier_final=before[0],
        earlier_intermediate=before[1],
        earlier_home=K @ earlier.Z[S * N :, S * N :] @ K.T,
        final_shares=shares[0],
        intermediate_shares=shares[1],
        proxies=np.array([truth.economy(e) for e in _PROXIES]),
        row_value_added=float(truth.value_added_flow[S * N :].sum()),
        balances=(trade.sum(axis=1) - trade.sum(axis=0))[:S] if balances else np.full(S, np.nan),
    )


def exports(table: WorldTable) -> Array:
    """Gross exports by pair, (G, G), zero at home."""
    return np.asarray(gross_exports(table.Z, table.Y, table.G, table.N)[0].sum(axis=1))


def estimated(truth: WorldTable, how: str) -> WorldTable:
    """The truth with the estimate of a kind in place of its flows; 1e-8 is enough for errors of per cent."""
    known = hidden(truth, balances=not how.startswith("rows only"))
    S, N = known.S, known.I
    if "±" in how:  # as national accounts are; drawn with a fixed seed
        gdp = truth.value_added_flow.reshape(truth.G, -1).sum(axis=1)[:-1]
        noise = 0.005 * gdp * np.random.default_rng(0).standard_normal(S)
        known = replace(known, balances=known.balances + noise)
    if how.startswith("exports"):  # with the balance, imports are known as well
        total, sold = exports(truth)[:-1].sum(axis=1), known.flows.sum(axis=(1, 3))
        others = [np.array([r for r in range(S + 2) if r != s]) for s in range(S)]
        facts = (Fact(s, np.arange(N), others[s], total[s] - sold[s].sum() + sold[s, s]) for s in range(S))
        known = replace(known, facts=tuple(facts))
    result = estimate(known, carry=0.0 if how.endswith("intermediates") else 1.0, tolerance=1e-8)
    return truth.replace(Z=result.Z, Y=result.Y, final_demand=None, final_demand_labels=None, published_output=None)


#: Estimators by name, the one that is used first; a number is the age of a complete table that is taken as it is.
ESTIMATORS = {row["estimator"]: int(row["age"]) for row in data_rows("estimate", "estimators.csv")}


def summary(table: WorldTable) -> dict[str, Array]:
    """Return what errors are measured of: final exports, shares, domestic value added, value added, interdependence."""
    done = wwz(table)
    G, N, c, k = table.G, table.N, table.economy("CHN"), table.economy("KOR")
    final = table.Y.reshape(G, N, G) * (1.0 - np.eye(G))[:, None, :]
    pairs, dva = done.exports.sum(axis=1), done.terms[:8].sum(axis=(0, 2))
    own = np.array([done.VB[s, s * N : s * N + N] @ done.exports[s].sum(axis=1) for s in range(G)])
    vs = 1.0 - np.divide(dva, pairs, out=np.ones_like(dva), where=pairs > 0)
    return {
        "cells": final,
        "exports": pairs,
        "fva": 1.0 - own / pairs.sum(axis=1),
        "vs": vs,
        "ends": np.array([vs[c, k], vs[k, c]]),
        "dva": dva.sum(axis=1),
        "gdp": table.value_added_flow.reshape(G, N).sum(axis=1),
        "interdependence": np.array(interdependence(done.VB @ table.Y)),
    }


def difference(truth: dict[str, Array], estimated: dict[str, Array]) -> dict[str, float]:
    """Return the errors of one estimate by measure, the rest of the world left out of what is about economies."""

    def off(name: str, axis: tuple[int, ...] = ()) -> float:
        true, ours = (flows[name][:-1].sum(axis=axis) for flows in (truth, estimated))
        return float(np.abs(ours - true).sum() / np.abs(true).sum())

    pairs = truth["exports"][:-1, :-1]
    there = pairs > 0
    fva = 100 * np.abs(estimated["fva"] - truth["fva"])[:-1]
    vs = 100 * np.abs(estimated["vs"] - truth["vs"])[:-1, :-1][there]
    ends = 100 * np.abs(estimated["ends"] - truth["ends"])
    return {
        "cells": off("cells"),
        "bilateral": off("cells", (1,)),
        "totals": off("cells", (1, 2)),
        "fva": float(np.average(fva, weights=truth["exports"][:-1].sum(axis=1))),
        "fva_worst": float(fva.max()),
        "vs": float(np.average(vs, weights=pairs[there])),
        "vs_95": float(np.percentile(vs, 95)),
        "chn_kor": float(ends[0]),
        "kor_chn": float(ends[1]),
        "dva": off("dva"),
        "interdependence": float(100 * abs(estimated["interdependence"] - truth["interdependence"])),
        "gdp": off("gdp"),
    }
