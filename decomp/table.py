"""The world input–output table: one validated, frozen noun that everything else reads.

Letters follow Wang, Wei & Zhu (2013); see ``decomp/notation.md``. The flat index of (economy s, sector i) is s·N + i.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from decomp.codes import Kind, labels_of
from decomp.errors import TableError, is_printable
from decomp.labels import ALL, check_labels, index_of, listed, unknown_label
from decomp.split import Array as Array
from decomp.split import Parts

if TYPE_CHECKING:
    from decomp.check import TableReport

Spec = str | Iterable[str]

#: Primary rows must sum to value added within this share of the largest output.
PRIMARY_TOLERANCE = 1e-6
#: Entries beyond this are no money in any unit; sums of what is allowed stay finite.
LARGEST_ENTRY = 1e100


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WorldTable:
    """A world input–output table of G economies and N sectors at basic prices.

    - ``Z`` (G*N, G*N), unit of the table: intermediate flows, row (origin economy, sector) to column (using economy, sector),
      economy-major.
    - ``Y`` (G*N, G), unit of the table: final demand by destination; None when ``final_demand`` is given (it is then its sum).
    - ``economies``, ``sectors`` (sequences of str): exact, distinct labels.
    - ``year``, ``unit``, ``source``, ``licence``, ``name``, ``notes``, ``estimate``: provenance; kept and written out. ``estimate``
      says what of the table is estimated, with the error; None when nothing is.
    - ``final_demand`` (G*N, G, C), optional: final demand by category, with ``final_demand_labels`` (C str); must sum to ``Y``.
    - ``primary`` (mapping of str to (G*N,)), optional: named parts of value added (labour, capital, tariff on inputs) that sum to it.
    - ``final_tariff`` (G,), optional: tariffs on final demand by destination, outside value added.
    - ``published_output``, ``published_value_added``, ``published_taxes`` (G*N,), optional: what a file prints beside the flows;
      reported by :meth:`check`.
    - ``value_added`` ({"residual", "published"}): which value added :attr:`V` uses. With the residual, V B = 1 and the 16 terms add
      up exactly.
    - ``economy_members``, ``sector_members`` (mapping of str to tuple of str), optional: the basic codes that each label stands for
      (default: itself).
    - ``economy_groups``, ``sector_groups`` (mapping of str to tuple of str), optional: named sets of this table's labels, for example
      ``manufacturing`` or ``eu``.
    - ``parts`` (Parts, optional): the same flows with the parts of some economies apart; dropped where flows or labels are replaced.

    Raises TableError: a shape is wrong, a value is not finite, an output is negative, parts do not add up; names the
    worst cell. LabelError: a label is empty, reserved, given twice or holds control characters.

    Gross output is the row sum, X = Σ Z + Σ Y; value added is the residual of the column, V = 1 − Σ A. A sector with
    X ≤ 0 and an all-zero input column is a zero-output sector: A and V are zero there (WIOD has X = −1 for LUX c5).
    Negative value added and final demand are kept as they are.

    >>> t = WorldTable([[1.0, 2.0], [3.0, 4.0]], [[5.0, 1.0], [2.0, 8.0]], ["HOM", "FOR"], ["all"])
    >>> t.X.tolist()
    [9.0, 17.0]
    >>> t.economy("FOR")
    1
    """

    #: Rows that a file may print beside the flows, each of shape (G*N,).
    PUBLISHED: ClassVar = ("published_output", "published_value_added", "published_taxes")

    Z: Array
    Y: Array
    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    year: int | None = field(default=None, kw_only=True)
    unit: str = field(default="million USD", kw_only=True)
    source: str = field(default="", kw_only=True)
    final_demand: Array | None = field(default=None, kw_only=True)
    final_demand_labels: tuple[str, ...] | None = field(default=None, kw_only=True)
    primary: Mapping[str, Array] | None = field(default=None, kw_only=True)
    final_tariff: Array | None = field(default=None, kw_only=True)
    published_output: Array | None = field(default=None, kw_only=True)
    published_value_added: Array | None = field(default=None, kw_only=True)
    published_taxes: Array | None = field(default=None, kw_only=True)
    value_added: Literal["residual", "published"] = field(default="residual", kw_only=True)
    sector_names: tuple[str, ...] | None = field(default=None, kw_only=True)
    economy_names: tuple[str, ...] | None = field(default=None, kw_only=True)
    economy_members: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)
    sector_members: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)
    economy_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)
    sector_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)
    licence: str = field(default="", kw_only=True)
    name: str = field(default="", kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    estimate: str | None = field(default=None, kw_only=True)
    parts: Parts | None = field(default=None, kw_only=True)

    X: Array = field(init=False)  # gross output, row sums of Z and Y, shape (G*N,)
    #: True where output is not positive and no input is used, shape (G*N,).
    zero_output: NDArray[np.bool_] = field(init=False)
    #: Value added by sector, in the unit of the table, shape (G*N,); zero for zero-output sectors.
    value_added_flow: Array = field(init=False)

    def __post_init__(self) -> None:
        """Validate, freeze and derive output and value added."""
        put = object.__setattr__
        self._freeze_labels()
        self._freeze_arrays()
        X = self.Z.sum(axis=1) + self.Y.sum(axis=1)
        zero = (X <= 0) & ~self.Z.any(axis=0)
        self._refuse_negative_output(X, zero)
        if self.value_added not in ("residual", "published"):
            raise TableError(f'value_added is {self.value_added!r}; allowed: "residual", "published".')
        flow = X - self.Z.sum(axis=0) if self.value_added == "residual" else self.published_value_added
        if flow is None:
            raise TableError(
                'value_added="published" needs published_value_added; this table has none. Use "residual".'
            )
        for name, array in (("X", X), ("zero_output", zero), ("value_added_flow", np.where(zero, 0.0, flow))):
            array.flags.writeable = False
            put(self, name, array)
        self._check_primary()

    @property
    def G(self) -> int:
        """Number of economies."""
        return len(self.economies)

    @property
    def N(self) -> int:
        """Number of sectors."""
        return len(self.sectors)

    @property
    def n(self) -> int:
        """Number of economy–sectors, G·N."""
        return self.G * self.N

    @property
    def V(self) -> Array:
        """Value added per unit of output, shape (G*N,); zero for zero-output sectors."""
        return np.divide(self.value_added_flow, self.X, out=np.zeros(self.n), where=~self.zero_output)

    def economy(self, label: str) -> int:
        """Position of an economy; :class:`~decomp.errors.LabelError` with a suggestion when unknown."""
        return index_of(self._spelled("economy", label), self.economies, "economy", where=self.name)

    def sector(self, label: str) -> int:
        """Position of a sector; :class:`~decomp.errors.LabelError` with a suggestion when unknown."""
        return index_of(self._spelled("sector", label), self.sectors, "sector", where=self.name)

    def economies_in(self, spec: Spec) -> list[int]:
        """Positions of the economies that a label, a group name, ``"all"`` or a list of these names, in table order."""
        return self._positions("economy", spec, self.economies, self.economy_groups)

    def sectors_in(self, spec: Spec) -> list[int]:
        """Positions of the sectors that a label, a group name, ``"all"`` or a list of these names, in table order."""
        return self._positions("sector", spec, self.sectors, self.sector_groups)

    def labels_of(self, kind: Kind, code: str) -> tuple[str, ...]:
        """Labels that a basic code means here under another spelling: ``KR`` for KOR, ``C26`` and ``C27`` for c14."""
        return labels_of(kind, code, self.economy_members if kind == "economy" else self.sector_members)

    def _spelled(self, kind: Kind, label: str) -> str:
        """Return the label itself, or the one label that it means under another spelling."""
        if label in (self.economies if kind == "economy" else self.sectors):
            return label
        found = self.labels_of(kind, str(label))
        return found[0] if len(found) == 1 else label

    def _positions(
        self, kind: Kind, wanted: Spec, labels: Sequence[str], groups: Mapping[str, tuple[str, ...]]
    ) -> list[int]:
        """Resolve ``all``, labels, group names and basic codes in another spelling to sorted positions."""
        positions: set[int] = set()
        for item in [wanted] if isinstance(wanted, str) else wanted:
            if item == ALL:
                positions.update(range(len(labels)))
                continue
            found = (item,) if item in labels else groups.get(item)
            if found is None and not (found := self.labels_of(kind, str(item))):
                raise unknown_label(item, [*labels, *groups, ALL], f"{kind} or group", where=self.name)
            positions.update(labels.index(label) for label in found)
        return sorted(positions)

    def cell(self, flat: int) -> str:
        """Readable name of a flat index, for messages: ``"LUX c5"``."""
        return f"{self.economies[flat // self.N]} {self.sectors[flat % self.N]}"

    def replace(self, **changes: Any) -> WorldTable:
        """Return a new table with some constructor arguments changed; it is validated like any other."""
        arguments = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        if "final_demand" in changes and "Y" not in changes:
            arguments["Y"] = None
        if {"Z", "Y", "final_demand", "economies", "sectors"} & set(changes):
            arguments["parts"] = None
        for kind, labels in (("economy", "economies"), ("sector", "sectors")):
            if labels in changes and tuple(changes[labels]) != getattr(self, labels):
                # What the old labels stood for says nothing about the new ones.
                arguments |= {f"{kind}_members": {}, f"{kind}_groups": {}, f"{kind}_names": None}
        return WorldTable(**{**arguments, **changes})

    def check(self) -> TableReport:
        """Report what is unusual in the table: balance, signs, zero outputs, published rows; worst cells named."""
        from decomp.check import check_table

        return check_table(self)

    def aggregate(self, economies: Any = None, sectors: Any = None, *, unmapped: Any = "error") -> WorldTable:
        """Sum flows into coarser economies and sectors; see :func:`decomp.aggregate.aggregate`."""
        from decomp.aggregate import aggregate

        return aggregate(self, economies=economies, sectors=sectors, unmapped=unmapped)

    def checksum(self) -> str:
        """SHA-256 of labels, flows and the value-added choice: the identity of the numbers, not of the file."""
        digest = hashlib.sha256("\x1f".join((*self.economies, "", *self.sectors, self.value_added)).encode())
        inside = () if self.parts is None else (self.parts.Z, self.parts.Y)
        for array in (self.Z, self.Y, self.published_value_added if self.value_added == "published" else None, *inside):
            if array is not None:
                digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
        return digest.hexdigest()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by constructor arguments: the copy in another process is validated and read-only like the original."""
        given: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        given |= {name: dict(value) for name, value in given.items() if isinstance(value, Mapping)}
        return partial(WorldTable, **given), ()

    def __repr__(self) -> str:
        """One line: name, year, size, world output."""
        title = self.name or "WorldTable"
        year = f" {self.year}" if self.year is not None and str(self.year) not in title else ""
        return f"<{title}{year}: {self.G} economies × {self.N} sectors, output {self.X.sum():,.0f} {self.unit}>"

    def _freeze_labels(self) -> None:
        put = object.__setattr__
        if self.year is not None and not 0 < self.year < 10_000:
            raise TableError(f"year is {str(self.year)[:40]}; expected a year such as 2011, or none.")
        for name in ("unit", "source", "licence", "name"):
            put(self, name, _plain(getattr(self, name)))
        put(self, "estimate", _plain(self.estimate) if self.estimate else None)
        for name in ("final_demand_labels", "sector_names", "economy_names", "notes"):
            if getattr(self, name) is not None:
                put(self, name, tuple(_plain(text) for text in getattr(self, name)))
        for kind, plural in (("economy", "economies"), ("sector", "sectors")):
            labels = check_labels(getattr(self, plural), kind)
            put(self, plural, labels)
            names = getattr(self, f"{kind}_names")
            if names is not None and len(names) != len(labels):
                raise TableError(f"{kind}_names has {len(names)} entries for {len(labels)} labels; give one name each.")
            members: dict[str, tuple[str, ...]] = {label: (label,) for label in labels}
            for label, basic in getattr(self, f"{kind}_members").items():
                index_of(label, labels, kind, where=f"{kind}_members")
                members[label] = tuple(_plain(code) for code in basic)
            put(self, f"{kind}_members", MappingProxyType(members))
            groups = {group: tuple(inside) for group, inside in getattr(self, f"{kind}_groups").items()}
            check_labels(groups, f"{kind} group")
            for group, inside in groups.items():
                for label in inside:
                    index_of(label, labels, kind, where=f"{kind}_groups[{group!r}]")
            put(self, f"{kind}_groups", MappingProxyType(groups))

    def _freeze_arrays(self) -> None:
        put = object.__setattr__
        n, G = self.n, self.G
        put(self, "Z", self._numbers("Z", self.Z, (n, n)))
        if self.final_demand is not None:
            labels = self.final_demand_labels
            categories = len(labels) if labels is not None else np.shape(self.final_demand)[-1]
            put(self, "final_demand", self._numbers("final_demand", self.final_demand, (n, G, categories)))
            total = self.final_demand.sum(axis=2)
            if cast("Array | None", self.Y) is None:
                put(self, "Y", total)
            elif not np.allclose(total, self.Y, rtol=1e-9, atol=1e-9 * max(1.0, float(np.abs(total).max(initial=0.0)))):
                raise TableError(
                    "Y differs from the sum of final_demand over its categories; give one, or make them agree."
                )
        put(self, "Y", self._numbers("Y", self.Y, (n, G)))
        for name, size in (*((name, n) for name in self.PUBLISHED), ("final_tariff", G)):
            if getattr(self, name) is not None:
                put(self, name, self._numbers(name, getattr(self, name), (size,)))
        if self.primary is not None:
            rows = {_plain(k): self._numbers(f"primary[{k!r}]", v, (n,)) for k, v in self.primary.items()}
            put(self, "primary", MappingProxyType(rows))

    def _numbers(self, name: str, values: ArrayLike | None, shape: tuple[int, ...]) -> Array:
        """Check shape and finiteness; return a read-only float64 array. Names the first offending cell."""
        try:
            array = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise TableError(f"{name} is not a numeric array ({error}); expected numbers of shape {shape}.") from None
        if array.shape != shape:
            raise TableError(
                f"{name} has shape {array.shape}, expected {shape} for {self.G} economies × {self.N} sectors; "
                "check the labels and the orientation (economy-major, rows are origins)."
            )
        usable = np.abs(array) <= LARGEST_ENTRY
        if not usable.all():
            bad = np.argwhere(~usable)
            first = tuple(int(k) for k in bad[0])
            # the last axis of final demand by category has no label of its own
            ends = zip(first[:2], shape, strict=False)
            place = " → ".join(self.cell(k) if size == self.n else self.economies[k] for k, size in ends)
            what = "no table has such a number" if np.isfinite(array[first]) else f"{len(bad)} value(s) are not finite"
            raise TableError(
                f"{name}{list(first)} ({place}) is {array[first]}; {what}. "
                "Fill or correct them in the source: missing numbers are never taken as zero."
            )
        if array.flags.writeable or array.base is not None:  # copy only when somebody else could still write to it
            array = array.copy()
            array.flags.writeable = False
        return array

    def _refuse_negative_output(self, X: Array, zero: NDArray[np.bool_]) -> None:
        bad = np.flatnonzero((X < 0) & ~zero)
        hollow = np.flatnonzero((X == 0) & ~zero)
        if bad.size:
            worst = int(bad[np.argmin(X[bad])])
            raise TableError(
                f"output of {self.cell(worst)} is {X[worst]:g}; {bad.size} sector(s) have negative output. Allowed: positive, or "
                "not positive with no inputs (a zero-output sector). Correct the row, or aggregate the sector away."
            )
        if hollow.size:
            worst = int(hollow[0])
            raise TableError(
                f"{self.cell(worst)} uses inputs of {self.Z[:, worst].sum():g} but its output (row sum) is 0; "
                "correct the row or clear the column."
            )

    def _check_primary(self) -> None:
        if self.primary is None:
            return
        gap = sum(self.primary.values(), start=np.zeros(self.n)) - self.value_added_flow
        worst = int(np.argmax(np.abs(gap)))
        if abs(gap[worst]) > PRIMARY_TOLERANCE * max(float(self.X.max()), 1e-300):
            raise TableError(
                f"the primary rows ({listed(self.primary)}) of {self.cell(worst)} differ from value added "
                f"{self.value_added_flow[worst]:g} by {gap[worst]:g}; they must sum to it."
            )


def _plain(text: object) -> str:
    """Text for reading, control characters replaced by spaces: they would steer the terminal that shows it."""
    text = str(text)
    return text if is_printable(text) else "".join(c if is_printable(c) else " " for c in text)
