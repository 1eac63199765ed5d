"""Published numbers beside ours, like with like: ``unweave published all`` and docs/validation.md.

``targets.csv`` holds what was printed with its basis (quantity, unit, weighting, closure; elasticities beside), the largest error that
counts as reproduced (set before the run), source and status. A check computes numbers and declares *their* basis in code. Only numbers
of one basis can be compared (:class:`Comparison` refuses others); unlike ones stand side by side without a verdict.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from decomp.codes import rows_in
from decomp.errors import DataMissingError

Weighting = Literal["none", "unweighted", "gdp", "years", "unknown"]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a number is of: two numbers can be compared when it is the same, elasticities aside, which are shown."""

    quantity: str
    unit: str
    weighting: Weighting
    closure: str
    elasticities: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Computed:
    """A number of ours with its basis."""

    entity: str
    value: float
    basis: Basis


@dataclass(frozen=True, slots=True)
class Target:
    """A printed number with its basis, tolerance (in its unit), source and status."""

    check: str
    entity: str
    value: float
    tolerance: float
    basis: Basis
    source: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A target and our number on the same basis; TypeError where they are not alike."""

    target: Target
    computed: Computed

    def __post_init__(self) -> None:
        """Refuse what is not alike."""
        if unlike := differences(self.target.basis, self.computed.basis):
            raise TypeError(
                f"{self.target.check} {self.target.entity}: not alike in {unlike}; numbers of one basis only."
            )

    @property
    def error(self) -> float:
        """Ours minus printed."""
        return self.computed.value - self.target.value

    @property
    def met(self) -> bool:
        """Whether the error is within the tolerance."""
        return abs(self.error) <= self.target.tolerance + 1e-9


@dataclass(frozen=True, slots=True)
class Row:
    """A target with what became of it: ``met`` or ``missed`` when it was compared, else ``unlike`` or ``not computed``, and why."""

    target: Target
    computed: Computed | None
    why: str = ""

    @property
    def outcome(self) -> str:
        """Met, missed, unlike or not computed."""
        if self.computed is None:
            return "not computed"
        return "unlike" if self.why else "met" if Comparison(self.target, self.computed).met else "missed"

    def as_dict(self) -> dict[str, object]:
        """One flat row."""
        t = self.target
        row: dict[str, object] = {"check": t.check, "entity": t.entity, **asdict(t.basis), "published": t.value}
        ours = (None, None) if self.computed is None else (self.computed.value, self.computed.basis.elasticities)
        row |= {"ours": ours[0], "our_elasticities": ours[1], "tolerance": t.tolerance}
        return row | {"outcome": self.outcome, "why": self.why, "status": t.status, "source": t.source, "note": t.note}


def differences(one: Basis, other: Basis) -> str:
    """Names of what differs between two bases, with both values; empty when they are alike."""
    pairs = ((f.name, getattr(one, f.name), getattr(other, f.name)) for f in fields(Basis) if f.compare)
    return "; ".join(f"{name} ({a}, ours: {b})" for name, a, b in pairs if a != b)


@cache
def targets() -> tuple[Target, ...]:
    """Return all targets in the order of the file."""
    found = []
    for row in rows_in("sim.studies", "targets.csv"):
        basis = Basis(*(row[field.name] for field in fields(Basis)))  # type: ignore[arg-type]
        numbers = float(row["published"]), float(row["tolerance"])
        found.append(Target(row["check"], row["entity"], *numbers, basis, row["source"], row["status"], row["note"]))
    return tuple(found)


def rows(check: str, wiod: Path | None = None, nafta: Path | None = None) -> list[Row]:
    """Run a check and return its targets with what became of each; KeyError for a check without targets.

    ``wiod`` holds the full WIOD tables, ``nafta`` the data of Caliendo & Parro (2015): without them what needs them is not computed.
    """
    from sim.studies.replications import CHECKS

    wanted = [target for target in targets() if target.check == check]
    if not wanted:
        raise KeyError(check)
    why, found, made = f"nothing here has this closure: {wanted[0].basis.closure}", {}, []
    if check in CHECKS:
        why = "the table does not have it"
        try:
            found = {computed.entity: computed for computed in CHECKS[check](wiod, nafta)}
        except DataMissingError as error:
            why = str(error)
    for target in wanted:
        ours = found.get(target.entity)
        made.append(Row(target, ours, why if ours is None else differences(target.basis, ours.basis)))
    return made


def names() -> tuple[str, ...]:
    """Return the checks in the order of the targets."""
    return tuple(dict.fromkeys(target.check for target in targets()))


def counts(found: Sequence[Row]) -> str:
    """How many rows met their target, missed it, were unlike or not computed: ``9 met``, ``19 met, 3 missed``."""
    number = Counter(row.outcome for row in found)
    return ", ".join(f"{number[name]} {name}" for name in ("met", "missed", "unlike", "not computed") if number[name])


def lines(found: Sequence[Row]) -> list[list[str]]:
    """Rows of one check as texts: entity, published, ours, error, tolerance, outcome; the heads first."""
    made = [["", "published", "ours", "error", "tolerance", "outcome"]]
    for row in found:
        target, ours = row.target, row.computed
        error = f"{ours.value - target.value:+.2f}" if ours is not None and row.outcome != "unlike" else ""
        numbers = [f"{target.value:.2f}", "" if ours is None else f"{ours.value:.2f}", error, f"{target.tolerance:g}"]
        why = row.why
        if ours is not None and ours.basis.elasticities != target.basis.elasticities:
            why = "; ".join([*([why] if why else []), f"elasticities here: {ours.basis.elasticities}"])
        made.append([target.entity, *numbers, row.outcome + (f": {why}" if why else "")])
    return made


def about(found: Sequence[Row]) -> list[str]:
    """What the numbers of one check are of, once for each basis, with source, status and notes."""
    said: dict[str, None] = {}
    for target in (row.target for row in found):
        basis = target.basis
        text = f"{basis.quantity} ({basis.unit}); weighting: {basis.weighting}; closure: {basis.closure}; elasticities: {basis.elasticities}"
        said[f"{text}. {target.source}: {target.status}.{f' {target.note}.' if target.note else ''}"] = None
    return list(said)


def document(found: Mapping[str, Sequence[Row]]) -> str:
    """Return docs/validation.md: what is known of misses, a summary, then every target with ours, error and tolerance."""
    summary = [["check", "targets"], *([f"[{name}](#{name})", counts(rows)] for name, rows in found.items())]
    head = files("sim.studies").joinpath("validation.md").read_text(encoding="utf-8").strip()
    parts = [head, _markdown(summary)]
    for name, rows in found.items():
        parts += [f"## {name}", *(f"- {text}" for text in about(rows)), _markdown(lines(rows))]
    return "\n\n".join(parts) + "\n"


def _markdown(table: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [table[0], ["---"] * len(table[0]), *table[1:]])
