"""The bundled tables of 2022: the estimate summed to 24 × 19, 16 × 19 and 8 × 8, its final use split by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from decomp.aggregate import resolve
from decomp.estimate.inputs import ROW, YEAR, Inputs
from decomp.estimate.method import Array, Estimate, estimate
from decomp.io.bundled import load_bundled
from decomp.names import economy_name, sector_name, statement
from decomp.table import WorldTable

SOURCE = (
    "OECD (2025), Inter-Country Input-Output Tables, 2025 edition (intermediate flows among 80 economies and outputs of 2022); OECD (2023), "
    "the same, 2023 edition (2020); World Input-Output Database, 2013 release; national accounts (World Bank, WDI). Final use, flows of "
    "the rest of the world and the aggregation are estimates of Unweave, not of the OECD"
)
LICENCE = "OECD Terms and Conditions: reuse and adaptation with attribution, http://oe.cd/icio"
#: Kinds of final use. The first word decides what robots and machines copy: investment.
DEMAND = ("Final consumption expenditure", "Gross fixed capital formation and inventories")
#: Bundled kinds with economies, sectors; the first is built, the others are sums of it.
KINDS = {
    "world": "World, 24 economies × 19 sectors",
    "world16": "World, 16 economies × 19 sectors, those of the tables to 2011",
    "classroom": "Classroom, 8 economies × 8 sectors",
}
_NOTES = {
    "world16": ("as in the tables to 2011, but Croatia is in EUR and textiles and leather are one sector (c4t5)",),
    "classroom": (
        "as in classroom-2011 (EUR with the United Kingdom), but Croatia is in EUR, and Australia, Canada, Chinese Taipei, "
        "Viet Nam and the others that OECD names are in ROW",
    ),
}
#: Sectors of the tables to 2011 that OECD has in one.
MERGED = {"c4": "c4t5", "c5": "c4t5"}
_BISECTIONS = 60


def build(inputs: Inputs) -> Iterator[WorldTable]:
    """Estimate the year and yield its bundled tables, in whole million USD with provenance."""
    world = world_table(inputs, estimate(inputs.known()))
    for kind in KINDS:
        yield bundle(world, kind)


def world_table(inputs: Inputs, found: Estimate) -> WorldTable:
    """Return the estimate as a table of 24 economies × 19 sectors in whole million USD, final use split by kind."""
    labels, sectors = economies_of("world"), sectors_of("world")
    T = _indicator([*inputs.economies, ROW], {code: label for label, codes in labels.items() for code in codes})
    industry = {code: label for label, codes in sectors.items() for code in codes}
    own = {s: industry[i[0]] for s, i in zip(inputs.sectors, inputs.industries, strict=True)}
    U = _indicator(inputs.sectors, dict(sorted(own.items(), key=lambda pair: list(sectors).index(pair[1]))))
    S = np.kron(T, U)
    Y = S @ found.Y @ T.T
    return WorldTable(
        (S @ found.Z @ S.T).round(),
        None,  # type: ignore[arg-type]
        tuple(labels),
        tuple(sectors),
        final_demand=split(inputs, Y, labels, tuple(sectors)).round(),
        published_output=(S @ (found.Z.sum(axis=1) + found.Y.sum(axis=1))).round(),
        final_demand_labels=DEMAND,
        year=YEAR,
        economy_members=labels,
        sector_members=members(tuple(sectors)),
    )


def bundle(world: WorldTable, kind: str) -> WorldTable:
    """Sum the table of 24 × 19 to a bundled kind, with provenance."""
    if kind != "world":
        of = {code: label for label, codes in economies_of(kind).items() for code in codes}
        to = {label: of[codes[0]] for label, codes in world.economy_members.items()}
        order = sorted(to, key=lambda label: list(economies_of(kind)).index(to[label]))
        sectors = members(tuple(sectors_of(kind)))
        parts = {
            s: next(c for c, codes in sectors.items() if set(world.sector_members[s]) <= set(codes))
            for s in world.sectors
        }
        placed = sorted(parts, key=lambda s: list(sectors).index(parts[s]))
        world = world.aggregate({e: to[e] for e in order}, {s: parts[s] for s in placed})
    return world.replace(
        name=f"{kind}-{YEAR}",
        source=SOURCE,
        licence=LICENCE,
        unit="million USD",
        estimate=statement("final-use-2022"),
        economy_names=[economy_name(e, members=world.economy_members[e]) for e in world.economies],
        sector_names=[sector_name(s) for s in world.sectors],
        economy_groups={},  # attached on load from the definitions in groups.csv, so that there is one source
        sector_groups={},
        notes=(f"{KINDS[kind]}, {YEAR}; current basic prices, whole numbers", *_NOTES.get(kind, ())),
    )


def economies_of(kind: str) -> dict[str, tuple[str, ...]]:
    """Labels of a bundled kind with their ISO codes, in order."""
    return _inverse(resolve(f"{kind}-{YEAR}", "economy"))


def sectors_of(kind: str) -> dict[str, tuple[str, ...]]:
    """Labels of a bundled kind with OECD's industries, in order."""
    return _inverse(resolve(f"{'classroom' if kind == 'classroom' else 'world'}-{YEAR}", "sector"))


def members(labels: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """WIOD's basic codes of sector labels, by which groups and calibration find them."""
    known = _inverse(resolve("world", "sector")) | _inverse(resolve("classroom", "sector"))
    known |= _inverse(MERGED)
    return {label: known[label] for label in labels}


def split(inputs: Inputs, Y: Array, labels: Mapping[str, tuple[str, ...]], sectors: tuple[str, ...]) -> Array:
    """Split final use (n, G) into consumption and investment, (n, G, 2).

    The share of investment in the flow of a seller's coarse sector k to a buyer is that of 2020 (77 × 11). Inside k, whose only
    sector of manufactures holds shirts and machines alike, sectors keep the odds of 2011: share = λ p / (λ p + 1 − p), with p the share
    of 2011 by sector and buyer, and λ such that the coarse share is met.
    """
    c, G, N = inputs.coarse, len(labels), len(sectors)
    old = [str(e) for e in c["economies"]]
    place = {code: g for g, codes in enumerate(labels.values()) for code in codes}
    T = np.zeros((G, len(old)))
    T[[place[e] for e in old], np.arange(len(old))] = 1.0
    F = np.maximum(c["F"].reshape(len(old), -1, len(old), 3), 0.0)
    F = np.einsum("gs,skrc,hr->gkhc", T, F, T)
    kind = [str(label) for label in c["final_demand"]]
    total, invested = F.sum(axis=3), F[..., kind.index("I")]
    pooled = invested.sum(axis=0) / np.maximum(total.sum(axis=0), 1e-9)
    target = np.where(total > 0, invested / np.maximum(total, 1e-9), pooled[None])  # (G, K, G)
    coarse = _coarse_of(inputs, sectors)
    p = np.clip(_pattern(labels, sectors), 1e-6, 1 - 1e-6)[None]  # (1, N, G)
    flows = Y.reshape(G, N, G)
    fold = np.equal.outer(np.arange(target.shape[1]), coarse).astype(float)
    wanted = target * np.einsum("kn,gnh->gkh", fold, flows)
    low, high = np.full_like(target, -30.0), np.full_like(target, 30.0)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        odds = np.exp(middle)[:, coarse] * p / (1 - p)
        too_much = np.einsum("kn,gnh->gkh", fold, flows * odds / (1 + odds)) > wanted
        low, high = np.where(too_much, low, middle), np.where(too_much, middle, high)
    odds = np.exp((low + high) / 2)[:, coarse] * p / (1 - p)
    investment = flows * odds / (1 + odds)
    return np.stack([flows - investment, investment], axis=3).reshape(G * N, G, 2)


def _coarse_of(inputs: Inputs, sectors: tuple[str, ...]) -> np.ndarray:
    """Coarse sector of 2020 of each label: the one with most of its output."""
    industry = {i: s for s, codes in enumerate(inputs.industries) for i in codes}
    output = inputs.arrays["output"].reshape(len(inputs.economies), -1).sum(axis=0)
    result = []
    for label in sectors:
        parts = {industry[i] for i in sectors_of("world")[label]}
        size = np.zeros(int(inputs.arrays["sector_icio11"].max()) + 1)
        for s in parts:
            size[inputs.arrays["sector_icio11"][s]] += output[s]
        result.append(int(size.argmax()))
    return np.array(result)


def _pattern(labels: Mapping[str, tuple[str, ...]], sectors: tuple[str, ...]) -> Array:
    """Share of investment in final use of 2011 by sector and buyer (N, G), from the bundled table of that year."""
    past = load_bundled("world-2011")
    past = past.aggregate(sectors={s: MERGED.get(s, s) for s in past.sectors})
    assert past.final_demand is not None and past.final_demand_labels is not None
    assert past.sectors == sectors
    F = np.maximum(past.final_demand, 0.0).reshape(past.G, past.N, past.G, -1).sum(axis=0)  # (N, G, C)
    fixed = [k for k, name in enumerate(past.final_demand_labels) if "capital" in name or "inventories" in name]
    share = F[..., fixed].sum(axis=2) / np.maximum(F.sum(axis=2), 1e-9)
    row = past.economy("ROW")
    return np.asarray(share[:, [past.economies.index(e) if e in past.economies else row for e in labels]])


def _inverse(mapping: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Codes by label, in order of first appearance."""
    found: dict[str, tuple[str, ...]] = {}
    for code, label in mapping.items():
        found[label] = (*found.get(label, ()), code)
    return found


def _indicator(codes: list[str], mapping: Mapping[str, str]) -> Array:
    """0–1 matrix (labels, codes), labels in order of first appearance in the mapping."""
    position = {label: i for i, label in enumerate(dict.fromkeys(mapping.values()))}
    matrix = np.zeros((len(position), len(codes)))
    matrix[[position[mapping[code]] for code in codes], np.arange(len(codes))] = 1.0
    return matrix
