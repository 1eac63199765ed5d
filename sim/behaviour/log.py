"""Decisions with their reasons in numbers: recorded as arrays while the model runs, written as sentences on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import DataFrame

Array = NDArray[np.float64]
Index = NDArray[np.intp]

#: Columns of the frame of decisions, in order.
COLUMNS = ("year", "economy", "lever", "partner", "sector", "before", "after", "reason", "kind", "drivers")
#: A partner or sector that does not apply, or all of them.
NONE = -1

#: Sentence of each kind of reason; the numbers are drivers of the same name, {partner} and {sector} are labels. A driver
#: written ``{name:.2%}pt`` is shown in percentage points.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "diffusion": (
            "Machine services cost {cost:.1%} of the labour they replace, a saving of {saving:.1%}; with speed "
            "{speed:.3f}, capability {capability:.2f} and access {access:.2f} their use spreads by {rate:.4f} a year in "
            "log-odds, towards {ceiling:.0%}."
        ),
        "protection": (
            "Grievance is {grievance:.4f} (threshold {threshold:.3f}); last year brought {job_loss:.2%} fewer manufacturing "
            "jobs, {import_penetration:.2%}pt more import share, {unemployment:.2%}pt more unemployment, "
            "{labour_share:.2%}pt less labour share. {partner} has {penetration:.1%} of home use of {sector}: protection asks "
            "for {own:+.2%}pt, retaliation for {answer:+.2%}pt; the aim is {target:+.2%}pt over the base tariff, "
            "{adjustment:.0%} of the way a year."
        ),
        "retaliation": (
            "{partner} has raised its mean tariff on our goods by {rise:.2%}pt since the base year; at {coefficient:.2f} points "
            "per point the answer is {answer:+.2%}pt on {sector} (own protection {own:+.2%}pt); the aim is {target:+.2%}pt over "
            "the base tariff, {adjustment:.0%} of the way a year."
        ),
        "commitment": (
            "Both are on the ledger, where commitments can be verified: of what protection ({own:+.2%}pt) or retaliation "
            "({answer:+.2%}pt) asks for against {sector} from {partner}, {commitment:.0%} is given up; the aim is "
            "{target:+.2%}pt over the base tariff, {adjustment:.0%} of the way a year."
        ),
        "union": (
            "Customs union: takes the import-weighted mean of the members' proposals for {sector} from {partner}; our own aim "
            "was {target:+.2%}pt over the base tariff (grievance {grievance:.4f}, answer {answer:+.2%}pt)."
        ),
        "ledger-found": (
            "Founds the ledger with {members:.0f} economies in all; entry costs {entry:.3%} of GDP once, running it "
            "{running:.3%} a year."
        ),
        "ledger-join": (
            "Trade with the {members:.0f} members of last year would save {saving:.3%} of GDP a year; running costs {running:.3%} "
            "and entry {entry:.3%} spread over {horizon:.0f} years come to {cost:.3%}: joins."
        ),
        "ledger-leave": (
            "For {losing:.0f} years in a row the ledger has not paid: trade with the {members:.0f} other members saves {saving:.3%} "
            "of GDP, running it costs {running:.3%}: leaves."
        ),
        "carbon-sell": (
            "At {price:.2f} USD per tonne abates {abated:.1%} of {uncapped:,.0f} kilotonnes, at a cost of {cost:,.0f} million USD, "
            "and sells {traded:,.0f} kilotonnes of its {allowances:,.0f} in allowances for {value:,.0f} million USD."
        ),
        "carbon-buy": (
            "At {price:.2f} USD per tonne abates {abated:.1%} of {uncapped:,.0f} kilotonnes, at a cost of {cost:,.0f} million USD, "
            "and buys {traded:,.0f} kilotonnes on top of its {allowances:,.0f} in allowances for {value:,.0f} million USD."
        ),
        "policy": "Scenario policy {number:.0f} sets {level:.4g}.",
        "policy-add": "Scenario policy {number:.0f} adds {level:+.4g}.",
        "policy-end": "Scenario policy {number:.0f} no longer holds.",
        "event": "Scenario event {number:.0f} of size {level:.4g}.",
        "event-end": "Scenario event {number:.0f} is over.",
        "hostility": "{partner} raised its mean tariff on our goods, or newly restricted its exports to us, by {hostility:.2%}pt.",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """One batch of decisions of a year that share lever and kind of reason.

    Parameters
    ----------
    year : int
    lever : str
    kind : str
        A key of :data:`REASONS`.
    economy, partner, sector : ndarray of int, shape (k,)
        Positions in the table; :data:`NONE` where a decision has no partner or sector.
    before, after : ndarray, shape (k,)
    drivers : mapping of str to ndarray, shape (k,)
        The numbers behind the reason.
    """

    year: int
    lever: str
    kind: str
    economy: Index
    partner: Index
    sector: Index
    before: Array
    after: Array
    drivers: Mapping[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of decisions."""
        return len(self.economy)


def batch(
    year: int, lever: str, kind: str, economy: Any, before: Any, after: Any, *, partner: Any = NONE, sector: Any = NONE,
    **drivers: Any,
) -> Decisions:  # fmt: skip
    """Make a batch from scalars and arrays, broadcast to the length of ``economy``, read-only."""
    who = np.atleast_1d(np.asarray(economy, dtype=np.intp))

    def spread(value: Any, dtype: Any = np.float64) -> NDArray[Any]:
        return np.broadcast_to(np.asarray(value, dtype=dtype), who.shape)

    return Decisions(
        year, lever, kind, who, spread(partner, np.intp), spread(sector, np.intp), spread(before), spread(after),
        {name: spread(value) for name, value in drivers.items()},
    )  # fmt: skip


def sentences(decisions: Decisions, economies: Sequence[str], sectors: Sequence[str]) -> list[str]:
    """Reason of each decision as a sentence with its numbers."""
    template = REASONS[decisions.kind]
    names = list(decisions.drivers)
    columns = [decisions.drivers[name].tolist() for name in names]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(decisions))
    return [
        template.format(
            partner=economies[p] if p != NONE else "all partners",
            sector=sectors[i] if i != NONE else "all sectors",
            **dict(zip(names, row, strict=True)),
        ).replace("%pt", " points")
        for p, i, row in zip(decisions.partner.tolist(), decisions.sector.tolist(), rows, strict=True)
    ]


def drivers_text(decisions: Decisions) -> list[str]:
    """Drivers of each decision as ``name=value`` pairs, for filtering."""
    names = list(decisions.drivers)
    if not names:
        return [""] * len(decisions)
    pattern = "; ".join(f"{name}={{:.6g}}" for name in names)
    columns = [decisions.drivers[name].tolist() for name in names]
    return [pattern.format(*row) for row in zip(*columns, strict=True)]


def frame(log: Sequence[Decisions], economies: Sequence[str], sectors: Sequence[str]) -> DataFrame:
    """All decisions as a tidy frame in the order in which they were taken.

    Columns: year, economy, lever, partner, sector, before, after, reason, kind (the key of :data:`REASONS`), drivers; an
    empty partner or sector means that none applies or that all do.
    """
    import pandas as pd

    def labels(positions: Index, names: Sequence[str]) -> list[str]:
        return [names[p] if p != NONE else "" for p in positions.tolist()]

    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for decisions in log:
        columns["year"] += [decisions.year] * len(decisions)
        columns["economy"] += labels(decisions.economy, economies)
        columns["lever"] += [decisions.lever] * len(decisions)
        columns["partner"] += labels(decisions.partner, economies)
        columns["sector"] += labels(decisions.sector, sectors)
        columns["before"] += decisions.before.tolist()
        columns["after"] += decisions.after.tolist()
        columns["reason"] += sentences(decisions, economies, sectors)
        columns["kind"] += [decisions.kind] * len(decisions)
        columns["drivers"] += drivers_text(decisions)
    return pd.DataFrame(columns, columns=list(COLUMNS))
