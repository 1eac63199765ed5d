"""The bundled tables of 2022: the estimate summed to 24 × 19, 16 × 19 and 8 × 8, its final use split by kind.

OECD's own table takes the place of the estimate where the user has it (:func:`adopt`): same labels, kept in the user's folder.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from decomp.aggregate import resolve
from decomp.errors import DataMissingError, FormatError
from decomp.estimate.inputs import ROW, YEAR, Inputs
from decomp.estimate.method import Array, Estimate, estimate, fold
from decomp.io import load
from decomp.io.bundled import load_bundled, made, user_folder
from decomp.io.compact import write_npz
from decomp.names import economy_name, sector_name, statement
from decomp.table import WorldTable

Labels = dict[str, tuple[str, ...]]

LICENCE = "OECD Terms and Conditions: reuse and adaptation with attribution, http://oe.cd/icio"
#: Kinds of final use; robots and machines copy what is called fixed capital formation.
DEMAND = ("Final consumption expenditure", "Gross fixed capital formation and inventories")
#: Bundled kinds with their title; the first is built, the others are sums of it.
KINDS = {
    "world": "World, 24 economies × 19 sectors",
    "world16": "World, 16 economies × 19 sectors, those of the tables to 2011",
    "classroom": "Classroom, 8 economies × 8 sectors",
}
#: Sectors of the tables to 2011 that OECD has in one.
MERGED = {"c4": "c4t5", "c5": "c4t5"}
_BISECTIONS = 60


def build(inputs: Inputs) -> Iterator[WorldTable]:
    """Estimate the year and yield its bundled tables, in whole million USD with provenance."""
    world = world_table(inputs, estimate(inputs.known()))
    for kind in KINDS:
        yield bundle(world, kind)


def world_table(inputs: Inputs, estimated: Estimate) -> WorldTable:
    """Return the estimate as a table of 24 economies × 19 sectors in whole million USD, final use split by kind."""
    labels, sectors = economies_of("world"), sectors_of("world")
    T = _indicator([*inputs.economies, ROW], labels)
    U = _indicator([codes[0] for codes in inputs.industries], sectors)
    S = np.kron(T, U)
    return WorldTable(
        (S @ estimated.Z @ S.T).round(),
        None,  # type: ignore[arg-type]
        tuple(labels),
        tuple(sectors),
        final_demand=split(inputs, S @ estimated.Y @ T.T, labels, U).round(),
        published_output=(S @ (estimated.Z.sum(axis=1) + estimated.Y.sum(axis=1))).round(),
        final_demand_labels=DEMAND,
        year=YEAR,
        economy_members=labels,
        sector_members=members(tuple(sectors)),
    )


def bundle(world: WorldTable, kind: str) -> WorldTable:
    """Sum the table of 24 × 19 to a bundled kind, with provenance."""

    def nested(whole: Labels, parts: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
        return {label: [p for p, codes in parts.items() if codes[0] in inside] for label, inside in whole.items()}

    if kind != "world":
        sectors = nested(members(tuple(sectors_of(kind))), world.sector_members)
        world = world.aggregate(nested(economies_of(kind), world.economy_members), sectors)
    notes = () if kind == "world" else (statement(f"note-{kind}"),)
    return world.replace(
        **named(world, kind),
        source=statement("source-2022"),
        licence=LICENCE,
        unit="million USD",
        estimate=statement("final-use-2022"),
        notes=(f"{KINDS[kind]}, {YEAR}; current basic prices, whole numbers", *notes),
    )


def named(table: WorldTable, kind: str) -> dict[str, object]:
    """Name of a kind's table and names of its labels; groups are attached on load, so that there is one source of them."""
    return {
        "name": f"{kind}-{YEAR}",
        "economy_names": [economy_name(e, members=economies_of(kind)[e]) for e in table.economies],
        "sector_names": [sector_name(s) for s in table.sectors],
        "economy_groups": {},
        "sector_groups": {},
    }


def adopt(path: str | Path, kind: str) -> Path:
    """Read OECD's table of 2022 (csv, or the zip as delivered), sum it to a bundled kind and keep it for the user.

    ``kind`` is a key of :data:`KINDS`. Flows are not rounded; the kinds of final demand stay the file's.
    Returns Path: the file that ``load("world-2022")`` reads from now on. Raises as :func:`decomp.io.load`; LabelError: the file has other
    economies or industries than the edition of 2025; FormatError: it is of another year, or the user's folder cannot be written.
    """
    table = load(path, year=YEAR)
    if table.year != YEAR:
        raise FormatError(f"{path}: a table of {table.year or 'unknown year'}; only one of {YEAR} can take its place.")
    return write_npz(_summed(table, Path(path), kind), made(user_folder()) / f"{kind}-{YEAR}.npz")


def _summed(table: WorldTable, path: Path, kind: str) -> WorldTable:
    """Return OECD's table with the labels of a bundled kind; provenance names the file by its sum."""
    small = table.aggregate(economies=economies_of(kind), sectors=sectors_of(kind))
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    place = f"exact, from {path.name}; in the place of the bundled estimate until `unweave data import --as {kind} --remove`"
    return small.replace(
        **named(small, kind),
        source=f"{table.source}, {path.name} (SHA-256 {digest}), aggregated by Unweave",
        licence=table.licence or LICENCE,
        estimate=None,
        economy_members=economies_of(kind),
        sector_members=members(small.sectors),
        notes=(f"{KINDS[kind]}, {YEAR}: {place}", *table.notes),
    )


def forget(kind: str) -> Path:
    """Remove the user's table of a kind: the bundled estimate is back. DataMissingError where there is none."""
    path = user_folder() / f"{kind}-{YEAR}.npz"
    if not path.is_file():
        raise DataMissingError(f"{path}: nothing was imported as {kind}; the bundled estimate is in use.")
    path.unlink()
    return path


def economies_of(kind: str) -> Labels:
    """Labels of a bundled kind with their ISO codes, in order."""
    return _inverse(resolve(f"{kind}-{YEAR}", "economy"))


def sectors_of(kind: str) -> Labels:
    """Labels of a bundled kind with OECD's industries, in order."""
    return _inverse(resolve(f"{'classroom' if kind == 'classroom' else 'world'}-{YEAR}", "sector"))


def members(labels: tuple[str, ...]) -> Labels:
    """WIOD's basic codes of sector labels, by which groups and calibration find them."""
    known = _inverse(resolve("world", "sector")) | _inverse(resolve("classroom", "sector")) | _inverse(MERGED)
    return {label: known[label] for label in labels}


def split(inputs: Inputs, Y: Array, labels: Labels, U: Array) -> Array:
    """Split final use (n, G) into consumption and investment, (n, G, 2); U (N, 36) says what sectors are summed.

    The share of investment in the flow of a seller's coarse sector k to a buyer is that of 2020 (77 × 11). Inside k, whose only
    sector of manufactures holds shirts and machines alike, sectors keep the odds of 2011: share = λ p / (λ p + 1 − p), with p the share
    of 2011 by sector and buyer, and λ such that the coarse share is met. A label lies in the k with most of its output.
    """
    c, G, N = inputs.coarse, len(labels), len(U)
    old = [str(e) for e in c["economies"]]
    T = _indicator(old, labels)
    F = np.maximum(c["F"].reshape(len(old), -1, len(old), 3), 0.0)
    F = np.einsum("gs,skrc,hr->gkhc", T, F, T)
    total, invested = F.sum(axis=3), F[..., [str(label) for label in c["final_demand"]].index("I")]
    pooled = invested.sum(axis=0) / np.maximum(total.sum(axis=0), 1e-9)
    target = np.where(total > 0, invested / np.maximum(total, 1e-9), pooled[None])  # (G, K, G)
    output = inputs.arrays["output"].reshape(len(inputs.economies), -1).sum(axis=0)
    where = np.equal.outer(inputs.arrays["sector_icio11"], np.arange(target.shape[1]))  # (36, K)
    coarse = ((U * output) @ where).argmax(axis=1)
    p = np.clip(_pattern(labels), 1e-6, 1 - 1e-6)[None]  # (1, N, G)
    flows = Y.reshape(G, N, G)
    wanted = target * np.einsum("kn,gnh->gkh", fold(coarse, target.shape[1]), flows)
    low, high = np.full_like(target, -30.0), np.full_like(target, 30.0)

    def invest(logarithm: Array) -> Array:
        odds = np.exp(logarithm)[:, coarse] * p / (1 - p)
        return flows * odds / (1 + odds)

    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        too_much = np.einsum("kn,gnh->gkh", fold(coarse, target.shape[1]), invest(middle)) > wanted
        low, high = np.where(too_much, low, middle), np.where(too_much, middle, high)
    investment = invest((low + high) / 2)
    return np.stack([flows - investment, investment], axis=3).reshape(G * N, G, 2)


def _pattern(labels: Labels) -> Array:
    """Share of investment in final use of 2011 by sector and buyer (N, G), from the bundled table of that year."""
    past = load_bundled("world-2011")
    past = past.aggregate(sectors={s: MERGED.get(s, s) for s in past.sectors})
    assert past.final_demand is not None and past.final_demand_labels is not None
    F = np.maximum(past.final_demand, 0.0).reshape(past.G, past.N, past.G, -1).sum(axis=0)  # (N, G, C)
    fixed = [k for k, name in enumerate(past.final_demand_labels) if "capital" in name or "inventories" in name]
    share = F[..., fixed].sum(axis=2) / np.maximum(F.sum(axis=2), 1e-9)
    return np.asarray(share[:, [past.economy(e if e in past.economies else "ROW") for e in labels]])


def _inverse(mapping: Mapping[str, str]) -> Labels:
    """Codes by label, in order of first appearance."""
    return {label: tuple(c for c in mapping if mapping[c] == label) for label in mapping.values()}


def _indicator(codes: Sequence[str], labels: Labels) -> Array:
    """0–1 matrix (labels, codes), both in the order given: which codes a label stands for."""
    return np.array([[float(code in inside) for code in codes] for inside in labels.values()])
