"""Computes the right answer of a question from the evidence, marks what was given, and says which mechanism is behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sim.explorer.lessons.evidence import SHOWN, Evidence
from sim.explorer.lessons.parts import Both
from sim.explorer.lessons.schema import Answer, Direction, Number, Which
from sim.texts import Texts

#: A name in braces: a measure, in displayed units.
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Truth:
    """The computed answer: its id (for a number the number as text), the value behind it in displayed units, and why."""

    answer: str
    value: float
    because: Both


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said to an answer that was given."""

    right: bool
    truth: Truth
    #: What the given answer overlooks; None when it is right or the lesson has nothing special to say.
    instead: Both | None


def truth(evidence: Evidence, answer: Answer) -> Truth:
    """Compute the right answer."""
    if isinstance(answer, Direction):
        value = evidence.value(answer.of)
        found = "same" if abs(value) <= answer.tolerance else "up" if value > 0 else "down"
        return Truth(found, evidence.scaled(answer.of), answer.because[found])  # type: ignore[index]
    if isinstance(answer, Which):
        sign = 1.0 if answer.pick == "largest" else -1.0
        best = max(answer.options, key=lambda name: sign * evidence.value(answer.options[name].of))
        option = answer.options[best]
        return Truth(best, evidence.scaled(option.of), option.because)
    value = evidence.scaled(answer.of)
    return Truth(f"{value:.6g}", value, answer.because)


def mark(evidence: Evidence, answer: Answer, given: str | float) -> Mark:
    """Mark an answer: an option, a direction or a number in displayed units."""
    found = truth(evidence, answer)
    if isinstance(answer, Number):
        right = abs(float(given) - found.value) <= answer.within
        return Mark(right, found, None if right else _slip(evidence, answer, float(given)))
    right = given == found.answer
    if right:
        return Mark(True, found, None)
    if isinstance(answer, Direction):
        return Mark(False, found, answer.instead.get(str(given)))  # type: ignore[call-overload]
    option = answer.options.get(str(given))
    return Mark(False, found, option.instead if option else None)


def _slip(evidence: Evidence, answer: Number, given: float) -> Both:
    """The known slip that leads to the number, else the general hint at the mechanism."""
    near = [one for one in answer.slips if abs(evidence.scaled(one.of) - given) <= answer.within]
    return near[0].text if near else answer.instead


def choices(answer: Answer, t: Texts) -> dict[str, str]:
    """Answers that can be chosen, by id, with their names; empty for a number."""
    if isinstance(answer, Direction):
        return {name: t(f"lessons.direction.{name}") for name in ("up", "same", "down")}
    if isinstance(answer, Which):
        return {name: t.pick(option.label.model_dump()) for name, option in answer.options.items()}
    return {}


def spelled(evidence: Evidence, answer: Answer, given: str | float, t: Texts) -> str:
    """An answer in words."""
    if isinstance(answer, Number):
        return number(float(given), evidence.lesson.measures[answer.of].unit, t)
    return choices(answer, t).get(str(given), str(given))


def number(value: float, unit: str, t: Texts) -> str:
    """A number in displayed units with its unit."""
    decimals = SHOWN[unit][1]
    sign = "+" if unit in ("change", "growth", "points") and round(value, decimals) > 0 else ""
    text = f"{sign}{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")
    if unit in ("plain", "percent"):
        text = text.removesuffix(".0")
    return t(f"lessons.unit.{unit}", value=text)


def filled(evidence: Evidence, both: Both, t: Texts) -> str:
    """A text with its measures filled in."""

    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        return number(evidence.scaled(name), evidence.lesson.measures[name].unit, t)

    return PLACEHOLDER.sub(fill, both.in_(t.lang))


def measures_of(answer: Answer) -> tuple[str, ...]:
    """Names of the measures that an answer is computed from, slips included."""
    if isinstance(answer, Which):
        return tuple(option.of for option in answer.options.values())
    return (answer.of, *(slip.of for slip in answer.slips)) if isinstance(answer, Number) else (answer.of,)
