"""Marks answers against the evidence and says which mechanism is behind them; keeps what a student has done in a lesson.

What is kept is plain data, no person in it; the way out is Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sim.explorer.lessons import schema
from sim.explorer.lessons.evidence import SHOWN, Evidence, sources_of
from sim.explorer.lessons.schema import Both, Lesson
from sim.texts import Texts, formats

#: Longest reason or explanation that is kept.
LONGEST = 2000
#: A name in braces: a measure, in displayed units.
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Mark:
    """The computed answer, and what is said to one that was given."""

    #: Id of the right answer (a number as text), the value behind it in displayed units, and why.
    answer: str
    value: float
    because: Both
    right: bool = False
    #: What the given answer overlooks; None when it is right or the lesson has nothing special to say.
    instead: Both | None = None


def truth(evidence: Evidence, answer: schema.Answer) -> Mark:
    """Compute the right answer."""
    if isinstance(answer, schema.Direction):
        value = evidence.value(answer.of)
        found: schema.Turn = "same" if abs(value) <= answer.tolerance else "up" if value > 0 else "down"
        return Mark(found, evidence.scaled(answer.of), answer.because[found])
    if isinstance(answer, schema.Which):
        sign = 1.0 if answer.pick == "largest" else -1.0
        best = max(answer.options, key=lambda name: sign * evidence.value(answer.options[name].of))
        return Mark(best, evidence.scaled(answer.options[best].of), answer.options[best].because)
    value = evidence.scaled(answer.of)
    return Mark(f"{value:.6g}", value, answer.because)


def mark(evidence: Evidence, answer: schema.Answer, given: str | float) -> Mark:
    """Mark an answer: an option, a direction or a number in displayed units."""
    found = truth(evidence, answer)
    if isinstance(answer, schema.Number):
        right = abs(float(given) - found.value) <= answer.within
        # The known slip that leads to the number, else the general hint at the mechanism.
        near = [text for of, text in answer.slips.items() if abs(evidence.scaled(of) - float(given)) <= answer.within]
        instead: Both | None = near[0] if near else answer.instead
    else:
        right, told = given == found.answer, answer.instead if isinstance(answer, schema.Direction) else answer.options
        said = told.get(str(given))  # type: ignore[call-overload]
        instead = said.instead if isinstance(said, schema.Option) else said
    return replace(found, right=right, instead=None if right else instead)


def choices(answer: schema.Answer, t: Texts) -> dict[str, str]:
    """Answers that can be chosen, by id, with their names; empty for a number."""
    if isinstance(answer, schema.Direction):
        return {name: t(f"lessons.direction.{name}") for name in ("up", "same", "down")}
    if isinstance(answer, schema.Which):
        return {name: t.pick(option.label.model_dump()) for name, option in answer.options.items()}
    return {}


def spelled(evidence: Evidence, answer: schema.Answer, given: str | float, t: Texts) -> str:
    """An answer in words."""
    if isinstance(answer, schema.Number):
        return number(float(given), evidence.lesson.measures[answer.of].unit, t)
    return choices(answer, t).get(str(given), str(given))


def number(value: float, unit: str, t: Texts) -> str:
    """A number in displayed units with its unit."""
    text = formats.number(value, SHOWN[unit][1], sign=unit in ("change", "growth", "points")).lstrip("±")
    if unit in ("plain", "percent"):
        text = text.removesuffix(".0")
    return t(f"lessons.unit.{unit}", value=text)


def filled(evidence: Evidence, both: Both, t: Texts) -> str:
    """A text with its measures filled in."""

    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        return number(evidence.scaled(name), evidence.lesson.measures[name].unit, t)

    return PLACEHOLDER.sub(fill, both.in_(t.lang))


def measures_of(answer: schema.Answer) -> tuple[str, ...]:
    """Names of the measures that an answer is computed from, slips included."""
    if isinstance(answer, schema.Which):
        return tuple(option.of for option in answer.options.values())
    return (answer.of, *answer.slips) if isinstance(answer, schema.Number) else (answer.of,)


class LockedError(ValueError):
    """A prediction cannot be changed once it has been handed in."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered to one question; ``confidence`` and ``reason`` belong to predictions."""

    answer: str | float
    confidence: int = 0
    reason: str = ""
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """A lesson under way: the furthest step, the replies, the moved levers and the hints taken, by step id."""

    lesson: str
    step: int = 0
    replies: Mapping[str, Reply] = field(default_factory=dict)
    moved: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ran: tuple[str, ...] = ()
    hints: Mapping[str, int] = field(default_factory=dict)

    def reply(self, step: schema.PredictStep | schema.AskStep | schema.ExplainStep, reply: Reply) -> Progress:
        """Answer a question; an observation may be tried again. Raises :class:`LockedError`."""
        before = self.replies.get(step.id)
        if before is not None and isinstance(step, schema.PredictStep):
            raise LockedError(f"the prediction {step.id!r} has been handed in and stays as it is.")
        kept = replace(reply, reason=reply.reason[:LONGEST], tries=before.tries + 1 if before else 1)
        if isinstance(step, schema.ExplainStep):
            kept = replace(kept, answer=str(kept.answer)[:LONGEST])
        return replace(self, replies={**self.replies, step.id: kept})

    def run(self, source: str, levers: Mapping[str, float]) -> Progress:
        """Run a source with levers moved; replies to predictions stay."""
        ran = self.ran if source in self.ran else (*self.ran, source)
        return replace(self, moved={**self.moved, source: dict(levers)}, ran=ran)

    def hint(self, step: schema.AskStep) -> Progress:
        """Take the next hint; there are two."""
        return replace(self, hints={**self.hints, step.id: min(2, self.hints.get(step.id, 0) + 1)})

    def to(self, step: int, lesson: Lesson) -> Progress:
        """Go to a step, not further than :meth:`reachable`."""
        return replace(self, step=max(0, min(step, self.reachable(lesson))))

    def reachable(self, lesson: Lesson) -> int:
        """The furthest step that may be opened: none lies behind an open question or a run not yet made."""
        for position, step in enumerate(lesson.steps):
            open_question = hasattr(step, "id") and step.id not in self.replies
            if open_question or (step.kind == "run" and step.source not in self.ran):
                return position
        return len(lesson.steps) - 1

    def share(self, lesson: Lesson) -> float:
        """Share of the questions and runs that are done."""
        done = [
            step.source in self.ran if isinstance(step, schema.RunStep) else step.id in self.replies
            for step in lesson.steps
            if isinstance(step, schema.PredictStep | schema.RunStep | schema.AskStep | schema.ExplainStep)
        ]
        return sum(done) / len(done) if done else 1.0


def mechanism(lesson: Lesson, t: Texts) -> list[str]:
    """The measured steps of the mechanism as numbered lines, with the lesson's own levers."""
    evidence = Evidence(lesson)
    return [f"{k}. {filled(evidence, move.says, t)}" for k, move in enumerate(lesson.mechanism, 1)]


def needed(lesson: Lesson, answer: schema.Answer) -> set[str]:
    """Sources that an answer is computed from."""
    return set(sources_of(lesson, measures_of(answer)))


def outcome_known(lesson: Lesson, progress: Progress, step: schema.PredictStep) -> bool:
    """Whether a prediction may be set against the result: every later run that its answer is computed from has been made."""
    sources = needed(lesson, step.answer)
    later = [after.source for after in lesson.steps[lesson.steps.index(step) + 1 :] if after.kind == "run"]
    return all(source in progress.ran for source in later if source in sources)


def as_markdown(lesson: Lesson, progress: Progress, t: Texts) -> str:
    """Own answers in order, each with the computed answer and why, as a text to hand in."""
    evidence = Evidence(lesson, progress.moved)
    lines = [f"# {lesson.title.in_(t.lang)}", "", t("lessons.paper.intro", share=f"{progress.share(lesson):.0%}"), ""]
    for step in lesson.steps:
        if isinstance(step, schema.TextStep | schema.RunStep) or step.id not in progress.replies:
            continue
        reply = progress.replies[step.id]
        if isinstance(step, schema.ExplainStep):
            asked, said = step.prompt, {"paper.mine": str(reply.answer), "model": filled(evidence, step.model, t)}
        else:
            asked, said = step.question, {"paper.mine": spelled(evidence, step.answer, reply.answer, t)}
            if reply.confidence:
                said |= {"paper.sure": t(f"lessons.confident.{reply.confidence}"), "paper.reason": reply.reason}
            if not isinstance(step, schema.PredictStep) or outcome_known(lesson, progress, step):
                found = truth(evidence, step.answer)
                said["paper.computed"] = spelled(evidence, step.answer, found.answer, t)
                said["paper.because"] = filled(evidence, found.because, t)
        head = t("lessons.paper.row", name=t(f"lessons.kind.{step.kind}"), value=filled(evidence, asked, t))
        told = (t("lessons.paper.row", name=t(f"lessons.{key}"), value=value) for key, value in said.items() if value)
        lines += [f"## {head}", "", *(f"- {line}" for line in told), ""]
    return "\n".join(lines)
