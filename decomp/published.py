"""Our numbers beside printed ones: the China–Korea study, from the bundled tables or from the full WIOD tables 1995–2011.

Every function takes the folder that holds the full tables ``wiot_1995.npz`` … ``wiot_2011.npz``, which are not part of the package, or None
for the bundled ones (16 economies): these differ by what aggregation does (:func:`aggregation`), and reach 2022, of another
source. The printed figures and where they come from are in ``decomp/data/published``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from decomp.io import attach_classes
from decomp.io.bundled import full_table, load_bundled, of_series
from decomp.names import data_rows
from decomp.result import Decomposition
from decomp.structure import Definition, DvaByUse, SectorRow, VsStructure, dva_by_use, sector_table, vs_structure
from decomp.table import Spec
from decomp.wwz import wwz

#: Years of the study.
YEARS = tuple(range(1995, 2012))
#: Years of the bundled tables: the last one is of another source, never one series with the others.
BUNDLED_YEARS = (*YEARS, 2022)
#: Columns of Table 4, with the largest difference in percentage points that counts as reproduced.
TOLERANCES = {"vs_share": 0.3, "mva": 0.9, "ova": 0.9, "fdc": 0.9, "fva_fin": 0.9, "fva_int": 0.9}


@dataclass(frozen=True, slots=True)
class Table4Row:
    """One printed row of Table 4, in % by column of :data:`TOLERANCES`, beside our numbers.

    ``suspect`` columns look like misprints: shown, not counted. ``residual`` is that of the year's decomposition.
    """

    year: int
    exporter: str
    importer: str
    ours: VsStructure
    printed: dict[str, float]
    suspect: tuple[str, ...]
    residual: float

    def difference(self, column: str) -> float:
        """Ours minus printed, percentage points."""
        return float(getattr(self.ours, column)) - self.printed[column]

    @property
    def misses(self) -> tuple[str, ...]:
        """Columns outside the tolerance, misprints aside."""
        return tuple(
            column
            for column, tolerance in TOLERANCES.items()
            if column not in self.suspect and not abs(self.difference(column)) <= tolerance
        )

    def as_dict(self) -> dict[str, object]:
        """One flat row: printed, ours and difference of each column."""
        row: dict[str, object] = {"year": self.year, "exporter": self.exporter, "importer": self.importer}
        for column in TOLERANCES:
            values = (self.printed[column], float(getattr(self.ours, column)), self.difference(column))
            row |= dict(zip((f"{column}_printed", f"{column}_ours", f"{column}_difference"), values, strict=True))
        return {**row, "suspect": " ".join(self.suspect), "misses": " ".join(self.misses), "residual": self.residual}


@dataclass(frozen=True, slots=True)
class QuotedShare:
    """A figure quoted in the study's text beside ours, in %."""

    finding: str
    exporter: str
    importer: str
    year: str
    printed: float
    ours: float


@dataclass(frozen=True, slots=True)
class YearlyUse:
    """Domestic value added by use in one year: a point of Figures 1–2."""

    year: int
    use: DvaByUse
    residual: float

    def as_dict(self) -> dict[str, object]:
        """Values in the unit of the table and shares in % of gross exports."""
        shares = {f"{part}_share": value for part, value in self.use.shares().items()}
        return {"year": self.year, **asdict(self.use), **shares}


@dataclass(frozen=True, slots=True)
class YearlySectors:
    """Sector tables of one year: rows of Tables 2–3 (by use) and 5–6 (VS structure)."""

    year: int
    exporter: str
    importer: str
    rows: tuple[SectorRow, ...]
    total: SectorRow = field(repr=False)


@dataclass(frozen=True, slots=True)
class SectorFinding:
    """A finding of the study on sectors: the manufacturing sectors in which it holds, and those in which it does not."""

    finding: str
    exporter: str
    importer: str
    holds: tuple[str, ...]
    fails: tuple[str, ...]


def decomposed_years(wiod_dir: str | Path | None, years: Iterable[int] = YEARS) -> Iterator[tuple[int, Decomposition]]:
    """Decompose the tables of some years, one at a time; DataMissingError says where to get one that is absent."""
    for year in years:
        table = load_bundled(of_series("world", year)) if wiod_dir is None else full_table(wiod_dir, year)
        yield year, wwz(attach_classes(table))


def aggregation(name: str) -> dict[str, tuple[float, float]]:
    """Return how far figures on the bundled tables are from those on the full ones by column: mean and largest, percentage points.

    ``name`` is ``"table4"``, ``"figures"`` or ``"sectors"`` (Tables 2–3 and 5–6, 1995 and 2011).

    >>> aggregation("table4")["vs_share"]
    (0.38, 1.13)
    """
    rows = data_rows("published", "aggregation.csv")
    return {row["column"]: (float(row["mean"]), float(row["largest"])) for row in rows if row["table"] == name}


def table4(
    wiod_dir: str | Path | None = None, *, sectors: Spec = "all", definition: Definition = "one-minus-dva"
) -> list[Table4Row]:
    """Return all 26 printed rows of Table 4 beside our numbers, in printed order.

    The printed figures match all 35 sectors, although the table is headed "manufacturing"; the printed VS is 1 − DVA share.
    Raises DataMissingError: a table is absent.
    """
    printed = data_rows("published", "table4_china_korea.csv")
    ours: dict[tuple[int, str, str], tuple[VsStructure, float]] = {}
    for year, d in decomposed_years(wiod_dir, sorted({int(row["year"]) for row in printed})):
        for pair in {(row["exporter"], row["importer"]) for row in printed if int(row["year"]) == year}:
            ours[year, *pair] = vs_structure(d, *pair, definition=definition, sectors=sectors), d.residual
    rows = []
    for row in printed:
        flow = int(row["year"]), row["exporter"], row["importer"]
        structure, residual = ours[flow]
        values = {column: float(row[column]) for column in TOLERANCES}
        rows.append(Table4Row(*flow, structure, values, tuple(row["suspect"].split()), residual))
    return rows


def figure(
    wiod_dir: str | Path | None,
    exporter: Spec,
    importer: Spec,
    *,
    years: Sequence[int] = YEARS,
    sectors: Spec | None = None,
) -> list[YearlyUse]:
    """Return domestic value added by use, year by year: Figure 1 (CHN → KOR) and Figure 2 (KOR → CHN) of the study."""
    return [
        YearlyUse(year, dva_by_use(d, exporter, importer, sectors=sectors), d.residual)
        for year, d in decomposed_years(wiod_dir, years)
    ]


def sector_tables(
    wiod_dir: str | Path | None,
    exporter: str,
    importer: str,
    *,
    years: Sequence[int] = (1995, 2011),
    sectors: Spec = "manufacturing",
    definition: Definition = "one-minus-dva",
) -> list[YearlySectors]:
    """Return domestic value added by use and VS structure by sector: Tables 2–3 and 5–6 of the study (c3–c16)."""
    tables = []
    for year, d in decomposed_years(wiod_dir, years):
        rows = tuple(sector_table(d, exporter, importer, sectors=sectors, definition=definition))
        total = SectorRow(
            "total",
            sectors if isinstance(sectors, str) else "+".join(sectors),
            dva_by_use(d, exporter, importer, sectors=sectors),
            vs_structure(d, exporter, importer, definition=definition, sectors=sectors),
        )
        tables.append(YearlySectors(year, exporter, importer, rows, total))
    return tables


def sector_findings(wiod_dir: str | Path | None = None) -> list[SectorFinding]:
    """Return what the study finds by sector of manufacturing (c3–c16), both directions: in which sectors it holds, 1995 and 2011."""
    found = []
    for pair in (("CHN", "KOR"), ("KOR", "CHN")):
        first, last = (
            {row.sector: row.structure for row in table.rows}
            for table in sector_tables(wiod_dir, *pair, years=(1995, 2011))
        )
        claims: dict[str, Callable[[VsStructure, VsStructure], bool]] = {
            "vertical specialisation rises from 1995 to 2011": lambda a, b: b.vs_share > a.vs_share,
            "the direct importer's value is a larger part of it in 2011": lambda a, b: b.mva > a.mva,
            "third countries' value is the largest part of it in 2011": lambda a, b: b.ova > max(b.mva, b.fdc),
            "double counting is a larger part of it in 2011": lambda a, b: b.fdc > a.fdc,
        }
        traded = [s for s in last if s in first and first[s].exports > 0 and last[s].exports > 0]
        for finding, claim in claims.items():
            holds = tuple(s for s in traded if claim(first[s], last[s]))
            found.append(SectorFinding(finding, *pair, holds, tuple(s for s in traded if s not in holds)))
    return found


def findings(wiod_dir: str | Path | None = None) -> list[QuotedShare]:
    """Return the shares quoted in the study's text beside ours; DataMissingError where a table is absent."""
    quoted = data_rows("published", "findings_china_korea.csv")
    shares: dict[tuple[str, str, str], dict[str, float]] = {}
    for year, d in decomposed_years(wiod_dir):
        for pair in {(row["exporter"], row["importer"]) for row in quoted}:
            shares[*pair, str(year)] = dva_by_use(d, *pair).shares()
    rows = []
    for row in quoted:
        exporter, importer, when = row["exporter"], row["importer"], row["year"]
        years = list(map(str, YEARS)) if when == "mean" else [when]
        ours = sum(shares[exporter, importer, year][row["quantity"]] for year in years) / len(years)
        rows.append(QuotedShare(row["finding"], exporter, importer, when, float(row["printed"]), ours))
    return rows


def table4_markdown(rows: Iterable[Table4Row]) -> str:
    """Return Table 4 as Markdown: ours, the printed figure in brackets; suspected misprints carry an asterisk.

    This is the validation table of the README.
    """
    heads = ["VS" if column == "vs_share" else column.upper() for column in TOLERANCES]
    lines = ["| year | flow | " + " | ".join(heads) + " |", "|---|---|" + "---|" * len(heads)]
    for row in rows:
        cells = [
            f"{getattr(row.ours, column):.2f} ({row.printed[column]:.2f}{'*' if column in row.suspect else ''})"
            for column in TOLERANCES
        ]
        lines.append(f"| {row.year} | {row.exporter} → {row.importer} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
