"""What a lesson file holds: sources of numbers, measures taken from them, and steps whose answers are computed from these.

No answer is written down as a number that is marked against: ``expect`` only tells what the author saw, so that a test
notices when the model moves and the words around it no longer fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from sim.explorer.lessons.parts import AnyMeasure, Both, Edit, Name, Part, Source

# -- answers ---------------------------------------------------------------------------------------


class Direction(Part):
    """Whether a measure (a change) is above zero, below it, or within the tolerance of it."""

    kind: Literal["direction"]
    of: Name
    tolerance: float = Field(ge=0)
    expect: Literal["up", "down", "same"]
    because: Mapping[Literal["up", "down", "same"], Both] = Field(description="mechanism of each outcome")
    instead: Mapping[Literal["up", "down", "same"], Both] = Field(
        default={}, description="what a wrong answer overlooks"
    )


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


class Slip(Part):
    """A well-known wrong number, itself a measure, with the misconception behind it."""

    of: Name
    text: Both


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
    slips: tuple[Slip, ...] = ()


Answer = Annotated[Direction | Which | Number, Field(discriminator="kind")]

# -- pictures --------------------------------------------------------------------------------------


class Flows(Part):
    """The table itself."""

    picture: Literal["flows"]
    source: Name


class Terms(Part):
    """The 16 terms of a pair, each with its equation and value; by sector of the exporter."""

    picture: Literal["terms"]
    source: Name
    exporter: str
    importer: str


class Numbers(Part):
    """Measures with their labels, as bars of one unit under a title that says what they are."""

    picture: Literal["numbers"]
    title: Both
    subtitle: Both | None = None
    measures: tuple[Name, ...] = Field(min_length=1)


class Course(Part):
    """An indicator over the years, in one or two runs (the first dashed), with the prediction laid over it."""

    picture: Literal["course"]
    id: str
    economy: str = "WLD"
    sources: tuple[Name, ...] = Field(min_length=1, max_length=3)
    overlay: Name | None = None


class Pairs(Part):
    """Vertical specialisation of pairs (``CHN>KOR``) over the observed years, with the prediction laid over it."""

    picture: Literal["pairs"]
    source: Name
    pairs: tuple[str, ...] = Field(min_length=1, max_length=3)
    overlay: Name | None = None


Picture = Annotated[Flows | Terms | Numbers | Course | Pairs, Field(discriminator="picture")]

# -- steps -----------------------------------------------------------------------------------------


class Step(Part):
    """One step of a lesson."""

    show: tuple[Picture, ...] = ()


class ReadStep(Step):
    """A short text, 80 words at most."""

    kind: Literal["read"]
    text: Both


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
    after: tuple[Picture, ...] = Field((), description="shown once the question has been answered")


class ExplainStep(Step):
    """A free text; the model answer is shown afterwards."""

    kind: Literal["explain"]
    id: Name
    prompt: Both
    model: Both


class DebriefStep(Step):
    """What to take along, and questions for the class."""

    kind: Literal["debrief"]
    text: Both
    questions: tuple[Both, ...] = ()


AnyStep = Annotated[ReadStep | PredictStep | RunStep | AskStep | ExplainStep | DebriefStep, Field(discriminator="kind")]


class Misconception(Part):
    """A belief that students bring, and what to say instead."""

    belief: Both
    instead: Both


class Flip(Part):
    """A changed parameter that must change an answer: proof that the answer is computed."""

    source: Name
    step: Name
    to: str = Field(description="answer after the change; for a number any other number")
    levers: Mapping[str, float] = {}
    edits: tuple[Edit, ...] = ()
    years: tuple[int, int] | None = None
    overrides: tuple[str, ...] = ()


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
    measures: Mapping[Name, AnyMeasure]
    steps: tuple[AnyStep, ...] = Field(min_length=3)
    flips: tuple[Flip, ...] = Field(min_length=1)
    misconceptions: tuple[Misconception, ...] = Field(min_length=1)
    notes: Both = Field(description="for the teacher")

    @property
    def asked(self) -> tuple[PredictStep | AskStep, ...]:
        """Steps with a computed answer."""
        return tuple(step for step in self.steps if isinstance(step, PredictStep | AskStep))


def lesson_schema() -> dict[str, object]:
    """JSON Schema of lesson files."""
    found = Lesson.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
