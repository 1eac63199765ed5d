"""What the numbers of a lesson come from: toy tables, runs and observed tables, and the measures taken from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower-case letters, digits and underscores")]
Year = int | Literal["first", "last"] | None
Unit = Literal["percent", "points", "plain", "ratio", "count", "change", "growth"]


class Part(BaseModel):
    """A part of a lesson: frozen, and strict about keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Both(Part):
    """A text in both languages; ``{name}`` stands for a measure, in its unit."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def in_(self, lang: str) -> str:
        """The text of one language."""
        return self.zh if lang == "zh" else self.en


# -- sources ---------------------------------------------------------------------------------------


class Edit(Part):
    """A changed flow of a toy table: from ``USA.phones`` to ``JPN.phones``, or to ``USA`` for final demand."""

    origin: str = Field(alias="from", description="economy.sector that sells")
    to: str = Field(description="economy.sector that buys, or an economy for its final demand")
    value: float = Field(ge=0, description="the flow, in units of the table")


class Toy(Part):
    """A tiny table with known answers, from :mod:`decomp.toy`."""

    kind: Literal["toy"]
    table: Literal["two_by_two", "chain"]
    edits: tuple[Edit, ...] = ()


class Run(Part):
    """A scenario of the library with levers moved, run on the classroom table."""

    kind: Literal["run"]
    label: Both = Field(description="short name, at the end of its line in charts")
    preset: str = "baseline"
    levers: Mapping[str, float] = Field(default={}, description="positions of levers of the laboratory")
    who: tuple[str, ...] = Field(("all",), description="who levies the tariff")
    partners: tuple[str, ...] = Field(("all",), description="on whom")
    sectors: Literal["goods", "manufacturing"] = "goods"
    start: int = Field(2015, description="year in which the levers begin to act")
    end: int | None = Field(None, description="last year; as in the scenario when absent")
    founders: tuple[str, ...] = Field((), description="who founds the ledger; as in the scenario when absent")
    overrides: tuple[str, ...] = Field((), description="further settings as path=value, for what has no lever")


class History(Part):
    """Observed tables of several years."""

    kind: Literal["history"]
    tables: str = Field("world", description="name of the tables, without the year")
    first: int = 1995
    last: int = 2011


Source = Annotated[Toy | Run | History, Field(discriminator="kind")]

# -- measures --------------------------------------------------------------------------------------


class Measure(Part):
    """A number taken from a source; ``unit`` says how it is shown."""

    unit: Unit = "plain"
    label: Both | None = None


class Exported(Measure):
    """Exports of a pair, or one of the 16 terms or of their groups in them."""

    what: Literal["exported"]
    source: Name
    code: str = Field("exports", description="exports, or the code of a term or of a group of terms")
    exporter: str
    importer: str
    sector: str | None = None
    share: bool = Field(False, description="as a share of gross exports")
    year: Year = None


class Specialisation(Measure):
    """Vertical specialisation of a pair."""

    what: Literal["vs"]
    source: Name
    exporter: str
    importer: str
    sector: str | None = Field(None, description="sector or group of sectors of the exporter; all when absent")
    definition: Literal["one-minus-dva", "foreign-content"] = "one-minus-dva"
    year: Year = None
    unit: Unit = "percent"


class Indicator(Measure):
    """An indicator of a run, of the world (WLD), an economy or a group; the last year unless told."""

    what: Literal["indicator"]
    source: Name
    id: str
    economy: str = "WLD"
    year: int | None = None


class Cell(Measure):
    """A cell of a matrix of a table: Z, Y, A, B, L (local inverse) by row and column; X and V by row."""

    what: Literal["cell"]
    source: Name
    matrix: Literal["Z", "Y", "A", "B", "L", "V", "X"]
    row: str
    column: str | None = None


class Crossings(Measure):
    """Gross trade over all borders per unit of final goods: how often a unit of value crosses a border on its way."""

    what: Literal["crossings"]
    source: Name
    unit: Unit = "ratio"


class Derived(Measure):
    """A number made of other measures: a sum, difference a − b, ratio a / b, change a / b − 1, or product."""

    what: Literal["sum", "difference", "ratio", "change", "product"]
    of: tuple[Name, ...] = Field(min_length=2)


class Given(Measure):
    """A number that the lesson assumes, such as a tariff rate."""

    what: Literal["given"]
    value: float


AnyMeasure = Annotated[
    Exported | Specialisation | Indicator | Cell | Crossings | Derived | Given, Field(discriminator="what")
]
