"""What a lesson file holds: sources of numbers, measures taken from them, and steps whose answers are computed from these.

No answer is written down as a number that is marked against: ``expect`` only tells what the author saw, so that a test
notices when the model moves and the words around it no longer fit. ``mechanism`` says which quantities carry the effect, one
after the other; a test computes each.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.explorer.setups.setup import START

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower-case letters, digits and underscores")]
Unit = Literal["percent", "points", "plain", "ratio", "count", "change", "growth"]
Turn = Literal["up", "down", "same"]
Year = int | Literal["first"]


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


class Toy(Part):
    """A tiny table with known answers, from :mod:`decomp.toy`, with flows changed.

    A flow is named ``USA.phones>JPN.phones``, or ``CHN.phones>USA`` for final demand.
    """

    kind: Literal["toy"]
    table: Literal["two_by_two", "chain"]
    edits: Mapping[str, float] = {}


class Run(Part):
    """A scenario of the library with levers moved, run on the classroom table."""

    kind: Literal["run"]
    label: Both = Field(description="short name, at the end of its line in charts")
    preset: str = "baseline"
    levers: Mapping[str, float] = Field(default={}, description="positions of levers of the laboratory")
    who: tuple[str, ...] = Field(("all",), description="who levies the tariff")
    partners: tuple[str, ...] = Field(("all",), description="on whom")
    sectors: Literal["goods", "manufacturing"] = "goods"
    start: int = Field(START, description="year in which the levers begin to act")
    end: int | None = Field(None, description="last year; as in the scenario when absent")
    founders: tuple[str, ...] = Field((), description="who founds the ledger; as in the scenario when absent")
    overrides: tuple[str, ...] = Field((), description="further settings as path=value, for what has no lever")


class History(Part):
    """Observed years: tables of a bundled series, or a published series of openness such as ``goods``."""

    kind: Literal["history"]
    tables: str = Field("world", description="name of the tables without the year, or of the series")
    first: int = 1995
    last: int = 2011


Source = Annotated[Toy | Run | History, Field(discriminator="kind")]


class Measure(Part):
    """A number: a formula of other measures (``v * bpp + bgp``), or what ``source`` holds of ``who``.

    ``what`` is an indicator of the registry; of a pair (``CHN>USA``) gross exports, one of the 16 terms or their groups, or a
    pair indicator; ``foreign``, the value from ``origin`` abroad, a sector or an economy, in exports of a pair; of a run by ``sector``
    ``value_added``, ``jobs``, ``unit_cost`` or exports; of a toy table a cell (``JPN.phones>CHN.phones``) of Z, B or Y,
    a row of X or V, or ``crossings``, gross trade per unit of final goods; of a series of openness ``openness``, or
    ``depth`` of a backlash.
    """

    formula: str = ""
    what: str = ""
    source: Name | None = Field(None, alias="in")
    who: str = "WLD"
    sector: str | None = None
    origin: str | None = None
    at: Year | None = Field(None, description="the last when absent")
    over: str | None = Field(None, description="divided by this of the same")
    versus: Name | None = Field(None, description="set against the same in this source")
    since: Year | None = Field(None, description="set against this year")
    unit: Unit = "plain"
    label: Both | None = None


class Direction(Part):
    """Whether a measure (a change) is above zero, below it, or within the tolerance of it."""

    kind: Literal["direction"]
    of: Name
    tolerance: float = Field(ge=0)
    expect: Turn
    because: Mapping[Turn, Both] = Field(min_length=3, description="mechanism of each outcome: levers may lead there")
    instead: Mapping[Turn, Both] = Field(default={}, description="what a wrong answer overlooks")


class Option(Part):
    """One possible answer with the measure it stands for."""

    of: Name
    label: Both
    because: Both = Field(description="mechanism that makes this the answer")
    instead: Both | None = Field(None, description="what this answer overlooks when it is wrong")


class Which(Part):
    """Which of several measures is the largest or the smallest."""

    kind: Literal["which"]
    pick: Literal["largest", "smallest"] = "largest"
    options: Mapping[Name, Option] = Field(min_length=2)
    expect: str


class Number(Part):
    """The value of a measure in displayed units, right within ``within``."""

    kind: Literal["number"]
    of: Name
    within: float = Field(gt=0, description="in displayed units")
    low: float = Field(description="smallest value that can be given")
    high: float
    step: float = Field(1.0, gt=0)
    expect: float = Field(description="what the author saw, in displayed units")
    because: Both
    instead: Both = Field(description="mechanism that a wrong number overlooks")
    slips: Mapping[Name, Both] = Field(
        default={}, description="misconceptions behind well-known wrong numbers, by measure"
    )


Answer = Annotated[Direction | Which | Number, Field(discriminator="kind")]


class Table(Part):
    """A toy table itself, or the 16 terms of a pair in it, each with its equation and value; by sector of the exporter."""

    picture: Literal["flows", "terms"]
    source: Name
    exporter: str = ""
    importer: str = ""


class Numbers(Part):
    """Measures with their labels, as bars of one unit under a title that says what they are."""

    picture: Literal["numbers"]
    title: Both
    subtitle: Both | None = None
    measures: tuple[Name, ...] = Field(min_length=1)


class Course(Part):
    """An indicator over the years with the prediction laid over it: in up to three sources (the first dashed), or of several.

    ``who`` are economies, groups or, of observed tables, pairs (``CHN>KOR``).
    """

    picture: Literal["course"]
    id: str
    who: tuple[str, ...] = Field(("WLD",), min_length=1, max_length=3)
    sources: tuple[Name, ...] = Field(min_length=1, max_length=3)
    overlay: Name | None = None


Picture = Annotated[Table | Numbers | Course, Field(discriminator="picture")]


class Step(Part):
    """One step of a lesson; ``after`` is shown once its question has been answered."""

    show: tuple[Picture, ...] = ()
    after: tuple[Picture, ...] = ()


class TextStep(Step):
    """A short text, 80 words at most; at the end what to take along, and questions for the class."""

    kind: Literal["read", "debrief"]
    text: Both
    questions: tuple[Both, ...] = ()


class PredictStep(Step):
    """A prediction with confidence and reason; locked when submitted, checked after the run."""

    kind: Literal["predict"]
    id: Name
    question: Both
    answer: Answer


class RunStep(Step):
    """A run with the levers that may be moved, each with its limits; all others stay hidden."""

    kind: Literal["run"]
    source: Name
    text: Both
    levers: Mapping[str, tuple[float, float]] = {}


class AskStep(Step):
    """A question with a computed answer and hints in two stages; ``transfer`` asks it in a new setting."""

    kind: Literal["observe", "transfer"]
    id: Name
    question: Both
    answer: Answer
    hints: tuple[Both, Both]


class ExplainStep(Step):
    """A free text; the model answer and the measured mechanism are shown afterwards."""

    kind: Literal["explain"]
    id: Name
    prompt: Both
    model: Both


AnyStep = Annotated[TextStep | PredictStep | RunStep | AskStep | ExplainStep, Field(discriminator="kind")]


class Move(Part):
    """A step of the mechanism: a measure that must move as said, ``says`` in words."""

    of: Name
    moves: Turn
    within: float = Field(0.0, ge=0, description="changes up to this are none")
    says: Both


class Misconception(Part):
    """A belief that students bring, and what to say instead."""

    belief: Both
    instead: Both


class Flip(Part):
    """A changed parameter that must change an answer: proof that the answer is computed."""

    source: Name
    step: Name
    to: str = Field(description="answer after the change; for a number any other number")
    change: Mapping[str, Any] = Field(min_length=1, description="keys of the source; lists are added to its own")
    says: Both


class Lesson(Part):
    """One lesson."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    order: int = Field(ge=1)
    title: Both
    minutes: int = Field(ge=5, le=90)
    level: Literal["first", "second", "third"]
    goals: tuple[Both, ...] = Field(min_length=1, max_length=4)
    needs: tuple[str, ...] = Field((), description="ids of lessons to take before")
    sources: Mapping[Name, Source]
    measures: Mapping[Name, Measure]
    steps: tuple[AnyStep, ...] = Field(min_length=3)
    mechanism: tuple[Move, ...] = Field(min_length=2)
    flips: tuple[Flip, ...] = Field(min_length=1)
    misconceptions: tuple[Misconception, ...] = Field(min_length=1)
    notes: Both = Field(description="for the teacher")

    @property
    def asked(self) -> tuple[PredictStep | AskStep, ...]:
        """Steps with a computed answer."""
        return tuple(step for step in self.steps if isinstance(step, PredictStep | AskStep))
