"""What a student has done in a lesson: plain data, no person in it; and the way out as JSON or Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sim.explorer.lessons.evidence import Evidence, sources_of
from sim.explorer.lessons.marking import filled, mark, measures_of, spelled
from sim.explorer.lessons.schema import AskStep, ExplainStep, Lesson, PredictStep
from sim.texts import Texts

#: Version of the JSON of own answers.
SCHEMA_VERSION = 1
#: Longest reason or explanation that is kept.
LONGEST = 2000


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

    def reply(self, step: PredictStep | AskStep | ExplainStep, reply: Reply) -> Progress:
        """Answer a question; an observation may be tried again.

        Raises
        ------
        LockedError
            The step is a prediction that has been handed in.
        """
        before = self.replies.get(step.id)
        if before is not None and isinstance(step, PredictStep):
            raise LockedError(f"the prediction {step.id!r} has been handed in and stays as it is.")
        kept = replace(reply, reason=reply.reason[:LONGEST], tries=before.tries + 1 if before else 1)
        if isinstance(step, ExplainStep):
            kept = replace(kept, answer=str(kept.answer)[:LONGEST])
        return replace(self, replies={**self.replies, step.id: kept})

    def run(self, source: str, levers: Mapping[str, float]) -> Progress:
        """Run a source with levers moved; replies to predictions stay."""
        ran = self.ran if source in self.ran else (*self.ran, source)
        return replace(self, moved={**self.moved, source: dict(levers)}, ran=ran)

    def hint(self, step: AskStep) -> Progress:
        """Take the next hint; there are two."""
        return replace(self, hints={**self.hints, step.id: min(2, self.hints.get(step.id, 0) + 1)})

    def to(self, step: int, lesson: Lesson) -> Progress:
        """Go to a step, not further than :meth:`reachable`."""
        return replace(self, step=max(0, min(step, self.reachable(lesson))))

    def reachable(self, lesson: Lesson) -> int:
        """The furthest step that may be opened: none lies behind an open question or a run not yet made."""
        for position, step in enumerate(lesson.steps):
            if isinstance(step, PredictStep | AskStep | ExplainStep) and step.id not in self.replies:
                return position
            if step.kind == "run" and step.source not in self.ran:
                return position
        return len(lesson.steps) - 1

    def share(self, lesson: Lesson) -> float:
        """Share of the questions and runs that are done."""
        done = sum(step.id in self.replies for step in lesson.steps if hasattr(step, "id"))
        runs = [step.source for step in lesson.steps if step.kind == "run"]
        total = sum(hasattr(step, "id") for step in lesson.steps) + len(runs)
        return (done + sum(source in self.ran for source in runs)) / total if total else 1.0


def records(lesson: Lesson, progress: Progress, t: Texts) -> list[dict[str, Any]]:
    """The answered questions in order, each with the reply, the computed answer and the mechanism."""
    evidence = Evidence(lesson, progress.moved)
    found = []
    for step in lesson.steps:
        if not hasattr(step, "id") or step.id not in progress.replies:
            continue
        reply = progress.replies[step.id]
        row: dict[str, Any] = {"step": step.id, "kind": step.kind, "tries": reply.tries}
        if isinstance(step, ExplainStep):
            row |= {
                "question": filled(evidence, step.prompt, t),
                "answer": reply.answer,
                "model": filled(evidence, step.model, t),
            }
        elif isinstance(step, PredictStep | AskStep):
            row |= {
                "question": filled(evidence, step.question, t),
                "answer": reply.answer,
                "said": spelled(evidence, step.answer, reply.answer, t),
            }
            row |= {"confidence": reply.confidence, "reason": reply.reason} if step.kind == "predict" else {}
            if step.kind != "predict" or settled(lesson, progress, step):
                marked = mark(evidence, step.answer, reply.answer)
                row |= {
                    "right": marked.right,
                    "computed": spelled(evidence, step.answer, marked.truth.answer, t),
                    "because": filled(evidence, marked.truth.because, t),
                }
        found.append(row)
    return found


def settled(lesson: Lesson, progress: Progress, step: PredictStep) -> bool:
    """Whether a prediction may be set against the result: every later run that its answer is computed from has been made."""
    needed = sources_of(lesson, measures_of(step.answer))
    later = lesson.steps[lesson.steps.index(step) + 1 :]
    return all(one.source in progress.ran for one in later if one.kind == "run" and one.source in needed)


def as_json(lesson: Lesson, progress: Progress, t: Texts) -> str:
    """Own answers as JSON, codes in English."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "lesson": lesson.id,
        "language": t.lang,
        "done": round(progress.share(lesson), 3),
        "levers": {name: dict(moved) for name, moved in progress.moved.items()},
        "answers": records(lesson, progress, t),
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _row(t: Texts) -> Callable[[str, object], str]:
    return lambda name, value: t("lessons.paper.row", name=name, value=value)


def as_markdown(lesson: Lesson, progress: Progress, t: Texts) -> str:
    """Own answers as a text to hand in."""
    said = _row(t)
    lines = [f"# {lesson.title.in_(t.lang)}", "", t("lessons.paper.intro", share=f"{progress.share(lesson):.0%}"), ""]
    for row in records(lesson, progress, t):
        lines += [f"## {said(t('lessons.kind.' + row['kind']), row['question'])}", ""]
        lines.append(f"- {said(t('lessons.paper.mine'), row.get('said', row['answer']))}")
        if row.get("confidence"):
            lines.append(f"- {said(t('lessons.paper.sure'), t('lessons.confident.' + str(row['confidence'])))}")
        if row.get("reason"):
            lines.append(f"- {said(t('lessons.paper.reason'), row['reason'])}")
        if "computed" in row:
            lines.append(f"- {said(t('lessons.paper.computed'), row['computed'])}")
            lines.append(f"- {said(t('lessons.paper.because'), row['because'])}")
        if "model" in row:
            lines.append(f"- {said(t('lessons.model'), row['model'])}")
        lines.append("")
    return "\n".join(lines)
